/**
 * On a payment's page: what may still be given back, the button that asks for it, and every refund: those asked for here with their story, those
 * of the channel's own console as the channel tells them. Nothing is shown before it is stored.
 */
import '../refund.css';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import type { Payment } from '../../base/api.ts';
import { addWords, useWords } from '../../base/lang.ts';
import { Money, Time, VerdictMark } from '../../base/parts.tsx';
import { isNothing } from '../amounts.ts';
import { Say } from '../form.tsx';
import { useLive } from '../live.ts';
import { Prompt } from '../prompt.tsx';
import { Wrong } from '../state.tsx';
import { type Refund, refunds } from './api.ts';
import { RefundMark } from './parts.tsx';
import { type RefundsKey, words } from './words.ts';

addWords(words);

const RefundForm = lazy(() => import('./form.tsx'));
const Story = lazy(() => import('./story.tsx'));

export default function RefundPanel({
  payment,
  may,
}: Readonly<{ payment: Payment; may: boolean }>): ReactElement | null {
  const { t, both } = useWords<RefundsKey>();
  const client = useQueryClient();
  const left = useQuery({ queryKey: ['refunds', 'of', payment.id], queryFn: () => refunds.ofPayment(payment.id) });
  const renew = (): void => {
    void client.invalidateQueries({ queryKey: ['refunds'] });
    void client.invalidateQueries({ queryKey: ['trace', payment.id] });
  };
  useLive((event) => {
    const refund = event.data.refund as { payment_id?: string } | undefined;
    if (refund?.payment_id === payment.id) renew();
    else if ((event.data.payment as { id?: string } | undefined)?.id === payment.id) void left.refetch();
  });
  const [isAsking, setAsking] = useState(false);
  const [open, setOpen] = useState<string | undefined>(undefined);
  const told = payment.refunds ?? [];
  const data = left.data;
  if (data === undefined)
    return left.isError ? (
      <section className="panel refund-panel">
        <h2>{t('refunds.heading')}</h2>
        <Wrong error={left.error} retry={() => void left.refetch()} />
      </section>
    ) : null;
  const { items, refundable, why_not: whyNot } = data;
  if (refundable === undefined && items.length + told.length === 0) return null;
  const isOurs = (ref: string): boolean => items.some((r) => r.refund_ref === ref || r.channel_ref === ref);
  const theirs = told.filter((r) => !isOurs(r.refund_ref));
  const isAll = refundable !== undefined && isNothing(refundable);
  return (
    <section className="panel refund-panel" aria-labelledby="refunds">
      <div className="panel-head">
        <h2 id="refunds">{t('refunds.heading')}</h2>
        {refundable === undefined || isAll ? null : (
          <span className="soft">
            {t('refunds.left')} <Money of={refundable} />
          </span>
        )}
      </div>
      {items.length + theirs.length === 0 ? null : (
        <ul className="refund-list">
          {items.map((r) => (
            <li key={r.id}>
              <button type="button" onClick={() => setOpen(r.id)}>
                <Money of={r.amount} />
                <RefundMark of={r} />
                <small>
                  {both(r.reason_says)} · {r.made_by.actor === 'policy' ? t('refunds.byPolicy') : r.made_by.name} ·{' '}
                  <Time at={r.made_at} />
                </small>
              </button>
            </li>
          ))}
          {theirs.map((r) => (
            <li key={r.refund_ref} className="is-theirs">
              <Money of={r.amount} />
              <VerdictMark code={r.verdict.code} />
              <small>
                {t('refunds.theirs')} · <Time at={r.at} />
                {r.verdict.says === undefined ? '' : ` · ${both(r.verdict.says.agent)}`}
              </small>
            </li>
          ))}
        </ul>
      )}
      {isAll ? (
        <p className="soft">{t('refunds.allBack')}</p>
      ) : whyNot !== undefined ? (
        <Say tone="waiting">
          {both(whyNot.says)}
          <small>{both(whyNot.remedy)}</small>
        </Say>
      ) : may ? (
        <Button block onClick={() => setAsking(true)}>
          {t('refunds.title')}
        </Button>
      ) : (
        <p className="soft">{t('refunds.mayNot')}</p>
      )}
      <Suspense fallback={null}>
        {isAsking && refundable !== undefined ? (
          <RefundForm
            payment={payment}
            left={{ ...data, refundable }}
            done={(refund: Refund) => {
              renew();
              setOpen(refund.id);
            }}
            close={() => setAsking(false)}
          />
        ) : null}
        {open === undefined ? null : (
          <Prompt title={t('refunds.story')} close={() => setOpen(undefined)} isWide>
            <Story id={open} may={may} isAtPayment />
          </Prompt>
        )}
      </Suspense>
    </section>
  );
}
