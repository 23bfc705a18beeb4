import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { money } from '../base/money.ts';
import { factsHash } from '../observations/facts.ts';
import { KINDS, type Kind, type Observed, type RefundState, SOURCES } from '../observations/observation.ts';
import { fold, type Kept } from './fold.ts';
import { move, POSITIONS, TRANSITIONS } from './transitions.ts';

const T0 = Temporal.Instant.from('2026-11-20T02:00:00Z');
const at = (seconds: number): Temporal.Instant => T0.add({ seconds });
let made = 0;

/** An observation in a line: when, what, from whom. */
function said(seconds: number, kind: Kind, source: Observed['source'], extra: Partial<Kept> = {}): Kept {
  made += 1;
  const o: Observed = {
    source,
    key: extra.key ?? `${kind}-${seconds}`,
    kind,
    occurredAt: at(seconds),
    paymentRef: 'O1',
    refs: [],
    said: kind.toUpperCase(),
    ...(kind === 'captured' || kind === 'order_placed' ? { amount: money(10_000n, 'CNY') } : {}),
    ...extra,
  };
  return {
    ...o,
    id: `o${made}`,
    bodyHash: factsHash(o),
    lastSeenAt: extra.lastSeenAt ?? at(seconds),
    times: extra.times ?? 1,
  };
}
const refund = (seconds: number, ref: string, minor: bigint, state: RefundState): Kept =>
  said(seconds, 'refund', 'notification', {
    key: `${ref}-${state}`,
    refund: { ref, state },
    amount: money(minor, 'CNY'),
  });
const codes = (observations: readonly Kept[]): string[] => fold(observations).contradictions.map((c) => c.code);

test('several tries under one reference: that another came to nothing denies nothing', () => {
  const by = (value: string): Partial<Kept> => ({ refs: [{ kind: 'channel_trade', value }] });
  const paid = said(20, 'captured', 'notification', by('T2'));
  assert.deepEqual(codes([said(10, 'unpaid', 'notification', by('T1')), paid]), []);
  assert.deepEqual(codes([paid, said(30, 'unpaid', 'notification', by('T3'))]), []);
  assert.deepEqual(codes([paid, said(30, 'unpaid', 'notification', by('T2'))]), ['success_denied']);
  // Which try it was about is not known.
  assert.deepEqual(codes([paid, said(30, 'unpaid', 'notification')]), ['success_denied']);
  const again = said(40, 'captured', 'notification', by('T2'));
  assert.deepEqual(codes([paid, said(30, 'unpaid', 'notification', by('T2')), again]), []);
});

test('the table is total: every position has a next for every word', () => {
  for (const position of Object.keys(POSITIONS)) {
    const row = TRANSITIONS[position as keyof typeof POSITIONS];
    assert.equal(Object.keys(row).length, 7, position);
    for (const word of Object.keys(row)) assert.ok(move(position as never, word as never).to in POSITIONS);
  }
});

test('an order, a success, and the record of it', () => {
  const trace = fold([
    said(0, 'order_placed', 'order'),
    said(20, 'captured', 'notification'),
    said(21, 'recorded', 'order'),
  ]);
  assert.equal(trace.position, 'captured');
  assert.deepEqual(trace.captured, money(10_000n, 'CNY'));
  assert.equal(trace.recordedAt?.toString(), at(21).toString());
  assert.deepEqual(trace.contradictions, []);
});

test('late success after a close is a legal move', () => {
  const trace = fold([
    said(0, 'order_placed', 'order'),
    said(60, 'closed', 'inquiry'),
    said(61, 'captured', 'notification'),
  ]);
  assert.equal(trace.position, 'captured');
  assert.deepEqual(trace.contradictions, []);
});

test('a late "failed" does not downgrade a paid one, an early "failed" does not block the success', () => {
  assert.equal(fold([said(5, 'failed', 'notification'), said(9, 'captured', 'notification')]).position, 'captured');
  assert.equal(fold([said(9, 'captured', 'notification'), said(12, 'failed', 'notification')]).position, 'captured');
});

test('a denial counts only while it is the last that was heard', () => {
  const paid = said(10, 'captured', 'notification');
  const lagging = said(11, 'unpaid', 'inquiry');
  assert.deepEqual(codes([paid, lagging]), ['success_denied']);
  assert.deepEqual(codes([paid, lagging, said(10, 'captured', 'inquiry', { lastSeenAt: at(40) })]), []);
});

test('an answer that was first heard before the success and again after it is a denial', () => {
  assert.deepEqual(
    codes([said(1, 'unpaid', 'inquiry', { lastSeenAt: at(30), times: 5 }), said(10, 'captured', 'notification')]),
    ['success_denied'],
  );
});

test('I4: two bodies under one name: neither counts, both are shown, an answer decides', () => {
  const one = said(10, 'captured', 'notification', { key: 'EV1' });
  const other = said(10, 'captured', 'notification', { key: 'EV1', amount: money(1n, 'CNY') });
  const trace = fold([said(0, 'order_placed', 'order'), one, other]);
  assert.equal(trace.position, 'ordered');
  assert.deepEqual(trace.contradictions[0]?.observations, [one.id, other.id].sort());
  const asked = fold([said(0, 'order_placed', 'order'), one, other, said(10, 'captured', 'inquiry')]);
  assert.equal(asked.position, 'captured');
});

