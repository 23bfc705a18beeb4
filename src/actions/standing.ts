/**
 * Payments as they stand now: what their traces say, and what documents and batches say of their way since, judged together. Read anew each
 * time: that a batch reached the bank, or that a promised day passed, changes what is said without a row for each payment.
 *
 * Cost: three statements for any number of payments.
 */
import type { Accounts, PlainAccount } from '../channels/accounts.ts';
import { billTerms } from '../channels/bills.ts';
import type { Policies } from '../channels/policies.ts';
import { planAt } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, values } from '../db/values.ts';
import type { Plan } from '../plans/plan.ts';
import type { Refund, Trace } from '../traces/fold.ts';
import type { Payment } from '../traces/payment.ts';
import { toldOf, traceOf } from '../traces/trace-json.ts';
import { judge, type Verdict } from '../verdicts/judge.ts';
import { judgeRefund } from '../verdicts/refunds.ts';
import type { BatchFacts, Road } from '../verdicts/standing.ts';
import { settingOf } from './follow.ts';
import type { Pace } from './pace.ts';

export type Reading = Readonly<{ accounts: Accounts; policies: Policies; pace: Pace }>;

export type Standing = Readonly<{
  payment: Payment;
  open: PlainAccount;
  plan: Plan;
  trace: Trace;
  road: Road;
  verdict: Verdict;
  refunds: ReadonlyArray<Readonly<{ refund: Refund; verdict: Verdict }>>;
  /** When the channel is asked next. */
  look: Temporal.Instant | undefined;
}>;

/** Payments that nothing was ever said of have none. */
export async function standings(
  tx: TenantTx,
  on: Reading,
  payments: readonly Payment[],
): Promise<ReadonlyMap<string, Standing>> {
  if (payments.length === 0) return new Map();
  const now = on.pace.now();
  const policy = await on.policies.of(tx);
  const facts = await factsOf(
    tx,
    payments.map((p) => p.id),
  );
  const found = new Map<string, Standing>();
  const drafts: Array<Omit<Standing, 'verdict' | 'refunds' | 'road'> & Readonly<{ facts: Facts }>> = [];
  for (const payment of payments) {
    const trace = traceOf(payment.trace);
    const known = facts.get(payment.id);
    if (trace === undefined || known === undefined) continue;
    const open = await on.accounts.plain(tx, payment.accountId);
    const plan = await planAt(tx, payment.accountId, trace.capturedAt ?? payment.createdAt);
    drafts.push({ payment, open, plan, trace, facts: known, look: known.look });
  }
  const missing = await missingFromBills(
    tx,
    drafts.filter((d) => d.payment.clearedOn === undefined && d.trace.capturedAt !== undefined),
  );
  for (const { facts, ...draft } of drafts) {
    const { payment, open, plan, trace } = draft;
    const road: Road = {
      clearedOn: payment.clearedOn,
      billId: facts.billId,
      missingFromBills: missing.has(payment.id),
      batch: facts.batch,
      bankWatched: facts.bankWatched,
    };
    const verdict = judge({ trace, setting: settingOf(open, facts.paidBefore), road }, plan, policy, now);
    const refunds = trace.refunds.map((refund) => ({
      refund,
      verdict: judgeRefund(
        {
          refund,
          trace,
          asked: undefined,
          funding: refund.to,
          missedSince: facts.missedSince,
          missingFromBills: false,
        },
        plan,
        now,
      ),
    }));
    found.set(payment.id, { ...draft, road, verdict, refunds });
  }
  return found;
}

