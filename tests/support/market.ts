/**
 * The facts of a scenario as documents: rows of one kind and file become one real file, written by the simulator's writers.
 * What a row does not say has a default: a fee of 0.60 %, numbers by counting.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { alipayLedgerZip } from '../../sim/documents/alipay-ledger-zip.ts';
import { alipayTradeZip } from '../../sim/documents/alipay-trade-zip.ts';
import { bankCsv } from '../../sim/documents/bank-csv.ts';
import { camt053 } from '../../sim/documents/camt053.ts';
import type { BankEntry, Dispute, Document, Ledger, LedgerEntry, OrderRow, Trade } from '../../sim/documents/domain.ts';
import { netOf, settleOf, sum } from '../../sim/documents/domain.ts';
import { lakalaCsv } from '../../sim/documents/lakala-csv.ts';
import { mt940 } from '../../sim/documents/mt940.ts';
import { orderCsv } from '../../sim/documents/order-csv.ts';
import { queryNo, unionpayZip } from '../../sim/documents/unionpay-zip.ts';
import { wechatFundFlow } from '../../sim/documents/wechat-fund-flow.ts';
import { wechatTradeBill } from '../../sim/documents/wechat-trade-bill.ts';
import { feeOf } from '../../sim/market.ts';
import { parseMoney } from '../../src/base/money.ts';
import type { Format } from '../../src/files/format.ts';
import { delimitedChannel, delimitedConfig } from '../../src/files/formats/lakala-delimited.ts';
import { amountOf, currencyOf, dateOf, instantOf, type Row, size } from './scenario.ts';

type Channel = 'wechat' | 'alipay' | 'lakala' | 'unionpay' | 'acquirer';
const CHANNELS: readonly Channel[] = ['wechat', 'alipay', 'lakala', 'unionpay', 'acquirer'];

/** Merchant numbers, where a row names none. */
const ACCOUNTS: Readonly<Record<Channel, string>> = {
  wechat: '1900000109',
  alipay: '2088001234567801',
  lakala: '822290059430AB2',
  unionpay: '898330158120317',
  acquirer: 'M0001',
};
const DEFAULT_PPM = 6000;

export type Market = Readonly<{ documents: readonly Document[]; formats: readonly Format[] }>;

export function marketOf(rows: readonly Row[]): Market {
  const of = (what: string) => rows.filter((r) => r.what === what);
  const counter = { next: 0 };
  const trades = new Map(CHANNELS.map((c) => [c, tradesOf(c, of(c), counter)]));
  const documents = [
    ...byFile(of('orders'), 'orders.csv', (list) => orderCsv(list.map(orderOf))),
    ...CHANNELS.flatMap((channel) => billsOf(channel, trades.get(channel)!, of('disputed'))),
    ...ledgersOf(of('ledger'), trades),
    ...statementsOf(of('bank'), of('statement'), (party) => owedOf(party, trades)),
  ];
  const currency = trades.get('acquirer')![0]?.trade.currency;
  return { documents, formats: [describedFormat(currency === undefined ? {} : { channel: 'acquirer', currency })] };
}

/** Lakala's example mapping; another acquirer in another currency uses the same columns. */
function describedFormat(change: object): Format {
  const path = join(import.meta.dirname, '../../examples/lakala.formats.yaml');
  const { formats } = parse(readFileSync(path, 'utf8')) as { formats: object[] };
  return delimitedChannel(delimitedConfig.parse({ ...formats[0], ...change }));
}

/** One document per `file` option; a row may stand in several: `file 1,2`. */
function byFile<T>(
  rows: readonly T[],
  name: string,
  write: (rows: T[]) => Uint8Array,
  rowOf = (r: T) => r as Row,
): Document[] {
  const files = new Map<string, T[]>();
  for (const row of rows) {
    for (const file of (rowOf(row).options.file ?? '1').split(',')) files.set(file, [...(files.get(file) ?? []), row]);
  }
  return [...files].map(([file, list]) => ({ name: `${file}-${name}`, bytes: write(list) }));
}

// ---------------------------------------------------------------- orders

