/**
 * The lines of one payment: every line that a reference, a match, a refund or a ledger ties to it, with the batch and the bank
 * credit behind it. It follows what the passes decided and never matches anew; lines that only fit are not followed.
 *
 * Cost: one scan of the lines a round, for those that share a reference; a payment is whole after three rounds or so.
 */
import type { Micros } from '../base/time.ts';
import type { Engine } from '../files/engine.ts';
import { quote } from '../files/engine.ts';
import type { Kind, Role, Status } from '../files/line.ts';
import type { FindingCode } from '../verdicts/findings.ts';
import type { BankCredit } from './bank.ts';
import { evidenceOf, linesOf, rawOf } from './collect.ts';
import type { Batch, Break, DocumentResult, Evidence } from './result.ts';
import type { Run } from './run.ts';

/** A line with what a story asks of it; its references, place and source are in the evidence. */
export type Fact = Readonly<{
  id: bigint;
  role: Role;
  kind: Kind;
  status: Status;
  currency: string;
  amount: bigint;
  at?: Micros;
  /** Business date, or the value date of a bank line. */
  on?: string;
  evidence: Evidence;
}>;

/** What the documents of one side say about a day: given at all, and whole. */
export type Coverage = Readonly<{ given: boolean; complete: boolean; documents: readonly DocumentResult[] }>;

/** The batch that carries the money. `following`: a balance is paid out in sums, and this is the payout after the entry. */
export type Way = Readonly<{
  batch: Batch;
  by: 'member' | 'following';
  payout?: Fact;
  credits: readonly Fact[];
  backs: readonly Fact[];
  /** Several bank credits fit it. */
  unclear: boolean;
}>;

export type Thread = Readonly<{
  orders: readonly Fact[];
  bookedRefunds: readonly Fact[];
  /** Channel lines that are money. */
  payments: readonly Fact[];
  /** Channel lines of payments that are not money: pending, failed. */
  attempts: readonly Fact[];
  backs: readonly Fact[];
  entries: readonly Fact[];
  /** Lines of the customer's own document. */
  claims: readonly Fact[];
  /** Bank lines that no batch explains. */
  credits: readonly Fact[];
  /** Payments that a reversal took back. */
  undone: ReadonlySet<bigint>;
  findings: ReadonlySet<FindingCode>;
  breaks: readonly Break[];
  way?: Way;
  /** The channel's bill and the order book of the payment's day. */
  bill: Coverage;
  book: Coverage;
  statementTo?: string;
  /** The fee the channel took of it is not the agreed one. */
  feeDiffers: boolean;
  /** Lines of a customer's document of this amount and hour that belong to no payment here. */
  nearClaims: readonly Fact[];
  /** Lines that fit by amount and hour; never taken. */
  lookalikes: readonly Fact[];
}>;

const ROUNDS = 8;
/** A thread of more lines than this is no payment but a shared number; it is told as far as it was followed. */
const MOST_LINES = 500;
/** How far apart an order and a payment may lie to be shown beside each other. */
const NEAR = 3_600_000_000n;

/** Follows the ties from some lines and returns the lines in groups that hang together, each with at least one of `anchors`. */
export async function groupsOf(engine: Engine, anchors: readonly bigint[]): Promise<bigint[][]> {
  const root = new Map<bigint, bigint>(anchors.map((id) => [id, id]));
  const find = (id: bigint): bigint => {
    let top = id;
    while (root.get(top) !== top) top = root.get(top)!;
    return top;
  };
  let frontier = [...root.keys()];
  for (let round = 0; round < ROUNDS && frontier.length > 0 && root.size < MOST_LINES; round++) {
    const next: bigint[] = [];
    for (const { from, to } of await tiesOf(engine, frontier)) {
      if (!root.has(to)) {
        root.set(to, to);
        next.push(to);
      }
      const [a, b] = [find(from), find(to)];
      if (a !== b) root.set(a < b ? b : a, a < b ? a : b);
    }
    frontier = next;
  }
  const groups = Map.groupBy(root.keys(), find);
  return [...groups.values()].map((group) => group.sort(byId)).sort((a, b) => byId(a[0]!, b[0]!));
}