type Facts = Readonly<{
  billId: string | undefined;
  batch: BatchFacts | undefined;
  bankWatched: boolean;
  paidBefore: boolean;
  look: Temporal.Instant | undefined;
  /** A customer misses a refund of it: since when. */
  missedSince: Temporal.Instant | undefined;
}>;
type FactRow = Readonly<{
  id: string;
  bill_id: string | null;
  batch_id: string | null;
  state: BatchFacts['state'] | null;
  found: BatchFacts['state'] | null;
  told: Readonly<Record<string, unknown>> | null;
  is_out: boolean | null;
  due_on: Temporal.PlainDate | null;
  credited_on: Temporal.PlainDate | null;
  bank_watched: boolean;
  paid_before: boolean | null;
  look: Temporal.Instant | null;
  missed_since: Temporal.Instant | null;
}>;

async function factsOf(tx: TenantTx, ids: readonly string[]): Promise<ReadonlyMap<string, Facts>> {
  const rows = await tx.rows<FactRow>(
    `select p.id, p.cleared_document_id as bill_id, b.id as batch_id, b.state, b.found, b.told, b.paid_out_at is not null as is_out, b.due_on, b.credited_on,
            exists (select from batches w where w.tenant_id = $1 and w.livemode = p.livemode and w.channel = a.provider
                       and w.found <> 'not_checked') as bank_watched,
            v.path @> '{paid_before}' as paid_before, d.due_at as look,
            (select min(c.created_at) from claims c where c.tenant_id = $1 and c.payment_id = p.id
                and c.kind = 'refund_not_arrived' and c.state <> 'closed') as missed_since
       from payments p
       join accounts a on a.tenant_id = $1 and a.id = p.account_id
       left join batches b on b.tenant_id = $1 and b.id = p.batch_id
       left join due d on d.tenant_id = $1 and d.kind = 'inquire' and d.id = p.id
       left join lateral (select path from verdicts v where v.tenant_id = $1 and v.payment_id = p.id
                           order by v.version desc limit 1) v on true
      where p.tenant_id = $1 and p.id = any($2)`,
    [tx.tenantId, [...ids]],
  );
  return new Map(
    rows.map((r) => [
      r.id,
      {
        billId: r.bill_id ?? undefined,
        batch:
          r.batch_id === null || r.state === null
            ? undefined
            : {
                id: r.batch_id,
                state: r.state,
                dueOn: r.due_on ?? undefined,
                creditedOn: r.credited_on ?? undefined,
                missing: undefined,
                told: r.told === null ? undefined : toldOf(r.told),
                isOut: r.is_out ?? false,
                foundState: r.found ?? undefined,
              },
        bankWatched: r.bank_watched,
        paidBefore: r.paid_before ?? false,
        look: r.look ?? undefined,
        missedSince: r.missed_since ?? undefined,
      },
    ]),
  );
}

/** Captured payments of whose day, and of the day after, the bills are there: near the day's cut a payment stands in the next. */
async function missingFromBills(
  tx: TenantTx,
  payments: ReadonlyArray<Pick<Standing, 'payment' | 'open' | 'trace'>>,
): Promise<ReadonlySet<string>> {
  const asked = payments.flatMap(({ payment, open, trace }) => {
    const terms = billTerms(open.account).find((t) => t.role !== 'evidence');
    if (terms === undefined) return [];
    const day = trace.capturedAt!.toZonedDateTimeISO(terms.zone).toPlainDate();
    return [[payment.id, payment.accountId, terms.kind, day] as const];
  });
  const missing = new Set<string>();
  for (const chunk of inChunks(asked, 4)) {
    const v = values(['uuid', 'uuid', 'text', 'date'], chunk);
    const rows = await tx.rows<{ id: string }>(
      `select v.id from (${v.text}) as v (id, account_id, kind, day)
        where exists (select from bill_days b where b.tenant_id = $1 and b.account_id = v.account_id and b.kind = v.kind
                         and b.covers_on = v.day and b.state = 'fetched')
          and exists (select from bill_days b where b.tenant_id = $1 and b.account_id = v.account_id and b.kind = v.kind
                         and b.covers_on = v.day + 1 and b.state <> 'expected')`,
      [tx.tenantId, ...v.params],
    );
    for (const { id } of rows) missing.add(id);
  }
  return missing;
}
