/**
 * The only writer of payments and observations. What was said is taken in under the lock of its payments, folded anew, judged, and written
 * once: by a guarded UPDATE, or as a new row. What follows is done in the same transaction.
 *
 * I2: the same fact again writes nothing but the time it was heard. I4, I5: `fold.ts`. Payments are locked in the order of (account,
 * reference), so that two batches never wait for each other.
 *
 * Cost: about a dozen statements for a batch of any size (`store.ts`), and a row for each new observation and changed payment.
 */
import { newId } from '../base/ids.ts';
import { compareInstants } from '../base/time.ts';
import type { TenantTx } from '../db/pool.ts';
import { factsHash } from '../observations/facts.ts';
import type { Observed } from '../observations/observation.ts';
import { fold, type Kept, type Trace } from './fold.ts';
import { momentOf, type Payment } from './payment.ts';
import {
  collectWaiting,
  draftPayments,
  insertObservations,
  insertPayments,
  insertRefs,
  type Link,
  lateLinks,
  lockPayments,
  lockPaymentsById,
  type NewObservation,
  observationsOf,
  paymentsByRefs,
  putWaiting,
  touchObservations,
  writeTraces,
} from './store.ts';
import { touchHours } from './touched.ts';
import { jsonOf } from './trace-json.ts';

/** One observation and where it came from. */
export type Said = Readonly<{
  accountId: string;
  livemode: boolean;
  observed: Observed;
  /** The stored bytes it was read from. */
  messageId: string | undefined;
  /** The source's time of saying it: a repeated answer moves only this. */
  heardAt: Temporal.Instant;
  /** The merchant's order, where the source is the merchant. */
  orderId?: string | undefined;
  product?: string | undefined;
}>;

export type Changed = Readonly<{ before: Payment; after: Payment; trace: Trace; isNew: boolean }>;
/** What is written beside the trace of each change, in their order; and what is to be done once all of it is written. */
type Followed = Readonly<{
  judged: ReadonlyArray<Pick<Payment, 'verdict' | 'release' | 'terminal'>>;
  act(): Promise<void>;
}>;
/** What is said and done about changes, in their transaction. */
export type Follow = (tx: TenantTx, changed: readonly Changed[]) => Promise<Followed>;

/**
 * Takes what was said into the book. Returns the payments it was about, changed or not; `fresh` gets the messages of which something was
 * new.
 */
export async function take(
  tx: TenantTx,
  said: readonly Said[],
  follow: Follow,
  fresh: Set<string> = new Set(),
): Promise<readonly Payment[]> {
  const named = await nameAll(tx, said, fresh);
  if (named.length === 0) return [];
  const told = byPayment(named);
  const wanted = [...told.keys()].sort().flatMap((accountId) => {
    const ofAccount = told.get(accountId)!;
    return [...ofAccount.keys()].sort().map((ref) => {
      const { livemode, product } = ofAccount.get(ref)!.at(-1)!;
      return { accountId, livemode, ref, product };
    });
  });
  const older = await lockPayments(tx, wanted);
  const isThere = new Set(older.map((p) => `${p.accountId} ${p.ref}`));
  const missing = older.length === 0 ? wanted : wanted.filter((w) => !isThere.has(`${w.accountId} ${w.ref}`));
  const drafts = missing.length === 0 ? [] : await draftPayments(tx, missing);
  // A payment that has no row has nothing yet.
  const known = await observationsOf(
    tx,
    older.map((p) => p.id),
  );
  const payments = [...drafts, ...older];
  const found = sortOut(told, payments, known);
  for (const { messageId } of found.fresh) if (messageId !== undefined) fresh.add(messageId);
  const written = await advance(tx, payments, known, { drafts, told }, follow, () => write(tx, found, drafts));
  const joined = await collectWaiting(tx, found.links);
  if (joined.size === 0) return written;
  await refold(tx, [...joined], follow);
  return await lockPaymentsById(
    tx,
    written.map((p) => p.id),
  );
}

/** Joins what waits and could have been joined already; returns how many payments it concerned. */
export async function joinWaiting(tx: TenantTx, follow: Follow): Promise<number> {
  const joined = await collectWaiting(tx, await lateLinks(tx));
  if (joined.size > 0) await refold(tx, [...joined], follow);
  return joined.size;
}

