/** Stories of single payments in a very small shop, each from documents written out beside what is expected of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wechatPersonalCsv, type WechatRow } from '../../tests/support/personal.ts';
import { type Doc, orderBook, statement, wechatBill, withRun } from '../../tests/support/shop.ts';
import { CHINA, type Micros, microsIn } from '../base/time.ts';
import type { RunOptions } from './run.ts';
import type { Station } from './stations.ts';
import type { Story } from './story.ts';
import { type Answer, type Query, spellings, where } from './where.ts';

const ask = (documents: readonly Doc[], query: string | Query, options: Partial<RunOptions> = {}): Promise<Answer> =>
  withRun(documents, (run) => where(run, typeof query === 'string' ? { by: 'ref', ref: query } : query), options);

const at = (clock: string): Micros => microsIn(Temporal.PlainDateTime.from(`2026-11-19T${clock}`), CHINA);
const place = (amount: string, clock: string, more: object = {}): Query => ({
  by: 'place',
  amount,
  at: at(clock),
  span: 0n,
  windowMinutes: 15,
  ...more,
});

/** The one story; fails when there are several or none. */
function only(answer: Answer): Story {
  assert.equal(answer.found, 'one', JSON.stringify(answer.says));
  assert.equal(answer.stories.length, 1);
  return answer.stories[0]!;
}

const line = (s: Story): string => s.stations.map((x) => `${x.station}:${x.state}`).join(' ');
const stop = (s: Story, station: string): Station => s.stations.find((x) => x.station === station)!;
/** `file:line` of the lines a station stands on. */
const shownBy = (s: Story, station: string): string[] =>
  stop(s, station).evidence.map((i) => `${s.evidence[i]!.file}:${s.evidence[i]!.line}`);
const judged = (s: Story): string => `${s.verdict} ${s.release} ${s.custody} ${s.confidence}`;

const PAID = orderBook(['O1 paid 100.00 10:00:05']);
const BILL = wechatBill(['O1 4200002901202611190000000001 100.00 10:00:01']);
const MERCHANT_PAYMENT: WechatRow = [
  '2026-11-19 12:03:40',
  '商户消费',
  '隔壁水果店',
  '水果',
  '支出',
  '9.90',
  '零钱',
  '支付成功',
  '4200002901202611190000000777',
  'X-1',
  '/',
];
const PERSON_PAYMENT: WechatRow = [
  '2026-11-19 12:03:40',
  '扫二维码付款',
  '水果摊',
  '收款方备注:二维码收款',
  '支出',
  '9.90',
  '零钱通',
  '已转账',
  '1000039501191120000100000004',
  '1000039501191120',
  '/',
];
const personal = (...rows: WechatRow[]): Doc => ({ name: 'customer.csv', bytes: wechatPersonalCsv(rows) });

test('received: the order, the bill and the bank have it; each station stands on its line', async () => {
  const story = only(await ask([PAID, BILL, statement(['99.40 FT1 财付通 结算'])], 'O1'));
  assert.equal(judged(story), 'received yes merchant proven');
  assert.equal(
    line(story),
    'ordered:reached debited:passed_over captured:reached recorded:reached cleared:reached settled:reached paid_out:passed_over credited:reached',
  );
  assert.deepEqual(shownBy(story, 'captured'), ['wechat.csv:2']);
  assert.deepEqual(shownBy(story, 'recorded'), ['orders.csv:2']);
  assert.deepEqual(shownBy(story, 'credited'), ['bank.sta:5']);
  assert.equal(stop(story, 'captured').at, '2026-11-19 10:00:01+08:00');
  // The book's only time lies after the channel's: it is when the payment was recorded.
  assert.equal(stop(story, 'recorded').at, '2026-11-19 10:00:05+08:00');
  assert.equal(stop(story, 'ordered').at, undefined);
  assert.equal(stop(story, 'credited').at, '2026-11-20');
  assert.deepEqual(story.amount, { amount: '100.00', currency: 'CNY' });
  assert.deepEqual(story.breaks, []);
  for (const e of story.evidence.filter((x) => x.role !== 'batch')) assert.match(e.sha256, /^[0-9a-f]{64}$/);
  assert.match(story.says.zh, /2026-11-20 已随一笔 ¥99\.40 到银行账户/);
});

