/**
 * The results on disk. Everything is written beside the folder first and moved into place by rename at the end, so an
 * interrupted run leaves either the old results or the new ones, never half a file.
 *
 * result.json and breaks.csv are byte-identical for the same documents; Parquet is equal as sorted rows.
 */
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Lang } from '../base/lang.ts';
import { type Engine, quote } from '../files/engine.ts';
import { ROLES } from '../files/line.ts';
import { placeAll } from '../files/lines.ts';
import { PAPER_NAMES, papersOfRun } from './papers/papers.ts';
import { breaksCsv, openCsv } from './report/csv.ts';
import { reportHtml } from './report/html.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';

export type Written = Readonly<{ folder: string; report: string; resultSha256: string }>;

/** The folder a run may write to before it is moved; its parent must be among the engine's folders. */
export async function prepareOut(out: string): Promise<string> {
  const folder = resolve(out);
  try {
    await mkdir(dirname(folder), { recursive: true });
    return await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  } catch (cause) {
    throw new DaozhangError('run.out_taken', { path: out }, cause);
  }
}

export const resultJson = (result: Result): string => `${JSON.stringify(result, null, 1)}\n`;

export async function writeResults(run: Run, out: string, staging: string, lang: Lang): Promise<Written> {
  const folder = resolve(out);
  const json = resultJson(run.result);
  const resultSha256 = sha256(json);
  try {
    await mkdir(join(staging, 'lines'));
    await writeFile(join(staging, 'result.json'), json);
    await writeFile(join(staging, 'breaks.csv'), breaksCsv(run.result, lang));
    await writeFile(join(staging, 'open.csv'), openCsv(run.result, lang));
    await writeFile(join(staging, 'report.html'), reportHtml(run.result, lang, { resultSha256 }));
    for (const paper of await papersOfRun(run, lang)) await writeFile(join(staging, paper.name), paper.bytes);
    await writeLines(run.engine, staging);
    await writeMatches(run.engine, join(staging, 'matches.parquet'));
    await mkdir(folder, { recursive: true });
    for (const name of PAPER_NAMES) await rm(join(folder, name), { force: true });
    for (const entry of await readdir(staging)) {
      await rm(join(folder, entry), { recursive: true, force: true });
      await rename(join(staging, entry), join(folder, entry));
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'ENOTDIR' || code === 'EROFS')
      throw new DaozhangError('run.out_taken', { path: out }, cause);
    throw cause;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { folder, report: join(folder, 'report.html'), resultSha256 };
}

async function writeLines(engine: Engine, staging: string): Promise<void> {
  await placeAll(engine);
  const roles = await engine.all<{ role: string }>('select distinct role from lines');
  for (const role of ROLES.filter((r) => roles.some((x) => x.role === r))) {
    await engine.run(`
      copy (select d.sha as sha256, d.format, l.* exclude (id, doc), l.id in (select id from repeats) as repeated
        from placed_lines l join docs d on d.doc = l.doc where l.role = ${quote(role)})
      to ${quote(join(staging, 'lines', `${role}.parquet`))} (format parquet, compression zstd)`);
  }
}

/** Who met whom: joint, pass, a group id, and each member's document, line and byte offset. */
async function writeMatches(engine: Engine, path: string): Promise<void> {
  await engine.run(`
    copy (
      with members as (
        select 'orders' as joint, pass, ours as grp, 'ours' as side, ours as id from pairs
        union all select 'orders', pass, ours, 'theirs', theirs from pairs
        union all select 'orders', pass, min(id) over (partition by pass, grp), case side when 'o' then 'ours' else 'theirs' end, id from sets
        union all select 'batches', 'ledger entry', line, 'ours', line from entry_pairs
        union all select 'batches', 'ledger entry', line, 'theirs', entry from entry_pairs)
      select m.joint, m.pass, m.grp, m.side, d.sha as sha256, l.row_no, l.byte_at, l.amount, l.currency, null as batch
      from members m join placed_lines l on l.id = case when m.id < 0 then -1 - m.id else m.id end join docs d on d.doc = l.doc
      union all
      select 'batches', 'batch', b.line, 'ours', d.sha, l.row_no, l.byte_at, l.amount, l.currency, b.batch
      from batch_of b join placed_lines l on l.id = b.line join docs d on d.doc = l.doc)
    to ${quote(path)} (format parquet, compression zstd)`);
}
