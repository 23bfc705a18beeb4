/**
 * One reconciliation from paths to `Result`. Reading order: load → orders → settle → prove → collect.
 * The engine stays open in the returned `Run`, so that lines and matches can be written out; `close` removes every trace.
 */
import { stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { DaozhangError, told } from '../base/errors.ts';
import { scaledText } from '../base/money.ts';
import { type Progress, silent } from '../base/progress.ts';
import { dateOfDay, endOfDay, stamp } from '../base/time.ts';
import { type Engine, openEngine } from '../files/engine.ts';
import { type Format, REJECTS } from '../files/format.ts';
import { listFiles, type Workspace, workspace } from '../files/open.ts';
import type { CalendarYear } from '../plans/calendar.ts';
import { type Plan, planFor } from '../plans/plan.ts';
import { type FindingCode, findingOf } from '../verdicts/findings.ts';
import { BANK_PASSES, type BankOutcome } from './bank.ts';
import { type CarriedIn, type CarriedOut, carryIn, carryOut, isPartOf, linesWaiting, placeCarried } from './carry.ts';
import { amountOf, type BatchEvidence, collect, type Source } from './collect.ts';
import { type Cutoff, type Draft, draftOrders } from './drafts.ts';
import { countOnce, type LoadedDocument, load } from './load.ts';
import { matchOrders, PLACE_PASS, REFERENCE_PASSES } from './orders.ts';
import { type Joined, prove } from './proof.ts';
import type {
  Amount,
  Batch,
  Break,
  FeeRow,
  FlowRow,
  Joint,
  PassResult,
  RefusedDocument,
  RejectedLine,
  Result,
} from './result.ts';
import { type BatchRow, type Settled, settle } from './settle.ts';
import { type Staging, stage } from './staging.ts';
import { stoppable, stopping } from './stop.ts';

export type RunOptions = Readonly<{
  paths: readonly string[];
  zone: string;
  /** Judged as of this instant (µs); absent = the end of the last day the documents cover, never the clock. */
  asOf?: bigint;
  plans?: readonly Plan[];
  /** Years of calendars that are not built in. */
  years?: readonly CalendarYear[];
  configured?: readonly Format[];
  forced?: ReadonlyMap<string, Format>;
  /** Absolute path → the SHA-1 its channel told; side files beside the documents are found without it. */
  sha1?: ReadonlyMap<string, string>;
  /** Folder of the open items that go from day to day (`open-YYYY-MM-DD.parquet`). */
  carry?: string;
  /** Takes up what the day before left open and writes nothing: for a question in between. */
  carryReadOnly?: boolean;
  /** Days a carried line may wait for its other half. */
  carryDays?: number;
  /** Folders the results will be written to. */
  outFolders?: readonly string[];
  progress?: Progress;
  memoryMiB?: number;
  /** Bytes from which on a document's lines get a table of their own; for tests. */
  large?: number;
  /** Minutes around midnight within which a lone line may have its other half in the neighbouring day. */
  marginMinutes?: number;
  /** Minutes that amount and place may lie apart. */
  windowMinutes?: number;
  signal?: AbortSignal;
}>;

export type Run = Readonly<{
  result: Result;
  engine: Engine;
  documents: readonly LoadedDocument[];
  /** Where each document's lines can be read again, by document number. */
  sources: ReadonlyMap<number, Source>;
  bank: BankOutcome;
  /** Moves the open items into the carry folder: the last step of a run, so that they go with its results or not at all. */
  keep(): Promise<void>;
  close(): Promise<void>;
}>;

type Work = Omit<Run, 'engine' | 'keep' | 'close'> & Readonly<{ carriedOut?: CarriedOut }>;

export async function reconcile(options: RunOptions): Promise<Run> {
  if (options.paths.length === 0) throw new DaozhangError('file.none', {});
  const space = await workspace();
  let engine: Engine | undefined;
  let carry: Staging | undefined;
  const close = async (): Promise<void> => {
    engine?.close();
    await carry?.remove();
    await space.remove();
  };
  try {
    const files = await listFiles(options.paths);
    const folders = [...new Set(files.map((p) => dirname(resolve(p))))];
    const bytes = await sizeOf(files);
    if (options.carry !== undefined && !options.carryReadOnly) carry = await stage(options.carry, '--carry');
    const opened = await openEngine({
      temp: space.path,
      folders: [
        ...folders,
        ...(options.outFolders ?? []),
        ...(options.carry === undefined ? [] : [resolve(options.carry)]),
      ],
      memoryMiB: options.memoryMiB ?? memoryFor(bytes),
      ...(bytes < FEW_BYTES && { threads: 1 }),
    });
    engine = stoppable(opened, options.signal);
    const { carriedOut, ...done } = await work(engine, space, carry, options);
    const keep = async (): Promise<void> => {
      if (carriedOut && carry) await placeCarried(carriedOut, carry);
    };
    return { ...done, engine, keep, close };
  } catch (error) {
    await close();
    if (options.signal?.aborted) throw new DaozhangError('run.interrupted', {}, error);
    throw error;
  }
}

/** Bytes of memory a byte of a bill wants while nothing spills; an archive holds about eight times what it weighs. */
const MEMORY_A_BYTE = 1.7;
const UNPACKED = 8;

/** Below this a second thread costs more than it does: most statements are planned longer than they run. */
const FEW_BYTES = 2 ** 20;

/** What the documents weigh unpacked, about. */
async function sizeOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size * (/\.(zip|gz|xlsx)$/i.test(file) ? UNPACKED : 1);
  return bytes;
}

