/**
 * `fees.csv`: what the channels charged, by channel account and month, beside what was agreed. UTF-8 with BOM, RFC 4180, CRLF.
 * The columns and their order are a promise.
 *
 * Agreed and charged are compared over the same payments, those for which a plan agrees a fee; refunds are not judged, because
 * what a channel gives back depends on what it had rounded before. Fees keep the source's decimals; only a rate is rounded,
 * to a ten-thousandth of a percent, and nothing is computed from it.
 */

import { exponentOf } from '../../base/currency.ts';
import type { Lang, Text } from '../../base/lang.ts';
import { decimalText, divideRounding, rescale, scaledText } from '../../base/money.ts';
import { channelName } from '../../verdicts/channels.ts';
import { inertText } from '../report/csv.ts';
import { PAGE_WORDS } from '../report/words.ts';
import type { FeeTotal, PaperFacts, Sum } from './facts.ts';

const BOM = '\ufeff';

type Column = Readonly<{ title: Text; of(f: FeeTotal, lang: Lang): string }>;

/** A figure goes as it is; what a document wrote goes so that no spreadsheet runs or shortens it (F36). */
const said = (text: string): string => {
  const inert = inertText(text);
  return /[",\r\n;\t]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
};
const minor = (value: bigint, f: FeeTotal): string => decimalText(value, f.currency);
const fine = (value: bigint, f: FeeTotal): string => scaledText(value, f.scale);

const COLUMNS: readonly Column[] = [
  { title: { zh: '渠道代码', en: 'Channel code' }, of: (f) => said(f.channel) },
  { title: PAGE_WORDS.channel, of: (f, lang) => said(channelName(f.channel, lang)) },
  { title: PAGE_WORDS.account, of: (f) => said(f.account) },
  { title: PAGE_WORDS.month, of: (f) => f.month },
  { title: PAGE_WORDS.currency, of: (f) => f.currency },
  { title: { zh: '收款笔数', en: 'Payments' }, of: (f) => String(f.payments.lines) },
  { title: { zh: '收款金额', en: 'Payment turnover' }, of: (f) => minor(f.payments.amount, f) },
  { title: { zh: '收款手续费(实扣)', en: 'Fees on payments (charged)' }, of: (f) => fine(f.payments.fee, f) },
  { title: { zh: '实际费率 %', en: 'Actual rate %' }, of: (f) => rate(f.payments.fee, f.scale, f.payments.amount, f) },
  { title: { zh: '有约定的笔数', en: 'Payments with an agreed fee' }, of: (f) => String(f.judged.lines) },
  { title: { zh: '有约定的金额', en: 'Their turnover' }, of: (f) => judged(f, minor(f.judged.amount, f)) },
  { title: { zh: '其中实扣', en: 'Their fees (charged)' }, of: (f) => judged(f, minor(f.judged.stated, f)) },
  { title: { zh: '按约定应扣', en: 'Their fees (agreed)' }, of: (f) => judged(f, minor(f.judged.agreed, f)) },
  {
    title: { zh: '约定费率 %', en: 'Agreed rate %' },
    of: (f) => judged(f, rate(f.judged.agreed, exponentOf(f.currency) ?? 0, f.judged.amount, f)),
  },
  {
    title: { zh: '多扣(负为少扣)', en: 'Charged over (negative: under)' },
    of: (f) => judged(f, minor(f.judged.stated - f.judged.agreed, f)),
  },
  { title: { zh: '退款及其他笔数', en: 'Refunds and others' }, of: (f) => String(f.others.lines) },
  { title: { zh: '退款及其他金额', en: 'Their amount' }, of: (f) => minor(f.others.amount, f) },
  { title: { zh: '其手续费(退回为负)', en: 'Their fees (negative: given back)' }, of: (f) => fine(f.others.fee, f) },
  { title: { zh: '单列费用', en: 'Fees as lines of their own' }, of: (f) => fine(ownCost(f), f) },
  {
    title: { zh: '手续费合计', en: 'Fees in all' },
    of: (f) => fine(f.payments.fee + f.others.fee + ownCost(f), f),
  },
];

/** Where no plan agrees a fee, nothing is said about it; a zero would say that nothing was agreed to be charged. */
const judged = (f: FeeTotal, text: string): string => (f.judged.lines === 0 ? '' : text);

/** A fee that is a line of its own lowers the account by its amount. */
function ownCost(f: FeeTotal): bigint {
  const { amount, fee }: Sum = f.rows;
  return fee - rescale({ value: amount, scale: exponentOf(f.currency) ?? 0 }, f.scale)!.value;
}

/** Percent with four decimals, half away from zero; nothing where nothing was turned over. */
function rate(fee: bigint, scale: number, amount: bigint, f: FeeTotal): string {
  if (amount <= 0n) return '';
  const exponent = exponentOf(f.currency) ?? 0;
  return scaledText(divideRounding(fee * 10n ** BigInt(6 + exponent), amount * 10n ** BigInt(scale)), 4);
}

/** Undefined when no bill has a payment to charge for. */
export function feesCsv(facts: PaperFacts, lang: Lang): string | undefined {
  if (facts.fees.length === 0) return undefined;
  const rows = [COLUMNS.map((c) => said(c.title[lang])), ...facts.fees.map((f) => COLUMNS.map((c) => c.of(f, lang)))];
  return BOM + rows.map((row) => `${row.join(',')}\r\n`).join('');
}
