/**
 * Finding columns by what they are called. Sources write the same header with full- or half-width parentheses, with or
 * without the unit, with blanks or a TAB behind it; SQL still refers to the column by the name as it stands in the document.
 */

import { ident, quote } from '../engine.ts';

/** `收入金额（+元）`, `收入金额 (+元)` and `收入金额` are the same name. */
const nameKey = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .replace(/\([^()]*\)$/, '');

/**
 * A figure as lets: `l_<name>` (or another letter) its integer at a scale, by way of `w_<name>`, which nearly every cell answers. Two
 * lets, because inside a case the engine computes the same again wherever it is named. What is written exactly has no blanks around
 * it, so the text without them is taken of the other cells only.
 */
export function figureLets(letter: string, name: string, column: string, scale: number): Record<string, string> {
  const figure = `${letter}_${name}`;
  // Named once, as a text takes a while to plan; in the branch, as a let would be computed for every row.
  const patient = `list_transform([dz_text(${column})], lambda cell: dz_scaled(cell, ${scale}))[1]`;
  if (scale < 2 || scale > 5) return { [figure]: patient };
  const written = ident(`w_${name}`);
  const finer = scale > 2 ? ` * ${10 ** (scale - 2)}` : '';
  return {
    [`w_${name}`]: `dz_as_written_2(${column})`,
    [figure]: `case when ${written} is not null then ${written}${finer} else ${patient} end`,
  };
}

/**
 * An amount column: `t_<name>` its text and `l_<name>` its hundredths. Most cells of a bill are 0.00, and recognising those is ten
 * times cheaper than reading them. Empty is NULL, or 0 where the source writes nothing for nothing.
 */
export const amountLets = (name: string, text: string, empty: 'null' | '0' = 'null'): Record<string, string> => {
  const [cell, written] = [ident(`t_${name}`), ident(`w_${name}`)];
  return {
    [`t_${name}`]: text,
    [`w_${name}`]: `case when ${cell} in ('0.00', '0') then 0::bigint else dz_as_written_2(${cell}) end`,
    [`l_${name}`]: `case when ${written} is not null then ${written} when ${cell} is null then ${empty} else dz_scaled(${cell}, 2) end`,
  };
};

/**
 * A time as instant and as day. `clock` is the let `dz_clock(text)`: read once where the cell is plain local time, as nearly all
 * are.
 */
export const timeSql = (clock: string, text: string, zone: string): { at: string; on: string } => ({
  at: `case when ${clock} is null then dz_at(${text}, ${quote(zone)}) else dz_local(${clock}, ${quote(zone)}) end`,
  on: `case when ${clock} is null then dz_day(${text}, ${quote(zone)}) else ${clock}::date end`,
});

/** The document's own name of the first of these columns it has. */
export function columnOf(columns: readonly string[], ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = columns.find((column) => nameKey(column) === nameKey(name));
    if (found !== undefined) return found;
  }
  return undefined;
}