/** What the engine may take before it spills, in MiB: by the documents' size, never more than 2200 or half of the machine. */
function memoryFor(bytes: number): number {
  const wanted = Math.max(1200, Math.ceil((bytes * MEMORY_A_BYTE) / 2 ** 20));
  return Math.floor(Math.min(wanted, 2200, totalmem() / 2 ** 21));
}

async function work(engine: Engine, space: Workspace, carry: Staging | undefined, options: RunOptions): Promise<Work> {
  const progress = stopping(options.progress ?? silent, options.signal);
  const refused: RefusedDocument[] = [];
  const read = await load(engine, {
    paths: options.paths,
    space,
    zone: options.zone,
    configured: options.configured ?? [],
    forced: options.forced ?? new Map(),
    ...(options.sha1 !== undefined && { sha1: options.sha1 }),
    ...(options.large !== undefined && { large: options.large }),
    progress,
    refuse: (file, error) => refused.push(refusedOf(file, error)),
  });
  if (read.length === 0 && refused.length === 0) throw new DaozhangError('file.none', {});
  const asOf = options.asOf ?? lastDayEnd(read, options.zone);
  const dayOn = stamp((asOf ?? 0n) - 1n, options.zone).slice(0, 10);
  // Nothing that could be read covers a day: nothing is taken up, and no day is written.
  const carries = asOf === undefined ? undefined : carry;
  const carriedIn = await carryIn(engine, asOf === undefined ? undefined : options.carry, dayOn, read.length);
  const documents = await countOnce(engine, read);
  const has = (role: string): boolean => documents.some((d) => d.format.role === role);
  // An order whose bill is missing is told as such (I7); a payment without any order book is a shop that keeps none.
  const joined: Joined = {
    orders: has('order') || carriedIn.lines > 0,
    batches: has('channel'),
    bank: has('channel') || has('balance') || carriedIn.batches > 0,
  };
  await coverage(engine);
  progress.step({ en: 'matching orders', zh: '核对订单' }, { total: REFERENCE_PASSES.length * 2 + 1, unit: 'parts' });
  let passes = 0;
  await matchOrders(engine, options.windowMinutes ?? 15, () => progress.at(passes++));
  progress.step({ en: 'looking at what is left', zh: '查看剩余' });
  const orderDrafts = await draftOrders(engine, {
    dayOn,
    zone: options.zone,
    marginMinutes: options.marginMinutes ?? 10,
    carryDays: options.carryDays ?? 3,
    cutoffs: await cutoffsOf(engine, options.plans ?? [], dayOn),
  });
  progress.step({ en: 'following the money to the bank', zh: '追踪结算与到账' });
  const settled = await settle(engine, { plans: options.plans ?? [], years: options.years }, asOf ?? 0n, options.zone);
  const drafts = [...(joined.orders ? orderDrafts : []), ...settled.drafts.filter((d) => joined[d.joint])];
  progress.step({ en: 'proving', zh: '验证恒等式' });
  const proof = await prove(engine, joined, drafts, settled.bank);
  progress.step({ en: 'collecting the evidence', zh: '整理凭据' });
  const sources = new Map([...documents.map((d) => [d.doc, sourceOf(d)] as const), ...carriedIn.sources]);
  const found = await collect(engine, drafts, sources, batchEvidence(settled.batches), options.zone);
  const isOpen = (b: Break): boolean => findingOf(b.finding).open;
  const breaks = found.filter((b) => b.class !== 'ambiguous' && !isOpen(b));
  const open = found.filter((b) => isOpen(b));
  const ambiguous = found.filter((b) => b.class === 'ambiguous');
  const rejected = documents.flatMap(rejectedOf);
  const days = documents
    .flatMap((d) => [d.from, d.to])
    .filter((d) => d !== undefined)
    .sort();
  const count = (role: string): number =>
    documents.filter((d) => d.format.role === role).reduce((n, d) => n + d.lines - d.repeated, 0);
  const passResults = await passResultsOf(engine, joined, settled.bank);
  const notCompared = await notComparedOf(engine, carriedIn);
  const whole = carries && refused.length === 0 && !(await isPartOf(engine, carries.folder, dayOn));
  const carriedOut = carries && whole ? await carryOn(engine, carries, dayOn, carriedIn, drafts, sources) : undefined;
  const result: Result = {
    schema: 'daozhang.reconcile/1',
    state:
      refused.length > 0 || rejected.length > 0
        ? 'incomplete'
        : breaks.length > 0 || ambiguous.length > 0
          ? 'breaks'
          : notCompared.length === 2 && !has('channel')
            ? 'incomplete'
            : 'clean',
    ...(asOf !== undefined && { asOf: stamp(asOf, options.zone) }),
    timezone: options.zone,
    ...(days[0] !== undefined && { from: days[0], to: days.at(-1)! }),
    documents: documents.map(documentOf),
    refused: refused.sort((a, b) => (a.file < b.file ? -1 : 1)),
    rejected,
    totals: {
      orders: count('order'),
      channelLines: count('channel'),
      bankLines: count('bank'),
      matched: passResults.filter((p) => p.joint === 'orders').reduce((n, p) => n + p.matched, 0),
      breaks: breaks.length,
      open: open.length,
      ambiguous: ambiguous.length,
    },
    atRisk: atRisk([...breaks, ...ambiguous]),
    notCompared,
    passes: passResults,
    proof,
    flow: await flowOf(engine, found, joined, settled),
    batches: settled.batches.map((b) => batchOf(b, settled, options.plans ?? [])),
    fees: await feesOf(engine),
    breaks,
    open,
    ambiguous,
    ...(carries && {
      carry: { ...takenOnly(carriedIn), ...(carriedOut && { left: carriedOut.items, stale: carriedOut.stale }) },
    }),
  };
  return { result, documents, sources, bank: settled.bank, ...(carriedOut && { carriedOut }) };
}

