/**
 * What a plan would mean, before it is agreed: one payment with its fee and its days, and a month with the day each day's money comes.
 * Pure; the same functions that promise and expect in earnest. Cost: a look at each day of the month and of what leads up to it.
 */
import type { Text } from '../base/lang.ts';
import { decimalText, divideRounding, type Money, money, scaledText } from '../base/money.ts';
import { calendarOf, knows } from './calendar.ts';
import { expectedFee, rateFor, reserveOf } from './fee.ts';
import type { Card, Lag, Plan } from './plan.ts';
import { dueTable } from './promise.ts';
import { promiseOf, type StationPromise } from './station.ts';
import { rateText } from './write.ts';

export type Sample = Readonly<{ amount: Money; at: Temporal.Instant; card: Card | undefined }>;

type PaymentPreview = Readonly<{
  /** Absent: the plan tells no fee of such a payment. */
  fee?: Money;
  /** How it is computed. */
  arithmetic?: Text;
  /** Kept back for a while. */
  reserve?: Money;
  /** What comes to the bank. */
  net?: Money;
  bill?: StationPromise;
  /** Absent: the plan leaves the day to the channel or to the merchant. */
  credited?: StationPromise;
}>;

export function previewPayment(plan: Plan, { amount, at, card }: Sample): PaymentPreview {
  const payable = { direction: 'in', capturedAt: at } as const;
  const bill = promiseOf(payable, 'cleared', plan);
  const credited = promiseOf(payable, 'credited', plan);
  const days = { ...(bill && { bill }), ...(credited && { credited }) };
  const exact = expectedFee(amount.minor, amount.currency, plan, card);
  if (exact === undefined) return days;
  const exponent = decimalText(0n, amount.currency).split('.')[1]?.length ?? 0;
  const fee = money(divideRounding(exact.value, 10n ** BigInt(exact.scale - exponent)), amount.currency);
  const kept = reserveOf(amount.minor, plan);
  return {
    ...days,
    fee,
    arithmetic: arithmeticOf(plan, amount, card, fee),
    ...(kept > 0n && { reserve: money(kept, amount.currency) }),
    net: money(amount.minor - fee.minor - kept, amount.currency),
  };
}

function arithmeticOf(plan: Plan, { minor, currency }: Money, card: Card | undefined, fee: Money): Text {
  const rate = rateFor(plan.fee!, minor, card)!;
  const text = (value: bigint): string => decimalText(value, currency);
  const exponent = text(0n).split('.')[1]?.length ?? 0;
  // Parts per million of minor units, without the zeros at its end.
  const exact = scaledText(minor * BigInt(rate.ppm), exponent + 6)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
  const fixed = rate.fixed === undefined ? '' : ` + ${text(rate.fixed)}`;
  const percent = rateText(rate.ppm).replace(/(\.\d\d)(\d*?)0+%$/, '$1$2%');
  const line = `${text(minor)} × ${percent}${fixed} = ${fixed === '' ? exact : '…'}`;
  const least = rate.min === undefined ? undefined : text(rate.min);
  const most = rate.max === undefined ? undefined : text(rate.max);
  const is = text(fee.minor);
  return {
    zh: `${line}${least ? `,最低 ${least}` : ''}${most ? `,封顶 ${most}` : ''} → ${is}`,
    en: `${line}${least ? `, at least ${least}` : ''}${most ? `, at most ${most}` : ''} → ${is}`,
  };
}

type DayPreview = Readonly<{
  on: Temporal.PlainDate;
  /** Nobody works on it; undefined where the plan counts no working days. */
  free: boolean | undefined;
  /** The calendar knows the day. */
  certain: boolean;
  /** When the money taken on this day comes. */
  dueOn?: Temporal.PlainDate;
  /** The days whose money comes on this one. */
  brings: readonly Temporal.PlainDate[];
}>;

const MOST_LOOK_BACK = 420;

export function previewMonth(plan: Plan, month: Temporal.PlainYearMonth): readonly DayPreview[] {
  const first = month.toPlainDate({ day: 1 });
  const last = first.add({ months: 1 }).subtract({ days: 1 });
  const lag = lagOf(plan);
  const calendar = lag?.cycle === 'T' ? calendarOf(lag.calendar, plan.years) : undefined;
  const back = Math.min(MOST_LOOK_BACK, 45 + 2 * (lag?.days ?? 0) + (plan.holds?.freezeDays ?? 0));
  const rows = plan.payout === 'manual' ? [] : dueTable(() => plan, first.subtract({ days: back }), last);
  const dueBy = new Map(rows.map((row) => [row.settleOn.toString(), row.dueOn]));
  const brings = Map.groupBy(rows, (row) => row.dueOn.toString());
  return Array.from({ length: last.day }, (_, i) => {
    const on = first.add({ days: i });
    const dueOn = dueBy.get(on.toString());
    return {
      on,
      free: calendar === undefined ? undefined : !calendar.isWorkday(on),
      certain: calendar === undefined || knows(calendar, on, on),
      ...(dueOn && { dueOn }),
      brings: (brings.get(on.toString()) ?? []).map((row) => row.settleOn),
    };
  });
}

function lagOf({ settle }: Plan): Lag | undefined {
  if (settle.cycle === 'stated') return undefined;
  return 'after' in settle ? settle.after : settle;
}
