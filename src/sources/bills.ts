/**
 * A channel's bill into the book. What the book knows already is only marked as cleared, set by set; what it did not know, or knew
 * otherwise, becomes an observation of source `bill`: a payment nobody told of, a refund made elsewhere, another amount.
 *
 * Cost: a few statements for each 500 lines; rows only for what differs.
 */
import { createInterface } from 'node:readline';
import { DaozhangError } from '../base/errors.ts';
import { money } from '../base/money.ts';
import { instantOf } from '../base/time.ts';
import type { OpenAccount } from '../channels/accounts.ts';
import type { BillRow, BillWord } from '../channels/channel.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { inChunks, values } from '../db/values.ts';
import type { Ref } from '../observations/observation.ts';
import type { Saved } from '../reconcile/saved.ts';
import { type Follow, type Said, take } from '../traces/advance.ts';
import { type Touched, touchHours } from '../traces/touched.ts';
import { startReader } from './reader.ts';

const BATCH = 500;

type BillLine = BillRow &
  Readonly<{
    currency: string;
    occurred_at: string | null;
    order_ref: string | null;
    wallet_ref: string | null;
  }>;
type BillRead = Readonly<{ formats: string; lines: number; rejected: number }>;

export type Bill = Readonly<{
  documentId: string;
  on: Temporal.PlainDate;
  path: string;
  zone: string;
  role: 'channel' | 'evidence';
  /** How people said that their own tables are read; needed where it may be one. */
  mappings?: readonly Saved[] | undefined;
  /** `BillTerms.balance`. */
  balance?: true | undefined;
}>;

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
  const child = startReader('bill-child', [bill.path, bill.zone, bill.role], {
    input: JSON.stringify(bill.mappings ?? []),
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
  doubted: boolean;
}>;

async function takeLines(
  tx: TenantTx,
  open: OpenAccount,
  bill: Bill,
  lines: readonly BillLine[],
  follow: Follow,
): Promise<void> {
  const rows = lines.flatMap((line): Row[] => {
    const word = open.channel.billSays === undefined ? plainSays(line) : open.channel.billSays(line, open.account);
    const ref = line.order_ref ?? word?.paymentRef;
    return ref === undefined || word === undefined ? [] : [{ line, ref, word }];
  });
  const known = await knownPayments(tx, open.account.id, [...new Set(rows.map((r) => r.ref))]);
  const told = await knownRefunds(tx, open.account.id, rows);
  const said: Said[] = [];
  const cleared: string[] = [];
  for (const row of rows) {
    const { line, ref, word } = row;
    const payment = known.get(ref);
    const isCaptured = payment !== undefined && payment.captured_at !== null;
    const isChanged = bill.balance === true && payment?.currency !== line.currency;
    const isEqual = payment?.captured_minor === BigInt(line.amount) && payment.currency === line.currency;
    const same = isCaptured && (isChanged || isEqual);
    if (word.kind === 'captured' && payment !== undefined) cleared.push(payment.id);
    const isNews =
      word.refund !== undefined
        ? !told.has(word.refund.ref) || word.refund.state === 'abnormal'
        : word.kind === 'captured'
          ? !same || payment.doubted
          : word.kind !== 'processing' || !isCaptured;
    if (isNews) said.push(saidOf(open, bill, row));
  }
  const touched = await take(tx, said, follow);
  await markCleared(tx, bill, [...cleared, ...touched.filter((p) => p.capturedAt !== undefined).map((p) => p.id)]);
}

type Row = Readonly<{ line: BillLine; ref: string; word: BillWord }>;

function plainSays({ kind, status, refund_ref }: BillLine): BillWord | undefined {
  const said = `${kind} ${status}`;
  if (kind === 'payment' && status === 'done') return { kind: 'captured', said };
  if (kind === 'reversal') return { kind: 'reversed', said };
  if (kind !== 'refund' || refund_ref === null) return undefined;
  return { kind: 'refund', said, refund: { ref: refund_ref, state: status === 'done' ? 'succeeded' : 'processing' } };
}

function saidOf(open: OpenAccount, bill: Bill, row: Row): Said {
  const { line, ref, word } = row;
  const { kind } = word;
  const minor = BigInt(line.amount);
  const at =
    line.occurred_at === null
      ? bill.on.toZonedDateTime({ timeZone: bill.zone }).toInstant()
      : instantOf(BigInt(line.occurred_at));
  const refs: ReadonlyArray<readonly [Ref['kind'], string | null]> = [
    ['channel_trade', kind === 'refund' || word.dispute !== undefined ? line.origin_ref : line.channel_ref],
    ['refund', line.refund_ref],
    ['channel_refund', kind === 'refund' ? line.channel_ref : null],
    ['wallet_trade', line.wallet_ref],
  ];
  return {
    accountId: open.account.id,
    livemode: open.account.livemode,
    observed: {
      source: 'bill',
      key: keyOf(open, row)
        .map((p) => p ?? '')
        .join(':'),
      kind,
      occurredAt: at,
      paymentRef: ref,
      refs: refs.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ kind: name, value }])),
      amount: money(minor < 0n ? -minor : minor, line.currency),
      ...(word.refund === undefined ? {} : { refund: word.refund }),
      ...(word.dispute === undefined ? {} : { dispute: word.dispute }),
      said: word.said,
    },
    messageId: undefined,
    heardAt: at,
  };
}