/** Folds payments anew from what is stored: after a change of the rules. Returns how many changed. */
export async function refold(tx: TenantTx, paymentIds: readonly string[], follow: Follow): Promise<number> {
  const locked = await lockPaymentsById(tx, paymentIds);
  const known = await observationsOf(tx, paymentIds);
  const after = await advance(tx, locked, known, { drafts: [], told: new Map() }, follow);
  // Changed or not: so that whoever doubts the sums that are kept has them made anew.
  await touchHours(
    tx,
    after.map((p) => ({ livemode: p.livemode, moment: momentOf(p) })),
  );
  return after.filter((p, i) => p !== locked[i]).length;
}

type Named = Said & Readonly<{ observed: Observed & Readonly<{ paymentRef: string }> }>;
const isNamed = (s: Said): s is Named => s.observed.paymentRef !== undefined;

/** Finds the payment of what names none by its other references; what nobody knows yet waits under them. */
async function nameAll(tx: TenantTx, said: readonly Said[], fresh: Set<string>): Promise<readonly Named[]> {
  const named = said.filter(isNamed);
  const unnamed = said.filter((s) => !isNamed(s));
  if (unnamed.length === 0) return named;
  const found = await paymentsByRefs(
    tx,
    unnamed.flatMap((s) => s.observed.refs.map((ref) => ({ accountId: s.accountId, ref }))),
  );
  const lost: Array<readonly [Said, NewObservation]> = [];
  for (const s of unnamed) {
    const ref = s.observed.refs
      .map((r) => found.get(`${s.accountId}\u001f${r.kind}\u001f${r.value}`))
      .find((r) => r !== undefined);
    if (ref !== undefined) named.push({ ...s, observed: { ...s.observed, paymentRef: ref } });
    else lost.push([s, rowOf(s, undefined, factsHash(s.observed), newId())]);
  }
  for (const [{ messageId }] of lost) if (messageId !== undefined) fresh.add(messageId);
  await insertObservations(
    tx,
    lost.map(([, row]) => row),
  );
  await putWaiting(
    tx,
    lost.flatMap(([s, row]) =>
      s.observed.refs.map((ref) => ({
        accountId: s.accountId,
        ref,
        observationId: row.id,
        occurredAt: s.observed.occurredAt,
      })),
    ),
  );
  return named;
}

const rowOf = (s: Said, paymentId: string | undefined, bodyHash: string, id: string): NewObservation => ({
  id,
  accountId: s.accountId,
  paymentId,
  observed: s.observed,
  bodyHash,
  messageId: s.messageId,
  heardAt: s.heardAt,
  times: 1,
});

type Found = Readonly<{
  fresh: readonly NewObservation[];
  again: ReadonlyArray<Readonly<{ paymentId: string; kept: Kept }>>;
  links: readonly Link[];
}>;

/** What was said of each payment, by account and reference. */
type ByPayment = ReadonlyMap<string, ReadonlyMap<string, readonly Named[]>>;

function byPayment(named: readonly Named[]): ByPayment {
  const told = new Map<string, Map<string, Named[]>>();
  for (const s of named) {
    const ofAccount = told.getOrInsertComputed(s.accountId, () => new Map());
    const ofPayment = ofAccount.get(s.observed.paymentRef);
    if (ofPayment === undefined) ofAccount.set(s.observed.paymentRef, [s]);
    else ofPayment.push(s);
  }
  return told;
}
const saidOf = (told: ByPayment, p: Payment): readonly Named[] => told.get(p.accountId)?.get(p.ref) ?? NOTHING;
const NOTHING: readonly Named[] = [];

/** What is new of it and what was said again; `known` holds both afterwards. */
function sortOut(told: ByPayment, payments: readonly Payment[], known: Map<string, Kept[]>): Found {
  const fresh: NewObservation[] = [];
  const again: Found['again'][number][] = [];
  const links: Link[] = [];
  for (const payment of payments) {
    let all = known.get(payment.id) ?? [];
    const before = all.length;
    let repeated: Set<number> | undefined;
    for (const s of saidOf(told, payment)) {
      const bodyHash = factsHash(s.observed);
      const at = all.findIndex((o) => sameFact(o, s.observed, bodyHash));
      const old = all[at];
      if (old === undefined) {
        const id = newId();
        all = [...all, { ...s.observed, id, bodyHash, lastSeenAt: s.heardAt, times: 1 }];
        fresh.push(rowOf(s, payment.id, bodyHash, id));
        links.push({ accountId: s.accountId, paymentId: payment.id, ref: { kind: 'payment', value: payment.ref } });
        for (const ref of s.observed.refs) links.push({ accountId: s.accountId, paymentId: payment.id, ref });
        continue;
      }
      const isLater = compareInstants(s.heardAt, old.lastSeenAt) > 0;
      all[at] = { ...old, times: old.times + 1, lastSeenAt: isLater ? s.heardAt : old.lastSeenAt };
      repeated ??= new Set();
      repeated.add(at);
    }
    known.set(payment.id, all);
    for (const at of repeated ?? []) {
      const kept = all[at]!;
      if (at < before) again.push({ paymentId: payment.id, kept });
      else {
        const row = fresh.length - (all.length - at);
        fresh[row] = { ...fresh[row]!, times: kept.times, heardAt: kept.lastSeenAt };
      }
    }
  }
  return { fresh, again, links };
}

