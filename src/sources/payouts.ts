/**
 * What channels say of their payouts, into the book: each fact once, kept with the bytes it was read from, and folded into the one batch it is
 * about. A batch that reconciliation finds by the same number is the same batch: its row stays, its name becomes the document's.
 *
 * I2, I4, I5: `traces/payout.ts`. Runs that take batches and messages that tell of them take turns by the rows of the accounts, so that no
 * payout gets two batches. Cost: a handful of statements for any number of payouts. May not: touch a payment but to bind it to its batch.
 */
import { newId } from '../base/ids.ts';
import { decimalText, type Money, money } from '../base/money.ts';
import type { PlainAccount } from '../channels/accounts.ts';
import { planAt } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues, values } from '../db/values.ts';
import { tailOf } from '../observations/observation.ts';
import { type PayoutSaid, payoutHash } from '../observations/payout.ts';
import type { Batch } from '../reconcile/result.ts';
import { type FoundState, foldPayout, isLate, type KeptPayout, stateOfBatch, type Told } from '../traces/payout.ts';
import { type Touched, touchHours } from '../traces/touched.ts';

/** Bound numbers of one statement's rows. */
const BATCH = 500;

export type SaidPayout = Readonly<{
  account: PlainAccount['account'];
  said: PayoutSaid;
  messageId: string | undefined;
  heardAt: Temporal.Instant;
}>;

/** A batch as it is told of. */
export type BatchNow = Pick<
  Batch,
  | 'id'
  | 'channel'
  | 'account'
  | 'ref'
  | 'state'
  | 'net'
  | 'lines'
  | 'businessFrom'
  | 'businessTo'
  | 'dueOn'
  | 'creditedOn'
>;
/** A batch whose state is another than it was; `before` is undefined of a new one. */
export type MovedBatch = Readonly<{ id: string; before: Batch['state'] | undefined; batch: BatchNow }>;

type Row = Readonly<{
  id: string;
  key: string;
  channel: string;
  kind: Batch['kind'];
  ref: string | null;
  state: FoundState;
  found: FoundState | null;
  account: string;
  payout_ref: string;
  told: boolean;
  net: Batch['net'];
  lines: bigint;
  business_from: Temporal.PlainDate;
  business_to: Temporal.PlainDate;
  due_on: Temporal.PlainDate | null;
  credited_on: Temporal.PlainDate | null;
}>;
const ROW = `b.id, b.key, b.channel, b.kind, b.ref, b.state, b.found, b.account, b.payout_ref, b.told is not null as told, b.sums -> 'net' as net,
  b.lines, b.business_from, b.business_to, b.due_on, b.credited_on`;

/** Who takes payouts of these channels in, or batches of theirs, does it alone. */
async function takeTurn(tx: TenantTx, channels: readonly string[]): Promise<void> {
  await tx.rows('select id from accounts where tenant_id = $1 and provider = any($2) order by id for no key update', [
    tx.tenantId,
    [...new Set(channels)],
  ]);
}

/** `heard`: the batches of what was told, to be asked about; `moved`: those of another state than before. All of one side (`livemode`). */
export async function takePayouts(
  tx: TenantTx,
  told: readonly SaidPayout[],
): Promise<Readonly<{ heard: readonly string[]; moved: readonly MovedBatch[] }>> {
  if (told.length === 0) return { heard: [], moved: [] };
  await takeTurn(
    tx,
    told.map((t) => t.account.provider),
  );
  await keepFacts(tx, told);
  const heard: string[] = [];
  const moved: MovedBatch[] = [];
  for (const [accountId, of] of Map.groupBy(told, (t) => t.account.id)) {
    const refs = [...new Set(of.map((t) => t.said.payoutRef))];
    const { account } = of[0]!;
    const facts = Map.groupBy(await factsOf(tx, accountId, refs), (f) => f.payoutRef);
    const rows = Map.groupBy(await rowsOf(tx, account, refs), (r) => r.payout_ref);
    for (const ref of refs) {
      const fold = foldPayout(facts.get(ref)!);
      const now = await writeTold(tx, account, ref, facts.get(ref)!, fold, best(rows.get(ref) ?? []));
      heard.push(now.id);
      if (now.before !== now.batch.state) moved.push(now);
    }
  }
  return { heard, moved: await withFollowers(tx, heard, moved) };
}

/** How many times over money may be paid out again. */
const MOST_TIMES = 10;

