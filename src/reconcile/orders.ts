/**
 * The first joint: orders ↔ channel lines, as passes of falling fidelity over what the earlier ones left.
 *
 * Cost: one aggregation per side and one hash join for the first pass; later passes see only the remainder. All of it is
 * set-based SQL that spills; nothing here holds lines in JavaScript.
 *
 * Kept here: a line is used at most once (each pass removes what it took from `ours_open`/`theirs_open`); an ambiguous
 * match is never taken, it is listed as a set.
 */
import type { Text } from '../base/lang.ts';
import type { Engine } from '../files/engine.ts';

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

/**
 * Fills `pairs(pass, ours, theirs)`, `sets(pass, grp, side, id)`, `unclear(pass, grp, side, id)` and leaves the rest in
 * `ours_open`, `theirs_open`. `windowMinutes` bounds the pass over place and time.
 */
export async function matchOrders(engine: Engine, windowMinutes: number, each: (pass: string) => void): Promise<void> {
  await prepare(engine);
  for (const says of ['paid', 'not_paid'] as const) {
    for (const pass of REFERENCE_PASSES) {
      each(pass.name);
      await referencePass(engine, pass, says);
    }
    if (says === 'paid') {
      each(PLACE_PASS.name);
      // A tight window first: in a busy shop equal sales a few minutes apart are still told from each other.
      for (const minutes of [...new Set([Math.min(TIGHT_MINUTES, windowMinutes), windowMinutes])])
        await placePass(engine, minutes);
    }
  }
}

/**
 * `ours` and `theirs`: the lines of this joint, narrow. `way` is `in` for payments and `out` for what goes back.
 * A row that says `refunded` with no refund row of its own states its refund itself: a second line with a negative id.
 * A payment and the reversal that undoes it cancel out before anything is matched (`undone`).
 */
async function prepare(engine: Engine): Promise<void> {
  await engine.run(`
    create or replace table ours as
    select id, doc, case kind when 'payment' then 'in' else 'out' end as way, amount, currency, status,
      status in ('paid', 'refunded') as says_paid, channel, account, coalesce(terminal, store) as place,
      order_ref, payment_ref, channel_ref, occurred_at, business_on
    from used_lines where role = 'order' and ${THROUGH_A_CHANNEL};

    insert into ours
    select -1 - id, doc, 'out', -amount, currency, status, true, channel, account, place, order_ref, null, null, occurred_at, business_on
    from ours o where way = 'in' and status = 'refunded'
      and not exists (select 1 from ours r where r.way = 'out' and r.order_ref = o.order_ref);

    create or replace table theirs as
    select id, doc, case kind when 'payment' then 'in' else 'out' end as way, kind, amount, currency,
      channel, account, coalesce(terminal, store) as place, order_ref, refund_ref, channel_ref, origin_ref, wallet_ref,
      occurred_at, business_on
    from used_lines where role = 'channel' and status = 'done' and kind in ('payment', 'refund', 'reversal', 'chargeback');

    create or replace table undone as
    select min(p.id) as payment, r.id as reversal
    from theirs r join theirs p on p.kind = 'payment' and p.channel_ref = r.origin_ref and p.currency = r.currency and p.amount = -r.amount
    where r.kind = 'reversal' group by r.id
    qualify row_number() over (partition by min(p.id) order by r.id) = 1;

    create or replace table ours_open as select * from ours;
    create or replace table theirs_open as
    select * from theirs where kind <> 'chargeback'
      and id not in (select payment from undone) and id not in (select reversal from undone);
    create or replace table pairs (pass varchar, ours bigint, theirs bigint);
    create or replace table sets (pass varchar, grp varchar, side varchar, id bigint);
    create or replace table unclear (pass varchar, grp varchar, side varchar, id bigint);`);
}

/**
 * Groups by key: one with one is a pair. With equal amounts n ≤ m pairs by time and leaves the surplus (a duplicate payment);
 * n > m is unclear, because nothing tells which order was paid. With any amount the whole key is one set.
 */
