/**
 * Plans: a merchant's settlement terms with one channel. This file owns their shape, the defaults per channel, and which
 * plan is in force. A plan is frozen plain data and says nothing about any payment; `load.ts` reads plans.yaml.
 */
import { CHINA } from '../base/time.ts';
import type { CalendarId } from './calendar.ts';

/**
 * When money is due: `T` counts working days of a calendar, `D` calendar days; `stated` leaves the dates to the channel's
 * own report. `cutoff` (`HH:MM`, `24:00` = midnight) ends the channel's day in `zone`.
 */
export type Settle = Readonly<{ cutoff: string; zone: string }> &
  Readonly<{ cycle: 'T'; days: number; calendar: CalendarId } | { cycle: 'D'; days: number } | { cycle: 'stated' }>;

export type Fee = Readonly<{
  /** Parts per million: 0.60 % = 6000. */
  ppm: number;
  /** Where the channel rounds: each row, or the sum of a day. */
  rounding: 'row' | 'day';
  /** The only currency the fee is agreed for; absent = any. */
  currency?: string;
  /** Bounds of the fee of one payment, minor units of `currency`. */
  min?: bigint;
  max?: bigint;
}>;

export type Plan = Readonly<{
  channel: string;
  /** The merchant number it is for; absent = every one of the channel. */
  account?: string;
  /** The first business date it is in force; absent = always. */
  from?: Temporal.PlainDate;
  settle: Settle;
  fee?: Fee;
  /** Where the money arrives; absent = any account. */
  bankAccount?: string;
  /** How the channel appears on a bank statement: any of these within the counterparty or the text. */
  bankNames: readonly string[];
  /** Days an unmatched line near the cut-off waits for its partner before it becomes a break. */
  carryDays: number;
  /** How near to the cut-off that is. */
  cutoffMarginMinutes: number;
  /** Calendar days after the promise in which a bank credit is not yet late. */
  valueWindowDays: number;
  /** How far apart order and channel line may lie when only amount and place tie them. */
  matchWindowMinutes: number;
}>;

const WINDOWS = { carryDays: 3, cutoffMarginMinutes: 30, valueWindowDays: 2, matchWindowMinutes: 15 } as const;

const NEXT_WORKDAY: Settle = { cycle: 'T', days: 1, calendar: 'CN', cutoff: '24:00', zone: CHINA };
/** UnionPay's settlement day runs from 23:00 to 23:00. */
const CLOSES_AT_23: Settle = { ...NEXT_WORKDAY, cutoff: '23:00' };
const STATED: Settle = { cycle: 'stated', cutoff: '24:00', zone: 'UTC' };

const DEFAULTS: Readonly<Record<string, Pick<Plan, 'settle' | 'bankNames'>>> = {
  wechatpay: { settle: NEXT_WORKDAY, bankNames: ['财付通', '腾讯', '微信支付', 'TENPAY'] },
  alipay: { settle: NEXT_WORKDAY, bankNames: ['支付宝', 'ALIPAY', '蚂蚁'] },
  lakala: { settle: NEXT_WORKDAY, bankNames: ['拉卡拉', 'LAKALA'] },
  unionpay: { settle: CLOSES_AT_23, bankNames: ['银联', 'UNIONPAY', '银联商务'] },
  stripe: { settle: STATED, bankNames: ['STRIPE'] },
  adyen: { settle: STATED, bankNames: ['ADYEN'] },
  paypal: { settle: STATED, bankNames: ['PAYPAL'] },
};

/** The channels that have a default of their own; any other settles T+1 on the Chinese calendar under its own name. */
export const PLANNED_CHANNELS: readonly string[] = Object.keys(DEFAULTS);

export function defaultPlan(channel: string): Plan {
  const { settle, bankNames } = (Object.hasOwn(DEFAULTS, channel) ? DEFAULTS[channel] : undefined) ?? {
    settle: NEXT_WORKDAY,
    bankNames: [channel],
  };
  return freeze({ channel, settle, bankNames, ...WINDOWS });
}

/**
 * The plan in force for an account on a business date: a plan for the account before one for the whole channel, and of
 * these the one that took effect last. None: the channel's default.
 */
export function planFor(
  plans: readonly Plan[],
  channel: string,
  account: string | undefined,
  on: Temporal.PlainDate,
): Plan {
  const inForce = plans.filter(
    (p) =>
      p.channel === channel &&
      (p.account === undefined || p.account === account) &&
      (p.from === undefined || Temporal.PlainDate.compare(p.from, on) <= 0),
  );
  return inForce.reduce<Plan | undefined>(moreSpecific, undefined) ?? defaultPlan(channel);
}

function moreSpecific(a: Plan | undefined, b: Plan): Plan {
  if (a === undefined) return b;
  if ((a.account === undefined) !== (b.account === undefined)) return a.account === undefined ? b : a;
  if (b.from === undefined) return a;
  return a.from === undefined || Temporal.PlainDate.compare(a.from, b.from) < 0 ? b : a;
}

export function freeze(plan: Plan): Plan {
  Object.freeze(plan.settle);
  Object.freeze(plan.bankNames);
  if (plan.fee) Object.freeze(plan.fee);
  return Object.freeze(plan);
}
