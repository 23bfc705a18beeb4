/**
 * What is still open in the ledger: breaks that lie in suspense, and days that nobody has signed. What people propose and sign from.
 *
 * Cost: suspense is summed over its own transfers, days over the entries of the days asked for; no more than 62 of them at once.
 */
import type { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { CHINA } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { namesOf } from '../../people/names.ts';
import type { Caller } from '../auth.ts';
import * as shape from '../contract/ledger.ts';
import { page, problem } from '../contract.ts';
import { dropEmpty } from '../manners.ts';
import type { Api, Serving } from '../server.ts';
import { amountOf } from './ledger.ts';
import { SIGN_OFF, type SignOffRow, signOffView } from './ledger-work.ts';

const tags = ['ledger'];
const MOST_DAYS = 62;

/** Breaks by what suspense holds under them; one of two currencies is two. $3, $4: only those posted on these days, where given. */
const OPEN = (days: boolean): string => `
  select e.break_hash, a.currency, min(e.business_on) as business_on,
      sum(case when t.debit = a.id then t.amount else -t.amount end)::bigint as amount
    from ledger_entries e
    join transfers t on t.tenant_id = $1 and t.entry_id = e.id
    join ledger_accounts a on a.tenant_id = $1 and a.id in (t.debit, t.credit) and a.code = 'suspense'
   where e.tenant_id = $1 and e.livemode = $2 and e.break_hash is not null ${
     days
       ? `and e.break_hash in (select break_hash from ledger_entries
            where tenant_id = $1 and livemode = $2 and business_on between $3::date and $4::date)`
       : ''
   }
   group by e.break_hash, a.id, a.currency having sum(case when t.debit = a.id then t.amount else -t.amount end) <> 0`;

export function ledgerOpenRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/ledger/suspense',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listSuspense',
        summary: 'Breaks that lie in suspense, the largest first; each currency by itself',
        tags,
        querystring: shape.suspenseQuery,
        response: { 200: page(shape.suspended), 400: problem },
      },
    },
    async ({ caller, query }) => {
      const [currency, size, hash] = placeOf(query.after);
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<SuspendedRow>(
          `with open as (${OPEN(false)}),
             page as (select * from open where $3::text is null or currency > $3 or (currency = $3
                 and (abs(amount) < $4::bigint or (abs(amount) = $4::bigint and break_hash > $5)))
               order by currency, abs(amount) desc, break_hash limit $6)
           select p.*, b.reconciliation_id, b.n, b.finding, b.channel, b.account, b.order_ref, b.payment_id, b.says,
               (select x.id from ledger_proposals x where x.tenant_id = $1 and x.livemode = $2 and x.break_hash = p.break_hash
                   and x.state = 'proposed' order by x.proposed_at desc limit 1) as proposal_id
             from page p left join lateral (
               select reconciliation_id, n, finding, channel, account, order_ref, payment_id, body -> 'says' as says from breaks
                where tenant_id = $1 and livemode = $2 and hash = p.break_hash order by reconciliation_id desc limit 1) b on true
            order by p.currency, abs(p.amount) desc, p.break_hash`,
          [tx.tenantId, caller.livemode, currency ?? null, size ?? null, hash ?? null, query.limit],
        ),
      );
      const last = rows.length < query.limit ? undefined : rows.at(-1)!;
      return dropEmpty({
        items: rows.map((r) =>
          dropEmpty({
            break: r.break_hash,
            amount: amountOf(r.amount, r.currency),
            business_on: r.business_on.toString(),
            reconciliation_id: r.reconciliation_id ?? undefined,
            n: r.n ?? undefined,
            finding: r.finding ?? undefined,
            channel: r.channel ?? undefined,
            account: r.account ?? undefined,
            order_ref: r.order_ref ?? undefined,
            payment_id: r.payment_id ?? undefined,
            says: r.says ?? undefined,
            proposal_id: r.proposal_id ?? undefined,
          }),
        ),
        next:
          last === undefined
            ? undefined
            : Buffer.from(
                `${last.currency} ${last.amount < 0n ? -last.amount : last.amount} ${last.break_hash}`,
              ).toString('base64url'),
      });
    },
  );

  api.get(
    '/v1/ledger/days',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listLedgerDays',
        summary: 'Business days: what was posted, what is open, who signed them',
        description: `At most ${MOST_DAYS} days at once.`,
        tags,
        querystring: shape.trialQuery,
        response: { 200: shape.ledgerDays, 400: problem },
      },
    },
    async ({ caller, query: { from, to } }) => {
      const length = Temporal.PlainDate.from(from).until(to).total('days') + 1;
      if (length < 1 || length > MOST_DAYS) throw new DaozhangError('api.bad_request', { reason: 'from, to' });
      const today = on.pace.now().toZonedDateTimeISO(CHINA).toPlainDate();
      return await on.book.tenant(caller.tenantId, (tx) => daysOf(tx, caller, from, to, today));
    },
  );
}