const byId = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The lines next to the given ones. A refund an order row states of itself (negative id) is that row. */
async function tiesOf(engine: Engine, ids: readonly bigint[]): Promise<{ from: bigint; to: bigint }[]> {
  const own = 'case when ours < 0 then -1 - ours else ours end';
  // Both ways: `a` is one of the given lines and `b` the other, then the other way round.
  const tie = (where: string): string =>
    [
      ['f', 'x'],
      ['x', 'f'],
    ]
      .map(([a, b]) => where.replace(/\b([ab])\./g, (_, side) => `${side === 'a' ? a : b}.`))
      .map((on) => `union select f.id, x.id from f join x on ${on}`)
      .join('\n');
  const refs = (table: string): string =>
    REFERENCES.map((c) => `select ${c} as ref from ${table} where ${c} is not null`).join(' union ');
  return engine.all(`
    with f as materialized (select * from used_lines where id in (${ids.join(', ')})),
    refs as (${refs('f')}),
    x as materialized (select * from used_lines where ${REFERENCES.map((c) => `${c} in (select ref from refs)`).join(' or ')}),
    met as (
      select ${own} as a, theirs as b from pairs
      union all select payment, reversal from undone
      union all select ours, theirs from namesakes
      union all select line, entry from entry_pairs),
    joined as (select case when id < 0 then -1 - id else id end as id, pass, grp from sets)
    select distinct a as "from", b as "to" from (
      select a, b from met where a in (select id from f)
      union select b, a from met where b in (select id from f)
      union select s.id, t.id from joined s join joined t using (pass, grp) where s.id in (select id from f)
      ${TIES.map(tie).join('\n')}
    ) where a <> b order by 1, 2 limit ${MOST_LINES}`);
}

const REFERENCES = ['order_ref', 'payment_ref', 'channel_ref', 'origin_ref', 'wallet_ref'] as const;
const WENT_BACK = `a.role = 'channel' and a.kind in ('refund', 'reversal', 'chargeback')`;
const PAYMENT = `b.role = 'channel' and b.kind = 'payment' and a.channel = b.channel`;
const ORDER = `b.role = 'order' and b.kind = 'payment' and a.channel = b.channel`;
const LEDGER = `a.role = 'balance' and a.kind <> 'payout' and b.kind <> 'payout' and a.channel = b.channel`;

/** Which references tie line a to line b, besides what the passes matched. */
const TIES: readonly string[] = [
  // What went back names its payment by the channel's number, or by the order's where it names none.
  `${WENT_BACK} and ${PAYMENT} and a.origin_ref = b.channel_ref`,
  `${WENT_BACK} and ${PAYMENT} and a.origin_ref is null and a.order_ref = b.order_ref`,
  `${WENT_BACK} and ${ORDER} and a.order_ref in (b.order_ref, b.payment_ref)`,
  // A payment that is not money yet, or never was, was matched by no pass.
  `a.role = 'channel' and a.status <> 'done' and ${ORDER} and a.order_ref in (b.order_ref, b.payment_ref)`,
  `a.role = 'order' and a.kind = 'refund' and ${ORDER} and a.order_ref = b.order_ref`,
  // A ledger has several entries of one payment: the money, the fee.
  `${LEDGER} and b.role in ('channel', 'balance') and coalesce(a.channel_ref, a.origin_ref) = b.channel_ref`,
  `${LEDGER} and b.role = 'balance' and a.kind = 'fee' and a.order_ref = b.order_ref`,
  // The customer's document has the channel's number, behind an acquirer the wallet's; an order's number only with its amount.
  `a.role = 'evidence' and b.role = 'channel' and a.channel_ref in (b.channel_ref, b.wallet_ref)`,
  `a.role = 'evidence' and b.role in ('channel', 'order') and abs(a.amount) = abs(b.amount) and a.order_ref in (b.order_ref, b.payment_ref)`,
];

