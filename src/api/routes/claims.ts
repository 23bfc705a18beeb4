/** Claims: what a customer says and shows, answered while they stand there; and the pictures and numbers of what was shown. */
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { moneyView } from '../../actions/view.ts';
import { DaozhangError } from '../../base/errors.ts';
import { parseMoney } from '../../base/money.ts';
import { isZone } from '../../base/time.ts';
import type { TenantTx } from '../../db/pool.ts';
import { closeClaim, FIRST_MS, look } from '../../people/answer.ts';
import { MOST_IMAGE_BYTES } from '../../people/barcodes.ts';
import {
  type AnswerRow,
  answersOf,
  countClaims,
  listClaims,
  WAITS,
  type WaitsFor,
  waitsOf,
} from '../../people/claim-queue.ts';
import {
  type Claim,
  claimById,
  hitsOf,
  type Image,
  imagesOf,
  onceEach,
  picturesOf,
  takeClaim,
  takeImage,
} from '../../people/claims.ts';
import { detailsIn } from '../../people/details.ts';
import { CLOSINGS, type ClosingWhy, ruleOf } from '../../people/ends.ts';
import { namesOf } from '../../people/names.ts';
import { type Hit, referencesIn } from '../../people/references.ts';
import { actorOf, type Caller } from '../auth.ts';
import { claimVerdict } from '../claim-verdict.ts';
import * as shape from '../contract/claims.ts';
import { id, page, problem } from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import { standingsWith } from '../read.ts';
import type { Api, Serving } from '../server.ts';
import { sendBytes } from './documents.ts';

type ClaimOut = z.output<typeof shape.claim>;

export function claimRoutes(api: Api, on: Serving): void {
  api.post(
    '/v1/claims',
    {
      config: { scope: 'act', idempotent: true },
      schema: {
        operationId: 'makeClaim',
        summary: 'A customer says that money did not arrive; answered within three seconds',
        description:
          'Send an Idempotency-Key: a phone that was off the net sends its claim once. `release` says whether goods may be handed over; it is `yes` only by the channel’s own word, whatever was shown. Undecided, the claim is looked at again by itself (`next_look_at`) and `claim.answered` is told on the feed.',
        tags: ['claims'],
        body: shape.newClaim,
        response: { 201: shape.claim, 404: problem, 422: problem },
      },
    },
    async ({ caller, body }, reply) => {
      const side = sideOf(caller);
      const claimId = await takeClaim(
        on.book,
        side,
        {
          kind: body.kind,
          refs: body.refs,
          orderRef: body.order_ref,
          amount: body.amount === undefined ? undefined : parseMoney(body.amount.amount, body.amount.currency),
          paidAt: body.paid_at === undefined ? undefined : Temporal.Instant.from(body.paid_at),
          app: body.app,
          store: body.store,
          terminal: body.terminal,
          payer: body.payer,
          text: body.text,
          images: body.images,
          documents: body.documents,
          by: actorOf(caller),
          zone: zoneOf(body.timezone),
        },
        on.pace.now(),
      );
      await look(on, caller.tenantId, claimId, FIRST_MS);
      return await reply.status(201).send(await viewOf(on, caller, claimId));
    },
  );

  api.get(
    '/v1/claims',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listClaims',
        summary: 'Claims, newest first unless asked otherwise',
        tags: ['claims'],
        querystring: shape.claimsQuery,
        response: { 200: shape.claimsPage },
      },
    },
    async ({ caller, query: { limit, after, sort, ...filter } }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const claims = await listClaims(tx, caller.livemode, filter, { sort, after: fromCursor(after), limit });
        const counts = await countClaims(tx, caller.livemode);
        const last = claims.length === limit ? claims.at(-1) : undefined;
        return dropEmpty({
          items: await viewsOf(tx, on, claims),
          next: last === undefined ? undefined : cursor(last.createdAt.toString(), last.id),
          counts: Object.fromEntries(WAITS.map((who) => [who, Number(counts.get(who) ?? 0n)])) as Record<
            WaitsFor,
            number
          >,
        });
      });
    },
  );

  const params = z.object({ id });
  api.get(
    '/v1/claims/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getClaim',
        summary: 'One claim as it is answered now',
        tags: ['claims'],
        params,
        response: { 200: shape.claim, 404: problem },
      },
    },
    async ({ caller, params }) => await viewOf(on, caller, params.id),
  );

  api.get(
    '/v1/claims/:id/answers',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listAnswers',
        summary: 'What a claim was answered, each time the answer changed, and what it rested on',
        tags: ['claims'],
        params,
        response: { 200: page(shape.claimAnswer), 404: problem },
      },
    },
    async ({ caller, params }) =>
      await on.book.tenant(caller.tenantId, async (tx) => {
        await theirs(tx, caller, params.id);
        return { items: (await answersOf(tx, params.id)).map(answerView) };
      }),
  );

  api.post(
    '/v1/claims/:id/look',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'lookAgain',
        summary: 'Look again now, or at the payment that a person picked',
        tags: ['claims'],
        params,
        body: shape.lookAgain,
        response: { 200: shape.claim, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) => {
      await viewOf(on, caller, params.id);
      await look(on, caller.tenantId, params.id, FIRST_MS, body.payment_id);
      return await viewOf(on, caller, params.id);
    },
  );

  api.post(
    '/v1/claims/:id/close',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'closeClaim',
        summary: 'Say how it ended',
        description:
          '`goods_given` stands for the payment from then on; after `goods_kept` or `withdrawn` the payment may be claimed anew.',
        tags: ['claims'],
        params,
        body: shape.claimEnd,
        response: { 200: shape.claim, 404: problem, 409: problem },
      },
    },
    async ({ caller, params, body }) => {
      await on.book.tenant(caller.tenantId, async (tx) => {
        const claim = await theirs(tx, caller, params.id);
        await closeClaim(tx, claim, { ended: body.ended, by: actorOf(caller), note: body.note }, on.pace.now());
      });
      return await viewOf(on, caller, params.id);
    },
  );

  referenceRoutes(api, on);
}

