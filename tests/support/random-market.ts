/**
 * Small random markets for laws: a few orders with every kind of fate, two channels with a bill, one of them perhaps with its
 * ledger, a bank that pays, pays short, pays in parts, sends back, or does nothing. Few amounts and few minutes, so that ties
 * and near misses are common.
 */
import fc from 'fast-check';
import { alipayTradeZip } from '../../sim/documents/alipay-trade-zip.ts';
import { camt053 } from '../../sim/documents/camt053.ts';
import type { BankEntry, Document, LedgerEntry, OrderRow, Trade } from '../../sim/documents/domain.ts';
import { netOf, settleOf, sum } from '../../sim/documents/domain.ts';
import { orderCsv } from '../../sim/documents/order-csv.ts';
import { wechatFundFlow } from '../../sim/documents/wechat-fund-flow.ts';
import { wechatTradeBill } from '../../sim/documents/wechat-trade-bill.ts';
import { feeOf } from '../../sim/market.ts';

const ON = Temporal.PlainDate.from('2026-11-19');
const ACCOUNTS = { wechatpay: '1900000109', alipay: '2088001234567801' } as const;
type Channel = keyof typeof ACCOUNTS;

const FATES = [
  ...(['fair', 'fair', 'fair', 'unpaid', 'closed', 'not_paid', 'not_booked', 'less', 'more', 'twice', 'lost'] as const),
  ...(['late', 'revoked', 'refunded', 'refund_lost', 'refund_unknown', 'marked', 'no_number', 'midnight'] as const),
] as const;
type Fate = (typeof FATES)[number];

type Sale = Readonly<{ fate: Fate; channel: Channel; amount: number; minute: number; shared: boolean }>;
const sale: fc.Arbitrary<Sale> = fc.record({
  fate: fc.constantFrom(...FATES),
  channel: fc.constantFrom<Channel>('wechatpay', 'alipay'),
  amount: fc.constantFrom(990, 1000, 1990, 12_345),
  minute: fc.nat(40),
  shared: fc.boolean(),
});

const PAYS = ['whole', 'short', 'parts', 'back', 'nothing', 'and_more', 'early'] as const;
const bank = fc.record({ wechatpay: fc.constantFrom(...PAYS), alipay: fc.constantFrom(...PAYS), seen: fc.boolean() });

/** What happens in a small market; `documentsOf` writes it down. A failing law prints this. */
export type Plot = Readonly<{ sales: readonly Sale[]; bank: Bank; ledger: boolean; split: boolean }>;
export const plot: fc.Arbitrary<Plot> = fc.record({
  sales: fc.array(sale, { minLength: 1, maxLength: 9 }),
  bank,
  ledger: fc.boolean(),
  split: fc.boolean(),
});

export function documentsOf({ sales, bank, ledger, split }: Plot): Document[] {
  // One fair sale a channel, so that each has a bill.
  const fair = { fate: 'fair', amount: 5000, minute: 1, shared: false } as const;
  const every: Sale[] = [{ ...fair, channel: 'wechatpay' }, { ...fair, channel: 'alipay' }, ...sales];
  const facts = every.flatMap(factsOf);
  const orders = facts.filter((f) => 'status' in f);
  const paid = facts.filter((f) => 'tradeNo' in f);
  const billed = (channel: Channel): Trade[] => paid.filter((t) => t.account === ACCOUNTS[channel]);
  const trades = { wechatpay: billed('wechatpay'), alipay: billed('alipay') };
  const half = Math.ceil(orders.length / 2);
  const period = { from: ON, to: ON };
  return [
    // Two exports of the book that overlap by one row.
    ...(split
      ? [
          { name: 'orders-1.csv', bytes: orderCsv(orders.slice(0, half)) },
          { name: 'orders-2.csv', bytes: orderCsv(orders.slice(half - 1)) },
        ]
      : [{ name: 'orders.csv', bytes: orderCsv(orders) }]),
    { name: 'wechat.csv', bytes: wechatTradeBill({ merchant: ACCOUNTS.wechatpay, trades: trades.wechatpay }) },
    { name: 'alipay.zip', bytes: alipayTradeZip({ pid: ACCOUNTS.alipay, ...period, trades: trades.alipay }) },
    ...(ledger ? [{ name: 'fundflow.csv', bytes: wechatFundFlow(ledgerOf(trades.wechatpay)) }] : []),
    ...(bank.seen ? [{ name: 'bank.xml', bytes: statementOf(bank, trades) }] : []),
  ];
}

type Fact = OrderRow | Trade;

