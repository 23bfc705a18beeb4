/**
 * The answer to a claim: find, ask the channel, judge, write; again whenever the verdict behind it changes, and by a ladder of looks while
 * nothing is decided. The first answer stands within three seconds, or is `pending` with the next look.
 *
 * I6: the claim becomes an observation of the payment that was found, which the fold passes over. Two claims on one payment are answered one
 * after the other, because each locks the payment first: goods are released once. I11: what stays undecided at the end of the ladder is a case.
 *
 * Cost: three transactions and at most four questions to channels a look.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { closeCases, openCase } from '../actions/cases.ts';
import { readLines } from '../actions/documents.ts';
import { clearDue, eachAtOnce, setDue, workDue } from '../actions/due.ts';
import { appendEvents } from '../actions/events.ts';
import { type Reading, standings } from '../actions/standing.ts';
import { moneyView } from '../actions/view.ts';
import type { Archive } from '../base/archive.ts';
import { clock } from '../base/clock.ts';
import { DaozhangError } from '../base/errors.ts';
import { CHINA } from '../base/time.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Evidence } from '../reconcile/result.ts';
import { take } from '../traces/advance.ts';
import { paymentById } from '../traces/store.ts';
import { judgeReceipt, type OwnVerdict, type ReceiptFacts, type ReceiptVerdict } from '../verdicts/receipt.ts';
import { askAbout, askUnknown, billIsIn, type Claiming, type Heard } from './ask.ts';
import { type Claim, claimById, hitsOf, type KeptCandidate, onceEach, picturesOf, putHits } from './claims.ts';
import { byRule, CLOSINGS, closingOf, ruleOf } from './ends.ts';
import { byAmount, byIds, byNumbers, type Candidate, type Found, ranked } from './find.ts';
import { BY_LINK, isByCustomer } from './links.ts';
import { factsOf, windowOf } from './receipt.ts';
import { type Hit, referencesIn } from './references.ts';

type Answering = Claiming & Reading & Readonly<{ archive: Archive }>;

/** The customer stands there. What is left of three seconds is for the way and the page. */
export const FIRST_MS = 2_600;
const LATER_MS = 20_000;
/** What the last transaction is given of the time. */
const WRITE_MS = 250;

/** Seconds between looks at what is not decided. */
const LADDER = [5, 10, 20, 60, 120, 300, 900, 3_600, 14_400, 28_800, 86_400, 86_400, 86_400] as const;
const MOMENTS_SECONDS = 120;
const MOST_CANDIDATES = 10;

type Matched = Readonly<{
  found: ReceiptFacts['found'];
  searched: ReceiptFacts['searched'];
  payment: Found | undefined;
  candidates: readonly Candidate[];
}>;

/** Looks at a claim now. `choose`: the payment that a person picked. Throws `claim.closed`, `api.not_found`. */
export async function look(
  on: Answering,
  tenantId: string,
  claimId: string,
  withinMs: number,
  choose?: string,
): Promise<void> {
  const until = clock.ticks() + withinMs - WRITE_MS;
  await readExports(on, tenantId, claimId, until - clock.ticks());
  const first = await on.book.tenant(tenantId, async (tx) => {
    const claim = await mustBe(tx, claimId);
    if (choose !== undefined) await chooseOne(tx, claim, choose);
    const hits = (await hitsOf(tx, [claimId])).get(claimId) ?? [];
    const now = choose === undefined ? claim : { ...claim, chosenPaymentId: choose };
    return { claim: now, hits, match: await match(tx, now, hits) };
  });
  const { claim, hits } = first;
  let heard: Heard = 'not_asked';
  let deniedBy: string | undefined;
  if (first.match.payment !== undefined)
    heard = await askAbout(on, tenantId, first.match.payment, until - clock.ticks());
  else if (first.match.found === 'none') {
    const side = { tenantId, livemode: claim.livemode };
    const named = claim.orderRef === undefined ? hits : [...hits, ...referencesIn(claim.orderRef, 'typed')];
    ({ heard, deniedBy } = await askUnknown(on, side, named, claim.app, until - clock.ticks()));
  }
  await on.book.tenant(tenantId, (tx) => conclude(tx, on, claimId, { heard, deniedBy }));
}

async function mustBe(tx: TenantTx, id: string, lock = false): Promise<Claim> {
  const claim = await claimById(tx, id, lock);
  if (claim === undefined) throw new DaozhangError('api.not_found', {});
  if (claim.state === 'closed') throw new DaozhangError('claim.closed', {});
  return claim;
}