/**
 * Open items of this day, written beside the place they will take. Rejected lines do not keep it from that: each line read has its
 * place, and their document covers no day.
 */
async function carryOn(
  engine: Engine,
  carry: Staging,
  dayOn: string,
  carriedIn: CarriedIn,
  drafts: readonly Draft[],
  sources: ReadonlyMap<number, Source>,
): Promise<CarriedOut> {
  const batchesOf = (findings: readonly FindingCode[]): string[] =>
    drafts.filter((d) => findings.includes(d.finding)).flatMap((d) => d.batches ?? []);
  const waiting = {
    lines: await linesWaiting(engine),
    batches: batchesOf(WAITING_BATCHES),
    late: batchesOf(['bank_late', 'bank_still_late']),
  };
  return carryOut(engine, carry, dayOn, carriedIn.basedOn, waiting, sources);
}

/** A run that refused a document, or has but a part of the day, leaves the file as it was: what the rest met or left is not known. */
const takenOnly = (carriedIn: CarriedIn): NonNullable<Result['carry']> => ({
  ...(carriedIn.from !== undefined && { from: carriedIn.from }),
  taken: carriedIn.lines + carriedIn.batches,
  stale: [],
});

/** A late batch is a break once; after that it waits here until it comes. */
const WAITING_BATCHES: readonly FindingCode[] = ['bank_waiting', 'bank_not_checked', 'bank_late', 'bank_still_late'];

