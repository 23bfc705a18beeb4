/**
 * What plans cost for a month that is expected, and which of them is the cheapest that fits. Pure, in integers; each step is told with its
 * exact figures, so that it can be done again by hand. It promises nothing: the month is a guess, the rates are the contract's.
 */
import type { Text } from '../base/lang.ts';
import { allocate, divideRounding, groupedText, type Money, money, scaledText } from '../base/money.ts';
import { chargesMonthly, expectedFee, rateFor } from './fee.ts';
import { CARDS, type Card, type Plan, type Rate } from './plan.ts';
import { rateText } from './write.ts';

export type Expected = Readonly<{
  /** What a month brings in, and what one payment is worth on average; one currency. */
  volume: Money;
  ticket: Money;
  /** Shares in parts per million, one million together. */
  mix: Readonly<Record<Card, number>>;
  /** The account that money may be settled to. */
  accountKind: 'corporate' | 'personal';
}>;

export type Offer = Readonly<{ id: string; name: Text; plan: Plan }>;

type Costed = Readonly<{
  id: string;
  name: Text;
  /** Why it cannot be had; empty: it fits. */
  against: readonly Text[];
  steps: readonly Text[];
  /** Absent where the plan does not tell a fee. */
  total?: Money;
}>;

export type Advice = Readonly<{ options: readonly Costed[]; recommended?: string; why: Text }>;

const CARD_NAMES: Readonly<Record<Card, Text>> = {
  debit: { en: 'debit cards', zh: '借记卡' },
  credit: { en: 'credit cards', zh: '贷记卡' },
  wallet: { en: 'wallets', zh: '扫码' },
};

/** The cheapest offer that fits comes first; those that do not fit, or tell no fee, come last, in the order given. */
export function advise(expected: Expected, offers: readonly Offer[]): Advice {
  const options = offers.map((offer) => cost(expected, offer));
  const open = options.filter((o) => o.against.length === 0 && o.total !== undefined);
  const best = open.toSorted((a, b) => compareMinor(a.total!.minor, b.total!.minor));
  const ordered = [...best, ...options.filter((o) => !best.includes(o))];
  const first = best[0];
  if (first === undefined) {
    return { options: ordered, why: { en: 'none of these plans fits', zh: '没有适用的方案' } };
  }
  const amount = shown(first.total!);
  const next = best[1];
  const less = next && shown(money(next.total!.minor - first.total!.minor, next.total!.currency));
  return {
    options: ordered,
    recommended: first.id,
    why: {
      en: `${first.name.en}: ${amount} a month${less === undefined ? ', the only one that fits' : `, ${less} less than ${next!.name.en}`}`,
      zh: `${first.name.zh}:每月 ${amount}${less === undefined ? ',唯一适用' : `,比${next!.name.zh}少 ${less}`}`,
    },
  };
}

const compareMinor = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
const shown = ({ minor, currency }: Money): string => `${groupedText(minor, currency)} ${currency}`;

function cost(expected: Expected, { id, name, plan }: Offer): Costed {
  const { volume, ticket, mix } = expected;
  const { currency } = volume;
  const steps: Text[] = [];
  const payments = divideRounding(volume.minor, ticket.minor);
  steps.push({
    en: `payments a month: ${shown(volume)} ÷ ${shown(ticket)} ≈ ${payments}`,
    zh: `每月笔数:${shown(volume)} ÷ ${shown(ticket)} ≈ ${payments}`,
  });
  const counts = allocate(
    money(payments, currency),
    CARDS.map((card) => BigInt(mix[card])),
  );
  let total: bigint | undefined = 0n;
  for (const [i, card] of CARDS.entries()) {
    const count = counts[i]!.minor;
    if (count === 0n) continue;
    const fee = feesOf(count, ticket, card, plan);
    steps.push(fee.step);
    total = total === undefined || fee.minor === undefined ? undefined : total + fee.minor;
  }
  const service = monthlyFee(expected, plan);
  if (service !== undefined) {
    steps.push(service.step);
    if (total !== undefined) total += service.minor;
  }
  if (total !== undefined) {
    const sum = shown(money(total, currency));
    steps.push({ en: `together: ${sum}`, zh: `合计:${sum}` });
  }
  return {
    id,
    name,
    against: againstOf(expected, plan),
    steps,
    ...(total !== undefined && { total: money(total, currency) }),
  };
}

