/**
 * The channel accounts of the street, one face for all: place, pay, go wrong, and what really happened. Each is a simulated channel
 * of `sim/channels`; its truth is kept by `kept.ts` and comes back with the next start.
 */

import { tradeBill as alipayBill } from '../channels/alipay/bills.ts';
import * as alipay from '../channels/alipay/server.ts';
import type { Trade as AlipayTrade } from '../channels/alipay/truth.ts';
import type { NotifyFault } from '../channels/faults.ts';
import * as lakala from '../channels/lakala/server.ts';
import type { Trade as LakalaTrade } from '../channels/lakala/truth.ts';
import * as stripe from '../channels/stripe/server.ts';
import type { Intent } from '../channels/stripe/truth.ts';
import { tradeBill as wechatBill } from '../channels/wechatpay/bills.ts';
import * as wechatpay from '../channels/wechatpay/server.ts';
import type { Trade as WeChatTrade } from '../channels/wechatpay/truth.ts';
import type { SimClock } from '../clock.ts';
import type { Trade as Line } from '../documents/domain.ts';
import { KEYS, type Kept } from './kept.ts';

export type DeskName = 'sticker' | 'wechat' | 'alipay' | 'pos' | 'online';

/** What really happened to a payment, whatever anybody was told. */
export type Fact = Readonly<{
  ref: string;
  minor: number;
  state: 'open' | 'at_work' | 'paid' | 'failed' | 'closed' | 'reversed';
  paidAt: Temporal.Instant | undefined;
  givenBack: number;
  disputed: boolean;
}>;

type Given = Readonly<{
  provider: string;
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<Readonly<{ kind: string; id: string; value: string }>>;
}>;

export type Desk = Readonly<{
  name: DeskName;
  /** As it is entered. */
  account: Given;
  /** Of an order that is paid while the customer stands there. */
  attended: string | undefined;
  place(ref: string, minor: number, more: Readonly<{ expiresAt: Temporal.Instant; attended?: boolean }>): void;
  has(ref: string): boolean;
  pay(ref: string, workMs?: number): Promise<void>;
  fault(fault: NotifyFault, ref: string): void;
  /** The next answers to anybody's questions are none. */
  fail(times: number): void;
  heal(): void;
  facts(): Iterable<Fact>;
  /** What changed is kept. */
  save(): void;
  close(): Promise<void>;
}> &
  Partial<
    Readonly<{
      decline(ref: string): void;
      revoke(ref: string): void;
      giveBack(ref: string, refundRef: string, minor: number, tookMs?: number): void;
      dispute(ref: string): Promise<void>;
      /** There are no bills yet, until they are free. */
      holdBills(): void;
      freeBills(): void;
      /** The bill of a day, and its lines. */
      bill(on: Temporal.PlainDate): Uint8Array | undefined;
      lines(on: Temporal.PlainDate): ReadonlyArray<Pick<Line, 'kind' | 'amount' | 'fee'>>;
    }>
  >;

export type Opening = Readonly<{ clock: SimClock; kept: Kept; notifyUrl: () => string | undefined }>;

const MERCHANTS = { sticker: '1900006501', wechat: '1900006502' } as const;
/** So many of the newest are looked at for changes. */
const RECENT = 60;

/** Rounded half up, as the bills print it. */
const feeOf = (minor: number): bigint => (BigInt(minor) * 6n + 500n) / 1_000n;
const isOn = (at: Temporal.Instant | undefined, on: Temporal.PlainDate): boolean =>
  at?.toZonedDateTimeISO('Asia/Shanghai').toPlainDate().equals(on) === true;

const linesOf = (
  on: Temporal.PlainDate,
  paid: ReadonlyArray<readonly [at: Temporal.Instant | undefined, minor: number]>,
  back: ReadonlyArray<readonly [at: Temporal.Instant, minor: number]>,
) => [
  ...paid
    .filter(([at]) => isOn(at, on))
    .map(([, minor]) => ({ kind: 'payment' as const, amount: BigInt(minor), fee: feeOf(minor) })),
  ...back
    .filter(([at]) => isOn(at, on))
    .map(([, minor]) => ({ kind: 'refund' as const, amount: BigInt(minor), fee: feeOf(minor) })),
];

/** Keeps the newest of `all`. */
function saveRecent<T>(kept: Kept, name: string, all: ReadonlyMap<string, T>, refOf: (it: T) => string): void {
  let skip = all.size - RECENT;
  for (const it of all.values()) if (skip-- <= 0) kept.keep(name, refOf(it), it);
}

type WeChatKeys = NonNullable<wechatpay.SimOptions['keys']>;
type LakalaKeys = NonNullable<lakala.SimOptions['keys']>;

