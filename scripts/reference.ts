/**
 * Writes the reference pages that are lists of what the code knows: errors, verdicts and findings, formats.
 * `node scripts/reference.ts`; the tests compare the pages with the code both ways.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../src/base/errors.ts';
import type { Text } from '../src/base/lang.ts';
import { FORMATS } from '../src/files/registry.ts';
import { ACCOUNT_CODES, chartOf } from '../src/ledger/chart.ts';
import { POSTINGS } from '../src/ledger/postings.ts';
import type { BreakClass } from '../src/reconcile/result.ts';
import { CAUSES, CONFIDENCES, CUSTODIES, REASONS, VERDICTS, type VerdictCode } from '../src/verdicts/catalogue.ts';
import { FINDINGS, type FindingCode, findingOf } from '../src/verdicts/findings.ts';
import { ROWS, type Row } from '../src/verdicts/judge.ts';
import { OWNERS, STEPS } from '../src/verdicts/next.ts';
import { receiptPrecedence } from '../src/verdicts/receipt.ts';
import { REFUND_ROWS } from '../src/verdicts/refunds.ts';
import { wordingPage } from './wording.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'reference');
const cell = (text: string): string => text.replaceAll('|', '\\|');
const made =
  'This page is written by `node scripts/reference.ts` and tested against the code. 本页由脚本生成,并与代码双向核对。';

export const errorsPage = (): string =>
  [
    '# Errors 错误',
    '',
    made,
    '',
    'With `--json` an error is also an object on standard output: `{"error": {code, exit, says: {en, zh}, remedy: {en, zh}, params}}`.',
    '加上 `--json` 时,错误同时以对象形式写到标准输出。',
    '',
    'Exit codes: 0 clean · 1 breaks · 2 refused or incomplete · 64 usage · 70 our bug · 130 interrupted.',
    '',
    '| code | exit | what happened | what to do | 发生了什么 | 怎么办 |',
    '|---|---|---|---|---|---|',
    ...Object.entries(ERRORS).map(
      ([code, e]) =>
        `| \`${code}\` | ${e.exit} | ${[e.says.en, e.remedy.en, e.says.zh, e.remedy.zh].map(cell).join(' | ')} |`,
    ),
    '',
  ].join('\n');

/** What a class of break means as a rule (design, break → verdict). */
export const USUAL = {
  ours_only: ['unpaid', 'unknown'],
  theirs_only: ['unrecorded'],
  amount: ['underpaid', 'overpaid'],
  status: ['unrecorded', 'paid_after_close', 'reversed', 'refunded'],
  duplicate: ['duplicate'],
  fee: ['short_settled'],
  batch_missing: ['on_its_way', 'late'],
  batch_short: ['short_settled'],
  bank_missing: ['on_its_way', 'late', 'payout_returned'],
  bank_unidentified: ['unknown'],
  timing: ['on_its_way'],
  ambiguous: ['unknown'],
} as const satisfies Record<BreakClass, readonly VerdictCode[]>;

/** The class says which side lacks what, the verdict where the money is. Findings where the one does not give the other, and why. */
export const UNUSUAL: Readonly<Partial<Record<FindingCode, Text>>> = {
  refund_not_booked: {
    en: 'The line that stands alone gave money back: nothing is there that the book should record as paid.',
    zh: '单边的这一行是退款:没有钱可补记为已付。',
  },
  charged_back: {
    en: 'The line that stands alone took the money back for the payer.',
    zh: '单边的这一行是拒付扣回,钱已退给付款人。',
  },
  book_missing: {
    en: '“Not recorded” would need the complete order book of the day; it was not given.',
    zh: '说“系统未记”须有该日完整订单表,而它没有提供。',
  },
  settled_without_line: {
    en: 'The bill that would say what the ledger entry is for was not given.',
    zh: '能说明这笔资金流水的账单没有提供。',
  },
  refund_differs: {
    en: 'The amounts are those of a refund: neither too little nor too much was paid.',
    zh: '金额不同的是退款,不是少付或多付。',
  },
  bank_over: {
    en: 'The surplus is at the bank, and no line says whose it is; the customers paid what they owed.',
    zh: '多出的钱在银行,没有明细说明属于谁;顾客并未多付。',
  },
  bank_not_checked: {
    en: 'The day is past and no statement covers it: neither on its way nor late can be said (I7).',
    zh: '应到日已过而没有覆盖该日的流水:既不能说在途,也不能说逾期。',
  },
  credit_of_earlier_days: {
    en: 'The bank line is there, so the money is too; only its batch lies before these documents.',
    zh: '银行流水已有这笔,钱已到账;只是所属批次早于这些单据。',
  },
  refund_not_done: {
    en: 'Unpaid in the direction `out`: the customer was not paid back. The payment itself stands, so the release is ask.',
    zh: '方向为“付出”的未付款:顾客没有收到退款;原付款仍成立,所以是先问清楚。',
  },
};

