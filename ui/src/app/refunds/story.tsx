/** One refund of ours: who asked, who agreed, what was sent, what was answered with its stored bytes; and whether it reached the customer. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import { api } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, moneyText, Time, VerdictMark } from '../../base/parts.tsx';
import { Refused, Say } from '../form.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Refund, refunds } from './api.ts';
import { RefundMark } from './parts.tsx';
import type { RefundsKey } from './words.ts';

const Raw = lazy(() => import('../raw.tsx'));

export default function Story({
  id,
  may,
  isAtPayment = false,
}: Readonly<{ id: string; may: boolean; isAtPayment?: boolean }>): ReactElement {
  const { t, both } = useWords<RefundsKey>();
  const [raw, setRaw] = useState<string | undefined>(undefined);
  const story = useQuery({ queryKey: ['refunds', 'one', id], queryFn: () => refunds.one(id) });
  if (story.isError && story.data === undefined)
    return <Wrong error={story.error} retry={() => void story.refetch()} />;
  if (story.data === undefined) return <Rows n={6} />;
  const { refund: it, steps } = story.data;
  const name = it.made_by.actor === 'policy' ? t('refunds.byPolicy') : it.made_by.name;
  return (
    <div className="refund-story">
      <header className="work-head">
        <p className="work-marks">
          <RefundMark of={it} />
        </p>
        <Money of={it.amount} large />
        <h2>{t('refunds.asked', { name, money: moneyText(it.amount), reason: both(it.reason_says) })}</h2>
        {it.note === undefined ? null : <q className="refund-note">{it.note}</q>}
      </header>
      <StandsNow of={it} />
      <section aria-labelledby="steps">
        <h3 id="steps">{t('refunds.steps')}</h3>
        <ol className="work-steps">
          {steps.map((s) => (
            <li key={`${s.at} ${s.kind}`}>
              <Time at={s.at} />
              <div>
                {both(s.says)}
                {s.by === undefined ? '' : ` · ${s.by.actor === 'policy' ? t('refunds.byPolicy') : s.by.name}`}{' '}
                {s.message_id === undefined ? null : (
                  <Button
                    size="small"
                    onClick={() => setRaw(s.message_id)}
                    aria-label={`${t('refunds.raw')} ${both(s.says)}`}
                  >
                    {t('refunds.raw')}
                  </Button>
                )}
                {s.note === undefined || s.kind === 'made' ? null : <q>{s.note}</q>}
                {s.code === undefined ? null : <small translate="no">{s.code}</small>}
              </div>
            </li>
          ))}
        </ol>
      </section>
      <dl className="work-facts">
        <div>
          <dt>{t('refunds.ref')}</dt>
          <dd className="mono">{it.refund_ref}</dd>
        </div>
        {it.channel_ref === undefined || it.channel_ref === it.refund_ref ? null : (
          <div>
            <dt>{t('refunds.channelRef')}</dt>
            <dd className="mono">{it.channel_ref}</dd>
          </div>
        )}
        {isAtPayment ? null : (
          <div>
            <dt>{t('refunds.order')}</dt>
            <dd>
              <a {...link(`/app/payments/${it.payment_id}`)} className="ref" translate="no">
                {it.order_ref ?? it.payment_ref}
              </a>
            </dd>
          </div>
        )}
      </dl>
      {may && (it.state === 'waiting' || it.state === 'ready') ? <Cancel of={it} /> : null}
      {raw === undefined ? null : (
        <Suspense fallback={null}>
          <Raw messageId={raw} close={() => setRaw(undefined)} />
        </Suspense>
      )}
    </div>
  );
}

/** What it waits for, why it came to nothing, or how far the money is, by the verdict on it. */
function StandsNow({ of }: Readonly<{ of: Refund }>): ReactElement | null {
  const { t, both } = useWords<RefundsKey>();
  const isWith = of.state === 'done' || of.state === 'at_channel' || of.state === 'asking';
  const trace = useQuery({
    queryKey: ['trace', of.payment_id],
    queryFn: () => api.trace(of.payment_id),
    enabled: isWith,
  });
  const told = trace.data?.payment.refunds?.find(
    (r) => r.refund_ref === of.refund_ref || r.refund_ref === of.channel_ref,
  );
  if (of.state === 'waiting' && of.approval !== undefined)
    return (
      <Say tone="late">
        {t('refunds.waits', { needs: of.approval.needs, agreed: of.approval.agreed })}{' '}
        <a {...link(`/app/approvals/${of.approval.id}`)}>{t('refunds.toApproval')}</a>
        <small>
          {t('refunds.until')} <Time at={of.approval.expires_at} ago />
        </small>
      </Say>
    );
  if (of.detail !== undefined || of.remedy !== undefined)
    return (
      <Say tone={of.state === 'refused' ? 'no' : 'waiting'}>
        {of.detail ?? both(of.state_says)}
        {of.remedy === undefined ? null : <small>{both(of.remedy)}</small>}
      </Say>
    );
  if (!isWith || told === undefined) return null;
  return (
    <p className="refund-told">
      <VerdictMark code={told.verdict.code} />{' '}
      {told.verdict.says === undefined ? '' : both(told.verdict.says.accountant)}
    </p>
  );
}

/** Asked twice where it stands, since a second dialog over the first would hide what it is about. */
function Cancel({ of }: Readonly<{ of: Refund }>): ReactElement {
  const { t } = useWords<RefundsKey>();
  const client = useQueryClient();
  const [isSure, setSure] = useState(false);
  const cancel = useMutation({
    mutationFn: () => refunds.cancel(of.id),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['refunds'] }),
        client.invalidateQueries({ queryKey: ['approvals'] }),
      ]),
  });
  return (
    <div>
      <p className="work-acts">
        {isSure ? (
          <>
            <span>{t('refunds.cancelSure')}</span>
            <Button danger loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t('refunds.cancelDo')}
            </Button>
            <Button onClick={() => setSure(false)}>{t('refunds.cancelNot')}</Button>
          </>
        ) : (
          <Button onClick={() => setSure(true)}>{t('refunds.cancel')}</Button>
        )}
      </p>
      <Refused error={cancel.error} />
    </div>
  );
}
