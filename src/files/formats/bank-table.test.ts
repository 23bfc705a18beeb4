import assert from 'node:assert/strict';
import { test } from 'node:test';
import iconv from 'iconv-lite';
import { type Bill, bytesOf, yuan } from '../../../tests/support/bills.ts';
import {
  changedSigns,
  cuts,
  type Damage,
  flippedDigits,
  flippedFigures,
  survivors,
} from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { sheetBytes } from '../../../tests/support/sheet.ts';
import type { DaozhangError } from '../../base/errors.ts';
import { bankTableWith } from './bank-table.ts';

// ---------------------------------------------------------------- a sound statement, damaged in every way

const HEADER = '交易日期,交易时间,收入,支出,余额,对方户名,摘要';
const movements = Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? -(500 + i * 77) : 12345 + i * 1001));

/** Two columns, a running balance, totals below. `opening` in fen. */
function statement(opening = 100_000): Bill {
  let balance = opening;
  const sums = { in: 0, out: 0 };
  const rows = movements.map((fen, i) => {
    balance += fen;
    sums[fen > 0 ? 'in' : 'out'] += Math.abs(fen);
    const [income, outlay] = fen > 0 ? [yuan(fen), ''] : ['', yuan(-fen)];
    const day = String(10 + Math.floor(i / 3));
    return [`2026-11-${day}`, `0930${10 + i}`, income, outlay, yuan(balance), '财付通支付科技有限公司', `提现 ${i}`];
  });
  return {
    before: ['账号:,6222020200012345678', `期初余额:,${yuan(opening)}`],
    header: HEADER,
    rows,
    after: [`合计,,${yuan(sums.in)},${yuan(sums.out)},,,`],
    delimiter: ',',
    lead: '',
    encoding: 'gb18030',
    bom: false,
  };
}
const sound = statement();
const MONEY = ['收入', '支出', '余额'];

test('the statement that is damaged below is sound', async () => {
  const { format, lines, rejected, facts } = await read(bytesOf(sound));
  assert.deepEqual([format, lines.length, rejected.length, facts.checks.length], ['bank-table', 12, 0, 4]);
  assert.ok(facts.checks.every((check) => check.ok));
});

const moved = (bill: Bill): Damage[] =>
  bill.rows.map((cells, r) => {
    const turned = cells.map((cell, i) => (i === 2 ? cells[3]! : i === 3 ? cells[2]! : cell));
    return { what: `row ${r} on the other side`, bytes: bytesOf(bill, bill.rows.with(r, turned)) };
  });

const lostAndRepeated = (bill: Bill): Damage[] =>
  [...bill.rows.keys()].flatMap((r) => [
    { what: `row ${r} is gone`, bytes: bytesOf(bill, bill.rows.toSpliced(r, 1)) },
    { what: `row ${r} stands twice`, bytes: bytesOf(bill, bill.rows.toSpliced(r, 0, bill.rows[r]!)) },
  ]);

for (const [what, least, damages] of [
  ['a changed digit', 24, () => flippedDigits(sound, MONEY, () => true)],
  ['a changed sign', 20, () => changedSigns(sound, MONEY)],
  ['an amount on the other side', 12, () => moved(sound)],
  ['a changed digit of a total', 10, () => flippedFigures(sound)],
  ['a lost or repeated row', 24, () => lostAndRepeated(sound)],
] as const) {
  test(`${what} is refused, whole`, async () => {
    const damaged = [...damages()].filter(({ bytes }) => Buffer.compare(bytes, bytesOf(sound)) !== 0);
    const { survived, tried } = await survivors(damaged);
    assert.deepEqual(survived, []);
    assert.ok(tried >= least, `only ${tried} tried`);
  });
}

test('all amounts on the other side, or all signs turned, are refused though every row is wrong', async () => {
  const turned = sound.rows.map(([day, time, income, outlay, ...rest]) => [day!, time!, outlay!, income!, ...rest]);
  const noTotals = { ...sound, before: [], after: [] };
  assert.equal((await refusal(bytesOf(noTotals, turned))).code, 'file.check_failed');
});

