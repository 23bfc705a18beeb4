import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { withMany } from '../../../tests/support/many.ts';
import { type Reading, read } from '../../../tests/support/reading.ts';
import { DaozhangError } from '../../base/errors.ts';
import { type DelimitedConfig, delimitedChannel, delimitedConfig } from './lakala-delimited.ts';

const EXAMPLE = parse(readFileSync(join(import.meta.dirname, '../../../examples/lakala.formats.yaml'), 'utf8'))
  .formats[0];
const example = (change: object = {}): DelimitedConfig => delimitedConfig.parse({ ...EXAMPLE, ...change });
const lakala = delimitedChannel(example());

const HEADER =
  '商户号,终端号,交易日期,交易时间,流水号,商户订单号,交易类型,支付方式,交易金额,手续费,结算金额,第三方订单号';
const SALE =
  '822290059430BFA,D0060389,20261120,090301,66210311556112,POS-001,消费,WECHAT,"1,128.00",6.77,1121.23,4200002901';
const CARD = '822290059430BFA,D0060389,20261120,090455,26112000000017,POS-002,消费,BANKCARD,35.50,0.21,35.29,-';
const BACK =
  '822290059430BFA,D0060390,20261120,235959,66210311556113,POS-R01,退货,ALIPAY,28.00,0.17,27.83,2026112022001';
const TOTAL = '合计,3,1163.50,28.00,1128.69';

const bill = (...rows: string[]): Uint8Array => Buffer.from(`${rows.join('\n')}\n`);
const whole = bill(HEADER, SALE, CARD, BACK, TOTAL);
const refused = (code: string) => (error: unknown) => error instanceof DaozhangError && error.code === code;
const amounts = (reading: Reading) => reading.lines.map((l) => [l.kind, l.amount, l.fee, l.fee_scale]);

test('the worked example reads a bill: amounts, refund sign, time in its zone, references', async () => {
  const { format, lines, rejected, facts } = await read(whole, lakala);
  assert.equal(format, 'lakala-bill');
  assert.deepEqual(rejected, []);
  assert.deepEqual(amounts({ lines } as Reading), [
    ['payment', 112800n, 677n, 2],
    ['payment', 3550n, 21n, 2],
    ['refund', -2800n, -17n, 2],
  ]);
  const [sale, card, back] = lines;
  assert.equal(sale!.channel, 'lakala');
  assert.equal(sale!.account, '822290059430BFA');
  assert.equal(sale!.channel_ref, '66210311556112');
  assert.equal(sale!.order_ref, 'POS-001');
  assert.equal(sale!.wallet_ref, '4200002901');
  assert.equal(card!.wallet_ref, null);
  assert.equal(sale!.business_on, '2026-11-20');
  assert.equal(sale!.occurred_at, BigInt(Date.parse('2026-11-20T09:03:01+08:00')) * 1000n);
  assert.equal(back!.terminal, 'D0060390');
  assert.equal(
    Buffer.from(whole)
      .subarray(Number(back!.byte_at), Number(back!.byte_at) + Number(back!.byte_length))
      .toString(),
    BACK,
  );
  assert.equal(facts.account, '822290059430BFA');
  assert.deepEqual(
    facts.checks.map((c) => [c.name.zh, c.expected, c.ok]),
    [
      ['总笔数', '3', true],
      ['消费总金额', '1163.50', true],
      ['退货总金额', '28.00', true],
      ['结算净额', '1128.69', true],
    ],
  );
});

test('detection asks for every mapped header, anywhere in the first ten records, and for nothing else', async () => {
  assert.equal(lakala.detect({ text: HEADER, encoding: 'utf-8' } as never), true);
  assert.equal(lakala.detect({ text: `某某商户对账单\n\n${HEADER}\n`, encoding: 'utf-8' } as never), true);
  assert.equal(
    lakala.detect({ text: HEADER.replace('第三方订单号', '第三方单号'), encoding: 'utf-8' } as never),
    false,
  );
  assert.equal(lakala.detect({ text: `${'x\n'.repeat(10)}${HEADER}`, encoding: 'utf-8' } as never), false);
  const reordered = (row: string) => [...row.split(',').slice(1), row.split(',')[0]].join(',');
  const rows = [HEADER, CARD].map(reordered);
  const { lines } = await read(bill('2026-11-20', '', ...rows), delimitedChannel(example({ trailer: undefined })));
  assert.equal(lines[0]!.account, '822290059430BFA');
  assert.equal(lines[0]!.row_no, 4);
});

