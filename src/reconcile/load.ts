/**
 * Documents into the engine: opened, recognised, read, their lines counted once. Leaves the tables `lines`, `docs`,
 * `repeats` and the view `used_lines` (every line that counts), on which everything after this stands.
 *
 * Documents are numbered by their SHA-256, so the order in which files were named changes nothing.
 */
import { basename, dirname, sep } from 'node:path';
import { DaozhangError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { countOf, type Engine, quote } from '../files/engine.ts';
import type { Facts, Format, Input, Rejected } from '../files/format.ts';
import { summaryChecks } from '../files/formats/alipay-summary.ts';
import { ingest } from '../files/ingest.ts';
import { giveAccount, removeLines } from '../files/lines.ts';
import { openAll, type Workspace } from '../files/open.ts';
import { detect } from '../files/registry.ts';
import { ownersOfLedgers } from './owners.ts';

export type LoadedDocument = Readonly<{
  doc: number;
  /** Id of its first line. */
  firstId: bigint;
  /** Short name: the last parts of the path that tell it from the others. */
  file: string;
  input: Input;
  format: Format;
  facts: Facts;
  rejected: readonly Rejected[];
  lines: number;
  /** Lines another document had already given. */
  repeated: number;
  /** Other names under which the same bytes were given. */
  sameAs: readonly string[];
  channel?: string;
  account?: string;
  from?: string;
  to?: string;
}>;

type LoadOptions = Readonly<{
  paths: readonly string[];
  space: Workspace;
  zone: string;
  /** Formats of configuration, tried before the built-in ones. */
  configured: readonly Format[];
  /** Bytes from which on a document gets a table of its own; for tests. */
  large?: number;
  /** Path as named → the format the user insists on. */
  forced: ReadonlyMap<string, Format>;
  /** Absolute path → the SHA-1 its channel told. */
  sha1?: ReadonlyMap<string, string>;
  progress: Progress;
  refuse: (file: string, error: DaozhangError) => void;
}>;

export async function load(engine: Engine, options: LoadOptions): Promise<LoadedDocument[]> {
  const inputs = await openAll(options.paths, options, (error) =>
    options.refuse(String(error.params.path ?? ''), error),
  );
  const bySha = new Map<string, Input[]>();
  for (const input of inputs) {
    const same = bySha.get(input.sha256);
    if (same) same.push(input);
    else bySha.set(input.sha256, [input]);
  }
  const names = shortNames(inputs.map((i) => i.name));
  const total = inputs.reduce((sum, i) => sum + i.size, 0);
  const meter = readingMeter(engine, options.progress, total);
  const loaded: LoadedDocument[] = [];
  const looking = setInterval(meter.look, LOOK_EVERY_MS);
  try {
    for (const sha of [...bySha.keys()].sort()) {
      const same = bySha.get(sha)!.sort((a, b) => (a.name < b.name ? -1 : 1));
      const input = same[0]!;
      try {
        const format = options.forced.get(input.name.split(' › ')[0]!) ?? detect(input, options.configured);
        const firstId = engine.store.nextId;
        const { facts, rejected, lines } = await ingest(engine, meter.through(input, format), format, {
          doc: loaded.length,
          scratch: options.space.next,
          onRows: meter.rows,
          ...(options.large !== undefined && { large: options.large }),
        });
        const file = names.get(input.name)!;
        const sameAs = same.slice(1).map((i) => names.get(i.name)!);
        loaded.push({ doc: loaded.length, firstId, file, input, format, facts, rejected, lines, repeated: 0, sameAs });
      } catch (error) {
        if (!(error instanceof DaozhangError)) throw error;
        options.refuse(input.name, error);
      }
      meter.passed(input);
    }
  } finally {
    clearInterval(looking);
  }
  return describeDocs(engine, await refuseContradicted(engine, loaded, options.refuse));
}

const LOOK_EVERY_MS = 10;
/** A document is told of at most this often while the engine reads it. */
const STEPS = 50;

/**
 * How far the reading is, to the byte within a document: its bytes go by once where they are walked or the engine reads them; where
 * both do, each pass is half of it. Costs a call a chunk.
 */
function readingMeter(engine: Engine, progress: Progress, total: number) {
  let before = 0;
  let walked = 0;
  let engineToo = false;
  let within = 0;
  const now = (): number => {
    const { percentage } = engine.connection.progress;
    const read = (Math.max(0, percentage) / 100) * size;
    within = Math.max(within, engineToo ? (walked === 0 ? read : (walked + read) / 2) : walked);
    return before + within;
  };
  let size = 0;
  let lines = 0;
  let rows = 0;
  let rowsWithin = 0;
  // Rows are told by the walk; without one they go with the bytes.
  const tell = (): void =>
    progress.at(now(), rows + Math.max(rowsWithin, walked === 0 && size > 0 ? Math.floor((lines * within) / size) : 0));
  let told = 0;
  /** While only the engine reads, nothing passes here: then its progress is looked at, and told when it has moved. */
  const look = (): void => {
    if (walked > 0 || size === 0 || now() - told < size / STEPS) return;
    told = now();
    try {
      tell();
    } catch {
      // Whoever stops the run interrupts the engine too; the reading ends by that.
    }
  };
  progress.step({ en: 'reading', zh: '读取' }, { total, unit: 'bytes', now });
  return {
    /** The document, telling of each chunk that is taken from it. */
    through: (input: Input, format: Format): Input => {
      [walked, within, rowsWithin, size, engineToo] = [0, 0, 0, input.size, format.shape === 'table'];
      [lines, told] = [input.lines?.lines ?? 0, before];
      async function* chunks(): AsyncGenerator<Uint8Array> {
        let at = 0;
        for await (const chunk of input.chunks()) {
          at += chunk.length;
          walked = Math.max(walked, at);
          tell();
          yield chunk;
        }
      }
      return { ...input, chunks };
    },
    look,
    rows: (found: number): void => {
      rowsWithin = found;
    },
    passed: (input: Input): void => {
      before += input.size;
      rows += rowsWithin;
      [walked, within, rowsWithin, size] = [0, 0, 0, 0];
      tell();
    },
  };
}

/**
 * A bill whose own summary says otherwise is refused with it: one of the two was changed. Its own is the one of its archive;
 * unpacked, any that agrees, because an earlier and a later export of a day may lie side by side.
 */
async function refuseContradicted(
  engine: Engine,
  loaded: readonly LoadedDocument[],
  refuse: LoadOptions['refuse'],
): Promise<LoadedDocument[]> {
  const refused = new Set<number>();
  const archive = (d: LoadedDocument): string => d.input.name.split(' › ').slice(0, -1).join(' › ');
  for (const detail of loaded.filter((d) => d.format.id === 'alipay-trade')) {
    const compared = loaded
      .filter((d) => d.format.id === 'alipay-summary')
      .map((summary) => ({ summary, checks: summaryChecks(detail.facts, summary.facts) }));
    const beside = compared.filter(({ summary }) => archive(detail) !== '' && archive(summary) === archive(detail));
    const asked = (beside.length > 0 ? beside : compared).flatMap(({ summary, checks }) =>
      checks === undefined ? [] : [{ summary, failed: checks.find((check) => !check.ok) }],
    );
    const [first] = asked;
    if (first?.failed === undefined || asked.some(({ failed }) => failed === undefined)) continue;
    const { name, expected, actual } = first.failed;
    const check = { en: `${first.summary.file}: ${name.en}`, zh: `${first.summary.file}:${name.zh}` };
    const path = detail.input.name;
    refuse(path, new DaozhangError('file.check_failed', { path, check, expected, actual }));
    refused.add(detail.doc).add(first.summary.doc);
    for (const { doc } of [detail, first.summary]) await removeLines(engine, doc);
  }
  return loaded.filter((d) => !refused.has(d.doc));
}

/** The shortest tails of the paths that are all different, so results do not depend on where the files lie. */
function shortNames(paths: readonly string[]): Map<string, string> {
  const distinct = [...new Set(paths)];
  const tail = (path: string, depth: number): string => {
    const [file, ...members] = path.split(' › ');
    let name = basename(file!);
    let folder = dirname(file!);
    for (let i = 0; i < depth && folder !== dirname(folder); i++) {
      name = `${basename(folder)}/${name}`;
      folder = dirname(folder);
    }
    return [name.replaceAll(sep, '/'), ...members].join(' › ');
  };
  for (let depth = 0; depth < 8; depth++) {
    const names = distinct.map((path) => tail(path, depth));
    if (new Set(names).size === distinct.length) return new Map(distinct.map((path, i) => [path, names[i]!]));
  }
  return new Map(distinct.map((path) => [path, path]));
}

async function describeDocs(engine: Engine, loaded: readonly LoadedDocument[]): Promise<LoadedDocument[]> {
  await engine.run(`create or replace table docs (doc integer, sha varchar, format varchar, role varchar, rounding varchar,
    complete boolean, channel varchar, account varchar, from_on date, to_on date, carried boolean, first_id bigint)`);
  for (const d of loaded) {
    const text = (v: string | undefined) => (v === undefined ? 'null' : quote(v));
    const date = (v: Temporal.PlainDate | undefined) => (v === undefined ? 'null' : `date ${quote(v.toString())}`);
    // Lines that name no account of their own get the document's.
    if (d.facts.account !== undefined) await giveAccount(engine, d.doc, d.facts.account);
    await engine.run(`
      insert into docs select ${d.doc}, ${quote(d.input.sha256)}, ${quote(d.format.id)}, ${quote(d.format.role)}, ${quote(d.format.rounding)},
        ${d.rejected.length === 0},
        coalesce(case when min(channel) = max(channel) then min(channel) end, ${text(d.format.channel)}),
        coalesce(case when min(account) = max(account) then min(account) end, ${text(d.facts.account)}),
        coalesce(${date(d.facts.from)}, min(coalesce(business_on, value_on))), coalesce(${date(d.facts.to)}, max(coalesce(business_on, value_on))), false, ${d.firstId}
      from lines where doc = ${d.doc}`);
  }
  await ownersOfLedgers(engine);
  const rows = await engine.all<{
    doc: number;
    channel: string | null;
    account: string | null;
    from_on: string | null;
    to_on: string | null;
  }>('select doc, channel, account, from_on, to_on from docs');
  const facts = new Map(rows.map((r) => [r.doc, r]));
  return loaded.map((d) => {
    const row = facts.get(d.doc)!;
    return {
      ...d,
      ...(row.channel !== null && { channel: row.channel }),
      ...(row.account !== null && { account: row.account }),
      ...(row.from_on !== null && { from: row.from_on }),
      ...(row.to_on !== null && { to: row.to_on }),
    };
  });
}

/** The documents with the number of lines that others had given already; leaves `repeats` and `used_lines`. */
export async function countOnce(engine: Engine, loaded: readonly LoadedDocument[]): Promise<LoadedDocument[]> {
  await findRepeats(engine);
  const rows = await engine.all<{ doc: number; n: bigint }>(
    'select l.doc, count(*) as n from repeats r join lines l on l.id = r.id group by l.doc',
  );
  return loaded.map((d) => ({ ...d, repeated: Number(rows.find((r) => r.doc === d.doc)?.n ?? 0n) }));
}

/** What makes two lines of different documents the same line, by role: the source's own facts, not our reading of them. */
const SAME = {
  order: 'order_ref, payment_ref, channel_ref, kind, status, amount, currency, occurred_at, channel, store, terminal',
  channel:
    'account, kind, status, amount, currency, fee, occurred_at, order_ref, refund_ref, channel_ref, origin_ref, batch_ref',
  balance:
    'account, kind, status, amount, currency, occurred_at, order_ref, refund_ref, channel_ref, bank_ref, batch_ref',
  bank: 'account, status, amount, currency, business_on, value_on, bank_ref, order_ref, channel_ref, text',
  evidence: 'amount, currency, occurred_at, order_ref, channel_ref',
} as const;

/**
 * Identity by occurrence: the n-th of equal lines in one document is the n-th of equal lines in another. So n equal lines in
 * one document stay n, a document given twice adds none, and a partial overlap counts its common part once. Only documents
 * of one format whose days overlap are compared.
 */
async function findRepeats(engine: Engine): Promise<void> {
  await engine.run('create or replace table repeats (id bigint)');
  const groups = await engine.all<{ role: keyof typeof SAME; docs: number[] }>(`
    with near as (
      select a.role, a.format, least(a.doc, b.doc) as x, greatest(a.doc, b.doc) as y
      from docs a join docs b on a.format = b.format and a.doc < b.doc and a.from_on <= b.to_on and b.from_on <= a.to_on)
    select role, list(distinct doc order by doc) as docs
    from (select role, format, x as doc from near union select role, format, y from near) group by role, format order by role, format`);
  for (const { role, docs } of groups) {
    await engine.run(`
      insert into repeats
      with counted as (
        select id, doc, ${SAME[role]}, row_number() over (partition by doc, ${SAME[role]} order by id) as nth
        from lines where doc in (${docs.join(', ')}))
      select id from counted qualify row_number() over (partition by ${SAME[role]}, nth order by doc, id) > 1`);
  }
  // Nearly always nothing is repeated; then no scan of the lines pays for asking.
  const once = (await countOf(engine, 'repeats')) === 0n ? '' : 'where id not in (select id from repeats)';
  await engine.run(`create or replace view used_lines as select * from lines ${once}`);
}
