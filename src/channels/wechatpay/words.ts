/**
 * WeChat Pay's words in ours: one table each, checked by the compiler. An unknown word is never guessed: the message is unreadable and a
 * person sees it.
 */
import { z } from 'zod';
import { exponentOf } from '../../base/currency.ts';
import { sha256 } from '../../base/ids.ts';
import { type Money, money } from '../../base/money.ts';
import {
  type Funding,
  type Kind,
  type Observed,
  placeNamed,
  type Ref,
  type RefundState,
  type Source,
} from '../../observations/observation.ts';
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

type ErrorMeans = Readonly<{
  /** `no_bill` and `no_bill_yet` are said of bills, `not_found` of a payment that was asked about; elsewhere they are refusals. */
  outcome: 'refused' | 'limited' | 'unknown' | 'not_found' | 'no_bill' | 'no_bill_yet';
  /** What a person can do about it. */
  remedy?: string;
}>;
const refused = (remedy?: string): ErrorMeans => ({ outcome: 'refused', ...(remedy === undefined ? {} : { remedy }) });

/** The error codes whose meaning is known; of any other the status decides. Whatever the status, SYSTEM_ERROR has decided nothing. */
const ERROR_CODES: Readonly<Record<string, ErrorMeans>> = {
  ORDER_NOT_EXIST: { outcome: 'not_found' },
  FREQUENCY_LIMITED: { outcome: 'limited' },
  RATELIMIT_EXCEEDED: { outcome: 'limited' },
  SYSTEM_ERROR: { outcome: 'unknown' },
  BANK_ERROR: { outcome: 'unknown' },
  NO_STATEMENT_EXIST: { outcome: 'no_bill' },
  STATEMENT_CREATING: { outcome: 'no_bill_yet' },
  SIGN_ERROR: refused(
    'check the merchant private key, the serial number of its certificate and this machine’s clock / 请核对商户 API 私钥、证书序列号与本机时间',
  ),
  NO_AUTH: refused(
    'the merchant number lacks this right at WeChat Pay, or the shop did not grant it to the provider / 商户号未开通该权限,或特约商户未授权服务商',
  ),
  PARAM_ERROR: refused(
    'check appid and merchant number, and whether they belong together / 请核对 appid 与商户号及其绑定关系',
  ),
  APPID_MCHID_NOT_MATCH: refused(
    'bind the appid to the merchant number at pay.weixin.qq.com / 请在商户平台绑定 appid 与商户号',
  ),
  MCH_NOT_EXISTS: refused('check the merchant number / 请核对商户号'),
  INVALID_REQUEST: refused(),
  ORDERPAID: refused('it is paid: inquire / 订单已支付,请查询'),
  ORDER_CLOSED: refused(),
  NOT_ENOUGH: refused('the account the refund is taken from holds too little: top it up / 退款账户余额不足,请充值'),
  USER_ACCOUNT_ABNORMAL: refused(
    'the payer’s account is closed or frozen: give the money back another way / 用户账户异常,请换其他方式退款',
  ),
};

/** What an answer of 400 or more means. `code` undefined: not the channel's own error words, so something on the way spoke. */
export function errorMeans(status: number, code: string | undefined): ErrorMeans {
  if (status === 429) return { outcome: 'limited' };
  if (code === undefined || status >= 500) return { outcome: 'unknown' };
  return Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code]! : refused();
}

/** Integer fen. A fraction, a negative or an absurd one is not read as something else. */
const fen = z
  .int()
  .nonnegative()
  .max(10 ** 13);
/** Fen are hundredths, and so is every amount here. */
const currency = z
  .string()
  .refine((code) => exponentOf(code) === 2, 'no currency with two decimals')
  .default('CNY');
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
  amount: z.object({ total: fen, payer_total: fen.optional(), currency }).optional(),
  // Whatever stands here, the payment is told.
  scene_info: z
    .object({ device_id: z.string().max(64).optional() })
    .optional()
    .catch(undefined),
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
  user_received_account: z.string().max(64).optional(),
  amount: z.object({ refund: fen, total: fen, currency }),
});

