/**
 * Carry-over between days: what is still open at the end of day D waits in `open-D.parquet`, and the run of the next day takes
 * it up. A carried line is an open item until it meets its other half, or until its days are over and it becomes a break.
 * What complete documents have covered is carried with it, as far as a waiting line needs it: only with the bills of its days
 * seen is an order unpaid, and the bill of its own day was given on an earlier one (I7).
 *
 * The run of D reads the newest file before D and writes only its own, moved into place after the results; run twice, it writes
 * the same. Each file
 * tells which content it was made from (`based_on`), so a rerun of D shows at once which later days must be run again.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import { countOf, type Engine, quote } from '../files/engine.ts';
import type { Encoding } from '../files/format.ts';
import { LINE_COLUMNS, type Role } from '../files/line.ts';
import { linesOf, rawOf, type Source } from './collect.ts';
import type { Staging } from './staging.ts';

const NAME = /^open-(\d{4}-\d{2}-\d{2})\.parquet$/;
const COLUMNS = LINE_COLUMNS.map(([, name]) => name);
const DAYS_COLUMNS = 'channel, account, from_on, to_on, seen_on, whole';
const BATCH_COLUMNS =
  'id, kind, channel, account, currency, ref, lines, gross, refunds, fees, fee_scale, members_net, net, from_on, to_on, due_on';

export type CarriedIn = Readonly<{
  /** The day the items come from; absent when there was no file. */
  from?: string;
  basedOn: string;
  lines: number;
  batches: number;
  sources: ReadonlyMap<number, Source>;
}>;

export type CarriedOut = Readonly<{
  /** Where it was written; `placeCarried` moves it to its place. */
  path: string;
  items: number;
  /** Later days that were made from another version of this day. */
  stale: readonly string[];
}>;

const days = async (folder: string): Promise<string[]> =>
  existsSync(folder) ? (await readdir(folder)).flatMap((n) => NAME.exec(n)?.[1] ?? []).sort() : [];

const fileOf = (folder: string, day: string): string => join(resolve(folder), `open-${day}.parquet`);

/** An empty day, or none: what the first run is based on. */
const NOTHING = 'nothing';

/**
 * Loads what the newest day before `day` left open: lines into `lines` under documents of their own (`docs.carried`), batches
 * into `carried_batches`. `carried_lines(id, since_on, raw)` keeps since when each waits and its raw record, because the document
 * itself may be gone. `carried_days` is what the complete documents of one side (`role`) covered: when it was `seen_on` last, and
 * whether a run saw it that left nothing untold (`whole`): what it did not match was judged or waits.
 */
export async function carryIn(
  engine: Engine,
  folder: string | undefined,
  day: string,
  firstDoc: number,
): Promise<CarriedIn> {
  await engine.run(`
    create or replace table carried_lines (id bigint, since_on date, raw varchar);
    create or replace table carried_days (role varchar, channel varchar, account varchar, from_on date, to_on date, seen_on date, whole boolean);
    create or replace table carried_batches (since_on date, told_late boolean, ${BATCH_COLUMNS.split(', ')
      .map((c) => `${c} ${BATCH_TYPES[c] ?? 'bigint'}`)
      .join(', ')});`);
  const from = folder === undefined ? undefined : (await days(folder)).filter((d) => d < day).at(-1);
  if (folder === undefined || from === undefined) return { basedOn: NOTHING, lines: 0, batches: 0, sources: new Map() };
  const file = fileOf(folder, from);
  return takeIn(engine, file, from, firstDoc).catch((cause: Error) => {
    const [reason = ''] = cause.message.split('\n');
    // What the engine refuses is the file's; an interrupt and what is thrown elsewhere are not.
    if (!/^(?!INTERRUPT|Out of Memory)[\w ]+ Error: /.test(reason)) throw cause;
    throw new DaozhangError('carry.damaged', { path: file, reason }, cause);
  });
}