async function wechatDesk(name: 'sticker' | 'wechat', { clock, kept, notifyUrl }: Opening): Promise<Desk> {
  const keys = kept.keys(name) as WeChatKeys | undefined;
  const sim = await wechatpay.startWeChatPaySim({
    clock,
    notifyUrl,
    ...(keys === undefined ? {} : { keys }),
    mchid: MERCHANTS[name],
    appid: `wx5d0e9a7c3b1f${MERCHANTS[name].slice(-4)}`,
    trades: kept.of(name) as WeChatTrade[],
  });
  const { serial, privatePem } = sim.merchant;
  kept.keep(name, KEYS, { merchant: { serial, privatePem }, apiv3Key: sim.apiv3Key });
  // Whoever was typing a PIN when the street ended is done by now.
  for (const t of sim.trades.values()) if (t.state === 'USERPAYING') void sim.pay(t.outTradeNo);
  return {
    name,
    account: wechatpay.accountFor(sim),
    attended: 'codepay',
    place: (ref, fen, { expiresAt, attended }) =>
      void sim.place(ref, fen, { expiresAt, product: attended === true ? 'codepay' : 'native' }),
    has: (ref) => sim.trades.has(ref),
    pay: (ref, workMs) => sim.pay(ref, workMs === undefined ? {} : { processingMs: workMs }),
    fault: (fault, ref) => sim.faultNotify(fault, 1, ref),
    fail: (times) => sim.faultAnswer('broken', times),
    heal: sim.healAnswers,
    decline: sim.failPayment,
    revoke: sim.revoke,
    giveBack: sim.giveBack,
    holdBills: () => sim.faultBill('bill_late', 1_000),
    freeBills: sim.healBills,
    bill: (on) => wechatBill([...sim.trades.values()], on),
    lines: (on) =>
      linesOf(
        on,
        [...sim.trades.values()].map((t) => [t.successAt, t.total] as const),
        [...sim.trades.values()].flatMap((t) => [
          ...t.refunds.map((r) => [r.createdAt, r.amount] as const),
          ...(t.revokedAt === undefined ? [] : [[t.revokedAt, t.total] as const]),
        ]),
      ),
    *facts() {
      for (const t of sim.trades.values())
        yield {
          ref: t.outTradeNo,
          minor: t.total,
          state:
            t.state === 'REVOKED'
              ? 'reversed'
              : t.state === 'PAYERROR'
                ? 'failed'
                : t.successAt !== undefined
                  ? 'paid'
                  : t.state === 'USERPAYING'
                    ? 'at_work'
                    : t.state === 'CLOSED'
                      ? 'closed'
                      : 'open',
          paidAt: t.successAt,
          givenBack: t.refunds.reduce((sum, r) => sum + r.amount, 0),
          disputed: false,
        };
    },
    save: () => saveRecent(kept, name, sim.trades, (t) => t.outTradeNo),
    close: sim.close,
  };
}

async function alipayDesk({ clock, kept, notifyUrl }: Opening): Promise<Desk> {
  const name = 'alipay';
  const pid = '2088730112650033';
  const sim = await alipay.startAlipaySim({
    clock,
    notifyUrl,
    appId: '2021006501123377',
    pid,
    trades: kept.of(name) as AlipayTrade[],
  });
  return {
    name,
    account: alipay.accountFor(sim),
    attended: 'barcode',
    place: (ref, fen, { expiresAt }) => void sim.place(ref, fen, { expiresAt }),
    has: (ref) => sim.trades.has(ref),
    pay: (ref, workMs) => sim.pay(ref, workMs === undefined ? {} : { processingMs: workMs }),
    fault: (fault, ref) => sim.faultNotify(fault, 1, ref),
    fail: (times) => sim.faultAnswer('broken', times),
    heal: sim.healAnswers,
    // That a bill is late and that there is none are one word at Alipay: so nobody answers.
    holdBills: () => sim.faultAnswer('broken', 1_000, 'trade'),
    freeBills: sim.healAnswers,
    giveBack: sim.giveBack,
    bill: (on) => alipayBill([...sim.trades.values()], pid, on),
    lines: (on) =>
      linesOf(
        on,
        [...sim.trades.values()].map((t) => [t.paidAt, t.totalFen] as const),
        [...sim.trades.values()].flatMap((t) => t.refunds.map((r) => [r.at, r.fen] as const)),
      ),
    *facts() {
      for (const t of sim.trades.values())
        yield {
          ref: t.outTradeNo,
          minor: t.totalFen,
          state: t.paidAt !== undefined ? 'paid' : t.state === 'TRADE_CLOSED' ? 'closed' : 'open',
          paidAt: t.paidAt,
          givenBack: t.refunds.reduce((sum, r) => sum + r.fen, 0),
          disputed: false,
        };
    },
    save: () => saveRecent(kept, name, sim.trades, (t) => t.outTradeNo),
    close: sim.close,
  };
}

const LAKALA_STATES: Readonly<Record<LakalaTrade['state'], Fact['state']>> = {
  INIT: 'open',
  CREATE: 'open',
  UNKNOWN: 'at_work',
  DEAL: 'at_work',
  SUCCESS: 'paid',
  PART_REFUND: 'paid',
  REFUND: 'paid',
  FAIL: 'failed',
  CLOSE: 'closed',
};

