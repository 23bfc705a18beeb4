/** The ledger as it is read: balances, entries down to their evidence, checks of the control accounts, exports. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { checkLedger } from '../../actions/ledger.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Lang } from '../../base/lang.ts';
import { decimalText } from '../../base/money.ts';
import type { TenantTx } from '../../db/pool.ts';
import { balancesAt, trialBalance } from '../../ledger/balances.ts';
import { chartOf, type LedgerAccount } from '../../ledger/chart.ts';
import { EXPORTS, type ExportKind, exported, summary } from '../../ledger/export.ts';
import { POSTINGS } from '../../ledger/postings.ts';
import { type Entry, entriesPage, everyEntry, lastNo } from '../../ledger/read.ts';
import * as shape from '../contract/ledger.ts';
import { id, page, paging, problem } from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';

const tags = ['ledger'];
const params = z.object({ id });

const accountView = (a: LedgerAccount) => {
  const { number, name, kind } = chartOf(a.code);
  return dropEmpty({
    id: a.id,
    code: a.code,
    number,
    name,
    kind,
    currency: a.currency,
    channel: a.channel === '' ? undefined : a.channel,
    account: a.account === '' ? undefined : a.account,
  });
};
export const amountOf = (minor: bigint, currency: string) => ({ amount: decimalText(minor, currency), currency });

function entryView(e: Entry) {
  return dropEmpty({
    id: e.id,
    no: e.no.toString(),
    business_on: e.businessOn,
    fact_on: e.factOn,
    posted_at: e.postedAt.toString(),
    cause: e.cause,
    scope: e.scope,
    part: e.part,
    says: { en: summary(e, 'en'), zh: summary(e, 'zh') },
    transfers: e.transfers.map((t) => ({
      fact: t.fact,
      debit: accountView(t.debit),
      credit: accountView(t.credit),
      amount: amountOf(t.amount, t.currency),
    })),
    reconciliation_id: e.reconciliationId,
    break: e.breakHash,
    batch: e.batchKey,
    proposal_id: e.proposalId,
  });
}

export function ledgerRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/ledger/accounts',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listLedgerAccounts',
        summary: 'Accounts with their balances, by business date or as posted at an instant',
        tags,
        querystring: shape.balancesQuery,
        response: { 200: page(shape.ledgerAccount), 400: problem },
      },
    },
    async ({ caller, query }) => {
      if (query.on !== undefined && query.at !== undefined)
        throw new DaozhangError('api.bad_request', { reason: 'on, at' });
      const balances = await on.book.tenant(caller.tenantId, (tx) =>
        balancesAt(
          tx,
          caller,
          query.on !== undefined
            ? { axis: 'business', on: query.on }
            : { axis: 'posted', at: query.at === undefined ? undefined : Temporal.Instant.from(query.at) },
        ),
      );
      return { items: balances.map((b) => ({ ...accountView(b), balance: amountOf(b.balance, b.currency) })) };
    },
  );

  api.get(
    '/v1/ledger/trial',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTrialBalance',
        summary: 'The trial balance of some business days',
        tags,
        querystring: shape.trialQuery,
        response: { 200: shape.trial },
      },
    },
    async ({ caller, query: { from, to } }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) => trialBalance(tx, caller, from, to));
      const totals = [...Map.groupBy(rows, (r) => r.currency)].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        from,
        to,
        items: rows.map((r) => ({
          ...accountView(r),
          opening: amountOf(r.opening, r.currency),
          debit: amountOf(r.debit, r.currency),
          credit: amountOf(r.credit, r.currency),
          closing: amountOf(r.closing, r.currency),
        })),
        totals: totals.map(([currency, own]) => ({
          currency,
          debit: amountOf(
            own.reduce((sum, r) => sum + r.debit, 0n),
            currency,
          ),
          credit: amountOf(
            own.reduce((sum, r) => sum + r.credit, 0n),
            currency,
          ),
        })),
      };
    },
  );

  api.get(
    '/v1/ledger/entries',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listLedgerEntries',
        summary: 'Entries, newest first: of an account, of business days, of a break, a batch, a run',
        tags,
        querystring: shape.entriesQuery,
        response: { 200: page(shape.entry) },
      },
    },
    async ({ caller, query }) => {
      const entries = await on.book.tenant(caller.tenantId, (tx) =>
        entriesPage(
          tx,
          caller.livemode,
          {
            accountId: query.account_id,
            from: query.from,
            to: query.to,
            breakHash: query.break,
            batchKey: query.batch,
            reconciliationId: query.reconciliation_id,
          },
          { order: 'down', after: query.after === undefined ? undefined : BigInt(query.after), limit: query.limit },
        ),
      );
      const next = entries.length < query.limit ? undefined : entries.at(-1)!.no.toString();
      return dropEmpty({ items: entries.map(entryView), next });
    },
  );

  api.get(
    '/v1/ledger/entries/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getLedgerEntry',
        summary: 'One entry with its evidence',
        tags,
        params,
        response: { 200: shape.entryWhole, 404: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const [entry] = await entriesPage(tx, caller.livemode, { id: params.id }, { order: 'up', limit: 1 });
        if (entry === undefined) return notFound();
        const facts = [...new Set(entry.transfers.map((t) => t.fact))];
        return {
          ...entryView(entry),
          why: facts.map((fact) => ({ fact, why: POSTINGS[fact].why })),
          evidence: await evidenceOf(tx, caller.livemode, entry),
        };
      }),
  );

  api.get(
    '/v1/ledger/export',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'exportLedger',
        summary: 'The journal for other programs, in the order of posting',
        description:
          '`beancount` and `ledger` (hledger reads it too) are journals, `voucher` is 记账凭证 for accounting software, `csv` has one transfer a line. The same entries give the same bytes.',
        tags,
        querystring: shape.exportQuery,
        response: { 200: { description: 'The text', content: { 'text/plain': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const { caller, query } = request;
      const kind = query.kind as ExportKind;
      const lang: Lang = query.lang ?? langFor(request);
      const read = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => on.book.tenant(caller.tenantId, work);
      const through = await read((tx) => lastNo(tx, caller.livemode));
      const accounts = await read((tx) =>
        tx.rows<LedgerAccount>(
          `select id, code, currency, channel, account from ledger_accounts where tenant_id = $1 and livemode = $2
            order by code, currency, channel, account`,
          [tx.tenantId, caller.livemode],
        ),
      );
      const entries = everyEntry(read, caller.livemode, { from: query.from, to: query.to }, through);
      const { mime, ext } = EXPORTS[kind];
      const days = [query.from, query.to].filter((d) => d !== undefined).join('-');
      return await reply
        .header('content-type', mime)
        .header('content-disposition', `attachment; filename="ledger${days === '' ? '' : `-${days}`}.${ext}"`)
        .send(Readable.from(exported(kind, accounts, entries, lang)) as never);
    },
  );

  api.get(
    '/v1/ledger/checks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listControlChecks',
        summary: 'Checks of the control accounts, newest first',
        tags,
        querystring: z.strictObject(paging),
        response: { 200: page(shape.check) },
      },
    },
    async ({ caller, query }) => {
      const [at, last] = fromCursor(query.after) ?? [];
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<CheckRow>(
          `select id, at, equal, reconciliation_id, rows from control_checks where tenant_id = $1 and livemode = $2
              and ($3::timestamptz is null or (at, id) < ($3::timestamptz, $4::uuid)) order by at desc, id desc limit $5`,
          [tx.tenantId, caller.livemode, at ?? null, last ?? null, query.limit],
        ),
      );
      return dropEmpty({ items: rows.map(checkView), next: nextOf(rows, query.limit, (r) => r.at) });
    },
  );

  api.post(
    '/v1/ledger/checks',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'checkLedger',
        summary: 'Hold the control accounts against their open items now',
        tags,
        response: { 201: shape.check },
      },
    },
    async ({ caller }, reply) => {
      const row = await on.book.tenant(caller.tenantId, async (tx) => {
        const { id: made } = await checkLedger(tx, caller.livemode);
        return await tx.one<CheckRow>(
          'select id, at, equal, reconciliation_id, rows from control_checks where tenant_id = $1 and id = $2',
          [tx.tenantId, made],
        );
      });
      return await reply.status(201).send(checkView(row));
    },
  );
}

type CheckRow = Readonly<{
  id: string;
  at: Temporal.Instant;
  equal: boolean;
  reconciliation_id: string | null;
  rows: z.output<typeof shape.check>['rows'];
}>;
const checkView = (r: CheckRow) =>
  dropEmpty({
    id: r.id,
    at: r.at.toString(),
    equal: r.equal,
    reconciliation_id: r.reconciliation_id ?? undefined,
    rows: r.rows,
  });

async function evidenceOf(tx: TenantTx, livemode: boolean, e: Entry) {
  const document =
    e.evidence === undefined
      ? undefined
      : await tx.maybe<{ id: string }>(
          'select id from documents where tenant_id = $1 and livemode = $2 and sha256 = $3 order by id limit 1',
          [tx.tenantId, livemode, Buffer.from(e.evidence.sha256, 'hex')],
        );
  const found =
    e.breakHash === undefined
      ? undefined
      : await tx.maybe<{ reconciliation_id: string; n: number; payment_id: string | null }>(
          `select reconciliation_id, n, payment_id from breaks where tenant_id = $1 and livemode = $2 and hash = $3
            order by reconciliation_id desc limit 1`,
          [tx.tenantId, livemode, e.breakHash],
        );
  const batch =
    e.batchKey === undefined
      ? undefined
      : await tx.maybe<{ id: string; state: string }>(
          'select id, state from batches where tenant_id = $1 and livemode = $2 and key = $3',
          [tx.tenantId, livemode, e.batchKey],
        );
  return dropEmpty({
    document: e.evidence && dropEmpty({ ...e.evidence, id: document?.id }),
    break: found && dropEmpty({ ...found, payment_id: found.payment_id ?? undefined }),
    batch,
  });
}

/** Where a page ended that is sorted by time and id. */
export function nextOf<R extends Readonly<{ id: string }>>(
  rows: readonly R[],
  limit: number,
  at: (row: R) => Temporal.Instant,
): string | undefined {
  const last = rows.length < limit ? undefined : rows.at(-1)!;
  return last === undefined ? undefined : cursor(at(last).toString(), last.id);
}
