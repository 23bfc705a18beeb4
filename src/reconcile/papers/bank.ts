/**
 * `bank-reconciliation.xlsx` (银行存款余额调节表): a summary, one sheet per bank account and currency in the form that Chinese
 * accountants sign (企业 on the left, 银行 on the right, corrected to one balance), and what stands in no account's table.
 * The figures are `adjust.ts`'s; this file only draws.
 */
import { fill, type Lang, type Text } from '../../base/lang.ts';
import { decimalText } from '../../base/money.ts';
import { channelName } from '../../verdicts/channels.ts';
import { caveat } from '../report/summary.ts';
import type { Result } from '../result.ts';
import {
  type AccountTable,
  adjustBank,
  type BankReconciliation,
  type Item,
  type ItemKind,
  type Missing,
  type NoTable,
  type OutsideItem,
  type OutsideReason,
  type Sides,
} from './adjust.ts';
import type { PaperFacts } from './facts.ts';
import { fontOf, HEADER, headerRow, line } from './look.ts';
import type { Cell, Look, Sheet } from './workbook.ts';

const WORDS = {
  title: { zh: '银行存款余额调节表', en: 'Bank reconciliation statement' },
  summary: { zh: '汇总', en: 'Summary' },
  outside: { zh: '未列入各账户', en: 'In no account' },
  company: { zh: '单位名称:', en: 'Company:' },
  account: { zh: '银行账号', en: 'Bank account' },
  currency: { zh: '币种', en: 'Currency' },
  period: { zh: '期间', en: 'Period' },
  until: { zh: '截至', en: 'As at' },
  entry: { zh: '项目', en: 'Item' },
  date: { zh: '日期', en: 'Date' },
  reference: { zh: '参考号', en: 'Reference' },
  break: { zh: '差错编号', en: 'Break id' },
  amount: { zh: '金额', en: 'Amount' },
  book: { zh: '企业银行存款账面余额(按单据推算)', en: "Merchant's balance (from the documents)" },
  bank: { zh: '银行对账单余额', en: 'Balance per bank statement' },
  bank_received: { zh: '加:银行已收、企业未收', en: 'Add: received by the bank, not in the documents' },
  bank_paid: { zh: '减:银行已付、企业未付', en: 'Less: paid by the bank, not in the documents' },
  book_received: { zh: '加:企业已收、银行未收', en: 'Add: due by the documents, not at the bank' },
  book_paid: { zh: '减:企业已付、银行未付', en: 'Less: payable by the documents, not at the bank' },
  adjusted: { zh: '调节后余额', en: 'Adjusted balance' },
  difference: { zh: '两边差额', en: 'Difference of the sides' },
  prepared: { zh: '编制人:', en: 'Prepared by:' },
  reviewed: { zh: '复核人:', en: 'Reviewed by:' },
  signed_on: { zh: '日期:', en: 'Date:' },
  derivation: { zh: '企业账面余额怎么来', en: "How the merchant's balance comes about" },
  opening: { zh: '期初余额(银行对账单,{from})', en: 'Opening balance (bank statement, {from})' },
  credited: {
    zh: '加:银行已入账的渠道批次,按应到净额({n} 笔入账)',
    en: 'Add: channel batches the bank credited, at their expected net ({n} entries)',
  },
  differing: {
    zh: '加:与入账有差额的批次,按应到净额',
    en: 'Add: batches whose credit differs, at their expected net',
  },
  due: { zh: '加:已到期、银行未显示的批次', en: 'Add: batches that were due and are not shown' },
  other_in: { zh: '加:非渠道收入(照银行记录)', en: 'Add: receipts from elsewhere (as the bank has them)' },
  other_out: { zh: '减:非渠道支出(照银行记录)', en: 'Less: payments elsewhere (as the bank has them)' },
  method: {
    zh: '这里没有总账。企业一侧是按单据算出的、该账户应有的余额;与渠道无关的收支无单据可比,照银行记录列入,两边相同。',
    en: 'There is no general ledger here. The merchant’s side is what the documents say should be in this account; entries that come from no channel have no document to compare with and are taken as the bank has them, on both sides.',
  },
  method_due: {
    zh: '只列截止日前已到期的批次;之后到期的不是未达账项。各项的详情按差错编号查 breaks.xlsx。',
    en: 'Only batches due by the end of the statement are listed; what is due later is no difference. Look up the details by break id in breaks.xlsx.',
  },
  others: { zh: '(另有 {n} 批)', en: ' (and {n} more)' },
  not_assigned: { zh: '未归属账户', en: 'Not assigned to an account' },
  total: { zh: '合计', en: 'Total' },
  no_table: { zh: '没有编表的账户', en: 'Accounts without a table' },
  no_balances: {
    zh: '对账单没有写明期初和期末余额',
    en: 'no statement states both an opening and a closing balance',
  },
  not_continuous: {
    zh: '期初余额加明细不等于期末余额:缺对账单、缺行,或同一天给了两份不同的对账单',
    en: 'opening balance and entries do not make the closing balance: a statement or lines are missing, or one day was given in two forms',
  },
  side: { zh: '谁有', en: 'Who has it' },
  side_book: { zh: '企业有,银行无', en: 'the documents, not the bank' },
  side_bank: { zh: '银行有,企业无', en: 'the bank, not the documents' },
  why: { zh: '原因', en: 'Why' },
  in_total: { zh: '计入合计', en: 'In the total' },
  yes: { zh: '是', en: 'yes' },
  no: { zh: '否', en: 'no' },
  says: { zh: '说明', en: 'What happened' },
} as const satisfies Record<string, Text>;

