/** The adjusting table of a market whose figures were added up by hand, from documents to the cells of the workbook. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as XLSX from '@e965/xlsx';
import type { Document } from '../../../sim/documents/domain.ts';
import {
  asCamt,
  bankDays,
  bill,
  entry,
  FIRST,
  PLANS,
  pay,
  SECOND,
  statement,
} from '../../../tests/support/bank-days.ts';
import { withFolder } from '../../../tests/support/found.ts';
import { readCells } from '../../../tests/support/papers.ts';
import type { Lang } from '../../base/lang.ts';
import type { Result } from '../result.ts';
import { reconcile } from '../run.ts';
import { adjustBank } from './adjust.ts';
import { bankWorkbook } from './bank.ts';
import { type PaperFacts, paperFacts } from './facts.ts';
import { papersOf, papersOfRun } from './papers.ts';
import { workbookBytes } from './workbook.ts';

type Ran = Readonly<{ result: Result; facts: PaperFacts }>;

const runOf = (documents: readonly Document[]): Promise<Ran> =>
  withFolder(documents, async (folder) => {
    const run = await reconcile({ paths: [folder], zone: 'Asia/Shanghai', plans: PLANS });
    try {
      return { result: run.result, facts: await paperFacts(run) };
    } finally {
      await run.close();
    }
  });

const market = await runOf(bankDays());
const { result, facts } = market;

/** The rows of one sheet as they are read back: exact text, empty cells empty. */
async function rowsOf({ result, facts }: Ran, sheet: number, lang: Lang): Promise<string[][]> {
  const { sheets, font } = bankWorkbook(result, facts, lang)!;
  const { rows } = await readCells(workbookBytes([sheets[sheet]!], font));
  return rows.map((row) => row.map((cell) => cell ?? ''));
}

const idOf = (finding: string): string => {
  const found = [...result.breaks, ...result.open, ...result.ambiguous].filter((b) => b.finding === finding);
  assert.equal(found.length, 1, finding);
  return found[0]!.id;
};

test('the market is the one that was meant', () => {
  assert.deepEqual(result.refused, []);
  assert.deepEqual(
    result.batches.map((b) => [b.account.slice(-3), b.businessTo.slice(-2), b.net.amount, b.state]).sort(),
    [
      ['101', '18', '99.40', 'credited'],
      ['101', '19', '198.80', 'short'],
      ['102', '18', '49.70', 'late'],
      ['102', '19', '79.52', 'returned'],
      ['103', '19', '29.82', 'credited'],
    ],
  );
});

test('one account in Chinese: both sides adjust to 9,813.20', async () => {
  const none = ['', '', '', '', ''];
  const half = (text: string, amount: string): string[] => [text, '', '', '', amount];
  const item = (text: string, on: string, ref: string, finding: string, amount: string) => [
    text,
    on,
    ref,
    idOf(finding),
    amount,
  ];
  const rows = await rowsOf(market, 1, 'zh');
  assert.deepEqual(rows.slice(0, 10), [
    ['银行存款余额调节表'],
    ['单位名称:', '', '', '', '', `银行账号 ${FIRST}`],
    ['截至 2026-11-20', '', '', '', '', '币种 CNY'],
    ['项目', '日期', '参考号', '差错编号', '金额', '项目', '日期', '参考号', '差错编号', '金额'],
    [...half('企业银行存款账面余额(按单据推算)', '9877.72'), ...half('银行对账单余额', '9803.2')],
    [...half('加:银行已收、企业未收', '15'), ...half('加:企业已收、银行未收', '10')],
    [
      ...item('  财付通支付科技有限公司 =补贴', '2026-11-20', 'A6', 'credit_unidentified', '15'),
      ...item('  微信支付 1900000101 2026-11-19 结算款差额', '2026-11-20', 'A3', 'bank_short', '10'),
    ],
    [...half('减:银行已付、企业未付', '79.52'), ...half('减:企业已付、银行未付', '0')],
    [
      ...item('  财付通支付科技有限公司 退汇 户名不符(退回的出款)', '2026-11-20', 'A5', 'payout_returned', '79.52'),
      ...none,
    ].slice(0, 5),
    [...half('调节后余额', '9813.2'), ...half('调节后余额', '9813.2')],
  ]);
  assert.deepEqual(rows[11], ['编制人:', '', '日期:', '', '', '复核人:', '', '日期:']);
  assert.deepEqual(
    rows.slice(13, 21).map((row) => [row[0], row[4] ?? '']),
    [
      ['企业账面余额怎么来', ''],
      ['期初余额(银行对账单,2026-11-19)', '10000'],
      ['加:银行已入账的渠道批次,按应到净额(1 笔入账)', '99.4'],
      ['加:与入账有差额的批次,按应到净额', '278.32'],
      ['加:已到期、银行未显示的批次', '0'],
      ['加:非渠道收入(照银行记录)', '500'],
      ['减:非渠道支出(照银行记录)', '1000'],
      ['企业银行存款账面余额(按单据推算)', '9877.72'],
    ],
  );
});