/** Channels of the bills seen whose day ends before midnight by their plan. */
async function cutoffsOf(engine: Engine, plans: readonly Plan[], dayOn: string): Promise<Cutoff[]> {
  const channels = await engine.all<{ channel: string }>(
    'select distinct channel from bill_days where channel is not null order by 1',
  );
  return channels.flatMap(({ channel }) => {
    const { cutoff, zone } = planFor(plans, channel, undefined, Temporal.PlainDate.from(dayOn)).settle;
    const [hours, minutes] = cutoff.split(':').map(Number);
    return cutoff === '24:00' ? [] : [{ channel, minutes: hours! * 60 + minutes!, zone }];
  });
}

function refusedOf(file: string, error: DaozhangError): RefusedDocument {
  const { code, says, remedy } = told(error);
  return { file, code, says, remedy };
}

const sourceOf = (d: LoadedDocument): Source => ({
  file: d.file,
  path: d.input.path,
  sha256: d.input.sha256,
  encoding: d.input.encoding,
  role: d.format.role,
  ...(d.format.masks && { masks: d.format.masks }),
});

/** A joint of which a side was not given says nothing, and silence must not pass for agreement. */
async function notComparedOf(engine: Engine, carriedIn: CarriedIn): Promise<Result['notCompared']> {
  const rows = await engine.all<{ role: string }>('select distinct role from docs');
  const given = new Set(rows.map((r) => r.role));
  const owed = given.has('channel') || given.has('balance') || carriedIn.batches > 0;
  const orders = (['order', 'channel'] as const).filter((role) => !given.has(role));
  const bank = [...(owed ? [] : ['channel' as const]), ...(given.has('bank') ? [] : ['bank' as const])];
  return [
    { joint: 'orders' as const, missing: orders },
    { joint: 'bank' as const, missing: bank },
  ].filter(({ missing }) => missing.length > 0);
}

/** The end of the last day any order book, bill or statement covers; a customer's export may reach far beyond and judges nothing. */
function lastDayEnd(documents: readonly LoadedDocument[], zone: string): bigint | undefined {
  const judging = documents.filter((d) => d.format.role !== 'evidence');
  const last = (judging.length > 0 ? judging : documents)
    .map((d) => d.to)
    .filter((to) => to !== undefined)
    .sort()
    .at(-1);
  return last === undefined ? undefined : endOfDay(Temporal.PlainDate.from(last), zone);
}

/**
 * Which days the complete documents of each side cover; a document with rejected lines proves nothing about absence. `seen_on` is
 * null for those of this run; the others were seen on an earlier one and speak of carried lines only.
 */
async function coverage(engine: Engine): Promise<void> {
  const days = (role: 'channel' | 'order') => `
    select channel, account, from_on, to_on, null::date as seen_on, false as whole from docs where role = '${role}' and complete and from_on is not null
    union all select channel, account, from_on, to_on, seen_on, whole from carried_days where role = '${role}'`;
  await engine.run(`
    create or replace table bill_days as ${days('channel')};
    create or replace table book_days as ${days('order')};`);
}

function documentOf(d: LoadedDocument): Result['documents'][number] {
  const repeated = d.sameAs.map((file) => ({
    en: `${file} holds the same bytes and was not counted again`,
    zh: `${file} 内容完全相同,未重复计入`,
  }));
  const again =
    d.repeated === 0
      ? []
      : [
          {
            en: `${d.repeated} lines treated as the same as another document's`,
            zh: `有 ${d.repeated} 行与其他单据相同,只计一次`,
          },
        ];
  return {
    file: d.file,
    sha256: d.input.sha256,
    bytes: d.input.size,
    format: d.format.id,
    role: d.format.role,
    ...(d.channel !== undefined && { channel: d.channel }),
    ...(d.account !== undefined && { account: d.account }),
    encoding: d.input.encoding,
    ...(d.from !== undefined && { from: d.from }),
    ...(d.to !== undefined && { to: d.to }),
    lines: d.lines,
    rejected: d.rejected.length,
    repeated: d.repeated,
    checks: d.facts.checks.map(({ name, expected, actual }) => ({ name, expected, actual })),
    notes: [...(d.facts.notes ?? []), ...repeated, ...again],
  };
}

