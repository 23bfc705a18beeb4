/**
 * The calls to Alipay's gateway (v2) and what their answers mean. Every call answers 200; `code` and `sub_code` in the signed object tell.
 *
 * I7: only a signature that holds over the inner text, about what was asked, says anything. 20000 and SYSTEM_ERROR are `unknown`;
 * TRADE_NOT_EXIST is `not_found` and no failure: an order exists at Alipay only from the moment the buyer opens it.
 */
import { z } from 'zod';
import type { Money } from '../../base/money.ts';
import { decimalText, money } from '../../base/money.ts';
import { bare, type Call, mustBe, type NoAnswer, refused, said, sent, unknown, unreadable } from '../call.ts';
import type { Account, Answer, Ask, BillAnswer, BillAsk, HttpAnswer } from '../channel.ts';
import { strictJson } from '../json.ts';
import { certificateNames, checkAnswer, type Envelope, envelopeOf, signed } from './sign.ts';
import { cancelSays, querySays, refundQuerySays, refundSaid, refundSays, stampOf, tradeSaid } from './words.ts';

const TIMEOUT_MS = 10_000;
/** The link lives for 30 s; a transfer that has begun goes on. */
const BILL_TIMEOUT_MS = 300_000;
const MOST_BILL = 1_073_741_824;

type Heard = Readonly<{ answer: HttpAnswer; at: Temporal.Instant; code: string; subCode: string; json: unknown }>;

export async function query(ask: Ask, on: Call): Promise<Answer> {
  const heard = await call(on, 'alipay.trade.query', { out_trade_no: ask.paymentRef }, [NOT_EXIST]);
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    if (heard.subCode === NOT_EXIST) return [bare(ask.paymentRef, 'not_found', heard.subCode, heard.at)];
    if (heard.code === PENDING)
      return [bare(ask.paymentRef, 'processing', heard.subCode === '' ? heard.code : heard.subCode, heard.at)];
    const { send_pay_date, ...t } = querySays.parse(heard.json);
    mustBe(t.out_trade_no, ask.paymentRef);
    return tradeSaid(
      { ...t, paidAt: send_pay_date, givenBack: undefined },
      { source: 'inquiry', key: undefined, at: heard.at },
    );
  });
}

/** That it was accepted is not yet that it is closed: the question after it tells. */
export async function close(ask: Ask, on: Call): Promise<Answer> {
  const heard = await call(on, 'alipay.trade.close', { out_trade_no: ask.paymentRef });
  return 'outcome' in heard ? heard : said(heard.answer, () => []);
}

/** Closes what is unpaid, gives back what is paid. The question after it tells which. */
export async function reverse(ask: Ask, on: Call): Promise<Answer> {
  const heard = await call(on, 'alipay.trade.cancel', { out_trade_no: ask.paymentRef });
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    const it = cancelSays.parse(heard.json);
    if (it.retry_flag === 'Y') throw new Error('the channel asks that it be cancelled again');
    return [];
  });
}

