/**
 * What a run's documents state of money, for the ledger: each channel-day by kind and batch, each line that stands for itself (a refund, a
 * dispute, an adjustment), each batch and what became of it. Written as one JSON object a line, so that whoever posts reads it as a stream.
 *
 * May not: know accounts of a ledger. Fees are rounded here, once, where the source rounds (I3): by line where it rounds lines, else by
 * day and batch; what a batch's own rounding makes of that is the batch's `rounding`. Cost: one grouping over the settled lines.
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { decimalText, parseMoney } from '../base/money.ts';
import { dateOfDay } from '../base/time.ts';
import type { Kind } from '../files/line.ts';
import { linesById } from '../files/lines.ts';
import type { Batch } from './result.ts';
import type { Run } from './run.ts';

/** Amounts are signed minor units as text; `money in` is positive, as on every line. */
type Common = Readonly<{ channel: string; account: string; currency: string; on: string }>;
export type StatedDay = Common &
  Readonly<{
    type: 'day';
    kind: Kind;
    /** The batch its lines name or the plan puts them in; absent where a ledger of the channel pays them out. */
    batch?: string;
    lines: number;
    amount: string;
    /** What the channel owes of it before fees. */
    settle: string;
    fee: string;
  }>;
export type StatedLine = Omit<StatedDay, 'type' | 'lines'> &
  Readonly<{
    type: 'line';
    /** Its numbers, and the how-manieth it is of those that share them: the same line in another document has the same. */
    key: string;
    /** An adjustment that holds back or gives back a reserve. */
    reserve: boolean;
    sha256: string;
    at: number;
    length: number;
  }>;
export type StatedBatch = Common &
  Readonly<{
    type: 'batch';
    key: string;
    kind: Batch['kind'];
    net: string;
    rounding: string;
    lines: number;
    state: Batch['state'];
    dueOn?: string;
    credited: readonly StatedCredit[];
    returned: readonly StatedCredit[];
  }>;
/** What a bank line moved for a batch: of one that pays several batches, this one's share. `line`: see `bankLine`. */
export type StatedCredit = Readonly<{ amount: string; on: string; bank: string; line: string }>;

/**
 * What tells bank lines apart, in whatever document they come again: the account, the day, the amount and the bank's number; without one,
 * where the line stands.
 */
export const bankLine = (
  of: Readonly<{ bank: string; on: string; amount: string; ref?: string | undefined; sha256: string; at: number }>,
): string => [of.bank, of.on, of.amount, of.ref ?? `${of.sha256}:${of.at}`].join('|');
export type Stated = StatedDay | StatedLine | StatedBatch;

/** Kinds whose lines are entries of their own. */
const ALONE = `('refund', 'reversal', 'chargeback', 'adjustment', 'transfer', 'payout_return')`;
const RESERVE = `'reserve|rolling|depositcorrection|hold\\b|保证金|准备金|冻结|解冻'`;
const PAGE = 1_000;

export async function writeStated(run: Run, path: string): Promise<void> {
  const out = createWriteStream(path, { mode: 0o600 });
  const write = async (it: Stated): Promise<void> => {
    if (!out.write(`${JSON.stringify(it)}\n`)) await once(out, 'drain');
  };
  await prepare(run);
  await writeDays(run, write);
  await writeLines(run, write);
  await writeBatches(run, write);
  out.end();
  await finished(out);
}

type Write = (it: Stated) => Promise<void>;

async function prepare({ engine, result }: Run): Promise<void> {
  const fallback = result.to === undefined ? 'current_date' : `date '${result.to}'`;
  const batch = `case when s.way_of_batch in ('stated', 'implied') then s.way_of_batch || '/' || s.channel || '/' || s.account || '/' || s.currency || '/' ||
    case s.way_of_batch when 'stated' then s.batch_ref else s.settle_on::varchar end end`;
  const rounded = (sum: (column: string) => string, whose: (column: string) => string): string =>
    `(case when ${whose('way')} in ('stated', 'implied') and ${whose('rounding')} in ('day', 'batch')
      then dz_round(${sum('fee')}::bigint, ${whose('fee_scale')}::integer, dz_exponent(currency)) else ${sum('fee_rounded')} end)::bigint`;
  const feeOfDay = rounded(
    (column) => `sum(${column})`,
    (column) => `max(${column})`,
  );
  const feeOfLine = rounded(
    (column) => column,
    (column) => column,
  );
  await engine.run(`
    create or replace temp table stated_lines as
    select s.id, s.doc, s.kind, s.channel, s.account, s.currency, coalesce(s.business_on, s.settle_on, ${fallback})::varchar as on_, ${batch} as batch,
      s.way_of_batch as way, s.rounding, s.amount, s.settle, s.fee, s.fee_scale, s.fee_rounded,
      coalesce(s.refund_ref, s.channel_ref, s.order_ref, '') as ref
    from settle_lines s;
    create or replace temp table stated_days as
    select channel, account, currency, on_, batch, kind, count(*) as lines, sum(amount)::bigint as amount, sum(settle)::bigint as settle, ${feeOfDay} as fee
    from stated_lines where kind not in ${ALONE} group by channel, account, currency, on_, batch, kind;
    create or replace temp table stated_alone as
    with reserves as (
      select id from used_lines where role = 'channel' and kind = 'adjustment' and regexp_matches(lower(concat_ws(' ', method, text)), ${RESERVE}))
    select *, kind || '/' || on_ || '/' || ref || '/' || row_number() over (partition by channel, account, currency, kind, on_, ref order by amount, id) as key,
      id in (select id from reserves) as reserve, row_number() over (order by id) as n, ${feeOfLine} as own_fee
    from stated_lines where kind in ${ALONE};
    create or replace temp table stated_sums as
    select batch, sum(net)::bigint as net from (
      select batch, settle - fee as net from stated_days union all select batch, settle - own_fee from stated_alone)
    where batch is not null group by batch;`);
}

