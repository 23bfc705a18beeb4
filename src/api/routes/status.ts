/**
 * Links for customers: made, listed and taken back by the shop; and what is behind one, for whoever has it. The page itself is
 * `customer/page.ts`'s. Unknown, expired and revoked links get one answer.
 *
 * What a customer says enters by the front door of claims and moves no money's state.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { qrOf, svgOf } from '../../base/qr.ts';
import { CHINA } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { closeClaim, FIRST_MS, look } from '../../people/answer.ts';
import { MOST_IMAGE_BYTES } from '../../people/barcodes.ts';
import { claimById, hitsOf, takeClaim, takeImage } from '../../people/claims.ts';
import {
  BY_LINK,
  type Link,
  listLinks,
  makeLink,
  mayStillSay,
  noteSaid,
  type Opened,
  openLink,
  revokeLink,
  type Subject,
} from '../../people/links.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as shape from '../contract/status.ts';
import { id, problem } from '../contract.ts';
import { type Standing, standingOf } from '../customer/status.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const SUBJECTS = [
  { path: 'payments', name: 'Payment', table: 'payments', of: (id: string): Subject => ({ paymentId: id }) },
  { path: 'claims', name: 'Claim', table: 'claims', of: (id: string): Subject => ({ claimId: id }) },
] as const;

export function statusLinkRoutes(api: Api, on: Serving): void {
  const params = z.object({ id });
  for (const { path, name, table, of } of SUBJECTS) {
    api.post(
      `/v1/${path}/:id/links`,
      {
        // Not idempotent: the answer holds a secret, and is stored nowhere.
        config: { scope: 'act' },
        schema: {
          operationId: `make${name}Link`,
          summary: `A link for the customer to this ${name.toLowerCase()}’s status page`,
          description:
            'Whoever has the link sees, without a login, where the money is, when it comes and what they can do; no number in full, nothing of the shop’s own. It is shown once.',
          tags: ['links'],
          params,
          body: shape.newLink,
          response: { 201: shape.madeLink, 404: problem },
        },
      },
      async ({ caller, params, body }, reply) => {
        const { link, token } = await on.book.tenant(caller.tenantId, async (tx) => {
          await mustBe(tx, caller, table, params.id);
          return await makeLink(tx, caller.livemode, of(params.id), body.days, actorOf(caller));
        });
        const url = `${on.publicUrl()}/s/${token}`;
        return await reply
          .status(201)
          .header('cache-control', 'no-store')
          .send({ ...linkView(link), url, qr: svgOf(await qrOf(url)) });
      },
    );
    api.get(
      `/v1/${path}/:id/links`,
      {
        config: { scope: 'read' },
        schema: {
          operationId: `list${name}Links`,
          summary: `Its links for customers, newest first`,
          tags: ['links'],
          params,
          response: { 200: shape.links, 404: problem },
        },
      },
      async ({ caller, params }) =>
        await on.book.tenant(caller.tenantId, async (tx) => {
          await mustBe(tx, caller, table, params.id);
          return { items: (await listLinks(tx, caller.livemode, of(params.id))).map(linkView) };
        }),
    );
  }
  api.delete(
    '/v1/links/:id',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'revokeLink',
        summary: 'Take a customer’s link back, at once',
        tags: ['links'],
        params,
        response: { 204: z.null(), 404: problem },
      },
    },
    async ({ caller, params }, reply) => {
      const revoked = await on.book.tenant(caller.tenantId, (tx) =>
        revokeLink(tx, caller.livemode, params.id, actorOf(caller)),
      );
      if (!revoked) notFound();
      return await reply.status(204).send(null);
    },
  );
}

async function mustBe(tx: TenantTx, caller: Caller, table: 'payments' | 'claims', id: string): Promise<void> {
  const row = await tx.maybe(`select from ${table} where tenant_id = $1 and id = $2 and livemode = $3`, [
    tx.tenantId,
    id,
    caller.livemode,
  ]);
  if (row === undefined) notFound();
}

const linkView = (l: Link): z.output<typeof shape.link> =>
  dropEmpty({
    id: l.id,
    payment_id: l.payment_id ?? undefined,
    claim_id: l.claim_id ?? undefined,
    made_by: l.made_by,
    made_at: l.made_at.toString(),
    expires_at: l.expires_at.toString(),
    revoked_at: l.revoked_at?.toString(),
    opened: l.opened,
    last_opened_at: l.last_opened_at?.toString(),
    last_said: l.last_said ?? undefined,
    last_said_at: l.last_said_at?.toString(),
    last_claim_id: l.last_claim_id ?? undefined,
  });

// ---------------------------------------------------------------- behind the link

const params = z.object({ token: z.string().max(120) });
type WithToken = FastifyRequest<{ Params: z.output<typeof params> }>;

/** A page that looks every few seconds, and a shop's worth of phones behind one address. */
export const LOOKS_A_MINUTE = 1_200;
const rarely = {
  rateLimit: {
    max: 6,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => (request as WithToken).params.token,
  },
} as const;

