/**
 * The calls to Lakala's open platform and what their answers mean. Everything is a POST of `{req_time, version, req_data}`; amounts are
 * fen as text, times Beijing's yyyyMMddHHmmss.
 *
 * I7: an answer counts only with a signature that holds, `code` of a call that was heard, and about what was asked; everything else is
 * `unknown`, `limited` or `refused`.
 */
import { z } from 'zod';
import { sha256 } from '../../base/ids.ts';
import type { Observed } from '../../observations/observation.ts';
import {
  bare,
  type Call,
  jsonOf,
  mustBe,
  type NoAnswer,
  type Refused,
  refused,
  said as saidOf,
  sent,
  unknown,
} from '../call.ts';
import type { Account, Answer, Ask, HttpAnswer } from '../channel.ts';
import { authorization, checkAnswer } from './sign.ts';
import {
  beijingText,
  isOf,
  namesNobody,
  orderSays,
  orderShape,
  partiesShape,
  paymentOf,
  refundSays,
  refundShape,
  tradeSays,
  tradeShape,
} from './words.ts';

const TIMEOUT_MS = 10_000;
const MOST_REASON = 32;

type Heard = Readonly<{ answer: HttpAnswer; at: Temporal.Instant; data: unknown }>;

const isCashier = (ask: Pick<Ask, 'product'>, account: Account): boolean =>
  (ask.product ?? account.settings.product) === 'cashier';

export async function query(ask: Ask, on: Call): Promise<Answer> {
  const cashier = isCashier(ask, on.account);
  const heard = cashier ? await askOrder(ask.paymentRef, on) : await askTrade(ask.paymentRef, on);
  if ('outcome' in heard) return heard.outcome === 'refused' ? notThere(heard, ask.paymentRef) : heard;
  return said(heard, on, () => {
    const how = { source: 'inquiry', at: heard.at } as const;
    if (cashier) {
      const o = orderShape.parse(heard.data);
      mustBe(o.out_order_no, ask.paymentRef);
      return orderSays(o, how);
    }
    const t = tradeShape.parse(heard.data);
    mustBe(t.out_trade_no, ask.paymentRef);
    return tradeSays(t, how);
  });
}

const askTrade = (ref: string, on: Call) =>
  call(on, '/api/v3/labs/query/tradequery', { ...terminal(on.account), out_trade_no: ref });
const askOrder = (ref: string, on: Call) =>
  call(on, '/api/v3/ccss/counter/order/query', { merchant_no: on.account.merchantNo, out_order_no: ref });

/** Only what the customer scans, or pays at the cashier, can be closed: what the till scanned is taken back (`reversals.ts`). */
export async function close(ask: Ask, on: Call): Promise<Answer> {
  if ((ask.product ?? on.account.settings.product) === 'barcode')
    return refused('NOT_BY_BARCODE', 'what the till scanned cannot be closed; it is taken back by 撤销');
  if (isCashier(ask, on.account)) {
    const body = { merchant_no: on.account.merchantNo, out_order_no: ask.paymentRef };
    return await accepted(await call(on, '/api/v3/ccss/counter/order/close', body), on);
  }
  const place = placeOf(on.account);
  if ('outcome' in place) return place;
  const body = { ...terminal(on.account), origin_out_trade_no: ask.paymentRef, ...place };
  return accepted(await call(on, '/api/v3/labs/relation/close', body), on);
}

/** 撤销. Its own number is made of the payment's, so that the same again is the same revocation. */
export async function reverse(ask: Ask, on: Call): Promise<Answer> {
  if (isCashier(ask, on.account))
    return refused('NOT_AT_THE_CASHIER', 'a cashier order is closed or refunded; only 聚合扫码 can be revoked');
  const place = placeOf(on.account);
  if ('outcome' in place) return place;
  const body = {
    ...terminal(on.account),
    out_trade_no: `RV${sha256(ask.paymentRef).slice(0, 30)}`,
    origin_out_trade_no: ask.paymentRef,
    ...place,
  };
  return accepted(await call(on, '/api/v3/labs/relation/revoked', body), on);
}

