/**
 * Who may sign in, and as what. Members belong to both sides, so a test key changes none. The last active administrator stays one: whoever
 * takes an administrator away holds the rows of all of them first, so that two at once do not leave none.
 */
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type Caller, endSession, endSessions, LINK_MINUTES, makeLink } from '../auth.ts';
import * as shape from '../contract/members.ts';
import { id, page, problem } from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const tags = ['members'];
const params = z.object({ id });
const MOST = 500;

type Row = Readonly<{
  id: string;
  name: string;
  role: z.output<typeof shape.role>;
  state: 'active' | 'disabled';
  created_at: Temporal.Instant;
  last_seen_at: Temporal.Instant | null;
  sessions: number;
}>;
const OPEN = 's.ended_at is null and s.expires_at > now()';
const COLUMNS = `u.id, u.name, u.role, u.state, u.created_at,
  (select max(s.seen_at) from sessions s where s.tenant_id = $1 and s.user_id = u.id) as last_seen_at,
  (select count(*)::int from sessions s where s.tenant_id = $1 and s.user_id = u.id and ${OPEN}) as sessions`;

async function membersWith(tx: TenantTx, where: string, values: readonly unknown[]) {
  const rows = await tx.rows<Row>(
    `select ${COLUMNS} from users u where u.tenant_id = $1 and ${where} order by u.created_at, u.id limit ${MOST}`,
    [tx.tenantId, ...values],
  );
  const links = await tx.rows<{ subject_id: string; until: Temporal.Instant }>(
    `select subject_id, max(expires_at) as until from routes
      where tenant_id = $1 and kind = 'link' and subject_id = any($2) and expires_at > now() group by subject_id`,
    [tx.tenantId, rows.map((r) => r.id)],
  );
  const until = new Map(links.map((l) => [l.subject_id, l.until]));
  return rows.map((r) =>
    dropEmpty({
      ...r,
      created_at: r.created_at.toString(),
      last_seen_at: r.last_seen_at?.toString(),
      invited_until: until.get(r.id)?.toString(),
    }),
  );
}
const memberOf = async (tx: TenantTx, wanted: string) =>
  (await membersWith(tx, 'u.id = $2', [wanted]))[0] ?? notFound();

function needLive(caller: Caller): void {
  if (caller.kind === 'key' && !caller.livemode) throw new DaozhangError('api.live_only', {});
}

export function memberRoutes(api: Api, on: Serving): void {
  const invitationOf = async (tx: TenantTx, userId: string) => {
    const link = await makeLink(tx, userId);
    const member = await memberOf(tx, userId);
    // Never before the link does.
    const expires = member.invited_until ?? on.pace.now().add({ minutes: LINK_MINUTES }).toString();
    return { member, url: `${on.publicUrl()}/enter/${link}`, expires_at: expires };
  };

  api.get(
    '/v1/members',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listMembers',
        summary: 'Who may sign in, and as what',
        tags,
        response: { 200: page(shape.member) },
      },
    },
    async ({ caller }) => ({ items: await on.book.tenant(caller.tenantId, (tx) => membersWith(tx, 'true', [])) }),
  );

  api.get(
    '/v1/members/administrators',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listAdministrators',
        summary: 'The names of those who may change settings: whom to ask',
        tags,
        response: { 200: z.object({ names: z.array(z.string()) }) },
      },
    },
    async ({ caller }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<{ name: string }>(
          `select name from users where tenant_id = $1 and role = 'admin' and state = 'active' order by created_at, id limit 20`,
          [tx.tenantId],
        ),
      );
      return { names: [...new Set(rows.map((r) => r.name))] };
    },
  );

  api.post(
    '/v1/members',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'inviteMember',
        summary: 'Invite somebody: makes the member and a one-time link',
        description: 'The link is shown once, works once, for an hour. Members see both sides, so a test key cannot.',
        tags,
        body: shape.newMember,
        response: { 201: shape.invitation },
      },
    },
    async ({ caller, body }, reply) => {
      needLive(caller);
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const userId = newId();
        await tx.run('insert into users (tenant_id, id, name, role) values ($1, $2, $3, $4)', [
          tx.tenantId,
          userId,
          body.name.trim(),
          body.role,
        ]);
        return await invitationOf(tx, userId);
      });
      return await reply.status(201).send(made);
    },
  );

  api.post(
    '/v1/members/:id/link',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'linkMember',
        summary: 'A new one-time link for a member; those not used yet end',
        tags,
        params,
        response: { 201: shape.invitation, 404: problem, 409: problem },
      },
    },
    async ({ caller, params }, reply) => {
      needLive(caller);
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const user = await lockOne(tx, params.id);
        if (user.state !== 'active') throw new DaozhangError('member.disabled', {});
        await tx.run(`delete from routes where tenant_id = $1 and kind = 'link' and subject_id = $2`, [
          tx.tenantId,
          params.id,
        ]);
        return await invitationOf(tx, params.id);
      });
      return await reply.status(201).send(made);
    },
  );

  api.patch(
    '/v1/members/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'changeMember',
        summary: 'Another name, role or state',
        description: 'A role holds from the next request on. Whoever is disabled is out at once.',
        tags,
        params,
        body: shape.memberPatch,
        response: { 200: shape.member, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) => {
      needLive(caller);
      return await on.book.tenant(caller.tenantId, async (tx) => {
        await keepAnAdmin(tx, params.id, body);
        const changed = await tx.run(
          `update users set name = coalesce($3, name), role = coalesce($4, role), state = coalesce($5, state)
            where tenant_id = $1 and id = $2`,
          [tx.tenantId, params.id, body.name?.trim() ?? null, body.role ?? null, body.state ?? null],
        );
        if (changed === 0) return notFound();
        if (body.state === 'disabled') {
          await endSessions(tx, params.id);
          await tx.run(`delete from routes where tenant_id = $1 and kind = 'link' and subject_id = $2`, [
            tx.tenantId,
            params.id,
          ]);
        }
        return await memberOf(tx, params.id);
      });
    },
  );

  sessionRoutes(api, on);
}

function sessionRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/members/:id/sessions',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listMemberSessions',
        summary: 'Where a member is signed in',
        tags,
        params,
        response: { 200: page(shape.memberSession), 404: problem },
      },
    },
    async ({ caller, params }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await memberOf(tx, params.id);
        const rows = await tx.rows<Record<'created_at' | 'seen_at' | 'expires_at', Temporal.Instant> & { id: string }>(
          `select s.id, s.created_at, s.seen_at, s.expires_at from sessions s
            where s.tenant_id = $1 and s.user_id = $2 and ${OPEN} order by s.seen_at desc, s.id limit ${MOST}`,
          [tx.tenantId, params.id],
        );
        return {
          items: rows.map((r) => ({
            id: r.id,
            created_at: r.created_at.toString(),
            seen_at: r.seen_at.toString(),
            expires_at: r.expires_at.toString(),
            is_own: r.id === caller.sessionId,
          })),
        };
      }),
  );

  api.delete(
    '/v1/members/:id/sessions/:session',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'endMemberSession',
        summary: 'End a session: its browser is out at once',
        tags,
        params: z.object({ id, session: id }),
        response: { 204: z.null(), 404: problem },
      },
    },
    async ({ caller, params }, reply) => {
      needLive(caller);
      const ended = await on.book.tenant(caller.tenantId, (tx) => endSession(tx, params.session, params.id));
      if (!ended) return notFound();
      return await reply.status(204).send(null);
    },
  );
}

/** Throws `member.last_admin` where the change would leave no active administrator. */
async function keepAnAdmin(tx: TenantTx, userId: string, change: z.output<typeof shape.memberPatch>): Promise<void> {
  const stays = (change.role ?? 'admin') === 'admin' && (change.state ?? 'active') === 'active';
  if (stays) return;
  const admins = await tx.rows<{ id: string }>(
    `select id from users where tenant_id = $1 and role = 'admin' and state = 'active' order by id for update`,
    [tx.tenantId],
  );
  if (admins.length === 1 && admins[0]!.id === userId) throw new DaozhangError('member.last_admin', {});
}

const lockOne = async (tx: TenantTx, userId: string): Promise<Readonly<{ state: string }>> =>
  (await tx.maybe<{ state: string }>('select state from users where tenant_id = $1 and id = $2 for update', [
    tx.tenantId,
    userId,
  ])) ?? notFound();
