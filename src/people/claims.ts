/**
 * Claims: what customers say and show, kept as it was said. Here they come in and are read; what they are answered is `answer.ts`'s.
 *
 * May not: move money's state. A claim becomes an observation only of a payment that was found, and the fold passes over it (I6).
 */
import type { Archive } from '../base/archive.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { type Money, money } from '../base/money.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import { inChunks, tenantValues } from '../db/values.ts';
import type { ClaimKind, ReceiptFacts } from '../verdicts/receipt.ts';
import { type Barcode, type Barcodes, checkPicture, hitsOfCodes } from './barcodes.ts';
import { type App, type Details, detailsIn, withoutCards } from './details.ts';
import { pictureOf } from './images.ts';
import { type Hit, type Origin, referencesIn } from './references.ts';

export type Side = Readonly<{ tenantId: string; livemode: boolean }>;
export type NewClaim = Readonly<{
  kind: ClaimKind;
  refs: readonly string[];
  orderRef: string | undefined;
  amount: Money | undefined;
  paidAt: Temporal.Instant | undefined;
  app: App | undefined;
  store: string | undefined;
  terminal: string | undefined;
  payer: string | undefined;
  text: string | undefined;
  /** SHA-256 of pictures that were sent before. */
  images: readonly string[];
  /** Documents that were sent before: the buyer's own export. */
  documents: readonly string[];
  by: string;
  zone: string;
}>;

export const ENDS = ['goods_given', 'goods_kept', 'repaid', 'withdrawn'] as const;
export type End = (typeof ENDS)[number];

const SOURCE_CURRENCY = 'CNY';

