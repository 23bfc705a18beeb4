/** Refunds: asked for, looked at, cancelled before they are sent. What is done with them is `actions/`. */
import { z } from 'zod';
import {
  askedAbout,
  cancelRefund,
  makeRefund,
  REFUND_COLUMNS,
  REFUND_REASONS,
  REFUND_STATES,
  REFUND_STEPS,
  type RefundRow,
  refundsOf,
  refundView,
  stepsOf,
} from '../../actions/refund-book.ts';
import { askedFor, refusalOf, roomOf } from '../../actions/refund-room.ts';
import { aloneUpTo } from '../../approvals/policy.ts';
import { approvalsAbout, othersWhoMay, votesOn } from '../../approvals/store.ts';
import { told } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { decimalText, parseMoney } from '../../base/money.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type NameOf, namesOf } from '../../people/names.ts';
import { PAYMENT_COLUMNS, type PaymentRow, paymentOf } from '../../traces/payment.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/refunds.ts';
import { id, problem } from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const tags = ['refunds'];
const params = z.object({ id });
export type RefundOut = z.output<typeof shape.refund>;

export const personOf = (nameOf: NameOf, actor: string): z.output<typeof shape.person> => ({
  actor,
  name: nameOf(actor) ?? actor,
});

/** What to do, where it came to nothing for a reason. */
const REMEDIES: Readonly<Record<string, Text>> = {
  expired: { en: 'Nobody decided in time: ask for it again.', zh: '超时未审批:请重新申请。' },
  not_possible: {
    en: 'The money went another way meanwhile: look at what is left to give back.',
    zh: '期间款项有变化:请查看剩余可退金额。',
  },
};
const REFUSED: Text = {
  en: 'Nothing was given back. Put right what the channel names (its balance, its rights, its time limit), then ask for it again, or give it back another way.',
  zh: '未退出任何款项。请按渠道提示处理(账户余额、权限、退款期限等)后重新申请,或以其他方式退还。',
};
const remedyOf = ({ state, code }: RefundRow): Text | undefined =>
  state === 'refused' ? REFUSED : state === 'cancelled' ? REMEDIES[code ?? ''] : undefined;

/** Refunds with the numbers of their payments, their approvals and the names of people. */
export async function refundsOut(tx: TenantTx, rows: readonly RefundRow[]): Promise<readonly RefundOut[]> {
  if (rows.length === 0) return [];
  const refs = await tx.rows<{ id: string; ref: string; order_ref: string | null }>(
    `select p.id, p.ref, o.ref as order_ref from payments p left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where p.tenant_id = $1 and p.id = any($2)`,
    [tx.tenantId, rows.map((r) => r.payment_id)],
  );
  const payments = new Map(refs.map((p) => [p.id, p]));
  const approvals = await approvalsAbout(
    tx,
    rows.map((r) => r.id),
  );
  const votes = await votesOn(
    tx,
    [...approvals.values()].map((a) => a.id),
  );
  const nameOf = await namesOf(
    tx,
    rows.map((r) => r.made_by),
  );
  return rows.map((r) => {
    const approval = approvals.get(r.id);
    const payment = payments.get(r.payment_id)!;
    return dropEmpty({
      ...refundView(r),
      payment_ref: payment.ref,
      order_ref: payment.order_ref ?? undefined,
      reason_says: REFUND_REASONS[r.reason],
      state_says: REFUND_STATES[r.state],
      remedy: remedyOf(r),
      made_by: personOf(nameOf, r.made_by),
      approval:
        approval === undefined
          ? undefined
          : {
              id: approval.id,
              state: approval.state,
              needs: approval.needs,
              agreed: votes.filter((v) => v.approval_id === approval.id && v.says === 'yes').length,
              expires_at: approval.expires_at.toString(),
            },
    });
  });
}

const oneOut = async (tx: TenantTx, row: RefundRow): Promise<RefundOut> => (await refundsOut(tx, [row]))[0]!;

async function refundOfCaller(tx: TenantTx, caller: Caller, wanted: string): Promise<RefundRow> {
  const row = await tx.maybe<RefundRow>(
    `select ${REFUND_COLUMNS} from refunds where tenant_id = $1 and livemode = $2 and id = $3`,
    [tx.tenantId, caller.livemode, wanted],
  );
  return row ?? notFound();
}

