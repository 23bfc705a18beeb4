/**
 * The first joint: orders ↔ channel lines, as passes of falling fidelity over what the earlier ones left.
 *
 * Cost: one hash join for the first pass that has numbers, a grouping more where a key stands twice; later passes see only the
 * remainder. All of it is set-based SQL that spills; nothing here holds lines in JavaScript.
 *
 * Kept here: a line is used at most once (each pass removes what it took from `ours_open`/`theirs_open`); an ambiguous
 * match is never taken, it is listed as a set.
 */
import type { Text } from '../base/lang.ts';
import { countOf, type Engine, quote } from '../files/engine.ts';
import { tableOrView } from '../files/lines.ts';
import { meet } from './meet.ts';

/** One pass: the keys that must be equal, whether the amount must be too, and which order rows take part. */
export type Pass = Readonly<{
  name: string;
  title: Text;
  /** Column of `ours` and column of `theirs` that must be equal; both not empty. */
  ours: 'channel_ref' | 'payment_ref' | 'order_ref';
  theirs: 'channel_ref' | 'wallet_ref' | 'order_ref' | 'refund_ref';
  /** `equal`: only lines of equal amount meet. `any`: the difference becomes a break. */
  amount: 'equal' | 'any';
  /** Only refunds meet on a refund number; a payment's number never names a refund by itself. */
  way?: 'in' | 'out';
}>;

/** In this order. First over the order rows that say paid, then over those that do not: a success there is a `status` break. */
export const REFERENCE_PASSES: readonly Pass[] = [
  {
    name: 'channel_ref',
    title: { en: "the channel's own number", zh: '渠道单号' },
    ours: 'channel_ref',
    theirs: 'channel_ref',
    amount: 'any',
  },
  {
    name: 'wallet_ref',
    title: { en: "the wallet's number behind the acquirer", zh: '收单背后的钱包单号' },
    ours: 'channel_ref',
    theirs: 'wallet_ref',
    amount: 'any',
  },
  {
    name: 'payment_ref+amount',
    title: { en: 'payment number and amount', zh: '支付单号+金额' },
    ours: 'payment_ref',
    theirs: 'order_ref',
    amount: 'equal',
    way: 'in',
  },
  {
    name: 'refund_ref+amount',
    title: { en: 'refund number and amount', zh: '退款单号+金额' },
    ours: 'payment_ref',
    theirs: 'refund_ref',
    amount: 'equal',
    way: 'out',
  },
  {
    name: 'order_ref+amount',
    title: { en: 'order number and amount', zh: '订单号+金额' },
    ours: 'order_ref',
    theirs: 'order_ref',
    amount: 'equal',
  },
  {
    name: 'payment_ref',
    title: { en: 'payment number, amount differs', zh: '支付单号,金额不同' },
    ours: 'payment_ref',
    theirs: 'order_ref',
    amount: 'any',
    way: 'in',
  },
  {
    name: 'refund_ref',
    title: { en: 'refund number, amount differs', zh: '退款单号,金额不同' },
    ours: 'payment_ref',
    theirs: 'refund_ref',
    amount: 'any',
    way: 'out',
  },
  {
    name: 'order_ref',
    title: { en: 'order number, several lines or another amount', zh: '订单号,多笔或金额不同' },
    ours: 'order_ref',
    theirs: 'order_ref',
    amount: 'any',
  },
];

/** Clocks of a till and its channel lie less apart than this. */
const TIGHT_MINUTES = 2;

/** Tenders that no channel settles: such orders are read and counted, and there is no bill they could be missing from. */
export const THROUGH_A_CHANNEL = "coalesce(channel, '') not in ('cash', 'stored_value', 'transfer')";

export const PLACE_PASS = {
  name: 'place+amount+time',
  title: { en: 'terminal or store, amount and time, only if unique', zh: '终端或门店+金额+时间,仅当唯一' },
} as const;

/** A pass over the orders that say paid, or over those that do not; the second leaves a trace in its name. */
const labelOf = (pass: Pass, says: Says): string => (says === 'paid' ? pass.name : `${pass.name} (not paid)`);
type Says = 'paid' | 'not_paid';
const SAYS: readonly Says[] = ['paid', 'not_paid'];

/**
 * Fills `pairs(pass, ours, theirs, odd)`, `sets(pass, grp, side, id)`, `unclear(pass, grp, side, id)` and leaves the rest in
 * `ours_open`, `theirs_open`. `odd` marks pairs that are no plain match: amounts differ, or the order does not say paid.
 * `windowMinutes` bounds the pass over place and time.
 */
