/**
 * From what the passes left to findings. A draft names the finding, the money and the lines by id; words and evidence come
 * later (`collect.ts`), so that this file is only about what is true.
 *
 * Kept here (I10): each line that is not matched is in exactly one draft, and a draft's `difference` is what its lines
 * contribute to Σ ours − Σ theirs.
 */
import { type Engine, quote } from '../files/engine.ts';
import type { FindingCode } from '../verdicts/findings.ts';
import type { Joint } from './result.ts';

export type Draft = Readonly<{
  finding: FindingCode;
  joint: Joint;
  currency: string;
  /** ours − theirs. */
  difference: bigint;
  /** The size of the money it is about. */
  stake: bigint;
  /** What the other side says, where that is another figure. */
  other?: bigint;
  channel?: string;
  account?: string;
  businessOn?: string;
  dueOn?: string;
  /** Line ids; a negative id is the refund that order row −1−id states of itself. At most `SHOWN` a side. */
  ours: readonly bigint[];
  theirs: readonly bigint[];
  candidates: readonly bigint[];
  counts: Readonly<{ ours: number; theirs: number }>;
  /** Batch ids that stand on our side of the joint `bank`. */
  batches?: readonly string[];
  /** A date or figure the sentence needs beside the others. */
  note?: string;
}>;

/** Evidence lines listed per side; the counts tell how many there are. */
export const SHOWN = 20;

type Row = {
  finding: FindingCode;
  currency: string;
  difference: bigint;
  stake: bigint;
  other: bigint | null;
  channel: string | null;
  account: string | null;
  on_: string | null;
  ours: bigint[] | null;
  theirs: bigint[] | null;
  candidates: bigint[] | null;
  n_ours: bigint;
  n_theirs: bigint;
};

export function draftOf(joint: Joint, r: Row): Draft {
  return {
    finding: r.finding,
    joint,
    currency: r.currency,
    difference: r.difference,
    stake: r.stake < 0n ? -r.stake : r.stake,
    ...(r.other !== null && { other: r.other }),
    ...(r.channel !== null && { channel: r.channel }),
    ...(r.account !== null && r.account !== '' && { account: r.account }),
    ...(r.on_ !== null && { businessOn: r.on_ }),
    ours: r.ours ?? [],
    theirs: r.theirs ?? [],
    candidates: r.candidates ?? [],
    counts: { ours: Number(r.n_ours), theirs: Number(r.n_theirs) },
  };
}

/** A channel whose day ends before midnight: minutes after midnight in its zone. */
export type Cutoff = Readonly<{ channel: string; minutes: number; zone: string }>;

/** What the judgement about days needs: the run's day, its zone, the margin at the day cut, how long a carried line may wait. */
export type When = Readonly<{
  dayOn: string;
  zone: string;
  marginMinutes: number;
  carryDays: number;
  cutoffs: readonly Cutoff[];
}>;

/**
 * The drafts of the joint `orders`. Needs `ours theirs pairs sets unclear undone ours_open theirs_open`, `carried_lines` and
 * the coverage of complete documents, `bill_days(channel, account, from_on, to_on, seen_on, whole)` and `book_days` (carry.ts).
 */
export async function draftOrders(engine: Engine, when: When): Promise<Draft[]> {
  await engine.run(leftoversSql(when));
  const rows = await engine.all<Row>(`
    ${pairedSql}
    union all ${setsSql}
    union all ${unclearSql}
    union all ${oursLeftSql}
    union all ${theirsLeftSql}
    union all ${chargebackSql}`);
  return rows.map((row) => draftOf('orders', row));
}

const shown = (column: string, where = 'true'): string => `min(${column}, ${SHOWN}) filter (${where})`;
const NONE = 'null::bigint[]';

