/** Sums of decimal text, exactly: text in, text out, one currency at a time. */
import type { Money } from '../base/api.ts';

const scaleOf = (amount: string): number => amount.split('.')[1]?.length ?? 0;
function unitsOf(amount: string, scale: number): bigint {
  const [whole, part = ''] = amount.replace('-', '').split('.') as [string, string?];
  const units = BigInt(whole + part.padEnd(scale, '0'));
  return amount.startsWith('-') ? -units : units;
}
function textOf(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

/** Of one currency. */
export function sumOf(amounts: readonly Money[], currency: string): Money {
  const scale = amounts.reduce((most, m) => Math.max(most, scaleOf(m.amount)), 0);
  return {
    amount: textOf(
      amounts.reduce((sum, m) => sum + unitsOf(m.amount, scale), 0n),
      scale,
    ),
    currency,
  };
}
export const negated = (m: Money): Money => ({
  ...m,
  amount: isNothing(m) ? m.amount : m.amount.startsWith('-') ? m.amount.slice(1) : `-${m.amount}`,
});
export const isNothing = (m: Money): boolean => /^-?[0.]*$/.test(m.amount);
export const isBelow = (m: Money): boolean => m.amount.startsWith('-') && !isNothing(m);
/** Without its sign. */
export const sizeOf = (m: Money): Money => ({ ...m, amount: m.amount.replace('-', '') });
/** `a` − `b`. */
export const less = (a: Money, b: Money): Money => sumOf([a, negated(b)], a.currency);
export const currenciesOf = (of: readonly Readonly<{ currency: string }>[]): readonly string[] =>
  [...new Set(of.map((x) => x.currency))].sort((a, b) => (a === 'CNY' ? -1 : b === 'CNY' ? 1 : a < b ? -1 : 1));
