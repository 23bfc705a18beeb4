/**
 * A plan as fields of a form, and back. What the form does not show stays as it was; values are text both ways, so that no rate or amount
 * is ever a number here.
 */
import type { Body } from './api.ts';

export type Tier = Readonly<{ card: string; from: string; rate: string; fixed: string; min: string; max: string }>;
export type Terms = Readonly<{
  cycle: 'T' | 'D' | 'weekly' | 'monthly' | 'stated';
  days: string;
  calendar: string;
  /** Of a week or month, separated by blanks. */
  closes: readonly string[];
  afterCycle: 'T' | 'D';
  freeDays: boolean;
  cutoff: string;
  zone: string;
  rate: string;
  fixed: string;
  min: string;
  max: string;
  currency: string;
  rounding: string;
  tiers: readonly Tier[];
  monthlyFee: string;
  monthlyVolume: string;
  monthlyWhen: string;
  monthlyCounts: string;
  minPayout: string;
  reserve: string;
  reserveDays: string;
  freezeDays: string;
  isManual: boolean;
  bankAccount: string;
  bankAccountKind: string;
  carryDays: string;
  valueWindowDays: string;
}>;

export const NO_TIER: Tier = { card: '', from: '', rate: '', fixed: '', min: '', max: '' };
export const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const partOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** `0.3800%` is shown as `0.38`. */
const percentOf = (value: unknown): string =>
  textOf(value)
    .replace(/%$/, '')
    .replace(/(\.\d\d)(\d*?)0+$/, '$1$2');

export function termsOf(plan: Body): Terms {
  const settle = partOf(plan.settle);
  const fee = partOf(plan.fee);
  const monthly = partOf(plan.monthly);
  const holds = partOf(plan.holds);
  const cycle = textOf(settle.cycle) || 'T+1';
  const isPeriod = cycle === 'weekly' || cycle === 'monthly';
  const lag = isPeriod ? textOf(settle.after) || 'T+1' : cycle;
  const [kind, days] = lag.split('+') as [string, string?];
  return {
    cycle: isPeriod || cycle === 'stated' ? cycle : kind === 'D' ? 'D' : 'T',
    days: days ?? '1',
    calendar: textOf(settle.calendar) || 'CN',
    closes: Array.isArray(settle.closes) ? settle.closes.map(String) : [],
    afterCycle: kind === 'D' ? 'D' : 'T',
    freeDays: settle.freeDays === 'next',
    cutoff: textOf(settle.cutoff) || '24:00',
    zone: textOf(settle.zone) || 'Asia/Shanghai',
    rate: percentOf(fee.rate),
    fixed: textOf(fee.fixed),
    min: textOf(fee.min),
    max: textOf(fee.max),
    currency: textOf(fee.currency) || textOf(partOf(plan.minPayout).currency) || 'CNY',
    rounding: textOf(fee.rounding) || 'row',
    tiers: Array.isArray(fee.tiers)
      ? fee.tiers.map(partOf).map((tier) => ({
          card: textOf(tier.card),
          from: textOf(tier.from),
          rate: percentOf(tier.rate),
          fixed: textOf(tier.fixed),
          min: textOf(tier.min),
          max: textOf(tier.max),
        }))
      : [],
    monthlyFee: textOf(monthly.fee),
    monthlyVolume: textOf(monthly.volume),
    monthlyWhen: textOf(monthly.when) || 'below',
    monthlyCounts: textOf(monthly.counts) || 'all',
    minPayout: textOf(partOf(plan.minPayout).amount),
    reserve: percentOf(holds.reserve),
    reserveDays: textOf(holds.reserveDays),
    freezeDays: textOf(holds.freezeDays),
    isManual: plan.payout === 'manual',
    bankAccount: textOf(plan.bankAccount),
    bankAccountKind: textOf(plan.bankAccountKind),
    carryDays: textOf(plan.carryDays),
    valueWindowDays: textOf(plan.valueWindowDays),
  };
}

const given = (fields: Readonly<Record<string, unknown>>): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));

export function bodyOf(terms: Terms, before: Body): Body {
  // Whose plan it is and since when the account says.
  const { channel: _c, account: _a, from: _f, ...rest } = before;
  const oldFee = partOf(before.fee);
  const { fee: _fee, monthly: _m, minPayout: _p, holds: _h, payout: _o, ...others } = rest;
  const hasFee = terms.rate !== '' || terms.tiers.length > 0;
  const bounds =
    [terms, ...terms.tiers].some((r) => r.fixed !== '' || r.min !== '' || r.max !== '') ||
    terms.tiers.some((r) => r.from !== '');
  return given({
    ...others,
    settle: settleOf(terms),
    fee: hasFee
      ? given({
          rate: `${terms.rate || '0'}%`,
          fixed: terms.fixed,
          min: terms.min,
          max: terms.max,
          rounding: terms.rounding,
          currency: bounds || oldFee.currency !== undefined ? terms.currency : undefined,
          base: oldFee.base,
          tiers:
            terms.tiers.length === 0 ? undefined : terms.tiers.map((tier) => given({ ...tier, rate: `${tier.rate}%` })),
        })
      : undefined,
    monthly:
      terms.monthlyFee === ''
        ? undefined
        : given({
            fee: terms.monthlyFee,
            currency: terms.currency,
            volume: terms.monthlyVolume,
            when: terms.monthlyVolume === '' ? undefined : terms.monthlyWhen,
            counts: terms.monthlyCounts === 'cards' ? 'cards' : undefined,
          }),
    minPayout: terms.minPayout === '' ? undefined : { amount: terms.minPayout, currency: terms.currency },
    holds:
      terms.reserve === '' && terms.freezeDays === ''
        ? undefined
        : given({
            reserve: terms.reserve === '' ? undefined : `${terms.reserve}%`,
            reserveDays: terms.reserve === '' ? undefined : terms.reserveDays || '0',
            freezeDays: terms.freezeDays,
          }),
    payout: terms.isManual ? 'manual' : undefined,
    bankAccount: terms.bankAccount,
    bankAccountKind: terms.bankAccountKind,
    carryDays: terms.carryDays,
    valueWindowDays: terms.valueWindowDays,
  });
}

function settleOf(terms: Terms): Body {
  const zone = { cutoff: terms.cutoff, zone: terms.zone };
  if (terms.cycle === 'stated') return { cycle: 'stated', ...zone };
  const isPeriod = terms.cycle === 'weekly' || terms.cycle === 'monthly';
  const counts = isPeriod ? terms.afterCycle : terms.cycle;
  const lag = `${counts}+${terms.days || '0'}`;
  return given({
    cycle: isPeriod ? terms.cycle : lag,
    calendar: counts === 'T' ? terms.calendar : undefined,
    closes: isPeriod ? terms.closes : undefined,
    after: isPeriod ? lag : undefined,
    freeDays: terms.freeDays && counts === 'T' ? 'next' : undefined,
    ...zone,
  });
}
