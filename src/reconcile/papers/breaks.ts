/**
 * `breaks.xlsx`: what has to be worked on, what waits, what fits in several ways, and what was not used, one sheet each.
 * The columns and their order are a promise. Words come from the same tables as the report's.
 */
import { fill, type Lang, type Text } from '../../base/lang.ts';
import { CAUSES, REASONS, VERDICTS } from '../../verdicts/catalogue.ts';
import { channelName } from '../../verdicts/channels.ts';
import { CLASS_WORDS, JOINT_WORDS, OWNER_WORDS, PAGE_WORDS, RELEASE_WORDS } from '../report/words.ts';
import type { Break, Evidence, RefusedDocument, RejectedLine, Result } from '../result.ts';
import { fontOf, headerRow, line } from './look.ts';
import type { Cell, Sheet } from './workbook.ts';

/** A spreadsheet stays usable with this many rows; `result.json` holds the rest, and the sheet says so. */
export const MOST_ROWS = 50_000;
/** Lines of evidence named in one cell. */
const MOST_PLACES = 20;

const WORDS = {
  breaks: PAGE_WORDS.tab_breaks,
  open: PAGE_WORDS.tab_open,
  ambiguous: PAGE_WORDS.tab_ambiguous,
  unused: { zh: '未采用', en: 'Not used' },
  capped: {
    zh: '这里是前 {shown} 条,共 {total} 条;全部在 result.json 里。',
    en: 'These are the first {shown} of {total}; all are in result.json.',
  },
  document: { zh: '整份单据', en: 'whole document' },
  row: { zh: '一行', en: 'one line' },
} as const satisfies Record<string, Text>;

type Column<T> = Readonly<{ title: Text; width: number; of(item: T, lang: Lang): Cell }>;

const text = (value: string | undefined, wrap = false): Cell =>
  value === undefined || value === '' ? null : { text: value, ...(wrap && { wrap }) };
const date = (value: string | undefined): Cell => (value === undefined ? null : { date: value });

/** Every table of breaks has these, in this order. */
export const BREAK_COLUMNS: readonly Column<Break>[] = [
  { title: PAGE_WORDS.id, width: 27, of: (b) => text(b.id) },
  { title: PAGE_WORDS.class, width: 15, of: (b, lang) => text(CLASS_WORDS[b.class].label[lang]) },
  { title: PAGE_WORDS.joint, width: 16, of: (b, lang) => text(JOINT_WORDS[b.joint].label[lang]) },
  { title: PAGE_WORDS.verdict, width: 18, of: (b, lang) => text(VERDICTS[b.verdict].title[lang]) },
  { title: PAGE_WORDS.release, width: 14, of: (b, lang) => text(RELEASE_WORDS[b.release][lang]) },
  { title: PAGE_WORDS.cause, width: 12, of: (b, lang) => text(CAUSES[b.cause][lang]) },
  { title: PAGE_WORDS.reason, width: 22, of: (b, lang) => text(REASONS[b.reason][lang]) },
  { title: PAGE_WORDS.channel, width: 12, of: (b, lang) => text(b.channel && channelName(b.channel, lang)) },
  { title: PAGE_WORDS.account, width: 20, of: (b) => text(b.account) },
  { title: PAGE_WORDS.business_on, width: 12, of: (b) => date(b.businessOn) },
  { title: PAGE_WORDS.difference, width: 16, of: (b) => ({ amount: b.difference.amount }) },
  { title: PAGE_WORDS.at_stake, width: 16, of: (b) => ({ amount: b.amount.amount }) },
  { title: PAGE_WORDS.currency, width: 7, of: (b) => text(b.difference.currency) },
  { title: { zh: '商户订单号', en: 'Order no.' }, width: 30, of: (b) => text(refs(b, 'order'), true) },
  { title: { zh: '渠道单号', en: 'Channel no.' }, width: 32, of: (b) => text(refs(b, 'channel_trade'), true) },
  { title: { zh: '批次号', en: 'Batch no.' }, width: 22, of: (b) => text(refs(b, 'batch'), true) },
  { title: { zh: '银行流水号', en: 'Bank ref.' }, width: 22, of: (b) => text(refs(b, 'bank_ref'), true) },
  { title: { zh: '出处(文件:行)', en: 'Source (file:line)' }, width: 46, of: (b) => text(places(b), true) },
  { title: PAGE_WORDS.what, width: 60, of: (b, lang) => text(b.says[lang], true) },
  {
    title: PAGE_WORDS.next,
    width: 44,
    of: (b, lang) =>
      text(
        steps(b, (n) => n.text[lang]),
        true,
      ),
  },
  {
    title: { zh: '谁处理', en: 'Owner' },
    width: 12,
    of: (b, lang) =>
      text(
        steps(b, (n) => OWNER_WORDS[n.owner][lang]),
        true,
      ),
  },
  // One step, as nearly always: a date that can be sorted. Several: their dates as text, in the order of the steps.
  {
    title: { zh: '最迟', en: 'By' },
    width: 12,
    of: (b) =>
      b.next.length === 1
        ? date(b.next[0]!.by)
        : text(
            steps(b, (n) => n.by ?? '—'),
            true,
          ),
  },
];

