/**
 * The only writer of entries. What is given is what should stand; what is written is the difference to what is posted already, so that the
 * same facts again write nothing, and a correction is an entry of its own. An entry is never edited.
 *
 * I10: a transfer has one amount and two accounts of its currency (foreign keys), so no entry can be out of balance. Who posts holds the
 * ledger's row until commit: numbers without gaps, posting times that never go back. Cost: five statements for each 500 items.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues, values } from '../db/values.ts';
import { takeSnapshot } from './balances.ts';
import { type AccountCode, chartOf } from './chart.ts';
import { type Fact, type Item, POSTINGS } from './postings.ts';

export type Side = Readonly<{ livemode: boolean }>;
export type Cause = 'stated' | 'correction' | 'withdrawn' | 'manual';

/** A ledger in hand: its row is locked until commit. */
export type Open = {
  readonly id: string;
  readonly livemode: boolean;
  readonly postedAt: Temporal.Instant;
  readonly closedThrough: Temporal.PlainDate | null;
  /** The last day that is signed off; the days before it are with it. */
  readonly signedThrough: Temporal.PlainDate | null;
  readonly accounts: Map<string, string>;
  no: bigint;
  transfers: bigint;
};

/** After so many transfers the balances are kept, so that a balance never adds up more than these. */
export const SNAPSHOT_EVERY = 10_000n;

/** Takes the ledger in hand, and lets it go with what was posted. */
export async function withLedger<T>(tx: TenantTx, { livemode }: Side, work: (ledger: Open) => Promise<T>): Promise<T> {
  const ledger = await openLedger(tx, livemode);
  const done = await work(ledger);
  if (ledger.transfers === 0n) return done;
  const { since } = await tx.one<{ since: bigint }>(
    `update ledgers set last_no = $3, last_posted_at = $4, since_snapshot = since_snapshot + $5
      where tenant_id = $1 and livemode = $2 returning since_snapshot as since`,
    [tx.tenantId, livemode, ledger.no, ledger.postedAt, ledger.transfers],
  );
  if (since >= SNAPSHOT_EVERY) await takeSnapshot(tx, { livemode }, ledger.postedAt);
  return done;
}

async function openLedger(tx: TenantTx, livemode: boolean): Promise<Open> {
  await tx.run(
    'insert into ledgers (tenant_id, livemode, id) values ($1, $2, $3) on conflict (tenant_id, livemode) do nothing',
    [tx.tenantId, livemode, newId()],
  );
  const row = await tx.one<{ id: string; last_no: bigint; closed_through: Temporal.PlainDate | null }>(
    'select id, last_no, closed_through from ledgers where tenant_id = $1 and livemode = $2 for update',
    [tx.tenantId, livemode],
  );
  // The clock is asked once the row is ours, and never goes back.
  const { at } = await tx.one<{ at: Temporal.Instant }>(
    `select greatest(clock_timestamp(), last_posted_at + interval '1 microsecond') as at from ledgers where tenant_id = $1 and livemode = $2`,
    [tx.tenantId, livemode],
  );
  const { signed } = await tx.one<{ signed: Temporal.PlainDate | null }>(
    'select max(business_on) as signed from sign_offs where tenant_id = $1 and livemode = $2 and reopened_at is null',
    [tx.tenantId, livemode],
  );
  const accounts = await tx.rows<{ id: string; code: string; currency: string; channel: string; account: string }>(
    'select id, code, currency, channel, account from ledger_accounts where tenant_id = $1 and livemode = $2',
    [tx.tenantId, livemode],
  );
  return {
    id: row.id,
    livemode,
    postedAt: at,
    closedThrough: row.closed_through,
    signedThrough: signed,
    accounts: new Map(accounts.map((a) => [keyOf(a.code, a.currency, a.channel, a.account), a.id])),
    no: row.last_no,
    transfers: 0n,
  };
}