/** One sale as its fate has it: rows of the book and of the bill. Orders that share a number and a few minutes make the ties. */
function factsOf(s: Sale, i: number): Fact[] {
  const orderRef = s.shared ? 'SHARED' : `O${i}`;
  const night = s.fate === 'midnight';
  const at = night ? ON.toPlainDateTime('23:59:40') : ON.toPlainDateTime('10:00').add({ minutes: s.minute });
  const amount = BigInt(s.amount);
  const { channel } = s;
  const base = { kind: 'payment', status: 'paid', amount, channel, store: 'S1', orderRef } as const;
  const order = (row: Partial<OrderRow> = {}): OrderRow => ({ ...base, createdAt: at, paidAt: at, ...row });
  const tradeNo = `4200${String(1000 + i).padStart(24, '0')}`;
  const pay = (more: Partial<Trade> = {}): Trade => {
    const paid = more.amount ?? amount;
    const account = ACCOUNTS[channel];
    return {
      kind: 'payment',
      at,
      account,
      amount: paid,
      fee: feeOf(paid, 6000),
      tradeNo,
      orderRef,
      store: 'S1',
      ...more,
    };
  };
  const back = pay({ kind: 'refund', refundNo: `5030${tradeNo.slice(4)}`, refundRef: `R${i}` });
  const refund = order({ kind: 'refund', status: 'refunded', paymentRef: `R${i}` });
  const again = pay({ tradeNo: `${tradeNo.slice(0, -5)}9${tradeNo.slice(-4)}`, at: at.add({ seconds: 20 }) });
  const facts: Record<Fate, Fact[]> = {
    fair: [order(), pay()],
    unpaid: [order({ status: 'unpaid', paidAt: undefined })],
    closed: [order({ status: 'closed', paidAt: undefined })],
    not_paid: [order()],
    midnight: [order()],
    not_booked: [pay()],
    less: [order(), pay({ amount: amount - 90n })],
    more: [order(), pay({ amount: amount + 90n })],
    twice: [order(), pay(), again],
    lost: [order({ status: 'unpaid', paidAt: undefined }), pay()],
    late: [order({ status: 'closed', paidAt: undefined }), pay()],
    // Only WeChat undoes a payment as such; Alipay gives it back.
    revoked: [order(), pay(), channel === 'wechatpay' ? pay({ kind: 'reversal' }) : back],
    refunded: [order(), refund, pay(), back],
    refund_lost: [order(), refund, pay()],
    refund_unknown: [order(), pay(), back],
    marked: [order({ status: 'refunded' }), pay(), back],
    no_number: [order({ orderRef: `X${i}` }), pay({ orderRef: `Y${i}` })],
  };
  return facts[s.fate];
}

function ledgerOf(trades: readonly Trade[]) {
  const entries = trades.slice(0, -1).flatMap((t, i): LedgerEntry[] => {
    const base = { at: t.at, tradeNo: t.tradeNo, merchantRef: t.orderRef, serial: `77${String(i).padStart(18, '0')}` };
    if (t.kind === 'payment')
      return [
        { ...base, kind: 'payment', amount: settleOf(t) },
        { ...base, kind: 'fee', amount: -t.fee },
      ];
    return [{ ...base, kind: 'refund', amount: t.fee - settleOf(t), tradeNo: t.refundNo ?? t.tradeNo }];
  });
  const payout: LedgerEntry = {
    at: ON.toPlainDateTime('23:00'),
    kind: 'payout',
    amount: -4970n,
    tradeNo: 'W0001',
    merchantRef: 'W0001',
    serial: '88',
  };
  return { account: ACCOUNTS.wechatpay, from: ON, to: ON, opening: 900_000n, entries: [...entries, payout] };
}

type Bank = Readonly<Record<Channel, (typeof PAYS)[number]> & { seen: boolean }>;

function statementOf(bank: Bank, trades: Record<Channel, Trade[]>): Uint8Array {
  const next = ON.add({ days: 1 });
  const entries: BankEntry[] = [];
  for (const [channel, party] of [
    ['wechatpay', '财付通'],
    ['alipay', '支付宝'],
  ] as const) {
    const net = sum(trades[channel], netOf);
    const enter = (on: Temporal.PlainDate, amount: bigint, text = ''): void => {
      if (amount !== 0n) entries.push({ on, amount, party, text, ref: `B${entries.length + 1}` });
    };
    const how = bank[channel];
    if (how === 'whole' || how === 'and_more' || how === 'back') enter(next, net);
    if (how === 'and_more') enter(next, 77_700n);
    if (how === 'back') enter(next, -net, '退汇');
    if (how === 'short') enter(next, net - 100n);
    if (how === 'early') enter(ON, net);
    if (how === 'parts') {
      enter(next, net / 3n);
      enter(next, net - net / 3n);
    }
  }
  entries.push({ on: next, amount: -12_300n, party: '房东', text: '房租', ref: 'B0' });
  return camt053({
    bank: 'B',
    account: '6225',
    owner: '青禾',
    currency: 'CNY',
    from: ON,
    to: next,
    opening: 10_000n,
    entries,
  });
}
