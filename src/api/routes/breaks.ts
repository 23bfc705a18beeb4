/** Differences that reconciliations found, as people work through them: the queue, one of them, what is done about it, the export. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { decimalText, exactMoney, parseDecimal } from '../../base/money.ts';
import type { TenantTx } from '../../db/pool.ts';
import { openUnder } from '../../ledger/manual.ts';
import { breaksCsv, breaksXlsx } from '../../people/break-export.ts';
import {
  type BreakFilter,
  type BreakPlace,
  type BreakRow,
  type BreakSort,
  breakAt,
  breaksPage,
  breaksSummary,
  type Group,
  placeOf,
} from '../../people/break-queue.ts';
import { doAbout, isSmall, MAY_ACT, type Person, peopleOf, type Work, workOn } from '../../people/breaks.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/breaks.ts';
import { id, problem } from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';

const tags = ['reconciliations'];
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

const filterOf = (caller: Caller, { mine, ...filter }: z.output<typeof shape.summaryQuery>): BreakFilter => ({
  ...filter,
  holder: mine === undefined ? undefined : actorOf(caller),
});

const headOf = (row: BreakRow, person: (actor: string | null) => Person | undefined) =>
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
    cause: row.cause,
    channel: row.channel ?? undefined,
    account: row.account ?? undefined,
    business_on: row.business_on?.toString(),
    amount: { amount: row.amount, currency: row.currency },
    order_ref: row.order_ref ?? undefined,
    payment_id: row.payment_id ?? undefined,
    state: row.state,
    version: row.version,
    holder: person(row.holder),
  });

const workView = ({ version, state, holder, steps }: Work) =>
  dropEmpty({
    version,
    state,
    holder,
    steps: steps.map(({ at, ...step }) => dropEmpty({ ...step, at: at.toString() })),
  });

/** Sums keep the finest of their parts' decimals; what its currency can say is said as it says it. */
function groupView({ currency, amount, count }: Omit<Group, 'key'>) {
  const exact = exactMoney(parseDecimal(amount)!, currency);
  return {
    count: Number(count),
    amount: { amount: exact === undefined ? amount : decimalText(exact.minor, currency), currency },
  };
}

function cursorOf(rows: readonly BreakRow[], limit: number, sort: BreakSort): string | undefined {
  const last = rows.length < limit ? undefined : rows.at(-1)!;
  if (last === undefined) return undefined;
  const { first, run, n } = placeOf(last, sort);
  return `${first}.${run}.${n}`;
}

function placeIn(after: string | undefined, sort: BreakSort): BreakPlace | undefined {
  const [first, run, n] = after?.split('.') ?? [];
  if (first === undefined || run === undefined || n === undefined) return undefined;
  // A page of one order says nothing about where another goes on.
  if (first.includes('-', 1) !== (sort === 'age')) throw new DaozhangError('api.bad_request', { reason: 'after' });
  return { first, run, n };
}

