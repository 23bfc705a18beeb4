/**
 * Claims at a counter, against a WeChat Pay that speaks the real protocol: what the customer shows, what the channel says, and what
 * is answered. I6: nothing that is shown makes anything paid. I7: a silent channel makes nobody unpaid.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setDue } from '../src/actions/due.ts';
import { newId } from '../src/base/ids.ts';
import { tenantValues } from '../src/db/values.ts';
import { BY_NUMBERS } from '../src/people/find.ts';
import { BY_REF, BY_TAIL } from '../src/people/search.ts';
import { place } from './support/cli.ts';
import { asOwner } from './support/database.ts';
import { ALL_SCOPES, callAs, keyOf, type Living, living, paymentOf, until, verdictOf } from './support/living.ts';
import { type WechatRow, wechatPersonalCsv } from './support/personal.ts';
import { screenshot } from './support/picture.ts';

type Claim = Readonly<{
  id: string;
  release: string;
  state: string;
  waits_for: string;
  verdict?: {
    code: string;
    release: string;
    cause: string;
    reason?: string;
    confidence: string;
    also: string[];
    says?: { cashier: { en: string; zh: string }; agent: { en: string; zh: string } };
  };
  why: ReadonlyArray<{ en: string; zh: string }>;
  payment?: { id: string; payment_ref: string; position: string };
  found?: string;
  candidates: ReadonlyArray<{ payment_id: string; payment_ref: string }>;
  facts: Record<string, unknown>;
  hits: ReadonlyArray<{ value: string; origin: string }>;
  next_look_at?: string;
  images: string[];
  closed_by_rule?: { code: string };
  ended?: string;
}>;

let on: Living;
before(async () => {
  on = await living();
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

let made = 0;
async function order(amount = '25.00', more: Record<string, unknown> = {}): Promise<string> {
  made += 1;
  const ref = `C${String(made).padStart(6, '0')}`;
  on.sim.place(ref, Math.round(Number(amount) * 100));
  const answer = await on.call('POST', '/v1/orders', {
    order_ref: ref,
    amount: { amount, currency: 'CNY' },
    placed_at: on.clock.now().toString(),
    expires_at: on.clock.now().add({ minutes: 30 }).toString(),
    ...more,
  });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return ref;
}
const tradeOf = (ref: string): string => on.sim.trades.get(ref)!.transactionId!;

async function claim(body: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Claim> {
  const start = performance.now();
  const answer = await on.call<Claim>('POST', '/v1/claims', body, headers);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const took = performance.now() - start;
  assert.ok(took < 3_000, `answered in ${Math.round(took)} ms`);
  return answer.body;
}
const says = (c: Claim): string => `${c.release} ${c.verdict?.code} ${c.verdict?.reason ?? '-'}`;
const again = async (id: string): Promise<Claim> => (await on.call<Claim>('GET', `/v1/claims/${id}`)).body;
/** What nobody knows: no bill of its day is there yet. */
const positions = async (ref: string): Promise<string | undefined> => (await paymentOf(on, ref))?.position;

test('paid and recorded: the pasted detail page finds it by its transaction number; hand over', async () => {
  const ref = await order();
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const c = await claim({ text: `茶饮店\n-25.00\n交易单号 ${tradeOf(ref)}\n商户单号 ${ref}`, order_ref: ref });
  assert.equal(says(c), 'yes on_its_way UNSETTLED_WAITING');
  assert.equal(c.found, 'by_reference');
  assert.equal(c.payment?.payment_ref, ref);
  assert.equal(c.state, 'answered');
  const { body } = await on.call<{
    observations: ReadonlyArray<{ source: string; kind: string }>;
    payment: { position: string };
  }>('GET', `/v1/payments/${c.payment!.id}/trace`);
  assert.deepEqual(
    body.observations.filter((o) => o.source === 'claim').map((o) => o.kind),
    ['claimed'],
  );
});

test('the notification was lost: the channel is asked at once, and says paid', async () => {
  const ref = await order('12.00');
  on.sim.faultNotify('lost', 99, ref);
  await on.sim.pay(ref);
  const c = await claim({ refs: [ref] });
  assert.equal(c.release, 'yes', JSON.stringify(c));
  assert.equal(c.verdict?.confidence, 'confirmed');
});