test('a header that is in the file twice is refused, not guessed', async () => {
  const twice = bill(`${HEADER},手续费`, `${CARD},0.21`, `${TOTAL},`);
  await assert.rejects(read(twice, lakala), refused('file.layout'));
});

test('GBK is read; when the configuration states another encoding the document is not this format', async () => {
  const gbk = (await import('iconv-lite')).default.encode(Buffer.from(whole).toString(), 'gb18030');
  assert.equal((await read(gbk, lakala)).lines.length, 3);
  assert.equal(
    delimitedChannel(example({ encoding: 'gb18030' })).detect({ text: HEADER, tail: '', encoding: 'utf-8' } as never),
    false,
  );
});

test('fen, signed refunds, negative fees, a fee of five decimals', async () => {
  const signed = delimitedChannel(
    example({ trailer: undefined, amounts: { unit: 'fen', refunds: 'signed', fee: 'negative' } }),
  );
  const row = (kind: string, amount: string, fee: string, net: string) =>
    `822,D1,20261120,090301,66210311556112,POS-001,${kind},WECHAT,${amount},${fee},${net},-`;
  const fen = await read(
    bill(HEADER, row('消费', '12800', '-77', '12723'), row('退货', '-2800', '17', '-2783')),
    signed,
  );
  assert.deepEqual(amounts(fen), [
    ['payment', 12800n, 77n, 2],
    ['refund', -2800n, -17n, 2],
  ]);
  const wrong = await read(
    bill(HEADER, row('退货', '2800', '-17', '2783'), row('消费', '12800.50', '-77', '12723')),
    signed,
  );
  assert.deepEqual(
    wrong.rejected.map((r) => [r.row, r.column, r.code]),
    [
      [2, '交易金额', 'bad_amount'],
      [3, '交易金额', 'bad_amount'],
    ],
  );
  const fine = delimitedChannel(
    example({ trailer: undefined, amounts: { unit: 'yuan', refunds: 'unsigned', feeDecimals: 5 } }),
  );
  const five = await read(bill(HEADER, row('消费', '12.80', '0.07680', '12.7232')), fine);
  assert.deepEqual(amounts(five), [['payment', 1280n, 7680n, 5]]);
});

test('rows that contradict the description are rejected with line, column and value', async () => {
  const format = delimitedChannel(example({ trailer: undefined }));
  const broken: [column: string, from: string, to: string, code: string][] = [
    ['交易类型', '消费', '预授权', 'bad_value'],
    ['交易金额', '35.50', '35.5a', 'bad_amount'],
    ['交易金额', '35.50', '35.505', 'amount_not_exact'],
    ['交易金额', '35.50', '-35.50', 'bad_amount'],
    ['手续费', '0.21', '', 'missing'],
    ['结算金额', '35.29', '35.28', 'bad_amount'],
    ['交易日期', '20261120', '20261131', 'bad_date'],
    ['交易时间', '090455', '90455', 'bad_date'],
    ['流水号', '26112000000017', '', 'missing'],
    ['', ',-', '', 'ragged'],
  ];
  for (const [column, from, to, code] of broken) {
    const { lines, rejected } = await read(bill(HEADER, SALE, CARD.replace(from, to)), format);
    assert.equal(lines.length, 1, `${column} ${to}`);
    assert.deepEqual(
      rejected.map((r) => [r.row, r.column, r.code]),
      [[3, column, code]],
    );
  }
});

test('a repeated key is told', async () => {
  const { facts } = await read(bill(HEADER, SALE, SALE), delimitedChannel(example({ trailer: undefined })));
  assert.equal(facts.notes?.length, 1);
  assert.match(facts.notes![0]!.zh, /流水号/);
});

