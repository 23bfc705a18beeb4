/**
 * What the text of a payment detail says besides numbers: amounts, times, who was paid, by which app. Pure. Said by the customer's side,
 * so it finds and compares, and proves nothing.
 */
import { isCurrency } from '../base/currency.ts';
import { exactMoney, type Money, parseDecimal } from '../base/money.ts';
import { instantOf, microsIn } from '../base/time.ts';
import { plain } from './references.ts';

export type App = 'wechat' | 'alipay' | 'unionpay' | 'paypal' | 'card' | 'other';
export type Details = Readonly<{
  /** Each amount that stands in it, likeliest first: labelled ones before bare ones. Without a sign. */
  amounts: readonly Money[];
  times: readonly Temporal.Instant[];
  payee: string | undefined;
  app: App | undefined;
  /** It speaks of a transfer between persons, which no merchant account receives. */
  personal: boolean;
}>;

const PAID =
  /(?:付款|支付|实付|交易|消费|订单|转账|合计|应付)?(?:金额|实付款?|合计)|\b(?:amount(?: paid)?|total(?: paid)?|you paid|paid amount|payment amount)\b/giu;
const PAYEE =
  /^[ \t]*(?:收款方(?:全称|名称)?|收款商户|收款人|商户全称|商户名称|商家名称|交易对方|对方账户|payee|paid to|merchant(?: name)?|recipient|to)[ \t]*[::\t ][ \t]*(\S[^\n]{0,79})$/imu;
const NUMBER = String.raw`[+-]?\s?\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?|[+-]?\s?\d{1,12}(?:\.\d{1,3})?`;
const SIGN_OF: Readonly<Record<string, string>> = {
  '¥': 'CNY',
  元: 'CNY',
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  RMB: 'CNY',
};
const SIGNED = new RegExp(
  String.raw`(?<![\w.,])([+-]?)\s?(¥|\$|€|£|RMB|[A-Z]{3})\s?(${NUMBER})(?![\d,.]*\d|\w)|(?<![\w.,:/-])(${NUMBER})\s?(元|RMB|[A-Z]{3})(?![A-Za-z])`,
  'gu',
);

export function detailsIn(text: string, zone: string, currency: string): Details {
  const flat = plain(text);
  return Object.freeze({
    amounts: amountsIn(flat, currency),
    times: timesIn(flat, zone),
    payee: PAYEE.exec(flat)?.[1]?.trim(),
    app: appIn(flat),
    personal:
      /微信红包|扫二维码付款|二维码收款|转账(?:给|时间|单号|说明)|收款方微信号|transfer to (?:a )?friend|sent to friend/iu.test(
        flat,
      ),
  });
}

function amountsIn(text: string, currency: string): readonly Money[] {
  const found = new Map<string, Money>();
  const add = (number: string, unit: string | undefined): void => {
    const of = unit === undefined ? currency : (SIGN_OF[unit] ?? unit);
    const decimal = parseDecimal(number.replace(/[\s+-]/g, ''));
    const amount = decimal === undefined || !isCurrency(of) ? undefined : exactMoney(decimal, of);
    if (amount !== undefined && amount.minor > 0n) found.set(`${amount.minor} ${of}`, amount);
  };
  for (const label of text.matchAll(PAID)) {
    const rest = text.slice(label.index + label[0].length, label.index + label[0].length + 60);
    const value = new RegExp(
      String.raw`^[ \t]*[::]?[ \t]*(?:\r?\n[ \t]*)?(¥|\$|€|£|RMB|[A-Z]{3})?\s?(${NUMBER})\s?(元|[A-Z]{3}(?![A-Za-z]))?`,
      'u',
    ).exec(rest);
    if (value !== null) add(value[2]!, value[1] ?? value[3]);
  }
  for (const m of text.matchAll(SIGNED)) add(m[3] ?? m[4]!, m[2] ?? m[5]);
  // WeChat's and Alipay's headline: the amount alone on its line, with its sign.
  for (const m of text.matchAll(/^[ \t]*[+-]?[ \t]?(\d{1,3}(?:,\d{3})+\.\d{2}|\d{1,10}\.\d{2})[ \t]*$/gmu))
    add(m[1]!, undefined);
  return [...found.values()];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** Dates with a time of day; a date alone is no time. */
function timesIn(text: string, zone: string): readonly Temporal.Instant[] {
  const found = new Map<string, Temporal.Instant>();
  const add = (y: number, mo: number, d: number, h: number, mi: number, s: number, half: string | undefined): void => {
    const hour = half === undefined ? h : (h % 12) + (/^(p|下午|晚)/i.test(half) ? 12 : 0);
    try {
      const local = Temporal.PlainDateTime.from(
        { year: y, month: mo, day: d, hour, minute: mi, second: s },
        { overflow: 'reject' },
      );
      const at = instantOf(microsIn(local, zone));
      found.set(at.toString(), at);
    } catch {
      // No such moment: whoever wrote it wrote no time.
    }
  };
  const clock = String.raw`(上午|下午|晚上)?\s?(\d{1,2})[::](\d{2})(?:[::](\d{2}))?\s?(am|pm)?`;
  const day = String.raw`(20\d{2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?`;
  for (const m of text.matchAll(new RegExp(`${day}[\\sT,]{0,3}${clock}`, 'giu')))
    add(Number(m[1]), Number(m[2]), Number(m[3]), Number(m[5]), Number(m[6]), Number(m[7] ?? 0), m[4] ?? m[8]);
  const named = String.raw`(?:(\d{1,2})\s)?(${MONTHS.join('|')})[a-z]*\.?\s(?:(\d{1,2})(?:,\s?|\s))?(20\d{2})`;
  for (const m of text.matchAll(new RegExp(`${named}(?:,|\\sat|\\s)?\\s?${clock}`, 'giu')))
    if ((m[1] ?? m[3]) !== undefined)
      add(
        Number(m[4]),
        MONTHS.indexOf(m[2]!.toLowerCase()) + 1,
        Number(m[1] ?? m[3]),
        Number(m[6]),
        Number(m[7]),
        Number(m[8] ?? 0),
        m[5] ?? m[9],
      );
  return [...found.values()];
}

function appIn(text: string): App | undefined {
  if (/微信|财付通|wechat|weixin|tenpay/iu.test(text)) return 'wechat';
  if (/支付宝|花呗|余额宝|蚂蚁|alipay/iu.test(text)) return 'alipay';
  if (/云闪付|银联|unionpay/iu.test(text)) return 'unionpay';
  return /paypal/iu.test(text) ? 'paypal' : undefined;
}

/**
 * Text as it may be kept: what looks like a whole card number (15 to 19 digits, Luhn) and is none of the references keeps its last four
 * digits only (I12).
 */
export function withoutCards(text: string, references: ReadonlySet<string>): string {
  return text.replace(/(?<!\d)[3-6]\d{3}(?:[ -]?\d){11,15}(?!\d)/g, (number) => {
    const digits = number.replace(/\D/g, '');
    return references.has(digits) || !isLuhn(digits) ? number : `${'*'.repeat(digits.length - 4)}${digits.slice(-4)}`;
  });
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const value = i % 2 === 0 ? digit : digit * 2;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
