/**
 * A simulated Stripe (API v1): the real forms, answers, errors, idempotency keys, pages, a search that lags, the list of events, signed
 * webhooks and a balance report, over a truth of its own and a clock that can be stepped. Anybody can test an integration against it.
 *
 * Not simulated: the buyer's browser beyond paying, API v2 and thin events, Checkout, invoices, subscriptions, cards' many ways to fail,
 * fees beyond one rate.
 */
import { randomBytes } from 'node:crypto';
import type http from 'node:http';
import type { SimClock } from '../../clock.ts';
import { type AnswerFault as AnyFault, type BillFault, faultsOf, tallyOf } from '../faults.ts';
import { listen } from '../listen.ts';
import { type Market, marketOf } from './market.ts';
import { type NotifyFault, notifierOf } from './notify.ts';
import type { PayoutFault } from './payouts.ts';
import { type Asked, routesOf } from './routes.ts';
import type { Intent, Json } from './truth.ts';
import { ApiError, keyOf, paramsOf } from './wire.ts';

export type AnswerFault =
  | Exclude<AnyFault, 'unsigned' | 'badly_signed' | 'tampered'>
  /** 409: the same request is under way. */
  | 'in_flight'
  /** Says the other mode. */
  | 'other_mode';

export type StripeSim = Readonly<{
  url: string;
  accountId: string;
  /** The connected account that is asked for, where there is one. */
  connected: string | undefined;
  livemode: boolean;
  apiKey: string;
  market: Market;
  has(ref: string): boolean;
  /** The PaymentIntent of this number, or with this id; of several the newest. */
  intent(ref: string): Intent;
  /** The merchant's system makes a PaymentIntent for its order. */
  place(
    orderRef: string,
    amount: number,
    more?: Readonly<{ currency?: string; captureMethod?: 'manual'; settles?: Intent['settles'] }>,
  ): Intent;
  /** The buyer pays, if it still can be. */
  pay(ref: string, how?: Readonly<{ processingMs?: number }>): Promise<void>;
  /** The merchant gives back in the dashboard. */
  giveBack(ref: string, amount: number, how?: Parameters<Market['giveBack']>[2]): ReturnType<Market['giveBack']>;
  faultNotify(fault: NotifyFault, times?: number, ref?: string): void;
  /** The next answers (about this payment) come so. */
  faultAnswer(fault: AnswerFault, times?: number, ref?: string): void;
  faultBill(fault: BillFault, times?: number): void;
  /** The bank sends the next payouts back, after they were told as paid. */
  faultPayout(fault: PayoutFault, times?: number): void;
  /** The endpoint's secrets, the newest first: until `end`, both sign. */
  secrets(): readonly string[];
  rollSecret(): Readonly<{ secret: string; end(): void }>;
  fired: ReadonlyMap<string, number>;
  /** What was answered to the notifications. */
  notified(): readonly number[];
  /** When nothing is on its way any more. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  livemode?: boolean;
  accountId?: string;
  /** What happened in an earlier run. */
  intents?: readonly Intent[];
  /** A connected account: its payments are asked for with Stripe-Account, its events name it. */
  connected?: string;
  searchLagMs?: number;
  notifyUrl?: () => string | undefined;
}>;

const KEPT_SECONDS = 86_400;
const text = (n: number): string => randomBytes(n).toString('hex').slice(0, n);

