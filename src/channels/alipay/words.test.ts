import assert from 'node:assert/strict';
import { test } from 'node:test';
import { querySays, stampOf, tradeSaid } from './words.ts';

const says = {
  out_trade_no: 'A1',
  trade_no: '2026112022001',
  trade_status: 'TRADE_SUCCESS',
  total_amount: '88.88',
  send_pay_date: '2026-11-20 10:00:01',
};
const AT = Temporal.Instant.from('2026-11-20T03:00:00Z');
const read = (over: object) => {
  const { send_pay_date, ...t } = querySays.parse({ ...says, ...over });
  const trade = { ...t, paidAt: send_pay_date, givenBack: undefined };
  return tradeSaid(trade, { source: 'inquiry', key: undefined, at: AT });
};

test('yuan as text with at most two decimals, and nothing near it', () => {
  for (const [text, minor] of [
    ['88.88', 8_888n],
    ['88.8', 8_880n],
    ['88', 8_800n],
    ['0.01', 1n],
  ] as const)
    assert.equal(read({ total_amount: text })[0]?.amount?.minor, minor);
  for (const wrong of ['88.888', '88.', '.88', '-1.00', '1e2', '1,000.00', ' 1.00', '１.00', '', 88.88, null])
    assert.throws(() => read({ total_amount: wrong }), String(wrong));
  assert.throws(() => read({ trans_currency: 'USD' }));
});

test('times are Beijing’s', () => {
  assert.equal(read({})[0]?.occurredAt.toString(), '2026-11-20T02:00:01Z');
  assert.equal(stampOf(Temporal.Instant.from('2026-11-20T16:00:00.900Z')), '2026-11-21 00:00:00');
  for (const wrong of ['2026-02-30 10:00:00', '2026-11-20T10:00:00Z', '20261120100000'])
    assert.throws(() => read({ send_pay_date: wrong }), wrong);
});

test('an unknown word is not guessed; closed is told apart by whether anybody paid', () => {
  assert.throws(() => read({ trade_status: 'TRADE_PENDING' }));
  const kinds = (over: object): string[] => read(over).map((o) => o.kind);
  assert.deepEqual(kinds({ trade_status: 'TRADE_FINISHED' }), ['captured']);
  assert.deepEqual(kinds({ trade_status: 'WAIT_BUYER_PAY', send_pay_date: '' }), ['unpaid']);
  const closed = { trade_status: 'TRADE_CLOSED', send_pay_date: undefined };
  assert.deepEqual(kinds({ ...closed, buyer_pay_amount: '0.00' }), ['closed']);
  assert.deepEqual(kinds({ ...closed, buyer_pay_amount: '80.00' }), ['captured', 'refund']);
  assert.deepEqual(kinds({ trade_status: 'TRADE_CLOSED' }), ['captured', 'refund']);
  // Two answers that say the same have one name; that money came back changes it.
  assert.equal(read({})[0]?.key, read({ send_pay_date: '' })[0]?.key);
  assert.notEqual(read(closed)[0]?.key, read({ trade_status: 'TRADE_CLOSED' })[0]?.key);
});