function referenceRoutes(api: Api, on: Serving): void {
  api.post(
    '/v1/references',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'readReferences',
        summary: 'The numbers, amounts and times in pasted text and in pictures; nothing is kept or looked up',
        tags: ['claims'],
        body: shape.newReferences,
        response: { 200: shape.details, 422: problem },
      },
    },
    async ({ caller, body }) => {
      const images = await on.book.tenant(caller.tenantId, (tx) => imagesOf(tx, sideOf(caller), body.images));
      const said = body.text ?? '';
      const found = detailsIn(said, zoneOf(body.timezone), 'CNY');
      return dropEmpty({
        hits: onceEach([...images.flatMap((i) => i.hits), ...referencesIn(said, 'text')]).map(hitView),
        amounts: found.amounts.map((m) => moneyView(m.minor, m.currency)!),
        times: found.times.map((t) => t.toString()),
        payee: found.payee,
        app: found.app,
        personal: found.personal,
      });
    },
  );

  api.get(
    '/v1/images/:sha256',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getImage',
        summary: 'A picture byte for byte',
        description: 'As an attachment, never as a page of ours; `x-daozhang-sha256` carries its hash.',
        tags: ['claims'],
        params: z.object({ sha256: shape.sha256 }),
        response: {
          200: { description: 'The bytes', content: { 'application/octet-stream': { schema: z.string() } } },
          404: problem,
        },
      },
    },
    async ({ caller, params }, reply) => {
      const image = await on.book
        .tenant(caller.tenantId, (tx) => imagesOf(tx, sideOf(caller), [params.sha256]))
        .catch((error) =>
          error instanceof DaozhangError && error.code === 'image.not_here' ? notFound() : Promise.reject(error),
        );
      const ending = image[0]!.type.slice('image/'.length);
      return await sendBytes(on, caller, reply, { ...image[0]!, name: `${params.sha256.slice(0, 12)}.${ending}` });
    },
  );
}

/** The body is the picture itself: a scope of its own, where no body is parsed. */
export function imageRoute(api: Api, on: Serving): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_IMAGE_BYTES }, (_, body, done) =>
    done(null, body),
  );
  api.post(
    '/v1/images',
    {
      config: { scope: 'act' },
      bodyLimit: MOST_IMAGE_BYTES,
      schema: {
        operationId: 'addImage',
        summary: 'A screenshot or photo (PNG, JPEG, WebP, at most 8 MiB), with what its barcodes say',
        description:
          'The body is the picture byte for byte. The same bytes again are the picture that is there. WebP is kept and its barcodes are not read: draw it to PNG before.',
        tags: ['claims'],
        response: { 201: shape.image, 413: problem, 422: problem, 503: problem },
      },
    },
    async ({ caller, body }, reply: FastifyReply) => {
      if (!Buffer.isBuffer(body)) throw new DaozhangError('image.not_one', {});
      return await reply.status(201).send(imageView(await takeImage(on, sideOf(caller), body)));
    },
  );
}

