/**
 * A simulated Adyen for merchants with classic payments: the Checkout API's paths and errors, webhooks with their signature and queue, and
 * reports, over a truth of its own and a clock that can be stepped. Anybody can test an integration against it.
 *
 * Not simulated: 3-D Secure, sessions and tokens, partial captures' rests, orders of several payments, disputes, platforms.
 */
import type { SimClock } from '../../clock.ts';
import {
  type BillFault as AnyBillFault,
  type AnswerFault as AnyFault,
  faultsOf,
  type NotifyFault,
  tallyOf,
} from '../faults.ts';
import { listen } from '../listen.ts';
import { notifierOf } from './notify.ts';
import { accountingReport, settlementReport } from './reports.ts';
import { type Change, type Market, routed } from './routes.ts';
import { type Amount, type Capture, dayOf, localOf, type Payment, reportAt, type Step, settledAt } from './truth.ts';
import { type Event, isCaller, newHmacKey, newPsp, notThere, type Reply, unauthorised } from './wire.ts';

/** Adyen signs no answer: the faults of a signature cannot be. */
export type AnswerFault =
  | Exclude<AnyFault, 'unsigned' | 'badly_signed' | 'tampered'>
  /** The same request is under way: an error that passes. */
  | 'under_way';
export type BillFault = AnyBillFault | /** A page to log in, with 200. */ 'bill_login';

export type AdyenSim = Readonly<{
  /** Of the server; the Checkout API lies below. */
  url: string;
  apiUrl: string;
  merchantAccount: string;
  capture: Capture;
  apiKey: string;
  reportLogin: string;
  /** The one that signs now. */
  hmacKey(): string;
  /** By the merchant's reference: the latest try. */
  payments: ReadonlyMap<string, Payment>;
  /** The merchant's own system has an order; Adyen knows nothing of it until somebody pays. */
  place(ref: string, value: number, currency?: string): void;
  /** A shopper pays an order. `pendingMs`: the bank confirms only after so long. */
  pay(ref: string, how?: Readonly<{ pendingMs?: number }>): Promise<Payment>;
  refuse(ref: string): Promise<Payment>;
  /** Days later the scheme does not take it. */
  failCapture(ref: string): Promise<void>;
  /** Adyen tries the failed capture again by itself. */
  recapture(ref: string): Promise<void>;
  failRefund(ref: string): Promise<void>;
  expire(ref: string): Promise<void>;
  /** The merchant gives back by hand, in the Customer Area. */
  giveBack(ref: string, value: number): Promise<void>;
  /** Any other event of this payment, as Adyen sends it. */
  tell(ref: string, event: Partial<Event> & Readonly<{ eventCode: string }>): Promise<void>;
  faultNotify(fault: NotifyFault, times?: number, ref?: string): void;
  /** The next answers (to a request that names this) come so. */
  faultAnswer(fault: AnswerFault, times?: number, names?: string): void;
  faultBill(fault: BillFault, times?: number): void;
  /** The bank sends back what is paid out for today's batch and so many behind it: the settlement report of the day after has it again. */
  faultPayout(fault: 'returned', times?: number): void;
  rotateKeys(): void;
  fired: ReadonlyMap<string, number>;
  /** The statuses that were answered to webhooks. */
  notified(): readonly number[];
  close(): Promise<void>;
}>;

export type SimOptions = Readonly<{
  clock: SimClock;
  port?: number;
  capture?: Capture;
  merchantAccount?: string;
  notifyUrl?: () => string | undefined;
}>;

const MODIFICATION_MS = 1_000;

