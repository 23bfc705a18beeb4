/** A channel account is changed after it was made: settings are checked by its channel, shown, and used from the next call on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Living, living, verdictOf } from '../support/living.ts';

let on: Living;
before(async () => {
  on = await living({ webhook: false });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Channel = Readonly<{ id: string; name: string; settings: Record<string, string>; code?: string }>;

test('settings are replaced as a whole, refused where the channel knows no such thing, and kept where none are given', async () => {
  const path = `/v1/channels/${on.accountId}`;
  const before = (await on.call<Channel>('GET', path)).body;
  const changed = await on.call<Channel>('PATCH', path, {
    settings: { ...before.settings, appid: 'wx0000000000000009' },
  });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal((await on.call<Channel>('GET', path)).body.settings.appid, 'wx0000000000000009');
  const refused = await on.call<Channel>('PATCH', path, { settings: { no_such_thing: 'x' } });
  assert.deepEqual([refused.status, refused.body.code], [422, 'channel.bad_settings']);
  const named = await on.call<Channel>('PATCH', path, { name: 'renamed' });
  assert.deepEqual([named.body.name, named.body.settings.appid], ['renamed', 'wx0000000000000009']);
  // Nothing secret stands among them.
  assert.doesNotMatch(JSON.stringify(named.body), /PRIVATE KEY|0123456789abcdef/);
});

test('the policy is data: versions, one writer at a time, amounts of their currency, and it counts at once', async () => {
  type Version = Readonly<{ version: number; policy: Record<string, unknown>; made_by?: string }>;
  const read = async () =>
    (await on.call<{ current: Version; versions: readonly Version[] }>('GET', '/v1/policy')).body;
  const { current } = await read();
  assert.deepEqual([current.version, current.made_by], [0, undefined]);
  const stricter = { ...current.policy, ask_above: { CNY: '0.00' }, explain_alone: { CNY: '20.00' } };
  const made = await on.call<Version>('PUT', '/v1/policy', { after: 0, policy: stricter });
  assert.deepEqual([made.status, made.body.version, made.body.policy], [200, 1, stricter]);
  const late = await on.call<{ code: string }>('PUT', '/v1/policy', { after: 0, policy: stricter });
  assert.deepEqual([late.status, late.body.code], [409, 'policy.changed']);
  for (const wrong of [{ CNY: '1.234' }, { JPY: '1.5' }, { RMBX: '1' }, { CNY: '-1' }])
    assert.equal(
      (await on.call('PUT', '/v1/policy', { after: 1, policy: { ...stricter, ask_above: wrong } })).status,
      400,
    );
  // A payment far below the usual limit is now asked about before the goods go.
  on.sim.place('POLICY-1', 2_500);
  await on.call('POST', '/v1/orders', { order_ref: 'POLICY-1', amount: { amount: '25.00', currency: 'CNY' } });
  await on.sim.pay('POLICY-1');
  const { id } = await verdictOf(on, 'POLICY-1', 'unrecorded');
  const { verdicts } = (
    await on.call<{ verdicts: ReadonlyArray<{ release: string; confidence: string }> }>(
      'GET',
      `/v1/payments/${id}/trace`,
    )
  ).body;
  assert.deepEqual(
    verdicts.filter((v) => v.confidence === 'reported').map((v) => v.release),
    ['ask'],
  );
  assert.deepEqual(
    (await read()).versions.map((v) => v.version),
    [1],
  );
  const { explain_alone: _, ...older } = current.policy;
  const back = await on.call<Version>('PUT', '/v1/policy', { after: 1, policy: older });
  assert.deepEqual(
    [back.body.version, back.body.policy],
    [2, { ...current.policy, explain_alone: { CNY: '20.00' } }],
    'who does not know of a rule does not change it',
  );
});

type Provider = Readonly<{
  id: string;
  settings: ReadonlyArray<Readonly<{ key: string; required: boolean; options?: readonly object[] }>>;
  credentials: ReadonlyArray<Readonly<{ kind: string; secret: boolean; need: string; named?: object }>>;
  capabilities: ReadonlyArray<Readonly<{ name: string; why_not?: Readonly<{ zh: string; en: string }> }>>;
}>;

test('each provider tells what an account of it needs, and why it cannot what it cannot', async () => {
  const { items } = (await on.call<{ items: readonly Provider[] }>('GET', '/v1/channels/providers')).body;
  assert.deepEqual(
    items.map((p) => p.id),
    ['wechatpay', 'alipay', 'lakala', 'unionpay', 'stripe', 'adyen', 'paypal'],
  );
  const alipay = items.find((p) => p.id === 'alipay')!;
  assert.deepEqual(
    alipay.settings.map((s) => [s.key, s.required, s.options?.length]),
    [
      ['app_id', true, undefined],
      ['product', false, 6],
      ['bill_hosts', false, undefined],
    ],
  );
  assert.deepEqual(
    items[0]!.credentials.map((c) => [c.kind, c.secret, c.named !== undefined]),
    [
      ['merchant_key', true, true],
      ['apiv3_key', true, false],
      ['platform_key', false, true],
    ],
  );
  assert.match(alipay.capabilities.find((c) => c.name === 'recover')!.why_not!.zh, /没有通知列表/);
});

test('a new notification address: those before go on to answer until they are ended', async () => {
  const make = (body: object) =>
    on.call<{ notification_url: string; others: number }>('POST', `/v1/channels/${on.accountId}/address`, body);
  const strangers = async (): Promise<string> =>
    /outcome="unknown_address"\} (\d+)/.exec(await (await fetch(`${on.served.url}/metrics`)).text())?.[1] ?? '0';
  // Both are refused alike, unsigned as it is: only our own count tells whether the address is one.
  const knows = async (url: string): Promise<boolean> => {
    const before = await strangers();
    await fetch(url, { method: 'POST', body: '{}' });
    return (await strangers()) === before;
  };
  const second = await make({});
  assert.deepEqual([second.status, second.body.others], [201, 1]);
  assert.deepEqual([await knows(on.notifyUrl), await knows(second.body.notification_url)], [true, true]);
  const third = await make({ end_others: true });
  assert.equal(third.body.others, 0);
  assert.deepEqual(
    [await knows(on.notifyUrl), await knows(second.body.notification_url), await knows(third.body.notification_url)],
    [false, false, true],
  );
});

test('a key under a wrong name is taken away, and the right one is tried', async () => {
  const path = `/v1/channels/${on.accountId}`;
  type Held = Readonly<{ credentials: ReadonlyArray<Readonly<{ kind: string; id: string }>> }>;
  const idsOf = (c: Held) => c.credentials.filter((k) => k.kind === 'merchant_key').map((k) => k.id);
  type Tried = Readonly<{ ok: boolean; checks: ReadonlyArray<Readonly<{ name: string; ok: boolean; fix?: string }>> }>;
  const tried = async () => (await on.call<Tried>('POST', `${path}/test`, undefined, { 'accept-language': 'en' })).body;
  const right = { kind: 'merchant_key', id: on.sim.merchant.serial };
  const value = on.sim.merchant.privatePem;
  await on.call('PATCH', path, { remove: [right], credentials: [{ kind: 'merchant_key', id: 'ABCDEF', value }] });
  const bad = await tried();
  assert.equal(bad.ok, false);
  // What to do is said where it fails, and nowhere else.
  assert.match(bad.checks.find((c) => c.name === 'inquiry')?.fix ?? '', /does not take our signature/);
  assert.ok(bad.checks.every((c) => c.ok === (c.fix === undefined)));
  const put = await on.call<Held>('PATCH', path, {
    remove: [{ kind: 'merchant_key', id: 'ABCDEF' }],
    credentials: [{ ...right, value }],
  });
  assert.deepEqual(idsOf(put.body), [right.id]);
  assert.equal((await tried()).ok, true);
});
