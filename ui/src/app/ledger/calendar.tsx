/** Days signed off (日结) and months closed: a month at a glance, one day beside it, and what is open before a month is closed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { dayOf, today } from '../../base/time.ts';
import { addMonths, firstOf, isDay, isMonth, lastOf, monthName, monthOf, weekdayOf } from '../days.ts';
import { Prompt } from '../prompt.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Day, type Days, ledger } from './api.ts';
import { at, Fact, Facts } from './parts.tsx';
import type { LedgerKey } from './words.ts';

/** Closed and signed are at rest, a day with breaks asks for a look, an open one waits. */
const toneOfDay = (d: Day): 'arrived' | 'late' | 'waiting' =>
  d.state === 'closed' || d.state === 'signed' ? 'arrived' : d.open_breaks === '0' ? 'waiting' : 'late';

export default function DaysPage({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<LedgerKey>();
  const { query } = useRoute();
  const asked = query.get('day');
  const month = isMonth(query.get('month')) ? query.get('month')! : isDay(asked) ? monthOf(asked) : monthOf(today());
  const days = useQuery({
    queryKey: ['ledger', 'days', month],
    queryFn: () => ledger.days(firstOf(month), lastOf(month)),
  });
  const chosen = days.data?.items.find((d) => d.on === asked);
  const to = (m: string): void => go(at(`/days?month=${m}`), 'replace');
  const title = monthName(month, lang);
  return (
    <>
      <p className="lead-line">
        {days.data?.signed_through === undefined
          ? t('ledger.noneSigned')
          : t('ledger.signedThrough', { on: days.data.signed_through })}{' '}
        {days.data?.closed_through === undefined ? '' : t('ledger.closedThrough', { on: days.data.closed_through })}
      </p>
      <div className="ledger-bar">
        <Button size="small" aria-label={t('ledger.monthBefore')} onClick={() => to(addMonths(month, -1))}>
          ‹
        </Button>
        <h2 className="month" aria-live="polite">
          {title}
        </h2>
        <Button size="small" aria-label={t('ledger.monthAfter')} onClick={() => to(addMonths(month, 1))}>
          ›
        </Button>
      </div>
      {days.isError && days.data === undefined ? (
        <Wrong error={days.error} retry={() => void days.refetch()} />
      ) : days.data === undefined ? (
        <Rows n={8} />
      ) : (
        <div className="days">
          <Month of={days.data} chosen={chosen?.on} label={title} />
          <div className="days-side">
            {chosen === undefined ? (
              <section className="panel">
                <Quiet title={t('ledger.chooseDay')}>
                  <p>{t('ledger.chooseDayHint')}</p>
                </Quiet>
              </section>
            ) : (
              <One of={chosen} me={me} key={chosen.on} />
            )}
            <Close of={days.data} month={month} me={me} />
          </div>
        </div>
      )}
      <Closed />
    </>
  );
}

function Month({ of, chosen, label }: Readonly<{ of: Days; chosen: string | undefined; label: string }>): ReactElement {
  const { t, lang } = useWords<LedgerKey>();
  const names = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: 'UTC', weekday: 'short' });
  const first = of.items[0]!;
  return (
    <section className="month-grid" aria-label={label}>
      <ol className="weekdays" aria-hidden="true">
        {Array.from({ length: 7 }, (_, i) => {
          // 5 January 1970 was a Monday.
          const name = names.format(Date.UTC(1970, 0, 5 + i));
          return <li key={name}>{name}</li>;
        })}
      </ol>
      <ol className="month-days">
        {of.items.map((d) => {
          const tone = toneOfDay(d);
          const way = link(at(`/days?month=${monthOf(d.on)}&day=${d.on}`));
          const says = [
            dayOf(d.on, lang, true),
            t(`ledger.day_${d.state}`),
            d.entries === '0' ? t('ledger.nothingPosted') : t('ledger.entriesCount', { count: d.entries }),
            d.open_breaks === '0' ? '' : t('ledger.breaksCount', { count: d.open_breaks }),
          ]
            .filter((x) => x !== '')
            .join(', ');
          return (
            <li key={d.on} className={d === first ? `starts-${weekdayOf(d.on)}` : undefined}>
              <a
                href={way.href}
                onClick={way.onClick}
                className={`day is-${d.state} tone-${tone}${d.entries === '0' ? ' is-empty' : ''}`}
                aria-current={d.on === chosen ? 'date' : undefined}
                data-day={d.on}
              >
                <span className="hidden">{says}</span>
                <span className={d.on === of.today ? 'day-no is-today' : 'day-no'} aria-hidden="true">
                  {Number(d.on.slice(8))}
                </span>
                {d.state === 'ahead' ? null : d.state === 'open' && d.entries === '0' ? null : (
                  <span className="day-state" aria-hidden="true">
                    <ToneIcon tone={tone} size={14} />
                    <span className="day-word">
                      {d.state === 'open' && d.open_breaks !== '0'
                        ? t('ledger.breaksShort', { count: d.open_breaks })
                        : t(`ledger.day_${d.state}`)}
                    </span>
                  </span>
                )}
                {d.entries === '0' ? null : (
                  <small className="day-count" aria-hidden="true">
                    {t('ledger.entriesCount', { count: d.entries })}
                  </small>
                )}
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function useDone(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['ledger'] });
}

function One({ of, me }: Readonly<{ of: Day; me: Me }>): ReactElement {
  const { t, lang } = useWords<LedgerKey>();
  const [isAsking, setAsking] = useState<'sign' | 'reopen'>();
  const may = me.scopes.includes('act');
  const tone = toneOfDay(of);
  return (
    <section className="panel" aria-labelledby="day">
      <h2 id="day">{dayOf(of.on, lang, true)}</h2>
      <p className={`mark tone-${of.state === 'ahead' ? 'waiting' : tone}`}>
        <ToneIcon tone={of.state === 'ahead' ? 'waiting' : tone} size={14} />
        {t(`ledger.day_${of.state}`)}
      </p>
      <Facts>
        <Fact says={t('ledger.posted')}>
          {of.entries === '0' ? (
            t('ledger.nothingPosted')
          ) : (
            <a {...link(at(`/entries?from=${of.on}&to=${of.on}`))}>{t('ledger.entriesCount', { count: of.entries })}</a>
          )}
        </Fact>
        <Fact says={t('ledger.inSuspense')}>
          {of.open_breaks === '0' ? (
            t('ledger.noBreaks')
          ) : (
            <a {...link(at('/suspense'))}>{t('ledger.breaksCount', { count: of.open_breaks })}</a>
          )}
        </Fact>
        {of.sign_off === undefined ? null : (
          <>
            <Fact says={t('ledger.signedBy')}>
              {of.sign_off.signed_by_name ?? of.sign_off.signed_by} · <Time at={of.sign_off.signed_at} />
            </Fact>
            {of.sign_off.note === undefined ? null : <Fact says={t('ledger.note')}>“{of.sign_off.note}”</Fact>}
            <Fact says={t('ledger.sealed')}>
              <code translate="no" title={of.sign_off.hash}>
                {of.sign_off.hash.slice(0, 12)}
              </code>{' '}
              <small>{t('ledger.sealedSays')}</small>
            </Fact>
          </>
        )}
      </Facts>
      {of.state === 'open' ? (
        <p className="panel-acts">
          <Button type="primary" disabled={!may} onClick={() => setAsking('sign')}>
            {t('ledger.signOff')}
          </Button>
          {may ? null : <small className="soft">{t('ledger.mayOperator')}</small>}
        </p>
      ) : of.state === 'signed' && of.sign_off !== undefined ? (
        <p className="panel-acts">
          <Button disabled={!me.scopes.includes('admin')} onClick={() => setAsking('reopen')}>
            {t('ledger.reopen')}
          </Button>
          {me.scopes.includes('admin') ? null : <small className="soft">{t('ledger.mayAdmin')}</small>}
        </p>
      ) : (
        <p className="soft">
          {t(
            of.state === 'closed'
              ? 'ledger.closedSays'
              : of.state === 'signed'
                ? 'ledger.signedWith'
                : 'ledger.notOver',
          )}
        </p>
      )}
      {isAsking === 'sign' ? <Sign of={of} close={() => setAsking(undefined)} /> : null}
      {isAsking === 'reopen' ? <Reopen on={of.on} close={() => setAsking(undefined)} /> : null}
    </section>
  );
}

function Note({
  says,
  value,
  set,
  isNeeded,
}: Readonly<{ says: string; value: string; set: (text: string) => void; isNeeded: boolean }>): ReactElement {
  return (
    <label className="field">
      <span>{says}</span>
      <textarea
        className="plain-input"
        rows={2}
        maxLength={500}
        value={value}
        onChange={(e) => set(e.target.value)}
        required={isNeeded}
      />
    </label>
  );
}
const noteOf = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());

function Sign({ of, close }: Readonly<{ of: Day; close: () => void }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const done = useDone();
  const [note, setNote] = useState('');
  const sign = useMutation({
    mutationFn: () => ledger.signOff(of.on, noteOf(note)),
    async onSuccess() {
      close();
      await done();
    },
  });
  return (
    <Prompt
      title={t('ledger.signTitle', { on: of.on })}
      close={close}
      error={sign.error}
      does={{ says: t('ledger.signOff'), run: () => sign.mutate(), isBusy: sign.isPending }}
    >
      <p>{t('ledger.signSays')}</p>
      {of.open_breaks === '0' ? null : <p>{t('ledger.signBreaks', { count: of.open_breaks })}</p>}
      <Note says={t('ledger.noteOptional')} value={note} set={setNote} isNeeded={false} />
    </Prompt>
  );
}

function Reopen({ on, close }: Readonly<{ on: string; close: () => void }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const done = useDone();
  const [reason, setReason] = useState('');
  const reopen = useMutation({
    mutationFn: () => ledger.reopen(on, reason.trim()),
    async onSuccess() {
      close();
      await done();
    },
  });
  return (
    <Prompt
      title={t('ledger.reopenTitle', { on })}
      close={close}
      error={reopen.error}
      does={{
        says: t('ledger.reopen'),
        run: () => reopen.mutate(),
        isBusy: reopen.isPending,
        isReady: reason.trim() !== '',
      }}
    >
      <p>{t('ledger.reopenSays')}</p>
      <Note says={t('ledger.reason')} value={reason} set={setReason} isNeeded />
    </Prompt>
  );
}

/** A month, with what is open before it is closed. */
function Close({ of, month, me }: Readonly<{ of: Days; month: string; me: Me }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const [isAsking, setAsking] = useState(false);
  const checks = useQuery({ queryKey: ['ledger', 'checks', 'last'], queryFn: () => ledger.checks() });
  const isOver = lastOf(month) < of.today;
  const isClosed = of.closed_through !== undefined && of.closed_through >= lastOf(month);
  const unsigned = of.items.filter((d) => d.state === 'open' && d.entries !== '0').length;
  const breaks = of.items.reduce((sum, d) => sum + Number(d.open_breaks), 0);
  const check = checks.data?.items[0];
  const isAdmin = me.scopes.includes('admin');
  const lines: ReadonlyArray<readonly ['arrived' | 'late', string]> = [
    [
      unsigned === 0 ? 'arrived' : 'late',
      t(unsigned === 0 ? 'ledger.allSigned' : 'ledger.daysUnsigned', { count: unsigned }),
    ],
    [breaks === 0 ? 'arrived' : 'late', t(breaks === 0 ? 'ledger.noBreaks' : 'ledger.breaksOpen', { count: breaks })],
    [
      check?.equal === true ? 'arrived' : 'late',
      t(check === undefined ? 'ledger.noChecks' : check.equal ? 'ledger.allEqual' : 'ledger.someDiffer'),
    ],
  ];
  return (
    <section className="panel" aria-labelledby="close-month">
      <h2 id="close-month">{t('ledger.closeMonth', { month })}</h2>
      {isClosed ? (
        <p className="soft">{t('ledger.isClosed')}</p>
      ) : (
        <>
          <ul className="open-before">
            {lines.map(([tone, says]) => (
              <li key={says} className={`tone-${tone}`}>
                <ToneIcon tone={tone} size={16} />
                {says}
              </li>
            ))}
          </ul>
          <p className="panel-acts">
            <Button disabled={!isOver || !isAdmin} onClick={() => setAsking(true)}>
              {t('ledger.close')}
            </Button>
            {!isOver ? (
              <small className="soft">{t('ledger.closeWhenOver', { on: lastOf(month) })}</small>
            ) : isAdmin ? null : (
              <small className="soft">{t('ledger.mayAdmin')}</small>
            )}
          </p>
        </>
      )}
      {isAsking ? <CloseAsk month={month} lines={lines} close={() => setAsking(false)} /> : null}
    </section>
  );
}

function CloseAsk({
  month,
  lines,
  close,
}: Readonly<{
  month: string;
  lines: ReadonlyArray<readonly ['arrived' | 'late', string]>;
  close: () => void;
}>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const done = useDone();
  const [note, setNote] = useState('');
  const shut = useMutation({
    mutationFn: () => ledger.close(month, noteOf(note)),
    async onSuccess() {
      close();
      await done();
    },
  });
  return (
    <Prompt
      title={t('ledger.closeMonth', { month })}
      close={close}
      error={shut.error}
      does={{ says: t('ledger.close'), run: () => shut.mutate(), isBusy: shut.isPending, isDangerous: true }}
    >
      <p>{t('ledger.closeSays')}</p>
      <ul className="open-before">
        {lines.map(([tone, says]) => (
          <li key={says} className={`tone-${tone}`}>
            <ToneIcon tone={tone} size={16} />
            {says}
          </li>
        ))}
      </ul>
      <Note says={t('ledger.noteOptional')} value={note} set={setNote} isNeeded={false} />
    </Prompt>
  );
}

function Closed(): ReactElement | null {
  const { t } = useWords<LedgerKey>();
  const periods = useQuery({ queryKey: ['ledger', 'periods'], queryFn: ledger.periods });
  const signed = useQuery({ queryKey: ['ledger', 'sign-offs'], queryFn: () => ledger.signOffs() });
  const reopened = signed.data?.items.filter((s) => s.reopened !== undefined) ?? [];
  const items = periods.data?.items ?? [];
  if (items.length + reopened.length === 0) return null;
  return (
    <div className="entry-more">
      {items.length === 0 ? null : (
        <section className="panel history">
          <h2>{t('ledger.closedMonths')}</h2>
          <ul>
            {items.map((p) => (
              <li key={p.to}>
                <a {...link(at(`/trial?from=${p.from}&to=${p.to}`))}>
                  {p.from} – {p.to}
                </a>
                <span>
                  {p.closed_by_name ?? p.closed_by} · <Time at={p.closed_at} />
                </span>
                <code translate="no" title={p.hash}>
                  {p.hash.slice(0, 12)}
                </code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {reopened.length === 0 ? null : (
        <section className="panel history">
          <h2>{t('ledger.reopened')}</h2>
          <ul>
            {reopened.map((s) => (
              <li key={s.id}>
                <a {...link(at(`/days?day=${s.business_on}`))}>{s.business_on}</a>
                <span>
                  {s.reopened!.by_name ?? s.reopened!.by} · <Time at={s.reopened!.at} />
                </span>
                <span>“{s.reopened!.reason}”</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
