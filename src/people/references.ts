/**
 * The numbers in what a customer shows: pasted text, a barcode's content, something typed. Pure: text in, hits out.
 *
 * A hit is a guess with its reasons, never a finding: whoever looks in the book decides. Long numbers are taken by their own shape wherever they
 * stand, also with blanks, full-width digits or a line break inside; short ones only after a label or where they were typed as a number.
 *
 * Sources: the layouts of the wallets' payment details (zh-CN and en); number shapes as the channels' documents and samples have them. A
 * shape is a habit of the channel and not its promise, so only a date that cannot be is called impossible.
 */
import type { Text } from '../base/lang.ts';
import type { ChannelId } from '../channels/channel.ts';
import type { RefKind } from '../observations/observation.ts';

/** `typed`: by a person of ours, who may mistype; the others were shown. */
export type Origin = 'typed' | 'text' | 'barcode' | 'file';

export type Hit = Readonly<{
  value: string;
  /** What it may be, likeliest first. */
  guesses: readonly RefKind[];
  /** Whose shape it has. */
  shape: ShapeName | undefined;
  origin: Origin;
  /** Where it begins in the text. */
  at: number;
  why: Text;
  /** The day that stands in the number. */
  on?: Temporal.PlainDate;
  /** The day in the number is none of the calendar's, or lies before there was such a channel. */
  impossible?: true;
}>;

type Shape = Readonly<{
  pattern: RegExp;
  provider: ChannelId;
  guesses: readonly RefKind[];
  /** Long and particular enough to be believed without a label. */
  alone: boolean;
  /** Where YYYYMMDD stands; absent where the channel's habit is not sure enough to call a number impossible. */
  day?: readonly [from: number, to: number];
  since?: number;
  name: Text;
}>;

export const SHAPES = {
  wechat: {
    pattern: /^42\d{26}$/,
    provider: 'wechatpay',
    guesses: ['channel_trade', 'wallet_trade'],
    alone: true,
    day: [10, 18],
    since: 2013,
    name: { en: 'a WeChat Pay transaction number', zh: '微信支付交易单号' },
  },
  alipay: {
    pattern: /^20\d{26}$/,
    provider: 'alipay',
    guesses: ['channel_trade', 'wallet_trade'],
    alone: true,
    day: [0, 8],
    since: 2004,
    name: { en: 'an Alipay trade number', zh: '支付宝交易号' },
  },
  unionpay: {
    pattern: /^\d{21}$/,
    provider: 'unionpay',
    guesses: ['query_id', 'channel_trade'],
    alone: true,
    name: { en: 'a UnionPay query number', zh: '银联查询流水号' },
  },
  lakala_trade: {
    pattern: /^\d{22}$/,
    provider: 'lakala',
    guesses: ['channel_trade'],
    alone: true,
    name: { en: 'a Lakala trade number', zh: '拉卡拉交易流水号' },
  },
  lakala_log: {
    pattern: /^\d{14}$/,
    provider: 'lakala',
    guesses: ['log_no'],
    alone: false,
    name: { en: 'a Lakala log number', zh: '拉卡拉对账单流水号' },
  },
  rrn: {
    pattern: /^\d{12}$/,
    provider: 'unionpay',
    guesses: ['rrn'],
    alone: false,
    name: { en: 'a card reference number (RRN)', zh: '银行卡检索参考号' },
  },
  stripe: {
    pattern: /^(pi|ch|py|re|po|txn)_[A-Za-z0-9]{10,60}$/,
    provider: 'stripe',
    guesses: ['payment', 'channel_trade', 'refund', 'batch'],
    alone: true,
    name: { en: 'a Stripe number', zh: 'Stripe 编号' },
  },
  adyen: {
    pattern: /^(?=.*[A-Z])(?=.*\d)[A-Z0-9]{16}$/,
    provider: 'adyen',
    guesses: ['channel_trade'],
    alone: true,
    name: { en: 'an Adyen PSP reference', zh: 'Adyen PSP 参考号' },
  },
  paypal: {
    pattern: /^(?=.*[A-Z])(?=.*\d)[A-Z0-9]{17}$/,
    provider: 'paypal',
    guesses: ['channel_trade', 'payment'],
    alone: true,
    name: { en: 'a PayPal transaction number', zh: 'PayPal 交易号' },
  },
} as const satisfies Record<string, Shape>;
type ShapeName = keyof typeof SHAPES;
const NAMES = Object.keys(SHAPES) as ShapeName[];
const shapeAt = (name: ShapeName): Shape => SHAPES[name];

type Label = Readonly<{ pattern: RegExp; guesses: readonly RefKind[] }>;

