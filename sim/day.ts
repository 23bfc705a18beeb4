/**
 * One trading day of the chain as documents, with the truth about it. Seeded: the same seed gives the same bytes on every
 * machine. The truth is written down by whoever plants a trouble (troubles.ts, settling.ts), never found by matching.
 */
import { exponentOf } from '../src/base/currency.ts';
import { scaledText } from '../src/base/money.ts';
import { findingOf } from '../src/verdicts/findings.ts';
import { ALIPAY, LAKALA, STORE_NAMES, UNIONPAY, WECHAT } from './chain.ts';
import { alipayLedgerZip } from './documents/alipay-ledger-zip.ts';
import { alipayTradeZip } from './documents/alipay-trade-zip.ts';
import { bankCsv } from './documents/bank-csv.ts';
import { camt053 } from './documents/camt053.ts';
import type { Document, Trade } from './documents/domain.ts';
import { lakalaCsv } from './documents/lakala-csv.ts';
import { orderCsv } from './documents/order-csv.ts';
import { compactDate } from './documents/text.ts';
import { unionpayZip } from './documents/unionpay-zip.ts';
import { wechatFundFlow } from './documents/wechat-fund-flow.ts';
import { gzipped, wechatTradeBill } from './documents/wechat-trade-bill.ts';
import { type Market, openMarket, type Trouble } from './market.ts';
import { settleDay } from './settling.ts';
import { trade } from './trading.ts';
import { plantTroubles } from './troubles.ts';

export type Day = Readonly<{
  on: Temporal.PlainDate;
  documents: readonly Document[];
  truth: readonly Trouble[];
  payments: number;
}>;

/** A Thursday: what is settled on the next working day is due on Friday. */
export const DAY = Temporal.PlainDate.from('2026-11-19');
export const SEED = 20261119;

export function tradingDay(seed = SEED, on = DAY): Day {
  const market = openMarket(seed, on);
  trade(market);
  plantTroubles(market);
  const documents = documentsOf(market);
  const payments = [...market.trades.values()].flat().filter((t) => t.kind === 'payment').length;
  return { on, documents, truth: market.truth, payments };
}

function documentsOf(market: Market): Document[] {
  const { on } = market;
  const day = compactDate(on);
  const settled = settleDay(market);
  const trades = (...accounts: readonly string[]): Trade[] =>
    accounts
      .flatMap((account) => market.trades.get(account) ?? [])
      .sort((a, b) => Temporal.PlainDateTime.compare(a.at, b.at));
  const orders = [...market.orders].sort(
    (a, b) => Temporal.PlainDateTime.compare(a.createdAt, b.createdAt) || (a.orderRef < b.orderRef ? -1 : 1),
  );
  const wechat = (merchant: string): Uint8Array => wechatTradeBill({ merchant, trades: trades(merchant) });
  const alipay = (pid: string): Uint8Array =>
    alipayTradeZip({ pid, from: on, to: on, trades: trades(pid), stores: STORE_NAMES });
  const unionpay = { merchant: UNIONPAY, settledOn: on, trades: trades(UNIONPAY), disputes: market.disputes };
  const [first, second] = settled.statements;
  return [
    { name: `orders/orders-${on}.csv`, bytes: orderCsv(orders) },
    { name: `wechatpay/${WECHAT['01']}All${on}.csv`, bytes: wechat(WECHAT['01']) },
    { name: `wechatpay/${WECHAT['01']}Fundflow${on}.csv`, bytes: wechatFundFlow(settled.wechatLedger) },
    { name: `wechatpay/${WECHAT['02']}All${on}.csv`, bytes: wechat(WECHAT['02']) },
    { name: `wechatpay/${WECHAT['03']}All${on}.csv.gz`, bytes: gzipped(wechat(WECHAT['03'])) },
    { name: `alipay/${ALIPAY.tea}0156_${day}_trade.zip`, bytes: alipay(ALIPAY.tea) },
    { name: `alipay/${ALIPAY.tea}0156_${day}_signcustomer.zip`, bytes: alipayLedgerZip(settled.alipayLedger) },
    { name: `alipay/${ALIPAY.convenience}0156_${day}_trade.zip`, bytes: alipay(ALIPAY.convenience) },
    { name: `lakala/lakala_${day}.csv`, bytes: lakalaCsv(trades(LAKALA['02'], LAKALA['03'])) },
    { name: `unionpay/${UNIONPAY}_${day}.zip`, bytes: unionpayZip(unionpay) },
    { name: `bank/${first.account}_camt053_${on.add({ days: 1 })}.xml`, bytes: camt053(first) },
    { name: `bank/${second.account}_${compactDate(on.add({ days: 1 }))}.csv`, bytes: bankCsv(second) },
  ];
}

/** One line of what must be found, as `expected.json` has it. */
export type Expected = Readonly<{ finding: string; joint: string; difference: string; currency: string; ref: string }>;
export type Truth = Readonly<{ state: string; breaks: Expected[]; open: Expected[]; ambiguous: Expected[] }>;

/** The truth in the form a result is compared with: sorted, amounts as decimal text. */
export function truthOf(troubles: readonly Trouble[]): Truth {
  const told = (wanted: (t: Trouble) => boolean): Expected[] =>
    troubles
      .filter(wanted)
      .map(({ finding, joint, difference, currency, ref }) => {
        const amount = scaledText(difference, exponentOf(currency)!);
        return { finding, joint, difference: amount, currency, ref };
      })
      .sort(byFinding);
  const is = (t: Trouble) => findingOf(t.finding);
  const breaks = told((t) => !is(t).open && is(t).class !== 'ambiguous');
  const ambiguous = told((t) => is(t).class === 'ambiguous');
  const state = breaks.length > 0 || ambiguous.length > 0 ? 'breaks' : 'clean';
  return { state, breaks, open: told((t) => is(t).open), ambiguous };
}

export const byFinding = (a: Expected, b: Expected): number => {
  const key = (e: Expected): string => [e.joint, e.finding, e.ref, e.currency, e.difference].join('\u001f');
  return key(a) < key(b) ? -1 : 1;
};
