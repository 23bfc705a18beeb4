/**
 * Stories of single payments in a very small shop. The day is written out once, below; each test asks about one of its
 * payments. Its bank statement is not given, so nothing has arrived yet; tests about the bank bring documents of their own.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type WechatRow, wechatPersonalCsv } from '../../tests/support/personal.ts';
import { ACCOUNT, type Doc, openRun, orderBook, statement, wechatBill, withRun } from '../../tests/support/shop.ts';
import { CHINA, type Micros, microsIn } from '../base/time.ts';
import type { Run, RunOptions } from './run.ts';
import type { Station } from './stations.ts';
import type { Story } from './story.ts';
import { type Answer, type Query, spellings, where } from './where.ts';

const CODE_REF = '1000039501191120000100000004';
const MERCHANT_REF = '4200002901202611190000000777';
const BREAD_REF = '4200002901202611190000000888';

/** What a customer exported from WeChat: time, type, payee, what for, direction, amount, method, state, WeChat's number, order. */
const customerBill = (...rows: string[]): Doc => {
  const cells = rows.map((row) => [...row.split('|'), '/'] as unknown as WechatRow);
  return { name: 'customer.csv', bytes: wechatPersonalCsv(cells) };
};

const DAY: readonly Doc[] = [
  orderBook([
    'ONTIME paid 100.00 10:00:05',
    'LOST unpaid 31.00 10:09:50',
    'CLOSED closed 32.00 10:19:50',
    'TWICE paid 33.00 10:30:05',
    'MENDED paid 34.00 10:40:05',
    'BACK paid 35.00 10:50:05',
    'BACK refunded -35.00 11:50:00 refund R-BACK',
    'UNDONE paid 36.00 11:00:05',
    'NOBODY paid 37.00 11:10:05',
    'OPEN unpaid 38.00 11:20:00',
    'FRUIT unpaid 9.90 12:03:00',
    'MELON unpaid 12.30 12:30:00',
    'TWIN-A unpaid 7.70 13:00:00',
    'TWIN-B unpaid 7.70 13:04:00',
    'BREAD unpaid 8.80 14:00:00',
    'KNOWN paid 6.60 14:30:05',
    'SHOP-A-778812 paid 41.00 15:00:05',
    'SHOP-B-778812 paid 42.00 15:05:05',
    'SHOP-B-990001 paid 43.00 15:10:05',
    'NEAR-1 paid 5.50 16:03:10',
    'NEAR-2 paid 5.50 16:01:00',
    'LATE paid 9.10 23:59:50',
    'BEFORE paid 51.00 2026-11-18T10:00:05',
    'BEFORE-2 unpaid 52.00 2026-11-18T10:00:05',
  ]),
  wechatBill([
    'ONTIME 4200002901202611190000000001 100.00 10:00:01',
    'LOST 42000031 31.00 10:10:01',
    'CLOSED 42000032 32.00 10:20:01',
    'TWICE 42000033 33.00 10:30:01',
    'TWICE 42000933 33.00 10:34:00',
    'MENDED 42000034 34.00 10:40:01',
    'MENDED 42000934 34.00 10:44:00',
    'MENDED 42000934 -34.00 10:50:00 R-MENDED',
    'BACK 42000035 35.00 10:50:01',
    'BACK 42000035 -35.00 11:50:02 R-BACK',
    'UNDONE 42000036 36.00 11:00:01',
    'UNDONE 42000036 -36.00 11:00:30 R-UNDONE REVOKED',
    'STRAY 42000077 77.00 11:30:00',
    `KNOWN 42000066 6.60 14:30:01`,
    'SHOP-A-778812 42000041 41.00 15:00:01',
    'SHOP-B-778812 42000042 42.00 15:05:01',
    'SHOP-B-990001 42000043 43.00 15:10:01',
    'NEAR-1 42000055 5.50 16:03:05',
    'NEAR-2 42000056 5.50 16:00:55',
  ]),
  customerBill(
    `2026-11-19 12:03:40|扫二维码付款|水果摊|收款方备注:二维码收款|支出|9.90|零钱|已转账|${CODE_REF}|1000039501191120`,
    `2026-11-19 12:31:00|商户消费|隔壁水果店|哈密瓜|支出|12.30|零钱|支付成功|${MERCHANT_REF}|X-1`,
    '2026-11-19 13:02:00|商户消费|某店|茶|支出|7.70|零钱|支付成功|4200002901202611190000000999|X-2',
    `2026-11-19 14:00:30|商户消费|面包房|面包|支出|8.80|零钱|支付成功|${BREAD_REF}|BREAD`,
    '2026-11-19 14:30:00|商户消费|到账便利店|茶|支出|6.60|零钱|支付成功|42000066|KNOWN',
  ),
];

