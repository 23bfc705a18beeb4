/**
 * The bill calendar of an account: which day's bill is here, which is awaited, and until when the channel still gives it. A bill that is not
 * here and leaves soon is evidence about to be lost: it stands first.
 */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import { type Say as SayWord, useWords } from '../../base/lang.ts';
import { Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { dayOf, useNow } from '../../base/time.ts';
import { Mark, Say } from '../form.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { asked, type BillDay, type Provider } from './api.ts';
import { type BillSign, billSign } from './health.ts';
import type { ChannelsKey } from './words.ts';

const SHOWN = 8;
const STRIP = 30;
type Signed = Readonly<{ bill: BillDay; sign: BillSign }>;

export function Bills({ id, provider }: Readonly<{ id: string; provider: Provider | undefined }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const now = useNow(60_000);
  const bills = useQuery({ ...asked.bills(id), refetchInterval: 30_000 });
  const [all, setAll] = useState(false);
  const none = provider?.capabilities.find((c) => c.name === 'bills')?.why_not;
  const rows = (bills.data?.items ?? []).map((bill): Signed => ({ bill, sign: billSign(bill, now) }));
  const kinds = [...new Set(rows.map((r) => r.bill.kind))];
  const leaving = rows.filter((r) => r.sign.state === 'leaving');
  const shown = [...leaving, ...rows.filter((r) => r.sign.state !== 'leaving')];
  return (
    <section className="panel" aria-labelledby="bills">
      <h2 id="bills">{t('channels.bills')}</h2>
      {none !== undefined ? (
        <p className="soft">{both(none)}</p>
      ) : bills.isError && bills.data === undefined ? (
        <Wrong error={bills.error} retry={() => void bills.refetch()} />
      ) : bills.data === undefined ? (
        <Rows n={4} />
      ) : rows.length === 0 ? (
        <Quiet title={t('channels.billsNone')}>
          <p>{t('channels.billsNoneHint')}</p>
        </Quiet>
      ) : (
        <>
          {leaving.map(({ bill, sign }) => (
            <Say key={`${bill.kind}${bill.covers_on}`} tone="late">
              <strong>{t('channels.billLeaving', { day: dayOf(bill.covers_on), kind: kindOf(bill.kind, t) })}</strong>
              <small>{t('channels.billGone', { on: dayOf(bill.gone_at), n: sign.days })}</small>
            </Say>
          ))}
          {kinds.map((kind) => (
            <Strip key={kind} kind={kind} rows={rows.filter((r) => r.bill.kind === kind)} />
          ))}
          <ul className="bill-list">
            {(all ? shown : shown.slice(0, SHOWN)).map((row) => (
              <Line key={`${row.bill.kind}${row.bill.covers_on}`} {...row} />
            ))}
          </ul>
          {rows.length > SHOWN ? (
            <Button type="link" onClick={() => setAll(!all)}>
              {all ? t('channels.fewer') : t('channels.allDays', { n: rows.length })}
            </Button>
          ) : null}
        </>
      )}
    </section>
  );
}

const KINDS: Readonly<Record<string, ChannelsKey>> = {
  trade: 'channels.kindTrade',
  balance: 'channels.kindBalance',
  accounting: 'channels.kindAccounting',
};
const kindOf = (kind: string, t: SayWord<ChannelsKey>): string => (kind in KINDS ? t(KINDS[kind]!) : kind);

/** A square a day, oldest first; each says in words what it is. */
function Strip({ kind, rows }: Readonly<{ kind: string; rows: readonly Signed[] }>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  return (
    <div className="strip-row">
      <span className="soft">{kindOf(kind, t)}</span>
      <ol className="strip">
        {rows
          .slice(0, STRIP)
          .toReversed()
          .map(({ bill, sign }) => {
            const says = `${dayOf(bill.covers_on)} ${t(`billState.${sign.state}`)}`;
            return (
              <li key={bill.covers_on} className={`tone-${sign.tone} is-${sign.state}`} title={says}>
                <ToneIcon tone={sign.tone} size={11} />
                <span className="hidden">{says}</span>
              </li>
            );
          })}
      </ol>
    </div>
  );
}

function Line({ bill, sign }: Signed): ReactElement {
  const { t, lang } = useWords<ChannelsKey>();
  const isHere = sign.state === 'fetched' || sign.state === 'empty';
  return (
    <li>
      <span className="day">
        {dayOf(bill.covers_on, lang, true)} <small className="soft">{kindOf(bill.kind, t)}</small>
      </span>
      <Mark tone={sign.tone}>{t(`billState.${sign.state}`)}</Mark>
      <span className="what">
        {bill.document_id === undefined ? null : (
          <a {...link(`/app/imports/${bill.document_id}`)}>
            {bill.lines === undefined ? t('channels.document') : t('channels.lines', { n: bill.lines })}
          </a>
        )}
        {sign.state === 'ahead' || sign.state === 'due' ? (
          <span className="soft">
            {t('channels.readyAt')} <Time at={bill.ready_at} />
          </span>
        ) : null}
        {bill.last_error !== undefined && !isHere ? <span className="soft">{bill.last_error}</span> : null}
      </span>
      <span className="until soft">
        {isHere ? '' : t('channels.until', { on: dayOf(bill.gone_at), n: Math.max(0, sign.days) })}
      </span>
    </li>
  );
}
