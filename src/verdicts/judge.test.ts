/** Each verdict as a story: what was said, what it means, may the goods go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../base/money.ts';
import { factsHash } from '../observations/facts.ts';
import type { Kind, Observed, Source } from '../observations/observation.ts';
import { defaultPlan } from '../plans/plan.ts';
import { fold, type Kept } from '../traces/fold.ts';
import { judge, ROWS } from './judge.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { type BatchFacts, NO_ROAD, type Road, type Setting } from './standing.ts';

const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');
const SHOP: Setting = { orderRequired: true, paidBefore: false, onlyHints: false };

/** `20 captured notification 100.00`: seconds, what, from whom, yuan. */
function told(line: string): Kept {
  const [seconds, kind, source, yuan] = line.trim().split(/\s+/) as [string, Kind, Source, string?];
  const [name, times] = kind.split('*') as [Kind, string?];
  const o: Observed = {
    source,
    key: `${line}`,
    kind: name,
    occurredAt: T0.add({ seconds: Number(seconds) }),
    paymentRef: 'O1',
    refs: [],
    said: name,
    ...(yuan === undefined ? {} : { amount: money(BigInt(yuan.replace('.', '')), 'CNY') }),
    ...(name === 'held' || name === 'released' ? { hold: { ref: 'H1', reason: 'HELD_BY_RISK' as const } } : {}),
    ...(name === 'charged_back' || name === 'chargeback_undone' ? { dispute: { ref: 'D1' } } : {}),
    ...(name === 'refund' ? { refund: { ref: 'R1', state: 'succeeded' as const } } : {}),
  };
  return { ...o, id: line, bodyHash: factsHash(o), lastSeenAt: o.occurredAt, times: Number(times ?? 1) };
}

const ORDER = '0 order_placed order 100.00';
const PAID = [ORDER, '9 captured inquiry 100.00', '10 recorded order'];
const STORIES: ReadonlyArray<readonly [story: string, said: string[], verdict: string, setting?: Setting]> = [
  ['nobody has answered yet', [ORDER], 'unknown ask sync_delay UNKNOWN_PENDING'],
  ['not paid yet', [ORDER, '9 unpaid inquiry'], 'unpaid no operator_error NO_PAYMENT'],
  [
    'not known once: asked again before anything is said',
    [ORDER, '9 not_found inquiry'],
    'unknown ask sync_delay UNKNOWN_PENDING',
  ],
  ['not known twice', [ORDER, '9 not_found*2 inquiry'], 'unpaid no operator_error NO_PAYMENT'],
  ['at work', [ORDER, '9 processing inquiry'], 'pending ask sync_delay UNKNOWN_PENDING'],
  [
    'paid and recorded',
    [ORDER, '9 captured notification 100.00', '10 recorded order'],
    'on_its_way yes none UNSETTLED_WAITING',
  ],
  ['the notification was lost', [ORDER, '9 captured inquiry 100.00'], 'unrecorded yes system_fault NOTIFY_LOST'],
  ['just paid', [ORDER, '85 captured inquiry 100.00'], 'unrecorded yes sync_delay NOTIFY_LOST'],
  ['paid, and no order anywhere', ['9 captured notification 100.00'], 'unrecorded yes system_fault NO_ORDER'],
  [
    'a sticker: the payment is the order',
    ['9 captured notification 100.00'],
    'on_its_way yes none UNSETTLED_WAITING',
    { orderRequired: false, paidBefore: false, onlyHints: false },
  ],
  [
    'a large one on a notification alone is asked for',
    ['0 order_placed order 5000.00', '9 captured notification 5000.00', '10 recorded order'],
    'on_its_way ask none UNSETTLED_WAITING',
  ],
  [
    'a large one that the channel confirmed',
    ['0 order_placed order 5000.00', '9 captured inquiry 5000.00', '10 recorded order'],
    'on_its_way yes none UNSETTLED_WAITING',
  ],
  [
    'any amount, where a notification is a hint only',
    [ORDER, '9 captured notification 100.00', '10 recorded order'],
    'on_its_way ask none UNSETTLED_WAITING',
    { orderRequired: true, paidBefore: false, onlyHints: true },
  ],
  [
    'a hint that the channel confirmed',
    [ORDER, '9 captured notification 100.00', '10 captured inquiry 100.00'],
    'unrecorded yes system_fault NOTIFY_LOST',
    { orderRequired: true, paidBefore: false, onlyHints: true },
  ],
  [
    'a fen shown as a hundred yuan',
    [ORDER, '9 captured inquiry 0.01'],
    'underpaid ask operator_error PARTIAL_OR_DISCOUNT',
  ],
  ['too much', [ORDER, '9 captured inquiry 101.00'], 'overpaid ask operator_error PAID_OTHER_ORDER'],
  [
    'closed, then paid',
    [ORDER, '8 order_closed order', '9 captured inquiry 100.00'],
    'paid_after_close ask sync_delay CLOSED_THEN_PAID',
  ],
  [
    'paid, then closed by the shop in ignorance',
    [ORDER, '9 captured inquiry 100.00', '20 order_closed order'],
    'unrecorded yes system_fault NOTIFY_LOST',
  ],
  [
    'paid twice',
    [ORDER, '9 captured inquiry 100.00', '10 recorded order'],
    'duplicate ask operator_error DUPLICATE_PAID',
    { orderRequired: true, paidBefore: true, onlyHints: false },
  ],
  ['taken back', [ORDER, '9 captured inquiry 100.00', '30 reversed inquiry'], 'reversed no system_fault REVERSED'],
  ['given back', [ORDER, '9 captured inquiry 100.00', '30 refund notification 100.00'], 'refunded no none REFUNDED'],
  ['closed by the channel', [ORDER, '30 closed inquiry'], 'unpaid no operator_error NO_PAYMENT'],
  [
    'paid, then denied',
    [ORDER, '9 captured notification 100.00', '30 unpaid inquiry'],
    'unknown ask system_fault UNKNOWN_PENDING',
  ],
  ['disputed', [...PAID, '30 charged_back notification 100.00'], 'charged_back no fraud DISPUTED'],
  [
    'disputed and won',
    [...PAID, '30 charged_back notification 100.00', '40 chargeback_undone notification 100.00'],
    'on_its_way yes none UNSETTLED_WAITING',
  ],
  ['frozen by risk control', [...PAID, '30 held inquiry 100.00'], 'held yes third_party HELD_BY_RISK'],
  [
    'frozen and set free',
    [...PAID, '30 held inquiry 100.00', '40 released inquiry'],
    'on_its_way yes none UNSETTLED_WAITING',
  ],
];

