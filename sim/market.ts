/**
 * The market while a day goes by: sales happen, some of them are written into the merchant's book, some into a channel's.
 * Ordinary business writes both; a planted trouble writes them differently and says at once, from its own knowledge, what a
 * reconciliation must find. Nothing here ever matches anything.
 */
import { divideRounding } from '../src/base/money.ts';
import { type Random, seeded } from '../src/base/random.ts';
import type { Joint } from '../src/reconcile/result.ts';
import type { FindingCode } from '../src/verdicts/findings.ts';
import { MENUS, type Till } from './chain.ts';
import type { Dispute, LedgerEntry, OrderRow, Trade } from './documents/domain.ts';
import { compactDate } from './documents/text.ts';
import { queryNo } from './documents/unionpay-zip.ts';

/** What a reconciliation must say about one planted trouble. */
export type Trouble = Readonly<{
  finding: FindingCode;
  joint: Joint;
  /** Ours − theirs, in minor units. */
  difference: bigint;
  currency: string;
  /** The reference a person would search for; for a batch nobody numbered, `channel account day`. */
  ref: string;
}>;

/** One sale, complete and consistent: the row of the book and the row of the bill. */
export type Sale = Readonly<{ till: Till; order: OrderRow; trade: Trade }>;

export type SaleOptions = Readonly<{ amount?: bigint; product?: string; discount?: bigint; attempt?: number }>;

export type Market = Readonly<{
  on: Temporal.PlainDate;
  random: Random;
  orders: OrderRow[];
  trades: Map<string, Trade[]>;
  disputes: Dispute[];
  truth: Trouble[];
  /** What a channel's ledger does to a payment, by the channel's number: leaves it out, or books less. */
  ledgerGaps: Set<string>;
  ledgerShort: Map<string, bigint>;
  /** Movements of store 01's WeChat account that are of no sale of the day. */
  ledgerExtras: LedgerEntry[];
  /** A sale at this till, at `HH:MM:SS` or an instant; nothing is written yet. */
  sale(till: Till, at: string | Temporal.PlainDateTime, options?: SaleOptions): Sale;
  /** What goes back of a sale, whole or in part: the row of the book and the row of the bill. */
  giveBack(sale: Sale, at: string | Temporal.PlainDateTime, amount?: bigint): Pick<Sale, 'order' | 'trade'>;
  /** Another payment of the same order. */
  again(sale: Sale, at: string): Trade;
  book(...rows: OrderRow[]): void;
  pay(...trades: Trade[]): void;
  /** A number of digits that was not given before. */
  serial(prefix: string, width: number): string;
  expect(finding: FindingCode, joint: Joint, difference: bigint, ref: string): void;
}>;

export const feeOf = (amount: bigint, ppm: number): bigint => divideRounding(amount * BigInt(ppm), 1_000_000n);

