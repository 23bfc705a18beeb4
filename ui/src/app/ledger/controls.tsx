/** Control accounts held against the open items they stand for: now, and each time before. */
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import type { PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { Mark, Refused } from '../form.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { isNothing } from './amounts.ts';
import { type Check, ledger } from './api.ts';
import { at } from './parts.tsx';
import type { LedgerKey } from './words.ts';

/** Of the server's own list; a name that is not here is shown as it is. */
const ACCOUNTS = ['channel_receivable', 'in_settlement', 'in_transit', 'suspense'] as const;
const PARTS = [
  'breaks',
  'credits',
  'adjustments',
  'lines',
  'paid_out_of_the_balance',
  'of_a_run_not_posted',
  'not_checked',
  'on_its_way',
  'late',
  'returned',
  'write_off',
  'compensation',
  'fx',
] as const;

export default function Controls({ may }: Readonly<{ may: boolean }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const { query } = useRoute();
  const client = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ['ledger', 'checks'],
    queryFn: ({ pageParam }) => ledger.checks(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Check>) => last.next,
  });
  const check = useMutation({
    mutationFn: ledger.checkNow,
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['ledger', 'checks'] });
      go(at('/controls'), 'replace');
    },
  });
  const checks = list.data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = checks.find((c) => c.id === query.get('check')) ?? checks[0];
  return (
    <>
      <div className="ledger-bar">
        <p className="lead-line">{t('ledger.controlsLead')}</p>
        <Button
          type="primary"
          disabled={!may}
          loading={check.isPending}
          title={may ? undefined : t('ledger.mayOperator')}
          onClick={() => check.mutate()}
        >
          {t('ledger.checkNow')}
        </Button>
      </div>
      <Refused error={check.error} />
      {list.isError && checks.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Rows n={6} />
      ) : chosen === undefined ? (
        <Quiet title={t('ledger.noChecks')}>
          <p>{t('ledger.noChecksHint')}</p>
        </Quiet>
      ) : (
        <>
          <One of={chosen} isNewest={chosen === checks[0]} />
          <section className="panel history">
            <h2>{t('ledger.checksBefore')}</h2>
            <ul>
              {checks.map((c) => (
                <li key={c.id}>
                  <a {...link(at(`/controls?check=${c.id}`))} aria-current={c === chosen ? 'true' : undefined}>
                    <Time at={c.at} />
                  </a>
                  <Mark tone={c.equal ? 'arrived' : 'no'}>{t(c.equal ? 'ledger.equal' : 'ledger.notEqual')}</Mark>
                  <small className="soft">
                    {c.reconciliation_id === undefined ? (
                      t('ledger.byHand')
                    ) : (
                      <a {...link(`/app/reconciliations/${c.reconciliation_id}`)}>{t('ledger.afterRun')}</a>
                    )}
                  </small>
                </li>
              ))}
            </ul>
            {list.hasNextPage ? (
              <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('ledger.more')}
              </Button>
            ) : null}
          </section>
        </>
      )}
    </>
  );
}

function One({ of, isNewest }: Readonly<{ of: Check; isNewest: boolean }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const tone = of.equal ? 'arrived' : 'no';
  const nameOf = (code: string): string =>
    ACCOUNTS.some((a) => a === code) ? t(`ledger.${code as 'suspense'}`) : code;
  const partOf = (part: string): string => {
    const key = part.replaceAll(' ', '_');
    return PARTS.some((p) => p === key) ? t(`ledger.part_${key as 'breaks'}`) : part;
  };
  return (
    <section aria-live="polite">
      <p className={`verdict-line tone-${tone}`} data-equal={of.equal}>
        <ToneIcon tone={tone} size={22} />
        <strong>{t(of.equal ? 'ledger.allEqual' : 'ledger.someDiffer')}</strong>
        <span>
          {t(isNewest ? 'ledger.checkedLast' : 'ledger.checkedThen')} <Time at={of.at} />
        </span>
      </p>
      <div className="controls">
        {of.rows.map((r) => {
          const money = (amount: string) => ({ amount, currency: r.currency });
          const right = isNothing(money(r.difference));
          return (
            <article key={`${r.account}${r.currency}`} className="panel">
              <h2>
                {nameOf(r.account)} <small translate="no">{r.currency}</small>
              </h2>
              <Money of={money(r.ledger)} large />
              <p className={`control-sum tone-${right ? 'arrived' : 'no'}`}>
                <ToneIcon tone={right ? 'arrived' : 'no'} size={14} />
                {right ? (
                  t('ledger.equalsOpen')
                ) : (
                  <>
                    {t('ledger.openIs')} <Money of={money(r.open)} /> · {t('ledger.differenceIs')}{' '}
                    <Money of={money(r.difference)} />
                  </>
                )}
              </p>
              <dl className="sums">
                {Object.entries(r.parts).map(([part, sum]) => (
                  <div key={part}>
                    <dt>{partOf(part)}</dt>
                    <dd>
                      <Money of={money(sum)} />
                    </dd>
                  </div>
                ))}
              </dl>
            </article>
          );
        })}
      </div>
      {of.equal ? null : <p className="soft">{t('ledger.differHint')}</p>}
    </section>
  );
}
