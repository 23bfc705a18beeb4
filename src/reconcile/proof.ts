/**
 * The proof (I10): Σ ours − Σ theirs = Σ of what is explained, per joint and currency, to the cent; and every line in exactly
 * one place. The left side comes from plain SELECTs over the lines as read, which share no code with the passes; the documents'
 * own control figures were held against those same lines when they were read.
 */
import { DaozhangError } from '../base/errors.ts';
import { decimalText } from '../base/money.ts';
import type { Engine } from '../files/engine.ts';
import { findingOf } from '../verdicts/findings.ts';
import type { BankOutcome } from './bank.ts';
import { amountOf } from './collect.ts';
import type { Draft } from './drafts.ts';
import { THROUGH_A_CHANNEL } from './orders.ts';
import { JOINTS, type Joint, type Proof } from './result.ts';

type Sums = { joint: Joint; currency: string; ours: bigint; theirs: bigint; rounding: bigint };

const LEFT_SIDES = `
  select 'orders' as joint, currency,
    coalesce(sum(amount) filter (ours), 0) as ours, coalesce(sum(amount) filter (not ours), 0) as theirs, 0 as rounding
  from (
    select currency, amount, true as ours from used_lines
      where role = 'order' and ${THROUGH_A_CHANNEL} and status in ('paid', 'refunded') and kind in ('payment', 'refund')
    -- An order that says refunded without a refund row gave back what it was paid.
    union all select currency, -amount, true from used_lines
      where role = 'order' and ${THROUGH_A_CHANNEL} and status = 'refunded' and kind = 'payment' and (order_ref is null or order_ref not in (
        select order_ref from used_lines where role = 'order' and kind = 'refund' and order_ref is not null))
    union all select currency, amount, false from used_lines
      where role = 'channel' and status = 'done' and kind in ('payment', 'refund', 'reversal', 'chargeback')
  ) group by currency
  union all
  select 'batches', currency, sum(ours), sum(theirs), sum(rounding) from (
    select currency, settle - coalesce(fee_agreed, fee_rounded) as ours, 0 as theirs, 0 as rounding from settle_lines
    union all select currency, dz_round(sum(fee)::bigint, max(fee_scale)::integer, dz_exponent(currency))
        - dz_round(sum(fee_agreed_fine), dz_exponent(currency) + 6, dz_exponent(currency))::bigint, 0, 0
      from settle_lines where fee_agreed_fine is not null group by currency, channel, account, settle_on
    union all select currency, 0, net, 0 from batches where kind <> 'payout' and not carried
    union all select currency, 0, settle - fee_rounded, 0 from settle_lines where way_of_batch = 'self'
    union all select currency, 0, 0, sum(fee_rounded)::bigint - dz_round(sum(fee)::bigint, max(fee_scale)::integer, dz_exponent(currency))
      from settle_lines where way_of_batch in ('stated', 'implied') and rounding in ('day', 'batch')
      group by channel, account, currency, way_of_batch, case way_of_batch when 'stated' then batch_ref else settle_on::varchar end
    union all select currency, 0, amount, 0 from used_lines where role = 'balance' and status = 'done'
      and kind in ('payment', 'refund', 'reversal', 'chargeback', 'fee') and exists (select 1 from settle_lines)
  ) group by currency
  union all
  select 'bank', currency, sum(ours), sum(theirs), 0 from (
    select currency, net as ours, 0 as theirs from batches
    union all select l.currency, 0, l.amount from lines l join bank_channel c on c.id = l.id where c.channel is not null
  ) group by currency`;

/** What each joint needs to be worth proving: both of its sides among the documents. */
export type Joined = Readonly<Record<Joint, boolean>>;

