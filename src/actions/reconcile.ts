/**
 * Reconciliations that people and systems ask for: documents of the archive, and where asked the book's own orders, go through the same
 * pipeline as `daozhang reconcile`, in a child process; what it found comes into the book, what it wrote into the archive.
 *
 * A run belongs to whoever holds its lease, which the child's progress renews: a worker that dies leaves it to the next, which begins
 * anew. Ending it is a kill, and nothing half-done is kept. Cost: that of the run; here a few statements a second while it runs.
 */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { createInterface } from 'node:readline';
import { clock } from '../base/clock.ts';
import { DaozhangError, told } from '../base/errors.ts';
import type { Lang } from '../base/lang.ts';
import { termsOfSide } from '../channels/terms.ts';
import type { TenantTx } from '../db/pool.ts';
import { tenantValues } from '../db/values.ts';
import type { Result } from '../reconcile/result.ts';
import { takeBatches, takeLinks } from '../sources/batches.ts';
import { takeBill } from '../sources/bills.ts';
import { takeFound } from '../sources/found.ts';
import { orderBook } from '../sources/order-book.ts';
import { startReader } from '../sources/reader.ts';
import type { Doing, Failure, Job, Printed } from '../sources/reconcile-child.ts';
import { DAYS_FILE, takeDays } from '../sources/run-days.ts';
import { tellBatches } from './batches.ts';
import type { Billing } from './bills.ts';
import { addDocument, linkInto, plainName } from './documents.ts';
import { clearDue, setDue, workDue } from './due.ts';
import { appendEvents } from './events.ts';
import { postRun } from './ledger.ts';
import { savedOfSide } from './mappings.ts';
import { keepReadings } from './readings.ts';

const LEASE_MS = 30_000;
/** How often the row is written while the child works. */
const WRITE_MS = 500;
/** What fails so often fails for a reason of its own. */
const MOST_ATTEMPTS = 3;

type Row = Readonly<{
  id: string;
  livemode: boolean;
  state: string;
  zone: string;
  as_of: Temporal.Instant | null;
  orders_from: Temporal.PlainDate | null;
  orders_to: Temporal.PlainDate | null;
  lang: Lang;
  asked_by: string;
  attempts: number;
}>;
type Input = Readonly<{
  id: string;
  account_id: string | null;
  origin: string;
  name: string;
  sha256: Buffer;
}>;

/** One sweep; returns how many runs ended. */
export async function reconcileDue(on: Billing): Promise<number> {
  const work = async (tenantId: string, ids: readonly string[]): Promise<number> => {
    for (const id of ids) await runOne(on, tenantId, id);
    return ids.length;
  };
  // A run may take gigabytes: one at a time in a process.
  return await workDue(on.book, 'reconcile', 1, LEASE_MS, work, 1);
}

async function runOne(on: Billing, tenantId: string, id: string): Promise<void> {
  const row = await on.book.tenant(tenantId, (tx) =>
    tx.maybe<Row>(
      `update reconciliations set state = 'running', started_at = now(), progress = null, attempts = attempts + 1
        where tenant_id = $1 and id = $2 and state in ('queued', 'running')
       returning id, livemode, state, zone, as_of, orders_from, orders_to, lang, asked_by, attempts`,
      [tx.tenantId, id],
    ),
  );
  if (row === undefined) return await on.book.tenant(tenantId, (tx) => clearDue(tx, 'reconcile', [id]));
  const beat = setInterval(() => void renewLease(on, tenantId, id).catch(() => {}), LEASE_MS / 3);
  const folder = await on.archive.scratch();
  try {
    const inputs = await gather(on, tenantId, row, folder);
    const ended = await run(on, tenantId, row, folder);
    if (ended === 'cancelled') return await on.book.tenant(tenantId, (tx) => clearDue(tx, 'reconcile', [id]));
    if (ended !== undefined) return await fail(on, tenantId, row, ended);
    const result = JSON.parse(await readFile(join(folder, 'out', 'result.json'), 'utf8')) as Result;
    await takeUploads(on, tenantId, row, inputs, result);
    await on.book.tenant(tenantId, async (tx) =>
      tellBatches(tx, row.livemode, await takeBatches(tx, row, result.batches)),
    );
    await takeLinks(on.book, tenantId, row, join(folder, 'links.tsv'));
    await keep(on, tenantId, row, folder, inputs, result);
  } catch (error) {
    // Tried again when the lease ends: the database may have been away, the disk full.
    if (isOutage(error) || row.attempts < MOST_ATTEMPTS) throw error;
    await fail(on, tenantId, row, told(error));
  } finally {
    clearInterval(beat);
    await rm(folder, { recursive: true, force: true });
  }
}

