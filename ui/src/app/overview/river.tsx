/**
 * The river of money: one line, eight stations, and at each the money that stands there now, as wide as it is much and in the colour of what
 * is said of it. Tracks leave where money left. Every part leads to its payments; the same figures stand in a table.
 */
import { type CSSProperties, type ReactElement, useState } from 'react';
import { VERDICTS } from '../../../../src/verdicts/catalogue.ts';
import { useWords } from '../../base/lang.ts';
import { Money, moneyText, ToneIcon, titleOf, toneOf, VerdictMark } from '../../base/parts.tsx';
import { msOf, nowMs, tookOf } from '../../base/time.ts';
import { ROAD } from '../line.ts';
import { link } from '../route.ts';
import type { AppKey } from '../words.ts';
import { countOf, type Overview, rowsOf, type Station } from './api.ts';
import {
  bedOf,
  falling,
  type Layer,
  lying,
  outlines,
  type Pool,
  poolsOf,
  titlesOf,
  trackOf,
  widthOf,
} from './river-shape.ts';
import type { OverviewKey } from './words.ts';

const STEP = 125;
const MOST = 104;
/** Where it runs downwards. */
const TALL = 88;
const MIDDLE = 52;
const Y = MOST / 2 + 12;
const DROP = 44;
/** Where each branch leaves the line. */
const LEAVES = {
  closed: 'ordered',
  failed: 'debited',
  reversed: 'captured',
  refunded: 'recorded',
  charged_back: 'cleared',
  held: 'settled',
  returned: 'paid_out',
} as const;
const TONES = {
  closed: 'waiting',
  failed: 'waiting',
  reversed: 'no',
  refunded: 'arrived',
  charged_back: 'beware',
  held: 'late',
  returned: 'late',
} as const;
type Branch = keyof typeof LEAVES;

export function River({ of }: Readonly<{ of: Overview }>): ReactElement {
  const { t } = useWords<OverviewKey>();
  const [isTable, setTable] = useState(false);
  return (
    <figure className="panel river" aria-labelledby="river-title">
      <figcaption>
        <h2 id="river-title">{t('overview.river')}</h2>
        <small>{t(isTable ? 'overview.noTotal' : 'overview.scale')}</small>
        <button type="button" className="chart-way" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {t(isTable ? 'overview.asRiver' : 'overview.asTable')}
        </button>
      </figcaption>
      {isTable ? <Figures of={of} /> : <Drawn of={of} />}
    </figure>
  );
}