type SuspendedRow = Readonly<{
  break_hash: string;
  currency: string;
  business_on: Temporal.PlainDate;
  amount: bigint;
  reconciliation_id: string | null;
  n: number | null;
  finding: string | null;
  channel: string | null;
  account: string | null;
  order_ref: string | null;
  payment_id: string | null;
  says: { en: string; zh: string } | null;
  proposal_id: string | null;
}>;

function placeOf(after: string | undefined): ReadonlyArray<string | undefined> {
  if (after === undefined) return [];
  const found = /^([A-Z]{3}) (\d{1,18}) (\S{1,100})$/.exec(Buffer.from(after, 'base64url').toString('utf8'));
  if (found === null || found[3]!.includes('\0')) throw new DaozhangError('api.bad_request', { reason: 'after' });
  return [found[1], found[2], found[3]];
}

async function daysOf(
  tx: TenantTx,
  { livemode }: Caller,
  from: string,
  to: string,
  today: Temporal.PlainDate,
): Promise<z.output<typeof shape.ledgerDays>> {
  const params = [tx.tenantId, livemode, from, to];
  const entries = await tx.rows<{ on: Temporal.PlainDate; n: bigint }>(
    `select business_on as on, count(*) as n from ledger_entries
      where tenant_id = $1 and livemode = $2 and business_on between $3::date and $4::date group by business_on`,
    params,
  );
  const open = await tx.rows<{ on: Temporal.PlainDate; n: bigint }>(
    `select business_on as on, count(distinct break_hash) as n from (${OPEN(true)}) o
      where business_on between $3::date and $4::date group by business_on`,
    params,
  );
  const signed = await tx.rows<SignOffRow>(
    `select ${SIGN_OFF} from sign_offs where tenant_id = $1 and livemode = $2 and business_on between $3::date and $4::date
        and reopened_at is null`,
    params,
  );
  const through = await tx.maybe<{ signed: Temporal.PlainDate | null; closed: Temporal.PlainDate | null }>(
    `select closed_through as closed,
        (select max(business_on) from sign_offs where tenant_id = $1 and livemode = $2 and reopened_at is null) as signed
       from ledgers where tenant_id = $1 and livemode = $2`,
    [tx.tenantId, livemode],
  );
  const isThrough = (day: string, last: Temporal.PlainDate | null | undefined): boolean =>
    last !== null && last !== undefined && day <= last.toString();
  const nameOf = await namesOf(
    tx,
    signed.map((s) => s.signed_by),
  );
  const counts = (rows: readonly { on: Temporal.PlainDate; n: bigint }[]): ReadonlyMap<string, bigint> =>
    new Map(rows.map((r) => [r.on.toString(), r.n]));
  const [posted, unsettled] = [counts(entries), counts(open)];
  const standing = new Map(signed.map((s) => [s.business_on.toString(), s]));
  const items: Array<z.output<typeof shape.ledgerDay>> = [];
  for (let d = Temporal.PlainDate.from(from); d.toString() <= to; d = d.add({ days: 1 })) {
    const day = d.toString();
    const own = standing.get(day);
    items.push(
      dropEmpty({
        on: day,
        state: isThrough(day, through?.closed)
          ? ('closed' as const)
          : isThrough(day, through?.signed)
            ? ('signed' as const)
            : day > today.toString()
              ? ('ahead' as const)
              : ('open' as const),
        entries: (posted.get(day) ?? 0n).toString(),
        open_breaks: (unsettled.get(day) ?? 0n).toString(),
        sign_off: own === undefined ? undefined : signOffView(own, nameOf),
      }),
    );
  }
  return dropEmpty({
    today: today.toString(),
    signed_through: through?.signed?.toString(),
    closed_through: through?.closed?.toString(),
    items,
  });
}
