/**
 * What a run knows of each day: by the merchant's orders, each channel account and each bank account, how many lines with money there are,
 * how many of them met their other half, and what it found there. Every difference stands in exactly one row: in that of its account; of
 * the bank where only a statement shows it; else among the orders. Cost: one pass over the lines; the rows are days times accounts.
 */
import { parseMoney } from '../base/money.ts';
import type { Engine } from '../files/engine.ts';
import type { Break, Result } from './result.ts';

const DAY_ROLES = ['order', 'channel', 'bank'] as const;
type DayRole = (typeof DAY_ROLES)[number];

type Tally = { lines: bigint; amount: bigint };
/** Amounts in minor units. `unclear`: fits in more than one way. */
export type DayRow = Readonly<{
  role: DayRole;
  channel: string;
  account: string;
  on: string;
  currency: string;
  all: Tally;
  matched: Tally;
  breaks: Tally;
  open: Tally;
  unclear: Tally;
}>;

/** More days and accounts than any merchant has; a run with more has the wrong documents. */
const MOST_ROWS = 20_000;

type Head = Pick<DayRow, 'role' | 'channel' | 'account' | 'on' | 'currency'>;
type Counted = Head & {
  lines: bigint;
  amount: bigint;
  matched: bigint;
  matched_amount: bigint;
};

/** Needs `places` (places.ts). An order that met its money and does not say so yet is a line without an amount, as in the proof. */
export async function daysOf(engine: Engine, result: Result): Promise<readonly DayRow[]> {
  const rows = new Map<string, DayRow>();
  const rowOf = (head: Head): DayRow | undefined => {
    const { role, channel, account, on, currency } = head;
    const key = [role, channel, account, on, currency].join('\t');
    const known = rows.get(key);
    if (known !== undefined || rows.size >= MOST_ROWS) return known;
    const none = (): Tally => ({ lines: 0n, amount: 0n });
    const tallies = { all: none(), matched: none(), breaks: none(), open: none(), unclear: none() };
    const row = { role, channel, account, on, currency, ...tallies };
    rows.set(key, row);
    return row;
  };
  const counted = await engine.all<Counted>(`
    select role, channel, account, strftime(business_on, '%Y-%m-%d') as on, currency, count(*) as lines, sum(amount)::bigint as amount,
      count(*) filter (place is null) as matched, coalesce(sum(amount) filter (place is null), 0)::bigint as matched_amount
    from (
      select 'order' as role, '' as channel, '' as account, o.business_on, o.currency::varchar as currency,
          case when o.says_paid then o.amount else 0 end as amount, e.place
        from ours o left join elsewhere_ours e on e.id = o.id
       where e.place is distinct from 'not_paid'
      union all
      select 'channel', coalesce(t.channel, ''), coalesce(t.account, ''), t.business_on, t.currency::varchar, t.amount, e.place
        from theirs t left join elsewhere_theirs e on e.id = t.id
      union all
      select 'bank', '', coalesce(l.account, ''), coalesce(l.business_on, l.value_on), l.currency::varchar, l.amount, p.place
        from used_lines l join bank_channel c on c.id = l.id left join places p on p.id = l.id where c.channel is not null)
    where business_on is not null group by all order by all limit ${MOST_ROWS}`);
  for (const { lines, amount, matched, matched_amount, ...head } of counted) {
    const row = rowOf(head);
    add(row?.all, lines, amount);
    add(row?.matched, matched, matched_amount);
  }
  const found = [
    [result.breaks, 'breaks'],
    [result.open, 'open'],
    [result.ambiguous, 'unclear'],
  ] as const;
  for (const [list, part] of found)
    for (const it of list) {
      const on = it.businessOn ?? result.to;
      if (on === undefined) continue;
      const { amount, currency } = it.amount;
      add(rowOf({ ...placeOfBreak(it), on, currency })?.[part], 1n, parseMoney(amount, currency).minor);
    }
  return [...rows.values()];
}

/** The row a difference belongs to. */
function placeOfBreak(it: Break): Pick<DayRow, 'role' | 'channel' | 'account'> {
  if (it.account !== undefined && it.channel !== undefined)
    return { role: 'channel', channel: it.channel, account: it.account };
  if (it.joint === 'bank') return { role: 'bank', channel: '', account: it.theirs[0]?.account ?? '' };
  if (it.joint === 'batches') return { role: 'channel', channel: it.channel ?? '', account: it.account ?? '' };
  return { role: 'order', channel: '', account: '' };
}

function add(tally: Tally | undefined, lines: bigint, amount: bigint): void {
  if (tally === undefined) return;
  tally.lines += lines;
  tally.amount += amount;
}
