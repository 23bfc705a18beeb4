import assert from 'node:assert/strict';
import { test } from 'node:test';
import iconv from 'iconv-lite';
import { withMany } from '../../../tests/support/many.ts';
import {
  ALIPAY_ROWS,
  alipayPersonalCsv,
  WECHAT_ROWS,
  type WechatRow,
  wechatPersonalCsv,
  wechatPersonalXlsx,
} from '../../../tests/support/personal.ts';
import { type Reading, read } from '../../../tests/support/reading.ts';
import { DaozhangError } from '../../base/errors.ts';
import { csvCells } from '../cells.ts';

const told = (reading: Reading) => reading.lines.map((l) => [l.kind, l.status, l.amount, l.text]);
const WECHAT_TOLD = [
  ['payment', 'done', 2816n, '商户消费 门店消费'],
  ['payment', 'done', 3520n, '商户消费 "冬日"特饮,大杯'],
  ['refund', 'done', -520n, '街角,咖啡-退款'],
  ['payment', 'done', 1200n, '扫二维码付款 收款方备注:二维码收款'],
  ['payment', 'done', 150000n, '转账 转账备注:十一月房租'],
  ['transfer', 'done', -35n, '微信红包'],
  ['transfer', 'done', 10010n, '零钱提现'],
  ['payment', 'failed', 5000n, '转账'],
  ['payment', 'pending', 990n, '商户消费 门店消费'],
];

test('WeChat CSV: the customer’s payments, refunds and own transfers, with the wallet’s and the merchant’s number', async () => {
  const reading = await read(wechatPersonalCsv());
  assert.equal(reading.format, 'wechat-personal');
  assert.deepEqual(reading.rejected, []);
  assert.deepEqual(told(reading), WECHAT_TOLD);
  const [first] = reading.lines;
  assert.equal(first!.role, 'evidence');
  assert.equal(first!.channel, 'wechatpay');
  assert.equal(first!.channel_ref, '4200002901202611201403010001');
  assert.equal(first!.order_ref, 'POS20261120140301');
  assert.equal(first!.party, '到账便利店');
  assert.equal(first!.method, '零钱');
  assert.equal(first!.occurred_at, BigInt(Date.parse('2026-11-20T14:03:01+08:00')) * 1000n);
  assert.equal(reading.lines[4]!.order_ref, null);
  assert.equal(first!.row_no, 18);
  const bytes = wechatPersonalCsv();
  const raw = bytes.subarray(Number(first!.byte_at), Number(first!.byte_at) + Number(first!.byte_length)).toString();
  assert.match(raw, /^2026-11-20 14:03:01,商户消费,.*"\/"$/);
  assert.deepEqual(reading.facts.notes, []);
  assert.equal(String(reading.facts.from), '2026-11-01');
  assert.equal(String(reading.facts.to), '2026-11-20');
});

test('WeChat XLSX gives the same lines as the CSV, by sheet row and without byte offsets', async () => {
  const reading = await read(wechatPersonalXlsx());
  assert.equal(reading.format, 'wechat-personal');
  assert.deepEqual(reading.rejected, []);
  assert.deepEqual(told(reading), WECHAT_TOLD);
  const csv = await read(wechatPersonalCsv());
  const facts = ({ row_no, byte_at, byte_length, ...rest }: Reading['lines'][number]) => rest;
  assert.deepEqual(reading.lines.map(facts), csv.lines.map(facts));
  assert.deepEqual(
    reading.lines.map((l) => [l.row_no, l.byte_at, l.byte_length]),
    WECHAT_ROWS.map((_, i) => [19 + i, BigInt(19 + i), 0]),
  );
  assert.deepEqual(reading.facts.notes, []);
});

