/**
 * The metro line of one payment as data for drawing: the stations the server names, how far the money came, where it left the road. Pure.
 * A station's title and promise are the server's; nothing is reckoned here but how long each step took.
 */
import type { z } from 'zod';
import type * as shape from '../../../src/api/contract.ts';
import { msOf } from '../base/instant.ts';

type Payment = z.output<typeof shape.payment>;
export type Station = z.output<typeof shape.station>;

/** `done` was reached; `passed` was gone through without a word; `missing` should have been reached by now; `ahead` is to come. */
type StopState = 'done' | 'passed' | 'missing' | 'ahead';
export type Stop = Station &
  Readonly<{
    shown: StopState;
    isHere: boolean;
    /** From the nearest station before that has a time. */
    tookMs?: number | undefined;
    /** After its promise. */
    lateMs?: number | undefined;
  }>;
export type Branch = Station & Readonly<{ after: number }>;
export type Line = Readonly<{ stops: readonly Stop[]; branches: readonly Branch[]; ridden: number }>;

/** A branch that ends the road where it leaves it; the others stand beside money that goes on. */
const ENDS: ReadonlySet<string> = new Set(['closed', 'failed', 'reversed']);

export function lineOf(stations: readonly Station[], verdict: string | undefined): Line {
  const road = stations.filter((s) => s.state !== 'branch');
  const branches = stations.filter((s) => s.state === 'branch');
  const ridden = Math.max(
    0,
    road.findLastIndex((s) => s.state === 'reached'),
  );
  const isOver = branches.some((b) => ENDS.has(b.station));
  const stops = road.map((s, i): Stop => {
    const before = road.slice(0, i).findLast((o) => o.at !== undefined);
    const late = s.at !== undefined && s.promise !== undefined ? msOf(s.at) - msOf(s.promise.at) : 0;
    return {
      ...s,
      shown: isOver && i > ridden ? 'ahead' : shownOf(s, i < ridden, verdict),
      isHere: !isOver && i === ridden,
      tookMs: s.at === undefined || before === undefined ? undefined : Math.max(0, msOf(s.at) - msOf(before.at!)),
      lateMs: late > 0 ? late : undefined,
    };
  });
  return { stops, branches: branches.map((b) => ({ ...b, after: ridden })), ridden };
}

/** The merchant's knowledge can be missing at any station: that is the lost notification. */
function shownOf(s: Station, isBehind: boolean, verdict: string | undefined): StopState {
  if (s.state === 'reached') return 'done';
  if (s.station === 'recorded' && (isBehind || verdict === 'unrecorded')) return 'missing';
  if (s.state === 'late') return 'missing';
  return s.state === 'passed_over' || isBehind ? 'passed' : 'ahead';
}

/** How far along, for a list: the stations of the road up to where its money stands. */
export function farOf(payment: Payment): number {
  const at = payment.stands?.map((s) => ROAD.indexOf(s.station as (typeof ROAD)[number])) ?? [];
  const furthest = Math.max(...at, -1);
  return furthest >= 0 ? furthest + 1 : payment.captured_at === undefined ? 1 : 3;
}
export const ROAD = [
  'ordered',
  'debited',
  'captured',
  'recorded',
  'cleared',
  'settled',
  'paid_out',
  'credited',
] as const;
