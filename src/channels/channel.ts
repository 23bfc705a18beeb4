/**
 * The contract of a channel. Every folder beside this file keeps it with the same files, and passes `conformance.ts`.
 *
 * A channel's code knows the wire and nothing else: no database, no clock, no randomness, no decision about money. What it
 * hears it turns into observations; what it could not hear it says so, and an error or silence is never an answer (I7).
 */
import type { z } from 'zod';
import type { Text } from '../base/lang.ts';
import type { Kind, Observed, RefundState } from '../observations/observation.ts';
import type { PayoutSaid } from '../observations/payout.ts';
import type { Description } from './describe.ts';

export type ChannelId = 'wechatpay' | 'alipay' | 'lakala' | 'unionpay' | 'stripe' | 'adyen' | 'paypal';

/** The merchant's account at a provider, as the channel's code needs it. `settings` are checked by the channel's own schema. */
export type Account = Readonly<{
  id: string;
  provider: ChannelId;
  /** WeChat mchid; in service-provider mode sp_mchid. */
  merchantNo: string;
  /** WeChat sub_mchid in service-provider mode. */
  subMerchantNo: string | undefined;
  livemode: boolean;
  /** Without a trailing slash; the channel's own address unless a test or a simulator says otherwise. */
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
}>;

/** One secret or public key of an account, opened. `id` is its name at the channel: a certificate serial, PUB_KEY_ID_…; else ''. */
export type Credential = Readonly<{
  kind: string;
  id: string;
  value: string;
  notAfter: Temporal.Instant | undefined;
}>;

/** Bytes as they came, with the headers the signature needs (names in lower case). */
export type RawMessage = Readonly<{ headers: Readonly<Record<string, string>>; body: Uint8Array }>;

export type HttpRequest = Readonly<{
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  timeoutMs: number;
  /** More than this is no answer; one megabyte where nothing is said. Only a bill needs more. */
  mostBytes?: number;
}>;
export type HttpAnswer = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: Uint8Array }>;

/** Everything impure, handed in. `http` throws `ChannelSilent` where no whole answer came. */
export type Io = Readonly<{
  http(request: HttpRequest): Promise<HttpAnswer>;
  now(): Temporal.Instant;
  /** Unpredictable, at least 128 bits, letters and digits. */
  nonce(): string;
}>;

/** No answer came, or half of one: what was asked may still have happened. */
export class ChannelSilent extends Error {
  override readonly name = 'ChannelSilent';
}

export type RefusalReason =
  /** The signature is not the channel's. */
  | 'bad_signature'
  /** A deliberate wrong signature by which the channel tests us (WeChat SIGNTEST). */
  | 'probe'
  /** Outside the channel's time window: perhaps a replay. */
  | 'stale'
  /** Signed by a key that is not held; keys may be fetched once. */
  | 'unknown_key'
  /** Signed well, but cannot be opened or read. */
  | 'unreadable'
  /** Signed well, about another merchant. */
  | 'wrong_account';

export type Verified =
  | Readonly<{
      ok: true;
      /** The event's name at the channel; the same again is the same event. */
      key: string;
      /** SHA-256 of what the message says once opened: a re-sent event is encrypted anew, so the raw bytes differ. */
      bodyHash: string;
      occurredAt: Temporal.Instant;
    }>
  | Readonly<{
      ok: false;
      reason: RefusalReason;
      detail: string;
      /** `unknown_key`: how the message names it, where keys are fetched by that (PayPal). A stranger may have written it. */
      key?: string;
    }>;

/** What came of asking the channel. Only `answered` says anything about money. */
export type Answer =
  | Readonly<{ outcome: 'answered'; observed: readonly Observed[]; raw: RawMessage; status: number }>
  /** Asked well, and refused: our request, our rights. The remedy is a person's. */
  | Readonly<{ outcome: 'refused'; code: string; detail: string }>
  /** Too fast. */
  | Readonly<{ outcome: 'limited'; retryAfterMs: number | undefined }>
  /** No whole answer, a 5xx, HTML, a signature that fails: nothing is known. */
  | Readonly<{
      outcome: 'unknown';
      detail: string;
      /** It was signed by a key that is not held: perhaps a new one, so keys may be fetched once and the question asked again. */
      unknownKey?: true;
    }>;

