/**
 * What follows from a result and is shown in more than one place: sums, the headline, how late things are. Pure; the wall
 * clock is not asked, "today" is the result's `asOf`. Amounts stay decimal text of the scale the source gave (I3).
 */
import { fill, type Lang, type Text } from '../../base/lang.ts';
import { divideRounding, parseDecimal, rescale, scaledText } from '../../base/money.ts';
import { channelName } from '../../verdicts/channels.ts';
import type { Amount, Batch, Break, Evidence, FeeRow, Result } from '../result.ts';
import { type Age, CUSTODY_WORDS, JOINT_WORDS, PAGE_WORDS } from './words.ts';

/** Text of an amount the engine wrote; anything else in that place is a bug and shows as one. */
function exactly(text: string): { value: bigint; scale: number } {
  const d = parseDecimal(text);
  if (!d) throw new TypeError(`not an amount: ${text}`);
  return d;
}

/** The sum of decimal texts, at the finest scale among them. `[]` gives `0`. */
export function sumTexts(texts: readonly string[]): string {
  const all = texts.map(exactly);
  const scale = Math.max(0, ...all.map((d) => d.scale));
  return scaledText(
    all.reduce((sum, d) => sum + rescale(d, scale)!.value, 0n),
    scale,
  );
}

/** One sum per currency: yuan first, the others by their code. */
export function sumByCurrency(amounts: readonly Amount[]): Amount[] {
  const byCurrency = Map.groupBy(amounts, (a) => a.currency);
  return [...byCurrency]
    .map(([currency, list]) => ({ amount: sumTexts(list.map((a) => a.amount)), currency }))
    .sort((a, b) => byYuanFirst(a.currency, b.currency));
}

function byYuanFirst(a: string, b: string): number {
  if (a === b) return 0;
  if (a === 'CNY') return -1;
  if (b === 'CNY') return 1;
  return a < b ? -1 : 1;
}

