/**
 * Which hours of payments were touched since they were summed (`actions/sums.ts`). Whoever writes what the overview tells of a payment –
 * its trace, its verdict, the bill or the batch that has it – says so here in the same transaction: from its commit on nobody reads the sums
 * of that hour.
 *
 * Cost: one statement a transaction, a row for each hour, of which a batch that came in has one or two. Nobody waits for it.
 */
import { newId } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';

export type Touched = Readonly<{ livemode: boolean; moment: Temporal.Instant }>;

const HOUR_MS = 3_600_000;

/** What falls on the hour when it is rounded to the microsecond touches both: one too many costs little. */
export async function touchHours(tx: TenantTx, touched: Iterable<Touched>): Promise<void> {
  const hours = [new Set<number>(), new Set<number>()] as const;
  for (const { livemode, moment } of touched) {
    const ms = moment.epochMilliseconds;
    hours[livemode ? 1 : 0].add(Math.floor(ms / HOUR_MS)).add(Math.floor((ms + 1) / HOUR_MS));
  }
  const rows = hours.flatMap((of, i) =>
    [...of].map((hour) => [i === 1, Temporal.Instant.fromEpochMilliseconds(hour * HOUR_MS), newId()]),
  );
  for (const chunk of inChunks(rows, 4)) {
    const v = tenantValues(['boolean', 'timestamptz', 'uuid'], chunk);
    await tx.run(`insert into touched_hours (tenant_id, livemode, hour, id) ${v.text}`, [tx.tenantId, ...v.params]);
  }
}