test('every number of a payment leads to the same story', async () => {
  await withRun([PAID, BILL, statement(['99.40 FT1 财付通 结算'])], async (run) => {
    const told = only(await where(run, { by: 'ref', ref: 'O1' }));
    const spelled = ['4200002901202611190000000001', '`4200002901202611190000000001', "'4200002901202611190000000001", ' o1 ', 'FT1'];
    for (const ref of [...spelled, '4200 0029 0120 2611 1900 0000 0001', 'implied/wechatpay/1900000109/CNY/2026-11-19']) {
      assert.deepEqual(only(await where(run, { by: 'ref', ref })), told, ref);
    }
  });
});

test('on its way: the batch is due tomorrow, and the stations say by when', async () => {
  const story = only(await ask([PAID, BILL], 'O1'));
  assert.equal(judged(story), 'on_its_way yes settlement proven');
  assert.equal(story.promise, '2026-11-20');
  assert.equal(stop(story, 'credited').state, 'due');
  assert.equal(stop(story, 'credited').promise, '2026-11-20');
  assert.match(story.wrong.en, /covers 2026-11-20/);
});

test('due and no statement: unknown, and it says which document is missing', async () => {
  const asOf = microsIn(Temporal.PlainDateTime.from('2026-11-24T18:00'), CHINA);
  const story = only(await ask([PAID, BILL], 'O1', { asOf }));
  assert.equal(judged(story), 'unknown yes payout proven');
  assert.equal(stop(story, 'credited').state, 'unknown');
  assert.equal(stop(story, 'credited').needs!.zh, '覆盖 2026-11-20 的银行流水');
});

test('late: the statement of the due day does not show it; another channel’s money does not stand in for it', async () => {
  const story = only(await ask([PAID, BILL, statement(['99.40 FT1 某客户 货款'])], 'O1'));
  assert.equal(judged(story), 'late yes payout proven');
  assert.equal(stop(story, 'credited').state, 'late');
  assert.deepEqual(stop(story, 'credited').evidence, []);
  assert.equal(story.breaks.length, 1);
});

test('short: the bank got less than the batch', async () => {
  const story = only(await ask([PAID, BILL, statement(['98.40 FT1 财付通 结算'])], 'O1'));
  assert.equal(judged(story), 'short_settled yes channel proven');
  assert.match(story.says.en, /of its batch of 99\.40\sCNY the bank got 98\.40\sCNY, 1\.00\sCNY too little/);
});

test('unrecorded: the channel took it, the order still says unpaid', async () => {
  const story = only(await ask([orderBook(['O1 unpaid 100.00 09:59:50']), BILL], 'O1'));
  assert.equal(judged(story), 'unrecorded yes channel proven');
  assert.equal(story.reason, 'NOTIFY_LOST');
  assert.equal(stop(story, 'recorded').state, 'late');
  assert.equal(stop(story, 'ordered').at, '2026-11-19 09:59:50+08:00');
  assert.deepEqual(story.also, ['on_its_way']);
  assert.equal(story.next[0]!.action, 'repair');
});

test('unrecorded: no order at all; the complete order book is the silent witness', async () => {
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'X9 4200009 77.00 11:00:00']);
  const story = only(await ask([PAID, bill], '4200009'));
  assert.equal(judged(story), 'unrecorded yes channel proven');
  assert.equal(stop(story, 'ordered').state, 'absent');
  assert.deepEqual(stop(story, 'ordered').documents!.map((d) => d.file), ['orders.csv']);
});