test('the same account in English', async () => {
  const rows = await rowsOf(market, 1, 'en');
  assert.deepEqual(
    [rows[4], rows[5], rows[9]].map((row) => [row![0], row![4], row![5], row![9]]),
    [
      ["Merchant's balance (from the documents)", '9877.72', 'Balance per bank statement', '9803.2'],
      ['Add: received by the bank, not in the documents', '15', 'Add: due by the documents, not at the bank', '10'],
      ['Adjusted balance', '9813.2', 'Adjusted balance', '9813.2'],
    ],
  );
  assert.deepEqual(rows[8]![0], '  财付通支付科技有限公司 退汇 户名不符 (payout sent back)');
});

test('daily statements of one account are one stretch of days', async () => {
  const table = adjustBank(result, facts)!.tables.find((t) => t.account === SECOND)!;
  assert.deepEqual(
    [table.from, table.to, table.book, table.bank, table.adjusted],
    ['2026-11-19', '2026-11-20', 500_482n, 500_482n, 500_482n],
  );
});

test('the summary counts what belongs to no account, and its total adjusts too', async () => {
  const rows = await rowsOf(market, 0, 'zh');
  const figures = rows.slice(2, 6).map((row) => row.slice(0, 2).concat(row.slice(3)));
  assert.deepEqual(figures, [
    [FIRST, 'CNY', '9877.72', '15', '79.52', '9813.2', '9803.2', '10', '0', '9813.2', '0'],
    [SECOND, 'CNY', '5004.82', '0', '0', '5004.82', '5004.82', '0', '0', '5004.82', '0'],
    ['未归属账户', 'CNY', '49.7', '0', '0', '49.7', '0', '49.7', '0', '49.7', '0'],
    ['合计', 'CNY', '14932.24', '15', '79.52', '14867.72', '14808.02', '59.7', '0', '14867.72', '0'],
  ]);
});

test('what belongs to no account is listed with why', async () => {
  const rows = await rowsOf(market, 3, 'zh');
  assert.equal(rows.length, 2);
  assert.deepEqual(rows[1]!.slice(0, 10), [
    '微信支付 1900000102 2026-11-18 结算款',
    '2026-11-19',
    '',
    idOf('bank_late'),
    '49.7',
    'CNY',
    '企业有,银行无',
    '',
    '结算方案没有写明到账账户,又有不止一个银行账户',
    '是',
  ]);
});

test('a batch whose plan names its bank account stands in that account', async () => {
  const batches = result.batches.map((b) => (b.state === 'late' ? { ...b, bankAccount: '6222 0202 0000 2002' } : b));
  const found = adjustBank({ ...result, batches }, facts)!;
  assert.deepEqual(found.outside, []);
  assert.equal(found.unassigned.size, 0);
  const table = found.tables.find((t) => t.account === SECOND)!;
  assert.deepEqual([table.book, table.bank, table.adjusted], [505_452n, 500_482n, 505_452n]);
  assert.deepEqual(
    table.onlyBook.plus.map((i) => i.amount),
    [4970n],
  );
});