const lines = (b: Break): Evidence[] => [...b.ours, ...b.theirs];
const steps = (b: Break, of: (n: Break['next'][number]) => string): string => b.next.map(of).join('\n');

function refs(b: Break, kind: string): string {
  const found = new Set(lines(b).flatMap((e) => e.refs[kind] ?? []));
  return [...found].slice(0, MOST_PLACES).join('\n');
}

/** Where the lines stand; a batch that no document states stands nowhere. */
function places(b: Break): string {
  const named = lines(b).flatMap((e) => (e.file === '' ? [] : [e.line === undefined ? e.file : `${e.file}:${e.line}`]));
  const rest = named.length - MOST_PLACES;
  return [...named.slice(0, MOST_PLACES), ...(rest > 0 ? [`… +${rest}`] : [])].join('\n');
}

/** A refused document or a rejected line, under one set of columns. */
type Unused = RefusedDocument | RejectedLine;
const isLine = (u: Unused): u is RejectedLine => 'line' in u;

const UNUSED_COLUMNS: readonly Column<Unused>[] = [
  { title: { zh: '范围', en: 'What' }, width: 16, of: (u, lang) => text(WORDS[isLine(u) ? 'row' : 'document'][lang]) },
  { title: { zh: '单据', en: 'Document' }, width: 50, of: (u) => text(u.file, true) },
  { title: { zh: '行', en: 'Line' }, width: 10, of: (u) => (isLine(u) ? { count: u.line } : null) },
  { title: { zh: '列', en: 'Column' }, width: 20, of: (u) => (isLine(u) ? text(u.column) : null) },
  { title: { zh: '原值', en: 'Value' }, width: 30, of: (u) => (isLine(u) ? text(u.value, true) : null) },
  { title: { zh: '代码', en: 'Code' }, width: 22, of: (u) => text(u.code) },
  { title: { zh: '原因', en: 'Why' }, width: 60, of: (u, lang) => text(u.says[lang], true) },
  {
    title: { zh: '怎么办', en: 'Remedy' },
    width: 60,
    of: (u, lang) => (isLine(u) ? null : text(u.remedy[lang], true)),
  },
];

export function breaksWorkbook(result: Result, lang: Lang): { sheets: readonly Sheet[]; font: string } {
  const list = (key: 'breaks' | 'open' | 'ambiguous'): Sheet =>
    sheetOf(WORDS[key][lang], BREAK_COLUMNS, result[key], lang);
  const unused = sheetOf(WORDS.unused[lang], UNUSED_COLUMNS, [...result.refused, ...result.rejected], lang);
  return { sheets: [list('breaks'), list('open'), list('ambiguous'), unused], font: fontOf(lang) };
}

export function sheetOf<T>(
  name: string,
  columns: readonly Column<T>[],
  items: readonly T[],
  lang: Lang,
  most = MOST_ROWS,
): Sheet {
  const shown = items.slice(0, most);
  const rows = shown.map((item) => columns.map((c) => c.of(item, lang)));
  const note = fill(WORDS.capped[lang], { shown: shown.length, total: items.length });
  return {
    name,
    widths: columns.map((c) => c.width),
    rows: [
      headerRow(columns.map((c) => c.title[lang])),
      ...rows,
      ...(rows.length < items.length ? [[line(note)]] : []),
    ],
    headerRows: 1,
    filterTo: 1 + rows.length,
  };
}
