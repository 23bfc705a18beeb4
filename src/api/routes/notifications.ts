/**
 * Where the channels knock. Bytes are taken as they came, checked, stored, and acknowledged after the COMMIT (I1); nothing is looked up
 * that a stranger could probe: a wrong address and a wrong signature get the same answer.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { clock } from '../../base/clock.ts';
import { DaozhangError } from '../../base/errors.ts';
import { tokenKind } from '../../base/secret.ts';
import type { OpenAccount } from '../../channels/accounts.ts';
import type { Verified } from '../../channels/channel.ts';
import { withFreshKeys } from '../../channels/keys.ts';
import { CHANNELS } from '../../channels/registry.ts';
import { noteRejected } from '../../sources/inbox.ts';
import { routeOf } from '../auth.ts';
import { answerInTime } from '../in-time.ts';
import { type Api, MOST_BODY, type Serving } from '../server.ts';

const KEEP_MS = 2_000;
const MOST_KEPT = 10_000;
/** From one address of the net, in a minute, what is refused; beyond it only notification addresses are served that were seen before. */
const MOST_STRANGE = 6_000;
const WRONG_CHANNEL = { ok: false, reason: 'wrong_channel', detail: 'the address is another channel’s' } as const;

type Known = Readonly<{ tenantId: string; open: OpenAccount }>;

export function notificationRoutes(api: Api, on: Serving): void {
  // A busy address is looked up once in a few seconds, not for each message, nor by all that wait for it.
  const kept = new Map<string, Readonly<{ known: Promise<Known | undefined>; at: number }>>();
  const forget = (address: string): void => {
    kept.delete(address);
  };
  const stranger = api.createRateLimit({
    max: MOST_STRANGE,
    timeWindow: 60_000,
    keyGenerator: (request) => request.ip,
  });
  const knownAddress = (address: string, request: FastifyRequest): Promise<Known | undefined> => {
    const before = kept.get(address);
    if (before !== undefined && clock.ticks() - before.at < KEEP_MS) return before.known;
    const known = before === undefined ? lookUpOfStranger(address, request) : lookUp(address);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(address, { known, at: clock.ticks() });
    // Only what is there is kept.
    known.then(
      (it) => it ?? forget(address),
      () => forget(address),
    );
    return known;
  };
  const lookUpOfStranger = async (address: string, request: FastifyRequest): Promise<Known | undefined> => {
    const knocked = await stranger(request, { increment: false });
    if (!knocked.isAllowed && knocked.isExceeded) throw new DaozhangError('api.too_many', {});
    return await lookUp(address);
  };
  const lookUp = async (address: string): Promise<Known | undefined> => {
    const route = tokenKind(address) === 'notify' ? await routeOf(on.book, address, 'notify') : undefined;
    if (route === undefined) return undefined;
    const open = await on.book.tenant(route.tenant_id, (tx) => on.accounts.get(tx, route.subject_id));
    return { tenantId: route.tenant_id, open };
  };

  answerInTime(api);
  api.route({
    method: 'POST',
    url: '/v1/notifications/:channel/:address',
    // What is stored is bounded by the inbox, what is refused by `stranger`.
    config: { open: true, rateLimit: false },
    schema: {
      operationId: 'notify',
      summary: 'A channel’s notification',
      description:
        'The bytes as the channel sent them, with its headers. The address is shown once, when the channel account is made. The answer is what the channel wants to hear.',
      tags: ['notifications'],
      security: [],
      params: z.object({ channel: z.string().max(32), address: z.string().max(120) }),
      response: {
        '2xx': { description: 'Stored', content: { '*/*': { schema: z.string() } } },
        '4xx': { description: 'Not accepted, in the channel’s own words', content: { '*/*': { schema: z.string() } } },
      },
    },
    // Before Fastify reads and checks what only a signature can: what is taken in is answered here, all else as everywhere.
    onRequest: async (request, reply) => {
      const { channel, address } = request.params;
      const named = CHANNELS.find((c) => c.id === channel);
      if (named === undefined) throw new DaozhangError('api.not_found', {});
      const refuse = async (reason: string) => {
        on.metrics.count('daozhang_messages_total', { channel, outcome: reason });
        await stranger(request);
        const no = named.reply(false);
        return await reply.status(401).headers(no.headers).serializer(String).send(no.body);
      };
      const known = await knownAddress(address, request);
      if (known === undefined) return await refuse('unknown_address');
      const { tenantId, open } = known;
      const message = {
        headers: plainHeaders(request.headers),
        body: await bodyOf(request, reply),
      };
      const { verified, account } =
        open.account.provider === channel
          ? await verify(on, tenantId, open, message)
          : { verified: WRONG_CHANNEL, account: open };
      if (!verified.ok) {
        kept.set(address, { known: Promise.resolve(known), at: Number.NEGATIVE_INFINITY });
        await on.book.tenant(tenantId, (tx) => noteRejected(tx, account.account.id, message, verified));
        return await refuse(verified.reason);
      }
      const received = await on.inbox.receive({
        tenantId,
        accountId: account.account.id,
        kind: 'notification',
        key: verified.key,
        bodyHash: verified.bodyHash,
        occurredAt: verified.occurredAt,
        message,
      });
      on.metrics.count('daozhang_messages_total', { channel, outcome: received });
      const yes = account.channel.reply(true);
      // It was told in time that it should come again.
      if (reply.sent) return;
      reply.hijack();
      reply.raw.writeHead(yes.status, yes.headers);
      reply.raw.end(yes.body);
    },
    handler: () => {
      throw new Error('answered before');
    },
  });
}

/** The bytes of the request. What is larger than any message is not read to its end: the connection goes with the refusal. */
function bodyOf(request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
  const { raw } = request;
  const tooLarge = (): DaozhangError => {
    void reply.header('connection', 'close');
    return new DaozhangError('api.too_large', { limit: MOST_BODY });
  };
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) return Promise.reject(tooLarge());
  return new Promise((done, fail) => {
    const parts: Buffer[] = [];
    let length = 0;
    raw.on('data', (bytes: Buffer) => {
      length += bytes.length;
      if (length > MOST_BODY) fail(tooLarge());
      else parts.push(bytes);
    });
    raw.on('end', () => done(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
    raw.on('error', () => fail(new DaozhangError('api.bad_request', { reason: 'the body' })));
  });
}

function plainHeaders(sent: FastifyRequest['headers']): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in sent) {
    const value = sent[name];
    headers[name] = typeof value === 'string' ? value : (value?.join(', ') ?? '');
  }
  return headers;
}
/** A key that is not held may be a new one of the channel's: its keys are fetched once, then it is checked again (F19). */
async function verify(
  on: Serving,
  tenantId: string,
  open: OpenAccount,
  message: Parameters<OpenAccount['channel']['verify']>[0],
): Promise<Readonly<{ verified: Verified; account: OpenAccount }>> {
  const verified = open.channel.verify(message, open.account, open.keys, on.pace.now());
  if (verified.ok || verified.reason !== 'unknown_key') return { verified, account: open };
  const account = await withFreshKeys(on, tenantId, open, verified.key);
  if (account === undefined) return { verified, account: open };
  return { verified: account.channel.verify(message, account.account, account.keys, on.pace.now()), account };
}