type Rule = Pick<Row<never>, 'id' | 'code' | 'why'>;
/** A precedence table as the code has it: the first true row is the headline, the others stand beside it. */
const rulesTable = (rules: readonly Rule[]): readonly string[] => [
  '| | rule | verdict | why | 为什么 |',
  '|---|---|---|---|---|',
  ...rules.map((r, i) => `| ${i + 1} | \`${r.id}\` | \`${r.code}\` | ${cell(r.why.en)} | ${cell(r.why.zh)} |`),
];

export const verdictsPage = (): string =>
  [
    '# Verdicts, causes, reasons, findings 结论、原因、缘由、发现',
    '',
    made,
    '',
    '## Verdicts 结论',
    '',
    '| code | tone | says | 说法 |',
    '|---|---|---|---|',
    ...Object.entries(VERDICTS).map(([code, v]) => `| \`${code}\` | ${v.tone} | ${v.title.en} | ${v.title.zh} |`),
    '',
    '## Causes 原因',
    '',
    '| code | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(CAUSES).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    '## Reasons 缘由',
    '',
    '| code | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(REASONS).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    '## Who holds the money 钱在谁手里',
    '',
    '| code | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(CUSTODIES).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    '## How sure 把握',
    '',
    'The ladder, weakest first; a verdict has the rank of the weakest evidence that it needs. 由弱到强;结论的把握取决于它所需证据中最弱的一项。',
    '',
    '| code | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(CONFIDENCES).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    'Where sources contradict each other, the more believed stands: a decision, then the bank’s statement, the channel’s bill, its answer, its notification, the',
    'merchant’s order, a claim; between equals the first. 来源互相矛盾时以更可信者为准。',
    '',
    '## Which verdict comes first 先后',
    '',
    'The first rule that is true is the headline; the others that are true stand beside it (`also`), and the path names them all.',
    '第一条成立的规则给出结论;其他成立的列在旁边(`also`),路径里全部写明。',
    '',
    '### A payment 收款',
    '',
    ...rulesTable(ROWS),
    '',
    '### A refund 退款',
    '',
    ...rulesTable(REFUND_ROWS),
    '',
    '### What a customer shows 顾客出示的',
    '',
    '`own`: the verdict of the payment that was found. `own`:以找到的那笔支付自身的结论为准。',
    '',
    '| | verdict | why | 为什么 |',
    '|---|---|---|---|',
    ...receiptPrecedence().map((r, i) => `| ${i + 1} | \`${r.code}\` | ${cell(r.why.en)} | ${cell(r.why.zh)} |`),
    '',
    '## Next steps 下一步',
    '',
    'Who does what after which verdict, in the words people read: [wording.md](wording.md). 各结论之后由谁做什么,见该页。',
    '',
    '| step | says | 说法 |',
    '|---|---|---|',
    ...Object.entries(STEPS).map(([code, t]) => `| \`${code}\` | ${t.en} | ${t.zh} |`),
    '',
    `Owners 由谁: ${Object.entries(OWNERS)
      .map(([code, t]) => `\`${code}\` ${t.en} ${t.zh}`)
      .join(' · ')}`,
    '',
    '## Findings of a reconciliation 核对发现',
    '',
    'What reconciliation finds and what it means. `open` findings wait for a date or a document and are no breaks.',
    '',
    '| finding | class | verdict | release | cause | reason | custody | open | sentence | 句子 |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...Object.entries(FINDINGS).map(
      ([code, f]) =>
        `| \`${code}\` | ${f.class} | ${f.verdict} | ${f.release} | ${f.cause} | ${f.reason} | ${f.custody} | ${f.open ? 'open' : ''} | ${cell(f.says.en)} | ${cell(f.says.zh)} |`,
    ),
    '',
    '## From class to verdict 由类别到结论',
    '',
    ...Object.entries(USUAL).map(([name, verdicts]) => `- ${name} → ${verdicts.join(', ')}`),
    '',
    'Findings that mean something else, and why. 含义不同的发现及其原因。',
    '',
    '| finding | class → verdict | why | 原因 |',
    '|---|---|---|---|',
    ...Object.entries(UNUSUAL).map(([code, why]) => {
      const { class: name, verdict } = findingOf(code as FindingCode);
      return `| \`${code}\` | ${name} → ${verdict} | ${cell(why.en)} | ${cell(why.zh)} |`;
    }),
    '',
  ].join('\n');

