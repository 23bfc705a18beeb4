/**
 * Sends what is to be sent: events to webhook endpoints (Standard Webhooks 1.0.0), and channel notifications passed on byte for byte.
 * At least once: a delivery whose outcome is not known is sent again under the same id.
 *
 * An endpoint that answers 410 is disabled. An acknowledged repair, or relay of a success, is the merchant's record (`recorded`).
 */
import { newId } from '../base/ids.ts';
import type { Vault } from '../base/vault.ts';
import type { Accounts } from '../channels/accounts.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import type { Follow } from '../traces/advance.ts';
import { lockPaymentsById } from '../traces/store.ts';
import { raise } from './cases.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import type { Pace } from './pace.ts';
import { recorded } from './repair.ts';
import { nextTry, type Sender, type Sent } from './webhook.ts';

/** Twice the lanes: even where every try takes its whole time, the lease outlasts them. */
const EACH = 32;
const LEASE_MS = 60_000;
const AT_ONCE = 16;

export type Delivering = Readonly<{
  book: Book;
  accounts: Accounts;
  vault: Vault;
  follow: Follow;
  pace: Pace;
  sender: Sender;
}>;

/** One sweep; returns how many were sent. */
export async function deliverDue(on: Delivering): Promise<number> {
  return await workDue(on.book, 'deliver', EACH, LEASE_MS, async (tenantId, ids) => {
    const parcels = await on.book.tenant(tenantId, (tx) => load(tx, on, ids));
    await eachAtOnce(parcels, AT_ONCE, async (parcel) => {
      const outcome = await parcel.send();
      await on.book.tenant(tenantId, (tx) => note(tx, on, parcel, outcome));
    });
    return parcels.length;
  });
}

type Parcel = Readonly<{
  id: string;
  kind: 'event' | 'relay';
  attempts: number;
  endpointId: string | undefined;
  messageId: string | undefined;
  paymentId: string | undefined;
  type: string | undefined;
  livemode: boolean;
  send(): Promise<Sent>;
}>;

type Row = Readonly<{
  id: string;
  kind: 'event' | 'relay';
  attempts: number;
  endpoint_id: string | null;
  account_id: string | null;
  message_id: string | null;
  payment_id: string | null;
  url: string | null;
  endpoint_state: string | null;
  sealed_secret: Buffer | null;
  sealed_previous: Buffer | null;
  previous_holds: boolean | null;
  event_id: string | null;
  type: string | null;
  body: Record<string, unknown> | null;
  event_at: Temporal.Instant | null;
  livemode: boolean | null;
  headers: Record<string, string> | null;
  message_body: Buffer | null;
}>;

async function load(tx: TenantTx, on: Delivering, ids: readonly string[]): Promise<readonly Parcel[]> {
  const rows = await tx.rows<Row>(
    `select d.id, d.kind, d.attempts, d.endpoint_id, d.account_id, d.message_id, d.payment_id, w.url, w.state as endpoint_state,
            w.sealed_secret, w.sealed_previous, w.previous_until > now() as previous_holds,
            e.id as event_id, e.type, e.body::json as body, e.at as event_at, e.livemode, m.headers::json as headers, m.body as message_body
       from deliveries d
       left join webhook_endpoints w on w.tenant_id = $1 and w.id = d.endpoint_id
       left join events e on e.tenant_id = $1 and e.seq = d.event_seq
       left join messages m on m.tenant_id = $1 and m.id = d.message_id
      where d.tenant_id = $1 and d.id = any($2) and d.state = 'waiting'`,
    [tx.tenantId, [...ids]],
  );
  const found = new Set(rows.map((r) => r.id));
  await clearDue(
    tx,
    'deliver',
    ids.filter((id) => !found.has(id)),
  );
  const parcels: Parcel[] = [];
  for (const row of rows) {
    const send = row.kind === 'relay' ? await relay(tx, on, row) : event(tx, on, row);
    const relayed = row.account_id === null ? undefined : await on.accounts.get(tx, row.account_id);
    parcels.push({
      id: row.id,
      kind: row.kind,
      attempts: row.attempts,
      endpointId: row.endpoint_id ?? undefined,
      messageId: row.message_id ?? undefined,
      paymentId: row.payment_id ?? undefined,
      type: row.type ?? undefined,
      livemode: row.livemode ?? relayed?.account.livemode ?? false,
      send,
    });
  }
  return parcels;
}

/** The body of an event as it is sent: the same bytes at every try. */
export const eventText = (e: Readonly<{ type: string; at: Temporal.Instant; body: Record<string, unknown> }>): string =>
  JSON.stringify({ type: e.type, timestamp: e.at.toString(), data: e.body });

function event(tx: TenantTx, on: Delivering, row: Row): () => Promise<Sent> {
  if (row.endpoint_state !== 'enabled')
    return async () => ({ outcome: 'gone', status: undefined, detail: 'the endpoint is disabled' });
  const context = [tx.tenantId, row.endpoint_id!, 'webhook', ''];
  const secrets = [on.vault.open(row.sealed_secret!, context)];
  if (row.previous_holds === true && row.sealed_previous !== null)
    secrets.push(on.vault.open(row.sealed_previous, context));
  const body = eventText({ type: row.type!, at: row.event_at!, body: row.body! });
  return () => on.sender.event({ url: row.url!, id: row.event_id!, secrets, body });
}