test('blanks around a cell are no difference; a sign for nothing is none, what sorts before it is a value', async () => {
  const config = example({
    trailer: undefined,
    time: { columns: ['时间'], format: 'yyyy-MM-dd HH:mm:ss' },
    columns: { channelRef: '单号', orderRef: '商户订单号', amount: '金额', fee: '手续费' },
    kind: { column: '类型', values: { 消费: 'payment', 退货: 'refund' } },
    amounts: { unit: 'yuan', refunds: 'unsigned' },
    key: 'channelRef',
  });
  const rows = [
    'X1,S1,2026-11-20 09:03:01,消费,12.00,0.07',
    ' X1\t, S1,\t2026-11-20 09:03:01 , 消费\t, 12.00,0.07 ',
    'X2,/,2026-11-20 09:03:01,退货,12.00,0.07',
    'X3,#7,2026-11-20 09:03:01,退货,12,0.070',
    'X4,S4,2026-11-20 9:03:01,消费,12.00,0.07',
  ];
  const { lines, rejected } = await read(
    bill('单号,商户订单号,时间,类型,金额,手续费', ...rows),
    delimitedChannel(config),
  );
  assert.deepEqual(
    lines.map((l) => [l.channel_ref, l.order_ref, l.kind, l.amount, l.fee]),
    [
      ['X1', 'S1', 'payment', 1200n, 7n],
      ['X1', 'S1', 'payment', 1200n, 7n],
      ['X2', null, 'refund', -1200n, -7n],
      ['X3', '#7', 'refund', -1200n, -7n],
    ],
  );
  assert.equal(lines[1]!.occurred_at, lines[0]!.occurred_at);
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.code]),
    [[6, '时间', 'bad_date']],
  );
});

const CUT = /^file\.(layout|cut|check_failed|bad_rows|encoding)$/;

test('F27 cut at every 1 %: refused, never fewer rows without a word', async () => {
  await withMany(async (readOne) => {
    for (let percent = 1; percent < 100; percent++) {
      const cut = whole.subarray(0, Math.floor((whole.length * percent) / 100));
      await assert.rejects(
        readOne(cut, lakala),
        (error) => error instanceof DaozhangError && CUT.test(error.code),
        `${percent} %`,
      );
    }
  });
});

test('any flipped digit of an amount, a fee or a net is refused', async () => {
  const text = Buffer.from(whole).toString();
  await withMany(async (readOne) => {
    for (const figure of ['1,128.00', '6.77', '1121.23', '35.50', '0.21', '35.29', '28.00', '0.17', '27.83']) {
      const at = text.indexOf(figure);
      for (let i = 0; i < figure.length; i++) {
        if (!/\d/.test(figure[i]!)) continue;
        const flipped = text.slice(0, at + i) + String((Number(figure[i]) + 1) % 10) + text.slice(at + i + 1);
        await assert.rejects(readOne(Buffer.from(flipped), lakala), DaozhangError, figure);
      }
    }
  });
});

test('a configuration that cannot be meant is refused', () => {
  const bad: object[] = [
    { id: 'Lakala Bill' },
    { surprise: 1 },
    { key: 'bankRef' },
    { currency: 'RMB' },
    { amounts: { unit: 'yuan' } },
    { amounts: { unit: 'yuan', refunds: 'unsigned', feeDecimals: 1 } },
    { kind: { column: '交易类型', values: { 消费: 'sale' } } },
    { time: { columns: ['交易日期', '交易时间'], format: 'yyyyMMddHHmmss' } },
    { time: { columns: ['交易时间'], format: 'yyyyMMddHHmmss', zone: 'Asia/Beijing' } },
    { columns: { ...EXAMPLE.columns, fee: undefined } },
    { trailer: { rows: 1, begins: '合计', figures: [{ name: 'x', what: 'count', row: 2, cell: 1 }] } },
  ];
  for (const change of bad)
    assert.equal(delimitedConfig.safeParse({ ...EXAMPLE, ...change }).success, false, JSON.stringify(change));
});
