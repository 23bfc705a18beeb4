/**
 * A channel's bill into the book. What the book knows already is only marked as cleared, set by set; what it did not know, or knew
 * otherwise, becomes an observation of source `bill`: a payment nobody told of, a refund made elsewhere, another amount.
 *
 * Cost: a few statements for each 500 lines; rows only for what differs.
 */
import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { childEnv } from '../base/env.ts';
import { DaozhangError } from '../base/errors.ts';
import { money } from '../base/money.ts';
import { instantOf } from '../base/time.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { inChunks, values } from '../db/values.ts';
import type { Ref } from '../observations/observation.ts';
import { type Follow, type Said, take } from '../traces/advance.ts';

const BATCH = 500;

export type BillLine = Readonly<{
  kind: string;
  status: string;
  currency: string;
  amount: string;
  occurred_at: string | null;
  order_ref: string | null;
  refund_ref: string | null;
  channel_ref: string | null;
  origin_ref: string | null;
  wallet_ref: string | null;
}>;
export type BillRead = Readonly<{ formats: string; lines: number; rejected: number }>;

export type Bill = Readonly<{ documentId: string; on: Temporal.PlainDate; path: string; zone: string }>;

/** Takes a bill in; throws `bill.refused` where the document cannot be read whole. Doing it again changes nothing. */
export async function takeBill(
  book: Book,
  tenantId: string,
  open: OpenAccount,
  bill: Bill,
  follow: Follow,
): Promise<BillRead> {
  let batch: BillLine[] = [];
  const flush = async (): Promise<void> => {
    const lines = batch;
    batch = [];
    if (lines.length > 0) await book.tenant(tenantId, (tx) => takeLines(tx, open, bill, lines, follow));
  };
  const read = await readBill(bill, async (line) => {
    batch.push(line);
    if (batch.length >= BATCH) await flush();
  });
  await flush();
  return read;
}

