/**
 * The rows behind the traces, one query a function. Only `advance.ts` calls what writes.
 */
import { newId } from '../base/ids.ts';
import { money } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues, values } from '../db/values.ts';
import {
  type Funding,
  type HoldReason,
  type Kind,
  type Observed,
  type Ref,
  type RefKind,
  type RefundState,
  type Source,
  tailOf,
} from '../observations/observation.ts';
import type { Kept } from './fold.ts';
import { newPayment, PAYMENT_COLUMNS, type Payment, type PaymentRow, paymentOf, WRITTEN } from './payment.ts';

type Wanted = Readonly<{ accountId: string; livemode: boolean; ref: string; product: string | undefined }>;

/** Payments that have no row yet, with the orders that the merchant told under the same numbers. */
export async function draftPayments(tx: TenantTx, wanted: readonly Wanted[]): Promise<readonly Payment[]> {
  const drafts: Payment[] = [];
  for (const [livemode, of] of Map.groupBy(wanted, (w) => w.livemode)) {
    const rows = await tx.rows<{ now: Temporal.Instant; ref: string | null; id: string | null }>(
      `select t.now, o.ref, o.id from (select now() as now) t
         left join orders o on o.tenant_id = $1 and o.livemode = $2 and o.ref = any($3)`,
      [tx.tenantId, livemode, of.map((w) => w.ref)],
    );
    const createdAt = rows[0]!.now;
    const orderOf = new Map(rows.map((r) => [r.ref, r.id]));
    for (const w of of)
      drafts.push(newPayment({ ...w, id: newId(), orderId: orderOf.get(w.ref) ?? undefined, createdAt }));
  }
  return drafts;
}

/** PostgreSQL's own codes: what is there already, and what the pool runs again. */
const UNIQUE_VIOLATION = '23505';
const SERIALIZATION_FAILURE = '40001';

/**
 * Rows of what was not there a moment ago. `on conflict` would look for each row before it is written and confirm it afterwards, which costs
 * as much as the row; where another transaction made the same meanwhile, all of this one runs again instead, with that one in view.
 */
async function insertNew(tx: TenantTx, sql: string, params: readonly unknown[]): Promise<void> {
  try {
    await tx.run(sql, params);
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    throw Object.assign(new Error('another made the same', { cause: error }), { code: SERIALIZATION_FAILURE });
  }
}

/** Rows must be in the order of (account, reference). */
export async function insertPayments(tx: TenantTx, payments: readonly Payment[]): Promise<void> {
  for (const chunk of inChunks(payments, WRITTEN.length + 6)) {
    const v = tenantValues(
      ['uuid', 'boolean', 'uuid', 'text', 'text', ...WRITTEN.map(([, type]) => type)],
      chunk.map((p) => [
        p.id,
        p.livemode,
        p.accountId,
        p.direction,
        p.ref,
        ...WRITTEN.map(([, , of]) => of(p) ?? null),
      ]),
    );
    await insertNew(
      tx,
      `insert into payments (tenant_id, id, livemode, account_id, direction, ref, ${WRITTEN_NAMES}) ${v.text}`,
      [tx.tenantId, ...v.params],
    );
  }
}

const WRITTEN_NAMES = WRITTEN.map(([column]) => column).join(', ');

/** In the order in which they are wanted: a look-up by the unique index for each, also in a book so new that it has no statistics. */
export async function lockPayments(
  tx: TenantTx,
  wanted: ReadonlyArray<Readonly<{ accountId: string; ref: string }>>,
): Promise<readonly Payment[]> {
  const locked: Payment[] = [];
  for (const chunk of inChunks(wanted, 2)) {
    const v = values(
      ['uuid', 'text'],
      chunk.map((w) => [w.accountId, w.ref]),
    );
    const rows = await tx.rows<PaymentRow>(
      `select p.* from (${v.text}) as v (account_id, ref) cross join lateral (
         select ${PAYMENT_COLUMNS} from payments
          where tenant_id = $1 and account_id = v.account_id and direction = 'in' and ref = v.ref for update) p`,
      [tx.tenantId, ...v.params],
    );
    locked.push(...rows.map(paymentOf));
  }
  return locked;
}

export async function paymentById(tx: TenantTx, id: string): Promise<Payment> {
  return paymentOf(
    await tx.one<PaymentRow>(`select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and id = $2`, [
      tx.tenantId,
      id,
    ]),
  );
}

