/**
 * What follows a change of a trace, in its own transaction: a verdict, an event in the feed, and the wake-ups for what is to be done.
 *
 * May not: call anybody. A verdict row is written when the outcome changes, not at each look; words are rendered on reading.
 */
import type { Accounts, OpenAccount, PlainAccount } from '../channels/accounts.ts';
import type { Policies } from '../channels/policies.ts';
import { planAt } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues, values } from '../db/values.ts';
import type { Plan } from '../plans/plan.ts';
import type { Changed, Follow } from '../traces/advance.ts';
import type { Payment } from '../traces/payment.ts';
import { judge, type Verdict } from '../verdicts/judge.ts';
import { type Policy, remedyFor } from '../verdicts/policy.ts';
import { NO_ROAD, type Setting } from '../verdicts/standing.ts';
import { closeCases, openCase } from './cases.ts';
import { clearDue, setDue, type Wake, wakeClaims } from './due.ts';
import { appendEvents, type NewEvent } from './events.ts';
import type { Pace } from './pace.ts';
import { placesWatched } from './places.ts';
import { wakeRefunds } from './refund-book.ts';
import { look } from './schedule.ts';
import { paymentMembers, verdictMembers } from './view.ts';

type Outcome = Readonly<{ payment: Payment; changed: Changed; open: OpenAccount; verdict: Verdict; terminal: boolean }>;

/** What stands around a payment of this account. */
export const settingOf = (open: PlainAccount, paidBefore: boolean): Setting => ({
  orderRequired: open.orderMode === 'required',
  paidBefore,
  onlyHints: open.channel.onlyHints === true,
});

/**
 * Judged here is what the trace itself says. A payment that is on its way stands where its batch stands, and that is read with it
 * (`standing.ts`): what happens to a batch of five million is one row, not five million verdicts.
 */
export function following(accounts: Accounts, policies: Policies, pace: Pace): Follow {
  const watchPlaces = placesWatched();
  return async (tx, changed) => {
    if (changed.length === 0) return { judged: [], act: async () => {} };
    const policy = await policies.of(tx);
    const earlier = await paidEarlier(tx, changed);
    const planOf = plansAt(tx);
    const opened = new Map<string, OpenAccount>();
    const now = pace.now();
    const outcomes: Outcome[] = [];
    const wakes: Wake[] = [];
    const firstWakes: Wake[] = [];
    const done: string[] = [];
    for (const c of changed) {
      const { accountId } = c.after;
      const open = opened.get(accountId) ?? (await accounts.get(tx, accountId));
      opened.set(accountId, open);
      const setting = settingOf(open, earlier.has(c.after.id));
      const found = planOf(c);
      const verdict = judge(
        { trace: c.trace, setting, road: NO_ROAD },
        found instanceof Promise ? await found : found,
        policy,
        now,
      );
      const next = look(c.after, open, now, pace.jitter());
      const unproven = wantsProof(c, verdict, open);
      const mine = c.isNew ? firstWakes : wakes;
      if (next.at !== undefined)
        mine.push({ kind: 'inquire', id: c.after.id, inMs: unproven ? 0 : pace.msUntil(next.at) });
      else if (!c.isNew) done.push(c.after.id);
      // A hint is not told on: the answer is, when it comes.
      if (verdict.code === 'unrecorded' && !(unproven && setting.onlyHints))
        mine.push({ kind: 'repair', id: c.after.id, inMs: repairIn(c, open, policy, pace) });
      outcomes.push({ payment: c.after, changed: c, open, verdict, terminal: next.terminal });
    }
    return {
      judged: outcomes.map(({ verdict, terminal }) => ({ verdict: verdict.code, release: verdict.release, terminal })),
      async act() {
        const moved = await writeVerdicts(tx, outcomes, pace.now());
        await setDue(tx, firstWakes, true);
        await setDue(tx, wakes);
        await clearDue(tx, 'inquire', done);
        await settleRepairs(
          tx,
          outcomes.filter((o) => o.verdict.code !== 'unrecorded' && o.changed.before.verdict === 'unrecorded'),
        );
        // Before the feed's counter is taken: whoever holds it waits for nobody's finding.
        await watchPlaces(tx, changed);
        await tellPeople(tx, moved, policy);
        await tellOfLong(tx, outcomes, policy, pace.now());
        await wakeClaims(
          tx,
          moved.filter((o) => !o.changed.isNew).map((o) => o.payment.id),
        );
        await wakeRefunds(
          tx,
          changed.filter(touchesRefunds).map((c) => c.after.id),
        );
        await tellFeed(tx, moved);
      },
    };
  };
}

