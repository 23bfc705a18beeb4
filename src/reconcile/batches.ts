/**
 * The second joint: channel lines ↔ settlement batches. Three kinds of batch, by what the documents hold:
 *
 * `stated`   the lines name their batch (Stripe, Adyen): Σ net of its lines is compared with the payout the document states.
 * `payout`   the account's ledger at the channel is there (WeChat fund flow, Alipay ledger): each line must stand in the
 *            ledger, and the ledger's payouts are what the bank should show. PayPal's bill is its own ledger (`self`).
 * `implied`  neither: one batch per account and settle day follows from the plan, due by the plan's calendar.
 *
 * Fees are summed at the source's scale and rounded where the source rounds (I3). All set-based; O(lines) with one hash join.
 */
import { type Engine, quote } from '../files/engine.ts';
import { tableOrView } from '../files/lines.ts';
import { meet } from './meet.ts';

/**
 * Due dates the plans give, one row per channel account and settle day; filled by the caller from `plans/`. `batchOn` is the day on which
 * the batch of the settle day closes: another one where a plan pays by week or month.
 */
export type DueRow = Readonly<{ channel: string; account: string; settleOn: string; batchOn: string; dueOn: string }>;
/** Terms of a channel account that SQL needs: where its day ends, and its agreed fee as SQL over `settle` and `currency`. */
export type TermsRow = Readonly<{
  channel: string;
  account: string;
  /** First and last business date they are in force for these documents. */
  from: string;
  to: string;
  zone: string;
  cutoffMinutes: number;
  agreedFee?: Readonly<{ sql: string; rounding: 'row' | 'day' | 'batch' }>;
}>;

/**
 * `settle_lines`: the channel lines that move the merchant's account, with what each is worth net. `settle_sums`: their sums by batch and day, made in one pass. `fee_differences`: where
 * the stated fee is not the agreed one, by row or by day as the plan rounds.
 */