function orderOf(row: Row): OrderRow {
  const [orderRef, channel] = row.args;
  const amount = amountOf(row);
  const status = row.args.find((w): w is OrderRow['status'] => /^(paid|unpaid|closed|refunded|unknown)$/.test(w))!;
  const at = instantOf(row);
  const { no, attempt, number, store, terminal, account } = row.options;
  return {
    ...{
      orderRef: orderRef!,
      channel: channel!,
      kind: amount < 0n ? 'refund' : 'payment',
      status,
      amount: size(amount),
    },
    ...{
      paymentRef: attempt ?? no,
      currency: currencyOf(row),
      createdAt: at,
      paidAt: status === 'paid' ? at : undefined,
    },
    ...{ channelRef: number, store, terminal, account },
  };
}

// ---------------------------------------------------------------- bills

type Billed = Readonly<{ row: Row; trade: Trade }>;

/** A negative amount is a refund of the order's payment, `revoked` its reversal; `-` is no order number. */
function tradesOf(channel: Channel, rows: readonly Row[], counter: { next: number }): Billed[] {
  const billed: Billed[] = [];
  for (const row of rows) {
    const signed = amountOf(row);
    const amount = size(signed);
    const currency = currencyOf(row);
    const orderRef = row.args[0] === '-' ? '' : row.args[0]!;
    const at = instantOf(row);
    const discount = row.options.discount === undefined ? 0n : parseMoney(row.options.discount, currency).minor;
    const settle = amount - discount;
    const ppm = row.options.rate === undefined ? DEFAULT_PPM : Number(row.options.rate.replace('%', '')) * 10_000;
    const fee = row.options.fee === undefined ? feeOf(settle, ppm) : parseMoney(row.options.fee, currency).minor;
    const kind = row.options.revoked ? 'reversal' : signed < 0n ? 'refund' : 'payment';
    const origin = billed.find((b) => b.trade.kind === 'payment' && b.trade.orderRef === orderRef && orderRef !== '');
    const number = row.options.tx ?? numberOf(channel, at, counter);
    const paidNumber = row.options.of ?? origin?.trade.tradeNo ?? numberOf(channel, at, counter);
    const { store, terminal, no, wallet, mch, sub } = row.options;
    const trade: Trade = {
      ...{ kind, at, account: sub ?? mch ?? ACCOUNTS[channel], amount, settle, fee, feePpm: ppm, currency, orderRef },
      ...{ tradeNo: kind === 'payment' ? number : paidNumber, refundNo: kind === 'refund' ? number : undefined },
      ...{
        refundRef: kind === 'refund' ? (no ?? `R-${orderRef}-${row.at}`) : undefined,
        store,
        terminal,
        walletNo: wallet,
      },
    };
    billed.push({ row, trade });
  }
  return billed;
}

function numberOf(channel: Channel, at: Temporal.PlainDateTime, counter: { next: number }): string {
  counter.next += 1;
  const digits = (width: number, prefix: string) =>
    `${prefix}${String(counter.next).padStart(width - prefix.length, '0')}`;
  return channel === 'unionpay' ? queryNo(at, digits(6, '')) : digits(channel === 'lakala' ? 14 : 28, '4200');
}

