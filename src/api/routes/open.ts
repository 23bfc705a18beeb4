/** Routes that need no caller: health, metrics, the OpenAPI document, and the one-time link. They tell nothing of any tenant. */
import { z } from 'zod';
import { DUE_KINDS } from '../../actions/due.ts';
import { foldLag } from '../../sources/fold.ts';
import { enter, SESSION_COOKIE } from '../auth.ts';
import { problem } from '../contract.ts';
import { homePage, linkSpentPage } from '../pages.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';

/** Whoever asks for health waits a second; the rest of it is for the way there and back. */
const READY_MS = 700;

export function openRoutes(api: Api, on: Serving): void {
  const open = { config: { open: true } } as const;
  api.get(
    '/livez',
    {
      ...open,
      exposeHeadRoute: true,
      schema: {
        operationId: 'livez',
        summary: 'The process lives',
        tags: ['health'],
        security: [],
        response: { 200: z.object({ ok: z.boolean() }) },
      },
    },
    async () => ({
      ok: true,
    }),
  );
  api.get(
    '/readyz',
    {
      ...open,
      exposeHeadRoute: true,
      schema: {
        operationId: 'readyz',
        summary: 'The database answers',
        tags: ['health'],
        security: [],
        response: { 200: z.object({ ok: z.boolean() }), 503: problem },
      },
    },
    async () => {
      await on.book.ping(READY_MS);
      return { ok: true };
    },
  );
  api.get('/openapi.json', { ...open, schema: { hide: true } }, async () => api.swagger());
  api.get('/metrics', { ...open, schema: { hide: true } }, async (_, reply) => {
    const overdue = await on.book
      .shared((tx) =>
        tx.rows<{ kind: string; n: bigint }>(
          `select kind, count(*) as n from due where due_at < now() and (lease_until is null or lease_until < now()) group by kind`,
        ),
      )
      .catch(() => []);
    const oldest = await oldestUnfolded(on).catch(() => 0);
    const of = new Map(overdue.map((r) => [r.kind, Number(r.n)]));
    const pool = on.book.stats();
    void reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return on.metrics.text([
      ...DUE_KINDS.map((kind) => ['daozhang_due_overdue', of.get(kind) ?? 0, { kind }] as const),
      ['daozhang_inbox_waiting', on.inbox.waiting()],
      ['daozhang_unfolded_oldest_seconds', oldest],
      ['daozhang_pool_connections', pool.total - pool.idle, { state: 'busy' }],
      ['daozhang_pool_connections', pool.idle, { state: 'idle' }],
      ['daozhang_pool_connections', pool.waiting, { state: 'waited_for' }],
      ['process_resident_memory_bytes', process.memoryUsage.rss()],
    ]);
  });
  api.get(
    '/enter/:token',
    {
      ...open,
      schema: {
        hide: true,
        params: z.object({ token: z.string().max(120) }),
        querystring: z.object({ to: z.enum(['counter']).optional() }),
      },
    },
    async (request, reply) => {
      const session = await enter(on.book, request.params.token);
      void reply.header('content-type', 'text/html; charset=utf-8').header('referrer-policy', 'no-referrer');
      if (session === undefined)
        return await reply
          .status(410)
          .serializer(String)
          .send(linkSpentPage(langFor(request)));
      return await reply
        .setCookie(SESSION_COOKIE, session, { httpOnly: true, secure: true, sameSite: 'strict', path: '/' })
        .redirect(request.query.to === 'counter' ? '/counter/' : '/', 303);
    },
  );
  api.get('/', { ...open, schema: { hide: true } }, async (request, reply) => {
    if (on.app?.folder() !== undefined || on.app?.isComing() === true) return await reply.redirect('/app/', 303);
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      )
      .serializer(String);
    return homePage(langFor(request), on.version);
  });
}

/** A scrape looks at no more tenants than this. */
const MOST_TENANTS = 100;

async function oldestUnfolded(on: Serving): Promise<number> {
  const tenants = await on.book.shared((tx) =>
    tx.rows<{ id: string }>('select id from tenants order by id limit $1', [MOST_TENANTS]),
  );
  let oldest = 0;
  for (const { id } of tenants) {
    oldest = Math.max(oldest, await on.book.tenant(id, foldLag));
  }
  return oldest;
}
