/** The queue of breaks over HTTP: each difference once, pages and sums that agree, steps of people that outlive a run, the export. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { supersede, takePlace } from '../../src/actions/reconcile.ts';
import { newId } from '../../src/base/ids.ts';
import type { Break, Result } from '../../src/reconcile/result.ts';
import { takeFound } from '../../src/sources/found.ts';
import { ALL_SCOPES, callAs, type Living, living } from '../support/living.ts';
import { readCells } from '../support/papers.ts';
import { HOSTILE, sampleResult } from '../support/result.ts';

type Line = Readonly<{
  reconciliation_id: string;
  n: number;
  hash: string;
  part: string;
  class: string;
  cause: string;
  state: string;
  version: number;
  business_on?: string;
  amount: { amount: string; currency: string };
  holder?: { actor: string; name: string };
}>;
type Page = Readonly<{ items: readonly Line[]; next?: string }>;
type Summary = Readonly<{
  total: ReadonlyArray<{ count: number; amount: { amount: string; currency: string } }>;
  groups: Readonly<
    Record<string, ReadonlyArray<{ key: string; count: number; amount: { amount: string; currency: string } }>>
  >;
}>;
type Work = Readonly<{
  version: number;
  state: string;
  holder?: { name: string };
  steps: ReadonlyArray<{ kind: string; by: { name: string } }>;
}>;

let on: Living;
let second: Living['call'];
const sample = sampleResult();
/** Twelve of each, with figures and days of their own. */
const many = (list: readonly Break[]): Break[] =>
  list.flatMap((it) =>
    Array.from({ length: 12 }, (_, i) => ({
      ...it,
      id: `${it.id}_${i}`,
      businessOn: `2026-11-${10 + i}`,
      amount: { ...it.amount, amount: `${(i * 7) % 12}${it.amount.amount}` },
    })),
  );
const FOUND = { breaks: many(sample.breaks), open: many(sample.open), ambiguous: many(sample.ambiguous) };

/** A finished run with these differences, as `actions/reconcile.ts` leaves it. */
async function run(found: Readonly<{ breaks: readonly Break[]; open: readonly Break[]; ambiguous: readonly Break[] }>) {
  const id = newId();
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    await tx.run(
      `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by) values ($1, $2, false, 'done', 'Asia/Shanghai', 'en', 'a test')`,
      [tx.tenantId, id],
    );
    await takeFound(tx, { id, livemode: false }, found as Result);
    await takePlace(tx, { id, livemode: false });
  });
  return id;
}

before(async () => {
  on = await living({ speed: 1, webhook: false, feed: 'none' });
  second = await callAs(on, { scopes: ALL_SCOPES });
  await run(FOUND);
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

async function every(query: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const { status, body }: { status: number; body: Page } = await on.call<Page>(
      'GET',
      `/v1/breaks?limit=17&${query}${next && `&after=${next}`}`,
    );
    assert.equal(status, 200, JSON.stringify(body));
    lines.push(...body.items);
    next = body.next;
  }
  return lines;
}
const summary = async (query = ''): Promise<Summary> =>
  (await on.call<Summary>('GET', `/v1/breaks/summary?${query}`)).body;

const fen = (amount: string): bigint => {
  const [whole, part = ''] = amount.split('.');
  return BigInt(`${whole}${part.padEnd(4, '0').slice(0, 4)}`);
};
const sumOf = (lines: ReadonlyArray<{ amount: { amount: string; currency: string } }>, currency = 'CNY'): bigint =>
  lines.filter((l) => l.amount.currency === currency).reduce((sum, l) => sum + fen(l.amount.amount), 0n);

test('page by page each break comes once, the largest first or the oldest first', async () => {
  const all = Object.values(FOUND).flat();
  const byMoney = await every('');
  assert.equal(new Set(byMoney.map((l) => l.hash)).size, all.length);
  assert.equal(byMoney.length, all.length);
  const figures = byMoney.map((l) => fen(l.amount.amount));
  assert.deepEqual(
    figures,
    figures.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0)),
  );
  const byAge = await every('sort=age');
  const days = byAge.map((l) => l.business_on ?? '9999');
  assert.deepEqual(days, days.toSorted());
  assert.equal(byAge.length, all.length);
  // A place in one order is none in another.
  const { body } = await on.call<Page>('GET', '/v1/breaks?limit=5');
  assert.equal((await on.call('GET', `/v1/breaks?sort=age&after=${body.next}`)).status, 400);
});

test('the summary counts and sums what the list shows, and each group as the other filters leave it', async () => {
  for (const query of [
    '',
    'part=break',
    'cause=third_party&from=2026-11-12&to=2026-11-15',
    'class=fee',
    'q=nothing-like-it',
  ]) {
    const lines = await every(query);
    const { total } = await summary(query);
    assert.equal(
      total.reduce((n, t) => n + t.count, 0),
      lines.length,
      query,
    );
    for (const { amount } of total) assert.equal(fen(amount.amount), sumOf(lines, amount.currency), query);
  }
  const { groups } = await summary('part=break&cause=third_party');
  const counted = async (query: string): Promise<number> => (await every(query)).length;
  const of = (facet: string, key: string): number =>
    groups[facet]!.filter((g) => g.key === key).reduce((n, g) => n + g.count, 0);
  assert.equal(of('part', 'open'), await counted('part=open&cause=third_party'));
  assert.equal(of('cause', 'operator_error'), await counted('part=break&cause=operator_error'));
  assert.ok(of('cause', 'operator_error') > 0);
  assert.equal(of('class', 'fee'), await counted('part=break&cause=third_party&class=fee'));
});