function Drawn({ of }: Readonly<{ of: Overview }>): ReactElement {
  const { t, both } = useWords<OverviewKey | AppKey>();
  const pools = poolsOf(ROAD, of.stations, MOST);
  const tall = poolsOf(ROAD, of.stations, TALL);
  const branches = of.stations.filter((s): s is Station & { station: Branch } => s.station in LEAVES);
  const to = (by: Readonly<Record<string, string>>): string => rowsOf(of, by);
  const x = (i: number): number => STEP / 2 + i * STEP;
  const end = ROAD.length - 1;
  const tip = ({ station }: Pool, layer: Layer): string =>
    `${t(`station.${station}` as AppKey)} · ${titlesOf(layer.codes, both)} · ${moneyText({ amount: layer.amount, currency: of.currency })} · ${countOf(layer.payments, t)}`;
  const layersOf = (
    pools: readonly Pool[],
    i: number,
    at: Parameters<typeof outlines>[2],
    turn: typeof lying,
  ): ReactElement[] =>
    outlines(pools, i, at, turn).map(({ layer, path }) => (
      // The same link stands in words above; this one is for the pointer.
      <a
        key={layer.tone}
        {...link(to({ station: pools[i]!.station, verdict: layer.codes.join(',') }))}
        className={`water tone-${layer.tone}`}
        tabIndex={-1}
      >
        <path d={path}>
          <title>{tip(pools[i]!, layer)}</title>
        </path>
      </a>
    ));
  return (
    <div className="river-grid">
      <svg
        className="river-wide"
        viewBox={`0 0 ${STEP * ROAD.length} ${Y * 2 + (branches.length > 0 ? DROP : 0)}`}
        aria-hidden="true"
      >
        {branches.map((b) => {
          const at = x(ROAD.indexOf(LEAVES[b.station]));
          const width = trackOf(b, of.stations, MOST);
          return (
            <path
              key={b.station}
              className={width === undefined ? 'way-off is-empty' : `way-off tone-${TONES[b.station]}`}
              d={wayOff(at, width)}
            />
          );
        })}
        {pools.map((pool, i) => (
          <path
            key={pool.station}
            className="bed"
            d={bedOf(pools, i, { from: i * STEP, to: (i + 1) * STEP, across: Y }, lying)}
          />
        ))}
        {pools.map((pool, i) => (
          <g key={pool.station}>{layersOf(pools, i, { from: i * STEP, to: (i + 1) * STEP, across: Y }, lying)}</g>
        ))}
        {pools.map((pool, i) => (
          <circle
            key={pool.station}
            className={widthOf(pool) > 0 ? 'stop has' : 'stop'}
            cx={x(i)}
            cy={Y}
            r={i === end ? 8 : 6}
          />
        ))}
      </svg>
      <ol>
        {pools.map((pool, i) => {
          const here = branches.filter((b) => LEAVES[b.station] === pool.station);
          return (
            <li key={pool.station} style={{ '--i': i + 1 } as CSSProperties}>
              <svg className="river-tall" viewBox="0 0 104 100" preserveAspectRatio="none" aria-hidden="true">
                <path className="bed" d={bedOf(tall, i, { from: 0, to: 100, across: MIDDLE }, falling)} />
                {layersOf(tall, i, { from: 0, to: 100, across: MIDDLE }, falling)}
              </svg>
              <span className={widthOf(pool) > 0 ? 'pin has' : 'pin'} aria-hidden="true" />
              <Stop pool={pool} of={of} />
              {here.map((b) => (
                <a key={b.station} {...link(to({ station: b.station }))} className={`off tone-${TONES[b.station]}`}>
                  <ToneIcon tone={TONES[b.station]} size={14} />
                  <span>
                    {both(b.title)} <Money of={b.amount} /> <small>{countOf(b.payments, t)}</small>
                  </span>
                </a>
              ))}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** From a point on the line down to below it, widening to what it carries; a mere line where it carries nothing. */
function wayOff(at: number, width = 0): string {
  const [from, to, half] = [at - STEP * 0.4, Y * 2 + DROP, width / 2];
  const near = `C${at - STEP * 0.06 - half} ${Y + half / 2} ${at - half} ${Y + 24} ${at - half} ${to}`;
  const far = `C${at + half} ${Y + 24 - half} ${at - STEP * 0.06 + half} ${Y} ${from} ${Y}`;
  return width === 0 ? `M${from} ${Y} ${near}` : `M${from} ${Y} ${near} L${at + half} ${to} ${far}Z`;
}

function Stop({ pool, of }: Readonly<{ pool: Pool; of: Overview }>): ReactElement {
  const { t, both, lang } = useWords<OverviewKey | AppKey>();
  const { station, found, layers } = pool;
  const name = t(`station.${station}` as AppKey);
  if (found === undefined)
    return (
      <div className="stop-words is-dry">
        <strong>{name}</strong>
        <span>—</span>
      </div>
    );
  const age = (at: string): string => tookOf(Math.max(0, nowMs() - msOf(at)), lang);
  return (
    <div className="stop-words">
      <strong>{name}</strong>
      <a {...link(rowsOf(of, { station }))} className="stop-sum">
        <Money of={found.amount} />
      </a>
      <small>{countOf(found.payments, t)}</small>
      {found.oldest_at === undefined ? null : found.payments === 1 ? (
        <small>{t('overview.age', { age: age(found.oldest_at) })}</small>
      ) : (
        <small>
          <span>{t('overview.oldestIs', { age: age(found.oldest_at) })}</span>{' '}
          <span>{t('overview.medianIs', { age: age(found.median_at ?? found.oldest_at) })}</span>
        </small>
      )}
      {layers.length === 1 && (layers[0]!.tone === 'moving' || layers[0]!.tone === 'arrived')
        ? null
        : layers.map((layer) => (
            <a
              key={layer.tone}
              {...link(rowsOf(of, { station, verdict: layer.codes.join(',') }))}
              className={`layer tone-${layer.tone}`}
            >
              <ToneIcon tone={layer.tone} size={12} />
              <span>{layer.codes.length === 1 ? both(titleOf(layer.codes[0]!)) : t(`tone.${layer.tone}`)}</span>{' '}
              <Money of={{ amount: layer.amount, currency: of.currency }} />
            </a>
          ))}
    </div>
  );
}

function Figures({ of }: Readonly<{ of: Overview }>): ReactElement {
  const { t, lang } = useWords<OverviewKey | AppKey>();
  const order = [...ROAD, ...Object.keys(LEAVES)];
  const stations = [...of.stations].sort((a, b) => order.indexOf(a.station) - order.indexOf(b.station));
  const age = (at: string | undefined): string =>
    at === undefined ? '—' : tookOf(Math.max(0, nowMs() - msOf(at)), lang);
  return (
    <div className="river-table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('overview.station')}</th>
            <th scope="col">{t('payments.verdict')}</th>
            <th scope="col" className="right">
              {t('overview.count')}
            </th>
            <th scope="col" className="right">
              {t('payments.amount')}
            </th>
            <th scope="col" className="right">
              {t('overview.oldest')}
            </th>
            <th scope="col" className="right">
              {t('overview.median')}
            </th>
          </tr>
        </thead>
        {stations.map((s) => (
          <tbody key={s.station}>
            <tr className="whole">
              <th scope="rowgroup">
                <a {...link(rowsOf(of, { station: s.station }))}>{t(`station.${s.station}` as AppKey)}</a>
              </th>
              <td />
              <td className="right">{s.payments}</td>
              <td className="right">
                <Money of={s.amount} />
              </td>
              <td className="right">{age(s.oldest_at)}</td>
              <td className="right">{age(s.median_at)}</td>
            </tr>
            {s.parts.length === 1 && toneOf(s.parts[0]!.verdict) === 'arrived'
              ? null
              : s.parts.map((p) => (
                  <tr key={p.verdict}>
                    <td />
                    <td>
                      <a {...link(rowsOf(of, { station: s.station, verdict: p.verdict }))} className="bare">
                        {p.verdict in VERDICTS ? <VerdictMark code={p.verdict} /> : p.verdict}
                      </a>
                    </td>
                    <td className="right">{p.payments}</td>
                    <td className="right">
                      <Money of={p.amount} />
                    </td>
                    <td />
                    <td />
                  </tr>
                ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
