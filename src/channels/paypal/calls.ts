/**
 * The calls to PayPal's REST API and what their answers mean. Sources: Orders v2, Payments v2, “Authentication”, “Idempotency”.
 *
 * I7: PayPal signs no answer, TLS says that it is PayPal's; it counts where it is whole, in JSON, and about what was asked. Everything else
 * is `unknown`, `limited` or `refused`.
 */
import { z } from 'zod';
import { sha256 } from '../../base/ids.ts';
import { type Money, money } from '../../base/money.ts';
import {
  bare,
  type Call,
  jsonOf,
  mustBe,
  type NoAnswer,
  type Refused,
  refused,
  said,
  sent,
  unknown,
  unreadable,
} from '../call.ts';
import type { Answer, Ask, Credential, HttpAnswer } from '../channel.ts';
import { certificateOf, credentialOf } from './sign.ts';
import {
  CAPTURE_STATES,
  captureSays,
  captureShape,
  customIdOf,
  decimalOf,
  MOST_NAME,
  nameOf,
  type Order,
  orderSays,
  orderShape,
  oursOf,
  type Refund,
  refundSays,
  refundShape,
} from './words.ts';

const TIMEOUT_MS = 15_000;
const MOST_CERTIFICATE_BYTES = 65_536;
const MOST_NOTE = 255;
const ID = /^[A-Z0-9]{1,36}$/;
const NOT_THERE = 'RESOURCE_NOT_FOUND';

/** By the order's id. Where the order is gone, by the capture's, if it is known. */
export async function query(ask: Ask, on: Call): Promise<Answer> {
  const { paymentRef, channelTrade } = ask;
  const answer = await askOrder(paymentRef, on);
  if (!('outcome' in answer)) {
    return said(answer, () => {
      const order = orderShape.parse(jsonOf(answer.body));
      mustBe(order.id, paymentRef);
      return orderSays(order, on.account, { source: 'inquiry', at: on.io.now() });
    });
  }
  if (!isNotThere(answer)) return answer;
  // PayPal forgets an order that nobody paid, after hours: that it is not there is not that it is unpaid.
  if (channelTrade === undefined || !ID.test(channelTrade))
    return said(answer.answer, () => [bare(paymentRef, 'not_found', NOT_THERE, on.io.now())]);
  const told = await call(on, { method: 'GET', path: `/v2/payments/captures/${channelTrade}` });
  if ('outcome' in told) return told;
  return said(told, () => {
    const capture = captureShape.parse(jsonOf(told.body));
    mustBe(capture.id, channelTrade);
    mustBe(capture.supplementary_data?.related_ids?.order_id, paymentRef);
    return captureSays(capture, on.account, { source: 'inquiry', at: on.io.now() });
  });
}

async function askOrder(paymentRef: string, on: Call): Promise<HttpAnswer | NoAnswer> {
  if (!ID.test(paymentRef))
    return refused('NOT_AN_ORDER_ID', `${paymentRef.slice(0, 80)}: give PayPal's order id as payment_ref`);
  return await call(on, { method: 'GET', path: `/v2/checkout/orders/${paymentRef}` });
}

type Asked = Readonly<{ paymentRef: string; refundRef: string }>;

/** PayPal has no question by a merchant's refund number: the order lists its refunds, ours by the number they carry. */
export async function queryRefund(asked: Asked, on: Call): Promise<Answer> {
  const order = await orderOf(asked.paymentRef, on);
  if ('outcome' in order) return order;
  const found = refundOf(order.it, asked.refundRef, on);
  // One that is not there says nothing: it was not received.
  if (found === undefined) return said(order.answer, () => []);
  return refundSaid(order.answer, found, asked, on);
}

