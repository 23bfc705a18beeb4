/** Payments: found by any number, shown with everything their story rests on, asked about on demand. */
import { z } from 'zod';
import { inquire } from '../../actions/inquire.ts';
import { placesOf } from '../../actions/places.ts';
import { repairNow } from '../../actions/repair.ts';
import { STATIONS, type Station, stationsOf } from '../../actions/stations.ts';
import { usualToRecord } from '../../actions/usual.ts';
import { moneyView } from '../../actions/view.ts';
import { DaozhangError } from '../../base/errors.ts';
import { parseMoney } from '../../base/money.ts';
import type { TenantTx } from '../../db/pool.ts';
import { tailOf } from '../../observations/observation.ts';
import { IN_PAYOUT } from '../../people/search.ts';
import { type PayoutFact, factsOf as payoutFactsOf } from '../../sources/payouts.ts';
import { PAYMENT_COLUMNS, type PaymentRow, paymentOf } from '../../traces/payment.ts';
import { BATCH_CONTRADICTIONS, contradictionsOf, type FoundState, type Told } from '../../traces/payout.ts';
import { observationRows } from '../../traces/store.ts';
import { toldOf } from '../../traces/trace-json.ts';
import type { Caller } from '../auth.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import { listQuery, page } from '../payment-list.ts';
import { paymentsWith, promiseOut, standingsWith, VERDICT_COLUMNS, type VerdictRow, verdictOut } from '../read.ts';
import type { Api, Serving } from '../server.ts';

const MOST_FOUND = 50;

