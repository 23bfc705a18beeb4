/**
 * What becomes of the day's money: the channels' ledgers, what each owes the bank, and the two bank statements. Nets are
 * added up here from the trades themselves; the troubles of the last mile are planted here.
 */
import { ALIPAY, LAKALA, OWNER, UNIONPAY, WECHAT } from './chain.ts';
import {
  type BankEntry,
  type Ledger,
  type LedgerEntry,
  netOf,
  type Statement,
  settleOf,
  sum,
  type Trade,
} from './documents/domain.ts';
import { compactDate, yuan } from './documents/text.ts';
import type { Market } from './market.ts';

export type Settled = Readonly<{
  wechatLedger: Ledger;
  alipayLedger: Ledger;
  statements: readonly [Statement, Statement];
}>;

export function settleDay(market: Market): Settled {
  const wechatLedger = wechatLedgerOf(market);
  const alipayLedger = alipayLedgerOf(market);
  return { wechatLedger, alipayLedger, statements: statementsOf(market, wechatLedger, alipayLedger) };
}

const tradesOf = (m: Market, account: string): readonly Trade[] => m.trades.get(account) ?? [];
const byTime = <T extends { at: Temporal.PlainDateTime }>(a: T, b: T): number =>
  Temporal.PlainDateTime.compare(a.at, b.at);

// ---------------------------------------------------------------- ledgers

/** WeChat books a refund in one movement, net of the fee it gives back; fees of payments are movements of their own. */
function wechatLedgerOf(m: Market): Ledger {
  const account = WECHAT['01'];
  const entries = [...tradesOf(m, account)].sort(byTime).flatMap((t): LedgerEntry[] => {
    if (m.ledgerGaps.has(t.tradeNo)) return [];
    const entry = entryOf(m, t, '1000101');
    if (t.kind !== 'payment') {
      const note = `退款总金额${yuan(t.amount)}元;含手续费${yuan(t.fee)}元`;
      return [
        entry('refund', t.fee - settleOf(t), {
          tradeNo: t.refundNo ?? t.tradeNo,
          merchantRef: t.refundRef ?? '',
          note,
        }),
      ];
    }
    const fee = t.fee > 0n ? [entry('fee', -t.fee)] : [];
    return [entry('payment', bookedOf(m, t)), ...fee];
  });
  entries.push(...m.ledgerExtras);
  entries.sort(byTime);
  return withdraw(m, { account, from: m.on, to: m.on, opening: 200_000n, entries }, '22:47:12', 'W');
}

/** Alipay books a refund whole and gives its fee back beside it. */
function alipayLedgerOf(m: Market): Ledger {
  const account = ALIPAY.tea;
  const entries = [...tradesOf(m, account)].sort(byTime).flatMap((t): LedgerEntry[] => {
    if (m.ledgerGaps.has(t.tradeNo)) return [];
    const entry = entryOf(m, t, '30250');
    const paid = t.kind === 'payment';
    const fee = t.fee > 0n ? [entry(paid ? 'fee' : 'fee_back', paid ? -t.fee : t.fee)] : [];
    return [entry(paid ? 'payment' : 'refund', paid ? bookedOf(m, t) : -settleOf(t)), ...fee];
  });
  return withdraw(m, { account, from: m.on, to: m.on, opening: 150_000n, entries }, '22:51:40', compactDate(m.on));
}

const bookedOf = (m: Market, t: Trade): bigint => settleOf(t) - (m.ledgerShort.get(t.tradeNo) ?? 0n);

const entryOf =
  (m: Market, t: Trade, prefix: string) =>
  (kind: LedgerEntry['kind'], amount: bigint, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
    ...{ at: t.at, kind, amount, tradeNo: t.tradeNo, merchantRef: t.orderRef, serial: m.serial(prefix, 20) },
    ...more,
  });

/** In the evening everything above the opening balance is sent to the bank. */
function withdraw(m: Market, ledger: Ledger, time: string, prefix: string): Ledger {
  const amount = -sum(ledger.entries, (e) => e.amount);
  const number = m.serial(`${prefix}9`, 18);
  const at = m.on.toPlainDateTime(time);
  const payout: LedgerEntry = {
    at,
    kind: 'payout',
    amount,
    tradeNo: number,
    merchantRef: number,
    serial: m.serial('77', 20),
  };
  return { ...ledger, entries: [...ledger.entries, payout] };
}

const payoutOf = (ledger: Ledger): LedgerEntry => ledger.entries.at(-1)!;

// ---------------------------------------------------------------- the bank

