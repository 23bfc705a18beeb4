/**
 * The demo: a tea shop whose customers pay by the simulated WeChat Pay, on the test side of a running book. It speaks to Daozhang as any
 * merchant does, over its HTTP API; now and then a notification is lost, late, or about another amount, and what becomes of it is told.
 */
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { StartDemo } from '../src/cli/serve.ts';
import type { NotifyFault } from './channels/wechatpay/notify.ts';
import { accountFor, startWeChatPaySim } from './channels/wechatpay/server.ts';
import { runningClock } from './clock.ts';

const MCHID = '1900000999';
const EVERY_MS = 4_000;
const WINDOW_MINUTES = 5;

type Kept = Readonly<{ channelId: string; path: string; endpointId: string }>;
type Event = Readonly<{
  seq: string;
  type: string;
  data: { payment?: { payment_ref: string; verdict?: { code: string } } };
}>;

/** Out of ten customers: what happens. */
const FORTUNES: ReadonlyArray<Extract<NotifyFault, string> | 'fine' | 'walks_away'> = [
  'fine',
  'fine',
  'fine',
  'fine',
  'fine',
  'walks_away',
  'lost',
  'lost',
  'duplicated',
  'first_lost',
];

export const startDemo: StartDemo = async ({ url, key, folder, lang, print }) => {
  const say = (en: string, zh: string): void => print(lang === 'zh' ? zh : en);
  const clock = runningClock(1);
  const shop = await startShop();
  const state = join(folder, 'demo.json');
  const kept: Kept | undefined = existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')) : undefined;
  let notifyUrl: string | undefined = kept === undefined ? undefined : `${url}${kept.path}`;
  const sim = await startWeChatPaySim({ clock, mchid: MCHID, notifyUrl: () => notifyUrl });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };

  const account = accountFor(sim);
  const credentials = account.credentials.map(({ kind, id, value }) => ({ kind, id, value }));
  const forward = { feed: 'relay', forward_url: `${shop.url}/notify` };
  if (kept === undefined) {
    const made = await call<{ id: string; notification_url: string }>('POST', '/v1/channels', {
      provider: 'wechatpay',
      name: 'demo',
      merchant_no: MCHID,
      base_url: sim.url,
      settings: account.settings,
      credentials,
      ...forward,
    });
    notifyUrl = made.notification_url;
    const endpoint = await call<{ id: string }>('POST', '/v1/webhook-endpoints', { url: `${shop.url}/events` });
    const next: Kept = { channelId: made.id, path: new URL(notifyUrl).pathname, endpointId: endpoint.id };
    writeFileSync(state, JSON.stringify(next));
  } else {
    // The shop and the channel stand at other ports after each start.
    await call('PATCH', `/v1/channels/${kept.channelId}`, { base_url: sim.url, credentials, ...forward });
    await call('DELETE', `/v1/webhook-endpoints/${kept.endpointId}`);
    const endpoint = await call<{ id: string }>('POST', '/v1/webhook-endpoints', { url: `${shop.url}/events` });
    writeFileSync(state, JSON.stringify({ ...kept, endpointId: endpoint.id }));
  }

  const paidAt = new Map<string, Temporal.Instant>();
  const planted = new Map<string, string>();
  let cursor =
    (await call<{ next?: string }>('GET', '/v1/events?after=0&limit=1')).next === undefined ? '0' : undefined;
  let number = 0;
  const stamp = clock
    .now()
    .toZonedDateTimeISO('Asia/Shanghai')
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })
    .replace(':', '');

  const customer = async (): Promise<void> => {
    number += 1;
    const ref = `DEMO-${stamp}-${String(number).padStart(4, '0')}`;
    const fen = randomInt(9, 60) * 100;
    const amount = `${fen / 100}.00`;
    const end = clock.now().add({ minutes: WINDOW_MINUTES });
    sim.place(ref, fen, { expiresAt: end });
    await call('POST', '/v1/orders', {
      order_ref: ref,
      amount: { amount, currency: 'CNY' },
      placed_at: clock.now().toString(),
      expires_at: end.toString(),
    });
    // The first one shows what this is about.
    const fortune = number === 1 ? 'lost' : FORTUNES[randomInt(FORTUNES.length)]!;
    if (fortune === 'walks_away') return;
    if (fortune !== 'fine') sim.faultNotify(fortune, 1, ref);
    clock.after(2_000, async () => {
      paidAt.set(ref, clock.now());
      if (fortune !== 'fine') planted.set(ref, fortune);
      if (fortune === 'lost' || fortune === 'first_lost')
        say(
          `  ${ref}  ${amount} CNY paid; its notification is lost on the way`,
          `  ${ref}  ${amount} 元已付款;通知在途中丢失`,
        );
      await sim.pay(ref);
    });
  };

  const tell = async (): Promise<void> => {
    cursor ??= await newest();
    const { items, next } = await call<{ items: readonly Event[]; next?: string }>(
      'GET',
      `/v1/events?after=${cursor}&limit=100`,
    );
    cursor = next ?? cursor;
    for (const event of items) {
      const ref = event.data.payment?.payment_ref;
      const at = ref === undefined ? undefined : paidAt.get(ref);
      if (ref === undefined || at === undefined || !planted.has(ref) || event.type !== 'payment.on_its_way') continue;
      const seconds = Math.round(at.until(clock.now()).total('seconds'));
      planted.delete(ref);
      say(
        `✓ ${ref}  found and recorded ${seconds} s after the customer paid      daozhang where ${ref}`,
        `✓ ${ref}  付款后 ${seconds} 秒查清并入账      daozhang where ${ref}`,
      );
    }
  };
  /** From a book that has events already only what comes from now on is told. */
  const newest = async (): Promise<string> => {
    let at = '0';
    for (;;) {
      const { next } = await call<{ next?: string }>('GET', `/v1/events?after=${at}&limit=500`);
      if (next === undefined) return at;
      at = next;
    }
  };

  say(
    'Demo: a tea shop on the test side, paid by a simulated WeChat Pay. Lost notifications are told here, and when they were found.',
    '演示:测试环境中的一家茶饮店,由模拟的微信支付收款。丢失的通知及其查清经过显示在下面。',
  );
  let stopped = false;
  const timers = [
    setInterval(() => !stopped && customer().catch(quiet), EVERY_MS),
    setInterval(() => !stopped && tell().catch(quiet), 1_000),
  ];
  return {
    async close() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      clock.close();
      await sim.close();
      await shop.close();
    },
  };
};

/** The server may be ending at this moment; the demo has nothing to lose. */
const quiet = (): void => {};

/** The shop's own order system: takes every notification and event with thanks. */
async function startShop(): Promise<Readonly<{ url: string; close(): Promise<void> }>> {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
