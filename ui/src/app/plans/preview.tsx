/** What the plan on the form would mean: one payment in a sentence, and a month with the day each day's money comes. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useEffect, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Money, moneyText } from '../../base/parts.tsx';
import { dayOf, promisedOf, today } from '../../base/time.ts';
import { Field, Refused } from '../form.tsx';
import { Rows } from '../state.tsx';
import { type Body, type Preview, planApi } from './api.ts';
import type { PlansKey } from './words.ts';

const SETTLE_MS = 250;
type Sample = Readonly<{ amount: string; on: string; time: string; card: string }>;
const AMOUNT = /^(0|[1-9]\d{0,13})(\.\d{1,8})?$/;

export function PlanPreview({
  channel,
  body,
  currency,
  hasCards,
}: Readonly<{ channel: string; body: Body; currency: string; hasCards: boolean }>): ReactElement {
  const { t, both } = useWords<PlansKey>();
  const [sample, setSample] = useState<Sample>({ amount: '128.00', on: today(), time: '14:00', card: 'wallet' });
  const [month, setMonth] = useState(today().slice(0, 7));
  // While somebody types nothing is asked.
  const wanted = JSON.stringify(body);
  const [settled, setSettled] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const isRight = AMOUNT.test(sample.amount) && /^\d{4}-\d\d-\d\d$/.test(sample.on) && /^\d\d:\d\d$/.test(sample.time);
  const seen = useQuery({
    queryKey: ['plan preview', channel, settled, sample, month, currency],
    queryFn: ({ signal }) =>
      planApi.preview(
        {
          channel,
          plan: JSON.parse(settled),
          payment: {
            amount: { amount: sample.amount, currency },
            at: `${sample.on}T${sample.time}:00+08:00`,
            ...(hasCards && sample.card !== '' && { card: sample.card as 'wallet' }),
          },
          month,
        },
        signal,
      ),
    enabled: isRight && /^[A-Z]{3}$/.test(currency),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const put = (part: Partial<Sample>): void => setSample({ ...sample, ...part });
  return (
    <section className="panel preview" aria-labelledby="preview" aria-busy={seen.isFetching}>
      <h2 id="preview">{t('plans.preview')}</h2>
      <div className="sample">
        <Field label={t('plans.sampleAmount')}>
          {(control) => (
            <input
              {...control}
              className="input"
              inputMode="decimal"
              value={sample.amount}
              onChange={(event) => put({ amount: event.target.value.trim() })}
            />
          )}
        </Field>
        <Field label={t('plans.sampleDay')}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={sample.on}
              onChange={(event) => put({ on: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('plans.sampleTime')}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="time"
              value={sample.time}
              onChange={(event) => put({ time: event.target.value })}
            />
          )}
        </Field>
        {hasCards ? (
          <Field label={t('plans.sampleCard')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={sample.card}
                onChange={(event) => put({ card: event.target.value })}
              >
                {(['wallet', 'debit', 'credit'] as const).map((card) => (
                  <option key={card} value={card}>
                    {t(`card.${card}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ) : null}
      </div>
      {seen.error !== null ? (
        <Refused error={seen.error} />
      ) : seen.data === undefined ? (
        <Rows n={4} />
      ) : (
        <>
          <Payment of={seen.data.payment} sample={sample} currency={currency} />
          <ul className="plain says">
            {seen.data.says.map((said) => (
              <li key={said.en}>{both(said)}</li>
            ))}
          </ul>
          <Month
            days={seen.data.days}
            month={month}
            chosen={sample.on}
            turn={(by) => setMonth(shifted(month, by))}
            choose={(on) => put({ on })}
          />
        </>
      )}
    </section>
  );
}

function Payment({
  of: p,
  sample,
  currency,
}: Readonly<{ of: Preview['payment']; sample: Sample; currency: string }>): ReactElement {
  const { t, both, lang } = useWords<PlansKey>();
  const amount = moneyText({ amount: sample.amount, currency });
  const when = `${dayOf(sample.on, lang, true)} ${sample.time}`;
  return (
    <div className="outcome">
      <p>
        {p.credited === undefined
          ? t('plans.sayUnknown', { when, amount })
          : t('plans.sayBy', { when, amount, by: promisedOf(p.credited, lang, true) })}
      </p>
      <p className="net">
        <Money of={p.net} large />
        <span className="soft">{t(p.net === undefined ? 'plans.netUnknown' : 'plans.net')}</span>
      </p>
      <dl className="pairs">
        {p.fee === undefined ? null : (
          <>
            <dt>{t('plans.fee')}</dt>
            <dd>
              <Money of={p.fee} />
              {p.arithmetic === undefined ? null : <div className="soft">{both(p.arithmetic)}</div>}
              {p.rounded === undefined || p.rounded === 'row' ? null : (
                <small className="soft"> {t(`roundedBy.${p.rounded}`)}</small>
              )}
            </dd>
          </>
        )}
        {p.reserve === undefined ? null : (
          <>
            <dt>{t('plans.reserveKept')}</dt>
            <dd>
              <Money of={p.reserve} />
            </dd>
          </>
        )}
        {p.bill === undefined ? null : (
          <>
            <dt>{t('plans.billFrom')}</dt>
            <dd>{promisedOf(p.bill, lang, true)}</dd>
          </>
        )}
        {p.credited === undefined ? null : (
          <>
            <dt>{t('plans.rule')}</dt>
            <dd>
              {both(p.credited.rule)}
              {p.credited.assumed ? <small className="soft"> {t('plans.assumed')}</small> : null}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

/** `2026-11`, a month on or back. */
function shifted(month: string, by: 1 | -1): string {
  const [year, m] = month.split('-').map(Number) as [number, number];
  const n = year * 12 + (m - 1) + by;
  return `${Math.trunc(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`;
}