async function chooseOne(tx: TenantTx, claim: Claim, paymentId: string): Promise<void> {
  if ((await byIds(tx, claim.livemode, [paymentId])).length === 0) throw new DaozhangError('api.not_found', {});
  await tx.run('update claims set chosen_payment_id = $3 where tenant_id = $1 and id = $2', [
    tx.tenantId,
    claim.id,
    paymentId,
  ]);
}

// ---------------------------------------------------------------- finding

async function match(tx: TenantTx, claim: Claim, hits: readonly Hit[]): Promise<Matched> {
  if (claim.chosenPaymentId !== undefined) {
    const [payment] = await byIds(tx, claim.livemode, [claim.chosenPaymentId]);
    return { found: 'chosen', searched: 'reference', payment, candidates: [] };
  }
  const window = windowOf(claim.createdAt, timesOf(claim));
  const wanted = { store: claim.store, till: claim.terminal, at: window.at, app: claim.app };
  // What was shown says which payment; the order's number says what it should have paid.
  for (const values of [hits.map((h) => h.value), claim.orderRef === undefined ? [] : [claim.orderRef]]) {
    const found = await byNumbers(tx, claim.livemode, values);
    if (found.length === 0) continue;
    const one = only(found);
    return one === undefined
      ? { found: 'several', searched: 'reference', payment: undefined, candidates: ranked(found, wanted, BY_NUMBER) }
      : { found: 'by_reference', searched: 'reference', payment: one, candidates: [] };
  }
  const amounts = amountsOf(claim);
  const fitting = new Map<string, Found>();
  for (const amount of amounts.slice(0, 3))
    for (const f of await byAmount(tx, claim.livemode, amount, window.from, window.to, claim.id)) fitting.set(f.id, f);
  const candidates = ranked([...fitting.values()], wanted, BY_AMOUNT);
  const none = { found: 'none', payment: undefined, candidates } as const;
  // A number was given and is not known: an amount is shown beside it, and never stands in for it.
  if (hits.length > 0 || claim.orderRef !== undefined) return { ...none, searched: 'reference' };
  const [best] = candidates;
  if (best === undefined) return { ...none, searched: amounts.length === 0 ? 'nothing' : 'amount' };
  return candidates.length === 1 && best.here
    ? { found: 'by_amount', searched: 'amount', payment: best.found, candidates }
    : { found: 'several', searched: 'amount', payment: undefined, candidates };
}

const BY_NUMBER = { en: 'a number that was shown names it', zh: '所示单号与之对应' };
const BY_AMOUNT = { en: 'the amount fits', zh: '金额相符' };

/** The one that more numbers name than any other; of attempts at one order the first that was paid, else the newest. */
function only(found: readonly Found[]): Found | undefined {
  const most = found.filter((f) => f.named === found[0]!.named);
  const [first] = most;
  if (most.length === 1) return first;
  const oneOrder = first!.orderRef !== undefined && most.every((f) => f.orderRef === first!.orderRef);
  if (!oneOrder) return undefined;
  return most.filter((f) => f.capturedAt !== undefined).at(-1) ?? first;
}

const amountsOf = (claim: Claim): Claim['shown']['amounts'] => [
  ...(claim.amount === undefined ? [] : [claim.amount]),
  ...claim.shown.amounts,
];
const timesOf = (claim: Claim): readonly Temporal.Instant[] => [
  ...(claim.paidAt === undefined ? [] : [claim.paidAt]),
  ...claim.shown.times,
];

// ---------------------------------------------------------------- concluding

type Asked = Readonly<{ heard: Heard; deniedBy: string | undefined }>;