export async function prove(
  engine: Engine,
  joined: Joined,
  drafts: readonly Draft[],
  bank: BankOutcome | undefined,
): Promise<Proof[]> {
  const sums = await engine.all<Sums>(
    `select joint, currency, ours::bigint as ours, theirs::bigint as theirs, rounding::bigint as rounding from (${LEFT_SIDES}) order by joint, currency`,
  );
  const counts = {
    orders: await orderCounts(engine),
    batches: await batchCounts(engine),
    bank: await bankCounts(engine, bank),
  };
  const proofs: Proof[] = [];
  for (const joint of JOINTS) {
    if (!joined[joint]) continue;
    for (const s of sums.filter((x) => x.joint === joint)) {
      const explained = new Map<string, bigint>();
      for (const d of drafts) {
        if (d.joint !== joint || d.currency !== s.currency) continue;
        const { class: name, open } = findingOf(d.finding);
        const key = open ? `${name} (open)` : name;
        explained.set(key, (explained.get(key) ?? 0n) + d.difference);
      }
      if (s.rounding !== 0n) explained.set('rounding', -s.rounding);
      const difference = s.ours - s.theirs;
      const residual = difference - [...explained.values()].reduce((a, b) => a + b, 0n);
      if (residual !== 0n) {
        const text = decimalText(residual, s.currency);
        throw new DaozhangError('run.proof_failed', { joint, currency: s.currency, residual: text });
      }
      const amount = (x: bigint) => amountOf(x, s.currency);
      proofs.push({
        joint,
        currency: s.currency,
        ours: amount(s.ours),
        theirs: amount(s.theirs),
        difference: amount(difference),
        explained: Object.fromEntries(
          [...explained].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, amount(v)]),
        ),
        residual: amount(residual),
        counts: counts[joint].get(s.currency) ?? { ours: {}, theirs: {} },
      });
    }
  }
  return proofs;
}

type Counts = Map<string, Proof['counts']>;

function tally(rows: readonly { currency: string; side: string; place: string; n: bigint }[]): Counts {
  const counts = new Map<string, { ours: Record<string, number>; theirs: Record<string, number> }>();
  for (const { currency, side, place, n } of rows) {
    const both = counts.get(currency) ?? { ours: {}, theirs: {} };
    counts.set(currency, both);
    (side === 'o' ? both.ours : both.theirs)[place] = Number(n);
  }
  return counts;
}

/** Where the lines of a side can be, by what they say in the end: ids. A line matched is in `pairs` or `sets`. */
const MATCHED = {
  ours: `select ours as id from pairs union all select id from sets where side = 'o'`,
  theirs: `select theirs as id from pairs union all select id from sets where side = 't'`,
} as const;

/** The other places, few as a rule, with their currency. */
const ELSEWHERE = {
  ours: `
    select 'ambiguous' as place, u.id, x.currency from unclear u join ours x on x.id = u.id where u.side = 'o'
    union all select 'not_paid', id, currency from ours_open where not says_paid
    union all select case finding when 'day_cut' then 'carried' else 'break' end, id, currency from ours_left`,
  theirs: `
    select 'ambiguous' as place, u.id, x.currency from unclear u join theirs x on x.id = u.id where u.side = 't'
    union all select 'cancelled_out', x.id, x.currency from (select payment as id from undone union all select reversal from undone) u join theirs x on x.id = u.id
    union all select case finding when 'day_cut' then 'carried' when 'day_cut_paid' then 'carried' when 'book_missing' then 'out_of_window' else 'break' end, id, currency from theirs_left
    union all select 'break', id, currency from theirs where kind = 'chargeback'`,
} as const;

/**
 * Each order row and channel line in exactly one place, or the run has failed. The lines and the places must be equal as collections of
 * ids: as many, and the same sum of their 64-bit hashes. A line dropped, doubled or in another's place changes the sum; that several such
 * faults cancel out is one chance in 2^64. Leaves `elsewhere_ours` and `elsewhere_theirs(place, id, currency)`: the lines that are not
 * matched.
 */