const WHY = {
  no_account: {
    zh: '结算方案没有写明到账账户,又有不止一个银行账户',
    en: 'no plan states its bank account, and there is more than one',
  },
  several_accounts: { zh: '同一组入账分在几个账户', en: 'its credits stand in several accounts' },
  no_table: { zh: '所属账户没有编表', en: 'its account has no table' },
  after_statement: { zh: '到期日在该账户对账单截止日之后', en: 'due after the end of its account’s statement' },
} as const satisfies Record<OutsideReason, Text>;

const KINDS = {
  batch_due: { zh: '{who} {on} 结算款', en: '{who}, settlement of {on}' },
  difference: { zh: '{who} {on} 结算款差额', en: '{who}, settlement of {on}: difference' },
  unclear: { zh: '{who} {on} 多种配法,差额', en: '{who}, {on}: several fit, difference' },
  entry: { zh: '{who}', en: '{who}' },
  returned: { zh: '{who}(退回的出款)', en: '{who} (payout sent back)' },
} as const satisfies Record<ItemKind, Text>;

/** Undefined when there is no bank statement to reconcile. Throws `run.proof_failed` when the sides do not meet. */
export function bankWorkbook(
  result: Result,
  facts: PaperFacts,
  lang: Lang,
): { sheets: readonly Sheet[]; font: string } | undefined {
  const found = adjustBank(result, facts);
  if (!found) return undefined;
  const name = (account: string): string => facts.unnamed[account] ?? account;
  return {
    sheets: [
      summarySheet(found, result, lang, name),
      ...found.tables.map((table) => accountSheet(table, result, lang, name(table.account))),
      ...(found.outside.length > 0 ? [outsideSheet(found.outside, lang, name)] : []),
    ],
    font: fontOf(lang),
  };
}

const BOXED: Look = { border: true };
const boxed = (text: string, look: Look = {}): Cell => ({ text, ...BOXED, wrap: true, ...look });
const blank: Cell = { empty: true, border: true };
const money = (minor: bigint, currency: string, look: Look = {}): Cell => ({
  amount: decimalText(minor, currency),
  ...BOXED,
  ...look,
});
const total = (items: readonly Item[]): bigint => items.reduce((sum, i) => sum + i.amount, 0n);

// ---------------------------------------------------------------- one account

/** Columns of one side: item, date, reference, break id, amount. */
const SIDE_WIDTHS = [38, 11, 22, 27, 17];
const SIDE = SIDE_WIDTHS.length;

