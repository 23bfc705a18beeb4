/**
 * The lines of one day of a reconciliation, from the tables it wrote, in a process of its own: who met whom by which rule, and what did not.
 *
 * `node run-lines-child.ts FOLDER` finds `lines.parquet` and `matches.parquet` there, and for one line its document under the name the job
 * says; the job is one JSON object on standard input. It prints one JSON object, or `{"refused": {...}}`. Cost: the columns of the day; for
 * one line its document is opened.
 */
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { told } from '../base/errors.ts';
import { type Engine, openEngine, quote } from '../files/engine.ts';
import type { StoredLine } from '../files/lines.ts';
import { amountOf, evidenceOf, rawOf } from '../reconcile/collect.ts';
import type { Amount, Evidence } from '../reconcile/result.ts';
import type { Failure } from './reconcile-child.ts';

/** A line that a break of the book names. */
export type Mark = Readonly<{
  sha256: string;
  row: number;
  at: number;
  n: number;
  hash: string;
  class: string;
  part: string;
}>;
type Common = Readonly<{ zone: string; files: Readonly<Record<string, string>>; marks: readonly Mark[] }>;
export type LinesJob = Common &
  Readonly<{
    on: string;
    channel?: string | undefined;
    account?: string | undefined;
    place?: string | undefined;
    after?: string | undefined;
    limit: number;
  }>;
export type LineJob = Common & Readonly<{ id: string; document?: string | undefined; roles: readonly string[] }>;

export type RunLine = Readonly<{
  id: string;
  place: string;
  pass?: string;
  batch?: string;
  break?: Pick<Mark, 'n' | 'hash' | 'class' | 'part'>;
  evidence: Evidence;
}>;
export type RunLines = Readonly<{
  totals: ReadonlyArray<Readonly<{ place: string; count: number; amount: Amount }>>;
  found: number;
  items: readonly RunLine[];
  next?: string;
}>;
export type RunLineWhole = RunLine & Readonly<{ with: readonly RunLine[] }>;
export type RunLinesPrinted = RunLines | RunLineWhole | Readonly<{ refused: Failure }> | Readonly<{ absent: true }>;

/** Beyond this it spills: several may be read at once. */
const MEMORY_MIB = 500;
const [folder] = process.argv.slice(2) as [string];

/** A line's place is the proof's; one that is matched stands in `matches`; any other says why it has no money. */
const MET = `case when l.repeated then 'repeated' when l.place is not null then l.place when m.pass is not null then 'matched'
  when l.status not in ('done', 'paid', 'refunded') then 'no_money' else 'not_compared' end`;

async function prepare(engine: Engine, marks: readonly Mark[]): Promise<void> {
  await engine.run(`
    create table marks (sha256 varchar, row_no integer, byte_at bigint, n integer, hash varchar, class varchar, part varchar);
    create view matches as select * from read_parquet(${quote(join(folder, 'matches.parquet'))});`);
  for (let at = 0; at < marks.length; at += 500)
    await engine.run(
      `insert into marks values ${marks
        .slice(at, at + 500)
        .map((m) => `(${[quote(m.sha256), m.row, m.at, m.n, ...[m.hash, m.class, m.part].map(quote)].join(', ')})`)
        .join(', ')}`,
    );
}

/** Fills `chosen`: lines with the pass by which they met, their batch, and the first break that names them. */
async function choose(engine: Engine, roles: readonly string[], where: string): Promise<void> {
  const tables = roles.map((role) => `select * from read_parquet(${quote(join(folder, `lines-${role}.parquet`))})`);
  const key = 'sha256, row_no, byte_at';
  const chosen = `(${key}) in (select (${key}) from l)`;
  await engine.run(`
    create or replace table chosen as
    with l as (select * from (${tables.join(' union all by name ')}) where ${where}),
    m as (select ${key}, min(pass) as pass from matches where joint in ('orders', 'bank') and ${chosen} group by all),
    b as (select ${key}, min(batch) as batch from matches where batch is not null and ${chosen} group by all),
    k as (select ${key}, min(n) as found from marks group by all)
    select l.*, m.pass, b.batch, k.found, ${MET} as ended from l left join m using (${key}) left join b using (${key})
      left join k using (${key})`);
}

type ChosenRow = StoredLine & {
  sha256: string;
  row_no: number;
  byte_at: bigint;
  role: string;
  pass: string | null;
  batch: string | null;
  found: number | null;
  ended: string;
};

async function lineOf(row: ChosenRow, { zone, files, marks }: Common, raw = ''): Promise<RunLine> {
  const mark = row.found === null ? undefined : marks.find((m) => m.n === row.found);
  const source = {
    file: files[row.sha256] ?? '',
    path: '',
    sha256: row.sha256,
    encoding: 'utf-8',
    role: row.role as Evidence['role'],
  } as const;
  return {
    id: idOf(row),
    place: row.ended,
    ...(row.pass !== null && { pass: row.pass }),
    ...(row.batch !== null && { batch: row.batch }),
    ...(mark && { break: { n: mark.n, hash: mark.hash, class: mark.class, part: mark.part } }),
    evidence: evidenceOf({ ...row, carried_raw: null }, source, raw, zone),
  };
}
const idOf = (row: Pick<ChosenRow, 'sha256' | 'row_no' | 'byte_at'>): string =>
  `${row.sha256}.${row.row_no}.${row.byte_at}`;