export async function refund(
  ask: Asked & Readonly<{ refundMinor: bigint; totalMinor: bigint; currency: string; reason: string }>,
  on: Call,
): Promise<Answer> {
  const amount = money(ask.refundMinor, ask.currency);
  const value = ask.refundMinor > 0n && ask.refundMinor <= ask.totalMinor ? decimalOf(amount) : undefined;
  if (value === undefined) return refused('BAD_AMOUNT', `${ask.refundMinor} of ${ask.totalMinor} ${ask.currency}`);
  if (ask.refundRef.length > MOST_NAME) return refused('BAD_REFERENCE', `longer than ${MOST_NAME} characters`);
  const order = await orderOf(ask.paymentRef, on);
  if ('outcome' in order) return order;
  // I8: PayPal keeps the name of a request for 45 days; what came of it stands in the order for ever.
  const known = refundOf(order.it, ask.refundRef, on);
  if (known !== undefined) return refundSaid(order.answer, known, ask, on, amount);
  const paid = oursOf(order.it, on.account).captures.filter((c) => CAPTURE_STATES[c.status] === 'captured');
  const [capture] = paid;
  if (capture === undefined || paid.length > 1)
    return refused('NOT_ONE_CAPTURE', `${paid.length} captures could be refunded`);
  const answer = await call(on, {
    method: 'POST',
    path: `/v2/payments/captures/${capture.id}/refund`,
    requestId: sha256(`${capture.id}\u001f${ask.refundRef}`),
    body: {
      amount: { currency_code: ask.currency, value },
      custom_id: customIdOf(ask.refundRef),
      ...(ask.reason === '' ? {} : { note_to_payer: [...ask.reason].slice(0, MOST_NOTE).join('') }),
    },
  });
  if ('outcome' in answer) return answer;
  const made = refundShape.safeParse(jsonOf(answer.body));
  return made.success ? refundSaid(answer, made.data, ask, on, amount) : unreadable(made.error);
}

function refundSaid(answer: HttpAnswer, r: Refund, asked: Asked, on: Call, wanted?: Money): Answer {
  return said(answer, () => {
    if (wanted !== undefined && (r.amount.minor !== wanted.minor || r.amount.currency !== wanted.currency))
      throw new Error(`a refund of ${r.amount.minor} ${r.amount.currency}`);
    const name = { paymentRef: asked.paymentRef, name: asked.refundRef };
    return [refundSays(r, name, { source: 'inquiry', at: on.io.now() })];
  });
}

const refundOf = (order: Order, refundRef: string, on: Call): Refund | undefined =>
  oursOf(order, on.account).refunds.find((r) => nameOf(r) === refundRef || r.id === refundRef);

async function orderOf(paymentRef: string, on: Call): Promise<Readonly<{ it: Order; answer: HttpAnswer }> | NoAnswer> {
  const answer = await askOrder(paymentRef, on);
  if ('outcome' in answer) return answer;
  try {
    const it = orderShape.parse(jsonOf(answer.body));
    mustBe(it.id, paymentRef);
    oursOf(it, on.account);
    return { it, answer };
  } catch (error) {
    return unreadable(error);
  }
}

/** Is the webhook this application's? */
export async function isOwnWebhook(webhookId: string, on: Call): Promise<boolean> {
  if (!/^[A-Za-z0-9]{1,50}$/.test(webhookId)) return false;
  return !('outcome' in (await call(on, { method: 'GET', path: `/v1/notifications/webhooks/${webhookId}` })));
}

/** The certificate that a message names, and nothing else that may stand at its address. */
export async function certificate(named: string | undefined, on: Call): Promise<readonly Credential[]> {
  const at = certificateOf(named ?? '', on.account);
  if (at === undefined) return [];
  const answer = await sent(on, {
    method: 'GET',
    url: at.url,
    headers: { 'user-agent': 'daozhang' },
    body: undefined,
    timeoutMs: TIMEOUT_MS,
    mostBytes: MOST_CERTIFICATE_BYTES,
  });
  if ('outcome' in answer || answer.status !== 200) return [];
  const held = credentialOf(Buffer.from(answer.body).toString('latin1'), at, on.keys, on.io.now());
  return held === undefined ? [] : [held];
}

// ------------------------------------------------------------------------------------------- one call

type Request = Readonly<{ method: 'GET' | 'POST'; path: string; requestId?: string; body?: object }>;
type NotThere = Refused & Readonly<{ answer: HttpAnswer }>;
const isNotThere = (it: NoAnswer): it is NotThere => 'answer' in it;

/** An answer with 2xx in JSON; what is no answer comes back as what it is. */
async function call(on: Call, request: Request): Promise<HttpAnswer | NoAnswer | NotThere> {
  const token = await tokenOf(on);
  if (typeof token !== 'string') return token;
  const answer = await send(on, request, token);
  if ('outcome' in answer || answer.status !== 401) return 'outcome' in answer ? answer : weigh(answer);
  // It may have been withdrawn before its time; nothing was done.
  forget(on, token);
  const fresh = await tokenOf(on);
  if (typeof fresh !== 'string') return fresh;
  const again = await send(on, request, fresh);
  return 'outcome' in again ? again : weigh(again);
}