export async function startStripeSim(options: SimOptions): Promise<StripeSim> {
  const { clock, connected } = options;
  const livemode = options.livemode ?? false;
  const accountId = options.accountId ?? `acct_1${text(15)}`;
  const apiKey = `sk_${livemode ? 'live' : 'test'}_51${text(40)}`;
  let secrets: readonly string[] = [`whsec_${text(32)}`];
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  const billFaults = faultsOf<BillFault>();
  const notifier = notifierOf(clock, () => secrets, count);
  const underway = new Set<Promise<void>>();

  const market = marketOf({
    clock,
    livemode,
    fired: count,
    async tell(event, { refs }) {
      const url = options.notifyUrl?.();
      if (url === undefined) return;
      const fault = notifyFaults.take((of) => refs.includes(of) || of === event.type);
      const sending = notifier.send({ url, event: event.body }, fault);
      underway.add(sending);
      await sending.finally(() => underway.delete(sending));
    },
  });
  for (const it of options.intents ?? []) market.restore(it);
  let origin = '';
  const routes = routesOf({
    clock,
    livemode,
    market,
    accountId,
    searchLagMs: options.searchLagMs ?? 60_000,
    origin: () => origin,
    billFault() {
      const fault = billFaults.take(() => true);
      if (fault !== undefined) count(fault);
      return fault;
    },
  });

  const kept = new Map<string, Readonly<{ request: string; status: number; says: Json; at: number }>>();
  const seconds = (): number => clock.now().epochMilliseconds / 1_000;

  /** Once for a key: the same request again gets the same answer, another with it is refused. */
  const once = (
    key: string | undefined,
    request: string,
    answer: () => readonly [number, Json],
  ): readonly [number, Json, boolean] => {
    const name = key ?? '';
    const known = kept.get(name);
    if (key === undefined || known === undefined || seconds() - known.at > KEPT_SECONDS) {
      const [status, says] = answer();
      // What is refused before it begins is not kept.
      if (key !== undefined && ![400, 401, 404, 409, 429].includes(status))
        kept.set(name, { request, status, says, at: seconds() });
      return [status, says, false];
    }
    if (known.request === request) return [known.status, known.says, true];
    const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
    return [400, { error: { message, type: 'idempotency_error' } }, false];
  };
  const answer = (asked: Asked, headers: http.IncomingHttpHeaders): readonly [number, Json] => {
    try {
      const key = keyOf(headers);
      if (key === '') throw new ApiError(401, 'invalid_request_error', { message: 'You did not provide an API key.' });
      if (key !== apiKey)
        throw new ApiError(401, 'invalid_request_error', {
          message: `Invalid API Key provided: ${key.slice(0, 8)}***`,
        });
      if (asked.account !== undefined && asked.account !== connected)
        throw new ApiError(403, 'invalid_request_error', {
          message: `The provided key does not have access to account '${asked.account}' (or that account does not exist).`,
          code: 'account_invalid',
        });
      return [200, routes.answer(asked)];
    } catch (error) {
      if (error instanceof ApiError) return [error.status, { error: error.says }];
      throw error;
    }
  };

  const listening = await listen(options.port ?? 0, (request, body, response) => {
    const url = URL.parse(request.url ?? '/', origin);
    if (url === null) return response.writeHead(400).end();
    const { headers } = request;
    const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
    const asked: Asked = {
      method: request.method ?? 'GET',
      path: url.pathname,
      params: paramsOf(request.method === 'POST' ? body : url.search.slice(1)),
      account: one(headers['stripe-account']),
    };
    const about = decodeURIComponent(`${request.url}&${body}`);
    const fault = answerFaults.take((of) => about.includes(of));
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    const refuse = REFUSED[fault ?? ''];
    const file = url.pathname.startsWith('/v1/files/') ? routes.file(url.pathname) : undefined;
    if (file !== undefined && keyOf(headers) === apiKey)
      return response.writeHead(200, { 'content-type': 'text/csv' }).end(file);
    const idempotency = asked.method === 'POST' ? one(headers['idempotency-key']) : undefined;
    const call = `${asked.method} ${asked.path} ${body}`;
    const [status, says, replayed] = refuse ?? once(idempotency, call, () => answer(asked, headers));
    count(`${asked.method} ${asked.path.replace(/\/(pi|re|frr)_\w+/, '/:id')}`);
    if (fault === 'silent_after') return request.socket.destroy();
    response.writeHead(fault === 'html' ? 200 : status, {
      'content-type': fault === 'html' ? 'text/html' : 'application/json',
      'request-id': `req_${text(14)}`,
      'stripe-version': one(headers['stripe-version']) ?? '2026-10-28.endive',
      // Else the SDK tries again by itself, and a test sees the second answer.
      ...(status >= 400 ? { 'stripe-should-retry': 'false' } : {}),
      ...(idempotency === undefined ? {} : { 'idempotency-key': idempotency }),
      ...(replayed === true ? { 'idempotent-replayed': 'true' } : {}),
    });
    response.end(fault === 'html' ? '<html>login</html>' : JSON.stringify(altered(fault, says), null, 2));
  });
  origin = listening.url;

  const known = (ref: string): Intent | undefined =>
    market.intents.get(ref) ?? [...market.intents.values()].findLast((i) => Object.values(i.metadata).includes(ref));
  const intent = (ref: string): Intent => {
    const it = known(ref);
    if (it === undefined) throw new Error(`there is no ${ref}`);
    return it;
  };
  return {
    url: listening.url,
    accountId,
    connected,
    livemode,
    apiKey,
    market,
    has: (ref) => known(ref) !== undefined,
    intent,
    place: (orderRef, amount, more = {}) =>
      market.make({ currency: 'cny', ...more, amount, metadata: { order_id: orderRef }, account: connected }),
    pay: (ref, how) => market.pay(intent(ref), how),
    giveBack: (ref, amount, how) => market.giveBack(intent(ref).charge!, amount, how),
    faultNotify: (fault, times = 1, ref) => notifyFaults.add(fault, times, ref),
    faultAnswer: (fault, times = 1, ref) => answerFaults.add(fault, times, ref),
    faultBill: (fault, times = 1) => billFaults.add(fault, times),
    faultPayout: (fault, times = 1) => market.payouts.fault(fault, times),
    secrets: () => secrets,
    rollSecret() {
      const secret = `whsec_${text(32)}`;
      secrets = [secret, ...secrets];
      return {
        secret,
        end() {
          secrets = [secret];
        },
      };
    },
    fired,
    notified: notifier.answers,
    async quiet() {
      // What follows a sending begins a moment after it.
      do {
        await Promise.all(underway);
        await new Promise((done) => setImmediate(done));
      } while (underway.size > 0);
    },
    close: listening.close,
  };
}