export async function startAdyenSim(options: SimOptions): Promise<AdyenSim> {
  const { clock } = options;
  const merchantAccount = options.merchantAccount ?? 'SimulatedCompany_EU';
  const capture = options.capture ?? 'automatic';
  const apiKey = `AQE${newHmacKey().toLowerCase()}-${newHmacKey().slice(0, 16)}`;
  const reportLogin = `report@Company.Simulated:${newHmacKey().slice(0, 24)}`;
  let hmacKey = newHmacKey();
  const orders = new Map<string, Amount>();
  const payments = new Map<string, Payment>();
  const all: Payment[] = [];
  const reportDays = new Set<string>();
  const { fired, count } = tallyOf();
  const notifyFaults = faultsOf<NotifyFault>();
  const answerFaults = faultsOf<AnswerFault>();
  const billFaults = faultsOf<BillFault>();
  /** Days whose payout came back. */
  const returned = new Set<string>();
  const notifier = notifierOf({
    clock,
    url: () => options.notifyUrl?.(),
    merchantAccount,
    hmacKey: () => hmacKey,
    fired: count,
  });

  const eventDate = (): string => localOf(clock.now()).toString({ smallestUnit: 'second', timeZoneName: 'never' });
  const tell = async (p: Payment, event: Partial<Event> & Readonly<{ eventCode: string }>): Promise<void> =>
    await notifier.send(
      [
        {
          success: true,
          pspReference: p.psp,
          merchantReference: p.ref,
          amount: p.amount,
          eventDate: eventDate(),
          paymentMethod: p.method,
          reason: '',
          ...event,
        },
      ],
      notifyFaults.take((of) => of === p.ref),
    );
  const changed = (p: Payment, eventCode: string, change: Change, more: Partial<Event> = {}): Promise<void> =>
    tell(p, {
      eventCode,
      pspReference: change.psp,
      originalReference: p.psp,
      merchantReference: change.reference === '' ? p.ref : change.reference,
      ...more,
    });
  /** That a report is there is told too. */
  const announce = (name: string): Promise<void> =>
    notifier.send(
      [
        {
          eventCode: 'REPORT_AVAILABLE',
          success: true,
          pspReference: name,
          merchantReference: '',
          amount: { value: 0, currency: 'EUR' },
          eventDate: eventDate(),
          reason: `${origin}/reports/download/MerchantAccount/${merchantAccount}/${name}`,
        },
      ],
      undefined,
    );
  const note = (p: Payment, type: Step['type'], amount: Amount, change?: Change): void => {
    const now = clock.now();
    p.steps.push({ type, at: now, amount, change });
    for (const day of [dayOf(now), dayOf(settledAt(now))]) {
      if (reportDays.has(day.toString())) continue;
      reportDays.add(day.toString());
      const name = `payments_accounting_report_${day.toString().replaceAll('-', '_')}.csv`;
      clock.after(reportAt(day).epochMilliseconds - now.epochMilliseconds, () => announce(name));
    }
  };
  const authorise = async (p: Payment): Promise<void> => {
    note(p, 'Authorised', p.amount);
    p.state = 'authorised';
    if (capture === 'automatic') {
      note(p, 'SentForSettle', p.amount);
      p.state = 'captured';
    }
    const operations = capture === 'automatic' ? ['CANCEL', 'REFUND'] : ['CANCEL', 'CAPTURE', 'REFUND'];
    await tell(p, { eventCode: 'AUTHORISATION', reason: '046537:1111:03/2030', operations });
  };
  const made = (ref: string, amount: Amount, method: string): Payment => {
    const p: Payment = { ref, psp: newPsp(), amount, method, state: 'open', steps: [] };
    payments.set(ref, p);
    all.push(p);
    note(p, 'Received', amount);
    return p;
  };
  const refused = async (p: Payment): Promise<void> => {
    p.state = 'refused';
    note(p, 'Refused', p.amount);
    await tell(p, { eventCode: 'AUTHORISATION', success: false, reason: 'REFUSED' });
  };
  const later = (work: () => Promise<void>): void => void clock.after(MODIFICATION_MS, work);
  const market: Market = {
    merchantAccount,
    payments: () => all.toReversed(),
    begin(ref, amount, method, outcome) {
      const p = made(ref, amount, method);
      if (outcome === 'redirect') p.state = 'pending';
      else later(() => (outcome === 'refused' ? refused(p) : authorise(p)));
      return p;
    },
    capture: (p, amount, change) =>
      later(async () => {
        const may = p.state === 'authorised';
        if (may) {
          p.state = 'captured';
          note(p, 'SentForSettle', amount, change);
        }
        await changed(p, 'CAPTURE', change, { amount, success: may });
      }),
    cancel: (p, change, eventCode) =>
      later(async () => {
        const may = p.state === 'authorised' || p.state === 'pending';
        if (may) {
          p.state = 'cancelled';
          note(p, 'Cancelled', p.amount, change);
        }
        await changed(p, eventCode, change, { success: may });
      }),
    refund: (p, amount, change, eventCode) =>
      later(async () => {
        const may = p.state === 'captured';
        if (may) note(p, 'SentForRefund', amount, change);
        await changed(p, eventCode, change, { amount, success: may });
      }),
  };

  const theOne = (ref: string): Payment => {
    const p = payments.get(ref);
    if (p === undefined) throw new Error(`there is no ${ref}`);
    return p;
  };
  const ordered = (ref: string): Amount => {
    const amount = orders.get(ref) ?? payments.get(ref)?.amount;
    if (amount === undefined) throw new Error(`there is no ${ref} to pay`);
    return amount;
  };

  const replies = new Map<string, Reply>();
  const answer = (path: string, body: string, key: string | undefined, isOurs: boolean): Reply => {
    if (!isOurs) return unauthorised();
    const known = key === undefined ? undefined : replies.get(key);
    if (known !== undefined) return known;
    const reply = routed(market, path, requestOf(body)) ?? { status: 404, body: { status: 404, message: 'Not Found' } };
    count(path.replace(/\/payments\/[^/]+/, '/payments/…'));
    if (key !== undefined && reply.status < 500) replies.set(key, reply);
    return reply;
  };

  /** By its name; undefined where there is none (yet). */
  const report = (name: string): Uint8Array | undefined => {
    const [, day] = /^payments_accounting_report_(\d{4}_\d{2}_\d{2})\.csv$/.exec(name) ?? [];
    if (day !== undefined) {
      const on = Temporal.PlainDate.from(day.replaceAll('_', '-'));
      const isThere = Temporal.Instant.compare(reportAt(on), clock.now()) <= 0;
      return isThere ? accountingReport(all, merchantAccount, on, clock.now()) : undefined;
    }
    const [, batch] = /^settlement_detail_report_batch_(\d{1,6})\.csv$/.exec(name) ?? [];
    if (batch === undefined) return undefined;
    // A batch a day, counted from an age ago.
    const on = Temporal.PlainDate.from('2026-01-01').add({ days: Number(batch) });
    const isReturned = (day: Temporal.PlainDate): boolean => {
      const is = returned.has(day.toString());
      if (is) count('returned');
      return is;
    };
    return settlementReport(all, { merchantAccount, number: Number(batch), on }, isReturned, clock.now());
  };

  const listening = await listen(options.port ?? 0, (request, body, response) => {
    const path = URL.parse(request.url ?? '/', 'http://adyen')?.pathname ?? '/';
    const [, account, name] = /^\/reports\/download\/MerchantAccount\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (name !== undefined) {
      const fault = billFaults.take(() => true);
      if (fault !== undefined) count(fault);
      if (fault === 'bill_login')
        return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>');
      if (!isCaller(request.headers, apiKey, reportLogin)) return response.writeHead(401).end();
      if (account !== merchantAccount) return response.writeHead(403).end();
      const file = fault === undefined ? report(name) : undefined;
      if (file === undefined) return response.writeHead(404).end();
      count('report');
      return response.writeHead(200, { 'content-type': 'text/csv' }).end(file);
    }
    const fault = answerFaults.take((of) => body.includes(`"${of}"`) || path.includes(of));
    if (fault !== undefined) count(fault);
    if (fault === 'silent') return request.socket.destroy();
    const isOurs = isCaller(request.headers, apiKey);
    const idempotency = request.headers['idempotency-key'];
    const {
      status,
      body: says,
      headers,
    } = MADE[fault ?? ''] ??
    answer(path.replace(API, ''), body, typeof idempotency === 'string' ? idempotency : undefined, isOurs);
    if (fault === 'silent_after') return request.socket.destroy();
    if (fault === 'html') return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>');
    const told = fault === 'foreign' ? { ...says, paymentPspReference: newPsp(), paymentReference: 'ANOTHER' } : says;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(told));
  });
  const origin = listening.url;

  return {
    url: origin,
    apiUrl: `${origin}${API}`,
    merchantAccount,
    capture,
    apiKey,
    reportLogin,
    hmacKey: () => hmacKey,
    payments,
    place: (ref, value, currency = 'EUR') => void orders.set(ref, { value, currency }),
    async pay(ref, how = {}) {
      const known = payments.get(ref);
      const p = known?.state === 'pending' ? known : made(ref, ordered(ref), 'visa');
      if (how.pendingMs === undefined) await authorise(p);
      else {
        p.state = 'pending';
        await tell(p, { eventCode: 'PENDING' });
        clock.after(how.pendingMs, () => authorise(p));
      }
      return p;
    },
    async refuse(ref) {
      const p = made(ref, ordered(ref), 'visa');
      await refused(p);
      return p;
    },
    async failCapture(ref) {
      const p = theOne(ref);
      p.state = 'capture_failed';
      note(p, 'CaptureFailed', p.amount);
      await changed(p, 'CAPTURE_FAILED', { psp: newPsp(), reference: '' }, { reason: 'Capture Failed' });
    },
    async recapture(ref) {
      const p = theOne(ref);
      p.state = 'captured';
      note(p, 'SentForSettle', p.amount);
      await changed(p, 'CAPTURE', { psp: newPsp(), reference: '' }, { reason: 'Transaction Recaptured' });
    },
    async failRefund(ref) {
      const p = theOne(ref);
      const step = p.steps.findLast((s) => s.type === 'SentForRefund')!;
      note(p, 'RefundFailed', step.amount, step.change);
      await changed(p, 'REFUND_FAILED', step.change!, { amount: step.amount });
    },
    async expire(ref) {
      const p = theOne(ref);
      p.state = 'expired';
      note(p, 'Expired', p.amount);
      await tell(p, { eventCode: 'EXPIRE' });
    },
    async giveBack(ref, value) {
      const p = theOne(ref);
      const amount = { ...p.amount, value };
      const change = { psp: newPsp(), reference: '' };
      note(p, 'SentForRefund', amount, change);
      await changed(p, 'REFUND', change, { amount });
    },
    tell: (ref, event) => tell(theOne(ref), event),
    faultNotify: (fault, times = 1, of) => notifyFaults.add(fault, times, of),
    faultAnswer: (fault, times = 1, of) => answerFaults.add(fault, times, of),
    faultBill: (fault, times = 1) => billFaults.add(fault, times),
    faultPayout(_, times = 1) {
      for (let days = 0; days < times; days += 1) returned.add(dayOf(clock.now()).add({ days }).toString());
    },
    rotateKeys() {
      hmacKey = newHmacKey();
    },
    fired,
    notified: notifier.answers,
    close: listening.close,
  };
}

