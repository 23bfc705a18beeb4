/**
 * What waits for a person, by kind: open cases and alerts, breaks that nobody explained, explanations for another to confirm, bills that did
 * not come, entries and refunds to be agreed to. Each with how many, how much money where one is known, since when, and the one thing it is
 * about where it is but one.
 *
 * Cost: six statements over what is open, which is little.
 */
import { ALARM_HOURS } from '../actions/bills.ts';
import { onSide } from '../actions/cases.ts';
import type { Currency } from '../base/currency.ts';
import { decimalText } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';

export type Want = Readonly<{
  kind: 'case' | 'alert' | 'breaks' | 'explanation' | 'bill' | 'approval' | 'refund';
  /** The case's reason or the alert's kind; else as the kind. */
  what: string;
  count: bigint;
  amount: Readonly<{ amount: string; currency: Currency }> | undefined;
  since: Temporal.Instant | undefined;
  subject: Readonly<{ kind: string; id: string }> | undefined;
}>;

type Grouped = Readonly<{
  what: string;
  count: bigint;
  since: Temporal.Instant;
  subject_kind: string;
  subject_id: string;
  minor: string | null;
}>;

/** Told as cases too. */
const TWICE = ['repair_unanswered', 'bill_missing', 'ledger_differs'];
/** The most urgent first: a customer stands there, then money that may be lost, then what only grows dear when it waits. */
const URGENT = [
  'claim',
  'unrecorded',
  'refund_uncertain',
  'refund_refused',
  'channel_refuses',
  'refund',
  'paid_after_close',
  'duplicate',
  'overpaid',
  'underpaid',
  'pending_long',
  'settlement_trouble',
  'breaks',
  'ledger_differs',
  'bill',
  'explanation',
  'approval',
  'events_missing',
  'webhook_gave_up',
];

export async function wantsOf(
  tx: TenantTx,
  livemode: boolean,
  currency: Currency,
  now: Temporal.Instant,
): Promise<readonly Want[]> {
  const cases = await tx.rows<Grouped>(
    `select c.reason as what, count(*) as count, min(c.opened_at) as since, min(c.subject_kind) as subject_kind,
            min(c.subject_id::text) as subject_id, sum(p.captured_minor) filter (where p.currency = $3) as minor
       from cases c left join payments p on p.tenant_id = $1 and p.id = c.subject_id and c.subject_kind = 'payment'
      where c.tenant_id = $1 and c.closed_at is null and ${onSide('c')} group by c.reason`,
    [tx.tenantId, livemode, currency],
  );
  const alerts = await tx.rows<Grouped>(
    `select a.kind as what, count(*) as count, min(a.opened_at) as since, min(a.subject_kind) as subject_kind,
            min(a.subject_id::text) as subject_id, null as minor
       from alerts a where a.tenant_id = $1 and a.closed_at is null and a.kind <> all($3) and ${onSide('a')} group by a.kind`,
    [tx.tenantId, livemode, TWICE],
  );
  const breaks = await tx.rows<Counted & { kind: 'breaks' | 'explanation'; amount: string | null }>(
    `select case b.state when 'explained' then 'explanation' else 'breaks' end as kind, count(*) as count,
            (sum(abs(b.amount)) filter (where b.currency = $3))::text as amount, min(coalesce(s.made_at, r.ended_at)) as since
       from breaks b join reconciliations r on r.tenant_id = $1 and r.id = b.reconciliation_id
       left join lateral (
         select max(s.made_at) as made_at from break_steps s
          where s.tenant_id = $1 and s.livemode = $2 and s.hash = b.hash and s.kind = 'explained' and b.state = 'explained') s on true
      where b.tenant_id = $1 and b.livemode = $2 and b.stands
        and (b.state = 'explained' or b.part = 'break' and b.state <> 'closed') group by 1`,
    [tx.tenantId, livemode, currency],
  );
  const bills = await tx.one<Counted & { accounts: bigint; account: string | null }>(
    `select count(*) as count, min(d.ready_at) as since, count(distinct d.account_id) as accounts, min(d.account_id::text) as account
       from bill_days d join accounts a on a.tenant_id = $1 and a.id = d.account_id and a.livemode = $2 and a.state = 'active'
      where d.tenant_id = $1 and d.state = 'expected' and d.ready_at < $3 and d.gone_at > $4`,
    [tx.tenantId, livemode, now.subtract({ hours: ALARM_HOURS }), now],
  );
  const approvals = await tx.one<Counted & { minor: string | null }>(
    `select count(*) as count, min(proposed_at) as since, sum(amount) filter (where currency = $3) as minor
       from ledger_proposals where tenant_id = $1 and livemode = $2 and state = 'proposed'`,
    [tx.tenantId, livemode, currency],
  );
  const refunds = await tx.one<Counted & { minor: string | null }>(
    `select count(*) as count, min(a.made_at) as since, sum(r.amount_minor) filter (where r.currency = $3) as minor
       from approvals a join refunds r on r.tenant_id = $1 and r.id = a.subject_id
      where a.tenant_id = $1 and a.livemode = $2 and a.state = 'waiting'`,
    [tx.tenantId, livemode, currency],
  );
  const moneyOf = (amount: string | null): Want['amount'] => (amount === null ? undefined : { amount, currency });
  const minorOf = (minor: string | null): Want['amount'] =>
    moneyOf(minor === null ? null : decimalText(BigInt(minor), currency));
  const grouped = (kind: 'case' | 'alert', { what, count, since, subject_kind, subject_id, minor }: Grouped): Want => ({
    ...{ kind, what, count, since, amount: minorOf(minor) },
    subject: count === 1n ? { kind: subject_kind, id: subject_id } : undefined,
  });
  const one = (
    kind: Exclude<Want['kind'], 'case' | 'alert'>,
    of: Counted,
    amount: Want['amount'],
    account?: string,
  ): Want[] =>
    of.count === 0n
      ? []
      : [
          {
            ...{ kind, what: kind, count: of.count, since: of.since ?? undefined, amount },
            subject: account === undefined ? undefined : { kind: 'account', id: account },
          },
        ];
  const rank = ({ what }: Want): number => (URGENT.indexOf(what) + URGENT.length + 1) % (URGENT.length + 1);
  return [
    ...cases.map((c) => grouped('case', c)),
    ...alerts.map((a) => grouped('alert', a)),
    ...breaks.flatMap((of) => one(of.kind, of, moneyOf(of.amount))),
    ...one('bill', bills, undefined, bills.accounts === 1n ? bills.account! : undefined),
    ...one('approval', approvals, minorOf(approvals.minor)),
    ...one('refund', refunds, minorOf(refunds.minor)),
  ].sort((a, b) => rank(a) - rank(b) || (a.what < b.what ? -1 : 1));
}

type Counted = Readonly<{ count: bigint; since: Temporal.Instant | null }>;
