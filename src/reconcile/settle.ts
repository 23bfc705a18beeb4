/**
 * The joints `batches` and `bank`: runs them over the tables and turns what is left into drafts. The judgement about dates is
 * here: what is due by the plan, and whether a statement reaches that far.
 */
import { dateOfDay, dayNumber, stamp } from '../base/time.ts';
import type { Engine } from '../files/engine.ts';
import { quote } from '../files/engine.ts';
import type { CalendarYear } from '../plans/calendar.ts';
import { cardSql } from '../plans/card.ts';
import { expectedFeeSql } from '../plans/fee.ts';
import { type Plan, planFor, withYears } from '../plans/plan.ts';
import { dueTable } from '../plans/promise.ts';
import { type BankBatch, type BankCredit, type BankOutcome, matchBank } from './bank.ts';
import { buildBatches, type DueRow, matchLedger, prepareSettlement, type TermsRow } from './batches.ts';
import { type Draft, draftOf, SHOWN } from './drafts.ts';
import { withhold } from './withhold.ts';

export type BatchRow = Readonly<{
  id: string;
  kind: 'stated' | 'payout' | 'implied';
  channel: string;
  account: string;
  currency: string;
  ref: string | null;
  lines: bigint;
  gross: bigint | null;
  refunds: bigint | null;
  fees: bigint;
  fee_scale: number;
  members_net: bigint;
  net: bigint;
  from_on: string;
  to_on: string;
  due_on: string | null;
  payout_line: bigint | null;
}>;

export type Settled = Readonly<{
  batches: readonly BatchRow[];
  drafts: readonly Draft[];
  bank: BankOutcome;
  /** Per currency, for the proof of the joint `bank`. */
  asOfOn: string;
}>;

const dateOf = (day: number): string => dateOfDay(day).toString();

export type Terms = Readonly<{
  plans: readonly Plan[];
  /** Years of calendars that are not built in. */
  years?: readonly CalendarYear[] | undefined;
}>;

export async function settle(
  engine: Engine,
  { plans, years = [] }: Terms,
  asOf: bigint,
  zone: string,
): Promise<Settled> {
  const asOfOn = stamp(asOf - 1n, zone).slice(0, 10);
  const accounts = await engine.all<{ channel: string; account: string; first: string; last: string }>(`
    select channel, coalesce(account, '') as account, min(business_on) as first, max(business_on) as last from used_lines
    where role in ('channel', 'balance') and channel is not null and business_on is not null group by 1, 2 order by 1, 2`);
  const terms: TermsRow[] = [];
  const due: DueRow[] = [];
  for (const a of accounts) {
    const planOn = (on: Temporal.PlainDate): Plan =>
      planFor(plans, a.channel, a.account === '' ? undefined : a.account, on);
    const [first, last] = [Temporal.PlainDate.from(a.first), Temporal.PlainDate.from(a.last)];
    for (const { plan, from, to } of inForce(planOn, first, last)) {
      const [hours, minutes] = plan.settle.cutoff.split(':').map(Number);
      // Where the merchant funds a coupon, the two differ.
      const charged = plan.fee?.base === 'amount' ? 'l.amount' : 'coalesce(l.settle, l.amount)';
      const sql = expectedFeeSql(plan, charged, 'l.currency', `(${cardSql('l.channel', 'l.method')})`);
      const agreedFee = plan.fee && { sql, rounding: plan.fee.rounding };
      const { channel, account } = a;
      const cutoffMinutes = hours! * 60 + minutes!;
      terms.push({
        channel,
        account,
        from,
        to,
        zone: plan.settle.zone,
        cutoffMinutes,
        ...(agreedFee && { agreedFee }),
      });
    }
    const dated = (on: Temporal.PlainDate): Plan => withYears(planOn(on), years);
    for (const row of dueTable(dated, first, last.add({ days: 1 }))) {
      due.push({
        channel: a.channel,
        account: a.account,
        settleOn: row.settleOn.toString(),
        batchOn: row.batchOn.toString(),
        dueOn: row.dueOn.toString(),
      });
    }
  }
  await prepareSettlement(engine, terms, due);
  await buildBatches(engine);
  await withhold(engine, plans, due);
  await matchLedger(engine);
  const batches = await engine.all<BatchRow>('select * from batches order by id');
  const credits = await bankCredits(engine, plans);
  const carried = await engine.all<{ channel: string; account: string; first: string }>(
    'select channel, account, min(to_on) as first from carried_batches group by 1, 2',
  );
  const windowDays = Math.max(
    0,
    ...[...accounts, ...carried].map(
      (a) => planFor(plans, a.channel, a.account, Temporal.PlainDate.from(a.first)).valueWindowDays,
    ),
  );
  const bank = matchBank(batches.map(bankBatch), credits, windowDays);
  const drafts = [
    ...(await draftFees(engine)),
    ...(await draftLedger(engine, due, asOfOn)),
    ...(await draftStated(engine)),
    ...(await draftBank(engine, batches, bank, asOfOn)),
  ];
  return { batches, drafts, bank, asOfOn };
}