/**
 * By the merchant's own refund number (`idmrefund`), which may be sent again after silence and is what `idmrefundquery` asks by; the plain
 * `refund` has neither. After a cashier payment two references of the trade are needed, and the order is asked for them.
 */
export async function refund(
  ask: Readonly<{
    paymentRef: string;
    refundRef: string;
    refundMinor: bigint;
    totalMinor: bigint;
    currency: string;
    reason: string;
  }>,
  on: Call,
): Promise<Answer> {
  if (ask.currency !== 'CNY' || ask.refundMinor <= 0n || ask.refundMinor > ask.totalMinor)
    return refused('BAD_AMOUNT', `${ask.refundMinor} of ${ask.totalMinor} ${ask.currency}`);
  const place = placeOf(on.account);
  if ('outcome' in place) return place;
  const origin = await originOf(ask.paymentRef, on);
  if ('outcome' in origin) return origin;
  const heard = await call(on, '/api/v3/labs/relation/idmrefund', {
    ...terminal(on.account),
    out_refund_order_no: ask.refundRef,
    refund_amount: String(ask.refundMinor),
    ...(ask.reason === '' ? {} : { refund_reason: [...ask.reason].slice(0, MOST_REASON).join('') }),
    ...origin,
    ...place,
  });
  if ('outcome' in heard) return heard;
  return refundSaid(heard, { paymentRef: ask.paymentRef, refundRef: ask.refundRef, minor: ask.refundMinor }, on);
}

type Origin = Readonly<{ origin_out_trade_no: string }> | Readonly<{ origin_trade_no: string; origin_log_no: string }>;

async function originOf(paymentRef: string, on: Call): Promise<Origin | NoAnswer> {
  // Only the account tells which product a refund is about.
  if (!isCashier({ product: undefined }, on.account)) return { origin_out_trade_no: paymentRef };
  const heard = await askOrder(paymentRef, on);
  if ('outcome' in heard) return heard;
  const order = orderShape.safeParse(heard.data);
  const paid = order.success && order.data.out_order_no === paymentRef ? paymentOf(order.data) : undefined;
  const logNo = paid?.log_no ?? paid?.log_No;
  if (paid?.trade_no === undefined || logNo === undefined)
    return unknown('the order names no payment that could be refunded');
  return { origin_trade_no: paid.trade_no, origin_log_no: logNo };
}

export async function queryRefund(ask: Readonly<{ refundRef: string; paymentRef: string }>, on: Call): Promise<Answer> {
  const body = { ...terminal(on.account), out_refund_order_no: ask.refundRef };
  const heard = await call(on, '/api/v3/labs/query/idmrefundquery', body);
  if (!('outcome' in heard)) return refundSaid(heard, { ...ask, minor: undefined }, on);
  if (heard.outcome !== 'refused' || heard.heard === undefined || !NOT_THERE.test(heard.detail)) return heard;
  // One that is not there says nothing: it was not received, or not yet.
  return saidOf(heard.heard.answer, () => []);
}

function refundSaid(
  heard: Heard,
  asked: Readonly<{ paymentRef: string; refundRef: string; minor: bigint | undefined }>,
  on: Call,
): Answer {
  return said(heard, on, () => {
    const r = refundShape.parse(heard.data);
    mustBe(r.out_refund_order_no ?? asked.refundRef, asked.refundRef);
    return refundSays(r, asked, { source: 'inquiry', at: heard.at });
  });
}

// ------------------------------------------------------------------------------------------- one call

const terminal = (account: Account) => ({ merchant_no: account.merchantNo, term_no: account.settings.term_no });

/** What risk control asks for. An invented address would be a lie to it. */
function placeOf(account: Account): Readonly<{ location_info: { request_ip: string } }> | Refused {
  const ip = account.settings.request_ip;
  return ip === undefined
    ? refused('NO_REQUEST_IP', 'Lakala wants the address of the merchant’s server: set request_ip')
    : { location_info: { request_ip: ip } };
}

