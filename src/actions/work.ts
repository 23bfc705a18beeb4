/**
 * The workers' loop: fold what came in, then whatever is due. Several processes may run it on one database; each row is taken by one.
 * An error of one round is told and the next round comes; when the database is away the loop waits and goes on.
 *
 * Cost: one look for whatever is due, of any kind, twice a second and after each round that worked (at most four times a second); the lanes of
 * a kind sleep until something of theirs is.
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
import { DUE_KINDS, type DueKind, kindsDue } from './due.ts';
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
    /** Work of folders below this one. Looks at claims that are due; returns how many. */
    claims(): Promise<number>;
    /** What goes by the clock: each round returns whether there is more. */
    rounds: ReadonlyArray<() => Promise<boolean>>;
  }>;

export type Workers = Readonly<{
  /** New messages of this tenant are stored: fold them now, not at the next look. */
  wake(tenantId: string): void;
  /** Ends after the rounds under way. */
  stop(): Promise<void>;
}>;

const LOOK_MS = 500;
const STIR_MS = 250;
const GATHER_MS = 200;
const LOOK_FOLD_MS = 2_000;
const LOOK_WAITING_MS = 5_000;
const AFTER_ERROR_MS = 2_000;
const INQUIRY_LANES = 3;
const DELIVERY_LANES = 4;

/** How messages are folded here: passed on to the merchant, and heard of payouts. */
export const foldingOf = (on: Working): Folding => ({
  ...{ book: on.book, accounts: on.accounts, recent: on.recent, follow: on.follow, hear: hearPayouts },
  pass: (tx, messages, paymentsOf) => relayFolded(tx, on.accounts, messages, paymentsOf),
});

export function startWorkers(on: Working): Workers {
  let stopping = false;
  const ofKinds = new Map(DUE_KINDS.map((kind) => [kind, newBell()] as const));
  // Whoever looks by the clock alone.
  const clocked = newBell();
  const newMessages = newBell();
  const somethingDue = newBell();
  const bells = [clocked, newMessages, somethingDue, ...ofKinds.values()];

  /** What was done may be due at once: looked for without a pause, but not more often than this, while much comes in. */
  let heardAt = Number.NEGATIVE_INFINITY;
  let hearing: NodeJS.Timeout | undefined;
  const hearNow = (): void => {
    clearTimeout(hearing);
    hearing = undefined;
    heardAt = clock.ticks();
    ring(somethingDue);
  };
  const hearSoon = (): void => {
    const inMs = heardAt + STIR_MS - clock.ticks();
    if (inMs <= 0) hearNow();
    else hearing ??= setTimeout(hearNow, inMs);
  };

  const pause = (bell: Bell, ms?: number): Promise<void> =>
    new Promise((done) => {
      // A round that was under way when the end was asked for does not begin to wait after it.
      if (stopping) return done();
      const wakeUp = (): void => {
        clearTimeout(timer);
        bell.sleepers.delete(wakeUp);
        done();
      };
      const timer = ms === undefined ? undefined : setTimeout(wakeUp, ms);
      bell.sleepers.add(wakeUp);
    });
  /** Runs rounds until stopped: at once again while there is more, or where it looked before the bell rang; else after a pause. */
  const loop = async (bell: Bell, round: () => Promise<boolean>, everyMs?: number): Promise<void> => {
    while (!stopping) {
      const before = bell.rings;
      try {
        if (await round()) hearSoon();
        else if (bell.rings === before) await pause(bell, everyMs);
      } catch (error) {
        on.told(error);
        await pause(clocked, AFTER_ERROR_MS);
      }
    }
  };

  /** Works on what is due of a kind, whenever it is; several lanes, so that a slow channel or endpoint holds up a part and not the whole. */
  const lanes = (kind: DueKind, round: () => Promise<number>, n = 1): ReadonlyArray<Promise<void>> =>
    Array.from({ length: n }, () => loop(ofKinds.get(kind)!, async () => (await round()) > 0));

  const folding = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const foldTenant = async (tenantId: string): Promise<void> => {
    for (let last = false; !last; ) {
      again.delete(tenantId);
      const began = clock.ticks();
      for (;;) {
        const folded = await foldBatch(foldingOf(on), tenantId);
        if (folded.messages > 0) hearSoon();
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
    loop(
      newMessages,
      async () => {
        const tenants = await on.book.shared((tx) => tx.rows<{ id: string }>('select id from tenants'));
        for (const { id } of tenants) wake(id);
        return false;
      },
      LOOK_FOLD_MS,
    ),
    loop(
      clocked,
      async () => {
        const tenants = await on.book.shared((tx) => tx.rows<{ id: string }>('select id from tenants'));
        for (const { id } of tenants) await on.book.tenant(id, (tx) => joinWaiting(tx, on.follow));
        return false;
      },
      LOOK_WAITING_MS,
    ),
    loop(
      somethingDue,
      async () => {
        for (const kind of await kindsDue(on.book)) ring(ofKinds.get(kind)!);
        return false;
      },
      LOOK_MS,
    ),
    ...lanes('inquire', () => inquireDue(on), INQUIRY_LANES),
    ...lanes('repair', () => repairDue(on)),
    ...lanes('deliver', () => deliverDue(on), DELIVERY_LANES),
    ...lanes('refund', () => refundDue(on)),
    ...lanes('remedy', () => remedyDue(on)),
    ...lanes('close', () => closeDue(on)),
    ...lanes('bill', () => billsDue(on)),
    ...lanes('recover', async () => {
      const found = await recoverDue(on);
      if (found > 0) ring(newMessages);
      return found;
    }),
    ...lanes('payout', () => payoutsDue(on)),
    ...lanes('reconcile', () => reconcileDue(on)),
    ...lanes('claim', on.claims),
    ...on.rounds.map((round) => loop(clocked, round, LOOK_MS)),
  ];
  return {
    wake,
    async stop() {
      stopping = true;
      clearTimeout(hearing);
      for (const bell of bells) ring(bell);
      await Promise.all(loops);
      await Promise.all(folding.values());
    },
  };
}

/** Wakes whoever sleeps by it; who does not sleep sees that it rang. */
type Bell = { rings: number; readonly sleepers: Set<() => void> };
const newBell = (): Bell => ({ rings: 0, sleepers: new Set() });
function ring(bell: Bell): void {
  bell.rings += 1;
  for (const wakeUp of bell.sleepers) wakeUp();
}