/** Where days begin, they begin with a quarter of an hour: what is in force is asked once for each, not for each payment. */
const QUARTER_MS = 900_000;

/** A plan that is known already is given at once: to await it for each payment costs more than to judge it. */
function plansAt(tx: TenantTx): (c: Changed) => Plan | Promise<Plan> {
  const known = new Map<string, Map<number, Plan>>();
  return (c) => {
    const at = c.trace.capturedAt ?? c.after.createdAt;
    const quarter = Math.floor(at.epochMilliseconds / QUARTER_MS);
    const ofAccount = known.getOrInsertComputed(c.after.accountId, () => new Map());
    const plan = ofAccount.get(quarter);
    if (plan !== undefined) return plan;
    return planAt(tx, c.after.accountId, at).then((found) => {
      ofAccount.set(quarter, found);
      return found;
    });
  };
}

/** Refunds of ours may have to be looked at: most payments have none, and are not asked about. */
const touchesRefunds = ({ trace, after, isNew }: Changed): boolean =>
  !isNew &&
  after.capturedAt !== undefined &&
  (trace.refunds.length > 0 || trace.chargedBackMinor > 0n || trace.position !== 'captured');

/** A notification alone releases no goods here: the channel is asked at once, for the customer stands and waits. */
const wantsProof = ({ trace }: Changed, verdict: Verdict, open: OpenAccount): boolean =>
  verdict.release === 'ask' &&
  trace.position === 'captured' &&
  trace.capturedBy === 'notification' &&
  open.channel.capabilities.inquire === true;

/** At once where nobody else will tell the merchant; after the time its system may take where the notification is on its way there. */
function repairIn(c: Changed, open: OpenAccount, policy: Policy, pace: Pace): number {
  const relayed = open.feed === 'copy' || (open.feed === 'relay' && open.forwardUrl !== undefined);
  if (!relayed || c.trace.capturedBy !== 'notification') return 0;
  return pace.msUntil(pace.now().add({ seconds: policy.recordWithinSeconds }));
}

/** Of the changed payments those whose order another payment had paid before; the others of this batch are not written yet. */
async function paidEarlier(tx: TenantTx, changed: readonly Changed[]): Promise<ReadonlySet<string>> {
  const paid = changed
    .map((c) => c.after)
    .filter((p): p is Paid => p.orderId !== undefined && p.capturedAt !== undefined);
  const found = new Set<string>();
  for (const [, of] of Map.groupBy(paid, (p) => p.orderId)) {
    const captured = of.filter((p) => p.position === 'captured');
    for (const p of of) if (captured.some((o) => isEarlier(o, p))) found.add(p.id);
  }
  const ids = changed.map((c) => c.after.id);
  for (const chunk of inChunks(paid, 3)) {
    const v = values(
      ['uuid', 'uuid', 'timestamptz'],
      chunk.map((p) => [p.id, p.orderId, p.capturedAt]),
    );
    const earlier = await tx.rows<{ id: string }>(
      `select v.id from (${v.text}) as v (id, order_id, captured_at)
        where exists (select from payments p where p.tenant_id = $1 and p.order_id = v.order_id and p.id <> all($${v.params.length + 2})
                         and p.position = 'captured' and (p.captured_at, p.id) < (v.captured_at, v.id))`,
      [tx.tenantId, ...v.params, ids],
    );
    for (const { id } of earlier) found.add(id);
  }
  return found;
}

type Paid = Payment & Readonly<{ orderId: string; capturedAt: Temporal.Instant }>;
const isEarlier = (a: Paid, b: Paid): boolean =>
  (Temporal.Instant.compare(a.capturedAt, b.capturedAt) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)) < 0;

