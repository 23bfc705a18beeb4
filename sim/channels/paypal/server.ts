/**
 * A simulated PayPal: the real paths, tokens, idempotency, notification scheme, over a truth of its own and a clock that can be stepped.
 * Anybody can test an integration against it.
 *
 * Not simulated: the buyer's pages, authorisations, cards and other sources than the wallet, payouts, disputes beyond their notification,
 * Transaction Search, the SFTP files.
 */
import { randomBytes } from 'node:crypto';
import type { SimClock } from '../../clock.ts';
import { type AnswerFault as AnyFault, faultsOf, type NotifyFault, tallyOf } from '../faults.ts';
import { listen } from '../listen.ts';
import { type Event, notifierOf } from './notify.ts';
import { type Market, NOT_THERE, problem, type Reply, routesOf } from './routes.ts';
import {
  type Capture,
  captureAlone,
  type Merchant,
  newId,
  type Order,
  orderSays,
  type Refund,
  refundSays,
} from './truth.ts';
import { authorityOf, type Signer } from './wire.ts';

/** PayPal signs no answer: what changes one on the way, TLS notices. */
export type AnswerFault =
  | Exclude<AnyFault, 'unsigned' | 'badly_signed' | 'tampered'>
  /** The token is withdrawn before its time. */
  | 'token_gone'
  /** The same request is still under way. */
  | 'in_progress';

export type PayPalSim = Readonly<{
  url: string;
  who: Merchant;
  clientId: string;
  clientSecret: string;
  webhookId: string;
  /** Stands above every certificate that is served here. */
  root: string;
  signer(): Signer;
  orders: ReadonlyMap<string, Order>;
  /** As a merchant's own system makes an order, by a number of the caller's choice. */
  place(
    id: string,
    total: number,
    more?: Readonly<{ currency?: string; invoiceId?: string; customId?: string }>,
  ): Order;
  /** The buyer agrees: no money moves. */
  approve(id: string): Promise<void>;
  /** The buyer agrees, and the merchant's system captures. `pendingMs`: first so long PENDING, for that reason. */
  pay(id: string, how?: Readonly<{ pendingMs?: number; reason?: string }>): Promise<void>;
  /** The capture is declined, for good. */
  failPayment(id: string): void;
  /** A refund from the merchant's console, or by PayPal itself. */
  giveBack(id: string, amount: number, how?: Readonly<{ by?: 'merchant' | 'paypal' }>): Promise<Refund>;
  dispute(id: string): Promise<void>;
  faultNotify(fault: NotifyFault, times?: number, id?: string): void;
  faultAnswer(fault: AnswerFault, times?: number, id?: string): void;
  /** Another certificate signs from now on; the old one is still served. */
  rotateKeys(): void;
  fired: ReadonlyMap<string, number>;
  notified(): readonly number[];
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  notifyUrl?: () => string | undefined;
}>;

const TOKEN_SECONDS = 32_400;
/** Names of requests are kept so long. */
const KEPT_HOURS = 24 * 45;

