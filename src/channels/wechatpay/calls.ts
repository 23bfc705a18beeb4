/**
 * The calls to WeChat Pay's API v3 and what their answers mean. Amounts are integer fen; times RFC 3339.
 *
 * I7: a 2xx counts only with a signature that holds and about what was asked; everything else is `unknown`, `limited` or `refused`.
 */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { bare, type Call, jsonOf, mustBe, type NoAnswer, refused, said, sent, unknown } from '../call.ts';
import type { Account, Answer, Ask, BillAnswer, BillAsk, Credential, HttpAnswer } from '../channel.ts';
import { authorization, check, unseal } from './sign.ts';
import { errorMeans, isOf, isOfAnother, refundSays, refundShape, transactionSays, transactionShape } from './words.ts';

const TIMEOUT_MS = 10_000;
/** A day's bill of a large merchant is some hundred megabytes. */
const BILL_TIMEOUT_MS = 300_000;
const MOST_BILL = 1_073_741_824;
/** Packed text grows ten- or twentyfold; what grows more is no bill (F29). */
const MOST_GROWTH = 100;
const MOST_REASON = 80;
const NO_SUCH_REFUND = 'RESOURCE_NOT_EXISTS';

type Heard = Readonly<{ answer: HttpAnswer; at: Temporal.Instant; json: unknown }>;

export async function query(ask: Ask, on: Call): Promise<Answer> {
  const { account } = on;
  const place = account.subMerchantNo === undefined ? '' : 'partner/';
  const who = queryOf({
    ...(account.subMerchantNo === undefined
      ? { mchid: account.merchantNo }
      : { sp_mchid: account.merchantNo, sub_mchid: account.subMerchantNo }),
  });
  const path = `/v3/pay/${place}transactions/out-trade-no/${encodeURIComponent(ask.paymentRef)}?${who}`;
  const heard = await call(on, 'GET', path, undefined, (code) => errorMeans(404, code).outcome === 'not_found');
  if ('outcome' in heard) return heard;
  return said(heard.answer, () => {
    if (heard.answer.status === 404)
      return [bare(ask.paymentRef, 'not_found', errorShape.parse(heard.json).code, heard.at)];
    const t = transactionShape.parse(heard.json);
    mustBe(t.out_trade_no, ask.paymentRef);
    if (!isOf(t, account)) throw new Error('an answer about another merchant');
    return transactionSays(t, { source: 'inquiry', key: undefined, at: heard.at });
  });
}

export async function close(ask: Ask, on: Call): Promise<Answer> {
  const { account } = on;
  const place = account.subMerchantNo === undefined ? '' : 'partner/';
  const body =
    account.subMerchantNo === undefined
      ? { mchid: account.merchantNo }
      : { sp_mchid: account.merchantNo, sub_mchid: account.subMerchantNo };
  const path = `/v3/pay/${place}transactions/out-trade-no/${encodeURIComponent(ask.paymentRef)}/close`;
  const heard = await call(on, 'POST', path, JSON.stringify(body));
  // That it was accepted is not yet that it is closed: the question after it tells.
  return 'outcome' in heard ? heard : said(heard.answer, () => []);
}

export async function reverse(ask: Ask, on: Call): Promise<Answer> {
  const { merchantNo, subMerchantNo, settings } = on.account;
  const { appid } = settings;
  if (appid === undefined) return refused('NO_APPID', 'enter the account’s appid / 请填写该账户的 appid');
  const place = subMerchantNo === undefined ? '' : 'partner/';
  const body =
    subMerchantNo === undefined
      ? { appid, mchid: merchantNo }
      : { sp_appid: appid, sp_mchid: merchantNo, sub_mchid: subMerchantNo };
  const path = `/v3/pay/${place}transactions/out-trade-no/${encodeURIComponent(ask.paymentRef)}/reverse`;
  const heard = await call(on, 'POST', path, JSON.stringify(body));
  // As with closing: the question after it tells.
  return 'outcome' in heard ? heard : said(heard.answer, () => []);
}