let day: Awaited<ReturnType<typeof openRun>>;
before(async () => {
  day = await openRun(DAY);
});
after(() => day.close());

const ref = (text: string): Query => ({ by: 'ref', ref: text });
const at = (clock: string): Micros => microsIn(Temporal.PlainDateTime.from(`2026-11-19T${clock}`), CHINA);
const near = (amount: string, clock: string, more: object = {}): Query => ({
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
const told = async (query: string | Query, run: Run = day.run): Promise<Story> =>
  only(await where(run, typeof query === 'string' ? ref(query) : query));
const alone = (documents: readonly Doc[], query: string, options: Partial<RunOptions> = {}): Promise<Story> =>
  withRun(documents, (run) => told(query, run), options);

const line = (s: Story): string => s.stations.map((x) => `${x.station}:${x.state}`).join(' ');
const stop = (s: Story, station: string): Station => s.stations.find((x) => x.station === station)!;
/** `file:line` of the lines a station stands on. */
const shownBy = (s: Story, station: string): string[] =>
  stop(s, station).evidence.map((i) => `${s.evidence[i]!.file}:${s.evidence[i]!.line}`);
const silent = (s: Story, station: string): string[] => (stop(s, station).documents ?? []).map((d) => d.file);
const judged = (s: Story): string => `${s.verdict} ${s.release} ${s.custody} ${s.confidence}`;

// ---------------------------------------------------------------- taken, and on its way

test('on its way: the batch is due tomorrow, and the stations say by when', async () => {
  const story = await told('ONTIME');
  assert.equal(judged(story), 'on_its_way yes settlement proven');
  assert.equal(story.promise, '2026-11-20');
  assert.equal(stop(story, 'credited').state, 'due');
  assert.equal(stop(story, 'credited').promise, '2026-11-20');
  assert.match(story.wrong.en, /covers 2026-11-20/);
});

test('unrecorded: the channel took it, the order still says unpaid', async () => {
  const story = await told('LOST');
  assert.equal(judged(story), 'unrecorded yes settlement proven');
  assert.equal(story.reason, 'NOTIFY_LOST');
  assert.equal(stop(story, 'ordered').at, '2026-11-19 10:09:50+08:00');
  assert.equal(stop(story, 'recorded').state, 'late');
  assert.deepEqual(story.also, ['on_its_way']);
  assert.equal(story.next[0]!.action, 'repair');
  assert.match(story.says.zh, /但订单仍显示未付款。钱应于 2026-11-20 到银行账户。$/);
});

test('unrecorded: no order at all; the complete order book is the silent witness', async () => {
  const story = await told('42000077');
  assert.equal(judged(story), 'unrecorded yes settlement proven');
  assert.equal(stop(story, 'ordered').state, 'absent');
  assert.deepEqual(silent(story, 'ordered'), ['orders.csv']);
});

test('paid after close: ask, and the closing is a track of its own', async () => {
  const story = await told('CLOSED');
  assert.equal(judged(story), 'paid_after_close ask settlement proven');
  assert.deepEqual(
    story.tracks.map((t) => `${t.leaves} ${t.kind}`),
    ['ordered closed'],
  );
});

test('duplicate: one order, two payments, one story', async () => {
  const story = await told('42000933');
  assert.equal(story.ref, 'TWICE');
  assert.equal(judged(story), 'duplicate yes settlement proven');
  const [other] = story.tracks;
  assert.deepEqual(
    [other!.kind, other!.ref, ...other!.stations.map((x) => x.state)],
    ['payment', '42000933', 'reached', 'late'],
  );
});

test('a duplicate that was given back is no surplus any more', async () => {
  const story = await told('MENDED');
  assert.equal(judged(story), 'on_its_way yes settlement proven');
  assert.deepEqual([...story.also].sort(), ['duplicate', 'refunded']);
  assert.match(story.says.en, /68\.00\sCNY was taken in all, and 34\.00\sCNY of it given back/);
});

// ---------------------------------------------------------------- taken, and given back

test('refunded in full: the money is with the customer, and nothing is awaited at the bank', async () => {
  const story = await told('R-BACK');
  assert.equal(story.ref, 'BACK');
  assert.equal(judged(story), 'refunded no customer proven');
  assert.deepEqual(story.also, []);
  assert.equal(stop(story, 'credited').state, 'passed_over');
  const [refund] = story.tracks;
  assert.deepEqual(
    refund!.stations.map((x) => `${x.station}:${x.state}`),
    ['recorded:reached', 'cleared:reached', 'credited:unknown'],
  );
  assert.equal(refund!.stations[2]!.needs!.zh, '顾客从钱包导出的账单');
});

test('reversed: success was shown, then taken back', async () => {
  const story = await told('UNDONE');
  assert.equal(judged(story), 'reversed no customer proven');
  assert.deepEqual(
    story.tracks.map((t) => t.kind),
    ['reversal'],
  );
});

// ---------------------------------------------------------------- not taken

test('unpaid: marked paid or not, the complete bill of its day does not have it', async () => {
  for (const [order, recorded] of [
    ['NOBODY', 'reached'],
    ['OPEN', 'ahead'],
  ] as const) {
    const story = await told(order);
    assert.equal(judged(story), 'unpaid no nobody proven', order);
    assert.equal(stop(story, 'captured').state, 'absent');
    assert.deepEqual(silent(story, 'captured'), ['wechat.csv']);
    assert.equal(stop(story, 'recorded').state, recorded);
    assert.equal(stop(story, 'credited').state, 'ahead');
  }
});

test('without the bill of the day nothing is said: unknown, and the bill is asked for', async () => {
  for (const order of ['BEFORE', 'BEFORE-2']) {
    const story = await told(order);
    assert.equal(judged(story), 'unknown ask not_known recorded', order);
    assert.equal(stop(story, 'captured').state, 'unknown');
    assert.equal(stop(story, 'captured').needs!.en, 'the complete WeChat Pay bill of 2026-11-18');
  }
});

test('a paid order near the day cut is our own word until the next bill has it', async () => {
  const story = await told('LATE');
  assert.equal(judged(story), 'on_its_way ask not_known recorded');
  assert.equal(stop(story, 'captured').needs!.en, 'the WeChat Pay bill of the neighbouring day');
});

// ---------------------------------------------------------------- the customer's own document

test('paid elsewhere: the customer’s own bill explains an order that nobody paid', async () => {
  for (const [order, payee, time] of [
    ['FRUIT', '水果摊', '12:03:40'],
    ['MELON', '隔壁水果店', '12:31:00'],
  ] as const) {
    const story = await told(order);
    assert.equal(judged(story), 'paid_elsewhere no other_payee claimed');
    assert.equal(story.reason, 'PAID_TO_OTHER_PAYEE');
    assert.deepEqual(story.also, ['unpaid']);
    assert.ok(story.says.zh.includes(payee) && story.says.zh.includes(`2026-11-19 ${time}`), story.says.zh);
    assert.ok(story.evidence.some((e) => e.file === 'customer.csv'));
  }
});

test('a customer’s line that fits two open orders explains neither', async () => {
  const story = await told('TWIN-A');
  assert.equal(judged(story), 'unpaid no nobody proven');
  assert.deepEqual(
    story.candidates.map((e) => e.file),
    ['customer.csv'],
  );
});

test('asked by the customer’s number: a person’s code, another merchant', async () => {
  const code = await told(CODE_REF);
  assert.equal(judged(code), 'paid_elsewhere no other_payee claimed');
  assert.match(code.says.en, /a person’s code/);
  assert.deepEqual(
    code.candidates.map((e) => e.refs.order),
    ['FRUIT'],
  );
  const merchant = await told(MERCHANT_REF);
  assert.equal(judged(merchant), 'paid_elsewhere no other_payee claimed');
  assert.deepEqual(silent(merchant, 'captured'), ['wechat.csv']);
});

test('asked by the customer’s number, without our bill: neither confirmed nor denied', async () => {
  const documents = [orderBook(['O1 paid 1.00 10:00:00']), DAY[2]!];
  const story = await alone(documents, MERCHANT_REF);
  assert.equal(judged(story), 'unknown ask not_known claimed');
});

test('the customer’s line of a payment that did come here is part of its story', async () => {
  const story = await told('KNOWN');
  assert.equal(judged(story), 'on_its_way yes settlement proven');
  assert.deepEqual(story.evidence.map((e) => e.role).sort(), ['batch', 'channel', 'evidence', 'order']);
});

test('an order number that a customer’s bill claims and our complete bill lacks is no payment, and names no thief', async () => {
  const story = await told('BREAD');
  assert.equal(judged(story), 'unpaid no not_known proven');
  assert.equal(story.reason, 'NOTIFY_WRONG_MCH');
  assert.deepEqual(story, await told(BREAD_REF));
});

// ---------------------------------------------------------------- finding it

test('the tail of a number, as people read it aloud: the whole number is told to compare, and nothing is released on it', async () => {
  const two = await where(day.run, ref('778812'));
  assert.equal(`${two.found} ${two.total} ${two.how}`, 'several 2 tail');
  assert.deepEqual(
    two.stories.map((s) => s.ref),
    ['SHOP-A-778812', 'SHOP-B-778812'],
  );
  assert.match(two.says!.zh, /^没有单号是“778812”,它只是 .+ 的末尾。有 2 笔付款与“778812”相符,未作认定/);
  const answer = await where(day.run, ref('990001'));
  const story = only(answer);
  assert.equal(`${story.ref} ${story.verdict} ${story.release}`, 'SHOP-B-990001 on_its_way ask');
  assert.equal((await told('SHOP-B-990001')).release, 'yes');
  assert.equal(answer.says!.en, 'No number is “990001”; it is only the end of SHOP-B-990001.');
  assert.equal(story.next[0]!.action, 'compare_number');
  // Five characters fit by chance.
  assert.equal((await where(day.run, ref('90001'))).found, 'none');
});

test('a merchant number, or a bank account, is no payment: it is told as what it is, before any tail is tried', async () => {
  const like = orderBook(['O1 paid 100.00 10:00:05', `2${ACCOUNT} paid 20.00 11:00:05`]);
  await withRun(
    [like, wechatBill([`2${ACCOUNT} 42001 20.00 11:00:01`]), statement(['19.88 FT1 财付通'])],
    async (run) => {
      const merchant = await where(run, ref(ACCOUNT));
      assert.equal(
        `${merchant.found} ${merchant.how} ${merchant.total} ${merchant.stories.length}`,
        'several account 1 0',
      );
      assert.match(
        merchant.says!.en,
        /is a merchant number of WeChat Pay, not .*; payments of 2026-11-19 under it: 1\. 19\.88\sCNY/,
      );
      const account = await where(run, ref('311000068800112233'));
      assert.match(account.says!.zh, /^“311000068800112233”是银行账号/);
    },
  );
});

test('an ambiguous payment waits for what names one of several, not for a missing document', async () => {
  const twins = ['TWIN-1 paid 5.00 10:00:00', 'TWIN-1 paid 5.00 10:01:00'];
  const story = await alone([orderBook(twins), wechatBill(['TWIN-1 42001 5.00 10:00:30'])], '42001');
  assert.equal(story.reason, 'SEVERAL_FIT');
  assert.match(story.wrong.en, /^A number or a document that names one of them/);
  assert.match((await told('BEFORE')).wrong.en, /^The missing document/);
});

test('with the folder of open items the half of the day before is seen, and the folder stays as it is', async () => {
  const carry = mkdtempSync(join(tmpdir(), 'daozhang-open-'));
  const next = (doc: Doc): Doc => ({
    ...doc,
    bytes: Buffer.from(Buffer.from(doc.bytes).toString().replaceAll('2026-11-19', '2026-11-20')),
  });
  const today = [orderBook(['O3 paid 7.00 2026-11-20T09:00:00']), next(wechatBill(['LATE 42002 9.10 00:00:10']))];
  try {
    const yesterday = [
      orderBook(['O1 paid 5.00 10:00:00', 'LATE paid 9.10 23:59:50']),
      wechatBill(['O1 42001 5.00 10:00:01']),
    ];
    await withRun(yesterday, (run) => run.keep(), { carry });
    const files = readdirSync(carry);
    const half = await alone(today, 'LATE');
    assert.equal(`${half.verdict} ${half.reason}`, 'on_its_way DAY_CUT');
    const whole = await alone(today, 'LATE', { carry, carryReadOnly: true });
    assert.equal(judged(whole), 'on_its_way yes settlement proven');
    assert.deepEqual(shownBy(whole, 'ordered'), ['orders.csv:3']);
    assert.deepEqual(readdirSync(carry), files);
  } finally {
    rmSync(carry, { recursive: true, force: true });
  }
});

test('amount and time: the nearest first, none taken; what is narrower finds one', async () => {
  const both = await where(day.run, near('5.50', '16:03:00'));
  assert.equal(both.found, 'several');
  assert.deepEqual(
    both.stories.map((s) => s.ref),
    ['NEAR-1', 'NEAR-2'],
  );
  assert.equal((await told(near('5.5', '16:03:00', { windowMinutes: 1, terminal: 't01' }))).ref, 'NEAR-1');
  for (const other of [{ channel: 'alipay' }, { terminal: 'T09' }, { store: 'S2' }]) {
    assert.equal((await where(day.run, near('5.50', '16:03:00', other))).found, 'none');
  }
});

test('amount, time and terminal tell two tills apart', async () => {
  const tills = [
    orderBook(['O1 paid 9.90 12:03:10']),
    { ...orderBook(['O2 paid 9.90 12:03:20'], 'T02'), name: 'orders-2.csv' },
    wechatBill(['O1 4200001 9.90 12:03:05', 'O2 4200002 9.90 12:03:15']),
  ];
  await withRun(tills, async (run) => {
    assert.equal((await where(run, near('9.90', '12:03:00'))).total, 2);
    assert.equal((await told(near('9.90', '12:03:00', { terminal: 'T02' }), run)).ref, 'O2');
  });
});

test('amount and time: an order and the customer’s line that explains it are one story', async () => {
  const story = await told(near('9.90', '12:03:00'));
  assert.equal(`${story.ref} ${story.verdict}`, 'FRUIT paid_elsewhere');
});

test('nothing found: what was searched is told, and whether absence means anything', async () => {
  const byRef = await where(day.run, ref('NOWHERE-1'));
  assert.equal(byRef.found, 'none');
  assert.match(byRef.says!.en, /“NOWHERE-1”: 3 documents were searched/);
  const covered = await where(day.run, near('1.23', '12:00:00'));
  assert.match(covered.says!.zh, /^微信支付的完整账单里,.*没有 1\.23 的付款/);
  const open = await where(day.run, near('1.23', '12:00:00', { at: at('12:00:00') + 864_000_000_000n }));
  assert.match(open.says!.en, /nothing is ruled out/);
  assert.equal((await where(day.run, ref(' ` '))).found, 'none');
});

test('spellings of a reference', () => {
  assert.deepEqual(spellings(' `4200 01 '), ['`4200 01', '4200 01', '420001']);
  assert.deepEqual(spellings('１２３４５６'), ['１２３４５６', '123456']);
  assert.deepEqual(spellings("'"), ["'"]);
});

// ---------------------------------------------------------------- at the bank

const PAID = orderBook(['O1 paid 100.00 10:00:05']);
const BILL = wechatBill(['O1 4200002901202611190000000001 100.00 10:00:01']);

test('received: the order, the bill and the bank have it; every number of it leads to the same story', async () => {
  await withRun([PAID, BILL, statement(['99.40 FT1 财付通 结算'])], async (run) => {
    const story = await told('O1', run);
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
    for (const same of [
      ...['4200002901202611190000000001', '`4200002901202611190000000001', "'4200002901202611190000000001", ' o1 '],
      ...['4200 0029 0120 2611 1900 0000 0001', 'FT1', 'implied/wechatpay/1900000109/CNY/2026-11-19'],
    ]) {
      assert.deepEqual(await told(same, run), story, same);
    }
  });
});

test('refunded in part: the rest arrives', async () => {
  const documents = [
    orderBook(['O1 paid 100.00 10:00:05', 'O1 refunded -30.00 11:00:00 refund R1']),
    wechatBill(['O1 4200001 100.00 10:00:01', 'O1 4200001 -30.00 11:00:02 R1']),
    statement(['69.58 FT1 财付通 结算']),
  ];
  const story = await alone(documents, 'O1');
  assert.equal(judged(story), 'received yes merchant proven');
  assert.deepEqual(story.also, ['refunded']);
  assert.match(story.says.en, /Of it 30\.00\sCNY was given back on 2026-11-19 11:00:02\./);
});

test('due and no statement: unknown, and it says which document is missing', async () => {
  const asOf = microsIn(Temporal.PlainDateTime.from('2026-11-24T18:00'), CHINA);
  const story = await alone([PAID, BILL], 'O1', { asOf });
  assert.equal(judged(story), 'unknown yes payout proven');
  assert.equal(stop(story, 'credited').state, 'unknown');
  assert.equal(stop(story, 'credited').needs!.zh, '覆盖 2026-11-20 的银行流水');
});

test('late: the statement of the due day does not show it, and other money does not stand in for it', async () => {
  await withRun([PAID, BILL, statement(['99.40 FT1 某客户 货款'])], async (run) => {
    const story = await told('O1', run);
    assert.equal(judged(story), 'late yes payout proven');
    assert.equal(stop(story, 'credited').state, 'late');
    assert.deepEqual(stop(story, 'credited').evidence, []);
    assert.equal(story.breaks.length, 1);
    const stranger = await told('FT1', run);
    assert.equal(judged(stranger), 'received ask merchant proven');
    assert.equal(line(stranger), 'credited:reached');
  });
});

test('short: the bank got less than the batch', async () => {
  const story = await alone([PAID, BILL, statement(['98.40 FT1 财付通 结算'])], 'O1');
  assert.equal(judged(story), 'short_settled yes channel proven');
  assert.match(story.says.en, /of its batch of 99\.40\sCNY the bank got 98\.40\sCNY, 1\.00\sCNY too little/);
});

test('a bank line of many payments lists them and takes none', async () => {
  const documents = [
    orderBook(['O1 paid 100.00 10:00:05', 'O2 paid 20.00 11:00:00']),
    wechatBill(['O1 4200001 100.00 10:00:01', 'O2 4200002 20.00 11:00:01']),
    statement(['119.28 FT1 财付通 结算']),
  ];
  const answer = await withRun(documents, (run) => where(run, ref('FT1')));
  assert.equal(answer.found, 'several');
  assert.deepEqual(
    answer.stories.map((s) => s.ref),
    ['O1', 'O2'],
  );
  assert.deepEqual(
    answer.batches.map((b) => [b.net.amount, b.state]),
    [['119.28', 'credited']],
  );
  assert.match(answer.says!.en, /names 119\.28\sCNY of WeChat Pay for 2026-11-19, credited: 2 payments/);
});
