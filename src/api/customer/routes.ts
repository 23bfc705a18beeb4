/** Serves the pages for customers: behind a link, and in the open. Rendered here, framed by what the build wrote (`ui/customer.html`). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { countOpening, openLink } from '../../people/links.ts';
import { notFound } from '../manners.ts';
import { etagOf, LOOKS_A_MINUTE, PRIVATE } from '../routes/status.ts';
import type { Api, Serving } from '../server.ts';
import { langAsked, sendPage } from './frame.ts';
import { type App, HOW } from './how.ts';
import { howIndex, howPage } from './how-page.ts';
import { gonePage, statusPage } from './page.ts';
import { standingOf } from './status.ts';

/** `frame`: the built page around them; undefined once the answer was sent, because there is none (yet). */
type Framed = (request: FastifyRequest, reply: FastifyReply) => Promise<string | undefined>;

const asked = z.object({ lang: z.string().max(20).optional() });
const OPENED = { config: { open: true, rateLimit: { max: LOOKS_A_MINUTE, timeWindow: 60_000 } } } as const;

export function customerPages(api: Api, on: Serving, framed: Framed): void {
  api.get(
    '/s/:token',
    {
      ...OPENED,
      schema: { hide: true, params: z.object({ token: z.string().max(120) }), querystring: asked },
    },
    async (request, reply) => {
      const frame = await framed(request, reply);
      if (frame === undefined) return reply;
      const lang = langAsked(request);
      const opened = await openLink(on.book, request.params.token);
      if (opened === undefined) return await sendPage(reply, gonePage(frame, lang), PRIVATE, 404);
      const { status } = await on.book.tenant(opened.tenantId, async (tx) => {
        // What the page itself fetches to renew itself is no opening.
        if (request.headers['sec-fetch-dest'] !== 'empty') await countOpening(tx, opened.link.id);
        return await standingOf(tx, on, opened);
      });
      const at = { lang, now: on.pace.now(), zone: status.zone };
      return await sendPage(reply, statusPage(frame, status, etagOf(status), at), PRIVATE);
    },
  );

  const KEPT = { 'cache-control': 'public, max-age=3600', 'referrer-policy': 'no-referrer' } as const;
  api.get('/how', { ...OPENED, schema: { hide: true } }, async (_, reply) => await reply.redirect('/how/', 308));
  api.get('/how/', { ...OPENED, schema: { hide: true, querystring: asked } }, async (request, reply) => {
    const frame = await framed(request, reply);
    return frame === undefined ? reply : await sendPage(reply, howIndex(frame, langAsked(request)), KEPT);
  });
  api.get(
    '/how/:app',
    { ...OPENED, schema: { hide: true, params: z.object({ app: z.string().max(40) }), querystring: asked } },
    async (request, reply) => {
      const { app } = request.params;
      if (!Object.hasOwn(HOW, app)) return notFound();
      const frame = await framed(request, reply);
      return frame === undefined ? reply : await sendPage(reply, howPage(frame, app as App, langAsked(request)), KEPT);
    },
  );
}