async function conclude(tx: TenantTx, on: Answering, claimId: string, asked: Asked): Promise<void> {
  const claim = await mustBe(tx, claimId, true);
  const hits = (await hitsOf(tx, [claimId])).get(claimId) ?? [];
  let matched = await match(tx, claim, hits);
  if (matched.payment !== undefined) {
    await bind(tx, on, claim, matched.payment);
    // Under its lock: nobody else's answer on it is being written now.
    const [payment] = await byIds(tx, claim.livemode, [matched.payment.id]);
    matched = { ...matched, payment: payment && { ...payment, verdict: await standsNow(tx, on, claim, payment) } };
  }
  const denied = asked.heard === 'denied' ? claim.denied + 1 : claim.denied;
  const deniedBy = asked.deniedBy ?? claim.deniedBy;
  const channel = await channelSays(tx, claim, matched, asked.heard, denied, deniedBy);
  const facts = factsOf({
    kind: claim.kind,
    createdAt: claim.createdAt,
    said: {
      orderRef: claim.orderRef,
      amounts: amountsOf(claim),
      times: timesOf(claim),
      payee: claim.shown.payee,
      store: claim.store,
      till: claim.terminal,
    },
    personal: claim.shown.personal,
    hits,
    hasImage: (await picturesOf(tx, [claimId])).has(claimId),
    found: matched.found,
    searched: matched.searched,
    payment: matched.payment,
    channel,
    handedIn: matched.payment === undefined ? 'no' : await handedIn(tx, claim, matched.payment.id),
    imageSeen: await imageSeen(tx, claim),
    orderKnown: await orderIsKnown(tx, claim),
    ...(await ourselves(tx, claim.livemode)),
  });
  const verdict = judgeReceipt(facts);
  await write(tx, on, claim, { matched, facts, verdict, denied, deniedBy });
}

/** The payment's verdict of this moment, with its bill, batch and plan; where a refund is missed, the verdict on the latest refund. */
async function standsNow(tx: TenantTx, on: Answering, claim: Claim, found: Found): Promise<OwnVerdict | undefined> {
  const standing = (await standings(tx, on, [await paymentById(tx, found.id)])).get(found.id);
  if (standing === undefined) return found.verdict;
  const latest = [...standing.refunds].sort((a, b) => Temporal.Instant.compare(a.refund.at, b.refund.at)).at(-1);
  return claim.kind === 'refund_not_arrived' && latest !== undefined ? latest.verdict : standing.verdict;
}

async function channelSays(
  tx: TenantTx,
  claim: Claim,
  matched: Matched,
  heard: Heard,
  denied: number,
  deniedBy: string | undefined,
): Promise<ReceiptFacts['channel']> {
  if (heard === 'silent') return 'silent';
  if (matched.payment !== undefined || denied === 0 || deniedBy === undefined) return 'not_asked';
  if (await billIsIn(tx, deniedBy, timesOf(claim)[0] ?? claim.createdAt)) return 'denies_finally';
  return denied > 1 ? 'denies_again' : 'denies_once';
}

/** The claim as an observation of the payment. It carries no reference: what a customer says must lead nobody to this payment. */
async function bind(tx: TenantTx, on: Answering, claim: Claim, found: Found): Promise<void> {
  const at = claim.createdAt.round({ smallestUnit: 'millisecond', roundingMode: 'floor' });
  await take(
    tx,
    [
      {
        accountId: found.accountId,
        livemode: claim.livemode,
        observed: {
          source: 'claim',
          key: `claim:${claim.id}`,
          kind: 'claimed',
          occurredAt: at,
          paymentRef: found.ref,
          refs: [],
          said: claim.kind,
          ...(claim.amount === undefined ? {} : { amount: claim.amount }),
        },
        messageId: undefined,
        heardAt: at,
      },
    ],
    on.follow,
  );
}

/** Was somebody told “hand over” for this payment by another claim, whose goods did not stay? */
async function handedIn(tx: TenantTx, claim: Claim, paymentId: string): Promise<ReceiptFacts['handedIn']> {
  if (claim.releasedAt !== undefined) return 'no';
  const rows = await tx.rows<{
    created_by: string;
    store: string | null;
    terminal: string | null;
    released_at: Temporal.Instant;
  }>(
    `select created_by, store, terminal, released_at from claims
      where tenant_id = $1 and payment_id = $2 and id <> $3 and released_at is not null and kind = 'paid_not_seen'
        and (ended is null or ended not in ('withdrawn', 'goods_kept')) limit 20`,
    [tx.tenantId, paymentId, claim.id],
  );
  if (rows.length === 0) return 'no';
  const isSameAsk = rows.every(
    (r) =>
      r.created_by === claim.createdBy &&
      (r.store ?? undefined) === claim.store &&
      (r.terminal ?? undefined) === claim.terminal &&
      Math.abs(r.released_at.until(claim.createdAt).total('seconds')) < MOMENTS_SECONDS,
  );
  return isSameAsk ? 'moments_ago' : 'before';
}

