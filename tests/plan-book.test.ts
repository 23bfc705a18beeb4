/** Plans in the book: versions that are never edited, calendars, advice, and a reconciliation over HTTP that goes by them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Trade } from '../sim/documents/domain.ts';
import { wechatTradeBill } from '../sim/documents/wechat-trade-bill.ts';
import { forgetTerms, termsOf } from '../src/channels/terms.ts';
import { place } from './support/cli.ts';
import { callAs, keyOf, type Living, living, until } from './support/living.ts';

let on: Living;
let authorization: string;
before(async () => {
  on = await living({ speed: 1, webhook: false, feed: 'none' });
  authorization = `Bearer ${(await keyOf(on.test)).token}`;
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Plan = Readonly<{
  version?: number;
  from?: string;
  plan: Readonly<{ carryDays: string; fee?: Readonly<{ rate: string }>; settle: Readonly<{ calendar?: string }> }>;
}>;
type Problem = Readonly<{ code: string; title: string }>;
const path = (): string => `/v1/channels/${on.accountId}/plan`;
const put = (from: string, plan: object) => on.call<Plan & Problem>('PUT', path(), { from, plan });
const planOn = async (date: string): Promise<Plan> => (await on.call<Plan>('GET', `${path()}?on=${date}`)).body;

test('a version holds from its date on, another of the same date stands in for it, and none is edited', async () => {
  const none = await planOn('2026-07-01');
  assert.equal(none.version, undefined);
  assert.equal(none.plan.carryDays, '3', 'the default of the channel, written out');
  assert.equal((await put('2026-07-01', { fee: { rate: '0.60%' } })).body.version, 1);
  assert.equal((await put('2026-09-01', { fee: { rate: '0.54%' } })).body.version, 2);
  assert.equal((await put('2026-07-01', { fee: { rate: '0.55%' }, carryDays: 1 })).body.version, 3);
  assert.equal(
    (await put('2026-07-01', { carryDays: '1', fee: { rate: '0.5500%' } })).body.version,
    3,
    'the same again',
  );
  assert.deepEqual(
    await Promise.all(
      ['2026-06-30', '2026-07-01', '2026-08-31', '2026-09-01'].map(async (d) => (await planOn(d)).plan.fee?.rate),
    ),
    [undefined, '0.5500%', '0.5500%', '0.5400%'],
  );
  const { body } = await on.call<{
    items: ReadonlyArray<{ version: number; from: string; plan: object }>;
    next?: string;
  }>('GET', `${path()}/history?limit=2`);
  assert.deepEqual(
    body.items.map((v) => [v.version, v.from, v.plan]),
    [
      [3, '2026-07-01', { fee: { rate: '0.55%' }, carryDays: 1 }],
      [2, '2026-09-01', { fee: { rate: '0.54%' } }],
    ],
  );
  const rest = await on.call<typeof body>('GET', `${path()}/history?limit=2&after=${body.next}`);
  assert.deepEqual([rest.body.items.map((v) => v.version), rest.body.next], [[1], undefined]);
});

test('twenty at once are twenty versions, counted without a gap', async () => {
  const before = (await on.call<{ items: ReadonlyArray<{ version: number }> }>('GET', `${path()}/history`)).body.items
    .length;
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => put('2027-01-01', { carryDays: i, matchWindowMinutes: 20 })),
  );
  assert.ok(made.every((m) => m.status === 200));
  const { items } = (await on.call<{ items: ReadonlyArray<{ version: number }> }>('GET', `${path()}/history`)).body;
  assert.deepEqual(
    items.map((v) => v.version),
    Array.from({ length: before + 20 }, (_, i) => before + 20 - i),
  );
});

const REFUSED: ReadonlyArray<readonly [plan: object, says: string]> = [
  [{ fee: { rate: 0.006 } }, 'fee.rate: “0.006” is not a rate'],
  [{ channel: 'alipay' }, 'channel is the account’s own'],
  [{ fees: {} }, 'there is no field “fees”'],
  [{ settle: { calendar: 'SG' } }, 'not a calendar'],
  [{ bankNames: ['\u0000'] }, 'it is not text'],
  [{ bankAccount: '\ud800' }, 'it is not text'],
  [{ settle: { cycle: 'monthly' } }, 'weekly and monthly need closes'],
  [{ bankNames: Array.from({ length: 5_000 }, (_, i) => `name ${i}`) }, 'longer than 16384 characters'],
  [{ bankNames: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) }, 'not valid YAML'],
];
test('what is no plan is refused by its field, and nothing is stored', async () => {
  const before = await on.call('GET', `${path()}/history`);
  for (const [plan, says] of REFUSED) {
    const { status, body } = await put('2026-01-01', plan);
    assert.deepEqual([status, body.code], [422, 'plan.invalid'], JSON.stringify(body));
    assert.ok(body.title.includes(says), body.title);
  }
  assert.deepEqual((await on.call('GET', `${path()}/history`)).body, before.body);
});

test('a calendar of one’s own, and a year more of one that is built in, change what is promised', async () => {
  const credited = async (): Promise<string> => {
    forgetTerms(on.test.tenantId);
    const terms = await on.test.book.tenant(on.test.tenantId, (tx) => termsOf(tx, on.accountId));
    const { years } = terms.planOn(Temporal.PlainDate.from('2026-01-01'));
    return JSON.stringify(years ?? []);
  };
  assert.equal(await credited(), '[]');
  const set = await on.call<{ years: readonly object[]; built_in: boolean; known_until?: string }>(
    'PUT',
    '/v1/calendars/SG',
    {
      years: [{ year: '2026', off: ['2026-08-10'] }],
    },
  );
  assert.deepEqual(
    [set.status, set.body.built_in, set.body.years],
    [200, false, [{ year: '2026', off: ['2026-08-10'] }]],
  );
  assert.equal((await put('2025-01-01', { settle: { calendar: 'SG' } })).status, 200);
  assert.equal((await planOn('2025-06-01')).plan.settle.calendar, 'SG');
  assert.match(await credited(), /"calendar":"SG","year":2026,"off":\["2026-08-10"\]/);
  const wrong = await on.call<Problem>('PUT', '/v1/calendars/CN', { years: [{ year: '2027', off: ['2026-01-01'] }] });
  assert.deepEqual([wrong.status, wrong.body.code], [422, 'calendar.invalid']);
  assert.match(wrong.body.title, /off: 2026-01-01 is not of 2027/);
  assert.equal((await on.call<typeof set.body>('GET', '/v1/calendars/CN')).body.known_until, '2026-12-31');
  assert.equal((await on.call('GET', '/v1/calendars/XX')).status, 404);
  const all = await on.call<{ items: ReadonlyArray<{ name: string }> }>('GET', '/v1/calendars');
  assert.deepEqual(
    all.body.items.map((c) => c.name),
    ['CN', 'US', 'JP', 'HK', 'TARGET2', 'weekends', 'SG'],
  );
  const live = await callAs(on, { livemode: true });
  assert.equal((await live('GET', '/v1/calendars/SG')).status, 404, 'the other side has its own');
});

test('advice over HTTP: the arithmetic, answers of the contract, plans of one’s own', async () => {
  const question = {
    volume: { amount: '50000', currency: 'CNY' },
    ticket: { amount: '100', currency: 'CNY' },
    mix: { debit: '30', credit: '50', wallet: '20' },
    account: 'corporate',
  };
  type Advice = Readonly<{
    recommended?: string;
    options: ReadonlyArray<{ id: string; total?: { amount: string }; steps: readonly unknown[] }>;
  }>;
  const plain = await on.call<Advice>('POST', '/v1/plans/advise', question);
  assert.deepEqual(
    [plain.status, plain.body.recommended, plain.body.options[0]!.total?.amount],
    [200, 'pos', '263.00'],
  );
  assert.equal(plain.body.options[0]!.steps.length, 6);
  const better = await on.call<Advice>('POST', '/v1/plans/advise', {
    ...question,
    answers: { pos: { when: 'from' } },
    plans: [{ id: 'bank', plan: { fee: { rate: '0.50%' }, bankAccountKind: 'corporate' } }],
  });
  assert.deepEqual(
    better.body.options.map((o) => [o.id, o.total?.amount]),
    [
      ['bank', '250.00'],
      ['pos', '313.00'],
      ['collector', '263.00'],
    ],
  );
  for (const wrong of [
    { mix: { debit: '30' } },
    { answers: { none: {} } },
    { answers: { pos: { colour: 'red' } } },
    { plans: [{ id: 'x', plan: { fee: { rate: 'free' } } }] },
    { ticket: { amount: '0', currency: 'CNY' } },
  ]) {
    const { status, body } = await on.call<Problem>('POST', '/v1/plans/advise', { ...question, ...wrong });
    assert.deepEqual([status, body.code], [422, 'plan.invalid'], JSON.stringify(body));
  }
  const templates = await on.call<{ items: ReadonlyArray<{ id: string; plan: object }> }>('GET', '/v1/plans/templates');
  for (const t of templates.body.items) assert.equal((await put('2024-01-01', t.plan)).status, 200, t.id);
});

test('a reconciliation over HTTP goes by the plans of the book', async () => {
  const day = Temporal.PlainDate.from('2026-11-19');
  const payment: Trade = {
    kind: 'payment',
    at: day.toPlainDateTime('10:00:00'),
    account: on.sim.mchid,
    amount: 10_000n,
    fee: 60n,
    feePpm: 6000,
    tradeNo: '4200000000202611190000000001',
    orderRef: 'PLAN-1',
  };
  const bill = wechatTradeBill({ merchant: on.sim.mchid, trades: [payment] });
  const dueOn = async (plan: object): Promise<readonly [string | undefined, string[]]> => {
    assert.equal((await put('2026-11-01', plan)).status, 200);
    const response = await fetch(`${on.served.url}/v1/documents?name=bill.csv`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/octet-stream' },
      body: bill,
    });
    const documents = [((await response.json()) as { id: string }).id];
    const made = await on.call<{ id: string }>('POST', '/v1/reconciliations', { documents });
    await until(
      'the run to end',
      async () => {
        const { body } = await on.call<{ state: string }>('GET', `/v1/reconciliations/${made.body.id}`);
        return body.state === 'done' ? true : undefined;
      },
      60_000,
    );
    const file = await fetch(`${on.served.url}/v1/reconciliations/${made.body.id}/files/result.json`, {
      headers: { authorization },
    });
    const result = (await file.json()) as {
      batches: ReadonlyArray<{ dueOn?: string }>;
      breaks: ReadonlyArray<{ finding: string }>;
    };
    return [result.batches[0]!.dueOn, result.breaks.map((b) => b.finding).filter((f) => f.startsWith('fee'))];
  };
  assert.deepEqual(await dueOn({ settle: { cycle: 'D+5' }, fee: { rate: '0.54%' } }), ['2026-11-24', ['fee_differs']]);
  await on.call('PUT', '/v1/calendars/SG', { years: [{ year: '2026', off: ['2026-11-20'] }] });
  assert.deepEqual(await dueOn({ settle: { cycle: 'T+1', calendar: 'SG' } }), ['2026-11-23', []]);
});

test('the commands: set from a file, show, calendar; advice without a server', async (t) => {
  const here = place();
  t.after(() => here.remove());
  process.env.DAOZHANG_URL = on.served.url;
  process.env.DAOZHANG_API_KEY = (await keyOf(on.test)).token;
  const { run } = here;
  writeFileSync(join(here.folder, 'plan.yaml'), 'fee: { rate: 0.38% }\ncarryDays: 2\n');
  const set = await run('plan', 'set', on.accountId, 'plan.yaml', '--from', '2026-10-01', '--lang', 'en');
  assert.equal(set.code, 0, set.stderr);
  assert.match(
    (await run('plan', 'show', on.accountId, '--on', '2026-10-15', '--lang', 'en')).stdout,
    /rate: 0\.3800%/,
  );
  writeFileSync(
    join(here.folder, 'calendars.yaml'),
    'calendars:\n  - { calendar: MO, year: 2027, off: [2027-01-01] }\n',
  );
  assert.equal((await run('plan', 'calendar', 'calendars.yaml')).code, 0);
  assert.equal((await on.call('GET', '/v1/calendars/MO')).status, 200);
  writeFileSync(join(here.folder, 'wrong.yaml'), 'fee: { rate: free }\n');
  const wrong = await run('plan', 'set', on.accountId, 'wrong.yaml', '--from', '2026-10-01', '--lang', 'en');
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /is not a rate/);
  const advice = await here.run(
    'plan',
    'advise',
    '--volume',
    '50000',
    '--ticket',
    '100',
    '--mix',
    'debit=30,credit=50,wallet=20',
    '--account',
    'corporate',
    '--lang',
    'en',
  );
  assert.equal(advice.code, 0, advice.stderr);
  assert.match(advice.stdout, /^Traditional POS: 263\.00 CNY a month, the only one that fits/);
});
