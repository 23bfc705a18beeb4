/**
 * The lines a reconciliation read, a page at a time, and one line down to its bytes: from the tables it wrote, in a child process. The breaks
 * that name them come from the book. Cost: that of one day's columns; here a statement over the breaks of that day.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Archive } from '../base/archive.ts';
import { DaozhangError } from '../base/errors.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { BRIEF_FILE, type Brief } from '../reconcile/brief.ts';
import { startReader } from '../sources/reader.ts';
import type { LineJob, LinesJob, Mark, RunLines, RunLinesPrinted, RunLineWhole } from '../sources/run-lines-child.ts';
import { linkInto, plainName, type Side } from './documents.ts';

type On = Readonly<{ book: Book; archive: Archive }>;
/** A reconciliation of the side that is done, with what it wrote. */
export type DoneRun = Readonly<{
  id: string;
  zone: string;
  brief: Brief;
  files: ReadonlyMap<string, string>;
  documents: ReadonlyMap<string, Readonly<{ id: string; sha256: string }>>;
}>;

/** Undefined where there is none, or where it is not done. */
export async function doneRun(on: On, side: Side, id: string): Promise<DoneRun | undefined> {
  const found = await on.book.tenant(side.tenantId, async (tx) => {
    const run = await tx.maybe<{ zone: string }>(
      `select zone from reconciliations where tenant_id = $1 and id = $2 and livemode = $3 and state = 'done'`,
      [tx.tenantId, id, side.livemode],
    );
    if (run === undefined) return undefined;
    const files = await tx.rows<{ name: string; sha256: Buffer }>(
      'select name, sha256 from reconciliation_files where tenant_id = $1 and reconciliation_id = $2',
      [tx.tenantId, id],
    );
    const documents = await tx.rows<{ id: string; name: string; sha256: Buffer }>(
      `select d.id, r.name, d.sha256 from reconciliation_documents r
         join documents d on d.tenant_id = $1 and d.id = r.document_id where r.tenant_id = $1 and r.reconciliation_id = $2`,
      [tx.tenantId, id],
    );
    return { ...run, files, documents };
  });
  if (found === undefined) return undefined;
  const files = new Map(found.files.map((f) => [f.name, f.sha256.toString('hex')]));
  const brief = files.get(BRIEF_FILE);
  if (brief === undefined) return undefined;
  return {
    id,
    zone: found.zone,
    brief: JSON.parse(on.archive.get(side.tenantId, brief).toString('utf8')) as Brief,
    files,
    documents: new Map(found.documents.map((d) => [d.name, { id: d.id, sha256: d.sha256.toString('hex') }])),
  };
}

/** What was brought holds what was read: a file, or a member of an archive. */
const broughtAs = (file: string): string => file.split(' › ')[0]!;
export const documentIdOf = (run: DoneRun, file: string): string | undefined => run.documents.get(broughtAs(file))?.id;

type LinesQuery = Readonly<{ role: 'order' | 'channel' | 'bank' }> & Omit<LinesJob, 'zone' | 'files' | 'marks'>;

/** A page of a day's lines; nothing where the run read none of the kind. */
export async function pageOfLines(on: On, side: Side, run: DoneRun, query: LinesQuery): Promise<RunLines> {
  const { role } = query;
  if (!run.files.has(`lines-${role}.parquet`)) return { totals: [], found: 0, items: [] };
  const marks = await on.book.tenant(side.tenantId, (tx) => marksOf(tx, run.id, query));
  return (await read(on, side, run, [role], { ...query, zone: run.zone, files: filesOf(run), marks })) as RunLines;
}