export function paymentRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/payments',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPayments',
        summary: 'Payments, newest first',
        tags: ['payments'],
        description: 'Each filter is held against what is said of a payment now. Days are days of business in China.',
        querystring: listQuery,
        response: { 200: shape.page(shape.payment) },
      },
    },
    async ({ caller, query }) => {
      return await on.book.tenant(caller.tenantId, (tx) => page(tx, on, caller.livemode, query));
    },
  );

  api.get(
    '/v1/payments/search',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'findPayments',
        summary: 'Find payments by any number',
        description:
          'Order, payment, channel, wallet, refund or bank reference, exactly as it is written. Of a payout’s number: the payout, and the newest payments that are in it.',
        tags: ['payments'],
        querystring: z.strictObject({ ref: shape.reference }),
        response: { 200: shape.foundByNumber },
      },
    },
    async ({ caller, query }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const payout = await batchWhere(tx, 'b.livemode = $2 and b.payout_ref = $3', [caller.livemode, query.ref]);
        // Hardly any number is a payout's: the payments in it are looked for only where it is.
        const inIt = payout === undefined ? '' : `union all select i.id from (${IN_PAYOUT('$2')}) i`;
        const items = await paymentsWith(
          tx,
          on,
          `p.livemode = $3 and p.id in (select r.payment_id from refs r where r.tenant_id = $1 and r.tail = $4 and r.value = $2 ${inIt})`,
          [query.ref, caller.livemode, tailOf(query.ref)],
          `order by p.created_at desc, p.id desc limit ${MOST_FOUND}`,
        );
        return dropEmpty({ items, payout });
      });
    },
  );

  const params = z.object({ id: shape.id });
  api.get(
    '/v1/payments/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getPayment',
        summary: 'One payment',
        tags: ['payments'],
        params,
        response: { 200: shape.payment, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(caller.tenantId, (tx) => one(tx, on, caller, params.id));
    },
  );

  api.get(
    '/v1/payments/:id/trace',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTrace',
        summary: 'The whole story of a payment, down to the stored bytes',
        tags: ['payments'],
        params,
        response: { 200: shape.trace, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(caller.tenantId, (tx) => story(tx, on, caller, params.id));
    },
  );

  api.post(
    '/v1/payments/:id/inquire',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'inquire',
        summary: 'Ask the channel now',
        description:
          'Answers with the payment after the channel’s answer; where none came it is as it was, and `outcome` says why.',
        tags: ['payments'],
        params,
        response: {
          200: z.object({ outcome: z.string(), detail: z.string().optional(), payment: shape.payment }),
          404: shape.problem,
        },
      },
    },
    async ({ caller, params }) => {
      const { payment, open } = await on.book.tenant(caller.tenantId, async (tx) => {
        await one(tx, on, caller, params.id);
        const row = await tx.one<PaymentRow>(
          `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and id = $2`,
          [tx.tenantId, params.id],
        );
        const payment = paymentOf(row);
        return { payment, open: await on.accounts.get(tx, payment.accountId) };
      });
      const answer = await inquire(on, caller.tenantId, payment, open);
      const after = await on.book.tenant(caller.tenantId, (tx) => one(tx, on, caller, params.id));
      return dropEmpty({
        outcome: answer.outcome,
        detail: 'detail' in answer ? answer.detail : undefined,
        payment: after,
      });
    },
  );

  api.post(
    '/v1/payments/:id/repair',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'repair',
        summary: 'Tell the shop’s system again, now',
        description:
          'Of a payment that the channel has and the shop’s system does not know: `payment.unrecorded` goes into the feed and to the webhook endpoints once more. What acknowledges it is the record.',
        tags: ['payments'],
        params,
        response: { 202: shape.payment, 404: shape.problem, 409: shape.problem },
      },
    },
    async ({ caller, params }, reply) => {
      const payment = await on.book.tenant(caller.tenantId, async (tx) => {
        const before = await one(tx, on, caller, params.id);
        if (!(await repairNow(tx, on, params.id))) throw new DaozhangError('payment.nothing_to_repair', {});
        return before;
      });
      return await reply.status(202).send(payment);
    },
  );

  api.get(
    '/v1/messages/:id/raw',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getRawMessage',
        summary: 'The bytes of a message as they came',
        description:
          'The headers `x-daozhang-sha256` and `x-daozhang-headers` carry their hash and the headers they came with.',
        tags: ['payments'],
        params,
        response: {
          200: { description: 'The bytes', content: { 'application/octet-stream': { schema: z.string() } } },
          404: shape.problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      const row = await on.book.tenant(caller.tenantId, (tx) =>
        tx.maybe<{ headers: Record<string, string>; body: Buffer; raw_hash: Buffer }>(
          `select m.headers::json as headers, m.body, m.raw_hash from messages m join accounts a on a.tenant_id = $1 and a.id = m.account_id
            where m.tenant_id = $1 and m.id = $2 and a.livemode = $3`,
          [tx.tenantId, params.id, caller.livemode],
        ),
      );
      if (row === undefined) return notFound();
      const safe = Object.fromEntries(
        Object.entries(row.headers).filter(([name]) => !/authorization|cookie/i.test(name)),
      );
      return await reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', `attachment; filename="${params.id}.bin"`)
        .header('x-content-type-options', 'nosniff')
        .header('x-daozhang-sha256', row.raw_hash.toString('hex'))
        .header('x-daozhang-headers', Buffer.from(JSON.stringify(safe)).toString('base64'))
        .serializer((body: unknown) => body as string)
        .send(row.body as unknown as string);
    },
  );
}

async function one(tx: TenantTx, on: Serving, caller: Caller, id: string): Promise<z.output<typeof shape.payment>> {
  const [payment] = await paymentsWith(tx, on, 'p.livemode = $2 and p.id = $3', [caller.livemode, id], '');
  return payment ?? notFound();
}

