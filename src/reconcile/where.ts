/**
 * Where is the money of this payment? Finds it by any reference a person may hold, or by amount and time, and tells its story.
 *
 * A reference is taken as it stands first; only when nothing has it, without regard to case, then as a merchant number or bank
 * account, then as the tail of a number, as people read it aloud. A tail is no proof of the number: what it finds is told with the
 * whole number to compare, and nothing is released on it. What several payments fit is never taken: all are told, the caller
 * decides.
 */
import { fill, type Text } from '../base/lang.ts';
import { endOfDay, type Micros, stamp } from '../base/time.ts';
import { quote } from '../files/engine.ts';
import type { Role } from '../files/line.ts';
import { channelName } from '../verdicts/channels.ts';
import { amountText, grouped } from './report/summary.ts';
import { BATCH_STATE_WORDS, CLASS_WORDS } from './report/words.ts';
import type { Batch, Break, DocumentResult, Next } from './result.ts';
import type { Run } from './run.ts';
import { SEARCHES } from './search-words.ts';
import { type Story, storyOf } from './story.ts';
import { groupsOf, isBatch, type Thread, threadOf, threadOfBatch } from './thread.ts';

export type Query =
  | Readonly<{ by: 'ref'; ref: string }>
  | Readonly<{
      by: 'place';
      /** Decimal text in the currency of the line it is compared with. */
      amount: string;
      /** The instant, and how long it may stretch: a receipt that shows minutes means any second of that minute. */
      at: Micros;
      span: Micros;
      windowMinutes: number;
      terminal?: string;
      store?: string;
      channel?: string;
    }>;

/** How the reference was recognised: as a number of the payment, as the number of a merchant or bank account, as a break's id. */
export type How = 'exact' | 'case' | 'tail' | 'account' | 'break' | 'place';

export type Answer = Readonly<{
  schema: 'daozhang.where/1';
  asOf?: string;
  timezone: string;
  asked: Readonly<Record<string, string | number>>;
  found: 'one' | 'several' | 'none';
  how?: How;
  /** Payments that fit; more than are told when they are many. */
  total: number;
  /** What is said of the search itself; a single story says enough. */
  says?: Text;
  next?: Text;
  /** The batches the reference names, or those behind the bank line it names. */
  batches: readonly Batch[];
  stories: readonly Story[];
}>;

/** Stories told when several fit. */
const MOST_STORIES = 20;
/** Lines followed when several fit. */
const MOST_ANCHORS = 200;
/** Lines found by a reference that so many share that it tells nothing. */
const MOST_HITS = 5000;
/** A shorter tail fits by chance. */
const SHORTEST_TAIL = 6;

const REF_COLUMNS = [
  'order_ref',
  'payment_ref',
  'refund_ref',
  'channel_ref',
  'origin_ref',
  'wallet_ref',
  'batch_ref',
  'bank_ref',
] as const;

export async function where(run: Run, query: Query): Promise<Answer> {
  return query.by === 'ref' ? byRef(run, query.ref) : byPlace(run, query);
}

// ---------------------------------------------------------------- by a reference

type Hit = { id: bigint; role: Role; kind: string };