/** Where the channel reads its rows itself, a payment may have the same row twice; of one second, the channel's words stand in order. */
const keyOf = (open: OpenAccount, { line, ref, word }: Row): ReadonlyArray<string | null> =>
  open.channel.billSays === undefined
    ? [word.kind, ref, line.refund_ref, line.channel_ref]
    : [word.said, ref, line.refund_ref, line.channel_ref, line.occurred_at];

async function knownPayments(
  tx: TenantTx,
  accountId: string,
  refs: readonly string[],
): Promise<ReadonlyMap<string, Known>> {
  const rows = await tx.rows<Known>(
    `select id, ref, captured_minor, currency, captured_at, contradictions <> '[]' as doubted from payments
      where tenant_id = $1 and account_id = $2 and direction = 'in' and ref = any($3)`,
    [tx.tenantId, accountId, [...refs]],
  );
  return new Map(rows.map((r) => [r.ref, r]));
}

/** Refunds that the book has as succeeded already. */
async function knownRefunds(tx: TenantTx, accountId: string, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  const asked = rows.flatMap(({ ref, word }) => (word.refund === undefined ? [] : [{ ref, refund: word.refund.ref }]));
  if (asked.length === 0) return new Set();
  const known = await tx.rows<{ refund_ref: string }>(
    `select o.refund_ref from observations o join payments p on p.tenant_id = $1 and p.id = o.payment_id
      where o.tenant_id = $1 and p.account_id = $2 and p.ref = any($3) and o.refund_ref = any($4) and o.refund_state = 'succeeded'`,
    [tx.tenantId, accountId, asked.map((a) => a.ref), asked.map((a) => a.refund)],
  );
  return new Set(known.map((r) => r.refund_ref));
}

/** That the bill has these payments. */
export async function markCleared(
  tx: TenantTx,
  bill: Pick<Bill, 'documentId' | 'on'>,
  ids: readonly string[],
): Promise<void> {
  for (const chunk of inChunks([...new Set(ids)].sort(), 1)) {
    const v = values(
      ['uuid'],
      chunk.map((id) => [id]),
    );
    const touched = await tx.rows<Touched>(
      `with cleared as (
         update payments p set cleared_document_id = $${v.params.length + 2}, cleared_on = $${v.params.length + 3}
           from (${v.text}) as v (id) where p.tenant_id = $1 and p.id = v.id and p.cleared_document_id is null
         returning p.livemode, p.moment)
       select distinct livemode, date_trunc('hour', moment, 'UTC') as moment from cleared`,
      [tx.tenantId, ...v.params, bill.documentId, bill.on],
    );
    await touchHours(tx, touched);
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
        and trace::json ->> 'lastWord' = 'not_found' and placed_at >= $3 and placed_at < $4
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
