/** The feed of what changed, by pulling, by a stream, and to webhook endpoints. */
import { z } from 'zod';
import { setDue } from '../../actions/due.ts';
import { EVENT_COLUMNS, type EventRow, wants } from '../../actions/events.ts';
import { recorded } from '../../actions/repair.ts';
import { newWebhookSecret } from '../../actions/webhook.ts';
import { DaozhangError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { targetOf } from '../../base/outbound.ts';
import type { TenantTx } from '../../db/pool.ts';
import { inChunks, tenantValues } from '../../db/values.ts';
import { lockPaymentsById } from '../../traces/store.ts';
import { type Caller, isStillIn, need } from '../auth.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';
import { type Reply, sse } from '../sse.ts';

const STREAM_LOOK_MS = 1_000;
const seq = z.string().regex(/^\d{1,18}$/);

export function eventRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/events',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listEvents',
        summary: 'What changed, in the order of commit',
        description:
          'Events after the number `after`. With `acknowledge=true` your system says that it has taken in everything up to `after`: payments told as unrecorded up to there count as recorded.',
        tags: ['events'],
        querystring: z.strictObject({
          after: seq.default('0'),
          limit: z.coerce.number().int().min(1).max(500).default(100),
          acknowledge: z.enum(['true', 'false']).default('false'),
        }),
        response: { 200: shape.page(shape.event) },
      },
    },
    async ({ caller, query }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        if (query.acknowledge === 'true') {
          need(caller, 'orders');
          // A system takes the feed in; a page that a person looks at does not, and a link to it must change nothing.
          if (caller.kind === 'session') throw new DaozhangError('api.bad_request', { reason: 'acknowledge' });
          await acknowledge(tx, on, caller, BigInt(query.after));
        }
        const rows = await eventsAfter(tx, caller.livemode, BigInt(query.after), query.limit);
        return dropEmpty({ items: rows.map(eventView), next: rows.at(-1)?.seq.toString() });
      });
    },
  );

  api.get(
    '/v1/events/stream',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'streamEvents',
        summary: 'The same as server-sent events',
        description: 'Begins after Last-Event-ID, or `after`; without either, with what comes next.',
        tags: ['events'],
        querystring: z.strictObject({ after: seq.optional() }),
        response: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const last = request.headers['last-event-id'];
      // A reader that names its place is never put at another.
      if (last !== undefined && !seq.safeParse(last).success)
        throw new DaozhangError('api.bad_request', { reason: 'Last-Event-ID' });
      const from = typeof last === 'string' ? last : request.query.after;
      await stream(on, request.caller, from === undefined ? undefined : BigInt(from), reply);
    },
  );

  endpointRoutes(api, on);
}

async function eventsAfter(
  tx: TenantTx,
  livemode: boolean,
  after: bigint,
  limit: number,
): Promise<readonly EventRow[]> {
  return await tx.rows<EventRow>(
    `select ${EVENT_COLUMNS} from events where tenant_id = $1 and seq > $2 and livemode = $3 order by seq limit $4`,
    [tx.tenantId, after, livemode, limit],
  );
}

const eventView = (row: EventRow): z.output<typeof shape.event> => ({
  seq: row.seq.toString(),
  id: row.id,
  type: row.type,
  livemode: row.livemode,
  at: row.at.toString(),
  data: row.body,
});

/** A reader that acknowledges has taken in every repair it was told up to here. */
async function acknowledge(tx: TenantTx, on: Serving, caller: Caller, upTo: bigint): Promise<void> {
  const rows = await tx.rows<{ payment_id: string }>(
    `select distinct e.payment_id from events e join payments p on p.tenant_id = $1 and p.id = e.payment_id
      where e.tenant_id = $1 and e.seq <= $2 and e.livemode = $3 and e.type = 'payment.unrecorded'
        and p.recorded_at is null limit 500`,
    [tx.tenantId, upTo, caller.livemode],
  );
  if (rows.length === 0) return;
  const payments = await lockPaymentsById(
    tx,
    rows.map((r) => r.payment_id),
  );
  await recorded(tx, { payments, key: (p) => `feed:${p.id}`, said: 'feed acknowledged', at: on.pace.now() }, on.follow);
}

async function stream(on: Serving, caller: Caller, from: bigint | undefined, reply: Reply): Promise<void> {
  let after = from ?? (await lastSeq(on, caller));
  await sse(reply, STREAM_LOOK_MS, async () => {
    const rows = await on.book.tenant(caller.tenantId, async (tx) =>
      (await isStillIn(tx, caller)) ? await eventsAfter(tx, caller.livemode, after, 200) : undefined,
    );
    after = rows?.at(-1)?.seq ?? after;
    return rows?.map((row) => ({ id: row.seq.toString(), event: row.type, data: eventView(row) }));
  });
}

const lastSeq = (on: Serving, caller: Caller): Promise<bigint> =>
  on.book.tenant(
    caller.tenantId,
    async (tx) =>
      (await tx.maybe<{ event_seq: bigint }>('select event_seq from counters where tenant_id = $1', [tx.tenantId]))
        ?.event_seq ?? 0n,
  );

