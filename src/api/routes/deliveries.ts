/** What was sent to webhook endpoints: page by page, one with the bytes and headers of its last try, and again. */
import { z } from 'zod';
import { eventText } from '../../actions/deliver.ts';
import { eventHeaders } from '../../actions/webhook.ts';
import type { TenantTx } from '../../db/pool.ts';
import type { Caller } from '../auth.ts';
import * as shape from '../contract/logs.ts';
import { delivery, id, page, problem } from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';
import { deliverAgain, STANDS } from './events.ts';

const tags = ['webhooks'];

type Row = Readonly<{
  id: string;
  event_seq: bigint | null;
  type: string | null;
  state: string;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: Temporal.Instant;
  ended_at: Temporal.Instant | null;
}>;
const COLUMNS = 'd.id, d.event_seq, e.type, d.state, d.attempts, d.last_status, d.last_error, d.created_at, d.ended_at';
const FROM = 'deliveries d left join events e on e.tenant_id = $1 and e.seq = d.event_seq';

const view = (r: Row): z.output<typeof delivery> =>
  dropEmpty({
    id: r.id,
    event_seq: r.event_seq?.toString(),
    type: r.type ?? undefined,
    state: r.state,
    attempts: r.attempts,
    last_status: r.last_status ?? undefined,
    last_error: r.last_error === null || r.last_error === '' ? undefined : r.last_error,
    created_at: r.created_at.toString(),
    ended_at: r.ended_at?.toString(),
  });

async function endpointOf(tx: TenantTx, caller: Caller, wanted: string): Promise<Readonly<{ url: string }>> {
  const known = await tx.maybe<{ url: string }>(
    `select url from webhook_endpoints where tenant_id = $1 and id = $2 and livemode = $3 and ${STANDS}`,
    [tx.tenantId, wanted, caller.livemode],
  );
  return known ?? notFound();
}

export function deliveryRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/webhook-endpoints/:id/deliveries',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listDeliveries',
        summary: 'Deliveries to an endpoint, newest first',
        tags,
        params: z.object({ id }),
        querystring: shape.deliveriesQuery,
        response: { 200: page(delivery), 404: problem },
      },
    },
    async ({ caller, params, query }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await endpointOf(tx, caller, params.id);
        const rows = await tx.rows<Row>(
          `select ${COLUMNS} from ${FROM} where d.tenant_id = $1 and d.endpoint_id = $2
              and ($3::uuid is null or d.id < $3) and ${
                {
                  waiting: `d.state = 'waiting'`,
                  delivered: `d.state = 'delivered'`,
                  gave_up: `d.state = 'gave_up'`,
                  failed: `d.state <> 'delivered' and d.attempts > 0`,
                  all: 'true',
                }[query.state ?? 'all']
              }
            order by d.id desc limit $4`,
          [tx.tenantId, params.id, query.after ?? null, query.limit],
        );
        return dropEmpty({ items: rows.map(view), next: rows.length < query.limit ? undefined : rows.at(-1)!.id });
      }),
  );

  const params = z.object({ id, delivery: id });
  api.get(
    '/v1/webhook-endpoints/:id/deliveries/:delivery',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getDelivery',
        summary: 'One delivery: what was sent, with the signature of its last try',
        tags,
        params,
        response: { 200: shape.deliveryWhole, 404: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const { url } = await endpointOf(tx, caller, params.id);
        const row = await tx.maybe<
          Row &
            Readonly<{
              event_id: string;
              body: Record<string, unknown>;
              at: Temporal.Instant;
              last_sent_at: Temporal.Instant | null;
              last_signature: string | null;
              due_at: Temporal.Instant | null;
            }>
        >(
          `select ${COLUMNS}, e.id as event_id, e.body::json as body, e.at, d.last_sent_at, d.last_signature,
              (select due_at from due where tenant_id = $1 and kind = 'deliver' and id = d.id) as due_at
             from ${FROM} where d.tenant_id = $1 and d.id = $2 and d.endpoint_id = $3 and e.seq is not null`,
          [tx.tenantId, params.delivery, params.id],
        );
        if (row === undefined) return notFound();
        const { last_sent_at: at, last_signature: signature } = row;
        return dropEmpty({
          ...view(row),
          url,
          body: eventText({ type: row.type!, at: row.at, body: row.body }),
          headers:
            at === null || signature === null
              ? undefined
              : eventHeaders(row.event_id, at.epochMilliseconds / 1_000, signature),
          next_try_at: row.state === 'waiting' ? row.due_at?.toString() : undefined,
        });
      }),
  );

  api.post(
    '/v1/webhook-endpoints/:id/deliveries/:delivery/replay',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'replayDelivery',
        summary: 'Send its event again',
        description: 'A delivery of its own under the same event’s id. An endpoint that is disabled stays so.',
        tags,
        params,
        response: { 201: z.object({ id }), 404: problem },
      },
    },
    async ({ caller, params }, reply) => {
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        await endpointOf(tx, caller, params.id);
        const row = await tx.maybe<{ event_seq: bigint; payment_id: string | null }>(
          `select event_seq, payment_id from deliveries
            where tenant_id = $1 and id = $2 and endpoint_id = $3 and event_seq is not null`,
          [tx.tenantId, params.delivery, params.id],
        );
        if (row === undefined) return notFound();
        const [again] = await deliverAgain(tx, [
          { endpointId: params.id, seq: row.event_seq, paymentId: row.payment_id },
        ]);
        return again!;
      });
      return await reply.status(201).send({ id: made });
    },
  );
}