/** Keeps what was said. Throws `claim.says_nothing`, `image.not_here`, `api.not_found` for a document that is not theirs. */
export async function takeClaim(book: Book, side: Side, wanted: NewClaim, now: Temporal.Instant): Promise<string> {
  const currency = wanted.amount?.currency ?? SOURCE_CURRENCY;
  const typed = wanted.refs.flatMap((ref) => referencesIn(ref, 'typed'));
  const pasted = wanted.text === undefined ? [] : referencesIn(wanted.text, 'text');
  const details = wanted.text === undefined ? undefined : detailsIn(wanted.text, wanted.zone, currency);
  const id = newId();
  await book.tenant(side.tenantId, async (tx) => {
    const images = await imagesOf(tx, side, wanted.images);
    const documents = await documentsOf(tx, side, wanted.documents);
    const hits = onceEach([...typed, ...images.flatMap((i) => i.hits), ...pasted]);
    const saysAmount = wanted.amount !== undefined || (details?.amounts.length ?? 0) > 0;
    if (
      hits.length === 0 &&
      !saysAmount &&
      documents.length === 0 &&
      wanted.orderRef === undefined &&
      images.length === 0
    )
      throw new DaozhangError('claim.says_nothing', {});
    await tx.run(
      `insert into claims (tenant_id, id, livemode, kind, order_ref, amount_minor, currency, paid_at, app, store, terminal, payer, pasted,
         document_ids, documents_read, details, created_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
      [
        tx.tenantId,
        id,
        side.livemode,
        wanted.kind,
        wanted.orderRef ?? null,
        wanted.amount?.minor ?? null,
        wanted.amount?.currency ?? null,
        wanted.paidAt ?? null,
        wanted.app ?? details?.app ?? null,
        wanted.store ?? null,
        wanted.terminal ?? null,
        wanted.payer ?? null,
        wanted.text === undefined ? null : withoutCards(wanted.text, new Set(hits.map((h) => h.value))),
        [...documents],
        documents.length === 0,
        JSON.stringify(detailsOut(details)),
        wanted.by,
        now,
      ],
    );
    await putHits(tx, id, hits);
    for (const image of images) {
      await tx.run('insert into claim_shown (tenant_id, claim_id, livemode, sha256) values ($1, $2, $3, $4)', [
        tx.tenantId,
        id,
        side.livemode,
        image.sha256,
      ]);
      await tx.run(
        'update claim_images set times = times + 1, last_at = $4 where tenant_id = $1 and livemode = $2 and sha256 = $3',
        [tx.tenantId, side.livemode, image.sha256, now],
      );
    }
  });
  return id;
}

/** Of one number the shown hit counts before the typed one, the earlier before the later. */
export function onceEach(hits: readonly Hit[]): readonly Hit[] {
  const order: readonly Origin[] = ['barcode', 'file', 'text', 'typed'];
  const once = new Map<string, Hit>();
  for (const hit of [...hits].sort((a, b) => order.indexOf(a.origin) - order.indexOf(b.origin)))
    if (!once.has(hit.value)) once.set(hit.value, hit);
  return [...once.values()];
}

export async function putHits(tx: TenantTx, claimId: string, hits: readonly Hit[]): Promise<void> {
  for (const chunk of inChunks(hits, 4)) {
    const v = tenantValues(
      ['text', 'uuid', 'text', 'jsonb'],
      chunk.map((h) => [h.value, claimId, h.origin, JSON.stringify(hitOut(h))]),
    );
    await tx.run(`insert into claim_refs (tenant_id, value, claim_id, origin, hit) ${v.text} on conflict do nothing`, [
      tx.tenantId,
      ...v.params,
    ]);
  }
}

type KeptHit = Omit<Hit, 'on'> & Readonly<{ on?: string }>;
const hitOut = (h: Hit): KeptHit => {
  const { on, ...rest } = h;
  return { ...rest, ...(on === undefined ? {} : { on: on.toString() }) };
};
const hitIn = (h: KeptHit): Hit => {
  const { on, ...rest } = h;
  return { ...rest, ...(on === undefined ? {} : { on: Temporal.PlainDate.from(on) }) };
};

type KeptDetails = Readonly<{
  amounts?: ReadonlyArray<readonly [minor: string, currency: string]>;
  times?: readonly string[];
  payee?: string;
  personal?: boolean;
}>;
const detailsOut = (d: Details | undefined): KeptDetails =>
  d === undefined
    ? {}
    : {
        amounts: d.amounts.map((m) => [m.minor.toString(), m.currency] as const),
        times: d.times.map((t) => t.toString()),
        ...(d.payee === undefined ? {} : { payee: d.payee }),
        personal: d.personal,
      };

async function documentsOf(tx: TenantTx, side: Side, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.rows<{ id: string }>(
    'select id from documents where tenant_id = $1 and livemode = $2 and id = any($3)',
    [tx.tenantId, side.livemode, [...ids]],
  );
  if (rows.length !== new Set(ids).size) throw new DaozhangError('api.not_found', {});
  return ids;
}

// ---------------------------------------------------------------- pictures

export type Image = Readonly<{
  sha256: Buffer;
  type: string;
  size: bigint;
  hits: readonly Hit[];
  /** In how many claims it came so far. */
  times: number;
  first_at: Temporal.Instant;
}>;
const DECODE_MS = 1_500;

/** Keeps a picture byte for byte and reads its codes; the same bytes again are the picture that is there. Throws `image.*`. */
export async function takeImage(
  on: Readonly<{ book: Book; archive: Archive; barcodes: Barcodes }>,
  side: Side,
  bytes: Uint8Array,
): Promise<Image> {
  checkPicture(bytes);
  const codes: readonly Barcode[] = await on.barcodes.read(bytes, DECODE_MS);
  const sha256 = on.archive.put(side.tenantId, bytes);
  return await on.book.tenant(side.tenantId, async (tx) => {
    await tx.run(
      `insert into claim_images (tenant_id, livemode, sha256, type, size, hits) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
      [
        tx.tenantId,
        side.livemode,
        Buffer.from(sha256, 'hex'),
        pictureOf(bytes)!.type,
        bytes.length,
        JSON.stringify(hitsOfCodes(codes).map(hitOut)),
      ],
    );
    return (await imagesOf(tx, side, [sha256]))[0]!;
  });
}

