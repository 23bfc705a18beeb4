/**
 * Control accounts equal the open items they stand for. The ledger's side is the transfers; the other side is counted from what the
 * items are: breaks of the runs that stand, batches as the book has them, lines cleared. Nothing is shared but the table that says which
 * finding stands where. Each check is stored.
 *
 * Cost: one pass over the standing breaks, the batches not credited and the posted items; no more than the work that is open or was stated.
 */

import { exponentOf } from '../base/currency.ts';
import { newId } from '../base/ids.ts';
import { decimalText, parseDecimal, rescale } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { type At, balancesAt, sumBy } from './balances.ts';
import { ACCOUNT_CODES, type AccountCode, chartOf } from './chart.ts';
import { SUSPENSE_SQL } from './postings.ts';

const CONTROL_ACCOUNTS = ACCOUNT_CODES.filter((code) => chartOf(code).control !== undefined);

/** Amounts are decimal text. `parts`: what the open items are made of. */
export type CheckRow = Readonly<{
  account: AccountCode;
  currency: string;
  ledger: string;
  open: string;
  difference: string;
  parts: Readonly<Record<string, string>>;
}>;
export type Check = Readonly<{ id: string; equal: boolean; rows: readonly CheckRow[] }>;

type Part = Readonly<{ account: AccountCode; part: string; currency: string; sum: string }>;

const STANDING = `r.tenant_id = $1 and r.livemode = $2 and r.state = 'done' and r.superseded_by is null and r.posted_at is not null`;

/** Sums are decimal text in major units, or minor units where the ledger itself counts. */
const STANDING_BREAKS = `
  select distinct on (b.hash) b.hash, b.currency, b.finding, b.joint, b.body from breaks b
    join reconciliations r on r.id = b.reconciliation_id and ${STANDING}
   where b.tenant_id = $1 and not (${SUSPENSE_SQL.stands}) order by b.hash, b.reconciliation_id`;
const BREAKS = `
  select 'suspense' as account, 'breaks' as part, currency, sum((body -> 'difference' ->> 'amount')::numeric)::text as sum
    from (${STANDING_BREAKS}) b where not (${SUSPENSE_SQL.credits}) group by currency
  union all
  select 'suspense', 'credits', currency, sum(-amount)::text from (
    select distinct on (line) line, currency, amount from (
      select ${SUSPENSE_SQL.line} as line, b.currency, (e -> 'money' ->> 'amount')::numeric as amount
        from (${STANDING_BREAKS}) b, jsonb_array_elements(b.body -> 'theirs') e where ${SUSPENSE_SQL.credits}) l
     where not exists (select from ledger_items i where i.tenant_id = $1 and i.livemode = $2 and i.bank_line = l.line and i.amount <> 0
                          and i.fact in ('batch_credited', 'implied_credited'))
     order by line) l group by currency`;
/** A batch that only superseded runs knew is none. */
const BATCHES = `
  select case b.kind when 'implied' then 'in_settlement' else 'in_transit' end as account, b.found as part, b.currency,
    sum((b.sums -> 'net' ->> 'amount')::numeric)::text as sum
  from batches b join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id and r.posted_at is not null
    left join ledger_scopes s on s.tenant_id = $1 and s.livemode = $2 and s.scope = 'batch/' || b.key
  where b.tenant_id = $1 and b.livemode = $2 and b.found not in ('credited', 'short') and s.withdrawn is not true
  group by 1, 2, 3`;
/** A run took the batch into the book and has not ended, or failed: until one is posted, what was posted before stands. */
const UNDECIDED = `
  select case d.code when 'in_settlement' then d.code when 'in_transit' then d.code else c.code end as account, 'of a run not posted' as part, i.currency,
    sum(case when d.code in ('in_settlement', 'in_transit') then i.amount else -i.amount end)::text as sum
  from batches b join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id and r.posted_at is null
    join ledger_items i on i.tenant_id = $1 and i.livemode = $2 and i.scope = 'batch/' || b.key and i.fact <> 'batch_paid_out'
    join ledger_accounts d on d.tenant_id = $1 and d.id = i.debit
    join ledger_accounts c on c.tenant_id = $1 and c.id = i.credit
  where b.tenant_id = $1 and b.livemode = $2 and (d.code in ('in_settlement', 'in_transit') or c.code in ('in_settlement', 'in_transit'))
  group by 1, 2, 3`;