test('a search looks through sentences and numbers, capitals or not', async () => {
  const [it] = FOUND.breaks.filter((b) => Object.values(b.ours[0]?.refs ?? {}).length > 0);
  const ref = Object.values(it!.ours[0]!.refs)[0]!;
  const found = await every(`q=${encodeURIComponent(ref.toUpperCase())}`);
  assert.ok(found.some((l) => l.hash === it!.id) && found.length < FOUND.breaks.length);
  assert.deepEqual(
    await every('q=%25'),
    (await every('')).filter((l) =>
      FOUND.breaks
        .concat(FOUND.open, FOUND.ambiguous)
        .find((b) => b.id === l.hash)!
        .says.zh.includes('%'),
    ),
  );
});

const step = (call: Living['call'], hash: string, body: object) =>
  call<Work & { code?: string; detail?: string }>('POST', `/v1/breaks/${hash}/steps`, body);

test('who takes one is seen; of two steps on the same version one is refused, and told by whom', async () => {
  const line = (await every('part=break')).at(-1);
  const { hash } = line!;
  assert.equal((await step(on.call, 'no-such-break', { kind: 'taken', after: 0 })).status, 404);
  const both = await Promise.all([on.call, second].map((call) => step(call, hash, { kind: 'taken', after: 0 })));
  assert.deepEqual(both.map((a) => a.status).toSorted(), [201, 409]);
  const late = both.find((a) => a.status === 409)!;
  const taken = both.find((a) => a.status === 201)!.body;
  assert.equal(late.body.code, 'break.changed');
  assert.ok(late.body.detail!.includes(taken.holder!.name));
  assert.deepEqual(
    (await every('state=taken')).map((l) => [l.hash, l.version, l.holder?.name]),
    [[hash, 1, taken.holder!.name]],
  );
  const winner = both[0]!.status === 201 ? on.call : second;
  const mine = (await winner<Page>('GET', '/v1/breaks?mine=true')).body.items;
  assert.deepEqual(
    mine.map((l) => l.hash),
    [hash],
  );
  const events = (await on.call<{ items: ReadonlyArray<{ type: string; data: object }> }>('GET', '/v1/events')).body
    .items;
  assert.deepEqual(
    events
      .filter((e) => e.type === 'break.changed')
      .map((e) => (e.data as { break: { hash: string; state: string } }).break.state),
    ['taken'],
  );
});

test('one is given to a colleague who may act; to nobody else', async () => {
  const people = { operator: newId(), viewer: newId() };
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    for (const [role, id] of Object.entries(people))
      await tx.run('insert into users (tenant_id, id, name, role) values ($1, $2, $3, $3)', [tx.tenantId, id, role]);
  });
  const line = (await every('part=break&state=open')).at(-1)!;
  const one = await on.call<{ members: ReadonlyArray<{ name: string }> }>(
    'GET',
    `/v1/reconciliations/${line.reconciliation_id}/breaks/${line.n}`,
  );
  assert.deepEqual(
    one.body.members.map((m) => m.name),
    ['operator'],
  );
  const refused = await step(on.call, line.hash, { kind: 'taken', after: 0, to: people.viewer });
  assert.deepEqual([refused.status, refused.body.code], [422, 'break.no_such_person']);
  const given = await step(on.call, line.hash, { kind: 'taken', after: 0, to: people.operator });
  assert.deepEqual([given.body.holder?.name, given.body.steps[0]?.by.name === 'operator'], ['operator', false]);
});

/** The overview asks for what the list shows: to be explained, and to be confirmed. */
async function wantsAsListed(): Promise<number[]> {
  type Wants = Readonly<{ wants: ReadonlyArray<{ kind: string; count: number; since?: string }> }>;
  const { wants } = (await on.call<Wants>('GET', '/v1/overview')).body;
  const counts = ['breaks', 'explanation'].map((kind) => wants.find((w) => w.kind === kind)?.count ?? 0);
  assert.deepEqual(counts, [
    (await every('part=break&state=unexplained')).length,
    (await every('state=explained')).length,
  ]);
  return counts;
}

