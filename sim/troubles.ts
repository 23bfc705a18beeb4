/**
 * The planted troubles of orders and bills, one function a trouble. Each writes what the book and the channel say, and what a
 * reconciliation must therefore find. Amounts are odd on purpose, so that none fits a neighbour by chance.
 *
 * A difference is ours − theirs: what the book counts as paid, less what the channel's bill has.
 */
import { TILLS } from './chain.ts';
import type { Trade } from './documents/domain.ts';
import { feeOf, type Market } from './market.ts';

export function plantTroubles(market: Market): void {
  for (const plant of ORDERS) plant(market);
  for (const plant of LEDGERS) plant(market);
}

type Plant = (market: Market) => void;

const { wechat01, wechat02, wechat03, alipay01, alipay02, alipay03, lakala03a, unionpay } = TILLS;

const ORDERS: readonly Plant[] = [
  /** The cashier believed a picture: the book says paid, no channel knows it. */
  function neverPaid(m) {
    const { order } = m.sale(wechat01, '12:31:40', { product: '礼盒', amount: 16_870n });
    m.book({ ...order, channelRef: undefined });
    m.expect('no_payment', 'orders', order.amount, order.orderRef);
  },

  /** The till crashed: paid at the channel, the order was never written. */
  function neverBooked(m) {
    const { order, trade } = m.sale(alipay02, '15:08:11', { product: '团购茶点', amount: 7_340n });
    m.pay(trade);
    m.expect('no_order', 'orders', -order.amount, order.orderRef);
  },

  /** The amount was keyed in by the customer, too small. */
  function tooLittle(m) {
    const { order, trade } = m.sale(wechat02, '13:22:05', { product: '会议茶歇', amount: 23_600n });
    m.book(order);
    m.pay({ ...trade, amount: 22_600n, settle: 22_600n, fee: feeOf(22_600n, wechat02.feePpm) });
    m.expect('underpaid', 'orders', 1_000n, order.orderRef);
  },

  function tooMuch(m) {
    const { order, trade } = m.sale(unionpay, '18:40:52', { product: '茶具', amount: 15_910n });
    m.book(order);
    m.pay({ ...trade, amount: 19_510n, settle: 19_510n, fee: feeOf(19_510n, unionpay.feePpm) });
    m.expect('overpaid', 'orders', -3_600n, order.orderRef);
  },

  /** The notification was lost: the channel has the money, the order still waits. */
  function notificationLost(m) {
    const { order, trade } = m.sale(wechat03, '08:17:33', { product: '早餐', amount: 4_630n });
    m.book({ ...order, status: 'unpaid', paidAt: undefined });
    m.pay(trade);
    m.expect('paid_but_open', 'orders', -order.amount, order.orderRef);
  },

  /** The order expired, then the customer finished paying. */
  function paidTooLate(m) {
    const { order, trade } = m.sale(alipay03, '19:51:06', { product: '充电宝', amount: 8_870n });
    m.book({ ...order, status: 'closed', paidAt: undefined });
    m.pay({ ...trade, at: trade.at.add({ minutes: 16 }) });
    m.expect('paid_after_close', 'orders', -order.amount, order.orderRef);
  },

  /** The scanner gave no answer, the cashier scanned again. */
  function paidTwice(m) {
    const sale = m.sale(wechat01, '17:05:47', { product: '生日蛋糕', amount: 13_430n });
    m.book(sale.order);
    m.pay(sale.trade, m.again(sale, '17:06:20'));
    m.expect('duplicate', 'orders', -sale.order.amount, sale.order.orderRef);
  },

  /** Taken back at the till after the book had it as paid. */
  function takenBack(m) {
    const { order, trade } = m.sale(wechat02, '20:14:09', { product: '外卖茶饮', amount: 9_710n });
    m.book(order);
    m.pay(trade, { ...trade, kind: 'reversal', at: trade.at.add({ seconds: 48 }) });
    m.expect('reversed', 'orders', order.amount, order.orderRef);
  },

  /** Booked as refunded, but the refund never left. */
  function refundForgotten(m) {
    const sale = m.sale(alipay01, '11:15:20', { product: '奶茶外送', amount: 6_290n });
    const back = m.giveBack(sale, '11:40:02');
    m.book(sale.order, back.order);
    m.pay(sale.trade);
    m.expect('refund_not_done', 'orders', -sale.order.amount, sale.order.orderRef);
  },

  /** Refunded in the channel's portal, and nobody told the book. */
  function refundUnknown(m) {
    const sale = m.sale(wechat03, '14:02:31', { product: '雨伞', amount: 5_930n });
    m.book(sale.order);
    m.pay(sale.trade, m.giveBack(sale, '14:33:15').trade);
    m.expect('refund_not_booked', 'orders', sale.order.amount, sale.order.orderRef);
  },

  function refundOfAnotherAmount(m) {
    const sale = m.sale(alipay03, '16:21:18', { product: '礼品卡', amount: 10_000n });
    const back = m.giveBack(sale, '16:50:00', 4_500n);
    m.book(sale.order, back.order);
    m.pay(sale.trade, { ...back.trade, amount: 5_400n, settle: 5_400n, fee: feeOf(5_400n, alipay03.feePpm) });
    m.expect('refund_differs', 'orders', 900n, sale.order.orderRef);
  },

  /** The refund was asked for and the book still waits for its outcome; the channel has long done it. */
  function refundWaiting(m) {
    const sale = m.sale(unionpay, '10:44:27', { product: '茶礼', amount: 12_130n });
    const back = m.giveBack(sale, '11:02:40');
    m.book(sale.order, { ...back.order, status: 'unknown' });
    m.pay(sale.trade, back.trade);
    m.expect('refund_not_marked', 'orders', sale.order.amount, sale.order.orderRef);
  },

  /** Ten seconds before midnight: the channel books it on the next day. */
  function overMidnight(m) {
    const { order } = m.sale(wechat03, m.on.toPlainDateTime('23:59:50'), { product: '夜宵', amount: 3_170n });
    m.book({ ...order, paidAt: m.on.toPlainDateTime('23:59:58') });
    m.expect('day_cut', 'orders', order.amount, order.orderRef);
  },

  /** The same of the night before: the channel has it today, the book had it yesterday. */
  function fromTheNightBefore(m) {
    const yesterday = m.on.subtract({ days: 1 });
    const { order, trade } = m.sale(wechat03, m.on.toPlainDateTime('00:00:03'), { product: '夜宵', amount: 2_830n });
    const orderRef = order.orderRef.replace(refDay(m.on), refDay(yesterday));
    m.pay({ ...trade, at: m.on.toPlainDateTime('00:00:09'), orderRef });
    m.expect('day_cut_paid', 'orders', -order.amount, orderRef);
  },

  /** Two equal sales at one stand-alone terminal in one minute, one of them paid. Which? Nobody can say from the papers. */
  function twins(m) {
    const first = m.sale(lakala03a, '18:26:05', { product: '便当', amount: 3_760n });
    const second = m.sale(lakala03a, '18:26:41', { product: '便当', amount: 3_760n });
    m.book(first.order, second.order);
    m.pay(first.trade);
    m.expect('unclear', 'orders', second.order.amount, first.order.orderRef);
  },

  /** Paid three weeks ago by card, now disputed. */
  function disputed(m) {
    const at = m.on.toPlainDateTime('10:00:00');
    const traceNo = m.serial('7', 6);
    const originAt = Temporal.PlainDateTime.from('2026-10-28T16:20:31');
    const amount = 26_800n;
    const fee = feeOf(amount, unionpay.feePpm);
    m.disputes.push({ at, account: unionpay.account, amount, fee, traceNo, originAt, originTraceNo: '004417' });
    m.expect('charged_back', 'orders', amount, `${at.month}${at.day}100000${traceNo}`);
  },

  /** Digital yuan is taken at the till, and nobody has fetched its bill. */
  function billNotFetched(m) {
    const sales = ['09:50:12', '12:05:44', '21:17:30'].map((at) => m.sale(wechat03, at));
    const orders = sales.map((s) => ({ ...s.order, channel: 'ecny', channelRef: undefined }));
    m.book(...orders);
    const total = orders.reduce((n, o) => n + o.amount, 0n);
    m.expect('bill_missing', 'orders', total, orders[0]!.orderRef);
  },

  /** Six payments at the rate of another industry. */
  function wrongRate(m) {
    const dearer = 10_000;
    let more = 0n;
    const sales = ['07:40:00', '09:12:00', '12:30:00', '13:45:00', '18:05:00', '21:20:00'].map((at) =>
      m.sale(wechat03, at),
    );
    for (const { order, trade } of sales) {
      const fee = feeOf(order.amount, dearer);
      more += fee - trade.fee;
      m.book(order);
      m.pay({ ...trade, fee, feePpm: dearer });
    }
    m.expect('fee_differs', 'batches', more, sales[0]!.trade.orderRef);
  },
];