/** The spans of days under one plan, both ends included; a change of terms falls on its day. */
function inForce(
  planOn: (on: Temporal.PlainDate) => Plan,
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
): { plan: Plan; from: string; to: string }[] {
  const spans: { plan: Plan; from: string; to: string }[] = [];
  for (let on = first; Temporal.PlainDate.compare(on, last) <= 0; on = on.add({ days: 1 })) {
    const plan = planOn(on);
    const open = spans.at(-1);
    // A channel without a plan of its own gets its default anew each day: the same terms in another object.
    if (open && (open.plan === plan || JSON.stringify(open.plan, bigintText) === JSON.stringify(plan, bigintText)))
      open.to = on.toString();
    else spans.push({ plan, from: on.toString(), to: on.toString() });
  }
  return spans;
}

const bigintText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

const bankBatch = (b: BatchRow): BankBatch => ({
  id: b.id,
  channel: b.channel,
  account: b.account,
  currency: b.currency,
  net: b.net,
  dueDay: b.due_on === null ? undefined : dayNumber(b.due_on),
  ref: b.ref ?? undefined,
});

/** Bank lines that come from a channel, by the names the plans give it. The others are the merchant's other business. */
async function bankCredits(engine: Engine, plans: readonly Plan[]): Promise<BankCredit[]> {
  const channels = await engine.all<{ channel: string }>(
    `select distinct channel from used_lines where role in ('order', 'channel', 'balance') and channel is not null
    union select channel from carried_batches order by 1`,
  );
  const known = new Set([
    ...channels.map((c) => c.channel),
    ...plans.map((p) => p.channel),
    'wechatpay',
    'alipay',
    'lakala',
    'unionpay',
  ]);
  const names = [...known].sort().map((channel) => {
    const own = plans.filter((p) => p.channel === channel).flatMap((p) => p.bankNames);
    const all =
      own.length > 0 ? own : planFor(plans, channel, undefined, Temporal.PlainDate.from('1970-01-01')).bankNames;
    const any = all.map((n) => `contains(said, ${quote(n.toUpperCase())})`).join(' or ');
    return `when ${any} then ${quote(channel)}`;
  });
  await engine.run(`
    create or replace table bank_channel as
    select id, case ${names.join(' ')} end as channel from (
      select id, upper(concat_ws(' ', party, text, order_ref)) as said from used_lines where role = 'bank' and status = 'done')`);
  const rows = await engine.all<{
    id: bigint;
    channel: string;
    currency: string;
    amount: bigint;
    on_: string;
    text: string;
    kind: string;
  }>(`
    select l.id, c.channel, l.currency, l.amount, coalesce(l.value_on, l.business_on) as on_, l.kind,
      concat_ws(' ', l.text, l.party, l.bank_ref, l.order_ref, l.channel_ref, l.batch_ref) as text
    from used_lines l join bank_channel c on c.id = l.id where c.channel is not null and l.amount <> 0 order by l.id`);
  return rows.map((r) => ({
    id: r.id,
    channel: r.channel,
    currency: r.currency,
    amount: r.amount,
    day: dayNumber(r.on_),
    text: r.text,
    undoes: r.kind === 'reversal' || r.kind === 'payout_return',
  }));
}

