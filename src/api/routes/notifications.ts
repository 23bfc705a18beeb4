/**
 * Where the channels knock. Bytes are taken as they came, checked, stored, and acknowledged after the COMMIT (I1); nothing is looked up
 * that a stranger could probe: a wrong address and a wrong signature get the same answer.
 */

import { z } from 'zod';
import { DaozhangError } from '../../base/errors.ts';
import { tokenKind } from '../../base/secret.ts';
import type { OpenAccount } from '../../channels/accounts.ts';
import type { Verified } from '../../channels/channel.ts';
import { CHANNELS } from '../../channels/registry.ts';
import { noteRejected } from '../../sources/inbox.ts';
import { routeOf } from '../auth.ts';
import type { Api, Serving } from '../server.ts';

/** Keys that are not held are fetched once in so long, however often they are named. */
const FETCH_KEYS_MS = 60_000;
const WRONG_CHANNEL = { ok: false, reason: 'wrong_channel', detail: 'the address is another channel’s' } as const;

export function notificationRoutes(api: Api, on: Serving): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  api.route({
    method: 'POST',
    url: '/v1/notifications/:channel/:address',
    config: { open: true, rateLimit: { max: 120_000, timeWindow: 60_000 } },
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
    handler: async (request, reply) => {
      const { channel, address } = request.params;
      const named = CHANNELS.find((c) => c.id === channel);
      if (named === undefined) throw new DaozhangError('api.not_found', {});
      const refuse = async (reason: string) => {
        on.metrics.count('daozhang_messages_total', { channel, outcome: reason });
        const no = named.reply(false);
        return await reply.status(401).headers(no.headers).serializer(String).send(no.body);
      };
      const route = tokenKind(address) === 'notify' ? await routeOf(on.book, address, 'notify') : undefined;
      if (route === undefined) return await refuse('unknown_address');
      const open = await on.book.tenant(route.tenant_id, (tx) => on.accounts.get(tx, route.subject_id));
      const message = {
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        ),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      };
      const { verified, account } =
        open.account.provider === channel
          ? await verify(on, route.tenant_id, open, message)
          : { verified: WRONG_CHANNEL, account: open };
      if (!verified.ok) {
        await on.book.tenant(route.tenant_id, (tx) => noteRejected(tx, account.account.id, message, verified));
        return await refuse(verified.reason);
      }
      const received = await on.inbox.receive({
        tenantId: route.tenant_id,
        accountId: account.account.id,
        kind: 'notification',
        key: verified.key,
        bodyHash: verified.bodyHash,
        occurredAt: verified.occurredAt,
        message,
      });
      on.metrics.count('daozhang_messages_total', { channel, outcome: received });
      const yes = account.channel.reply(true);
      return await reply.status(yes.status).headers(yes.headers).serializer(String).send(yes.body);
    },
  });
}

/** A key that is not held may be a new one of the channel's: its keys are fetched once, then it is checked again (F19). */
async function verify(
  on: Serving,
  tenantId: string,
  open: OpenAccount,
  message: Parameters<OpenAccount['channel']['verify']>[0],
): Promise<Readonly<{ verified: Verified; account: OpenAccount }>> {
  const verified = open.channel.verify(message, open.account, open.keys, on.pace.now());
  if (verified.ok || verified.reason !== 'unknown_key' || open.channel.capabilities.keys !== true)
    return { verified, account: open };
  const mine = await on.book.tenant(tenantId, (tx) =>
    tx.run(
      `update account_health set keys_fetched_at = now() where tenant_id = $1 and account_id = $2
          and (keys_fetched_at is null or keys_fetched_at < now() - $3 * interval '1 millisecond')`,
      [tenantId, open.account.id, FETCH_KEYS_MS],
    ),
  );
  if (mine === 0) return { verified, account: open };
  const fetched = await open.channel.fetchKeys(open.account, open.keys, on.io).catch(() => []);
  if (fetched.length === 0) return { verified, account: open };
  const account = await on.book.tenant(tenantId, async (tx) => {
    await on.accounts.putCredentials(tx, open.account.id, fetched);
    return await on.accounts.get(tx, open.account.id);
  });
  return { verified: account.channel.verify(message, account.account, account.keys, on.pace.now()), account };
}