/** What became of batches in the end, with those whose money is paid out again in one of them: they stand as it does. */
export async function withFollowers(
  tx: TenantTx,
  ids: readonly string[],
  moved: readonly MovedBatch[],
): Promise<readonly MovedBatch[]> {
  const all = [...moved];
  let changed = ids;
  for (let times = 0; times < MOST_TIMES && changed.length > 0; times += 1) {
    const rows = await tx.rows<Row & Readonly<{ before: FoundState }>>(
      `with was as (
         select id as was_id, state as before from batches
          where tenant_id = $1 and (again_in = any($2) or id = any($2)) and again_in is not null for update)
       update batches b set state = n.state, due_on = n.due_on, credited_on = n.credited_on, paid_out_at = n.paid_out_at,
         updated_at = now() from was, batches n
        where b.tenant_id = $1 and b.id = was.was_id and n.tenant_id = $1 and n.id = b.again_in
          and (b.found is null or b.found not in ('credited', 'short'))
          and (b.state, b.due_on, b.credited_on) is distinct from (n.state, n.due_on, n.credited_on)
       returning ${ROW}, was.before`,
      [tx.tenantId, [...changed]],
    );
    for (const { id, before, ...row } of rows) all.push({ id, before, batch: batchNow(row) });
    changed = rows.map((r) => r.id);
  }
  // One that was sent back, and in the same breath is on its way again, has not moved.
  return [...Map.groupBy(all, (m) => m.id).values()]
    .map((of) => ({ ...of.at(-1)!, before: of[0]!.before }))
    .filter((m) => m.before !== m.batch.state);
}

const batchNow = (row: Omit<Row, 'id'>): BatchNow => ({
  ...{ id: row.key, channel: row.channel, account: row.account, state: row.state, net: row.net },
  ...(row.ref === null ? {} : { ref: row.ref }),
  ...{ lines: Number(row.lines), businessFrom: row.business_from.toString(), businessTo: row.business_to.toString() },
  ...(row.due_on === null ? {} : { dueOn: row.due_on.toString() }),
  ...(row.credited_on === null ? {} : { creditedOn: row.credited_on.toString() }),
});

/** The one that has been told of, else what a document states, else the newest. */
const best = (rows: readonly Row[]): Row | undefined =>
  rows.find((r) => r.told) ??
  rows.find((r) => r.kind === 'stated') ??
  rows.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];

const FACT_TYPES = [
  ...['uuid', 'uuid', 'boolean', 'text', 'text', 'text', 'bytea', 'text', 'text', 'timestamptz', 'timestamptz'],
  ...['bigint', 'text', 'date', 'jsonb', 'uuid', 'timestamptz', 'int'],
];

async function keepFacts(tx: TenantTx, told: readonly SaidPayout[]): Promise<void> {
  // What one statement says twice it may write once.
  const named = new Map<string, SaidPayout & Readonly<{ times: number }>>();
  for (const t of told) {
    const name = [t.account.id, t.said.payoutRef, t.said.source, t.said.key, payoutHash(t.said)].join('\u001f');
    const known = named.get(name);
    const later = known !== undefined && Temporal.Instant.compare(known.heardAt, t.heardAt) > 0 ? known : t;
    named.set(name, { ...(known ?? t), heardAt: later.heardAt, times: (known?.times ?? 0) + 1 });
  }
  const rows = [...named.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { account, said, messageId, heardAt, times }]) => [
      ...[newId(), account.id, account.livemode, said.payoutRef, said.source, said.key],
      ...[Buffer.from(payoutHash(said), 'hex'), said.state, said.said, said.occurredAt, said.madeAt, said.amount.minor],
      ...[said.amount.currency, said.arrivalOn ?? null],
      said.failure === undefined ? null : JSON.stringify(said.failure),
      ...[messageId ?? null, heardAt, times],
    ]);
  for (const chunk of inChunks(rows, FACT_TYPES.length)) {
    const v = tenantValues(FACT_TYPES, chunk);
    await tx.run(
      `insert into payout_facts (tenant_id, id, account_id, livemode, payout_ref, source, key, body_hash, state, said, occurred_at, made_at,
         amount_minor, currency, arrival_on, failure, message_id, last_seen_at, times) ${v.text}
       on conflict (tenant_id, account_id, payout_ref, source, key, body_hash) do update
         set last_seen_at = greatest(payout_facts.last_seen_at, excluded.last_seen_at), times = payout_facts.times + excluded.times`,
      [tx.tenantId, ...v.params],
    );
  }
}