/** A delivery of its own for each, under the same event's id. */
export async function deliverAgain(
  tx: TenantTx,
  events: ReadonlyArray<Readonly<{ endpointId: string; seq: bigint; paymentId: string | null }>>,
): Promise<readonly string[]> {
  const rows = events.map((e) => [newId(), 'event', e.endpointId, e.seq, e.paymentId]);
  for (const chunk of inChunks(rows, 6)) {
    const v = tenantValues(['uuid', 'text', 'uuid', 'bigint', 'uuid'], chunk);
    await tx.run(`insert into deliveries (tenant_id, id, kind, endpoint_id, event_seq, payment_id) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
  const ids = rows.map(([id]) => id as string);
  await setDue(
    tx,
    ids.map((id) => ({ kind: 'deliver', id, inMs: 0 })),
  );
  return ids;
}

// ------------------------------------------------------------------------------------------- webhook endpoints

type EndpointRow = Readonly<{
  id: string;
  url: string;
  types: string[];
  state: string;
  disabled_why: string | null;
  created_at: Temporal.Instant;
}>;
const ENDPOINT_COLUMNS = 'id, url, types, state, disabled_why, created_at';
const endpointView = (row: EndpointRow, secret?: string): z.output<typeof shape.endpoint> =>
  dropEmpty({
    id: row.id,
    url: row.url,
    types: row.types,
    state: row.state,
    disabled_why: row.disabled_why ?? undefined,
    created_at: row.created_at.toString(),
    secret,
  });
/** What was removed is kept for its deliveries' sake, and is not there for anybody. */
export const STANDS = `disabled_why is distinct from 'removed'`;
/** Both signatures are sent for a day after a secret was changed. */
const BOTH = `interval '24 hours'`;

function endpointRoutes(api: Api, on: Serving): void {
  const params = z.object({ id: shape.id });
  const sealed = (tenantId: string, id: string, secret: string): Buffer =>
    on.vault.seal(secret, [tenantId, id, 'webhook', '']);

  api.get(
    '/v1/webhook-endpoints',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listWebhookEndpoints',
        summary: 'The webhook endpoints',
        tags: ['webhooks'],
        response: { 200: shape.page(shape.endpoint) },
      },
    },
    async ({ caller }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<EndpointRow>(
          `select ${ENDPOINT_COLUMNS} from webhook_endpoints where tenant_id = $1 and livemode = $2 and ${STANDS} order by created_at, id`,
          [tx.tenantId, caller.livemode],
        ),
      );
      return { items: rows.map((r) => endpointView(r)) };
    },
  );

  api.post(
    '/v1/webhook-endpoints',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'addWebhookEndpoint',
        summary: 'Have events sent to an address',
        description:
          'Signed by Standard Webhooks 1.0.0; the secret is shown once. A 2xx to payment.unrecorded records the payment.',
        tags: ['webhooks'],
        body: shape.newEndpoint,
        response: { 201: shape.endpoint, 422: shape.problem },
      },
    },
    async ({ caller, body }, reply) => {
      targetOf(body.url);
      const id = newId();
      const secret = newWebhookSecret();
      const row = await on.book.tenant(caller.tenantId, (tx) =>
        tx.one<EndpointRow>(
          `insert into webhook_endpoints (tenant_id, id, livemode, url, types, sealed_secret) values ($1, $2, $3, $4, $5, $6)
           returning ${ENDPOINT_COLUMNS}`,
          [tx.tenantId, id, caller.livemode, body.url, body.types, sealed(tx.tenantId, id, secret)],
        ),
      );
      return await reply.status(201).send(endpointView(row, secret));
    },
  );

  api.delete(
    '/v1/webhook-endpoints/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'removeWebhookEndpoint',
        summary: 'Send no more',
        tags: ['webhooks'],
        params,
        response: { 204: z.null(), 404: shape.problem },
      },
    },
    async ({ caller, params }, reply) => {
      const gone = await on.book.tenant(caller.tenantId, (tx) =>
        tx.run(
          `update webhook_endpoints set state = 'disabled', disabled_why = 'removed'
            where tenant_id = $1 and id = $2 and livemode = $3 and ${STANDS}`,
          [tx.tenantId, params.id, caller.livemode],
        ),
      );
      if (gone === 0) return notFound();
      return await reply.status(204).send(null);
    },
  );

  api.post(
    '/v1/webhook-endpoints/:id/rotate',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Change the secret',
        description: 'For a day both secrets sign; then the old one ends.',
        tags: ['webhooks'],
        params,
        response: { 200: shape.endpoint, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      const secret = newWebhookSecret();
      const row = await on.book.tenant(caller.tenantId, (tx) =>
        tx.maybe<EndpointRow>(
          `update webhook_endpoints set sealed_previous = sealed_secret, previous_until = now() + ${BOTH}, sealed_secret = $4
            where tenant_id = $1 and id = $2 and livemode = $3 and ${STANDS} returning ${ENDPOINT_COLUMNS}`,
          [tx.tenantId, params.id, caller.livemode, sealed(tx.tenantId, params.id, secret)],
        ),
      );
      return row === undefined ? notFound() : endpointView(row, secret);
    },
  );

  api.post(
    '/v1/webhook-endpoints/:id/replay',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'replayEvents',
        summary: 'Send events again',
        description:
          'Every event it wants of the 1,000 after the number `after`, up to `through` where it is given; an endpoint that was disabled is enabled again.',
        tags: ['webhooks'],
        params,
        body: z.strictObject({ after: seq, through: seq.optional() }),
        response: { 200: z.object({ queued: z.int() }), 404: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const known = await tx.maybe<{ types: string[] }>(
          `update webhook_endpoints set state = 'enabled', disabled_why = null
            where tenant_id = $1 and id = $2 and livemode = $3 and ${STANDS} returning types`,
          [tx.tenantId, params.id, caller.livemode],
        );
        if (known === undefined) return notFound();
        const events = await eventsAfter(tx, caller.livemode, BigInt(body.after), 1_000);
        const through = body.through === undefined ? undefined : BigInt(body.through);
        const wanted = events.filter((e) => wants(known.types, e.type) && (through === undefined || e.seq <= through));
        await deliverAgain(
          tx,
          wanted.map((e) => ({ endpointId: params.id, seq: e.seq, paymentId: e.payment_id })),
        );
        return { queued: wanted.length };
      });
    },
  );
}
