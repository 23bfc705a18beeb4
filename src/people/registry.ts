/**
 * The registry of terminals as people read it: each with its binding now (or its last), what happened to it, what was found, what was
 * scanned. May not: change anything.
 */
import type { FindingKind } from '../actions/places.ts';
import type { TerminalKind, TerminalState } from '../actions/terminal-states.ts';
import type { TenantTx } from '../db/pool.ts';
import type { CheckResult } from './sticker.ts';
import { type Binding, COLUMNS } from './terminals.ts';

export type TerminalOut = Readonly<
  {
    id: string;
    kind: TerminalKind;
    state: TerminalState;
    version: number;
    serial_no: string | null;
    model: string | null;
    created_at: Temporal.Instant;
  } & Binding & { since_at: Temporal.Instant; until_at: Temporal.Instant | null }
>;

const WITH_BINDING = `select t.id, t.kind, t.state, t.version, t.serial_no, t.model, t.created_at, b.since_at, b.until_at,
    ${COLUMNS.split(', ')
      .map((c) => `b.${c}`)
      .join(', ')}
  from terminals t
  join lateral (select * from terminal_bindings w where w.tenant_id = $1 and w.terminal_id = t.id order by w.n desc limit 1) b on true
 where t.tenant_id = $1 and t.livemode = $2`;

export const oneTerminal = (tx: TenantTx, livemode: boolean, id: string): Promise<TerminalOut | undefined> =>
  tx.maybe<TerminalOut>(`${WITH_BINDING} and t.id = $3`, [tx.tenantId, livemode, id]);

export const listTerminals = (
  tx: TenantTx,
  livemode: boolean,
  where: Readonly<{
    store?: string | undefined;
    state?: TerminalState | undefined;
    accountId?: string | undefined;
    name?: string | undefined;
    after?: readonly [at: string, id: string] | undefined;
    limit: number;
  }>,
): Promise<readonly TerminalOut[]> =>
  tx.rows<TerminalOut>(
    `${WITH_BINDING} and ($3::text is null or t.state = $3) and ($4::text is null or b.store = $4)
        and ($5::uuid is null or b.account_id = $5)
        and ($6::timestamptz is null or (t.created_at, t.id) < ($6::timestamptz, $7::uuid)) and ($9::text is null or b.name = $9)
      order by t.created_at desc, t.id desc limit $8`,
    [
      tx.tenantId,
      livemode,
      where.state ?? null,
      where.store ?? null,
      where.accountId ?? null,
      where.after?.[0] ?? null,
      where.after?.[1] ?? null,
      where.limit,
      where.name ?? null,
    ],
  );

type StepOut = Readonly<{
  n: number;
  step: string;
  from_state: TerminalState | null;
  to_state: TerminalState;
  note: string | null;
  by: string;
  by_name: string | null;
  at: Temporal.Instant;
  recorded_at: Temporal.Instant;
}>;
export type BindingOut = Binding &
  Readonly<{
    n: number;
    note: string | null;
    by: string;
    by_name: string | null;
    since_at: Temporal.Instant;
    until_at: Temporal.Instant | null;
    recorded_at: Temporal.Instant;
  }>;

/** The person or key behind `by`. */
const BY_NAME = (row: string): string => `coalesce(
  (select k.name from api_keys k where k.tenant_id = $1 and 'key:' || k.id = ${row}.by),
  (select u.name from users u where u.tenant_id = $1 and 'session:' || u.id = ${row}.by)) as by_name`;

export async function historyOf(
  tx: TenantTx,
  id: string,
): Promise<Readonly<{ steps: readonly StepOut[]; bindings: readonly BindingOut[] }>> {
  const steps = await tx.rows<StepOut>(
    `select s.n, s.step, s.from_state, s.to_state, s.note, s.by, ${BY_NAME('s')}, s.at, s.recorded_at
       from terminal_steps s where s.tenant_id = $1 and s.terminal_id = $2 order by s.n`,
    [tx.tenantId, id],
  );
  const bindings = await tx.rows<BindingOut>(
    `select b.n, ${COLUMNS}, b.note, b.by, ${BY_NAME('b')}, b.since_at, b.until_at, b.recorded_at
       from terminal_bindings b where b.tenant_id = $1 and b.terminal_id = $2 order by b.n`,
    [tx.tenantId, id],
  );
  return { steps, bindings };
}

export type Page = Readonly<{ after: readonly [at: string, id: string] | undefined; limit: number }>;

type FindingOut = Readonly<{
  id: string;
  kind: FindingKind;
  said: string;
  account_id: string | null;
  terminal_id: string | null;
  store: string;
  currency: string;
  times: bigint;
  amount_minor: string;
  first_at: Temporal.Instant;
  last_at: Temporal.Instant;
  opened_at: Temporal.Instant;
  closed_at: Temporal.Instant | null;
  closed_by: string | null;
  close_note: string | null;
}>;

export const findingsOf = (
  tx: TenantTx,
  livemode: boolean,
  where: Page & Readonly<{ open: boolean | undefined }>,
): Promise<readonly FindingOut[]> =>
  tx.rows<FindingOut>(
    `select id, kind, said, account_id, terminal_id, store, currency, times, amount_minor, first_at, last_at, opened_at, closed_at,
            closed_by, close_note
       from terminal_findings
      where tenant_id = $1 and livemode = $2 and ($3::boolean is null or (closed_at is null) = $3)
        and ($4::timestamptz is null or (opened_at, id) < ($4::timestamptz, $5::uuid))
      order by opened_at desc, id desc limit $6`,
    [tx.tenantId, livemode, where.open ?? null, where.after?.[0] ?? null, where.after?.[1] ?? null, where.limit],
  );

type CheckOut = Readonly<{
  id: string;
  store: string | null;
  content: string;
  recognised: string;
  result: CheckResult;
  terminal_id: string | null;
  finding_id: string | null;
  by: string;
  by_name: string | null;
  at: Temporal.Instant;
}>;

export const checksOf = (
  tx: TenantTx,
  livemode: boolean,
  where: Page & Readonly<{ store: string | undefined }>,
): Promise<readonly CheckOut[]> =>
  tx.rows<CheckOut>(
    `select c.id, c.store, c.content, c.recognised, c.result, c.terminal_id, c.finding_id, c.by, ${BY_NAME('c')}, c.at
       from terminal_checks c
      where c.tenant_id = $1 and c.livemode = $2 and ($3::text is null or c.store = $3)
        and ($4::timestamptz is null or (c.at, c.id) < ($4::timestamptz, $5::uuid))
      order by c.at desc, c.id desc limit $6`,
    [tx.tenantId, livemode, where.store ?? null, where.after?.[0] ?? null, where.after?.[1] ?? null, where.limit],
  );