export async function matchOrders(engine: Engine, windowMinutes: number, each: (pass: string) => void): Promise<void> {
  await prepare(engine);
  let left = await numbersLeft(engine);
  for (const says of SAYS) {
    for (const pass of REFERENCE_PASSES) {
      each(pass.name);
      // A book without this kind of number has nothing to meet.
      if (!left.some((l) => names(l, pass, says)) || !left.some((l) => isNamed(l, pass))) continue;
      const alike = new Set(left.map((l) => `${l.way}/${l.currency}`)).size === 1;
      if (await referencePass(engine, pass, says, alike)) left = await numbersLeft(engine);
    }
    if (says === 'paid') {
      each(PLACE_PASS.name);
      // A tight window first: in a busy shop equal sales a few minutes apart are still told from each other.
      for (const minutes of [...new Set([Math.min(TIGHT_MINUTES, windowMinutes), windowMinutes])])
        await placePass(engine, minutes);
    }
  }
}

/** Which numbers the open lines of one kind have, on one side. */
type Left = Readonly<Record<Pass['ours'] | Pass['theirs'], boolean>> &
  Readonly<{ side: 'ours' | 'theirs'; way: 'in' | 'out'; currency: string; says_paid: boolean | null }>;

/** One look at both sides instead of one a pass; again after a pass that took lines, when little is left to look at. */
function numbersLeft(engine: Engine): Promise<Left[]> {
  const some = (columns: readonly string[]): string =>
    ['channel_ref', 'payment_ref', 'order_ref', 'wallet_ref', 'refund_ref']
      .map((name) => (columns.includes(name) ? `bool_or(${name} is not null) as ${name}` : `false as ${name}`))
      .join(', ');
  return engine.all<Left>(`
    select 'ours' as side, way::varchar as way, currency::varchar as currency, says_paid, ${some(['channel_ref', 'payment_ref', 'order_ref'])}
    from ours_open group by way, currency, says_paid
    union all select 'theirs', way::varchar, currency::varchar, null, ${some(['channel_ref', 'order_ref', 'wallet_ref', 'refund_ref'])}
    from theirs_open group by way, currency`);
}

const goes = (line: Left, pass: Pass): boolean => pass.way === undefined || pass.way === line.way;
const names = (line: Left, pass: Pass, says: Says): boolean =>
  line.side === 'ours' && goes(line, pass) && line.says_paid === (says === 'paid') && line[pass.ours];
const isNamed = (line: Left, pass: Pass): boolean => line.side === 'theirs' && goes(line, pass) && line[pass.theirs];

/**
 * `ours` and `theirs`: the lines of this joint. `way` is `in`
 * for payments and `out` for what goes back. A row that says `refunded` with no refund row of its own states its refund itself: a
 * second line with a negative id (`own_refunds`). A payment and the reversal that undoes it cancel out before anything is matched
 * (`undone`).
 */
async function prepare(engine: Engine): Promise<void> {
  const kept = tableOrView(engine);
  const passes = [...SAYS.flatMap((says) => REFERENCE_PASSES.map((pass) => labelOf(pass, says))), PLACE_PASS.name];
  const way = `case kind when 'payment' then 'in'::dz_way else 'out'::dz_way end as way`;
  await engine.run(`
    create type if not exists dz_way as enum ('in', 'out');
    create type if not exists dz_pass as enum (${passes.map(quote).join(', ')});

    create or replace ${kept} ours_written as
    select id, doc, kind, ${way}, amount, currency, status, status in ('paid', 'refunded') as says_paid, channel, account,
      coalesce(terminal, store) as place, order_ref, payment_ref, channel_ref, occurred_at, business_on
    from used_lines where role = 'order' and ${THROUGH_A_CHANNEL};

    create or replace table own_refunds as
    select -1 - id as id, doc, kind, 'out'::dz_way as way, -amount as amount, currency, status, true as says_paid, channel, account,
      place, order_ref, null::varchar as payment_ref, null::varchar as channel_ref, occurred_at, business_on
    from ours_written o where way = 'in' and status = 'refunded'
      -- Any refund row will do: what went back in cash does not go back through the channel too.
      and not exists (select 1 from used_lines r where r.role = 'order' and r.kind = 'refund' and r.order_ref = o.order_ref);

    create or replace ${kept} ours as
    select * exclude (kind) from ours_written union all select * exclude (kind) from own_refunds;

    create or replace ${kept} theirs as
    select id, doc, ${way}, kind, amount, currency,
      channel, account, coalesce(terminal, store) as place, order_ref, refund_ref, channel_ref, origin_ref, wallet_ref,
      occurred_at, business_on
    from used_lines where role = 'channel' and status = 'done' and kind in ('payment', 'refund', 'reversal', 'chargeback');

    create or replace table undone as
    select min(p.id) as payment, r.id as reversal
    from theirs r join theirs p on p.kind = 'payment' and p.channel_ref = r.origin_ref and p.currency = r.currency and p.amount = -r.amount
    where r.kind = 'reversal' group by r.id
    qualify row_number() over (partition by min(p.id) order by r.id) = 1;

    drop table if exists temp.pairs;
    create or replace table pairs (ours bigint, theirs bigint, odd boolean, pass dz_pass);
    create or replace table sets (pass varchar, grp varchar, side varchar, id bigint);
    create or replace table unclear (pass varchar, grp varchar, side varchar, id bigint);`);
  const stands =
    (await countOf(engine, 'undone')) === 0n
      ? ''
      : 'and id not in (select payment from undone) and id not in (select reversal from undone)';
  await engine.run(`
    create or replace view ours_open as select * from ours;
    create or replace view theirs_open as select * from theirs where kind <> 'chargeback' ${stands};`);
}