export async function lockPaymentsById(tx: TenantTx, ids: readonly string[]): Promise<readonly Payment[]> {
  const rows = await tx.rows<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and id = any($2) order by account_id, ref for update`,
    [tx.tenantId, [...ids]],
  );
  return rows.map(paymentOf);
}

/** Writes traces and verdicts where the version is still the one that was read; returns how many were written. */
export async function writeTraces(tx: TenantTx, payments: readonly Payment[]): Promise<number> {
  let written = 0;
  for (const chunk of inChunks(payments, WRITTEN.length + 2)) {
    const v = values(
      ['uuid', ...WRITTEN.map(([, type]) => type)],
      chunk.map((p) => [p.id, ...WRITTEN.map(([, , of]) => of(p) ?? null)]),
    );
    written += await tx.run(
      `update payments p set ${WRITTEN.map(([column]) => `${column} = v.${column}`).join(', ')}, updated_at = now()
         from (${v.text}) as v (id, ${WRITTEN_NAMES})
        where p.tenant_id = $1 and p.id = v.id and p.version = v.version - 1`,
      [tx.tenantId, ...v.params],
    );
  }
  return written;
}

type ObservationRow = Readonly<{
  id: string;
  payment_id: string;
  source: Source;
  key: string;
  body_hash: Buffer;
  occurred_at: Temporal.Instant;
  kind: Kind;
  said: string;
  amount_minor: bigint | null;
  payer_minor: bigint | null;
  currency: string | null;
  refund_ref: string | null;
  refund_state: RefundState | null;
  hold: Readonly<{ ref: string; reason: HoldReason; until?: string }> | null;
  dispute_ref: string | null;
  refund_to: Funding | null;
  expires_at: Temporal.Instant | null;
  refs: ReadonlyArray<{ kind: RefKind; value: string }>;
  message_id: string | null;
  received_at: Temporal.Instant;
  last_seen_at: Temporal.Instant;
  times: number;
  place: Observed['place'] | null;
}>;

const OBSERVATION_COLUMNS = `id, payment_id, source, key, body_hash, occurred_at, kind, said, amount_minor, payer_minor, currency,
  refund_ref, refund_state, hold, dispute_ref, refund_to, expires_at, refs, message_id, received_at, last_seen_at, times,
  place`;

export async function observationRows(tx: TenantTx, paymentIds: readonly string[]): Promise<readonly ObservationRow[]> {
  return await tx.rows<ObservationRow>(
    `select ${OBSERVATION_COLUMNS} from observations where tenant_id = $1 and payment_id = any($2)`,
    [tx.tenantId, [...paymentIds]],
  );
}

/** The observations of payments, by payment. */
export async function observationsOf(tx: TenantTx, paymentIds: readonly string[]): Promise<Map<string, Kept[]>> {
  const all = new Map<string, Kept[]>();
  if (paymentIds.length === 0) return all;
  for (const row of await observationRows(tx, paymentIds)) {
    const list = all.get(row.payment_id);
    if (list === undefined) all.set(row.payment_id, [keptOf(row)]);
    else list.push(keptOf(row));
  }
  return all;
}

function keptOf(row: ObservationRow): Kept {
  const { currency } = row;
  return {
    id: row.id,
    source: row.source,
    key: row.key,
    bodyHash: row.body_hash.toString('hex'),
    kind: row.kind,
    occurredAt: row.occurred_at,
    refs: row.refs,
    said: row.said,
    ...(row.amount_minor !== null && currency !== null ? { amount: money(row.amount_minor, currency) } : {}),
    ...(row.payer_minor !== null && currency !== null ? { payerAmount: money(row.payer_minor, currency) } : {}),
    ...(row.refund_ref !== null && row.refund_state !== null
      ? {
          refund: {
            ref: row.refund_ref,
            state: row.refund_state,
            ...(row.refund_to !== null && { to: row.refund_to }),
          },
        }
      : {}),
    ...(row.hold === null ? {} : { hold: holdOf(row.hold) }),
    ...(row.dispute_ref === null ? {} : { dispute: { ref: row.dispute_ref } }),
    ...(row.expires_at !== null ? { expiresAt: row.expires_at } : {}),
    lastSeenAt: row.last_seen_at,
    times: row.times,
  };
}

const holdOf = ({ until, ...hold }: NonNullable<ObservationRow['hold']>): NonNullable<Kept['hold']> =>
  until === undefined ? hold : { ...hold, until: Temporal.Instant.from(until) };

export type NewObservation = Readonly<{
  id: string;
  accountId: string;
  paymentId: string | undefined;
  observed: Observed;
  bodyHash: string;
  messageId: string | undefined;
  heardAt: Temporal.Instant;
  times: number;
}>;

/** Appends; one that is there already (it waited, or came twice at once) stays as it is. Of `isNew` payments there is none. */
export async function insertObservations(
  tx: TenantTx,
  rows: readonly NewObservation[],
  isNew: (paymentId: string) => boolean = () => false,
): Promise<void> {
  const [first, more] = apart(rows, (row) => row.paymentId !== undefined && isNew(row.paymentId));
  await appendObservations(tx, first, insertNew, '');
  await appendObservations(tx, more, (t, sql, params) => t.run(sql, params), 'on conflict do nothing');
}

/** Those for which it is true, and the others. */
function apart<T>(all: readonly T[], isFirst: (it: T) => boolean): readonly [T[], T[]] {
  const of = Map.groupBy(all, isFirst);
  return [of.get(true) ?? [], of.get(false) ?? []];
}

async function appendObservations(
  tx: TenantTx,
  rows: readonly NewObservation[],
  insert: (tx: TenantTx, sql: string, params: readonly unknown[]) => Promise<unknown>,
  otherwise: string,
): Promise<void> {
  for (const chunk of inChunks(rows, 23)) {
    const v = tenantValues(
      [
        'uuid',
        'uuid',
        'uuid',
        'text',
        'text',
        'bytea',
        'text',
        'timestamptz',
        'text',
        'bigint',
        'bigint',
        'text',
        'text',
        'text',
        'json',
        'text',
        'text',
        'timestamptz',
        'json',
        'uuid',
        'timestamptz',
        'int',
        'json',
      ],
      chunk.map(({ observed: o, ...row }) => [
        row.id,
        row.accountId,
        row.paymentId ?? null,
        o.source,
        o.key,
        Buffer.from(row.bodyHash, 'hex'),
        o.kind,
        o.occurredAt,
        o.said,
        o.amount?.minor ?? null,
        o.payerAmount?.minor ?? null,
        o.amount?.currency ?? null,
        o.refund?.ref ?? null,
        o.refund?.state ?? null,
        o.hold === undefined ? null : JSON.stringify(o.hold),
        o.dispute?.ref ?? null,
        o.refund?.to ?? null,
        o.expiresAt ?? null,
        JSON.stringify(o.refs),
        row.messageId ?? null,
        row.heardAt,
        row.times,
        o.place === undefined ? null : JSON.stringify(o.place),
      ]),
    );
    await insert(
      tx,
      `insert into observations (tenant_id, id, account_id, payment_id, source, key, body_hash, kind, occurred_at, said,
         amount_minor, payer_minor, currency, refund_ref, refund_state, hold, dispute_ref, refund_to, expires_at, refs, message_id,
         last_seen_at, times, place)
       ${v.text} ${otherwise}`,
      [tx.tenantId, ...v.params],
    );
  }
}

/** The same was said again: only when and how often is new. */
export async function touchObservations(
  tx: TenantTx,
  again: ReadonlyArray<Readonly<{ paymentId: string; kept: Kept }>>,
): Promise<void> {
  for (const chunk of inChunks(again, 5)) {
    const v = values(
      ['uuid', 'uuid', 'timestamptz', 'timestamptz', 'int'],
      chunk.map(({ paymentId, kept: k }) => [paymentId, k.id, k.occurredAt, k.lastSeenAt, k.times]),
    );
    await tx.run(
      `update observations o set last_seen_at = v.last_seen_at, times = v.times
         from (${v.text}) as v (payment_id, id, occurred_at, last_seen_at, times)
        where o.tenant_id = $1 and o.payment_id = v.payment_id and o.id = v.id and o.occurred_at = v.occurred_at`,
      [tx.tenantId, ...v.params],
    );
  }
}

export type Link = Readonly<{ accountId: string; paymentId: string; ref: Ref }>;

/** Of `isNew` payments none is there. */
export async function insertRefs(
  tx: TenantTx,
  links: readonly Link[],
  isNew: (paymentId: string) => boolean,
): Promise<void> {
  const [first, more] = apart(links, (link) => isNew(link.paymentId));
  await appendRefs(tx, first, insertNew, '');
  await appendRefs(tx, more, (t, sql, params) => t.run(sql, params), 'on conflict do nothing');
}

async function appendRefs(
  tx: TenantTx,
  links: readonly Link[],
  insert: (tx: TenantTx, sql: string, params: readonly unknown[]) => Promise<unknown>,
  otherwise: string,
): Promise<void> {
  const sorted = links.toSorted(byName);
  const rows = sorted
    .filter((l, i) => i === 0 || byName(sorted[i - 1]!, l) !== 0)
    .map(({ ref, paymentId }) => [ref.value, ref.kind, paymentId]);
  for (const chunk of inChunks(rows, 3)) {
    const v = tenantValues(['text', 'text', 'uuid'], chunk);
    await insert(tx, `insert into refs (tenant_id, value, kind, payment_id) ${v.text} ${otherwise}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
}