export async function queryRefund(refundRef: string, on: Call): Promise<Answer> {
  const sub = on.account.subMerchantNo === undefined ? '' : `?${queryOf({ sub_mchid: on.account.subMerchantNo })}`;
  const path = `/v3/refund/domestic/refunds/${encodeURIComponent(refundRef)}${sub}`;
  const heard = await call(on, 'GET', path, undefined, (code) => code === NO_SUCH_REFUND);
  if ('outcome' in heard) return heard;
  // One that is not there says nothing: it was not received, or not yet.
  return heard.answer.status >= 400 ? said(heard.answer, () => []) : refundSaid(heard, on.account, refundRef);
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
  const { refundMinor, totalMinor } = ask;
  // What JSON's reader at the other end could bend is not sent at all.
  if (refundMinor <= 0n || refundMinor > totalMinor || totalMinor > BigInt(Number.MAX_SAFE_INTEGER))
    return refused('BAD_AMOUNT', `${refundMinor} of ${totalMinor}`);
  const body = {
    ...(on.account.subMerchantNo === undefined ? {} : { sub_mchid: on.account.subMerchantNo }),
    out_trade_no: ask.paymentRef,
    out_refund_no: ask.refundRef,
    ...(ask.reason === '' ? {} : { reason: [...ask.reason].slice(0, MOST_REASON).join('') }),
    amount: { refund: Number(refundMinor), total: Number(totalMinor), currency: ask.currency },
  };
  const heard = await call(on, 'POST', '/v3/refund/domestic/refunds', JSON.stringify(body));
  return 'outcome' in heard ? heard : refundSaid(heard, on.account, ask.refundRef, ask.paymentRef);
}

function refundSaid(heard: Heard, account: Account, refundRef: string, paymentRef?: string): Answer {
  return said(heard.answer, () => {
    const r = refundShape.parse(heard.json);
    if (r.out_refund_no !== refundRef) throw new Error(`an answer about ${r.out_refund_no}`);
    if (paymentRef !== undefined && r.out_trade_no !== paymentRef) throw new Error(`a refund of ${r.out_trade_no}`);
    if (isOfAnother(r, account)) throw new Error('an answer about another merchant');
    return refundSays(r, { source: 'inquiry', key: undefined, at: heard.at });
  });
}

const BILLS: Readonly<Record<string, readonly [path: string, query: Readonly<Record<string, string>>]>> = {
  trade: ['/v3/bill/tradebill', { bill_type: 'ALL' }],
  fundflow: ['/v3/bill/fundflowbill', { account_type: 'BASIC' }],
};
const BILL_FILE = '/v3/billdownload/file';
const billShape = z.object({
  hash_type: z.literal('SHA1'),
  hash_value: z.string().regex(/^[0-9a-fA-F]{40}$/),
  download_url: z.url(),
});

/** Two steps: where it is and its SHA-1, then the bytes. The hash is over the plain text, whatever comes packed. */
export async function bill(ask: BillAsk, on: Call): Promise<BillAnswer> {
  const known = BILLS[ask.kind];
  if (known === undefined) return refused('NO_SUCH_BILL', ask.kind);
  const sub =
    on.account.subMerchantNo === undefined || ask.kind !== 'trade' ? {} : { sub_mchid: on.account.subMerchantNo };
  const path = `${known[0]}?${queryOf({ bill_date: ask.on.toString(), ...known[1], ...sub, tar_type: 'GZIP' })}`;
  const heard = await call(on, 'GET', path, undefined);
  if ('outcome' in heard) {
    const means = heard.outcome === 'refused' ? errorMeans(400, heard.code).outcome : undefined;
    return means === 'no_bill' ? { outcome: 'empty' } : means === 'no_bill_yet' ? { outcome: 'not_ready' } : heard;
  }
  const where = billShape.safeParse(heard.json);
  if (!where.success) return unknown('the answer names no bill');
  // WeChat Pay names its main host, whichever was asked. Only the path is followed: a signed request goes to the account's address alone.
  const url = new URL(where.data.download_url);
  if (url.pathname !== BILL_FILE) return unknown(`the bill lies elsewhere: ${url.pathname}`);
  const file = await send(on, 'GET', `${url.pathname}${url.search}`, undefined, BILL_TIMEOUT_MS, MOST_BILL);
  if ('outcome' in file) return file;
  if (file.status !== 200) return unknown(`the bill's download answered ${file.status}`);
  return plainBill(ask, file.body, where.data.hash_value.toLowerCase());
}

function plainBill(ask: BillAsk, body: Uint8Array, hash: string): BillAnswer {
  let plain: Buffer;
  try {
    const most = Math.min(2 ** 31 - 1, Math.max(1_048_576, body.length * MOST_GROWTH));
    plain = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body, { maxOutputLength: most }) : Buffer.from(body);
  } catch (error) {
    return unknown(`the bill cannot be unpacked (${(error as Error).message})`);
  }
  if (createHash('sha1').update(plain).digest('hex') !== hash)
    return unknown('the bill is not the one that was announced: its SHA-1 differs');
  return { outcome: 'fetched', name: `wechatpay-${ask.kind}-${ask.on}.csv`, bytes: plain, hash };
}

const certificatesShape = z.object({
  data: z.array(
    z.object({
      serial_no: z.string(),
      expire_time: z.string(),
      encrypt_certificate: z.object({
        algorithm: z.string(),
        nonce: z.string(),
        associated_data: z.string(),
        ciphertext: z.string(),
      }),
    }),
  ),
});

