/** A plan as an entry of plans.yaml: the inverse of `load.ts`, every field written out as text, so that nothing becomes a float. Pure. */
import { decimalText, type Money, scaledText } from '../base/money.ts';
import { LAST_DAY, WEEKDAYS } from './load.ts';
import type { Fee, Lag, Plan, Rate, Settle } from './plan.ts';

export type Written = { [field: string]: string | readonly string[] | Written | readonly Written[] };

/** What is absent in the plan is absent here. The calendar years that files added are not a part of a plan. */
export function writePlan(plan: Plan): Written {
  return given({
    channel: plan.channel,
    account: plan.account,
    from: plan.from?.toString(),
    settle: writeSettle(plan.settle),
    fee: plan.fee && writeFee(plan.fee),
    monthly:
      plan.monthly &&
      given({
        fee: decimalText(plan.monthly.fee.minor, plan.monthly.fee.currency),
        currency: plan.monthly.fee.currency,
        volume:
          plan.monthly.volume === undefined ? undefined : decimalText(plan.monthly.volume, plan.monthly.fee.currency),
        when: plan.monthly.when,
        counts: plan.monthly.counts,
      }),
    minPayout: plan.minPayout && writeMoney(plan.minPayout),
    holds:
      plan.holds &&
      given({
        reserve: plan.holds.reserve && rateText(plan.holds.reserve.ppm),
        reserveDays: plan.holds.reserve?.days.toString(),
        freezeDays: plan.holds.freezeDays?.toString(),
      }),
    payout: plan.payout,
    bankAccount: plan.bankAccount,
    bankAccountKind: plan.bankAccountKind,
    bankNames: plan.bankNames,
    billReadyAt: plan.billReadyAt && { ...plan.billReadyAt },
    carryDays: plan.carryDays.toString(),
    cutoffMarginMinutes: plan.cutoffMarginMinutes.toString(),
    valueWindowDays: plan.valueWindowDays.toString(),
    matchWindowMinutes: plan.matchWindowMinutes.toString(),
  });
}

export const rateText = (ppm: number): string => `${scaledText(BigInt(ppm), 4)}%`;

const writeMoney = ({ minor, currency }: Money): Written => ({ amount: decimalText(minor, currency), currency });

const lagText = (lag: Lag): string => `${lag.cycle}+${lag.days}`;

function writeSettle(settle: Settle): Written {
  const lag = 'after' in settle ? settle.after : settle;
  return given({
    cycle: 'days' in settle ? lagText(settle) : settle.cycle,
    calendar: lag.cycle === 'T' ? lag.calendar : undefined,
    closes:
      'closes' in settle
        ? settle.closes.map((day) => closingDay(settle.cycle as 'weekly' | 'monthly', day))
        : undefined,
    after: 'after' in settle ? lagText(settle.after) : undefined,
    freeDays: settle.freeDays,
    cutoff: settle.cutoff,
    zone: settle.zone,
  });
}

function closingDay(cycle: 'weekly' | 'monthly', day: number): string {
  if (cycle === 'weekly') return WEEKDAYS[day - 1]!;
  return day === LAST_DAY ? 'last' : String(day);
}

function writeFee(fee: Fee): Written {
  const amount = (minor: bigint | undefined): string | undefined =>
    minor === undefined ? undefined : decimalText(minor, fee.currency ?? '');
  const rate = (it: Rate): Record<string, string | undefined> => ({
    rate: rateText(it.ppm),
    fixed: amount(it.fixed),
    min: amount(it.min),
    max: amount(it.max),
  });
  return given({
    ...rate(fee),
    rounding: fee.rounding,
    currency: fee.currency,
    base: fee.base,
    tiers: fee.tiers?.map((tier) => given({ card: tier.card, from: amount(tier.from), ...rate(tier) })),
  });
}

const given = (fields: { [name: string]: Written[string] | undefined }): Written =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Written;
