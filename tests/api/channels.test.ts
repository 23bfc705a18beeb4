/** A channel account is changed after it was made: settings are checked by its channel, shown, and used from the next call on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Living, living } from '../support/living.ts';

let on: Living;
before(async () => {
  on = await living({ webhook: false, feed: 'none' });
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
