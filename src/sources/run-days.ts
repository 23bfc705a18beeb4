/** What a reconciliation knows of each day, into the book. Cost: a statement for every few thousand rows. May not: count; the run did. */
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import type { DayRow } from '../reconcile/days.ts';
import type { Run } from './found.ts';

/** How the child leaves them. */
export const DAYS_FILE = 'days.json';
const TYPES =
  'uuid date text text text text boolean bigint bigint bigint bigint bigint bigint bigint bigint bigint bigint'.split(
    ' ',
  );

/** As JSON has it: figures as text. */
type Said<T> = { readonly [K in keyof T]: T[K] extends bigint ? string : T[K] extends object ? Said<T[K]> : T[K] };

export const daysText = (rows: readonly DayRow[]): string =>
  JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? value.toString() : value));

/** Replaces the run's days by those of `daysText`. */
export async function takeDays(tx: TenantTx, run: Run, text: string): Promise<void> {
  await tx.run('delete from reconciliation_days where tenant_id = $1 and reconciliation_id = $2', [
    tx.tenantId,
    run.id,
  ]);
  const rows = (JSON.parse(text) as Said<DayRow>[]).map(
    ({ role, channel, account, on, currency, all, matched, breaks, open, unclear }) => [
      ...[run.id, on, role, channel, account, currency, run.livemode],
      ...[all, matched, breaks, open, unclear].flatMap(({ lines, amount }) => [lines, amount]),
    ],
  );
  for (const chunk of inChunks(rows, TYPES.length)) {
    const v = tenantValues(TYPES, chunk);
    await tx.run(
      `insert into reconciliation_days (tenant_id, reconciliation_id, business_on, role, channel, account, currency, livemode,
         lines, amount_minor, matched, matched_minor, breaks, breaks_minor, open, open_minor, unclear, unclear_minor) ${v.text}`,
      [tx.tenantId, ...v.params],
    );
  }
}
