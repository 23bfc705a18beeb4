/**
 * Payouts as the channel tells of them: what a notification said is taken in and told once for the batch, and the channel is asked how the
 * payout stands and which payments are in it, until it is at its end.
 *
 * I6: nothing here says that money arrived. Cost: one call a look, and one for each hundred members; of an account no more at once than its
 * pace allows. How far the members were listed stands with the batch, so that what was cut off goes on.
 */
import type { OpenAccount } from '../channels/accounts.ts';
import type { PayoutAnswer, PayoutMembers } from '../channels/channel.ts';
import { askKnowingKeys } from '../channels/keys.ts';
import { planAt } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { payoutHash } from '../observations/payout.ts';
import { insertMessages } from '../sources/inbox.ts';
import { bindMembers, paidAgain, type SaidPayout, takePayouts } from '../sources/payouts.ts';
import { isUnderway, lateFrom, type Told } from '../traces/payout.ts';
import { tellBatches } from './batches.ts';
import { clearDue, eachAtOnce, setDue, wakeClaims, workDue } from './due.ts';
import { noteAnswer, noteFailure, takeTurns } from './health.ts';
import type { Asking } from './inquire.ts';

const EACH = 20;
const AT_ONCE = 4;
const LEASE_MS = 300_000;
const AGAIN_MS = 10_000;
const AGAIN_MOST_MS = 600_000;
/** So many pages of members in one look; the next look goes on behind them. */
const PAGES = 50;
/** Until the channel has put together what is in it. */
const LIST_HOURS = 6;
/** A bank sends back within some five working days of the day on which the money should be there. */
const WATCH_DAYS = 8;
/** What is late is asked about until the channel tells its end. */
const LATE_HOURS = 24;

/** In the transaction that folds the messages; the batches are asked about at once. */
export async function hearPayouts(tx: TenantTx, told: readonly SaidPayout[]): Promise<void> {
  if (told.length === 0) return;
  for (const [livemode, of] of Map.groupBy(told, (t) => t.account.livemode)) {
    const { heard, moved } = await takePayouts(tx, of);
    await tellBatches(tx, livemode, moved);
    await setDue(
      tx,
      heard.map((id) => ({ kind: 'payout', id, inMs: 0 })),
    );
  }
}

/** One sweep: asks about the payouts that are due; returns how many were asked. */
export async function payoutsDue(on: Asking): Promise<number> {
  return await workDue(on.book, 'payout', EACH, LEASE_MS, async (tenantId, ids) => {
    let asked = 0;
    await eachAtOnce(ids, AT_ONCE, async (id) => {
      if (await lookAt(on, tenantId, id)) asked += 1;
    });
    return asked;
  });
}

type Listed = Readonly<{ after?: string | undefined; lines: number; net: string; whole: boolean }>;
type BatchRow = Readonly<{
  account_id: string;
  payout_ref: string;
  state: string;
  told_state: Told['state'];
  due_on: Temporal.PlainDate | null;
  listed: Listed | null;
}>;

const batchOf = (tx: TenantTx, id: string): Promise<BatchRow | undefined> =>
  tx.maybe<BatchRow>(
    `select account_id, payout_ref, state, told ->> 'state' as told_state, due_on, listed from batches
      where tenant_id = $1 and id = $2 and told is not null and account_id is not null`,
    [tx.tenantId, id],
  );

async function lookAt(on: Asking, tenantId: string, id: string): Promise<boolean> {
  const ready = await on.book.tenant(tenantId, async (tx) => {
    const batch = await batchOf(tx, id);
    const open = batch === undefined ? undefined : await on.accounts.get(tx, batch.account_id);
    if (batch === undefined || open?.channel.payouts === undefined) {
      await clearDue(tx, 'payout', [id]);
      return undefined;
    }
    if (open.state === 'paused') {
      await setDue(tx, [{ kind: 'payout', id, inMs: AGAIN_MOST_MS }]);
      return undefined;
    }
    const turns = await takeTurns(tx, open, 1);
    if (turns.granted === 1) return { batch, open };
    await setDue(tx, [{ kind: 'payout', id, inMs: turns.waitMs }]);
    return undefined;
  });
  if (ready === undefined) return false;
  const { batch, open } = ready;
  const answer = await askKnowingKeys(on, tenantId, open, (current) =>
    current.channel
      .payouts!.inquire(batch.payout_ref, current.account, current.keys, on.io)
      .catch((error: Error): PayoutAnswer => ({ outcome: 'unknown', detail: error.message })),
  );
  if (answer.outcome !== 'answered') {
    await on.book.tenant(tenantId, (tx) => putOff(on, tx, id, open, answer));
    return true;
  }
  await on.book.tenant(tenantId, (tx) => takeAnswer(on, tx, open, answer));
  const { listing } = answer.payout;
  if (listing !== 'now' || (await listMembers(on, tenantId, id, open, batch)))
    await on.book.tenant(tenantId, (tx) => next(on, tx, id, listing !== 'later'));
  return true;
}

