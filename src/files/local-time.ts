/**
 * Local times that a change of the clocks leaves open (F41): one that the clocks skipped, or showed twice. They are taken, always
 * the same way, and told: in a gap as that much later, in a repeated hour as the second one. The engine's time zone data reads so,
 * and what is read row by row does the same. A document that states offsets leaves nothing open; a zone that keeps its clocks costs
 * nothing.
 */
import type { Text } from '../base/lang.ts';
import { type Micros, microsOf } from '../base/time.ts';
import { quote } from './engine.ts';
import type { TableQuery } from './format.ts';

/** Local times from `from` to before `to` that are no instant (`gap`) or two (`repeat`). */
type ClockChange = Readonly<{
  kind: 'gap' | 'repeat';
  from: Temporal.PlainDateTime;
  to: Temporal.PlainDateTime;
}>;

/** No document here is older. */
const SINCE = Temporal.PlainDate.from('1992-01-01');

const changing = new Map<string, boolean>();

/** False for zones such as Asia/Shanghai, whose clocks have not changed since 1991. */
export function changesClocks(zone: string): boolean {
  let known = changing.get(zone);
  if (known === undefined) {
    known = SINCE.toZonedDateTime(zone).getTimeZoneTransition('next') !== null;
    changing.set(zone, known);
  }
  return known;
}

/** The changes of a zone's clocks that touch these days. */
export function clockChanges(zone: string, first: Temporal.PlainDate, last: Temporal.PlainDate): ClockChange[] {
  const changes: ClockChange[] = [];
  const end = last.add({ days: 1 }).toZonedDateTime(zone);
  let at = first.subtract({ days: 1 }).toZonedDateTime(zone).getTimeZoneTransition('next');
  while (at !== null && Temporal.ZonedDateTime.compare(at, end) <= 0) {
    const before = at.subtract({ nanoseconds: 1 }).offsetNanoseconds;
    const after = at.toPlainDateTime();
    const kept = after.add({ nanoseconds: before - at.offsetNanoseconds });
    if (before < at.offsetNanoseconds) changes.push({ kind: 'gap', from: kept, to: after });
    if (before > at.offsetNanoseconds) changes.push({ kind: 'repeat', from: after, to: kept });
    at = at.getTimeZoneTransition('next');
  }
  return changes;
}

function noteOf(change: ClockChange, zone: string, lines: bigint): Text {
  const minute = { smallestUnit: 'minute' } as const;
  const from = change.from.toString(minute).replace('T', ' ');
  const to = change.to.toPlainTime().toString(minute);
  return change.kind === 'gap'
    ? {
        en: `${lines} line(s) state a local time that ${zone} did not have (${from} to ${to}, clocks forward); it was read as that much later`,
        zh: `有 ${lines} 行的当地时间在 ${zone} 并不存在(${from} 至 ${to},时钟拨快),按顺延读取`,
      }
    : {
        en: `${lines} line(s) state a local time that ${zone} had twice (${from} to ${to}, clocks back); it was read as the second one`,
        zh: `有 ${lines} 行的当地时间在 ${zone} 出现两次(${from} 至 ${to},时钟拨慢),按第二次读取`,
      };
}

// ---------------------------------------------------------------- documents that DuckDB reads

/** The let that keeps the local time (a TIMESTAMP, NULL where an offset stands) for `openTimes`; none where no clock changes. */
export const localLet = (sql: string, zone: string): Readonly<Record<string, string>> =>
  changesClocks(zone) ? { l_local: sql } : {};

/** Notes on the local times of a document whose lets have `localLet`. */
export async function openTimes(zone: string, query: TableQuery): Promise<Text[]> {
  if (!changesClocks(zone)) return [];
  const days = await query('select min(l_local)::date::varchar, max(l_local)::date::varchar from cells');
  const [first, last] = days.map((day) => (day === null ? undefined : Temporal.PlainDate.from(String(day))));
  const notes: Text[] = [];
  for (const change of first && last ? clockChanges(zone, first, last) : []) {
    const stamp = (at: Temporal.PlainDateTime): string => `timestamp ${quote(at.toString().replace('T', ' '))}`;
    const [lines] = await query(`select count(*) from cells c where l_local >= ${stamp(change.from)}
      and l_local < ${stamp(change.to)} and exists (select 1 from these t where t.row_no = c.row_no)`);
    if (BigInt(lines ?? 0) > 0n) notes.push(noteOf(change, zone, BigInt(lines!)));
  }
  return notes;
}

// ---------------------------------------------------------------- documents that are walked

/** Reads local times of a zone, and knows afterwards which were open. */
export type LocalClock = Readonly<{ at(local: Temporal.PlainDateTime): Micros; notes(): Text[] }>;

export function localClock(zone: string): LocalClock {
  const read = (local: Temporal.PlainDateTime): Micros =>
    microsOf(local.toZonedDateTime(zone, { disambiguation: 'later' }).toInstant());
  if (!changesClocks(zone)) return { at: read, notes: () => [] };
  const years = new Map<number, ClockChange[]>();
  const seen = new Map<ClockChange, bigint>();
  const changesOf = (year: number): ClockChange[] => {
    const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
    const changes = years.get(year) ?? clockChanges(zone, first, first.add({ years: 1 }).subtract({ days: 1 }));
    years.set(year, changes);
    return changes;
  };
  const { compare } = Temporal.PlainDateTime;
  return {
    at: (local) => {
      const open = changesOf(local.year).find((c) => compare(c.from, local) <= 0 && compare(local, c.to) < 0);
      if (open) seen.set(open, (seen.get(open) ?? 0n) + 1n);
      return read(local);
    },
    notes: () =>
      [...seen].sort(([a], [b]) => compare(a.from, b.from)).map(([change, lines]) => noteOf(change, zone, lines)),
  };
}