type FactRow = Readonly<{
  id: string;
  payout_ref: string;
  source: PayoutSaid['source'];
  key: string;
  body_hash: Buffer;
  state: PayoutSaid['state'];
  said: string;
  occurred_at: Temporal.Instant;
  made_at: Temporal.Instant;
  amount_minor: bigint;
  currency: string;
  arrival_on: Temporal.PlainDate | null;
  failure: { code: string; says: string } | null;
  message_id: string | null;
  last_seen_at: Temporal.Instant;
  times: number;
}>;
/** As it is kept; `times` for people. */
export type PayoutFact = KeptPayout & Readonly<{ times: number }>;

export async function factsOf(
  tx: TenantTx,
  accountId: string,
  payoutRefs: readonly string[],
): Promise<readonly PayoutFact[]> {
  const rows = await tx.rows<FactRow>(
    `select id, payout_ref, source, key, body_hash, state, said, occurred_at, made_at, amount_minor, currency, arrival_on, failure,
            message_id, last_seen_at, times
       from payout_facts where tenant_id = $1 and account_id = $2 and payout_ref = any($3) order by occurred_at, id`,
    [tx.tenantId, accountId, [...payoutRefs]],
  );
  return rows.map((r) => ({
    ...{ id: r.id, payoutRef: r.payout_ref, source: r.source, key: r.key, bodyHash: r.body_hash.toString('hex') },
    ...{ state: r.state, said: r.said, occurredAt: r.occurred_at, madeAt: r.made_at, listing: 'never' as const },
    amount: money(r.amount_minor, r.currency),
    arrivalOn: r.arrival_on ?? undefined,
    failure: r.failure ?? undefined,
    messageId: r.message_id ?? undefined,
    ...{ lastSeenAt: r.last_seen_at, times: r.times },
  }));
}

const rowsOf = (tx: TenantTx, account: PlainAccount['account'], refs: readonly string[]): Promise<Row[]> =>
  tx.rows<Row>(
    `select ${ROW} from batches b where b.tenant_id = $1 and b.livemode = $2 and b.channel = $3 and b.payout_ref = any($4)
        and (b.account_id = $5 or b.account_id is null and b.account in ('', $6, $7)) order by b.id for update`,
    [
      ...[tx.tenantId, account.livemode, account.provider, [...refs], account.id],
      ...[account.merchantNo, account.subMerchantNo ?? ''],
    ],
  );

const amountOf = (it: Money): Batch['net'] => ({ amount: decimalText(it.minor, it.currency), currency: it.currency });

async function writeTold(
  tx: TenantTx,
  account: PlainAccount['account'],
  ref: string,
  facts: readonly KeptPayout[],
  told: Told,
  row: Row | undefined,
): Promise<MovedBatch> {
  const made = facts.map((f) => f.madeAt).sort(Temporal.Instant.compare)[0]!;
  const dueOn = told.arrivalOn ?? row?.due_on ?? undefined;
  const late = isLate(told, dueOn, await planAt(tx, account.id, made));
  const json = JSON.stringify({ ...told, isLate: late }, (_, v) => (typeof v === 'bigint' ? v.toString() : v));
  const whose = account.subMerchantNo ?? account.merchantNo;
  const on = made.toZonedDateTimeISO('UTC').toPlainDate();
  const state = stateOfBatch(row?.found ?? null, told.state, late);
  // What documents found stands as they found it; of what nobody but the channel knows, its word does.
  const net = row?.found ? row.net : amountOf(told.amount);
  const outAt = told.state === 'paid' ? (told.paid?.at ?? null) : null;
  const batch: BatchNow = {
    id: row?.key ?? ['told', account.provider, whose, ref].join('/'),
    channel: account.provider,
    account: row?.account ?? whose,
    ref,
    ...{ state, net, lines: Number(row?.lines ?? 0n) },
    businessFrom: (row?.business_from ?? on).toString(),
    businessTo: (row?.business_to ?? on).toString(),
    ...(dueOn === undefined ? {} : { dueOn: dueOn.toString() }),
    ...(row?.credited_on ? { creditedOn: row.credited_on.toString() } : {}),
  };
  const id = row?.id ?? newId();
  if (row === undefined) {
    await tx.run(
      `insert into batches (tenant_id, id, livemode, channel, account, account_id, currency, key, ref, payout_ref, kind, state, business_from,
         business_to, due_on, lines, sums, told, paid_out_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'payout', $10, $11, $11, $12, 0, $13, $14, $15)`,
      [
        ...[
          tx.tenantId,
          id,
          account.livemode,
          account.provider,
          whose,
          account.id,
          told.amount.currency,
          batch.id,
          ref,
          state,
          on,
        ],
        ...[dueOn ?? null, JSON.stringify({ net }), json, outAt],
      ],
    );
    return { id, before: undefined, batch };
  }
  await tx.run(
    `update batches set told = $3, ref = payout_ref, state = $4, due_on = $5, account_id = $6, paid_out_at = $9, updated_at = now(),
        sums = case when found is null then sums || $7::jsonb else sums end, currency = case when found is null then $8 else currency end
      where tenant_id = $1 and id = $2`,
    [
      ...[tx.tenantId, id, json, state, dueOn ?? null, account.id],
      ...[JSON.stringify({ net }), told.amount.currency, outAt],
    ],
  );
  return { id, before: row.state, batch };
}