/** Troubles between a channel's bill and its own ledger. */
const LEDGERS: readonly Plant[] = [
  /** In Alipay's bill, but not in the ledger that should have it the same day. */
  function neverSettled(m) {
    const trade = fair(m, alipay01, '13:58:24', 5_470n);
    m.ledgerGaps.add(trade.tradeNo);
    m.expect('not_settled', 'batches', trade.amount - trade.fee, trade.orderRef);
  },

  function settledTooLittle(m) {
    const trade = fair(m, alipay02, '16:32:50', 11_290n);
    m.ledgerShort.set(trade.tradeNo, 300n);
    m.expect('settled_short', 'batches', 300n, trade.orderRef);
  },

  /** Held back yesterday and released today: the ledger has it, today's bill does not. */
  function releasedToday(m) {
    const number = m.serial('420000296120261118', 28);
    const orderRef = `01${refDay(m.on.subtract({ days: 1 }))}0207`;
    const at = m.on.toPlainDateTime('10:15:08');
    const entry = { at, tradeNo: number, merchantRef: orderRef };
    const amount = 6_600n;
    const fee = feeOf(amount, wechat01.feePpm);
    m.ledgerExtras.push(
      { ...entry, kind: 'payment', amount, serial: m.serial('1000101', 20) },
      { ...entry, kind: 'fee', amount: -fee, serial: m.serial('1000101', 20) },
    );
    m.expect('settled_without_line', 'batches', fee - amount, orderRef);
  },

  /** Not in WeChat's ledger either, but it has until tomorrow. */
  function stillSettling(m) {
    const trade = fair(m, wechat01, '21:36:17', 4_190n);
    m.ledgerGaps.add(trade.tradeNo);
    m.expect('settling', 'batches', trade.amount - trade.fee, trade.orderRef);
  },
];

/** A sale on which book and bill agree. */
function fair(m: Market, till: (typeof TILLS)[keyof typeof TILLS], at: string, amount: bigint): Trade {
  const { order, trade } = m.sale(till, at, { product: '预订茶点', amount });
  m.book(order);
  m.pay(trade);
  return trade;
}

const refDay = (on: Temporal.PlainDate): string => on.toString().slice(2).replaceAll('-', '');