function accountSheet(table: AccountTable, result: Result, lang: Lang, name: string): Sheet {
  const { currency, from, to, parts } = table;
  const word = (key: keyof typeof WORDS, values: Record<string, string | number> = {}): string =>
    fill(WORDS[key][lang], values);
  const bold: Look = { bold: true };
  const columns = [word('entry'), word('date'), word('reference'), word('break'), word('amount')];
  const head = (text: string, minor: bigint): Cell[] => [
    boxed(text, bold),
    ...[blank, blank, blank],
    money(minor, currency, bold),
  ];
  const half = (start: Cell[], missing: Missing, plus: string, minus: string): Cell[][] => [
    start,
    head(plus, total(missing.plus)),
    ...missing.plus.map((item) => itemCells(item, currency, lang)),
    head(minus, total(missing.minus)),
    ...missing.minus.map((item) => itemCells(item, currency, lang)),
  ];
  const left = half(head(word('book'), table.book), table.onlyBank, word('bank_received'), word('bank_paid'));
  const right = half(head(word('bank'), table.bank), table.onlyBook, word('book_received'), word('book_paid'));
  // Both sides are of one length, so that the last row is the corrected balance of both.
  const depth = Math.max(left.length, right.length);
  const row = (cells: readonly Cell[] | undefined): readonly Cell[] => cells ?? Array<Cell>(SIDE).fill(blank);
  const body = Array.from({ length: depth }, (_, i) => [...row(left[i]), ...row(right[i])]);
  const end = [...head(word('adjusted'), table.adjusted), ...head(word('adjusted'), table.adjusted)];
  const derivation: [text: string, minor: bigint][] = [
    [word('opening', { from }), parts.opening],
    [word('credited', { n: parts.creditedEntries }), parts.credited],
    [word('differing'), parts.differing],
    [word('due'), parts.due],
    [word('other_in'), parts.otherIn],
    [word('other_out'), -parts.otherOut],
  ];
  const said = caveat(result);
  const rows: (readonly Cell[])[] = [
    [{ text: word('title'), bold: true, size: 16, align: 'center' }],
    [line(word('company')), null, null, null, null, line(`${word('account')} ${name}`)],
    [line(`${word('until')} ${to}`), null, null, null, null, line(`${word('currency')} ${currency}`)],
    headerRow([...columns, ...columns]),
    ...body,
    end,
    [],
    [
      line(word('prepared')),
      null,
      line(word('signed_on')),
      null,
      null,
      line(word('reviewed')),
      null,
      line(word('signed_on')),
    ],
    [],
    [line(word('derivation'), { bold: true })],
    ...derivation.map(([text, minor]) => [boxed(text), blank, blank, blank, money(minor, currency)]),
    head(word('book'), table.book),
    [],
    [line(word('method'))],
    [line(word('method_due'))],
    ...(said ? [[line(said[lang], { bold: true })]] : []),
  ];
  return {
    name: `${name.slice(-20)} ${currency}`,
    widths: [...SIDE_WIDTHS, ...SIDE_WIDTHS],
    rows,
    headerRows: 4,
    merges: ['A1:J1'],
  };
}

function itemCells(item: Item, currency: string, lang: Lang): Cell[] {
  return [
    boxed(`  ${wordsOf(item, lang)}`),
    item.on === '' ? blank : { date: item.on, ...BOXED },
    boxed(referenceOf(item)),
    boxed(item.break.id),
    money(item.amount, currency),
  ];
}

/** Who it is about: the channel account of a batch, the counterparty and text of a bank entry. */
function wordsOf(item: Item, lang: Lang): string {
  const { kind, evidence, break: b } = item;
  const who =
    kind === 'entry' || kind === 'returned'
      ? [evidence.party, evidence.text].filter(Boolean).join(' ')
      : [channelName(evidence.channel ?? b.channel, lang), evidence.account].filter(Boolean).join(' ');
  const on = evidence.businessOn ?? item.on;
  const words = fill(KINDS[kind][lang], { who: who || channelName(b.channel, lang), on });
  const others = kind === 'difference' || kind === 'unclear' ? b.ours.length - 1 : 0;
  return others === 0 ? words : words + fill(WORDS.others[lang], { n: others });
}

const REFERENCES = ['bank_ref', 'batch', 'order', 'channel_trade'] as const;

/** The number to look for: the line's own; a batch that has none goes by that of its credit. */
function referenceOf({ evidence, break: b }: Item): string {
  for (const { refs } of [evidence, ...b.theirs]) {
    for (const name of REFERENCES) if (refs[name] !== undefined) return refs[name];
  }
  return '';
}

// ---------------------------------------------------------------- summary