/** `refunds`: named, because the refund's own reference is asked, not the payment's. */
export type Ask = Readonly<{
  paymentRef: string;
  /** The channel's own number where the book knows it (`Channel.byTrade`). */
  channelTrade: string | undefined;
  product: string | undefined;
  /** When the order was placed: UnionPay knows a payment by its number and this time; an index that lags says nothing of a younger one. */
  placedAt?: Temporal.Instant | undefined;
  /** Until when it can be paid: a failure before may be followed by a success. */
  expiresAt?: Temporal.Instant | undefined;
}>;

export type BillAsk = Readonly<{ kind: string; on: Temporal.PlainDate }>;
export type BillAnswer =
  | Readonly<{ outcome: 'fetched'; name: string; bytes: Uint8Array; hash: string | undefined }>
  /** The channel says that the day has no movements. */
  | Readonly<{ outcome: 'empty' }>
  /** Not made yet: ask again later. */
  | Readonly<{ outcome: 'not_ready' }>
  | Exclude<Answer, { outcome: 'answered' }>;

/** An event that the channel lists, entered as if it had been delivered. */
export type Listed = Readonly<{ key: string; bodyHash: string; occurredAt: Temporal.Instant; body: Uint8Array }>;
/** `through`: up to here the list is told whole. */
export type Recovered =
  | Readonly<{ outcome: 'answered'; events: readonly Listed[]; through: Temporal.Instant }>
  | Exclude<Answer, { outcome: 'answered' }>;
/** What the channel says of a payout that it was asked about. */
export type PayoutAnswer =
  | Readonly<{ outcome: 'answered'; payout: PayoutSaid; raw: RawMessage; status: number }>
  | Exclude<Answer, { outcome: 'answered' }>;
/** A page of what is in a payout. */
export type PayoutMembers =
  | Readonly<{
      outcome: 'answered';
      /** The payments in it, by the channel's numbers. */
      numbers: readonly string[];
      /** Payouts that the bank had sent back and whose money is in it again. */
      again: readonly string[];
      /** What the page adds up to, in minor units. */
      netMinor: bigint;
      /** Where the next page begins; undefined: this was the last. */
      next: string | undefined;
      raw: RawMessage;
    }>
  | Exclude<Answer, { outcome: 'answered' }>;
/** How a channel tells of its payouts to the merchant's bank account. */
export type Payouts = Readonly<{
  /** What a message that verified says of payouts. Throws where it cannot be read. */
  read(message: RawMessage, account: Account, keys: readonly Credential[]): readonly PayoutSaid[];
  inquire(payoutRef: string, account: Account, keys: readonly Credential[], io: Io): Promise<PayoutAnswer>;
  members(
    ask: Readonly<{ payoutRef: string; after: string | undefined }>,
    account: Account,
    keys: readonly Credential[],
    io: Io,
  ): Promise<PayoutMembers>;
}>;
/** What a row of a bill is about, as its reader tells it. */
export type BillRow = Readonly<{
  kind: string;
  status: string;
  /** Minor units, signed. */
  amount: string;
  /** The channel's own word for it, where the reader keeps one. */
  text: string | null;
  channel_ref: string | null;
  origin_ref: string | null;
  refund_ref: string | null;
}>;
/** What the row says, in our words. By `said` the rows of one payment and one second are put in order. */
export type BillWord = Readonly<{
  kind: Kind;
  said: string;
  /** The payment's name where the row has no number of the merchant's. */
  paymentRef?: string | undefined;
  refund?: Readonly<{ ref: string; state: RefundState }>;
  dispute?: Readonly<{ ref: string }>;
}>;

