/** Each verdict as a story: what was said, what it means, may the goods go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../base/money.ts';
import { factsHash } from '../observations/facts.ts';
import type { Kind, Observed, Source } from '../observations/observation.ts';
import { fold, type Kept } from '../traces/fold.ts';
import { DEFAULT_POLICY, judge, precedence, type Setting } from './judge.ts';

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
    ...(name === 'refund' ? { refund: { ref: 'R1', state: 'succeeded' as const } } : {}),
  };
  return { ...o, id: line, bodyHash: factsHash(o), lastSeenAt: o.occurredAt, times: Number(times ?? 1) };
}

const ORDER = '0 order_placed order 100.00';
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
];

for (const [story, said, verdict, setting] of STORIES) {
  test(story, () => {
    const v = judge(fold(said.map(told)), setting ?? SHOP, DEFAULT_POLICY, T0.add({ seconds: 100 }));
    assert.equal(`${v.code} ${v.release} ${v.cause} ${v.reason}`, verdict);
  });
}

test('I6: "received" is beyond orders and the channel’s word', () => {
  assert.ok(!precedence().some((row) => row.code === 'received'));
});

test('a part given back stands beside the headline', () => {
  const v = judge(
    fold([ORDER, '9 captured inquiry 100.00', '10 recorded order', '30 refund notification 40.00'].map(told)),
    SHOP,
    DEFAULT_POLICY,
    T0,
  );
  assert.deepEqual([v.code, v.also], ['on_its_way', ['refunded']]);
});