export async function startPayPalSim(options: SimOptions): Promise<PayPalSim> {
  const { clock } = options;
  const who: Merchant = { merchantId: newId(13), email: 'shop@example.com' };
  const clientId = `A${randomBytes(40).toString('hex').slice(0, 79)}`;
  const clientSecret = `E${randomBytes(40).toString('hex').slice(0, 79)}`;
  const webhookId = newId();
  const authority = authorityOf(clock.now());
  const served = new Map<string, Signer>();
  const newSigner = (): Signer => {
    const it = authority.signer();
    served.set(it.name, it);
    return it;
  };
  let signer = newSigner();
  const orders = new Map<string, Order>();
  const tokens = new Map<string, Temporal.Instant>();
  const known = new Map<string, Readonly<{ reply: Reply; at: Temporal.Instant }>>();
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  let url = '';
  const notifier = notifierOf({
    clock,
    url: () => options.notifyUrl?.(),
    own: () => url,
    webhookId,
    signer: () => signer,
    forger: authority.signer(),
    fired: count,
  });
  /** Faults wait for what is about money. */
  const tell = (o: Order, event: Event): Promise<void> =>
    notifier.send(event, event.resourceType === 'checkout-order' ? undefined : notifyFaults.take((of) => of === o.id));
  const tellCapture = (c: Capture, type: string): Promise<void> =>
    tell(c.order, {
      type: `PAYMENT.CAPTURE.${type}`,
      resourceType: 'capture',
      resource: captureAlone(c, who, url),
      falseResource: captureAlone(c, who, url, 1n),
    });

  const place: Market['place'] = (id, total, more) => {
    const now = clock.now();
    const o: Order = {
      id,
      currency: more.currency,
      total,
      invoiceId: more.invoiceId,
      customId: more.customId,
      createdAt: now,
      status: 'CREATED',
      updatedAt: now,
      captures: [],
    };
    orders.set(id, o);
    return o;
  };
  const change = <T extends { updatedAt: Temporal.Instant; status: string }>(it: T, status: T['status']): void => {
    it.status = status;
    it.updatedAt = clock.now();
  };
  const capture = (o: Order, status: Capture['status'] = 'COMPLETED', reason?: string): Capture => {
    const now = clock.now();
    const c: Capture = {
      id: newId(),
      order: o,
      amount: o.total,
      createdAt: now,
      status,
      reason,
      updatedAt: now,
      refunds: [],
    };
    o.captures.push(c);
    change(o, 'COMPLETED');
    return c;
  };
  const settleRefunds = (c: Capture): void => {
    const given = c.refunds.reduce((sum, r) => sum + (r.status === 'COMPLETED' ? r.amount : 0n), 0n);
    if (given > 0n) change(c, given < c.amount ? 'PARTIALLY_REFUNDED' : 'REFUNDED');
  };
  const tellRefund = (r: Refund, type = 'PAYMENT.CAPTURE.REFUNDED'): Promise<void> =>
    tell(r.capture.order, { type, resourceType: 'refund', resource: refundSays(r, url) });

  const route = routesOf({
    who,
    webhookId,
    url: () => url,
    now: clock.now,
    orders,
    place,
    capture(o) {
      const c = capture(o);
      void tellCapture(c, 'COMPLETED');
      return c;
    },
    refunded(r) {
      settleRefunds(r.capture);
      void tellRefund(r);
    },
  });

  const giveToken = (authorization: string | undefined, body: string): Reply => {
    const right = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    if (authorization !== right)
      return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } };
    if (new URLSearchParams(body).get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type', error_description: 'Grant Type is NULL' } };
    const token = `A21AA${randomBytes(40).toString('base64url')}`;
    tokens.set(token, clock.now().add({ seconds: TOKEN_SECONDS }));
    count('/v1/oauth2/token');
    return {
      status: 200,
      body: {
        scope: 'https://uri.paypal.com/services/payments/payment',
        access_token: token,
        token_type: 'Bearer',
        app_id: 'APP-80W284485P519543T',
        expires_in: TOKEN_SECONDS,
        nonce: clock.now().toString(),
      },
    };
  };
  const isKnown = (authorization: string | undefined): boolean => {
    const until = tokens.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '');
    return until !== undefined && Temporal.Instant.compare(clock.now(), until) < 0;
  };

  type Asked = Readonly<{ method: string; path: string; body: string; headers: Readonly<Record<string, unknown>> }>;
  const answer = ({ method, path, body, headers }: Asked): Reply => {
    if (!isKnown(headers.authorization as string | undefined))
      return problem(401, 'AUTHENTICATION_FAILURE', 'Authentication failed due to invalid authentication credentials.');
    count(`${method} ${path.replace(/\/[A-Z0-9]{5,}/, '/…')}`);
    const name = `${path}\u001f${headers['paypal-request-id']}`;
    const before = method === 'POST' && headers['paypal-request-id'] !== undefined ? known.get(name) : undefined;
    if (before !== undefined && Temporal.Instant.compare(clock.now(), before.at.add({ hours: KEPT_HOURS })) < 0)
      return { ...before.reply, status: 200 };
    const whole = headers.prefer === 'return=representation';
    const reply = route({ method, path, body, whole });
    if (method === 'POST' && reply.status < 300) known.set(name, { reply, at: clock.now() });
    return reply;
  };

  const listening = await listen(options.port ?? 0, (request, body, response) => {
    const { method = 'GET', headers } = request;
    // The SDK writes a question mark behind every path.
    const path = (request.url ?? '/').split('?')[0]!;
    const send = (status: number, type: string, text: string, more: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': type, ...more }).end(text);
    const json = ({ status, body: it }: Reply, more?: Record<string, string>) =>
      send(status, 'application/json', JSON.stringify(it), more);
    const certificate = served.get(/^\/v1\/notifications\/certs\/([\w-]+)$/.exec(path)?.[1] ?? '');
    if (certificate !== undefined) {
      count('certificate');
      return send(200, 'application/x-pem-file', certificate.pem);
    }
    if (path === '/v1/oauth2/token') return json(giveToken(headers.authorization, body));
    const fault = answerFaults.take(
      (of) => path.includes(`/${of}`) || captureIdsOf(orders.get(of)).some((c) => path.includes(c)),
    );
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    if (fault === 'html') return send(200, 'text/html', '<html>login</html>');
    if (fault === 'limited')
      return json(problem(429, 'RATE_LIMIT_REACHED', 'Too many requests.'), { 'retry-after': '30' });
    if (fault === 'broken') return json(problem(500, 'INTERNAL_SERVER_ERROR', 'An internal server error occurred.'));
    if (fault === 'in_progress') return json(problem(409, 'RESOURCE_CONFLICT', 'The request is in progress.'));
    if (fault === 'not_there') return json(NOT_THERE());
    if (fault === 'token_gone') tokens.clear();
    const reply = answer({ method, path, body, headers });
    if (fault === 'silent_after') return request.socket.destroy();
    return json(fault === 'foreign' ? { ...reply, body: { ...reply.body, id: 'ANOTHER' } } : reply);
  });
  url = listening.url;

  const orderOf = (id: string): Order => {
    const o = orders.get(id);
    if (o === undefined) throw new Error(`there is no ${id} to pay`);
    return o;
  };
  const approve = async (id: string): Promise<void> => {
    const o = orderOf(id);
    if (o.status !== 'CREATED') return;
    change(o, 'APPROVED');
    await tell(o, {
      type: 'CHECKOUT.ORDER.APPROVED',
      resourceType: 'checkout-order',
      resource: orderSays(o, who, url),
    });
  };
  return {
    url,
    who,
    clientId,
    clientSecret,
    webhookId,
    root: authority.root,
    signer: () => signer,
    orders,
    place: (id, total, { currency = 'CNY', ...more } = {}) => place(id, BigInt(total), { currency, ...more }),
    approve,
    async pay(id, { pendingMs, reason = 'PENDING_REVIEW' } = {}) {
      const o = orderOf(id);
      await approve(id);
      if (o.status !== 'APPROVED') return;
      if (pendingMs === undefined) return await tellCapture(capture(o), 'COMPLETED');
      const c = capture(o, 'PENDING', reason);
      await tellCapture(c, 'PENDING');
      clock.after(pendingMs, () => {
        c.reason = undefined;
        change(c, 'COMPLETED');
        return tellCapture(c, 'COMPLETED');
      });
    },
    failPayment(id) {
      capture(orderOf(id), 'DECLINED', 'DECLINED_BY_RISK_FRAUD_FILTERS');
    },
    async giveBack(id, amount, { by = 'merchant' } = {}) {
      const [c] = orderOf(id).captures;
      const now = clock.now();
      const r: Refund = {
        id: newId(),
        capture: c!,
        amount: BigInt(amount),
        customId: undefined,
        invoiceId: undefined,
        note: undefined,
        createdAt: now,
        status: 'COMPLETED',
        updatedAt: now,
      };
      c!.refunds.push(r);
      settleRefunds(c!);
      await tellRefund(r, by === 'paypal' ? 'PAYMENT.CAPTURE.REVERSED' : undefined);
      return r;
    },
    async dispute(id) {
      const [c] = orderOf(id).captures;
      const resource = {
        dispute_id: `PP-D-${newId(5)}`,
        disputed_transactions: [{ seller_transaction_id: c!.id }],
        reason: 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED',
        status: 'OPEN',
      };
      await tell(orderOf(id), { type: 'CUSTOMER.DISPUTE.CREATED', resourceType: 'dispute', resource });
    },
    faultNotify: (fault, times = 1, of) => notifyFaults.add(fault, times, of),
    faultAnswer: (fault, times = 1, of) => answerFaults.add(fault, times, of),
    rotateKeys() {
      signer = newSigner();
    },
    fired,
    notified: notifier.answers,
    close: listening.close,
  };
}

/** A refund names the capture only. */
const captureIdsOf = (o: Order | undefined): readonly string[] => o?.captures.map((c) => c.id) ?? [];

/** What an account of ours needs to talk to it. */
export function accountFor(sim: PayPalSim): Readonly<{
  provider: 'paypal';
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  return {
    provider: 'paypal',
    merchantNo: sim.who.merchantId,
    baseUrl: sim.url,
    settings: { client_id: sim.clientId },
    credentials: [
      { kind: 'client_secret', id: '', value: sim.clientSecret, notAfter: undefined },
      { kind: 'webhook_id', id: '', value: sim.webhookId, notAfter: undefined },
      // It is served without TLS: what it serves has to lead to this.
      { kind: 'trust_cert', id: '', value: sim.root, notAfter: undefined },
    ],
  };
}