test('unpaid: marked paid or not, the complete bill of its day does not have it', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O2 paid 50.00 12:00:00', 'O3 unpaid 30.00 12:30:00']);
  await withRun([orders, BILL], async (run) => {
    for (const [ref, recorded] of [['O2', 'reached'], ['O3', 'ahead']] as const) {
      const story = only(await where(run, { by: 'ref', ref }));
      assert.equal(judged(story), 'unpaid no nobody proven', ref);
      assert.equal(stop(story, 'captured').state, 'absent');
      assert.deepEqual(stop(story, 'captured').documents!.map((d) => d.file), ['wechat.csv']);
      assert.equal(stop(story, 'recorded').state, recorded);
      assert.equal(stop(story, 'credited').state, 'ahead');
    }
  });
});

test('without the bill of the day nothing is said: unknown, and the bill is asked for', async () => {
  for (const status of ['paid', 'unpaid']) {
    const documents = [orderBook([`O1 ${status} 100.00 2026-11-18T10:00:05`]), BILL];
    const story = only(await ask(documents, 'O1'));
    assert.equal(judged(story), 'unknown ask not_known recorded', status);
    assert.equal(stop(story, 'captured').state, 'unknown');
    assert.equal(stop(story, 'captured').needs!.en, 'the complete WeChat Pay bill of 2026-11-18');
  }
});

test('a paid order near the day cut is our own word until the next bill has it', async () => {
  const story = only(await ask([orderBook(['O1 paid 100.00 10:00:05', 'O2 paid 9.90 23:59:50']), BILL], 'O2'));
  assert.equal(judged(story), 'on_its_way ask channel recorded');
  assert.equal(stop(story, 'captured').needs!.en, 'the WeChat Pay bill of the neighbouring day');
});

test('duplicate: one order, two payments, one story', async () => {
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'O1 4200002 100.00 10:04:00']);
  const story = only(await ask([PAID, bill], '4200002'));
  assert.equal(judged(story), 'duplicate yes channel proven');
  assert.deepEqual(story.tracks.map((t) => [t.kind, t.ref, t.stations.map((x) => x.state)]), [
    ['payment', '4200002', ['reached', 'late']],
  ]);
});

test('a duplicate that was given back is no surplus any more', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05']);
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'O1 4200002 100.00 10:04:00', 'O1 4200002 -100.00 10:30:00 R1']);
  const story = only(await ask([orders, bill], 'O1'));
  assert.notEqual(story.verdict, 'duplicate');
  assert.ok(story.also.includes('duplicate'));
});

test('refunded in full: the money is with the customer, and nothing is awaited at the bank', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O1 refunded -100.00 11:00:00 refund R1']);
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'O1 4200001 -100.00 11:00:02 R1']);
  const story = only(await ask([orders, bill], 'R1'));
  assert.equal(judged(story), 'refunded no customer proven');
  assert.deepEqual(story.also, []);
  assert.equal(stop(story, 'credited').state, 'passed_over');
  const [refund] = story.tracks;
  assert.deepEqual(refund!.stations.map((x) => `${x.station}:${x.state}`), ['recorded:reached', 'cleared:reached', 'credited:unknown']);
  assert.equal(refund!.stations[2]!.needs!.zh, '顾客从钱包导出的账单');
});

test('refunded in part: the rest goes its way', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O1 refunded -30.00 11:00:00 refund R1']);
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'O1 4200001 -30.00 11:00:02 R1']);
  const story = only(await ask([orders, bill, statement(['69.58 FT1 财付通 结算'])], 'O1'));
  assert.equal(judged(story), 'received yes merchant proven');
  assert.deepEqual(story.also, ['refunded']);
  assert.match(story.says.en, /Of it 30\.00\sCNY was given back on 2026-11-19 11:00:02\./);
});

test('reversed: success was shown, then taken back', async () => {
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'O1 4200001 -100.00 10:00:30 R1 REVOKED']);
  const story = only(await ask([PAID, bill], 'O1'));
  assert.equal(judged(story), 'reversed no customer proven');
  assert.deepEqual(story.tracks.map((t) => t.kind), ['reversal']);
});

