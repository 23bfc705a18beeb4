/**
 * Reads plans.yaml into plans (docs/reference/plans.md is the reference, tested against this file).
 *
 * Every value is read as the text that was written (YAML's failsafe schema): no number ever becomes a float, `0.60%` is
 * exact, and a merchant number keeps its leading zeros with or without quotes. What is not understood is refused with its
 * line and column; nothing is guessed and no field is ignored. Reasons are in both languages, as everywhere.
 */
import * as z from 'zod';
import { isCurrency } from '../base/currency.ts';
import { type Money, money, parseDecimal, parseMoney, rescale } from '../base/money.ts';
import { isZone } from '../base/time.ts';
import { parseYaml, readText } from '../base/yaml.ts';
import { CALENDARS } from './calendar.ts';
import { CALENDAR_NAME } from './calendar-file.ts';
import {
  CARDS,
  defaultPlan,
  type Fee,
  freeze,
  type Holds,
  type Lag,
  type MonthlyFee,
  type Plan,
  type Rate,
  type Settle,
} from './plan.ts';

const text = z
  .string()
  .trim()
  .min(1, 'it is empty / 内容为空')
  .max(200, 'it is longer than 200 characters / 超过 200 个字符')
  // The book keeps it too, and keeps no halves of characters.
  .refine((written) => written.isWellFormed() && !written.includes('\0'), 'it is not text / 不是文字');

const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  text.pipe(z.enum(words, `write ${words.join(' or ')} / 请写 ${words.join(' 或 ')}`));

const channel = text.refine(
  (name) => name === name.toLowerCase(),
  'write the channel in lower case, as in wechatpay / 渠道请用小写,例如 wechatpay',
);

const date = text.transform((written, ctx) => {
  if (/^\d{4}-\d{2}-\d{2}$/.test(written)) {
    try {
      return Temporal.PlainDate.from(written);
    } catch {
      // Falls through to the refusal: 2026-02-30 has the form of a date and is none.
    }
  }
  ctx.addIssue(`“${written}” is not a date such as 2026-01-31 / 不是 2026-01-31 这样的日期`);
  return z.NEVER;
});

const cutoff = text
  .regex(
    /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/,
    'write the cut-off as HH:MM, midnight as 24:00 / 日切请写成 HH:MM,午夜写 24:00',
  )
  .transform((written) => (written === '00:00' ? '24:00' : written));

const zone = text.refine(isZone, 'not a time zone such as Asia/Shanghai / 不是 Asia/Shanghai 这样的时区');

/** Whether the calendar is known is asked of the whole file, which knows those of the merchant. */
const calendar = text.regex(CALENDAR_NAME, 'a name such as CN / 名称,例如 CN');

const CYCLE =
  'write T+n for working days, D+n for calendar days, weekly, monthly, or stated / 请写 T+n(工作日)、D+n(自然日)、weekly、monthly 或 stated';
const LAG = 'write T+n for working days or D+n for calendar days / 请写 T+n(工作日)或 D+n(自然日)';

type Unlagged = 'stated' | 'weekly' | 'monthly';
type WrittenLag = { cycle: 'T' | 'D'; days: number };
/** `T+1` → its parts, or why it is none. */
function lagOf(written: string, otherwise: string): WrittenLag | string {
  const m = /^([TD])\+(\d{1,3})$/.exec(written);
  const days = Number(m?.[2]);
  if (m && days <= 180) return { cycle: m[1] as 'T' | 'D', days };
  return m ? 'more than 180 days / 超过 180 天' : otherwise;
}

const cycle = text.transform((written, ctx) => {
  if (written === 'stated' || written === 'weekly' || written === 'monthly') return { cycle: written as Unlagged };
  const lag = lagOf(written, CYCLE);
  if (typeof lag !== 'string') return lag;
  ctx.addIssue(lag);
  return z.NEVER;
});

const after = text.transform((written, ctx) => {
  const lag = lagOf(written, LAG);
  if (typeof lag !== 'string') return lag;
  ctx.addIssue(lag);
  return z.NEVER;
});

/** Monday is 1, as in ISO 8601. */
export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
/** The last day of a month: a closing day that a month does not have is its last. */
export const LAST_DAY = 31;

const closes = z.array(text).min(1, 'it is empty / 内容为空').max(31, 'more than 31 days / 超过 31 天');

const time = text.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'write the time as HH:MM / 时间请写成 HH:MM');