test('Alipay CSV in GBK: padded cells, an empty last column, refunds among «不计收支»', async () => {
  const reading = await read(alipayPersonalCsv());
  assert.equal(reading.format, 'alipay-personal');
  assert.equal(reading.encoding, 'gb18030');
  assert.deepEqual(reading.rejected, []);
  assert.deepEqual(told(reading), [
    ['payment', 'done', 3550n, '日用百货 门店消费'],
    ['payment', 'pending', 29900n, '服饰装扮 "双11"外套'],
    ['refund', 'done', -9900n, '退款 退款-外套'],
    ['transfer', 'done', -22250n, '转账红包 转账'],
    ['transfer', 'done', 50000n, '投资理财 余额宝-转入'],
    ['payment', 'failed', 2200n, '餐饮美食 午餐'],
  ]);
  const [first] = reading.lines;
  assert.equal(first!.channel, 'alipay');
  assert.equal(first!.channel_ref, '2026112022001400010001');
  assert.equal(first!.order_ref, 'POS20261120150000');
  assert.equal(first!.method, '余额宝');
  assert.equal(reading.lines[3]!.order_ref, null);
  assert.doesNotMatch(
    JSON.stringify(reading.lines, (_, v) => (typeof v === 'bigint' ? '' : v)),
    /example\.com/,
  );
});

test('Alipay’s old web export: other names, times beside each other, its totals behind the rows', async () => {
  const lines = [
    '支付宝交易记录明细查询',
    '账号:[demo@example.com]',
    '起始日期:[2019-01-01 00:00:00]    终止日期:[2020-01-01 00:00:00]',
    '---------------------------------交易记录明细列表------------------------------------',
    '交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,',
    '2019123122001400000001\t,M20191231000001   \t,2019-12-31 13:26:28 ,2019-12-31 13:26:29 ,2019-12-31 13:26:29 ,其他,即时到账交易 ,某铁路 ,火车票 ,493.50  ,支出      ,交易成功    ,0.00     ,0.00     ,   ,已支出      ,',
    '20191231343000000002 \t,                    \t,2019-12-31 05:39:17 ,          ,2019-12-31 05:39:17 ,支付宝网站     ,即时到账交易          ,某基金  ,收益发放 ,2.83    ,        ,交易成功    ,0.00     ,0.00     ,   ,已收入      ,',
    '------------------------------------------------------------------------------------',
    '共2笔记录',
    '已收入:1笔,2.83元',
    '导出时间:[2020-01-02 10:00:00]    用户:示例',
  ];
  const { format, lines: read2, rejected, facts } = await read(iconv.encode(lines.join('\r\n'), 'gb18030'));
  assert.equal(format, 'alipay-personal');
  assert.deepEqual(rejected, []);
  assert.deepEqual(
    read2.map((l) => [l.kind, l.amount, l.business_on, l.occurred_at]),
    [
      ['payment', 49350n, '2019-12-31', BigInt(Date.parse('2019-12-31T13:26:29+08:00')) * 1000n],
      ['transfer', 283n, '2019-12-31', BigInt(Date.parse('2019-12-31T05:39:17+08:00')) * 1000n],
    ],
  );
  assert.deepEqual(facts.notes, []);
});

test('a row that cannot be read is rejected by column; a number that a spreadsheet destroyed too', async () => {
  const good = WECHAT_ROWS[0]!;
  const change = (i: number, value: string): WechatRow =>
    good.map((cell, c) => (c === i ? value : cell)) as unknown as WechatRow;
  const bad: [WechatRow, string, string][] = [
    [change(0, '2026-11-31 14:03:01'), '交易时间', 'bad_date'],
    [change(0, '2026-11-20'), '交易时间', 'bad_date'],
    [change(4, '两清'), '收/支', 'bad_value'],
    [change(5, '28.1x'), '金额(元)', 'bad_amount'],
    [change(5, '-28.16'), '金额(元)', 'bad_amount'],
    [change(5, '28.165'), '金额(元)', 'amount_not_exact'],
    [change(7, '天知道'), '当前状态', 'bad_value'],
    [change(7, '/'), '当前状态', 'missing'],
    [change(8, '4.2E+27'), '交易单号', 'bad_value'],
    [change(8, ''), '交易单号', 'missing'],
    [change(9, '1.00004E+15'), '商户单号', 'bad_value'],
  ];
  await withMany(async (readOne) => {
    for (const [row, column, code] of bad) {
      const { lines, rejected } = await readOne(wechatPersonalCsv([good, row]));
      assert.equal(lines.length, 1);
      assert.deepEqual(
        rejected.map((r) => [r.row, r.column, r.code]),
        [[19, column, code]],
        row.join(),
      );
    }
    const resaved = await readOne(wechatPersonalCsv([change(0, '2026/1/2 8:05')]));
    assert.equal(resaved.lines[0]!.business_on, '2026-01-02');
    const long = await readOne(
      alipayPersonalCsv([[...ALIPAY_ROWS[0]!.slice(0, 4), '面包,牛奶', ...ALIPAY_ROWS[0]!.slice(5)]]),
    );
    assert.deepEqual([long.rejected.length, long.lines.length], [1, 0]);
  });
});

