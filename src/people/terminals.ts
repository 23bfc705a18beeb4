/**
 * The registry of terminals: who applied, who checked, what was shipped and registered, where it stands and whose money it takes. Each
 * change names who, when and why, and is never edited; a moved terminal keeps when it stood where.
 *
 * Two people at once: each change is guarded by the version that was read, and whoever comes second is told (`terminal.changed`).
 * `at` is when it happened; it may lie before now, never before what was written last.
 */
import { closeFindings } from '../actions/places.ts';
import {
  moveTo,
  SERVICE,
  type Step,
  stepsFrom,
  TERMINAL_STATES,
  type TerminalKind,
  type TerminalState,
} from '../actions/terminal-states.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId, sha256 } from '../base/ids.ts';
import type { TenantTx } from '../db/pool.ts';

/** Who does it, when it is now, and on which side. */
export type Doing = Readonly<{ livemode: boolean; by: string; now: Temporal.Instant }>;
export type When = Readonly<{
  at?: Temporal.Instant | undefined;
  note?: string | undefined;
  /** As it was read; left out, what is there now is changed. */
  version?: number | undefined;
}>;

/** Undefined: as before. Null: none. */
export type Bound = Readonly<{
  name?: string | undefined;
  store?: string | null | undefined;
  accountId?: string | null | undefined;
  merchant?: string | null | undefined;
  merchantNo?: string | null | undefined;
  settleMerchantNo?: string | null | undefined;
  terminalNo?: string | null | undefined;
  /** The exact content of its code. */
  code?: string | null | undefined;
  /** Instead of the content, its SHA-256 in hex. */
  codeHash?: string | null | undefined;
  payee?: string | null | undefined;
}>;

export type Binding = Readonly<{
  name: string;
  store: string | null;
  account_id: string | null;
  provider: string | null;
  merchant: string | null;
  merchant_no: string | null;
  settle_merchant_no: string | null;
  terminal_no: string | null;
  code: string | null;
  code_hash: Buffer | null;
  payee: string | null;
}>;
export const COLUMNS =
  'name, store, account_id, provider, merchant, merchant_no, settle_merchant_no, terminal_no, code, code_hash, payee' as const;

type TerminalRow = Readonly<{
  id: string;
  kind: TerminalKind;
  state: TerminalState;
  version: number;
  /** The last thing that happened to it. */
  latest: Temporal.Instant;
}>;

export async function putStore(tx: TenantTx, on: Doing, code: string, name: string): Promise<void> {
  await tx.run(
    `insert into stores (tenant_id, livemode, code, name, added_by) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, livemode, code) do update set name = excluded.name`,
    [tx.tenantId, on.livemode, code, name, on.by],
  );
}

/** Throws `account.not_found`, `store.unknown`, `terminal.taken`, `terminal.incomplete`, `terminal.bad_time`. */
export async function addTerminal(
  tx: TenantTx,
  on: Doing,
  wanted: Bound &
    Readonly<{
      kind: TerminalKind;
      name: string;
      serialNo?: string | undefined;
      model?: string | undefined;
      /** A device that is there already begins as registered. */
      state: 'applied' | 'registered';
      at?: Temporal.Instant | undefined;
      note?: string | undefined;
    }>,
): Promise<string> {
  const id = newId();
  const at = timeOf(on, wanted.at, undefined);
  await tx.run(
    `insert into terminals (tenant_id, id, livemode, kind, serial_no, model, state) values ($1, $2, $3, $4, $5, $6, $7)`,
    [tx.tenantId, id, on.livemode, wanted.kind, wanted.serialNo ?? null, wanted.model ?? null, wanted.state],
  );
  const step = wanted.state === 'applied' ? 'apply' : 'take_over';
  await writeStep(tx, on, { id, n: 1, step, from: null, to: wanted.state, note: wanted.note, at });
  const binding = await bindingWith(tx, on, NOTHING, wanted);
  if (wanted.state === 'registered') needComplete(id, wanted.kind, binding);
  await writeBinding(tx, on, { id, n: 1, note: undefined, at }, binding);
  if (wanted.state === 'registered') await settle(tx, on, id, binding);
  return id;
}