async function story(tx: TenantTx, on: Serving, caller: Caller, id: string): Promise<z.output<typeof shape.trace>> {
  const [found] = await standingsWith(tx, on, 'p.livemode = $2 and p.id = $3', [caller.livemode, id], '');
  if (found === undefined) return notFound();
  const payment = found.shown;
  const observations = [...(await observationRows(tx, [id]))].sort(
    (a, b) => Temporal.Instant.compare(a.occurred_at, b.occurred_at) || (a.id < b.id ? -1 : 1),
  );
  const verdicts = await tx.rows<VerdictRow>(
    `select ${VERDICT_COLUMNS} from verdicts v where v.tenant_id = $1 and v.payment_id = $2 order by v.version`,
    [tx.tenantId, id],
  );
  const actions = await tx.rows<{
    kind: string;
    state: string;
    attempts: number;
    created_at: Temporal.Instant;
    updated_at: Temporal.Instant;
  }>(
    'select kind, state, attempts, created_at, updated_at from actions where tenant_id = $1 and payment_id = $2 order by created_at',
    [tx.tenantId, id],
  );
  const deliveries = await tx.rows<{
    id: string;
    kind: string;
    state: string;
    attempts: number;
    last_status: number | null;
    created_at: Temporal.Instant;
  }>(
    'select id, kind, state, attempts, last_status, created_at from deliveries where tenant_id = $1 and payment_id = $2 order by id',
    [tx.tenantId, id],
  );
  const due = await tx.maybe<{ due_at: Temporal.Instant }>(
    `select due_at from due where tenant_id = $1 and kind = 'inquire' and id = $2`,
    [tx.tenantId, id],
  );
  const breaks = await tx.rows<{
    reconciliation_id: string;
    n: number;
    part: string;
    finding: string;
    amount: z.output<typeof shape.money>;
    says: { en: string; zh: string };
  }>(
    `select b.reconciliation_id, b.n, b.part, b.finding, b.body -> 'amount' as amount, b.body -> 'says' as says from breaks b
       join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id and r.superseded_by is null
      where b.tenant_id = $1 and b.payment_id = $2 order by b.reconciliation_id desc, b.n limit 100`,
    [tx.tenantId, id],
  );
  const batch = await batchWhere(
    tx,
    'b.id = (select p.batch_id from payments p where p.tenant_id = $1 and p.id = $2)',
    [id],
  );
  const heard = observations.map((o) => ({
    kind: o.kind,
    source: o.source,
    occurredAt: o.occurred_at,
    id: o.id,
    messageId: o.message_id ?? undefined,
  }));
  const stations = found.standing === undefined ? [] : stationsOf(found.standing, heard, on.pace.now()).map(stationOut);
  const usual = await usualToRecord(tx, { accountId: payment.account_id, livemode: payment.livemode, but: payment.id });
  return dropEmpty({
    payment,
    stations: stations.map((s) => (usual !== undefined && s.station === 'recorded' ? { ...s, usual } : s)),
    batch,
    breaks,
    observations: observations.map((o) =>
      dropEmpty({
        id: o.id,
        source: o.source,
        kind: o.kind,
        said: o.said,
        occurred_at: o.occurred_at.toString(),
        received_at: o.received_at.toString(),
        last_seen_at: o.last_seen_at.toString(),
        times: o.times,
        amount: moneyView(o.amount_minor ?? undefined, o.currency ?? undefined),
        refund_ref: o.refund_ref ?? undefined,
        refund_state: o.refund_state ?? undefined,
        place: o.place ?? undefined,
        message_id: o.message_id ?? undefined,
      }),
    ),
    verdicts: verdicts.map(verdictOut),
    actions: actions.map((a) => ({ ...a, created_at: a.created_at.toString(), updated_at: a.updated_at.toString() })),
    deliveries: deliveries.map((d) =>
      dropEmpty({ ...d, last_status: d.last_status ?? undefined, created_at: d.created_at.toString() }),
    ),
    terminal: await placeIn(tx, id),
    next_look_at: due?.due_at.toString(),
  });
}