/** The channel's own bytes and the headers its SDK verifies by. */
async function relay(tx: TenantTx, on: Delivering, row: Row): Promise<() => Promise<Sent>> {
  const { forwardUrl } = await on.accounts.get(tx, row.account_id!);
  if (forwardUrl === undefined)
    return async () => ({ outcome: 'gone', status: undefined, detail: 'the account forwards to no address' });
  return () => on.sender.relay({ url: forwardUrl, headers: row.headers ?? {}, body: row.message_body! });
}

async function note(tx: TenantTx, on: Delivering, parcel: Parcel, sent: Sent): Promise<void> {
  const attempts = parcel.attempts + 1;
  const wait = sent.outcome === 'failed' ? nextTry(attempts, on.pace.jitter()) : undefined;
  const state = sent.outcome === 'acknowledged' ? 'delivered' : wait === undefined ? 'gave_up' : 'waiting';
  const mine = await tx.run(
    `update deliveries set state = $3, attempts = $4, last_status = $5, last_error = $6,
        ended_at = case when $3 = 'waiting' then null else now() end, last_sent_at = $8, last_signature = $9
      where tenant_id = $1 and id = $2 and state = 'waiting' and attempts = $7`,
    [
      tx.tenantId,
      parcel.id,
      state,
      attempts,
      sent.status ?? null,
      sent.detail.slice(0, 300),
      parcel.attempts,
      sent.signed?.at ?? null,
      sent.signed?.signature ?? null,
    ],
  );
  // Another process had the lease after ours ended, and has noted its own outcome.
  if (mine === 0) return;
  if (wait === undefined) await clearDue(tx, 'deliver', [parcel.id]);
  else await setDue(tx, [{ kind: 'deliver', id: parcel.id, inMs: wait }]);
  if (sent.outcome === 'acknowledged') await noteRecord(tx, on, parcel);
  else if (sent.outcome === 'gone' && parcel.endpointId !== undefined && sent.status !== undefined)
    await tx.run(
      `update webhook_endpoints set state = 'disabled', disabled_why = $3 where tenant_id = $1 and id = $2 and state = 'enabled'`,
      [tx.tenantId, parcel.endpointId, sent.detail.slice(0, 300)],
    );
  // That an endpoint was removed or disabled is known; only one that should hear and does not is news.
  const isOff = sent.outcome === 'gone' && sent.status === undefined;
  if (state === 'gave_up' && parcel.endpointId !== undefined && !isOff)
    await raise(tx, 'webhook_gave_up', { kind: 'endpoint', id: parcel.endpointId }, parcel.livemode, {
      detail: sent.detail.slice(0, 300),
    });
}

async function noteRecord(tx: TenantTx, on: Delivering, parcel: Parcel): Promise<void> {
  const isRepair = parcel.type === 'payment.unrecorded';
  if (parcel.paymentId === undefined || (parcel.kind !== 'relay' && !isRepair)) return;
  if (parcel.kind === 'relay' && !(await toldSuccess(tx, parcel))) return;
  const payments = await lockPaymentsById(tx, [parcel.paymentId]);
  await recorded(
    tx,
    {
      payments,
      key: () => `${parcel.kind}:${parcel.id}`,
      said: parcel.kind === 'relay' ? 'notification acknowledged' : 'webhook acknowledged',
      at: on.pace.now(),
    },
    on.follow,
  );
}

/** Of a customer who agreed, a payment that waits or a refund the merchant's system may have heard: that is no record of the payment. */
async function toldSuccess(tx: TenantTx, parcel: Parcel): Promise<boolean> {
  const told = await tx.maybe(
    `select 1 from observations where tenant_id = $1 and payment_id = $2 and message_id = $3 and kind = 'captured' limit 1`,
    [tx.tenantId, parcel.paymentId, parcel.messageId],
  );
  return told !== undefined;
}

/** A relayed notification becomes a delivery in the transaction that folds it. */
export async function relayFolded(
  tx: TenantTx,
  accounts: Accounts,
  messages: ReadonlyArray<Readonly<{ id: string; accountId: string }>>,
  paymentsOf: (messageId: string) => readonly string[],
): Promise<void> {
  const relayed = new Map<string, boolean>();
  for (const m of messages) {
    if (!relayed.has(m.accountId)) {
      const open = await accounts.get(tx, m.accountId);
      relayed.set(m.accountId, open.feed === 'relay' && open.forwardUrl !== undefined);
    }
    if (relayed.get(m.accountId) === false) continue;
    const id = newId();
    await tx.run(
      `insert into deliveries (tenant_id, id, kind, account_id, message_id, payment_id) values ($1, $2, 'relay', $3, $4, $5)`,
      [tx.tenantId, id, m.accountId, m.id, paymentsOf(m.id)[0] ?? null],
    );
    await setDue(tx, [{ kind: 'deliver', id, inMs: 0 }]);
  }
}