/** One line with its bytes and its other half; undefined where the run has no such line. */
export async function wholeLine(on: On, side: Side, run: DoneRun, id: string): Promise<RunLineWhole | undefined> {
  const document = run.brief.documents.find((d) => d.sha256 === id.split('.')[0]);
  if (document === undefined || !run.files.has(`lines-${document.role}.parquet`)) return undefined;
  const kept = run.documents.get(broughtAs(document.file));
  const marks = await on.book.tenant(side.tenantId, (tx) => marksOf(tx, run.id, { sha256: document.sha256 }));
  // Orders meet channel lines; whatever it is, its other half is one of them.
  const roles = [...new Set([document.role, 'order', 'channel'])].filter((r) => run.files.has(`lines-${r}.parquet`));
  const name = kept && plainName(broughtAs(document.file));
  const job: LineJob = { id, roles, zone: run.zone, files: filesOf(run), marks, ...(name && { document: name }) };
  const found = await read(on, side, run, roles, job, kept && { name: name!, sha256: kept.sha256 });
  return 'absent' in found ? undefined : (found as RunLineWhole);
}

/** By part and class, how many of a run's breaks people have explained. */
export async function explainedIn(on: On, side: Side, id: string): Promise<ReadonlyMap<string, number>> {
  const rows = await on.book.tenant(side.tenantId, (tx) =>
    tx.rows<{ part: string; class: string; count: bigint }>(
      `select part, class, count(*) as count from breaks
        where tenant_id = $1 and reconciliation_id = $2 and state in ('explained', 'closed') group by part, class`,
      [tx.tenantId, id],
    ),
  );
  return new Map(rows.map((r) => [`${r.part} ${r.class}`, Number(r.count)]));
}

const filesOf = (run: DoneRun): Record<string, string> =>
  Object.fromEntries(run.brief.documents.map((d) => [d.sha256, d.file]));

const MOST_MARKS = 5_000;

/** The lines that breaks name: around a day, because a break's day is that of its batch, or in one document. */
async function marksOf(
  tx: TenantTx,
  runId: string,
  by: Readonly<{ on?: string; sha256?: string }>,
): Promise<readonly Mark[]> {
  return await tx.rows<Mark>(
    `select e ->> 'sha256' as sha256, (e ->> 'line')::int as row, (e ->> 'at')::float8 as at, b.n, b.hash, b.class, b.part
       from breaks b, jsonb_array_elements((b.body -> 'ours') || (b.body -> 'theirs')) e
      where b.tenant_id = $1 and b.reconciliation_id = $2 and ($3::date is null or b.business_on between $3::date - 3 and $3::date + 3)
        and e ->> 'line' is not null and ($4::text is null or e ->> 'sha256' = $4)
      order by b.n limit ${MOST_MARKS}`,
    [tx.tenantId, runId, by.on ?? null, by.sha256 ?? null],
  );
}

const AT_ONCE = 4;
const LINES_MS = 60_000;
let reading = 0;

async function read(
  on: On,
  side: Side,
  run: DoneRun,
  roles: readonly string[],
  job: LinesJob | LineJob,
  document?: Readonly<{ name: string; sha256: string }>,
): Promise<Exclude<RunLinesPrinted, { refused: unknown }>> {
  if (reading >= AT_ONCE) throw new DaozhangError('document.busy', {});
  reading += 1;
  const folder = await on.archive.scratch();
  try {
    for (const name of ['matches.parquet', ...roles.map((role) => `lines-${role}.parquet`)]) {
      const sha256 = run.files.get(name);
      if (sha256 === undefined) throw new DaozhangError('archive.gone', { document: name });
      await linkInto(on.archive, side.tenantId, sha256, join(folder, name));
    }
    if (document !== undefined) await linkInto(on.archive, side.tenantId, document.sha256, join(folder, document.name));
    const child = startReader('run-lines-child', [folder], { input: JSON.stringify(job), timeoutMs: LINES_MS });
    const printed = await text(child.stdout);
    if (printed === '') throw new DaozhangError('document.slow', { name: document?.name ?? 'lines' });
    const said = JSON.parse(printed) as RunLinesPrinted;
    if ('refused' in said) throw new DaozhangError('document.refused', { reason: said.refused.says });
    return said;
  } finally {
    reading -= 1;
    await rm(folder, { recursive: true, force: true });
  }
}
