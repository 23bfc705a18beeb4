/**
 * Asks the channel about payments that are due. The heart of the whole: a lost notification is found here, before anybody complains.
 *
 * I7: only an answer says anything about money. An error, a time-out, HTML with 200 or a bad signature moves the next look and the
 * account's breaker, and nothing else. One poison payment stops nobody: each has a transaction of its own.
 *
 * Cost: one call and one transaction a payment; the pace of an account is shared by all processes through its row.
 */
import { sha256 } from '../base/ids.ts';
import type { Accounts, OpenAccount } from '../channels/accounts.ts';
import type { Answer, Ask, Io, RawMessage } from '../channels/channel.ts';
import { askKnowingKeys } from '../channels/keys.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { factsHash } from '../observations/facts.ts';
import type { Observed } from '../observations/observation.ts';
import { insertMessages } from '../sources/inbox.ts';
import { type Follow, type Said, take } from '../traces/advance.ts';
import { PAYMENT_COLUMNS, type Payment, type PaymentRow, paymentOf } from '../traces/payment.ts';
import { raise, settle } from './cases.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import { BREAK_AFTER, noteAnswer, noteFailure, takeTurns } from './health.ts';
import type { Pace } from './pace.ts';
import { look, openRefunds } from './schedule.ts';

const EACH = 50;
const LEASE_MS = 60_000;
const AT_ONCE = 16;
/** After a call without an answer; while the account rests (`health.ts`), after its rest. */
const AGAIN_MS = 10_000;
const AGAIN_MOST_MS = 600_000;

export type Asking = Readonly<{ book: Book; accounts: Accounts; io: Io; follow: Follow; pace: Pace }>;

/** One sweep: takes what is due, fairly over tenants, asks, and takes in the answers. Returns how many were asked. */
export async function inquireDue(on: Asking): Promise<number> {
  return await workDue(on.book, 'inquire', EACH, LEASE_MS, async (tenantId, ids) => {
    const ready = await on.book.tenant(tenantId, (tx) => sortOut(tx, on, ids));
    const silent = new Map<string, number>();
    await eachAtOnce(ready, AT_ONCE, async ({ payment, open }) => {
      const { id } = open.account;
      const inARow = silent.get(id) ?? 0;
      // What was granted before the account fell silent is not asked into the silence.
      if (inARow >= BREAK_AFTER) return await putOff(on, tenantId, payment);
      const answer = await inquire(on, tenantId, payment, open);
      silent.set(id, answer.outcome === 'unknown' ? (silent.get(id) ?? 0) + 1 : 0);
    });
    return ready.length;
  });
}

const putOff = (on: Asking, tenantId: string, payment: Payment): Promise<void> =>
  on.book.tenant(tenantId, (tx) => setDue(tx, [{ kind: 'inquire', id: payment.id, inMs: AGAIN_MS }]));

type Ready = Readonly<{ payment: Payment; open: OpenAccount }>;

/** Those that may be asked now; the others get their next wake-up. */
async function sortOut(tx: TenantTx, on: Asking, ids: readonly string[]): Promise<readonly Ready[]> {
  const payments = await paymentsById(tx, ids);
  const gone = new Set(ids);
  const ready: Ready[] = [];
  for (const [accountId, group] of Map.groupBy(payments, (p) => p.accountId)) {
    const open = await on.accounts.get(tx, accountId);
    const doubted = await doubtedByBills(tx, group);
    const wanted = group.filter((p) => !p.terminal || doubted.has(p.id));
    for (const p of wanted) gone.delete(p.id);
    if (open.state === 'paused' || open.channel.capabilities.inquire !== true) {
      await setDue(
        tx,
        wanted.map((p) => ({ kind: 'inquire', id: p.id, inMs: AGAIN_MOST_MS })),
      );
      continue;
    }
    const turns = await takeTurns(tx, open, wanted.length);
    ready.push(...wanted.slice(0, turns.granted).map((payment) => ({ payment, open })));
    await setDue(
      tx,
      wanted
        .slice(turns.granted)
        .map((p, i) => ({ kind: 'inquire', id: p.id, inMs: turns.waitMs + i * turns.everyMs })),
    );
  }
  await clearDue(tx, 'inquire', [...gone]);
  return ready;
}

