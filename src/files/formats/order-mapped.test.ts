import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Row, read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { sheetBytes } from '../../../tests/support/sheet.ts';
import { CHINA } from '../../base/time.ts';
import { openEngine } from '../engine.ts';
import type { Rejected } from '../format.ts';
import { ingest } from '../ingest.ts';
import { parseMapping } from '../mapping.ts';
import { inputOf, workspace } from '../open.ts';
import { detect } from '../registry.ts';
import { mappedOrders } from './order-mapped.ts';

const YAML = `version: 1
columns:
  order_ref: 订单
  payment_ref: 支付单
  channel_ref: [微信单, 支付宝单]
  refund_ref: 退款单
  kind: 类型
  status: 状态
  amount: 实付
  refunded: 退款
  currency: 币种
  created_at: 下单
  paid_at: 付款
  refunded_at: 退款时间
  channel: 方式
  store: 门店
values:
  status: { 已出库: paid }
  channel: { 美团券: voucher }
currency: CNY
channel: wechatpay
`;
const REFUNDED = parseMapping(YAML, 'orders.mapping.yaml');
const PLAIN = parseMapping(YAML.replace('  refunded: 退款\n', ''), 'orders.mapping.yaml');
const COLUMNS = Object.values(REFUNDED.columns).flat();