/**
 * Groups by key: one with one is a pair. With equal amounts n ≤ m pairs by time and leaves the surplus (a duplicate payment);
 * n > m is unclear, because nothing tells which order was paid. With any amount the whole key is one set.
 *
 * Nearly every key stands once a side: those meet in one join, which also tells who stayed alone. The keys that stand more often
 * are told by the lines that met more than once, and are looked at closely. `alike`: all lines go one way in one currency, which need
 * not be compared then. Whether anything was taken.
 */
async function referencePass(engine: Engine, pass: Pass, says: Says, alike: boolean): Promise<boolean> {
  const way = pass.way ? `and way = '${pass.way}'` : '';
  const own = pass.amount === 'equal' ? 'key, amount' : 'key';
  const key = `way, currency, ${own}`;
  const takesPart = {
    ours: `${says === 'paid' ? 'says_paid' : 'not says_paid'} ${way} and ${pass.ours} is not null`,
    theirs: `${pass.theirs} is not null ${way}`,
  };
  const columns = 'id, way, currency, amount, channel, occurred_at';
  await engine.run(`
    create or replace temp view o as select ${columns}, ${pass.ours} as key from ours_open where ${takesPart.ours};
    create or replace temp view t as select ${columns}, ${pass.theirs} as key from theirs_open where ${takesPart.theirs};`);
  const label = labelOf(pass, says);
  const crowd = await meet(engine, key, alike ? own : key);
  await engine.run(`
    create or replace temp table taken (ours bigint, theirs bigint);
    create or replace temp table alone as select ours, theirs from met where ours is null or theirs is null;`);
  const { pairs, first } = await engine.one<{ pairs: bigint; first: boolean }>(`
    select (select count(*) from met) - (select count(*) from alone) as pairs, not exists (from pairs) as first`);
  const odd = says === 'paid' ? 'differ' : 'true';
  if (pairs > 0n && first) {
    // The pass that takes the most is nearly always the first that takes any: what met becomes the pairs, and is not copied.
    await engine.run(`
      delete from met where ours is null or theirs is null;
      alter table met add column pass dz_pass default ${quote(label)};
      alter table met rename differ to odd; ${odd === 'true' ? 'update met set odd = true;' : ''}
      drop table pairs; alter table met rename to pairs;`);
  } else if (pairs > 0n) {
    await engine.run(
      `insert into pairs select ours, theirs, ${odd}, ${quote(label)} from met where ours is not null and theirs is not null`,
    );
  }
  if (crowd) await crowdedKeys(engine, pass, label, key, says);
  if (pairs === 0n && (await countOf(engine, 'taken')) === 0n) return false;
  for (const [side, table, other] of [
    ['o', 'ours', 'theirs'],
    ['t', 'theirs', 'ours'],
  ] as const) {
    const stays = [
      `(${takesPart[table]}) is not true`,
      `id in (select ${table} from alone where ${other} is null)`,
      ...(crowd
        ? [
            `id in (select id from ${side} where hash(${key}) in (select h from crowded) and id not in (select ${table} from taken where ${table} is not null))`,
          ]
        : []),
    ];
    await replaceOpen(engine, table, stays);
  }
  return true;
}

/** The open side becomes what of it fulfils one of `stays`, of which no line fulfils two. */
async function replaceOpen(engine: Engine, side: 'ours' | 'theirs', stays: readonly string[]): Promise<void> {
  const parts = stays.map((condition) => `select * from ${side}_open where ${condition}`);
  const { view } = await engine.one<{ view: boolean }>(
    `select exists (from duckdb_views() where view_name = '${side}_open') as view`,
  );
  await engine.run(`
    create or replace table ${side}_left_open as ${parts.join(' union all ')};
    drop ${view ? 'view' : 'table'} ${side}_open; alter table ${side}_left_open rename to ${side}_open;`);
}

