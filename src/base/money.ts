/**
 * Money: integer minor units and an ISO 4217 currency (I3). No float ever touches an amount.
 *
 * `Decimal` is the exact number a source wrote, as integer + scale: WeChat writes fees with 5 decimals, camt up to 5.
 * A `Decimal` becomes `Money` only when nothing is lost; where a source rounds, `round` does it once and says by how much.
 * Currencies are part of the type: `add(cny, usd)` does not compile when both are literal types, and throws when they are not.
 */
import { type Currency, exponentOf } from './currency.ts';
import { DaozhangError } from './errors.ts';

export type Decimal = Readonly<{ value: bigint; scale: number }>;
export type Money<C extends Currency = Currency> = Readonly<{ minor: bigint; currency: C }>;

export const money = <C extends Currency>(minor: bigint, currency: C): Money<C> => Object.freeze({ minor, currency });

const FULL_WIDTH = '０１２３４５６７８９．，－＋（）';
const HALF_WIDTH = '0123456789.,-+()';

function halfWidth(text: string): string {
  return /[０-９．，－＋（）]/.test(text)
    ? [...text].map((c) => HALF_WIDTH[FULL_WIDTH.indexOf(c)] ?? c).join('')
    : text;
}

const PLAIN = /^([+-]?)(\d{1,30})(?:\.(\d{0,18}))?$/;
const GROUPED = /^([+-]?)(\d{1,3}(?:,\d{3})+)(?:\.(\d{0,18}))?$/;
const EXPONENT = /^([+-]?)(\d{1,30})(?:\.(\d{1,18}))?[eE]([+-]?\d{1,2})$/;

/**
 * Reads a decimal exactly as written: `12.34`, `1,234.56`, `-5`, `(5.00)`, full-width digits, a currency sign in front.
 * Exponent notation is read when it denotes an exact integer-scale value (`1.5E+3`). Anything else is `undefined`:
 * `1,00` and `1.234,56` are refused because two readings exist (pass `comma: 'decimal'` where the format says so).
 * `dz_scaled` in files/engine.ts reads the same; a test holds them together.
 */
export function parseDecimal(text: string, comma: 'group' | 'decimal' = 'group'): Decimal | undefined {
  let s = halfWidth(text).trim();
  const negative = s.startsWith('(') && s.endsWith(')');
  if (negative) s = s.slice(1, -1).trim();
  s = s.replace(/^([+-]?)\s*[¥￥$€£]\s*(?=\d)/, '$1');
  if (negative && /^[+-]/.test(s)) return undefined;
  if (comma === 'decimal') {
    if (!/^[+-]?\d{1,3}(\.\d{3})*(,\d*)?$|^[+-]?\d+(,\d*)?$/.test(s)) return undefined;
    s = s.replaceAll('.', '').replace(',', '.');
  }
  const exp = EXPONENT.exec(s);
  if (exp) return fromExponent(exp, negative);
  const m = PLAIN.exec(s) ?? GROUPED.exec(s);
  if (!m) return undefined;
  const fraction = m[3] ?? '';
  const digits = BigInt(m[2]!.replaceAll(',', '') + fraction);
  return { value: negative !== (m[1] === '-') ? -digits : digits, scale: fraction.length };
}

function fromExponent(m: RegExpExecArray, negative: boolean): Decimal {
  const fraction = m[3] ?? '';
  const shift = Number(m[4]);
  const digits = BigInt(m[2]! + fraction);
  const signed = negative !== (m[1] === '-') ? -digits : digits;
  const scale = fraction.length - shift;
  return scale >= 0 ? { value: signed, scale } : { value: signed * 10n ** BigInt(-scale), scale: 0 };
}

/** The same value at another scale; `undefined` when digits would be lost. */
export function rescale(d: Decimal, scale: number): Decimal | undefined {
  if (scale >= d.scale) return { value: d.value * 10n ** BigInt(scale - d.scale), scale };
  const unit = 10n ** BigInt(d.scale - scale);
  return d.value % unit === 0n ? { value: d.value / unit, scale } : undefined;
}

