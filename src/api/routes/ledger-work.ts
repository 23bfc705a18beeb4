/** The ledger's work of people: entries they ask for and approve, days signed off and reopened, months closed. */
import { z } from 'zod';
import { isOnePerson } from '../../approvals/persons.ts';
import { DaozhangError } from '../../base/errors.ts';
import { parseMoney } from '../../base/money.ts';
import { CHINA } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { closePeriod, reopen, signOff } from '../../ledger/close.ts';
import { approve, decide, PROPOSAL_COLUMNS, type Proposal, propose } from '../../ledger/manual.ts';
import { type NameOf, namesOf } from '../../people/names.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/ledger.ts';
import { id, page, paging, problem } from '../contract.ts';
import { dropEmpty, fromCursor, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';
import { amountOf, nextOf } from './ledger.ts';

const tags = ['ledger'];
const params = z.object({ id });
const onDay = z.object({ on: shape.day });

export function ledgerWorkRoutes(api: Api, on: Serving): void {
  const today = (): string => on.pace.now().toZonedDateTimeISO(CHINA).toPlainDate().toString();
  proposalRoutes(api, on, today);
  closingRoutes(api, on, today);
}

// ---------------------------------------------------------------------------------------- proposals

const proposalView = (p: Proposal, nameOf: NameOf) =>
  dropEmpty({
    id: p.id,
    kind: p.kind,
    break: p.break_hash,
    side: p.side,
    amount: amountOf(p.amount, p.currency),
    business_on: p.business_on.toString(),
    reason: p.reason,
    hash: p.hash,
    state: p.state,
    proposed_by: p.proposed_by,
    proposed_by_name: nameOf(p.proposed_by),
    proposed_at: p.proposed_at.toString(),
    decided_by: p.decided_by ?? undefined,
    decided_by_name: nameOf(p.decided_by),
    decided_at: p.decided_at?.toString(),
  });

const proposalsShown = async (tx: TenantTx, rows: readonly Proposal[]) => {
  const nameOf = await namesOf(
    tx,
    rows.flatMap((p) => [p.proposed_by, p.decided_by]),
  );
  return rows.map((p) => proposalView(p, nameOf));
};
const proposalShown = async (tx: TenantTx, p: Proposal) => (await proposalsShown(tx, [p]))[0]!;

async function proposalOf(tx: TenantTx, caller: Caller, wanted: string): Promise<Proposal> {
  const row = await tx.maybe<Proposal>(
    `select ${PROPOSAL_COLUMNS} from ledger_proposals where tenant_id = $1 and livemode = $2 and id = $3`,
    [tx.tenantId, caller.livemode, wanted],
  );
  return row ?? notFound();
}

function proposalRoutes(api: Api, on: Serving, today: () => string): void {
  api.get(
    '/v1/ledger/proposals',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listLedgerProposals',
        summary: 'Entries that people asked for, newest first',
        tags,
        querystring: z.strictObject({ state: z.enum(['proposed', 'posted', 'rejected']).optional(), ...paging }),
        response: { 200: page(shape.proposal) },
      },
    },
    async ({ caller, query }) => {
      const [at, last] = fromCursor(query.after) ?? [];
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await tx.rows<Proposal>(
          `select ${PROPOSAL_COLUMNS} from ledger_proposals where tenant_id = $1 and livemode = $2 and ($3::text is null or state = $3)
              and ($4::timestamptz is null or (proposed_at, id) < ($4::timestamptz, $5::uuid)) order by proposed_at desc, id desc limit $6`,
          [tx.tenantId, caller.livemode, query.state ?? null, at ?? null, last ?? null, query.limit],
        );
        return dropEmpty({
          items: await proposalsShown(tx, rows),
          next: nextOf(rows, query.limit, (r) => r.proposed_at),
        });
      });
    },
  );

  api.post(
    '/v1/ledger/proposals',
    {
      config: { scope: 'act', idempotent: true },
      schema: {
        operationId: 'proposeEntry',
        summary: 'Ask for an entry that takes money out of suspense',
        description: 'A write-off, a compensation, an exchange difference. Another person approves it by its hash.',
        tags,
        body: shape.newProposal,
        response: { 201: shape.proposal, 409: problem, 422: problem },
      },
    },
    async ({ caller, body }, reply) => {
      const { minor, currency } = parseMoney(body.amount.amount, body.amount.currency);
      if (minor <= 0n) throw new DaozhangError('api.bad_request', { reason: 'amount' });
      const made = await on.book.tenant(caller.tenantId, async (tx) =>
        proposalShown(
          tx,
          await propose(tx, caller.livemode, {
            kind: body.kind,
            breakHash: body.break,
            amount: minor,
            currency,
            on: body.business_on ?? today(),
            reason: body.reason,
            by: actorOf(caller),
          }),
        ),
      );
      return await reply.status(201).send(made);
    },
  );

  api.post(
    '/v1/ledger/proposals/:id/approve',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'approveEntry',
        summary: 'Approve and post what has this hash; never one’s own',
        tags,
        params,
        body: shape.approval,
        response: { 200: shape.proposal, 403: problem, 404: problem, 409: problem, 422: problem },
      },
    },
    async ({ caller, params, body }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const proposal = await proposalOf(tx, caller, params.id);
        const isWhoAsked = await isOnePerson(tx, actorOf(caller), proposal.proposed_by);
        await approve(tx, caller.livemode, proposal, { who: actorOf(caller), isWhoAsked, hash: body.hash });
        return await proposalShown(tx, await proposalOf(tx, caller, params.id));
      }),
  );

  api.post(
    '/v1/ledger/proposals/:id/reject',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'rejectEntry',
        summary: 'Reject a proposed entry',
        tags,
        params,
        response: { 200: shape.proposal, 404: problem, 409: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await proposalOf(tx, caller, params.id);
        await decide(tx, caller.livemode, params.id, 'rejected', actorOf(caller));
        return await proposalShown(tx, await proposalOf(tx, caller, params.id));
      }),
  );
}