export async function factsOf(run: Run, ids: readonly bigint[]): Promise<Map<bigint, Fact>> {
  const facts = new Map<bigint, Fact>();
  for (const row of await linesOf(run.engine, ids)) {
    const source = run.sources.get(row.doc)!;
    const evidence = evidenceOf(row, source, await rawOf(source, row), run.result.timezone);
    facts.set(row.id, {
      id: row.id,
      role: row.role as Role,
      kind: row.kind as Kind,
      status: row.status as Status,
      currency: String(row.currency),
      amount: row.amount as bigint,
      ...(row.occurred_at !== null && { at: row.occurred_at as bigint }),
      ...(evidence.businessOn !== undefined && { on: evidence.businessOn }),
      evidence,
    });
  }
  return facts;
}

const NO_COVERAGE: Coverage = { given: false, complete: false, documents: [] };

/** The thread of lines that hang together. */
export async function threadOf(run: Run, ids: readonly bigint[]): Promise<Thread> {
  const facts = [...(await factsOf(run, ids)).values()].sort(byTime);
  const of = (role: Role, keep: (f: Fact) => boolean): Fact[] => facts.filter((f) => f.role === role && keep(f));
  const payments = of('channel', (f) => f.kind === 'payment' && f.status === 'done');
  const orders = of('order', (f) => f.kind === 'payment');
  const entries = of('balance', (f) => f.kind !== 'payout');
  const claims = of('evidence', () => true);
  const undone = await undoneOf(run.engine, payments);
  const main = payments.find((p) => !undone.has(p.id)) ?? payments[0];
  const first = main ?? orders[0] ?? of('channel', () => true)[0] ?? entries[0] ?? claims[0];
  const way = await wayOf(run, main, entries);
  const statementTo = lastDay(run, 'bank');
  return {
    orders,
    bookedRefunds: of('order', (f) => f.kind === 'refund'),
    payments,
    attempts: of('channel', (f) => f.kind === 'payment' && f.status !== 'done'),
    backs: of('channel', (f) => ['refund', 'reversal', 'chargeback'].includes(f.kind)),
    entries,
    claims,
    credits: of('bank', () => true),
    undone,
    findings: await findingsOf(run.engine, facts),
    breaks: breaksOf(run, facts, way),
    ...(way && { way }),
    bill: first ? coverageOf(run, 'channel', first) : NO_COVERAGE,
    book: first ? coverageOf(run, 'order', first) : NO_COVERAGE,
    ...(statementTo !== undefined && { statementTo }),
    feeDiffers: main !== undefined && (await feeDiffers(run.engine, main)),
    ...(await nearOf(run, main ? undefined : (orders[0] ?? claims[0]))),
  };
}

/** The thread of a batch of which no payment is known here: a payout out of a balance. */
export async function threadOfBatch(run: Run, batchId: string): Promise<Thread> {
  const way = await wayOfBatch(run, batchId, 'member');
  const statementTo = lastDay(run, 'bank');
  const none = await threadOf(run, []);
  return {
    ...none,
    breaks: breaksOf(run, [], way),
    ...(way && { way }),
    ...(statementTo !== undefined && { statementTo }),
  };
}

const byTime = (a: Fact, b: Fact): number => {
  if (a.at !== undefined && b.at !== undefined && a.at !== b.at) return a.at < b.at ? -1 : 1;
  return byId(a.id, b.id);
};

async function undoneOf(engine: Engine, payments: readonly Fact[]): Promise<Set<bigint>> {
  if (payments.length === 0) return new Set();
  const rows = await engine.all<{ id: bigint }>(
    `select payment as id from undone where payment in (${payments.map((p) => p.id).join(', ')})`,
  );
  return new Set(rows.map((r) => r.id));
}