const REFUSED: Readonly<Record<string, readonly [number, Json]>> = {
  limited: [
    429,
    { error: { message: 'Request rate limit exceeded.', type: 'invalid_request_error', code: 'rate_limit' } },
  ],
  broken: [500, { error: { message: 'An unknown error occurred.', type: 'api_error' } }],
  not_there: [
    404,
    {
      error: {
        message: 'No such payment_intent',
        type: 'invalid_request_error',
        code: 'resource_missing',
        param: 'intent',
      },
    },
  ],
  in_flight: [
    409,
    {
      error: {
        message: 'There is currently another in-progress request using this Idempotency Key.',
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
      },
    },
  ],
};

/** The same about another payment, or of the other mode; in the items of a list too. */
function altered(fault: AnswerFault | undefined, says: Json): Json {
  if (fault !== 'foreign' && fault !== 'other_mode') return says;
  const one = (it: Json): Json =>
    fault === 'foreign'
      ? { ...it, id: String(it.id).replace(/.$/, '0'), metadata: { order_id: 'ANOTHER' } }
      : { ...it, livemode: it.livemode !== true };
  return Array.isArray(says.data) ? { ...says, data: says.data.map(one) } : one(says);
}

/** What an account of ours needs to talk to it. */
export function accountFor(sim: StripeSim): Readonly<{
  provider: 'stripe';
  merchantNo: string;
  subMerchantNo: string | undefined;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  return {
    provider: 'stripe',
    merchantNo: sim.accountId,
    subMerchantNo: sim.connected,
    baseUrl: sim.url,
    settings: { order_key: 'order_id' },
    credentials: [
      { kind: 'api_key', id: '', value: sim.apiKey, notAfter: undefined },
      ...sim
        .secrets()
        .map((value, i) => ({ kind: 'webhook_secret', id: i === 0 ? '' : `old-${i}`, value, notAfter: undefined })),
    ],
  };
}
