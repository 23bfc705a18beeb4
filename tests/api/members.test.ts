/** Who may sign in: invited by a link that gives exactly its role, out at once when disabled, and never without an administrator. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newId } from '../../src/base/ids.ts';
import { addTenant } from '../support/database.ts';
import { callAs, callWith, type Living, living } from '../support/living.ts';

let on: Living;
let live: Living['call'];
before(async () => {
  on = await living({ webhook: false, feed: 'none' });
  live = await callAs(on, { livemode: true });
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Member = Readonly<{
  id: string;
  name: string;
  role: string;
  state: string;
  sessions: number;
  invited_until?: string;
}>;
type Invitation = Readonly<{ member: Member; url: string; expires_at: string }>;

async function invited(role: string, name = `a ${role}`): Promise<Invitation> {
  const made = await live<Invitation>('POST', '/v1/members', { name, role });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}
async function entered(url: string): Promise<Living['call']> {
  const response = await fetch(`${on.served.url}${new URL(url).pathname}`, { redirect: 'manual' });
  assert.equal(response.status, 303);
  const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
  return callWith(on.served.url, { cookie, 'x-daozhang': '1' });
}
const members = async (): Promise<readonly Member[]> =>
  (await live<{ items: readonly Member[] }>('GET', '/v1/members')).body.items;
const memberOf = async (id: string): Promise<Member> => (await members()).find((m) => m.id === id)!;

test('an invitation lets in once, with exactly its role', async () => {
  for (const [role, scopes] of [
    ['admin', ['read', 'orders', 'act', 'refund', 'approve', 'admin']],
    ['approver', ['read', 'orders', 'act', 'refund', 'approve']],
    ['operator', ['read', 'orders', 'act', 'refund']],
    ['viewer', ['read']],
  ] as const) {
    const { member, url, expires_at } = await invited(role);
    assert.equal(member.invited_until, expires_at);
    const call = await entered(url);
    const me = await call<{ scopes: string[]; name: string }>('GET', '/v1/me');
    assert.deepEqual(me.body.scopes, scopes);
    assert.equal(me.body.name, `a ${role}`);
    assert.equal((await fetch(`${on.served.url}${new URL(url).pathname}`, { redirect: 'manual' })).status, 410);
    const now = await memberOf(member.id);
    assert.deepEqual([now.sessions, now.invited_until], [1, undefined]);
    assert.equal((await call('GET', '/v1/members')).status, role === 'admin' ? 200 : 403);
  }
  // Whom to ask is told to whoever may look; what opens a door never is.
  assert.deepEqual((await live<{ names: string[] }>('GET', '/v1/members/administrators')).body.names, ['a admin']);
  assert.doesNotMatch(JSON.stringify(await members()), /dz_|hash/);
});

test('a new link ends the one before; a disabled member gets none and is out at once', async () => {
  const { member, url: first } = await invited('operator', ' 李四 ');
  assert.equal(member.name, '李四');
  const { body } = await live<Invitation>('POST', `/v1/members/${member.id}/link`, {});
  assert.equal((await fetch(`${on.served.url}${new URL(first).pathname}`, { redirect: 'manual' })).status, 410);
  const call = await entered(body.url);
  assert.equal((await call('PATCH', '/v1/me', { name: '李四(财务)' })).status, 204);
  assert.equal((await memberOf(member.id)).name, '李四(财务)');
  const open = (await live<Invitation>('POST', `/v1/members/${member.id}/link`, {})).body.url;
  const off = await live<Member>('PATCH', `/v1/members/${member.id}`, { state: 'disabled' });
  assert.deepEqual([off.body.state, off.body.sessions, off.body.invited_until], ['disabled', 0, undefined]);
  assert.equal((await call('GET', '/v1/payments')).status, 401);
  assert.equal((await fetch(`${on.served.url}${new URL(open).pathname}`, { redirect: 'manual' })).status, 410);
  assert.equal((await live('POST', `/v1/members/${member.id}/link`, {})).status, 409);
  assert.equal((await live<Member>('PATCH', `/v1/members/${member.id}`, { state: 'active' })).body.state, 'active');
  assert.equal((await call('GET', '/v1/payments')).status, 401, 'what was ended stays so');
});

test('a role holds from the next request on; sessions are listed and ended one by one', async () => {
  const { member, url } = await invited('viewer');
  const call = await entered(url);
  assert.equal((await call('POST', '/v1/ledger/checks')).status, 403);
  await live('PATCH', `/v1/members/${member.id}`, { role: 'operator' });
  assert.equal((await call('POST', '/v1/ledger/checks')).status, 201);
  const { body } = await live<{ items: ReadonlyArray<{ id: string; is_own: boolean }> }>(
    'GET',
    `/v1/members/${member.id}/sessions`,
  );
  assert.deepEqual(
    body.items.map((s) => s.is_own),
    [false],
  );
  const other = (await invited('viewer')).member.id;
  assert.equal((await live('DELETE', `/v1/members/${other}/sessions/${body.items[0]!.id}`)).status, 404);
  assert.equal((await call('GET', '/v1/payments')).status, 200, 'under another name it is nobody’s');
  assert.equal((await live('DELETE', `/v1/members/${member.id}/sessions/${body.items[0]!.id}`)).status, 204);
  assert.equal((await call('GET', '/v1/payments')).status, 401);
  assert.equal((await live('PATCH', `/v1/members/${newId()}`, { role: 'viewer' })).status, 404);
  assert.equal((await live('PATCH', `/v1/members/${member.id}`, {})).status, 400);
});

test('a member of another tenant is not there, also for a live key', async () => {
  const other = await callAs(on, { tenantId: await addTenant(on.test.book, 'another shop'), livemode: true });
  const { id } = (await invited('viewer')).member;
  for (const [method, path, body] of [
    ['PATCH', `/v1/members/${id}`, { role: 'admin' }],
    ['POST', `/v1/members/${id}/link`, {}],
    ['GET', `/v1/members/${id}/sessions`, undefined],
    ['DELETE', `/v1/members/${id}/sessions/${id}`, undefined],
  ] as const)
    assert.equal((await other(method, path, body)).status, 404, path);
  assert.deepEqual((await other<{ items: unknown[] }>('GET', '/v1/members')).body.items, []);
  assert.equal((await memberOf(id)).role, 'viewer');
});

test('the last active administrator stays one, also when two take the last two away at the same moment', async () => {
  for (let round = 0; round < 4; round += 1) {
    const admins = (await members()).filter((m) => m.role === 'admin' && m.state === 'active');
    const two = [admins[0]!.id, (await invited('admin')).member.id];
    for (const more of admins.slice(1)) await live('PATCH', `/v1/members/${more.id}`, { role: 'viewer' });
    const changes = [{ role: 'viewer' }, { state: 'disabled' }];
    const answers = await Promise.all(
      two.map((id, i) => live<{ code?: string }>('PATCH', `/v1/members/${id}`, changes[i])),
    );
    assert.deepEqual(answers.map((a) => a.status).sort(), [200, 409]);
    assert.equal(answers.find((a) => a.status === 409)!.body.code, 'member.last_admin');
    const left = (await members()).filter((m) => m.role === 'admin' && m.state === 'active');
    assert.equal(left.length, 1);
    // What takes no right away may be done to the last one too.
    assert.equal((await live('PATCH', `/v1/members/${left[0]!.id}`, { name: 'boss', role: 'admin' })).status, 200);
  }
});