async function takeIn(engine: Engine, file: string, from: string, firstDoc: number): Promise<CarriedIn> {
  const path = quote(file);
  const docs = await engine.all<{
    sha: string;
    file: string;
    format: string;
    role: Role;
    rounding: string;
    encoding: Encoding;
  }>(
    `select distinct sha, file, format, role, rounding, encoding from read_parquet(${path}) where item = 'line' order by all`,
  );
  const sources = new Map<number, Source>();
  for (const [i, d] of docs.entries()) {
    const doc = firstDoc + i;
    const { nextId } = engine.store;
    sources.set(doc, { file: d.file, path: '', sha256: d.sha, encoding: d.encoding, role: d.role });
    await engine.run(`
      insert into few_lines select ${nextId} + row_number() over (order by byte_at) - 1, ${doc}, role, ${COLUMNS.join(', ')} from read_parquet(${path})
      where item = 'line' and sha = ${quote(d.sha)} and format = ${quote(d.format)};
      insert into docs select ${doc}, ${quote(d.sha)}, ${quote(d.format)}, ${quote(d.role)}, ${quote(d.rounding)}, false, null, null,
        min(coalesce(business_on, value_on)), max(coalesce(business_on, value_on)), true, ${nextId} from lines where doc = ${doc};
      insert into carried_lines select l.id, p.since_on, p.raw from lines l
        join read_parquet(${path}) p on p.item = 'line' and p.sha = ${quote(d.sha)} and p.byte_at = l.byte_at and p.byte_length = l.byte_length and p.kind = l.kind
        where l.doc = ${doc}`);
    engine.store.nextId += await countOf(engine, `few_lines where doc = ${doc}`);
  }
  await engine.run(`
    insert into carried_batches select since_on, told_late, ${BATCH_COLUMNS.replace(/\bid\b/, 'batch_id')} from read_parquet(${path}) where item = 'batch';
    insert into carried_days select role, ${DAYS_COLUMNS} from read_parquet(${path}) where item = 'days'`);
  const { basedOn, lines, batches } = await engine.one<{ basedOn: string; lines: bigint; batches: bigint }>(`
    select any_value(content) as "basedOn", count(*) filter (item = 'line') as lines, count(*) filter (item = 'batch') as batches from read_parquet(${path})`);
  return { from, basedOn, lines: Number(lines), batches: Number(batches), sources };
}

const BATCH_TYPES: Readonly<Record<string, string>> = {
  id: 'varchar',
  kind: 'varchar',
  channel: 'varchar',
  account: 'varchar',
  currency: 'varchar',
  ref: 'varchar',
  fee_scale: 'integer',
  from_on: 'date',
  to_on: 'date',
  due_on: 'date',
};

/** What waits after this run: ids of lines and of batches, and which batches were told to be late. */
export type Waiting = Readonly<{ lines: readonly bigint[]; batches: readonly string[]; late: readonly string[] }>;

/**
 * The lines that wait: those at the day cut, and of those whose order book was never given the ones that had waited before, for
 * no break tells of them.
 */
export async function linesWaiting(engine: Engine): Promise<bigint[]> {
  const rows = await engine.all<{ id: bigint }>(`
    select id from ours_left where finding = 'day_cut'
    union all select id from theirs_left where finding in ('day_cut', 'day_cut_paid') or (finding = 'book_missing' and since_on is not null) order by id`);
  return rows.map((r) => r.id);
}

/**
 * Whether the day's file holds items of that day of which this run has no kind of document at all, say a bank statement given by
 * itself later: written again, the file would lose them. A corrected document is another matter: it replaces what the first left.
 */
export async function isPartOf(engine: Engine, folder: string, day: string): Promise<boolean> {
  if (!(await days(folder)).includes(day)) return false;
  const { n } = await engine.one<{ n: bigint }>(`
    with given as (select role from docs where not carried)
    select count(*) as n from read_parquet(${quote(fileOf(folder, day))}) where since_on = date ${quote(day)} and case item
      when 'line' then role not in (select role from given) else not exists (select 1 from given where role in ('channel', 'balance')) end`);
  return n > 0n;
}

/** A refund that an order row states of itself becomes a line of its own, and the row a payment: either may wait without the other. */
const WAITING_COLUMNS = COLUMNS.map((c) => {
  if (c.startsWith('byte_')) return `r.${c}`;
  if (c === 'kind') return `case when w.id < 0 then 'refund' else l.kind end as kind`;
  if (c === 'amount') return 'case when w.id < 0 then -l.amount else l.amount end as amount';
  if (c === 'payment_ref' || c === 'channel_ref') return `case when w.id >= 0 then l.${c} end as ${c}`;
  if (c === 'status')
    return `case when w.id >= 0 and l.kind = 'payment' and l.status = 'refunded' then 'paid' else l.status end as status`;
  return `l.${c}`;
});

/** The coverage of this run and of earlier ones that a waiting line of the other side may ask for: around its day, its channel's. */
const waitingDays = (day: string): string => `
  select role, channel, account, from_on, to_on, max(seen_on) as seen_on, bool_or(whole) as whole from (
    select 'channel' as role, channel, account, from_on, to_on, coalesce(seen_on, date ${quote(day)}) as seen_on, whole or (seen_on is null
      and not exists (select 1 from theirs_left t where t.finding = 'book_missing' and t.channel = d.channel)) as whole from bill_days d
    union all
    select 'order', null, null, from_on, to_on, coalesce(seen_on, date ${quote(day)}), whole or (seen_on is null
      and not exists (select 1 from ours_left o where o.finding = 'bill_missing')) from book_days) d
  where exists (select 1 from waiting w where w.business_on between d.from_on - 2 and d.to_on + 2
    and case d.role when 'channel' then w.role = 'order' and w.channel = d.channel else w.role = 'channel' end)
  group by all`;

/**
 * Writes `open-<day>.parquet`, with the raw record of each waiting line, because its document may be gone tomorrow. The items stand in an order of their own
 * content and carry its hash, so the same open items give the same hash, whatever run wrote them.
 */