type Locked = Pick<Open, 'closedThrough' | 'signedThrough'>;
const isBy = (on: string, through: Temporal.PlainDate | null): through is Temporal.PlainDate =>
  through !== null && Temporal.PlainDate.compare(on, through) <= 0;

/** The first day on or after this one that can still be posted on. */
function openDay({ closedThrough, signedThrough }: Locked, on: string): string {
  let day = on;
  for (const through of [closedThrough, signedThrough])
    if (isBy(day, through)) day = through.add({ days: 1 }).toString();
  return day;
}

/** Throws `ledger.period_closed` or `ledger.day_signed` where people name the day themselves. */
export function needOpen({ closedThrough, signedThrough }: Locked, on: string): void {
  if (isBy(on, closedThrough)) throw new DaozhangError('ledger.period_closed', { on, through: `${closedThrough}` });
  if (isBy(on, signedThrough)) throw new DaozhangError('ledger.day_signed', { on, through: `${signedThrough}` });
}

const keyOf = (code: string, currency: string, channel: string, account: string): string =>
  JSON.stringify([code, currency, channel, account]);

type Whose = Pick<Item, 'currency' | 'channel' | 'account' | 'bank'>;
function accountKey(code: AccountCode, of: Whose): string {
  const { per } = chartOf(code);
  if (per === 'channel') return keyOf(code, of.currency, of.channel, of.account);
  return keyOf(code, of.currency, '', per === 'bank' ? (of.bank ?? '') : '');
}