/** Throws `api.not_found`, `terminal.changed`, `terminal.wrong_step`, `terminal.incomplete`, `terminal.bad_time`. */
export async function stepTerminal(tx: TenantTx, on: Doing, id: string, step: Step, when: When): Promise<void> {
  const terminal = await readRow(tx, on, id, when.version);
  const to = moveTo(terminal.state, step);
  if (to === null) {
    throw new DaozhangError('terminal.wrong_step', {
      state: TERMINAL_STATES[terminal.state],
      step,
      steps: stepsFrom(terminal.state).join(', ') || '—',
    });
  }
  const at = timeOf(on, when.at, terminal.latest);
  const n = await advance(tx, on, terminal, to);
  const binding = await current(tx, id);
  if (SERVICE[to] === 'now') needComplete(id, terminal.kind, binding);
  await writeStep(tx, on, { id, n, step, from: terminal.state, to, note: when.note, at });
  // What is over holds no name, number or code any more.
  if (to === 'retired' || to === 'rejected') await endBinding(tx, id, at);
  if (SERVICE[to] === 'now') await settle(tx, on, id, binding);
}

/** Throws as `addTerminal`, and `api.not_found`, `terminal.changed`, `terminal.ended`. */
export async function bindTerminal(tx: TenantTx, on: Doing, id: string, wanted: Bound, when: When): Promise<void> {
  const terminal = await readRow(tx, on, id, when.version);
  if (terminal.state === 'retired' || terminal.state === 'rejected')
    throw new DaozhangError('terminal.ended', { state: TERMINAL_STATES[terminal.state] });
  const at = timeOf(on, when.at, terminal.latest);
  const n = await advance(tx, on, terminal, terminal.state);
  const binding = await bindingWith(tx, on, await current(tx, id), wanted);
  if (SERVICE[terminal.state] !== 'not_yet') needComplete(id, terminal.kind, binding);
  await endBinding(tx, id, at);
  await writeBinding(tx, on, { id, n, note: when.note, at }, binding);
  if (SERVICE[terminal.state] === 'now') await settle(tx, on, id, binding);
}

async function readRow(tx: TenantTx, on: Doing, id: string, version: number | undefined): Promise<TerminalRow> {
  const row = await tx.maybe<TerminalRow>(
    `select t.id, t.kind, t.state, t.version,
            greatest((select max(s.at) from terminal_steps s where s.tenant_id = $1 and s.terminal_id = t.id),
                     (select max(b.since_at) from terminal_bindings b where b.tenant_id = $1 and b.terminal_id = t.id)) as latest
       from terminals t where t.tenant_id = $1 and t.id = $2 and t.livemode = $3`,
    [tx.tenantId, id, on.livemode],
  );
  if (row === undefined) throw new DaozhangError('api.not_found', {});
  if (version !== undefined && version !== row.version) throw new DaozhangError('terminal.changed', {});
  return row;
}

/** The guard: of two who read the same, one writes. What else is read of the terminal is read after it, under its lock. */
async function advance(tx: TenantTx, on: Doing, read: TerminalRow, to: TerminalState): Promise<number> {
  const written = await tx.run(
    `update terminals set state = $5, version = version + 1
      where tenant_id = $1 and id = $2 and livemode = $3 and version = $4 and state = $6`,
    [tx.tenantId, read.id, on.livemode, read.version, to, read.state],
  );
  if (written === 0) throw new DaozhangError('terminal.changed', {});
  return read.version + 1;
}