/** `0.60%` → 6000. Read as text and never through a float. */
const rate = text.transform((written, ctx) => {
  const digits = /^(\d{1,3}(?:\.\d{1,18})?) ?[%％]$/.exec(written)?.[1];
  const d = digits === undefined ? undefined : parseDecimal(digits);
  const ppm = d && rescale(d, 4);
  if (ppm && ppm.value >= 0n && ppm.value <= 1_000_000n) return Number(ppm.value);
  ctx.addIssue(
    d && !ppm
      ? 'the rate has more than four decimals of a percent / 费率的百分数最多四位小数'
      : `“${written}” is not a rate such as 0.60% / 不是 0.60% 这样的费率`,
  );
  return z.NEVER;
});

const currency = text.refine(isCurrency, 'not an ISO 4217 currency such as CNY / 不是 CNY 这样的 ISO 4217 货币代码');

const whole = (limit: number) =>
  text.transform((written, ctx) => {
    const n = /^\d{1,5}$/.test(written) ? Number(written) : Number.NaN;
    if (n <= limit) return n;
    ctx.addIssue(`write a whole number from 0 to ${limit} / 请写 0 到 ${limit} 的整数`);
    return z.NEVER;
  });

const SETTLE = {
  cycle: cycle.optional(),
  calendar: calendar.optional(),
  closes: closes.optional(),
  after: after.optional(),
  freeDays: oneOf('stay', 'next').optional(),
  cutoff: cutoff.optional(),
  zone: zone.optional(),
};
const settle = z.strictObject(SETTLE);

const RATE = { rate, fixed: text.optional(), min: text.optional(), max: text.optional() };
type WrittenRate = z.output<z.ZodObject<typeof RATE>>;

const TIER = { ...RATE, card: oneOf(...CARDS).optional(), from: text.optional() };

const FEE = {
  ...RATE,
  rounding: z.enum(['row', 'day', 'batch'], 'write row, day or batch / 请写 row、day 或 batch').default('row'),
  currency: currency.optional(),
  base: oneOf('settled', 'amount').optional(),
  tiers: z
    .array(z.strictObject(TIER))
    .min(1, 'it is empty / 内容为空')
    .max(50, 'more than 50 tiers / 超过 50 档')
    .optional(),
};
type Refuse = (message: string, path: readonly PropertyKey[]) => undefined;

const fee = z.strictObject(FEE).transform((written, ctx): Fee => {
  const refuse: Refuse = (message, path) => {
    ctx.addIssue({ code: 'custom', message, path: [...path] });
  };
  const { rounding, currency, base, tiers } = written;
  const amount = (value: string | undefined, path: readonly PropertyKey[]): bigint | undefined => {
    if (value === undefined) return undefined;
    return currency === undefined
      ? refuse('it needs fee.currency beside it / 需要同时写 fee.currency', path)
      : amountOf(value, currency, path, refuse);
  };
  const rateOf = (it: WrittenRate, at: readonly PropertyKey[]): Rate => {
    const [fixed, min, max] = (['fixed', 'min', 'max'] as const).map((name) => amount(it[name], [...at, name]));
    if (min !== undefined && max !== undefined && min > max)
      refuse('max is less than min / max 小于 min', [...at, 'max']);
    return { ppm: it.rate, ...present({ fixed, min, max }) };
  };
  const more = tiers?.map((tier, i) => {
    if (tier.card === undefined && tier.from === undefined) {
      refuse('it names neither card nor from / 未写明 card 或 from', ['tiers', i]);
    }
    return {
      ...rateOf(tier, ['tiers', i]),
      ...present({ card: tier.card, from: amount(tier.from, ['tiers', i, 'from']) }),
    };
  });
  const { ppm, ...bounds } = rateOf(written, []);
  return {
    ppm,
    rounding,
    ...present({ currency }),
    ...bounds,
    ...present({ tiers: more }),
    ...(base === 'amount' && { base }),
  };
});

function amountOf(written: string, currency: string, path: readonly PropertyKey[], refuse: Refuse): bigint | undefined {
  const minor = minorOf(written, currency);
  if (minor !== undefined && minor >= 0n) return minor;
  return refuse(`“${written}” is not an exact amount in ${currency} / 不是 ${currency} 的精确金额`, path);
}

const MONTHLY = {
  fee: text,
  currency,
  volume: text.optional(),
  when: oneOf('below', 'from').optional(),
  counts: oneOf('all', 'cards').optional(),
};
const monthly = z.strictObject(MONTHLY).transform((written, ctx): MonthlyFee => {
  const refuse: Refuse = (message, path) => {
    ctx.addIssue({ code: 'custom', message, path: [...path] });
  };
  const { currency, when, counts } = written;
  const minor = amountOf(written.fee, currency, ['fee'], refuse) ?? 0n;
  const volume = written.volume === undefined ? undefined : amountOf(written.volume, currency, ['volume'], refuse);
  if ((written.volume === undefined) !== (when === undefined)) {
    refuse('volume and when are written together / volume 与 when 须同时写', [when === undefined ? 'volume' : 'when']);
  }
  return { fee: money(minor, currency), ...present({ volume, when }), ...(counts === 'cards' && { counts }) };
});

