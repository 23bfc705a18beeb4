/**
 * A line: one row of a document, normalised. This file owns its shape and the columns of `lines`; every
 * format writes exactly these fields and nothing else.
 *
 * Signs are the merchant's: money in is positive, money out negative, on every role. Amounts are integer minor units of
 * `currency`; `fee` keeps the source's finer scale (I3). The raw text is not kept: `doc`, `at` and `length` find it again.
 */
import type { Micros } from '../base/time.ts';

/**
 * Whose statement the line is.
 * `order` the merchant's book · `channel` a channel's bill · `balance` the ledger of the merchant's account at the channel ·
 * `bank` a bank statement · `evidence` a buyer-side export (never counted, only shown).
 */
export const ROLES = ['order', 'channel', 'balance', 'bank', 'evidence'] as const;
export type Role = (typeof ROLES)[number];

/**
 * What the line is about.
 * `payment` the customer pays · `refund` given back · `reversal` success shown, then taken back (撤销/冲正) ·
 * `chargeback` disputed · `fee` a fee as its own row · `payout` channel → bank · `payout_return` the bank bounced it ·
 * `transfer` between the merchant's own accounts · `adjustment` anything else that moves the account.
 */
export const KINDS = [
  'payment',
  'refund',
  'reversal',
  'chargeback',
  'fee',
  'payout',
  'payout_return',
  'transfer',
  'adjustment',
] as const;
export type Kind = (typeof KINDS)[number];

/**
 * What the source says of it. Orders: `paid unpaid closed refunded unknown`. Channel, balance and bank: `done` (counts as
 * money), `pending` (not money yet), `failed` (never was). Only `done` lines enter sums.
 */
export const STATUSES = ['paid', 'unpaid', 'closed', 'refunded', 'unknown', 'done', 'pending', 'failed'] as const;
export type Status = (typeof STATUSES)[number];

export type Line = {
  /** Physical record number in the document, from 1, header included: what an editor shows as the line number. */
  row: number;
  /** Byte offset of the record in the document (after unpacking, before decoding) and its length in bytes. */
  at: number;
  length: number;
  kind: Kind;
  status: Status;
  currency: string;
  /** Signed minor units: what the customer paid (+) or got back (−); for balance and bank what moved. */
  amount: bigint;
  /** Signed minor units owed to the merchant before fees (应结 / 商家实收); absent = `amount`. */
  settle?: bigint | undefined;
  /** Cost to the merchant as integer at `feeScale` decimals of the major unit; positive = cost, negative = given back. */
  fee?: bigint | undefined;
  feeScale?: number | undefined;
  /** Stated rate in parts per million: 0.60 % = 6000. */
  feePpm?: number | undefined;
  /** When it happened by the source, and the business date in the source's zone. Bank: value date in `valueOn`. */
  occurredAt?: Micros | undefined;
  businessOn?: Temporal.PlainDate | undefined;
  valueOn?: Temporal.PlainDate | undefined;
  /** Provider (`wechatpay`, `alipay`, `lakala`, …) and the merchant number or bank account the line belongs to. */
  channel?: string | undefined;
  account?: string | undefined;
  store?: string | undefined;
  terminal?: string | undefined;
  /** References by kind. `orderRef` the merchant's number the channel knows; `paymentRef` a second number of the merchant's;
   *  `refundRef` the merchant's refund number; `channelRef` the channel's own id; `originRef` the channel id of the payment a
   *  refund or reversal undoes; `walletRef` the wallet's number behind an acquirer; `batchRef`; `bankRef`. */
  orderRef?: string | undefined;
  paymentRef?: string | undefined;
  refundRef?: string | undefined;
  channelRef?: string | undefined;
  originRef?: string | undefined;
  walletRef?: string | undefined;
  batchRef?: string | undefined;
  bankRef?: string | undefined;
  /** Payment method or card type; counterparty's name; remittance text, memo, product. */
  method?: string | undefined;
  party?: string | undefined;
  text?: string | undefined;
};

/**
 * The columns of `lines`, in order: [field of Line, SQL column, SQL type]. `id`, `doc` and `role` come before them. Codes are
 * enums: a byte a line, and a comparison with a word costs that of a byte.
 */
export const LINE_COLUMNS = [
  ['row', 'row_no', 'INTEGER'],
  ['at', 'byte_at', 'BIGINT'],
  ['length', 'byte_length', 'INTEGER'],
  ['kind', 'kind', 'dz_kind'],
  ['status', 'status', 'dz_status'],
  ['currency', 'currency', 'dz_currency_code'],
  ['amount', 'amount', 'BIGINT'],
  ['settle', 'settle', 'BIGINT'],
  ['fee', 'fee', 'BIGINT'],
  ['feeScale', 'fee_scale', 'TINYINT'],
  ['feePpm', 'fee_ppm', 'INTEGER'],
  ['occurredAt', 'occurred_at', 'BIGINT'],
  ['businessOn', 'business_on', 'DATE'],
  ['valueOn', 'value_on', 'DATE'],
  ['channel', 'channel', 'VARCHAR'],
  ['account', 'account', 'VARCHAR'],
  ['store', 'store', 'VARCHAR'],
  ['terminal', 'terminal', 'VARCHAR'],
  ['orderRef', 'order_ref', 'VARCHAR'],
  ['paymentRef', 'payment_ref', 'VARCHAR'],
  ['refundRef', 'refund_ref', 'VARCHAR'],
  ['channelRef', 'channel_ref', 'VARCHAR'],
  ['originRef', 'origin_ref', 'VARCHAR'],
  ['walletRef', 'wallet_ref', 'VARCHAR'],
  ['batchRef', 'batch_ref', 'VARCHAR'],
  ['bankRef', 'bank_ref', 'VARCHAR'],
  ['method', 'method', 'VARCHAR'],
  ['party', 'party', 'VARCHAR'],
  ['text', 'text', 'VARCHAR'],
] as const satisfies ReadonlyArray<readonly [keyof Line, string, string]>;

export type LineField = (typeof LINE_COLUMNS)[number][0];
