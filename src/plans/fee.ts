/**
 * What a payment should cost by its plan, in integers only, once as a function and once as the same rule in DuckDB SQL.
 *
 * - `row`: the channel rounds each row to the minor unit, half away from zero (WeChat: 四舍五入到分, below half a fen is free).
 *   The result stands at the currency's own scale.
 * - `day`: the channel rounds the sum of a day. The row is exact, at six decimals more than the currency (a rate is parts
 *   per million); add the rows, then round once.
 * - `min` and `max` bound the fee of a payment. A payment of nothing costs nothing.
 * - A refund gives the fee back at the same rate, so the expectation is negative. Channels compute it from what remains of
 *   the payment, so for a partial refund it may differ by one minor unit. Under `min` or `max` it cannot be told from the
 *   refund alone: no expectation.
 */
import { exponentOf } from '../base/currency.ts';
import { type Decimal, divideRounding } from '../base/money.ts';
import type { Plan } from './plan.ts';

const MILLION = 1_000_000n;

/** `amountMinor` is signed minor units of `currency`. `undefined`: the plan says nothing of such a line. */
export function expectedFee(amountMinor: bigint, currency: string, plan: Plan): Decimal | undefined {
  const { fee } = plan;
  const exponent = exponentOf(currency);
  if (fee === undefined || exponent === undefined) return undefined;
  if (fee.currency !== undefined && fee.currency !== currency) return undefined;
  const bounded = fee.min !== undefined || fee.max !== undefined;
  if (bounded && amountMinor < 0n) return undefined;
  const byRow = fee.rounding === 'row';
  const exact = amountMinor * BigInt(fee.ppm);
  let value = byRow ? divideRounding(exact, MILLION) : exact;
  const unit = byRow ? 1n : MILLION;
  if (amountMinor > 0n && fee.min !== undefined && value < fee.min * unit) value = fee.min * unit;
  if (fee.max !== undefined && value > fee.max * unit) value = fee.max * unit;
  return { value, scale: byRow ? exponent : exponent + 6 };
}

/** The value of `expectedFee` over two columns of `lines`: BIGINT for `row`, HUGEINT for `day`, NULL where it is undefined. */
export function expectedFeeSql(plan: Plan, amount = 'amount', currency = 'currency'): string {
  const { fee } = plan;
  if (fee === undefined) return 'null::bigint';
  const byRow = fee.rounding === 'row';
  const rate = `${amount}::hugeint * ${fee.ppm}`;
  const rounded = `(sign(${amount})::bigint * ((abs(${rate}) + ${MILLION / 2n}) // ${MILLION}))::bigint`;
  const unit = byRow ? 1n : MILLION;
  let value = byRow ? rounded : `(${rate})`;
  if (fee.min !== undefined) value = `greatest(${value}, ${fee.min * unit})`;
  if (fee.max !== undefined) value = `least(${value}, ${fee.max * unit})`;
  const bounded = fee.min !== undefined || fee.max !== undefined;
  const type = byRow ? 'bigint' : 'hugeint';
  const cases = [
    fee.currency === undefined ? '' : `when ${currency} is distinct from '${fee.currency}' then null`,
    bounded ? `when ${amount} is null or ${amount} < 0 then null when ${amount} = 0 then 0` : '',
  ].join(' ');
  return cases.trim() === '' ? value : `(case ${cases} else ${value} end)::${type}`;
}