test('a screenshot with its barcode, never seen order: the channel knows the number, and it becomes a payment', async () => {
  const ref = 'UNSEEN0001';
  on.sim.place(ref, 990);
  on.sim.faultNotify('lost', 99, ref);
  await on.sim.pay(ref);
  const shot = await screenshot([{ format: 'Code128', text: ref }], 7);
  const image = await upload(shot);
  assert.equal(image.status, 201, JSON.stringify(image.body));
  assert.deepEqual(
    image.body.hits.map((h) => h.value),
    [ref],
  );
  const c = await claim({ images: [image.body.sha256] });
  assert.equal(c.verdict?.code, 'unrecorded', JSON.stringify(c));
  assert.equal(c.release, 'yes');
  assert.equal(c.payment?.payment_ref, ref);
  // Byte for byte, as an attachment.
  const bytes = await fetch(`${on.served.url}/v1/images/${image.body.sha256}`, { headers: await header() });
  assert.deepEqual(Buffer.from(await bytes.arrayBuffer()), shot);
  assert.match(bytes.headers.get('content-disposition') ?? '', /^attachment/);
});

test('I6, F46: a perfect picture of a payment that is not there is never paid; nothing is made of it', async () => {
  const image = await upload(await screenshot([{ format: 'Code128', text: 'FORGED000001' }], 3));
  const c = await claim({ images: [image.body.sha256], text: '支付成功\n-25.00', order_ref: 'FORGED000001' });
  assert.equal(says(c), 'ask unknown EVIDENCE_MISSING');
  assert.equal(c.state, 'open');
  assert.ok(c.next_look_at !== undefined);
  assert.equal(await positions('FORGED000001'), undefined);
});

test('the bills of its days are there and do not have it either: the receipt is not genuine', async () => {
  const day = on.clock.now().toZonedDateTimeISO('Asia/Shanghai').toPlainDate();
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    for (const covers of [day, day.add({ days: 1 })])
      await tx.run(
        `insert into bill_days (tenant_id, account_id, kind, covers_on, state, ready_at, gone_at) values ($1, $2, 'trade', $3, 'fetched', now(), now())
         on conflict (tenant_id, account_id, kind, covers_on) do update set state = 'fetched'`,
        [tx.tenantId, on.accountId, covers],
      );
  });
  const shown = await claim({ text: '商户单号 FORGED000002' });
  assert.equal(says(shown), 'no fake_receipt FORGED_PROOF');
  // Told by word of mouth it may be mistyped: not paid, and nobody is called a forger.
  const told = await claim({ refs: ['FORGED000003'] });
  assert.equal(says(told), 'no unpaid NO_PAYMENT');
  await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.run('delete from bill_days where tenant_id = $1', [tx.tenantId]),
  );
});

test('a transaction number whose date cannot be is no number of this channel; typed, it may be mistyped', async () => {
  const c = await claim({ text: '交易单号 4200001234202613401234567890' });
  assert.equal(says(c), 'no fake_receipt FORGED_PROOF');
  const typed = await claim({ refs: ['4200001234202613401234567890'] });
  assert.equal(typed.release, 'ask');
});

test('0.01 shown as 5,000: the channel’s amount counts', async () => {
  const ref = await order('0.01');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const c = await claim({ text: `付款金额 ¥5,000.00\n交易单号 ${tradeOf(ref)}` });
  assert.equal(says(c), 'no fake_receipt FORGED_PROOF');
  assert.ok(c.verdict?.also.includes('underpaid'));
  // Spoken of with what it shows, not with what there is.
  assert.match(c.verdict!.says!.agent.zh, /所示的 ¥5,000\.00 付款,在微信支付查不到/);
});

