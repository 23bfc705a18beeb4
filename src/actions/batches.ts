/**
 * What became of batches, told: one event for a batch, never one for each of its payments, and an alert for an account while any of its
 * batches is late, short or returned.
 */
import type { TenantTx } from '../db/pool.ts';
import type { MovedBatch } from '../sources/payouts.ts';
import { raise, settle } from './cases.ts';
import { wakeClaims } from './due.ts';
import { appendEvents } from './events.ts';

/** The verdict on the payments of a batch in this state, as the event names it. */
const SAYS = {
  not_checked: undefined,
  on_its_way: 'on_its_way',
  late: 'late',
  short: 'short_settled',
  credited: 'received',
  returned: 'payout_returned',
} as const satisfies Record<MovedBatch['batch']['state'], string | undefined>;

export async function tellBatches(tx: TenantTx, livemode: boolean, moved: readonly MovedBatch[]): Promise<void> {
  await appendEvents(
    tx,
    moved.flatMap(({ id, batch }) => {
      const says = SAYS[batch.state];
      if (says === undefined) return [];
      const { channel, account, state, net, lines, businessFrom, businessTo, dueOn, creditedOn } = batch;
      return [
        {
          type: `batch.${says}`,
          livemode,
          body: {
            batch: {
              ...{ id, key: batch.id, channel, account, state, net, lines, from: businessFrom, to: businessTo },
              ...(batch.ref === undefined ? {} : { ref: batch.ref }),
              ...(dueOn === undefined ? {} : { due_on: dueOn }),
              ...(creditedOn === undefined ? {} : { credited_on: creditedOn }),
            },
          },
        },
      ];
    }),
  );
  if (moved.length === 0) return;
  await wakeClaimsOf(tx, moved);
  await alarm(tx, livemode, new Set(moved.map((m) => m.batch.channel)));
}

/** Claims on the payments of these batches are answered anew. */
async function wakeClaimsOf(tx: TenantTx, moved: readonly MovedBatch[]): Promise<void> {
  const rows = await tx.rows<{ payment_id: string }>(
    `select distinct c.payment_id from claims c join payments p on p.tenant_id = $1 and p.id = c.payment_id
      where c.tenant_id = $1 and c.state <> 'closed' and p.batch_id = any($2)`,
    [tx.tenantId, moved.map((m) => m.id)],
  );
  await wakeClaims(
    tx,
    rows.map((r) => r.payment_id),
  );
}

/** By account of these channels: the alert stands as long as one of its batches is in trouble. */
async function alarm(tx: TenantTx, livemode: boolean, channels: ReadonlySet<string>): Promise<void> {
  const rows = await tx.rows<{ id: string; troubled: bigint; oldest: string | null; first: string | null }>(
    `select a.id, count(b.id) as troubled, min(b.due_on)::text as oldest, min(b.key) as first
       from accounts a
       left join batches b on b.tenant_id = $1 and b.livemode = a.livemode and b.channel = a.provider
        and b.account in ('', a.merchant_no, a.sub_merchant_no) and b.state in ('late', 'short', 'returned')
      where a.tenant_id = $1 and a.livemode = $2 and a.provider = any($3) group by a.id`,
    [tx.tenantId, livemode, [...channels]],
  );
  for (const { id, troubled, oldest, first } of rows) {
    const subject = { kind: 'account', id } as const;
    if (troubled === 0n) await settle(tx, 'settlement_trouble', subject, livemode);
    else
      await raise(tx, 'settlement_trouble', subject, livemode, {
        batches: String(troubled),
        oldest_due_on: oldest ?? '',
        first: first ?? '',
      });
  }
}