export function openMarket(seed: number, on: Temporal.PlainDate): Market {
  const random = seeded(seed);
  const day = compactDate(on);
  const orders: OrderRow[] = [];
  const trades = new Map<string, Trade[]>();
  const truth: Trouble[] = [];
  const counters = new Map<string, number>();
  const serial = (prefix: string, width: number): string => {
    const next = (counters.get(prefix) ?? 0) + 1;
    counters.set(prefix, next);
    return `${prefix}${String(next).padStart(width - prefix.length, '0')}`;
  };
  const instant = (at: string | Temporal.PlainDateTime): Temporal.PlainDateTime =>
    typeof at === 'string' ? on.toPlainDateTime(at) : at;
  /** Between `least` and `most` seconds later, but never past midnight. */
  const soon = (at: Temporal.PlainDateTime, least: number, most: number): Temporal.PlainDateTime => {
    const later = at.add({ seconds: least + random.below(most - least + 1) });
    return later.toPlainDate().equals(at.toPlainDate()) ? later : at;
  };
  const tradeNo = (till: Till, at: Temporal.PlainDateTime): string => {
    switch (till.channel) {
      case 'wechatpay':
        return serial(`42000029${random.digits(2)}${day}`, 28);
      case 'alipay':
        return serial(`${day}22001${random.digits(5)}`, 28);
      case 'lakala':
        return serial(day.slice(2), 14);
      default:
        return queryNo(at, serial('', 6));
    }
  };
  const refundNo = (till: Till, at: Temporal.PlainDateTime): string =>
    till.channel === 'wechatpay' ? serial(`503000${random.digits(4)}${day}`, 28) : tradeNo(till, at);

  const sale: Market['sale'] = (till, when, options = {}) => {
    const createdAt = instant(when);
    const [product, price] = options.product ? [options.product, options.amount ?? 0n] : basket(till, random);
    const amount = options.amount ?? price;
    // A discount is for more than a few yuan.
    const discount = options.discount ?? 0n;
    const settle = amount > 4n * discount ? amount - discount : amount;
    const paidAt = soon(createdAt, 6, 24);
    const orderRef = serial(`${till.store}${day.slice(2)}`, 12);
    const paymentRef = options.attempt === undefined ? undefined : `${orderRef}-${options.attempt}`;
    const at = till.standAlone ? soon(createdAt, 5, 85) : paidAt.subtract({ seconds: 1 });
    const number = tradeNo(till, at);
    const { channel, account, store, terminal } = till;
    const order: OrderRow = {
      ...{ orderRef, paymentRef, kind: 'payment', status: 'paid', amount, createdAt, paidAt, channel, store, terminal },
      channelRef: till.keepsNumbers ? number : undefined,
    };
    const trade: Trade = {
      ...{ kind: 'payment', at, account, amount, settle, fee: feeOf(settle, till.feePpm), feePpm: till.feePpm },
      ...{
        tradeNo: number,
        orderRef: till.standAlone ? '' : (paymentRef ?? orderRef),
        store,
        method: till.method,
        product,
      },
      terminal: till.standAlone ? terminal : undefined,
      payer: channel === 'alipay' ? `*${random.pick(['伟', '敏', '静', '磊', '洋', '艳'])}` : undefined,
    };
    return { till, order, trade };
  };

  const giveBack: Market['giveBack'] = ({ till, order, trade }, when, amount = order.amount) => {
    const at = instant(when);
    const refundRef = serial(`R${order.orderRef}`, order.orderRef.length + 3);
    const row: OrderRow = {
      ...{ ...order, kind: 'refund', status: 'refunded', amount, paymentRef: refundRef },
      ...{ createdAt: at, paidAt: at, channelRef: undefined },
    };
    const back: Trade = {
      ...{ ...trade, kind: 'refund', at, amount, settle: amount, fee: feeOf(amount, till.feePpm) },
      ...{ refundNo: refundNo(till, at), refundRef },
    };
    return { order: row, trade: back };
  };

  const market: Market = {
    ...{ on, random, orders, trades, truth, disputes: [], sale, giveBack, serial },
    ...{ ledgerGaps: new Set(), ledgerShort: new Map(), ledgerExtras: [] },
    again: ({ till, trade }, when) => ({ ...trade, at: instant(when), tradeNo: tradeNo(till, instant(when)) }),
    book: (...rows) => void orders.push(...rows),
    pay: (...paid) => {
      for (const trade of paid) {
        const list = trades.get(trade.account) ?? [];
        trades.set(trade.account, list);
        list.push(trade);
      }
    },
    expect: (finding, joint, difference, ref) => void truth.push({ finding, joint, difference, currency: 'CNY', ref }),
  };
  return market;
}

/** What somebody buys: a few things of the menu. */
function basket(till: Till, random: Random): [product: string, price: bigint] {
  const menu = MENUS[till.menu];
  const count = 1 + (random.chance(420) ? 1 : 0) + (random.chance(130) ? 1 : 0);
  let price = 0n;
  let product = '';
  for (let i = 0; i < count; i++) {
    const [name, fen] = random.pick(menu);
    product = product === '' ? name : product;
    price += BigInt(fen);
  }
  if (till.menu === 'tea' && random.chance(300)) price += 200n;
  return [count === 1 ? product : `${product}等${count}件`, price];
}