/** Longer names first: 订单号 ends 商户订单号. */
const LABELS: readonly Label[] = [
  {
    pattern: /(?:商户|商家|外部)(?:订单|单)(?:编)?号|merchant\s+(?:order|transaction)\s*(?:no\.?|number|id|#)?/iu,
    guesses: ['order', 'payment'],
  },
  {
    pattern: /(?:商户|商家)?退款(?:订单|单|流水)?号|refund\s*(?:no\.?|number|id|reference)/iu,
    guesses: ['refund', 'channel_refund'],
  },
  {
    pattern: /(?:检索)?参考号|\brrn\b|(?:retrieval\s+)?reference\s*(?:no\.?|number)/iu,
    guesses: ['rrn', 'query_id', 'channel_trade'],
  },
  { pattern: /查询流水号|\bquery\s?id\b/iu, guesses: ['query_id', 'channel_trade'] },
  { pattern: /psp\s?reference/iu, guesses: ['channel_trade'] },
  {
    pattern: /(?:交易|支付|付款|银行)?流水(?:单)?号|凭证号|\blog[_\s]?(?:no|number)\.?/iu,
    guesses: ['log_no', 'channel_trade', 'bank_ref'],
  },
  {
    pattern:
      /(?:交易|支付|转账|微信支付|微信)(?:订)?单?号|(?:transaction|trade|payment|transfer)\s*(?:no\.?|number|id|#)/iu,
    guesses: ['channel_trade', 'wallet_trade'],
  },
  {
    pattern: /订单(?:编)?号|\border\s*(?:no\.?|number|id|ref(?:erence)?|#)/iu,
    guesses: ['order', 'payment', 'wallet_trade'],
  },
];

/** A detail page has a few hundred characters; what is longer is read so far. */
const MOST_TEXT = 8_000;
const MOST_HITS = 50;

/** Character by character, so that places stay places: full-width forms, the ideographic blank, invisible blanks. */
export function plain(text: string): string {
  return text.slice(0, MOST_TEXT).replace(/[\uff01-\uff5e\u3000\u00a0\u2000-\u200b\u202f\ufeff\uffe5]/g, (c) => {
    const code = c.charCodeAt(0);
    if (code === 0xffe5) return '¥';
    return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : ' ';
  });
}

/** Every number in what was shown or said, in the order of their places; each value once. */
export function referencesIn(text: string, origin: Origin): readonly Hit[] {
  const flat = plain(text);
  const hits = [...labelled(flat, origin)];
  const taken = hits.map((h) => [h.at, h.at + h.length] as const);
  const isFree = (from: number, to: number): boolean => taken.every(([a, b]) => to <= a || from >= b);
  for (const hit of standing(flat, origin)) if (isFree(hit.at, hit.at + hit.length)) hits.push(hit);
  if (origin === 'typed' || origin === 'barcode') hits.push(...whole(flat, origin));
  const once = new Map<string, Hit>();
  for (const { length: _, ...hit } of hits.sort((a, b) => a.at - b.at))
    if (!once.has(hit.value)) once.set(hit.value, Object.freeze(hit));
  return [...once.values()].slice(0, MOST_HITS);
}

type Placed = Hit & Readonly<{ length: number }>;

/** The shape a value has; of a short one only where something else says that it is a number. */
export const shapeOf = (value: string, isNamed: boolean): ShapeName | undefined =>
  NAMES.find((name) => (isNamed || shapeAt(name).alone) && shapeAt(name).pattern.test(value));

function hitOf(
  value: string,
  origin: Origin,
  place: Readonly<{ at: number; length: number; label?: string | undefined }>,
  named: readonly RefKind[],
): Placed {
  const shape = shapeOf(value, named.length > 0);
  const of = shape === undefined ? undefined : shapeAt(shape);
  const guesses = [...new Set([...(of?.guesses ?? []), ...named])];
  const says = of?.name ?? { en: 'a number', zh: '编号' };
  return {
    value,
    guesses,
    shape,
    origin,
    ...place,
    why:
      place.label === undefined
        ? { en: `it has the form of ${says.en}`, zh: `形式符合${says.zh}` }
        : { en: `it stands after “${place.label}”: ${says.en}`, zh: `位于“${place.label}”之后:${says.zh}` },
    ...dayIn(value, of),
  };
}

function dayIn(value: string, shape: Shape | undefined): Pick<Hit, 'on' | 'impossible'> {
  if (shape?.day === undefined) return {};
  const [y, m, d] = /^(\d{4})(\d{2})(\d{2})$/
    .exec(value.slice(...shape.day))!
    .slice(1)
    .map(Number) as [number, number, number];
  if (y < (shape.since ?? 0) || m < 1 || m > 12 || d < 1) return { impossible: true };
  try {
    return { on: Temporal.PlainDate.from({ year: y, month: m, day: d }, { overflow: 'reject' }) };
  } catch {
    return { impossible: true };
  }
}

// ---------------------------------------------------------------- after a label

const BETWEEN = /^[ \t]*(?:[::=#][ \t]*)?(?:\r?\n[ \t]*)?/;
const VALUE = /^[A-Za-z0-9][A-Za-z0-9_\-|.@]*/;

function labelled(text: string, origin: Origin): readonly Placed[] {
  const found: Placed[] = [];
  const seen: Array<readonly [number, number]> = [];
  for (const { pattern, guesses } of LABELS) {
    for (const match of text.matchAll(new RegExp(pattern, `${pattern.flags}g`))) {
      const from = match.index;
      const to = from + match[0].length;
      if (seen.some(([a, b]) => from < b && to > a)) continue;
      seen.push([from, to]);
      const at = to + BETWEEN.exec(text.slice(to))![0].length;
      const value = valueAt(text, at);
      if (value === undefined) continue;
      found.push(hitOf(value.text, origin, { at, length: value.length, label: match[0].trim() }, guesses));
    }
  }
  return found;
}

/** The number that begins here, put together where blanks or a line break cut it. */
function valueAt(text: string, at: number): Readonly<{ text: string; length: number }> | undefined {
  const first = VALUE.exec(text.slice(at))?.[0].replace(/[-.|_@]+$/, '');
  if (first === undefined) return undefined;
  let value = first;
  let end = at + first.length;
  // Masked numbers name nothing.
  if (text[end] === '*') return undefined;
  for (;;) {
    const more = /^(?:[ \t]{1,3}|[ \t]*\r?\n[ \t]*)(\d+)(?![A-Za-z0-9_:年月日/.-])/.exec(text.slice(end));
    if (more === null || !/^\d+$/.test(value)) break;
    const isBroken = /\n/.test(more[0]);
    const joined = value + more[1]!;
    // A line is broken only inside a long number, and what follows is nothing but the rest of it.
    const rest = /^[^\n]*/.exec(text.slice(end + more[0].length))![0].trim();
    if (isBroken && (rest !== '' || value.length < 12)) break;
    if (joined.length > 32) break;
    value = joined;
    end += more[0].length;
  }
  if (value.length < 4 || !/\d/.test(value) || value.length > 64) return undefined;
  return { text: value, length: end - at };
}

// ---------------------------------------------------------------- standing alone

const MOST_GROUPS = 16;
/** Of the digits that are believed without a label. */
const SHORTEST = 21;

function standing(text: string, origin: Origin): readonly Placed[] {
  const found: Placed[] = [];
  for (const match of text.matchAll(/[A-Za-z0-9_]+/g)) {
    const [value] = match;
    if (!/^\d+$/.test(value) && shapeOf(value, false) !== undefined)
      found.push(hitOf(value, origin, { at: match.index, length: value.length }, []));
  }
  const groups = [...text.matchAll(/(?<![A-Za-z0-9_])\d+(?![A-Za-z0-9_])/g)];
  for (let i = 0; i < groups.length; i += 1) {
    const joined = longest(text, groups, i);
    if (joined === undefined) continue;
    found.push(hitOf(joined.value, origin, { at: groups[i]!.index, length: joined.end - groups[i]!.index }, []));
    i = joined.last;
  }
  return found;
}

/** The longest chain of groups from here that is a number of a known shape. What blanks cut must have a day inside that can be. */
function longest(
  text: string,
  groups: readonly RegExpExecArray[],
  from: number,
): Readonly<{ value: string; last: number; end: number }> | undefined {
  let value = '';
  let best: Readonly<{ value: string; last: number; end: number }> | undefined;
  for (let i = from; i < groups.length && i < from + MOST_GROUPS; i += 1) {
    const group = groups[i]!;
    if (i > from) {
      const before = groups[i - 1]!;
      const gap = text.slice(before.index + before[0].length, group.index);
      if (!/^(?:[ \t]{1,3}|[ \t]*\r?\n[ \t]*)$/.test(gap)) break;
    }
    value += group[0];
    if (value.length > 28) break;
    if (value.length < SHORTEST) continue;
    const name = shapeOf(value, false);
    if (name === undefined) continue;
    if (i > from && dayIn(value, shapeAt(name)).on === undefined) continue;
    best = { value, last: i, end: group.index + group[0].length };
  }
  return best;
}

// ---------------------------------------------------------------- all of it

/** What was typed, or stands in a barcode, is itself a number; of an address its parts are. */
function whole(text: string, origin: Origin): readonly Placed[] {
  const trimmed = text.trim();
  const at = text.indexOf(trimmed);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) {
    return [...trimmed.matchAll(/[A-Za-z0-9_-]{8,64}/g)]
      .filter((m) => /\d{4}/.test(m[0]))
      .map((m) =>
        hitOf(m[0], origin, { at: at + m.index, length: m[0].length }, ['order', 'channel_trade', 'payment']),
      );
  }
  const value = /^[\d \t]+$/.test(trimmed) ? trimmed.replace(/[ \t]/g, '') : trimmed;
  if (!/^[\x21-\x7e]{1,128}$/.test(value) || !/[A-Za-z0-9]{2}/.test(value)) return [];
  return [hitOf(value, origin, { at, length: trimmed.length }, ['order', 'payment', 'channel_trade'])];
}