const isOutage = (error: unknown): boolean => error instanceof DaozhangError && error.code.startsWith('db.');

const renewLease = (on: Billing, tenantId: string, id: string): Promise<number> =>
  on.book.shared((tx) =>
    tx.run(
      `update due set lease_until = now() + $3 * interval '1 millisecond' where tenant_id = $1 and kind = 'reconcile' and id = $2`,
      [tenantId, id, LEASE_MS],
    ),
  );

/** The run's documents under their own names in `in/`; the bytes are those of the archive, by a link. */
async function gather(on: Billing, tenantId: string, row: Row, folder: string): Promise<readonly Input[]> {
  if (row.orders_from !== null && row.orders_to !== null) await bookOrders(on, tenantId, row);
  const inputs = await on.book.tenant(tenantId, (tx) =>
    tx.rows<Input>(
      `select d.id, d.account_id, d.origin, r.name, d.sha256 from reconciliation_documents r
         join documents d on d.tenant_id = $1 and d.id = r.document_id
        where r.tenant_id = $1 and r.reconciliation_id = $2 order by r.name`,
      [tx.tenantId, row.id],
    ),
  );
  await mkdir(join(folder, 'in'));
  for (const input of inputs) {
    const hash = input.sha256.toString('hex');
    await linkInto(on.archive, tenantId, hash, join(folder, 'in', input.name));
  }
  return inputs;
}

async function bookOrders(on: Billing, tenantId: string, row: Row): Promise<void> {
  const days = { from: row.orders_from!, to: row.orders_to!, zone: row.zone };
  const side = { tenantId, livemode: row.livemode };
  const name = `orders-${days.from}${days.to.equals(days.from) ? '' : `-${days.to}`}.csv`;
  const { id: documentId } = await addDocument(
    on,
    side,
    { accountId: undefined, origin: 'book', kind: 'orders', name, addedBy: row.asked_by },
    orderBook(on.book, side, days),
  );
  await on.book.tenant(tenantId, async (tx) => {
    // Begun anew after a worker's death: the book may have more by now, and what it had then is not a second order book.
    await tx.run(
      `delete from reconciliation_documents r using documents d where r.tenant_id = $1 and r.reconciliation_id = $2
          and d.tenant_id = $1 and d.id = r.document_id and d.origin = 'book'`,
      [tx.tenantId, row.id],
    );
    await nameDocuments(tx, row.id, [{ id: documentId, name }]);
  });
}

/** Adds documents to a run under names that differ from one another, whatever they are called. */
export async function nameDocuments(
  tx: TenantTx,
  reconciliationId: string,
  documents: ReadonlyArray<Readonly<{ id: string; name: string }>>,
): Promise<void> {
  const rows = await tx.rows<{ name: string }>(
    'select name from reconciliation_documents where tenant_id = $1 and reconciliation_id = $2',
    [tx.tenantId, reconciliationId],
  );
  // Some file systems do not tell capitals apart.
  const taken = new Set(rows.map((r) => r.name.toLowerCase()));
  const named: string[][] = [];
  for (const { id, name } of documents) {
    const { name: stem, ext } = parse(plainName(name));
    let free = `${stem}${ext}`;
    for (let i = 2; taken.has(free.toLowerCase()); i += 1) free = `${stem} (${i})${ext}`;
    taken.add(free.toLowerCase());
    named.push([reconciliationId, id, free]);
  }
  if (named.length === 0) return;
  const v = tenantValues(['uuid', 'uuid', 'text'], named);
  await tx.run(`insert into reconciliation_documents (tenant_id, reconciliation_id, document_id, name) ${v.text}`, [
    tx.tenantId,
    ...v.params,
  ]);
}