test('a small one is closed by one person, a large one by two; a note changes nothing, reopening begins anew', async () => {
  const cny = (await every('part=break&currency=CNY&state=open')).filter((l) => l.class !== 'fee');
  const large = cny[0]!;
  const [unexplained = 0] = await wantsAsListed();
  const small = cny.findLast((l) => fen(l.amount.amount) <= 1_000_000n)!;
  assert.ok(fen(large.amount.amount) > 1_000_000n);
  const done = await step(on.call, small.hash, { kind: 'explained', after: 0, reason: 'till_mistake' });
  assert.deepEqual([done.status, done.body.state], [201, 'closed'], JSON.stringify(done.body));

  assert.equal(
    (await step(on.call, large.hash, { kind: 'explained', after: 0, reason: 'other' })).status,
    400,
    'other needs a note',
  );
  assert.equal((await step(on.call, large.hash, { kind: 'confirmed', after: 0 })).status, 409, 'nothing to confirm');
  await step(on.call, large.hash, { kind: 'noted', after: 0, note: 'asked the channel' });
  const explained = await step(on.call, large.hash, {
    kind: 'explained',
    after: 1,
    reason: 'other',
    note: 'by letter',
  });
  assert.deepEqual([explained.body.state, explained.body.version], ['explained', 2]);
  assert.deepEqual(await wantsAsListed(), [unexplained - 2, 1]);
  const own = await step(on.call, large.hash, { kind: 'confirmed', after: 2 });
  assert.deepEqual([own.status, own.body.code], [403, 'break.own_explanation']);
  const confirmed = await step(second, large.hash, { kind: 'confirmed', after: 2 });
  assert.equal(confirmed.body.state, 'closed');
  assert.deepEqual(await wantsAsListed(), [unexplained - 2, 0]);
  assert.ok(!(await every('state=todo')).some((l) => l.hash === large.hash || l.hash === small.hash));
  const again = await step(on.call, large.hash, { kind: 'reopened', after: 3, note: 'the letter was for another' });
  assert.deepEqual(
    [again.body.state, again.body.steps.map((s) => s.kind)],
    ['open', ['noted', 'explained', 'confirmed', 'reopened']],
  );
});

test('the same difference in a later run stands once and keeps what people did; what a run took the place of is left out', async () => {
  const closed = (await every('state=closed'))[0]!;
  const before = await summary();
  const later = await run({ breaks: FOUND.breaks, open: [], ambiguous: [] });
  const lines = await every('');
  assert.equal(
    lines.length,
    before.total.reduce((n, t) => n + t.count, 0),
  );
  const same = lines.find((l) => l.hash === closed.hash)!;
  assert.deepEqual([same.reconciliation_id, same.state, same.version], [later, 'closed', closed.version]);
  // Asked for by name, a run's own breaks are all there.
  assert.ok((await every(`reconciliation_id=${closed.reconciliation_id}`)).some((l) => l.hash === closed.hash));
  const newest = newId();
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    await tx.run(
      `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by) values ($1, $2, false, 'done', 'Asia/Shanghai', 'en', 'a test')`,
      [tx.tenantId, newest],
    );
    await supersede(tx, newest);
    await takePlace(tx, { id: newest, livemode: false });
  });
  assert.deepEqual(await every(''), []);
  const whole = await on.call<{ superseded_by?: string; work: Work; body: object }>(
    'GET',
    `/v1/reconciliations/${later}/breaks/${same.n}`,
  );
  assert.deepEqual([whole.body.superseded_by, whole.body.work.state], [newest, 'closed']);
});

test('the export has what the filter shows, to the cent, in both forms; hostile text stays text', async () => {
  await run(FOUND);
  const lines = await every('part=break&sort=money');
  const path = (format: string) => `/v1/breaks/export?part=break&format=${format}&lang=en`;
  const headers = {
    authorization: `Bearer ${(await on.call<{ key: string }>('POST', '/v1/keys', { name: 'x', scopes: ['read'] })).body.key}`,
  };
  const bytes = async (format: string) =>
    Buffer.from(await (await fetch(`${on.served.url}${path(format)}`, { headers })).arrayBuffer());
  const csv = (await bytes('csv')).toString();
  assert.ok(csv.startsWith('\ufeff'));
  const rows = parse(csv.slice(1));
  const column = (name: string): number => rows[0]!.indexOf(name);
  assert.ok(column('At stake') > 0, rows[0]!.join());
  assert.deepEqual(
    rows.slice(1).map((r) => [r[0], fen(r[column('At stake')]!)]),
    lines.map((l) => [l.hash, fen(l.amount.amount)]),
  );
  assert.ok(
    rows.slice(1).some((r) => r[column('State')] === 'closed' && r[column('Explanation')] === 'a mistake at the till'),
  );
  assert.ok(!rows.flat().some((cell) => /^[=@]/.test(cell)), 'no cell is a formula');
  assert.ok(
    rows.flat().some((cell) => cell.includes(`'${HOSTILE.formula}`)),
    csv.slice(0, 2_000),
  );
  const sheet = await readCells(await bytes('xlsx'));
  assert.equal(sheet.rows.length, rows.length);
  const money = sheet.rows[0]!.indexOf('At stake');
  assert.equal(
    sheet.rows.slice(1).reduce((sum, r) => sum + fen(r[money]!), 0n),
    lines.reduce((sum, l) => sum + fen(l.amount.amount), 0n),
  );
});

/** RFC 4180. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (quoted === undefined && plain === '' && end === '') break;
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter((r) => r.length > 1);
}