export async function imagesOf(tx: TenantTx, side: Side, hashes: readonly string[]): Promise<readonly Image[]> {
  const images: Image[] = [];
  for (const hash of new Set(hashes)) {
    const row = await tx.maybe<Omit<Image, 'hits'> & { hits: readonly KeptHit[] }>(
      `select sha256, type, size, hits, times, first_at from claim_images where tenant_id = $1 and livemode = $2 and sha256 = $3`,
      [tx.tenantId, side.livemode, Buffer.from(hash, 'hex')],
    );
    if (row === undefined) throw new DaozhangError('image.not_here', { image: hash });
    images.push({ ...row, hits: row.hits.map(hitIn) });
  }
  return images;
}

// ---------------------------------------------------------------- reading them again

export type Claim = Readonly<{
  id: string;
  livemode: boolean;
  kind: ClaimKind;
  state: 'open' | 'answered' | 'closed';
  orderRef: string | undefined;
  amount: Money | undefined;
  paidAt: Temporal.Instant | undefined;
  app: App | undefined;
  store: string | undefined;
  terminal: string | undefined;
  payer: string | undefined;
  text: string | undefined;
  documentIds: readonly string[];
  documentsRead: boolean;
  shown: Readonly<{
    amounts: readonly Money[];
    times: readonly Temporal.Instant[];
    payee: string | undefined;
    personal: boolean;
  }>;
  createdBy: string;
  createdAt: Temporal.Instant;
  paymentId: string | undefined;
  found: ReceiptFacts['found'] | undefined;
  chosenPaymentId: string | undefined;
  answer: Answered | undefined;
  candidates: readonly KeptCandidate[];
  releasedAt: Temporal.Instant | undefined;
  denied: number;
  deniedBy: string | undefined;
  looks: number;
  nextLookAt: Temporal.Instant | undefined;
  closedAt: Temporal.Instant | undefined;
  closedBy: string | undefined;
  ended: End | undefined;
  note: string | undefined;
}>;
export type Answered = Readonly<{
  code: string;
  release: 'yes' | 'no' | 'ask';
  cause: string;
  reason: string | undefined;
  custody: string;
  confidence: string;
  also: readonly string[];
  why: ReadonlyArray<Readonly<{ en: string; zh: string }>>;
  facts: Readonly<Record<string, unknown>>;
  at: Temporal.Instant;
}>;
export type KeptCandidate = Readonly<{
  payment_id: string;
  payment_ref: string;
  order_ref?: string;
  amount?: Readonly<{ amount: string; currency: string }>;
  at: string;
  position: string;
  store?: string;
  terminal?: string;
  score: number;
  why: ReadonlyArray<Readonly<{ en: string; zh: string }>>;
}>;

export type Row = Readonly<{
  id: string;
  livemode: boolean;
  kind: ClaimKind;
  state: Claim['state'];
  order_ref: string | null;
  amount_minor: bigint | null;
  currency: string | null;
  paid_at: Temporal.Instant | null;
  app: App | null;
  store: string | null;
  terminal: string | null;
  payer: string | null;
  pasted: string | null;
  document_ids: string[];
  documents_read: boolean;
  details: KeptDetails;
  created_by: string;
  created_at: Temporal.Instant;
  payment_id: string | null;
  found: Claim['found'] | null;
  chosen_payment_id: string | null;
  code: string | null;
  release: Answered['release'];
  cause: string;
  reason: string | null;
  custody: string;
  confidence: string;
  also: string[];
  why: Answered['why'];
  facts: Record<string, unknown>;
  candidates: KeptCandidate[];
  answered_at: Temporal.Instant;
  released_at: Temporal.Instant | null;
  denied: number;
  denied_by: string | null;
  looks: number;
  next_look_at: Temporal.Instant | null;
  closed_at: Temporal.Instant | null;
  closed_by: string | null;
  ended: End | null;
  note: string | null;
}>;
export const COLUMNS = `id, livemode, kind, state, order_ref, amount_minor, currency, paid_at, app, store, terminal, payer, pasted, document_ids,
  documents_read, details, created_by, created_at, payment_id, found, chosen_payment_id, code, release, cause, reason, custody, confidence,
  also, why, facts, candidates, answered_at, released_at, denied, denied_by, looks, next_look_at, closed_at, closed_by, ended, note`;