const sideOf = (caller: Caller): Readonly<{ tenantId: string; livemode: boolean }> => ({
  tenantId: caller.tenantId,
  livemode: caller.livemode,
});
export function zoneOf(zone: string): string {
  if (!isZone(zone)) throw new DaozhangError('api.bad_request', { reason: 'timezone' });
  return zone;
}

async function theirs(tx: TenantTx, caller: Caller, claimId: string): Promise<Claim> {
  const claim = await claimById(tx, claimId);
  return claim !== undefined && claim.livemode === caller.livemode ? claim : notFound();
}

const ruleView = (code: ClosingWhy | undefined): ClaimOut['closed_by_rule'] =>
  code === undefined ? undefined : { code, says: CLOSINGS[code] };

async function viewOf(on: Serving, caller: Caller, claimId: string): Promise<ClaimOut> {
  return await on.book.tenant(caller.tenantId, async (tx) => {
    return (await viewsOf(tx, on, [await theirs(tx, caller, claimId)]))[0]!;
  });
}

async function viewsOf(tx: TenantTx, on: Serving, claims: readonly Claim[]): Promise<ClaimOut[]> {
  const ids = claims.map((c) => c.id);
  const hits = await hitsOf(tx, ids);
  const pictures = await picturesOf(tx, ids);
  const waits = await waitsOf(tx, ids);
  const nameOf = await namesOf(
    tx,
    claims.flatMap((c) => [c.createdBy, c.closedBy]),
  );
  const paymentIds = claims.flatMap((c) => c.paymentId ?? []);
  const found = paymentIds.length === 0 ? [] : await standingsWith(tx, on, 'p.id = any($2)', [paymentIds], '');
  const shown = new Map(found.map((s) => [s.shown.id, s]));
  return claims.map((c) => ({
    release: c.answer?.release ?? 'ask',
    waits_for: waits.get(c.id) ?? 'nobody',
    why: [...(c.answer?.why ?? [])],
    candidates: c.candidates.map((one) => ({ ...one, why: [...one.why] })),
    facts: c.answer?.facts ?? {},
    hits: (hits.get(c.id) ?? []).map(hitView),
    images: [...(pictures.get(c.id) ?? [])],
    ...dropEmpty({
      verdict: claimVerdict(c, hits.get(c.id) ?? [], shown.get(c.paymentId ?? ''), on.pace.now()),
      id: c.id,
      livemode: c.livemode,
      kind: c.kind,
      state: c.state,
      next_look_at: c.nextLookAt?.toString(),
      answered_at: c.answer?.at.toString(),
      payment: shown.get(c.paymentId ?? '')?.shown,
      found: c.found,
      order_ref: c.orderRef,
      amount: moneyView(c.amount?.minor, c.amount?.currency),
      paid_at: c.paidAt?.toString(),
      app: c.app,
      store: c.store,
      terminal: c.terminal,
      payer: c.payer,
      text: c.text,
      created_at: c.createdAt.toString(),
      created_by: c.createdBy,
      created_by_name: nameOf(c.createdBy),
      closed_by_name: nameOf(c.closedBy),
      closed_at: c.closedAt?.toString(),
      ended: c.ended,
      closed_by_rule: ruleView(ruleOf(c.closedBy)),
      note: c.note,
    }),
  }));
}

const answerView = (a: AnswerRow): z.output<typeof shape.claimAnswer> =>
  dropEmpty({
    look: a.look,
    at: a.at.toString(),
    verdict: dropEmpty({
      ...{ code: a.code, release: a.release, cause: a.cause, custody: a.custody, confidence: a.confidence },
      reason: a.reason ?? undefined,
    }),
    why: [...a.why],
    found: a.found,
    channel: a.channel ?? undefined,
    payment_id: a.payment_id ?? undefined,
    payment_verdict:
      a.payment_code === null || a.payment_confidence === null
        ? undefined
        : { code: a.payment_code, confidence: a.payment_confidence },
  });

const hitView = (h: Hit): z.output<typeof shape.hit> =>
  dropEmpty({
    value: h.value,
    guesses: [...h.guesses],
    shape: h.shape,
    origin: h.origin,
    at: h.at,
    on: h.on?.toString(),
    impossible: h.impossible,
    why: h.why,
  });

const imageView = (i: Image): z.output<typeof shape.image> => ({
  sha256: i.sha256.toString('hex'),
  type: i.type,
  size: i.size.toString(),
  hits: i.hits.map(hitView),
  times: i.times,
  first_at: i.first_at.toString(),
});