test('the same receipt twice: goods go once', async () => {
  const ref = await order('31.00');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const first = await claim({ refs: [tradeOf(ref)], store: 'S1' });
  assert.equal(first.release, 'yes');
  const moments = await claim({ refs: [tradeOf(ref)], store: 'S1' });
  assert.equal(says(moments), 'ask on_its_way UNSETTLED_WAITING');
  const elsewhere = await claim({ text: `交易单号 ${tradeOf(ref)}`, store: 'S2' });
  assert.equal(says(elsewhere), 'no reused_receipt PAID_OTHER_ORDER');
  assert.match(elsewhere.verdict!.says!.cashier.en, /used before/);
  // Nothing was handed over after all: it may be claimed anew.
  assert.equal((await on.call('POST', `/v1/claims/${first.id}/close`, { ended: 'goods_kept' })).status, 200);
  assert.equal((await claim({ refs: [tradeOf(ref)], store: 'S2' })).release, 'yes');
  assert.equal((await on.call('POST', `/v1/claims/${first.id}/look`, {})).status, 409);
});

test('two tills with the same receipt in the same moment: one hands over', async () => {
  const ref = await order('32.00');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const both = await Promise.all(
    ['T1', 'T2', 'T3'].map((terminal) => claim({ text: `交易单号 ${tradeOf(ref)}`, terminal })),
  );
  assert.equal(both.filter((c) => c.release === 'yes').length, 1, both.map(says).join(', '));
});

test('a genuine receipt of another order, which was served', async () => {
  const [mine, other] = [await order('18.00'), await order('18.00')];
  await on.sim.pay(other);
  await verdictOf(on, other, 'on_its_way');
  const c = await claim({ text: `交易单号 ${tradeOf(other)}`, order_ref: mine });
  assert.equal(says(c), 'no reused_receipt PAID_OTHER_ORDER');
  assert.equal(c.facts.order, 'other_served');
});

test('paid at a sister store: shown where', async () => {
  const ref = await order('19.00', { store: 'NORTH' });
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const c = await claim({ refs: [tradeOf(ref)], store: 'SOUTH' });
  assert.equal(says(c), 'no paid_elsewhere PAID_TO_OTHER_PAYEE');
});

test('paid to a person: the merchant account never sees it', async () => {
  const c = await claim({ text: '扫二维码付款-给老王\n-25.00\n转账单号 1000050001202611200123456789' });
  assert.equal(says(c), 'no paid_elsewhere PAID_TO_OTHER_PAYEE');
  assert.equal(c.verdict?.confidence, 'claimed');
});

test('F45: by amount and time alone: one that fits is asked for, several are never taken, a person chooses', async () => {
  const one = await order('77.70', { store: 'S9' });
  await on.sim.pay(one);
  await verdictOf(on, one, 'on_its_way');
  const alone = await claim({ amount: { amount: '77.70', currency: 'CNY' } });
  assert.equal(alone.found, 'by_amount');
  assert.equal(alone.release, 'ask', 'an amount alone releases nothing');
  const placed = await claim({ amount: { amount: '77.70', currency: 'CNY' }, store: 'S9' });
  assert.equal(placed.release, 'yes', JSON.stringify(placed.facts));
  const two = [await order('88.80', { store: 'S9' }), await order('88.80', { store: 'S9' })];
  for (const ref of two) {
    await on.sim.pay(ref);
    await verdictOf(on, ref, 'on_its_way');
  }
  const c = await claim({
    amount: { amount: '88.80', currency: 'CNY' },
    store: 'S9',
    paid_at: on.clock.now().toString(),
  });
  assert.equal(says(c), 'ask unknown SEVERAL_FIT');
  assert.equal(c.payment, undefined);
  assert.deepEqual(c.candidates.map((x) => x.payment_ref).sort(), [...two].sort());
  const cases = await on.call<{ items: ReadonlyArray<{ subject_id: string; reason: string }> }>('GET', '/v1/cases');
  assert.ok(cases.body.items.some((k) => k.subject_id === c.id && k.reason === 'claim'));
  const picked = await on.call<Claim>('POST', `/v1/claims/${c.id}/look`, { payment_id: c.candidates[0]!.payment_id });
  assert.equal(picked.body.release, 'yes', JSON.stringify(picked.body));
  assert.equal(picked.body.found, 'chosen');
  // The other one is now the only one that fits.
  const rest = await claim({
    amount: { amount: '88.80', currency: 'CNY' },
    store: 'S9',
    paid_at: on.clock.now().toString(),
  });
  assert.equal(rest.payment?.id, c.candidates[1]!.payment_id);
});