function summarySheet(found: BankReconciliation, result: Result, lang: Lang, name: (account: string) => string): Sheet {
  const word = (key: keyof typeof WORDS): string => WORDS[key][lang];
  const titles = [
    ...[word('account'), word('currency'), word('period')],
    ...[word('book'), word('bank_received'), word('bank_paid'), word('adjusted')],
    ...[word('bank'), word('book_received'), word('book_paid'), word('adjusted'), word('difference')],
  ];
  const figures = (sides: readonly Sides[], currency: string, look: Look = {}): Cell[] => {
    const of = (pick: (s: Sides) => bigint): bigint => sides.reduce((sum, s) => sum + pick(s), 0n);
    const bankSide = (s: Sides): bigint => s.bank + total(s.onlyBook.plus) - total(s.onlyBook.minus);
    return [
      of((s) => s.book),
      of((s) => total(s.onlyBank.plus)),
      of((s) => total(s.onlyBank.minus)),
      of((s) => s.adjusted),
      of((s) => s.bank),
      of((s) => total(s.onlyBook.plus)),
      of((s) => total(s.onlyBook.minus)),
      of(bankSide),
      of((s) => s.adjusted - bankSide(s)),
    ].map((minor) => money(minor, currency, look));
  };
  const currencies = [...new Set([...found.tables.map((t) => t.currency), ...found.unassigned.keys()])].sort();
  const rows = currencies.flatMap((currency) => {
    const tables = found.tables.filter((t) => t.currency === currency);
    const loose = found.unassigned.get(currency);
    const bold: Look = { bold: true, ...HEADER };
    return [
      ...tables.map((t) => [
        boxed(name(t.account)),
        boxed(currency),
        boxed(`${t.from} – ${t.to}`),
        ...figures([t], currency),
      ]),
      ...(loose ? [[boxed(word('not_assigned')), boxed(currency), blank, ...figures([loose], currency)]] : []),
      [
        boxed(word('total'), bold),
        boxed(currency, bold),
        { empty: true, ...bold } as const,
        ...figures([...tables, ...(loose ? [loose] : [])], currency, bold),
      ],
    ];
  });
  const reasons = (list: readonly NoTable[]): Cell[][] =>
    list.length === 0
      ? []
      : [
          [],
          [line(word('no_table'), { bold: true })],
          ...list.map((n) => [boxed(name(n.account)), boxed(n.currency), line(word(n.why))]),
        ];
  const said = caveat(result);
  return {
    name: word('summary'),
    widths: [26, 8, 25, ...Array<number>(titles.length - 3).fill(19)],
    rows: [
      [{ text: `${word('title')} · ${word('summary')}`, bold: true, size: 16, align: 'center' }],
      headerRow(titles),
      ...rows,
      ...reasons(found.without),
      [],
      [line(word('method'))],
      ...(said ? [[line(said[lang], { bold: true })]] : []),
    ],
    headerRows: 2,
    merges: ['A1:L1'],
  };
}

// ---------------------------------------------------------------- what stands in no account's table

function outsideSheet(items: readonly OutsideItem[], lang: Lang, name: (account: string) => string): Sheet {
  const word = (key: keyof typeof WORDS): string => WORDS[key][lang];
  const counted = (i: OutsideItem): boolean => i.why === 'no_account' || i.why === 'several_accounts';
  const titles = [
    ...[word('entry'), word('date'), word('reference'), word('break'), word('amount'), word('currency')],
    ...[word('side'), word('account'), word('why'), word('in_total'), word('says')],
  ];
  const rows = items.map((item) => {
    const { currency } = item.break.difference;
    return [
      boxed(wordsOf(item, lang)),
      item.on === '' ? blank : ({ date: item.on, ...BOXED } as const),
      boxed(referenceOf(item)),
      boxed(item.break.id),
      money(item.amount * item.sign, currency),
      boxed(currency),
      boxed(word(item.side === 'book' ? 'side_book' : 'side_bank')),
      boxed(item.account === undefined ? '' : name(item.account)),
      boxed(WHY[item.why][lang]),
      boxed(word(counted(item) ? 'yes' : 'no')),
      boxed(item.break.says[lang]),
    ];
  });
  return {
    name: word('outside'),
    widths: [38, 11, 22, 27, 17, 8, 18, 24, 30, 10, 60],
    rows: [headerRow(titles), ...rows],
    headerRows: 1,
    filterTo: rows.length + 1,
  };
}