/** Fees that are not the agreed ones: one draft per channel account and settle day, with the lines at fault. */
async function draftFees(engine: Engine): Promise<Draft[]> {
  const rows = await engine.all<Parameters<typeof draftOf>[1]>(`
    select 'fee_differs' as finding, currency, stated - agreed as difference, stated - agreed as stake, null::bigint as other, channel, account,
      settle_on as on_, ids[:${SHOWN}] as ours, null::bigint[] as theirs, null::bigint[] as candidates, lines as n_ours, 0 as n_theirs
    from fee_differences`);
  return rows.map((r) => draftOf('batches', r));
}

/** Lines the ledger does not have, entries no line explains, and pairs whose amounts differ. */
async function draftLedger(engine: Engine, due: readonly DueRow[], asOfOn: string): Promise<Draft[]> {
  const none = 'null::bigint[]';
  const rows = await engine.all<Parameters<typeof draftOf>[1] & { due_on: string | null; ledger_to: string | null }>(`
    with reach as (select channel, max(to_on) as to_on from docs where role = 'balance' group by channel)
    select 'settling' as finding, u.currency, u.settle - u.fee_rounded as difference, u.settle as stake, null::bigint as other, u.channel, u.account,
      u.settle_on as on_, [u.id] as ours, ${none} as theirs, ${none} as candidates, 1 as n_ours, 0 as n_theirs, d.due_on, r.to_on as ledger_to
    from lines_unsettled u left join due d on d.channel = u.channel and d.account = u.account and d.settle_on = u.settle_on
      left join reach r on r.channel = u.channel
    union all
    select 'settled_without_line', e.currency, -(e.amount + coalesce(f.amount, 0))::bigint, e.amount, null, e.channel, e.account, e.business_on,
      ${none}, list_concat([e.id], f.ids), ${none}, 0, 1 + coalesce(len(f.ids), 0), null, null
    from entries_unexplained e left join (select entry, sum(amount) as amount, list(id order by id) as ids from stray_fees group by entry) f on f.entry = e.id
    union all
    select 'settled_short', l.currency, p.difference, l.settle, e.amount, l.channel, l.account, l.settle_on, [p.line], [p.entry], ${none}, 1, 1, null, null
    from entry_pairs p join settle_lines l on l.id = p.line join lines e on e.id = p.entry where p.difference <> 0
    union all
    select 'fee_differs', currency, sum(delta)::bigint, sum(delta)::bigint, null, channel, '', on_, ${none}, ${none}, ${none}, 0, sum(n)::bigint, null, null from (
      select currency, channel, settle_on as on_, -fee_rounded as delta, 1 as n from settle_lines where id in (select line from entry_pairs where not net)
      union all select currency, channel, business_on, -amount, 0 from used_lines
      where role = 'balance' and kind = 'fee' and status = 'done' and id not in (select id from stray_fees))
    group by currency, channel, on_ having sum(delta) <> 0`);
  return rows.map(({ due_on, ledger_to, ...row }) => {
    const draft = draftOf('batches', row);
    if (draft.finding !== 'settling') return draft;
    const promised = due_on ?? due.at(-1)?.dueOn ?? asOfOn;
    const late = ledger_to !== null && promised <= ledger_to;
    return late ? { ...draft, finding: 'not_settled', dueOn: ledger_to } : { ...draft, dueOn: promised };
  });
}

/** A payout the document states that is not the sum of its lines. */
async function draftStated(engine: Engine): Promise<Draft[]> {
  const rows = await engine.all<Parameters<typeof draftOf>[1]>(`
    select 'settled_short' as finding, currency, members_net - net as difference, members_net as stake, net as other, channel, account, to_on as on_,
      null::bigint[] as ours, case when payout_line is null then null::bigint[] else [payout_line] end as theirs, null::bigint[] as candidates, lines as n_ours, 1 as n_theirs
    from batches where kind = 'stated' and members_net <> net`);
  return rows.map((r) => draftOf('batches', r));
}