/** Thousands in groups, the decimals as they are: `-1234567.50` → `-1,234,567.50`. */
export function grouped(text: string | number): string {
  const [whole, fraction] = String(text).split('.');
  const groups = whole!.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/**
 * `¥3,812.40` in Chinese; otherwise `3,812.40 CNY`, `12,000 JPY`. The sign ¥ stands for yuan in a Chinese text and for nothing
 * else, so no amount can be read in two ways.
 */
export function amountText({ amount, currency }: Amount, lang: Lang): string {
  if (lang !== 'zh' || currency !== 'CNY') return `${grouped(amount)}\u00a0${currency}`;
  return amount.startsWith('-') ? `-¥${grouped(amount.slice(1))}` : `¥${grouped(amount)}`;
}

/** The text of a line as its document has it; of a batch, what it is made of. */
export function textOf({ text, made }: Evidence, lang: Lang): string {
  if (!made) return text ?? '';
  const [gross, refunds, fees] = [made.gross, made.refunds, made.fees].map((a) => amountText(a, lang));
  return fill(PAGE_WORDS.batch_made[lang], {
    lines: grouped(made.lines),
    gross: gross!,
    refunds: refunds!,
    fees: fees!,
  });
}

/** Several currencies in a sentence. */
export function amountsText(amounts: readonly Amount[]): Text {
  const join = (lang: Lang, comma: string, and: string) => {
    const texts = amounts.map((a) => amountText(a, lang));
    return texts.length < 2 ? (texts[0] ?? '0') : `${texts.slice(0, -1).join(comma)}${and}${texts.at(-1)}`;
  };
  return { zh: join('zh', '、', ' 和 '), en: join('en', ', ', ' and ') };
}

/** A channel as people call it. */
export const channelText = (id: string): Text => ({ zh: channelName(id, 'zh'), en: channelName(id, 'en') });

const plural = (n: number, one: string, many: string): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** The run in one sentence that a person would say aloud. */
export function headline(result: Result): Text {
  const { orders, matched, breaks, open, ambiguous } = result.totals;
  if (breaks === 0 && open === 0 && ambiguous === 0 && orders > 0 && matched === orders) {
    return {
      zh: `${grouped(orders)} 笔订单的钱都对上了,没有差错。`,
      en: `All ${grouped(orders)} orders are matched with their money; there are no breaks.`,
    };
  }
  const lead = leadOf(result);
  const work = workOf(result);
  return { zh: `${lead.zh};${work.zh}。`, en: `${lead.en}; ${work.en}.` };
}

function leadOf({ totals, notCompared }: Result): Text {
  const { orders, matched, channelLines, bankLines } = totals;
  const bankAlone = channelLines === 0 && notCompared.some((n) => n.joint === 'bank');
  if (orders > 0 && matched <= orders) {
    return {
      zh: `${grouped(orders)} 笔订单里,${grouped(matched)} 笔钱已对上`,
      en: `${grouped(matched)} of ${plural(orders, 'order is', 'orders are')} matched with their money`,
    };
  }
  if (orders > 0) {
    return {
      zh: `${grouped(orders)} 笔订单,共对上 ${grouped(matched)} 行`,
      en: `${plural(orders, 'order', 'orders')}, ${plural(matched, 'line', 'lines')} matched`,
    };
  }
  if (channelLines + bankLines > 0 && !bankAlone) {
    return {
      zh: `没有订单,读了 ${grouped(channelLines)} 行渠道账单和 ${grouped(bankLines)} 行银行流水`,
      en: `No orders were given; ${plural(channelLines, 'channel line', 'channel lines')} and ${plural(bankLines, 'bank line', 'bank lines')} were read`,
    };
  }
  return { zh: '没有可以对的明细', en: 'There was nothing to compare' };
}

function workOf(result: Result): Text {
  const { breaks, open, ambiguous } = result.totals;
  const sum = amountsText(sumByCurrency(result.breaks.map((b) => b.amount)));
  const waits: Text[] = [];
  if (open > 0) waits.push({ zh: `${grouped(open)} 项在等`, en: plural(open, 'waits', 'wait') });
  if (ambiguous > 0) {
    waits.push({
      zh: `${grouped(ambiguous)} 组无法确定`,
      en: plural(ambiguous, 'set fits in several ways', 'sets fit in several ways'),
    });
  }
  if (breaks > 0) {
    return {
      zh: `${grouped(breaks)} 处差错,共 ${sum.zh} 需要处理`,
      en: `${plural(breaks, 'break', 'breaks')}, ${sum.en} in all, ${breaks === 1 ? 'needs' : 'need'} attention`,
    };
  }
  if (waits.length === 0) return { zh: '没有差错', en: 'there are no breaks' };
  return {
    zh: `没有差错,${waits.map((w) => w.zh).join(',')}`,
    en: `there are no breaks, but ${waits.map((w) => w.en).join(' and ')}`,
  };
}

/** Why the run is not the whole truth; nothing when it is. */
export function caveat(result: Result): Text | undefined {
  const notWritten = result.carry !== undefined && result.carry.left === undefined;
  const all = [unused(result), ...result.notCompared.map(notComparedText), notWritten ? NOT_WRITTEN : undefined];
  const said = all.filter((text) => text !== undefined);
  if (said.length === 0) return undefined;
  return { zh: said.map((text) => text.zh).join(''), en: said.map((text) => text.en).join(' ') };
}

const NOT_WRITTEN: Text = {
  zh: '当天的未达项没有写入,结转文件保持原样:备齐当天完好的单据后重新核对。',
  en: 'The open items of this day were not written: run it again with all its documents, each of them sound.',
};

const NOT_GIVEN = {
  order: { zh: '订单表', en: 'order book' },
  channel: { zh: '渠道账单', en: 'channel bill' },
  bank: { zh: '银行流水', en: 'bank statement' },
} as const satisfies Record<string, Text>;

function notComparedText({ joint, missing }: Result['notCompared'][number]): Text {
  const { label } = JOINT_WORDS[joint];
  return {
    zh: `${label.zh} 没有核对:没有提供${missing.map((m) => NOT_GIVEN[m].zh).join('、')}。`,
    en: `${label.en} was not compared: no ${missing.map((m) => NOT_GIVEN[m].en).join(' and no ')} was given.`,
  };
}

/** What of the documents was left out; nothing when all was used. */
export function unused(result: Result): Text | undefined {
  const refused = result.refused.length;
  const rejected = result.rejected.length;
  const zh: string[] = [];
  const en: string[] = [];
  if (refused > 0) {
    zh.push(`${grouped(refused)} 份单据`);
    en.push(plural(refused, 'document', 'documents'));
  }
  if (rejected > 0) {
    zh.push(`${grouped(rejected)} 行`);
    en.push(plural(rejected, 'line', 'lines'));
  }
  if (zh.length === 0) return undefined;
  const one = refused + rejected === 1;
  return {
    zh: `有 ${zh.join('、')}没有采用,结论只对已采用的部分成立。`,
    en: `${en.join(' and ')} ${one ? 'was' : 'were'} not used; the conclusions hold for the rest only.`,
  };
}

/** With `--carry`: what was taken up and what is left, and the later days that no longer stand on this one. */
export function carryText({ carry }: Result): Readonly<{ told: Text; stale?: Text }> | undefined {
  if (!carry) return undefined;
  const { from, taken, left, stale } = carry;
  const values = { from: from ?? '', taken: grouped(taken), left: grouped(left ?? 0) };
  const said = (key: keyof typeof PAGE_WORDS): Text => ({
    zh: fill(PAGE_WORDS[key].zh, { ...values, days: stale.join('、') }),
    en: fill(PAGE_WORDS[key].en, { ...values, days: stale.join(', ') }),
  });
  const before = said(from === undefined ? 'carried_first' : 'carried_from');
  const after = said(left === undefined ? 'carried_kept' : 'carried_left');
  return {
    told: { zh: `${before.zh},${after.zh}`, en: `${before.en}, ${after.en}` },
    ...(stale.length > 0 && { stale: said('stale_days') }),
  };
}

/** Days from a date to the result's day: positive when the date has passed, undefined when the result has no day. */
export function daysPast(on: string, asOf: string | undefined): number | undefined {
  if (asOf === undefined) return undefined;
  const day = Temporal.PlainDate.from(asOf.slice(0, 10));
  return Temporal.PlainDate.from(on.slice(0, 10)).until(day, { largestUnit: 'days' }).days;
}

function ageOf(on: string | undefined, asOf: string | undefined): Age {
  const days = on === undefined ? undefined : daysPast(on, asOf);
  if (days === undefined) return 'no_date';
  if (days <= 0) return 'not_due';
  if (days <= 3) return 'days_1_3';
  if (days <= 7) return 'days_4_7';
  return days <= 30 ? 'days_8_30' : 'days_31';
}

export type AgeRow = Readonly<{
  who: Text;
  currency: string;
  cells: Readonly<Partial<Record<Age, { amount: string; count: number }>>>;
  amount: string;
  count: number;
}>;

type Debt = Readonly<{ who: string; label: Text; money: Amount; age: Age }>;

/**
 * The ageing of what others owe. Batches that are not credited count with their net amount; of the items only those that are
 * not about such a batch, because a break at the bank joint and its batch are the same money.
 */
export function ageing(result: Result): AgeRow[] {
  const debts = [...result.batches.flatMap((b) => debtOfBatch(b, result.asOf)), ...itemDebts(result)];
  const rows = [...Map.groupBy(debts, (d) => `${d.who}\u001f${d.money.currency}`).values()].map(rowOf);
  return rows.sort((a, b) => byYuanFirst(a.currency, b.currency) || byLateness(a, b) || (a.who.en < b.who.en ? -1 : 1));
}

/** Money that has not come. Of a batch that was not checked nothing is said, and a short one did come. */
export const isOwed = ({ state }: Batch): boolean => state === 'late' || state === 'on_its_way' || state === 'returned';

function debtOfBatch(batch: Batch, asOf: string | undefined): Debt[] {
  if (!isOwed(batch)) return [];
  const label = channelText(batch.channel);
  return [{ who: batch.channel, label, money: batch.net, age: ageOf(batch.dueOn, asOf) }];
}

function itemDebts(result: Result): Debt[] {
  const owed = [...result.breaks, ...result.open].filter(
    (b) => b.joint !== 'bank' && (b.class.startsWith('batch_') || b.promise !== undefined),
  );
  return owed.map((b) => ({ ...debtorOf(b), money: b.amount, age: ageOf(b.promise, result.asOf) }));
}

function debtorOf(b: Break): { who: string; label: Text } {
  const atChannel = b.custody === 'channel' || b.custody === 'settlement' || b.custody === 'payout';
  if (atChannel && b.channel !== undefined) return { who: b.channel, label: channelText(b.channel) };
  return { who: `custody ${b.custody}`, label: CUSTODY_WORDS[b.custody] };
}

function rowOf(debts: readonly Debt[]): AgeRow {
  const total = (list: readonly Debt[]) => ({ amount: sumTexts(list.map((d) => d.money.amount)), count: list.length });
  const cells = Object.fromEntries([...Map.groupBy(debts, (d) => d.age)].map(([age, list]) => [age, total(list)]));
  return { who: debts[0]!.label, currency: debts[0]!.money.currency, cells, ...total(debts) };
}

/** Who is late with most stands first. */
function byLateness(a: AgeRow, b: AgeRow): number {
  const more = exactly(sumTexts([late(b), negated(late(a))])).value;
  return more > 0n ? 1 : more < 0n ? -1 : 0;
}

function late({ cells }: AgeRow): string {
  return sumTexts([cells.days_1_3, cells.days_4_7, cells.days_8_30, cells.days_31].map((cell) => cell?.amount ?? '0'));
}

/** A fee row with what is computed from it: the actual rate in percent, and what was charged beyond the agreement. */
export type FeeView = FeeRow & Readonly<{ rate?: string; over?: string }>;

export function feeView(row: FeeRow): FeeView {
  const gross = exactly(row.gross.amount);
  const stated = exactly(row.stated.amount);
  const scale = Math.max(gross.scale, stated.scale);
  const base = rescale(gross, scale)!.value;
  return {
    ...row,
    // Percent with three decimals, for people; nothing is computed from it.
    ...(base > 0n && { rate: scaledText(divideRounding(rescale(stated, scale)!.value * 100_000n, base), 3) }),
    ...(row.agreed !== undefined && { over: sumTexts([row.stated.amount, negated(row.agreed.amount)]) }),
  };
}

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);
