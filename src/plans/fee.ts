/**
 * What a payment should cost by its plan, in integers only, once as a function and once as the same rule in DuckDB SQL.
 *
 * - `row`: the channel rounds each row to the minor unit, half away from zero (WeChat: 四舍五入到分, below half a fen is free).
 *   The result stands at the currency's own scale.
 * - `day`, `batch`: the channel rounds the sum. The row is exact, at six decimals more than the currency (a rate is parts
 *   per million); add the rows, then round once.
 * - `min` and `max` bound the fee of a payment, `fixed` is added before. A payment of nothing costs nothing.
 * - Tiers are tried in their order; the first that fits has the rate. Where one asks for the card and the line does not tell it,
 *   nothing is expected: no tier is guessed.
 * - A refund gives the fee back at the same rate, so the expectation is negative. Channels compute it from what remains of
 *   the payment, so for a partial refund it may differ by one minor unit. Under `min`, `max`, `fixed` or a tier by amount it cannot
 *   be told from the refund alone: no expectation.
 */
import { exponentOf } from '../base/currency.ts';
import { type Decimal, divideRounding } from '../base/money.ts';
import type { Card, Fee, MonthlyFee, Plan, Rate } from './plan.ts';

const MILLION = 1_000_000n;

const bounded = (rate: Rate): boolean => rate.min !== undefined || rate.max !== undefined || rate.fixed !== undefined;

/** `amountMinor` is signed minor units of `currency`. `undefined`: the plan says nothing of such a line. */
export function expectedFee(amountMinor: bigint, currency: string, plan: Plan, card?: Card): Decimal | undefined {
  const { fee } = plan;
  const exponent = exponentOf(currency);
  if (fee === undefined || exponent === undefined) return undefined;
  if (fee.currency !== undefined && fee.currency !== currency) return undefined;
  const rate = rateFor(fee, amountMinor, card);
  if (rate === undefined || (bounded(rate) && amountMinor < 0n)) return undefined;
  const byRow = fee.rounding === 'row';
  const exact = amountMinor * BigInt(rate.ppm);
  let value = byRow ? divideRounding(exact, MILLION) : exact;
  const unit = byRow ? 1n : MILLION;
  if (amountMinor > 0n) {
    value += (rate.fixed ?? 0n) * unit;
    if (rate.min !== undefined && value < rate.min * unit) value = rate.min * unit;
  }
  if (rate.max !== undefined && value > rate.max * unit) value = rate.max * unit;
  return { value, scale: byRow ? exponent : exponent + 6 };
}

/** The first tier that fits, else the fee's own rate. Undefined: what is known of the payment does not tell. */
export function rateFor(fee: Fee, amountMinor: bigint, card: Card | undefined): Rate | undefined {
  for (const tier of fee.tiers ?? []) {
    if (tier.from !== undefined && amountMinor < 0n) return undefined;
    if (tier.from !== undefined && amountMinor < tier.from) continue;
    if (tier.card !== undefined && card === undefined) return undefined;
    if (tier.card === undefined || tier.card === card) return tier;
  }
  return fee;
}

/** The value of `expectedFee` over columns of `lines`: BIGINT for `row`, HUGEINT else, NULL where it is undefined. */
export function expectedFeeSql(plan: Plan, amount = 'amount', currency = 'currency', card = 'null::varchar'): string {
  const { fee } = plan;
  if (fee === undefined) return 'null::bigint';
  const byRow = fee.rounding === 'row';
  const cases = fee.currency === undefined ? [] : [`when ${currency} is distinct from '${fee.currency}' then null`];
  for (const { card: wanted, from, ...rate } of fee.tiers ?? []) {
    if (from !== undefined) cases.push(`when ${amount} < 0 then null`);
    const enough = from === undefined ? 'true' : `${amount} >= ${from}`;
    if (wanted !== undefined) cases.push(`when ${enough} and ${card} is null then null`);
    const fits = wanted === undefined ? enough : `${enough} and ${card} = '${wanted}'`;
    cases.push(`when ${fits} then ${rateSql(rate, byRow, amount)}`);
  }
  const value = rateSql(fee, byRow, amount);
  return cases.length === 0 ? value : `(case ${cases.join(' ')} else ${value} end)::${byRow ? 'bigint' : 'hugeint'}`;
}

function rateSql(rate: Rate, byRow: boolean, amount: string): string {
  const exact = `${amount}::hugeint * ${rate.ppm}`;
  const rounded = `(sign(${amount})::bigint * ((abs(${exact}) + ${MILLION / 2n}) // ${MILLION}))::bigint`;
  const unit = byRow ? 1n : MILLION;
  let value = byRow ? rounded : `(${exact})`;
  if (rate.fixed !== undefined) value = `(${value} + ${rate.fixed * unit})`;
  if (rate.min !== undefined) value = `greatest(${value}, ${rate.min * unit})`;
  if (rate.max !== undefined) value = `least(${value}, ${rate.max * unit})`;
  const type = byRow ? 'bigint' : 'hugeint';
  return bounded(rate)
    ? `(case when ${amount} is null or ${amount} < 0 then null when ${amount} = 0 then 0 else ${value} end)::${type}`
    : value;
}

/** Whether a month of this volume is charged the fee, both in minor units of the fee's currency. No condition: it is. */
export function chargesMonthly({ volume, when }: MonthlyFee, volumeMinor: bigint): boolean {
  if (volume === undefined) return true;
  return when === 'from' ? volumeMinor >= volume : volumeMinor < volume;
}

/** What is kept of the payments of a batch, in minor units, rounded half away from zero once. */
export const reserveOf = (grossMinor: bigint, plan: Plan): bigint =>
  plan.holds?.reserve === undefined ? 0n : divideRounding(grossMinor * BigInt(plan.holds.reserve.ppm), MILLION);
