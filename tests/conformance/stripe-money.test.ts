/** What Stripe gives back and reports: refunds by their own words, the balance report of a day. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { stripe } from '../../src/channels/stripe/channel.ts';
import { bench, closeBenches, codeOf, heard, inquire, read, refundOf, saidBy, short } from '../support/stripe.ts';
import { readFileOf } from './surroundings.ts';

after(closeBenches);

test('refunds: each by its own object; one that is pending, one that came back after it had succeeded', async () => {
  const h = await bench();
  h.place('ST21', 1_000);
  await h.pay('ST21');
  const slow = h.sim.giveBack('ST21', 300, { metadata: { refund_id: 'ST21-A' }, pendingMs: 3_600_000 });
  const query = (refundRef: string) => stripe.inquireRefund({ refundRef, paymentRef: 'ST21' }, h.account, h.keys, h.io);
  assert.deepEqual(saidBy(await query('ST21-A')).map(short), [['refund', 'ST21', 300n, 'processing']]);
  await h.clock.advance(3_600_000);
  assert.deepEqual(
    saidBy(await query('ST21-A')).map((o) => o.refund),
    [{ ref: 'ST21-A', state: 'succeeded' }],
  );
  assert.deepEqual(
    saidBy(await query(slow.id)).map((o) => o.refund),
    [{ ref: 'ST21-A', state: 'succeeded' }],
  );
  assert.deepEqual(saidBy(await query('ST21-X')), []);
  await h.clock.advance(86_400_000);
  await h.sim.market.failRefund(slow);
  assert.deepEqual(
    saidBy(await query('ST21-A')).map((o) => o.refund?.state),
    ['abnormal'],
  );
  // What the payment's own answer tells of its refunds.
  assert.deepEqual(saidBy(await inquire(h, 'ST21')).map(short), [
    ['captured', 'ST21', 1_000n, undefined],
    ['refund', 'ST21', 300n, 'abnormal'],
  ]);
  // An event of a refund does not have the order's number: it is found by the PaymentIntent's.
  const [failed] = await heard(h, 'refund.failed');
  const [o] = read(h, failed!);
  assert.deepEqual([o?.paymentRef, o?.refund], [undefined, { ref: 'ST21-A', state: 'abnormal' }]);
  assert.ok(o?.refs.some((r) => r.kind === 'channel_trade' && r.value === h.sim.intent('ST21').id));
  // What a charge says of all its refunds counts those that are not done: nothing is read from it.
  assert.deepEqual(read(h, (await heard(h, 'charge.refunded'))[0]!), []);
});

test('a refund is not made twice: by its key for a day, by its number after that; other facts are refused', async () => {
  const h = await bench();
  h.place('ST22', 1_000);
  await h.pay('ST22');
  // It happened, and no answer came.
  h.sim.faultAnswer('silent_after', 1, 'ST22-R');
  assert.equal((await refundOf(h, 'ST22', 'ST22-R', 400n)).outcome, 'unknown');
  assert.equal(saidBy(await refundOf(h, 'ST22', 'ST22-R', 400n))[0]?.refund?.state, 'succeeded');
  await h.clock.advance(3 * 86_400_000);
  assert.equal(saidBy(await refundOf(h, 'ST22', 'ST22-R', 400n))[0]?.refund?.state, 'succeeded');
  assert.equal(h.sim.intent('ST22').charge?.refunds.length, 1);
  assert.equal(codeOf(await refundOf(h, 'ST22', 'ST22-R', 500n)), 'REFUND_DIFFERS');
  assert.equal(codeOf(await refundOf(h, 'ST22', 'ST22-S', 500n, { currency: 'USD' })), 'BAD_CURRENCY');
  assert.equal(codeOf(await refundOf(h, 'ST22', 'ST22-S', 0n)), 'BAD_AMOUNT');
  assert.equal(codeOf(await refundOf(h, 'ST22', 'ST22-S', 900n)), 'invalid_request_error');
  // The same key is in use at this moment: it may have been done.
  h.sim.faultAnswer('in_flight', 1, 'ST22-T');
  assert.equal((await refundOf(h, 'ST22', 'ST22-T', 100n)).outcome, 'unknown');
  h.place('ST23', 1_000);
  assert.equal(codeOf(await refundOf(h, 'ST23', 'ST23-R', 100n)), 'NOT_PAID');
});

test('an idempotency key with other parameters is refused, as Stripe refuses it', async () => {
  const h = await bench();
  h.place('ST24', 1_000);
  await h.pay('ST24');
  // Somebody between makes of two requests one key.
  const io = {
    ...h.io,
    http: (request: Parameters<typeof h.io.http>[0]) =>
      h.io.http(
        request.method === 'POST' ? { ...request, headers: { ...request.headers, 'idempotency-key': 'one' } } : request,
      ),
  };
  const give = (refundRef: string, refundMinor: bigint) =>
    stripe.refund(
      { paymentRef: 'ST24', refundRef, refundMinor, totalMinor: 1_000n, currency: 'CNY', reason: '' },
      h.account,
      h.keys,
      io,
    );
  assert.equal((await give('ST24-A', 100n)).outcome, 'answered');
  assert.equal(codeOf(await give('ST24-B', 200n)), 'idempotency_error');
});

test('the day’s balance report: not ready, being made, read whole by the accountant’s reader, empty', async () => {
  const h = await bench();
  h.place('ST30', 1_280);
  await h.pay('ST30');
  await refundOf(h, 'ST30', 'ST30-R', 280n);
  const on = Temporal.PlainDate.from('2026-11-20');
  const bill = (day: Temporal.PlainDate, io = h.io) => stripe.bill({ kind: 'balance', on: day }, h.account, h.keys, io);
  assert.equal((await bill(on)).outcome, 'not_ready');
  // From noon on (UTC) the day's data are there.
  await h.clock.advance((24 + 10) * 3_600_000);
  h.sim.faultBill('bill_late');
  assert.equal((await bill(on)).outcome, 'not_ready');
  assert.equal(h.sim.fired.get('bill_late'), 1);
  assert.equal((await bill(on)).outcome, 'not_ready');
  await h.clock.advance(60_000);
  const fetched = await bill(on);
  assert.ok(fetched.outcome === 'fetched', inspect(fetched));
  assert.equal(h.sim.fired.get('POST /v1/reporting/report_runs'), 2);
  const [found] = await readFileOf(fetched.name, fetched.bytes);
  assert.deepEqual([found?.format, found?.rejected, found?.lines.length], ['stripe-balance', [], 2]);
  const lines = found!.lines.map((l) => [l.kind, l.order_ref, l.refund_ref, l.amount]);
  assert.deepEqual(
    lines.map((l) => l.map(String)),
    [
      ['payment', 'ST30', 'null', '1280'],
      ['refund', 'ST30', 'ST30-R', '-280'],
    ],
  );
  const empty = on.subtract({ days: 3 });
  assert.equal((await bill(empty)).outcome, 'not_ready');
  await h.clock.advance(60_000);
  assert.equal((await bill(empty)).outcome, 'empty');
  h.sim.faultBill('bill_missing', 2);
  const before = on.subtract({ days: 4 });
  await bill(before);
  await h.clock.advance(60_000);
  assert.equal((await bill(before)).outcome, 'unknown');
  // Where the file lies elsewhere, the key is not sent there.
  const elsewhere = {
    ...h.io,
    http: async (request: Parameters<typeof h.io.http>[0]) => {
      assert.ok(request.url.startsWith(h.sim.url), request.url);
      const answer = await h.io.http(request);
      const text = Buffer.from(answer.body)
        .toString()
        .replace(/"url": "http[^"]+contents"/, '"url": "https://files.example.com/x"');
      return { ...answer, body: Buffer.from(text) };
    },
  };
  const led = await bill(on, elsewhere);
  assert.match(led.outcome === 'unknown' ? led.detail : led.outcome, /another host/);
});