async function write(tx: TenantTx, found: Found, drafts: readonly Payment[]): Promise<void> {
  const made = new Set(drafts.map((p) => p.id));
  const isNew = (paymentId: string): boolean => made.has(paymentId);
  await insertObservations(tx, found.fresh, isNew);
  await touchObservations(tx, found.again);
  await insertRefs(tx, found.links, isNew);
}

const sameFact = (kept: Kept, o: Observed, bodyHash: string): boolean =>
  kept.source === o.source && kept.key === o.key && kept.kind === o.kind && kept.bodyHash === bodyHash;

/**
 * Folds, has the changes judged, and writes each payment once: a new one as it is after its first fold. `between` writes what the payments
 * rest on, once their rows are there.
 */
async function advance(
  tx: TenantTx,
  locked: readonly Payment[],
  known: ReadonlyMap<string, readonly Kept[]>,
  from: Readonly<{ drafts: readonly Payment[]; told: ByPayment }>,
  follow: Follow,
  between: () => Promise<void> = async () => {},
): Promise<readonly Payment[]> {
  const drafts = new Set(from.drafts);
  const folded: Changed[] = [];
  for (const before of locked) {
    const trace = fold(known.get(before.id) ?? []);
    const isNew = drafts.has(before);
    const order = saidOf(from.told, before).findLast((s) => s.orderId !== undefined);
    const after = paymentWith(before, trace, order);
    if (isNew || !sameTrace(after, before)) folded.push({ before, after, trace, isNew });
  }
  const { judged, act } = await follow(tx, folded);
  const after = folded.map((c, i) => Object.freeze({ ...c.after, ...judged[i]! }));
  const made = after.filter((_, i) => folded[i]!.isNew);
  await insertPayments(tx, made);
  await between();
  const changed = after.filter((_, i) => !folded[i]!.isNew);
  const written = await writeTraces(tx, changed);
  if (written !== changed.length)
    throw new Error(`${changed.length} payments were locked and folded, ${written} could be written`);
  // Where a payment stood counts as where it stands: what was learnt of it may have moved it to another hour.
  await touchHours(
    tx,
    [...after, ...folded.flatMap((c) => (c.isNew ? [] : [c.before]))].map((p) => ({
      livemode: p.livemode,
      moment: momentOf(p),
    })),
  );
  await act();
  // The changed ones are in the order of all.
  let next = 0;
  return locked.map((p) => (after[next]?.id === p.id ? after[next++]! : p));
}

/** The position first: it is part of the trace, and most that are changed have another. */
const sameTrace = (a: Payment, b: Payment): boolean =>
  a.position === b.position &&
  a.orderId === b.orderId &&
  a.product === b.product &&
  canonical(a.trace) === canonical(b.trace);

/** jsonb orders members its own way. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}

function paymentWith(before: Payment, trace: Trace, order: Named | undefined): Payment {
  return Object.freeze({
    ...before,
    version: before.version + 1,
    orderId: before.orderId ?? order?.orderId,
    product: before.product ?? order?.product,
    position: trace.position,
    currency: trace.captured?.currency ?? trace.ordered?.currency,
    orderedMinor: trace.ordered?.minor,
    capturedMinor: trace.captured?.minor ?? 0n,
    refundedMinor: trace.refundedMinor,
    placedAt: trace.placedAt,
    expiresAt: trace.expiresAt,
    capturedAt: trace.capturedAt,
    recordedAt: trace.recordedAt,
    orderClosedAt: trace.orderClosedAt,
    contradictions: trace.contradictions,
    trace: jsonOf(trace),
  });
}