test('I7: the channel is silent: pending within three seconds, never unpaid; once it speaks the answer is renewed and told', async () => {
  const ref = await order('41.00');
  on.sim.faultNotify('lost', 99, ref);
  on.sim.faultAnswer('silent', 3, ref);
  await on.sim.pay(ref);
  const c = await claim({ refs: [ref] });
  assert.equal(says(c), 'ask pending UNKNOWN_PENDING');
  assert.ok(c.next_look_at !== undefined);
  const renewed = await until('the answer to be renewed', async () => {
    const now = await again(c.id);
    return now.release === 'yes' ? now : undefined;
  });
  assert.equal(renewed.state, 'answered');
  const told = await on.call<{
    items: ReadonlyArray<{ type: string; data: { claim?: { id: string; release: string } } }>;
  }>('GET', '/v1/events?limit=500');
  const mine = told.body.items.filter((e) => e.type === 'claim.answered' && e.data.claim?.id === c.id);
  // Told again where the verdict behind it moves on: from “not recorded” to “on its way”.
  const [first, ...rest] = mine.map((e) => e.data.claim?.release);
  assert.equal(first, 'ask');
  assert.ok(rest.length > 0 && rest.every((release) => release === 'yes'), rest.join());
  // Its record has each answer with what it rested on, and it waits for nobody any more.
  type Given = Readonly<{
    verdict: { release: string };
    channel?: string;
    payment_id?: string;
    payment_verdict?: { code: string };
  }>;
  const { items } = (await on.call<{ items: readonly Given[] }>('GET', `/v1/claims/${c.id}/answers`)).body;
  assert.deepEqual(
    items.slice(0, mine.length).map((a) => a.verdict.release),
    [first, ...rest],
  );
  assert.deepEqual([items[0]!.channel, c.waits_for], ['silent', 'channel']);
  assert.equal(items.at(-1)!.payment_id, renewed.payment?.id);
  assert.match(items.at(-1)!.payment_verdict?.code ?? '', /^(unrecorded|on_its_way)$/);
  assert.equal((await again(c.id)).waits_for, 'nobody');
});

test('answered while not paid; paid later: the answer follows the payment’s verdict', async () => {
  const ref = await order('42.00');
  const c = await claim({ refs: [ref] });
  assert.equal(says(c), 'no unpaid NO_PAYMENT');
  await on.sim.pay(ref);
  await until('the answer to be yes', async () => (await again(c.id)).release === 'yes');
  await until('its last answer', async () => {
    const { body } = await on.call<{ items: { verdict: { code: string } }[] }>('GET', `/v1/claims/${c.id}/answers`);
    return body.items.at(-1)?.verdict.code === 'on_its_way';
  });
  // Nobody says anything more: a day later it closes by itself, and says why.
  const aDay = `update book.claim_answers set at = at - interval '25 hours' where claim_id = '${c.id}'`;
  const table = 'alter table book.claim_answers';
  await asOwner(on.test.ownerUrl, `${table} no force row level security; ${aDay}; ${table} force row level security`);
  await on.test.book.tenant(on.test.tenantId, (tx) => setDue(tx, [{ kind: 'claim', id: c.id, inMs: 0 }]));
  const closed = await until('it to close', async () => {
    const now = await again(c.id);
    return now.state === 'closed' ? now : undefined;
  });
  assert.deepEqual([closed.closed_by_rule?.code, closed.ended, closed.waits_for], ['accepted', undefined, 'nobody']);
  // What was answered stands for the receipt: it brings no goods a second time.
  assert.equal((await claim({ refs: [ref] })).release, 'ask');
});

test('paid, no goods: a person gives them or the money back; it waits for us', async () => {
  const ref = await order('42.50');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const c = await claim({ kind: 'paid_no_goods', refs: [ref] });
  assert.deepEqual([c.release, c.waits_for], ['yes', 'us']);
});