/** Undefined where it ran to its end. */
async function run(
  on: Billing,
  tenantId: string,
  row: Row,
  folder: string,
): Promise<Failure | 'cancelled' | undefined> {
  const { terms, mappings } = await on.book.tenant(tenantId, async (tx) => ({
    terms: await termsOfSide(tx, row.livemode),
    mappings: await savedOfSide(tx, row.livemode),
  }));
  const job: Job = { zone: row.zone, asOf: row.as_of?.toString(), lang: row.lang, ...terms, mappings };
  const child = startReader('reconcile-child', [folder], { input: JSON.stringify(job) });
  let written = -WRITE_MS;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const said = JSON.parse(line) as Printed;
      if (said.refused !== undefined) return said.refused;
      if (said.done === true) return undefined;
      if (said.progress === undefined || clock.ticks() - written < WRITE_MS) continue;
      written = clock.ticks();
      if (!(await noteProgress(on, tenantId, row.id, said.progress))) return 'cancelled';
    }
  } finally {
    child.kill('SIGKILL');
  }
  return told(new DaozhangError('reconcile.ended', {}));
}

/** False where it was cancelled. */
async function noteProgress(on: Billing, tenantId: string, id: string, doing: Doing): Promise<boolean> {
  const going = await on.book.tenant(tenantId, (tx) =>
    tx.run(`update reconciliations set progress = $3 where tenant_id = $1 and id = $2 and state = 'running'`, [
      tx.tenantId,
      id,
      JSON.stringify(doing),
    ]),
  );
  return going === 1;
}

async function fail(on: Billing, tenantId: string, row: Row, { code, says, remedy }: Failure): Promise<void> {
  await on.book.tenant(tenantId, async (tx) => {
    const mine = await tx.run(
      `update reconciliations set state = 'failed', ended_at = now(), progress = null, failure = $3
        where tenant_id = $1 and id = $2 and state = 'running'`,
      [tx.tenantId, row.id, JSON.stringify({ code, says, remedy })],
    );
    await clearDue(tx, 'reconcile', [row.id]);
    if (mine === 1)
      await appendEvents(tx, [
        { type: 'reconciliation.failed', livemode: row.livemode, body: { reconciliation: { id: row.id, code } } },
      ]);
  });
}