// ------------------------------------------------------------------------------- days and periods

export type SignOffRow = Readonly<{
  id: string;
  business_on: Temporal.PlainDate;
  hash: string;
  entries: bigint;
  note: string | null;
  signed_by: string;
  signed_at: Temporal.Instant;
  reopened_by: string | null;
  reopened_at: Temporal.Instant | null;
  reopened_why: string | null;
}>;
export const SIGN_OFF =
  'id, business_on, hash, entries, note, signed_by, signed_at, reopened_by, reopened_at, reopened_why';
export const signOffView = (r: SignOffRow, nameOf: NameOf) =>
  dropEmpty({
    id: r.id,
    business_on: r.business_on.toString(),
    hash: r.hash,
    entries: r.entries.toString(),
    note: r.note ?? undefined,
    signed_by: r.signed_by,
    signed_by_name: nameOf(r.signed_by),
    signed_at: r.signed_at.toString(),
    reopened:
      r.reopened_at === null
        ? undefined
        : dropEmpty({
            by: r.reopened_by!,
            by_name: nameOf(r.reopened_by),
            at: r.reopened_at.toString(),
            reason: r.reopened_why!,
          }),
  });
const signOffsShown = async (tx: TenantTx, rows: readonly SignOffRow[]) => {
  const nameOf = await namesOf(
    tx,
    rows.flatMap((r) => [r.signed_by, r.reopened_by]),
  );
  return rows.map((r) => signOffView(r, nameOf));
};

