/**
 * Who calls. An API key (`Authorization: Bearer dz_…`) or a session cookie leads through its hash to one tenant; everything after that is
 * said in the tenant's own transaction. A key is test or live, and sees only that side.
 */
import type { FastifyRequest } from 'fastify';
import { personsBehind } from '../approvals/persons.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { newToken, tokenHash, tokenKind, tokenPrefix } from '../base/secret.ts';
import type { Book, TenantTx } from '../db/pool.ts';

/** `refund`: ask that money be given back · `approve`: agree to what others ask for. Neither comes with another. */
export type Scope = 'read' | 'orders' | 'act' | 'refund' | 'approve' | 'admin';
export type Caller = Readonly<{
  tenantId: string;
  livemode: boolean;
  scopes: ReadonlySet<Scope>;
  /** The key or user, for the record. */
  id: string;
  kind: 'key' | 'session';
  /** The session, where one is. */
  sessionId?: string;
}>;

/** Who it was, as the book records it. */
export const actorOf = ({ kind, id }: Caller): string => `${kind}:${id}`;

export const SESSION_COOKIE = '__Host-daozhang';
const SESSION_HOURS = 12;
const IDLE_MINUTES = 120;
export const LINK_MINUTES = 60;

type Route = Readonly<{ kind: string; tenant_id: string; subject_id: string }>;

export async function routeOf(book: Book, token: string, kind: string): Promise<Route | undefined> {
  return await book.shared((tx) =>
    tx.maybe<Route>(
      `select kind, tenant_id, subject_id from routes where hash = $1 and kind = $2 and (expires_at is null or expires_at > now())`,
      [tokenHash(token), kind],
    ),
  );
}

/** Throws `api.no_key` or `api.bad_key`. */
export async function callerOf(book: Book, request: FastifyRequest): Promise<Caller> {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const token = /^Bearer (dz_(?:live|test)_\S+)$/.exec(header)?.[1];
    if (token === undefined || tokenKind(token) === undefined) throw new DaozhangError('api.bad_key', {});
    return await keyCaller(book, token);
  }
  const cookie = request.cookies[SESSION_COOKIE];
  if (cookie === undefined) throw new DaozhangError('api.no_key', {});
  return await sessionCaller(book, cookie, request);
}

