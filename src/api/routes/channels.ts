/** Channel accounts: entered with their credentials, which are never shown again; tried live; how the channel behaves. */
import { z } from 'zod';
import { planBills } from '../../actions/bills.ts';
import { planRecovery } from '../../actions/recover.ts';
import { DaozhangError } from '../../base/errors.ts';
import { targetOf } from '../../base/outbound.ts';
import { newToken } from '../../base/secret.ts';
import type { OpenAccount } from '../../channels/accounts.ts';
import type { Credential } from '../../channels/channel.ts';
import { channelOf } from '../../channels/registry.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type Caller, putRoute } from '../auth.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import { langFor } from '../problem.ts';
import type { Api, Serving } from '../server.ts';

export function channelRoutes(api: Api, on: Serving): void {
  api.get(
    '/v1/channels',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listChannels',
        summary: 'The channel accounts',
        tags: ['channels'],
        response: { 200: shape.page(shape.channel) },
      },
    },
    async ({ caller }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => ({
        // One after the other: a transaction has one connection.
        items: await Array.fromAsync(await on.accounts.list(tx, caller.livemode), (open) => viewOf(tx, open)),
      }));
    },
  );

  api.post(
    '/v1/channels',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'addChannel',
        summary: 'Add a channel account',
        description: 'The answer shows the notification address once; enter it at the channel as the notify URL.',
        tags: ['channels'],
        body: shape.newChannel,
        response: { 201: shape.channel, 409: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, body }, reply) => {
      const channel = channelOf(body.provider);
      const settings = checkSettings(channel.id, body.settings);
      for (const url of [body.forward_url, body.base_url]) if (url !== undefined) targetOf(url);
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const id = await on.accounts.create(tx, {
          provider: channel.id,
          name: body.name,
          merchantNo: body.merchant_no,
          subMerchantNo: body.sub_merchant_no,
          livemode: caller.livemode,
          baseUrl: body.base_url?.replace(/\/$/, ''),
          feed: body.feed,
          forwardUrl: body.forward_url,
          closing: body.closing,
          orderMode: body.order_mode,
          settings,
          credentials: body.credentials.map((c) => credentialOf(channel.id, c)),
        });
        const open = await on.accounts.get(tx, id);
        await planBills(tx, open);
        await planRecovery(tx, open);
        const address = newToken('notify');
        await putRoute(tx, address, 'notify', id, undefined);
        const view = await viewOf(tx, open);
        return { ...view, notification_url: `${on.publicUrl()}/v1/notifications/${channel.id}/${address}` };
      });
      return await reply.status(201).send(made);
    },
  );

  const params = z.object({ id: shape.id });
  api.get(
    '/v1/channels/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getChannel',
        summary: 'One channel account',
        tags: ['channels'],
        params,
        response: { 200: shape.channel, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(
        caller.tenantId,
        async (tx) => await viewOf(tx, await accountOf(tx, on, caller, params.id)),
      );
    },
  );

  api.patch(
    '/v1/channels/:id',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'changeChannel',
        summary: 'Change a channel account',
        description: 'Credentials given here are added, or replace those of the same kind and id.',
        tags: ['channels'],
        params,
        body: shape.channelPatch,
        response: { 200: shape.channel, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      for (const url of [body.forward_url, body.base_url]) if (typeof url === 'string') targetOf(url);
      return await on.book
        .tenant(caller.tenantId, async (tx) => {
          const open = await accountOf(tx, on, caller, params.id);
          await tx.run(
            `update accounts set name = coalesce($3, name), feed = coalesce($4, feed),
              forward_url = case when $5 then $6 else forward_url end, closing = coalesce($7, closing),
              order_mode = coalesce($8, order_mode), state = coalesce($9, state), base_url = coalesce($10, base_url),
              settings = coalesce($11, settings)
            where tenant_id = $1 and id = $2`,
            [
              tx.tenantId,
              params.id,
              body.name ?? null,
              body.feed ?? null,
              body.forward_url !== undefined,
              body.forward_url ?? null,
              body.closing ?? null,
              body.order_mode ?? null,
              body.state ?? null,
              body.base_url?.replace(/\/$/, '') ?? null,
              body.settings === undefined ? null : JSON.stringify(checkSettings(open.account.provider, body.settings)),
            ],
          );
          await on.accounts.putCredentials(
            tx,
            params.id,
            (body.credentials ?? []).map((c) => credentialOf(open.account.provider, c)),
          );
          const after = await on.accounts.get(tx, params.id);
          if (body.state === 'active') {
            await planBills(tx, after);
            await planRecovery(tx, after);
          }
          return await viewOf(tx, after);
        })
        // What was read before the COMMIT is not kept: it may never have come.
        .finally(() => on.accounts.forget(caller.tenantId, params.id));
    },
  );

  api.post(
    '/v1/channels/:id/test',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'testChannel',
        summary: 'Try the account against the live channel',
        description: 'Asks about a payment that cannot be there; changes nothing.',
        tags: ['channels'],
        params,
        response: { 200: z.object({ ok: z.boolean(), checks: z.array(shape.check) }), 404: shape.problem },
      },
    },
    async (request) => {
      const { caller, params } = request;
      const open = await on.book.tenant(caller.tenantId, (tx) => accountOf(tx, on, caller, params.id));
      const checks = await open.channel.selfTest(open.account, open.keys, on.io);
      const lang = langFor(request);
      return { ok: checks.every((c) => c.ok), checks: checks.map((c) => ({ ...c, detail: c.detail[lang] })) };
    },
  );
}

