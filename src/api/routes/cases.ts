/** Cases: what waits for a person, and closing it with a word. */
import { z } from 'zod';
import { moneyView } from '../../actions/view.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type CaseRow, closeCase, countCases, listCases, oneCase } from '../../people/cases.ts';
import { namesOf } from '../../people/names.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/cases.ts';
import { id, problem } from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

type CaseOut = z.output<typeof shape.case>;

export function caseRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/cases',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listCases',
        summary: 'Cases: what waits for a person, or did',
        tags: ['cases'],
        querystring: shape.casesQuery,
        response: { 200: shape.casesPage },
      },
    },
    async ({ caller, query }) =>
      await on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await listCases(tx, caller.livemode, query, {
          after: fromCursor(query.after),
          limit: query.limit,
        });
        const counts = await countCases(tx, caller.livemode);
        const last = rows.length === query.limit ? rows.at(-1) : undefined;
        return dropEmpty({
          items: await viewsOf(tx, rows),
          next: last === undefined ? undefined : cursor(last.opened_at.toString(), last.id),
          counts: counts.map(({ reason, count }) => ({ reason, count: Number(count) })),
        });
      }),
  );

  const params = z.object({ id });
  api.get(
    '/v1/cases/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getCase',
        summary: 'One case',
        tags: ['cases'],
        params,
        response: { 200: shape.case, 404: problem },
      },
    },
    async ({ caller, params }) => await on.book.tenant(caller.tenantId, (tx) => viewOf(tx, caller, params.id)),
  );

  api.post(
    '/v1/cases/:id/close',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'closeCase',
        summary: 'Say what was done about it',
        description:
          'It moves no money. What it is about goes on as before, and where its reason comes up anew another case is opened.',
        tags: ['cases'],
        params,
        body: shape.caseEnd,
        response: { 200: shape.case, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) =>
      await on.book.tenant(caller.tenantId, async (tx) => {
        const of = (await oneCase(tx, caller.livemode, params.id)) ?? notFound();
        await closeCase(tx, caller.livemode, of, actorOf(caller), body.note);
        return await viewOf(tx, caller, params.id);
      }),
  );
}

async function viewOf(tx: TenantTx, caller: Caller, caseId: string): Promise<CaseOut> {
  return (await viewsOf(tx, [(await oneCase(tx, caller.livemode, caseId)) ?? notFound()]))[0]!;
}

async function viewsOf(tx: TenantTx, rows: readonly CaseRow[]): Promise<CaseOut[]> {
  const nameOf = await namesOf(
    tx,
    rows.map((r) => r.closed_by),
  );
  return rows.map((r) =>
    dropEmpty({
      id: r.id,
      reason: r.reason,
      state: r.closed_at === null ? ('open' as const) : ('closed' as const),
      subject_kind: r.subject_kind,
      subject_id: r.subject_id,
      name: r.name ?? undefined,
      amount:
        r.minor === null || r.currency === null ? undefined : moneyView(BigInt(r.minor.split('.')[0]!), r.currency),
      payment_id: r.payment_id ?? undefined,
      note: r.note ?? undefined,
      opened_at: r.opened_at.toString(),
      closed_at: r.closed_at?.toString(),
      closed_by: r.closed_by ?? undefined,
      closed_by_name: nameOf(r.closed_by),
      closed_note: r.closed_note ?? undefined,
    }),
  );
}