const TENPAY = '财付通支付科技有限公司客户备付金';
const ALIPAY_NAME = '支付宝(中国)网络技术有限公司客户备付金';
const LAKALA_NAME = '拉卡拉支付股份有限公司备付金';
const UNIONPAY_NAME = '中国银联股份有限公司';

function statementsOf(m: Market, wechatLedger: Ledger, alipayLedger: Ledger): [Statement, Statement] {
  const today = m.on;
  const next = m.on.add({ days: 1 });
  const net = (account: string): bigint => sum(tradesOf(m, account), netOf);
  const disputed = sum(m.disputes, (d) => d.amount - d.fee);
  const batch = (channel: string, account: string): string => `${channel} ${account} ${m.on}`;
  const first: BankEntry[] = [];
  const second: BankEntry[] = [];
  const at =
    (into: BankEntry[], ref: string) =>
    (on: Temporal.PlainDate, time: string, amount: bigint, party: string, text: string) => {
      const entry = { on, time: Temporal.PlainTime.from(time), amount, party, text, ref: m.serial(ref, 16) };
      into.push(entry);
      return entry;
    };
  const a = at(first, '2026A');
  const b = at(second, '2026B');

  // What the channels owed for the day before arrives while the day goes on.
  for (const [party, amount] of [
    [TENPAY, 812_406n],
    [TENPAY, 744_913n],
    [TENPAY, 1_190_388n],
    [LAKALA_NAME, 601_277n],
  ] as const) {
    const entry = a(today, '09:12:30', amount, party, `${today.subtract({ days: 1 })} 结算款`);
    m.expect('credit_of_earlier_days', 'bank', -amount, entry.ref);
  }
  a(today, '10:30:00', -1_850_000n, '上海淮海商业管理有限公司', '11月房租');
  a(today, '14:05:11', -326_400n, '杭州茗香茶业有限公司', '茶叶货款 订单MX2611-07');
  a(today, '16:20:48', 128_000n, '上海某某会展服务有限公司', '会议茶歇尾款');

  // Store 01 withdraws by hand, store 02 gets nothing, store 03 is paid as promised; two Lakala numbers come in one sum.
  a(next, '08:40:02', -payoutOf(wechatLedger).amount, TENPAY, `提现 ${payoutOf(wechatLedger).merchantRef}`);
  m.expect('bank_late', 'bank', net(WECHAT['02']), batch('wechatpay', WECHAT['02']));
  a(next, '08:41:37', net(WECHAT['03']), TENPAY, `${m.on} 结算款 ${WECHAT['03']}`);
  a(next, '09:03:15', net(LAKALA['02']) + net(LAKALA['03']), LAKALA_NAME, `${compactDate(m.on)} 商户结算`);
  const unknown = a(next, '11:26:54', 168_800n, LAKALA_NAME, '商户补贴');
  m.expect('credit_unidentified', 'bank', -unknown.amount, unknown.ref);
  a(next, '15:00:00', -2_417_350n, '代发工资', '11月上半月工资');
  a(next, '17:30:00', -3_500n, '', '账户管理费');

  const owed = b(today, '09:20:00', 301_942n, UNIONPAY_NAME, `${today.subtract({ days: 1 })} 商户清算款`);
  m.expect('credit_of_earlier_days', 'bank', -owed.amount, owed.ref);
  b(today, '11:15:26', -95_800n, '上海申能燃气有限公司', '燃气费');
  b(next, '08:32:44', -payoutOf(alipayLedger).amount, ALIPAY_NAME, `提现 ${payoutOf(alipayLedger).tradeNo}`);
  const bounced = net(ALIPAY.convenience);
  const credited = b(next, '08:36:19', bounced, ALIPAY_NAME, `${m.on} 结算款`);
  b(next, '13:48:02', -bounced, ALIPAY_NAME, '退汇 户名不符');
  m.expect('payout_returned', 'bank', bounced, credited.ref);
  const short = b(next, '09:40:10', net(UNIONPAY) - disputed - 3_650n, UNIONPAY_NAME, `${m.on} 商户清算款`);
  m.expect('bank_short', 'bank', 3_650n, short.ref);
  b(next, '16:45:33', -412_600n, '中央厨房(上海)食品有限公司', '便当货款');

  const period = { owner: OWNER, currency: 'CNY', from: today, to: next };
  const inOrder = (entries: BankEntry[]): BankEntry[] =>
    entries.sort((x, y) => Temporal.PlainDate.compare(x.on, y.on) || Temporal.PlainTime.compare(x.time!, y.time!));
  return [
    { bank: '汇丰银行(中国)', account: '311000068800112233', ...period, opening: 8_846_019n, entries: inOrder(first) },
    { bank: '招商银行', account: '121908876610901', ...period, opening: 2_630_755n, entries: inOrder(second) },
  ];
}