function billsOf(channel: Channel, billed: readonly Billed[], disputed: readonly Row[]): Document[] {
  const rowOf = (b: Billed) => b.row;
  const trades = (list: readonly Billed[]) => list.map((b) => b.trade);
  // One bill a merchant number and file; a service provider's bill lists its sub-merchants.
  const merchants = [...new Set(billed.map(({ row }) => row.options.mch ?? ACCOUNTS[channel]))];
  const own = (merchant: string) => billed.filter(({ row }) => (row.options.mch ?? ACCOUNTS[channel]) === merchant);
  return merchants.flatMap((merchant): Document[] => {
    const list = own(merchant);
    const days = list.map((b) => b.trade.at.toPlainDate()).sort(Temporal.PlainDate.compare);
    const period = { pid: merchant, from: days[0]!, to: days.at(-1)! };
    switch (channel) {
      case 'wechat':
        return byFile(list, `wechat-${merchant}.csv`, (l) => wechatTradeBill({ merchant, trades: trades(l) }), rowOf);
      case 'alipay':
        return byFile(list, `alipay-${merchant}.zip`, (l) => alipayTradeZip({ ...period, trades: trades(l) }), rowOf);
      case 'unionpay': {
        const disputes = disputed.map((row, i) => disputeOf(row, i));
        const write = (l: Billed[]) =>
          unionpayZip({ merchant, settledOn: list[0]!.row.day, trades: trades(l), disputes });
        return byFile(list, `unionpay-${merchant}.zip`, write, rowOf);
      }
      default:
        return byFile(list, `${channel}-${merchant}.csv`, (l) => lakalaCsv(trades(l), l[0]!.trade.currency), rowOf);
    }
  });
}

/** `disputed 268.00 since 2026-10-28T16:20:31` */
function disputeOf(row: Row, index: number): Dispute {
  const amount = amountOf(row);
  const originAt = Temporal.PlainDateTime.from(row.options.since!);
  const trace = { traceNo: `70000${index}`, originTraceNo: row.options.number ?? '004417' };
  return {
    at: instantOf(row),
    account: ACCOUNTS.unionpay,
    amount,
    fee: feeOf(amount, DEFAULT_PPM),
    originAt,
    ...trace,
  };
}

// ---------------------------------------------------------------- ledgers

/**
 * `ledger wechat as billed` books every payment and refund of the bill; `lacks O1` leaves one out, `books O1 97.00` books
 * another amount, `has X9 66.00` books what no bill has, `pays_out W1 500.00 22:00:00` sends money to the bank.
 */
function ledgersOf(rows: readonly Row[], trades: ReadonlyMap<Channel, readonly Billed[]>): Document[] {
  return (['wechat', 'alipay'] as const).flatMap((channel) => {
    const own = rows.filter((r) => r.args[0] === channel);
    if (own.length === 0) return [];
    const account = own.find((r) => r.options.mch)?.options.mch ?? ACCOUNTS[channel];
    const about = (verb: string) => own.filter((r) => r.args[1] === verb);
    const lacks = new Set(about('lacks').map((r) => r.args[2]));
    const books = new Map(about('books').map((r) => [r.args[2]!, amountOf(r)]));
    const entries = trades
      .get(channel)!
      .filter(({ trade }) => trade.account === account && !lacks.has(trade.orderRef))
      .flatMap(({ trade }) => entriesOf(channel, trade, books.get(trade.orderRef)));
    const extra = [...about('has'), ...about('pays_out')].map((row, i) => extraEntry(row, i));
    const all = [...entries, ...extra]
      .sort((a, b) => Temporal.PlainDateTime.compare(a.at, b.at))
      .map((entry, i) => ({ ...entry, serial: String(i + 1).padStart(20, '1') }));
    const days = [...all.map((e) => e.at.toPlainDate()), ...own.map(dateOf)].sort(Temporal.PlainDate.compare);
    const to = own.find((r) => r.options.to)?.options.to;
    const period = { from: days[0]!, to: to === undefined ? days.at(-1)! : Temporal.PlainDate.from(to) };
    const ledger: Ledger = { account, ...period, opening: 100_000n, entries: all };
    return channel === 'wechat'
      ? [{ name: 'wechat-fundflow.csv', bytes: wechatFundFlow(ledger) }]
      : [{ name: 'alipay-ledger.zip', bytes: alipayLedgerZip(ledger) }];
  });
}

function entriesOf(channel: 'wechat' | 'alipay', t: Trade, booked: bigint | undefined): Omit<LedgerEntry, 'serial'>[] {
  const entry = (kind: LedgerEntry['kind'], amount: bigint, more: Partial<LedgerEntry> = {}) => ({
    ...{ at: t.at, kind, amount, tradeNo: t.tradeNo, merchantRef: t.orderRef, ...more },
  });
  const fee = (amount: bigint, kind: 'fee' | 'fee_back') => (amount === 0n ? [] : [entry(kind, amount)]);
  if (t.kind === 'payment') return [entry('payment', booked ?? settleOf(t)), ...fee(-t.fee, 'fee')];
  if (channel === 'alipay') return [entry('refund', -settleOf(t)), ...fee(t.fee, 'fee_back')];
  return [
    entry('refund', t.fee - settleOf(t), { tradeNo: t.refundNo ?? t.tradeNo, merchantRef: t.refundRef ?? t.orderRef }),
  ];
}

