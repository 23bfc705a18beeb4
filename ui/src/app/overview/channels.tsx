/** Each channel account at a glance: a day of payments by the hour, and in words how it behaves. The hours open as a chart, or as its table. */
import { type ReactElement, useState } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { useWords } from '../../base/lang.ts';
import { PROVIDERS, ToneIcon } from '../../base/parts.tsx';
import { agoOf, minuteOf, msOf, nowMs, textOf, tookOf } from '../../base/time.ts';
import { Chart } from '../chart.tsx';
import { Mark } from '../form.tsx';
import { link } from '../route.ts';
import { countOf, type Glance, type Overview, rowsOf } from './api.ts';
import type { OverviewKey } from './words.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Of fewer payments a share says little. */
const ENOUGH = 10;

export function Channels({ of }: Readonly<{ of: Overview }>): ReactElement {
  const { t } = useWords<OverviewKey>();
  const [open, setOpen] = useState<string>();
  const chosen = of.channels.find((c) => c.account_id === open);
  return (
    <section className="panel channels" aria-labelledby="channels-title">
      <h2 id="channels-title">{t('overview.channels')}</h2>
      {of.channels.length === 0 ? (
        <p className="soft">
          {t('overview.noChannels')} <a {...link('/app/channels')}>{t('overview.connect')}</a>
        </p>
      ) : (
        <ul>
          {of.channels.map((c) => (
            <li key={c.account_id}>
              <Card
                of={c}
                on={of}
                isOpen={open === c.account_id}
                open={() => setOpen(open === c.account_id ? undefined : c.account_id)}
              />
            </li>
          ))}
        </ul>
      )}
      {chosen === undefined ? null : <Hours of={chosen} />}
    </section>
  );
}

type Hour = Readonly<{ at: number; tried: number; paid: number }>;
/** The last 24 hours, with those in which nothing was. */
function hoursOf({ hours }: Glance): readonly Hour[] {
  const last = Math.trunc(nowMs() / HOUR_MS) * HOUR_MS;
  const known = new Map(hours.map((h) => [msOf(h.at), h]));
  return Array.from({ length: HOURS }, (_, i) => {
    const at = last - (HOURS - 1 - i) * HOUR_MS;
    return { at, tried: known.get(at)?.tried ?? 0, paid: known.get(at)?.paid ?? 0 };
  });
}

function Card({
  of,
  on,
  isOpen,
  open,
}: Readonly<{ of: Glance; on: Overview; isOpen: boolean; open: () => void }>): ReactElement {
  const { t, both, lang } = useWords<OverviewKey>();
  const hours = hoursOf(of);
  const tried = hours.reduce((sum, h) => sum + h.tried, 0);
  const paid = hours.reduce((sum, h) => sum + h.paid, 0);
  const told = of.notified + of.asked + of.from_documents;
  const { in_time, late, to_come } = of.batches;
  const [tone, state] = stateOf(of);
  const name = both(PROVIDERS[of.provider] ?? { zh: of.provider, en: of.provider });
  return (
    <article className="glance">
      <header>
        <h3>
          <a {...link(rowsOf(on, { account_id: of.account_id }))}>{of.name}</a>
        </h3>
        <small>{name}</small>
        <Mark tone={tone}>{t(`channel.${state}`)}</Mark>
      </header>
      <button type="button" className="spark" aria-expanded={isOpen} onClick={open}>
        <Spark hours={hours} />
        <span className="hidden">{t('overview.hours', { name: of.name })}</span>
      </button>
      <dl>
        <Row name={t('overview.paid')}>
          {tried === 0 ? t('overview.noneToday') : `${share(paid, tried)} · ${paid}/${tried}`}
        </Row>
        <Row name={t('overview.lost')} tone={told >= ENOUGH && of.asked / told > 0.1 ? 'late' : undefined}>
          {of.feed === 'none'
            ? t('overview.noFeed')
            : told === 0
              ? '—'
              : `${share(of.asked, told)} · ${of.asked}/${told}`}
        </Row>
        <Row name={t('overview.latency')}>
          {of.p50_ms === undefined
            ? '—'
            : t('overview.took', { half: tookOf(of.p50_ms, lang), most: tookOf(of.p95_ms ?? of.p50_ms, lang) })}
        </Row>
        <Row name={t('overview.settling')} tone={late > 0 ? 'late' : undefined}>
          {in_time + late + to_come === 0
            ? t('overview.noBatches')
            : t(late === 0 ? 'overview.inTime' : 'overview.notInTime', { n: in_time, late, coming: to_come })}
        </Row>
        <Row name={t('overview.answered')} tone={of.rests_until === undefined ? undefined : 'late'}>
          {of.rests_until !== undefined
            ? t('overview.rests', { at: minuteOf(of.rests_until, lang) })
            : of.last_answer_at === undefined
              ? t('overview.neverAsked')
              : agoOf(of.last_answer_at, lang)}
        </Row>
      </dl>
    </article>
  );
}

const Row = ({
  name,
  tone,
  children,
}: Readonly<{ name: string; tone?: Tone | undefined; children: string }>): ReactElement => (
  <div className={tone === undefined ? undefined : `tone-${tone} is-told`}>
    <dt>{name}</dt>
    <dd>
      {tone === undefined ? null : <ToneIcon tone={tone} size={13} />}
      {children}
    </dd>
  </div>
);

function stateOf({
  state,
  rests_until,
  last_answer_at,
  last_failure_at,
}: Glance): readonly [Tone, 'paused' | 'silent' | 'fine'] {
  if (state === 'paused') return ['waiting', 'paused'];
  const failedLast =
    last_failure_at !== undefined && (last_answer_at === undefined || msOf(last_failure_at) > msOf(last_answer_at));
  return rests_until !== undefined || failedLast ? ['late', 'silent'] : ['arrived', 'fine'];
}

const share = (part: number, whole: number): string => `${Math.round((part / whole) * 100)} %`;

/** What was paid in each hour, and above it what was not. */
function Spark({ hours }: Readonly<{ hours: readonly Hour[] }>): ReactElement {
  const most = Math.max(...hours.map((h) => h.tried), 1);
  return (
    <svg viewBox={`0 0 ${HOURS * 10} 40`} preserveAspectRatio="none" aria-hidden="true">
      {hours.map((h, i) => (
        <g key={h.at}>
          <rect className="none" x={i * 10 + 1} y={38} width={8} height={2} />
          <rect
            className="tried"
            x={i * 10 + 1}
            y={40 - (h.tried / most) * 40}
            width={8}
            height={(h.tried / most) * 40}
          />
          <rect className="paid" x={i * 10 + 1} y={40 - (h.paid / most) * 40} width={8} height={(h.paid / most) * 40} />
        </g>
      ))}
    </svg>
  );
}

function Hours({ of }: Readonly<{ of: Glance }>): ReactElement {
  const { t, lang } = useWords<OverviewKey>();
  const hours = hoursOf(of);
  const tell = (n: number) => ({ at: n, text: countOf(n, t) });
  return (
    <Chart
      label={t('overview.hours', { name: of.name })}
      x={{ title: t('overview.hour'), values: hours.map((h) => minuteOf(textOf(h.at), lang)) }}
      y={{ title: t('overview.count') }}
      series={[
        { name: t('overview.paid'), kind: 'bar', stack: 'all', tone: 'moving', values: hours.map((h) => tell(h.paid)) },
        {
          name: t('overview.unpaid'),
          kind: 'bar',
          stack: 'all',
          tone: 'waiting',
          values: hours.map((h) => tell(h.tried - h.paid)),
        },
      ]}
      height={200}
    />
  );
}