test('without totals and opening balance only the amount of the oldest row and the ends of the list are unproven', async () => {
  const bare = { ...sound, before: ['账号:,1'], after: [] };
  const oldest = /^2\/0:/;
  const empty = /: {2}→ /;
  const digits = [...flippedDigits(bare, MONEY)].filter(({ what }) => !oldest.test(what) && !empty.test(what));
  const { survived, tried } = await survivors(digits);
  assert.deepEqual([survived, tried], [[], 23]);
  assert.equal((await read(bytesOf(bare, bare.rows.slice(1, -1)))).lines.length, 10);
});

test('F27 a statement with totals below, cut anywhere before them, is refused or names the cut row', async () => {
  const bytes = bytesOf({ ...sound, after: [] });
  const { survived } = await survivors(cuts(bytes));
  // A cut between two rows leaves a shorter list whose balances are in order: nothing in the file shows it.
  assert.ok(
    survived.every((s) => /0 rejected/.test(s)),
    survived.join('\n'),
  );
  assert.ok(survived.length <= 12);
});

test('a list in the other direction, or backwards by day only, is the same chain', async () => {
  const backwards = sound.rows.toReversed();
  const byDay = [3, 2, 1, 0].flatMap((day) => sound.rows.slice(day * 3, day * 3 + 3));
  for (const rows of [backwards, byDay]) {
    const { lines, facts } = await read(bytesOf(sound, rows));
    assert.equal(lines.length, 12);
    assert.deepEqual(
      [facts.balances![0]!.opening, facts.balances![0]!.closing],
      [100_000n, 100_000n + BigInt(movements.reduce((a, b) => a + b))],
    );
  }
});

test('an excerpt is held: most balances do not follow, so rows are missing, and the balance is rejected', async () => {
  const every3rd = { ...sound, before: [], after: [], rows: sound.rows.filter((_, i) => i % 3 === 0) };
  const { lines, rejected, facts } = await read(bytesOf(every3rd));
  assert.equal(lines.length, 4);
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.code]),
    [[3, '余额', 'bad_value']],
  );
  assert.match(facts.notes![0]!.zh, /3 处余额中有 3 处/);
  assert.deepEqual(facts.balances ?? [], []);
});

// ---------------------------------------------------------------- layouts

const table = (text: string, encoding = 'utf8'): Uint8Array => iconv.encode(text, encoding);
const amounts = async (text: string): Promise<unknown[]> => (await read(table(text))).lines.map((l) => l.amount);

test('F41 day and month: the whole column decides, and a column that cannot is refused', async () => {
  const rows = (...days: string[]) =>
    `Date,Description,Amount,Currency\n${days.map((d) => `${d},x,1.00,EUR`).join('\n')}\n`;
  const days = async (...written: string[]) => (await read(table(rows(...written)))).lines.map((l) => l.business_on);
  assert.deepEqual(await days('01/02/2026', '13/02/2026'), ['2026-02-01', '2026-02-13']);
  assert.deepEqual(await days('01/02/2026', '02/13/2026'), ['2026-01-02', '2026-02-13']);
  for (const written of [
    ['01/02/2026', '03/04/2026'],
    ['13/02/2026', '02/13/2026'],
  ]) {
    assert.equal((await refusal(table(rows(...written)))).code, 'file.layout');
  }
  assert.deepEqual(await days('20260213', '2026/2/3', '2026年2月4日', '5.2.26', '06-Feb-2026'), [
    '2026-02-13',
    '2026-02-03',
    '2026-02-04',
    '2026-02-05',
    '2026-02-06',
  ]);
  assert.deepEqual(
    (await read(table(rows('2026-02-30', '2026-02-03')))).rejected.map((r) => [r.row, r.code]),
    [[2, 'bad_date']],
  );
});