export function breakRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/breaks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listBreaks',
        summary: 'Breaks, by money or by age',
        description:
          'Of the runs that stand, each difference once: without `reconciliation_id` those that a later run took the place of are left out.',
        tags,
        querystring: shape.breaksQuery,
        response: { 200: shape.breaksPage, 400: problem },
      },
    },
    async ({ caller, query: { sort, limit, after, ...filter } }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const page = { sort, limit, after: placeIn(after, sort) };
        const rows = await breaksPage<{ says: { en: string; zh: string } }>(
          tx,
          caller.livemode,
          filterOf(caller, filter),
          page,
          `b.body -> 'says' as says`,
        );
        const person = await peopleOf(
          tx,
          rows.map((row) => row.holder),
        );
        return dropEmpty({
          items: rows.map((row) => ({ ...headOf(row, person), says: row.says })),
          next: cursorOf(rows, limit, sort),
        });
      }),
  );

  api.get(
    '/v1/breaks/summary',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'sumBreaks',
        summary: 'Breaks counted and summed by cause, class, channel and how they stand',
        tags,
        querystring: shape.summaryQuery,
        response: { 200: shape.breaksSummary },
      },
    },
    async ({ caller, query }) => {
      const found = await on.book.tenant(caller.tenantId, (tx) =>
        breaksSummary(tx, caller.livemode, filterOf(caller, query)),
      );
      const groups = (list: readonly Group[]) => list.map((group) => ({ key: group.key, ...groupView(group) }));
      const { part, cause, class: class_, finding, channel, account, currency, state } = found.groups;
      return {
        total: found.total.map(groupView),
        groups: {
          part: groups(part),
          cause: groups(cause),
          class: groups(class_),
          finding: groups(finding),
          channel: groups(channel),
          account: groups(account),
          currency: groups(currency),
          state: groups(state),
        },
      };
    },
  );

  api.get(
    '/v1/breaks/export',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'exportBreaks',
        summary: 'What a filter shows, as CSV or a workbook',
        description: 'Row by row as it is read. Text is never a formula; amounts are exact.',
        tags,
        querystring: shape.exportQuery,
        response: { 200: { description: 'The file', content: { 'application/octet-stream': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const { caller } = request;
      const { format, sort, lang, ...filter } = request.query;
      const exporting = {
        read: <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => on.book.tenant(caller.tenantId, work),
        livemode: caller.livemode,
        filter: filterOf(caller, filter),
        sort,
        lang: lang ?? langFor(request),
      };
      const file = format === 'csv' ? Readable.from(breaksCsv(exporting)) : Readable.from(breaksXlsx(exporting));
      return await reply
        .header('content-type', TYPES[format])
        .header('content-disposition', `attachment; filename="breaks.${format}"`)
        .send(file as never);
    },
  );

  api.get(
    '/v1/reconciliations/:id/breaks/:n',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getBreak',
        summary: 'One break with its evidence, down to the byte, and what was done about it',
        tags,
        params: z.object({ id, n: z.coerce.number().int().min(1).max(2_147_483_647) }),
        response: { 200: shape.breakWhole, 404: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, (tx) => wholeOf(tx, on, caller, { run: params.id, n: params.n })),
  );

  api.post(
    '/v1/breaks/:hash/steps',
    {
      config: { scope: 'act', idempotent: true },
      schema: {
        operationId: 'stepBreak',
        summary: 'Take, note, explain, confirm or reopen a break',
        description:
          'It holds for the same difference in every run. `after` is the version you saw; where somebody did something meanwhile it is refused. An explanation moves no money: that is a ledger proposal. Above the policy’s `explain_alone` another person confirms it.',
        tags,
        params: z.object({ hash: z.string().max(100) }),
        body: shape.newStep,
        response: { 201: shape.breakWork, 403: problem, 404: problem, 409: problem, 422: problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      const work = await on.book.tenant(caller.tenantId, async (tx) =>
        doAbout(tx, caller.livemode, params.hash, { ...body, by: actorOf(caller) }, await on.policies.of(tx)),
      );
      return await reply.status(201).send(workView(work ?? notFound()));
    },
  );
}

async function wholeOf(
  tx: TenantTx,
  on: Serving,
  caller: Caller,
  at: Readonly<{ run: string; n: number }>,
): Promise<z.output<typeof shape.breakWhole>> {
  type More = { body: Record<string, unknown>; superseded_by: string | null };
  const more = `b.body, (select r.superseded_by from reconciliations r where r.tenant_id = $1 and r.id = b.reconciliation_id) as superseded_by`;
  const row = (await breakAt<More>(tx, caller.livemode, at, more)) ?? notFound();
  const work = await workOn(tx, caller.livemode, row.hash);
  const documents = await tx.rows<{ id: string; name: string }>(
    'select document_id as id, name from reconciliation_documents where tenant_id = $1 and reconciliation_id = $2 order by name',
    [tx.tenantId, at.run],
  );
  const open = await openUnder(tx, caller.livemode, row.hash);
  const person = await peopleOf(tx, [row.holder]);
  const members = caller.scopes.has('act')
    ? await tx.rows<{ id: string; name: string }>(
        `select id, name from users where tenant_id = $1 and ${MAY_ACT} order by name, id limit 200`,
        [tx.tenantId],
      )
    : [];
  return dropEmpty({
    ...headOf(row, person),
    members,
    body: row.body,
    work: workView(work),
    documents,
    superseded_by: row.superseded_by ?? undefined,
    suspense:
      open === undefined ? undefined : { amount: decimalText(open.amount, open.currency), currency: open.currency },
    explain_alone: isSmall(row, await on.policies.of(tx)),
  });
}
