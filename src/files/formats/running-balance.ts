/**
 * The balance that a ledger writes behind every row: each must be the one before plus what moved. It proves more than the
 * totals do, because a row that was taken out or a balance that was edited shows at its line.
 *
 * Ledgers run forwards or backwards in time; rows of one second may stand in another order than the money moved. So the file's
 * own order is tried first, and then, only where rows share a second, whether the rows can be strung together at all: every
 * balance that is left behind by one row is taken up by another, but for the opening and the closing one.
 *
 * Cost: one window over the lines of the document; the second test, a grouping, runs only when the first one fails.
 */
import { scaledText } from '../../base/money.ts';
import type { Check, TableQuery } from '../format.ts';

type RunningBalance = Readonly<{
  checks: readonly Check[];
  opening?: bigint | undefined;
  closing?: bigint | undefined;
}>;

/** Amounts are cast to 128 bits: a damaged cell may hold any number that fits 64, and a sum of two must not end the query. */
const STEPS = (balance: string): string => `
  select row_no, occurred_at, amount::hugeint as moved, ${balance}::hugeint as after,
    lag(${balance}::hugeint) over w as above, lag(amount::hugeint) over w as moved_above
  from these join cells using (row_no) window w as (order by row_no)`;

/** `balance` is the let that holds the stated balance at `scale` decimals; lines whose balance is unreadable are rejected before. */
export async function runningBalance(query: TableQuery, balance: string, scale: number): Promise<RunningBalance> {
  const [n, downwards, upBreak, downBreak, firstAfter, firstMoved, lastAfter, lastMoved] = (await query(`
    select count(*), (case when arg_max(occurred_at, row_no) < arg_min(occurred_at, row_no) then 1 else 0 end)::bigint,
      (min(row_no) filter (above is not null and after <> above + moved))::bigint,
      (min(row_no) filter (above is not null and above <> after + moved_above))::bigint,
      arg_min(after, row_no), arg_min(moved, row_no), arg_max(after, row_no), arg_max(moved, row_no)
    from (${STEPS(balance)})`)) as (bigint | null)[];
  if (n === 0n) return { checks: [] };
  const upwards = { opening: firstAfter! - firstMoved!, closing: lastAfter!, breakAt: upBreak! };
  const backwards = { opening: lastAfter! - lastMoved!, closing: firstAfter!, breakAt: downBreak! };
  // Equal first and last times tell no direction; then either will do.
  const order = downwards === 1n || (upBreak !== null && downBreak === null) ? backwards : upwards;
  if (order.breakAt === null) return { ...order, checks: [holds(order.closing, scale)] };
  const strung = await stringTogether(query, balance);
  if (strung) return { ...strung, checks: [holds(strung.closing, scale)] };
  return { checks: [await broken(query, balance, order.breakAt, order === backwards, scale)] };
}

/** Opening and closing when rows share a second and all form one chain in some order; `undefined` when not, or in a circle. */
async function stringTogether(
  query: TableQuery,
  balance: string,
): Promise<{ opening: bigint; closing: bigint } | undefined> {
  const [sameSecond] = await query('select count(*) - count(distinct occurred_at) from these');
  if (sameSecond === 0n) return undefined;
  const [ends, opening, closing] = (await query(`
    select count(*), min(stop) filter (surplus = 1), min(stop) filter (surplus = -1) from (
      select stop, sum(one) as surplus from (
        select ${balance}::hugeint - amount as stop, 1 as one from these join cells using (row_no)
        union all select ${balance}::hugeint, -1 from these join cells using (row_no))
      group by stop having sum(one) <> 0)`)) as (bigint | null)[];
  return ends === 2n && typeof opening === 'bigint' && typeof closing === 'bigint' ? { opening, closing } : undefined;
}

const holds = (closing: bigint, scale: number): Check => {
  const text = scaledText(closing, scale);
  return { name: { en: 'running balance, row by row', zh: '逐行余额' }, expected: text, actual: text, ok: true };
};

async function broken(
  query: TableQuery,
  balance: string,
  row: bigint,
  backwards: boolean,
  scale: number,
): Promise<Check> {
  const wanted = backwards ? 'after + moved_above, above' : 'above + moved, after';
  const [computed, stated] = (await query(
    `select ${wanted} from (${STEPS(balance)}) where row_no = ${row}`,
  )) as bigint[];
  // Backwards in time, the row above is the later one: its balance is what does not follow.
  const en = backwards ? `balance of the row above line ${row}` : `balance of line ${row}`;
  const zh = backwards ? `第 ${row} 行上一行的余额` : `第 ${row} 行的余额`;
  return { name: { en, zh }, expected: scaledText(stated!, scale), actual: scaledText(computed!, scale), ok: false };
}
