/**
 * The workers' loop: fold what came in, then whatever is due. Several processes may run it on one database; each row is taken by one.
 * An error of one round is told and the next round comes; when the database is away the loop waits and goes on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { clock } from '../base/clock.ts';
import type { Accounts } from '../channels/accounts.ts';
import { type Folding, foldBatch } from '../sources/fold.ts';
import type { Recent } from '../sources/recent.ts';
import { joinWaiting } from '../traces/advance.ts';
import { type Billing, billsDue } from './bills.ts';
import { closeDue } from './close.ts';
import { type Delivering, deliverDue, relayFolded } from './deliver.ts';
import { type Asking, inquireDue } from './inquire.ts';
import { hearPayouts, payoutsDue } from './payouts.ts';
import { reconcileDue } from './reconcile.ts';
import { recoverDue } from './recover.ts';
import { refundDue } from './refund.ts';
import { remedyDue } from './remedy.ts';
import { type Repairing, repairDue } from './repair.ts';

export type Working = Asking &
  Delivering &
  Repairing &
  Billing &
  Readonly<{
    accounts: Accounts;
    recent: Recent;
    told(error: unknown): void;
    /** Work of folders below this one: each round returns whether there was any. */
    rounds: ReadonlyArray<() => Promise<boolean>>;
  }>;

export type Workers = Readonly<{
  /** New messages of this tenant are stored: fold them now, not at the next look. */
  wake(tenantId: string): void;
  /** Ends after the rounds under way. */
  stop(): Promise<void>;
}>;

const LOOK_MS = 1_000;
const STIR_MS = 250;
const GATHER_MS = 100;
const LOOK_FOLD_MS = 2_000;
const LOOK_WAITING_MS = 30_000;
const AFTER_ERROR_MS = 2_000;
const INQUIRY_LOOPS = 3;
const DELIVERY_LOOPS = 4;

/** How messages are folded here: passed on to the merchant, and heard of payouts. */
export const foldingOf = (on: Working): Folding => ({
  ...{ book: on.book, accounts: on.accounts, recent: on.recent, follow: on.follow, hear: hearPayouts },
  pass: (tx, messages) => relayFolded(tx, on.accounts, messages),
});

export function startWorkers(on: Working): Workers {
  let stopping = false;
  // What one loop has done is often work for another: all look at once instead of after their pause.
  const sleepers = new Set<() => void>();
  let stirredAt = Number.NEGATIVE_INFINITY;
  let stirs = 0;
  let stirring: NodeJS.Timeout | undefined;
  const stir = (): void => {
    clearTimeout(stirring);
    stirring = undefined;
    stirredAt = clock.ticks();
    stirs += 1;
    for (const wakeUp of sleepers) wakeUp();
  };
  /** At once, but not more often than this: while much comes in, a look of every loop for each batch would cost more than the batch. */
  const stirSoon = (): void => {
    const inMs = stirredAt + STIR_MS - clock.ticks();
    if (inMs <= 0) stir();
    else stirring ??= setTimeout(stir, inMs);
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      // A round that was under way when the end was asked for does not begin to wait after it.
      if (stopping) return done();
      const wakeUp = (): void => {
        clearTimeout(timer);
        sleepers.delete(wakeUp);
        done();
      };
      const timer = setTimeout(wakeUp, ms);
      sleepers.add(wakeUp);
    });
  /** Runs rounds until stopped: at once again while there is more, or where it looked before what all were stirred for; else after a pause. */
  const loop = async (round: () => Promise<boolean>, everyMs: number): Promise<void> => {
    while (!stopping) {
      const before = stirs;
      try {
        if (await round()) stirSoon();
        else if (stirs === before) await pause(everyMs);
      } catch (error) {
        on.told(error);
        await pause(AFTER_ERROR_MS);
      }
    }
  };

  const lanes = (n: number, round: () => Promise<boolean>): ReadonlyArray<Promise<void>> =>
    Array.from({ length: n }, () => loop(round, LOOK_MS));

  const folding = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const foldTenant = async (tenantId: string): Promise<void> => {
    for (let last = false; !last; ) {
      again.delete(tenantId);
      const began = clock.ticks();
      for (;;) {
        const folded = await foldBatch(foldingOf(on), tenantId);
        if (folded.messages > 0) stirSoon();
        if (!folded.more) break;
      }
      last = !again.has(tenantId);
      // While messages come without a pause, those of a moment are folded together: a batch of ten costs as many statements as one of 300.
      if (!last && !stopping) await sleep(Math.max(0, began + GATHER_MS - clock.ticks()));
    }
  };
  const wake = (tenantId: string): void => {
    again.add(tenantId);
    if (folding.has(tenantId) || stopping) return;
    folding.set(
      tenantId,
      foldTenant(tenantId)
        .catch((error) => {
          on.told(error);
          // What fails is tried at the next look, not at once.
          again.delete(tenantId);
        })
        .then(() => {
          folding.delete(tenantId);
          // Stored between its last look and its end.
          if (again.has(tenantId)) wake(tenantId);
        }),
    );
  };

  const loops = [
    loop(async () => {
      const tenants = await on.book.shared((tx) => tx.rows<{ id: string }>('select id from tenants'));
      for (const { id } of tenants) wake(id);
      return false;
    }, LOOK_FOLD_MS),
    loop(async () => {
      const tenants = await on.book.shared((tx) => tx.rows<{ id: string }>('select id from tenants'));
      for (const { id } of tenants) await on.book.tenant(id, (tx) => joinWaiting(tx, on.follow));
      return false;
    }, LOOK_WAITING_MS),
    // Several, so that a slow channel or endpoint holds up a part and not the whole.
    ...lanes(INQUIRY_LOOPS, async () => (await inquireDue(on)) > 0),
    loop(async () => (await repairDue(on)) > 0, LOOK_MS),
    ...lanes(DELIVERY_LOOPS, async () => (await deliverDue(on)) > 0),
    loop(async () => (await refundDue(on)) > 0, LOOK_MS),
    loop(async () => (await remedyDue(on)) > 0, LOOK_MS),
    loop(async () => (await closeDue(on)) > 0, LOOK_MS * 5),
    loop(async () => (await billsDue(on)) > 0, LOOK_MS * 5),
    loop(async () => (await recoverDue(on)) > 0, LOOK_MS),
    loop(async () => (await payoutsDue(on)) > 0, LOOK_MS),
    loop(async () => (await reconcileDue(on)) > 0, LOOK_MS),
    ...on.rounds.map((round) => loop(round, LOOK_MS)),
  ];
  return {
    wake,
    async stop() {
      stopping = true;
      stir();
      await Promise.all(loops);
      await Promise.all(folding.values());
    },
  };
}