// ------------------------------------------------------------------------------------------- met by documents

/** By what number a channel tells of a batch that a document has. */
export function payoutRefOf(b: Pick<Batch, 'id' | 'kind' | 'channel' | 'account' | 'net' | 'ref'>): string | undefined {
  if (b.kind === 'payout') return b.ref;
  if (b.kind === 'implied') return undefined;
  return b.id.slice(['stated', b.channel, b.account, b.net.currency, ''].join('/').length);
}

export type TheirWord = Readonly<{ state: Told['state']; late: boolean }>;

/**
 * What the channel told of batches that a run found becomes theirs: a row that nobody but the channel knew gets the document's name; where
 * a payout list and then the payout's own lines were brought, what was told goes over to the latter. Returns what is told, by key.
 */
export async function meetTold(
  tx: TenantTx,
  livemode: boolean,
  batches: readonly Batch[],
): Promise<ReadonlyMap<string, TheirWord>> {
  const byRef = new Map<string, Batch>();
  for (const b of batches) {
    const ref = payoutRefOf(b);
    if (ref === undefined) continue;
    const name = `${b.channel}/${ref}`;
    if (b.kind === 'stated' || !byRef.has(name)) byRef.set(name, b);
  }
  if (byRef.size === 0) return new Map();
  await takeTurn(
    tx,
    batches.map((b) => b.channel),
  );
  const known = await tx.rows<
    Readonly<{
      id: string;
      key: string;
      kind: string;
      found: FoundState | null;
      channel: string;
      payout_ref: string;
      state: Told['state'];
      late: boolean;
    }>
  >(
    `select id, key, kind, found, channel, payout_ref, told ->> 'state' as state, coalesce((told ->> 'isLate')::boolean, false) as late from batches
      where tenant_id = $1 and livemode = $2 and channel = any($3) and payout_ref = any($4) and told is not null order by id for update`,
    [
      ...[tx.tenantId, livemode, [...new Set(batches.map((b) => b.channel))]],
      [...byRef.keys()].map((name) => name.slice(name.indexOf('/') + 1)),
    ],
  );
  const told = new Map<string, TheirWord>();
  for (const row of known) {
    const batch = byRef.get(`${row.channel}/${row.payout_ref}`);
    if (batch === undefined) continue;
    const isTheirs = row.found === null || (row.kind === 'payout' && batch.kind === 'stated');
    if (row.key !== batch.id && isTheirs) await goOver(tx, livemode, row, batch);
    if (row.key === batch.id || isTheirs) told.set(batch.id, row);
  }
  return told;
}