test('F46 an edited export is told: rows taken out, an amount changed', async () => {
  const without = await read(wechatPersonalCsv(WECHAT_ROWS.slice(1), WECHAT_ROWS));
  assert.match(without.facts.notes![0]!.zh, /写明共 9 笔记录,实有 8 笔/);
  assert.match(without.facts.notes![1]!.en, /paid 6 × 1,635\.26 CNY, the rows give 5 × 1,607\.10 CNY/);
  const more = WECHAT_ROWS.map((r, i) => (i === 0 ? (r.with(5, '928.16') as unknown as WechatRow) : r));
  for (const edited of [wechatPersonalCsv(more, WECHAT_ROWS), wechatPersonalXlsx(more, WECHAT_ROWS)]) {
    const { facts } = await read(edited);
    assert.equal(facts.notes?.length, 1);
    assert.match(facts.notes![0]!.zh, /支出 6 笔 1,635\.26 元,明细合计 6 笔 2,535\.26 元/);
  }
  const alipay = await read(alipayPersonalCsv(ALIPAY_ROWS, 7));
  assert.match(alipay.facts.notes![0]!.zh, /写明共 7 笔记录,实有 6 笔/);
});

test('F27 cut at every 1 %: refused, a row rejected, or a note that rows are missing; never silence', async () => {
  await withMany(async (readOne) => {
    for (const whole of [wechatPersonalCsv(), alipayPersonalCsv()]) {
      const all = (await readOne(whole)).lines;
      for (let percent = 1; percent < 100; percent++) {
        const cut = whole.subarray(0, Math.floor((whole.length * percent) / 100));
        try {
          const { lines, rejected, facts } = await readOne(cut);
          const spoken = rejected.length > 0 || (facts.notes ?? []).length > 0;
          // A cut inside the last, unread cell loses nothing that a line has.
          const same = JSON.stringify(lines.map(kept), big) === JSON.stringify(all.map(kept), big);
          assert.ok(spoken || same, `${percent} %: ${lines.length} lines without a word`);
        } catch (error) {
          assert.ok(error instanceof DaozhangError && REFUSED.test(error.code), `${percent} %: ${error}`);
        }
      }
    }
    const book = wechatPersonalXlsx();
    for (let percent = 1; percent < 100; percent++) {
      const cut = book.subarray(0, Math.floor((book.length * percent) / 100));
      await assert.rejects(
        readOne(cut),
        (error) => error instanceof DaozhangError && REFUSED.test(error.code),
        `${percent} %`,
      );
    }
  });
});
const REFUSED = /^file\.(unknown_format|layout|cut|corrupt|encoding)$/;
const kept = ({ byte_length, ...rest }: Reading['lines'][number]) => rest;
const big = (_: string, v: unknown): unknown => (typeof v === 'bigint' ? String(v) : v);

test('a header must be within the first 30 records, and neighbours with like columns are not taken', async () => {
  const far = Buffer.concat([Buffer.from('x\n'.repeat(30)), wechatPersonalCsv()]);
  await assert.rejects(read(far), (error) => error instanceof DaozhangError && error.code === 'file.unknown_format');
  const neighbours = [
    '交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注',
    '交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,交易单号,商家单号,备注',
  ];
  for (const header of neighbours) {
    await assert.rejects(read(Buffer.from(`${header}\n`)), (error) => error instanceof DaozhangError);
  }
});

test('cells: quotes count at the start of a cell, doubled ones are one, an unclosed one is an ordinary sign', () => {
  const cases: [string, string[]][] = [
    ['a,b,c', ['a', 'b', 'c']],
    ['a,,', ['a', '', '']],
    ['', ['']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a ""b""",c', ['a "b"', 'c']],
    ['x"y",z', ['x"y"', 'z']],
    ['"双11"特价,"/"', ['"双11"特价', '/']],
    ['"open,end', ['"open', 'end']],
    ['"a","b"', ['a', 'b']],
    ['"a",', ['a', '']],
    ['"two\nlines",x', ['two\nlines', 'x']],
  ];
  for (const [record, cells] of cases) assert.deepEqual(csvCells(record), cells, record);
});
