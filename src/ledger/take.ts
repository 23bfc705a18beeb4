/**
 * A finished reconciliation into the ledger. Each scope (a channel's day, a batch, a break) has one run whose word stands: a later one that
 * superseded the holder, or that has no fewer lines of the day. What it says otherwise is posted as a correction, what a superseded
 * run alone said is taken back.
 *
 * May not: judge which run supersedes which (`actions/reconcile.ts`), or which word on a batch stands (`sources/batches.ts`). Cost: two passes
 * over the stated facts, ten statements for each 400 items, in the transaction that ends the run.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import type { Break } from '../reconcile/result.ts';
import type { Stated } from '../reconcile/stated.ts';
import { batchScope, dayScope, type Item, itemsOfBatch, itemsOfBreak, itemsOfDay, itemsOfLine } from './postings.ts';
import { type Open, postItems, withdraw } from './store.ts';

export type Run = Readonly<{ id: string; livemode: boolean }>;
/** What it found; the facts come as a stream that can be read twice. */
export type Found = Readonly<{
  /** As many as the book keeps, and the same. */
  breaks: readonly Break[];
  /** The business date of what names none. */
  on: string;
  stated: () => AsyncIterable<Stated>;
}>;

const FLUSH = 400;

/** The lines of a file of stated facts. */
export async function* statedIn(path: string): AsyncGenerator<Stated> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
    yield JSON.parse(line) as Stated;
}

/** Returns how many entries were written. */
export async function takeRun(tx: TenantTx, ledger: Open, run: Run, found: Found): Promise<number> {
  const days = new Map<string, number>();
  const batches: string[] = [];
  for await (const it of found.stated()) {
    if (it.type === 'batch') batches.push(it.key);
    else days.set(dayScope(it), (days.get(dayScope(it)) ?? 0) + (it.type === 'day' ? it.lines : 1));
  }
  const breaks = [...new Map(found.breaks.map((b) => [b.id, b])).values()].map((b) => itemsOfBreak(b, found.on));
  const accepted = await acceptedOf(tx, run, batches);
  const taken = new Set([
    ...(await takeScopes(tx, run, [...days], true)),
    ...(await takeScopes(
      tx,
      run,
      breaks.flatMap(([first]) => (first === undefined ? [] : [[first.scope, 1] as const])),
      true,
    )),
    ...(await takeScopes(
      tx,
      run,
      accepted.map((key) => [batchScope(key), 0] as const),
      false,
    )),
  ]);
  let written = 0;
  let some: Item[] = [];
  const flush = async (): Promise<void> => {
    written += await postItems(tx, ledger, run.id, some);
    some = [];
  };
  const add = async (items: readonly Item[]): Promise<void> => {
    const wanted = items.filter((i) => taken.has(i.scope));
    // What makes one entry comes together: a new part begins a new piece.
    if (some.length >= FLUSH && wanted[0]?.part !== 'day') await flush();
    some.push(...wanted);
  };
  for await (const it of found.stated()) {
    if (it.type === 'day') await add(itemsOfDay(it));
    else if (it.type === 'line') await add(itemsOfLine(it));
    else await add(itemsOfBatch(it));
  }
  await flush();
  // Breaks of its own may be about a bank line too: each counts its own.
  const own = breaks.flat().flatMap((i) => (i.bankLine !== undefined && taken.has(i.scope) ? [i.scope] : []));
  written += await freeLines(tx, ledger, run, own);
  const counted = await linesOfBatches(tx, run, breaks.flat());
  for (const items of breaks)
    await add(items.map((i) => (i.bankLine !== undefined && counted.has(i.bankLine) ? { ...i, amount: 0n } : i)));
  await flush();
  written += await freeLines(tx, ledger, run, own);
  // What this run no longer says of what it speaks of.
  const mine = `exists (select from ledger_scopes s where s.tenant_id = $1 and s.livemode = $2 and s.scope = i.scope and s.reconciliation_id = $3)`;
  written += await withdraw(tx, ledger, run.id, mine, [], 'correction');
  written += await withdrawSuperseded(tx, ledger, run, batches);
  await tx.run('update reconciliations set posted_at = $3 where tenant_id = $1 and id = $2', [
    tx.tenantId,
    run.id,
    ledger.postedAt,
  ]);
  return written;
}