/** Seen with another claim; what the customer sent through their own link before is theirs to show again. */
async function imageSeen(tx: TenantTx, claim: Claim): Promise<boolean> {
  const { seen } = await tx.one<{ seen: boolean }>(
    `select exists (select from claim_shown s
        join claim_shown t on t.tenant_id = $1 and t.livemode = s.livemode and t.sha256 = s.sha256 and t.claim_id < s.claim_id
        join claims c on c.tenant_id = $1 and c.id = t.claim_id and not starts_with(c.created_by, '${BY_LINK}')
      where s.tenant_id = $1 and s.claim_id = $2) as seen`,
    [tx.tenantId, claim.id],
  );
  return seen;
}

async function orderIsKnown(tx: TenantTx, claim: Claim): Promise<boolean> {
  if (claim.orderRef === undefined) return false;
  const row = await tx.maybe('select from orders where tenant_id = $1 and livemode = $2 and ref = $3', [
    tx.tenantId,
    claim.livemode,
    claim.orderRef,
  ]);
  return row !== undefined;
}

async function ourselves(
  tx: TenantTx,
  livemode: boolean,
): Promise<Readonly<{ providers: ReadonlySet<string>; names: readonly string[] }>> {
  const rows = await tx.rows<{ provider: string; name: string; merchant_no: string }>(
    'select provider, name, merchant_no from accounts where tenant_id = $1 and livemode = $2',
    [tx.tenantId, livemode],
  );
  const { name } = await tx.one<{ name: string }>('select name from tenants where id = $1', [tx.tenantId]);
  const names = [name, ...rows.flatMap((r) => [r.name, r.merchant_no])];
  return {
    providers: new Set(rows.map((r) => r.provider)),
    names: names.map((n) => n.toLowerCase().replace(/\s/g, '')),
  };
}

type Outcome = Readonly<{
  matched: Matched;
  facts: ReceiptFacts;
  verdict: ReceiptVerdict;
  denied: number;
  deniedBy: string | undefined;
}>;

const UNDECIDED: ReadonlySet<string> = new Set(['pending', 'unknown']);

async function write(tx: TenantTx, on: Answering, claim: Claim, it: Outcome): Promise<void> {
  const { verdict, matched } = it;
  const now = on.pace.now();
  const waits = UNDECIDED.has(verdict.code) && matched.found !== 'several';
  const rung = LADDER[claim.looks];
  const next = waits && rung !== undefined ? now.add({ seconds: rung }) : undefined;
  const paymentId = matched.payment?.id;
  const { payment: _, ...facts } = it.facts;
  await tx.run(
    `update claims set state = $3, payment_id = $4, found = $5, code = $6, release = $7, cause = $8, reason = $9, custody = $10,
        confidence = $11, also = $12, why = $13, facts = $14, candidates = $15, answered_at = $16,
        released_at = coalesce(released_at, $17), denied = $18, denied_by = $19, looks = looks + 1, next_look_at = $20
      where tenant_id = $1 and id = $2`,
    [
      tx.tenantId,
      claim.id,
      waits ? 'open' : 'answered',
      paymentId ?? null,
      matched.found,
      verdict.code,
      verdict.release,
      verdict.cause,
      verdict.reason ?? null,
      verdict.custody,
      verdict.confidence,
      [...verdict.also],
      JSON.stringify(verdict.why),
      JSON.stringify(facts),
      JSON.stringify(matched.candidates.slice(0, MOST_CANDIDATES).map(candidateOut)),
      now,
      // Nobody hands goods to a page.
      verdict.release === 'yes' && !isByCustomer(claim.createdBy) ? now : null,
      it.denied,
      it.deniedBy ?? null,
      next ?? null,
    ],
  );
  const before = claim.answer;
  const isSame =
    before?.code === verdict.code &&
    before.release === verdict.release &&
    claim.paymentId === paymentId &&
    claim.found === matched.found;
  const isHard = matched.found === 'several' || (waits && next === undefined) || isStuck(claim, verdict);
  // What a person closed with a word is not put before them again while the answer is the same.
  const person = !isHard ? 'not_needed' : isSame && (await isSeenTo(tx, claim.id)) ? 'seen_to' : 'needed';
  if (person === 'needed') await openCase(tx, 'claim', { kind: 'claim', id: claim.id }, claim.kind);
  else await closeCases(tx, [claim.id], []);
  if (!isSame) await tellAnswer(tx, claim, it, now);
  if (next !== undefined) return await setDue(tx, [{ kind: 'claim', id: claim.id, inMs: on.pace.msUntil(next) }]);
  const since = isSame ? await answeredSince(tx, claim) : now;
  const closing = closingOf({ kind: claim.kind, createdAt: claim.createdAt, answer: verdict, since, person });
  if (closing === undefined) await clearDue(tx, 'claim', [claim.id]);
  else if (Temporal.Instant.compare(closing.at, now) > 0)
    await setDue(tx, [{ kind: 'claim', id: claim.id, inMs: on.pace.msUntil(closing.at) }]);
  else await closeClaim(tx, { ...claim, paymentId }, { by: byRule(closing.why) }, now);
}

