/**
 * The calls to Stripe's API (v1) and what their answers mean. Requests are forms with nested names, answers JSON; the key stands in
 * Authorization, a connected account in Stripe-Account, and the version is pinned.
 *
 * I7: Stripe signs no answer: TLS and our own request are what there is. So an answer counts only where it is whole and about what was asked:
 * its id or number, its mode, a currency that is known. 409 (the same request is under way) and 5xx are `unknown`.
 *
 * By a PaymentIntent's id the answer is of this moment. By a number in its metadata the Search API answers, up to a minute late: what it
 * does not find says nothing of a young payment, and of an older one how it was a moment ago.
 */
import { z } from 'zod';
import { sha256 } from '../../base/ids.ts';
import type { Observed } from '../../observations/observation.ts';
import { bare, type Call, jsonOf, mustBe, type NoAnswer, refused, said, sent, unknown, unreadable } from '../call.ts';
import type { Account, Answer, Ask, Channel, HttpAnswer } from '../channel.ts';
import { API_VERSION, REFUND_KEY } from './settings.ts';
import {
  amountOf,
  INTENT_STATES,
  type Intent,
  intentSaid,
  intentShape,
  isByIntent,
  moneyOf,
  orderKeyOf,
  type Refund,
  refundName,
  refundSaid,
  refundShape,
} from './words.ts';

const TIMEOUT_MS = 20_000;
/** Stripe says under a minute; twice that, so that a slow index denies nothing. */
const SEARCH_LAG_SECONDS = 120;
const MOST_FOUND = 10;
const MOST_PAGES = 10;

/** An intent and the bytes that told of it. */
type Found = Readonly<{ intent: Intent; answer: HttpAnswer; at: Temporal.Instant }>;

export async function query(ask: Ask, on: Call): Promise<Answer> {
  const looked = await find(ask, on);
  if ('outcome' in looked) return looked;
  const { found, last } = looked;
  if (found.length === 0) return said(last, () => notFound(ask, on));
  const [first, ...others] = inOrder(found);
  const { answer, at } = first!;
  const heard = { source: 'inquiry', at } as const;
  const again = others.filter(({ intent }) => intent.status === 'succeeded' && first!.intent.status === 'succeeded');
  const raw = again.length === 0 ? answer : { ...answer, body: together([first!, ...again]) };
  return said(raw, () => [
    ...intentSaid(first!.intent, on.account, heard, ask.paymentRef),
    // A second success under the same number is a payment of its own: one of the two is to be given back.
    ...again.flatMap(({ intent }) => withOrder(intentSaid(intent, on.account, heard, intent.id), ask.paymentRef)),
  ]);
}

/** Cancels what is open. What is paid, at work or held is refused: a hold is not let go because an order ran out. */
export async function close(ask: Ask, on: Call): Promise<Answer> {
  const looked = await find(ask, on);
  if ('outcome' in looked) return looked;
  const { found } = looked;
  const busy = found.find(({ intent }) => !['unpaid', 'closed'].includes(INTENT_STATES[intent.status]));
  if (busy !== undefined) return refused('NOT_OPEN', `${busy.intent.id} is ${busy.intent.status}`);
  if (found.length === 0) return refused('NOT_FOUND', 'there is no PaymentIntent of this number to cancel, or not yet');
  let last: Answer | undefined;
  for (const { intent } of inOrder(found)) {
    if (intent.status === 'canceled') continue;
    const answer = await call(on, 'POST', `/v1/payment_intents/${intent.id}/cancel`, {
      cancellation_reason: 'abandoned',
    });
    if ('outcome' in answer) return answer;
    last = answered(answer, on, (json) =>
      intentSaid(intentOf(json, intent.id, on), on.account, now(on), ask.paymentRef),
    );
    if (last.outcome !== 'answered') return last;
  }
  return last ?? query(ask, on);
}

type RefundAsk = Parameters<Channel['refund']>[0];

/**
 * Idempotency-Key is made of the refund's number, and kept at Stripe for a day; after that the same call would be a second refund, so what
 * is there already is looked for first.
 */