const API = '/v72';

/** Answers that are made in front of the truth. */
const MADE: Readonly<Record<string, Reply>> = {
  limited: {
    status: 429,
    body: { status: 429, errorCode: '', message: 'Too Many Requests' },
    headers: { 'retry-after': '2' },
  },
  broken: { status: 500, body: { status: 500, errorCode: '905', message: 'Payment details are not supported' } },
  not_there: notThere(),
  under_way: {
    status: 422,
    body: {
      status: 422,
      errorCode: '704',
      message: 'request already processed or in progress',
      errorType: 'validation',
    },
    headers: { 'transient-error': 'true' },
  },
};

function requestOf(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}

/** What an account of ours needs to talk to it. */
export function accountFor(sim: AdyenSim): Readonly<{
  provider: 'adyen';
  merchantNo: string;
  baseUrl: string;
  settings: Readonly<Record<string, string>>;
  credentials: ReadonlyArray<
    Readonly<{ kind: string; id: string; value: string; notAfter: Temporal.Instant | undefined }>
  >;
}> {
  const given: ReadonlyArray<readonly [kind: string, value: string]> = [
    ['hmac_key', sim.hmacKey()],
    ['api_key', sim.apiKey],
    ['report_login', sim.reportLogin],
  ];
  return {
    provider: 'adyen',
    merchantNo: sim.merchantAccount,
    baseUrl: sim.apiUrl,
    settings: { capture: sim.capture, reports_url: sim.url },
    credentials: given.map(([kind, value]) => ({ kind, id: '', value, notAfter: undefined })),
  };
}