function rejectedOf(d: LoadedDocument): RejectedLine[] {
  return d.rejected.map((r) => ({
    file: d.file,
    sha256: d.input.sha256,
    line: r.row,
    at: r.at,
    column: r.column,
    code: r.code,
    value: r.value,
    says: REJECTS[r.code],
  }));
}

/** A batch on our side of the bank: it stands on its lines, not on one row of a document. */
function batchEvidence(batches: readonly BatchRow[]): Map<string, BatchEvidence> {
  return new Map(
    batches.map((b) => [
      b.id,
      {
        key: b.id,
        evidence: {
          role: 'batch' as const,
          file: '',
          sha256: '',
          kind: b.kind,
          money: amountOf(b.net, b.currency),
          businessOn: b.to_on,
          channel: b.channel,
          ...(b.account !== '' && { account: b.account }),
          refs: b.ref === null ? {} : { batch: b.ref },
          made: { lines: Number(b.lines), ...sumsOf(b) },
        },
      },
    ]),
  );
}

const sumsOf = (b: BatchRow): Pick<Batch, 'gross' | 'refunds' | 'fees'> => ({
  gross: amountOf(b.gross ?? 0n, b.currency),
  refunds: amountOf(b.refunds ?? 0n, b.currency),
  fees: { amount: scaledText(b.fees, b.fee_scale), currency: b.currency },
});

function batchOf(b: BatchRow, settled: Settled, plans: readonly Plan[]): Batch {
  const { bank } = settled;
  const match = bank.matched.find((m) => m.batches.some((x) => x.id === b.id));
  const in_ = (list: ReadonlyArray<{ batches: readonly { id: string }[] }>) =>
    list.some((m) => m.batches.some((x) => x.id === b.id));
  const left = settled.drafts.find((d) => d.batches?.includes(b.id));
  const state: Batch['state'] = match
    ? 'credited'
    : in_(bank.returned)
      ? 'returned'
      : in_(bank.differing)
        ? 'short'
        : left?.finding === 'bank_late' || left?.finding === 'bank_still_late'
          ? 'late'
          : left?.finding === 'bank_waiting'
            ? 'on_its_way'
            : 'not_checked';
  const day = match?.credits.at(-1)?.day;
  const plan = planFor(plans, b.channel, b.account === '' ? undefined : b.account, Temporal.PlainDate.from(b.to_on));
  return {
    id: b.id,
    kind: b.kind,
    channel: b.channel,
    account: b.account,
    ...(b.ref !== null && { ref: b.ref }),
    businessFrom: b.from_on,
    businessTo: b.to_on,
    ...(b.due_on !== null && { dueOn: b.due_on }),
    lines: Number(b.lines),
    ...sumsOf(b),
    net: amountOf(b.net, b.currency),
    state,
    ...(plan.bankAccount !== undefined && { bankAccount: plan.bankAccount }),
    ...(day !== undefined && { creditedOn: dateOfDay(day).toString() }),
  };
}

/** What the other side has less of than we do: the money somebody still owes or never paid. */
function atRisk(breaks: readonly Break[]): Amount[] {
  const sums = new Map<string, bigint>();
  for (const b of breaks) {
    const minor = BigInt(b.difference.amount.replace('.', ''));
    if (minor > 0n) sums.set(b.difference.currency, (sums.get(b.difference.currency) ?? 0n) + minor);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => amountOf(minor, currency));
}

async function passResultsOf(engine: Engine, joined: Joined, bank: BankOutcome): Promise<PassResult[]> {
  const rows = await engine.all<{ pass: string; groups: bigint; lines: bigint }>(`
    select pass, sum(groups)::bigint as groups, sum(lines)::bigint as lines from (
      select pass, count(*) as groups, 2 * count(*) as lines from pairs group by pass
      union all select pass, count(distinct grp), count(*) from sets group by pass) group by pass order by pass`);
  const titles = [...REFERENCE_PASSES, PLACE_PASS];
  const orders = titles.flatMap((title) =>
    rows
      .filter((r) => r.pass === title.name || r.pass === `${title.name} (not paid)`)
      .map((r) => ({
        joint: 'orders' as Joint,
        pass: r.pass,
        title: title.title,
        matched: Number(r.groups),
        lines: Number(r.lines),
      })),
  );
  const byBank = Object.entries(BANK_PASSES).map(([pass, title]) => {
    const done = bank.matched.filter((m) => m.pass === pass);
    return {
      joint: 'bank' as Joint,
      pass,
      title,
      matched: done.length,
      lines: done.reduce((n, m) => n + m.batches.length + m.credits.length, 0),
    };
  });
  return [...(joined.orders ? orders : []), ...(joined.bank ? byBank.filter((p) => p.matched > 0) : [])];
}