export async function refund(ask: RefundAsk, on: Call): Promise<Answer> {
  const amount = amountOf(ask.refundMinor, ask.currency);
  if (amount === undefined || amount <= 0n || ask.refundMinor > ask.totalMinor)
    return refused('BAD_AMOUNT', `${ask.refundMinor} of ${ask.totalMinor} ${ask.currency}`);
  const paid = await theSuccess(ask, on);
  if ('outcome' in paid) return paid;
  if (paid.currency.toUpperCase() !== ask.currency)
    return refused('BAD_CURRENCY', `${paid.id} is in ${paid.currency}, not ${ask.currency}`);
  const known = await refundsOf(paid, on, (it) => refundName(it) === ask.refundRef);
  if ('outcome' in known) return known;
  const { mine } = known;
  if (mine !== undefined) {
    if (moneyOf(mine.amount, mine.currency).minor !== ask.refundMinor)
      return refused('REFUND_DIFFERS', `${mine.id} has this number and another amount`);
    return said(known.last, () => refundSaid(mine, on.account, now(on), ask.paymentRef));
  }
  const answer = await call(
    on,
    'POST',
    '/v1/refunds',
    {
      payment_intent: paid.id,
      amount: String(amount),
      [`metadata[${REFUND_KEY}]`]: ask.refundRef,
      ...(ask.reason === '' ? {} : { 'metadata[reason]': [...ask.reason].slice(0, 200).join('') }),
    },
    { key: `daozhang-refund-${sha256([on.account.id, paid.id, ask.refundRef].join('\u001f')).slice(0, 40)}` },
  );
  if ('outcome' in answer) return answer;
  return answered(answer, on, (json) => {
    const it = refundShape.parse(json);
    mustBe(refundName(it), ask.refundRef);
    mustBe(it.payment_intent ?? undefined, paid.id);
    return refundSaid(it, on.account, now(on), ask.paymentRef);
  });
}

/** By its own id (re_…), or by the number that we wrote into it, which is its name where it has one. One that is not there says nothing. */
export async function queryRefund(ask: Naming & Readonly<{ refundRef: string }>, on: Call): Promise<Answer> {
  const looked = await find({ ...ask, channelTrade: ask.channelTrade, product: undefined }, on);
  if ('outcome' in looked) return looked;
  let { last } = looked;
  for (const { intent } of looked.found) {
    const isMine = (it: Refund): boolean => it.id === ask.refundRef || refundName(it) === ask.refundRef;
    const known = await refundsOf(intent, on, isMine);
    if ('outcome' in known) return known;
    last = known.last;
    const { mine } = known;
    if (mine !== undefined) return said(last, () => refundSaid(mine, on.account, now(on), ask.paymentRef));
  }
  return said(last, () => []);
}

// ------------------------------------------------------------------------------------------- which PaymentIntent

const now = (on: Call) => ({ source: 'inquiry', at: on.io.now() }) as const;

/** `last`: the answer that told, where nothing was found. */
type Looked = Readonly<{ found: readonly Found[]; last: HttpAnswer }>;

/** Those that the number means, each as it is at this moment; none where there is none, or none yet. */
async function find(ask: Ask, on: Call): Promise<Looked | NoAnswer> {
  if (ask.paymentRef.startsWith('pi_')) return await retrieved(ask.paymentRef, on);
  if (isByIntent(on.account))
    return refused('NO_PAYMENT_INTENT', `payments of this account are named by their PaymentIntent: ${ask.paymentRef}`);
  const known = ask.channelTrade?.startsWith('pi_') === true ? await retrieved(ask.channelTrade, on) : undefined;
  if (known !== undefined && 'outcome' in known) return known;
  const states = known?.found.map(({ intent }) => INTENT_STATES[intent.status]) ?? [];
  // While it is open it is the one that the customer is at; a cancelled or paid one may have a brother.
  if (known !== undefined && states.some((it) => it !== 'closed' && it !== 'captured')) return known;
  const searched = await search(ask.paymentRef, on);
  if ('outcome' in searched) return known !== undefined && states.includes('captured') ? known : searched;
  const found = [...(known?.found ?? [])];
  for (const id of searched.ids) {
    if (found.some(({ intent }) => intent.id === id)) continue;
    const one = await retrieved(id, on);
    if ('outcome' in one) return one;
    found.push(...one.found);
  }
  return { found, last: searched.last };
}

/** The index may lag in what it says of an intent too: only the ids are taken from it. */
async function search(
  number: string,
  on: Call,
): Promise<Readonly<{ ids: readonly string[]; last: HttpAnswer }> | NoAnswer> {
  const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const answer = await call(on, 'GET', '/v1/payment_intents/search', {
    query: `metadata['${quoted(orderKeyOf(on.account))}']:'${quoted(number)}'`,
    limit: String(MOST_FOUND),
  });
  if ('outcome' in answer) return answer;
  try {
    const { data, has_more } = searchShape.parse(jsonOf(answer.body));
    if (has_more) return unknown(`more than ${MOST_FOUND} PaymentIntents have this number`);
    // Search compares without case, and by words; a payment's number is exact.
    const mine = data.filter(({ metadata }) => metadata[orderKeyOf(on.account)] === number);
    return { ids: mine.map(({ id }) => id), last: answer };
  } catch (error) {
    return unreadable(error);
  }
}
const searchShape = z.object({
  object: z.literal('search_result'),
  has_more: z.boolean(),
  data: z.array(z.object({ id: z.string().regex(/^pi_\w+$/), metadata: z.record(z.string(), z.string()) })),
});