/** One line of a live self-test: what was tried and what came; where it is not right and something can be said, what to do. */
export type Check = Readonly<{ name: string; ok: boolean; detail: Text; fix?: Text }>;

export const CAPABILITIES = [
  'notify',
  'inquire',
  'close',
  'reverse',
  'refund',
  'inquire_refund',
  'bills',
  'keys',
  'recover',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface Channel {
  readonly id: ChannelId;
  /** True, or why not: a missing capability is a skip with a reason. */
  readonly capabilities: Readonly<Record<Capability, true | Text>>;
  /** It is asked better by its own number, where one is known. */
  readonly byTrade?: true;
  /** What a notification says counts only once the answer to our own question says it too. */
  readonly onlyHints?: true;
  /** Each credential kind an account needs, with what it is. */
  readonly credentials: Readonly<Record<string, Text>>;
  /** How an account is entered, in words. */
  readonly description: Description;
  readonly defaultBaseUrl: string;
  /** What an account's settings may hold. */
  readonly settings: z.ZodType<Readonly<Record<string, string | undefined>>>;

  /** Is this message the channel's? Pure; compares in constant time. */
  verify(message: RawMessage, account: Account, keys: readonly Credential[], now: Temporal.Instant): Verified;
  /** What a message that verified once says about money. Throws where it cannot be read. */
  read(message: RawMessage, account: Account, keys: readonly Credential[]): readonly Observed[];
  /** Absent where the channel tells of a payout by documents only, or not at all. */
  readonly payouts?: Payouts;
  /** The reply the channel wants to hear. */
  reply(accepted: boolean): Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: string }>;

  inquire(ask: Ask, account: Account, keys: readonly Credential[], io: Io): Promise<Answer>;
  close(ask: Ask, account: Account, keys: readonly Credential[], io: Io): Promise<Answer>;
  /** 付款码 and POS: takes back an uncertain payment. */
  reverse(ask: Ask, account: Account, keys: readonly Credential[], io: Io): Promise<Answer>;
  inquireRefund(
    ask: Readonly<{
      refundRef: string;
      paymentRef: string;
      /** The channel's own number of the payment, where it is known. */
      channelTrade?: string | undefined;
      /** When the refund was first sent, which is part of its name at UnionPay; the same each time. */
      askedAt?: Temporal.Instant | undefined;
    }>,
    account: Account,
    keys: readonly Credential[],
    io: Io,
  ): Promise<Answer>;
  refund(
    ask: Readonly<{
      paymentRef: string;
      /** The channel's own number of the payment, for those that know no other. */
      channelTrade?: string | undefined;
      refundRef: string;
      refundMinor: bigint;
      totalMinor: bigint;
      currency: string;
      reason: string;
      /** As in `Ask`, and as in `inquireRefund`. */
      placedAt?: Temporal.Instant | undefined;
      askedAt?: Temporal.Instant | undefined;
    }>,
    account: Account,
    keys: readonly Credential[],
    io: Io,
  ): Promise<Answer>;
  bill(ask: BillAsk, account: Account, keys: readonly Credential[], io: Io): Promise<BillAnswer>;
  /** What a row of the bill says (undefined: nothing), where its kind and status alone do not tell. */
  billSays?(row: BillRow, account: Account): BillWord | undefined;
  /** What the channel lists of its notifications since then, oldest first; only where `recover` is a capability. */
  recover?(since: Temporal.Instant, account: Account, keys: readonly Credential[], io: Io): Promise<Recovered>;
  /** The channel's current public keys, verified with what is held; [] where the channel has no such thing. `named`: by a message. */
  fetchKeys(account: Account, keys: readonly Credential[], io: Io, named?: string): Promise<readonly Credential[]>;
  /** Tries credentials, clock, rights against the live channel. */
  selfTest(account: Account, keys: readonly Credential[], io: Io): Promise<readonly Check[]>;
}
