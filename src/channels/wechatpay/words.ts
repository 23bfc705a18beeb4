/**
 * WeChat Pay's words in ours: one table each, checked by the compiler. An unknown word is never guessed: the message is unreadable and a
 * person sees it.
 */
import { z } from 'zod';
import { sha256 } from '../../base/ids.ts';
import { type Money, money } from '../../base/money.ts';
import type { Kind, Observed, Ref, RefundState, Source } from '../../observations/observation.ts';
import type { Account } from '../channel.ts';

/** REFUND says that it was paid and that something of it was given back: how much, the refunds themselves tell. */
export const TRADE_STATES = {
  SUCCESS: 'captured',
  REFUND: 'captured',
  NOTPAY: 'unpaid',
  CLOSED: 'closed',
  REVOKED: 'reversed',
  USERPAYING: 'processing',
  PAYERROR: 'failed',
} as const satisfies Record<string, Kind>;

export const REFUND_STATES = {
  SUCCESS: 'succeeded',
  PROCESSING: 'processing',
  CLOSED: 'closed',
  CLOSE: 'closed',
  ABNORMAL: 'abnormal',
} as const satisfies Record<string, RefundState>;

/** Integer fen. A fraction, a negative or an absurd one is not read as something else. */
const fen = z
  .int()
  .nonnegative()
  .max(10 ** 13);
const words = <T extends string>(table: Readonly<Record<T, unknown>>) => z.enum(Object.keys(table) as [T, ...T[]]);
const instant = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a time of RFC 3339' });
    return z.NEVER;
  }
});

export const transactionShape = z.object({
  mchid: z.string().optional(),
  sp_mchid: z.string().optional(),
  sub_mchid: z.string().optional(),
  out_trade_no: z.string().min(1).max(64),
  transaction_id: z.string().min(1).max(64).optional(),
  trade_type: z.string().optional(),
  trade_state: words(TRADE_STATES),
  success_time: instant.optional(),
  amount: z
    .object({ total: fen, payer_total: fen.optional(), currency: z.string().length(3).default('CNY') })
    .optional(),
});
export type Transaction = z.output<typeof transactionShape>;

export const refundShape = z.object({
  mchid: z.string().optional(),
  sp_mchid: z.string().optional(),
  sub_mchid: z.string().optional(),
  out_trade_no: z.string().min(1).max(64),
  transaction_id: z.string().max(64).optional(),
  out_refund_no: z.string().min(1).max(64),
  refund_id: z.string().max(64).optional(),
  // A notification says refund_status, a query says status.
  refund_status: words(REFUND_STATES).optional(),
  status: words(REFUND_STATES).optional(),
  success_time: instant.optional(),
  create_time: instant.optional(),
  amount: z.object({ refund: fen, total: fen, currency: z.string().length(3).default('CNY') }),
});

/** About this account? In service-provider mode the provider's and the shop's number both have to fit. */
export function isOf(
  it: Readonly<{ mchid?: string | undefined; sp_mchid?: string | undefined; sub_mchid?: string | undefined }>,
  account: Account,
): boolean {
  if (account.subMerchantNo === undefined) return it.mchid === account.merchantNo;
  return it.sp_mchid === account.merchantNo && it.sub_mchid === account.subMerchantNo;
}

export type Heard = Readonly<{ source: Source; key: string | undefined; at: Temporal.Instant }>;

export function transactionSays(t: Transaction, heard: Heard): readonly Observed[] {
  const kind = TRADE_STATES[t.trade_state];
  if (kind === 'captured' && (t.amount === undefined || t.transaction_id === undefined))
    throw new Error('a success without an amount or a transaction number');
  const amount = t.amount === undefined ? undefined : fenOf(t.amount.total, t.amount.currency);
  const payer = t.amount?.payer_total === undefined ? undefined : fenOf(t.amount.payer_total, t.amount.currency);
  return [
    {
      source: heard.source,
      key: heard.key ?? inquiryKey([t.out_trade_no, t.trade_state, t.transaction_id, t.amount?.total]),
      kind,
      occurredAt: (kind === 'captured' ? t.success_time : undefined) ?? heard.at,
      paymentRef: t.out_trade_no,
      refs: refsOf([['channel_trade', t.transaction_id]]),
      ...(amount === undefined ? {} : { amount }),
      ...(payer === undefined ? {} : { payerAmount: payer }),
      said: t.trade_state,
    },
  ];
}

export function refundSays(r: z.output<typeof refundShape>, heard: Heard): readonly Observed[] {
  const state = r.refund_status ?? r.status;
  if (state === undefined) throw new Error('a refund without a state');
  return [
    {
      source: heard.source,
      key: heard.key ?? inquiryKey([r.out_refund_no, state, r.refund_id, r.amount.refund]),
      kind: 'refund',
      occurredAt: r.success_time ?? (state === 'PROCESSING' ? r.create_time : undefined) ?? heard.at,
      paymentRef: r.out_trade_no,
      refs: refsOf([
        ['channel_trade', r.transaction_id],
        ['refund', r.out_refund_no],
        ['channel_refund', r.refund_id],
      ]),
      amount: fenOf(r.amount.refund, r.amount.currency),
      refund: { ref: r.out_refund_no, state: REFUND_STATES[state] },
      said: state,
    },
  ];
}

/** An answer that says the same has the same name; one that says more or other has another. */
const inquiryKey = (parts: readonly unknown[]): string => parts.map((p) => p ?? '').join(':');
const fenOf = (minor: number, currency: string): Money => money(BigInt(minor), currency);
const refsOf = (pairs: ReadonlyArray<readonly [Ref['kind'], string | undefined]>): readonly Ref[] =>
  pairs.flatMap(([kind, value]) => (value === undefined || value === '' ? [] : [{ kind, value }]));

/** What the opened text says, as one hash. */
export const opened = (text: string): string => sha256(text);