/** What it wrote into the archive, what it found into the book, in one transaction with its end. */
async function keep(
  on: Billing,
  tenantId: string,
  row: Row,
  folder: string,
  inputs: readonly Input[],
  result: Result,
): Promise<void> {
  const out = join(folder, 'out');
  const files: Array<Readonly<{ name: string; sha256: string; size: number }>> = [];
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const kept = await on.archive.take(tenantId, createReadStream(path));
    // One name each, as an address has it: lines/order.parquet is lines-order.parquet.
    files.push({ name: path.slice(out.length + 1).replaceAll(/[\\/]/g, '-'), ...kept });
  }
  const days = await readFile(join(folder, DAYS_FILE), 'utf8');
  await on.book.tenant(tenantId, async (tx) => {
    const mine = await tx.run(
      `update reconciliations set state = 'done', ended_at = now(), progress = null, outcome = $3, covers_from = $4, covers_to = $5,
          totals = $6, not_compared = $7 where tenant_id = $1 and id = $2 and state = 'running'`,
      [
        tx.tenantId,
        row.id,
        result.state,
        result.from ?? null,
        result.to ?? null,
        JSON.stringify({ ...result.totals, refused: result.refused.length, rejected: result.rejected.length }),
        JSON.stringify(result.notCompared),
      ],
    );
    await clearDue(tx, 'reconcile', [row.id]);
    if (mine === 0) return;
    await tx.run('delete from reconciliation_files where tenant_id = $1 and reconciliation_id = $2', [
      tx.tenantId,
      row.id,
    ]);
    const v = tenantValues(
      ['uuid', 'text', 'bytea', 'bigint'],
      files.map((f) => [row.id, f.name, Buffer.from(f.sha256, 'hex'), f.size]),
    );
    await tx.run(`insert into reconciliation_files (tenant_id, reconciliation_id, name, sha256, size) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
    await keepReadings(tx, row.livemode, inputs, result, await savedOfSide(tx, row.livemode));
    const oursOnly = await takeFound(tx, row, result);
    // Ours says paid and the bill does not have it: the channel is asked, whatever was planned.
    await setDue(
      tx,
      oursOnly.map((payment) => ({ kind: 'inquire', id: payment, inMs: 0 })),
    );
    await takeDays(tx, row, days);
    await supersede(tx, row.id);
    await postRun(tx, row, result, join(out, 'stated.jsonl'));
    await appendEvents(tx, [
      {
        type: 'reconciliation.done',
        livemode: row.livemode,
        body: { reconciliation: { id: row.id, outcome: result.state, totals: result.totals } },
      },
    ]);
    await takePlace(tx, row);
  });
}

/**
 * The run's breaks among all others: those of runs whose place it took stand no more, what an earlier run has too stands here, and what people
 * did about the same difference holds. After the feed's number is taken: runs that end at once, and people's steps, come one after the other.
 */
export async function takePlace(tx: TenantTx, run: Readonly<{ id: string; livemode: boolean }>): Promise<void> {
  const params = [tx.tenantId, run.id, run.livemode];
  await tx.run(
    `update breaks b set stands = false
      where b.tenant_id = $1 and b.livemode = $3 and b.stands and b.reconciliation_id <> $2
        and (b.reconciliation_id in (select r.id from reconciliations r where r.tenant_id = $1 and r.superseded_by = $2)
          or b.hash in (select n.hash from breaks n where n.tenant_id = $1 and n.reconciliation_id = $2))`,
    params,
  );
  await tx.run(
    `update breaks b set state = s.state, version = s.n, holder = s.holder
       from (select distinct on (hash) hash, n, state, holder from break_steps
              where tenant_id = $1 and livemode = $3 order by hash, n desc) s
      where b.tenant_id = $1 and b.reconciliation_id = $2 and b.hash = s.hash`,
    params,
  );
}

/** Earlier runs all of whose documents and days this one had too: their breaks are this one's, or are no more. */
export async function supersede(tx: TenantTx, id: string): Promise<void> {
  await tx.run(
    `update reconciliations r set superseded_by = n.id from reconciliations n
      where n.tenant_id = $1 and n.id = $2 and r.tenant_id = $1 and r.livemode = n.livemode and r.id <> n.id
        and r.state = 'done' and r.superseded_by is null and r.created_at <= n.created_at
        and (r.orders_from is null or (n.orders_from <= r.orders_from and n.orders_to >= r.orders_to))
        and not exists (
          select from reconciliation_documents d join documents x on x.tenant_id = $1 and x.id = d.document_id
           where d.tenant_id = $1 and d.reconciliation_id = r.id and x.origin <> 'book'
             and not exists (select from reconciliation_documents m
                              where m.tenant_id = $1 and m.reconciliation_id = n.id and m.document_id = d.document_id))`,
    [tx.tenantId, id],
  );
}

/** Bills that were brought for an account are taken in as those that were fetched: what nobody told of is known from then on. */
async function takeUploads(
  on: Billing,
  tenantId: string,
  row: Row,
  inputs: readonly Input[],
  result: Result,
): Promise<void> {
  for (const input of inputs) {
    const hash = input.sha256.toString('hex');
    const said = result.documents.filter((d) => d.file.split(' › ')[0] === input.name && d.role === 'channel');
    const last = said
      .map((d) => d.to)
      .filter((d) => d !== undefined)
      .sort()
      .at(-1);
    if (input.origin !== 'upload' || input.account_id === null || last === undefined) continue;
    const { open, mappings } = await on.book.tenant(tenantId, async (tx) => ({
      open: await on.accounts.get(tx, input.account_id!),
      mappings: await savedOfSide(tx, row.livemode),
    }));
    const path = on.archive.path(tenantId, hash);
    const bill = { documentId: input.id, on: Temporal.PlainDate.from(last), path, zone: row.zone, mappings };
    await takeBill(on.book, tenantId, open, { ...bill, role: 'channel' }, on.follow);
  }
}

/** True where it was queued or running. */
export async function cancelReconciliation(tx: TenantTx, id: string): Promise<boolean> {
  const cancelled = await tx.run(
    `update reconciliations set state = 'cancelled', ended_at = now(), progress = null
      where tenant_id = $1 and id = $2 and state in ('queued', 'running')`,
    [tx.tenantId, id],
  );
  return cancelled === 1;
}