const writeStep = (
  tx: TenantTx,
  on: Doing,
  s: Readonly<{
    id: string;
    n: number;
    step: string;
    from: TerminalState | null;
    to: TerminalState;
    note: string | undefined;
    at: Temporal.Instant;
  }>,
): Promise<number> =>
  tx.run(
    `insert into terminal_steps (tenant_id, terminal_id, n, step, from_state, to_state, note, by, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [tx.tenantId, s.id, s.n, s.step, s.from, s.to, s.note ?? null, on.by, s.at],
  );

/** Now, or when it is said to have happened: in order, and not in the future. */
function timeOf(on: Doing, said: Temporal.Instant | undefined, latest: Temporal.Instant | undefined): Temporal.Instant {
  const after = latest ?? Temporal.Instant.fromEpochMilliseconds(0);
  // A clock that went back a little makes no disorder.
  const at = said ?? (Temporal.Instant.compare(on.now, after) < 0 ? after : on.now);
  const isEarly = Temporal.Instant.compare(at, after) < 0;
  const isFuture = said !== undefined && Temporal.Instant.compare(said, on.now) > 0;
  if (isEarly || isFuture) throw new DaozhangError('terminal.bad_time', { after: after.toString() });
  return at;
}

const NOTHING: Binding = {
  name: '',
  store: null,
  account_id: null,
  provider: null,
  merchant: null,
  merchant_no: null,
  settle_merchant_no: null,
  terminal_no: null,
  code: null,
  code_hash: null,
  payee: null,
};

const current = (tx: TenantTx, id: string): Promise<Binding> =>
  tx.one<Binding>(
    `select ${COLUMNS} from terminal_bindings where tenant_id = $1 and terminal_id = $2 and until_at is null`,
    [tx.tenantId, id],
  );

async function bindingWith(tx: TenantTx, on: Doing, old: Binding, wanted: Bound): Promise<Binding> {
  const or = <T>(said: T | undefined, before: T): T => (said === undefined ? before : said);
  const store = or(wanted.store, old.store);
  if (store !== null && store !== old.store) {
    const known = await tx.maybe('select from stores where tenant_id = $1 and livemode = $2 and code = $3', [
      tx.tenantId,
      on.livemode,
      store,
    ]);
    if (known === undefined) throw new DaozhangError('store.unknown', { store });
  }
  const code = or(wanted.code, wanted.codeHash === undefined ? old.code : null);
  const hash = code !== null ? sha256(code) : or(wanted.codeHash, wanted.code === null ? null : hexOf(old.code_hash));
  const account = await accountOf(tx, on, wanted.accountId, old);
  return {
    ...account,
    name: wanted.name ?? old.name,
    store,
    merchant: or(wanted.merchant, old.merchant),
    merchant_no: or(wanted.merchantNo, account.account_id === old.account_id ? old.merchant_no : account.merchant_no),
    settle_merchant_no: or(
      wanted.settleMerchantNo,
      account.account_id === old.account_id ? old.settle_merchant_no : account.settle_merchant_no,
    ),
    terminal_no: or(wanted.terminalNo, old.terminal_no),
    code,
    code_hash: hash === null ? null : Buffer.from(hash, 'hex'),
    payee: or(wanted.payee, old.payee),
  };
}

const hexOf = (bytes: Buffer | null): string | null => bytes?.toString('hex') ?? null;

type AccountPart = Pick<Binding, 'account_id' | 'provider' | 'merchant_no' | 'settle_merchant_no'>;

/** The account's own numbers hold where the binding names none. */
async function accountOf(
  tx: TenantTx,
  on: Doing,
  wanted: string | null | undefined,
  old: Binding,
): Promise<AccountPart> {
  if (wanted === undefined) return old;
  if (wanted === null) return { account_id: null, provider: null, merchant_no: null, settle_merchant_no: null };
  const row = await tx.maybe<AccountPart>(
    `select id as account_id, provider, coalesce(nullif(sub_merchant_no, ''), merchant_no) as merchant_no,
            settings ->> 'settle_merchant_no' as settle_merchant_no
       from accounts where tenant_id = $1 and id = $2 and livemode = $3`,
    [tx.tenantId, wanted, on.livemode],
  );
  if (row === undefined) throw new DaozhangError('account.not_found', { account: wanted });
  return row;
}

/** What takes payments stands somewhere, pays into an account, and can be told from others. */
function needComplete(id: string, kind: TerminalKind, b: Binding): void {
  const missing = [
    ...(b.store === null ? ['store'] : []),
    ...(b.account_id === null && kind !== 'cashier' ? ['account_id'] : []),
    ...(b.terminal_no === null && kind === 'pos' ? ['terminal_no'] : []),
    ...(b.code_hash === null && kind === 'code' ? ['code'] : []),
    ...(b.payee === null && b.code_hash !== null ? ['payee'] : []),
  ];
  if (missing.length > 0) throw new DaozhangError('terminal.incomplete', { id, missing: missing.join(', ') });
}

const endBinding = (tx: TenantTx, id: string, at: Temporal.Instant): Promise<number> =>
  tx.run('update terminal_bindings set until_at = $3 where tenant_id = $1 and terminal_id = $2 and until_at is null', [
    tx.tenantId,
    id,
    at,
  ]);

async function writeBinding(
  tx: TenantTx,
  on: Doing,
  it: Readonly<{ id: string; n: number; note: string | undefined; at: Temporal.Instant }>,
  b: Binding,
): Promise<void> {
  const written = await tx.run(
    `insert into terminal_bindings (tenant_id, terminal_id, n, livemode, ${COLUMNS}, note, by, since_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) on conflict do nothing`,
    [
      tx.tenantId,
      it.id,
      it.n,
      on.livemode,
      b.name,
      b.store,
      b.account_id,
      b.provider,
      b.merchant,
      b.merchant_no,
      b.settle_merchant_no,
      b.terminal_no,
      b.code,
      b.code_hash,
      b.payee,
      it.note ?? null,
      on.by,
      it.at,
    ],
  );
  if (written === 0) throw await takenBy(tx, on, it.id, b);
}

async function takenBy(tx: TenantTx, on: Doing, id: string, b: Binding): Promise<DaozhangError> {
  const holder = await tx.maybe<{ name: string; same_name: boolean; same_no: boolean }>(
    `select name, name = $3 as same_name, terminal_no = $5 and provider is not distinct from $4 as same_no
       from terminal_bindings
      where tenant_id = $1 and livemode = $2 and until_at is null and terminal_id <> $7
        and (name = $3 or (terminal_no = $5 and provider is not distinct from $4) or code_hash = $6) limit 1`,
    [tx.tenantId, on.livemode, b.name, b.provider, b.terminal_no, b.code_hash, id],
  );
  // Whoever had it may have given it up since.
  if (holder === undefined) return new DaozhangError('terminal.changed', {});
  const what = holder.same_name ? 'name' : holder.same_no ? 'terminal_no' : 'code';
  return new DaozhangError('terminal.taken', { what, holder: holder.name });
}

/** What was found about it, and is now put right. */
async function settle(tx: TenantTx, on: Doing, id: string, b: Binding): Promise<void> {
  const open = await tx.rows<{ id: string }>(
    `select f.id from terminal_findings f left join accounts a on a.tenant_id = $1 and a.id = f.account_id
      where f.tenant_id = $1 and f.livemode = $2 and f.closed_at is null
        and ((f.terminal_id = $3 and (f.kind in ('terminal_retired', 'terminal_foreign') or (f.kind = 'other_store' and f.store = $8)))
             or (f.kind = 'terminal_unregistered' and (f.said = $4 or (f.said = $5 and a.provider = $6)))
             or (f.kind = 'foreign_code' and f.said = $7))`,
    [tx.tenantId, on.livemode, id, b.name, b.terminal_no, b.provider, hexOf(b.code_hash), b.store],
  );
  await closeFindings(
    tx,
    on.livemode,
    open.map((f) => f.id),
    on.by,
    undefined,
  );
}
