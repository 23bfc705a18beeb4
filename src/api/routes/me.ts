/** Who is calling, and leaving: what the web app asks first and last. */
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { endSession, SESSION_COOKIE } from '../auth.ts';
import { rename } from '../contract/members.ts';
import * as shape from '../contract.ts';
import type { Api, Serving } from '../server.ts';

export function meRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/me',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'whoAmI',
        summary: 'Who calls, and what they may do',
        tags: ['keys'],
        response: { 200: shape.me },
      },
    },
    async ({ caller }) => {
      const { name } = await on.book.tenant(caller.tenantId, (tx) =>
        tx.one<{ name: string }>(
          caller.kind === 'key'
            ? 'select name from api_keys where tenant_id = $1 and id = $2'
            : 'select name from users where tenant_id = $1 and id = $2',
          [tx.tenantId, caller.id],
        ),
      );
      return {
        kind: caller.kind,
        id: caller.id,
        livemode: caller.livemode,
        scopes: [...caller.scopes],
        name,
        version: on.version,
      };
    },
  );

  api.patch(
    '/v1/me',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'renameMe',
        summary: 'Another name for oneself',
        description: 'For people; a key is named by whoever makes it.',
        tags: ['keys'],
        body: rename,
        response: { 204: z.null(), 400: shape.problem },
      },
    },
    async ({ caller, body }, reply) => {
      if (caller.kind !== 'session') throw new DaozhangError('api.bad_request', { reason: 'a key has no person' });
      await on.book.tenant(caller.tenantId, (tx) =>
        tx.run('update users set name = $3 where tenant_id = $1 and id = $2', [
          tx.tenantId,
          caller.id,
          body.name.trim(),
        ]),
      );
      return await reply.status(204).send(null);
    },
  );

  api.post(
    '/v1/me/leave',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'leave',
        summary: 'End this session',
        description: 'A key has no session: nothing happens to it.',
        tags: ['keys'],
        response: { 204: z.null() },
      },
    },
    async ({ caller }, reply) => {
      if (caller.sessionId !== undefined)
        await on.book.tenant(caller.tenantId, async (tx) => {
          await endSession(tx, caller.sessionId!, caller.id);
        });
      return await reply.clearCookie(SESSION_COOKIE, { secure: true, path: '/' }).status(204).send(null);
    },
  );
}