const PLAN = defaultPlan('wechatpay');
const judged = (said: readonly string[], road: Partial<Road> = {}, setting = SHOP, seconds = 100) =>
  judge(
    { trace: fold(said.map(told)), setting, road: { ...NO_ROAD, ...road } },
    PLAN,
    DEFAULT_POLICY,
    T0.add({ seconds }),
  );

for (const [story, said, verdict, setting] of STORIES) {
  test(story, () => {
    const v = judged(said, {}, setting);
    assert.equal(`${v.code} ${v.release} ${v.cause} ${v.reason}`, verdict);
  });
}

const DAY = 86_400;
const batch = (state: BatchFacts['state'], more: Partial<BatchFacts> = {}): Partial<Road> => ({
  batch: { id: 'B1', state, dueOn: undefined, creditedOn: undefined, missing: undefined, ...more },
});
const on = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);

/** T0 is a Friday, ten in the morning in China: T+1 is due on the Monday, and the bank has two days more to show it. */
const ROADS: ReadonlyArray<readonly [story: string, road: Partial<Road>, days: number, verdict: string]> = [
  ['its batch is in the bank', batch('credited'), 4, 'received yes none merchant proven'],
  ['its batch is on its way', batch('on_its_way'), 1, 'on_its_way yes none settlement confirmed'],
  ['its batch is late', batch('late'), 6, 'late yes third_party payout confirmed'],
  ['its batch came short', batch('short'), 4, 'short_settled yes third_party channel proven'],
  ['the bank sent the payout back', batch('returned'), 4, 'payout_returned yes operator_error channel proven'],
  ['it stands in the bill', { clearedOn: on('2026-11-20') }, 1, 'on_its_way yes none channel proven'],
  ['complete bills do not have it', { missingFromBills: true }, 2, 'unknown ask third_party unknown confirmed'],
  ['the day is not past', { bankWatched: true }, 5, 'on_its_way yes none channel confirmed'],
  ['the day is past and nobody gave its statement', { bankWatched: true }, 6, 'unknown yes none channel confirmed'],
  ['nobody gives us statements', {}, 60, 'on_its_way yes none channel confirmed'],
  [
    'the batch’s own date counts, not the plan’s',
    { bankWatched: true, ...batch('on_its_way', { dueOn: on('2026-12-01') }) },
    9,
    'on_its_way yes none settlement confirmed',
  ],
];
for (const [story, road, days, verdict] of ROADS) {
  test(story, () => {
    const v = judged(PAID, road, SHOP, days * DAY);
    assert.equal(`${v.code} ${v.release} ${v.cause} ${v.custody} ${v.confidence}`, verdict);
  });
}

test('I6: only the row of a credited batch says “received”', () => {
  assert.deepEqual(
    ROWS.filter((row) => row.code === 'received').map((row) => row.id),
    ['credited'],
  );
});

test('the promise is the plan’s, and ends with the money', () => {
  assert.equal(judged(PAID).promise?.on.toString(), '2026-11-23');
  assert.equal(judged(PAID, batch('credited')).promise, undefined);
  assert.equal(judged([ORDER, '9 unpaid inquiry']).promise, undefined);
});

test('a part given back stands beside the headline', () => {
  const v = judged([...PAID, '30 refund notification 40.00']);
  assert.deepEqual([v.code, v.also], ['on_its_way', ['refunded']]);
});

test('the path names every rule that was true, the headline’s first', () => {
  assert.deepEqual(judged([ORDER, '9 captured inquiry 1.00'], batch('late')).path, [
    'too_little',
    'not_recorded',
    'promise_passed',
  ]);
  assert.deepEqual(judged([ORDER]).path, ['nobody_answered']);
});