/** Bank lines that a batch was credited with: no break counts them again. */
async function linesOfBatches(tx: TenantTx, run: Run, items: readonly Item[]): Promise<ReadonlySet<string>> {
  const lines = items.flatMap((i) => i.bankLine ?? []);
  const rows = await tx.rows<{ line: string }>(
    `select distinct bank_line as line from ledger_items where tenant_id = $1 and livemode = $2 and bank_line = any($3) and amount <> 0
        and fact in ('batch_credited', 'implied_credited')`,
    [tx.tenantId, run.livemode, lines],
  );
  return new Set(rows.map((r) => r.line));
}

/** Breaks of other runs about bank lines that this one counts, for a batch or a break of its own: a line is money once. */
async function freeLines(tx: TenantTx, ledger: Open, run: Run, own: readonly string[]): Promise<number> {
  const again = `i.fact = 'credit_unexplained' and i.scope <> all($4) and exists (
    select from ledger_items o where o.tenant_id = $1 and o.livemode = $2 and o.bank_line = i.bank_line and o.reconciliation_id = $3
      and o.scope <> i.scope and o.amount <> 0 and o.fact in ('batch_credited', 'implied_credited', 'credit_unexplained'))`;
  return await withdraw(tx, ledger, run.id, again, [own], 'correction');
}

/** Batches on which this run's word stands in the book. */
async function acceptedOf(tx: TenantTx, run: Run, keys: readonly string[]): Promise<readonly string[]> {
  const rows = await tx.rows<{ key: string }>(
    'select key from batches where tenant_id = $1 and livemode = $2 and reconciliation_id = $3 and key = any($4)',
    [tx.tenantId, run.livemode, run.id, [...keys]],
  );
  return rows.map((r) => r.key);
}

async function takeScopes(
  tx: TenantTx,
  run: Run,
  scopes: ReadonlyArray<readonly [scope: string, lines: number]>,
  guarded: boolean,
): Promise<readonly string[]> {
  const { at } = await tx.one<{ at: Temporal.Instant }>(
    'select created_at as at from reconciliations where tenant_id = $1 and id = $2',
    [tx.tenantId, run.id],
  );
  const taken: string[] = [];
  for (const chunk of inChunks(scopes, 6)) {
    const v = tenantValues(
      ['boolean', 'text', 'uuid', 'timestamptz', 'bigint'],
      chunk.map(([scope, lines]) => [run.livemode, scope, run.id, at, lines]),
    );
    const free = `s.stated_at <= excluded.stated_at and (s.withdrawn or s.lines <= excluded.lines or exists (
      select from reconciliations r where r.tenant_id = $1 and r.id = s.reconciliation_id and r.superseded_by = excluded.reconciliation_id))`;
    const rows = await tx.rows<{ scope: string }>(
      `insert into ledger_scopes as s (tenant_id, livemode, scope, reconciliation_id, stated_at, lines) ${v.text}
       on conflict (tenant_id, livemode, scope) do update set reconciliation_id = excluded.reconciliation_id, stated_at = excluded.stated_at,
         lines = excluded.lines, withdrawn = false ${guarded ? `where ${free}` : ''}
       returning scope`,
      [tx.tenantId, ...v.params],
    );
    taken.push(...rows.map((r) => r.scope));
  }
  return taken;
}

/** Scopes whose holder this run superseded, and of which it says nothing itself. */
async function withdrawSuperseded(tx: TenantTx, ledger: Open, run: Run, batches: readonly string[]): Promise<number> {
  const held = `s.tenant_id = $1 and s.livemode = $2 and exists (
    select from reconciliations r where r.tenant_id = $1 and r.id = s.reconciliation_id and r.superseded_by = $3)`;
  const params = [tx.tenantId, run.livemode, run.id];
  // It knows the batch and cannot tell as much of it: what stands in the book stays.
  await tx.run(`update ledger_scopes s set reconciliation_id = $3 where ${held} and s.scope = any($4)`, [
    ...params,
    batches.map(batchScope),
  ]);
  // Another run that stands has the same break.
  const other = `select min(b.reconciliation_id::text)::uuid from breaks b
      join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id and r.superseded_by is null and r.posted_at is not null
     where b.tenant_id = $1 and b.livemode = $2 and b.hash = substr(s.scope, 7)`;
  await tx.run(
    `update ledger_scopes s set reconciliation_id = (${other}) where ${held} and s.scope like 'break/%' and (${other}) is not null`,
    params,
  );
  await tx.run(`update ledger_scopes s set reconciliation_id = $3, withdrawn = true where ${held}`, params);
  const gone = `exists (select from ledger_scopes s where s.tenant_id = $1 and s.livemode = $2 and s.scope = i.scope and s.withdrawn
    and s.reconciliation_id = $3)`;
  return await withdraw(tx, ledger, run.id, gone, [], 'withdrawn');
}
