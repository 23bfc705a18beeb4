/** On a payment's page: what customers said about it, each leading to its record. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { addWords, useWords } from '../../base/lang.ts';
import { Time, VerdictMark } from '../../base/parts.tsx';
import { useLive } from '../live.ts';
import { link } from '../route.ts';
import { work } from './api.ts';
import { type CasesKey, words } from './words.ts';

addWords(words);

export default function ClaimsOfPayment({ id }: Readonly<{ id: string }>): ReactElement | null {
  const { t } = useWords<CasesKey>();
  const claims = useQuery({
    queryKey: ['claims', 'of', id],
    queryFn: ({ signal }) => work.claims({ payment_id: id, limit: '20' }, signal),
  });
  useLive(({ type }) => {
    if (type.startsWith('claim.')) void claims.refetch();
  });
  const items = claims.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t('cases.claims')}</h2>
      <ol className="proofs verdicts">
        {items.map((claim) => (
          <li key={claim.id}>
            <Time at={claim.created_at} />
            {claim.verdict === undefined ? <span /> : <VerdictMark code={claim.verdict.code} />}
            <span className="said">
              <a {...link(`/app/cases/${claim.id}`)}>{t(`kind.${claim.kind}`)}</a>{' '}
              <small>{claim.state === 'closed' ? t('cases.closed') : t(`waits.${claim.waits_for}`)}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