export async function prepareSettlement(
  engine: Engine,
  terms: readonly TermsRow[],
  due: readonly DueRow[],
): Promise<void> {
  const values = due.map((d) => `(${[d.channel, d.account, d.settleOn, d.batchOn, d.dueOn].map(quote).join(', ')})`);
  const rows = values.length > 0 ? `values ${values.join(', ')}` : 'select null, null, null, null, null where false';
  await engine.run(`
    create or replace table due (channel varchar, account varchar, settle_on date, batch_on date, due_on date);
    insert into due select column0, column1, column2::date, column3::date, column4::date
    from (${rows}) as v(column0, column1, column2, column3, column4);`);
  const whose = (t: TermsRow): string =>
    `l.channel = ${quote(t.channel)} and coalesce(l.account, '') = ${quote(t.account)} and l.business_on between ${quote(t.from)} and ${quote(t.to)}`;
  const cut = terms
    .filter((c) => c.cutoffMinutes > 0 && c.cutoffMinutes < 24 * 60)
    .map(
      (c) =>
        `when ${whose(c)} and l.occurred_at is not null
         then greatest(l.business_on, (timezone(${quote(c.zone)}, make_timestamptz(l.occurred_at)) + interval ${24 * 60 - c.cutoffMinutes} minutes)::date)`,
    );
  // Only payments are judged: what a channel gives back of a fee on a partial refund depends on what it had rounded before.
  const agreed = (by: 'row' | 'sum'): string => {
    const cases = terms
      .filter((t) => t.agreedFee !== undefined && (t.agreedFee.rounding === 'row') === (by === 'row'))
      .map((t) => `when ${whose(t)} then ${t.agreedFee!.sql}`);
    return cases.length > 0 ? `case when l.kind <> 'payment' then null ${cases.join(' ')} end` : 'null';
  };
  const byBatch = terms.filter((t) => t.agreedFee?.rounding === 'batch').map((t) => `when ${whose(t)} then true`);
  const owed = 'coalesce(l.settle, l.amount)';
  await engine.run(`
    -- A list of payouts alone is no ledger: it does not say what was settled.
    create or replace table ledgered as
    select distinct l.channel, nullif(l.account, '') as account from used_lines l where role = 'balance' and kind <> 'payout' and kind <> 'payout_return';
    -- A channel's bill that holds payouts naming no batch (PayPal) is its own ledger.
    create or replace table self_ledgered as
    select distinct channel, account from used_lines where role = 'channel' and kind = 'payout' and batch_ref is null;

  `);
  const { some } = await engine.one<{ some: boolean }>(
    'select exists (from ledgered) or exists (from self_ledgered) as some',
  );
  // Without any ledger there is nothing to ask line by line.
  const ledger = some
    ? `when exists (select 1 from self_ledgered g where g.channel = l.channel and g.account is not distinct from l.account) then 'self'
        when exists (select 1 from ledgered g where g.channel = l.channel and (g.account is null or g.account = l.account)) then 'payout'`
    : '';
  await engine.run(`
    create or replace ${tableOrView(engine)} settle_lines as
    select l.id, l.doc, l.kind, l.channel, coalesce(l.account, '') as account, l.currency, l.batch_ref,
      l.amount, ${owed} as settle, coalesce(l.fee, 0) as fee, coalesce(l.fee_scale, dz_exponent(l.currency)) as fee_scale,
      dz_round(coalesce(l.fee, 0), coalesce(l.fee_scale, dz_exponent(l.currency))::integer, dz_exponent(l.currency)) as fee_rounded,
      (${agreed('row')})::bigint as fee_agreed, (${agreed('sum')})::hugeint as fee_agreed_fine,
      ${byBatch.length > 0 ? `case ${byBatch.join(' ')} else false end` : 'false'} as fee_by_batch,
      d.rounding, l.channel_ref, l.order_ref, l.refund_ref, l.business_on, l.value_on,
      ${cut.length > 0 ? `case ${cut.join(' ')} else l.business_on end` : 'l.business_on'} as settle_on,
      case when l.batch_ref is not null then 'stated' ${ledger} else 'implied' end as way_of_batch
    from used_lines l join docs d on d.doc = l.doc
    where l.role = 'channel' and not d.carried and l.status = 'done' and l.kind <> 'payout'
      -- What a bank sent back is paid out again in the batch that names it.
      and (l.kind <> 'payout_return' or l.batch_ref is not null);

    create or replace table settle_sums as
    select way_of_batch, channel, account, currency, case when way_of_batch = 'stated' then batch_ref end as batch_ref, settle_on, business_on,
      rounding, count(*) as lines, sum(amount) filter (kind = 'payment') as gross,
      sum(amount) filter (kind in ('refund', 'reversal', 'chargeback')) as refunds, sum(settle) as settle, sum(fee) as fee,
      max(fee_scale) as fee_scale, sum(fee_rounded) as fee_rounded, max(value_on) as value_on,
      count(fee_agreed) as judged, sum(coalesce(fee_agreed, fee_rounded)) as fee_judged
    from settle_lines group by all;

    create or replace table fee_differences as
    select channel, account, currency, settle_on, sum(fee_rounded)::bigint as stated, sum(fee_agreed)::bigint as agreed, count(*) as lines, list(id order by id) as ids
    from settle_lines where fee_rounded <> fee_agreed group by all
    union all
    select channel, account, currency, max(settle_on), dz_round(sum(fee)::bigint, max(fee_scale)::integer, dz_exponent(currency)) as stated,
      dz_round(sum(fee_agreed_fine), dz_exponent(currency) + 6, dz_exponent(currency))::bigint as agreed, count(*), list(id order by id)
    from (select s.*, case when fee_by_batch then coalesce(s.batch_ref, u.batch_on::varchar, s.settle_on::varchar) else s.settle_on::varchar end as whole
      from settle_lines s left join due u on u.channel = s.channel and u.account = s.account and u.settle_on = s.settle_on
      where fee_agreed_fine is not null)
    group by channel, account, currency, whole, fee_by_batch
    having stated <> agreed;`);
}

/**
 * `batches`, and `batch_of(line, batch)`. Net is what the bank should see: the stated payout where the document has one,
 * else Σ settle − Σ fee. `members_net` is always the latter, so that a stated payout can be held against its lines.
 */
