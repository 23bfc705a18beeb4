/** The breaks that reconciliations found: what people work through. */
import { z } from 'zod';
import * as shape from '../contract/breaks.ts';
import { id, page, paging, problem } from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

type BreakRow = Readonly<{
  reconciliation_id: string;
  n: number;
  hash: string;
  part: 'break' | 'open' | 'ambiguous';
  class: string;
  finding: string;
  joint: string;
  verdict: string;
  release: string;
  channel: string | null;
  account: string | null;
  business_on: Temporal.PlainDate | null;
  amount: string;
  currency: string;
  order_ref: string | null;
  payment_id: string | null;
}>;
const BREAK_COLUMNS = `b.reconciliation_id, b.n, b.hash, b.part, b.class, b.finding, b.joint, b.verdict, b.release, b.channel, b.account,
  b.business_on, b.body -> 'amount' ->> 'amount' as amount, b.currency, b.order_ref, b.payment_id`;

const breakHead = (row: BreakRow) =>
  dropEmpty({
    reconciliation_id: row.reconciliation_id,
    n: row.n,
    hash: row.hash,
    part: row.part,
    class: row.class,
    finding: row.finding,
    joint: row.joint,
    verdict: row.verdict,
    release: row.release,
    channel: row.channel ?? undefined,
    account: row.account ?? undefined,
    business_on: row.business_on?.toString(),
    amount: { amount: row.amount, currency: row.currency },
    order_ref: row.order_ref ?? undefined,
    payment_id: row.payment_id ?? undefined,
  });

export function breakRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/breaks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listBreaks',
        summary: 'Breaks, newest run first, within it by money',
        description:
          'Of the runs that stand: without `reconciliation_id` those that a later run took the place of are left out.',
        tags: ['reconciliations'],
        querystring: z.strictObject({
          reconciliation_id: id.optional(),
          payment_id: id.optional(),
          part: shape.breakPart.optional(),
          class: z.string().max(40).optional(),
          finding: z.string().max(60).optional(),
          channel: z.string().max(40).optional(),
          limit: paging.limit,
          after: z
            .string()
            .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,9}$/)
            .optional(),
        }),
        response: { 200: page(shape.breakLine) },
      },
    },
    async ({ caller, query }) => {
      const [run, n] = query.after?.split('.') ?? [];
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await tx.rows<BreakRow & { says: { en: string; zh: string } }>(
          `select ${BREAK_COLUMNS}, b.body -> 'says' as says from breaks b
             join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id
            where b.tenant_id = $1 and b.livemode = $2 and r.state = 'done'
              and case when $3::uuid is null then r.superseded_by is null else b.reconciliation_id = $3 end
              and ($4::uuid is null or b.payment_id = $4) and ($5::text is null or b.part = $5) and ($6::text is null or b.class = $6)
              and ($7::text is null or b.finding = $7) and ($8::text is null or b.channel = $8)
              and ($9::uuid is null or b.reconciliation_id < $9 or (b.reconciliation_id = $9 and b.n > $10::int))
            order by b.reconciliation_id desc, b.n limit $11`,
          [
            tx.tenantId,
            caller.livemode,
            query.reconciliation_id ?? null,
            query.payment_id ?? null,
            query.part ?? null,
            query.class ?? null,
            query.finding ?? null,
            query.channel ?? null,
            run ?? null,
            n ?? null,
            query.limit,
          ],
        );
        const last = rows.length < query.limit ? undefined : rows.at(-1)!;
        return dropEmpty({
          items: rows.map((row) => ({ ...breakHead(row), says: row.says })),
          next: last === undefined ? undefined : `${last.reconciliation_id}.${last.n}`,
        });
      });
    },
  );

  api.get(
    '/v1/reconciliations/:id/breaks/:n',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getBreak',
        summary: 'One break with its evidence, down to the byte',
        tags: ['reconciliations'],
        params: z.object({ id: id, n: z.coerce.number().int().min(1).max(2_147_483_647) }),
        response: { 200: shape.breakWhole, 404: problem },
      },
    },
    async ({ caller, params }) => {
      const row = await on.book.tenant(caller.tenantId, (tx) =>
        tx.maybe<BreakRow & { body: Record<string, unknown> }>(
          `select ${BREAK_COLUMNS}, b.body from breaks b
            where b.tenant_id = $1 and b.reconciliation_id = $2 and b.n = $3 and b.livemode = $4`,
          [tx.tenantId, params.id, params.n, caller.livemode],
        ),
      );
      if (row === undefined) return notFound();
      return { ...breakHead(row), body: row.body };
    },
  );
}