const send = (on: Call, { method, path, requestId, body }: Request, token: string) =>
  sent(on, {
    method,
    url: `${on.account.baseUrl}${path}`,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'user-agent': 'daozhang',
      // The whole resource, not only its id and status.
      ...(method === 'POST' ? { prefer: 'return=representation' } : {}),
      ...(requestId === undefined ? {} : { 'paypal-request-id': requestId }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
  });

/** The API's errors have a name, those of the token an error. */
const errorShape = z.union([
  z.object({
    name: z.string(),
    message: z.string().default(''),
    details: z
      .array(z.object({ issue: z.string().optional() }))
      .optional()
      .catch(undefined),
  }),
  z
    .object({ error: z.string(), error_description: z.string().default('') })
    .transform((e) => ({ name: e.error, message: e.error_description, details: undefined })),
]);

function weigh(answer: HttpAnswer): HttpAnswer | NoAnswer | NotThere {
  const { status } = answer;
  if (status === 429) return { outcome: 'limited', retryAfterMs: secondsIn(answer.headers['retry-after']) };
  const body = jsonOf(answer.body);
  if (status === 200 || status === 201) return body === undefined ? unknown(`answered ${status}, and no JSON`) : answer;
  const error = errorShape.safeParse(body);
  // Without its own words it is not PayPal that speaks; 409: the same request is under way.
  if (!error.success || status < 400 || status >= 500 || status === 408 || status === 409)
    return unknown(`answered ${status}`);
  const { name, message, details } = error.data;
  const no = refused([name, details?.[0]?.issue ?? []].flat().join(':'), message.slice(0, 300));
  return status === 404 && name === NOT_THERE ? { ...no, answer } : no;
}

const secondsIn = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1_000 : undefined;

// ------------------------------------------------------------------------------------------- the token

/**
 * Tokens live for hours and are kept in memory only: of a channel's code nothing else outlives a call. They stand here because an opened
 * account is read anew every few seconds, and a secret does not belong into the book for the sake of one call saved. Lost, they are
 * asked for again; another process has its own.
 */
const tokens = new Map<string, Readonly<{ token: string; until: Temporal.Instant }>>();
/** Many calls that need one wait for the same. */
const underway = new Map<string, Promise<string | NoAnswer>>();
const MOST_TOKENS = 1_000;
const MARGIN_SECONDS = 60;

const secretOf = (on: Call): string | undefined => on.keys.find((k) => k.kind === 'client_secret')?.value;
/** By what it was given for: a changed secret finds no token of the old one. */
const nameFor = (on: Call): string =>
  sha256([on.account.baseUrl, on.account.settings.client_id, secretOf(on)].join('\u001f'));

function forget(on: Call, token: string): void {
  const name = nameFor(on);
  if (tokens.get(name)?.token === token) tokens.delete(name);
}

function tokenOf(on: Call): Promise<string | NoAnswer> | string {
  const name = nameFor(on);
  const known = tokens.get(name);
  if (known !== undefined && Temporal.Instant.compare(on.io.now(), known.until) < 0) return known.token;
  const waiting = underway.get(name);
  if (waiting !== undefined) return waiting;
  const asking = askToken(on, name).finally(() => underway.delete(name));
  underway.set(name, asking);
  return asking;
}

const tokenShape = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.int().positive().max(1_000_000),
});

async function askToken(on: Call, name: string): Promise<string | NoAnswer> {
  const { client_id: id = '' } = on.account.settings;
  const secret = secretOf(on);
  if (secret === undefined) return refused('NO_CLIENT_SECRET', "the account has no application's secret");
  const answer = await sent(on, {
    method: 'POST',
    url: `${on.account.baseUrl}/v1/oauth2/token`,
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'daozhang',
    },
    body: 'grant_type=client_credentials',
    timeoutMs: TIMEOUT_MS,
  });
  if ('outcome' in answer) return answer;
  const weighed = weigh(answer);
  if ('outcome' in weighed) return weighed;
  const given = tokenShape.safeParse(jsonOf(weighed.body));
  if (!given.success) return unknown('the answer has no token');
  const { access_token: token, expires_in: seconds } = given.data;
  if (tokens.size >= MOST_TOKENS) tokens.clear();
  tokens.set(name, { token, until: on.io.now().add({ seconds: seconds - MARGIN_SECONDS }) });
  return token;
}