async function draftBank(
  engine: Engine,
  batches: readonly BatchRow[],
  bank: BankOutcome,
  asOfOn: string,
): Promise<Draft[]> {
  const [reach] = await engine.all<{ to_on: string | null }>(
    `select max(to_on) as to_on from docs where role = 'bank'`,
  );
  const firsts = await engine.all<{ channel: string; due_on: string }>(`
    select d.channel, min(u.due_on) as due_on from docs d join due u on u.channel = d.channel and u.settle_on = d.from_on
    where d.role in ('channel', 'balance') group by d.channel
    union all
    select channel, min(due_on) from carried_batches
    where channel not in (select channel from docs where role in ('channel', 'balance') and channel is not null) group by channel`);
  const firstDue = new Map(firsts.map((f) => [f.channel, f.due_on]));
  const bankTo = reach?.to_on ?? undefined;
  const toldLate = new Set(
    (await engine.all<{ id: string }>('select id from carried_batches where told_late')).map((b) => b.id),
  );
  const rowOf = new Map(batches.map((b) => [b.id, b]));
  const sum = (xs: readonly bigint[]): bigint => xs.reduce((a, b) => a + b, 0n);
  const base = (bs: readonly BankBatch[], cs: readonly BankCredit[]) => {
    const rows = bs.map((b) => rowOf.get(b.id)!);
    const first = rows[0];
    const net = sum(bs.map((b) => b.net));
    const paid = sum(cs.map((c) => c.amount));
    return {
      joint: 'bank' as const,
      currency: first?.currency ?? cs[0]!.currency,
      difference: net - paid,
      stake: net === 0n ? paid : net,
      channel: first?.channel ?? cs[0]!.channel,
      ...(first && first.account !== '' && { account: first.account }),
      businessOn: first?.to_on ?? dateOf(cs[0]!.day),
      ...(first?.due_on && { dueOn: first.due_on }),
      ours: [],
      theirs: cs.map((c) => c.id),
      candidates: [],
      counts: { ours: bs.length, theirs: cs.length },
      batches: bs.map((b) => b.id),
    };
  };
  const drafts: Draft[] = [];
  for (const b of bank.batchesLeft) {
    const due = rowOf.get(b.id)!.due_on ?? undefined;
    const finding =
      due !== undefined && bankTo !== undefined && due <= bankTo
        ? toldLate.has(b.id)
          ? 'bank_still_late'
          : 'bank_late'
        : due === undefined || due <= asOfOn
          ? 'bank_not_checked'
          : 'bank_waiting';
    drafts.push({ ...base([b], []), finding, ...(finding === 'bank_late' && { note: bankTo! }) });
  }
  for (const c of bank.creditsLeft) {
    const earlier = firstDue.get(c.channel);
    const finding = earlier !== undefined && dateOf(c.day) < earlier ? 'credit_of_earlier_days' : 'credit_unidentified';
    drafts.push({ ...base([], [c]), finding });
  }
  for (const m of bank.differing) {
    const one = base(m.batches, m.credits);
    drafts.push({
      ...one,
      other: one.stake - one.difference,
      finding: one.difference > 0n ? 'bank_short' : 'bank_over',
    });
  }
  for (const r of bank.returned) {
    const one = base(r.batches, [...r.credits, ...r.backs]);
    drafts.push({
      ...one,
      stake: sum(r.credits.map((c) => c.amount)),
      note: dateOf(r.backs[0]!.day),
      finding: 'payout_returned',
    });
  }
  for (const m of bank.unclear) {
    const one = base(m.batches, m.credits);
    drafts.push({ ...one, stake: m.credits[0]?.amount ?? one.stake, finding: 'unclear' });
  }
  return drafts;
}