function extraEntry(row: Row, index: number): Omit<LedgerEntry, 'serial'> {
  const [, verb, ref] = row.args;
  const payout = verb === 'pays_out';
  const amount = amountOf(row) * (payout ? -1n : 1n);
  const tradeNo = payout ? ref! : `4200${String(9000 + index).padStart(24, '0')}`;
  return {
    at: instantOf(row),
    kind: payout ? 'payout' : 'payment',
    amount,
    tradeNo,
    merchantRef: ref!,
  };
}

// ---------------------------------------------------------------- the bank

const WRITERS = { camt: camt053, mt940, csv: bankCsv } as const;

/** `bank 2026-11-20 财付通 99.40`; `statement 2026-11-19..2026-11-20 as mt940` says which days it covers. */
/** Who pays, as the bank names it. */
const PAYERS: Readonly<Record<string, Channel>> = {
  ...{ 财付通: 'wechat', 支付宝: 'alipay', 拉卡拉: 'lakala', 银联: 'unionpay', acquirer: 'acquirer' },
};

/** All that a channel owes for its bills, net of fees. */
const owedOf = (party: string, trades: ReadonlyMap<Channel, readonly Billed[]>): bigint =>
  sum(trades.get(PAYERS[party]!) ?? [], (b) => netOf(b.trade));

function statementsOf(rows: readonly Row[], stated: readonly Row[], owed: (party: string) => bigint): Document[] {
  const accountOf = (r: Row): string => r.options.account ?? '6225880000001';
  const accounts = [...new Set([...rows, ...stated].map(accountOf))];
  return accounts.flatMap((account, i): Document[] => {
    const own = rows.filter((r) => accountOf(r) === account);
    const statement = stated.find((r) => accountOf(r) === account);
    const [from, to] = statement?.args[0]?.split('..') ?? [];
    const as = (statement?.options.as ?? 'camt') as keyof typeof WRITERS;
    const entries = new Map(
      own.map((row, n) => [row, bankEntryOf(row, `B${i}${String(n + 1).padStart(4, '0')}`, owed)]),
    );
    const write = (list: readonly Row[]): Uint8Array => {
      const days = list.map((row) => entries.get(row)!.on).sort(Temporal.PlainDate.compare);
      const opening = 500_000n + sum(own.slice(0, own.indexOf(list[0]!)), (row) => entries.get(row)!.amount);
      return WRITERS[as]({
        ...{ bank: '招商银行', account, owner: '青禾', currency: own[0] ? currencyOf(own[0]) : 'CNY' },
        from: from === undefined ? days[0]! : Temporal.PlainDate.from(from),
        to: to === undefined ? days.at(-1)! : Temporal.PlainDate.from(to),
        opening: list.length === 0 ? 500_000n : opening,
        entries: list.map((row) => entries.get(row)!),
      });
    };
    const name = `bank-${account}.${as}`;
    return own.length === 0 ? [{ name, bytes: write([]) }] : byFile(own, name, write);
  });
}

function bankEntryOf(row: Row, ref: string, owed: (party: string) => bigint): BankEntry {
  const [on, party, ...rest] = row.args;
  const amount = rest[0] === 'owed' ? owed(party!) : amountOf({ ...row, args: rest });
  return {
    ...{ on: Temporal.PlainDate.from(on!), party: party!, amount },
    ...{ text: row.options.text ?? '', ref: row.options.ref ?? ref, undoes: row.options.undoes === 'yes' },
    ...(row.options.value !== undefined && { valueOn: Temporal.PlainDate.from(row.options.value) }),
  };
}
