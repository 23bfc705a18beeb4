/**
 * When money is due: which settle day a payment falls in, and the date its money should stand in the bank. Pure.
 *
 * 1. A settle day runs from the cut-off of the day before to its own cut-off, in the plan's zone, and bears the date on
 *    which it closes. A payment at the cut-off or after it belongs to the next day.
 * 2. The cut-off only ever moves a payment to a later day. Where the source books it on a later business date than the
 *    cut-off gives (a clearing file's own day), the source is right.
 * 3. T+n is the nth working day after the settle day; T+0 is the settle day, or the first working day after it.
 *    D+n counts calendar days. So the settle days Friday, Saturday and Sunday of T+1 are three batches due on one Monday.
 * 4. Weekly and monthly: the settle days up to a closing day are one batch, due so many days after the closing day.
 * 5. Where money waits to be shared, the days count from the day on which it is free at the latest: an upper bound, `assumed`.
 * 6. A plan that leaves the dates to the report (`stated`) promises nothing here.
 * 7. A date the calendar does not know is `assumed`, never silently certain.
 */
import { dateIn, endOfDay, type Micros, microsIn } from '../base/time.ts';
import { calendarOf, knows } from './calendar.ts';
import type { Lag, Plan } from './plan.ts';

type Promised = Readonly<{
  settleOn: Temporal.PlainDate;
  dueOn: Temporal.PlainDate;
  /** The calendar has no certain knowledge of these dates (no make-up days, no moved holidays), or they are an upper bound. */
  assumed: boolean;
}>;

/** `occurredAt` decides the settle day by the cut-off; without it the source's business date stands. */
export function promise(
  businessOn: Temporal.PlainDate,
  occurredAt: Micros | undefined,
  plan: Plan,
): Promised | undefined {
  const byCutoff = occurredAt === undefined ? businessOn : settleDay(occurredAt, plan);
  return due(Temporal.PlainDate.compare(byCutoff, businessOn) > 0 ? byCutoff : businessOn, plan);
}

function due(settleOn: Temporal.PlainDate, plan: Plan): Promised | undefined {
  const { settle, years } = plan;
  if (settle.cycle === 'stated') return undefined;
  const freezeDays = plan.holds?.freezeDays ?? 0;
  const free = settleOn.add({ days: freezeDays });
  const lag = 'after' in settle ? settle.after : settle;
  const { on: dueOn, certain } = after(lag, closingDay(free, plan), years, settle.freeDays === 'next');
  return Object.freeze({ settleOn, dueOn, assumed: freezeDays > 0 || !certain });
}

const FRIDAY = 5;
const MONDAY_AFTER = 8;
/** Until when a bank may still show it: banks post on working days, and what ends on a weekend ends on Monday (`lastDay` of `reconcile/bank.ts`). */
export function windowEnd(dueOn: Temporal.PlainDate, windowDays: number): Temporal.PlainDate {
  const on = dueOn.add({ days: windowDays });
  return on.dayOfWeek > FRIDAY ? on.add({ days: MONDAY_AFTER - on.dayOfWeek }) : on;
}

/** The date so many days after another, and whether the calendar is certain of it. `rolled`: a free day is a part of the next working day. */
export function after(
  lag: Lag,
  on: Temporal.PlainDate,
  years: Plan['years'],
  rolled = false,
): Readonly<{ on: Temporal.PlainDate; certain: boolean }> {
  if (lag.cycle === 'D') return { on: on.add({ days: lag.days }), certain: true };
  const calendar = calendarOf(lag.calendar, years);
  const from = rolled ? calendar.nextWorkday(on) : on;
  const dueOn = calendar.nextWorkday(calendar.addWorkdays(from, lag.days));
  return { on: dueOn, certain: knows(calendar, on, dueOn) };
}

/** The day a settle day's batch closes, where it is not the settle day's own. What waits to be shared belongs to the period it is free in. */
const batchDay = (settleOn: Temporal.PlainDate, plan: Plan): Temporal.PlainDate =>
  'closes' in plan.settle ? closingDay(settleOn.add({ days: plan.holds?.freezeDays ?? 0 }), plan) : settleOn;

/** The day on which the batch of a settle day closes: the day itself, or the next closing day of its week or month. */
export function closingDay(settleOn: Temporal.PlainDate, { settle }: Plan): Temporal.PlainDate {
  if (!('closes' in settle)) return settleOn;
  let day = settleOn;
  while (!closesOn(day, settle.cycle, settle.closes)) day = day.add({ days: 1 });
  return day;
}

