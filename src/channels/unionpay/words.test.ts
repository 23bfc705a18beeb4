import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { answerShape, clearingDay, kindOf, paymentSays, transmittedAt, txnTimeOf } from './words.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const CODES = Array.from('0123456789A', (a) => Array.from('0123456789', (b) => a + b)).flat();

test('money is said by two codes alone; what is not published is no word', () => {
  const says = (code: string, isFinal: boolean): string => {
    try {
      return kindOf(code, isFinal);
    } catch {
      return 'nothing';
    }
  };
  const by = Map.groupBy(CODES, (code) => says(code, true));
  assert.deepEqual(by.get('captured'), ['00', 'A6']);
  assert.deepEqual(by.get('processing'), ['03', '04', '05', '42', '74', '75']);
  assert.deepEqual(by.get('unpaid'), ['70']);
  // Busy, no such transaction, too often, taken back already, no file, an error inside: of a payment they say nothing.
  for (const code of ['06', '34', '37', '45', '98', '99', 'A1']) assert.ok(by.get('nothing')!.includes(code), code);
  // Before the end, nothing is final.
  assert.ok(CODES.every((code) => says(code, false) !== 'failed'));
});

test('a success without its amount, its currency or its number is no success', () => {
  const whole = { merId: 'M', orderId: 'ORDER001', txnTime: '20261120100000', origRespCode: '00' };
  const paid = { ...whole, txnAmt: '1', currencyCode: '156', queryId: '202611201000001234568' };
  const says = (it: object) =>
    paymentSays(answerShape.parse(it), false, { source: 'inquiry', at: instant('2026-11-20T03:00:00Z') });
  assert.equal(says(paid)[0]!.kind, 'captured');
  for (const name of ['txnAmt', 'currencyCode', 'queryId']) {
    assert.throws(() => says({ ...paid, [name]: '' }), name);
    // Of what is not money they need not be there.
    assert.equal(says({ ...paid, [name]: '', origRespCode: '05' })[0]!.kind, 'processing');
  }
});

test('a transmission has the year of its order, or the next', () => {
  const at = (txnTime: string, traceTime: string | undefined): string =>
    transmittedAt({ txnTime: instant(txnTime), traceTime }).toString();
  assert.equal(at('2026-11-20T02:00:00Z', '1120100003'), '2026-11-20T02:00:03Z');
  assert.equal(at('2026-12-31T15:59:59Z', '0101000000'), '2026-12-31T16:00:00Z');
  assert.equal(at('2026-11-20T02:00:00Z', undefined), '2026-11-20T02:00:00Z');
  // The 29th of February of the next year, and a time that is none.
  assert.equal(at('2027-12-31T15:00:00Z', '0229000000'), '2028-02-28T16:00:00Z');
  assert.equal(at('2026-11-20T02:00:00Z', '1399000000'), '2026-11-20T02:00:00Z');
});

test('times are Beijing’s, cut to the second; a clearing day ends at 23:00', () => {
  assert.equal(txnTimeOf(instant('2026-11-20T15:59:59.999Z')), '20261120235959');
  assert.equal(clearingDay(instant('2026-11-20T14:59:59Z')).toString(), '2026-11-20');
  assert.equal(clearingDay(instant('2026-11-20T15:00:00Z')).toString(), '2026-11-21');
  // Since UnionPay is there; China had summer time before.
  fc.assert(
    fc.property(fc.integer({ min: 1_016_000_000, max: 4_000_000_000 }), (seconds) => {
      const at = Temporal.Instant.fromEpochMilliseconds(seconds * 1_000);
      const text = txnTimeOf(at);
      assert.deepEqual(answerShape.shape.txnTime.parse(text).toString(), at.toString());
    }),
  );
});
