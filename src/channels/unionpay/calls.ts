/**
 * The calls to UnionPay's gateway and what their answers mean. A form goes out, `k=v&k=v` comes back; `respCode` tells of the call.
 *
 * UnionPay knows a transaction by its number *and* the time at which it was sent (`txnTime`). That of a payment is `placed_at` of its order
 * in Beijing time, cut to the second; that of a refund is when it was first sent. Without it nothing can be asked.
 *
 * I7: only an answer that is signed by UnionPay, about what was asked, says anything. 03 04 05 06 99 are `unknown`, 37 is `limited`.
 */
import { inflateSync } from 'node:zlib';
import { sha256 } from '../../base/ids.ts';
import { bare, type Call, mustBe, type NoAnswer, refused, said, sent, unknown, unreadable } from '../call.ts';
import type { Answer, Ask, BillAnswer, BillAsk, Channel, HttpAnswer } from '../channel.ts';
import { answerOf, check, type Form, signed } from './sign.ts';
import {
  type Answered,
  answerShape,
  clearingDay,
  type Heard as Hearing,
  paymentSays,
  refund as refundSays,
  reversal,
  textsOf,
  transmittedAt,
  txnTimeOf,
} from './words.ts';

const TIMEOUT_MS = 10_000;
const BILL_TIMEOUT_MS = 300_000;
/** Of the answer, whose file is compressed and in base64; a gigabyte of the file itself. */
const MOST_BILL = 134_217_728;
const MOST_INFLATED = 1_073_741_824;

/** After the order's end, until the last who was typing is through and every clock agrees. From then on a failure is final. */
const FINAL_AFTER_MINUTES = 10;
/** UnionPay's own address for “no notification wanted”. */
const NO_BACK_URL = 'http://www.specialUrl.com';
/** A merchant's number at UnionPay. */
const ORDER_ID = /^[0-9A-Za-z]{8,40}$/;

type Heard = Readonly<{ answer: HttpAnswer; form: Form; code: string; at: Temporal.Instant }>;
type RefundAsk = Parameters<Channel['refund']>[0];

const NO_TIME = refused(
  'NO_TXN_TIME',
  'UnionPay knows a transaction by its number and txnTime: give it as placed_at of the order',
);
const badNumber = (it: string) =>
  refused('BAD_NUMBER', `${it.slice(0, 60)}: UnionPay takes 8 to 40 digits and letters`);

export async function query(ask: Ask, on: Call): Promise<Answer> {
  const asked = on.io.now();
  const heard = await queryTrans(ask.paymentRef, ask.placedAt, on);
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    if (heard.code === NOT_THERE) return [bare(ask.paymentRef, 'not_found', NOT_THERE, heard.at)];
    return paymentSays(answeredOf(heard), isFinal(ask, asked), hearing(heard));
  });
}

/** A payment by a server of the merchant's is over when it was refused; a buyer may try again until the time to pay is over. */
function isFinal({ product, expiresAt }: Ask, now: Temporal.Instant): boolean {
  if (product === 'back') return true;
  return expiresAt !== undefined && Temporal.Instant.compare(now, expiresAt.add({ minutes: FINAL_AFTER_MINUTES })) >= 0;
}

export async function queryRefund(ask: Parameters<Channel['inquireRefund']>[0], on: Call): Promise<Answer> {
  const heard = await queryTrans(ask.refundRef, ask.askedAt, on);
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    // It was not received, or not by this time: neither says that it never will be.
    if (heard.code === NOT_THERE) return [];
    const it = answeredOf(heard);
    return [refundSays(it, { ...ask, minor: undefined }, it.origRespCode, hearing(heard))];
  });
}

/** 退货, of the whole or a part, within eleven months. That it was accepted is not yet that money went back. */
export async function refund(ask: RefundAsk, on: Call): Promise<Answer> {
  if (ask.currency !== 'CNY' || ask.refundMinor <= 0n || ask.refundMinor > ask.totalMinor)
    return refused('BAD_AMOUNT', `${ask.refundMinor} of ${ask.totalMinor} ${ask.currency}`);
  if (ask.askedAt === undefined) return NO_TIME;
  const origin = await paidOf(ask.paymentRef, ask.placedAt, on);
  if ('outcome' in origin) return origin;
  const fields = { ...money(origin, ask.refundMinor, on), txnType: '04', orderId: ask.refundRef };
  const heard = await back(fields, ask.askedAt, on, [DUPLICATE]);
  if ('outcome' in heard) return heard;
  // It is there already: what became of it?
  if (heard.code === DUPLICATE) return await queryRefund(ask, on);
  return said(heard.answer, () => {
    const it = answeredOf(heard, { origRespCode: ACCEPTED });
    const asked = { paymentRef: ask.paymentRef, refundRef: ask.refundRef, minor: ask.refundMinor };
    return [refundSays(it, asked, ACCEPTED, hearing(heard))];
  });
}