async function lakalaDesk({ clock, kept, notifyUrl }: Opening): Promise<Desk> {
  const name = 'pos';
  const keys = kept.keys(name) as LakalaKeys | undefined;
  const sim = await lakala.startLakalaSim({
    clock,
    notifyUrl,
    ...(keys === undefined ? {} : { keys }),
    product: 'barcode',
    appid: 'OP00650112',
    who: { merchantNo: '822290065010033', settleMerchantNo: '822121065010033', termNo: 'D0065013' },
    trades: kept.of(name) as LakalaTrade[],
  });
  const { serial, privatePem } = sim.merchant;
  kept.keep(name, KEYS, { serial, privatePem });
  for (const t of sim.trades.values()) if (t.state === 'DEAL') void sim.pay(t.ref);
  return {
    name,
    account: lakala.accountFor(sim, 'barcode'),
    attended: 'barcode',
    place: (ref, fen, { expiresAt }) => void sim.place(ref, fen, { expiresAt }),
    has: (ref) => sim.trades.has(ref),
    pay: (ref, workMs) => sim.pay(ref, workMs === undefined ? {} : { processingMs: workMs }),
    fault: (fault, ref) => sim.faultNotify(fault, 1, ref),
    fail: (times) => sim.faultAnswer('broken', times),
    heal: () => {},
    decline: sim.failPayment,
    *facts() {
      for (const t of sim.trades.values())
        yield {
          ref: t.ref,
          minor: Number(t.total),
          state: LAKALA_STATES[t.state],
          paidAt: t.successAt,
          givenBack: t.refunds.reduce((sum, r) => sum + Number(r.amount), 0),
          disputed: false,
        };
    },
    save: () => saveRecent(kept, name, sim.trades, (t) => t.ref),
    close: sim.close,
  };
}

const orderOf = (it: Intent): string => it.metadata.order_id ?? it.id;

async function stripeDesk({ clock, kept, notifyUrl }: Opening): Promise<Desk> {
  const name = 'online';
  const sim = await stripe.startStripeSim({
    clock,
    notifyUrl,
    accountId: 'acct_1HillsidePottery0',
    intents: (kept.of(name) as Intent[]).map(joined),
  });
  const { intents } = sim.market;
  return {
    name,
    account: stripe.accountFor(sim),
    attended: undefined,
    place: (ref, cents) => void sim.place(ref, cents, { currency: 'usd' }),
    has: sim.has,
    pay: (ref, workMs) => sim.pay(ref, workMs === undefined ? {} : { processingMs: workMs }),
    fault: (fault, ref) => sim.faultNotify(fault, 2, ref),
    fail: (times) => sim.faultAnswer('broken', times),
    heal: () => {},
    giveBack: (ref, refundRef, cents, tookMs) =>
      void sim.giveBack(ref, cents, {
        metadata: { refund: refundRef },
        ...(tookMs === undefined ? {} : { pendingMs: tookMs }),
      }),
    dispute: (ref) => sim.market.dispute(sim.intent(ref).charge!),
    *facts() {
      for (const it of intents.values())
        yield {
          ref: orderOf(it),
          minor: it.amount,
          state:
            it.status === 'succeeded'
              ? 'paid'
              : it.status === 'canceled'
                ? 'closed'
                : it.status === 'processing'
                  ? 'at_work'
                  : 'open',
          paidAt:
            it.status === 'succeeded' ? Temporal.Instant.fromEpochMilliseconds(it.charge!.created * 1_000) : undefined,
          givenBack: (it.charge?.refunds ?? []).reduce((sum, r) => sum + r.amount, 0),
          disputed: it.charge?.disputed === true,
        };
    },
    save() {
      for (const it of [...intents.values()].slice(-RECENT)) kept.keep(name, it.id, parted(it));
    },
    close: sim.close,
  };
}

/** A charge knows its intent, and a refund its charge: written once, without the way back. */
const parted = (it: Intent): unknown => ({
  ...it,
  charge: it.charge && {
    ...it.charge,
    intent: undefined,
    refunds: it.charge.refunds.map((r) => ({ ...r, charge: undefined })),
  },
});
function joined(it: Intent): Intent {
  const whole: Intent = { ...it };
  if (it.charge !== undefined) {
    const charge = { ...it.charge, intent: whole };
    whole.charge = { ...charge, refunds: [] };
    for (const r of it.charge.refunds) whole.charge.refunds.push({ ...r, charge: whole.charge });
  }
  return whole;
}

/** In the order in which they open: who needs no keys goes first, so that the first customer need not wait. */
export const DESKS: ReadonlyArray<readonly [DeskName, (on: Opening) => Promise<Desk>]> = [
  ['online', stripeDesk],
  ['wechat', (on) => wechatDesk('wechat', on)],
  ['alipay', alipayDesk],
  ['pos', lakalaDesk],
  ['sticker', (on) => wechatDesk('sticker', on)],
];
