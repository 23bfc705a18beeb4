/**
 * Breaks as a table for spreadsheets: UTF-8 with BOM (without it Excel reads Chinese as noise), RFC 4180, CRLF. The columns
 * and their order are a promise; the same result gives the same bytes.
 *
 * A cell that a stranger can write must never run as a formula (F36): text that begins like one gets an apostrophe in front.
 * So does a long or zero-led number that is a name and no amount (accounts): a spreadsheet would show 2.09E+15 and lose the
 * end. Amounts are columns of their own, so a negative one stays a plain number.
 */
import type { Lang, Text } from '../../base/lang.ts';
import { CAUSES, REASONS, VERDICTS } from '../../verdicts/catalogue.ts';
import { channelName } from '../../verdicts/channels.ts';
import type { Break, Evidence, Result } from '../result.ts';
import { textOf } from './summary.ts';
import {
  BATCH_KIND_WORDS,
  CLASS_WORDS,
  CUSTODY_WORDS,
  JOINT_WORDS,
  KIND_WORDS,
  OWNER_WORDS,
  PAGE_WORDS,
  REF_WORDS,
  RELEASE_WORDS,
  STATUS_WORDS,
  wordOr,
} from './words.ts';

export const BOM = '\ufeff';

/** What a spreadsheet may take for the beginning of a formula, also after blanks and invisible characters, also full width. */
const FORMULA =
  /^[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]/;

/** A spreadsheet keeps 11 digits as they are and 15 at all; zeros in front it drops. */
const LONG_NUMBER = /^(0\d+|\d{12,})$/;

/** Text that stays text in a spreadsheet: what would run, or be read as a number, stands behind an apostrophe. */
export function inertText(text: string): string {
  return FORMULA.test(text) || /^[\t\r\n]/.test(text) || LONG_NUMBER.test(text) ? `'${text}` : text;
}