/**
 * 消费撤销: takes back the whole of a payment until its clearing day ends, at 23:00; later it is a refund. Its own number is made of the
 * payment's, so that the same again is the same. A question about the payment still says that it was paid: the revocation itself is asked.
 */
export async function reverse(ask: Ask, on: Call): Promise<Answer> {
  const origin = await paidOf(ask.paymentRef, ask.placedAt, on);
  if ('outcome' in origin) return origin;
  const now = on.io.now();
  if (!clearingDay(transmittedAt(origin)).equals(clearingDay(now)))
    return refused('NOT_TODAY', 'a payment is revoked on the day of its clearing, later it is refunded');
  const orderId = `RV${sha256(ask.paymentRef).slice(0, 30)}`;
  const taken = await back({ ...money(origin, origin.txnAmt!, on), txnType: '31', orderId }, now, on);
  if ('outcome' in taken) return taken;
  const heard = await queryTrans(orderId, now, on);
  if ('outcome' in heard || heard.code === NOT_THERE) return said(taken.answer, () => []);
  return said(heard.answer, () => {
    const it = answeredOf(heard);
    if (it.origRespCode !== '00') return [];
    const named = { paymentRef: ask.paymentRef, tradeNo: origin.queryId };
    return [reversal(it, named, it.origRespCode, hearing(heard))];
  });
}

/** The payment, that it is paid and under which number of UnionPay's; else why nothing can be given back. */
async function paidOf(ref: string, placedAt: Temporal.Instant | undefined, on: Call): Promise<Answered | NoAnswer> {
  const heard = await queryTrans(ref, placedAt, on);
  if ('outcome' in heard) return heard;
  if (heard.code === NOT_THERE) return refused(NOT_THERE, 'UnionPay knows no such payment');
  try {
    const it = answeredOf(heard);
    const [observed] = paymentSays(it, false, hearing(heard));
    return observed?.kind === 'captured' ? it : refused('NOT_PAID', `UnionPay says ${it.origRespCode}`);
  } catch (error) {
    return unreadable(error);
  }
}

const money = ({ queryId }: Answered, minor: bigint, { account }: Call): Record<string, string> => ({
  txnAmt: String(minor),
  currencyCode: '156',
  origQryId: queryId!,
  backUrl: account.settings.back_url ?? NO_BACK_URL,
});

// ------------------------------------------------------------------------------------------- bills

const FILES: Readonly<Record<string, string>> = {
  'https://gateway.95516.com': 'https://filedownload.95516.com/',
  'https://gateway.test.95516.com': 'https://filedownload.test.95516.com/',
};
const NO_FILE = '98';
/** UnionPay says the same of a file that is late and of a day without any: after so long it is the latter. */
const EMPTY_AFTER_DAYS = 2;

/** The zip of one clearing day as UnionPay makes it: ZM and, where there was any error, ZME. */
export async function bill(ask: BillAsk, on: Call): Promise<BillAnswer> {
  if (ask.kind !== 'trade') return refused('NO_SUCH_BILL', ask.kind);
  const url = on.account.settings.file_url ?? FILES[on.account.baseUrl];
  if (url === undefined)
    return refused('NO_FILE_URL', `no known host of files beside ${on.account.baseUrl}: set file_url`);
  const settleDate = ask.on.toString().slice(5).replace('-', '');
  const fields = { txnType: '76', txnSubType: '01', bizType: '000000', fileType: '00', settleDate };
  const heard = await call(on, { url, timeoutMs: BILL_TIMEOUT_MS, mostBytes: MOST_BILL }, fields, on.io.now(), [
    NO_FILE,
  ]);
  if ('outcome' in heard) return heard;
  try {
    mustBe(heard.form.get('merId'), on.account.merchantNo);
    mustBe(heard.form.get('settleDate') ?? settleDate, settleDate);
    if (heard.code === NO_FILE) {
      const over = ask.on
        .add({ days: EMPTY_AFTER_DAYS })
        .toZonedDateTime({ timeZone: 'Asia/Shanghai', plainTime: '12:00' });
      return { outcome: Temporal.Instant.compare(on.io.now(), over.toInstant()) < 0 ? 'not_ready' : 'empty' };
    }
    const bytes = zipIn(heard.form.get('fileContent') ?? '');
    return { outcome: 'fetched', name: `unionpay-${ask.kind}-${ask.on}.zip`, bytes, hash: undefined };
  } catch (error) {
    return unreadable(error);
  }
}

function zipIn(content: string): Uint8Array {
  const packed = Buffer.from(content, 'base64');
  if (packed.length === 0 || packed.toString('base64') !== content) throw new Error('a file that is no base64');
  const bytes = inflateSync(packed, { maxOutputLength: MOST_INFLATED });
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new Error('a file that is no zip');
  return bytes;
}

// ------------------------------------------------------------------------------------------- one call