/** A person closed its case with a word. */
async function isSeenTo(tx: TenantTx, claimId: string): Promise<boolean> {
  const row = await tx.maybe(
    `select from cases where tenant_id = $1 and subject_id = $2 and reason = 'claim' and subject_kind = 'claim' and closed_by is not null limit 1`,
    [tx.tenantId, claimId],
  );
  return row !== undefined;
}

async function answeredSince(tx: TenantTx, claim: Claim): Promise<Temporal.Instant> {
  const row = await tx.maybe<{ at: Temporal.Instant }>(
    'select at from claim_answers where tenant_id = $1 and claim_id = $2 order by look desc limit 1',
    [tx.tenantId, claim.id],
  );
  return row?.at ?? claim.createdAt;
}

async function tellAnswer(tx: TenantTx, claim: Claim, it: Outcome, now: Temporal.Instant): Promise<void> {
  const { verdict, matched } = it;
  const paymentId = matched.payment?.id;
  await keepAnswer(tx, claim, it, now);
  await appendEvents(tx, [
    {
      type: 'claim.answered',
      livemode: claim.livemode,
      paymentId,
      body: {
        claim: {
          id: claim.id,
          kind: claim.kind,
          release: verdict.release,
          code: verdict.code,
          cause: verdict.cause,
          ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
          ...(paymentId === undefined ? {} : { payment_id: paymentId }),
          ...(claim.store === undefined ? {} : { store: claim.store }),
          ...(claim.terminal === undefined ? {} : { terminal: claim.terminal }),
          why: verdict.why,
        },
      },
    },
  ]);
}