test('a refund that did not arrive: the refund is shown, and who waits for nothing known becomes a case', async () => {
  const ref = await order('43.00');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const c = await claim({ kind: 'refund_not_arrived', refs: [ref] });
  assert.equal(c.verdict?.code, 'on_its_way');
  type Cases = Readonly<{
    items: ReadonlyArray<{ id: string; subject_id: string; payment_id?: string; closed_note?: string }>;
    counts: ReadonlyArray<{ reason: string; count: number }>;
  }>;
  const cases = async (query: string): Promise<Cases> => (await on.call<Cases>('GET', `/v1/cases?${query}`)).body;
  const listed = async (query: string): Promise<readonly string[]> =>
    (await on.call<{ items: ReadonlyArray<{ id: string }> }>('GET', `/v1/claims?${query}`)).body.items.map((k) => k.id);
  const open = await cases('reason=claim');
  const mine = open.items.find((k) => k.subject_id === c.id)!;
  assert.equal(mine.payment_id, c.payment?.id);
  assert.equal(open.counts.find((k) => k.reason === 'claim')?.count, open.items.length);
  assert.ok((await listed(`state=todo&waits_for=us&ref=${ref}`)).includes(c.id));
  // Oldest first, a page at a time: the same cases, each once.
  const paged: string[] = [];
  for (let after = ''; ; ) {
    const { body } = await on.call<Cases & { next?: string }>('GET', `/v1/cases?limit=1${after}`);
    paged.push(...body.items.map((k) => k.id));
    if (body.next === undefined) break;
    after = `&after=${body.next}`;
  }
  assert.deepEqual(
    paged,
    (await cases('')).items.map((k) => k.id),
  );

  const note = 'refunded by hand in the channel’s own console';
  assert.equal((await on.call('POST', `/v1/cases/${mine.id}/close`, { note })).status, 200);
  const twice = await on.call<{ code: string }>('POST', `/v1/cases/${mine.id}/close`, { note });
  assert.deepEqual([twice.status, twice.body.code], [409, 'case.closed']);
  assert.equal((await cases('state=closed')).items.find((k) => k.id === mine.id)?.closed_note, note);
  assert.ok(!(await cases('')).items.some((k) => k.id === mine.id));
  assert.deepEqual(await listed(`waits_for=us&ref=${ref}`), []);
  assert.deepEqual(await listed(`waits_for=nobody&ref=${ref}&kind=refund_not_arrived`), [c.id]);
});

test('a claim from a queue of an offline phone is taken once', async () => {
  const key = { 'idempotency-key': 'phone-1-17' };
  const [one, two] = [await claim({ refs: ['NOBODY0001'] }, key), await claim({ refs: ['NOBODY0001'] }, key)];
  assert.equal(one.id, two.id);
  const bad = await on.call('POST', '/v1/claims', {});
  assert.equal(bad.status, 400);
});

test('a picture again with another claim is a fact; hostile ones are refused and the server goes on', async () => {
  const ref = await order('44.00');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const image = await upload(await screenshot([{ format: 'QRCode', text: tradeOf(ref) }], 9));
  assert.equal((await claim({ images: [image.body.sha256], kind: 'paid_no_goods' })).facts.imageSeen, false);
  const second = await claim({ images: [image.body.sha256] });
  assert.equal(second.facts.imageSeen, true);
  assert.equal(second.release, 'ask');
  assert.equal((await upload(Buffer.from('GIF89a'))).status, 422);
  assert.equal((await upload(Buffer.alloc(9 * 2 ** 20))).status, 413);
  assert.equal((await on.call('POST', '/v1/claims', { images: ['0'.repeat(64)] })).status, 422);
  const read = await on.call<{ hits: ReadonlyArray<{ value: string }>; amounts: unknown[] }>('POST', '/v1/references', {
    text: '付款金额 ¥12.00',
    images: [image.body.sha256],
  });
  assert.deepEqual(
    [read.body.hits.map((h) => h.value), read.body.amounts],
    [[tradeOf(ref)], [{ amount: '12.00', currency: 'CNY' }]],
  );
});