/** RFC 4180: quotes only where they are needed, doubled inside. */
export function quoted(cell: string): string {
  return /[",\r\n;\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

type Cell = Readonly<{ number: string } | { text: string }>;
const number = (value: string | number): Cell => ({ number: String(value) });
const text = (value: string | undefined): Cell => ({ text: value ?? '' });

/** A number column holds what the result holds and nothing else; anything that is no plain number is treated as text. */
function written(cell: Cell): string {
  if ('number' in cell && /^-?\d+(\.\d+)?$/.test(cell.number)) return cell.number;
  return quoted(inertText('number' in cell ? cell.number : cell.text));
}

type Column = Readonly<{ title: Text; of(b: Break, lang: Lang): Cell }>;

const COLUMNS: readonly Column[] = [
  { title: PAGE_WORDS.id, of: (b) => text(b.id) },
  { title: { zh: '类别代码', en: 'Class code' }, of: (b) => text(b.class) },
  { title: PAGE_WORDS.class, of: (b, lang) => text(CLASS_WORDS[b.class].label[lang]) },
  { title: { zh: '发现', en: 'Finding' }, of: (b) => text(b.finding) },
  { title: PAGE_WORDS.joint, of: (b, lang) => text(JOINT_WORDS[b.joint].label[lang]) },
  { title: PAGE_WORDS.channel, of: (b, lang) => text(b.channel && channelName(b.channel, lang)) },
  { title: PAGE_WORDS.account, of: (b) => text(b.account) },
  { title: PAGE_WORDS.date, of: (b) => text(b.businessOn) },
  { title: PAGE_WORDS.currency, of: (b) => text(b.difference.currency) },
  { title: PAGE_WORDS.difference, of: (b) => number(b.difference.amount) },
  { title: PAGE_WORDS.at_stake, of: (b) => number(b.amount.amount) },
  { title: { zh: '结论代码', en: 'Verdict code' }, of: (b) => text(b.verdict) },
  { title: PAGE_WORDS.verdict, of: (b, lang) => text(VERDICTS[b.verdict].title[lang]) },
  { title: PAGE_WORDS.release, of: (b, lang) => text(RELEASE_WORDS[b.release][lang]) },
  { title: PAGE_WORDS.cause, of: (b, lang) => text(CAUSES[b.cause][lang]) },
  { title: PAGE_WORDS.reason, of: (b, lang) => text(REASONS[b.reason][lang]) },
  { title: PAGE_WORDS.custody, of: (b, lang) => text(CUSTODY_WORDS[b.custody][lang]) },
  { title: PAGE_WORDS.promise, of: (b) => text(b.promise) },
  { title: PAGE_WORDS.what, of: (b, lang) => text(b.says[lang]) },
  { title: PAGE_WORDS.next, of: (b, lang) => text(nextSteps(b, lang)) },
  { title: { zh: '我方行数', en: 'Our lines' }, of: (b) => number(b.counts.ours) },
  { title: { zh: '对方行数', en: 'Their lines' }, of: (b) => number(b.counts.theirs) },
  ...sideColumns('ours', { zh: '我方', en: 'Ours' }),
  ...sideColumns('theirs', { zh: '对方', en: 'Theirs' }),
  {
    title: { zh: '候选', en: 'Candidates' },
    of: (b, lang) => text(joined(b.candidates, (e) => `${where(e)} ${refs(e, lang)}`)),
  },
];

/** The evidence of one side; several lines stand in one cell, one below the other. */
function sideColumns(side: 'ours' | 'theirs', name: Text): Column[] {
  const title = (what: Text): Text => ({ zh: `${name.zh}·${what.zh}`, en: `${name.en}: ${what.en}` });
  const column = (what: Text, of: (e: Evidence, lang: Lang) => string): Column => ({
    title: title(what),
    of: (b, lang) => text(joined(b[side], (e) => of(e, lang))),
  });
  return [
    { title: title({ zh: '金额', en: 'amount' }), of: (b) => amountCell(b[side]) },
    column({ zh: '单号', en: 'references' }, refs),
    column({ zh: '内容', en: 'kind' }, kind),
    column({ zh: '时间', en: 'time' }, (e) => e.occurredAt ?? e.businessOn ?? ''),
    column({ zh: '交易对手', en: 'party' }, (e) => e.party ?? ''),
    column({ zh: '摘要', en: 'text' }, textOf),
    column({ zh: '出处', en: 'source' }, where),
    column({ zh: '单据 SHA-256', en: 'document SHA-256' }, (e) => e.sha256),
  ];
}

/** One line: its amount as a number. Several: each amount with its currency, as text. */
function amountCell(lines: readonly Evidence[]): Cell {
  const [only] = lines;
  if (only === undefined) return text('');
  if (lines.length === 1) return number(only.money.amount);
  return text(joined(lines, (e) => `${e.money.currency} ${e.money.amount}`));
}

const joined = <T>(list: readonly T[], of: (item: T) => string): string => list.map(of).join('\n').trimEnd();

function where(e: Evidence): string {
  return e.line === undefined ? e.file : `${e.file}:${e.line}`;
}

function refs(e: Evidence, lang: Lang): string {
  const named = Object.entries(e.refs).map(([name, value]) => `${wordOr(REF_WORDS, name)[lang]} ${value}`);
  return named.join('; ');
}

function kind(e: Evidence, lang: Lang): string {
  const status = e.status === undefined ? '' : ` ${wordOr(STATUS_WORDS, e.status)[lang]}`;
  return `${wordOr(e.role === 'batch' ? BATCH_KIND_WORDS : KIND_WORDS, e.kind)[lang]}${status}`;
}

function nextSteps(b: Break, lang: Lang): string {
  return joined(b.next, (n) => `${OWNER_WORDS[n.owner][lang]}${n.by === undefined ? '' : ` ${n.by}`}: ${n.text[lang]}`);
}

const lineOf = (cells: readonly Cell[]): string => `${cells.map(written).join(',')}\r\n`;

/** The first line; `more` stands after the columns of every such table. */
export const csvHead = (lang: Lang, more: readonly Text[] = []): string =>
  BOM + lineOf([...COLUMNS.map((c) => c.title), ...more].map((title) => text(title[lang])));

export const csvLine = (b: Break, lang: Lang, more: readonly string[] = []): string =>
  lineOf([...COLUMNS.map((c) => c.of(b, lang)), ...more.map(text)]);

const csv = (items: readonly Break[], lang: Lang): string =>
  csvHead(lang) + items.map((b) => csvLine(b, lang)).join('');

/** Every break, in the order of the result. */
export const breaksCsv = (result: Result, lang: Lang): string => csv(result.breaks, lang);

/** What waits, then what fits in several ways: the same columns, so that the tables can be put under each other. */
export const openCsv = (result: Result, lang: Lang): string => csv([...result.open, ...result.ambiguous], lang);
