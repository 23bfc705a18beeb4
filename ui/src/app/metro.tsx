/** Draws the line: a track, eight stations, the train where the money is, a side track where it left. Labels are text in a list, for everyone. */
import type { ReactElement } from 'react';
import { useWords } from '../base/lang.ts';
import { ToneIcon, toneOf } from '../base/parts.tsx';
import { clockOf, dayOf, nowText, tookOf } from '../base/time.ts';
import type { Branch, Line, Stop } from './line.ts';
import type { AppKey } from './words.ts';

const STEP = 100;
const Y = 26;
const BELOW = 64;

const toneOfBranch: Readonly<Record<Branch, string>> = {
  closed: 'waiting',
  failed: 'no',
  reversed: 'no',
  refunded: 'arrived',
  charged_back: 'beware',
  held: 'late',
  returned: 'late',
};

export function Metro({
  line,
  code,
  open,
}: Readonly<{ line: Line; code: string | undefined; open: (stop: Stop) => void }>): ReactElement {
  const { t, lang } = useWords<AppKey>();
  const tone = code === undefined ? 'waiting' : toneOf(code);
  const { stops, branch } = line;
  const x = (i: number): number => STEP / 2 + i * STEP;
  const ridden =
    branch?.after ??
    Math.max(
      0,
      stops.findLastIndex((s) => s.state !== 'ahead' && (s.isHere || s.state === 'done')),
    );
  return (
    <figure className={`metro tone-${tone}`}>
      <figcaption className="hidden">{t('payment.line')}</figcaption>
      <svg viewBox={`0 0 ${STEP * stops.length} ${branch === undefined ? Y * 2 : Y + BELOW}`} aria-hidden="true">
        <line className="track ahead" x1={x(ridden)} y1={Y} x2={x(stops.length - 1)} y2={Y} />
        <line className="track ridden" x1={x(0)} y1={Y} x2={x(ridden)} y2={Y} />
        {branch === undefined ? null : (
          <g className={`tone-${toneOfBranch[branch.name]}`}>
            <path className="track side" d={`M${x(branch.after)} ${Y} c 34 0 24 36 58 36 h 26`} />
            <circle className="end" cx={x(branch.after) + 92} cy={Y + 36} r="8" />
          </g>
        )}
        {stops.map((stop, i) => (
          <g key={stop.station} className={`stop ${stop.state}${stop.isHere ? ' here' : ''}`}>
            {stop.isHere ? <circle className="halo" cx={x(i)} cy={Y} r="17" /> : null}
            <circle className="dot" cx={x(i)} cy={Y} r={stop.state === 'passed' ? 5 : stop.isHere ? 11 : 9} />
            {stop.state === 'missing' ? <path className="cross" d={`m${x(i) - 4} ${Y - 4} 8 8 m0 -8 -8 8`} /> : null}
            {stop.isHere ? <circle className="core" cx={x(i)} cy={Y} r="4" /> : null}
          </g>
        ))}
      </svg>
      <ol>
        {stops.map((stop) => (
          <li key={stop.station} className={`${stop.state}${stop.isHere ? ' here' : ''}`}>
            <span className="pin" aria-hidden="true" />
            <strong>{t(`station.${stop.station}`)}</strong>
            {stop.at !== undefined ? (
              stop.messageId === undefined ? (
                <span className="at">{shown(stop.at, lang)}</span>
              ) : (
                <button type="button" className="at proof" onClick={() => open(stop)}>
                  {shown(stop.at, lang)}
                </button>
              )
            ) : stop.state === 'missing' ? (
              <span className="at lost">
                <ToneIcon tone="late" size={13} />
                {t('payment.missing')}
              </span>
            ) : stop.promise !== undefined ? (
              <span className="at">{t('payment.promised', { at: promised(stop.promise, lang) })}</span>
            ) : stop.state === 'passed' ? (
              <span className="at">{t('payment.passed')}</span>
            ) : (
              <span className="at">—</span>
            )}
            {stop.lateMs !== undefined ? (
              <span className="late">{t('payment.lateBy', { took: tookOf(stop.lateMs, lang) })}</span>
            ) : stop.promise !== undefined && stop.at !== undefined ? (
              <span className="took">{t('payment.normal')}</span>
            ) : stop.tookMs !== undefined && stop.tookMs > 0 ? (
              <span className="took">{t('payment.took', { took: tookOf(stop.tookMs, lang) })}</span>
            ) : null}
            {stop.isHere ? <span className="hidden">{t('payment.here')}</span> : null}
          </li>
        ))}
      </ol>
      {branch === undefined ? null : (
        <p className={`branch tone-${toneOfBranch[branch.name]}`}>
          <ToneIcon tone={toneOfBranch[branch.name] as 'late'} size={16} />
          {t(`branch.${branch.name}`)}
        </p>
      )}
    </figure>
  );
}

/** A time of today by the clock, with its day otherwise; a business date as it is. */
function shown(at: string, lang: 'zh' | 'en'): string {
  if (!at.includes('T')) return dayOf(at, lang);
  return dayOf(at, lang) === dayOf(nowText(), lang) ? clockOf(at, lang) : `${dayOf(at, lang)} ${clockOf(at, lang)}`;
}
const promised = (at: string, lang: 'zh' | 'en'): string =>
  at.includes('T') ? `${dayOf(at, lang)} ${clockOf(at, lang).slice(0, 5)}` : dayOf(at, lang);

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