const OK = '00';
const ACCEPTED = '05';
const NOT_THERE = '34';
const DUPLICATE = '12';
const TOO_OFTEN = '37';
/** Time-out, state unclear, accepted, busy, an error inside UnionPay. */
const UNCLEAR: ReadonlySet<string> = new Set(['03', '04', '05', '06', '99']);

async function queryTrans(orderId: string, sentAt: Temporal.Instant | undefined, on: Call): Promise<Heard | NoAnswer> {
  if (sentAt === undefined) return NO_TIME;
  if (!ORDER_ID.test(orderId)) return badNumber(orderId);
  const fields = { txnType: '00', txnSubType: '00', bizType: bizType(on), orderId };
  return about(orderId, sentAt, await call(on, { url: gateway(on, 'queryTrans') }, fields, sentAt, [NOT_THERE]));
}

/** A call that moves money. */
async function back(
  fields: Readonly<Record<string, string>> & Readonly<{ orderId: string }>,
  sentAt: Temporal.Instant,
  on: Call,
  expected: readonly string[] = [],
): Promise<Heard | NoAnswer> {
  if (!ORDER_ID.test(fields.orderId)) return badNumber(fields.orderId);
  const whole = { ...fields, txnSubType: '00', bizType: bizType(on), channelType: '07' };
  return about(fields.orderId, sentAt, await call(on, { url: gateway(on, 'backTransReq') }, whole, sentAt, expected));
}

const bizType = ({ account }: Call): string => account.settings.biz_type ?? '000201';
const gateway = ({ account }: Call, name: string): string => `${account.baseUrl}/gateway/api/${name}.do`;

/** An answer about another transaction, or this one at another time, is none. */
function about(orderId: string, sentAt: Temporal.Instant, heard: Heard | NoAnswer): Heard | NoAnswer {
  if ('outcome' in heard) return heard;
  try {
    mustBe(heard.form.get('orderId'), orderId);
    mustBe(heard.form.get('txnTime'), txnTimeOf(sentAt));
    return heard;
  } catch (error) {
    return unreadable(error);
  }
}

const answeredOf = ({ form }: Heard, more: Readonly<Record<string, string>> = {}): Answered =>
  answerShape.parse({ ...textsOf(form), ...more });
const hearing = ({ at }: Heard): Hearing => ({ source: 'inquiry', at });

type Where = Readonly<{ url: string; timeoutMs?: number; mostBytes?: number }>;

/** A call whose answer is checked; what is no answer comes back as what it is. `expected`: codes besides 00 that are answers here. */
async function call(
  on: Call,
  where: Where,
  fields: Readonly<Record<string, string>>,
  txnTime: Temporal.Instant,
  expected: readonly string[],
): Promise<Heard | NoAnswer> {
  const merchantKey = on.keys.findLast((k) => k.kind === 'merchant_key');
  if (merchantKey === undefined) return refused('NO_MERCHANT_KEY', 'the account has no merchant private key');
  const own = { accessType: '0', merId: on.account.merchantNo, txnTime: txnTimeOf(txnTime) };
  let whole: Readonly<Record<string, string>>;
  try {
    whole = signed({ ...own, ...fields }, merchantKey);
  } catch (error) {
    return refused('BAD_KEY', `the merchant's key cannot be read: ${(error as Error).message}`);
  }
  const answer = await sent(on, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'user-agent': 'daozhang' },
    body: new URLSearchParams(whole).toString(),
    timeoutMs: TIMEOUT_MS,
    ...where,
  });
  return 'outcome' in answer ? answer : weigh(answer, on, expected);
}

function weigh(answer: HttpAnswer, on: Call, expected: readonly string[]): Heard | NoAnswer {
  if (answer.status === 429) return { outcome: 'limited', retryAfterMs: undefined };
  const form = answer.status === 200 ? answerOf(answer.body) : undefined;
  const code = form?.get('respCode') ?? '';
  if (form === undefined || !/^[0-9A-Z]{2}$/.test(code))
    return unknown(`answered ${answer.status} in no words of UnionPay's`);
  const now = on.io.now();
  const checked = check(form, { keys: on.keys, livemode: on.account.livemode, now });
  const isAnswer = code === OK || expected.includes(code);
  // A refusal may come unsigned, from the gate; one that is signed wrongly is nobody's word.
  if (!checked.ok && (isAnswer || form.has('signature'))) return unknown(`${checked.reason}: ${checked.detail}`);
  if (isAnswer) {
    if (form.get('merId') !== on.account.merchantNo) return unknown('an answer about another merchant');
    return { answer, form, code, at: now };
  }
  if (code === TOO_OFTEN) return { outcome: 'limited', retryAfterMs: undefined };
  const says = Buffer.from(form.get('respMsg') ?? '', 'latin1')
    .toString('utf8')
    .slice(0, 300);
  return UNCLEAR.has(code) ? unknown(`${code}: ${says}`) : refused(code, says);
}