/** Half away from zero, the way Chinese channels and banks round (四舍五入). */
export function divideRounding(value: bigint, by: bigint): bigint {
  const half = by / 2n;
  return value >= 0n ? (value + half) / by : -((-value + half) / by);
}

/** A decimal as money when it is exact in the currency; `undefined` when it is finer or the currency is unknown. */
export function exactMoney<C extends Currency>(d: Decimal, currency: C): Money<C> | undefined {
  const exponent = exponentOf(currency);
  if (exponent === undefined) return undefined;
  const exact = rescale(d, exponent);
  return exact && money(exact.value, currency);
}

/** `'12.30', 'CNY'` → 1230 fen. Throws `money.not_exact` for `1.005` CNY, `money.not_a_number` for `1,00`, `money.no_such_currency`. */
export function parseMoney<C extends Currency>(text: string, currency: C): Money<C> {
  const exponent = exponentOf(currency);
  if (exponent === undefined) throw new DaozhangError('money.no_such_currency', { currency });
  const d = parseDecimal(text);
  if (!d) throw new DaozhangError('money.not_a_number', { text });
  const exact = rescale(d, exponent);
  if (!exact) throw new DaozhangError('money.not_exact', { text, currency, decimals: exponent });
  return money(exact.value, currency);
}

/** Rounds once, where the source rounds; `left` is what the rounding took away, at the decimal's own scale, for the `rounding` account. */
export function round<C extends Currency>(d: Decimal, currency: C): { money: Money<C>; left: Decimal } {
  const exponent = exponentOf(currency);
  if (exponent === undefined) throw new DaozhangError('money.no_such_currency', { currency });
  if (d.scale <= exponent)
    return { money: money(rescale(d, exponent)!.value, currency), left: { value: 0n, scale: exponent } };
  const unit = 10n ** BigInt(d.scale - exponent);
  const rounded = divideRounding(d.value, unit);
  return { money: money(rounded, currency), left: { value: d.value - rounded * unit, scale: d.scale } };
}

function sameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new DaozhangError('money.mixed_currencies', { a: a.currency, b: b.currency });
}

export function add<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): Money<C> {
  sameCurrency(a, b);
  return money(a.minor + b.minor, a.currency);
}

export function subtract<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): Money<C> {
  sameCurrency(a, b);
  return money(a.minor - b.minor, a.currency);
}

export function compare<C extends Currency>(a: Money<C>, b: Money<NoInfer<C>>): -1 | 0 | 1 {
  sameCurrency(a, b);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

/** Splits by weights with the largest remainder; the shares always sum to the whole. Throws when no weight is positive. */
export function allocate<C extends Currency>(whole: Money<C>, weights: readonly bigint[]): Money<C>[] {
  const total = weights.reduce((sum, w) => sum + w, 0n);
  if (total <= 0n || weights.some((w) => w < 0n)) throw new DaozhangError('money.bad_weights', {});
  const sign = whole.minor < 0n ? -1n : 1n;
  const size = whole.minor * sign;
  const shares = weights.map((w) => (size * w) / total);
  const order = weights.map((w, i) => [(size * w) % total, i] as const);
  order.sort((x, y) => (x[0] === y[0] ? x[1] - y[1] : x[0] > y[0] ? -1 : 1));
  let left = size - shares.reduce((sum, s) => sum + s, 0n);
  for (const [, i] of order) {
    if (left === 0n) break;
    shares[i]! += 1n;
    left -= 1n;
  }
  return shares.map((s) => money(s * sign, whole.currency));
}

/** Minor units as a plain decimal string, `-0.05`; the form of JSON, CSV and of every export. Unknown currency: minor units as they are. */
export function decimalText(minor: bigint, currency: Currency): string {
  return scaledText(minor, exponentOf(currency) ?? 0);
}

/** An integer at a scale as a decimal string: `scaledText(60000n, 5)` → `0.60000`. */
export function scaledText(value: bigint, scale: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** For people: `1,234.50`. The currency stands beside it, always. */
export function groupedText(minor: bigint, currency: Currency): string {
  const [whole, fraction] = decimalText(minor, currency).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
