/**
 * The money's way as a line of stations: what was reached, when and by whose word; what is promised; where it left the road. For people to
 * look at; nothing is decided here. Pure.
 */
import type { Text } from '../base/lang.ts';
import type { Observed } from '../observations/observation.ts';
import { promiseOf, type StationPromise } from '../plans/station.ts';
import type { Behind } from '../traces/payout.ts';
import type { Standing } from './standing.ts';

/** In the order of the road; the last are branches. */
export const STATIONS = {
  ordered: { en: 'ordered', zh: '下单' },
  debited: { en: 'debited', zh: '扣款' },
  captured: { en: 'paid', zh: '渠道收款' },
  recorded: { en: 'recorded', zh: '商户入账' },
  cleared: { en: 'in the bill', zh: '对账单' },
  settled: { en: 'settled', zh: '结算' },
  paid_out: { en: 'paid out', zh: '出款' },
  credited: { en: 'in the bank', zh: '到账' },
  closed: { en: 'closed', zh: '已关闭' },
  failed: { en: 'failed', zh: '失败' },
  reversed: { en: 'taken back', zh: '已撤销' },
  refunded: { en: 'refunded', zh: '已退款' },
  charged_back: { en: 'charged back', zh: '拒付' },
  held: { en: 'held', zh: '冻结' },
  returned: { en: 'returned', zh: '退票' },
} as const satisfies Record<string, Text>;
export type StationName = keyof typeof STATIONS;

export type Station = Readonly<{
  station: StationName;
  state: 'reached' | 'due' | 'late' | 'passed_over' | 'branch' | 'open';
  at?: Temporal.Instant | undefined;
  on?: Temporal.PlainDate | undefined;
  promise?: StationPromise | undefined;
  source?: string | undefined;
  observationId?: string | undefined;
  messageId?: string | undefined;
  documentId?: string | undefined;
}>;

/** One thing that was said, as far as a station needs it. */
export type Heard = Pick<Observed, 'kind' | 'source' | 'occurredAt'> &
  Readonly<{ id: string; messageId: string | undefined }>;

export function stationsOf(
  { trace, road, plan }: Pick<Standing, 'trace' | 'road' | 'plan'>,
  heard: readonly Heard[],
  now: Temporal.Instant,
): readonly Station[] {
  const first = (kind: Observed['kind'], at?: Temporal.Instant): Partial<Station> => {
    const it = heard.find((h) => h.kind === kind && (at === undefined || h.occurredAt.equals(at)));
    return it === undefined
      ? {}
      : { at: it.occurredAt, source: it.source, observationId: it.id, messageId: it.messageId };
  };
  const reached = (station: StationName, more: Partial<Station>): Station => ({ station, state: 'reached', ...more });
  const waiting = (station: StationName, promise: StationPromise | undefined): Station => ({
    station,
    state: promise === undefined ? 'open' : Temporal.Instant.compare(promise.at, now) < 0 ? 'late' : 'due',
    promise,
  });
  const { capturedAt, recordedAt } = trace;
  const { batch, clearedOn } = road;
  const isPaid = capturedAt !== undefined;
  const promise = (station: 'cleared' | 'settled' | 'paid_out' | 'credited'): StationPromise | undefined =>
    isPaid ? promiseOf({ direction: 'in', capturedAt, businessOn: clearedOn }, station, plan) : undefined;
  const isOut = batch?.state === 'credited' || batch?.state === 'returned' || batch?.state === 'short';
  const told = batch?.told;
  const isTold = batch !== undefined && batch.foundState === undefined && told !== undefined;
  const by = ({ at, source, messageId }: Behind): Partial<Station> => ({ at, source, messageId });

  const road_: Station[] = [
    trace.placedAt === undefined
      ? { station: 'ordered', state: 'passed_over' }
      : reached('ordered', first('order_placed')),
    heard.some((h) => h.kind === 'processing')
      ? reached('debited', first('processing'))
      : { station: 'debited', state: isPaid ? 'passed_over' : 'open' },
    isPaid ? reached('captured', first('captured', capturedAt)) : { station: 'captured', state: 'open' },
    recordedAt !== undefined
      ? reached('recorded', first('recorded', recordedAt))
      : { station: 'recorded', state: 'open' },
    clearedOn === undefined
      ? // Its batch was made of the bill's lines, whoever brought them.
        batch === undefined
        ? waiting('cleared', promise('cleared'))
        : isTold
          ? { station: 'cleared', state: 'passed_over' }
          : reached('cleared', { source: 'batch' })
      : reached('cleared', { on: clearedOn, documentId: road.billId, promise: promise('cleared'), source: 'bill' }),
    batch === undefined
      ? waiting('settled', promise('settled'))
      : reached('settled', { on: batch.dueOn, promise: promise('settled'), source: isTold ? told.by : 'batch' }),
    told?.paid !== undefined
      ? reached('paid_out', by(told.paid))
      : isOut
        ? reached('paid_out', { source: isTold ? told.by : 'batch' })
        : waiting('paid_out', promise('paid_out')),
    batch?.state === 'credited' || batch?.state === 'short'
      ? reached('credited', { on: batch.creditedOn, promise: promise('credited'), source: 'statement' })
      : waiting('credited', promise('credited')),
  ];
  const branches: Station[] = [];
  const branch = (station: StationName, more: Partial<Station>): void => {
    branches.push({ station, state: 'branch', ...more });
  };
  for (const kind of ['closed', 'failed', 'reversed'] as const) if (trace.position === kind) branch(kind, first(kind));
  if (trace.refundedMinor > 0n) branch('refunded', first('refund'));
  if (trace.chargedBackMinor > 0n) branch('charged_back', first('charged_back'));
  for (const hold of trace.holds) branch('held', first('held', hold.since));
  if (batch?.state === 'returned')
    branch('returned', told?.returned === undefined ? { source: 'statement' } : by(told.returned));
  return [...road_, ...branches];
}
