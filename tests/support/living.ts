/** The whole thing alive: a book, a simulated channel, our server and workers, and a merchant's order system that listens. */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as adyen from '../../sim/channels/adyen/server.ts';
import * as alipay from '../../sim/channels/alipay/server.ts';
import * as lakala from '../../sim/channels/lakala/server.ts';
import * as paypal from '../../sim/channels/paypal/server.ts';
import * as stripe from '../../sim/channels/stripe/server.ts';
import * as unionpay from '../../sim/channels/unionpay/server.ts';
import * as wechatpay from '../../sim/channels/wechatpay/server.ts';
import { runningClock, type SimClock } from '../../sim/clock.ts';
import { paceOf } from '../../src/actions/pace.ts';
import type { WebApp } from '../../src/api/app.ts';
import { type MadeKey, makeKey, type Scope } from '../../src/api/auth.ts';
import { type Served, serve } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { freshBook, type TestBook, temporary } from './database.ts';

export type Heard = Readonly<{ path: string; headers: http.IncomingHttpHeaders; body: Buffer }>;

/** A merchant's order system: answers what it is told to, keeps what it heard. */
export type Merchant = Readonly<{ url: string; heard: Heard[]; answer(status: number): void; close(): Promise<void> }>;

export async function startMerchant(): Promise<Merchant> {
  const heard: Heard[] = [];
  let status = 200;
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    answer(value) {
      status = value;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export type Answer<T> = Readonly<{ status: number; body: T; headers: Headers }>;

type Sims = Readonly<{
  wechatpay: wechatpay.WeChatPaySim;
  alipay: alipay.AlipaySim;
  lakala: lakala.LakalaSim;
  unionpay: unionpay.UnionPaySim;
  stripe: stripe.StripeSim;
  adyen: adyen.AdyenSim;
  paypal: paypal.PayPalSim;
}>;
type Starting = Readonly<{ clock: SimClock; mode?: 'certificate' | 'public_key'; notifyUrl: () => string | undefined }>;
type Account = ReturnType<
  (
    | typeof wechatpay
    | typeof alipay
    | typeof lakala
    | typeof unionpay
    | typeof stripe
    | typeof adyen
    | typeof paypal
  )['accountFor']
>;
const START: {
  readonly [C in keyof Sims]: (how: Starting) => Promise<Readonly<{ sim: Sims[C]; account: Account }>>;
} = {
  async wechatpay(how) {
    const sim = await wechatpay.startWeChatPaySim(how);
    return { sim, account: wechatpay.accountFor(sim) };
  },
  async alipay(how) {
    const sim = await alipay.startAlipaySim(how);
    return { sim, account: alipay.accountFor(sim) };
  },
  async lakala(how) {
    const sim = await lakala.startLakalaSim(how);
    return { sim, account: lakala.accountFor(sim) };
  },
  async unionpay(how) {
    const sim = await unionpay.startUnionPaySim(how);
    return { sim, account: unionpay.accountFor(sim) };
  },
  async stripe(how) {
    const sim = await stripe.startStripeSim(how);
    return { sim, account: stripe.accountFor(sim) };
  },
  async adyen(how) {
    const sim = await adyen.startAdyenSim(how);
    return { sim, account: adyen.accountFor(sim) };
  },
  async paypal(how) {
    const sim = await paypal.startPayPalSim(how);
    return { sim, account: paypal.accountFor(sim) };
  },
};

export type Living<C extends keyof Sims = 'wechatpay'> = Readonly<{
  test: TestBook;
  clock: SimClock;
  sim: Sims[C];
  merchant: Merchant;
  served: Served;
  accountId: string;
  notifyUrl: string;
  errors: unknown[];
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  close(): Promise<void>;
}>;

/** Who asks our server. */
type Caller = Pick<Living, 'call'>;

export type LivingOptions<C extends keyof Sims = 'wechatpay'> = Readonly<{
  channel?: C;
  /** How fast business time runs: 60 makes an hour of a minute. */
  speed?: number;
  /** Where it begins: as fast as the real time it is the real time, else the next morning. */
  from?: Temporal.Instant;
  feed?: 'relay' | 'none';
  closing?: 'never' | 'auto';
  webhook?: boolean;
  mode?: 'certificate' | 'public_key';
  log?: (line: string) => void;
  requestTimeoutMs?: number;
  /** For other processes that are to read the same secrets. */
  masterKey?: Uint8Array;
  /** The web app, served too. */
  app?: WebApp;
  /** Where the channel is called instead of at its own address. */
  through?: (url: string) => string;
}>;

/** Calls the server as somebody: the headers say who. */
export const callWith =
  (url: string, as: Readonly<Record<string, string>>): Caller['call'] =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...as, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === ''
        ? undefined
        : /json/.test(response.headers.get('content-type') ?? '')
          ? JSON.parse(text)
          : text) as never,
      headers: response.headers,
    };
  };

export type ForKey = Readonly<{ tenantId?: string; livemode?: boolean; scopes?: readonly Scope[] }>;
export const ALL_SCOPES = ['read', 'orders', 'act', 'refund', 'approve', 'admin'] as const;

/** A key of this tenant; of the living one's test side, and allowed everything, unless told otherwise. */
export const keyOf = (
  test: TestBook,
  { tenantId, livemode = false, scopes = ALL_SCOPES }: ForKey = {},
): Promise<MadeKey> =>
  test.book.tenant(tenantId ?? test.tenantId, (tx) => makeKey(tx, { name: 'test', livemode, scopes }));

