/**
 * What a bank's table states about itself beside its balances: a row of sums under the columns, and labels above or below
 * (总收入, 期末余额, 总笔数), each against the movements.
 */
import type { Text } from '../../base/lang.ts';
import { decimalText } from '../../base/money.ts';
import type { Balance, Check } from '../format.ts';
import type { Row } from '../rows.ts';
import { minorOf } from './bank.ts';
import type { Doubt } from './bank-balance.ts';
import { blank, decimalOf, type Mark } from './bank-cells.ts';
import { type BankField, type BankHeader, currencyOf, type Label } from './bank-columns.ts';

/** What the movements of one currency add up to, by the column or direction the bank booked them under. */
export type Sums = { credits: bigint; debits: bigint; creditCount: bigint; debitCount: bigint };

export type Totals = Readonly<{ checks: readonly Check[]; doubts: readonly Doubt[]; notes: readonly Text[] }>;

/**
 * A row of sums under the columns it sums. A sum that does not agree refuses the document. It is held when both directions
 * disagree, nothing shows that the rows are `whole`, and no single change does it: neither a movement on the wrong side nor
 * the sides exchanged. Then rows are missing, as in an excerpt; the sums are rejected and a note says so.
 */
export function totalsOf(
  row: Row,
  header: BankHeader,
  sums: ReadonlyMap<string, Sums>,
  reading: Readonly<{ mark: Mark; card: boolean }>,
  whole: boolean,
): Totals {
  const label = row.cells.find((cell) => cell !== '') ?? '';
  const named = currencyOf(label.replace(/[合总累]计.*$/, ''));
  const currency = named ?? (sums.size === 1 ? [...sums.keys()][0]! : undefined);
  const sum = currency === undefined ? undefined : sums.get(currency);
  if (!sum || currency === undefined) {
    const en = `line ${row.row}: totals over several currencies, not checked`;
    return { checks: [], doubts: [], notes: [{ en, zh: `第 ${row.row} 行:多币种合计,未核对` }] };
  }
  const checks: Check[] = [];
  const gaps: bigint[] = [];
  const add = (field: BankField, actual: bigint): void => {
    const written = row.cells[header.at[field] ?? -1] ?? '';
    if (blank(written)) return;
    const column = header.cells[header.at[field]!]!;
    const read = minorOf(decimalOf(field === 'debit' ? written.replace(/^-/, '') : written, reading.mark), currency);
    if (typeof read === 'bigint') gaps.push(read - actual);
    checks.push({
      name: { en: `line ${row.row}: ${label} ${column}`, zh: `第 ${row.row} 行 ${label} ${column}` },
      expected: typeof read === 'bigint' ? decimalText(read, currency) : written,
      actual: decimalText(actual, currency),
      ok: read === actual,
    });
  };
  if (header.at.credit !== undefined && header.at.debit !== undefined) {
    add('credit', sum.credits);
    add('debit', sum.debits);
  } else if (header.at.flag === undefined) {
    const net = sum.credits - sum.debits;
    add('amount', reading.card ? -net : net);
  }
  const [credit, debit] = gaps;
  const exchanged = credit === sum.debits - sum.credits && debit === sum.credits - sum.debits;
  const excerpt =
    !whole &&
    gaps.length === 2 &&
    credit !== 0n &&
    debit !== 0n &&
    credit !== -debit! &&
    !exchanged &&
    sum.credits + sum.debits > 0n;
  if (!excerpt) return { checks, doubts: [], notes: [] };
  const note = {
    en: `line ${row.row}: neither total agrees with the rows, so rows are missing: an excerpt; only what is here is taken`,
    zh: `第 ${row.row} 行:收入、支出合计均与明细不符,说明缺行,是节选;只采用现有明细`,
  };
  const doubtful = (field: BankField): Doubt => {
    const index = header.at[field]!;
    const value = row.cells[index] ?? '';
    return { note, rejected: { row: row.row, at: row.at, column: header.cells[index]!, code: 'bad_value', value } };
  };
  return { checks: [], doubts: [doubtful('credit'), doubtful('debit')], notes: [note] };
}

/** What the lines above and below the table state. */
export function labelChecks(
  currency: string,
  sum: Sums,
  labels: Readonly<Partial<Record<Label, string>>>,
  mark: Mark,
  balances: Balance[],
): Check[] {
  const checks: Check[] = [];
  const amount = (label: Label): bigint | undefined => {
    const read = minorOf(decimalOf((labels[label] ?? '').replace(/[^\d.,+-]/g, ''), mark), currency);
    return typeof read === 'bigint' ? read : undefined;
  };
  const money = (en: string, zh: string, expected: bigint | undefined, actual: bigint): void => {
    if (expected === undefined) return;
    const text = (minor: bigint): string => decimalText(minor, currency);
    checks.push({ name: { en, zh }, expected: text(expected), actual: text(actual), ok: expected === actual });
  };
  const count = (label: Label, en: string, zh: string, actual: bigint): void => {
    const written = /\d+/.exec(labels[label] ?? '')?.[0];
    if (written === undefined) return;
    const expected = String(BigInt(written));
    checks.push({ name: { en, zh }, expected, actual: String(actual), ok: expected === String(actual) });
  };
  const size = (x: bigint | undefined): bigint | undefined => (x !== undefined && x < 0n ? -x : x);
  money('stated total of credits', '所附收入合计', size(amount('credits')), sum.credits);
  money('stated total of debits', '所附支出合计', size(amount('debits')), sum.debits);
  count('creditCount', 'stated number of credits', '所附收入笔数', sum.creditCount);
  count('debitCount', 'stated number of debits', '所附支出笔数', sum.debitCount);
  count('count', 'stated number of movements', '所附总笔数', sum.creditCount + sum.debitCount);
  const [running] = balances;
  const opening = amount('opening');
  const closing = amount('closing');
  const start = running?.opening ?? opening;
  if (balances.length === 1 && running?.opening !== undefined) {
    money('stated opening balance', '所附期初余额', opening, running.opening);
  }
  if (start !== undefined) money('stated closing balance', '所附期末余额', closing, start + sum.credits - sum.debits);
  if (!running && (opening !== undefined || closing !== undefined))
    balances.push({ account: '', currency, opening, closing });
  return checks;
}
