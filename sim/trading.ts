/**
 * An ordinary day: sales by the hour, some paid at the second try, some abandoned, some given back. Book and bill agree on
 * every one of them.
 *
 * A stand-alone terminal and the book share no number; what ties them is place, amount and time. Two sales of one amount at
 * one terminal therefore keep a distance here: where they do not, that is a trouble, and planted as one.
 */
import { TILLS, type Till, TRAFFIC } from './chain.ts';
import type { Market, Sale } from './market.ts';

/** Minutes in which stand-alone terminals take no second payment of one amount; the product looks 15 minutes far. */
const APART = 17;

export function trade(market: Market): void {
  const { random } = market;
  const taken = new Map<string, Temporal.PlainDateTime[]>();
  for (const [name, count] of TRAFFIC) {
    const till: Till = TILLS[name];
    const times = Array.from({ length: count }, () => timeOfDay(market, till)).sort(Temporal.PlainDateTime.compare);
    for (const at of times) {
      const sale = distinct(market, till, at, taken);
      if (till.standAlone) {
        market.book(sale.order);
        market.pay(sale.trade);
      } else {
        attempt(market, sale);
      }
      if (random.chance(21)) refund(market, sale, taken);
      else if (random.chance(22)) abandon(market, till, at);
    }
  }
}

/** A sale whose amount is the only one of its terminal around that time. */
function distinct(market: Market, till: Till, at: Temporal.PlainDateTime, taken: Taken): Sale {
  const discounted = till.channel !== 'lakala' && till.channel !== 'unionpay' && market.random.chance(25);
  for (;;) {
    const second = !till.standAlone && market.random.chance(12);
    const sale = market.sale(till, at, { ...(discounted && { discount: 200n }), ...(second && { attempt: 2 }) });
    if (!till.standAlone || claim(taken, till, sale.order.amount, at)) return sale;
  }
}

type Taken = Map<string, Temporal.PlainDateTime[]>;

/** True when nothing of this amount happened at this terminal within the distance; then it is remembered. */
export function claim(taken: Taken, till: Till, amount: bigint, at: Temporal.PlainDateTime): boolean {
  const key = `${till.terminal}/${amount}`;
  const times = taken.get(key) ?? [];
  if (times.some((t) => Math.abs(t.until(at).total('minutes')) < APART)) return false;
  taken.set(key, [...times, at]);
  return true;
}

/** Writes the sale; where it is a second attempt, the book also lists the first, which nobody paid. */
function attempt(market: Market, sale: Sale): void {
  const { order, trade } = sale;
  if (order.paymentRef !== undefined) {
    const createdAt = order.createdAt.subtract({ seconds: 40 });
    market.book({
      ...{ ...order, createdAt, paidAt: undefined, status: 'unpaid', channelRef: undefined },
      paymentRef: `${order.orderRef}-1`,
    });
  }
  market.book(order);
  market.pay(trade);
}

/** Given back within the hour, in part or whole; where a discount was taken, nothing is given back in this chain. */
function refund(market: Market, sale: Sale, taken: Taken): void {
  const { till, order, trade } = sale;
  if (trade.settle !== order.amount) return;
  const part = order.amount > 1000n && market.random.chance(350) ? order.amount / 2n : order.amount;
  const at = order.createdAt.add({ seconds: 300 + market.random.below(2400) });
  if (!at.toPlainDate().equals(market.on)) return;
  if (till.standAlone && !claim(taken, till, -part, at)) return;
  const back = market.giveBack(sale, at, part);
  market.book(back.order);
  market.pay(back.trade);
}

/** An order that nobody paid: the book knows it, no channel does. */
function abandon(market: Market, till: Till, at: Temporal.PlainDateTime): void {
  const { order } = market.sale(till, at);
  const status = market.random.chance(400) ? 'closed' : 'unpaid';
  market.book({ ...order, status, paidAt: undefined, channelRef: undefined });
}

/** By the till's hours; the first and last ten minutes of the day are left to those who plant troubles there. */
function timeOfDay(market: Market, till: Till): Temporal.PlainDateTime {
  const { random, on } = market;
  const total = till.hours.reduce((a, b) => a + b, 0);
  let draw = random.below(total);
  let hour = 0;
  while (draw >= till.hours[hour]!) draw -= till.hours[hour++]!;
  const minute = hour === 0 ? 12 + random.below(48) : hour === 23 ? random.below(48) : random.below(60);
  return on.toPlainDateTime({ hour, minute, second: random.below(60) });
}