const byName = (a: Link, b: Link): number =>
  compareText(a.ref.value, b.ref.value) || compareText(a.ref.kind, b.ref.kind) || compareText(a.paymentId, b.paymentId);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The payments of accounts that are known by any of these references. */
export async function paymentsByRefs(
  tx: TenantTx,
  wanted: ReadonlyArray<Readonly<{ accountId: string; ref: Ref }>>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const chunk of inChunks(wanted, 4)) {
    const v = values(
      ['uuid', 'text', 'text', 'text'],
      chunk.map((w) => [w.accountId, w.ref.value, w.ref.kind, tailOf(w.ref.value)]),
    );
    const rows = await tx.rows<{ account_id: string; value: string; kind: string; ref: string }>(
      `select p.account_id, r.value, r.kind, p.ref
         from (${v.text}) as v (account_id, value, kind, tail)
         join refs r on r.tenant_id = $1 and r.tail = v.tail and r.value = v.value and r.kind = v.kind
         join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.account_id = v.account_id`,
      [tx.tenantId, ...v.params],
    );
    for (const r of rows) found.set(`${r.account_id}\u001f${r.kind}\u001f${r.value}`, r.ref);
  }
  return found;
}

export async function putWaiting(
  tx: TenantTx,
  rows: ReadonlyArray<Readonly<{ accountId: string; ref: Ref; observationId: string; occurredAt: Temporal.Instant }>>,
): Promise<void> {
  for (const chunk of inChunks(rows, 6)) {
    const v = tenantValues(
      ['uuid', 'text', 'text', 'uuid', 'timestamptz'],
      chunk.map((w) => [w.accountId, w.ref.value, w.ref.kind, w.observationId, w.occurredAt]),
    );
    await tx.run(
      `insert into waiting (tenant_id, account_id, value, kind, observation_id, occurred_at) ${v.text} on conflict do nothing`,
      [tx.tenantId, ...v.params],
    );
  }
}

