/** What waits for another person's word: the list, one of them, and the word. */
import { z } from 'zod';
import { decideRefund, REFUND_COLUMNS, type RefundRow } from '../../actions/refund-book.ts';
import { type PersonOf, personsBehind } from '../../approvals/persons.ts';
import { type Approval, approvalById, approvalsPage, type Vote, votesOn } from '../../approvals/store.ts';
import type { TenantTx } from '../../db/pool.ts';
import { namesOf } from '../../people/names.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/approvals.ts';
import { id, problem } from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';
import { personOf, type RefundOut, refundsOut } from './refunds.ts';

const tags = ['refunds'];
const params = z.object({ id });
type Out = z.output<typeof shape.approval>;

async function approvalsOut(tx: TenantTx, caller: Caller, rows: readonly Approval[]): Promise<Out[]> {
  if (rows.length === 0) return [];
  const votes = await votesOn(
    tx,
    rows.map((a) => a.id),
  );
  const about = await tx.rows<RefundRow>(
    `select ${REFUND_COLUMNS} from refunds where tenant_id = $1 and id = any($2)`,
    [tx.tenantId, rows.map((a) => a.subject_id)],
  );
  const refunds = new Map((await refundsOut(tx, about)).map((r) => [r.id, r]));
  const actors = [...rows.map((a) => a.made_by), ...votes.map((v) => v.voter)];
  const nameOf = await namesOf(tx, actors);
  const personBehind = await personsBehind(tx, [...actors, actorOf(caller)]);
  return rows.map((a) => {
    const words = votes.filter((v) => v.approval_id === a.id);
    return dropEmpty({
      id: a.id,
      kind: a.kind,
      state: a.state,
      hash: a.hash,
      needs: a.needs,
      agreed: words.filter((v) => v.says === 'yes').length,
      expires_at: a.expires_at.toString(),
      made_by: personOf(nameOf, a.made_by),
      made_at: a.made_at.toString(),
      decided_at: a.decided_at?.toString(),
      words: words.map((v: Vote) =>
        dropEmpty({ by: personOf(nameOf, v.voter), says: v.says, note: v.note ?? undefined, at: v.at.toString() }),
      ),
      may_decide: mayDecide(a, words, caller, personBehind),
      refund: refunds.get(a.subject_id) as RefundOut,
    });
  });
}

function mayDecide(a: Approval, words: readonly Vote[], caller: Caller, personOf: PersonOf): boolean {
  const person = personOf(actorOf(caller));
  return (
    a.state === 'waiting' &&
    caller.scopes.has('approve') &&
    personOf(a.made_by) !== person &&
    !words.some((v) => personOf(v.voter) === person)
  );
}

const oneOf = async (tx: TenantTx, caller: Caller, wanted: string): Promise<Approval> =>
  (await approvalById(tx, caller.livemode, wanted)) ?? notFound();

export function approvalRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/approvals',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listApprovals',
        summary: 'What waits, or waited, for another person’s word; newest first',
        tags,
        querystring: shape.approvalsQuery,
        response: { 200: shape.approvalsPage },
      },
    },
    async ({ caller, query }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const rows = await approvalsPage(tx, caller.livemode, { ...query, after: fromCursor(query.after) });
        const last = rows.length < query.limit ? undefined : rows.at(-1)!;
        return dropEmpty({
          items: await approvalsOut(tx, caller, rows),
          next: last === undefined ? undefined : cursor(last.made_at.toString(), last.id),
        });
      }),
  );

  api.get(
    '/v1/approvals/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getApproval',
        summary: 'One of them',
        tags,
        params,
        response: { 200: shape.approval, 404: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const [one] = await approvalsOut(tx, caller, [await oneOf(tx, caller, params.id)]);
        return one!;
      }),
  );

  const decide = async (
    caller: Caller,
    wanted: string,
    word: Readonly<{ says: 'yes' | 'no'; hash: string; note?: string | undefined }>,
  ): Promise<Out> =>
    on.book.tenant(caller.tenantId, async (tx) => {
      const it = await oneOf(tx, caller, wanted);
      await decideRefund(tx, on, it.id, it.subject_id, { ...word, by: actorOf(caller) });
      const [one] = await approvalsOut(tx, caller, [await oneOf(tx, caller, wanted)]);
      return one!;
    });

  api.post(
    '/v1/approvals/:id/approve',
    {
      config: { scope: 'approve' },
      schema: {
        operationId: 'approve',
        summary: 'Agree to what somebody else asks for',
        description:
          'Never to what you asked for yourself. `hash` is what you saw; of something that changed meanwhile it is refused. With the last word that it needs it goes to the channel.',
        tags,
        params,
        body: shape.agree,
        response: { 200: shape.approval, 403: problem, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) => decide(caller, params.id, { ...body, says: 'yes' }),
  );

  api.post(
    '/v1/approvals/:id/reject',
    {
      config: { scope: 'approve' },
      schema: {
        operationId: 'reject',
        summary: 'Do not agree: it is over',
        tags,
        params,
        body: shape.reject,
        response: { 200: shape.approval, 403: problem, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) => decide(caller, params.id, { ...body, says: 'no' }),
  );
}