async function openAccounts(tx: TenantTx, ledger: Open, keys: readonly string[]): Promise<void> {
  const missing = [...new Set(keys)].filter((k) => !ledger.accounts.has(k)).sort();
  for (const chunk of inChunks(missing, 7)) {
    const rows = chunk.map((k) => [newId(), ledger.livemode, ...(JSON.parse(k) as string[])]);
    const v = tenantValues(['uuid', 'boolean', 'text', 'text', 'text', 'text'], rows);
    await tx.run(`insert into ledger_accounts (tenant_id, id, livemode, code, currency, channel, account) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
    chunk.forEach((k, i) => {
      ledger.accounts.set(k, rows[i]![0] as string);
    });
  }
}

/** A leg to be posted: signed, between two opened accounts. */
type Leg = Readonly<{ fact: Fact; debit: string; credit: string; amount: bigint; currency: string }>;
type NewEntry = Readonly<{
  scope: string;
  part: string;
  cause: Cause;
  factOn: string;
  businessOn: string;
  reconciliationId?: string | undefined;
  breakHash?: string | undefined;
  batchKey?: string | undefined;
  proposalId?: string | undefined;
  evidence?: Item['evidence'] | undefined;
  legs: readonly Leg[];
}>;

/** Writes entries as they are. Returns their ids. */
export async function writeEntries(
  tx: TenantTx,
  ledger: Open,
  entries: readonly NewEntry[],
): Promise<readonly string[]> {
  const numbered = entries.map((e) => {
    ledger.no += 1n;
    return { ...e, id: newId(), no: ledger.no };
  });
  const ENTRY = 'uuid boolean bigint text text text date date timestamptz uuid text text uuid jsonb'.split(' ');
  for (const chunk of inChunks(numbered, ENTRY.length + 1)) {
    const v = tenantValues(
      ENTRY,
      chunk.map((e) => [
        e.id,
        ledger.livemode,
        e.no,
        e.scope,
        e.part,
        e.cause,
        e.businessOn,
        e.factOn,
        ledger.postedAt,
        e.reconciliationId ?? null,
        e.breakHash ?? null,
        e.batchKey ?? null,
        e.proposalId ?? null,
        e.evidence === undefined ? null : JSON.stringify(e.evidence),
      ]),
    );
    await tx.run(
      `insert into ledger_entries (tenant_id, id, livemode, no, scope, part, cause, business_on, fact_on, posted_at, reconciliation_id,
         break_hash, batch_key, proposal_id, evidence) ${v.text}`,
      [tx.tenantId, ...v.params],
    );
  }
  const transfers = numbered.flatMap((e) =>
    e.legs.map((leg, i) => [
      e.id,
      i + 1,
      ledger.livemode,
      e.no,
      e.businessOn,
      ledger.postedAt,
      leg.fact,
      leg.amount > 0n ? leg.debit : leg.credit,
      leg.amount > 0n ? leg.credit : leg.debit,
      leg.amount > 0n ? leg.amount : -leg.amount,
      leg.currency,
    ]),
  );
  const TRANSFER = 'uuid int boolean bigint date timestamptz text uuid uuid bigint text'.split(' ');
  for (const chunk of inChunks(transfers, TRANSFER.length + 1)) {
    const v = tenantValues(TRANSFER, chunk);
    await tx.run(
      `insert into transfers (tenant_id, entry_id, n, livemode, no, business_on, posted_at, fact, debit, credit, amount, currency) ${v.text}`,
      [tx.tenantId, ...v.params],
    );
  }
  ledger.transfers += BigInt(transfers.length);
  return numbered.map((e) => e.id);
}

type Posted = Readonly<{
  scope: string;
  item: string;
  part: string;
  fact: Fact;
  debit: string;
  credit: string;
  amount: bigint;
  currency: string;
  fact_on: Temporal.PlainDate;
  break_hash: string | null;
  batch_key: string | null;
}>;
const POSTED =
  'i.scope, i.item, i.part, i.fact, i.debit, i.credit, i.amount, i.currency, i.fact_on, i.break_hash, i.batch_key';

/** Posts what differs from what is posted. Items of one entry must come together. */
export async function postItems(tx: TenantTx, ledger: Open, runId: string, items: readonly Item[]): Promise<number> {
  if (items.length === 0) return 0;
  const sides = items.map((i) => {
    const { debit, credit } = POSTINGS[i.fact];
    return [accountKey(debit, i), accountKey(credit, i)] as const;
  });
  await openAccounts(tx, ledger, sides.flat());
  const asked = values(
    ['text', 'text'],
    items.map((i) => [i.scope, i.key]),
  );
  const found = await tx.rows<Posted>(
    `select ${POSTED} from (${asked.text}) v (scope, item)
       join ledger_items i on i.tenant_id = $1 and i.livemode = $${asked.params.length + 2} and i.scope = v.scope and i.item = v.item`,
    [tx.tenantId, ...asked.params, ledger.livemode],
  );
  const before = new Map(found.map((p) => [`${p.scope}\n${p.item}`, p]));
  const entries = new Map<string, { at: Item; known: boolean; legs: Leg[] }>();
  items.forEach((item, n) => {
    const posted = before.get(`${item.scope}\n${item.key}`);
    const [debit, credit] = sides[n]!.map((k) => ledger.accounts.get(k)!) as [string, string];
    const key = `${item.scope}\n${item.part}`;
    const entry = entries.get(key) ?? { at: item, known: false, legs: [] };
    entries.set(key, entry);
    entry.known ||= posted !== undefined;
    const stays = posted !== undefined && posted.debit === debit && posted.credit === credit;
    if (posted !== undefined && !stays && posted.amount !== 0n)
      entry.legs.push({ ...legOf(posted), amount: -posted.amount });
    const rest = item.amount - (stays ? posted.amount : 0n);
    if (rest !== 0n) entry.legs.push({ fact: item.fact, debit, credit, amount: rest, currency: item.currency });
  });
  const changed = [...entries.values()].filter((e) => e.legs.length > 0);
  await writeEntries(
    tx,
    ledger,
    changed.map(({ at, known, legs }) => ({
      scope: at.scope,
      part: at.part,
      cause: known ? 'correction' : 'stated',
      factOn: at.on,
      businessOn: openDay(ledger, at.on),
      reconciliationId: runId,
      breakHash: at.breakHash,
      batchKey: at.scope.startsWith('batch/') ? at.batchKey : undefined,
      evidence: at.evidence,
      legs,
    })),
  );
  await keepItems(
    tx,
    items.map((i, n) => [
      ledger.livemode,
      i.scope,
      i.key,
      i.part,
      i.fact,
      ...sides[n]!.map((k) => ledger.accounts.get(k)!),
      i.amount,
      i.currency,
      i.on,
      i.breakHash ?? null,
      i.batchKey ?? null,
      i.bankLine ?? null,
      runId,
    ]),
  );
  return changed.length;
}

const legOf = (p: Posted): Leg => ({
  fact: p.fact,
  debit: p.debit,
  credit: p.credit,
  amount: p.amount,
  currency: p.currency,
});

async function keepItems(tx: TenantTx, rows: readonly (readonly unknown[])[]): Promise<void> {
  const v = tenantValues('boolean text text text text uuid uuid bigint text date text text text uuid'.split(' '), rows);
  await tx.run(
    `insert into ledger_items (tenant_id, livemode, scope, item, part, fact, debit, credit, amount, currency, fact_on, break_hash, batch_key,
       bank_line, reconciliation_id) ${v.text}
     on conflict (tenant_id, livemode, scope, item) do update set part = excluded.part, fact = excluded.fact, debit = excluded.debit,
       credit = excluded.credit, amount = excluded.amount, fact_on = excluded.fact_on, break_hash = excluded.break_hash,
       batch_key = excluded.batch_key, bank_line = excluded.bank_line, reconciliation_id = excluded.reconciliation_id`,
    [tx.tenantId, ...v.params],
  );
}

const PAGE = 500;

/** Takes back what stands of items that `which` names (SQL over `ledger_items i`; parameters from $4) and that are not at nothing. */
export async function withdraw(
  tx: TenantTx,
  ledger: Open,
  runId: string,
  which: string,
  params: readonly unknown[],
  cause: Cause,
): Promise<number> {
  let entries = 0;
  for (;;) {
    const rows = await tx.rows<Posted>(
      `select ${POSTED} from ledger_items i
        where i.tenant_id = $1 and i.livemode = $2 and i.amount <> 0 and i.reconciliation_id <> $3 and ${which}
        order by i.scope, i.part, i.item limit ${PAGE}`,
      [tx.tenantId, ledger.livemode, runId, ...params],
    );
    if (rows.length === 0) return entries;
    const parts = Map.groupBy(rows, (r) => `${r.scope}\n${r.part}`);
    const made = [...parts.values()].map((legs): NewEntry => {
      const on = legs[0]!.fact_on.toString();
      return {
        scope: legs[0]!.scope,
        part: legs[0]!.part,
        cause,
        factOn: on,
        businessOn: openDay(ledger, on),
        reconciliationId: runId,
        breakHash: legs[0]!.break_hash ?? undefined,
        batchKey: legs[0]!.scope.startsWith('batch/') ? (legs[0]!.batch_key ?? undefined) : undefined,
        legs: legs.map((p) => ({ ...legOf(p), amount: -p.amount })),
      };
    });
    await writeEntries(tx, ledger, made);
    entries += made.length;
    const v = values(
      ['text', 'text'],
      rows.map((r) => [r.scope, r.item]),
    );
    const at = v.params.length + 2;
    await tx.run(
      `update ledger_items i set amount = 0, reconciliation_id = $${at} from (${v.text}) v (scope, item)
        where i.tenant_id = $1 and i.livemode = $${at + 1} and i.scope = v.scope and i.item = v.item`,
      [tx.tenantId, ...v.params, runId, ledger.livemode],
    );
  }
}

/** The account of a code, opened where it was not yet. */
export async function accountOf(tx: TenantTx, ledger: Open, code: AccountCode, of: Whose): Promise<string> {
  const key = accountKey(code, of);
  await openAccounts(tx, ledger, [key]);
  return ledger.accounts.get(key)!;
}
