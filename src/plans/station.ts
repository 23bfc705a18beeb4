/**
 * The promise of a station: when a person may look and should see it. Pure, for money that comes in and money that goes back.
 *
 * | station | in | out |
 * |---|---|---|
 * | cleared | the channel's bill of the day is there | the same |
 * | settled | the end of the day on which the plan has it due | the same: a refund is taken off the batch of its day |
 * | paid_out | that day too; nothing where the merchant draws the money himself | nothing: nobody publishes it |
 * | credited | that day too | the end of the last day in which the customer has it, by what had been paid with |
 *
 * `at` is never before the payment. What stands against certainty (a year the calendar does not know, a minimum payout, money to be
 * shared, a refund of which nobody says where it went) makes it `assumed`. No rule, no promise.
 */
import type { Text } from '../base/lang.ts';
import { endOfDay, instantOf, microsIn, microsOf } from '../base/time.ts';
import type { Lag, Plan } from './plan.ts';
import { after, type Day, dayAt, promise } from './promise.ts';
import { FUNDINGS, REFUNDS } from './refunds.ts';

export type StationPromise = Readonly<{
  at: Temporal.Instant;
  on: Temporal.PlainDate;
  assumed: boolean;
  rule: Text;
}>;

/** What is promised for: `out` is a refund, `capturedAt` then the moment from which the channel calls it done. */
export type Payable = Readonly<{
  direction: 'in' | 'out';
  capturedAt: Temporal.Instant;
  /** The business date of the source, where one has been seen. */
  businessOn?: Temporal.PlainDate | undefined;
  /** What the customer paid with. */
  funding?: 'balance' | 'debit_card' | 'credit_card' | 'bank_account' | undefined;
}>;

export function promiseOf(
  payment: Payable,
  station: 'cleared' | 'settled' | 'paid_out' | 'credited',
  plan: Plan,
): StationPromise | undefined {
  if (station === 'cleared') return cleared(payment, plan);
  if (payment.direction === 'in' || station === 'settled') return settled(payment, station, plan);
  return station === 'credited' ? refunded(payment, plan) : undefined;
}

function cleared({ capturedAt, businessOn }: Payable, plan: Plan): StationPromise | undefined {
  const ready = plan.billReadyAt;
  if (ready === undefined) return undefined;
  const day = dayAt(microsOf(capturedAt), plan.settle.cutoff, ready.zone);
  return once(plan, 'cleared', day, businessOn, () => {
    const billOn = laterOf(businessOn, day.on);
    const on = billOn.add({ days: 1 });
    const at = instantOf(microsIn(on.toPlainDateTime(Temporal.PlainTime.from(ready.time)), ready.zone));
    return promised(at, on, false, {
      en: `the channel’s bill of ${billOn} can be had from ${ready.time} of the next day (${ready.zone})`,
      zh: `渠道 ${billOn} 的账单,次日 ${ready.time}(${ready.zone})起可取`,
    });
  });
}

function settled(
  { capturedAt, businessOn }: Payable,
  station: 'settled' | 'paid_out' | 'credited',
  plan: Plan,
): StationPromise | undefined {
  if (plan.payout === 'manual' && station !== 'settled') return undefined;
  const { cutoff, zone } = plan.settle;
  const day = dayAt(microsOf(capturedAt), cutoff, zone);
  const waits = plan.minPayout !== undefined && station !== 'settled';
  return once(plan, waits ? 'waits' : 'settled', day, businessOn, () => {
    const due = promise(laterOf(businessOn, day.on), undefined, plan);
    if (due === undefined) return undefined;
    const at = instantOf(endOfDay(due.dueOn, zone));
    return promised(at, due.dueOn, due.assumed || waits, ruleOf(plan, due.settleOn));
  });
}