const AMOUNT = { amount: text, currency };
const someMoney = z.strictObject(AMOUNT).transform((written, ctx): Money => {
  const minor = amountOf(written.amount, written.currency, ['amount'], (message, path) => {
    ctx.addIssue({ code: 'custom', message, path: [...path] });
  });
  return money(minor ?? 0n, written.currency);
});

const HOLDS = { reserve: rate.optional(), reserveDays: whole(366).optional(), freezeDays: whole(180).optional() };
const holds = z.strictObject(HOLDS).transform(({ reserve, reserveDays, freezeDays }, ctx): Holds => {
  if ((reserve === undefined) !== (reserveDays === undefined)) {
    const message = 'reserve and reserveDays are written together / reserve 与 reserveDays 须同时写';
    ctx.addIssue({ code: 'custom', message, path: [reserve === undefined ? 'reserveDays' : 'reserve'] });
  }
  return {
    ...(reserve !== undefined && { reserve: { ppm: reserve, days: reserveDays ?? 0 } }),
    ...present({ freezeDays: freezeDays === 0 ? undefined : freezeDays }),
  };
});

const READY = { time, zone };

function minorOf(written: string, currency: string): bigint | undefined {
  try {
    return parseMoney(written, currency).minor;
  } catch {
    return undefined;
  }
}

const ENTRY = {
  channel,
  account: text.optional(),
  from: date.optional(),
  settle: settle.optional(),
  fee: fee.optional(),
  monthly: monthly.optional(),
  minPayout: someMoney.optional(),
  holds: holds.optional(),
  payout: oneOf('auto', 'manual').optional(),
  bankAccount: text.optional(),
  bankAccountKind: oneOf('corporate', 'personal').optional(),
  bankNames: z.array(text).min(1, 'it is empty / 内容为空').max(50, 'more than 50 names / 超过 50 个名称').optional(),
  billReadyAt: z.strictObject(READY).optional(),
  carryDays: whole(31).optional(),
  cutoffMarginMinutes: whole(720).optional(),
  valueWindowDays: whole(31).optional(),
  matchWindowMinutes: whole(1440).optional(),
};
const entry = z.strictObject(ENTRY).transform((written, ctx): Plan => {
  const base = defaultPlan(written.channel);
  const merged = settleOf(base.settle, written.settle ?? {});
  if ('refused' in merged) {
    ctx.addIssue({ code: 'custom', message: merged.refused, path: ['settle', ...merged.path] });
  }
  const { settle: _, payout, ...rest } = written;
  return freeze({
    ...base,
    ...present(rest),
    ...(payout === 'manual' && { payout }),
    settle: 'refused' in merged ? base.settle : merged,
  });
});

type Refused = Readonly<{ refused: string; path: readonly string[] }>;

/** The channel's terms with what was written over them, or why the two do not fit. */
function settleOf(base: Settle, written: z.output<typeof settle>): Settle | Refused {
  const named = written.cycle ?? base;
  const day = {
    cutoff: written.cutoff ?? base.cutoff,
    zone: written.zone ?? base.zone,
    ...((written.freeDays ?? base.freeDays) === 'next' && { freeDays: 'next' as const }),
  };
  const baseLag = 'after' in base ? base.after : base;
  const known = baseLag.cycle === 'T' ? baseLag.calendar : undefined;
  const lag = (of: WrittenLag): Lag | Refused => {
    if (of.cycle === 'D') {
      if (written.calendar === undefined && written.freeDays !== 'next') return { cycle: 'D', days: of.days };
      const path = [written.calendar === undefined ? 'freeDays' : 'calendar'];
      return {
        refused: `${path[0] === 'calendar' ? 'a calendar' : 'it'} has a meaning only with T+n / ${path} 只用于 T+n`,
        path,
      };
    }
    const calendar = written.calendar ?? known;
    if (calendar !== undefined) return { cycle: 'T', days: of.days, calendar };
    return { refused: 'T+n needs a calendar here / 此处的 T+n 需要写明 calendar', path: ['calendar'] };
  };
  if (!('days' in named) && named.cycle !== 'stated') {
    const period = periodOf(named.cycle, base, written);
    if ('refused' in period) return period;
    const found = lag(period.after);
    return 'refused' in found ? found : { cycle: named.cycle, closes: period.closes, after: found, ...day };
  }
  for (const field of ['closes', 'after'] as const) {
    if (written[field] !== undefined) {
      return {
        refused: `it has a meaning only with weekly or monthly / ${field} 只用于 weekly 或 monthly`,
        path: [field],
      };
    }
  }
  if (!('days' in named)) {
    if (written.calendar === undefined) return { cycle: 'stated', ...withoutFreeDays(day) };
    return { refused: 'a calendar has a meaning only with T+n / calendar 只用于 T+n', path: ['calendar'] };
  }
  const found = lag(named);
  if ('refused' in found) return found;
  return { ...found, ...(found.cycle === 'T' ? day : withoutFreeDays(day)) };
}