const HEARD: ReadonlySet<string> = new Set(['BBS00000', '000000']);
/** Lakala's words for “not through yet”: in progress, time-out towards the wallet, network trouble. Nothing is known. */
const NOT_THROUGH: ReadonlySet<string> = new Set(['BBS10000', 'BBS11105', 'BBS11112', '000100', '000101']);
const envelope = z.object({ code: z.string(), msg: z.string().nullish(), resp_data: z.unknown().optional() });

/** A refusal that carried a good signature. */
type SignedRefusal = Refused & Readonly<{ heard?: Heard }>;

/** A call whose answer is checked; what is no answer comes back as what it is. */
async function call(on: Call, path: string, data: object): Promise<Heard | SignedRefusal | Exclude<NoAnswer, Refused>> {
  const merchantKey = on.keys.findLast((k) => k.kind === 'merchant_key');
  const appid = on.account.settings.appid ?? '';
  if (merchantKey === undefined) return refused('NO_MERCHANT_KEY', 'the account has no merchant private key');
  const body = JSON.stringify({ req_time: beijingText(on.io.now()), version: '3.0', req_data: data });
  const answer = await sent(on, {
    method: 'POST',
    url: `${on.account.baseUrl}${path}`,
    headers: {
      accept: 'application/json',
      authorization: authorization({ appid, body, nonce: on.io.nonce().slice(0, 32), now: on.io.now() }, merchantKey),
      'content-type': 'application/json',
      'user-agent': 'daozhang',
    },
    body,
    timeoutMs: TIMEOUT_MS,
  });
  return 'outcome' in answer ? answer : weigh(answer, appid, on);
}

function weigh(answer: HttpAnswer, appid: string, on: Call): Heard | SignedRefusal | Exclude<NoAnswer, Refused> {
  if (answer.status === 429) return { outcome: 'limited', retryAfterMs: undefined };
  const isSigned = answer.headers['lklapi-signature'] !== undefined;
  const checked = checkAnswer({ headers: answer.headers, body: answer.body }, appid, on.keys, on.io.now());
  const outer = envelope.safeParse(jsonOf(answer.body));
  // Without its own words it is not Lakala that speaks, but something on the way.
  if (answer.status >= 500 || !outer.success) return unknown(`answered ${answer.status}`);
  const { code, msg, resp_data: inner } = outer.data;
  // A refusal may come unsigned, from the gate; one that is signed wrongly is nobody's word.
  if (!checked.ok && (isSigned || HEARD.has(code)))
    return unknown(`${answer.status}, ${checked.reason}: ${checked.detail}`);
  if (NOT_THROUGH.has(code)) return unknown(`${code}: ${(msg ?? '').slice(0, 300)}`);
  const heard = checked.ok ? { answer, at: checked.at, data: inner } : undefined;
  if (!HEARD.has(code) || heard === undefined)
    return { ...refused(code, (msg ?? '').slice(0, 300)), ...(heard === undefined ? {} : { heard }) };
  return answer.status === 200 ? heard : unknown(`answered ${answer.status}`);
}

/**
 * Lakala publishes no list of its codes; it says in words that it knows no such order. “商户不存在” and the like are about the account and
 * stay refusals.
 */
const NOT_THERE = /(订单|交易|流水)(号|记录|信息)?(不存在|未找到)/;

function notThere(it: SignedRefusal, paymentRef: string): Answer {
  if (it.heard === undefined || !NOT_THERE.test(it.detail)) return refused(it.code, it.detail);
  const { at, answer } = it.heard;
  return saidOf(answer, () => [bare(paymentRef, 'not_found', it.code, at)]);
}

/** That it was accepted is not yet that it happened: the question after it tells. */
const accepted = (heard: Heard | NoAnswer, on: Call): Answer =>
  'outcome' in heard ? heard : said(heard, on, () => []);

function said(heard: Heard, on: Call, read: () => readonly Observed[]): Answer {
  return saidOf(heard.answer, () => {
    const parties = partiesShape.parse(heard.data ?? {});
    if (!namesNobody(parties) && !isOf(parties, on.account)) throw new Error('an answer about another merchant');
    return read();
  });
}