/** Pairs whose figures differ, and pairs of an order that does not say paid. */
const pairedSql = `
  select case when not o.says_paid then
      case when o.way = 'out' then 'refund_not_marked' when o.order_ref in (select order_ref from paid_besides) then 'duplicate'
        when o.status = 'closed' then 'paid_after_close' else 'paid_but_open' end
    when o.way = 'out' then 'refund_differs' when o.amount > t.amount then 'underpaid' else 'overpaid' end as finding,
    o.currency, case when o.says_paid then o.amount - t.amount else -t.amount end as difference,
    case when not o.says_paid then t.amount when o.way = 'out' then o.amount else o.amount end as stake,
    case when o.says_paid then t.amount end as other, t.channel, t.account, t.business_on as on_,
    [o.id] as ours, [t.id] as theirs, ${NONE} as candidates, 1 as n_ours, 1 as n_theirs
  from (select * from pairs where odd) p join ours o on o.id = p.ours join theirs t on t.id = p.theirs`;

const setSums = `
  select s.pass, s.grp, any_value(x.way) as way, any_value(x.currency) as currency, any_value(x.channel) filter (s.side = 't') as channel,
    any_value(x.account) filter (s.side = 't') as account, min(x.business_on) as on_,
    bool_or(x.says_paid) as says_paid, any_value(x.status) filter (s.side = 'o') as status,
    coalesce(sum(x.amount) filter (s.side = 'o' and x.says_paid), 0)::bigint as ours_sum,
    coalesce(sum(x.amount) filter (s.side = 't'), 0)::bigint as theirs_sum,
    min(abs(x.amount)) as each_amount,
    ${shown('x.id', "s.side = 'o'")} as ours, ${shown('x.id', "s.side = 't'")} as theirs,
    count(*) filter (s.side = 'o') as n_ours, count(*) filter (s.side = 't') as n_theirs`;
const members = `
  select id, 'o' as side, way, currency, amount, channel, account, business_on, says_paid, status from ours
  union all select id, 't', way, currency, amount, channel, account, business_on, false, null from theirs`;

const setsSql = `
  select case when not says_paid then case when way = 'out' then 'refund_not_marked' when status = 'closed' then 'paid_after_close' else 'paid_but_open' end
      when way = 'out' then 'refund_differs' when ours_sum > theirs_sum then 'underpaid' else 'overpaid' end,
    currency, ours_sum - theirs_sum, case when says_paid then ours_sum else theirs_sum end, case when says_paid then theirs_sum end,
    channel, account, on_, ours, theirs, ${NONE}, n_ours, n_theirs
  from (${setSums} from sets s join (${members}) x on x.id = s.id and x.side = s.side group by s.pass, s.grp)
  where ours_sum <> theirs_sum`;

const unclearSql = `
  select 'unclear', currency, ours_sum - theirs_sum, each_amount, null, channel, account, on_, ours, theirs, ${NONE}, n_ours, n_theirs
  from (${setSums} from unclear s join (${members}) x on x.id = s.id and x.side = s.side group by s.pass, s.grp)`;

/**
 * `ours_left` and `theirs_left`: what no pass took, each row with its finding. Close to the day cut means: within the margin of
 * midnight, and the neighbouring day is not covered by the other side's complete documents. A channel whose day ends earlier
 * books what comes after its cut-off on the next day, while the book goes by the calendar.
 *
 * A carried line waits for its half until its days are over. Then it is unpaid, or without an order, only when the complete
 * documents of its day and of the neighbour were seen, in this run or an earlier one; else the missing one is named (I7).
 */