/** Sound, odd and broken cells for each column. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  订单: ['DD1', '="0012"', "'DD3", '  DD4\t', '-', ''],
  支付单: ['ZF1', '', '--'],
  微信单: ['4200001234567890123456789012', '', '`4200'],
  支付宝单: ['2026112022001400001', ''],
  退款单: ['TK1', ''],
  类型: ['支付', '退款', 'Refund', '换货', ''],
  状态: ['已支付', '待付款', '交易关闭', '已退款', '未知', '已出库', ' PAID ', '已冻结', ''],
  实付: [
    '12.30',
    '1,234.50',
    '¥5',
    '-3.00',
    '0',
    '７.５０',
    '5元',
    '1.005',
    '1e3',
    '(5)',
    'NaN',
    '92233720368547758.08',
    '',
  ],
  退款: ['', '0', '1.00', '-2.00', '0.001', 'x'],
  币种: ['', 'CNY', '人民币', 'usd', 'JPY', 'KWD', '游戏币'],
  下单: [
    '2026-11-20 09:05:01',
    '2026/1/2 9:05',
    '20261120110000',
    '2026年11月20日',
    '2026-11-20T12:00:00.123456+08:00',
    '2026-11-20T04:00:00Z',
    '2026-02-30',
    '昨天',
    '',
  ],
  付款: ['', '2026-11-20 10:00:00', '2026-11-20 10:00', '20261120', '2026-11-20T10:00:00+0100', '25:00'],
  退款时间: ['', '2026-11-21 08:00:00', '改天'],
  方式: ['', '微信支付', 'Alipay', '云闪付', '现金', '美团券', '积分'],
  门店: ['', '南京路店'],
};

const recordOf = fc.record(Object.fromEntries(COLUMNS.map((c) => [c, fc.constantFrom(...CELLS[c]!)])));
const csvOf = (records: readonly Record<string, string>[]): string =>
  [COLUMNS, ...records.map((r) => COLUMNS.map((c) => r[c]!))]
    .map((cells) => cells.map((c) => `"${c.replaceAll('"', '""')}"`).join(','))
    .join('\r\n');

type Outcome = readonly [Row[], Pick<Rejected, 'row' | 'column'>[]];

for (const [what, mapping, used] of [
  ['delimited text through DuckDB', PLAIN, 'order-mapped'],
  ['delimited text whose rows give two lines', REFUNDED, 'order-mapped-rows'],
] as const) {
  test(`${what} and NDJSON say the same, line for line`, async () => {
    assert.deepEqual(Object.keys(CELLS), COLUMNS);
    const space = await workspace();
    const engine = await openEngine({ temp: space.path, folders: [] });
    let lines = 0;
    let rejected = 0;
    const outcome = async (bytes: Uint8Array, id: string): Promise<Outcome> => {
      const input = await inputOf(bytes, space, CHINA);
      const taking = mappedOrders(mapping).filter((format) => format.detect(input));
      assert.deepEqual(
        taking.map((format) => format.id),
        [id],
      );
      const done = await ingest(engine, input, taking[0]!, { doc: 1, scratch: space.next });
      const rows = await engine.all<Row>(
        'select * exclude (id, doc, byte_at, byte_length) from lines order by row_no, kind',
      );
      await engine.run('delete from few_lines');
      return [rows, done.rejected.map(({ row, column }) => ({ row, column }))];
    };
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(recordOf, { minLength: 40, maxLength: 80 }), async (records) => {
          const [asText, bad] = await outcome(Buffer.from(csvOf(records)), used);
          const json = records.map((r) => `${JSON.stringify(r)}\n`).join('');
          const [asJson, badJson] = await outcome(Buffer.from(json), 'order-mapped-rows');
          // The header is a row of the text and none of NDJSON.
          assert.deepEqual(
            asJson.map((row) => ({ ...row, row_no: (row.row_no as number) + 1 })),
            asText,
          );
          assert.deepEqual(
            badJson.map((r) => ({ ...r, row: r.row + 1 })),
            bad,
          );
          lines += asText.length;
          rejected += bad.length;
        }),
        { numRuns: 25, seed: 20261120, endOnFailure: true },
      );
    } finally {
      engine.close();
      await space.remove();
    }
    assert.ok(lines > 50 && rejected > 500, `${lines} lines, ${rejected} rejected`);
  });
}

const HEADER = '订单号,实付金额,退款金额,支付状态,支付方式,支付时间';
const orders = (...rows: string[]): Uint8Array => Buffer.from(`${[HEADER, ...rows].join('\n')}\n`);
const NOW = '2026-11-20 10:00:00';

test('a refunded amount is a line of its own: out, with the bytes of its row', async () => {
  const { format, lines } = await read(
    orders(`A,100.00,30.00,部分退款,微信,${NOW}`, `B,50,50,已关闭,支付宝,${NOW}`, `C,9,,已退款,微信,${NOW}`),
  );
  assert.equal(format, 'order-mapped-rows');
  assert.deepEqual(
    lines.map((l) => [l.order_ref, l.kind, l.status, l.amount, l.row_no]),
    [
      ['A', 'payment', 'paid', 10000n, 2],
      ['A', 'refund', 'refunded', -3000n, 2],
      ['B', 'payment', 'refunded', 5000n, 3],
      ['B', 'refund', 'refunded', -5000n, 3],
      ['C', 'payment', 'refunded', 900n, 4],
    ],
  );
});

test('a refund of what was never paid is a contradiction, and rejected once', async () => {
  const { lines, rejected } = await read(orders(`A,100.00,30.00,未支付,微信,${NOW}`));
  assert.deepEqual([lines.length, rejected.map((r) => [r.column, r.code])], [0, [['支付状态', 'bad_value']]]);
});

test('a word without a meaning rejects its row, with the column and the word', async () => {
  const { rejected } = await read(orders(`A,1,,已冻结,微信,${NOW}`, `B,1,,已支付,花呗分期,${NOW}`));
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.value]),
    [
      [2, '支付状态', '已冻结'],
      [3, '支付方式', '花呗分期'],
    ],
  );
});

test('fen are read as fen where the header says so', async () => {
  const header = 'order_id,amount_fen,currency,status,paid_at';
  assert.deepEqual(
    (await read(Buffer.from(`${header}\nA,1999,CNY,paid,${NOW}\nB,19.99,CNY,paid,${NOW}\n`))).lines.map(
      (l) => l.amount,
    ),
    [1999n],
  );
});

test('a header below a title, a row of totals, another delimiter', async () => {
  const { lines, rejected } = await read(
    Buffer.from(`门店订单导出\n\n订单号\t订单金额\t状态\t下单时间\nA\t1.00\t已支付\t${NOW}\n合计\t1.00\t\t\n`),
  );
  assert.deepEqual([lines.length, lines[0]!.row_no, rejected], [1, 4, []]);
});

test('without a saved mapping what leaves a doubt is no order book', async () => {
  for (const header of [
    // Two amounts of one kind.
    '订单号,实付金额,实收金额,支付状态,支付时间',
    // No status; no time; no currency.
    '订单号,实付金额,支付时间',
    '订单号,实付金额,支付状态',
    'order_id,amount,status,paid_at',
    // A channel's bill whose own format does not know it any more.
    '交易时间,商户号,微信订单号X,商户订单号,交易状态,订单金额,手续费,费率',
  ]) {
    const { code } = await refusal(Buffer.from(`${header}\n1,2,3,4,5\n`));
    assert.equal(code, 'file.unknown_format', header);
  }
});

test('a saved mapping takes what has its columns, and nothing else', async () => {
  const [saved] = mappedOrders(
    parseMapping(
      'version: 1\ncolumns: { order_ref: 编码, amount: 钱, status: 情况, paid_at: 时刻 }\ncurrency: CNY\n',
      'x',
    ),
  );
  const text = (header: string): Uint8Array => Buffer.from(`${header}\nA,5,完成,${NOW}\n`);
  assert.equal((await read(text('编码,钱,情况,时刻'), saved)).lines[0]!.amount, 500n);
  await assert.rejects(read(text('编码,钱,情况,时间'), saved), { code: 'file.layout' });
});

test('F27 NDJSON whose last record is cut is refused; F34 a bad record in the middle is named', async () => {
  const record = (n: number): string =>
    `{"order_id":"A${n}","amount":"1.00","currency":"CNY","status":"paid","paid_at":"${NOW}"}`;
  const whole = [1, 2, 3].map(record).join('\n');
  assert.equal((await read(Buffer.from(whole))).lines.length, 3);
  for (let cut = 1; cut < record(3).length; cut += 7) {
    const { code } = await refusal(Buffer.from(whole.slice(0, -cut)));
    assert.equal(code, 'file.cut', `${cut} bytes are missing`);
  }
  const { lines, rejected } = await read(Buffer.from(`${record(1)}\n{"order_id":\n${record(3)}\n`));
  assert.deepEqual([lines.length, rejected.map((r) => [r.row, r.code])], [2, [[2, 'ragged']]]);
});

const sheet = (...rows: (readonly string[])[]): string =>
  rows
    .map((texts, r) => {
      const cell = (text: string, c: number) => `<c r="${'ABCD'[c]}${r + 1}" t="inlineStr"><is><t>${text}</t></is></c>`;
      return `<row r="${r + 1}">${texts.map(cell).join('')}</row>`;
    })
    .join('');
const HEAD = ['订单号', '实付金额', '支付状态', '支付时间'];

test('every visible sheet with the columns of an order book is read, wherever it stands; the others are named', async () => {
  const { format, lines, facts } = await read(
    sheetBytes({
      sheets: [
        { name: '说明', rows: sheet(['本表由系统导出']) },
        { name: '十一月', rows: sheet(HEAD, ['A', '1.00', '已支付', NOW], ['B', '2.00', '已支付', NOW]) },
        { name: '草稿', state: 'hidden', rows: sheet(HEAD, ['H', '9.00', '已支付', NOW]) },
        { name: '汇总', rows: sheet(['月份', '合计'], ['11', '6.00']) },
        { name: '十二月', rows: sheet(['支付时间', '支付状态', '实付金额', '订单号'], [NOW, '已支付', '3.00', 'C']) },
        { name: 'Sheet3', rows: '' },
      ],
    }),
  );
  assert.deepEqual(
    [format, lines.map((l) => [l.order_ref, l.amount, l.row_no])],
    [
      'order-mapped-rows',
      [
        ['A', 100n, 2],
        ['C', 300n, 2],
        ['B', 200n, 3],
      ],
    ],
  );
  assert.match(facts.notes!.at(-1)!.zh, /未读取的工作表:说明、汇总$/);
  assert.match(facts.notes!.at(-1)!.en, /passed over.*: 说明, 汇总$/);
  // By its place a line is known again the next day, so no two rows of a workbook may share one.
  assert.equal(new Set(lines.map((l) => `${l.byte_at}:${l.byte_length}`)).size, 3);
});

test('the generic formats come after all others', async () => {
  const space = await workspace();
  try {
    const input = await inputOf(orders(`A,1,,已支付,微信,${NOW}`), space, CHINA);
    assert.equal(detect(input).id, 'order-mapped-rows');
  } finally {
    await space.remove();
  }
});