/** Of what is settled, what a bill does not have: the channel is asked once more, whatever it said before. */
async function doubtedByBills(tx: TenantTx, payments: readonly Payment[]): Promise<ReadonlySet<string>> {
  const settled = payments.filter((p) => p.terminal).map((p) => p.id);
  if (settled.length === 0) return new Set();
  const rows = await tx.rows<{ payment_id: string }>(
    `select distinct payment_id from breaks where tenant_id = $1 and payment_id = any($2) and class = 'ours_only' and asked_at is null`,
    [tx.tenantId, settled],
  );
  return new Set(rows.map((r) => r.payment_id));
}

/** Asks about one payment now, and takes the answer in. */
export async function inquire(on: Asking, tenantId: string, payment: Payment, open: OpenAccount): Promise<Answer> {
  const can = open.channel.capabilities.inquire;
  // That there is nothing to ask is no failure of the account's.
  if (can !== true) return { outcome: 'refused', code: 'NOTHING_TO_ASK', detail: can.en };
  const asked =
    open.channel.byTrade === true ? await on.book.tenant(tenantId, (tx) => askOf(tx, payment)) : bareAsk(payment);
  const answer = await askKnowingKeys(on, tenantId, open, (current) => ask(on, asked, current));
  await on.book.tenant(tenantId, (tx) => takeAnswer(tx, on, payment.id, open, answer));
  if (answer.outcome === 'answered') await inquireRefunds(on, tenantId, payment, open);
  return answer;
}

/** So many refunds of one payment are asked about in one look; the others at the next. */
const REFUNDS_AT_ONCE = 3;

/** Each refund under way by its own number: the payment's own answer seldom tells of them. What is not told leaves them as they are. */
async function inquireRefunds(on: Asking, tenantId: string, payment: Payment, open: OpenAccount): Promise<void> {
  for (const { ref } of openRefunds(payment, open).slice(0, REFUNDS_AT_ONCE)) {
    const answer = await askKnowingKeys(on, tenantId, open, (current) =>
      current.channel
        .inquireRefund({ refundRef: ref, paymentRef: payment.ref }, current.account, current.keys, on.io)
        .catch((error: Error): Answer => ({ outcome: 'unknown', detail: error.message })),
    );
    if (answer.outcome === 'unknown')
      await on.book.tenant(tenantId, async (tx) => void (await noteFailure(tx, open.account.id, answer)));
    if (answer.outcome !== 'answered' || answer.observed.length === 0) continue;
    await on.book.tenant(tenantId, (tx) => takeAboutRefund(tx, on, open, payment, answer));
  }
}

/** What an answer says of a refund, by the front door. Returns the stored bytes' id. */
export async function takeAboutRefund(
  tx: TenantTx,
  on: Asking,
  open: OpenAccount,
  payment: Payment,
  answer: Extract<Answer, { outcome: 'answered' }>,
): Promise<string | undefined> {
  const messageId = await keepAnswer(tx, open, payment, answer, on.pace.now());
  const heardAt = whole(on.pace.now());
  await take(
    tx,
    answer.observed.map((observed) => saidBy(open, payment, observed, messageId, heardAt)),
    on.follow,
  );
  return messageId;
}

const saidBy = (
  { account }: OpenAccount,
  payment: Payment,
  observed: Observed,
  messageId: string | undefined,
  heardAt: Temporal.Instant,
): Said => ({
  accountId: account.id,
  livemode: account.livemode,
  observed: { ...observed, paymentRef: observed.paymentRef ?? payment.ref },
  messageId,
  heardAt,
});

const bareAsk = (p: Payment): Ask => ({
  paymentRef: p.ref,
  channelTrade: undefined,
  product: p.product,
  placedAt: p.placedAt,
  expiresAt: p.expiresAt,
});

/** With the channel's own number, of several the one heard of last. */
export async function askOf(tx: TenantTx, payment: Payment): Promise<Ask> {
  const row = await tx.maybe<{ value: string }>(
    `select r ->> 'value' as value from observations o cross join lateral json_array_elements(o.refs) r
      where o.tenant_id = $1 and o.payment_id = $2 and r ->> 'kind' = 'channel_trade'
      order by o.occurred_at desc, o.id desc limit 1`,
    [tx.tenantId, payment.id],
  );
  return { ...bareAsk(payment), channelTrade: row?.value };
}

