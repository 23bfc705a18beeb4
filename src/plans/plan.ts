/**
 * Plans: a merchant's settlement terms with one channel. This file owns their shape, the defaults per channel, and which
 * plan is in force. A plan is frozen plain data and says nothing about any payment; `load.ts` reads plans.yaml.
 */
import type { Money } from '../base/money.ts';
import { CHINA } from '../base/time.ts';
import type { CalendarYear } from './calendar.ts';

/** So many days after: `T` working days of a calendar, `D` calendar days. */
export type Lag = Readonly<{ cycle: 'T'; days: number; calendar: string } | { cycle: 'D'; days: number }>;

/**
 * When money is due. `T` and `D`: so many days after each settle day. `weekly`, `monthly`: the settle days up to a closing day
 * are one batch, due `after` it; `closes` are days of the week (Monday 1) or of the month (31 = the last). `stated` leaves the dates
 * to the channel's own report. `cutoff` (`HH:MM`, `24:00` = midnight) ends the channel's day in `zone`.
 */
export type Settle = Readonly<{
  cutoff: string;
  zone: string;
  /** What a free day is for a count of working days: a day like others, or a part of the next working day. Absent: the former. */
  freeDays?: 'next';
}> &
  Readonly<Lag | { cycle: 'weekly' | 'monthly'; closes: readonly number[]; after: Lag } | { cycle: 'stated' }>;

/** What pays, as far as a document tells. */
export const CARDS = ['debit', 'credit', 'wallet'] as const;
export type Card = (typeof CARDS)[number];

/** What one payment costs: a rate in parts per million (0.60 % = 6000), a fixed part, and bounds, in minor units of the fee's currency. */
export type Rate = Readonly<{ ppm: number; fixed?: bigint; min?: bigint; max?: bigint }>;

/** Another rate for what it names: a kind of card, payments of `from` and more. All that it names must be so. */
export type Tier = Rate & Readonly<{ card?: Card; from?: bigint }>;

export type Fee = Rate &
  Readonly<{
    /** Where the channel rounds: each row, or the sum of a day or of a batch. */
    rounding: 'row' | 'day' | 'batch';
    /** The only currency the fee is agreed for; absent = any. */
    currency?: string;
    /** First that fits, before the rate itself. */
    tiers?: readonly Tier[];
    /**
     * What the rate is applied to where the merchant funds a coupon: the whole order (`amount`), or what is left of it for the merchant.
     * Absent: the latter.
     */
    base?: 'amount';
  }>;

/**
 * What a month costs beside its payments, on the condition of its volume: charged `below` the volume, or `from` it on. `counts`: the
 * volume is that of cards alone, without wallets. Absent: of all payments.
 */
export type MonthlyFee = Readonly<{ fee: Money; volume?: bigint; when?: 'below' | 'from'; counts?: 'cards' }>;

export type Holds = Readonly<{
  /** A part of each payment is kept for so many calendar days after it is due. */
  reserve?: Readonly<{ ppm: number; days: number }>;
  /** Money to be shared is frozen until it is shared or set free, at the latest so many calendar days after the payment. */
  freezeDays?: number;
}>;

export type Plan = Readonly<{
  channel: string;
  /** The merchant number it is for; absent = every one of the channel. */
  account?: string;
  /** The first business date it is in force; absent = always. */
  from?: Temporal.PlainDate;
  settle: Settle;
  fee?: Fee;
  monthly?: MonthlyFee;
  /** A batch that is worth less waits for the next one. */
  minPayout?: Money;
  holds?: Holds;
  /** `manual`: what is settled stays at the channel until the merchant draws it. Absent: it is paid out by itself. */
  payout?: 'manual';
  /** Where the money arrives; absent = any account. */
  bankAccount?: string;
  /** Whose it is: the company's, or its legal person's own. */
  bankAccountKind?: 'corporate' | 'personal';
  /** When the bill of a day can be had: wall-clock time of the day after. Absent: nobody says. */
  billReadyAt?: Readonly<{ time: string; zone: string }>;
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
  /** Years that the merchant's calendar files add to the built-in ones (`withYears`). */
  years?: readonly CalendarYear[];
}>;

const WINDOWS = { carryDays: 3, cutoffMarginMinutes: 30, valueWindowDays: 2, matchWindowMinutes: 15 } as const;

const NEXT_WORKDAY: Settle = { cycle: 'T', days: 1, calendar: 'CN', cutoff: '24:00', zone: CHINA };
/** UnionPay's settlement day runs from 23:00 to 23:00. */
const CLOSES_AT_23: Settle = { ...NEXT_WORKDAY, cutoff: '23:00' };
const STATED: Settle = { cycle: 'stated', cutoff: '24:00', zone: 'UTC' };

/** The hours of `channels/bills.ts`, which says where they are from. */
const READY = { time: '10:00', zone: CHINA } as const;
const STRIPE_READY = { time: '12:00', zone: 'UTC' } as const;
const ADYEN_READY = { time: '10:00', zone: 'Europe/Amsterdam' } as const;

const DEFAULTS: Readonly<Record<string, Pick<Plan, 'settle' | 'bankNames' | 'billReadyAt'>>> = {
  wechatpay: { settle: NEXT_WORKDAY, bankNames: ['财付通', '腾讯', '微信支付', 'TENPAY'], billReadyAt: READY },
  alipay: { settle: NEXT_WORKDAY, bankNames: ['支付宝', 'ALIPAY', '蚂蚁'], billReadyAt: READY },
  lakala: { settle: NEXT_WORKDAY, bankNames: ['拉卡拉', 'LAKALA'] },
  unionpay: { settle: CLOSES_AT_23, bankNames: ['银联', 'UNIONPAY', '银联商务'], billReadyAt: READY },
  stripe: { settle: STATED, bankNames: ['STRIPE'], billReadyAt: STRIPE_READY },
  adyen: { settle: STATED, bankNames: ['ADYEN'], billReadyAt: ADYEN_READY },
  paypal: { settle: STATED, bankNames: ['PAYPAL'] },
};

/** The channels that have a default of their own; any other settles T+1 on the Chinese calendar under its own name. */
export const PLANNED_CHANNELS: readonly string[] = Object.keys(DEFAULTS);

/** One object a channel, so that what is known of it is known again. */
const PLANNED: ReadonlyMap<string, Plan> = new Map(
  Object.entries(DEFAULTS).map(([channel, terms]) => [channel, freeze({ channel, ...terms, ...WINDOWS })]),
);

export const defaultPlan = (channel: string): Plan =>
  PLANNED.get(channel) ?? freeze({ channel, settle: NEXT_WORKDAY, bankNames: [channel], ...WINDOWS });

const dated = new WeakMap<readonly CalendarYear[], WeakMap<Plan, Plan>>();

/** The plan with the years of the merchant's calendar files, the same object each time; without any it stays as it is. */
export function withYears(plan: Plan, years: readonly CalendarYear[]): Plan {
  if (years.length === 0) return plan;
  const known = dated.get(years) ?? new WeakMap<Plan, Plan>();
  dated.set(years, known);
  const found = known.get(plan) ?? freeze({ ...plan, years });
  known.set(plan, found);
  return found;
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

/** Frozen through and through; dates and plain values are so already. */
export function freeze(plan: Plan): Plan {
  for (const part of Object.values(plan)) freezeDeep(part);
  return Object.freeze(plan);
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Temporal.PlainDate) return;
  for (const part of Object.values(value)) freezeDeep(part);
  Object.freeze(value);
}
