/**
 * Three merchant numbers, two bank accounts and two days, as documents with figures that can be added up by hand. The bills are
 * of Wednesday and Thursday, 2026-11-18 and 19; what they owe is due on Thursday and Friday.
 */
import { bankCsv } from '../../sim/documents/bank-csv.ts';
import { camt053 } from '../../sim/documents/camt053.ts';
import type { BankEntry, Document, Statement, Trade } from '../../sim/documents/domain.ts';
import { wechatTradeBill } from '../../sim/documents/wechat-trade-bill.ts';
import { defaultPlan, freeze, type Plan } from '../../src/plans/plan.ts';

const day = (on: string): Temporal.PlainDate => Temporal.PlainDate.from(on);

let nextTrade = 0;
/** A payment at noon; `fee` as charged. */
export function pay(account: string, on: string, amount: number, fee: number, more: Partial<Trade> = {}): Trade {
  nextTrade += 1;
  const number = String(nextTrade).padStart(8, '0');
  return {
    kind: 'payment',
    at: day(on).toPlainDateTime('12:00:00'),
    account,
    amount: BigInt(amount),
    fee: BigInt(fee),
    tradeNo: `42000000002026111800${number}`,
    orderRef: `S${number}`,
    ...more,
  };
}

export const bill = (merchant: string, on: string, trades: readonly Trade[]): Document => ({
  name: `wechatpay/${merchant}All${on}.csv`,
  bytes: wechatTradeBill({ merchant, trades }),
});

export const entry = (on: string, amount: number, party: string, text: string, ref: string): BankEntry => ({
  on: day(on),
  time: Temporal.PlainTime.from('09:30:00'),
  amount: BigInt(amount),
  party,
  text,
  ref,
});

export const statement = (
  more: Partial<Statement> & Pick<Statement, 'account' | 'opening' | 'entries'>,
): Statement => ({
  bank: '招商银行',
  owner: '示例商贸有限公司',
  currency: 'CNY',
  from: day('2026-11-19'),
  to: day('2026-11-20'),
  ...more,
});

export const asCamt = (s: Statement): Document => ({ name: `bank/${s.account}-${s.from}.xml`, bytes: camt053(s) });
export const asCsv = (s: Statement): Document => ({ name: `bank/${s.account}-${s.from}.csv`, bytes: bankCsv(s) });

/** 0.60 %, each payment rounded to the fen. */
export const PLANS: readonly Plan[] = [freeze({ ...defaultPlan('wechatpay'), fee: { ppm: 6000, rounding: 'row' } })];

const TENPAY = '财付通支付科技有限公司';
export const FIRST = '6214850010001001';
export const SECOND = '6222020200002002';

/**
 * 101 of the 18th arrives, of the 19th arrives 10.00 short; 102 of the 18th never arrives, of the 19th is sent back; 103 arrives
 * at the second bank. 15.00 from the channel is nobody's.
 */
export function bankDays(): Document[] {
  const first = statement({
    account: FIRST,
    opening: 1_000_000n,
    entries: [
      entry('2026-11-19', 9940, TENPAY, '结算款', 'A1'),
      entry('2026-11-19', -100_000, '某某置业有限公司', '房租', 'A2'),
      entry('2026-11-20', 18_880, TENPAY, '结算款', 'A3'),
      entry('2026-11-20', 7952, TENPAY, '结算款', 'A4'),
      entry('2026-11-20', -7952, TENPAY, '退汇 户名不符', 'A5'),
      entry('2026-11-20', 1500, TENPAY, '=补贴', 'A6'),
      entry('2026-11-20', 50_000, '某某会展有限公司', '尾款', 'A7'),
    ],
  });
  // The second bank sends a statement a day.
  const second = (on: string, opening: bigint, entries: readonly BankEntry[]) =>
    statement({ account: SECOND, opening, entries, from: day(on), to: day(on) });
  return [
    bill('1900000101', '2026-11-18', [pay('1900000101', '2026-11-18', 10_000, 60)]),
    bill('1900000101', '2026-11-19', [pay('1900000101', '2026-11-19', 20_000, 120)]),
    bill('1900000102', '2026-11-18', [pay('1900000102', '2026-11-18', 5000, 30)]),
    bill('1900000102', '2026-11-19', [pay('1900000102', '2026-11-19', 8000, 48)]),
    bill('1900000103', '2026-11-19', [pay('1900000103', '2026-11-19', 3000, 18)]),
    asCamt(first),
    asCsv(second('2026-11-19', 500_000n, [entry('2026-11-19', -2500, '某某快递', '运费', 'B1')])),
    asCsv(second('2026-11-20', 497_500n, [entry('2026-11-20', 2982, TENPAY, '结算款', 'B2')])),
  ];
}