export const claimOf = (r: Row): Claim =>
  Object.freeze({
    id: r.id,
    livemode: r.livemode,
    kind: r.kind,
    state: r.state,
    orderRef: r.order_ref ?? undefined,
    amount: r.amount_minor === null ? undefined : money(r.amount_minor, r.currency!),
    paidAt: r.paid_at ?? undefined,
    app: r.app ?? undefined,
    store: r.store ?? undefined,
    terminal: r.terminal ?? undefined,
    payer: r.payer ?? undefined,
    text: r.pasted ?? undefined,
    documentIds: r.document_ids,
    documentsRead: r.documents_read,
    shown: {
      amounts: (r.details.amounts ?? []).map(([minor, currency]) => money(BigInt(minor), currency)),
      times: (r.details.times ?? []).map((t) => Temporal.Instant.from(t)),
      payee: r.details.payee,
      personal: r.details.personal === true,
    },
    createdBy: r.created_by,
    createdAt: r.created_at,
    paymentId: r.payment_id ?? undefined,
    found: r.found ?? undefined,
    chosenPaymentId: r.chosen_payment_id ?? undefined,
    answer:
      r.code === null
        ? undefined
        : {
            code: r.code,
            release: r.release,
            cause: r.cause,
            reason: r.reason ?? undefined,
            custody: r.custody,
            confidence: r.confidence,
            also: r.also,
            why: r.why,
            facts: r.facts,
            at: r.answered_at,
          },
    candidates: r.candidates,
    releasedAt: r.released_at ?? undefined,
    denied: r.denied,
    deniedBy: r.denied_by ?? undefined,
    looks: r.looks,
    nextLookAt: r.next_look_at ?? undefined,
    closedAt: r.closed_at ?? undefined,
    closedBy: r.closed_by ?? undefined,
    ended: r.ended ?? undefined,
    note: r.note ?? undefined,
  });

export async function claimById(tx: TenantTx, id: string, lock = false): Promise<Claim | undefined> {
  const row = await tx.maybe<Row>(
    `select ${COLUMNS} from claims where tenant_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
    [tx.tenantId, id],
  );
  return row === undefined ? undefined : claimOf(row);
}

export async function hitsOf(tx: TenantTx, claimIds: readonly string[]): Promise<ReadonlyMap<string, readonly Hit[]>> {
  const rows = await tx.rows<{ claim_id: string; hit: KeptHit }>(
    'select claim_id, hit from claim_refs where tenant_id = $1 and claim_id = any($2) order by claim_id, value',
    [tx.tenantId, [...claimIds]],
  );
  return groupedBy(
    rows,
    (r) => r.claim_id,
    (r) => hitIn(r.hit),
  );
}

/** SHA-256 of the pictures of claims, hex. */
export async function picturesOf(
  tx: TenantTx,
  claimIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.rows<{ claim_id: string; sha256: Buffer }>(
    'select claim_id, sha256 from claim_shown where tenant_id = $1 and claim_id = any($2)',
    [tx.tenantId, [...claimIds]],
  );
  return groupedBy(
    rows,
    (r) => r.claim_id,
    (r) => r.sha256.toString('hex'),
  );
}

function groupedBy<R, V>(
  rows: readonly R[],
  key: (r: R) => string,
  value: (r: R) => V,
): ReadonlyMap<string, readonly V[]> {
  const all = new Map<string, V[]>();
  for (const row of rows) {
    const list = all.get(key(row));
    if (list === undefined) all.set(key(row), [value(row)]);
    else list.push(value(row));
  }
  return all;
}
