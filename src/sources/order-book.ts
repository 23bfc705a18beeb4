/**
 * The orders of some days as the book has them, written as our own order CSV: the merchant's side of a reconciliation. What the merchant
 * told is taken as it was told: an order that was paid at the channel and never recorded stands here as unpaid.
 *
 * Cost: pages of 5,000 by index; memory is one page. May not: judge.
 */
import { decimalText } from '../base/money.ts';
import { microsOf, stamp } from '../base/time.ts';
import type { Book, TenantTx } from '../db/pool.ts';

const PAGE = 5_000;
const COLUMNS = 'order_ref,payment_ref,kind,status,amount,currency,created_at,paid_at,channel,account,store,terminal';

export type Days = Readonly<{ from: Temporal.PlainDate; to: Temporal.PlainDate; zone: string }>;
type Side = Readonly<{ tenantId: string; livemode: boolean }>;

/** As text in pieces. */
export async function* orderBook(book: Book, side: Side, days: Days): AsyncGenerator<Uint8Array> {
  const from = days.from.toZonedDateTime(days.zone).toInstant();
  const to = days.to.add({ days: 1 }).toZonedDateTime(days.zone).toInstant();
  yield Buffer.from(`${COLUMNS}\n`);
  for (const page of [paymentsPage, refundsPage]) {
    for (let after: After | undefined; ; ) {
      const rows = await book.tenant(side.tenantId, (tx) => page(tx, side.livemode, from, to, after));
      if (rows.length === 0) break;
      yield Buffer.from(rows.map((r) => lineOf(r, days.zone)).join(''));
      if (rows.length < PAGE) break;
      after = rows.at(-1)!;
    }
  }
}

type After = Readonly<{ moment: Temporal.Instant; id: string }>;
type Row = After &
  Readonly<{
    order_ref: string | null;
    payment_ref: string;
    kind: 'payment' | 'refund';
    status: string;
    minor: bigint;
    currency: string;
    created_at: Temporal.Instant;
    paid_at: Temporal.Instant | null;
    provider: string;
    merchant_no: string;
    store: string | null;
    terminal: string | null;
  }>;

/**
 * An order stands once, by the payment that captured first, else by its newest. A payment without an order is the merchant's word only where
 * the payment is the order (`order_mode` none), and only if something else than a bill told of it: else a bill would agree with itself.
 */
async function paymentsPage(
  tx: TenantTx,
  livemode: boolean,
  from: Temporal.Instant,
  to: Temporal.Instant,
  after: After | undefined,
): Promise<readonly Row[]> {
  return await tx.rows<Row>(
    `select p.moment, p.id, o.ref as order_ref, p.ref as payment_ref,
            'payment' as kind,
            case when o.id is null then 'paid' when o.state = 'paid' then 'paid' when o.state = 'open' then 'unpaid' else 'closed' end as status,
            coalesce(o.amount_minor, p.captured_minor) as minor, coalesce(o.currency, p.currency) as currency,
            coalesce(o.placed_at, p.placed_at, p.captured_at, p.created_at) as created_at,
            case when o.id is null or o.state = 'paid' then coalesce(p.captured_at, o.paid_at) end as paid_at,
            a.provider, a.merchant_no, o.store, o.terminal
       from payments p
       join accounts a on a.tenant_id = $1 and a.id = p.account_id
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where p.tenant_id = $1 and p.livemode = $2 and p.direction = 'in'
        and p.moment >= $3 and p.moment < $4
        and ($5::timestamptz is null or (p.moment, p.id) > ($5, $6::uuid))
        and case when o.id is null
                 then a.order_mode = 'none' and p.captured_at is not null
                      and exists (select from observations c where c.tenant_id = $1 and c.payment_id = p.id and c.kind = 'captured'
                                     and c.source <> 'bill')
                 else p.id = (select s.id from payments s where s.tenant_id = $1 and s.order_id = o.id
                               order by s.captured_at nulls last, s.created_at desc, s.id limit 1) end
      order by p.moment, p.id limit ${PAGE}`,
    [tx.tenantId, livemode, from, to, after?.moment ?? null, after?.id ?? null],
  );
}

/** Refunds the book was told of by anything but a bill: the bill is what they are to be compared with. */
async function refundsPage(
  tx: TenantTx,
  livemode: boolean,
  from: Temporal.Instant,
  to: Temporal.Instant,
  after: After | undefined,
): Promise<readonly Row[]> {
  return await tx.rows<Row>(
    `select min(r.occurred_at) as moment, (array_agg(r.id order by r.occurred_at, r.id))[1] as id, o.ref as order_ref,
            p.ref as payment_ref, 'refund' as kind, 'refunded' as status, max(r.amount_minor) as minor, max(r.currency) as currency,
            min(r.occurred_at) as created_at, min(r.occurred_at) as paid_at, a.provider, a.merchant_no, o.store, o.terminal
       from observations r
       join payments p on p.tenant_id = $1 and p.id = r.payment_id and p.livemode = $2
       join accounts a on a.tenant_id = $1 and a.id = p.account_id
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
      where r.tenant_id = $1 and (o.id is not null or a.order_mode = 'none') and r.refund_state = 'succeeded' and r.source <> 'bill' and r.amount_minor is not null
        and r.occurred_at >= $3 and r.occurred_at < $4
      group by p.id, r.refund_ref, o.id, o.ref, p.ref, a.provider, a.merchant_no, o.store, o.terminal
     having $5::timestamptz is null or (min(r.occurred_at), (array_agg(r.id order by r.occurred_at, r.id))[1]) > ($5, $6::uuid)
      order by 1, 2 limit ${PAGE}`,
    [tx.tenantId, livemode, from, to, after?.moment ?? null, after?.id ?? null],
  );
}

function lineOf(row: Row, zone: string): string {
  const at = (instant: Temporal.Instant | null): string => (instant === null ? '' : stamp(microsOf(instant), zone));
  const cells = [
    row.order_ref ?? row.payment_ref,
    row.payment_ref,
    row.kind,
    row.status,
    decimalText(row.minor, row.currency),
    row.currency,
    at(row.created_at),
    at(row.paid_at),
    row.provider,
    row.merchant_no,
    row.store ?? '',
    row.terminal ?? '',
  ];
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
}
