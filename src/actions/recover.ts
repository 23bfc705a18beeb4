/**
 * What was lost on the way: every few minutes a channel that lists its notifications is asked for those since the last time, and what the
 * book does not have enters as if it had been delivered. Refunds, disputes and payouts, of which nobody asks, are found only so.
 *
 * Up to where the list was taken in stands with the account, and moves in the transaction that stores the events: none is passed over. A new
 * account's list begins when it is first looked at.
 */
import { sha256 } from '../base/ids.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import type { Listed, Recovered } from '../channels/channel.ts';
import type { TenantTx } from '../db/pool.ts';
import { insertMessages } from '../sources/inbox.ts';
import { raise, settle } from './cases.ts';
import { clearDue, eachAtOnce, setDue, workDue } from './due.ts';
import type { Asking } from './inquire.ts';

const EACH = 20;
const AT_ONCE = 4;
/** A list of many pages takes its time. */
const LEASE_MS = 600_000;
const EVERY_MINUTES = 3;
const ALARM_HOURS = 6;

/** The account's list is to be looked at now. */
export async function planRecovery(tx: TenantTx, open: OpenAccount): Promise<void> {
  if (open.channel.capabilities.recover === true) await setDue(tx, [{ kind: 'recover', id: open.account.id, inMs: 0 }]);
}

/** One sweep; returns how many events had been lost. */
export async function recoverDue(on: Asking): Promise<number> {
  return await workDue(on.book, 'recover', EACH, LEASE_MS, async (tenantId, ids) => {
    let found = 0;
    await eachAtOnce(ids, AT_ONCE, async (id) => {
      const lost = await recoverAccount(on, tenantId, id);
      found += lost;
    });
    return found;
  });
}

async function recoverAccount(on: Asking, tenantId: string, accountId: string): Promise<number> {
  const open = await on.book.tenant(tenantId, (tx) => on.accounts.get(tx, accountId));
  const { recover, capabilities } = open.channel;
  if (open.state === 'paused' || recover === undefined || capabilities.recover !== true) {
    await on.book.tenant(tenantId, (tx) => clearDue(tx, 'recover', [accountId]));
    return 0;
  }
  const since = await on.book.tenant(tenantId, (tx) => begun(tx, accountId, on.pace.now()));
  const told = await recover(since, open.account, open.keys, on.io).catch(
    (error: Error): Recovered => ({ outcome: 'unknown', detail: error.message }),
  );
  return await on.book.tenant(tenantId, async (tx) => {
    const next = on.pace.now().add({ minutes: EVERY_MINUTES });
    await setDue(tx, [{ kind: 'recover', id: accountId, inMs: on.pace.msUntil(next) * (1 + on.pace.jitter() / 4) }]);
    const { livemode } = open.account;
    const subject = { kind: 'account', id: accountId } as const;
    if (told.outcome === 'answered') {
      await settle(tx, 'events_missing', subject, livemode);
      return await takeIn(tx, open, told.events, told.through);
    }
    // A refusal is for a person at once, silence when it lasts.
    if (told.outcome === 'refused' || since.until(on.pace.now()).total('hours') > ALARM_HOURS)
      await raise(tx, 'events_missing', subject, livemode, {
        since: since.toString(),
        says: 'detail' in told ? told.detail : told.outcome,
      });
    return 0;
  });
}

async function begun(tx: TenantTx, accountId: string, now: Temporal.Instant): Promise<Temporal.Instant> {
  const row = await tx.one<{ listed_through: Temporal.Instant }>(
    `update account_health set listed_through = coalesce(listed_through, $3) where tenant_id = $1 and account_id = $2
     returning listed_through`,
    [tx.tenantId, accountId, now],
  );
  return row.listed_through;
}

/**
 * By the event's name alone: however the list renders it, what was delivered is not taken twice. What is delivered later, with its signature,
 * is a message of its own all the same, so that it is passed on; it says what is known.
 */
async function takeIn(
  tx: TenantTx,
  open: OpenAccount,
  events: readonly Listed[],
  through: Temporal.Instant,
): Promise<number> {
  const accountId = open.account.id;
  const rows = await tx.rows<{ key: string }>(
    `select key from messages where tenant_id = $1 and account_id = $2 and kind = 'notification' and key = any($3)`,
    [tx.tenantId, accountId, events.map((e) => e.key)],
  );
  const known = new Set(rows.map((r) => r.key));
  const lost = events.filter((e) => !known.has(e.key));
  const { tenantId } = tx;
  if (lost.length > 0)
    await insertMessages(
      tx,
      lost.map(({ body, ...event }) => ({
        ...event,
        bodyHash: sha256(`listed ${event.bodyHash}`),
        tenantId,
        accountId,
        kind: 'notification' as const,
        message: { headers: {}, body },
      })),
    );
  await tx.run(
    'update account_health set listed_through = greatest(listed_through, $3) where tenant_id = $1 and account_id = $2',
    [tx.tenantId, accountId, through],
  );
  return lost.length;
}
