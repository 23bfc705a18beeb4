/** Channel accounts: entered with their credentials, which are never shown again; tried live; how the channel behaves. */
import { z } from 'zod';
import { planBills } from '../../actions/bills.ts';
import { planRecovery } from '../../actions/recover.ts';
import { DaozhangError } from '../../base/errors.ts';
import { targetOf } from '../../base/outbound.ts';
import { newToken } from '../../base/secret.ts';
import type { OpenAccount } from '../../channels/accounts.ts';
import { BILLS } from '../../channels/bills.ts';
import { CAPABILITIES, type Channel, type Credential } from '../../channels/channel.ts';
import { endOf } from '../../channels/checks.ts';
import { type Field, settingsOf } from '../../channels/describe.ts';
import { CHANNELS, channelOf } from '../../channels/registry.ts';
import type { TenantTx } from '../../db/pool.ts';
import { type Caller, putRoute } from '../auth.ts';
import * as channels from '../contract/channels.ts';
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
        const view = await viewOf(tx, open);
        return { ...view, notification_url: await addressFor(tx, on, channel.id, id) };
      });
      return await reply.status(201).send(made);
    },
  );

  api.get(
    '/v1/channels/providers',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listProviders',
        summary: 'The providers there are, and what an account of each needs',
        tags: ['channels'],
        response: { 200: z.object({ items: z.array(channels.provider) }) },
      },
    },
    async () => ({ items: CHANNELS.map(providerView) }),
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
        description:
          'Credentials given here are added, or replace those of the same kind and id; those under `remove` are taken away first.',
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
          // First: one that is given under the same name takes its place.
          await on.accounts.removeCredentials(tx, params.id, body.remove ?? []);
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
    '/v1/channels/:id/address',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'makeNotificationAddress',
        summary: 'A new notification address',
        description:
          'It is shown once. Those before go on to answer until they are ended, so that nothing is lost while the channel learns the new one.',
        tags: ['channels'],
        params,
        body: channels.newAddress,
        response: { 201: channels.madeAddress, 404: shape.problem },
      },
    },
    async ({ caller, params, body }, reply) => {
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const { account } = await accountOf(tx, on, caller, params.id);
        if (body.end_others) await endAddresses(tx, params.id);
        const [before] = await tx.rows<{ n: bigint }>(
          `select count(*) as n from routes where tenant_id = $1 and kind = 'notify' and subject_id = $2`,
          [tx.tenantId, params.id],
        );
        return {
          notification_url: await addressFor(tx, on, account.provider, params.id),
          others: Number(before!.n),
        };
      });
      return await reply.status(201).send(made);
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
      return {
        ok: checks.every((c) => c.ok),
        checks: checks.map((c) => dropEmpty({ ...c, detail: c.detail[lang], fix: c.fix?.[lang] })),
      };
    },
  );
}

/** An address that the channel may notify; nothing but its hash is kept. */
async function addressFor(tx: TenantTx, on: Serving, provider: string, accountId: string): Promise<string> {
  const address = newToken('notify');
  await putRoute(tx, address, 'notify', accountId, undefined);
  return `${on.publicUrl()}/v1/notifications/${provider}/${address}`;
}

const endAddresses = (tx: TenantTx, accountId: string): Promise<number> =>
  tx.run(`delete from routes where tenant_id = $1 and kind = 'notify' and subject_id = $2`, [tx.tenantId, accountId]);

function providerView({
  id,
  description: d,
  defaultBaseUrl,
  settings,
  credentials,
  capabilities,
}: Channel): z.output<typeof channels.provider> {
  return dropEmpty({
    id,
    title: d.title,
    about: d.about,
    base_url: defaultBaseUrl,
    test_url: d.testUrl,
    merchant_no: fieldView(d.merchantNo),
    sub_merchant_no: d.subMerchantNo && fieldView(d.subMerchantNo),
    settings: settingsOf(settings).map(({ key, isRequired, values }) => {
      const field = d.settings[key]!;
      const options = values?.map((value) => ({ value, title: field.options?.[value] ?? { zh: value, en: value } }));
      return dropEmpty({ key, ...fieldView(field), required: isRequired, options });
    }),
    credentials: Object.entries(d.credentials).map(([kind, field]) =>
      dropEmpty({
        kind,
        ...fieldView(field),
        says: credentials[kind]!,
        form: field.form,
        begins: field.begins && [...field.begins],
        secret: field.isPublic !== true,
        need: field.need,
        named: field.named && fieldView(field.named),
      }),
    ),
    notify: d.notify,
    capabilities: CAPABILITIES.map((name) => {
      const can = capabilities[name];
      return can === true ? { name } : { name, why_not: can };
    }),
    bills: (BILLS[id] ?? []).map(({ kind, readyAt, zone, keptDays }) => ({
      kind,
      ready_at: readyAt,
      zone,
      kept_days: keptDays,
    })),
  });
}

const fieldView = ({ title, where, pattern, example }: Field) => dropEmpty({ title, where, pattern, example });

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
    notAfter: c.not_after === undefined ? endSaid(c.value) : Temporal.Instant.from(c.not_after),
  };
}

/** What one certificate says of its own end; a file of several has none of its own. What cannot be read the self-test tells. */
function endSaid(value: string): Temporal.Instant | undefined {
  if (value.split('BEGIN CERTIFICATE').length !== 2) return undefined;
  try {
    return endOf({ value, notAfter: undefined });
  } catch {
    return undefined;
  }
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
