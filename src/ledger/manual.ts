/**
 * Entries that people ask for. I9: who proposes does not post, and what is posted is what has the hash that was approved. Each takes money
 * out of suspense under one break, never more than lies there: to losses, to compensation, to exchange differences.
 *
 * May not: ask a policy (that comes with approvals). Costs: a few statements.
 */
import { DaozhangError } from '../base/errors.ts';
import { newId, sha256 } from '../base/ids.ts';
import { decimalText } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import type { Fact } from './postings.ts';
import { accountOf, needOpen, type Open, withLedger, writeEntries } from './store.ts';

export const PROPOSAL_KINDS = ['write_off', 'compensation', 'fx'] as const satisfies readonly Fact[];
type ProposalKind = (typeof PROPOSAL_KINDS)[number];
const ACCOUNTS = { write_off: 'losses', compensation: 'compensation', fx: 'fx' } as const;

export type Proposal = Readonly<{
  id: string;
  kind: ProposalKind;
  break_hash: string;
  side: 'loss' | 'gain';
  suspense: string;
  amount: bigint;
  currency: string;
  business_on: Temporal.PlainDate;
  reason: string;
  hash: string;
  state: 'proposed' | 'posted' | 'rejected';
  proposed_by: string;
  proposed_at: Temporal.Instant;
  decided_by: string | null;
  decided_at: Temporal.Instant | null;
}>;
export const PROPOSAL_COLUMNS = `id, kind, break_hash, side, suspense, amount, currency, business_on, reason, hash, state, proposed_by, proposed_at,
  decided_by, decided_at`;

export type Wanted = Readonly<{
  kind: ProposalKind;
  breakHash: string;
  amount: bigint;
  currency: string;
  on: string;
  reason: string;
  by: string;
}>;

/** What suspense holds under a break; undefined where it holds nothing. */
export async function openUnder(
  tx: TenantTx,
  livemode: boolean,
  breakHash: string,
): Promise<Readonly<{ account: string; currency: string; amount: bigint }> | undefined> {
  const rows = await tx.rows<{ id: string; currency: string; amount: bigint }>(
    `select a.id, a.currency, sum(case when t.debit = a.id then t.amount else -t.amount end)::bigint as amount
       from ledger_entries e
       join transfers t on t.tenant_id = $1 and t.entry_id = e.id
       join ledger_accounts a on a.tenant_id = $1 and a.id in (t.debit, t.credit) and a.code = 'suspense'
      where e.tenant_id = $1 and e.livemode = $2 and e.break_hash = $3
      group by a.id, a.currency having sum(case when t.debit = a.id then t.amount else -t.amount end) <> 0
      order by a.id limit 1`,
    [tx.tenantId, livemode, breakHash],
  );
  const [row] = rows;
  return row === undefined ? undefined : { account: row.id, currency: row.currency, amount: row.amount };
}

const hashOf = (p: Omit<Proposal, 'hash' | 'state' | 'proposed_at' | 'decided_by' | 'decided_at'>): string =>
  sha256(
    [p.id, p.kind, p.break_hash, p.side, p.suspense, p.amount, p.currency, p.business_on, p.reason, p.proposed_by]
      .map(String)
      .join('\u001f'),
  );

/** Throws `ledger.nothing_open`, `ledger.more_than_open`, `ledger.period_closed`, `ledger.day_signed`. */
export async function propose(tx: TenantTx, livemode: boolean, wanted: Wanted): Promise<Proposal> {
  return await withLedger(tx, { livemode }, async (ledger) => {
    needOpen(ledger, wanted.on);
    const open = await enoughUnder(tx, livemode, wanted.breakHash, wanted.amount, wanted.currency);
    const proposal = {
      id: newId(),
      kind: wanted.kind,
      break_hash: wanted.breakHash,
      side: open.amount > 0n ? ('loss' as const) : ('gain' as const),
      suspense: open.account,
      amount: wanted.amount,
      currency: wanted.currency,
      business_on: Temporal.PlainDate.from(wanted.on),
      reason: wanted.reason,
      proposed_by: wanted.by,
    };
    return await tx.one<Proposal>(
      `insert into ledger_proposals (tenant_id, id, livemode, kind, break_hash, side, suspense, amount, currency, business_on, reason, hash, proposed_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning ${PROPOSAL_COLUMNS}`,
      [
        tx.tenantId,
        proposal.id,
        livemode,
        proposal.kind,
        proposal.break_hash,
        proposal.side,
        proposal.suspense,
        proposal.amount,
        proposal.currency,
        proposal.business_on,
        proposal.reason,
        hashOf(proposal),
        proposal.proposed_by,
      ],
    );
  });
}