export async function queryRefund(ask: Readonly<{ refundRef: string; paymentRef: string }>, on: Call): Promise<Answer> {
  const wanted = { out_trade_no: ask.paymentRef, out_request_no: ask.refundRef, query_options: ['gmt_refund_pay'] };
  const heard = await call(on, 'alipay.trade.fastpay.refund.query', wanted);
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    const r = refundQuerySays.parse(heard.json);
    // Without a status the refund has not been received, or has failed: neither is told, so nothing is said.
    if (r.refund_status === undefined) return [];
    mustBe(r.out_trade_no, ask.paymentRef);
    mustBe(r.out_request_no, ask.refundRef);
    if (r.refund_amount === undefined) throw new Error('a refund without an amount');
    const { refundRef, paymentRef } = ask;
    const at = r.gmt_refund_pay ?? heard.at;
    const [tradeNo, amount] = [r.trade_no, r.refund_amount];
    return refundSaid({ paymentRef, refundRef, tradeNo, amount, state: 'succeeded', at, said: r.refund_status });
  });
}

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
  if (ask.currency !== 'CNY' || ask.refundMinor <= 0n)
    return refused('BAD_AMOUNT', 'Alipay gives back yuan, more than none');
  const amount: Money = money(ask.refundMinor, ask.currency);
  const wanted = {
    out_trade_no: ask.paymentRef,
    out_request_no: ask.refundRef,
    refund_amount: decimalText(amount.minor, amount.currency),
    ...(ask.reason === '' ? {} : { refund_reason: ask.reason.slice(0, 80) }),
  };
  const heard = await call(on, 'alipay.trade.refund', wanted);
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    const r = refundSays.parse(heard.json);
    mustBe(r.out_trade_no, ask.paymentRef);
    const { refundRef, paymentRef } = ask;
    // `fund_change: N`: this call moved nothing. It may have been done before; the refund's query tells.
    const state = r.fund_change === 'Y' ? 'succeeded' : 'processing';
    const at = r.gmt_refund_pay ?? heard.at;
    return refundSaid({
      paymentRef,
      refundRef,
      tradeNo: r.trade_no,
      amount,
      state,
      at,
      said: `fund_change=${r.fund_change}`,
    });
  });
}

// ------------------------------------------------------------------------------------------- bills

const BILLS: Readonly<Record<string, string>> = { trade: 'trade', fundflow: 'signcustomer' };
const billShape = z.object({ bill_download_url: z.url() });
/** Alipay's own hosts, of the live and of the sandbox environment. */
const BILL_HOST = /(^|\.)(alipay|alipaydev|alipayobjects)\.com$/;
/** Bills are promised for nine; until noon “does not exist” may still be “not yet”. */
const BILL_READY = '12:00';

/** Two steps: a link, then the zip as it is delivered. The link is its own right: who asks is not named, and nothing of ours is sent along. */
export async function bill(ask: BillAsk, on: Call): Promise<BillAnswer> {
  const type = BILLS[ask.kind];
  if (type === undefined) return refused('NO_SUCH_BILL', ask.kind);
  const wanted = { bill_type: type, bill_date: ask.on.toString() };
  const heard = await call(on, 'alipay.data.dataservice.bill.downloadurl.query', wanted);
  if ('outcome' in heard) {
    if (heard.outcome !== 'refused' || !/bill_not_exist$/i.test(heard.code)) return heard;
    const ready = ask.on.add({ days: 1 }).toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: BILL_READY });
    return { outcome: Temporal.Instant.compare(on.io.now(), ready.toInstant()) < 0 ? 'not_ready' : 'empty' };
  }
  const where = billShape.safeParse(heard.json);
  if (!where.success) return unknown('the answer names no bill');
  const url = billUrl(where.data.bill_download_url, on.account);
  if (url === undefined) return unknown(`the bill lies at another host: ${new URL(where.data.bill_download_url).host}`);
  const file = await sent(on, {
    method: 'GET',
    url,
    headers: {},
    body: undefined,
    timeoutMs: BILL_TIMEOUT_MS,
    mostBytes: MOST_BILL,
  });
  if ('outcome' in file) return file;
  if (file.status !== 200) return unknown(`the bill's download answered ${file.status}`);
  // An expired link answers with a page.
  if (file.body[0] !== 0x50 || file.body[1] !== 0x4b) return unknown('what came is no zip');
  return { outcome: 'fetched', name: `alipay-${ask.kind}-${ask.on}.zip`, bytes: file.body, hash: undefined };
}

/** Where the bill may be fetched from: the gateway's own origin, Alipay's hosts, those of the settings; these two by TLS only. */
function billUrl(text: string, account: Account): string | undefined {
  const url = new URL(text);
  if (url.origin === new URL(account.baseUrl).origin) return url.href;
  const others = (account.settings.bill_hosts ?? '').split(',').map((h) => h.trim());
  if (url.port !== '' || (!BILL_HOST.test(url.hostname) && !others.includes(url.hostname))) return undefined;
  if (url.protocol === 'http:') url.protocol = 'https:';
  return url.protocol === 'https:' ? url.href : undefined;
}

