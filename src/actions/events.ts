/**
 * The feed: what changed, numbered in the order of commit. The number is taken from the tenant's counter in the transaction that writes
 * the event, so whoever reads after a number misses nothing; the counter's row is locked until that commit.
 */
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import { setDue } from './due.ts';

export type NewEvent = Readonly<{
  type: string;
  livemode: boolean;
  paymentId?: string | undefined;
  orderId?: string | undefined;
  body: Readonly<Record<string, unknown>>;
}>;

export type EventRow = Readonly<{
  seq: bigint;
  id: string;
  type: string;
  livemode: boolean;
  payment_id: string | null;
  order_id: string | null;
  body: Record<string, unknown>;
  at: Temporal.Instant;
}>;
export const EVENT_COLUMNS = 'seq, id, type, livemode, payment_id, order_id, body::json as body, at';

/** Appends events and makes a delivery of each for every endpoint that wants it. */
export async function appendEvents(tx: TenantTx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { event_seq: last } = await tx.one<{ event_seq: bigint }>(
    `insert into counters (tenant_id, event_seq) values ($1, $2)
     on conflict (tenant_id) do update set event_seq = counters.event_seq + excluded.event_seq returning event_seq`,
    [tx.tenantId, BigInt(events.length)],
  );
  const first = last - BigInt(events.length) + 1n;
  const numbered = events.map((e, i) => ({ ...e, id: newId(), seq: first + BigInt(i) }));
  for (const chunk of inChunks(numbered, 8)) {
    const v = tenantValues(
      ['bigint', 'uuid', 'boolean', 'text', 'uuid', 'uuid', 'text'],
      chunk.map((e) => [
        e.seq,
        e.id,
        e.livemode,
        e.type,
        e.paymentId ?? null,
        e.orderId ?? null,
        JSON.stringify(e.body),
      ]),
    );
    await tx.run(`insert into events (tenant_id, seq, id, livemode, type, payment_id, order_id, body) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
  await deliverTo(tx, numbered);
}

type Numbered = NewEvent & Readonly<{ id: string; seq: bigint }>;

async function deliverTo(tx: TenantTx, events: readonly Numbered[]): Promise<void> {
  const endpoints = await tx.rows<{ id: string; livemode: boolean; types: string[] }>(
    `select id, livemode, types from webhook_endpoints where tenant_id = $1 and state = 'enabled'`,
    [tx.tenantId],
  );
  const rows = events.flatMap((event) =>
    endpoints
      .filter((to) => to.livemode === event.livemode && wants(to.types, event.type))
      .map((to) => ({ id: newId(), endpointId: to.id, event })),
  );
  for (const chunk of inChunks(rows, 6)) {
    const v = tenantValues(
      ['uuid', 'text', 'uuid', 'bigint', 'uuid'],
      chunk.map((r) => [r.id, 'event', r.endpointId, r.event.seq, r.event.paymentId ?? null]),
    );
    await tx.run(`insert into deliveries (tenant_id, id, kind, endpoint_id, event_seq, payment_id) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
  await setDue(
    tx,
    rows.map((r) => ({ kind: 'deliver', id: r.id, inMs: 0 })),
  );
}

/** `*`, `payment.*` or the type itself. */
export const wants = (types: readonly string[], type: string): boolean =>
  types.some((t) => t === '*' || t === type || (t.endsWith('.*') && type.startsWith(t.slice(0, -1))));