test('paid elsewhere: the customer’s own bill explains an order that nobody paid', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O2 unpaid 9.90 12:03:00']);
  for (const [row, party] of [[PERSON_PAYMENT, '水果摊'], [MERCHANT_PAYMENT, '隔壁水果店']] as const) {
    const story = only(await ask([orders, BILL, personal(row)], 'O2'));
    assert.equal(judged(story), 'paid_elsewhere no other_payee claimed');
    assert.equal(story.reason, 'PAID_TO_OTHER_PAYEE');
    assert.deepEqual(story.also, ['unpaid']);
    assert.ok(story.says.zh.includes(party) && story.says.zh.includes('2026-11-19 12:03:40'));
    assert.ok(story.evidence.some((e) => e.file === 'customer.csv'));
  }
});

test('a customer’s bill that fits two open orders explains neither', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O2 unpaid 9.90 12:03:00', 'O3 unpaid 9.90 12:05:00']);
  const story = only(await ask([orders, BILL, personal(PERSON_PAYMENT)], 'O2'));
  assert.equal(judged(story), 'unpaid no nobody proven');
  assert.deepEqual(story.candidates.map((e) => e.file), ['customer.csv']);
});

test('asked by the customer’s number: a person’s code, another merchant, a bill that is missing', async () => {
  const personCode = only(await ask([PAID, BILL, personal(PERSON_PAYMENT)], PERSON_PAYMENT[8]));
  assert.equal(judged(personCode), 'paid_elsewhere no other_payee claimed');
  const merchant = only(await ask([PAID, BILL, personal(MERCHANT_PAYMENT)], MERCHANT_PAYMENT[8]));
  assert.equal(judged(merchant), 'paid_elsewhere no other_payee claimed');
  const missing = only(await ask([PAID, personal(MERCHANT_PAYMENT)], MERCHANT_PAYMENT[8]));
  assert.equal(judged(missing), 'unknown ask not_known claimed');
});

test('the customer’s number of a payment that did come here leads to that payment', async () => {
  const row: WechatRow = [...MERCHANT_PAYMENT];
  const ours = row.with(5, '100.00').with(8, '4200002901202611190000000001') as unknown as WechatRow;
  const story = only(await ask([PAID, BILL, personal(ours)], 'O1'));
  assert.equal(judged(story), 'on_its_way yes settlement proven');
  assert.deepEqual(story.evidence.map((e) => e.role).sort(), ['batch', 'channel', 'evidence', 'order']);
});

test('a number that a customer’s bill claims and our complete bill lacks is no payment, and names no thief', async () => {
  const row = MERCHANT_PAYMENT.with(9, 'O2') as unknown as WechatRow;
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O2 unpaid 9.90 12:03:00']);
  const story = only(await ask([orders, BILL, personal(row)], 'O2'));
  assert.equal(judged(story), 'unpaid no not_known proven');
  assert.equal(story.reason, 'NOTIFY_WRONG_MCH');
});

test('the tail of a number, as people read it aloud: taken when one payment has it, never when two have', async () => {
  const orders = orderBook(['SHOP-A-778812 paid 100.00 10:00:05', 'SHOP-B-778812 paid 20.00 10:05:00', 'SHOP-B-990001 paid 5.00 10:06:00']);
  const bill = wechatBill(['SHOP-A-778812 4200001 100.00 10:00:01', 'SHOP-B-778812 4200002 20.00 10:05:01', 'SHOP-B-990001 4200003 5.00 10:06:01']);
  await withRun([orders, bill], async (run) => {
    const two = await where(run, { by: 'ref', ref: '778812' });
    assert.equal(two.found, 'several');
    assert.equal(two.total, 2);
    assert.equal(two.how, 'tail');
    assert.deepEqual(two.stories.map((s) => s.ref), ['SHOP-A-778812', 'SHOP-B-778812']);
    assert.match(two.says!.zh, /有 2 笔付款与“778812”相符,未作认定/);
    const one = await where(run, { by: 'ref', ref: '990001' });
    assert.equal(only(one).ref, 'SHOP-B-990001');
    // Five characters fit by chance.
    assert.equal((await where(run, { by: 'ref', ref: '90001' })).found, 'none');
  });
});