export async function carryOut(
  engine: Engine,
  staging: Staging,
  day: string,
  basedOn: string,
  waiting: Waiting,
  sources: ReadonlyMap<number, Source>,
): Promise<CarriedOut> {
  const names = [...sources].map(([doc, s]) => `(${doc}, ${quote(s.file)}, ${quote(s.encoding)})`);
  const raw: string[] = [];
  for (const line of await linesOf(engine, waiting.lines)) {
    raw.push(`(${line.id}, ${quote(await rawOf(sources.get(line.doc)!, line))}, ${line.byte_at}, ${line.byte_length})`);
  }
  const list = (values: readonly string[], none: string): string =>
    values.length > 0 ? `values ${values.join(', ')}` : `select ${none} where false`;
  const ids = waiting.lines.map((id) => `(${id})`);
  const batchIds = waiting.batches.length > 0 ? waiting.batches.map(quote).join(', ') : 'null';
  const toldLate = waiting.late.length > 0 ? `b.id in (${waiting.late.map(quote).join(', ')})` : 'false';
  await engine.run(`
    create or replace table waiting as
    select 'line' as item, coalesce(c.since_on, date ${quote(day)}) as since_on, d.sha, f.file, f.encoding, d.format, l.role, d.rounding,
      ${WAITING_COLUMNS.join(', ')}, r.raw, null as batch_id, null as kind_of_batch
    from (${list(ids, 'null::bigint')}) w(id) join lines l on l.id = case when w.id < 0 then -1 - w.id else w.id end join docs d on d.doc = l.doc join (${list(names, 'null::integer, null, null')}) f(doc, file, encoding) on f.doc = l.doc
      left join carried_lines c on c.id = l.id left join (${list(raw, 'null::bigint, null, null::bigint, null::integer')}) r(id, raw, byte_at, byte_length) on r.id = l.id;
    create or replace table waiting_days as ${waitingDays(day)}`);
  const rows = await engine.all<Record<string, unknown>>(
    'select * from waiting order by sha, byte_at, byte_length, kind',
  );
  const covered = await engine.all<Record<string, unknown>>('select * from waiting_days order by all');
  const batches = await engine.all<Record<string, unknown>>(`
    select coalesce(c.since_on, date ${quote(day)}) as since_on, ${toldLate} as told_late, b.* from batches b left join carried_batches c on c.id = b.id
    where b.id in (${batchIds}) order by b.id`);
  const text = JSON.stringify([rows, batches, covered], (_, v) => (typeof v === 'bigint' ? v.toString() : v));
  const content = createHash('sha256').update(text).digest('hex');
  const path = fileOf(staging.path, day);
  await engine.run(`
    copy (
      select item, since_on, sha, file, encoding, format, role, rounding, ${COLUMNS.join(', ')}, raw, null::varchar as batch_id, null::varchar as ref,
        null::bigint as lines, null::bigint as gross, null::bigint as refunds, null::bigint as fees, null::bigint as members_net, null::bigint as net,
        null::date as from_on, null::date as to_on, null::date as due_on, null::boolean as told_late, null::date as seen_on, null::boolean as whole,
        ${quote(content)} as content, ${quote(basedOn)} as based_on from waiting
      union all by name
      select 'batch' as item, coalesce(c.since_on, date ${quote(day)}) as since_on, b.id as batch_id, b.kind, b.channel, b.account, b.currency, b.ref, b.lines, b.gross,
        b.refunds, b.fees, b.fee_scale, b.members_net, b.net, b.from_on, b.to_on, b.due_on, ${toldLate} as told_late, ${quote(content)} as content, ${quote(basedOn)} as based_on
      from batches b left join carried_batches c on c.id = b.id where b.id in (${batchIds})
      union all by name
      select 'days' as item, role, ${DAYS_COLUMNS}, ${quote(content)} as content, ${quote(basedOn)} as based_on from waiting_days
      union all by name
      select 'day' as item, ${quote(content)} as content, ${quote(basedOn)} as based_on
      order by item, sha, byte_at, batch_id, from_on)
    to ${quote(path)} (format parquet)`);
  const stale = await staleAfter(engine, staging.folder, day, content);
  return { path, items: rows.length + batches.length, stale };
}

/** The last step of a run: its open items take their place, by rename. */
export async function placeCarried({ path }: CarriedOut, { folder }: Staging): Promise<void> {
  await rename(path, join(folder, basename(path)));
}

/** The days after `day` whose file was made from another content than the day before them has now, `content` on `day` itself. */
async function staleAfter(engine: Engine, folder: string, day: string, content: string): Promise<string[]> {
  const stale: string[] = [];
  let before = content;
  for (const later of (await days(folder)).filter((d) => d > day)) {
    // A file that cannot be read says nothing of what it was made from: its day must be run again like a stale one.
    const made = await engine
      .one<{ basedOn: string; content: string }>(
        `select any_value(based_on) as "basedOn", any_value(content) as content from read_parquet(${quote(fileOf(folder, later))})`,
      )
      .catch(() => undefined);
    if (stale.length > 0 || made?.basedOn !== before) stale.push(later);
    before = made?.content ?? '';
  }
  return stale;
}