/** The platform's certificates, opened by the APIv3 key; the list is signed by one of them. */
export async function certificates(on: Call): Promise<readonly Credential[]> {
  const answer = await send(on, 'GET', '/v3/certificates', undefined, TIMEOUT_MS);
  if ('outcome' in answer || answer.status !== 200) return [];
  const list = certificatesShape.safeParse(jsonOf(answer.body));
  const apiv3Key = on.keys.find((k) => k.kind === 'apiv3_key')?.value;
  if (!list.success || apiv3Key === undefined) return [];
  let opened: readonly Credential[];
  try {
    opened = list.data.data.map((c) => ({
      kind: 'platform_key',
      id: c.serial_no,
      value: unseal(c.encrypt_certificate, apiv3Key),
      notAfter: Temporal.Instant.from(c.expire_time),
    }));
  } catch {
    // Not our APIv3 key: nothing of the list can be believed.
    return [];
  }
  const checked = check({ headers: answer.headers, body: answer.body }, [...on.keys, ...opened], on.io.now());
  return checked.ok ? opened : [];
}

// ------------------------------------------------------------------------------------------- one call

/** A call whose answer is checked; what is no answer comes back as what it is. */
async function call(
  on: Call,
  method: 'GET' | 'POST',
  path: string,
  body: string | undefined,
  isNotThere?: (code: string) => boolean,
): Promise<Heard | NoAnswer> {
  const answer = await send(on, method, path, body, TIMEOUT_MS);
  if ('outcome' in answer) return answer;
  const isSigned = answer.headers['wechatpay-signature'] !== undefined;
  const checked = check({ headers: answer.headers, body: answer.body }, on.keys, on.io.now());
  // An error may come unsigned; one that is signed wrongly is nobody's word.
  if (!checked.ok && (isSigned || answer.status < 400))
    return {
      outcome: 'unknown',
      detail: `${answer.status}, ${checked.reason}: ${checked.detail}`,
      ...(checked.reason === 'unknown_key' ? { unknownKey: true } : {}),
    };
  if (answer.status >= 400) {
    const failed = failure(answer);
    const isNone = failed.outcome === 'refused' && isNotThere?.(failed.code) === true;
    return isNone ? { answer, at: checked.ok ? checked.at : on.io.now(), json: jsonOf(answer.body) } : failed;
  }
  if (answer.status >= 300 || !checked.ok) return unknown(`answered ${answer.status}`);
  if (answer.status === 204) return { answer, at: checked.at, json: undefined };
  const json = jsonOf(answer.body);
  return json === undefined ? unknown('the answer is no JSON') : { answer, at: checked.at, json };
}

async function send(
  on: Call,
  method: 'GET' | 'POST',
  path: string,
  body: string | undefined,
  timeoutMs: number,
  mostBytes?: number,
): Promise<HttpAnswer | NoAnswer> {
  const merchantKey = on.keys.findLast((k) => k.kind === 'merchant_key');
  if (merchantKey === undefined) return refused('NO_MERCHANT_KEY', 'the account has no merchant private key');
  const publicKey = on.keys.find((k) => k.kind === 'platform_key' && k.id.startsWith('PUB_KEY_ID_'));
  const signed = {
    method,
    path,
    body: body ?? '',
    mchid: on.account.merchantNo,
    nonce: on.io.nonce(),
    now: on.io.now(),
  };
  return await sent(on, {
    method,
    url: `${on.account.baseUrl}${path}`,
    headers: {
      accept: 'application/json',
      authorization: authorization(signed, merchantKey),
      'user-agent': 'daozhang',
      ...(publicKey === undefined ? {} : { 'wechatpay-serial': publicKey.id }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body,
    timeoutMs,
    ...(mostBytes === undefined ? {} : { mostBytes }),
  });
}

const errorShape = z.object({ code: z.string(), message: z.string().default('') });

function failure(answer: HttpAnswer): NoAnswer {
  const error = errorShape.safeParse(jsonOf(answer.body)).data;
  const means = errorMeans(answer.status, error?.code);
  if (means.outcome === 'limited') return { outcome: 'limited', retryAfterMs: undefined };
  if (means.outcome === 'unknown' || error === undefined)
    return { outcome: 'unknown', detail: `answered ${answer.status}${error === undefined ? '' : ` ${error.code}`}` };
  const detail = [error.message.slice(0, 300), means.remedy].filter((part) => part !== undefined && part !== '');
  return refused(error.code, detail.join(' — '));
}

const queryOf = (pairs: Readonly<Record<string, string>>): string => new URLSearchParams(pairs).toString();