/** The child's lines one by one; the child waits while one is worked on. */
async function readBill(bill: Bill, each: (line: BillLine) => Promise<void>): Promise<BillRead> {
  const script = join(import.meta.dirname, `bill-child${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, bill.path, bill.zone], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: childEnv(),
  });
  try {
    for await (const text of createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
      const said = JSON.parse(text) as BillLine & { end?: BillRead; refused?: { code: string; says: string } };
      if (said.refused !== undefined) throw new DaozhangError('bill.refused', { reason: said.refused.says });
      if (said.end !== undefined) return said.end;
      await each(said);
    }
  } finally {
    child.kill('SIGKILL');
  }
  throw new DaozhangError('bill.refused', { reason: 'its reader ended early' });
}

type Known = Readonly<{
  id: string;
  ref: string;
  captured_minor: bigint;
  currency: string | null;
  captured_at: unknown;
}>;

async function takeLines(
  tx: TenantTx,
  open: OpenAccount,
  bill: Bill,
  lines: readonly BillLine[],
  follow: Follow,
): Promise<void> {
  const payments = lines.filter((l) => l.kind === 'payment' && l.status === 'done' && l.order_ref !== null);
  const known = await knownPayments(tx, open.account.id, [...new Set(payments.map((l) => l.order_ref!))]);
  const said: Said[] = [];
  const cleared: string[] = [];
  for (const line of payments) {
    const payment = known.get(line.order_ref!);
    const same =
      payment !== undefined &&
      payment.captured_at !== null &&
      payment.captured_minor === BigInt(line.amount) &&
      payment.currency === line.currency;
    if (payment !== undefined) cleared.push(payment.id);
    if (!same) said.push(saidOf(open, bill, line, 'captured'));
  }
  const refunds = lines.filter((l) => l.kind === 'refund' && l.refund_ref !== null && l.order_ref !== null);
  const told = await knownRefunds(tx, open.account.id, refunds);
  for (const line of refunds) if (!told.has(line.refund_ref!)) said.push(saidOf(open, bill, line, 'refund'));
  for (const line of lines)
    if (line.kind === 'reversal' && line.order_ref !== null) said.push(saidOf(open, bill, line, 'reversed'));
  const touched = await take(tx, said, follow);
  await markCleared(tx, bill, [...cleared, ...touched.filter((p) => p.capturedAt !== undefined).map((p) => p.id)]);
}

function saidOf(open: OpenAccount, bill: Bill, line: BillLine, kind: 'captured' | 'refund' | 'reversed'): Said {
  const minor = BigInt(line.amount);
  const at =
    line.occurred_at === null
      ? bill.on.toZonedDateTime({ timeZone: bill.zone }).toInstant()
      : instantOf(BigInt(line.occurred_at));
  const refs: ReadonlyArray<readonly [Ref['kind'], string | null]> = [
    ['channel_trade', kind === 'refund' ? line.origin_ref : line.channel_ref],
    ['refund', line.refund_ref],
    ['channel_refund', kind === 'refund' ? line.channel_ref : null],
    ['wallet_trade', line.wallet_ref],
  ];
  return {
    accountId: open.account.id,
    livemode: open.account.livemode,
    observed: {
      source: 'bill',
      key: [kind, line.order_ref, line.refund_ref, line.channel_ref].map((p) => p ?? '').join(':'),
      kind,
      occurredAt: at,
      paymentRef: line.order_ref!,
      refs: refs.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ kind: name, value }])),
      amount: money(minor < 0n ? -minor : minor, line.currency),
      ...(kind === 'refund'
        ? { refund: { ref: line.refund_ref!, state: line.status === 'done' ? 'succeeded' : 'processing' } }
        : {}),
      said: `${line.kind} ${line.status}`,
    },
    messageId: undefined,
    heardAt: at,
  };
}

async function knownPayments(
  tx: TenantTx,
  accountId: string,
  refs: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  const rows = await tx.rows<Known>(
    `select id, ref, captured_minor, currency, captured_at from payments
      where tenant_id = $1 and account_id = $2 and direction = 'in' and ref = any($3)`,
    [tx.tenantId, accountId, [...refs]],
  );
  return new Map(rows.map((r) => [r.ref, r]));
}

/** Refunds that the book has as succeeded already. */
async function knownRefunds(tx: TenantTx, accountId: string, lines: readonly BillLine[]): Promise<ReadonlySet<string>> {
  if (lines.length === 0) return new Set();
  const rows = await tx.rows<{ refund_ref: string }>(
    `select o.refund_ref from observations o join payments p on p.tenant_id = $1 and p.id = o.payment_id
      where o.tenant_id = $1 and p.account_id = $2 and p.ref = any($3) and o.refund_ref = any($4) and o.refund_state = 'succeeded'`,
    [tx.tenantId, accountId, lines.map((l) => l.order_ref!), lines.map((l) => l.refund_ref!)],
  );
  return new Set(rows.map((r) => r.refund_ref));
}

async function markCleared(tx: TenantTx, bill: Bill, ids: readonly string[]): Promise<void> {
  for (const chunk of inChunks([...new Set(ids)].sort(), 1)) {
    const v = values(
      ['uuid'],
      chunk.map((id) => [id]),
    );
    await tx.run(
      `update payments p set cleared_document_id = $${v.params.length + 2}, cleared_on = $${v.params.length + 3}
         from (${v.text}) as v (id) where p.tenant_id = $1 and p.id = v.id and p.cleared_document_id is null`,
      [tx.tenantId, ...v.params, bill.documentId, bill.on],
    );
  }
}

/**
 * Payments of which the channel knows nothing, and which complete bills of their days do not have either: that is the channel's proof
 * that they never were. `through` is the last day of an unbroken row of bills.
 */
export async function proveAbsent(
  tx: TenantTx,
  open: OpenAccount,
  through: Readonly<{ from: Temporal.Instant; to: Temporal.Instant; on: Temporal.PlainDate; at: Temporal.Instant }>,
  follow: Follow,
): Promise<number> {
  const rows = await tx.rows<{ ref: string }>(
    `select ref from payments
      where tenant_id = $1 and account_id = $2 and position in ('expected', 'ordered') and not terminal
        and trace ->> 'lastWord' = 'not_found' and placed_at >= $3 and placed_at < $4
      order by ref limit ${BATCH}`,
    [tx.tenantId, open.account.id, through.from, through.to],
  );
  await take(
    tx,
    rows.map(({ ref }) => ({
      accountId: open.account.id,
      livemode: open.account.livemode,
      observed: {
        source: 'bill',
        key: `absent:${ref}`,
        kind: 'not_found',
        occurredAt: through.at,
        paymentRef: ref,
        refs: [],
        said: `absent through ${through.on}`,
      },
      messageId: undefined,
      heardAt: through.at,
    })),
    follow,
  );
  return rows.length;
}