async function orderCounts(engine: Engine): Promise<Counts> {
  const counted: { currency: string; side: string; place: string; n: bigint }[] = [];
  for (const side of ['ours', 'theirs'] as const) {
    await engine.run(`create or replace temp table elsewhere_${side} as ${ELSEWHERE[side]}`);
    const { lines, placed, same } = await engine.one<{ lines: bigint; placed: bigint; same: boolean }>(`
      with l as (select count(*) as n, sum(hash(id)) as h from ${side}),
      p as (select count(*) as n, sum(hash(id)) as h from (${MATCHED[side]} union all select id from elsewhere_${side}))
      select l.n as lines, p.n as placed, l.h is not distinct from p.h as same from l, p`);
    if (!same || placed !== lines) {
      const residual = (placed === lines ? await misplaced(engine, side) : placed - lines).toString();
      throw new DaozhangError('run.proof_failed', { joint: 'orders', currency: 'lines', residual });
    }
    // So what stands nowhere else is matched: millions need not be joined to be counted.
    const rows = await engine.all<{ currency: string; place: string; n: bigint }>(`
      with counted as (select currency, place, count(*) as n from elsewhere_${side} group by all),
      every as (select currency, count(*) as n from ${side} group by currency)
      select currency, place, n from counted union all
      select e.currency, 'matched', (e.n - coalesce(sum(c.n), 0))::bigint from every e left join counted c on c.currency = e.currency group by e.currency, e.n
      order by all`);
    counted.push(...rows.filter((r) => r.n > 0n).map((r) => ({ ...r, side: side === 'ours' ? 'o' : 't' })));
  }
  return tally(counted);
}

/** How many ids stand in another number of places than one, asked only to tell. */
const misplaced = async (engine: Engine, side: 'ours' | 'theirs'): Promise<bigint> =>
  (
    await engine.one<{ n: bigint }>(`
      select count(*) as n from (select id from (
        select id, 1 as n from ${side} union all select id, -1 from (${MATCHED[side]} union all select id from elsewhere_${side}))
      group by id having sum(n) <> 0)`)
  ).n;

async function batchCounts(engine: Engine): Promise<Counts> {
  return tally(
    await engine.all(`
      select currency, 'o' as side, case when way_of_batch in ('stated', 'implied') then 'in_batch' when way_of_batch = 'self' then 'matched' when id in (select line from entry_pairs) then 'matched' else 'break' end as place, count(*) as n
      from settle_lines group by all
      union all select currency, 't', kind, count(*) from batches group by all order by all`),
  );
}

/** Every booked bank line has been looked at once: as a channel's or as other business. */
async function everyBankLine(engine: Engine): Promise<void> {
  const { held, seen } = await engine.one<{ held: bigint; seen: bigint }>(`
    select (select count(*) from used_lines where role = 'bank' and status = 'done') as held,
      (select count(*) from used_lines l join bank_channel c on c.id = l.id) as seen`);
  if (held !== seen) {
    throw new DaozhangError('run.proof_failed', {
      joint: 'bank',
      currency: 'lines',
      residual: (held - seen).toString(),
    });
  }
}

async function bankCounts(engine: Engine, bank: BankOutcome | undefined): Promise<Counts> {
  await everyBankLine(engine);
  const rows = await engine.all<{ currency: string; side: string; place: string; n: bigint }>(`
    select l.currency, 't' as side, 'not_from_a_channel' as place, count(*) as n
    from used_lines l left join bank_channel c on c.id = l.id where l.role = 'bank' and c.channel is null group by all`);
  const add = (currency: string, side: string, place: string, n: number) =>
    rows.push({ currency, side, place, n: BigInt(n) });
  if (bank) {
    const currencies = new Set(
      [
        ...bank.batchesLeft,
        ...bank.creditsLeft,
        ...[...bank.matched, ...bank.differing, ...bank.unclear, ...bank.returned].flatMap((m) => [
          ...m.batches,
          ...m.credits,
        ]),
      ].map((x) => x.currency),
    );
    for (const currency of [...currencies].sort()) {
      const of = <T extends { currency: string }>(xs: readonly T[]): number =>
        xs.filter((x) => x.currency === currency).length;
      for (const [place, list] of [
        ['matched', bank.matched],
        ['break', [...bank.differing, ...bank.returned]],
        ['ambiguous', bank.unclear],
      ] as const) {
        add(currency, 'o', place, of(list.flatMap((m) => m.batches)));
        add(currency, 't', place, of(list.flatMap((m) => m.credits)));
      }
      add(currency, 'o', 'left', of(bank.batchesLeft));
      add(currency, 't', 'left', of(bank.creditsLeft));
    }
  }
  return tally(rows.filter((r) => r.n > 0n));
}