test('one search box: a number, its end, an amount, a time, together', async () => {
  const ref = await order('123.45');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  type Found = {
    items: ReadonlyArray<{ payment: { payment_ref: string }; why: ReadonlyArray<{ en: string }> }>;
    next?: string;
  };
  const find = async (q: string): Promise<Found> => {
    const answer = await on.call<Found>('GET', `/v1/search?q=${encodeURIComponent(q)}`);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  const trade = tradeOf(ref);
  for (const q of [
    ref,
    trade,
    trade.slice(-6),
    `…${trade.slice(-5)}`,
    '¥123.45',
    '123.45 CNY',
    '今天 123.45',
    `${trade.slice(-4)} 123.45`,
    `交易单号 ${trade}`,
  ]) {
    const found = await find(q);
    assert.equal(found.items[0]?.payment.payment_ref, ref, q);
    assert.ok(found.items[0]!.why.length > 0);
  }
  assert.deepEqual((await find('昨天 123.45')).items, []);
  assert.ok((await find('今天')).items.length > 5);
  const page = await on.call<Found>('GET', `/v1/search?q=${encodeURIComponent('今天')}&limit=2`);
  const next = await on.call<Found>(
    'GET',
    `/v1/search?q=${encodeURIComponent('今天')}&limit=2&after=${page.body.next}`,
  );
  const seen = [...page.body.items, ...next.body.items].map((i) => i.payment.payment_ref);
  assert.equal(new Set(seen).size, 4);
  assert.equal((await on.call('GET', '/v1/search?q=%20%20')).status, 400);
});

test('the counter: what came in, and a shift with its totals', async () => {
  const place = { store: 'TILL' };
  assert.deepEqual((await on.call('GET', '/v1/shifts/current?store=TILL')).body, { shift: null });
  assert.equal((await on.call('POST', '/v1/shifts/open', place)).status, 200);
  assert.equal((await on.call('POST', '/v1/shifts/open', place)).status, 409);
  const refs = [await order('10.00', place), await order('20.50', place)];
  for (const ref of refs) {
    await on.sim.pay(ref);
    await verdictOf(on, ref, 'on_its_way');
  }
  await claim({ refs: [refs[0]!], ...place });
  const recent = await on.call<{ items: ReadonlyArray<{ payment_ref: string }> }>(
    'GET',
    '/v1/counter/recent?store=TILL',
  );
  assert.deepEqual(
    recent.body.items.map((p) => p.payment_ref),
    [...refs].reverse(),
  );
  type Shift = {
    totals: { channels: ReadonlyArray<Record<string, unknown>>; verdicts: object; claims: object };
    closed_at?: string;
  };
  const closed = await on.call<Shift>('POST', '/v1/shifts/close', place);
  assert.deepEqual(closed.body.totals, {
    channels: [
      {
        provider: 'wechatpay',
        payments: 2,
        captured: { amount: '30.50', currency: 'CNY' },
        refunded: { amount: '0.00', currency: 'CNY' },
      },
    ],
    verdicts: { on_its_way: 2 },
    claims: { on_its_way: 1 },
  });
  assert.equal((await on.call('POST', '/v1/shifts/close', place)).status, 409);
});

test('I12: a claim finds nothing of the other side, and nobody else reads it', async () => {
  const ref = await order('51.00');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const c = await claim({ refs: [ref] });
  const live = await callAs(on, { livemode: true });
  const there = await live<Claim>('POST', '/v1/claims', { refs: [ref] });
  assert.equal(there.body.payment, undefined);
  assert.equal((await live('GET', `/v1/claims/${c.id}`)).status, 404);
  assert.equal((await live('POST', `/v1/claims/${c.id}/close`, { ended: 'withdrawn' })).status, 404);
});

test('I7: a channel that takes the question and never answers: three seconds hold, and nobody is unpaid', async () => {
  const ref = await order('61.00');
  on.sim.faultNotify('lost', 99, ref);
  const hole = createServer(() => {});
  await new Promise<void>((done) => hole.listen(0, '127.0.0.1', done));
  const at = (base_url: string) => on.call('PATCH', `/v1/channels/${on.accountId}`, { base_url });
  try {
    await at(`http://127.0.0.1:${(hole.address() as AddressInfo).port}`);
    const known = await claim({ refs: [ref] });
    assert.equal(says(known), 'ask pending UNKNOWN_PENDING');
    const unknown = await claim({ refs: ['NOBODY0002'] });
    assert.equal(says(unknown), 'ask pending UNKNOWN_PENDING');
    assert.ok(unknown.next_look_at !== undefined);
  } finally {
    await at(on.sim.url);
    hole.closeAllConnections();
    hole.close();
  }
});

test('the buyer’s own export: the row of that amount names the payment', async () => {
  const ref = await order('71.30');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const bought = (amount: string, trade: string, own: string): WechatRow => [
    '2026-11-20 12:01:22',
    '商户消费',
    '茶饮店',
    '奶茶',
    '支出',
    amount,
    '零钱',
    '支付成功',
    trade,
    own,
    '/',
  ];
  const rows = [bought('71.30', tradeOf(ref), ref), bought('9.90', '4200009999202611209999999999', 'X1')];
  const name = encodeURIComponent('微信支付账单.csv');
  const sent = await fetch(`${on.served.url}/v1/documents?name=${name}`, {
    method: 'POST',
    headers: { ...(await header()), 'content-type': 'text/csv' },
    body: new Uint8Array(wechatPersonalCsv(rows)),
  });
  const document = (await sent.json()) as { id: string };
  assert.equal(sent.status, 201, JSON.stringify(document));
  const made = await on.call<Claim>('POST', '/v1/claims', {
    documents: [document.id],
    amount: { amount: '71.30', currency: 'CNY' },
    kind: 'paid_no_goods',
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const c = await until('the export to be read', async () => {
    const now = await again(made.body.id);
    return now.hits.length > 0 ? now : undefined;
  });
  assert.deepEqual(
    c.hits.map((h) => [h.value, h.origin]).sort(),
    [
      [tradeOf(ref), 'file'],
      [ref, 'file'],
    ].sort(),
  );
  await until('the payment to be found', async () => (await again(made.body.id)).payment?.payment_ref === ref);
});

test('searching by a number reads no table from end to end', async () => {
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    const rows = Array.from({ length: 4_000 }, (_, i) => [
      `42000012342026112${String(i).padStart(11, '0')}`,
      'bank_ref',
      newId(),
    ]);
    const v = tenantValues(['text', 'text', 'uuid'], rows);
    await tx.run(`insert into refs (tenant_id, value, kind, payment_id) ${v.text}`, [tx.tenantId, ...v.params]);
  });
  await asOwner(on.test.ownerUrl, 'analyze book.refs, book.payments, book.orders');
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    // The other tables of a test are so small that reading them whole is cheaper.
    await tx.run('set local enable_seqscan = off');
    for (const [sql, params, index] of [
      [BY_NUMBERS, [tx.tenantId, ['C000001'], false, ['100000C']], 'refs_pkey'],
      [BY_REF, [tx.tenantId, ['C000001'], false, ['100000C']], 'refs_pkey'],
      [BY_TAIL, [tx.tenantId, '1000', '1001', '0001', false], 'refs_pkey'],
    ] as const) {
      const plan = await tx.rows<{ 'QUERY PLAN': string }>(`explain ${sql}`, params);
      const text = plan.map((r) => r['QUERY PLAN']).join('\n');
      assert.doesNotMatch(text, /Seq Scan/, text);
      assert.match(text, new RegExp(`using ${index}|on ${index}`), text);
    }
  });
});