function leftoversSql({ dayOn, zone, marginMinutes, carryDays, cutoffs }: When): string {
  const local = (where: string) => `timezone(${quote(where)}, make_timestamptz(x.occurred_at))`;
  const minuteIn = (where: string) => `epoch_us(${local(where)}) // 60000000 % 1440`;
  const minute = minuteIn(zone);
  // Of the documents of earlier runs those count that could have met the line: seen while it waited, or left nothing untold.
  const seen = '(d.seen_on is null or x.since_on <= d.seen_on or (x.since_on is not null and d.whole))';
  const billed = (day: string) => `exists (select 1 from bill_days d where d.channel = x.channel and ${seen}
    and (x.account is null or d.account is null or d.account = x.account or not exists (select 1 from bill_days e where e.account = x.account))
    and ${day} between d.from_on and d.to_on)`;
  const booked = (day: string) =>
    `exists (select 1 from book_days d where ${day} between d.from_on and d.to_on and ${seen})`;
  // The neighbouring day that may have the other half and was not seen; null when there is none.
  const cut = (day: string, covered: (day: string) => string) => `case when x.occurred_at is null then null
    when ${minute} >= ${1440 - marginMinutes} and not ${covered(`${day} + 1`)} then ${day} + 1
    when ${minute} < ${marginMinutes} and not ${covered(`${day} - 1`)} then ${day} - 1 end`;
  // The day a channel books an order on, and the day the book has a line on.
  const later = cutoffs.map(
    (c) => `when x.channel = ${quote(c.channel)} and ${minuteIn(c.zone)} >= ${c.minutes} then x.business_on + 1`,
  );
  const billDay = later.length > 0 ? `(case ${later.join(' ')} else x.business_on end)` : 'x.business_on';
  const bookDay = `coalesce((${local(zone)})::date, x.business_on)`;
  const nearCutoff = cutoffs.map(
    (c) =>
      `case when x.channel = ${quote(c.channel)} and ${minuteIn(c.zone)} between ${c.minutes - marginMinutes} and ${c.minutes - 1} and not ${billed('x.business_on + 1')} then x.business_on + 1 end`,
  );
  const unseenBill = `case when not ${billed(billDay)} then ${billDay} else coalesce(${[cut('x.business_on', billed), ...nearCutoff].join(', ')}) end`;
  const unseenBook = `case when not ${booked(bookDay)} then ${bookDay} else ${cut(bookDay, booked)} end`;
  const waits = `date ${quote(dayOn)} - x.since_on <= ${carryDays}`;
  // What the channel has of a payment is its word that the customer paid.
  const dayCut = "case x.way when 'in' then 'day_cut_paid' else 'day_cut' end";
  const since = (open: string) => `select o.*, c.since_on from ${open} o left join carried_lines c on c.id = o.id`;
  return `
    create or replace table ours_left as
    with asked as (${since('ours_open')} where o.says_paid),
    x as (select x.*, ${unseenBill} as unseen_on, ${billed('x.business_on')} as billed from asked x),
    gone as (select un.payment, un.reversal, t.amount, t.currency, t.channel_ref, t.order_ref from undone un join theirs t on t.id = un.payment),
    named as (
      select x.id as ours, g.payment, g.reversal from x join gone g on x.channel_ref = g.channel_ref and x.amount = g.amount and x.way = 'in'
      union select x.id, g.payment, g.reversal from x join gone g on x.order_ref = g.order_ref and x.amount = g.amount and x.way = 'in'
      union select x.id, g.payment, g.reversal from x join gone g on x.payment_ref = g.order_ref and x.amount = g.amount and x.way = 'in'),
    u as (select ours, min(payment) as payment, min(reversal) as reversal from named group by ours)
    select x.* replace (case when x.since_on is null then x.business_on else coalesce(x.unseen_on, x.business_on) end as business_on), u.payment, u.reversal,
      case when u.ours is not null then 'reversed'
        when ${waits} then 'day_cut'
        when x.unseen_on is not null then case when x.since_on is null and x.billed then 'day_cut' else 'bill_missing' end
        when x.way = 'out' then 'refund_not_done' else 'no_payment' end as finding
    from x left join u on u.ours = x.id;

    create or replace temp table asked as select distinct order_ref as key from theirs_open where way = 'in' and order_ref is not null;
    create or replace table theirs_left as
    with paid_keys as (
      select order_ref as key from ours where order_ref in (select key from asked) and way = 'in' and id not in (select id from ours_open)
      union select payment_ref from ours where payment_ref in (select key from asked) and way = 'in' and id not in (select id from ours_open))
    select x.* replace (case when x.since_on is null then ${bookDay} else coalesce(x.unseen_on, ${bookDay}) end as business_on),
      case when x.way = 'in' and x.order_ref in (select key from paid_keys) then 'duplicate'
        when ${waits} then ${dayCut}
        when x.unseen_on is not null then case when x.since_on is null and x.booked then ${dayCut} else 'book_missing' end
        when x.way = 'out' then 'refund_not_booked' else 'no_order' end as finding
    from (select x.*, ${unseenBook} as unseen_on, ${booked(bookDay)} as booked from (${since('theirs_open')}) x) x;

    -- Orders that a leftover line names: what it duplicates, or what its refund belongs to. Two joins, never an OR: that would
    -- compare every line with every order.
    create or replace temp table disputes as select id, channel, origin_ref from theirs where kind = 'chargeback' and origin_ref is not null;
    create or replace temp table asking as
    select id, order_ref as key from theirs_left where finding in ('duplicate', 'refund_not_booked') and order_ref is not null
    union all select c.id, p.order_ref from disputes c join theirs p on p.channel_ref = c.origin_ref and p.kind = 'payment'
    -- UnionPay names the disputed payment by its time and trace number, which are part of the payment's number.
    union all select c.id, p.order_ref from disputes c join theirs p on substr(p.channel_ref, 5, 16) = c.origin_ref and p.kind = 'payment'
    where c.channel = 'unionpay';
    create or replace table namesakes as
    select distinct a.id as theirs, o.id as ours from asking a join ours o on o.order_ref = a.key and o.way = 'in'
    union select a.id, o.id from asking a join ours o on o.payment_ref = a.key and o.way = 'in';

    -- Orders of which one attempt is paid and another, which the book has as unpaid, was paid too.
    create or replace table paid_besides as
    select distinct p.order_ref from ours p
      join (select distinct o.order_ref from pairs x join ours o on o.id = x.ours where x.odd and not o.says_paid and o.way = 'in') q on q.order_ref = p.order_ref
    where p.way = 'in' and p.says_paid and p.id not in (select id from ours_open);

    create or replace table lookalikes as
    select o.id as ours, t.id as theirs from ours_left o join theirs_left t
      on t.way = o.way and t.currency = o.currency and t.amount = o.amount and abs(t.occurred_at - o.occurred_at) <= 3600000000
    where o.finding in ('no_payment', 'refund_not_done') and t.finding in ('no_order', 'refund_not_booked');`;
}