function closesOn(on: Temporal.PlainDate, cycle: 'weekly' | 'monthly', closes: readonly number[]): boolean {
  if (cycle === 'weekly') return closes.includes(on.dayOfWeek);
  // A closing day that the month does not have is its last one.
  return closes.some((day) => on.day === Math.min(day, on.daysInMonth));
}

/** The settle day an instant falls in. */
export const settleDay = (at: Micros, { settle }: Plan): Temporal.PlainDate => dayAt(at, settle.cutoff, settle.zone).on;

/** A day from one cut-off to the next: `opensAt <= at < closesAt`. The same day is the same object while it is kept. */
export type Day = Readonly<{ on: Temporal.PlainDate; opensAt: Micros; closesAt: Micros }>;

const DAY_MICROS = 86_400_000_000n;
/** Time zones are slow to ask, and payments of a day ask the same again and again: its days are kept, by cut-off and zone. */
const days = new Map<string, Map<bigint, Day[]>>();
const MOST_KEPT = 20_000;
let keptDays = 0;

export function dayAt(at: Micros, cutoff: string, zone: string): Day {
  const name = `${cutoff} ${zone}`;
  const index = at / DAY_MICROS;
  const found = days
    .get(name)
    ?.get(index)
    ?.find((day) => at >= day.opensAt && at < day.closesAt);
  if (found !== undefined) return found;
  const on = findDay(at, cutoff, zone);
  const opensAt = cutAt(on.subtract({ days: 1 }), cutoff, zone);
  const day = Object.freeze({ on, opensAt, closesAt: cutAt(on, cutoff, zone) });
  if (keptDays++ >= MOST_KEPT) {
    days.clear();
    keptDays = 0;
  }
  const known = days.get(name) ?? new Map<bigint, Day[]>();
  days.set(name, known);
  known.set(index, [...(known.get(index) ?? []), day]);
  return day;
}

/** The loops run at most once: they see to a clock change at the cut-off itself. */
function findDay(at: Micros, cutoff: string, zone: string): Temporal.PlainDate {
  let day = dateIn(at, zone);
  while (at >= cutAt(day, cutoff, zone)) day = day.add({ days: 1 });
  while (at < cutAt(day.subtract({ days: 1 }), cutoff, zone)) day = day.subtract({ days: 1 });
  return day;
}

/**
 * The instant a settle day closes, as the first instant that no longer belongs to it. A cut-off that the clock skips is
 * read later, one that comes twice is taken the first time, so the days stay in order through a clock change.
 */
export const closesAt = (settleOn: Temporal.PlainDate, { settle }: Plan): Micros =>
  cutAt(settleOn, settle.cutoff, settle.zone);

function cutAt(on: Temporal.PlainDate, cutoff: string, zone: string): Micros {
  if (cutoff === '24:00') return endOfDay(on, zone);
  return microsIn(on.toPlainDateTime(Temporal.PlainTime.from(cutoff)), zone);
}

/** A row of the table by which SQL finds settle day and due date: `opens_at <= occurred_at < closes_at`. */
export type DueRow = Promised &
  Readonly<{
    /** When the batch of the settle day closes (`closingDay`). */
    batchOn: Temporal.PlainDate;
    opensAt: Micros;
    closesAt: Micros;
  }>;

/**
 * Every settle day of a span, both ends included. `planOn` gives the plan in force on a date, so a change of terms falls
 * on its day; days under a `stated` plan have no row. The settle day of a line in SQL is rule 2:
 * `greatest(business_on, the settle_on whose span holds occurred_at)`.
 */
export function dueTable(
  planOn: (on: Temporal.PlainDate) => Plan,
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
): readonly DueRow[] {
  const rows: DueRow[] = [];
  const before = from.subtract({ days: 1 });
  let opensAt = closesAt(before, planOn(before));
  for (let on = from; Temporal.PlainDate.compare(on, to) <= 0; on = on.add({ days: 1 })) {
    const plan = planOn(on);
    const promised = due(on, plan);
    const closes = closesAt(on, plan);
    if (promised) rows.push(Object.freeze({ ...promised, batchOn: batchDay(on, plan), opensAt, closesAt: closes }));
    opensAt = closes;
  }
  return rows;
}