const stationOut = (s: Station): z.output<typeof shape.station> =>
  dropEmpty({
    station: s.station,
    title: STATIONS[s.station],
    state: s.state,
    at: s.at?.toString(),
    on: s.on?.toString(),
    promise: s.promise === undefined ? undefined : promiseOut(s.promise),
    source: s.source,
    observation_id: s.observationId,
    message_id: s.messageId,
    document_id: s.documentId,
  });

async function placeIn(tx: TenantTx, id: string): Promise<z.output<typeof shape.trace>['terminal']> {
  const [place] = await placesOf(tx, [id]);
  if (place === undefined) return undefined;
  return dropEmpty({
    named: place.named,
    by: place.by,
    terminal_id: place.terminalId,
    name: place.name,
    state: place.state,
    store: place.store,
    finding: place.finding,
    finding_id: place.findingId,
  });
}

type BatchOut = NonNullable<z.output<typeof shape.trace>['batch']>;
type BatchRow = Readonly<{
  key: string;
  ref: string | null;
  channel: string;
  account: string;
  kind: BatchOut['kind'];
  state: BatchOut['state'];
  business_from: Temporal.PlainDate;
  business_to: Temporal.PlainDate;
  due_on: Temporal.PlainDate | null;
  credited_on: Temporal.PlainDate | null;
  net: BatchOut['net'];
  reconciliation_id: string | null;
  found: FoundState | null;
  told: Record<string, unknown> | null;
  account_id: string | null;
  payout_ref: string | null;
  listed: Readonly<{ net: string; whole: boolean }> | null;
}>;

/** Of several by one number the one that the channel told of. */
async function batchWhere(tx: TenantTx, where: string, params: readonly unknown[]): Promise<BatchOut | undefined> {
  const batch = await tx.maybe<BatchRow>(
    `select b.key, b.ref, b.channel, b.account, b.kind, b.state, b.business_from, b.business_to, b.due_on, b.credited_on,
            b.sums -> 'net' as net, b.reconciliation_id, b.found, b.told, b.account_id, b.payout_ref, b.listed
       from batches b where b.tenant_id = $1 and ${where} order by b.told is null, b.id desc limit 1`,
    [tx.tenantId, ...params],
  );
  if (batch === undefined) return undefined;
  const isTold = batch.told !== null && batch.account_id !== null && batch.payout_ref !== null;
  return batchView(batch, isTold ? await payoutFactsOf(tx, batch.account_id!, [batch.payout_ref!]) : []);
}

const batchView = (b: BatchRow, facts: readonly PayoutFact[]): BatchOut =>
  dropEmpty({
    key: b.key,
    ref: b.ref ?? undefined,
    channel: b.channel,
    account: b.account,
    kind: b.kind,
    state: b.state,
    from: b.business_from.toString(),
    to: b.business_to.toString(),
    due_on: b.due_on?.toString(),
    credited_on: b.credited_on?.toString(),
    net: b.net,
    reconciliation_id: b.reconciliation_id ?? undefined,
    told: b.told === null ? undefined : facts.map(factView),
    contradictions: b.told === null ? undefined : contradictionsIn(b, toldOf(b.told)),
  });

function contradictionsIn({ found, net, listed }: BatchRow, told: Told): NonNullable<BatchOut['contradictions']> {
  const document = found === null ? undefined : { state: found, net: parseMoney(net.amount, net.currency) };
  const codes = contradictionsOf(told, document, listed?.whole === true ? BigInt(listed.net) : undefined);
  return codes.map((code) => ({ code, says: BATCH_CONTRADICTIONS[code] }));
}

const factView = (f: PayoutFact): NonNullable<BatchOut['told']>[number] =>
  dropEmpty({
    ...{ id: f.id, source: f.source, state: f.state, said: f.said, times: f.times },
    ...{ occurred_at: f.occurredAt.toString(), last_seen_at: f.lastSeenAt.toString() },
    amount: moneyView(f.amount.minor, f.amount.currency)!,
    arrival_on: f.arrivalOn?.toString(),
    failure: f.failure,
    message_id: f.messageId,
  });