test('a batch or a bank line of many payments lists them and takes none', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O2 paid 20.00 11:00:00']);
  const bill = wechatBill(['O1 4200001 100.00 10:00:01', 'O2 4200002 20.00 11:00:01']);
  const answer = await ask([orders, bill, statement(['119.28 FT1 财付通 结算'])], 'FT1');
  assert.equal(answer.found, 'several');
  assert.deepEqual(answer.stories.map((s) => s.ref), ['O1', 'O2']);
  assert.deepEqual(answer.batches.map((b) => [b.net.amount, b.state]), [['119.28', 'credited']]);
  assert.match(answer.says!.en, /names 119\.28\sCNY of WeChat Pay for 2026-11-19, credited: 2 payments/);
});

test('a bank line that no channel sent', async () => {
  const story = only(await ask([PAID, BILL, statement(['50.00 FT9 王小明 转账'])], 'FT9'));
  assert.equal(judged(story), 'received ask merchant proven');
  assert.equal(line(story), 'credited:reached');
});

test('amount and time: one fits, the terminal decides between two, and without it none is taken', async () => {
  const t1 = orderBook(['O1 paid 9.90 12:03:10']);
  const t2 = { ...orderBook(['O2 paid 9.90 12:01:00'], 'T02'), name: 'orders-2.csv' };
  const bill = wechatBill(['O1 4200001 9.90 12:03:05', 'O2 4200002 9.90 12:00:55']);
  await withRun([t1, t2, bill], async (run) => {
    const both = await where(run, place('9.90', '12:03:00'));
    assert.equal(both.found, 'several');
    assert.deepEqual(both.stories.map((s) => s.ref), ['O1', 'O2'], 'the nearest first');
    assert.equal(only(await where(run, place('9.90', '12:03:00', { terminal: 't02' }))).ref, 'O2');
    assert.equal(only(await where(run, place('9.9', '12:03:00', { windowMinutes: 1 }))).ref, 'O1');
    assert.equal((await where(run, place('9.90', '12:03:00', { channel: 'alipay' }))).found, 'none');
    assert.equal((await where(run, place('9.90', '12:03:00', { terminal: 'T09' }))).found, 'none');
  });
});

test('amount and time: an order and the customer’s line that explains it are one story', async () => {
  const orders = orderBook(['O1 paid 100.00 10:00:05', 'O2 unpaid 9.90 12:03:00']);
  const story = only(await ask([orders, BILL, personal(PERSON_PAYMENT)], place('9.90', '12:03:00')));
  assert.equal(story.verdict, 'paid_elsewhere');
  assert.equal(story.ref, 'O2');
});

test('nothing found: what was searched is told, and whether absence means anything', async () => {
  await withRun([PAID, BILL], async (run) => {
    const byRef = await where(run, { by: 'ref', ref: 'NOWHERE-1' });
    assert.equal(byRef.found, 'none');
    assert.match(byRef.says!.en, /“NOWHERE-1”: 2 documents? were searched|“NOWHERE-1”: 2 were searched/);
    const covered = await where(run, place('1.23', '12:00:00'));
    assert.match(covered.says!.zh, /^微信支付的完整账单里,.*没有 1\.23 的付款/);
    const open = await where(run, { ...place('1.23', '12:00:00'), at: at('12:00:00') + 10n * 86_400_000_000n } as Query);
    assert.match(open.says!.en, /nothing is ruled out/);
    assert.equal((await where(run, { by: 'ref', ref: ' ` ' })).found, 'none');
  });
});

test('spellings of a reference', () => {
  assert.deepEqual(spellings(' `4200 01 '), ['`4200 01', '4200 01', '420001']);
  assert.deepEqual(spellings('１２３４５６'), ['１２３４５６', '123456']);
  assert.deepEqual(spellings("'"), ["'"]);
});
