/**
 * Where the money of a payment stands now: at the last station that it reached, or where it left the line. A payment of which a part was
 * given back stands at two places; its parts add up to what was paid, or to what the order asks while nothing is. Pure.
 *
 * `STATION` and `GIVEN_BACK` say it in SQL, as far as a row tells: for what is to be found by it.
 */
import type { Position } from '../traces/transitions.ts';
import type { BatchFacts } from '../verdicts/standing.ts';
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
  if (!isPaid || position !== 'captured') return [{ station: offRoad(position), minor: whole }];
  const given = least(trace.refundedMinor, whole);
  const back = verdict.code === 'charged_back' ? least(trace.chargedBackMinor, whole - given) : 0n;
  const rest =
    verdict.code === 'held'
      ? 'held'
      : restAt(road.batch?.state, road.batch?.isOut === true, road.clearedOn, trace.recordedAt !== undefined);
  const parts: Part[] = [
    { station: rest, minor: whole - given - back },
    { station: 'refunded', minor: given },
    { station: 'charged_back', minor: back },
  ];
  return parts.filter((part, i) => part.minor > 0n || (i === 0 && whole === 0n));
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Nothing was paid, or it is not there any more. */
export const offRoad = (position: Position): StationName => (position === 'expected' ? 'ordered' : position);

/** What is there stands at the last station of the road that was reached. */
export function restAt(
  batch: BatchFacts['state'] | undefined,
  isOut: boolean,
  clearedOn: Temporal.PlainDate | undefined,
  isRecorded: boolean,
): StationName {
  if (batch === 'returned') return 'returned';
  if (batch === 'credited' || batch === 'short') return 'credited';
  if (batch !== undefined) return isOut ? 'paid_out' : 'settled';
  if (clearedOn !== undefined) return 'cleared';
  return isRecorded ? 'recorded' : 'captured';
}

/** Of a payment `p` and its batch `b`, without what only its verdict tells (`held`). */
export const STATION = `case
  when p.captured_at is null or p.position <> 'captured' then case p.position when 'expected' then 'ordered' else p.position end
  when b.state = 'returned' then 'returned'
  when b.state in ('credited', 'short') then 'credited'
  when b.paid_out_at is not null then 'paid_out'
  when b.state is not null then 'settled'
  when p.cleared_on is not null then 'cleared'
  when p.recorded_at is not null then 'recorded'
  else 'captured' end`;
export const GIVEN_BACK = `case when p.captured_at is not null and p.position = 'captured' then least(p.refunded_minor, p.captured_minor) else 0 end`;