const withoutFreeDays = ({ cutoff, zone }: Readonly<{ cutoff: string; zone: string }>) => ({ cutoff, zone });

function periodOf(
  cycle: 'weekly' | 'monthly',
  base: Settle,
  written: z.output<typeof settle>,
): Readonly<{ closes: readonly number[]; after: WrittenLag }> | Refused {
  const own = 'closes' in base && base.cycle === cycle ? base : undefined;
  const days = written.closes?.map((day) => closingDay(cycle, day));
  if (days?.some(Number.isNaN)) {
    return {
      refused:
        cycle === 'weekly'
          ? 'days of the week such as sunday / 请写 sunday 这样的星期'
          : 'days of the month from 1 to 31, or last / 请写 1 到 31,或 last',
      path: ['closes'],
    };
  }
  const closes = days ?? own?.closes;
  if (closes === undefined)
    return { refused: 'weekly and monthly need closes / weekly 与 monthly 需要写明 closes', path: ['cycle'] };
  return {
    closes: [...new Set(closes)].sort((a, b) => a - b),
    after: written.after ?? own?.after ?? { cycle: 'T', days: 1 },
  };
}

function closingDay(cycle: 'weekly' | 'monthly', written: string): number {
  if (cycle === 'weekly') {
    const at = (WEEKDAYS as readonly string[]).indexOf(written.toLowerCase());
    return at === -1 ? Number.NaN : at + 1;
  }
  if (written === 'last') return LAST_DAY;
  return /^([1-9]|[12]\d|3[01])$/.test(written) ? Number(written) : Number.NaN;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined: an absent field is absent, it does not override a default. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

const file = z.strictObject({ plans: z.array(entry) });

/** Every field of an entry as it is written, for messages and for the test of the reference page. */
export const PLAN_FIELDS = {
  plan: Object.keys(ENTRY),
  settle: Object.keys(SETTLE),
  fee: Object.keys(FEE),
  tiers: Object.keys(TIER),
  monthly: Object.keys(MONTHLY),
  minPayout: Object.keys(AMOUNT),
  holds: Object.keys(HOLDS),
  billReadyAt: Object.keys(READY),
} as const;

/** Reads plans.yaml. Throws `file.not_found`, `file.unreadable`, or `config.invalid` with `path:line:column`. */
export async function loadPlans(path: string, calendars?: readonly string[]): Promise<readonly Plan[]> {
  return parsePlans(await readText(path), path, calendars);
}

/** As `loadPlans`, for a text already read; `path` is for messages, `calendars` the names that a plan may use: `any` where it was read before. */
export function parsePlans(
  source: string,
  path: string,
  calendars: readonly string[] | 'any' = CALENDARS,
): readonly Plan[] {
  const { plans } = parseYaml(source, path, file, knownIn, (data) => {
    const again = repeated(data.plans);
    if (again !== undefined) {
      const reason = 'a plan for this channel, account and date stands above / 上文已有同一渠道、账户与日期的方案';
      return { path: ['plans', again], reason };
    }
    if (calendars === 'any') return undefined;
    const unknown = data.plans.findIndex((plan) => !calendars.includes(calendarIn(plan) ?? 'CN'));
    if (unknown === -1) return undefined;
    const known = `${calendars.join(', ')} / 没有这个日历;可用:${calendars.join('、')}`;
    return { path: ['plans', unknown, 'settle', 'calendar'], reason: `not a calendar; known: ${known}` };
  });
  return Object.freeze(plans);
}

function calendarIn({ settle }: Plan): string | undefined {
  const lag = 'after' in settle ? settle.after : settle;
  return lag.cycle === 'T' ? lag.calendar : undefined;
}

/** The index of the first plan that has channel, account and date of an earlier one. */
function repeated(plans: readonly Plan[]): number | undefined {
  const seen = new Set<string>();
  const at = plans.findIndex((p) => {
    const key = JSON.stringify([p.channel, p.account ?? null, p.from?.toString() ?? null]);
    return seen.size === seen.add(key).size;
  });
  return at === -1 ? undefined : at;
}

function knownIn(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return ['plans'];
  const name = path.findLast((step): step is string => typeof step === 'string')!;
  return name in PLAN_FIELDS ? PLAN_FIELDS[name as keyof typeof PLAN_FIELDS] : PLAN_FIELDS.plan;
}