/** What the passes left of these lines; it is known also where a break lists only the first lines of many. */
async function findingsOf(engine: Engine, facts: readonly Fact[]): Promise<Set<FindingCode>> {
  const orders = facts.filter((f) => f.role === 'order').flatMap((f) => [f.id, -1n - f.id]);
  const lines = facts.filter((f) => f.role === 'channel').map((f) => f.id);
  const rows = await engine.all<{ finding: FindingCode }>(`
    select finding from ours_left where id in (${orders.join(', ') || 'null'})
    union select finding from theirs_left where id in (${lines.join(', ') || 'null'})`);
  return new Set(rows.map((r) => r.finding));
}

/** The breaks that show one of these lines, and those of the batch. */
function breaksOf(run: Run, facts: readonly Fact[], way: Way | undefined): Break[] {
  const keyOf = (e: Evidence): string => `${e.sha256}:${e.at}:${e.length}`;
  const keys = new Set(facts.filter((f) => f.role !== 'evidence').map((f) => keyOf(f.evidence)));
  const shows = (b: Break): boolean => [...b.ours, ...b.theirs].some((e) => e.role !== 'batch' && keys.has(keyOf(e)));
  const ofBatch = (b: Break): boolean =>
    way !== undefined && b.joint === 'bank' && b.ours.some((e) => e.role === 'batch' && isBatch(e, way.batch));
  return [...run.result.breaks, ...run.result.open, ...run.result.ambiguous].filter((b) => shows(b) || ofBatch(b));
}

export const isBatch = (e: Evidence, b: Batch): boolean =>
  e.kind === b.kind &&
  e.channel === b.channel &&
  (e.account ?? '') === b.account &&
  e.refs.batch === b.ref &&
  e.businessOn === b.businessTo &&
  e.money.amount === b.net.amount &&
  e.money.currency === b.net.currency;

/** The batch a payment is in; of a balance, the first payout after its entry that is at least as large. */
async function wayOf(run: Run, payment: Fact | undefined, entries: readonly Fact[]): Promise<Way | undefined> {
  if (payment) {
    const [member] = await run.engine.all<{ batch: string }>(`select batch from batch_of where line = ${payment.id}`);
    if (member) return wayOfBatch(run, member.batch, 'member');
  }
  const entry = entries.find((e) => e.kind === 'payment');
  if (!entry) return undefined;
  const after = entry.at === undefined ? `p.business_on >= ${quote(entry.on!)}` : `p.occurred_at >= ${entry.at}`;
  const [payout] = await run.engine.all<{ id: string }>(`
    select b.id from batches b join lines p on p.id = b.payout_line join lines e on e.id = ${entry.id}
    where b.kind = 'payout' and p.channel = e.channel and p.account is not distinct from e.account and p.currency = e.currency
      and -p.amount >= e.amount and ${after} order by p.occurred_at, p.id limit 1`);
  return payout && wayOfBatch(run, payout.id, 'following');
}

async function wayOfBatch(run: Run, id: string, by: Way['by']): Promise<Way | undefined> {
  const batch = run.result.batches.find((b) => b.id === id);
  if (!batch) return undefined;
  const has = (m: { batches: readonly { id: string }[] }): boolean => m.batches.some((b) => b.id === id);
  const found = [...run.bank.matched, ...run.bank.differing, ...run.bank.returned].find(has);
  const backs: readonly BankCredit[] = found && 'backs' in found ? (found.backs as readonly BankCredit[]) : [];
  const { payout_line } = await run.engine.one<{ payout_line: bigint | null }>(
    `select payout_line from batches where id = ${quote(id)}`,
  );
  const wanted = [...(found?.credits ?? []), ...backs].map((c) => c.id);
  const facts = await factsOf(run, payout_line === null ? wanted : [...wanted, payout_line]);
  const factsIn = (list: readonly { id: bigint }[]): Fact[] => list.map((c) => facts.get(c.id)!);
  return {
    batch,
    by,
    ...(payout_line !== null && { payout: facts.get(payout_line)! }),
    credits: factsIn(found?.credits ?? []),
    backs: factsIn(backs),
    unclear: run.bank.unclear.some(has),
  };
}