export function refundRoutes(api: Api, on: Serving): void {
  api.post(
    '/v1/payments/:id/refunds',
    {
      config: { scope: 'refund', idempotent: true },
      schema: {
        operationId: 'makeRefund',
        summary: 'Ask that money be given back',
        description:
          'Sent to the channel at once where the policy lets one person decide; else `approval` says what it waits for. Never more than is left: refunds asked for, under way or made at the channel, and chargebacks count. Send an Idempotency-Key: the same request again is the same refund.',
        tags,
        params,
        body: shape.newRefund,
        response: { 201: shape.refund, 404: problem, 409: problem, 422: problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const row = await makeRefund(tx, on, {
          livemode: caller.livemode,
          paymentId: params.id,
          amount: body.amount === undefined ? undefined : parseMoney(body.amount.amount, body.amount.currency),
          reason: body.reason,
          note: body.note,
          by: actorOf(caller),
        });
        return await oneOut(tx, row ?? notFound());
      });
      return await reply.status(201).send(made);
    },
  );

  api.get(
    '/v1/payments/:id/refunds',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPaymentRefunds',
        summary: 'Refunds of a payment, what can still be given back, and who would have to agree',
        tags,
        params,
        response: { 200: shape.paymentRefunds, 404: problem },
      },
    },
    async ({ caller, params }) => on.book.tenant(caller.tenantId, (tx) => ofPayment(tx, on, caller, params.id)),
  );

  api.get(
    '/v1/refunds',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listRefunds',
        summary: 'Refunds, newest first',
        tags,
        querystring: shape.refundsQuery,
        response: { 200: shape.refundsPage },
      },
    },
    async ({ caller, query }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const after = fromCursor(query.after);
        const rows = await tx.rows<RefundRow>(
          `select ${REFUND_COLUMNS} from refunds where tenant_id = $1 and livemode = $2
              and ($3::text is null or state = $3 or ($3 = 'open' and ended_at is null)) and ($4::uuid is null or account_id = $4)
              and ($5::timestamptz is null or (made_at, id) < ($5::timestamptz, $6::uuid))
            order by made_at desc, id desc limit $7`,
          [
            tx.tenantId,
            caller.livemode,
            query.state ?? null,
            query.account ?? null,
            after?.[0] ?? null,
            after?.[1] ?? null,
            query.limit,
          ],
        );
        const last = rows.length < query.limit ? undefined : rows.at(-1)!;
        return dropEmpty({
          items: [...(await refundsOut(tx, rows))],
          next: last === undefined ? undefined : cursor(last.made_at.toString(), last.id),
        });
      }),
  );

  api.get(
    '/v1/refunds/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getRefund',
        summary: 'One refund and its story: asked for, agreed to, sent, answered',
        tags,
        params,
        response: { 200: shape.refundStory, 404: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        const row = await refundOfCaller(tx, caller, params.id);
        const steps = await stepsOf(tx, row.id);
        const nameOf = await namesOf(
          tx,
          steps.map((s) => s.made_by),
        );
        return {
          refund: await oneOut(tx, row),
          steps: steps.map((s) =>
            dropEmpty({
              kind: s.kind,
              says: REFUND_STEPS[s.kind],
              at: s.at.toString(),
              by: s.made_by === null ? undefined : personOf(nameOf, s.made_by),
              note: s.note ?? undefined,
              code: s.code ?? undefined,
              message_id: s.message_id ?? undefined,
            }),
          ),
        };
      }),
  );

  api.post(
    '/v1/refunds/:id/cancel',
    {
      config: { scope: 'refund' },
      schema: {
        operationId: 'cancelRefund',
        summary: 'Cancel a refund that was not sent yet',
        tags,
        params,
        response: { 200: shape.refund, 404: problem, 409: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await refundOfCaller(tx, caller, params.id);
        await cancelRefund(tx, on, params.id, actorOf(caller));
        return await oneOut(tx, await refundOfCaller(tx, caller, params.id));
      }),
  );
}

async function ofPayment(
  tx: TenantTx,
  on: Serving,
  caller: Caller,
  paymentId: string,
): Promise<z.output<typeof shape.paymentRefunds>> {
  const row = await tx.maybe<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and livemode = $2 and id = $3`,
    [tx.tenantId, caller.livemode, paymentId],
  );
  if (row === undefined) return notFound();
  const payment = paymentOf(row);
  const items = [...(await refundsOut(tx, await refundsOf(tx, paymentId)))];
  const may = caller.scopes.has('refund');
  const others = may ? [...(await othersWhoMay(tx, actorOf(caller)))] : [];
  const asked = await askedAbout(tx, on, payment);
  if (asked?.trace.captured === undefined) return { items, others, may_make: may };
  const { currency } = asked.trace.captured;
  const whole = (minor: bigint) => ({ amount: decimalText(minor, currency), currency });
  const refusal = refusalOf(asked, undefined);
  const two = asked.policy.refund.twoAbove[currency];
  const why = refusal === undefined ? undefined : told(refusal);
  return dropEmpty({
    items,
    refundable: whole(roomOf(asked.trace, asked.ours, asked.plain)),
    alone_up_to: whole(aloneUpTo(asked.policy, currency, askedFor(asked.ours))),
    two_above: two === undefined ? undefined : whole(two),
    others,
    may_make: may,
    why_not: why === undefined ? undefined : { code: why.code, says: why.says, remedy: why.remedy },
  });
}