const PROPOSALS = `
  select 'suspense' as account, kind as part, currency, sum(case side when 'loss' then -amount else amount end)::text as sum
  from ledger_proposals where tenant_id = $1 and livemode = $2 and state = 'posted' group by kind, currency`;
const ADJUSTMENTS = `
  select 'suspense' as account, 'adjustments' as part, currency, sum(-amount)::text as sum
  from ledger_items where tenant_id = $1 and livemode = $2 and fact = 'adjusted' group by currency`;
/** What a batch took, and what it is made of, is the batch's; what a ledger of the channel pays out is not. */
const LINES = `
  select 'channel_receivable' as account,
    case when i.scope like 'batch/%' then 'paid out of the balance' when i.scope like 'break/%' then 'breaks' else 'lines' end as part, i.currency,
    sum(case when d.code = 'channel_receivable' then i.amount else 0 end - case when c.code = 'channel_receivable' then i.amount else 0 end)::text as sum
  from ledger_items i
    join ledger_accounts d on d.tenant_id = $1 and d.id = i.debit
    join ledger_accounts c on c.tenant_id = $1 and c.id = i.credit
  where i.tenant_id = $1 and i.livemode = $2 and i.amount <> 0 and 'channel_receivable' in (d.code, c.code) and i.fact <> 'batch_differs'
    and (i.batch_key is null or i.batch_key like 'payout/%' or not exists (
      select from ledger_scopes s where s.tenant_id = $1 and s.livemode = $2 and s.scope = 'batch/' || i.batch_key and not s.withdrawn))
  group by 2, 3`;

export async function checkControls(
  tx: TenantTx,
  livemode: boolean,
  at: Temporal.Instant,
  reconciliationId?: string,
): Promise<Check> {
  const now: At = { axis: 'posted', at };
  const balances = await balancesAt(tx, { livemode }, now);
  const params = [tx.tenantId, livemode];
  const major = [...(await tx.rows<Part>(BREAKS, params)), ...(await tx.rows<Part>(BATCHES, params))].map((p) => ({
    ...p,
    minor: minorOf(p.sum, p.currency),
  }));
  const minor = (
    await tx.rows<Part>(`${PROPOSALS} union all ${ADJUSTMENTS} union all ${LINES} union all ${UNDECIDED}`, params)
  ).map((p) => ({
    ...p,
    minor: BigInt(p.sum),
  }));
  const parts = [...major, ...minor].filter((p) => p.minor !== 0n);
  const rows = CONTROL_ACCOUNTS.flatMap((account) => {
    const ledger = sumBy(balances, account);
    const own = parts.filter((p) => p.account === account);
    const currencies = new Set([...ledger.keys(), ...own.map((p) => p.currency)]);
    return [...currencies].sort().map((currency): CheckRow => {
      const of = own.filter((p) => p.currency === currency).sort((a, b) => (a.part < b.part ? -1 : 1));
      const open = of.reduce((sum, p) => sum + p.minor, 0n);
      const has = ledger.get(currency) ?? 0n;
      return {
        account,
        currency,
        ledger: decimalText(has, currency),
        open: decimalText(open, currency),
        difference: decimalText(has - open, currency),
        parts: Object.fromEntries(of.map((p) => [p.part, decimalText(p.minor, currency)])),
      };
    });
  });
  const equal = rows.every((r) => r.ledger === r.open);
  const id = newId();
  await tx.run(
    'insert into control_checks (tenant_id, id, livemode, reconciliation_id, equal, rows) values ($1, $2, $3, $4, $5, $6)',
    [tx.tenantId, id, livemode, reconciliationId ?? null, equal, JSON.stringify(rows)],
  );
  return { id, equal, rows };
}

function minorOf(text: string, currency: string): bigint {
  const read = parseDecimal(text);
  const exact = read && rescale(read, exponentOf(currency) ?? 0);
  if (exact === undefined) throw new Error(`${text} ${currency} is no amount`);
  return exact.value;
}