async function ask(on: Asking, asked: Ask, open: OpenAccount): Promise<Answer> {
  try {
    const product = asked.product ?? open.account.settings.product;
    return await open.channel.inquire({ ...asked, product }, open.account, open.keys, on.io);
  } catch (error) {
    // Whatever went wrong on the way, the channel has not said anything.
    return { outcome: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  }
}

async function takeAnswer(
  tx: TenantTx,
  on: Asking,
  paymentId: string,
  open: OpenAccount,
  answer: Answer,
): Promise<void> {
  const row = await tx.one<PaymentRow>(
    `update payments set asked = asked + 1, last_asked_at = $3 where tenant_id = $1 and id = $2 returning ${PAYMENT_COLUMNS}`,
    [tx.tenantId, paymentId, on.pace.now()],
  );
  const payment = paymentOf(row);
  const subject = { kind: 'account', id: open.account.id } as const;
  if (answer.outcome !== 'answered') {
    const restMs = await noteFailure(tx, open.account.id, answer);
    if (answer.outcome === 'refused')
      await raise(tx, 'channel_refuses', subject, open.account.livemode, { code: answer.code, detail: answer.detail });
    const wait = answer.outcome === 'limited' ? (answer.retryAfterMs ?? AGAIN_MS) : Math.max(AGAIN_MS, restMs);
    await setDue(tx, [
      { kind: 'inquire', id: paymentId, inMs: Math.min(AGAIN_MOST_MS, wait) * (1 + on.pace.jitter() / 4) },
    ]);
    return;
  }
  if (payment.terminal)
    await tx.run('update breaks set asked_at = now() where tenant_id = $1 and payment_id = $2 and asked_at is null', [
      tx.tenantId,
      paymentId,
    ]);
  const heardAt = whole(answer.observed[0]?.occurredAt ?? on.pace.now());
  await noteAnswer(tx, open.account.id, answer.raw, on.pace.now());
  await settle(tx, 'channel_refuses', subject, open.account.livemode);
  const messageId = await keepAnswer(tx, open, payment, answer, on.pace.now());
  const [after] = await take(
    tx,
    answer.observed.map((observed) => {
      const isEvent = observed.kind === 'captured' || observed.kind === 'refund';
      return saidBy(open, payment, observed, messageId, isEvent ? whole(on.pace.now()) : heardAt);
    }),
    on.follow,
  );
  // The trace may be as it was: the next look is set all the same.
  const next = look(after ?? payment, open, on.pace.now(), on.pace.jitter());
  if (next.at === undefined) await clearDue(tx, 'inquire', [paymentId]);
  else await setDue(tx, [{ kind: 'inquire', id: paymentId, inMs: on.pace.msUntil(next.at) }]);
  if (next.terminal !== payment.terminal)
    await tx.run('update payments set terminal = $3 where tenant_id = $1 and id = $2', [
      tx.tenantId,
      paymentId,
      next.terminal,
    ]);
}

/** The book keeps microseconds; what it keeps must equal what was hashed. */
const whole = (at: Temporal.Instant): Temporal.Instant => at.round({ smallestUnit: 'millisecond' });

/** The answer's bytes, once for each thing it says: an equal later answer only moves the time it was heard. */
async function keepAnswer(
  tx: TenantTx,
  open: OpenAccount,
  payment: Payment,
  answer: Readonly<{ observed: readonly Parameters<typeof factsHash>[0][]; raw: RawMessage }>,
  now: Temporal.Instant,
): Promise<string | undefined> {
  const facts = sha256(answer.observed.map(factsHash).join());
  const known = await tx.maybe<{ id: string }>(
    `select id from messages where tenant_id = $1 and account_id = $2 and kind = 'answer' and key = $3 and body_hash = $4 limit 1`,
    [tx.tenantId, open.account.id, payment.ref, Buffer.from(facts, 'hex')],
  );
  if (known !== undefined) return known.id;
  const incoming = {
    tenantId: tx.tenantId,
    accountId: open.account.id,
    kind: 'answer',
    key: payment.ref,
    bodyHash: facts,
    occurredAt: whole(now),
    message: answer.raw,
  } as const;
  return (await insertMessages(tx, [incoming])).get(incoming);
}

async function paymentsById(tx: TenantTx, ids: readonly string[]): Promise<readonly Payment[]> {
  const rows = await tx.rows<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from payments where tenant_id = $1 and id = any($2)`,
    [tx.tenantId, [...ids]],
  );
  return rows.map(paymentOf);
}