test('the command line says the same, and its exit code is the answer', async () => {
  const ref = await order('81.00');
  await on.sim.pay(ref);
  await verdictOf(on, ref, 'on_its_way');
  const here = place({ DAOZHANG_URL: on.served.url, DAOZHANG_API_KEY: (await keyOf(on.test)).token });
  writeFileSync(join(here.folder, 'shot.png'), await screenshot([{ format: 'Code128', text: ref }], 4));
  const yes = await here.run('claim', '--image', 'shot.png', '--lang', 'zh');
  assert.equal(yes.code, 0, yes.stderr);
  assert.match(yes.stdout, /^可以交付 · 在途/);
  const no = await here.run('claim', 'NOBODY0003', '--lang', 'en');
  assert.equal(no.code, 1, no.stderr);
  assert.match(no.stdout, /^wait and ask/);
  here.remove();
});

async function header(): Promise<Record<string, string>> {
  return { authorization: `Bearer ${(await keyOf(on.test, { scopes: ALL_SCOPES })).token}` };
}
async function upload(
  bytes: Buffer,
): Promise<{ status: number; body: { sha256: string; hits: ReadonlyArray<{ value: string }> } }> {
  const response = await fetch(`${on.served.url}/v1/images`, {
    method: 'POST',
    headers: { ...(await header()), 'content-type': 'image/png' },
    body: new Uint8Array(bytes),
  });
  return { status: response.status, body: (await response.json()) as never };
}