async function keepAnswer(
  tx: TenantTx,
  claim: Claim,
  { verdict, facts, matched }: Outcome,
  now: Temporal.Instant,
): Promise<void> {
  await tx.run(
    `insert into claim_answers (tenant_id, claim_id, look, livemode, at, code, release, cause, reason, custody, confidence, why, found, channel,
       payment_id, payment_code, payment_confidence)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      tx.tenantId,
      claim.id,
      claim.looks + 1,
      claim.livemode,
      now,
      verdict.code,
      verdict.release,
      verdict.cause,
      verdict.reason ?? null,
      verdict.custody,
      verdict.confidence,
      JSON.stringify(verdict.why),
      matched.found,
      facts.channel,
      matched.payment?.id ?? null,
      facts.payment?.code ?? null,
      facts.payment?.confidence ?? null,
    ],
  );
}

/** Money that should have gone back, or to the bank, and by all that is known has not even left: somebody has to see to it. */
const isStuck = (claim: Claim, verdict: ReceiptVerdict): boolean =>
  (claim.kind === 'refund_not_arrived' || claim.kind === 'payout_not_arrived') &&
  !THERE.has(verdict.code) &&
  !UNDECIDED.has(verdict.code);
const THERE: ReadonlySet<string> = new Set(['refunded', 'reversed', 'received']);

function candidateOut(c: Candidate): KeptCandidate {
  const { found } = c;
  const amount = moneyView(found.capturedMinor > 0n ? found.capturedMinor : found.orderedMinor, found.currency);
  return {
    payment_id: found.id,
    payment_ref: found.ref,
    ...(found.orderRef === undefined ? {} : { order_ref: found.orderRef }),
    ...(amount === undefined ? {} : { amount }),
    at: found.at.toString(),
    position: found.position,
    ...(found.store === undefined ? {} : { store: found.store }),
    ...(found.till === undefined ? {} : { terminal: found.till }),
    score: c.score,
    why: c.why,
  };
}

// ---------------------------------------------------------------- the buyer's own export

const MOST_ROWS = 200;
const MOST_HITS = 50;

/**
 * Reads exports that were not read yet: their numbers count as shown. One that is slow is waited for no longer than there is time; what is
 * read in the end is kept, and the claim is looked at anew.
 */
async function readExports(on: Answering, tenantId: string, claimId: string, withinMs: number): Promise<void> {
  const claim = await on.book.tenant(tenantId, (tx) => mustBe(tx, claimId));
  if (claim.documentsRead) return;
  const late = new AbortController();
  try {
    await Promise.race([
      readInto(on, tenantId, claim).catch(on.told),
      pause(Math.max(0, withinMs), undefined, { signal: late.signal }).catch(() => {}),
    ]);
  } finally {
    late.abort();
  }
}

async function readInto(on: Answering, tenantId: string, claim: Claim): Promise<void> {
  const documents = await on.book.tenant(tenantId, (tx) =>
    tx.rows<{ name: string; sha256: Buffer }>(
      'select name, sha256 from documents where tenant_id = $1 and id = any($2)',
      [tx.tenantId, [...claim.documentIds]],
    ),
  );
  const rows: Evidence[] = [];
  for (const { name, sha256 } of documents) {
    const document = { name, sha256: sha256.toString('hex') };
    try {
      const read = await readLines(on.archive, tenantId, document, { zone: CHINA, after: '-1', limit: MOST_ROWS });
      if (!('refused' in read)) rows.push(...read.items.map((i) => i.evidence));
    } catch (error) {
      // Others are being read: the next look comes.
      if (error instanceof DaozhangError && error.code === 'document.busy') return;
      // One that is too slow says nothing, now and later.
      if (!(error instanceof DaozhangError) || error.code !== 'document.slow') throw error;
    }
  }
  await on.book.tenant(tenantId, async (tx) => {
    await putHits(tx, claim.id, hitsInRows(rows, amountsOf(claim)));
    const first = await tx.run(
      `update claims set documents_read = true where tenant_id = $1 and id = $2 and not documents_read and state <> 'closed'`,
      [tx.tenantId, claim.id],
    );
    if (first > 0) await setDue(tx, [{ kind: 'claim', id: claim.id, inMs: 0 }]);
  });
}

/** Of the rows those whose amount was said, else all. */
function hitsInRows(rows: readonly Evidence[], amounts: Claim['shown']['amounts']): readonly Hit[] {
  const said = new Set(amounts.map((m) => `${moneyView(m.minor, m.currency)!.amount} ${m.currency}`));
  const wanted = rows.filter(
    (r) => said.size === 0 || said.has(`${r.money.amount.replace('-', '')} ${r.money.currency}`),
  );
  const hits = wanted.flatMap((r) => Object.values(r.refs)).flatMap((value) => referencesIn(value, 'typed'));
  return onceEach(hits.map((hit) => ({ ...hit, origin: 'file' as const }))).slice(0, MOST_HITS);
}

// ---------------------------------------------------------------- looking again

const EACH = 20;
const LEASE_MS = 60_000;
const AT_ONCE = 4;

/** One sweep over claims that are due. */
export async function claimsDue(on: Answering): Promise<number> {
  return await workDue(on.book, 'claim', EACH, LEASE_MS, async (tenantId, ids) => {
    await eachAtOnce(ids, AT_ONCE, async (id) => {
      try {
        await look(on, tenantId, id, LATER_MS);
      } catch (error) {
        // Closed meanwhile: there is nothing to look at.
        if (!(error instanceof DaozhangError) || (error.code !== 'claim.closed' && error.code !== 'api.not_found'))
          throw error;
        await on.book.tenant(tenantId, (tx) => clearDue(tx, 'claim', [id]));
      }
    });
    return ids.length;
  });
}

/** The claim's end: said by a person, or by the rule of `ends.ts`, which knows nothing of the goods. */
export async function closeClaim(
  tx: TenantTx,
  claim: Claim,
  { ended, by, note }: Readonly<{ ended?: NonNullable<Claim['ended']>; by: string; note?: string | undefined }>,
  now: Temporal.Instant,
): Promise<void> {
  const closed = await tx.run(
    `update claims set state = 'closed', closed_at = $3, closed_by = $4, ended = $5, note = $6, next_look_at = null
      where tenant_id = $1 and id = $2 and state <> 'closed'`,
    [tx.tenantId, claim.id, now, by, ended ?? null, note ?? null],
  );
  if (closed === 0) throw new DaozhangError('claim.closed', {});
  const why = ruleOf(by);
  await clearDue(tx, 'claim', [claim.id]);
  await closeCases(tx, [claim.id], []);
  await appendEvents(tx, [
    {
      type: 'claim.closed',
      livemode: claim.livemode,
      paymentId: claim.paymentId,
      body: {
        claim: {
          id: claim.id,
          ...(ended === undefined ? {} : { ended }),
          ...(why === undefined ? {} : { rule: why, why: CLOSINGS[why] }),
        },
      },
    },
  ]);
}