/** As the passes see it: a bill counts for the line's account, or for all when no bill names that account. */
function coverageOf(run: Run, role: 'channel' | 'order', fact: Fact): Coverage {
  const { channel, account, businessOn: on } = fact.evidence;
  const given = run.result.documents.filter((d) => d.role === role);
  const bills = role === 'order' ? given : given.filter((d) => d.channel === channel);
  const named = bills.some((d) => d.account === account);
  const covers = bills.filter(
    (d) =>
      on !== undefined &&
      d.from !== undefined &&
      d.rejected === 0 &&
      d.from <= on &&
      on <= d.to! &&
      (role === 'order' || account === undefined || d.account === undefined || d.account === account || !named),
  );
  return { given: given.length > 0, complete: covers.length > 0, documents: covers };
}

function lastDay(run: Run, role: Role): string | undefined {
  return run.result.documents
    .filter((d) => d.role === role && d.to !== undefined)
    .map((d) => d.to!)
    .sort()
    .at(-1);
}

async function feeDiffers(engine: Engine, payment: Fact): Promise<boolean> {
  const { n } = await engine.one<{ n: bigint }>(
    `select count(*) as n from settle_lines where id = ${payment.id} and fee_rounded <> fee_agreed`,
  );
  return n > 0n;
}

/** What lies beside an order without a payment, or beside a line of a customer's document: same amount, same hour. */
async function nearOf(run: Run, fact: Fact | undefined): Promise<Pick<Thread, 'nearClaims' | 'lookalikes'>> {
  if (fact?.at === undefined) return { nearClaims: [], lookalikes: [] };
  const like = `l.currency = ${quote(fact.currency)} and l.amount = ${fact.amount} and abs(l.occurred_at - ${fact.at}) <= ${NEAR}`;
  const order = `abs(l.occurred_at - ${fact.at}), l.id limit 5`;
  const rivals = `(select count(*) from ours o where o.way = 'in' and o.id not in (select ours from pairs)
    and o.currency = l.currency and o.amount = l.amount and abs(o.occurred_at - l.occurred_at) <= ${NEAR})`;
  const claims = await run.engine.all<{ id: bigint; rivals: bigint }>(`
    select l.id, ${rivals} as rivals from used_lines l where l.role = 'evidence' and l.kind = 'payment' and l.status = 'done' and ${like} and l.id <> ${fact.id}
      and not exists (select 1 from used_lines p where p.role = 'channel' and l.channel_ref in (p.channel_ref, p.wallet_ref))
    order by ${order}`);
  const others = await run.engine.all<{ id: bigint }>(
    fact.role === 'order'
      ? `select l.id from theirs_left l where l.finding = 'no_order' and ${like} order by ${order}`
      : `select l.id from ours l where l.way = 'in' and l.id not in (select ours from pairs) and ${like} order by ${order}`,
  );
  const facts = await factsOf(
    run,
    [...claims, ...others].map((r) => r.id),
  );
  const listed = (rows: readonly { id: bigint }[]): Fact[] => rows.map((r) => facts.get(r.id)!);
  if (fact.role !== 'order') return { nearClaims: [], lookalikes: listed(others) };
  // What fits a second open order as well is no explanation of this one.
  const shared = claims.filter((c) => c.rivals > 1n);
  return {
    nearClaims: listed(claims.filter((c) => !shared.includes(c))),
    lookalikes: listed([...others, ...shared]),
  };
}