export async function buildBatches(engine: Engine): Promise<void> {
  const net = `(sum(settle) - case when any_value(rounding) in ('day', 'batch') then dz_round(sum(fee)::bigint, max(fee_scale)::integer, dz_exponent(any_value(currency)))
    else sum(fee_rounded) end)::bigint`;
  const facts = `sum(lines)::bigint as lines, sum(gross) as gross, sum(refunds) as refunds, sum(fee)::bigint as fees, max(fee_scale)::integer as fee_scale, ${net} as members_net, min(business_on) as from_on, max(business_on) as to_on`;
  await engine.run(`
    -- Which implied batch a settle day belongs to: its own, or the one that closes with its week or month. A part of a week that another
    -- run has had is another batch: each is named after its first day too.
    create or replace table implied_of as
    select s.*, case when first_on = closes_on then closes_on::varchar else closes_on || '.' || first_on end as name from (
      select s.channel, s.account, s.currency, s.settle_on, u.due_on, coalesce(u.batch_on, s.settle_on) as closes_on,
        min(s.settle_on) over (partition by s.channel, s.account, s.currency, closes_on) as first_on
      from (select distinct channel, account, currency, settle_on from settle_sums where way_of_batch = 'implied') s
        left join due u on u.channel = s.channel and u.account = s.account and u.settle_on = s.settle_on) s;

    create or replace table batches as
    with stated_payout as (
      select channel, coalesce(account, '') as account, currency, batch_ref, -sum(amount)::bigint as paid, max(value_on) as value_on, min(id) as line, min(bank_ref) as bank_ref
      from used_lines where role in ('channel', 'balance') and kind = 'payout' and batch_ref is not null and status <> 'failed'
      group by all),
    stated as (
      select channel, account, currency, batch_ref, max(value_on) as value_on, ${facts} from settle_sums
      where way_of_batch = 'stated' group by channel, account, currency, batch_ref),
    implied as (
      select channel, account, currency, name, any_value(due_on) as due_on, ${facts}
      from settle_sums join implied_of using (channel, account, currency, settle_on)
      where way_of_batch = 'implied' group by channel, account, currency, name)
    select 'stated/' || s.channel || '/' || s.account || '/' || s.currency || '/' || s.batch_ref as id, 'stated' as kind, s.channel, s.account, s.currency,
      coalesce(p.bank_ref, s.batch_ref) as ref, s.lines, s.gross, s.refunds, s.fees, s.fee_scale, s.members_net, coalesce(p.paid, s.members_net) as net,
      s.from_on, s.to_on, coalesce(p.value_on, s.value_on) as due_on, p.line as payout_line
    from stated s left join stated_payout p
      on p.channel = s.channel and (p.account = s.account or p.account = '') and p.currency = s.currency and p.batch_ref = s.batch_ref
    union all
    select 'implied/' || i.channel || '/' || i.account || '/' || i.currency || '/' || i.name, 'implied', i.channel, i.account, i.currency,
      null, i.lines, i.gross, i.refunds, i.fees, i.fee_scale, i.members_net, i.members_net, i.from_on, i.to_on, i.due_on, null
    from implied i
    union all
    select 'payout/' || b.channel || '/' || coalesce(b.account, '') || '/' || b.currency || '/' || d.sha || '/' || (b.id - d.first_id), 'payout', b.channel, coalesce(b.account, ''), b.currency,
      b.batch_ref, 0, 0, 0, 0, 2, -b.amount, -b.amount, b.business_on, b.business_on, coalesce(b.value_on, u.due_on, b.business_on), b.id
    from used_lines b join docs d on d.doc = b.doc
      left join due u on u.channel = b.channel and u.account = coalesce(b.account, '') and u.settle_on = b.business_on
    where (b.role = 'balance' or (b.role = 'channel' and b.batch_ref is null)) and b.kind = 'payout' and b.status <> 'failed'
      and not exists (select 1 from stated s where s.channel = b.channel and s.batch_ref = b.batch_ref and s.currency = b.currency);

    alter table batches add column carried boolean default false;
    insert into batches by name
    select * exclude (since_on, told_late), null as payout_line, true as carried from carried_batches where id not in (select id from batches);`);
  const { periods } = await engine.one<{ periods: boolean }>(
    'select exists (from implied_of where name <> settle_on::varchar) as periods',
  );
  await engine.run(`
    create or replace view batch_of as
    select id as line, way_of_batch || '/' || channel || '/' || account || '/' || currency || '/' ||
      case way_of_batch when 'stated' then batch_ref else ${periods ? 'name' : 'settle_on::varchar'} end as batch
    from settle_lines ${periods ? 'left join implied_of using (channel, account, currency, settle_on)' : ''} where way_of_batch in ('stated', 'implied');`);
}