/** Waiting observations whose references have appeared meanwhile: two transactions that did not see each other. */
export async function lateLinks(tx: TenantTx): Promise<readonly Link[]> {
  const rows = await tx.rows<{ account_id: string; payment_id: string; kind: RefKind; value: string }>(
    `select distinct w.account_id, r.payment_id, w.kind, w.value
       from (select account_id, kind, value, reverse(right(value, 8)) as tail from waiting where tenant_id = $1 offset 0) w
       join refs r on r.tenant_id = $1 and r.tail = w.tail and r.value = w.value and r.kind = w.kind
       join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.account_id = w.account_id limit 500`,
    [tx.tenantId],
  );
  return rows.map((r) => ({
    accountId: r.account_id,
    paymentId: r.payment_id,
    ref: { kind: r.kind, value: r.value },
  }));
}

/** Gives waiting observations to the payments whose references have appeared; returns those payments. */
export async function collectWaiting(tx: TenantTx, links: readonly Link[]): Promise<ReadonlySet<string>> {
  const joined = new Set<string>();
  if (links.length === 0) return joined;
  const { waits } = await tx.one<{ waits: boolean }>(
    'select exists (select from waiting where tenant_id = $1) as waits',
    [tx.tenantId],
  );
  if (!waits) return joined;
  for (const chunk of inChunks(links, 4)) {
    const v = values(
      ['uuid', 'text', 'text', 'uuid'],
      chunk.map((l) => [l.accountId, l.ref.value, l.ref.kind, l.paymentId]),
    );
    const rows = await tx.rows<{ payment_id: string }>(
      `with met as (
         delete from waiting w using (${v.text}) as v (account_id, value, kind, payment_id)
          where w.tenant_id = $1 and w.account_id = v.account_id and w.value = v.value and w.kind = v.kind
         returning w.observation_id, w.occurred_at, v.payment_id)
       update observations o set payment_id = met.payment_id from met
        where o.tenant_id = $1 and o.id = met.observation_id and o.occurred_at = met.occurred_at and o.payment_id is null
       returning o.payment_id`,
      [tx.tenantId, ...v.params],
    );
    for (const r of rows) joined.add(r.payment_id);
  }
  return joined;
}