type Parties = Readonly<{
  mchid?: string | undefined;
  sp_mchid?: string | undefined;
  sub_mchid?: string | undefined;
}>;

/** About this account? In service-provider mode the provider's and the shop's number both have to fit. */
export function isOf(it: Parties, account: Account): boolean {
  if (account.subMerchantNo === undefined) return it.mchid === account.merchantNo;
  return it.sp_mchid === account.merchantNo && it.sub_mchid === account.subMerchantNo;
}

/** An answer about a refund names no merchant; where it does all the same, it has to be this one. */
export const isOfAnother = (it: Parties, account: Account): boolean =>
  (it.mchid ?? it.sp_mchid ?? it.sub_mchid) !== undefined && !isOf(it, account);

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
      key: heard.key ?? inquiryKey([t.out_trade_no, t.trade_state, t.transaction_id, ...sums(amount, payer)]),
      kind,
      occurredAt: (kind === 'captured' ? t.success_time : undefined) ?? heard.at,
      paymentRef: t.out_trade_no,
      refs: refsOf([['channel_trade', t.transaction_id]]),
      ...(amount === undefined ? {} : { amount }),
      ...(payer === undefined ? {} : { payerAmount: payer }),
      ...placeNamed({ terminal: deviceOf(t) }),
      said: t.trade_state,
    },
  ];
}

/** 零钱 is the customer's balance at WeChat itself; a card is named with its bank and kind. Source: 微信支付退款结果, user_received_account. */
function toOf(account: string | undefined): Readonly<{ to?: Funding }> {
  if (account === undefined) return {};
  if (/零钱/.test(account)) return { to: 'balance' };
  if (/信用卡|贷记卡/.test(account)) return { to: 'credit_card' };
  return /储蓄卡|借记卡/.test(account) ? { to: 'debit_card' } : {};
}

/** Shops on the web write WEB for want of a device. */
const deviceOf = (t: Transaction): string | undefined =>
  t.scene_info?.device_id === 'WEB' ? undefined : t.scene_info?.device_id;

export function refundSays(r: z.output<typeof refundShape>, heard: Heard): readonly Observed[] {
  const state = r.refund_status ?? r.status;
  if (state === undefined) throw new Error('a refund without a state');
  const amount = fenOf(r.amount.refund, r.amount.currency);
  return [
    {
      source: heard.source,
      key: heard.key ?? inquiryKey([r.out_trade_no, r.out_refund_no, state, r.refund_id, ...sums(amount)]),
      kind: 'refund',
      occurredAt: r.success_time ?? (state === 'PROCESSING' ? r.create_time : undefined) ?? heard.at,
      paymentRef: r.out_trade_no,
      refs: refsOf([
        ['channel_trade', r.transaction_id],
        ['refund', r.out_refund_no],
        ['channel_refund', r.refund_id],
      ]),
      amount,
      refund: { ref: r.out_refund_no, state: REFUND_STATES[state], ...toOf(r.user_received_account) },
      said: state,
    },
  ];
}

/** An answer that says the same has the same name; one that says more or other has another. */
const inquiryKey = (parts: readonly unknown[]): string => parts.map((p) => p ?? '').join(':');
const sums = (...amounts: ReadonlyArray<Money | undefined>): readonly string[] =>
  amounts.map((m) => (m === undefined ? '' : `${m.minor}${m.currency}`));
const fenOf = (minor: number, currency: string): Money => money(BigInt(minor), currency);
const refsOf = (pairs: ReadonlyArray<readonly [Ref['kind'], string | undefined]>): readonly Ref[] =>
  pairs.flatMap(([kind, value]) => (value === undefined || value === '' ? [] : [{ kind, value }]));

/** What the opened text says, as one hash. */
export const opened = (text: string): string => sha256(text);
