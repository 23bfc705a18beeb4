/** What the channel said of the payout that a payment is in, down to the bytes, and what contradicts it. */
import { Button } from 'antd';
import type { ReactElement } from 'react';
import type { Trace } from '../base/api.ts';
import { type Text, useWords } from '../base/lang.ts';
import { Money, Time } from '../base/parts.tsx';
import { dayOf, whenOf } from '../base/time.ts';
import { type AppKey, words } from './words.ts';

type Batch = NonNullable<Trace['batch']>;

const word = (key: string): Text | undefined => (words as Readonly<Record<string, Text>>)[key];

export function Told({
  batch,
  open,
}: Readonly<{ batch: Batch; open: (messageId: string) => void }>): ReactElement | null {
  const { t, both, lang } = useWords<AppKey>();
  const { told, contradictions } = batch;
  if (told === undefined) return null;
  const last = told.at(-1)?.state;
  const isLate = batch.state === 'late' && (last === 'pending' || last === 'in_transit');
  return (
    <>
      {isLate ? <p className="payout-late tone-late">{t('payout.late')}</p> : null}
      <ol className="proofs">
        {told.map((f) => {
          const state = both(word(`payout.${f.state}`) ?? { zh: f.said, en: f.said });
          return (
            <li key={f.id}>
              <Time at={f.occurred_at} />
              <span className="source">{both(word(`source.${f.source}`) ?? { zh: f.source, en: f.source })}</span>
              <span className="said">
                {state} <Money of={f.amount} />
                {f.failure === undefined ? null : (
                  <small translate="no">
                    {f.failure.code} {f.failure.says}
                  </small>
                )}
                {f.arrival_on === undefined || f.state === 'returned' ? null : (
                  <small>{t('payout.arrives', { on: dayOf(f.arrival_on, lang) })}</small>
                )}
                {f.times > 1 ? (
                  <small>{t('payment.times', { times: f.times, at: whenOf(f.last_seen_at, lang) })}</small>
                ) : null}
              </span>
              {f.message_id === undefined ? null : (
                <Button size="small" onClick={() => open(f.message_id!)} aria-label={`${t('payment.raw')} ${state}`}>
                  {t('payment.raw')}
                </Button>
              )}
            </li>
          );
        })}
      </ol>
      {contradictions === undefined || contradictions.length === 0 ? null : (
        <>
          <p className="soft">{t('payment.contradictions')}</p>
          <ul className="plain">
            {contradictions.map((c) => (
              <li key={c.code}>{both(c.says)}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