function keyOf(id: string): Readonly<{ sha256: string; row: number; at: number }> {
  const [sha256, row, at] = id.split('.') as [string, string, string];
  return { sha256, row: Number(row), at: Number(at) };
}
const isAt = (id: string, how: '=' | '>'): string => {
  const { sha256, row, at } = keyOf(id);
  return `(sha256, row_no, byte_at) ${how} (${quote(sha256)}, ${row}, ${at})`;
};

async function page(engine: Engine, job: LinesJob & { role: string }): Promise<RunLines> {
  const where = [
    `coalesce(business_on, value_on) = ${quote(job.on)}::date`,
    job.channel === undefined ? 'true' : `channel = ${quote(job.channel)}`,
    job.account === undefined ? 'true' : `account = ${quote(job.account)}`,
  ];
  await prepare(engine, job.marks);
  await choose(engine, [job.role], where.join(' and '));
  const totals = await engine.all<{ place: string; currency: string; count: bigint; sum: bigint }>(
    `select ended as place, currency, count(*) as count, sum(amount)::bigint as sum from chosen group by all order by count desc, place, currency`,
  );
  const found = await engine.one<{ n: bigint }>('select count(*) as n from chosen where found is not null');
  const wanted =
    job.place === undefined ? 'true' : job.place === 'found' ? 'found is not null' : `ended = ${quote(job.place)}`;
  const rows = await engine.all<ChosenRow>(
    `select * from chosen where ${wanted} and ${job.after === undefined ? 'true' : isAt(job.after, '>')}
      order by sha256, row_no, byte_at limit ${job.limit}`,
  );
  const items = await Promise.all(rows.map((row) => lineOf(row, job)));
  const last = rows.length < job.limit ? undefined : items.at(-1)?.id;
  return {
    totals: totals.map((t) => ({ place: t.place, count: Number(t.count), amount: amountOf(t.sum, t.currency) })),
    found: Number(found.n),
    items,
    ...(last !== undefined && { next: last }),
  };
}

async function whole(engine: Engine, job: LineJob): Promise<RunLineWhole | undefined> {
  await prepare(engine, job.marks);
  await choose(engine, job.roles, isAt(job.id, '='));
  const [row] = await engine.all<ChosenRow>('select * from chosen limit 1');
  if (row === undefined) return undefined;
  const line = await lineOf(row, job, await rawIn(row, job));
  // A group has its number within a pass; what an order row states of its own refund is a second group.
  const groups = `select pass, grp, side from matches where joint in ('orders', 'bank') and ${isAt(job.id, '=')}`;
  const half = `(sha256, row_no, byte_at) in (select (m.sha256, m.row_no, m.byte_at) from matches m
    join (${groups}) g on g.pass = m.pass and g.grp = m.grp and g.side <> m.side)`;
  await choose(engine, job.roles, half);
  const others = await engine.all<ChosenRow>(`select * from chosen order by sha256, row_no limit ${MOST_OTHERS}`);
  return { ...line, with: await Promise.all(others.map((it) => lineOf(it, job))) };
}
const MOST_OTHERS = 20;

/** The record as its document has it; what the format masks is masked. */
async function rawIn(row: ChosenRow, { document, zone }: LineJob): Promise<string> {
  if (document === undefined) return '';
  // A page of lines needs no format, and they take longer to load than the lines.
  const { openAll, workspace } = await import('../files/open.ts');
  const { detect } = await import('../files/registry.ts');
  const space = await workspace();
  try {
    const inputs = await openAll([document], { space, zone }, () => {});
    const input = inputs.find((i) => i.sha256 === row.sha256);
    if (input === undefined) return '';
    const { masks } = detect(input);
    const { path, sha256, encoding } = input;
    return await rawOf(
      { file: '', path, sha256, encoding, role: 'evidence', ...(masks && { masks }) },
      {
        ...row,
        carried_raw: null,
      },
    );
  } finally {
    await space.remove();
  }
}

async function main(): Promise<RunLinesPrinted> {
  const job = JSON.parse(await text(process.stdin)) as (LinesJob & { role: string }) | LineJob;
  // Names, not paths, stand in what is told.
  process.chdir(folder);
  const engine = await openEngine({ temp: folder, folders: [], memoryMiB: MEMORY_MIB });
  try {
    return 'id' in job ? ((await whole(engine, job)) ?? { absent: true }) : await page(engine, job);
  } finally {
    engine.close();
  }
}

const print = (it: RunLinesPrinted): void => {
  process.stdout.write(JSON.stringify(it));
};
try {
  print(await main());
} catch (error) {
  const { code, says, remedy } = told(error);
  print({ refused: { code, says, remedy } });
}
