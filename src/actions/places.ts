/**
 * Where a payment was taken, compared with the registry of terminals as it stood when it was paid. What does not fit is a finding: one
 * open row and one case a terminal, which counts its payments; each payment counts once.
 *
 * The channel's own word for the terminal goes before the order's. Of an account without any terminal nothing is found, and where a tenant
 * registered none this asks nothing: that there is none is remembered for a moment.
 *
 * Cost: one statement for a batch of changes where there are terminals; three more where something is found.
 */
import { clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import { decimalText } from '../base/money.ts';
import type { TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import type { Changed } from '../traces/advance.ts';
import { openCase } from './cases.ts';
import { appendEvents, type NewEvent } from './events.ts';
import { SERVICE, type TerminalState } from './terminal-states.ts';

export type PlaceFinding = 'terminal_unregistered' | 'terminal_retired' | 'terminal_foreign';
export type CodeFinding = 'foreign_code' | 'retired_code' | 'other_store';
export type FindingKind = PlaceFinding | CodeFinding;

const KEEP_MS = 2_000;

/** Looks at what was captured, and stores what does not fit. */
export function placesWatched(): (tx: TenantTx, changed: readonly Changed[]) => Promise<void> {
  /** Tenants that have terminals, and those that had none a moment ago: a terminal is never taken away. */
  const known = new Map<string, 'some' | number>();
  const hasAny = async (tx: TenantTx): Promise<boolean> => {
    const kept = known.get(tx.tenantId);
    if (kept === 'some') return true;
    if (kept !== undefined && clock.ticks() - kept < KEEP_MS) return false;
    const { some } = await tx.one<{ some: boolean }>(
      'select exists (select from terminals where tenant_id = $1) as some',
      [tx.tenantId],
    );
    known.set(tx.tenantId, some ? 'some' : clock.ticks());
    return some;
  };
  return async (tx, changed) => {
    const captured = changed.filter((c) => c.after.capturedAt !== undefined).map((c) => c.after.id);
    if (captured.length === 0 || !(await hasAny(tx))) return;
    const places = await placesOf(tx, captured);
    const wrong = places.flatMap((p) => (p.counted || p.finding === undefined ? [] : [{ ...p, finding: p.finding }]));
    await find(tx, wrong);
  };
}

export type Place = Readonly<{
  paymentId: string;
  /** As the message or the order writes it. */
  named: string;
  by: 'channel' | 'order';
  terminalId: string | undefined;
  name: string | undefined;
  /** Its state and store when it was paid. */
  state: TerminalState | undefined;
  store: string | undefined;
  finding: PlaceFinding | undefined;
  /** The stored finding, once there is one. */
  findingId: string | undefined;
  counted: boolean;
}> &
  Readonly<{ livemode: boolean; accountId: string; amountMinor: bigint; currency: string; at: Temporal.Instant }>;

type Row = Readonly<{
  payment_id: string;
  livemode: boolean;
  account_id: string;
  captured_minor: bigint;
  currency: string;
  captured_at: Temporal.Instant;
  channel_says: string | null;
  order_says: string | null;
  order_store: string | null;
  watched: boolean;
  finding_id: string | null;
  finding_kind: PlaceFinding | null;
  terminal_id: string | null;
  name: string | null;
  store: string | null;
  bound_account: string | null;
  covers: boolean | null;
  /** The order names a terminal of its own, and the channel another. */
  differs: boolean;
  state: TerminalState | null;
}>;

/**
 * Of those payments that name a terminal, where they were taken. The registry is looked up column by column: no expression is trusted
 * before row-level security, and with one no index would be used. 256 payments among 20,000 terminals: some 30 ms.
 */
export async function placesOf(tx: TenantTx, paymentIds: readonly string[]): Promise<readonly Place[]> {
  const rows = await tx.rows<Row>(
    `select p.id as payment_id, p.livemode, p.account_id, p.captured_minor, p.currency, p.captured_at,
            said.terminal as channel_says, o.terminal as order_says, s.code as order_store,
            fp.finding_id, f.kind as finding_kind,
            exists (select from terminal_bindings w where w.tenant_id = $1 and w.account_id = p.account_id and w.since_at <= p.captured_at)
              or exists (select from terminal_bindings w where w.tenant_id = $1 and w.account_id is null and w.livemode = p.livemode
                            and w.since_at <= p.captured_at) as watched,
            b.terminal_id, b.name, b.store, b.account_id as bound_account, b.covers,
            said.terminal is not null and exists (
              select from terminal_bindings w where w.tenant_id = $1 and w.livemode = p.livemode and w.name = o.terminal
                 and w.since_at <= p.captured_at and (w.until_at is null or w.until_at > p.captured_at)
                 and w.terminal_id <> b.terminal_id) as differs,
            (select t.to_state from terminal_steps t where t.tenant_id = $1 and t.terminal_id = b.terminal_id and t.at <= p.captured_at
              order by t.n desc limit 1) as state
       from payments p
       join accounts a on a.tenant_id = $1 and a.id = p.account_id
       left join orders o on o.tenant_id = $1 and o.id = p.order_id
       left join stores s on s.tenant_id = $1 and s.livemode = p.livemode and s.code = o.store
       left join terminal_finding_payments fp on fp.tenant_id = $1 and fp.payment_id = p.id
       left join terminal_findings f on f.tenant_id = $1 and f.id = fp.finding_id
       left join lateral (
         select m.place ->> 'terminal' as terminal from observations m
          where m.tenant_id = $1 and m.payment_id = p.id and m.place ->> 'terminal' is not null
          order by m.occurred_at desc, m.id desc limit 1) said on true
       left join lateral (
         select w.*, w.until_at is null or w.until_at > p.captured_at as covers
           from (select * from terminal_bindings n
                  where n.tenant_id = $1 and n.livemode = p.livemode and n.terminal_no = said.terminal and n.provider = a.provider
                 union all
                 select * from terminal_bindings n
                  where n.tenant_id = $1 and n.livemode = p.livemode and n.terminal_no = o.terminal and n.provider = a.provider
                    and said.terminal is null
                 union all
                 select * from terminal_bindings n
                  where n.tenant_id = $1 and n.livemode = p.livemode and n.name = o.terminal and said.terminal is null) w
          where w.since_at <= p.captured_at
          order by (w.until_at is null or w.until_at > p.captured_at) desc, w.since_at desc, w.n desc limit 1) b on true
      where p.tenant_id = $1 and p.id = any($2) and p.direction = 'in' and p.captured_at is not null
        and (said.terminal is not null or o.terminal is not null)
      order by p.id`,
    [tx.tenantId, [...paymentIds]],
  );
  return rows.map((r) => ({
    paymentId: r.payment_id,
    named: (r.channel_says ?? r.order_says)!,
    by: r.channel_says === null ? 'order' : 'channel',
    terminalId: r.terminal_id ?? undefined,
    name: r.name ?? undefined,
    state: r.state ?? undefined,
    store: r.store ?? undefined,
    finding: r.finding_kind ?? findingOf(r),
    findingId: r.finding_id ?? undefined,
    counted: r.finding_id !== null,
    livemode: r.livemode,
    accountId: r.account_id,
    amountMinor: r.captured_minor,
    currency: r.currency,
    at: r.captured_at,
  }));
}

type Stood = Pick<
  Row,
  'watched' | 'terminal_id' | 'state' | 'covers' | 'account_id' | 'bound_account' | 'order_store' | 'store' | 'differs'
>;

/** What does not fit, of the registry as it stood. Whose money it is goes before where it stood. */
export function findingOf(r: Stood): PlaceFinding | undefined {
  const service = r.terminal_id === null || r.state === null ? undefined : SERVICE[r.state];
  if (service === 'no_more') return 'terminal_retired';
  // A number that was another's, or given up, is nobody's; so is one that was not yet in service.
  if (service !== 'now' || r.covers !== true) return r.watched ? 'terminal_unregistered' : undefined;
  const ofAnother = r.bound_account !== null && r.bound_account !== r.account_id;
  const elsewhere = r.order_store !== null && r.store !== null && r.order_store !== r.store;
  return ofAnother || elsewhere || r.differs ? 'terminal_foreign' : undefined;
}

/** Adds payments to what is open, opens what is not. */
async function find(tx: TenantTx, places: ReadonlyArray<Place & Readonly<{ finding: PlaceFinding }>>): Promise<void> {
  if (places.length === 0) return;
  const groups = Map.groupBy(places, (p) => JSON.stringify([p.livemode, p.finding, p.accountId, p.named, p.currency]));
  // In one order, so that two batches never wait for each other.
  const found = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, of]) => of);
  const ids = await addFindings(
    tx,
    found.map((of) => {
      const first = of[0]!;
      const times = of.map((p) => p.at).sort(Temporal.Instant.compare);
      return {
        livemode: first.livemode,
        kind: first.finding,
        accountId: first.accountId,
        said: first.named,
        store: '',
        currency: first.currency,
        terminalId: first.terminalId,
        times: of.length,
        amountMinor: of.reduce((sum, p) => sum + p.amountMinor, 0n),
        firstAt: times[0]!,
        lastAt: times.at(-1)!,
        paymentId: first.paymentId,
        note: first.named,
      };
    }),
  );
  const rows = found.flatMap((of, i) => of.map((p) => [p.paymentId, ids[i]!]));
  for (const chunk of inChunks(rows, 2)) {
    const v = tenantValues(['uuid', 'uuid'], chunk);
    await tx.run(`insert into terminal_finding_payments (tenant_id, payment_id, finding_id) ${v.text}`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
}

type NewFinding = Readonly<{
  livemode: boolean;
  kind: FindingKind;
  accountId: string | undefined;
  said: string;
  store: string;
  currency: string;
  terminalId: string | undefined;
  times: number;
  amountMinor: bigint;
  firstAt: Temporal.Instant;
  lastAt: Temporal.Instant;
  paymentId?: string | undefined;
  /** For the case. */
  note: string;
}>;

/**
 * One that is open only counts; a new one is a case, and told in the feed. Returns their ids in the same order. Findings first, the
 * feed's counter last: in this order everywhere, or two transactions would wait for each other.
 */
export async function addFindings(tx: TenantTx, findings: readonly NewFinding[]): Promise<readonly string[]> {
  const ids: string[] = [];
  const opened: (NewFinding & Readonly<{ id: string }>)[] = [];
  for (const f of findings) {
    const made = newId();
    const id = await countFinding(tx, f, made);
    ids.push(id);
    if (id === made) opened.push({ ...f, id });
  }
  for (const { id, kind, note } of opened) await openCase(tx, kind, { kind: 'terminal_finding', id }, note);
  await appendEvents(tx, opened.map(openedEvent));
  return ids;
}

async function countFinding(tx: TenantTx, f: NewFinding, id: string): Promise<string> {
  const row = await tx.one<{ id: string }>(
    `insert into terminal_findings (tenant_id, id, livemode, kind, account_id, said, store, currency, terminal_id, times, amount_minor,
       first_at, last_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (tenant_id, livemode, kind, account_id, said, store, currency) where closed_at is null
       do update set times = terminal_findings.times + excluded.times,
         amount_minor = terminal_findings.amount_minor + excluded.amount_minor,
         first_at = least(terminal_findings.first_at, excluded.first_at),
         last_at = greatest(terminal_findings.last_at, excluded.last_at)
     returning id`,
    [
      tx.tenantId,
      id,
      f.livemode,
      f.kind,
      f.accountId ?? null,
      f.said,
      f.store,
      f.currency,
      f.terminalId ?? null,
      f.times,
      f.amountMinor,
      f.firstAt,
      f.lastAt,
    ],
  );
  return row.id;
}

const openedEvent = (f: NewFinding & Readonly<{ id: string }>): NewEvent => ({
  type: 'terminal.finding_opened',
  livemode: f.livemode,
  paymentId: f.paymentId,
  body: {
    finding: {
      id: f.id,
      kind: f.kind,
      said: f.said,
      ...(f.accountId === undefined ? {} : { account_id: f.accountId }),
      ...(f.terminalId === undefined ? {} : { terminal_id: f.terminalId }),
      ...(f.store === '' ? {} : { store: f.store }),
      ...(f.paymentId === undefined
        ? {}
        : {
            payment_id: f.paymentId,
            amount: { amount: decimalText(f.amountMinor, f.currency), currency: f.currency },
          }),
    },
  },
});

/** Closes what is open, with its case. What comes after opens another. */
export async function closeFindings(
  tx: TenantTx,
  livemode: boolean,
  ids: readonly string[],
  by: string,
  note: string | undefined,
): Promise<number> {
  const closed = await tx.rows<{ id: string; kind: string; said: string }>(
    `update terminal_findings set closed_at = now(), closed_by = $4, close_note = $5
      where tenant_id = $1 and livemode = $2 and id = any($3) and closed_at is null returning id, kind, said`,
    [tx.tenantId, livemode, [...ids], by, note ?? null],
  );
  await tx.run(
    `update cases set closed_at = now()
      where tenant_id = $1 and subject_kind = 'terminal_finding' and subject_id = any($2) and closed_at is null`,
    [tx.tenantId, closed.map((c) => c.id)],
  );
  await appendEvents(
    tx,
    closed.map((finding) => ({ type: 'terminal.finding_closed', livemode, body: { finding } })),
  );
  return closed.length;
}