/** The headers of everything behind a link: nobody keeps it, nobody is told where it was, no engine lists it. */
export const PRIVATE = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow, noarchive',
  'x-content-type-options': 'nosniff',
} as const;

export function statusRoutes(api: Api, on: Serving): void {
  api.get(
    '/s/:token/status',
    {
      config: { open: true, rateLimit: { max: LOOKS_A_MINUTE, timeWindow: 60_000 } },
      schema: {
        operationId: 'getStatus',
        summary: 'What the customer’s page says',
        description:
          'Needs no key: the link is the authority. Asked with the ETag of the last answer it says 304 while nothing has changed; `x-daozhang-checked-at` tells when it was judged.',
        tags: ['links'],
        security: [],
        params,
        response: { 200: shape.status, 404: problem },
      },
    },
    async (request, reply) => {
      const opened = await must(on, request.params.token);
      const { status } = await on.book.tenant(opened.tenantId, (tx) => standingOf(tx, on, opened));
      return await told(on, request, reply, status);
    },
  );

  api.post(
    '/s/:token/say',
    {
      config: { open: true, ...rarely },
      schema: {
        operationId: 'sayByLink',
        summary: 'The customer says that it has not arrived, or that they have it',
        description:
          'Needs no key. “Not arrived” becomes a claim with what was pasted or shown, and is looked at; it moves no money. Through one link no more than thirty things are said or sent.',
        tags: ['links'],
        security: [],
        params,
        body: shape.say,
        response: { 200: shape.status, 404: problem, 422: problem, 429: problem },
      },
    },
    async (request, reply) => {
      const opened = await must(on, request.params.token);
      const standing = await on.book.tenant(opened.tenantId, async (tx) => {
        if (!(await mayStillSay(tx, opened.link.id))) throw new DaozhangError('api.too_many', {});
        return await standingOf(tx, on, opened);
      });
      if (request.body.says === 'have_it') await haveIt(on, opened);
      else await notArrived(on, opened, standing, request.body);
      const after = await must(on, request.params.token);
      const { status } = await on.book.tenant(after.tenantId, (tx) => standingOf(tx, on, after));
      return await told(on, request, reply, status);
    },
  );

  api.post(
    '/s/:token/number',
    {
      config: { open: true, ...rarely },
      schema: {
        operationId: 'getRefundNumber',
        summary: 'The refund’s number in full, for the customer’s bank',
        description:
          'Asked for by a person: it stands on no page. A payment’s number is never told, because whoever names it at a counter may be taken for the payer.',
        tags: ['links'],
        security: [],
        params,
        response: { 200: shape.refundNumber, 404: problem, 429: problem },
      },
    },
    async (request, reply) => {
      const opened = await must(on, request.params.token);
      const { refundRef } = await on.book.tenant(opened.tenantId, (tx) => standingOf(tx, on, opened));
      if (refundRef === undefined) return notFound();
      return await reply.headers(PRIVATE).send({ number: refundRef });
    },
  );
}