function closingRoutes(api: Api, on: Serving, today: () => string): void {
  api.get(
    '/v1/ledger/sign-offs',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listSignOffs',
        summary: 'Days signed off and reopened, newest first',
        tags,
        querystring: z.strictObject(paging),
        response: { 200: page(shape.signOff) },
      },
    },
    async ({ caller, query }) => {
      const [at, last] = fromCursor(query.after) ?? [];
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await tx.rows<SignOffRow>(
          `select ${SIGN_OFF} from sign_offs where tenant_id = $1 and livemode = $2
              and ($3::timestamptz is null or (signed_at, id) < ($3::timestamptz, $4::uuid)) order by signed_at desc, id desc limit $5`,
          [tx.tenantId, caller.livemode, at ?? null, last ?? null, query.limit],
        );
        return dropEmpty({
          items: await signOffsShown(tx, rows),
          next: nextOf(rows, query.limit, (r) => r.signed_at),
        });
      });
    },
  );

  api.post(
    '/v1/ledger/days/:on/sign-off',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'signOffDay',
        summary: 'Sign off a business day (日结)',
        description:
          'After it nothing is posted on that day. Where control accounts differ a note says why it is signed all the same.',
        tags,
        params: onDay,
        body: shape.note,
        response: { 201: shape.signOff, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      const [signed] = await on.book.tenant(caller.tenantId, async (tx) => {
        const made = await signOff(tx, caller.livemode, params.on, {
          by: actorOf(caller),
          note: body.note,
          today: today(),
        });
        return await signOffsShown(tx, [
          await tx.one<SignOffRow>(`select ${SIGN_OFF} from sign_offs where tenant_id = $1 and id = $2`, [
            tx.tenantId,
            made,
          ]),
        ]);
      });
      return await reply.status(201).send(signed!);
    },
  );

  api.post(
    '/v1/ledger/days/:on/reopen',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'reopenDay',
        summary: 'Reopen a day that was signed off; the sign-off stays, ended',
        tags,
        params: onDay,
        body: shape.reopening,
        response: { 200: shape.signOff, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await reopen(tx, caller.livemode, params.on, { who: actorOf(caller), why: body.reason });
        const row = await tx.one<SignOffRow>(
          `select ${SIGN_OFF} from sign_offs where tenant_id = $1 and livemode = $2 and business_on = $3
            order by signed_at desc, id desc limit 1`,
          [tx.tenantId, caller.livemode, params.on],
        );
        return (await signOffsShown(tx, [row]))[0]!;
      }),
  );

  api.get(
    '/v1/ledger/periods',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPeriods',
        summary: 'Closed periods, newest first',
        tags,
        response: { 200: page(shape.period) },
      },
    },
    async ({ caller }) => ({ items: await on.book.tenant(caller.tenantId, (tx) => periodsOf(tx, caller)) }),
  );

  api.post(
    '/v1/ledger/periods',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'closePeriod',
        summary: 'Close a month, with whatever is open before it',
        description: 'It stays closed: what belongs to it and comes later is posted in the open period and says so.',
        tags,
        body: shape.closing,
        response: { 201: shape.period, 409: problem },
      },
    },
    async ({ caller, body }, reply) => {
      const periods = await on.book.tenant(caller.tenantId, async (tx) => {
        await closePeriod(tx, caller.livemode, body.month, { by: actorOf(caller), note: body.note, today: today() });
        return await periodsOf(tx, caller);
      });
      return await reply.status(201).send(periods[0]!);
    },
  );
}

async function periodsOf(tx: TenantTx, caller: Caller) {
  const rows = await tx.rows<{
    from_on: Temporal.PlainDate;
    to_on: Temporal.PlainDate;
    hash: string;
    entries: bigint;
    note: string | null;
    closed_by: string;
    closed_at: Temporal.Instant;
  }>(
    `select from_on, to_on, hash, entries, note, closed_by, closed_at from periods where tenant_id = $1 and livemode = $2
      order by to_on desc limit 200`,
    [tx.tenantId, caller.livemode],
  );
  const nameOf = await namesOf(
    tx,
    rows.map((r) => r.closed_by),
  );
  return rows.map((r) =>
    dropEmpty({
      from: r.from_on.toString(),
      to: r.to_on.toString(),
      hash: r.hash,
      entries: r.entries.toString(),
      note: r.note ?? undefined,
      closed_by: r.closed_by,
      closed_by_name: nameOf(r.closed_by),
      closed_at: r.closed_at.toString(),
    }),
  );
}