async function goOver(
  tx: TenantTx,
  livemode: boolean,
  from: Readonly<{ id: string; found: FoundState | null }>,
  to: Batch,
): Promise<void> {
  const there = await tx.maybe<{ id: string }>(
    'select id from batches where tenant_id = $1 and livemode = $2 and key = $3 for update',
    [tx.tenantId, livemode, to.id],
  );
  if (there === undefined && from.found === null) {
    await tx.run('update batches set key = $3, kind = $4 where tenant_id = $1 and id = $2', [
      ...[tx.tenantId, from.id, to.id, to.kind],
    ]);
    return;
  }
  const id = there?.id ?? newId();
  // Its row comes with the run's own figures a moment later.
  if (there === undefined)
    await tx.run(
      `insert into batches (tenant_id, id, livemode, channel, account, currency, key, payout_ref, kind, state, business_from, business_to, lines, sums)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'not_checked', $10, $11, 0, '{}')`,
      [
        ...[tx.tenantId, id, livemode, to.channel, to.account, to.net.currency, to.id, payoutRefOf(to), to.kind],
        ...[to.businessFrom, to.businessTo],
      ],
    );
  const it = await tx.one<Record<string, unknown>>(
    'select told, listed, account_id, due_on, paid_out_at, again_in from batches where tenant_id = $1 and id = $2',
    [tx.tenantId, from.id],
  );
  await tx.run(
    `update batches set told = null, listed = null, paid_out_at = null, again_in = null, state = coalesce(found, state)
      where tenant_id = $1 and id = $2`,
    [tx.tenantId, from.id],
  );
  await tx.run(
    `update batches set told = $3, listed = $4, account_id = $5, due_on = $6, paid_out_at = $7, again_in = $8 where tenant_id = $1 and id = $2`,
    [
      ...[tx.tenantId, id, JSON.stringify(it.told), it.listed === null ? null : JSON.stringify(it.listed)],
      ...[it.account_id, it.due_on, it.paid_out_at, it.again_in],
    ],
  );
  await tx.run('update batches set again_in = $3 where tenant_id = $1 and again_in = $2', [tx.tenantId, from.id, id]);
  // The lines of what a document states bind its payments anew; of what only the channel told, nothing else would.
  if (from.found !== null) return;
  const touched = await tx.rows<Touched>(
    'update payments set batch_id = $3 where tenant_id = $1 and batch_id = $2 returning livemode, moment',
    [tx.tenantId, from.id, id],
  );
  await touchHours(tx, touched);
  await tx.run('delete from batches where tenant_id = $1 and id = $2', [tx.tenantId, from.id]);
}

// ------------------------------------------------------------------------------------------- bound to payments

/**
 * How surely a payment is in a batch: the bank's line for its sum, then that the channel says so, then that the plan has it so. A link gives way
 * to one that is not weaker.
 */
export const linkRank = (b: string): string =>
  `case when ${b}.found in ('credited', 'short') then 2 when ${b}.kind = 'implied' then 0 else 1 end`;

/** What the bank had sent back of these payouts is paid out again in this batch; returns what moved by it. */
export async function paidAgain(
  tx: TenantTx,
  batchId: string,
  accountId: string,
  payoutRefs: readonly string[],
): Promise<readonly MovedBatch[]> {
  if (payoutRefs.length === 0) return [];
  const rows = await tx.rows<{ id: string }>(
    `update batches set again_in = $2 where tenant_id = $1 and account_id = $3 and payout_ref = any($4) and told ->> 'state' = 'returned'
        and id <> $2 returning id`,
    [tx.tenantId, batchId, accountId, [...payoutRefs]],
  );
  return await withFollowers(
    tx,
    rows.map((r) => r.id),
    [],
  );
}

/** The payments of the account that have one of these numbers are in this batch; returns those that were not. */
export async function bindMembers(
  tx: TenantTx,
  batchId: string,
  accountId: string,
  numbers: readonly string[],
): Promise<readonly string[]> {
  const bound: string[] = [];
  for (let at = 0; at < numbers.length; at += BATCH) {
    const v = values(
      ['text', 'text'],
      [...new Set(numbers.slice(at, at + BATCH))].map((n) => [n, tailOf(n)]),
    );
    const next = v.params.length + 2;
    const rows = await tx.rows<Touched & { id: string }>(
      `with named as (
         select distinct r.payment_id from (${v.text}) as v (value, tail)
           join refs r on r.tenant_id = $1 and r.tail = v.tail and r.value = v.value
           join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.account_id = $${next})
       update payments p set batch_id = $${next + 1} from named
        where p.tenant_id = $1 and p.id = named.payment_id and p.batch_id is distinct from $${next + 1}
          and not exists (select from batches c join batches n on n.tenant_id = $1 and n.id = $${next + 1}
                           where c.tenant_id = $1 and c.id = p.batch_id and ${linkRank('c')} > ${linkRank('n')})
       returning p.id, p.livemode, p.moment`,
      [tx.tenantId, ...v.params, accountId, batchId],
    );
    await touchHours(tx, rows);
    bound.push(...rows.map((r) => r.id));
  }
  return bound;
}
