/** A shop at WeChat Pay whose notifications a test makes and sends itself, in any number, order and damage. */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { refundSays, type Trade, tradeSays } from '../../sim/channels/wechatpay/truth.ts';
import { certificateKeys, type Keys, sealed, signed } from '../../sim/channels/wechatpay/wire.ts';
import { putRoute } from '../../src/api/auth.ts';
import { type Served, serve } from '../../src/api/wire.ts';
import { openArchive } from '../../src/base/archive.ts';
import { clock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/secret.ts';
import { vaultOf } from '../../src/base/vault.ts';
import { Accounts } from '../../src/channels/accounts.ts';
import type { Book } from '../../src/db/pool.ts';
import { temporary } from './database.ts';

export const MCHID = '1900000001';
export const APIV3_KEY = '0123456789abcdef0123456789abcdef';

export type Shop = Readonly<{ tenantId: string; accountId: string; path: string; keys: Keys }>;

/** An account of this tenant that hears notifications, and asks nobody unless it has an address to ask at. */
export async function shopOn(
  book: Book,
  tenantId: string,
  masterKey: Uint8Array,
  more: Readonly<{ keys?: Keys; orderMode?: 'required' | 'none'; baseUrl?: string; merchantPem?: string }> = {},
): Promise<Shop> {
  const keys = more.keys ?? certificateKeys(clock.now());
  const address = newToken('notify');
  const accountId = await book.tenant(tenantId, async (tx) => {
    const id = await new Accounts(vaultOf([masterKey])).create(tx, {
      provider: 'wechatpay',
      name: 'shop',
      merchantNo: MCHID,
      livemode: false,
      feed: 'none',
      orderMode: more.orderMode ?? 'none',
      baseUrl: more.baseUrl ?? 'http://127.0.0.1:9',
      settings: {},
      credentials: [
        { kind: 'apiv3_key', id: '', value: APIV3_KEY, notAfter: undefined },
        { kind: 'platform_key', id: keys.id, value: keys.pem, notAfter: undefined },
        ...(more.merchantPem === undefined
          ? []
          : [{ kind: 'merchant_key', id: 'SERIAL', value: more.merchantPem, notAfter: undefined }]),
      ],
    });
    await putRoute(tx, address, 'notify', id, undefined);
    return id;
  });
  return { tenantId, accountId, path: `/v1/notifications/wechatpay/${address}`, keys };
}

/** A server in this process on that book. */
export async function serveOn(
  book: Book,
  masterKey: Uint8Array,
): Promise<Readonly<{ served: Served; errors: unknown[] }>> {
  const errors: unknown[] = [];
  const served = await serve(
    {
      book,
      vault: vaultOf([masterKey]),
      archive: openArchive(temporary()),
      allowPrivate: ['127.0.0.1/32'],
      version: 'test',
      told: (error) => errors.push(error),
    },
    { host: '127.0.0.1', port: 0 },
  );
  return { served, errors };
}

export type Event = Readonly<{ id: string; type: 'transaction' | 'refund'; event: string; at: string; says: object }>;
export type Notice = Readonly<{ headers: Record<string, string>; body: string }>;

/** What the event says never changes; how it is sealed and signed does, each time it is sent. */
export function noticeOf(event: Event, keys: Keys, apiv3Key = APIV3_KEY): Notice {
  const body = JSON.stringify({
    id: event.id,
    create_time: event.at,
    resource_type: 'encrypt-resource',
    event_type: event.event,
    summary: event.type === 'refund' ? '退款' : '支付成功',
    resource: { original_type: event.type, ...sealed(JSON.stringify(event.says), apiv3Key, event.type) },
  });
  return { headers: { ...signed(body, keys, clock.now()), 'content-type': 'application/json' }, body };
}

/** A success of `100 + i` fen under a number made of `i`. */
export function paidEvent(i: number, prefix = 'K', mchid = MCHID): Event {
  const at = '2026-11-27T09:00:00+08:00';
  return {
    id: `EV-${prefix}${i}`,
    type: 'transaction',
    event: 'TRANSACTION.SUCCESS',
    at,
    says: {
      mchid,
      out_trade_no: refOf(i, prefix),
      transaction_id: `4200${String(i).padStart(24, '0')}`,
      trade_state: 'SUCCESS',
      success_time: at,
      amount: { total: 100 + i, payer_total: 100 + i, currency: 'CNY' },
    },
  };
}
export const refOf = (i: number, prefix = 'K'): string => `${prefix}${String(i).padStart(8, '0')}`;

const stamp = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO('Asia/Shanghai').toString({ smallestUnit: 'second', timeZoneName: 'never' });

/** All that the channel ever tells of one payment: its success, then its refunds in the order in which they ended. */
export function storyOf(
  i: number,
  paidAt: Temporal.Instant,
  refunds: ReadonlyArray<Readonly<{ fen: number; afterMs: number; status: 'SUCCESS' | 'CLOSED' | 'ABNORMAL' }>>,
): readonly Event[] {
  const trade: Trade = {
    mchid: MCHID,
    subMchid: undefined,
    outTradeNo: refOf(i, 'S'),
    appid: 'wx0000000000000001',
    description: '茶饮',
    notifyUrl: undefined,
    tradeType: 'NATIVE',
    total: 10_000,
    deviceId: undefined,
    createdAt: paidAt.subtract({ minutes: 1 }),
    expiresAt: paidAt.add({ hours: 1 }),
    state: 'SUCCESS',
    transactionId: `4200${String(i).padStart(24, '0')}`,
    payerTotal: 10_000,
    successAt: paidAt,
    revokedAt: undefined,
    refunds: [],
  };
  const paid: Event = {
    id: `EV-S${i}`,
    type: 'transaction',
    event: 'TRANSACTION.SUCCESS',
    at: stamp(paidAt),
    says: tradeSays(trade),
  };
  return [
    paid,
    ...refunds.map(({ fen, afterMs, status }, n): Event => {
      const at = paidAt.add({ milliseconds: afterMs });
      const refund = {
        outRefundNo: `R${i}-${n}`,
        refundId: `5030${i}${n}`,
        amount: fen,
        createdAt: paidAt,
        status,
        successAt: status === 'SUCCESS' ? at : undefined,
      };
      return {
        id: `EV-R${i}-${n}`,
        type: 'refund',
        event: `REFUND.${status}`,
        at: stamp(at),
        says: refundSays(trade, refund, 'notification'),
      };
    }),
  ];
}

export type Reply = Readonly<{ status: number; retryAfter: string | undefined; ms: number }>;

/** Status 0 where no whole answer came. */
export function send(url: string, { headers, body }: Notice, agent?: http.Agent, timeoutMs = 10_000): Promise<Reply> {
  const from = performance.now();
  return new Promise((done) => {
    let status = 0;
    let retryAfter: string | undefined;
    const end = (whole: boolean): void =>
      done({ status: whole ? status : 0, retryAfter, ms: performance.now() - from });
    const request = http.request(
      url,
      { method: 'POST', headers, timeout: timeoutMs, ...(agent === undefined ? {} : { agent }) },
      (response) => {
        status = response.statusCode ?? 0;
        retryAfter = response.headers['retry-after'];
        response.resume();
        response.on('end', () => end(true));
        response.on('error', () => end(false));
        response.on('close', () => end(false));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => end(false));
    request.end(body);
  });
}

export const agentOf = (connections: number): http.Agent =>
  new http.Agent({ keepAlive: true, maxSockets: connections });

/** Works through the list, so many at once. */
export async function together<T>(items: Iterable<T>, width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

export type Counts = Readonly<{
  messages: number;
  unfolded: number;
  observations: number;
  captured: number;
  events: number;
  told: number;
}>;

export async function countsOf(book: Book, tenantId: string): Promise<Counts> {
  return await book.tenant(tenantId, (tx) =>
    tx.one<Counts>(
      `select (select count(*)::int from messages where tenant_id = $1) as messages,
              (select coalesce(sum(1 + coalesce(cardinality(rest_ids), 0)), 0)::int from unfolded where tenant_id = $1) as unfolded,
              (select count(*)::int from observations where tenant_id = $1) as observations,
              (select count(*)::int from payments where tenant_id = $1 and position = 'captured') as captured,
              (select count(*)::int from events where tenant_id = $1) as events,
              (select count(distinct payment_id)::int from events where tenant_id = $1) as told`,
      [tx.tenantId],
    ),
  );
}

export const masterKeyOf = (): Buffer => randomBytes(32);