test('the more believed source names the amount, and the difference is told', () => {
  const trace = fold([
    said(10, 'captured', 'notification', { amount: money(500_000n, 'CNY') }),
    said(10, 'captured', 'inquiry', { amount: money(1n, 'CNY') }),
  ]);
  assert.equal(trace.captured?.minor, 1n);
  assert.deepEqual(
    trace.contradictions.map((c) => c.code),
    ['amounts_differ'],
  );
});

test('a refund named by the channel’s number of the payment is all of them so far; an amount may follow its state', () => {
  const trade = [{ kind: 'channel_trade', value: 'T1' }] as const;
  const paid = said(10, 'captured', 'notification', { amount: money(10_000n, 'CNY'), refs: [...trade] });
  const all = refund(40, 'T1', 10_000n, 'succeeded');
  const first = refund(20, 'R1', 4_000n, 'succeeded');
  const whole = fold([paid, first, all]);
  assert.deepEqual([whole.position, whole.refundedMinor, whole.contradictions], ['refunded', 10_000n, []]);
  const part = { ...refund(25, 'T1', 4_000n, 'succeeded'), id: 'part', key: 'part' };
  for (const order of [
    [part, all],
    [all, part],
  ])
    assert.equal(fold([paid, ...order]).refundedMinor, 10_000n);
  assert.equal(fold([paid, first, part]).refundedMinor, 4_000n);
  const { amount: _, ...bare } = first;
  assert.equal(fold([paid, bare]).refundedMinor, 0n);
  assert.equal(fold([paid, bare, { ...first, id: 'later', key: 'later' }]).refundedMinor, 4_000n);
});

test('refunds add up by their own references', () => {
  const paid = said(10, 'captured', 'inquiry');
  assert.equal(fold([paid, refund(20, 'R1', 4_000n, 'succeeded')]).position, 'captured');
  assert.equal(fold([paid, refund(20, 'R1', 4_000n, 'processing')]).refundedMinor, 0n);
  const whole = fold([paid, refund(20, 'R1', 4_000n, 'succeeded'), refund(30, 'R2', 6_000n, 'succeeded')]);
  assert.equal(whole.position, 'refunded');
  assert.equal(whole.refundedMinor, 10_000n);
  assert.deepEqual(codes([paid, refund(20, 'R1', 10_001n, 'succeeded')]), ['refund_exceeds_capture']);
});

test('a refund that succeeded stays so', () => {
  const trace = fold([
    said(1, 'captured', 'inquiry'),
    refund(20, 'R1', 4_000n, 'succeeded'),
    refund(25, 'R1', 4_000n, 'closed'),
  ]);
  assert.equal(trace.refundedMinor, 4_000n);
});

test('a refund that succeeded can come back from the customer’s bank, and be made good again', () => {
  const paid = said(1, 'captured', 'inquiry');
  const done = refund(20, 'R1', 10_000n, 'succeeded');
  const back = refund(30, 'R1', 10_000n, 'abnormal');
  assert.equal(fold([paid, done]).position, 'refunded');
  const trace = fold([paid, back, done]);
  assert.deepEqual([trace.position, trace.refundedMinor, trace.contradictions], ['captured', 0n, []]);
  const again = { ...refund(40, 'R1', 10_000n, 'succeeded'), key: 'R1-again' };
  assert.equal(fold([again, paid, back, done]).position, 'refunded');
});

const anyObservation = fc
  .record({
    seconds: fc.integer({ min: 0, max: 9 }),
    kind: fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
    source: fc.constantFrom(...SOURCES),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    minor: fc.constantFrom(0n, 1n, 10_000n),
    lag: fc.integer({ min: 0, max: 5 }),
    state: fc.constantFrom('processing', 'succeeded', 'closed', 'abnormal' as const),
  })
  .map((r) =>
    said(r.seconds, r.kind, r.source, {
      key: r.key,
      amount: money(r.minor, 'CNY'),
      lastSeenAt: at(r.seconds + r.lag),
      ...(r.kind === 'refund' ? { refund: { ref: r.key, state: r.state } } : {}),
      ...(r.kind === 'held' || r.kind === 'released' ? { hold: { ref: r.key, reason: 'HELD_BY_RISK' as const } } : {}),
      ...(r.kind === 'charged_back' || r.kind === 'chargeback_undone' ? { dispute: { ref: r.key } } : {}),
    }),
  );

test('I5: any permutation of the same observations gives the same trace', () => {
  fc.assert(
    fc.property(
      fc
        .array(anyObservation, { maxLength: 12 })
        .chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
        ),
      ([all, shuffled]) => assert.deepEqual(fold(shuffled), fold(all)),
    ),
    { numRuns: 2_000 },
  );
});