async function retrieved(id: string, on: Call): Promise<Looked | NoAnswer> {
  if (!/^pi_\w{1,200}$/.test(id)) return refused('NO_PAYMENT_INTENT', `${id.slice(0, 80)} is no PaymentIntent's id`);
  const answer = await call(
    on,
    'GET',
    `/v1/payment_intents/${id}`,
    { 'expand[]': 'latest_charge.refunds' },
    { missing: 'intent' },
  );
  if ('outcome' in answer) return answer;
  if (answer.status === 404) return { found: [], last: answer };
  try {
    const intent = intentOf(jsonOf(answer.body), id, on);
    return { found: [{ intent, answer, at: on.io.now() }], last: answer };
  } catch (error) {
    return unreadable(error);
  }
}

function intentOf(json: unknown, id: string, on: Call): Intent {
  const it = intentShape.parse(json);
  mustBe(it.id, id);
  modeMustBe(it.livemode, on.account);
  return it;
}

export function modeMustBe(livemode: boolean, account: Account): void {
  if (livemode !== account.livemode) throw new Error(`an answer of ${livemode ? 'live' : 'test'} mode`);
}

/** The first success, else what is furthest, else the newest. */
function inOrder(found: readonly Found[]): readonly Found[] {
  const rank = { captured: 0, processing: 1, unpaid: 2, closed: 3 } as const;
  return [...found].sort(({ intent: a }, { intent: b }) => {
    const [x, y] = [INTENT_STATES[a.status], INTENT_STATES[b.status]];
    const older = Temporal.Instant.compare(a.created, b.created);
    return rank[x] - rank[y] || (x === 'captured' ? older : -older);
  });
}

const together = (found: readonly Found[]): Uint8Array =>
  Buffer.from(`[${found.map(({ answer }) => Buffer.from(answer.body).toString('utf8')).join(',')}]`);

const withOrder = (observed: readonly Observed[], number: string): readonly Observed[] =>
  observed.map((o) => ({ ...o, refs: [...o.refs, { kind: 'order', value: number }] }));

function notFound(ask: Ask, on: Call): readonly Observed[] {
  const { paymentRef, placedAt } = ask;
  if (paymentRef.startsWith('pi_')) return [bare(paymentRef, 'not_found', 'resource_missing', on.io.now())];
  const asOf = on.io.now().subtract({ seconds: SEARCH_LAG_SECONDS });
  if (placedAt !== undefined && Temporal.Instant.compare(asOf, placedAt) < 0) return [];
  return [bare(paymentRef, 'not_found', 'not found', asOf)];
}

type Naming = Readonly<{ paymentRef: string; channelTrade?: string | undefined }>;

/** By Stripe's own number where it is known: the index lags. */
async function theSuccess({ paymentRef, channelTrade }: Naming, on: Call): Promise<Intent | NoAnswer> {
  if (!paymentRef.startsWith('pi_') && channelTrade?.startsWith('pi_') === true) {
    const known = await retrieved(channelTrade, on);
    if ('outcome' in known) return known;
    const it = known.found.find(({ intent }) => intent.status === 'succeeded');
    if (it !== undefined) return it.intent;
  }
  const looked = await find({ paymentRef, channelTrade: undefined, product: undefined }, on);
  if ('outcome' in looked) return looked;
  const paid = looked.found.filter(({ intent }) => intent.status === 'succeeded');
  if (paid.length === 1) return paid[0]!.intent;
  return paid.length === 0
    ? refused('NOT_PAID', 'no PaymentIntent of this number has succeeded, or it cannot be searched yet')
    : refused('PAID_TWICE', `name one of ${paid.map(({ intent }) => intent.id).join(', ')}`);
}