export async function callAs(on: Living, whose: ForKey = {}): Promise<Caller['call']> {
  return callWith(on.served.url, { authorization: `Bearer ${(await keyOf(on.test, whose)).token}` });
}

/** Ten o’clock at the shop: whenever a test runs, its business day does not end under it. Never behind the database's own clock. */
export const nextMorning = (): Temporal.Instant => {
  const now = Temporal.Now.zonedDateTimeISO('Asia/Shanghai');
  const ten = now.withPlainTime('10:00');
  return (Temporal.ZonedDateTime.compare(ten, now) < 0 ? ten.add({ days: 1 }) : ten).toInstant();
};

export async function living(options?: LivingOptions): Promise<Living>;
export async function living<C extends keyof Sims>(
  options: LivingOptions<C> & Readonly<{ channel: C }>,
): Promise<Living<C>>;
export async function living<C extends keyof Sims>(options: LivingOptions<C> = {}): Promise<Living<C>> {
  const speed = options.speed ?? 60;
  const clock = runningClock(speed, options.from ?? (speed === 1 ? undefined : nextMorning()));
  const test = await freshBook();
  const merchant = await startMerchant();
  let notifyUrl: string | undefined;
  const { sim, account } = await START[options.channel ?? ('wechatpay' as C)]({
    clock,
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    notifyUrl: () => notifyUrl,
  });
  const errors: unknown[] = [];
  const served = await serve(
    {
      book: test.book,
      vault: vaultOf([options.masterKey ?? randomBytes(32)]),
      archive: openArchive(temporary()),
      allowPrivate: ['127.0.0.1/32'],
      version: 'test',
      pace: paceOf(clock.now, speed, () => 0.5),
      told: (error) => errors.push(error),
      log: options.log,
      requestTimeoutMs: options.requestTimeoutMs,
      app: options.app,
    },
    { host: '127.0.0.1', port: 0 },
  );
  const call = callWith(served.url, { authorization: `Bearer ${(await keyOf(test)).token}` });
  const made = await call<{ id: string; notification_url: string }>('POST', '/v1/channels', {
    provider: account.provider,
    name: 'the shop',
    merchant_no: account.merchantNo,
    base_url: options.through?.(account.baseUrl) ?? account.baseUrl,
    settings: account.settings,
    feed: options.feed ?? 'relay',
    closing: options.closing ?? 'never',
    ...(options.feed === 'none' ? {} : { forward_url: `${merchant.url}/${account.provider}` }),
    credentials: account.credentials.map(({ kind, id, value }) => ({ kind, id, value })),
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  notifyUrl = made.body.notification_url;
  if (options.webhook !== false) await call('POST', '/v1/webhook-endpoints', { url: `${merchant.url}/events` });
  return {
    test,
    clock,
    sim,
    merchant,
    served,
    accountId: made.body.id,
    notifyUrl,
    errors,
    call,
    async close() {
      await served.close();
      await sim.close();
      await merchant.close();
      clock.close();
      await test.close();
    },
  };
}

/** Waits until `look` gives something, looking ever less often, since looking is work too; says what was waited for when it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 15_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (let pause = 15; ; pause = Math.min(pause * 1.3, 100)) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what}: not in ${withinMs} ms`);
    await new Promise((done) => setTimeout(done, pause));
  }
}

export type PaymentOut = Readonly<{
  id: string;
  position: string;
  payment_ref: string;
  order_ref?: string;
  captured?: { amount: string };
  refunded?: { amount: string };
  contradictions: string[];
  verdict?: { code: string; release: string; cause: string; reason?: string; confidence: string };
}>;

export async function paymentOf(on: Caller, ref: string): Promise<PaymentOut | undefined> {
  const found = await on.call<{ items: PaymentOut[] }>('GET', `/v1/payments/search?ref=${encodeURIComponent(ref)}`);
  // An order's number leads to each of its payments.
  return found.body.items.find((p) => p.payment_ref === ref) ?? found.body.items[0];
}

type RefundStory = Readonly<{
  refund: { id: string; state: string; code?: string; detail?: string; refund_ref: string };
  steps: Array<{ kind: string; message_id?: string }>;
}>;

/** Gives a part back at our asking, another key agreeing where it has to, and waits for the channel's word. */
export async function givenBack(
  on: Living<keyof Sims>,
  paymentId: string,
  amount: Readonly<{ amount: string; currency: string }>,
): Promise<RefundStory> {
  type Made = Readonly<{ id: string; approval?: Readonly<{ id: string }> }>;
  const made = await on.call<Made>('POST', `/v1/payments/${paymentId}/refunds`, { amount, reason: 'customer_request' });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const { id, approval } = made.body;
  if (approval !== undefined) {
    const other = await callAs(on as Living, { scopes: ['read', 'approve'] });
    const { hash } = (await other<{ hash: string }>('GET', `/v1/approvals/${approval.id}`)).body;
    await other('POST', `/v1/approvals/${approval.id}/approve`, { hash });
  }
  return await until(
    `refund ${id} to be over`,
    async () => {
      const story = (await on.call<RefundStory>('GET', `/v1/refunds/${id}`)).body;
      return ['done', 'refused', 'cancelled'].includes(story.refund.state) ? story : undefined;
    },
    30_000,
  );
}

/** Waits for a verdict on the payment of this number. */
export const verdictOf = (on: Caller, ref: string, code: string, withinMs?: number): Promise<PaymentOut> =>
  until(
    `${ref} to be ${code}`,
    async () => {
      const p = await paymentOf(on, ref);
      return p?.verdict?.code === code ? p : undefined;
    },
    withinMs,
  );