test('currencies of 0 and 3 decimals, and amounts beyond what a spreadsheet keeps', async () => {
  const wide = await runOf([
    bill('1900000101', '2026-11-18', [pay('1900000101', '2026-11-18', 10_000, 60)]),
    asCamt(
      statement({
        account: 'BIG1',
        opening: 123_456_789_012_345_678n,
        entries: [entry('2026-11-19', 9940, '财付通', '结算款', 'C1'), entry('2026-11-20', 1, 'X', 'x', 'C2')],
      }),
    ),
    asCamt(
      statement({
        account: 'KW1',
        currency: 'KWD',
        opening: 5n,
        entries: [entry('2026-11-19', 1_234_567, 'X', 'x', 'K1')],
      }),
    ),
    asCamt(
      statement({
        account: 'JP1',
        currency: 'JPY',
        opening: 900n,
        entries: [entry('2026-11-20', -1000, 'X', 'x', 'J1')],
      }),
    ),
  ]);
  assert.deepEqual(wide.result.refused, []);
  const rows = await rowsOf(wide, 0, 'en');
  assert.deepEqual(
    rows.slice(2, 8).map((row) => [row[0], row[1], row[3], row[10]]),
    [
      ['BIG1', 'CNY', '1234567890123556.19', '1234567890123556.19'],
      ['Total', 'CNY', '1234567890123556.19', '1234567890123556.19'],
      ['JP1', 'JPY', '-100', '-100'],
      ['Total', 'JPY', '-100', '-100'],
      ['KW1', 'KWD', '1234.572', '1234.572'],
      ['Total', 'KWD', '1234.572', '1234.572'],
    ],
  );
});

test('a statement without balances gives no table, and the summary says why', async () => {
  const bare = { ...facts, balances: facts.balances.filter((b) => b.account !== FIRST) };
  const rows = await rowsOf({ result, facts: bare }, 0, 'en');
  const at = rows.findIndex((row) => row[0] === 'Accounts without a table');
  assert.deepEqual(rows[at + 1], [FIRST, 'CNY', 'no statement states both an opening and a closing balance']);
  // Its items are not lost, and they do not count.
  const outside = adjustBank(result, bare)!.outside.map((i) => [i.break.finding, i.why]);
  assert.deepEqual(outside.sort(), [
    ['bank_late', 'no_account'],
    ['bank_short', 'no_table'],
    ['credit_unidentified', 'no_table'],
    ['payout_returned', 'no_table'],
  ]);
});

test('without a bank statement there is no such paper', async () => {
  const alone = await runOf([bill('1900000101', '2026-11-18', [pay('1900000101', '2026-11-18', 10_000, 60)])]);
  assert.deepEqual(
    papersOf(alone.result, alone.facts, 'zh').map((p) => p.name),
    ['breaks.xlsx', 'fees.csv'],
  );
});

test('the papers of a run: every sheet opens elsewhere, no formula in any, the same bytes every time', async () => {
  await withFolder(bankDays(), async (folder) => {
    const run = await reconcile({ paths: [folder], zone: 'Asia/Shanghai', plans: PLANS });
    try {
      const papers = await papersOfRun(run, 'zh');
      assert.deepEqual(
        papers.map((p) => p.name),
        ['breaks.xlsx', 'bank-reconciliation.xlsx', 'fees.csv'],
      );
      for (const [i, again] of (await papersOfRun(run, 'zh')).entries()) {
        assert.ok(Buffer.from(papers[i]!.bytes).equals(again.bytes), again.name);
      }
      // Made again from a result that went through a file, as a person with only the file would.
      const stored: Result = JSON.parse(JSON.stringify(run.result));
      assert.deepEqual(papersOf(stored, await paperFacts(run), 'zh'), papers);
      const book = XLSX.read(papers[1]!.bytes);
      assert.deepEqual(book.SheetNames, ['汇总', `${FIRST} CNY`, `${SECOND} CNY`, '未列入各账户']);
      for (const name of book.SheetNames) {
        const formulas = Object.entries(book.Sheets[name]!).filter(
          ([at, cell]) => !at.startsWith('!') && cell.f !== undefined,
        );
        assert.deepEqual(formulas, [], name);
      }
    } finally {
      await run.close();
    }
  });
});