async function accountOf(tx: TenantTx, on: Serving, caller: Caller, id: string): Promise<OpenAccount> {
  const row = await tx.maybe('select from accounts where tenant_id = $1 and id = $2 and livemode = $3', [
    tx.tenantId,
    id,
    caller.livemode,
  ]);
  return row === undefined ? notFound() : await on.accounts.get(tx, id);
}

function checkSettings(provider: string, settings: Readonly<Record<string, string>>): Record<string, string> {
  const parsed = channelOf(provider).settings.safeParse(settings);
  if (!parsed.success)
    throw new DaozhangError('channel.bad_settings', {
      channel: provider,
      reason: parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '),
    });
  return Object.fromEntries(Object.entries(parsed.data).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
}

function credentialOf(provider: string, c: z.output<typeof shape.credential>): Credential {
  const { credentials } = channelOf(provider);
  if (credentials[c.kind] === undefined)
    throw new DaozhangError('channel.bad_credential', {
      channel: provider,
      kind: c.kind,
      known: Object.keys(credentials).join(', '),
    });
  return {
    kind: c.kind,
    id: c.id,
    value: c.value,
    notAfter: c.not_after === undefined ? undefined : Temporal.Instant.from(c.not_after),
  };
}

type Health = Readonly<{
  failures: number;
  resting_until: Temporal.Instant | null;
  last_answer_at: Temporal.Instant | null;
  last_failure_at: Temporal.Instant | null;
  last_failure: string | null;
  clock_skew_ms: bigint | null;
}>;

async function viewOf(tx: TenantTx, open: OpenAccount): Promise<z.output<typeof shape.channel>> {
  const { account } = open;
  const health = await tx.maybe<Health>(
    `select failures, case when open_until > now() then open_until end as resting_until, last_answer_at, last_failure_at,
            last_failure, clock_skew_ms
       from account_health where tenant_id = $1 and account_id = $2`,
    [tx.tenantId, account.id],
  );
  return dropEmpty({
    id: account.id,
    provider: account.provider,
    name: open.name,
    merchant_no: account.merchantNo,
    sub_merchant_no: account.subMerchantNo,
    livemode: account.livemode,
    base_url: account.baseUrl,
    feed: open.feed,
    forward_url: open.forwardUrl,
    closing: open.closing,
    order_mode: open.orderMode,
    state: open.state,
    settings: { ...account.settings },
    credentials: open.keys.map((k) => dropEmpty({ kind: k.kind, id: k.id, not_after: k.notAfter?.toString() })),
    health:
      health === undefined
        ? undefined
        : dropEmpty({
            failures: health.failures,
            resting_until: health.resting_until?.toString(),
            last_answer_at: health.last_answer_at?.toString(),
            last_failure_at: health.last_failure_at?.toString(),
            last_failure: health.last_failure ?? undefined,
            clock_skew_ms: health.clock_skew_ms === null ? undefined : Number(health.clock_skew_ms),
          }),
  });
}
