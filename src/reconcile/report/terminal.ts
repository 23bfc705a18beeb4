/**
 * The result in a terminal: the sentence first, then what was read, the proof, the largest breaks, what waits. Columns line up
 * in Chinese too; a table that is too wide loses its least important columns first. Text of strangers cannot steer the terminal.
 */
import type { Lang, Text } from '../../base/lang.ts';
import { type Tone, VERDICTS } from '../../verdicts/catalogue.ts';
import type { Break, DocumentResult, Proof, Result } from '../result.ts';
import {
  amountsText,
  amountText,
  carryText,
  caveat,
  daysPast,
  grouped,
  headline,
  sumByCurrency,
  sumTexts,
} from './summary.ts';
import { cutTo, padEnd, padStart, printable, widthOf } from './width.ts';
import { CLASS_WORDS, JOINT_WORDS, PAGE_WORDS, ROLE_WORDS, STATES } from './words.ts';

type TerminalOptions = Readonly<{
  colour: boolean;
  /** Cells of a line. */
  width: number;
  /** Where the report was written, when it was. */
  report?: string;
}>;

const LARGEST = 10;
const WAITING = 5;
/** Cells before the first column and between two. */
const GAP = 2;
/** Cells of an amount in a list. */
const AMOUNT = 16;

/** ANSI colour of a tone; the sign beside it says the same without colour. */
export const TONES: Readonly<Record<Tone, readonly [sign: string, colour: number]>> = {
  arrived: ['✓', 32],
  moving: ['→', 34],
  found: ['◎', 36],
  waiting: ['…', 90],
  late: ['!', 33],
  no: ['✗', 31],
  beware: ['!', 31],
};

type Pen = Readonly<{ lang: Lang; width: number; paint(code: number, text: string): string }>;
type Key = keyof typeof PAGE_WORDS;