/** The one that is meant among an intent's refunds. */
async function refundsOf(
  intent: Intent,
  on: Call,
  isMine: (it: Refund) => boolean,
): Promise<Readonly<{ mine: Refund | undefined; last: HttpAnswer }> | NoAnswer> {
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const last = await call(on, 'GET', '/v1/refunds', {
      payment_intent: intent.id,
      limit: '100',
      ...(after === undefined ? {} : { starting_after: after }),
    });
    if ('outcome' in last) return last;
    try {
      const { data, has_more } = listOf(refundShape).parse(jsonOf(last.body));
      for (const it of data) mustBe(it.payment_intent ?? undefined, intent.id);
      const mine = data.find(isMine);
      after = data.at(-1)?.id;
      if (mine !== undefined || !has_more || after === undefined) return { mine, last };
    } catch (error) {
      return unreadable(error);
    }
  }
  return unknown(`${intent.id} has more refunds than are read`);
}

export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ object: z.literal('list'), has_more: z.boolean(), data: z.array(item) });

// ------------------------------------------------------------------------------------------- one call

/** Nested names stand in the form as they are: `metadata[order_id]`. */
export type Form = Readonly<Record<string, string>> | Pairs;
type Pairs = ReadonlyArray<readonly [name: string, value: string]>;
const isPairs = (form: Form): form is Pairs => Array.isArray(form);
const pairsOf = (form: Form): Pairs => (isPairs(form) ? form : Object.entries(form));

const errorShape = z.object({
  error: z.object({
    type: z.string(),
    code: z.string().nullish(),
    message: z.string().nullish(),
    param: z.string().nullish(),
  }),
});

/** `key`: by which a POST is done once. `missing`: the object whose absence (404) is an answer too. */
type How = Readonly<{ key?: string; missing?: string }>;

/** A whole answer of status 200; what is none comes back as what it is. */
export async function call(
  on: Call,
  method: 'GET' | 'POST',
  path: string,
  form: Form,
  how: How = {},
): Promise<HttpAnswer | NoAnswer> {
  const key = keyFor(on);
  if (typeof key !== 'string') return key;
  const params = new URLSearchParams(pairsOf(form).map(([name, value]) => [name, value])).toString();
  const { baseUrl } = on.account;
  const answer = await sent(on, {
    method,
    url: method === 'GET' && params !== '' ? `${baseUrl}${path}?${params}` : `${baseUrl}${path}`,
    headers: {
      accept: 'application/json',
      'user-agent': 'daozhang',
      ...headersFor(on, key),
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(how.key === undefined ? {} : { 'idempotency-key': how.key }),
    },
    body: method === 'POST' ? params : undefined,
    timeoutMs: TIMEOUT_MS,
  });
  if ('outcome' in answer) return answer;
  if (answer.status === 200) return answer;
  return failed(answer, how.missing);
}

/** The account's key, of the account's mode: asked by another, Stripe would know none of its payments. */
export function keyFor(on: Call): string | NoAnswer {
  const key = on.keys.find((k) => k.kind === 'api_key')?.value.trim();
  if (key === undefined) return refused('NO_API_KEY', 'the account has no API key');
  const mode = on.account.livemode ? 'live' : 'test';
  return new RegExp(`^(sk|rk)_${mode}_\\w+$`).test(key)
    ? key
    : refused('WRONG_KEY', `the API key is no secret or restricted key of ${mode} mode`);
}

export const headersFor = (on: Call, key: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${key}`,
  'stripe-version': API_VERSION,
  ...(on.account.subMerchantNo === undefined ? {} : { 'stripe-account': on.account.subMerchantNo }),
});

function failed(answer: HttpAnswer, missing: string | undefined): HttpAnswer | NoAnswer {
  const { status, headers } = answer;
  const parsed = errorShape.safeParse(jsonOf(answer.body));
  if (status === 429) {
    const seconds = Number(headers['retry-after']);
    return { outcome: 'limited', retryAfterMs: seconds > 0 ? seconds * 1_000 : undefined };
  }
  if (!parsed.success || status >= 500 || status < 400) return unknown(`answered ${status}`);
  const { type, code, message, param } = parsed.data.error;
  const detail = `${status} ${message ?? ''}`.trim().slice(0, 300);
  // Another call with the same key, or on the same object, is under way: it may have done it.
  if (status === 409 || type === 'api_error') return unknown(`${code ?? type}: ${detail}`);
  if (status === 404 && missing !== undefined && code === 'resource_missing' && param === missing) return answer;
  return refused(code ?? type, detail);
}

function answered(answer: HttpAnswer, on: Call, read: (json: unknown) => readonly Observed[]): Answer {
  return said(answer, () => {
    const json = jsonOf(answer.body);
    const mode = z.object({ livemode: z.boolean().optional() }).parse(json).livemode;
    if (mode !== undefined) modeMustBe(mode, on.account);
    return read(json);
  });
}
