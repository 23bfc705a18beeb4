/**
 * What a plan keeps back of the batches it implies: a batch below the minimum payout is due with the one that reaches it, and a reserve is
 * a batch of its own, due when it is given back. What documents state is left as they state it. Plain code: one row a batch.
 */
import { dateOfDay, dayNumber } from '../base/time.ts';
import { type Engine, quote } from '../files/engine.ts';
import { reserveOf } from '../plans/fee.ts';
import { paidWith } from '../plans/payout.ts';
import { type Plan, planFor } from '../plans/plan.ts';
import type { DueRow } from './batches.ts';

type Row = Readonly<{
  id: string;
  channel: string;
  account: string;
  currency: string;
  gross: bigint | null;
  net: bigint;
  to_on: string;
  due_on: string | null;
  carried: boolean;
}>;

/** The end of the name of a batch that is kept back of another. */
const RESERVE = '/reserve';

export async function withhold(engine: Engine, plans: readonly Plan[], due: readonly DueRow[]): Promise<void> {
  if (!plans.some((p) => p.minPayout !== undefined || p.holds?.reserve !== undefined)) return;
  const rows = await engine.all<Row>(`
    select id, channel, account, currency, gross, net, to_on, due_on, carried from batches
    where kind = 'implied' and due_on is not null and not ends_with(id, ${quote(RESERVE)}) order by channel, account, currency, to_on, id`);
  const planOf = (b: Row): Plan =>
    planFor(plans, b.channel, b.account === '' ? undefined : b.account, Temporal.PlainDate.from(b.to_on));
  const kept: { row: Row; reserve: bigint; days: number }[] = [];
  for (const row of rows) {
    // What an earlier run left open has had its reserve taken off.
    if (row.carried) continue;
    const plan = planOf(row);
    const reserve = reserveOf(row.gross ?? 0n, plan);
    if (reserve > 0n) kept.push({ row, reserve, days: plan.holds!.reserve!.days });
  }
  const reserved = new Map(kept.map((k) => [k.row.id, k.reserve]));
  const moved = await postponed(engine, rows, reserved, planOf, due);
  for (const [id, on] of moved)
    await engine.run(`update batches set due_on = ${quote(on)}::date where id = ${quote(id)}`);
  for (const { row, reserve, days } of kept) {
    const id = `${row.id}${RESERVE}`;
    const on = dateOfDay(dayNumber(moved.get(row.id) ?? row.due_on!) + days);
    await engine.run(`
      delete from batches where id = ${quote(id)};
      insert into batches by name
      select ${quote(id)} as id, kind, channel, account, currency, ref, 0 as lines, 0 as gross, 0 as refunds, 0 as fees, fee_scale,
        ${reserve} as members_net, ${reserve} as net, from_on, to_on, ${quote(on.toString())}::date as due_on, payout_line, carried
      from batches where id = ${quote(row.id)};
      update batches set net = net - ${reserve}, members_net = members_net - ${reserve} where id = ${quote(row.id)}`);
  }
}

/** The batches that wait for a minimum, those of earlier runs among them, with the day they are due by then. */
async function postponed(
  engine: Engine,
  rows: readonly Row[],
  reserved: ReadonlyMap<string, bigint>,
  planOf: (b: Row) => Plan,
  due: readonly DueRow[],
): Promise<ReadonlyMap<string, string>> {
  const [bank] = await engine.all<{ to_on: string | null }>(`select max(to_on) as to_on from docs where role = 'bank'`);
  const moved = new Map<string, string>();
  const groups = Map.groupBy(rows, (b) => JSON.stringify([b.channel, b.account, b.currency]));
  for (const group of groups.values()) {
    const worth = group.map((b) => {
      const { minPayout } = planOf(b);
      const min = minPayout?.currency === b.currency ? minPayout.minor : undefined;
      return { net: b.net - (reserved.get(b.id) ?? 0n), min };
    });
    if (worth.every((w) => w.min === undefined)) continue;
    // Without a minimum a batch is paid whatever it is worth.
    const with_ = paidWith(worth.map(({ net, min }) => ({ net, min: min ?? net - LARGE })));
    for (const [i, b] of group.entries()) {
      const at = with_[i];
      const on = at === undefined ? laterThanSeen(b, due, bank?.to_on ?? undefined) : group[at]!.due_on!;
      if (on !== b.due_on) moved.set(b.id, on);
    }
  }
  return moved;
}

/** More than any sum of batches can be below zero. */
const LARGE = 10n ** 30n;

/** What still waits is due with a batch that no document has yet: not before the next settle day's, nor within the statements seen. */
function laterThanSeen(b: Row, due: readonly DueRow[], bankTo: string | undefined): string {
  const next = due.findLast((d) => d.channel === b.channel && d.account === b.account)?.dueOn ?? b.due_on!;
  const after = bankTo === undefined ? next : dateOfDay(dayNumber(bankTo) + 1).toString();
  return after > next ? after : next;
}