type Row = {
  channel: string;
  account: string;
  currency: string;
  on_: string;
  batch: string | null;
  kind: Kind;
  amount: bigint;
  settle: bigint;
  fee: bigint;
};
const ofRow = (r: Row) => ({
  kind: r.kind,
  channel: r.channel,
  account: r.account,
  currency: r.currency,
  on: r.on_,
  ...(r.batch !== null && { batch: r.batch }),
  amount: String(r.amount),
  settle: String(r.settle),
  fee: String(r.fee),
});

async function writeDays({ engine }: Run, write: Write): Promise<void> {
  const rows = await engine.all<Row & { lines: bigint }>(
    'select * from stated_days order by channel, account, currency, on_, batch, kind',
  );
  for (const r of rows) await write({ type: 'day', ...ofRow(r), lines: Number(r.lines) });
}

async function writeLines({ engine, sources }: Run, write: Write): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await engine.all<Row & { id: bigint; doc: number; key: string; reserve: boolean; n: bigint }>(
      `select id, doc, kind, channel, account, currency, on_, batch, amount, settle, own_fee as fee, key, reserve, n
         from stated_alone where n > ${after} order by n limit ${PAGE}`,
    );
    if (rows.length === 0) return;
    const places = new Map((await linesById(engine, new Set(rows.map((r) => r.id)))).map((l) => [l.id, l]));
    for (const r of rows) {
      const place = places.get(r.id)!;
      await write({
        type: 'line',
        ...ofRow(r),
        key: r.key,
        reserve: r.reserve,
        sha256: sources.get(r.doc)!.sha256,
        at: Number(place.byte_at),
        length: Number(place.byte_length),
      });
    }
    after = Number(rows.at(-1)!.n);
  }
}

async function writeBatches({ engine, result, bank, sources }: Run, write: Write): Promise<void> {
  const sums = new Map(
    (
      await engine.all<{ id: string; rounding: bigint }>(
        'select b.id, (s.net - b.members_net)::bigint as rounding from batches b join stated_sums s on s.batch = b.id',
      )
    ).map((r) => [r.id, r.rounding]),
  );
  const moved = new Set(
    [...bank.matched, ...bank.differing, ...bank.returned].flatMap((m) => [
      ...m.credits.map((c) => c.id),
      ...('backs' in m ? m.backs.map((c) => c.id) : []),
    ]),
  );
  const lines = new Map((await linesById(engine, moved)).map((l) => [l.id, l]));
  for (const b of result.batches) {
    const of = (list: ReadonlyArray<{ batches: readonly { id: string }[] }>) =>
      list.find((m) => m.batches.some((x) => x.id === b.id)) as (typeof bank.matched)[number] | undefined;
    const differing = of(bank.differing);
    const returned = bank.returned.find((m) => m.batches.some((x) => x.id === b.id));
    const match = of(bank.matched) ?? differing ?? returned;
    const net = parseMoney(b.net.amount, b.net.currency).minor;
    const at = (line: { id: bigint; day: number; amount: bigint }, amount: bigint): StatedCredit => {
      const l = lines.get(line.id)!;
      const account = l.account === null ? '' : String(l.account);
      const source = sources.get(Number(l.doc))!;
      const named = {
        bank: account,
        on: String(l.business_on ?? l.value_on ?? ''),
        amount: decimalText(line.amount, b.net.currency),
        ref: l.bank_ref === null ? undefined : String(l.bank_ref),
        sha256: source.sha256,
        at: Number(l.byte_at),
      };
      return { amount: String(amount), on: dateOfDay(line.day).toString(), bank: account, line: bankLine(named) };
    };
    // One credit for several batches is shared by their nets; several credits of one batch are each what came, whatever its net.
    const shared = (match?.batches.length ?? 0) > 1;
    const credits = (match?.credits ?? []).map((c) => at(c, shared ? net : c.amount));
    const backs = (returned?.backs ?? []).map((c) => at(c, shared ? net : -c.amount));
    await write({
      type: 'batch',
      key: b.id,
      kind: b.kind,
      channel: b.channel,
      account: b.account,
      currency: b.net.currency,
      on: b.businessTo,
      net: String(net),
      rounding: String(sums.get(b.id) ?? 0n),
      lines: b.lines,
      state: b.state,
      ...(b.dueOn !== undefined && { dueOn: b.dueOn }),
      credited: credits,
      returned: backs,
    });
  }
}