function refunded({ capturedAt, funding }: Payable, plan: Plan): StationPromise | undefined {
  const lags = Object.hasOwn(REFUNDS, plan.channel) ? REFUNDS[plan.channel]! : {};
  const { zone } = plan.settle;
  const day = dayAt(microsOf(capturedAt), '24:00', zone);
  return once(plan, funding ?? 'any', day, undefined, () => {
    // Where nobody says what was paid with, the slowest way is the promise, and it is marked so.
    const [last] = (funding === undefined ? FUNDINGS : [funding])
      .flatMap((way) => lags[way] ?? [])
      .map((lag) => ({ lag, ...after(lag, day.on, plan.years) }))
      .sort((a, b) => Temporal.PlainDate.compare(b.on, a.on));
    if (last === undefined) return undefined;
    const said = lagText(last.lag);
    return promised(instantOf(endOfDay(last.on, zone)), last.on, funding === undefined || !last.certain, {
      en: `a refund reaches the customer ${last.lag.days === 0 ? 'the same day' : `within ${said.en}`}`,
      zh: `退款${last.lag.days === 0 ? '当日' : `在 ${said.zh}内`}退回顾客`,
    });
  });
}

/** Promises are the same for a whole day: they are kept beside the plan and the day, and go with them. */
const kept = new WeakMap<Plan, WeakMap<Day, Map<string, StationPromise | undefined>>>();

function once(
  plan: Plan,
  what: string,
  day: Day,
  businessOn: Temporal.PlainDate | undefined,
  find: () => StationPromise | undefined,
): StationPromise | undefined {
  const ofPlan = kept.get(plan) ?? new WeakMap<Day, Map<string, StationPromise | undefined>>();
  kept.set(plan, ofPlan);
  const ofDay = ofPlan.get(day) ?? new Map<string, StationPromise | undefined>();
  ofPlan.set(day, ofDay);
  const name = businessOn === undefined ? what : `${what} ${businessOn}`;
  if (!ofDay.has(name)) ofDay.set(name, find());
  return ofDay.get(name);
}

const laterOf = (a: Temporal.PlainDate | undefined, b: Temporal.PlainDate): Temporal.PlainDate =>
  a !== undefined && Temporal.PlainDate.compare(a, b) > 0 ? a : b;

const promised = (at: Temporal.Instant, on: Temporal.PlainDate, assumed: boolean, rule: Text): StationPromise =>
  Object.freeze({ at, on, assumed, rule: Object.freeze(rule) });

function lagText(lag: Lag): Text {
  if (lag.cycle === 'D') return { en: `${lag.days} calendar days`, zh: `${lag.days} 个自然日` };
  return { en: `${lag.days} working days (${lag.calendar})`, zh: `${lag.days} 个工作日(${lag.calendar} 日历)` };
}

/** The rule of a plan in words: `T+1 (CN) after the settle day 2026-11-20, which closes at 24:00 Asia/Shanghai`. */
function ruleOf(plan: Plan, settleOn: Temporal.PlainDate): Text {
  const { settle } = plan;
  if (settle.cycle === 'stated') return { en: 'the channel’s report states the dates', zh: '日期以渠道报告为准' };
  const lag = 'after' in settle ? settle.after : settle;
  const name = `${lag.cycle}+${lag.days}${lag.cycle === 'T' ? ` (${lag.calendar})` : ''}`;
  const period =
    settle.cycle === 'weekly'
      ? { en: ' after the week closes', zh: '(每周结账后)' }
      : settle.cycle === 'monthly'
        ? { en: ' after the month’s closing day', zh: '(每月结账日后)' }
        : { en: '', zh: '' };
  const more: Text[] = [];
  if (plan.holds?.freezeDays !== undefined) {
    const days = plan.holds.freezeDays;
    more.push({ en: `frozen for sharing up to ${days} days`, zh: `分账冻结最长 ${days} 天` });
  }
  if (plan.holds?.reserve !== undefined) {
    const { days } = plan.holds.reserve;
    more.push({ en: `a reserve follows ${days} days later`, zh: `保证金部分另晚 ${days} 天` });
  }
  if (plan.minPayout !== undefined) {
    more.push({ en: 'a batch below the minimum payout waits', zh: '低于起付金额的批次顺延' });
  }
  return {
    en: [
      `${name}${period.en}, settle day ${settleOn} closing ${settle.cutoff} ${settle.zone}`,
      ...more.map((t) => t.en),
    ].join('; '),
    zh: [`${name}${period.zh},结算日 ${settleOn},${settle.cutoff} 日切(${settle.zone})`, ...more.map((t) => t.zh)].join(
      ';',
    ),
  };
}
