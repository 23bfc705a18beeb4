/**
 * Reads plans.yaml into plans (docs/reference/plans.md is the reference, tested against this file).
 *
 * Every value is read as the text that was written (YAML's failsafe schema): no number ever becomes a float, `0.60%` is
 * exact, and a merchant number keeps its leading zeros with or without quotes. What is not understood is refused with its
 * line and column; nothing is guessed and no field is ignored. Reasons are in both languages, as everywhere.
 */
import * as z from 'zod';
import { isCurrency } from '../base/currency.ts';
import { parseDecimal, parseMoney, rescale } from '../base/money.ts';
import { isZone } from '../base/time.ts';
import { parseYaml, readText } from '../base/yaml.ts';
import { CALENDARS } from './calendar.ts';
import { defaultPlan, type Fee, freeze, type Plan, type Settle } from './plan.ts';

const text = z
  .string()
  .trim()
  .min(1, 'it is empty / 内容为空')
  .max(200, 'it is longer than 200 characters / 超过 200 个字符');

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

const calendar = text.pipe(
  z.enum(CALENDARS, `not a calendar; known: ${CALENDARS.join(', ')} / 没有这个日历;可用:${CALENDARS.join('、')}`),
);

const CYCLE = 'write T+n for working days, D+n for calendar days, or stated / 请写 T+n(工作日)、D+n(自然日)或 stated';

const cycle = text.transform((written, ctx) => {
  if (written === 'stated') return { cycle: 'stated' as const };
  const m = /^([TD])\+(\d{1,3})$/.exec(written);
  const days = Number(m?.[2]);
  if (m && days <= 180) return { cycle: m[1] as 'T' | 'D', days };
  ctx.addIssue(m ? 'more than 180 days / 超过 180 天' : CYCLE);
  return z.NEVER;
});

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
  cutoff: cutoff.optional(),
  zone: zone.optional(),
};
const settle = z.strictObject(SETTLE);

const FEE = {
  rate,
  rounding: z.enum(['row', 'day'], 'write row or day / 请写 row 或 day').default('row'),
  currency: currency.optional(),
  min: text.optional(),
  max: text.optional(),
};
const fee = z.strictObject(FEE).transform(({ rate: ppm, rounding, currency, ...bounds }, ctx): Fee => {
  const bound = (name: 'min' | 'max'): bigint | undefined => {
    const written = bounds[name];
    if (written === undefined) return undefined;
    const refuse = (message: string): undefined => {
      ctx.addIssue({ code: 'custom', message, path: [name] });
    };
    if (currency === undefined) return refuse('it needs fee.currency beside it / 需要同时写 fee.currency');
    const minor = minorOf(written, currency);
    if (minor === undefined || minor < 0n) {
      return refuse(`“${written}” is not an exact amount in ${currency} / 不是 ${currency} 的精确金额`);
    }
    return minor;
  };
  const min = bound('min');
  const max = bound('max');
  if (min !== undefined && max !== undefined && min > max) {
    ctx.addIssue({ code: 'custom', message: 'max is less than min / max 小于 min', path: ['max'] });
  }
  return { ppm, rounding, ...present({ currency, min, max }) };
});

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
  bankAccount: text.optional(),
  bankNames: z.array(text).min(1, 'it is empty / 内容为空').optional(),
  carryDays: whole(31).optional(),
  cutoffMarginMinutes: whole(720).optional(),
  valueWindowDays: whole(31).optional(),
  matchWindowMinutes: whole(1440).optional(),
};
const entry = z.strictObject(ENTRY).transform((written, ctx): Plan => {
  const base = defaultPlan(written.channel);
  const merged = settleOf(base.settle, written.settle ?? {});
  if (typeof merged === 'string') ctx.addIssue({ code: 'custom', message: merged, path: ['settle', 'calendar'] });
  const { settle: _, ...rest } = written;
  return freeze({ ...base, ...present(rest), settle: typeof merged === 'string' ? base.settle : merged });
});

/** The channel's terms with what was written over them, or why the two do not fit. */
function settleOf(base: Settle, written: z.output<typeof settle>): Settle | string {
  const days = written.cycle ?? base;
  const day = { cutoff: written.cutoff ?? base.cutoff, zone: written.zone ?? base.zone };
  if (days.cycle === 'T') {
    const calendar = written.calendar ?? (base.cycle === 'T' ? base.calendar : undefined);
    if (calendar === undefined) return 'T+n needs a calendar here / 此处的 T+n 需要写明 calendar';
    return { cycle: 'T', days: days.days, calendar, ...day };
  }
  if (written.calendar !== undefined) return 'a calendar has a meaning only with T+n / calendar 只用于 T+n';
  return days.cycle === 'D' ? { cycle: 'D', days: days.days, ...day } : { cycle: 'stated', ...day };
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
} as const;

/** Reads plans.yaml. Throws `file.not_found`, `file.unreadable`, or `config.invalid` with `path:line:column`. */
export async function loadPlans(path: string): Promise<readonly Plan[]> {
  return parsePlans(await readText(path), path);
}

/** As `loadPlans`, for a text already read; `path` is for messages. */
export function parsePlans(source: string, path: string): readonly Plan[] {
  const { plans } = parseYaml(source, path, file, knownIn, (data) => {
    const again = repeated(data.plans);
    if (again === undefined) return undefined;
    const reason = 'a plan for this channel, account and date stands above / 上文已有同一渠道、账户与日期的方案';
    return { path: ['plans', again], reason };
  });
  return Object.freeze(plans);
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
  const last = path.at(-1);
  if (last === undefined) return ['plans'];
  return last === 'settle' || last === 'fee' ? PLAN_FIELDS[last] : PLAN_FIELDS.plan;
}