async function keyCaller(book: Book, token: string): Promise<Caller> {
  const route = await routeOf(book, token, 'api_key');
  if (route === undefined) throw new DaozhangError('api.bad_key', {});
  const key = await book.tenant(route.tenant_id, async (tx) => {
    await tx.run(
      `update api_keys set last_used_at = now() where tenant_id = $1 and id = $2
          and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
      [tx.tenantId, route.subject_id],
    );
    return await tx.maybe<{ livemode: boolean; scopes: Scope[] }>(
      'select livemode, scopes from api_keys where tenant_id = $1 and id = $2 and revoked_at is null',
      [tx.tenantId, route.subject_id],
    );
  });
  if (key === undefined) throw new DaozhangError('api.bad_key', {});
  return {
    tenantId: route.tenant_id,
    livemode: key.livemode,
    scopes: new Set(key.scopes),
    id: route.subject_id,
    kind: 'key',
  };
}

/** The roles that may check what others ask for: `MAY_APPROVE` in approvals/store.ts names them too. */
const SCOPES_OF: Readonly<Record<string, readonly Scope[]>> = {
  admin: ['read', 'orders', 'act', 'refund', 'approve', 'admin'],
  approver: ['read', 'orders', 'act', 'refund', 'approve'],
  operator: ['read', 'orders', 'act', 'refund'],
  viewer: ['read'],
};

async function sessionCaller(book: Book, token: string, request: FastifyRequest): Promise<Caller> {
  const route = await routeOf(book, token, 'session');
  if (route === undefined) throw new DaozhangError('api.no_key', {});
  // A form of another site cannot set this header: it stands for "our own page asks".
  if (request.method !== 'GET' && request.headers['x-daozhang'] === undefined)
    throw new DaozhangError('api.bad_key', {});
  const user = await book.tenant(route.tenant_id, (tx) =>
    tx.maybe<{ id: string; role: string }>(
      `update sessions s set seen_at = now() from users u
        where s.tenant_id = $1 and s.id = $2 and s.ended_at is null and s.expires_at > now()
          and s.seen_at > now() - interval '${IDLE_MINUTES} minutes'
          and u.tenant_id = $1 and u.id = s.user_id and u.state = 'active'
       returning u.id, u.role`,
      [tx.tenantId, route.subject_id],
    ),
  );
  if (user === undefined) throw new DaozhangError('api.no_key', {});
  return {
    tenantId: route.tenant_id,
    livemode: request.headers['x-daozhang-mode'] === 'live',
    scopes: new Set(SCOPES_OF[user.role]),
    id: user.id,
    kind: 'session',
    sessionId: route.subject_id,
  };
}

/** Whoever was let in long ago, and is answered still: not revoked, disabled or over since then? */
export async function isStillIn(tx: TenantTx, caller: Caller): Promise<boolean> {
  const found = await (caller.kind === 'key'
    ? tx.maybe('select from api_keys where tenant_id = $1 and id = $2 and revoked_at is null', [tx.tenantId, caller.id])
    : tx.maybe(
        `select from sessions s join users u on u.tenant_id = $1 and u.id = s.user_id and u.state = 'active'
          where s.tenant_id = $1 and s.id = $2 and s.ended_at is null and s.expires_at > now()`,
        [tx.tenantId, caller.sessionId],
      ));
  return found !== undefined;
}

export function need(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) throw new DaozhangError('api.no_scope', { scope });
}

export type MadeKey = Readonly<{ id: string; token: string; prefix: string }>;

/** `by`: who asks for it; the person behind it is kept, who is one with the key where two have to agree. */
export async function makeKey(
  tx: TenantTx,
  wanted: Readonly<{ name: string; livemode: boolean; scopes: readonly Scope[]; by?: string }>,
): Promise<MadeKey> {
  const personOf = await personsBehind(tx, wanted.by === undefined ? [] : [wanted.by]);
  const token = newToken(wanted.livemode ? 'live' : 'test');
  const id = newId();
  const prefix = tokenPrefix(token);
  await tx.run(
    'insert into api_keys (tenant_id, id, name, prefix, livemode, scopes, made_by) values ($1, $2, $3, $4, $5, $6, $7)',
    [
      ...[tx.tenantId, id, wanted.name, prefix, wanted.livemode, [...wanted.scopes]],
      wanted.by === undefined ? null : personOf(wanted.by),
    ],
  );
  await putRoute(tx, token, 'api_key', id, undefined);
  return { id, token, prefix };
}

/** Takes effect at once, for every process. */
export async function revokeKey(tx: TenantTx, livemode: boolean, id: string): Promise<boolean> {
  const revoked = await tx.run(
    'update api_keys set revoked_at = now() where tenant_id = $1 and id = $2 and livemode = $3 and revoked_at is null',
    [tx.tenantId, id, livemode],
  );
  if (revoked === 0) return false;
  await tx.run(`delete from routes where tenant_id = $1 and kind = 'api_key' and subject_id = $2`, [tx.tenantId, id]);
  return true;
}

export async function putRoute(
  tx: TenantTx,
  token: string,
  kind: 'api_key' | 'session' | 'link' | 'notify',
  subjectId: string,
  minutes: number | undefined,
): Promise<void> {
  await tx.run(
    `insert into routes (hash, kind, tenant_id, subject_id, expires_at)
     values ($1, $2, $3, $4, case when $5::int is null then null else now() + $5::int * interval '1 minute' end)`,
    [tokenHash(token), kind, tx.tenantId, subjectId, minutes ?? null],
  );
}

/** Out at once, in every process; false where it was over already, or is somebody else's. */
export async function endSession(tx: TenantTx, id: string, userId: string): Promise<boolean> {
  const ended = await tx.run(
    'update sessions set ended_at = now() where tenant_id = $1 and id = $2 and user_id = $3 and ended_at is null',
    [tx.tenantId, id, userId],
  );
  if (ended === 0) return false;
  await tx.run(`delete from routes where tenant_id = $1 and kind = 'session' and subject_id = $2`, [tx.tenantId, id]);
  return true;
}

/** Every session of a user. */
export async function endSessions(tx: TenantTx, userId: string): Promise<void> {
  const ended = await tx.rows<{ id: string }>(
    'update sessions set ended_at = now() where tenant_id = $1 and user_id = $2 and ended_at is null returning id',
    [tx.tenantId, userId],
  );
  await tx.run(`delete from routes where tenant_id = $1 and kind = 'session' and subject_id = any($2)`, [
    tx.tenantId,
    ended.map((s) => s.id),
  ]);
}

/** A one-time link that lets its reader in as this user. */
export async function makeLink(tx: TenantTx, userId: string): Promise<string> {
  const token = newToken('link');
  await putRoute(tx, token, 'link', userId, LINK_MINUTES);
  return token;
}

const MOST_SWEPT = 1_000;

/** Takes away what has expired, of every tenant, and no more than this many at once; true where there is more. */
export async function sweepRoutes(book: Book): Promise<boolean> {
  const swept = await book.shared((tx) =>
    tx.run(
      `delete from routes where hash = any (array(
         select hash from routes where expires_at < now() order by expires_at limit $1 for update skip locked))`,
      [MOST_SWEPT],
    ),
  );
  return swept === MOST_SWEPT;
}

/** For the tenant's first administrator; undefined where there is none. */
export async function makeAdminLink(tx: TenantTx): Promise<string | undefined> {
  const user = await tx.maybe<{ id: string }>(
    `select id from users where tenant_id = $1 and role = 'admin' and state = 'active' order by created_at limit 1`,
    [tx.tenantId],
  );
  return user === undefined ? undefined : await makeLink(tx, user.id);
}

/** Spends the link: a session, or undefined where it was spent, is old or never was. */
export async function enter(book: Book, link: string): Promise<string | undefined> {
  const spent = await book.shared((tx) =>
    tx.maybe<{ tenant_id: string; subject_id: string }>(
      `delete from routes where hash = $1 and kind = 'link' and expires_at > now() returning tenant_id, subject_id`,
      [tokenHash(link)],
    ),
  );
  if (spent === undefined) return undefined;
  return await book.tenant(spent.tenant_id, async (tx) => {
    const token = newToken('session');
    const id = newId();
    const made = await tx.run(
      `insert into sessions (tenant_id, id, user_id, expires_at)
       select $1, $2, u.id, now() + interval '${SESSION_HOURS} hours' from users u
        where u.tenant_id = $1 and u.id = $3 and u.state = 'active'`,
      [tx.tenantId, id, spent.subject_id],
    );
    if (made === 0) return undefined;
    await putRoute(tx, token, 'session', id, SESSION_HOURS * 60);
    return token;
  });
}
