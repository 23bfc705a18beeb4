/**
 * Links for customers: made by the shop for one payment or claim, good for some days, taken back at once. The token is 256 random bits with
 * a checksum and is shown once; only its hash is kept (`routes`). Unknown, expired and revoked are one and the same to whoever holds it.
 *
 * May not: move money's state. What is said through a link enters as a claim (`claims.ts`), and no more than a few dozen times in its life.
 */
import { newId } from '../base/ids.ts';
import { newToken, tokenHash, tokenKind } from '../base/secret.ts';
import type { Book, TenantTx } from '../db/pool.ts';
import type { Side } from './claims.ts';

/** Things said and pictures sent through one link. */
const MOST_SAID = 30;

export type Subject = Readonly<{ paymentId: string } | { claimId: string }>;
export type Said = 'not_arrived' | 'have_it';
export type Link = Readonly<{
  id: string;
  livemode: boolean;
  payment_id: string | null;
  claim_id: string | null;
  made_by: string;
  made_at: Temporal.Instant;
  expires_at: Temporal.Instant;
  revoked_at: Temporal.Instant | null;
  opened: number;
  last_opened_at: Temporal.Instant | null;
  last_said: Said | null;
  last_said_at: Temporal.Instant | null;
  last_claim_id: string | null;
}>;
const COLUMNS = `id, livemode, payment_id, claim_id, made_by, made_at, expires_at, revoked_at, opened, last_opened_at,
  last_said, last_said_at, last_claim_id`;

/** Who a claim is made by that comes through a link. */
export const BY_LINK = 'link:';
export const isByCustomer = (createdBy: string): boolean => createdBy.startsWith(BY_LINK);

export async function makeLink(
  tx: TenantTx,
  livemode: boolean,
  about: Subject,
  days: number,
  by: string,
): Promise<Readonly<{ link: Link; token: string }>> {
  const token = newToken('status');
  const link = await tx.one<Link>(
    `insert into status_links (tenant_id, id, livemode, payment_id, claim_id, made_by, made_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, now(), now() + $7::int * interval '1 day') returning ${COLUMNS}`,
    [
      tx.tenantId,
      newId(),
      livemode,
      'paymentId' in about ? about.paymentId : null,
      'claimId' in about ? about.claimId : null,
      by,
      days,
    ],
  );
  await tx.run(`insert into routes (hash, kind, tenant_id, subject_id, expires_at) values ($1, 'status', $2, $3, $4)`, [
    tokenHash(token),
    tx.tenantId,
    link.id,
    link.expires_at,
  ]);
  return { link, token };
}

const MOST_LISTED = 50;

/** Newest first. */
export async function listLinks(tx: TenantTx, livemode: boolean, about: Subject): Promise<readonly Link[]> {
  const [column, id] = 'paymentId' in about ? ['payment_id', about.paymentId] : ['claim_id', about.claimId];
  return await tx.rows<Link>(
    `select ${COLUMNS} from status_links where tenant_id = $1 and ${column} = $2 and livemode = $3
      order by id desc limit ${MOST_LISTED}`,
    [tx.tenantId, id, livemode],
  );
}

/** Takes effect at once, for every process. False: there is none that stands. */
export async function revokeLink(tx: TenantTx, livemode: boolean, id: string, by: string): Promise<boolean> {
  const revoked = await tx.run(
    `update status_links set revoked_at = now(), revoked_by = $4
      where tenant_id = $1 and id = $2 and livemode = $3 and revoked_at is null`,
    [tx.tenantId, id, livemode, by],
  );
  if (revoked === 0) return false;
  await tx.run(`delete from routes where tenant_id = $1 and kind = 'status' and subject_id = $2`, [tx.tenantId, id]);
  return true;
}

export type Opened = Side & Readonly<{ link: Link }>;

/** Undefined for a token that leads nowhere, whatever the reason. */
export async function openLink(book: Book, token: string): Promise<Opened | undefined> {
  if (tokenKind(token) !== 'status') return undefined;
  const route = await book.shared((tx) =>
    tx.maybe<{ tenant_id: string; subject_id: string }>(
      `select tenant_id, subject_id from routes where hash = $1 and kind = 'status' and expires_at > now()`,
      [tokenHash(token)],
    ),
  );
  if (route === undefined) return undefined;
  const link = await book.tenant(route.tenant_id, (tx) =>
    tx.maybe<Link>(
      `select ${COLUMNS} from status_links where tenant_id = $1 and id = $2 and revoked_at is null and expires_at > now()`,
      [tx.tenantId, route.subject_id],
    ),
  );
  return link === undefined ? undefined : { tenantId: route.tenant_id, livemode: link.livemode, link };
}

export async function countOpening(tx: TenantTx, id: string): Promise<void> {
  await tx.run('update status_links set opened = opened + 1, last_opened_at = now() where tenant_id = $1 and id = $2', [
    tx.tenantId,
    id,
  ]);
}

/** One more thing comes through the link; false where it has taken all it takes. */
export async function mayStillSay(tx: TenantTx, id: string): Promise<boolean> {
  const taken = await tx.run(
    `update status_links set said = said + 1 where tenant_id = $1 and id = $2 and said < ${MOST_SAID}`,
    [tx.tenantId, id],
  );
  return taken > 0;
}

export async function noteSaid(tx: TenantTx, id: string, said: Said, claimId: string | undefined): Promise<void> {
  await tx.run(
    `update status_links set last_said = $3, last_said_at = now(), last_claim_id = coalesce($4, last_claim_id)
      where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, said, claimId ?? null],
  );
}