test('F38 the decimal sign: the whole column decides, a cell in the other convention is no amount', async () => {
  const german = (...cells: string[]) =>
    `Datum;Verwendungszweck;Betrag;Waehrung\n${cells.map((c) => `01.02.2026;x;${c};EUR`).join('\n')}\n`;
  assert.deepEqual(await amounts(german('1.234,56', '1.234', '5', '-7,5', "1'000,00", '1 000,00', '4,90-')), [
    123456n,
    123400n,
    500n,
    -750n,
    100000n,
    100000n,
    -490n,
  ]);
  assert.equal((await refusal(table(german('1.234', '2.345')))).code, 'file.layout');
  assert.equal((await refusal(table(german('1,23', '4.56')))).code, 'file.layout');
  const { lines, rejected } = await read(table(german('1,23', '4,56', '7.89')));
  assert.deepEqual([lines.length, rejected[0]?.value], [2, '7.89']);
  const chinese = (...cells: string[]) => `交易日期,金额,摘要\n${cells.map((c) => `2026-01-01,"${c}",x`).join('\n')}\n`;
  assert.deepEqual(await amounts(chinese('1,234', '¥５.00', '(2.50)')), [123400n, 500n, -250n]);
  for (const cell of ['1.005', '1E+3', '12..34', 'NaN', '1,00,0.00', '9223372036854775808']) {
    assert.equal((await read(table(chinese(cell, '1.00')))).rejected[0]?.value, cell);
  }
});

test('one column and a flag: 借 is money out; a minus beside it is a correction in red, unless all have one', async () => {
  const rows = (...cells: string[]) =>
    `交易日期,借贷标志,发生额,摘要\n${cells.map((c) => `2026-01-01,${c},x`).join('\n')}\n`;
  assert.deepEqual(await amounts(rows('贷,10.00', '借,3.00', '借,-3.00', 'D,1', 'Cr,2')), [
    1000n,
    -300n,
    300n,
    -100n,
    200n,
  ]);
  assert.deepEqual(await amounts(rows('贷,10.00', '借,-3.00', '支出,-1.00')), [1000n, -300n, -100n]);
  const { rejected } = await read(table(rows('贷,1.00', '未知,2.00', ',3.00')));
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.code]),
    [
      [3, '借贷标志', 'bad_value'],
      [4, '借贷标志', 'missing'],
    ],
  );
});

test('two columns: a zero is empty, both filled is none, neither is missing', async () => {
  const rows = (...cells: string[]) => `交易日期,收入,支出,摘要\n${cells.map((c) => `2026-01-01,${c},x`).join('\n')}\n`;
  assert.deepEqual(await amounts(rows('5.00,0.00', '0,3.00', ',-2.00', '--,1.00')), [500n, -300n, 200n, -100n]);
  const { rejected } = await read(table(rows('1.00,2.00', '1.00,')));
  assert.deepEqual(
    rejected.map((r) => [r.row, r.column, r.code]),
    [[2, '支出', 'bad_value']],
  );
});

test('the currency is stated or Chinese, never guessed', async () => {
  const of = async (header: string, row: string, before = '') =>
    (await read(table(`${before}${header}\n${row}\n`))).lines[0]?.currency;
  assert.equal(await of('交易日期,金额,摘要', '2026-01-01,1.00,x'), 'CNY');
  assert.equal(await of('交易日期,金额,币种,摘要', '2026-01-01,1.00,港币,x'), 'HKD');
  assert.equal(await of('Date,Amount (GBP),Description', '2026-01-01,1.00,x'), 'GBP');
  assert.equal(await of('Date,Amount,Description', '2026-01-01,1.00,x', 'Currency:,JPY\n').catch((e) => e.code), 'JPY');
  const { code, params } = await refusal(table('Date,Amount,Description\n2026-01-01,1.00,x\n'));
  assert.equal(code, 'file.layout');
  assert.match(String(params.reason), /currency:/);
  const told = await read(table('Date,Amount,Description\n2026-01-01,1.00,x\n'), bankTableWith({ currency: 'AUD' }));
  assert.equal(told.lines[0]!.currency, 'AUD');
  assert.deepEqual(
    (await read(table('交易日期,金额,币种,摘要\n2026-01-01,1.00,游戏币,x\n'))).rejected.map((r) => r.code),
    ['bad_currency'],
  );
});

