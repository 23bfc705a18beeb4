/**
 * The metro line of one payment as data: eight stations, how far it came, where it left the road. Pure: drawing is `metro.tsx`. Where the
 * server names stations with promises they are taken; else they follow from the payment, its observations and its batch.
 */
import type { z } from 'zod';
import type * as shape from '../../../src/api/contract.ts';
import { msOf } from '../base/instant.ts';

type Payment = z.output<typeof shape.payment>;
type Trace = z.output<typeof shape.trace>;

export const STATIONS = [
  'ordered',
  'debited',
  'captured',
  'recorded',
  'cleared',
  'settled',
  'paid_out',
  'credited',
] as const;
export type Station = (typeof STATIONS)[number];
export const BRANCHES = ['closed', 'failed', 'reversed', 'refunded', 'charged_back', 'held', 'returned'] as const;
export type Branch = (typeof BRANCHES)[number];

/**
 * `done` was reached; `passed` was gone through without a word; `missing` should have been reached; `ahead` is still to come. The merchant's
 * knowledge can be missing at any later station: that is the lost notification.
 */
export type StopState = 'done' | 'passed' | 'missing' | 'ahead';
export type Stop = Readonly<{
  station: Station;
  state: StopState;
  isHere: boolean;
  at?: string | undefined;
  promise?: string | undefined;
  source?: string | undefined;
  messageId?: string | undefined;
  /** From the station before that has a time. */
  tookMs?: number | undefined;
  lateMs?: number | undefined;
}>;
export type Line = Readonly<{ stops: readonly Stop[]; branch?: Readonly<{ name: Branch; after: number }> | undefined }>;

type Told = Readonly<{
  station: string;
  at?: string;
  promise?: string;
  source?: string;
  observation_id?: string;
  message_id?: string;
}>;
type Known = {
  at?: string | undefined;
  promise?: string | undefined;
  source?: string | undefined;
  messageId?: string | undefined;
};

export function lineOf(trace: Trace & Readonly<{ stations?: readonly Told[] }>, nowMs: number): Line {
  const { payment, observations, batch } = trace;
  const known: Record<Station, Known> = Object.fromEntries(STATIONS.map((s) => [s, {}])) as Record<Station, Known>;
  const evidence = (kind: string): Known => {
    const first = observations.find((o) => o.kind === kind);
    return first === undefined ? {} : { source: first.source, messageId: first.message_id };
  };
  known.ordered = { at: payment.placed_at, ...evidence('order_placed') };
  known.debited = { at: observations.find((o) => o.kind === 'processing')?.occurred_at, ...evidence('processing') };
  known.captured = { at: payment.captured_at, ...evidence('captured') };
  known.recorded = { at: payment.recorded_at, ...evidence('recorded') };
  known.cleared = { at: payment.cleared_on, ...(payment.cleared_on === undefined ? {} : { source: 'bill' }) };
  if (batch !== undefined) {
    known.settled = { at: batch.to };
    known.credited = {
      at: batch.credited_on,
      promise: batch.due_on,
      ...(batch.credited_on === undefined ? {} : { source: 'statement' }),
    };
    if (batch.state === 'credited' || batch.state === 'returned')
      known.paid_out = { at: batch.credited_on ?? batch.to };
  }
  for (const told of trace.stations ?? []) {
    if (!isStation(told.station)) continue;
    const before = known[told.station];
    known[told.station] = {
      at: told.at ?? before.at,
      promise: told.promise ?? before.promise,
      source: told.source ?? before.source,
      messageId: told.message_id ?? before.messageId,
    };
  }

  const reached = STATIONS.reduce((most, station, i) => (known[station].at === undefined ? most : i), -1);
  const branch = branchOf(payment, batch?.state);
  const money = branch === undefined ? reached : Math.max(reached, 0);
  const stops = STATIONS.map((station, i): Stop => {
    const { at, promise, source, messageId } = known[station];
    const isUnrecorded = station === 'recorded' && payment.verdict?.code === 'unrecorded';
    const state: StopState =
      at !== undefined
        ? 'done'
        : isUnrecorded || (station === 'recorded' && i < money)
          ? 'missing'
          : i < money
            ? 'passed'
            : dueOf(promise, nowMs);
    const before = STATIONS.slice(0, i).findLast((s) => isInstant(known[s].at));
    return {
      station,
      state: branch !== undefined && i > money ? 'ahead' : state,
      isHere: branch === undefined && i === money,
      at,
      promise,
      source,
      messageId,
      tookMs: isInstant(at) && before !== undefined ? Math.max(0, msOf(at!) - msOf(known[before].at!)) : undefined,
      lateMs:
        isInstant(at) && isInstant(promise) && msOf(at!) > msOf(promise!) ? msOf(at!) - msOf(promise!) : undefined,
    };
  });
  return { stops, branch: branch === undefined ? undefined : { name: branch, after: Math.max(0, money) } };
}

const isStation = (name: string): name is Station => (STATIONS as readonly string[]).includes(name);
const isInstant = (at: string | undefined): boolean => at?.includes('T') === true;

const dueOf = (promise: string | undefined, nowMs: number): StopState =>
  promise !== undefined && isInstant(promise) && msOf(promise) < nowMs ? 'missing' : 'ahead';

function branchOf(payment: Payment, batch: string | undefined): Branch | undefined {
  if ((BRANCHES as readonly string[]).includes(payment.position)) return payment.position as Branch;
  const code = payment.verdict?.code;
  if (code === 'charged_back') return 'charged_back';
  if (code === 'held') return 'held';
  if (code === 'payout_returned' || batch === 'returned') return 'returned';
  return undefined;
}

/** How far along, for a list: the number of stations reached, of eight. */
export function farOf(payment: Payment): number {
  if (payment.verdict?.code === 'received') return 8;
  if (payment.cleared_on !== undefined) return 5;
  if (payment.recorded_at !== undefined && payment.captured_at !== undefined) return 4;
  if (payment.captured_at !== undefined) return 3;
  return payment.position === 'debited' ? 2 : 1;
}