async function enoughUnder(tx: TenantTx, livemode: boolean, breakHash: string, amount: bigint, currency: string) {
  const open = await openUnder(tx, livemode, breakHash);
  if (open === undefined) throw new DaozhangError('ledger.nothing_open', { break: breakHash });
  const size = open.amount < 0n ? -open.amount : open.amount;
  if (currency !== open.currency || amount > size)
    throw new DaozhangError('ledger.more_than_open', {
      open: decimalText(size, open.currency),
      currency: open.currency,
      amount: `${decimalText(amount, currency)} ${currency}`,
    });
  return open;
}

/** Posts what was proposed. Throws also `ledger.own_proposal`, `ledger.changed`, `ledger.decided`. */
export async function approve(
  tx: TenantTx,
  livemode: boolean,
  proposal: Proposal,
  /** `isWhoAsked`: the person behind it is who proposed, by whatever key. */
  by: Readonly<{ who: string; isWhoAsked: boolean; hash: string }>,
): Promise<void> {
  await withLedger(tx, { livemode }, async (ledger) => {
    if (by.isWhoAsked || by.who === proposal.proposed_by) throw new DaozhangError('ledger.own_proposal', {});
    // Of the row as it is, not of the column: a row that was edited does not have the hash that was approved.
    if (by.hash !== proposal.hash || hashOf(proposal) !== proposal.hash) throw new DaozhangError('ledger.changed', {});
    const on = proposal.business_on.toString();
    needOpen(ledger, on);
    await decide(tx, livemode, proposal.id, 'posted', by.who);
    const open = await enoughUnder(tx, livemode, proposal.break_hash, proposal.amount, proposal.currency);
    if ((open.amount > 0n ? 'loss' : 'gain') !== proposal.side || open.account !== proposal.suspense)
      throw new DaozhangError('ledger.changed', {});
    await writeEntries(tx, ledger, [await entryOf(tx, ledger, proposal)]);
  });
}

async function entryOf(tx: TenantTx, ledger: Open, p: Proposal) {
  const other = await accountOf(tx, ledger, ACCOUNTS[p.kind], { currency: p.currency, channel: '', account: '' });
  const on = p.business_on.toString();
  return {
    scope: `proposal/${p.id}`,
    part: p.kind,
    cause: 'manual' as const,
    factOn: on,
    businessOn: on,
    breakHash: p.break_hash,
    proposalId: p.id,
    legs: [
      {
        fact: p.kind,
        debit: other,
        credit: p.suspense,
        amount: p.side === 'loss' ? p.amount : -p.amount,
        currency: p.currency,
      },
    ],
  };
}

/** One decides: the row count says who. */
export async function decide(
  tx: TenantTx,
  livemode: boolean,
  id: string,
  state: 'posted' | 'rejected',
  by: string,
): Promise<void> {
  const mine = await tx.run(
    `update ledger_proposals set state = $4, decided_by = $5, decided_at = now()
      where tenant_id = $1 and livemode = $2 and id = $3 and state = 'proposed'`,
    [tx.tenantId, livemode, id, state, by],
  );
  if (mine === 1) return;
  const now = await tx.one<{ state: string }>('select state from ledger_proposals where tenant_id = $1 and id = $2', [
    tx.tenantId,
    id,
  ]);
  throw new DaozhangError('ledger.decided', { state: now.state });
}