/**
 * How a line and its ledger entry are known to be one, most telling first. A refund may bear the merchant's refund number in
 * the bill and the order's number in the ledger (Alipay); several refunds of one order are told apart by their amounts.
 * `once`: only where each side has the number once. `nth`: the first with the first, where both have it equally often.
 */
const LEDGER_PASSES = [
  { key: 'channel_ref', of: 'once' },
  { key: 'refund_ref', of: 'once' },
  { key: "order_ref || '/' || owed", of: 'nth' },
  { key: 'order_ref', of: 'once' },
] as const;

/**
 * Lines of ledgered accounts ↔ ledger entries, 1:1. `entry_pairs(line, entry, difference, net)`; the rest stays in
 * `lines_unsettled`, `entries_unexplained`. Fees are their own entries, so `settle` is compared, and Σ fees against Σ fee
 * entries per account and day; where an entry is `net`, its fee is inside it (WeChat books refunds so) and is not asked again.
 * `stray_fees(id, entry, amount)`: fee entries of a payment that no line explains go with it.
 */
export async function matchLedger(engine: Engine): Promise<void> {
  const refs = 'channel_ref, refund_ref, order_ref';
  await engine.run(`
    create or replace table lines_unsettled as
    select id, channel, account, currency, kind, settle, settle as owed, fee_rounded, ${refs}, settle_on
    from settle_lines where way_of_batch = 'payout';
    create or replace table entries_unexplained as
    select id, channel, coalesce(account, '') as account, currency, kind, amount, amount as owed, ${refs}, business_on
    from used_lines where role = 'balance' and status = 'done' and kind in ('payment', 'refund', 'reversal', 'chargeback');
    create or replace table entry_pairs (line bigint, entry bigint, difference bigint, net boolean);`);
  const same = 'channel, currency, incoming, key';
  for (const { key, of } of LEDGER_PASSES) {
    const keyed = (table: string): string => `
      select id, owed as amount, channel, currency, owed > 0 as incoming, ${key} as key from ${table} where ${key} is not null`;
    await engine.run(`
      create or replace temp view o as ${keyed('lines_unsettled')};
      create or replace temp view t as ${keyed('entries_unexplained')};`);
    const { some } = await engine.one<{ some: boolean }>('select exists (from o) and exists (from t) as some');
    if (!some) continue;
    if (of === 'once') await meet(engine, same);
    else {
      const nth = (side: string): string => `
        (select *, count(*) over same as n, row_number() over (same order by id) as nth from ${side} window same as (partition by ${same}))`;
      await engine.run(`
        create or replace temp table met as
        select o.id as ours, t.id as theirs from ${nth('o')} o join ${nth('t')} t using (${same}, n, nth)`);
    }
    await engine.run(`
      insert into entry_pairs
      select l.id, e.id, case when e.amount = l.settle - l.fee_rounded then 0 else l.settle - e.amount end,
        e.amount <> l.settle and e.amount = l.settle - l.fee_rounded
      from met m join lines_unsettled l on l.id = m.ours join entries_unexplained e on e.id = m.theirs;
      create or replace table lines_unsettled as select * from lines_unsettled where id not in (select line from entry_pairs);
      create or replace table entries_unexplained as select * from entries_unexplained where id not in (select entry from entry_pairs);`);
  }
  await engine.run(`
    create or replace table stray_fees as
    select f.id, min(e.id) as entry, f.amount from used_lines f
      join entries_unexplained e on e.kind = 'payment' and e.channel = f.channel and e.currency = f.currency and e.channel_ref = f.channel_ref
    where f.role = 'balance' and f.kind = 'fee' and f.status = 'done' group by f.id, f.amount;`);
}
