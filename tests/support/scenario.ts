/**
 * Scenario tables: a story in domain words, one fact a line, read into the facts the documents are made of. The words are
 * explained in tests/scenarios/README.md.
 *
 * A line is a word, then what it is about, then options `name value`. Text with blanks stands in "quotes".
 */
import { parseMoney } from '../../src/base/money.ts';

export type Row = Readonly<{
  what: string;
  /** Line in the file, from 1. */
  at: number;
  args: readonly string[];
  options: Readonly<Record<string, string>>;
  /** Date in force when the line was read. */
  day: Temporal.PlainDate;
}>;

/** One reconciliation: what was given to it, and what it must say. */
export type Run = Readonly<{ rows: readonly Row[]; expect: readonly Row[] }>;

/** A story; after the line `next run` another reconciliation takes up what the one before left open. */
export type Scenario = Readonly<{ file: string; name: string; text: string; runs: readonly Run[] }>;

const FIRST_DAY = '2026-11-19';

/** Options that take a value; the rest of a line's words are its arguments. */
const OPTIONS = new Set(
  `tx fee mch sub no of store terminal number attempt first on file ref text value account rate settle cutoff from to as every times
   discount wallet since calendar terms`.split(/\s+/),
);
const FLAGS = new Set(['revoked', 'undoes']);

export function readScenarios(file: string, content: string): Scenario[] {
  const scenarios: { name: string; lines: string[]; runs: { rows: Row[]; expect: Row[] }[] }[] = [];
  let day = Temporal.PlainDate.from(FIRST_DAY);
  for (const [i, line] of content.split('\n').entries()) {
    const words = wordsOf(line);
    const [what, ...rest] = words;
    if (what === undefined) continue;
    if (what === 'scenario') {
      day = Temporal.PlainDate.from(FIRST_DAY);
      scenarios.push({
        name: line.replace(/^scenario\s+/, '').trim(),
        lines: [line],
        runs: [{ rows: [], expect: [] }],
      });
      continue;
    }
    const current = scenarios.at(-1);
    if (!current) throw new Error(`${file}:${i + 1}: a line before the first scenario`);
    current.lines.push(line);
    if (what === 'next') {
      current.runs.push({ rows: [], expect: [] });
      continue;
    }
    if (what === 'day') {
      day = Temporal.PlainDate.from(rest[0]!);
      continue;
    }
    for (const row of repeated({ what, at: i + 1, day, ...optionsOf(rest) })) {
      const run = current.runs.at(-1)!;
      (what === 'expect' ? run.expect : run.rows).push(row);
    }
  }
  return scenarios.map(({ name, lines, runs }) => ({ file, name, text: lines.join('\n').trimEnd(), runs }));
}

/** Words by blanks; what stands in quotes is one word; `#` at the start of a word begins a remark. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/(^|\s)# .*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2]!);

function optionsOf(words: readonly string[]): Pick<Row, 'args' | 'options'> {
  const args: string[] = [];
  const options: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (FLAGS.has(word)) options[word] = 'yes';
    else if (OPTIONS.has(word) && i + 1 < words.length && i > 0) options[word] = words[++i]!;
    else args.push(word);
  }
  return { args, options };
}

/** `times 200 every 7s`: the row so often, `*` in its words being 1, 2, 3 … (or counted from `first`), its time moving on. */
function repeated(row: Row): Row[] {
  const { times, every, first, ...options } = row.options;
  if (times === undefined) return [row];
  const step = Number(/^(\d+)s$/.exec(every ?? '1s')![1]);
  return Array.from({ length: Number(times) }, (_, n) => {
    const numbered = (word: string): string => {
      if (/^\d\d:\d\d:\d\d$/.test(word))
        return Temporal.PlainTime.from(word)
          .add({ seconds: n * step })
          .toString();
      return word.replaceAll('*', String(Number(first ?? 1) + n));
    };
    const own = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, numbered(value)]));
    return { ...row, args: row.args.map(numbered), options: own };
  });
}

// ---------------------------------------------------------------- values

export const dateOf = (row: Row): Temporal.PlainDate =>
  row.options.on === undefined ? row.day : Temporal.PlainDate.from(row.options.on);

/** The first word that is a time of day, on the row's date. */
export function instantOf(row: Row): Temporal.PlainDateTime {
  const time = row.args.find((word) => /^\d\d:\d\d(:\d\d)?$/.test(word));
  return dateOf(row).toPlainDateTime(time ?? '12:00:00');
}

export const currencyOf = (row: Row): string => row.args.find((word) => /^[A-Z]{3}$/.test(word)) ?? 'CNY';

/** The first word that is an amount, signed, in minor units. */
export function amountOf(row: Row): bigint {
  const word = row.args.find((w) => /^-?\d+(\.\d+)?$/.test(w) && !/^\d{8,}$/.test(w));
  if (word === undefined) throw new Error(`line ${row.at}: no amount`);
  return parseMoney(word, currencyOf(row)).minor;
}

export const size = (x: bigint): bigint => (x < 0n ? -x : x);