// ------------------------------------------------------------------------------------------- one call

const OK = '10000';
const PENDING = '10003';
const NOT_EXIST = 'ACQ.TRADE_NOT_EXIST';
/** The gateway's own word for too fast, and the applications'. */
const LIMITED = /^40005$|(call|flow)[-_.]?limit/i;
const SYSTEM_ERROR = /SYSTEM_ERROR$|unknown?-error$/i;

const head = z.object({
  code: z.string(),
  msg: z.string().default(''),
  sub_code: z.string().default(''),
  sub_msg: z.string().default(''),
});

/** A call whose answer is checked; what is no answer comes back as what it is. `expected`: refusals that are answers here. */
async function call(
  on: Call,
  method: string,
  content: Readonly<Record<string, unknown>>,
  expected: readonly string[] = [],
): Promise<Heard | NoAnswer> {
  const appKey = on.keys.find((k) => k.kind === 'app_key');
  if (appKey === undefined) return refused('NO_APP_KEY', 'the account has no application private key');
  const params = {
    app_id: on.account.settings.app_id ?? '',
    method,
    format: 'JSON',
    charset: 'utf-8',
    timestamp: stampOf(on.io.now()),
    version: '1.0',
    biz_content: JSON.stringify(content),
  };
  let whole: Readonly<Record<string, string>>;
  try {
    whole = signed({ ...params, ...certificateNames(on.keys) }, appKey);
  } catch (error) {
    return refused('BAD_KEY', `a key or certificate cannot be read: ${(error as Error).message}`);
  }
  const { biz_content, ...open } = whole;
  const answer = await sent(on, {
    method: 'POST',
    url: `${on.account.baseUrl}/gateway.do?${new URLSearchParams(open)}`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded;charset=utf-8',
      'user-agent': 'daozhang',
    },
    body: new URLSearchParams({ biz_content: biz_content! }).toString(),
    timeoutMs: TIMEOUT_MS,
  });
  if ('outcome' in answer) return answer;
  if (answer.status === 429) return { outcome: 'limited', retryAfterMs: undefined };
  if (answer.status !== 200) return unknown(`answered ${answer.status}`);
  return judged(on, method, answer, expected);
}

function judged(on: Call, method: string, answer: HttpAnswer, expected: readonly string[]): Heard | NoAnswer {
  let envelope: Envelope;
  let says: z.output<typeof head>;
  let json: unknown;
  try {
    envelope = envelopeOf(answer.body, method);
    json = strictJson(envelope.inner);
    says = head.parse(json);
  } catch (error) {
    return unreadable(error);
  }
  const checked = checkAnswer(envelope, on.keys);
  const subCode = says.sub_code;
  const isAnswer = says.code === OK || says.code === PENDING || expected.includes(subCode);
  // A refusal may come unsigned, as where the application is not known; one that is signed wrongly is nobody's word.
  if (!checked.ok && (isAnswer || envelope.sign !== undefined)) return unknown(checked.reason);
  if (isAnswer) return { answer, at: on.io.now(), code: says.code, subCode, json };
  if (LIMITED.test(says.code) || LIMITED.test(subCode)) return { outcome: 'limited', retryAfterMs: undefined };
  const detail = `${says.msg} ${says.sub_msg}`.trim().slice(0, 300);
  // 20000: the service does not know itself.
  if (says.code === '20000' || SYSTEM_ERROR.test(subCode) || !/^[24]\d{4}$/.test(says.code))
    return unknown(`${says.code} ${subCode}: ${detail}`);
  return { outcome: 'refused', code: subCode === '' ? says.code : subCode, detail };
}