/** Spreadsheets put a back-tick or an apostrophe before long numbers, chat programs full-width digits and blanks into them. */
export function spellings(ref: string): string[] {
  const plain = ref.trim();
  const unpacked = plain.replace(/^[`'‘’＇｀]+/, '').trim();
  return [...new Set([plain, unpacked, unpacked.normalize('NFKC').replace(/\s+/g, '')])].filter((r) => r !== '');
}

async function byRef(run: Run, ref: string): Promise<Answer> {
  const asked = { ref: ref.trim() };
  const tries = spellings(ref);
  const list = (texts: readonly string[]): string => texts.map(quote).join(', ');
  const tail = tries.at(-1)?.toLowerCase() ?? '';
  const { breaks, open, ambiguous } = run.result;
  const told = [...breaks, ...open, ...ambiguous].find((b) => tries.includes(b.id));
  if (told) return tellBreak(run, asked, told);
  const search = async (how: How, fits: (column: string) => string): Promise<Answer | undefined> => {
    const named = await run.engine.all<{ id: string }>(
      `select id from batches where ${fits('id')} or ${fits('ref')} order by id`,
    );
    // Where the reference names a batch, its members are told as such, not one by one as hits.
    const columns = REF_COLUMNS.filter((c) => named.length === 0 || c !== 'batch_ref');
    const hits = await run.engine.all<Hit>(
      `select id, role, kind from used_lines where ${columns.map(fits).join(' or ')} order by id limit ${MOST_HITS}`,
    );
    return tellHits(
      run,
      asked,
      how,
      hits,
      named.map((b) => b.id),
    );
  };
  if (tries.length === 0) return nothing(run, asked);
  const whole =
    (await search('exact', (c) => `${c} in (${list(tries)})`)) ??
    (await search('case', (c) => `lower(${c}) in (${list(tries.map((t) => t.toLowerCase()))})`)) ??
    (await tellAccount(run, asked, tries));
  if (whole) return whole;
  const ending =
    tail.length < SHORTEST_TAIL ? undefined : await search('tail', (c) => `ends_with(lower(${c}), ${quote(tail)})`);
  return ending ? onlyTheEnd(ending, tail) : nothing(run, asked);
}

/** Whole numbers shown beside a tail. */
const MOST_NUMBERS = 3;

/** What only the end of a number found: which whole number it is, and that a person compares it before goods go out. */
function onlyTheEnd(answer: Answer, tail: string): Answer {
  const evidence = answer.stories.flatMap((s) => s.evidence);
  const refs = [
    ...evidence.flatMap((e) => Object.values(e.refs)),
    ...answer.batches.flatMap((b) => [b.ref ?? '', b.id]),
  ];
  const numbers = [...new Set(refs.filter((ref) => ref.toLowerCase().endsWith(tail)))];
  const shown = numbers.slice(0, MOST_NUMBERS).join(', ');
  const words = { ref: String(answer.asked.ref), numbers: numbers.length > MOST_NUMBERS ? `${shown} …` : shown };
  const says = (lang: 'zh' | 'en', blank: string) =>
    [fill(SEARCHES.tail[lang], words), ...(answer.says ? [answer.says[lang]] : [])].join(blank);
  const compare: Next = { action: 'compare_number', owner: 'cashier', text: SEARCHES.tail_next };
  return {
    ...answer,
    says: { zh: says('zh', ''), en: says('en', ' ') },
    stories: answer.stories.map((s) => ({
      ...s,
      release: s.release === 'yes' ? 'ask' : s.release,
      next: [compare, ...s.next.filter((n) => n.action !== 'none')],
    })),
  };
}

/** Batches named with a merchant number. */
const MOST_BATCHES = 5;

/** A merchant number or a bank account is no payment: what stands under it is told, and how to ask further. */
async function tellAccount(run: Run, asked: Answer['asked'], tries: readonly string[]): Promise<Answer | undefined> {
  const [held] = await run.engine.all<{
    role: Role;
    channel: string | null;
    account: string;
    payments: bigint;
    lines: bigint;
    first: string;
    last: string;
  }>(`
    select role, channel, account, count(*) filter (kind = 'payment' and status = 'done') as payments, count(*) as lines,
      min(coalesce(business_on, value_on)) as first, max(coalesce(business_on, value_on)) as last
    from used_lines where account in (${tries.map(quote).join(', ')}) and role in ('channel', 'balance', 'bank')
    group by role, channel, account order by role, channel, account limit 1`);
  if (!held) return undefined;
  const bank = held.role === 'bank';
  const own = (b: Batch): boolean => b.account === held.account && b.channel === held.channel;
  const batches = bank ? [] : run.result.batches.filter(own);
  const days = (first: string, last: string): string => (first === last ? last : `${first} – ${last}`);
  const sentences = (lang: 'zh' | 'en'): string[] => [
    fill(SEARCHES[bank ? 'bank_account' : 'account'][lang], {
      ref: held.account,
      channel: channelName(held.channel ?? undefined, lang),
      count: grouped(Number(bank ? held.lines : held.payments)),
      days: days(held.first, held.last),
    }),
    ...batches.slice(0, MOST_BATCHES).map((b) =>
      fill(SEARCHES.account_batch[lang], {
        on: days(b.businessFrom, b.businessTo),
        net: amountText(b.net, lang),
        state: BATCH_STATE_WORDS[b.state].label[lang],
      }),
    ),
  ];
  return {
    ...head(run, asked),
    found: 'several',
    how: 'account',
    total: Number(held.payments),
    says: { zh: sentences('zh').join(''), en: sentences('en').join(' ') },
    next: SEARCHES.account_next,
    batches,
    stories: [],
  };
}

/** A break or open item by the id that every summary prints: its own sentence, then the payments it is about. */
async function tellBreak(run: Run, asked: Answer['asked'], told: Break): Promise<Answer> {
  const evidence = [...told.ours, ...told.theirs];
  const batches = run.result.batches.filter((b) => evidence.some((e) => e.role === 'batch' && isBatch(e, b)));
  const rows = evidence.flatMap((e) => (e.role === 'batch' ? [] : [`(${quote(e.sha256)}, ${e.line!})`]));
  const lines =
    rows.length === 0
      ? []
      : await run.engine.all<Hit>(`
    select l.id, l.role, l.kind from used_lines l join docs d on d.doc = l.doc where (d.sha, l.row_no) in (${rows.join(', ')}) order by l.id`);
  const hits = batches.length > 0 ? [] : lines;
  const answer = await tellHits(
    run,
    asked,
    'break',
    hits,
    batches.map((b) => b.id),
  );
  const { label } = CLASS_WORDS[told.class];
  const more = told.counts.ours + told.counts.theirs - evidence.length;
  return {
    ...(answer ?? answerOf(run, asked, 'break', [], 0, batches)),
    ...(more > 0 && { total: told.counts.ours + told.counts.theirs }),
    says: { zh: `${label.zh}:${told.says.zh}`, en: `${label.en}: ${told.says.en}` },
    ...(told.next[0] && answer?.found !== 'one' && { next: told.next[0].text }),
  };
}

async function tellHits(
  run: Run,
  asked: Answer['asked'],
  how: How,
  hits: readonly Hit[],
  named: readonly string[],
): Promise<Answer | undefined> {
  const sums = hits.filter((h) => h.role === 'bank' || h.kind === 'payout');
  const batchIds = [...new Set([...named, ...(await batchesBehind(run, sums))])];
  const lines = hits.filter((h) => !sums.includes(h)).map((h) => h.id);
  if (lines.length === 0 && batchIds.length > 0) return tellBatches(run, asked, how, batchIds);
  const anchors = lines.length > 0 ? lines : sums.map((h) => h.id);
  if (anchors.length === 0) return undefined;
  const groups = await groupsOf(run.engine, anchors.slice(0, MOST_ANCHORS));
  const stories: Story[] = [];
  for (const group of groups.slice(0, MOST_STORIES)) {
    stories.push(storyOf(await threadOf(run, group), run.result.timezone));
  }
  const more = Math.max(0, anchors.length - MOST_ANCHORS);
  return answerOf(run, asked, how, stories, groups.length + more, []);
}

/** The batches that a bank line pays, or that a payout line is. */
async function batchesBehind(run: Run, hits: readonly Hit[]): Promise<string[]> {
  if (hits.length === 0) return [];
  const ids = new Set(hits.map((h) => h.id));
  const { matched, differing, returned, unclear } = run.bank;
  const paid = [...matched, ...differing, ...unclear, ...returned].filter((m) =>
    [...m.credits, ...('backs' in m ? (m.backs as typeof m.credits) : [])].some((c) => ids.has(c.id)),
  );
  const rows = await run.engine.all<{ id: string }>(`
    select b.id from batches b where b.payout_line in (${[...ids].join(', ')})
    union select b.id from batches b join used_lines l on l.kind = 'payout' and l.channel = b.channel and l.batch_ref = b.ref
      where l.id in (${[...ids].join(', ')}) order by 1`);
  return [...new Set([...paid.flatMap((m) => m.batches.map((b) => b.id)), ...rows.map((r) => r.id)])];
}

async function tellBatches(run: Run, asked: Answer['asked'], how: How, ids: readonly string[]): Promise<Answer> {
  const batches = run.result.batches.filter((b) => ids.includes(b.id));
  const members = await run.engine.all<{ id: bigint; n: bigint }>(`
    select m.line as id, count(*) over () as n from batch_of m join used_lines l on l.id = m.line
    where m.batch in (${ids.map(quote).join(', ')}) and l.kind = 'payment' order by l.occurred_at, l.id limit ${MOST_STORIES}`);
  const stories: Story[] = [];
  if (members.length === 0) {
    // A payout out of a balance carries no list: its own story is all there is.
    for (const id of ids.slice(0, MOST_STORIES))
      stories.push(storyOf(await threadOfBatch(run, id), run.result.timezone));
    return answerOf(run, asked, how, stories, ids.length, batches);
  }
  const groups = await groupsOf(
    run.engine,
    members.map((m) => m.id),
  );
  for (const group of groups) stories.push(storyOf(await threadOf(run, group), run.result.timezone));
  const all = Number(members[0]!.n);
  const answer = answerOf(run, asked, how, stories, all > MOST_STORIES ? all : groups.length, batches);
  if (answer.found === 'one') return answer;
  const says = batches.map((b) => batchSays(String(asked.ref), b, answer.total));
  return { ...answer, says: { zh: says.map((s) => s.zh).join(''), en: says.map((s) => s.en).join(' ') } };
}

function batchSays(ref: string, batch: Batch, count: number): Text {
  const words = (lang: 'zh' | 'en') => ({
    ref,
    count: grouped(count),
    net: amountText(batch.net, lang),
    channel: channelName(batch.channel, lang),
    on: batch.businessFrom === batch.businessTo ? batch.businessTo : `${batch.businessFrom} – ${batch.businessTo}`,
    state: BATCH_STATE_WORDS[batch.state].label[lang],
  });
  return { zh: fill(SEARCHES.batch.zh, words('zh')), en: fill(SEARCHES.batch.en, words('en')) };
}

// ---------------------------------------------------------------- by amount, time and place

type PlaceQuery = Extract<Query, { by: 'place' }>;

async function byPlace(run: Run, query: PlaceQuery): Promise<Answer> {
  const { amount, at, span, windowMinutes } = query;
  const reach = BigInt(windowMinutes) * 60_000_000n;
  const distance = `greatest(${at} - l.occurred_at, l.occurred_at - ${at + span}, 0)`;
  const rows = await run.engine.all<{ id: bigint }>(`
    select l.id from used_lines l
    where l.kind = 'payment' and l.role in ('order', 'channel', 'evidence') and l.amount = dz_minor(${quote(amount)}, l.currency)
      and ${distance} <= ${reach} ${query.channel === undefined ? '' : `and l.channel = ${quote(query.channel.toLowerCase())}`}
    order by ${distance}, l.id limit ${MOST_ANCHORS}`);
  const asked = {
    amount,
    time: stamp(at, run.result.timezone),
    window_minutes: windowMinutes,
    ...(query.terminal !== undefined && { terminal: query.terminal }),
    ...(query.store !== undefined && { store: query.store }),
    ...(query.channel !== undefined && { channel: query.channel }),
  };
  const nearness = new Map(rows.map((r, i) => [r.id, i]));
  const rank = (group: readonly bigint[]): number => Math.min(...group.map((id) => nearness.get(id) ?? rows.length));
  const groups = rows.length === 0 ? [] : await groupsOf(run.engine, [...nearness.keys()]);
  const fitting: { thread: Thread; named: boolean }[] = [];
  const anywhere = query.terminal === undefined && query.store === undefined;
  for (const group of groups.sort((a, b) => rank(a) - rank(b))) {
    if (anywhere && fitting.length > MOST_STORIES) break;
    const thread = await threadOf(run, group);
    const place = placeFits(thread, query);
    if (place !== 'no') fitting.push({ thread, named: place === 'yes' });
  }
  // A line of the customer's document that explains an order here is told with that order.
  const told = new Set(fitting.flatMap((f) => f.thread.nearClaims.map((c) => c.id)));
  const own = fitting.filter(
    ({ thread: t }) => !(t.claims.length > 0 && isAlone(t) && t.claims.every((c) => told.has(c.id))),
  );
  // Lines that name the very terminal come before lines that name none.
  const ranked = [...own.filter((f) => f.named), ...own.filter((f) => !f.named)];
  const stories = ranked.slice(0, MOST_STORIES).map((f) => storyOf(f.thread, run.result.timezone));
  if (stories.length === 0) return nothing(run, asked, query);
  const total = ranked.length + (fitting.length > MOST_STORIES && anywhere ? groups.length - fitting.length : 0);
  const answer = answerOf(run, asked, 'place', stories, total, []);
  return answer.found === 'one'
    ? answer
    : { ...answer, says: placeSays(run, query, 'several_place', { count: total }) };
}

/** Nothing but the customer's document. */
const isAlone = (t: Thread): boolean =>
  t.orders.length + t.payments.length + t.attempts.length + t.entries.length === 0;

/** `maybe`: no line of the payment names a place of that kind, so it is not excluded. */
function placeFits(thread: Thread, query: PlaceQuery): 'yes' | 'no' | 'maybe' {
  const lines = [...thread.orders, ...thread.payments].map((f) => f.evidence);
  let answer: 'yes' | 'maybe' = 'yes';
  for (const name of ['terminal', 'store'] as const) {
    const wanted = query[name];
    if (wanted === undefined) continue;
    const named = lines.flatMap((e) => e[name] ?? []);
    if (named.length === 0) answer = 'maybe';
    else if (!named.some((n) => n.toLowerCase() === wanted.toLowerCase())) return 'no';
  }
  return answer;
}

function placeSays(
  run: Run,
  query: PlaceQuery,
  code: keyof typeof SEARCHES,
  more: { count?: number; channels?: readonly string[] },
): Text {
  const words = (lang: 'zh' | 'en') => ({
    count: grouped(more.count ?? 0),
    channels: (more.channels ?? []).map((c) => channelName(c, lang)).join(lang === 'zh' ? '、' : ', '),
    amount: query.amount,
    window: query.windowMinutes,
    time: stamp(query.at, run.result.timezone).slice(0, 16),
  });
  return { zh: fill(SEARCHES[code].zh, words('zh')), en: fill(SEARCHES[code].en, words('en')) };
}

// ---------------------------------------------------------------- answers

function answerOf(
  run: Run,
  asked: Answer['asked'],
  how: How,
  stories: readonly Story[],
  total: number,
  batches: readonly Batch[],
): Answer {
  const one = total === 1;
  const count = { count: grouped(total), ref: String(asked.ref ?? '') };
  return {
    ...head(run, asked),
    found: one ? 'one' : 'several',
    how,
    total,
    ...(!one && {
      says: { zh: fill(SEARCHES.several.zh, count), en: fill(SEARCHES.several.en, count) },
      next: SEARCHES.several_next,
    }),
    batches,
    stories,
  };
}

const head = (run: Run, asked: Answer['asked']) => ({
  schema: 'daozhang.where/1' as const,
  ...(run.result.asOf !== undefined && { asOf: run.result.asOf }),
  timezone: run.result.timezone,
  asked,
});

function nothing(run: Run, asked: Answer['asked'], query?: PlaceQuery): Answer {
  const { documents, from, to, timezone } = run.result;
  const base = { ...head(run, asked), found: 'none' as const, total: 0, batches: [], stories: [] };
  if (!query) {
    const days = from === undefined ? '—' : from === to ? from : `${from} – ${to}`;
    const words = { ref: String(asked.ref), days, count: documents.length };
    const says = { zh: fill(SEARCHES.none.zh, words), en: fill(SEARCHES.none.en, words) };
    return { ...base, says, next: SEARCHES.none_next };
  }
  const covering = documents.filter((d) => covers(d, query, timezone)).flatMap((d) => d.channel ?? []);
  const channels = [...new Set(covering)].sort();
  if (channels.length === 0) return { ...base, says: placeSays(run, query, 'none_open', {}), next: SEARCHES.none_next };
  return { ...base, says: placeSays(run, query, 'none_covered', { channels }), next: SEARCHES.none_covered_next };
}

/** A complete bill that would have the payment. */
function covers(d: DocumentResult, query: PlaceQuery, zone: string): boolean {
  if (d.role !== 'channel' || d.rejected > 0 || d.from === undefined) return false;
  if (query.channel !== undefined && d.channel !== query.channel.toLowerCase()) return false;
  const on = stamp(query.at, zone).slice(0, 10);
  return d.from <= on && query.at < endOfDay(Temporal.PlainDate.from(d.to!), zone);
}