type Day = Preview['days'][number];
const number = (on: string): number => Number(on.slice(8));

/** `27–29` where they follow each other, else the days one by one. */
function spanOf(days: readonly string[]): string {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return '';
  if (days.length === 1) return String(number(first));
  return `${number(first)}–${number(last)}`;
}

function Month({
  days,
  month,
  chosen,
  turn,
  choose,
}: Readonly<{
  days: readonly Day[];
  month: string;
  chosen: string;
  turn: (by: 1 | -1) => void;
  choose: (on: string) => void;
}>): ReactElement {
  const { t, lang } = useWords<PlansKey>();
  const due = days.find((d) => d.on === chosen)?.due_on;
  // Monday first.
  const lead = days[0]?.weekday ?? 1;
  const hasDays = days.some((d) => d.brings.length > 0);
  return (
    <div className="month">
      <div className="panel-head">
        <h3>{t('plans.month', { month })}</h3>
        <Button size="small" aria-label={t('plans.monthBack')} onClick={() => turn(-1)}>
          ‹
        </Button>
        <Button size="small" aria-label={t('plans.monthOn')} onClick={() => turn(1)}>
          ›
        </Button>
      </div>
      <p className="soft">{t(hasDays ? 'plans.monthHint' : 'plans.monthNone')}</p>
      <ol className="days">
        {days.map((d, i) => {
          const says = [
            dayOf(d.on, lang, true),
            d.free === true ? t('plans.free') : '',
            d.brings.length === 0 ? '' : t('plans.brings', { days: d.brings.map((on) => dayOf(on, lang)).join('、') }),
            d.due_on === undefined ? '' : t('plans.dueOn', { on: dayOf(d.due_on, lang) }),
            d.certain ? '' : t('plans.uncertain'),
          ]
            .filter((part) => part !== '')
            .join(lang === 'zh' ? ',' : ', ');
          const classes = [
            d.free === true ? 'is-free' : '',
            d.on === chosen ? 'is-chosen' : '',
            d.on === due ? 'is-due' : '',
          ].join(' ');
          return (
            <li key={d.on} style={i === 0 ? { gridColumnStart: lead } : undefined}>
              <button
                type="button"
                className={classes}
                aria-pressed={d.on === chosen}
                title={says}
                onClick={() => choose(d.on)}
              >
                <span className="hidden">{says}</span>
                <span className="date" aria-hidden="true">
                  {number(d.on)}
                </span>
                {d.free === true ? (
                  <span className="free" aria-hidden="true">
                    {t('plans.freeShort')}
                  </span>
                ) : null}
                {d.brings.length === 0 ? null : (
                  <span className="brings" aria-hidden="true">
                    {spanOf(d.brings)}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