/** Up to five of the lines a table of pairs relates to each row. */
const related = (table: 'namesakes' | 'lookalikes', side: 'ours' | 'theirs'): string => {
  const other = side === 'ours' ? 'theirs' : 'ours';
  return `(select ${side}, (list(${other} order by ${other}))[:5] as ids from ${table} group by ${side})`;
};

/** A missing document is one finding a channel and day, however many lines wait for it. */
const oursLeftSql = `
  select finding, currency, amount, amount, null, channel, account, business_on, [id],
    case when payment is null then ${NONE} else [payment, reversal] end, k.ids, 1, case when payment is null then 0 else 2 end
  from ours_left left join ${related('lookalikes', 'ours')} k on k.ours = id where finding <> 'bill_missing'
  union all
  select finding, currency, sum(amount)::bigint, sum(abs(amount))::bigint, null, channel, account, business_on, ${shown('id')}, ${NONE}, ${NONE}, count(*), 0
  from ours_left where finding = 'bill_missing' group by finding, currency, channel, account, business_on`;

const theirsLeftSql = `
  select finding, currency, -amount, amount, null, channel, account, business_on,
    case when finding = 'duplicate' then n.ids end, [id],
    case when finding = 'refund_not_booked' then n.ids else k.ids end, 0, 1
  from theirs_left left join ${related('namesakes', 'theirs')} n on n.theirs = id left join ${related('lookalikes', 'theirs')} k on k.theirs = id
  where finding <> 'book_missing'
  union all
  select finding, currency, -sum(amount)::bigint, sum(abs(amount))::bigint, null, channel, account, business_on, ${NONE}, ${shown('id')}, ${NONE}, 0, count(*)
  from theirs_left where finding = 'book_missing' group by finding, currency, channel, account, business_on`;

const chargebackSql = `
  select 'charged_back', currency, -amount, amount, null, channel, account, business_on, ${NONE}, [id], n.ids, 0, 1
  from theirs left join ${related('namesakes', 'theirs')} n on n.theirs = id where kind = 'chargeback'`;
