/**
 * What one search box is asked: numbers, the end of a number, an amount, a time, in any order. Pure; `now` and the zone are arguments.
 *
 * `今天 14点 128` is this afternoon's payments of 128.00; `11-21 18:02` the minutes around it; `…3456` what ends so.
 */
import { isCurrency } from '../base/currency.ts';
import { exactMoney, type Money, parseDecimal } from '../base/money.ts';
import { plain, referencesIn } from './references.ts';

export type Span = Readonly<{ from: Temporal.Instant; to: Temporal.Instant }>;
export type Asked = Readonly<{
  /** Exact numbers. */
  values: readonly string[];
  /** Ends of numbers, at least four characters. */
  tails: readonly string[];
  amount: Money | undefined;
  span: Span | undefined;
}>;

const AROUND_MINUTES = 10;
const MOST_QUERY = 2_000;
const SIGN: Readonly<Record<string, string>> = { '¥': 'CNY', 元: 'CNY', 块: 'CNY', $: 'USD', '€': 'EUR', '£': 'GBP' };

export function asked(query: string, now: Temporal.Instant, zone: string, currency: string): Asked {
  let rest = ` ${plain(query.slice(0, MOST_QUERY))} `;
  const taking = (pattern: RegExp): RegExpExecArray | undefined => {
    const match = pattern.exec(rest);
    if (match === null) return undefined;
    rest = `${rest.slice(0, match.index)} ${rest.slice(match.index + match[0].length)}`;
    return match;
  };
  const span = spanIn(taking, now.toZonedDateTimeISO(zone));
  const amount = amountIn(taking, currency);
  const values = new Set<string>();
  const tails = new Set<string>();
  for (const hit of referencesIn(rest, 'text')) values.add(hit.value);
  for (const word of rest.split(/\s+/)) {
    const value = word.replace(/^(?:…|\.{2,}|\*+|#)|[,;,;。]+$/g, '');
    if (!/^[\x21-\x7e]{4,128}$/.test(value) || !/\d/.test(value)) continue;
    values.add(value);
    if (/^[A-Za-z0-9_-]{4,32}$/.test(value)) tails.add(value);
  }
  // A number in pieces: its parts are nobody's.
  const joined = rest.replace(/\s/g, '');
  if (/^\d{8,32}$/.test(joined)) values.add(joined);
  // A bare number may be an amount as well as the end of a number.
  const bare = amount === undefined ? /(?<=\s)(\d{1,7})(?=\s)/.exec(rest)?.[1] : undefined;
  return Object.freeze({
    values: [...values].slice(0, 20),
    tails: [...tails].slice(0, 3),
    amount: amount ?? (bare === undefined ? undefined : amountOf(bare, currency)),
    span,
  });
}

type Taking = (pattern: RegExp) => RegExpExecArray | undefined;

function amountIn(taking: Taking, currency: string): Money | undefined {
  const number = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?|\d{1,12}(?:\.\d{1,3})?`;
  const signed = taking(
    new RegExp(`(?<=\\s)([¥$€£])\\s?(${number})(?=[\\s元])元?|(?<=\\s)(${number})\\s?(元|块|[A-Z]{3})(?=\\s)`, 'u'),
  );
  if (signed !== undefined) {
    const unit = signed[1] ?? signed[4]!;
    return amountOf(signed[2] ?? signed[3]!, SIGN[unit] ?? unit);
  }
  const decimal = taking(/(?<=\s)(\d{1,3}(?:,\d{3})+\.\d{2,3}|\d{1,12}\.\d{1,3})(?=\s)/u);
  return decimal === undefined ? undefined : amountOf(decimal[1]!, currency);
}

function amountOf(text: string, currency: string): Money | undefined {
  const decimal = parseDecimal(text);
  return decimal === undefined || !isCurrency(currency) ? undefined : exactMoney(decimal, currency);
}

const DAYS: ReadonlyArray<readonly [RegExp, number]> = [
  [/(?<=\s)(?:今天|今日|today)/iu, 0],
  [/(?<=\s)(?:昨天|昨日|yesterday)/iu, 1],
  [/(?<=\s)(?:前天|前日)/iu, 2],
];

function spanIn(taking: Taking, now: Temporal.ZonedDateTime): Span | undefined {
  const day = dayIn(taking, now);
  const clock = taking(
    /(上午|早上|中午|下午|晚上)?(?:(?<=[\s日天]|午|上)(\d{1,2})[::](\d{2})(?:[::]\d{2})?\s?(am|pm)?|(?<=[\s日天]|午|上)(\d{1,2})\s?(?:[点时](?:(\d{1,2})分?|(半))?|(am|pm)))(?=\s)/iu,
  );
  if (clock === undefined) return day === undefined ? undefined : spanOf(day, day.add({ days: 1 }));
  const half = clock[1] ?? clock[4] ?? clock[8];
  const said = Number(clock[2] ?? clock[5]);
  const minute = clock[3] ?? clock[6] ?? (clock[7] === undefined ? undefined : '30');
  const hour = half === undefined ? said : /^(下|晚|p)/i.test(half) ? (said % 12) + 12 : said;
  if (hour > 23 || Number(minute ?? 0) > 59) return undefined;
  const start = (day ?? now.startOfDay()).add({ hours: hour, minutes: Number(minute ?? 0) });
  return minute === undefined
    ? spanOf(start, start.add({ hours: 1 }))
    : spanOf(start.subtract({ minutes: AROUND_MINUTES }), start.add({ minutes: AROUND_MINUTES }));
}

const spanOf = (from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): Span => ({
  from: from.toInstant(),
  to: to.toInstant(),
});

function dayIn(taking: Taking, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime | undefined {
  for (const [pattern, ago] of DAYS) if (taking(pattern) !== undefined) return now.startOfDay().subtract({ days: ago });
  const dated = taking(/(?<=\s)(?:(20\d{2})[-/.年])?(\d{1,2})[-/月](\d{1,2})日?(?=[\s上下早中晚])/u);
  if (dated === undefined) return undefined;
  const [year, month, day] = [dated[1], dated[2], dated[3]].map((n) => (n === undefined ? undefined : Number(n)));
  try {
    const date = Temporal.PlainDate.from({ year: year ?? now.year, month: month!, day: day! }, { overflow: 'reject' });
    const at = date.toZonedDateTime(now.timeZoneId);
    // Without a year it is the last such day.
    return year === undefined && Temporal.ZonedDateTime.compare(at, now) > 0 ? at.subtract({ years: 1 }) : at;
  } catch {
    return undefined;
  }
}