/** Writes verdicts whose outcome is another than the last; returns those. */
async function writeVerdicts(
  tx: TenantTx,
  outcomes: readonly Outcome[],
  now: Temporal.Instant,
): Promise<readonly Outcome[]> {
  const older = outcomes.filter((o) => !o.changed.isNew).map((o) => o.payment.id);
  const rows =
    older.length === 0
      ? []
      : await tx.rows<{ payment_id: string; outcome: string }>(
          `select distinct on (payment_id) payment_id, ${OUTCOME_SQL} as outcome from verdicts
            where tenant_id = $1 and payment_id = any($2) order by payment_id, version desc`,
          [tx.tenantId, older],
        );
  const last = new Map(rows.map((r) => [r.payment_id, r.outcome]));
  const moved = outcomes.filter((o) => o.changed.isNew || last.get(o.payment.id) !== outcomeOf(o.verdict));
  for (const chunk of inChunks(moved, 18)) {
    const v = tenantValues(
      [
        'uuid',
        'int',
        'text',
        'text',
        'text',
        'text',
        'text',
        'text',
        'bigint',
        'text',
        'text[]',
        'uuid[]',
        'text[]',
        'date',
        'boolean',
        'timestamptz',
      ],
      chunk.map(({ payment, verdict }) => [
        payment.id,
        payment.version,
        verdict.code,
        verdict.release,
        verdict.cause,
        verdict.reason ?? null,
        verdict.custody,
        verdict.confidence,
        verdict.amount?.minor ?? null,
        verdict.amount?.currency ?? null,
        verdict.also,
        verdict.evidence.flatMap((e) => (e.kind === 'observation' ? [e.id] : [])),
        verdict.path,
        verdict.promise?.on ?? null,
        verdict.promise?.assumed ?? false,
        now,
      ]),
    );
    await tx.run(
      `insert into verdicts (tenant_id, payment_id, version, code, release, cause, reason, custody, confidence, amount_minor,
         currency, also, evidence, path, promised_on, promise_assumed, judged_at) ${v.text}`,
      [tx.tenantId, ...v.params],
    );
  }
  return moved;
}

const OUTCOME_SQL = `concat_ws('|', code, release, cause, coalesce(reason, ''), confidence, array_to_string(also, ','))`;
const outcomeOf = (v: Verdict): string =>
  [v.code, v.release, v.cause, v.reason ?? '', v.confidence, v.also.join(',')].join('|');

async function settleRepairs(tx: TenantTx, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  const ids = outcomes.map((o) => o.payment.id);
  await clearDue(tx, 'repair', ids);
  await tx.run(
    `update actions a set state = case when p.recorded_at is null then 'withdrawn' else 'done' end, updated_at = now()
       from payments p
      where a.tenant_id = $1 and a.kind = 'repair' and a.payment_id = any($2) and a.state in ('intended', 'called', 'unknown')
        and p.tenant_id = $1 and p.id = a.payment_id`,
    [tx.tenantId, ids],
  );
}

/** What is to be decided, by people or by the policy. */
async function tellPeople(tx: TenantTx, moved: readonly Outcome[], policy: Policy): Promise<void> {
  const settled = moved.filter(
    (o) => o.changed.before.verdict !== undefined && o.changed.before.verdict !== o.verdict.code,
  );
  if (settled.length > 0)
    await closeCases(
      tx,
      settled.map((o) => o.payment.id),
      [],
    );
  const wakes: Wake[] = [];
  for (const { payment, verdict } of moved) {
    const way = remedyFor(policy, verdict.code);
    if (way === 'ask') await openCase(tx, verdict.code, { kind: 'payment', id: payment.id });
    else if (way !== undefined) wakes.push({ kind: 'remedy', id: payment.id, inMs: 0 });
  }
  await setDue(tx, wakes);
}

/** A channel that is at work for longer than the policy lets it: a person should know, and nothing is said about the money. */
async function tellOfLong(
  tx: TenantTx,
  outcomes: readonly Outcome[],
  policy: Policy,
  now: Temporal.Instant,
): Promise<void> {
  for (const { verdict, payment, changed } of outcomes) {
    const since = changed.trace.processingSince;
    if (verdict.code !== 'pending' || since === undefined) continue;
    if (since.until(now).total('minutes') >= policy.pendingCaseMinutes)
      await openCase(tx, 'pending_long', { kind: 'payment', id: payment.id });
  }
}

/** Every change of a verdict but `unrecorded`, which is told when it is to be repaired (`repair.ts`). */
async function tellFeed(tx: TenantTx, moved: readonly Outcome[]): Promise<void> {
  const told = moved.filter((o) => o.verdict.code !== 'unrecorded');
  const refs = await orderRefs(
    tx,
    told.flatMap((o) => o.payment.orderId ?? []),
  );
  await appendEvents(
    tx,
    told.map((o) => paymentEvent(o.payment, refs.get(o.payment.orderId ?? ''), o.verdict)),
  );
}

export async function orderRefs(tx: TenantTx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<{ id: string; ref: string }>(
    'select id, ref from orders where tenant_id = $1 and id = any($2)',
    [tx.tenantId, [...ids]],
  );
  return new Map(rows.map((r) => [r.id, r.ref]));
}

/** The event's type is the verdict's code: twenty types, each told in `docs/reference/verdicts.md`. */
export function paymentEvent(payment: Payment, orderRef: string | undefined, verdict: Verdict): NewEvent {
  return {
    type: `payment.${verdict.code}`,
    livemode: payment.livemode,
    paymentId: payment.id,
    orderId: payment.orderId,
    body: { payment: paymentMembers(payment, orderRef, verdictMembers(verdict)) },
  };
}
