/** Keys, and what waits for a person. */

import { z } from 'zod';
import { onSide } from '../../actions/cases.ts';
import { clock } from '../../base/clock.ts';
import { DaozhangError } from '../../base/errors.ts';
import { redrive } from '../../sources/fold.ts';
import { refold } from '../../traces/advance.ts';
import { examine } from '../../watch/doctor.ts';
import { actorOf, makeAdminLink, makeKey, revokeKey } from '../auth.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';

export function adminRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/keys',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'listKeys',
        summary: 'The API keys',
        tags: ['keys'],
        response: { 200: shape.page(shape.key) },
      },
    },
    async ({ caller }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<{
          id: string;
          name: string;
          prefix: string;
          livemode: boolean;
          scopes: string[];
          created_at: Temporal.Instant;
          last_used_at: Temporal.Instant | null;
          revoked_at: Temporal.Instant | null;
        }>(
          `select id, name, prefix, livemode, scopes, created_at, last_used_at, revoked_at from api_keys
            where tenant_id = $1 and livemode = $2 order by created_at, id`,
          [tx.tenantId, caller.livemode],
        ),
      );
      return {
        items: rows.map((r) =>
          dropEmpty({
            ...r,
            created_at: r.created_at.toString(),
            last_used_at: r.last_used_at?.toString(),
            revoked_at: r.revoked_at?.toString(),
          }),
        ),
      };
    },
  );

  api.post(
    '/v1/keys',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'makeKey',
        summary: 'Make an API key',
        description: 'Shown once; only its hash is kept.',
        tags: ['keys'],
        body: shape.newKey,
        response: { 201: shape.key },
      },
    },
    async ({ caller, body }, reply) => {
      const made = await on.book.tenant(caller.tenantId, (tx) =>
        makeKey(tx, { ...body, livemode: caller.livemode, by: actorOf(caller) }),
      );
      return await reply.status(201).send({
        id: made.id,
        name: body.name,
        prefix: made.prefix,
        livemode: caller.livemode,
        scopes: body.scopes,
        created_at: on.pace.now().toString(),
        key: made.token,
      });
    },
  );

  const params = z.object({ id: shape.id });
  api.delete(
    '/v1/keys/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'revokeKey',
        summary: 'Revoke an API key',
        tags: ['keys'],
        params,
        response: { 204: z.null(), 404: shape.problem },
      },
    },
    async ({ caller, params }, reply) => {
      const revoked = await on.book.tenant(caller.tenantId, (tx) => revokeKey(tx, caller.livemode, params.id));
      if (!revoked) return notFound();
      return await reply.status(204).send(null);
    },
  );

  api.post(
    '/v1/links',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'makeLink',
        summary: 'A one-time link for the administrator',
        description: 'It opens both sides, so a test key cannot make one.',
        tags: ['keys'],
        body: z.strictObject({}),
        response: { 201: z.object({ url: z.string() }) },
      },
    },
    async ({ caller }, reply) => {
      if (caller.kind === 'key' && !caller.livemode) throw new DaozhangError('api.live_only', {});
      const link = (await on.book.tenant(caller.tenantId, makeAdminLink)) ?? notFound();
      return await reply.status(201).send({ url: `${on.publicUrl()}/enter/${link}` });
    },
  );

  api.get(
    '/v1/doctor',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'examine',
        summary: 'Is everything well?',
        tags: ['health'],
        response: { 200: z.object({ checks: z.array(shape.finding) }) },
      },
    },
    async (request) => {
      const { caller } = request;
      const lang = langFor(request);
      const found = await examine(on.book, caller.tenantId, caller.livemode, clock.now);
      return {
        checks: found.map(({ name, ok, title, detail, remedy }) =>
          dropEmpty({ name, ok, title: title[lang], detail: detail[lang], remedy: ok ? undefined : remedy[lang] }),
        ),
      };
    },
  );

  api.post(
    '/v1/replay',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'replay',
        summary: 'Try again what could not be read; with `all` fold every payment anew from what is stored',
        tags: ['health'],
        body: z.strictObject({ all: z.boolean().default(false) }),
        response: { 200: z.object({ messages: z.int(), payments: z.int(), changed: z.int() }) },
      },
    },
    async ({ caller, body }) => {
      const messages = await on.book.tenant(caller.tenantId, (tx) => redrive(tx, caller.livemode));
      let payments = 0;
      let changed = 0;
      let after = '00000000-0000-0000-0000-000000000000';
      while (body.all) {
        const page = await on.book.tenant(caller.tenantId, async (tx) => {
          const rows = await tx.rows<{ id: string }>(
            'select id from payments where tenant_id = $1 and id > $2 and livemode = $3 order by id limit 500',
            [tx.tenantId, after, caller.livemode],
          );
          const ids = rows.map((r) => r.id);
          changed += ids.length === 0 ? 0 : await refold(tx, ids, on.follow);
          return ids;
        });
        if (page.length === 0) break;
        payments += page.length;
        after = page.at(-1)!;
      }
      return { messages, payments, changed };
    },
  );

  api.get(
    '/v1/alerts',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listAlerts',
        summary: 'Open alerts',
        tags: ['cases'],
        response: { 200: shape.page(shape.alert) },
      },
    },
    async ({ caller }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<{
          id: string;
          kind: string;
          subject_kind: string;
          subject_id: string;
          detail: Record<string, string>;
          opened_at: Temporal.Instant;
          last_at: Temporal.Instant;
          times: bigint;
        }>(
          `select a.id, a.kind, a.subject_kind, a.subject_id, a.detail, a.opened_at, a.last_at, a.times from alerts a
            where a.tenant_id = $1 and a.closed_at is null and ${onSide('a')} order by a.opened_at desc, a.id desc limit 200`,
          [tx.tenantId, caller.livemode],
        ),
      );
      return {
        items: rows.map((r) => ({
          ...r,
          opened_at: r.opened_at.toString(),
          last_at: r.last_at.toString(),
          times: r.times.toString(),
        })),
      };
    },
  );
}