/** The summary, ending with a line break. */
export function terminalSummary(result: Result, lang: Lang, options: TerminalOptions): string {
  const width = Math.max(40, options.width);
  const paint = (code: number, text: string): string => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const pen: Pen = { lang, width, paint };
  const blocks = [
    head(result, pen),
    documents(result, pen),
    proof(result, pen),
    breaks(result, pen),
    waiting(result, pen),
    carried(result, pen),
    options.report === undefined ? [] : [`${paint(1, word(pen, 't_report'))}  ${printable(options.report)}`],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

const word = (pen: Pen, key: Key, values: Readonly<Record<string, string | number>> = {}): string =>
  PAGE_WORDS[key][pen.lang].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );

const say = (pen: Pen, text: Text): string => printable(text[pen.lang]);

function head(result: Result, pen: Pen): string[] {
  const state = STATES[result.state];
  const [sign, colour] = TONES[state.tone];
  const period = result.from === undefined ? '' : `${span(result.from, result.to)} · `;
  const risk =
    result.atRisk.length === 0
      ? []
      : [`${word(pen, 'tile_risk')}  ${pen.paint(1, amountsText(result.atRisk)[pen.lang])}`];
  const said = caveat(result);
  return [
    `${pen.paint(colour, `${sign} ${state.label[pen.lang]}`)}  ${pen.paint(1, headline(result)[pen.lang])}`,
    ...(said ? [say(pen, said)] : []),
    ...(result.asOf === undefined
      ? []
      : [pen.paint(90, `${period}${word(pen, 'as_of')} ${result.asOf} · ${result.timezone}`)]),
    ...risk,
  ];
}

const span = (from: string, to: string | undefined): string =>
  to === undefined || to === from ? from : `${from} – ${to}`;

function documents(result: Result, pen: Pen): string[] {
  const refused = result.refused.flatMap((r) => [
    `  ${pen.paint(31, `✗ ${word(pen, 't_refused')}`)}  ${say(pen, r.says)}`,
    `    ${say(pen, r.remedy)}`,
  ]);
  if (result.documents.length + refused.length === 0) return [];
  const rows = result.documents.map((d) => [
    ROLE_WORDS[d.role][pen.lang],
    d.format,
    d.from === undefined ? '' : span(d.from, d.to),
    word(pen, d.lines === 1 ? 't_lines_one' : 't_lines', { n: grouped(d.lines) }),
    remark(d, pen),
    printable(d.file),
  ]);
  return [title(pen, 't_documents', result.documents.length), ...refused, ...columns(rows, [3], pen.width, [1, 2, 4])];
}

function remark(d: DocumentResult, pen: Pen): string {
  const parts = [];
  if (d.rejected > 0) parts.push(word(pen, 't_rejected', { n: grouped(d.rejected) }));
  if (d.repeated > 0) parts.push(word(pen, 't_repeated', { n: grouped(d.repeated) }));
  return parts.join(', ');
}

function proof(result: Result, pen: Pen): string[] {
  if (result.proof.length === 0) return [];
  const header = [
    '',
    word(pen, 'ours'),
    `− ${word(pen, 'theirs')}`,
    `= ${word(pen, 'difference')}`,
    word(pen, 'explained'),
    word(pen, 'residual'),
  ];
  const rows = result.proof.map((p) => [
    `${JOINT_WORDS[p.joint].label[pen.lang]} ${p.currency}`,
    grouped(p.ours.amount),
    grouped(p.theirs.amount),
    grouped(p.difference.amount),
    grouped(explained(p)),
    `${grouped(p.residual.amount)} ${/[1-9]/.test(p.residual.amount) ? '✗' : '✓'}`,
  ]);
  const [first, ...rest] = columns([header, ...rows], [1, 2, 3, 4, 5], pen.width, [4, 1, 2]);
  return [pen.paint(1, word(pen, 't_proof')), pen.paint(90, first!), ...rest];
}

const explained = (p: Proof): string => sumTexts([p.residual, ...Object.values(p.explained)].map((a) => a.amount));

function breaks(result: Result, pen: Pen): string[] {
  if (result.breaks.length === 0) return [];
  const shown = [...result.breaks].sort(byRank(result.breaks)).slice(0, LARGEST);
  const heading =
    shown.length < result.breaks.length
      ? pen.paint(1, word(pen, 't_largest', { shown: shown.length, total: grouped(result.breaks.length) }))
      : title(pen, 't_all_breaks', result.breaks.length);
  return [heading, ...shown.flatMap((b) => item(b, pen))];
}

/** Amounts of two currencies have no order: each currency gives its largest in turn. */
function byRank(list: readonly Break[]): (a: Break, b: Break) => number {
  const ranks = new Map<Break, number>();
  const seen = new Map<string, number>();
  for (const b of list) {
    const rank = seen.get(b.amount.currency) ?? 0;
    seen.set(b.amount.currency, rank + 1);
    ranks.set(b, rank);
  }
  return (a, b) => ranks.get(a)! - ranks.get(b)!;
}

/** One break: its amount, class and verdict; the sentence; where to look. */
function item(b: Break, pen: Pen): string[] {
  const verdict = VERDICTS[b.verdict];
  const [sign, colour] = TONES[verdict.tone];
  const amount = padStart(amountText(b.amount, pen.lang), AMOUNT);
  const label = `${sign} ${CLASS_WORDS[b.class].label[pen.lang]} · ${verdict.title[pen.lang]}`;
  const lines = [...b.ours, ...b.theirs].filter((e) => e.file !== '').slice(0, 2);
  const where = [b.id, ...lines.map((e) => printable(e.line === undefined ? e.file : `${e.file}:${e.line}`))].join(
    '  ',
  );
  return [
    `${pen.paint(1, amount)}  ${pen.paint(colour, cutTo(label, pen.width - AMOUNT - GAP))}`,
    `${' '.repeat(AMOUNT + GAP)}${cutTo(say(pen, b.says), pen.width - AMOUNT - GAP)}`,
    `${' '.repeat(AMOUNT + GAP)}${pen.paint(90, cutTo(where, pen.width - AMOUNT - GAP))}`,
  ];
}

function waiting(result: Result, pen: Pen): string[] {
  const lines: string[] = [];
  if (result.open.length > 0) {
    const sum = amountsText(sumByCurrency(result.open.map((b) => b.amount)))[pen.lang];
    lines.push(`${title(pen, 'tile_open', result.open.length)}  ${sum}`);
    for (const b of result.open.slice(0, WAITING)) lines.push(waitingLine(b, result, pen));
    if (result.open.length > WAITING)
      lines.push(`  … ${word(pen, 't_more', { n: grouped(result.open.length - WAITING) })}`);
  }
  if (result.ambiguous.length > 0) {
    const sum = amountsText(sumByCurrency(result.ambiguous.map((b) => b.amount)))[pen.lang];
    lines.push(`${title(pen, 'tile_ambiguous', result.ambiguous.length)}  ${sum}`);
  }
  return lines;
}

function carried(result: Result, pen: Pen): string[] {
  const said = carryText(result);
  if (!said) return [];
  const stale = said.stale ? [pen.paint(TONES.beware[1], `${TONES.beware[0]} ${say(pen, said.stale)}`)] : [];
  return [`${pen.paint(1, word(pen, 'carried_over'))}  ${say(pen, said.told)}`, ...stale];
}

function waitingLine(b: Break, result: Result, pen: Pen): string {
  const due = b.promise === undefined ? '' : `${b.promise} ${dueIn(b.promise, result, pen)}  `;
  const amount = padStart(amountText(b.amount, pen.lang), AMOUNT);
  const start = `${amount}  ${due}`;
  return `${pen.paint(1, amount)}  ${due}${cutTo(say(pen, b.says), Math.max(0, pen.width - widthOf(start)))}`;
}

function dueIn(promise: string, result: Result, pen: Pen): string {
  const days = daysPast(promise, result.asOf);
  if (days === undefined) return '';
  if (days === 0) return word(pen, 'due_today');
  const key = days > 0 ? 'days_late' : 'days_left';
  const n = Math.abs(days);
  return word(pen, n === 1 ? `${key}_one` : key, { n });
}

const title = (pen: Pen, key: Key, n: number): string => `${pen.paint(1, word(pen, key))} ${grouped(n)}`;

/**
 * Rows as aligned columns, those of `right` to the right. When they are wider than the terminal the columns of `lesser` go, in
 * that order; what is still too wide is cut at the end of the row.
 */
export function columns(
  rows: readonly (readonly string[])[],
  right: readonly number[],
  width: number,
  lesser: readonly number[] = [],
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  const total = (): number => widths.reduce((sum, w) => sum + (w > 0 ? w + GAP : 0), 0);
  for (const i of lesser) if (total() > width) widths[i] = 0;
  return rows.map((row) => {
    const cells = row.flatMap((cell, i) => {
      if (widths[i] === 0) return [];
      return [right.includes(i) ? padStart(cell, widths[i]!) : padEnd(cell, widths[i]!)];
    });
    return cutTo(`${' '.repeat(GAP)}${cells.join(' '.repeat(GAP))}`.trimEnd(), width);
  });
}