/**
 * Keys that may stand more than once on a side; few in a sound book. Where one order was paid through several channels, a line of
 * the channel the order names goes before the others. `taken` gets every line that is used up.
 */
async function crowdedKeys(engine: Engine, pass: Pass, label: string, key: string, says: Says): Promise<void> {
  const group = `concat_ws('/', ${key})`;
  const odd = (differ: string): string => (says === 'paid' ? differ : 'true');
  await engine.run(`
    create or replace temp table crowd as
    with close as (
      select 'o' as side, * from o where hash(${key}) in (select h from crowded)
      union all select 't', * from t where hash(${key}) in (select h from crowded)),
    counted as (select *, count(*) filter (side = 'o') over g as n, count(*) filter (side = 't') over g as m from close window g as (partition by ${key}))
    select * from counted where n > 0 and m > 0;

    -- A hash in common and nothing else: an ordinary pair.
    create or replace temp table ordinary as
    select min(id) filter (side = 'o') as ours, min(id) filter (side = 't') as theirs,
      min(amount) filter (side = 'o') <> min(amount) filter (side = 't') as differ
    from crowd where n = 1 and m = 1 group by ${key};
    insert into pairs select ours, theirs, ${odd('differ')}, ${quote(label)} from ordinary;
    insert into taken select ours, theirs from ordinary;
    create or replace temp table crowd as select * exclude (n, m) from crowd where n > 1 or m > 1;`);
  if (pass.amount === 'any') {
    await engine.run(`
      insert into sets select ${quote(label)}, ${group}, side, id from crowd;
      insert into taken select case side when 'o' then id end, case side when 't' then id end from crowd`);
    return;
  }
  for (const same of [`${key}, channel`, key]) {
    await engine.run(`
      create or replace temp table counted as
      select *, count(*) filter (side = 'o') over g as n, count(*) filter (side = 't') over g as m,
        row_number() over (partition by side, ${same} order by occurred_at, id) as k
      from crowd window g as (partition by ${same});
      create or replace temp table by_time as
      select x.id as ours, y.id as theirs from counted x join counted y using (${same}, k) where x.side = 'o' and y.side = 't' and x.n <= x.m;
      insert into pairs select ours, theirs, ${odd('false')}, ${quote(label)} from by_time;
      insert into taken select ours, theirs from by_time;
      insert into unclear select ${quote(label)}, concat_ws('/', ${same}), side, id from counted where n > m and m > 0;
      insert into taken select case side when 'o' then id end, case side when 't' then id end from counted where n > m and m > 0;
      create or replace temp table crowd as
      select * exclude (n, m, k) from counted where not (n > m and m > 0) and not (n <= m and k <= n)`);
  }
}

/**
 * Stickers and stand-alone POS: no number is shared, but terminal, amount and time may be. Lines of one place and amount
 * that lie within the window of each other form an island; one with one is a pair, more on either side is unclear.
 */
async function placePass(engine: Engine, windowMinutes: number): Promise<void> {
  const gap = BigInt(windowMinutes) * 60_000_000n;
  const placed = 'place is not null and occurred_at is not null';
  const { some } = await engine.one<{ some: boolean }>(
    `select exists (from ours_open where says_paid and ${placed}) and exists (from theirs_open where ${placed}) as some`,
  );
  if (!some) return;
  await engine.run(`
    create or replace temp table islands as
    with both_sides as (
      select 'o' as side, id, way, currency, amount, place, occurred_at from ours_open where says_paid and ${placed}
      union all
      select 't', id, way, currency, amount, place, occurred_at from theirs_open where ${placed}),
    marked as (
      select *, case when occurred_at - lag(occurred_at) over w <= ${gap} then 0 else 1 end as starts
      from both_sides window w as (partition by way, currency, amount, place order by occurred_at, side, id)),
    numbered as (
      select *, sum(starts) over (partition by way, currency, amount, place order by occurred_at, side, id) as island from marked)
    select *, count(*) filter (side = 'o') over g as n, count(*) filter (side = 't') over g as m
    from numbered window g as (partition by way, currency, amount, place, island);
    create or replace temp table islands as select * from islands where n > 0 and m > 0;

    insert into pairs
    select min(id) filter (side = 'o'), min(id) filter (side = 't'), false, '${PLACE_PASS.name}'
    from islands where n = 1 and m = 1 group by way, currency, amount, place, island;

    insert into unclear
    select '${PLACE_PASS.name}', concat_ws('/', way, currency, place, amount, island), side, id from islands where n > 1 or m > 1;`);
  for (const [side, table] of [
    ['o', 'ours'],
    ['t', 'theirs'],
  ] as const)
    await replaceOpen(engine, table, [`id not in (select id from islands where side = '${side}')`]);
}
