/**
 * The results on disk. All of them are written into a hidden folder first (`staging.ts`). When that is complete its name says
 * so, and from then on its files only have to be moved: the next run finishes the move, should this one be killed in it. An
 * interrupt before leaves the old results, an interrupt after comes too late. `result.json` goes first and comes last, so a
 * folder that has one holds the results of one run, all of them. Files in the folder that are not ours are never touched.
 *
 * result.json and breaks.csv are byte-identical for the same documents; Parquet is equal as sorted rows.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import type { Lang } from '../base/lang.ts';
import { type Engine, quote } from '../files/engine.ts';
import { ROLES } from '../files/line.ts';
import { placeAll } from '../files/lines.ts';
import { RESULT_FILES } from '../files/open.ts';
import { papersOfRun } from './papers/papers.ts';
import { placeLines } from './places.ts';
import { breaksCsv, openCsv } from './report/csv.ts';
import { reportHtml, type Signed } from './report/html.ts';
import type { Result } from './result.ts';
import type { Run } from './run.ts';
import { earlierSignOff, SIGN_OFF, signOffJson } from './sign-off.ts';
import { type Staging, stage } from './staging.ts';

export type Written = Readonly<{ folder: string; report: string; resultSha256: string }>;

/** Everything was written; only the move into place is left. */
const COMPLETE = '.daozhang-complete';
const RESULT = 'result.json';
/** Names of all that belongs to the run, among them: what stands beside it and is not named is an older run's. */
const MANIFEST = '.files.json';

/** The folder a run may write to before it is moved; it must be among the engine's folders. */
export async function prepareOut(out: string): Promise<Staging> {
  const staging = await stage(out, '--out');
  try {
    await moveIn(staging.folder);
  } catch (cause) {
    await staging.remove();
    throw new DaozhangError('run.out_taken', { path: out, option: '--out' }, cause);
  }
  return staging;
}

export const resultJson = (result: Result): string => `${JSON.stringify(result, null, 1)}\n`;

type WriteOptions = Readonly<{
  /** Who stands for the result. */
  signed?: Signed;
  /** Once it says stop, nothing is moved. */
  signal?: AbortSignal;
}>;

/** Writes and moves into place. */
export async function writeResults(
  run: Run,
  staging: Staging,
  lang: Lang,
  { signed, signal }: WriteOptions = {},
): Promise<Written> {
  const { folder, path } = staging;
  const json = resultJson(run.result);
  const resultSha256 = sha256(json);
  const signature = signed ?? (await earlierSignOff(folder, resultSha256));
  const texts = {
    [RESULT]: json,
    'breaks.csv': breaksCsv(run.result, lang),
    'open.csv': openCsv(run.result, lang),
    'report.html': reportHtml(run.result, lang, { resultSha256, ...(signature && { signed: signature }) }),
    ...(signature && { [SIGN_OFF]: signOffJson(signature, resultSha256) }),
  };
  try {
    for (const [name, text] of Object.entries(texts)) await writeFile(join(path, name), text);
    const papers = await papersOfRun(run, lang);
    for (const paper of papers) await writeFile(join(path, paper.name), paper.bytes);
    await mkdir(join(path, 'lines'));
    await placeLines(run.engine, run.bank);
    await writeLines(run.engine, path);
    await writeMatches(run.engine, join(path, 'matches.parquet'));
    const names = [...Object.keys(texts), ...papers.map((paper) => paper.name), 'lines', 'matches.parquet'];
    await writeFile(join(path, MANIFEST), JSON.stringify(names));
    signal?.throwIfAborted();
    await rename(path, join(folder, COMPLETE));
    await moveIn(folder);
  } catch (cause) {
    throw notWritten(cause, folder);
  }
  return { folder, report: join(folder, 'report.html'), resultSha256 };
}

/** What the file system refused is told as that; the rest goes on as it is. */
function notWritten(cause: unknown, path: string): unknown {
  const { code, syscall, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left/i.test(message))
    return new DaozhangError('run.disk_full', { path }, cause);
  return syscall === undefined ? cause : new DaozhangError('run.out_taken', { path, option: '--out' }, cause);
}

/**
 * Moves a complete set into place, if there is one. Any step may have been done already: killed anywhere, it can begin again. What
 * an older run wrote and this one did not, a workbook say, goes.
 */
async function moveIn(folder: string): Promise<void> {
  const complete = join(folder, COMPLETE);
  if (existsSync(join(complete, MANIFEST))) {
    const names: readonly string[] = JSON.parse(await readFile(join(complete, MANIFEST), 'utf8'));
    const waiting = (name: string): boolean => existsSync(join(complete, name));
    const gone = [...RESULT_FILES.filter((name) => !names.includes(name)), ...(waiting(RESULT) ? [RESULT] : [])];
    for (const name of gone) await rm(join(folder, name), { recursive: true, force: true });
    for (const name of [...names.filter((n) => n !== RESULT), RESULT].filter(waiting)) {
      await rm(join(folder, name), { recursive: true, force: true });
      await rename(join(complete, name), join(folder, name));
    }
  }
  await rm(complete, { recursive: true, force: true });
}

async function writeLines(engine: Engine, staging: string): Promise<void> {
  await placeAll(engine);
  const roles = await engine.all<{ role: string }>('select distinct role from lines');
  for (const role of ROLES.filter((r) => roles.some((x) => x.role === r))) {
    await engine.run(`
      copy (select d.sha as sha256, d.format, l.* exclude (id, doc), l.id in (select id from repeats) as repeated, p.place
        from placed_lines l join docs d on d.doc = l.doc left join places p on p.id = l.id where l.role = ${quote(role)})
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
      from batch_of b join placed_lines l on l.id = b.line join docs d on d.doc = l.doc
      union all
      select 'bank', b.pass, b.id, 'theirs', d.sha, l.row_no, l.byte_at, l.amount, l.currency, b.batch
      from bank_met b join placed_lines l on l.id = b.id join docs d on d.doc = l.doc)
    to ${quote(path)} (format parquet, compression zstd)`);
}