function againstOf({ accountKind }: Expected, plan: Plan): readonly Text[] {
  if (plan.bankAccountKind === undefined || plan.bankAccountKind === accountKind) return [];
  return [
    plan.bankAccountKind === 'corporate'
      ? { en: 'it settles to a company account', zh: '须结算到对公账户' }
      : { en: 'it settles to the legal person’s own account', zh: '须结算到法人个人账户' },
  ];
}

type Part = Readonly<{ step: Text; minor: bigint | undefined }>;

function feesOf(count: bigint, ticket: Money, card: Card, plan: Plan): Part {
  const name = CARD_NAMES[card];
  const each = expectedFee(ticket.minor, ticket.currency, plan, card);
  const rate = plan.fee && rateFor(plan.fee, ticket.minor, card);
  if (each === undefined || rate === undefined) {
    return {
      step: { en: `${name.en}: the plan tells no fee for these`, zh: `${name.zh}:方案未约定费用` },
      minor: undefined,
    };
  }
  const minor = plan.fee?.rounding === 'row' ? each.value * count : divideRounding(each.value * count, 1_000_000n);
  const one = scaledText(each.value, each.scale);
  const sum = shown(money(minor, ticket.currency));
  const by = rateWords(rate, ticket.currency);
  return {
    step: {
      en: `${name.en}: ${count} × ${one} (${shown(ticket)} at ${by.en}) = ${sum}`,
      zh: `${name.zh}:${count} 笔 × ${one}(每笔 ${shown(ticket)},费率 ${by.zh})= ${sum}`,
    },
    minor,
  };
}

function rateWords(rate: Rate, currency: string): Text {
  const amount = (minor: bigint): string => groupedText(minor, currency);
  const en = [rateText(rate.ppm)];
  const zh = [rateText(rate.ppm)];
  if (rate.fixed !== undefined) {
    en.push(`plus ${amount(rate.fixed)}`);
    zh.push(`另加 ${amount(rate.fixed)}`);
  }
  if (rate.min !== undefined) {
    en.push(`at least ${amount(rate.min)}`);
    zh.push(`最低 ${amount(rate.min)}`);
  }
  if (rate.max !== undefined) {
    en.push(`at most ${amount(rate.max)}`);
    zh.push(`封顶 ${amount(rate.max)}`);
  }
  return { en: en.join(', '), zh: zh.join(',') };
}

function monthlyFee({ volume, mix }: Expected, plan: Plan): (Part & { minor: bigint }) | undefined {
  const { monthly } = plan;
  if (monthly === undefined || monthly.fee.currency !== volume.currency) return undefined;
  const cards = BigInt(mix.debit + mix.credit);
  const counted = monthly.counts === 'cards' ? divideRounding(volume.minor * cards, 1_000_000n) : volume.minor;
  const charged = chargesMonthly(monthly, counted);
  const minor = charged ? monthly.fee.minor : 0n;
  const fee = shown(money(minor, volume.currency));
  if (monthly.volume === undefined) {
    return { step: { en: `service fee: ${fee}`, zh: `月服务费:${fee}` }, minor };
  }
  const had = shown(money(counted, volume.currency));
  const limit = shown(money(monthly.volume, volume.currency));
  const below = counted < monthly.volume;
  const what: Text = monthly.counts === 'cards' ? { en: 'card volume', zh: '刷卡额' } : { en: 'volume', zh: '交易额' };
  return {
    step: {
      en: `service fee: ${what.en} ${had} is ${below ? 'below' : 'not below'} ${limit}, charged ${monthly.when === 'from' ? 'from there on' : 'below it'}: ${fee}`,
      zh: `月服务费:${what.zh} ${had} ${below ? '低于' : '不低于'} ${limit},${monthly.when === 'from' ? '达到后收取' : '低于时收取'}:${fee}`,
    },
    minor,
  };
}