/** The answer's bytes are kept once for each thing it says. */
async function takeAnswer(
  on: Asking,
  tx: TenantTx,
  open: OpenAccount,
  answer: Extract<PayoutAnswer, { outcome: 'answered' }>,
): Promise<void> {
  const { payout, raw } = answer;
  const { account } = open;
  await noteAnswer(tx, account.id, raw, on.pace.now());
  const bodyHash = payoutHash(payout);
  const known = await tx.maybe<{ id: string }>(
    `select id from messages where tenant_id = $1 and account_id = $2 and kind = 'answer' and key = $3 and body_hash = $4 limit 1`,
    [tx.tenantId, account.id, payout.payoutRef, Buffer.from(bodyHash, 'hex')],
  );
  const heardAt = on.pace.now().round({ smallestUnit: 'millisecond' });
  const incoming = {
    ...{
      tenantId: tx.tenantId,
      accountId: account.id,
      key: payout.payoutRef,
      bodyHash,
      occurredAt: heardAt,
      message: raw,
    },
    kind: 'answer',
  } as const;
  const messageId = known?.id ?? (await insertMessages(tx, [incoming])).get(incoming);
  const said = { ...payout, occurredAt: heardAt };
  const { moved } = await takePayouts(tx, [{ account, said, messageId, heardAt }]);
  await tellBatches(tx, account.livemode, moved);
}

/** Binds the payments that are in it, page by page; false: another look goes on, and is set. */
async function listMembers(
  on: Asking,
  tenantId: string,
  id: string,
  open: OpenAccount,
  batch: BatchRow,
): Promise<boolean> {
  const { payout_ref: payoutRef } = batch;
  // A list that was read to its end is read anew: a payment that came into the book since is bound too.
  let listed: Listed =
    batch.listed === null || batch.listed.whole ? { lines: 0, net: '0', whole: false } : batch.listed;
  for (let page = 0; page < PAGES; page += 1) {
    const members = await open.channel
      .payouts!.members({ payoutRef, after: listed.after }, open.account, open.keys, on.io)
      .catch((error: Error): PayoutMembers => ({ outcome: 'unknown', detail: error.message }));
    if (members.outcome !== 'answered') {
      await on.book.tenant(tenantId, (tx) => putOff(on, tx, id, open, members));
      return false;
    }
    const { numbers, again, netMinor, next: after } = members;
    listed = {
      ...(after === undefined ? {} : { after }),
      lines: listed.lines + numbers.length,
      net: String(BigInt(listed.net) + netMinor),
      whole: after === undefined,
    };
    await on.book.tenant(tenantId, async (tx) => {
      const bound = await bindMembers(tx, id, open.account.id, numbers);
      await tellBatches(tx, open.account.livemode, await paidAgain(tx, id, open.account.id, again));
      await tx.run(
        `update batches set listed = $3, lines = case when found is null then $4 else lines end where tenant_id = $1 and id = $2`,
        [tx.tenantId, id, JSON.stringify(listed), listed.lines],
      );
      await wakeClaims(tx, bound);
    });
    if (after === undefined) return true;
  }
  await on.book.tenant(tenantId, (tx) => setDue(tx, [{ kind: 'payout', id, inMs: 0 }]));
  return false;
}

async function putOff(
  on: Asking,
  tx: TenantTx,
  id: string,
  open: OpenAccount,
  answer: Exclude<PayoutAnswer, { outcome: 'answered' }>,
): Promise<void> {
  const restMs = await noteFailure(tx, open.account.id, answer);
  // Asked wrongly, or with a key that may not: a person changes that, not the minute.
  const waitMs =
    answer.outcome === 'refused'
      ? AGAIN_MOST_MS
      : answer.outcome === 'limited'
        ? (answer.retryAfterMs ?? AGAIN_MS)
        : Math.max(AGAIN_MS, restMs);
  await setDue(tx, [{ kind: 'payout', id, inMs: Math.min(AGAIN_MOST_MS, waitMs) * (1 + on.pace.jitter() / 4) }]);
}

/** The next look, or none: after its end, or when no bank sends back any more, notifications alone tell more. */
async function next(on: Asking, tx: TenantTx, id: string, isListed: boolean): Promise<void> {
  const batch = await batchOf(tx, id);
  const now = on.pace.now();
  const end = (batch?.due_on ?? now.toZonedDateTimeISO('UTC').toPlainDate())
    .add({ days: WATCH_DAYS })
    .toZonedDateTime('UTC')
    .toInstant();
  const isOver =
    batch === undefined || batch.told_state === 'cancelled' || (isListed && batch.told_state === 'returned');
  const isMoving = batch !== undefined && batch.due_on !== null && isUnderway(batch.told_state);
  if (isOver || (!isMoving && isBefore(end, now))) return await clearDue(tx, 'payout', [id]);
  // That it is late is said on its word alone, and so it is asked when it would be.
  const late = isMoving ? lateFrom(batch.due_on!, await planAt(tx, batch.account_id, now)) : end;
  const soon = now.add({ hours: isListed ? LATE_HOURS : LIST_HOURS });
  const at = !isListed || (isMoving && isBefore(late, now)) ? soon : late.add({ minutes: 1 });
  await setDue(tx, [{ kind: 'payout', id, inMs: on.pace.msUntil(at) * (1 + on.pace.jitter() / 4) }]);
}

const isBefore = (a: Temporal.Instant, b: Temporal.Instant): boolean => Temporal.Instant.compare(a, b) < 0;