async function referencePass(engine: Engine, pass: Pass, says: 'paid' | 'not_paid'): Promise<void> {
  const label = says === 'paid' ? pass.name : `${pass.name} (not paid)`;
  const way = pass.way ? `and way = '${pass.way}'` : '';
  const key = pass.amount === 'equal' ? 'way, currency, key, amount' : 'way, currency, key';
  const using = pass.amount === 'equal' ? 'using (way, currency, key, amount)' : 'using (way, currency, key)';
  const paid = says === 'paid' ? 'says_paid' : 'not says_paid';
  await engine.run(`
    create or replace temp view o as select id, way, currency, amount, channel, occurred_at, ${pass.ours} as key from ours_open where ${paid} ${way} and ${pass.ours} is not null;
    create or replace temp view t as select id, way, currency, amount, channel, occurred_at, ${pass.theirs} as key from theirs_open where ${pass.theirs} is not null ${way};
`);
  // A book without this kind of number has nothing to group; the other side need not be grouped for it.
  const { some } = await engine.one<{ some: boolean }>('select exists (from o) and exists (from t) as some');
  if (!some) return;
  await engine.run(`
    create or replace temp table met as
    select ${key}, o.n as n, t.n as m, o.id as o_id, t.id as t_id
    from (select ${key}, count(*) as n, min(id) as id from o group by ${key}) o
    join (select ${key}, count(*) as n, min(id) as id from t group by ${key}) t ${using};`);
  const { crowded, met } = await engine.one<{ crowded: bigint; met: bigint }>(
    'select count(*) filter (n > 1 or m > 1) as crowded, count(*) as met from met',
  );
  if (met > 0n) {
    await engine.run(`insert into pairs select '${label}', o_id, t_id from met where n = 1 and m = 1`);
    if (crowded > 0n) await crowdedKeys(engine, pass, label, key, using);
    await removeTaken(engine);
  }
}

/**
 * Keys that stand more than once on a side; few in a sound book. Where one order was paid through several channels, a line of
 * the channel the order names goes before the others.
 */
async function crowdedKeys(engine: Engine, pass: Pass, label: string, key: string, using: string): Promise<void> {
  const group = `concat_ws('/', ${key})`;
  await engine.run(`
    create or replace temp table crowd as
    select 'o' as side, o.id, ${key}, o.channel, o.occurred_at from o join met ${using} where n > 1 or m > 1
    union all select 't', t.id, ${key}, t.channel, t.occurred_at from t join met ${using} where n > 1 or m > 1`);
  if (pass.amount === 'any') {
    await engine.run(`insert into sets select '${label}', ${group}, side, id from crowd`);
    return;
  }
  for (const same of [`${key}, channel`, key]) {
    await engine.run(`
      create or replace temp table counted as
      select *, count(*) filter (side = 'o') over g as n, count(*) filter (side = 't') over g as m,
        row_number() over (partition by side, ${same} order by occurred_at, id) as k
      from crowd window g as (partition by ${same});
      insert into pairs
      select '${label}', x.id, y.id from counted x join counted y using (${same}, k) where x.side = 'o' and y.side = 't' and x.n <= x.m;
      insert into unclear select '${label}', concat_ws('/', ${same}), side, id from counted where n > m and m > 0;
      create or replace temp table crowd as
      select * exclude (n, m, k) from counted where not (n > m and m > 0) and not (n <= m and k <= n)`);
  }
}

/** What a pass took leaves the open sides. */
async function removeTaken(engine: Engine): Promise<void> {
  for (const [table, side, column] of [
    ['ours_open', 'o', 'ours'],
    ['theirs_open', 't', 'theirs'],
  ] as const) {
    await engine.run(`
      create or replace table ${table} as select * from ${table} where id not in (select ${column} from pairs)
        and id not in (select id from sets where side = '${side}') and id not in (select id from unclear where side = '${side}')`);
  }
}

/**
 * Stickers and stand-alone POS: no number is shared, but terminal, amount and time may be. Lines of one place and amount
 * that lie within the window of each other form an island; one with one is a pair, more on either side is unclear.
 */
async function placePass(engine: Engine, windowMinutes: number): Promise<void> {
  const gap = BigInt(windowMinutes) * 60_000_000n;
  await engine.run(`
    create or replace temp table islands as
    with both_sides as (
      select 'o' as side, id, way, currency, amount, place, occurred_at from ours_open where says_paid and place is not null and occurred_at is not null
      union all
      select 't', id, way, currency, amount, place, occurred_at from theirs_open where place is not null and occurred_at is not null),
    marked as (
      select *, case when occurred_at - lag(occurred_at) over w <= ${gap} then 0 else 1 end as starts
      from both_sides window w as (partition by way, currency, amount, place order by occurred_at, side, id)),
    numbered as (
      select *, sum(starts) over (partition by way, currency, amount, place order by occurred_at, side, id) as island from marked)
    select *, count(*) filter (side = 'o') over g as n, count(*) filter (side = 't') over g as m
    from numbered window g as (partition by way, currency, amount, place, island);

    insert into pairs
    select '${PLACE_PASS.name}', min(id) filter (side = 'o'), min(id) filter (side = 't')
    from islands where n = 1 and m = 1 group by way, currency, amount, place, island;

    insert into unclear
    select '${PLACE_PASS.name}', concat_ws('/', way, currency, place, amount, island), side, id from islands where n > 0 and m > 0 and (n > 1 or m > 1);`);
  await removeTaken(engine);
}
