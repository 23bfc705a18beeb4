/** Draws the line: a track, eight stations, the train where the money is, side tracks where it left. Labels are text in a list, for everyone. */
import type { ReactElement } from 'react';
import { useWords } from '../base/lang.ts';
import { ToneIcon, toneOf } from '../base/parts.tsx';
import { clockOf, dayOf, nowText, promisedOf, tookOf } from '../base/time.ts';
import type { Line, Stop } from './line.ts';
import type { AppKey } from './words.ts';

const STEP = 100;
const Y = 26;
const BELOW = 64;

const TONE_OF = {
  closed: 'waiting',
  failed: 'no',
  reversed: 'no',
  refunded: 'arrived',
  charged_back: 'beware',
  held: 'late',
  returned: 'late',
} as const;
const toneOfBranch = (name: string): (typeof TONE_OF)[keyof typeof TONE_OF] =>
  name in TONE_OF ? TONE_OF[name as keyof typeof TONE_OF] : 'late';

export function Metro({
  line,
  code,
  open,
}: Readonly<{ line: Line; code: string | undefined; open: (messageId: string) => void }>): ReactElement {
  const { t, both, lang } = useWords<AppKey>();
  const tone = code === undefined ? 'waiting' : toneOf(code);
  const { stops, branches, ridden } = line;
  const x = (i: number): number => STEP / 2 + i * STEP;
  const side = branches[0];
  return (
    <figure className={`metro tone-${tone}`}>
      <figcaption className="hidden">{t('payment.line')}</figcaption>
      <svg viewBox={`0 0 ${STEP * stops.length} ${side === undefined ? Y * 2 : Y + BELOW}`} aria-hidden="true">
        <line className="track ahead" x1={x(ridden)} y1={Y} x2={x(stops.length - 1)} y2={Y} />
        <line className="track ridden" x1={x(0)} y1={Y} x2={x(ridden)} y2={Y} />
        {side === undefined ? null : (
          <g className={`tone-${toneOfBranch(side.station)}`}>
            <path className="track side" d={`M${x(side.after)} ${Y} c 34 0 24 36 58 36 h 26`} />
            <circle className="end" cx={x(side.after) + 92} cy={Y + 36} r="8" />
          </g>
        )}
        {stops.map((stop, i) => (
          <g key={stop.station} className={`stop ${stop.shown}${stop.isHere ? ' here' : ''}`}>
            {stop.isHere ? <circle className="halo" cx={x(i)} cy={Y} r="17" /> : null}
            <circle className="dot" cx={x(i)} cy={Y} r={stop.shown === 'passed' ? 5 : stop.isHere ? 11 : 9} />
            {stop.shown === 'missing' ? <path className="cross" d={`m${x(i) - 4} ${Y - 4} 8 8 m0 -8 -8 8`} /> : null}
            {stop.isHere ? <circle className="core" cx={x(i)} cy={Y} r="4" /> : null}
          </g>
        ))}
      </svg>
      <ol>
        {stops.map((stop) => (
          <li key={stop.station} className={`${stop.shown}${stop.isHere ? ' here' : ''}`}>
            <span className="pin" aria-hidden="true" />
            <strong>{both(stop.title)}</strong>
            <When stop={stop} open={open} />
            {stop.lateMs !== undefined ? (
              <span className="late">{t('payment.lateBy', { took: tookOf(stop.lateMs, lang) })}</span>
            ) : stop.promise !== undefined && stop.at !== undefined ? (
              <span className="took">{t('payment.normal')}</span>
            ) : stop.usual !== undefined && stop.tookMs !== undefined ? (
              <span className={stop.tookMs > stop.usual.most_ms ? 'late' : 'took'}>
                {t('payment.usual', { took: tookOf(stop.tookMs, lang), most: tookOf(stop.usual.most_ms, lang) })}
              </span>
            ) : stop.tookMs !== undefined && stop.tookMs > 0 ? (
              <span className="took">{t('payment.took', { took: tookOf(stop.tookMs, lang) })}</span>
            ) : null}
            {stop.isHere ? <span className="hidden">{t('payment.here')}</span> : null}
          </li>
        ))}
      </ol>
      {branches.map((branch) => (
        <p key={branch.station} className={`branch tone-${toneOfBranch(branch.station)}`}>
          <ToneIcon tone={toneOfBranch(branch.station)} size={16} />
          {both(branch.title)}
          {branch.at === undefined ? null : <small>{shown(branch.at, lang)}</small>}
        </p>
      ))}
    </figure>
  );
}

function When({ stop, open }: Readonly<{ stop: Stop; open: (messageId: string) => void }>): ReactElement {
  const { t, lang } = useWords<AppKey>();
  const at = stop.at ?? stop.on;
  const { message_id } = stop;
  if (at !== undefined && message_id !== undefined)
    return (
      <button type="button" className="at proof" onClick={() => open(message_id)}>
        {shown(at, lang)}
      </button>
    );
  if (at !== undefined) return <span className="at">{shown(at, lang)}</span>;
  if (stop.shown === 'missing')
    return (
      <span className="at lost">
        <ToneIcon tone="late" size={13} />
        {stop.promise === undefined ? t('payment.missing') : t('payment.overdue', { at: dayOf(stop.promise.on, lang) })}
      </span>
    );
  if (stop.promise !== undefined)
    return <span className="at">{t('payment.promised', { at: promisedOf(stop.promise, lang) })}</span>;
  return (
    <span className="at">{stop.shown === 'passed' ? t('payment.passed') : stop.shown === 'done' ? '✓' : '—'}</span>
  );
}

/** A time of today by the clock, with its day otherwise; a business date as it is. */
function shown(at: string, lang: 'zh' | 'en'): string {
  if (!at.includes('T')) return dayOf(at, lang);
  return dayOf(at, lang) === dayOf(nowText(), lang) ? clockOf(at, lang) : `${dayOf(at, lang)} ${clockOf(at, lang)}`;
}

/** The line in a row of a list: eight dots. */
export function MiniLine({ far, label, tone }: Readonly<{ far: number; label: string; tone: string }>): ReactElement {
  return (
    <span className={`mini tone-${tone}`} role="img" aria-label={label} title={label}>
      {Array.from({ length: 8 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: eight places, always the same
        <i key={i} className={i < far ? 'on' : ''} />
      ))}
    </span>
  );
}