/** The body is the picture itself: for the scope where no body is parsed. */
export function statusPictureRoute(api: Api, on: Serving): void {
  api.post(
    '/s/:token/pictures',
    {
      config: { open: true, ...rarely },
      bodyLimit: MOST_IMAGE_BYTES,
      schema: {
        operationId: 'sendPictureByLink',
        summary: 'A screenshot of the payment’s detail, before it is said what it is for',
        tags: ['links'],
        security: [],
        params,
        response: { 201: shape.sentPicture, 404: problem, 413: problem, 422: problem, 429: problem, 503: problem },
      },
    },
    async (request, reply) => {
      const opened = await must(on, request.params.token);
      if (!Buffer.isBuffer(request.body)) throw new DaozhangError('image.not_one', {});
      const may = await on.book.tenant(opened.tenantId, (tx) => mayStillSay(tx, opened.link.id));
      if (!may) throw new DaozhangError('api.too_many', {});
      const image = await takeImage(on, opened, request.body);
      return await reply
        .headers(PRIVATE)
        .status(201)
        .send({ sha256: image.sha256.toString('hex') });
    },
  );
}

async function must(on: Serving, token: string): Promise<Opened> {
  return (await openLink(on.book, token)) ?? notFound();
}

async function told(
  on: Serving,
  request: FastifyRequest,
  reply: FastifyReply,
  status: Standing['status'],
): Promise<never> {
  const tag = etagOf(status);
  void reply.headers({ ...PRIVATE, etag: tag, 'x-daozhang-checked-at': on.pace.now().toString() });
  if (request.headers['if-none-match'] === tag) return (await reply.status(304).send()) as never;
  return (await reply.status(200).send(status)) as never;
}

export const etagOf = (status: Standing['status']): string =>
  `"${createHash('sha256').update(JSON.stringify(status)).digest('base64url').slice(0, 22)}"`;

/** Said once more without anything new, the same claim is looked at again. */
async function notArrived(
  on: Serving,
  { tenantId, livemode, link }: Opened,
  standing: Standing,
  { text, images }: z.output<typeof shape.say>,
): Promise<void> {
  const brings = text !== undefined || images.length > 0;
  const before = await on.book.tenant(tenantId, async (tx) =>
    link.last_claim_id === null ? undefined : await claimById(tx, link.last_claim_id),
  );
  const again = brings || before?.state === 'closed' ? undefined : before?.id;
  const claimId =
    again ??
    (await takeClaim(
      on.book,
      { tenantId, livemode },
      {
        kind: standing.kind,
        refs: [],
        orderRef: standing.orderRef,
        amount: standing.amount,
        paidAt: undefined,
        app: undefined,
        store: undefined,
        terminal: undefined,
        payer: undefined,
        text,
        images,
        documents: [],
        by: `${BY_LINK}${link.id}`,
        zone: CHINA,
      },
      on.pace.now(),
    ));
  const shows = await on.book.tenant(tenantId, async (tx) => {
    await noteSaid(tx, link.id, 'not_arrived', claimId);
    return (await hitsOf(tx, [claimId])).size > 0;
  });
  // A number that they show says which payment; without one it is that of their link.
  await look(on, tenantId, claimId, FIRST_MS, again === undefined && !shows ? standing.paymentId : undefined);
}

/** Ends what they themselves had said; the shop's own claims are the shop's to close. */
async function haveIt(on: Serving, { tenantId, link }: Opened): Promise<void> {
  await on.book.tenant(tenantId, async (tx) => {
    await noteSaid(tx, link.id, 'have_it', undefined);
    if (link.last_claim_id === null) return;
    const claim = await claimById(tx, link.last_claim_id, true);
    if (claim === undefined || claim.state === 'closed') return;
    const ended = claim.kind === 'refund_not_arrived' ? 'repaid' : 'goods_given';
    await closeClaim(tx, claim, { ended, by: `${BY_LINK}${link.id}` }, on.pace.now());
  });
}