async function feesOf(engine: Engine): Promise<FeeRow[]> {
  const rows = await engine.all<{
    channel: string;
    account: string;
    month: string;
    currency: string;
    lines: bigint;
    gross: bigint;
    stated: bigint;
    scale: number;
    agreed: bigint | null;
  }>(`
    select channel, account, strftime(business_on, '%Y-%m') as month, currency, sum(lines)::bigint as lines, sum(settle)::bigint as gross,
      sum(fee)::bigint as stated, max(fee_scale)::integer as scale, case when sum(judged) > 0 then sum(fee_judged)::bigint end as agreed
    from settle_sums group by 1, 2, 3, 4 order by 1, 2, 3, 4`);
  return rows.map((r) => ({
    channel: r.channel,
    account: r.account,
    month: r.month,
    currency: r.currency,
    lines: Number(r.lines),
    gross: amountOf(r.gross, r.currency),
    stated: { amount: scaledText(r.stated, r.scale), currency: r.currency },
    ...(r.agreed !== null && { agreed: amountOf(r.agreed, r.currency) }),
  }));
}

const LEAK_AFTER = { orders: 'ordered', batches: 'captured', bank: 'settled' } as const;

async function flowOf(engine: Engine, found: readonly Break[], joined: Joined, settled: Settled): Promise<FlowRow[]> {
  const rows = await engine.all<{
    channel: string;
    currency: string;
    stage: 'ordered' | 'captured' | 'settled';
    amount: bigint;
    n: bigint;
  }>(`
    select channel, currency, 'ordered' as stage, sum(amount)::bigint as amount, count(*) as n from ours where says_paid group by 1, 2
    union all select channel, currency, 'captured', sum(amount)::bigint, count(*) from theirs group by 1, 2
    union all select channel, currency, 'settled', sum(net)::bigint, count(*) from batches group by 1, 2`);
  const credited = new Map<string, { amount: bigint; n: number }>();
  for (const m of [...settled.bank.matched, ...settled.bank.differing]) {
    for (const c of m.credits) {
      const key = `${c.channel}\t${c.currency}`;
      const sum = credited.get(key) ?? { amount: 0n, n: 0 };
      credited.set(key, { amount: sum.amount + c.amount, n: sum.n + 1 });
    }
  }
  const keys = [...new Set([...rows.map((r) => `${r.channel}\t${r.currency}`), ...credited.keys()])].sort();
  return keys.map((key) => {
    const [channel, currency] = key.split('\t') as [string, string];
    const stage = (name: 'ordered' | 'captured' | 'settled') => {
      const row = rows.find((r) => r.channel === channel && r.currency === currency && r.stage === name);
      return { amount: amountOf(row?.amount ?? 0n, currency), count: Number(row?.n ?? 0n) };
    };
    const bank = credited.get(key) ?? { amount: 0n, n: 0 };
    const leaks = new Map<
      string,
      { after: FlowRow['leaks'][number]['after']; class: Break['class']; minor: bigint; count: number }
    >();
    for (const b of found) {
      if (!joined[b.joint] || b.channel !== channel || b.difference.currency !== currency) continue;
      const after = LEAK_AFTER[b.joint];
      const leak = leaks.get(`${after}/${b.class}`) ?? { after, class: b.class, minor: 0n, count: 0 };
      leak.minor += BigInt(b.difference.amount.replace('.', ''));
      leak.count += 1;
      leaks.set(`${after}/${b.class}`, leak);
    }
    return {
      channel,
      currency,
      ordered: stage('ordered'),
      captured: stage('captured'),
      settled: stage('settled'),
      credited: { amount: amountOf(bank.amount, currency), count: bank.n },
      leaks: [...leaks.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { minor, ...leak }]) => ({ ...leak, amount: amountOf(minor, currency) })),
    };
  });
}
