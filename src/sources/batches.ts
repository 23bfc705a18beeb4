/**
 * What channels settle together, into the book: the facts of a batch stay with the batch, and each of its payments is bound to it once, in
 * bulk. A batch that was credited, short or returned keeps that, whatever a later run without the bank's statement cannot tell.
 *
 * Cost: a few statements for each 500 lines. May not: touch a trace; that money reached the bank is the batch's fact, not the channel's word.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { newId } from '../base/ids.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues, values } from '../db/values.ts';
import { tailOf } from '../observations/observation.ts';
import type { Batch, Result } from '../reconcile/result.ts';
import { stateOfBatch } from '../traces/payout.ts';
import { type Touched, touchHours } from '../traces/touched.ts';
import { linkRank, type MovedBatch, meetTold, payoutRefOf, withFollowers } from './payouts.ts';

const BATCH = 500;

type Run = Readonly<{ id: string; livemode: boolean }>;

/** How much a state tells: a run says no less than an earlier one. */
const TELLS: Readonly<Record<Batch['state'], number>> = {
  not_checked: 0,
  on_its_way: 1,
  late: 2,
  short: 3,
  credited: 3,
  returned: 3,
};
const tells = (column: string): string =>
  `case ${column} ${Object.entries(TELLS)
    .map(([state, n]) => `when '${state}' then ${n}`)
    .join(' ')} end`;

/** Returns those whose state changed. */
export async function takeBatches(tx: TenantTx, run: Run, batches: Result['batches']): Promise<readonly MovedBatch[]> {
  const told = await meetTold(tx, run.livemode, batches);
  const before = await statesOf(tx, run, batches);
  const moved: MovedBatch[] = [];
  const ids: string[] = [];
  // What the channel has told of goes by the number it is told by.
  const byKey = new Map(
    batches.map((b) => {
      const state = stateOfBatch(b.state, told.get(b.id)?.state, told.get(b.id)?.late);
      return [b.id, told.has(b.id) ? { ...b, state, ref: payoutRefOf(b)! } : { ...b, state }];
    }),
  );
  const rows = [...batches]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((b) => [
      newId(),
      run.livemode,
      b.channel,
      b.account,
      b.net.currency,
      b.id,
      byKey.get(b.id)!.ref ?? null,
      payoutRefOf(b) ?? null,
      b.kind,
      byKey.get(b.id)!.state,
      b.state,
      b.businessFrom,
      b.businessTo,
      b.dueOn ?? null,
      b.creditedOn ?? null,
      b.lines,
      JSON.stringify({ gross: b.gross, refunds: b.refunds, fees: b.fees, net: b.net }),
      run.id,
    ]);
  const types = 'uuid boolean text text text text text text text text text date date date date bigint jsonb uuid'.split(
    ' ',
  );
  for (const chunk of inChunks(rows, types.length + 1)) {
    const v = tenantValues(types, chunk);
    const written = await tx.rows<{ id: string; key: string }>(
      `insert into batches (tenant_id, id, livemode, channel, account, currency, key, ref, payout_ref, kind, state, found, business_from,
         business_to, due_on, credited_on, lines, sums, reconciliation_id) ${v.text}
       on conflict (tenant_id, livemode, key) do update set state = excluded.state, found = excluded.found,
         credited_on = excluded.credited_on, ref = coalesce(excluded.ref, batches.ref), payout_ref = coalesce(batches.payout_ref, excluded.payout_ref),
         business_from = excluded.business_from, business_to = excluded.business_to, currency = excluded.currency,
         due_on = coalesce((batches.told ->> 'arrivalOn')::date, excluded.due_on, batches.due_on), lines = excluded.lines, sums = excluded.sums,
         reconciliation_id = excluded.reconciliation_id, updated_at = now()
       where ${tells('excluded.found')} >= ${tells("coalesce(batches.found, 'not_checked')")}
       returning id, key`,
      [tx.tenantId, ...v.params],
    );
    for (const { id, key } of written) {
      ids.push(id);
      const batch = byKey.get(key)!;
      if (before.get(key) !== batch.state) moved.push({ id, before: before.get(key), batch });
    }
  }
  return await withFollowers(tx, ids, moved);
}

async function statesOf(
  tx: TenantTx,
  run: Run,
  batches: Result['batches'],
): Promise<ReadonlyMap<string, Batch['state']>> {
  const rows = await tx.rows<{ key: string; state: Batch['state'] }>(
    'select key, state from batches where tenant_id = $1 and livemode = $2 and key = any($3) for update',
    [tx.tenantId, run.livemode, batches.map((b) => b.id)],
  );
  return new Map(rows.map((r) => [r.key, r.state]));
}

type Link = readonly [batch: string, channel: string, account: string, ...numbers: string[]];

/** Binds the payments that the book knows to their batches; `path`: the lines that the child wrote. Doing it again changes nothing. */
export async function takeLinks(book: Book, tenantId: string, run: Run, path: string): Promise<void> {
  let some: Link[] = [];
  const flush = async (): Promise<void> => {
    const links = some;
    some = [];
    if (links.length > 0) await book.tenant(tenantId, (tx) => bind(tx, run, links));
  };
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    some.push(line.split('\t') as unknown as Link);
    if (some.length >= BATCH) await flush();
  }
  await flush();
}

/** By each of the line's numbers, within its channel and merchant number: where they name one payment. */
async function bind(tx: TenantTx, run: Run, links: readonly Link[]): Promise<void> {
  const rows = links.flatMap(([batch, channel, account, ...numbers], i) =>
    [...new Set(numbers)].filter((n) => n !== '').map((n) => [i, batch, channel, account, n, tailOf(n)]),
  );
  for (const chunk of inChunks(rows, 6)) {
    const v = values(['int', 'text', 'text', 'text', 'text', 'text'], chunk);
    const at = v.params.length + 2;
    const touched = await tx.rows<Touched>(
      `with named as (
         select v.i, min(p.id::text)::uuid as payment_id, min(b.id::text)::uuid as batch_id
           from (${v.text}) as v (i, batch, channel, account, value, tail)
           join batches b on b.tenant_id = $1 and b.livemode = $${at} and b.key = v.batch
           join refs r on r.tenant_id = $1 and r.tail = v.tail and r.value = v.value
           join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.livemode = $${at}
           join accounts a on a.tenant_id = $1 and a.id = p.account_id and a.provider = v.channel
            and v.account in ('', a.merchant_no, a.sub_merchant_no)
          group by v.i having count(distinct p.id) = 1),
       bound as (
         update payments p set batch_id = named.batch_id from named
          where p.tenant_id = $1 and p.id = named.payment_id and p.batch_id is distinct from named.batch_id
            and not exists (select from batches c join batches n on n.tenant_id = $1 and n.id = named.batch_id
                             where c.tenant_id = $1 and c.id = p.batch_id and c.kind <> n.kind and ${linkRank('c')} > ${linkRank('n')})
         returning p.livemode, p.moment)
       select distinct livemode, date_trunc('hour', moment, 'UTC') as moment from bound`,
      [tx.tenantId, ...v.params, run.livemode],
    );
    await touchHours(tx, touched);
  }
}