export const formatsPage = (): string =>
  [
    '# Formats 格式',
    '',
    made,
    '',
    'A document is recognised by its content, never by its name; `--format ID=FILE` overrides.',
    '',
    'Where a channel tells the SHA-1 of its bill (WeChat Pay: `hash_value`), keep its answer beside the bill as `bill.csv.json` or `bill.json`,',
    'or the hash as `bill.csv.sha1`, or give it: `--sha1 FILE=HEX`. It is of the bill unpacked; a bill that differs is refused whole.',
    '渠道给出账单 SHA-1 的(如微信支付的 `hash_value`),把接口应答存在账单旁,或用 `--sha1 文件=哈希` 指定;不一致的账单整份拒绝。',
    '',
    ...FORMATS.flatMap((f) => [
      `## \`${f.id}\``,
      '',
      `${f.title.en} · ${f.title.zh}`,
      '',
      `Role: ${f.role}. Check it carries: ${f.check.en} · 校验:${f.check.zh}. Fees are rounded per: ${f.rounding}.`,
      '',
      '| field | column or tag |',
      '|---|---|',
      ...f.mapping.map(([field, column]) => `| ${field} | ${cell(column)} |`),
      '',
    ]),
  ].join('\n');

export const ledgerPage = (): string =>
  [
    '# Chart and postings 科目与过账规则',
    '',
    made,
    '',
    'How it works: [the ledger](../operate/ledger.md) · [总账](../operate/ledger.zh-CN.md).',
    '',
    '## Chart 科目表',
    '',
    'Opened once for each currency and, where it says so, for each account at a channel or a bank. 每币种开立;注明者再按渠道账户或银行账户开立。',
    '',
    '| code | 科目编码 | kind | per | name | holds | equals | 科目名称 | 核算内容 | 应等于 |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...ACCOUNT_CODES.map((code) => {
      const a = chartOf(code);
      return `| \`${code}\` | ${a.number} | ${a.kind} | ${a.per} | ${[a.name.en, a.says.en, a.control?.en ?? '', a.name.zh, a.says.zh, a.control?.zh ?? ''].map(cell).join(' | ')} |`;
    }),
    '',
    '## Postings 过账规则',
    '',
    'An amount below zero changes the sides: a fee given back, a surplus, a release. 金额为负时借贷互换:手续费退回、长款、释放。',
    '',
    '| fact | debit | credit | says | why | 事项 | 原因 |',
    '|---|---|---|---|---|---|---|',
    ...Object.entries(POSTINGS).map(
      ([fact, p]) =>
        `| \`${fact}\` | \`${p.debit}\` | \`${p.credit}\` | ${[p.says.en, p.why.en, p.says.zh, p.why.zh].map(cell).join(' | ')} |`,
    ),
    '',
  ].join('\n');

export const PAGES = {
  'errors.md': errorsPage,
  'verdicts.md': verdictsPage,
  'formats.md': formatsPage,
  'ledger.md': ledgerPage,
  'wording.md': () => wordingPage(made),
};

if (process.argv[1] === import.meta.filename) {
  for (const [name, page] of Object.entries(PAGES)) writeFileSync(join(FOLDER, name), page());
}
