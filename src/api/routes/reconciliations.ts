/** Reconciliations of the book's documents, while they run and when they are done. */
import { z } from 'zod';
import { setDue } from '../../actions/due.ts';
import { cancelReconciliation, nameDocuments } from '../../actions/reconcile.ts';
import { DaozhangError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isZone } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { actorOf, type Caller, isStillIn } from '../auth.ts';
import * as shape from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';
import { sse } from '../sse.ts';
import { sendBytes } from './documents.ts';

const LOOK_MS = 500;
type Out = z.output<typeof shape.reconciliation>;

export function reconciliationRoutes(api: Api, on: Serving): void {
  const params = z.object({ id: shape.id });

  api.post(
    '/v1/reconciliations',
    {
      config: { scope: 'act', idempotent: true },
      schema: {
        operationId: 'reconcile',
        summary: 'Reconcile documents',
        description:
          'The same as `daozhang reconcile`, over documents of the book and, where `orders` says which days, its own orders. It is queued; follow it by its progress.',
        tags: ['reconciliations'],
        body: shape.newReconciliation,
        response: { 201: shape.reconciliation, 404: shape.problem, 422: shape.problem },
      },
    },
    async (request, reply) => {
      const { caller, body } = request;
      if (!isZone(body.timezone)) throw new DaozhangError('api.bad_request', { reason: 'timezone' });
      const id = newId();
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const documents = await tx.rows<{ id: string; name: string }>(
          'select id, name from documents where tenant_id = $1 and livemode = $2 and id = any($3) order by received_at, id',
          [tx.tenantId, caller.livemode, [...new Set(body.documents)]],
        );
        if (documents.length !== new Set(body.documents).size) notFound();
        await tx.run(
          `insert into reconciliations (tenant_id, id, livemode, zone, lang, as_of, orders_from, orders_to, asked_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            tx.tenantId,
            id,
            caller.livemode,
            body.timezone,
            langFor(request),
            body.as_of ?? null,
            body.orders?.from ?? null,
            body.orders?.to ?? null,
            actorOf(caller),
          ],
        );
        await nameDocuments(tx, id, documents);
        await setDue(tx, [{ kind: 'reconcile', id, inMs: 0 }]);
        return await one(tx, caller, id);
      });
      return await reply.status(201).send(made);
    },
  );

  api.get(
    '/v1/reconciliations',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listReconciliations',
        summary: 'Reconciliations, newest first',
        tags: ['reconciliations'],
        querystring: z.strictObject(shape.paging),
        response: { 200: shape.page(shape.reconciliation) },
      },
    },
    async ({ caller, query }) => {
      const [at, id] = fromCursor(query.after) ?? [];
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const items = await reconciliations(
          tx,
          `r.livemode = $2 and ($3::timestamptz is null or (r.created_at, r.id) < ($3::timestamptz, $4::uuid))`,
          [caller.livemode, at ?? null, id ?? null],
          query.limit,
        );
        const last = items.length < query.limit ? undefined : items.at(-1)!;
        return dropEmpty({ items, next: last === undefined ? undefined : cursor(last.created_at, last.id) });
      });
    },
  );

  api.get(
    '/v1/reconciliations/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReconciliation',
        summary: 'One reconciliation',
        tags: ['reconciliations'],
        params,
        response: { 200: shape.reconciliation, 404: shape.problem },
      },
    },
    async ({ caller, params }) => on.book.tenant(caller.tenantId, (tx) => one(tx, caller, params.id)),
  );

  api.get(
    '/v1/reconciliations/:id/progress',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'streamProgress',
        summary: 'How far it is, as server-sent events',
        description: 'An event whenever it is further, and the last one when it has ended.',
        tags: ['reconciliations'],
        params,
        response: {
          200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } },
          404: shape.problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      const now = (): Promise<Out | undefined> =>
        on.book.tenant(caller.tenantId, async (tx) =>
          (await isStillIn(tx, caller)) ? await one(tx, caller, params.id) : undefined,
        );
      let next = await now();
      let told = '';
      let ended = false;
      await sse(reply, LOOK_MS, async () => {
        if (ended) return undefined;
        const it = next ?? (await now());
        next = undefined;
        if (it === undefined) return undefined;
        ended = it.ended_at !== undefined;
        const text = JSON.stringify(it);
        if (text === told) return [];
        told = text;
        return [{ event: it.state, data: it }];
      });
    },
  );

  api.post(
    '/v1/reconciliations/:id/cancel',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'cancelReconciliation',
        summary: 'End it; nothing of it is kept',
        tags: ['reconciliations'],
        params,
        response: { 200: shape.reconciliation, 404: shape.problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await one(tx, caller, params.id);
        await cancelReconciliation(tx, params.id);
        return await one(tx, caller, params.id);
      }),
  );

  api.get(
    '/v1/reconciliations/:id/files/:name',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReconciliationFile',
        summary: 'A file it wrote: the report, a table, a workbook',
        tags: ['reconciliations'],
        params: z.object({ id: shape.id, name: z.string().max(200) }),
        response: {
          200: { description: 'The bytes', content: { 'application/octet-stream': { schema: z.string() } } },
          404: shape.problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      const file = await on.book.tenant(caller.tenantId, (tx) =>
        tx.maybe<{ name: string; sha256: Buffer; size: bigint }>(
          `select f.name, f.sha256, f.size from reconciliation_files f
             join reconciliations r on r.tenant_id = $1 and r.id = f.reconciliation_id and r.livemode = $4
            where f.tenant_id = $1 and f.reconciliation_id = $2 and f.name = $3`,
          [tx.tenantId, params.id, params.name, caller.livemode],
        ),
      );
      return await sendBytes(on, caller, reply, file ?? notFound());
    },
  );
}

async function one(tx: TenantTx, caller: Caller, id: string): Promise<Out> {
  const [it] = await reconciliations(tx, 'r.livemode = $2 and r.id = $3', [caller.livemode, id], 1);
  return it ?? notFound();
}

type Row = Readonly<{
  id: string;
  livemode: boolean;
  state: Out['state'];
  zone: string;
  as_of: Temporal.Instant | null;
  orders_from: Temporal.PlainDate | null;
  orders_to: Temporal.PlainDate | null;
  created_at: Temporal.Instant;
  started_at: Temporal.Instant | null;
  ended_at: Temporal.Instant | null;
  progress: Out['progress'] | null;
  failure: Out['failure'] | null;
  outcome: Out['outcome'] | null;
  covers_from: Temporal.PlainDate | null;
  covers_to: Temporal.PlainDate | null;
  totals: Record<string, number> | null;
  superseded_by: string | null;
  documents: Out['documents'] | null;
  files: Out['files'] | null;
}>;

/** `where` is ours; its parameters begin at $2. Newest first. */
async function reconciliations(tx: TenantTx, where: string, params: readonly unknown[], limit: number): Promise<Out[]> {
  const rows = await tx.rows<Row>(
    `select r.id, r.livemode, r.state, r.zone, r.as_of, r.orders_from, r.orders_to, r.created_at, r.started_at, r.ended_at,
            r.progress, r.failure, r.outcome, r.covers_from, r.covers_to, r.totals, r.superseded_by,
            (select jsonb_agg(jsonb_build_object('id', d.id, 'name', m.name, 'origin', d.origin, 'sha256', encode(d.sha256, 'hex'))
                              order by m.name)
               from reconciliation_documents m join documents d on d.tenant_id = $1 and d.id = m.document_id
              where m.tenant_id = $1 and m.reconciliation_id = r.id) as documents,
            (select jsonb_agg(jsonb_build_object('name', f.name, 'sha256', encode(f.sha256, 'hex'), 'size', f.size::text) order by f.name)
               from reconciliation_files f where f.tenant_id = $1 and f.reconciliation_id = r.id) as files
       from reconciliations r where r.tenant_id = $1 and ${where}
      order by r.created_at desc, r.id desc limit $${params.length + 2}`,
    [tx.tenantId, ...params, limit],
  );
  return rows.map((r) =>
    dropEmpty({
      id: r.id,
      livemode: r.livemode,
      state: r.state,
      timezone: r.zone,
      as_of: r.as_of?.toString(),
      orders:
        r.orders_from === null
          ? undefined
          : { from: r.orders_from.toString(), to: (r.orders_to ?? r.orders_from).toString() },
      documents: r.documents ?? [],
      created_at: r.created_at.toString(),
      started_at: r.started_at?.toString(),
      ended_at: r.ended_at?.toString(),
      progress: r.progress ?? undefined,
      failure: r.failure ?? undefined,
      outcome: r.outcome ?? undefined,
      from: r.covers_from?.toString(),
      to: r.covers_to?.toString(),
      totals: r.totals ?? undefined,
      superseded_by: r.superseded_by ?? undefined,
      files: r.files ?? [],
    }),
  );
}