test('a card’s bill: spending is money out, its number is not kept whole', async () => {
  const { lines, facts } = await read(
    table(
      'Card #,Transaction Date,Posting Date,Amount (CAD),Description\n5191230567984561,20230511,20230512,3.27,COSTCO\n5191230567984561,20230512,20230513,-10,PAYMENT\n',
    ),
  );
  assert.deepEqual(
    lines.map((l) => [l.amount, l.account, l.business_on]),
    [
      [-327n, '519123******4561', '2023-05-12'],
      [1000n, '519123******4561', '2023-05-13'],
    ],
  );
  assert.match(facts.notes![0]!.en, /card's bill/);
});

test('stated counts and totals above the table are held to the rows', async () => {
  const rows = '交易日期,收入,支出,摘要\n2026-01-01,5.00,,a\n2026-01-02,,3.00,b\n';
  const above = '总收入:,5.00,总支出:,3.00\n收入笔数:1,支出笔数:1,总笔数:2,\n';
  assert.equal((await read(table(above + rows))).facts.checks.length, 5);
  for (const [from, to] of [
    ['5.00,总支出', '5.01,总支出'],
    ['总支出:,3.00', '总支出:,2.00'],
    ['收入笔数:1', '收入笔数:2'],
    ['总笔数:2', '总笔数:3'],
  ] as const) {
    assert.equal((await refusal(table((above + rows).replace(from, to)))).code, 'file.check_failed', to);
  }
});

test('totals that disagree on both sides are an excerpt; on one side, or exchanged, they refuse', async () => {
  const rows = (totals: string) => `交易日期,收入,支出,摘要\n2026-01-01,5.00,,a\n2026-01-02,,3.00,b\n${totals}\n`;
  const { lines, rejected } = await read(table(rows('合计,50.00,20.00,')));
  assert.deepEqual([lines.length, rejected.map((r) => r.column)], [2, ['收入', '支出']]);
  for (const totals of ['合计,50.00,3.00,', '合计,5.00,20.00,', '合计,3.00,5.00,', '合计,6.00,2.00,']) {
    assert.equal((await refusal(table(rows(totals)))).code, 'file.check_failed', totals);
  }
});

test('a masked balance is no check, and a note says so; a single unreadable one rejects its row', async () => {
  const rows = (...balances: string[]) =>
    `交易日期,金额,余额,摘要\n${balances.map((b) => `2026-01-01,1.00,${b},x`).join('\n')}\n`;
  const { lines, facts } = await read(table(rows('x,yyy.zz', 'x,yyy.zz').replaceAll('x,yyy.zz', '****')));
  assert.equal(lines.length, 2);
  assert.match(facts.notes![0]!.zh, /余额列/);
  assert.equal((await refusal(table(rows('1.00', '2.OO', '3.00')))).code, 'file.bad_rows');
});

test('F34 ragged rows, repeated headers, page subtotals, remarks', async () => {
  const header = '交易日期,金额,余额,摘要';
  const { lines, rejected } = await read(
    table(
      `${header}\n2026-01-01,1.00,1.00,a\n小计,1.00,,\n${header}\n2026-01-02,2.00,3.00,"b, ""c""\nd"\n以上数据仅供参考,,,\n`,
    ),
  );
  assert.deepEqual(
    [lines.map((l) => [l.row_no, l.text]), rejected.length],
    [
      [
        [2, 'a'],
        [5, 'b, "c" d'],
      ],
      0,
    ],
  );
  const ragged = await read(
    table('交易日期,金额,摘要\n2026-01-01,1.00,a\n2026-01-02,2.00\n2026-01-03,3.00,c,d\n2026-01-04,4.00,e,\n'),
  );
  assert.deepEqual(
    [ragged.lines.length, ragged.rejected.map((r) => [r.row, r.code])],
    [
      2,
      [
        [3, 'ragged'],
        [4, 'ragged'],
      ],
    ],
  );
  assert.equal((await refusal(table('交易日期,金额,摘要\n2026-01-01,1.00,a\n2026-01-02,2.0'))).code, 'file.cut');
  assert.equal((await refusal(table('交易日期,金额,摘要\n2026-01-01,1.00,"a\n2026-01-02,2.00,b\n'))).code, 'file.cut');
  assert.equal((await refusal(table('交易日期,金额,金额,摘要\n2026-01-01,1.00,2.00,a\n'))).code, 'file.layout');
});

test('other tables are not bank statements', async () => {
  for (const header of [
    '交易时间,商户订单号,金额,余额,摘要',
    '交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号',
    '成交日期,证券代码,发生金额,资金本次余额,摘要',
    'Date,Order ID,Amount,Currency,Description',
  ]) {
    assert.equal((await refusal(table(`${header}\n2026-01-01,1,2,3,4\n`))).code, 'file.unknown_format', header);
  }
});

const sheetOf = (...rows: (readonly string[])[]): string =>
  rows
    .map((texts, r) => {
      const cell = (text: string, c: number) =>
        `<c r="${'ABCDE'[c]}${r + 1}" t="inlineStr"><is><t>${text}</t></is></c>`;
      return `<row r="${r + 1}">${texts.map(cell).join('')}</row>`;
    })
    .join('');
const BANK_HEAD = ['交易日期', '收入金额', '支出金额', '余额'];

test('each sheet that says otherwise is a statement of its own; one that says nothing goes on with the one before', async () => {
  const { lines, facts } = await read(
    sheetBytes({
      sheets: [
        {
          name: '账户一',
          rows: sheetOf(['账号', '6222000011112222'], ['期初余额', '100.00'], BANK_HEAD, [
            '2026-11-19',
            '5.00',
            '',
            '105.00',
          ]),
        },
        { name: '账户一续', rows: sheetOf(BANK_HEAD, ['2026-11-20', '', '1.00', '104.00']) },
        { name: '目录', rows: sheetOf(['本文件含两个账户']) },
        { name: '账户二', rows: sheetOf(['账号', '6222000033334444'], BANK_HEAD, ['2026-11-21', '7.00', '', '9.00']) },
      ],
    }),
  );
  assert.deepEqual(
    lines.map((l) => [l.account, l.amount, l.business_on]).sort(),
    [
      ['6222000011112222', -100n, '2026-11-20'],
      ['6222000011112222', 500n, '2026-11-19'],
      ['6222000033334444', 700n, '2026-11-21'],
    ].sort(),
  );
  assert.equal(facts.account, undefined);
  assert.deepEqual(
    facts.balances!.map((b) => [b.account, b.opening, b.closing]),
    [
      ['6222000011112222', 10000n, 10400n],
      ['6222000033334444', 200n, 900n],
    ],
  );
  assert.match(facts.notes!.at(-1)!.zh, /未读取的工作表:目录$/);
});

test('a changed figure in a later sheet refuses the workbook', async () => {
  const bytes = (balance: string) =>
    sheetBytes({
      sheets: [
        { rows: sheetOf(BANK_HEAD, ['2026-11-19', '5.00', '', '105.00']) },
        { rows: sheetOf(BANK_HEAD, ['2026-11-20', '', '1.00', balance], ['2026-11-20', '', '2.00', '102.00']) },
      ],
    });
  const { lines, rejected } = await read(bytes('104.00'));
  assert.deepEqual([lines.length, rejected.length], [3, 0]);
  const changed = await read(bytes('103.00')).catch((error: DaozhangError) => error.code);
  assert.ok(
    changed === 'file.check_failed' || (typeof changed === 'object' && changed.rejected.length > 0),
    String(changed),
  );
});
