/** Entries as they are read: pages by number, of the whole journal or of what an account, a day, a break, a batch or a run has. */
import type { TenantTx } from '../db/pool.ts';
import type { AccountCode, LedgerAccount } from './chart.ts';
import type { Fact } from './postings.ts';
import type { Cause } from './store.ts';

export type Transfer = Readonly<{
  fact: Fact;
  debit: LedgerAccount;
  credit: LedgerAccount;
  amount: bigint;
  currency: string;
}>;
export type Entry = Readonly<{
  id: string;
  no: bigint;
  scope: string;
  part: string;
  cause: Cause;
  businessOn: string;
  factOn: string;
  postedAt: Temporal.Instant;
  reconciliationId: string | undefined;
  breakHash: string | undefined;
  batchKey: string | undefined;
  proposalId: string | undefined;
  evidence: Readonly<{ sha256: string; at: number; length: number }> | undefined;
  transfers: readonly Transfer[];
}>;

export type Filter = Readonly<{
  id?: string | undefined;
  accountId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  breakHash?: string | undefined;
  batchKey?: string | undefined;
  reconciliationId?: string | undefined;
  proposalId?: string | undefined;
}>;
export type Page = Readonly<{
  order: 'up' | 'down';
  after?: bigint | undefined;
  through?: bigint | undefined;
  limit: number;
}>;

type Row = Readonly<{
  id: string;
  no: bigint;
  scope: string;
  part: string;
  cause: Cause;
  business_on: Temporal.PlainDate;
  fact_on: Temporal.PlainDate;
  posted_at: Temporal.Instant;
  reconciliation_id: string | null;
  break_hash: string | null;
  batch_key: string | null;
  proposal_id: string | null;
  evidence: Entry['evidence'] | null;
}>;
type Moved = Readonly<{
  entry_id: string;
  n: number;
  fact: Fact;
  debit: string;
  credit: string;
  amount: bigint;
  currency: string;
}>;

/** Cost: two statements and one for accounts, whatever the filter; each filter has its index. */
export async function entriesPage(
  tx: TenantTx,
  livemode: boolean,
  filter: Filter,
  page: Page,
): Promise<readonly Entry[]> {
  const params: unknown[] = [tx.tenantId, livemode];
  const p = (value: unknown): string => `$${params.push(value)}`;
  const conditions = ['e.tenant_id = $1', 'e.livemode = $2'];
  const [beyond, order] = page.order === 'up' ? ['>', 'asc'] : ['<', 'desc'];
  const range = (column: string): string[] => [
    ...(page.after === undefined ? [] : [`${column} ${beyond} ${p(page.after)}`]),
    ...(page.through === undefined ? [] : [`${column} <= ${p(page.through)}`]),
  ];
  conditions.push(...range('e.no'));
  if (filter.id !== undefined) conditions.push(`e.id = ${p(filter.id)}`);
  const days = (of: 'e' | 't'): string[] => [
    ...(filter.from === undefined ? [] : [`${of}.business_on >= ${p(filter.from)}::date`]),
    ...(filter.to === undefined ? [] : [`${of}.business_on <= ${p(filter.to)}::date`]),
  ];
  conditions.push(...days('e'));
  if (filter.breakHash !== undefined) conditions.push(`e.break_hash = ${p(filter.breakHash)}`);
  if (filter.batchKey !== undefined) conditions.push(`e.batch_key = ${p(filter.batchKey)}`);
  if (filter.reconciliationId !== undefined) conditions.push(`e.reconciliation_id = ${p(filter.reconciliationId)}`);
  if (filter.proposalId !== undefined) conditions.push(`e.proposal_id = ${p(filter.proposalId)}`);
  const limit = p(page.limit);
  if (filter.accountId !== undefined) {
    const account = p(filter.accountId);
    // A page of each side by its index; more is needed only where entries are chosen by what transfers do not say.
    const every = [filter.breakHash, filter.batchKey, filter.reconciliationId, filter.proposalId].some(
      (x) => x !== undefined,
    );
    const moved = (
      side: 'debit' | 'credit',
    ): string => `(select entry_id from transfers t where t.tenant_id = $1 and t.${side} = ${account}
      and ${[...range('t.no'), ...days('t')].join(' and ') || 'true'} ${every ? '' : `order by t.no ${order} limit ${limit}`})`;
    conditions.push(`e.id in (${moved('debit')} union ${moved('credit')})`);
  }
  const rows = await tx.rows<Row>(
    `select e.id, e.no, e.scope, e.part, e.cause, e.business_on, e.fact_on, e.posted_at, e.reconciliation_id, e.break_hash, e.batch_key,
       e.proposal_id, e.evidence
       from ledger_entries e where ${conditions.join(' and ')} order by e.no ${order} limit ${limit}`,
    params,
  );
  return await withTransfers(tx, rows);
}

async function withTransfers(tx: TenantTx, rows: readonly Row[]): Promise<readonly Entry[]> {
  if (rows.length === 0) return [];
  const moved = await tx.rows<Moved>(
    `select entry_id, n, fact, debit, credit, amount, currency from transfers where tenant_id = $1 and entry_id = any($2) order by entry_id, n`,
    [tx.tenantId, rows.map((r) => r.id)],
  );
  const accounts = new Map(
    (
      await tx.rows<LedgerAccount & { code: AccountCode }>(
        'select id, code, currency, channel, account from ledger_accounts where tenant_id = $1 and id = any($2)',
        [tx.tenantId, [...new Set(moved.flatMap((m) => [m.debit, m.credit]))]],
      )
    ).map((a) => [a.id, a]),
  );
  const of = Map.groupBy(moved, (m) => m.entry_id);
  return rows.map((r) => ({
    id: r.id,
    no: r.no,
    scope: r.scope,
    part: r.part,
    cause: r.cause,
    businessOn: r.business_on.toString(),
    factOn: r.fact_on.toString(),
    postedAt: r.posted_at,
    reconciliationId: r.reconciliation_id ?? undefined,
    breakHash: r.break_hash ?? undefined,
    batchKey: r.batch_key ?? undefined,
    proposalId: r.proposal_id ?? undefined,
    evidence: r.evidence ?? undefined,
    transfers: (of.get(r.id) ?? []).map((m) => ({
      fact: m.fact,
      debit: accounts.get(m.debit)!,
      credit: accounts.get(m.credit)!,
      amount: m.amount,
      currency: m.currency,
    })),
  }));
}

const PAGE = 500;

/** Every entry in the order of posting, up to number `through`: one page in memory, each in a transaction of its own where `read` gives one. */
export async function* everyEntry(
  read: <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>,
  livemode: boolean,
  filter: Filter,
  through: bigint,
): AsyncGenerator<Entry> {
  for (let after = 0n; ; ) {
    const entries = await read((tx) => entriesPage(tx, livemode, filter, { order: 'up', after, through, limit: PAGE }));
    yield* entries;
    if (entries.length < PAGE) return;
    after = entries.at(-1)!.no;
  }
}

export async function lastNo(tx: TenantTx, livemode: boolean): Promise<bigint> {
  const row = await tx.maybe<{ last_no: bigint }>(
    'select last_no from ledgers where tenant_id = $1 and livemode = $2',
    [tx.tenantId, livemode],
  );
  return row?.last_no ?? 0n;
}
