/**
 * Where the money of a payment stands now: at the last station that it reached, or where it left the line. A payment of which a part was
 * given back stands at two places; its parts add up to what was paid, or to what the order asks while nothing is. Pure.
 *
 * The same in SQL (`STATION`, `WHOLE`, `GIVEN_BACK`), for sums over many; `tests/overview.test.ts` holds both together.
 */

import type { Standing } from './standing.ts';
import type { StationName } from './stations.ts';

export type Part = Readonly<{ station: StationName; minor: bigint }>;

/** Nothing where no amount is known. */
export function standsOf({
  payment,
  trace,
  road,
  verdict,
}: Pick<Standing, 'payment' | 'trace' | 'road' | 'verdict'>): readonly Part[] {
  const isPaid = trace.capturedAt !== undefined;
  const whole = isPaid ? payment.capturedMinor : payment.orderedMinor;
  if (whole === undefined) return [];
  const { position } = trace;
  if (!isPaid || position !== 'captured')
    return [{ station: position === 'expected' ? 'ordered' : position, minor: whole }];
  const given = least(trace.refundedMinor, whole);
  const back = verdict.code === 'charged_back' ? least(trace.chargedBackMinor, whole - given) : 0n;
  const rest = verdict.code === 'held' ? 'held' : restAt(road, trace.recordedAt !== undefined);
  const parts: Part[] = [
    { station: rest, minor: whole - given - back },
    { station: 'refunded', minor: given },
    { station: 'charged_back', minor: back },
  ];
  return parts.filter((part, i) => part.minor > 0n || (i === 0 && whole === 0n));
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function restAt({ batch, clearedOn }: Standing['road'], isRecorded: boolean): StationName {
  if (batch?.state === 'returned') return 'returned';
  if (batch?.state === 'credited' || batch?.state === 'short') return 'credited';
  if (batch !== undefined) return 'settled';
  if (clearedOn !== undefined) return 'cleared';
  return isRecorded ? 'recorded' : 'captured';
}

/** Of a payment `p` and its batch `b`, without what only its verdict tells (`held`). */
export const STATION = `case
  when p.captured_at is null or p.position <> 'captured' then case p.position when 'expected' then 'ordered' else p.position end
  when b.state = 'returned' then 'returned'
  when b.state in ('credited', 'short') then 'credited'
  when b.state is not null then 'settled'
  when p.cleared_on is not null then 'cleared'
  when p.recorded_at is not null then 'recorded'
  else 'captured' end`;
export const WHOLE = `case when p.captured_at is null then p.ordered_minor else p.captured_minor end`;
export const GIVEN_BACK = `case when p.captured_at is not null and p.position = 'captured' then least(p.refunded_minor, p.captured_minor) else 0 end`;
/** Read from the trace only where it is the verdict: a row's trace is wide. */
export const CHARGED_BACK = `case when p.verdict = 'charged_back' and p.position = 'captured' then
  least((p.trace ->> 'chargedBackMinor')::bigint, p.captured_minor - least(p.refunded_minor, p.captured_minor)) else 0 end`;
