/**
 * Damages a document in many ways and says which of them got through. Sound means: refused with a reason from the catalogue,
 * nothing of it left in the table of lines. One engine serves all, as in a run over many files.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DaozhangError, type ErrorCode } from '../../src/base/errors.ts';
import { CHINA } from '../../src/base/time.ts';
import { openEngine } from '../../src/files/engine.ts';
import { ingest } from '../../src/files/ingest.ts';
import { inputOf, workspace } from '../../src/files/open.ts';
import { detect } from '../../src/files/registry.ts';
import { type Bill, bytesOf, columnsOf } from './bills.ts';
import { read } from './reading.ts';

export type Damage = Readonly<{ what: string; bytes: Uint8Array }>;

/** The codes that say "this document is refused". */
const REFUSALS: readonly ErrorCode[] = [
  ...(['file.check_failed', 'file.bad_rows', 'file.cut', 'file.encoding'] as const),
  ...(['file.layout', 'file.corrupt', 'file.unknown_format', 'file.empty'] as const),
];

/** Reads every damaged document. Gives those that were not refused, and how often each code was the answer. */
export async function survivors(
  damages: Iterable<Damage>,
): Promise<{ survived: string[]; tried: number; codes: Map<string, number> }> {
  const space = await workspace();
  const engine = await openEngine({ temp: space.path, folders: [], threads: 1 });
  const survived: string[] = [];
  const codes = new Map<string, number>();
  let tried = 0;
  try {
    for (const { what, bytes } of damages) {
      tried += 1;
      try {
        const input = await inputOf(bytes, space, CHINA);
        const { lines, rejected } = await ingest(engine, input, detect(input), { doc: tried, scratch: space.next });
        survived.push(`${what}: ${lines} lines, ${rejected.length} rejected`);
      } catch (error) {
        const code = error instanceof DaozhangError ? error.code : undefined;
        if (!code || !REFUSALS.includes(code)) survived.push(`${what}: ${String(error)}`);
        codes.set(String(code), (codes.get(String(code)) ?? 0) + 1);
        const { n } = await engine.one<{ n: bigint }>('select count(*) as n from lines');
        if (n !== 0n) survived.push(`${what}: refused, but ${n} lines stayed`);
      }
      await engine.run('delete from few_lines');
    }
  } finally {
    engine.close();
    await space.remove();
  }
  return { survived, tried, codes };
}

const other = (digit: string): string => String((Number(digit) + 1) % 10);

const withCell = (bill: Bill, row: number, column: number, cell: string): Uint8Array =>
  bytesOf(
    bill,
    bill.rows.map((cells, r) => (r === row ? cells.map((c, i) => (i === column ? cell : c)) : cells)),
  );

/** LONG=1: every digit of every cell. Otherwise one digit of every cell, the first, the second … from row to row. */
const LONG = process.env.LONG === '1';

/** A digit of each cell of these columns becomes another one, one at a time. */
export function* flippedDigits(
  bill: Bill,
  columns: readonly string[],
  only: (cells: readonly string[]) => boolean = () => true,
): Generator<Damage> {
  for (const column of columnsOf(bill, columns)) {
    for (const [row, cells] of bill.rows.entries()) {
      if (!only(cells)) continue;
      const cell = cells[column]!;
      const digits = [...cell.matchAll(/\d/g)].map((m) => m.index);
      for (const i of LONG ? digits : [digits[row % digits.length]!]) {
        const changed = cell.slice(0, i) + other(cell[i]!) + cell.slice(i + 1);
        yield { what: `${column}/${row}: ${cell} → ${changed}`, bytes: withCell(bill, row, column, changed) };
      }
    }
  }
}

/** Every amount that is not zero changes its sign. */
export function* changedSigns(bill: Bill, columns: readonly string[]): Generator<Damage> {
  for (const column of columnsOf(bill, columns)) {
    for (const [row, cells] of bill.rows.entries()) {
      const cell = cells[column]!;
      if (!/[1-9]/.test(cell)) continue;
      const changed = cell.startsWith('-') ? cell.slice(1) : `-${cell}`;
      yield { what: `${column}/${row}: ${cell} → ${changed}`, bytes: withCell(bill, row, column, changed) };
    }
  }
}

/** A digit of each control figure behind the rows, one at a time; the time of export is none. */
export function* flippedFigures(bill: Bill): Generator<Damage> {
  for (const [line, text] of bill.after.entries()) {
    if (/导出时间/.test(text)) continue;
    for (const { index, 0: digit } of text.matchAll(/\d/g)) {
      const changed = text.slice(0, index) + other(digit) + text.slice(index + 1);
      yield { what: changed, bytes: bytesOf({ ...bill, after: bill.after.with(line, changed) }) };
    }
  }
}

export function* lostAndRepeatedRows(bill: Bill): Generator<Damage> {
  for (const row of bill.rows.keys()) {
    yield { what: `row ${row} is gone`, bytes: bytesOf(bill, bill.rows.toSpliced(row, 1)) };
    yield { what: `row ${row} stands twice`, bytes: bytesOf(bill, bill.rows.toSpliced(row, 0, bill.rows[row]!)) };
  }
}

/** How many cuts there are. */
export const CUTS = LONG ? 100 : 20;

/** F27: the file ends at every hundredth; at every fifth one in the default run. */
export function* cuts(bytes: Uint8Array): Generator<Damage> {
  for (let percent = 0; percent < 100; percent += 100 / CUTS) {
    yield { what: `cut at ${percent} %`, bytes: bytes.subarray(0, Math.floor((bytes.length * percent) / 100)) };
  }
}

/**
 * LONG=1: all. Otherwise so many, spread evenly, so that every column and every part of the file has its share: a document costs 50 to 100
 * ms. No whole step, which would take every second damage, and of rows that are lost and repeated in turn only the lost.
 */
const ENOUGH = 16;
export function some(damages: Iterable<Damage>): readonly Damage[] {
  const all = [...damages];
  if (LONG || all.length <= ENOUGH) return all;
  return Array.from({ length: ENOUGH }, (_, k) => all[Math.floor((k * all.length) / ENOUGH)]!);
}

/** A bill of twenty sound rows, each of `damages` and those every bill must withstand: whatever is changed, it is refused whole. */
export function refusesDamage(
  bill: Bill,
  format: string,
  damages: ReadonlyArray<readonly [what: string, damages: () => Iterable<Damage>]>,
): void {
  test('the bill that is damaged below is sound', async () => {
    const reading = await read(bytesOf(bill));
    assert.deepEqual([reading.format, reading.lines.length, reading.rejected], [format, 20, []]);
  });
  for (const [what, of] of [
    ...damages,
    ['a changed digit of a control figure', () => flippedFigures(bill)],
    ['a lost or repeated row', () => lostAndRepeatedRows(bill)],
    ['F27 a cut', () => cuts(bytesOf(bill))],
  ] as const) {
    test(`${what} is refused, whole`, async () => {
      const { survived, tried } = await survivors(some(of()));
      assert.deepEqual(survived, []);
      assert.ok(tried >= 10, `only ${tried} tried`);
    });
  }
}
