/** Terminals over HTTP, with a channel that speaks: every step of their life, payments that do not fit, and the code on the counter. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  MOVES,
  STEPS,
  type Step,
  stepsFrom,
  TERMINAL_STATES,
  type TerminalState,
} from '../../src/actions/terminal-states.ts';
import { place } from '../support/cli.ts';
import { type Answer, callAs, keyOf, type Living, living, until, verdictOf } from '../support/living.ts';

/** EMV's own example. */
const EMV =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A';

let on: Living;
before(async () => {
  on = await living();
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Problem = Readonly<{ code: string; detail: string; remedy: string }>;
type Terminal = Readonly<{
  id: string;
  state: TerminalState;
  version: number;
  steps: readonly Step[];
  store?: string;
  merchant_no?: string;
  settle_merchant_no?: string;
  history: ReadonlyArray<
    Readonly<{ step: string; from?: string; to: string; by_name?: string; note?: string; at: string }>
  >;
  bindings: ReadonlyArray<Readonly<{ store?: string; since: string; until?: string }>>;
}>;

async function well<T = Terminal>(answer: Promise<Answer<unknown>>): Promise<T> {
  const { status, body } = await answer;
  assert.ok(status < 300, JSON.stringify(body));
  return body as T;
}
const refused = async (answer: Promise<Answer<unknown>>): Promise<readonly [number, string]> => {
  const { status, body } = await answer;
  return [status, (body as Problem).code];
};
const step = (id: string, wanted: string, more: object = {}): Promise<Answer<unknown>> =>
  on.call('POST', `/v1/terminals/${id}/steps`, { step: wanted, ...more });
let made = 0;
const add = (more: object = {}): Promise<Terminal> => {
  made += 1;
  return well(on.call('POST', '/v1/terminals', { kind: 'pos', name: `N${made}`, ...more }));
};
/** A shop's POS that is there already. */
const standing = (more: object = {}): Promise<Terminal> => {
  made += 1;
  const name = `N${made}`;
  return well(
    on.call('POST', '/v1/terminals', {
      kind: 'pos',
      name,
      state: 'registered',
      store: 'S1',
      account_id: on.accountId,
      terminal_no: `NO-${name}`,
      ...more,
    }),
  );
};

test('a store that nobody added is not bound to', async () => {
  assert.deepEqual(await refused(on.call('POST', '/v1/terminals', { kind: 'pos', name: 'X', store: 'S1' })), [
    422,
    'store.unknown',
  ]);
  for (const [code, name] of [
    ['S1', 'Zhongshan Road'],
    ['S2', 'Renmin Road'],
  ])
    await well(on.call('POST', '/v1/stores', { code, name }));
  const { items } = await well<{ items: ReadonlyArray<{ code: string }> }>(on.call('GET', '/v1/stores'));
  assert.deepEqual(
    items.map((s) => s.code),
    ['S1', 'S2'],
  );
});

test('from the application to the counter, with who and when; a device is not registered before it is bound', async () => {
  const { id } = await add({ note: 'for the new shop' });
  for (const wanted of ['check_documents', 'recommend_plan', 'ship']) await well(step(id, wanted));
  const early = await step(id, 'register');
  assert.equal((early.body as Problem).code, 'terminal.incomplete');
  assert.match((early.body as Problem).detail, /store, account_id, terminal_no/);
  await well(
    on.call('POST', `/v1/terminals/${id}/bindings`, {
      store: 'S1',
      account_id: on.accountId,
      terminal_no: 'A0000001',
      settle_merchant_no: '8222100',
    }),
  );
  await well(step(id, 'register'));
  const active = await well(step(id, 'activate', { note: 'first payment taken' }));
  assert.deepEqual(
    active.history.map((h) => [h.step, h.from, h.to, h.by_name, h.note]),
    [
      ['apply', undefined, 'applied', 'test', 'for the new shop'],
      ['check_documents', 'applied', 'documents_checked', 'test', undefined],
      ['recommend_plan', 'documents_checked', 'plan_recommended', 'test', undefined],
      ['ship', 'plan_recommended', 'shipped', 'test', undefined],
      ['register', 'shipped', 'registered', 'test', undefined],
      ['activate', 'registered', 'active', 'test', 'first payment taken'],
    ],
  );
  // The account's own number trades; where the money is settled may be another.
  const { body: channel } = await on.call<{ merchant_no: string }>('GET', `/v1/channels/${on.accountId}`);
  assert.deepEqual([active.merchant_no, active.settle_merchant_no], [channel.merchant_no, '8222100']);
  assert.deepEqual(active.steps, ['suspend', 'lose', 'retire']);
});

/** Shortest way to each state. */
const WAYS: Readonly<Record<TerminalState, readonly Step[]>> = (() => {
  const ways = new Map<TerminalState, readonly Step[]>([['applied', []]]);
  for (const [state, way] of ways)
    for (const s of stepsFrom(state)) {
      const to: TerminalState | null = MOVES[state][s];
      if (to !== null && !ways.has(to)) ways.set(to, [...way, s]);
    }
  return Object.fromEntries(ways) as Record<TerminalState, readonly Step[]>;
})();

test('every step from every state: those of the table are done, all others refused with those there are', async () => {
  for (const state of Object.keys(TERMINAL_STATES) as TerminalState[]) {
    const reach = async (): Promise<string> => {
      const { id } = await add({ store: 'S1', account_id: on.accountId, terminal_no: `S-${made}` });
      let at: TerminalState = 'applied';
      for (const s of WAYS[state]) {
        at = MOVES[at][s] as unknown as TerminalState;
        assert.equal((await well(step(id, s))).state, at);
      }
      return id;
    };
    const id = await reach();
    const wrong = (Object.keys(STEPS) as Step[]).filter((s) => MOVES[state][s] === null);
    for (const s of wrong) {
      const { status, body } = await step(id, s);
      assert.deepEqual([status, (body as Problem).code], [409, 'terminal.wrong_step'], `${state} ${s}`);
      assert.ok(stepsFrom(state).every((there) => (body as Problem).remedy.includes(there)));
    }
    // The others were gone on the ways there.
    const ways = new Set(Object.values(WAYS).flatMap((way) => edgesOf(way)));
    for (const s of stepsFrom(state).filter((s) => !ways.has(`${state} ${s}`)))
      assert.equal((await well(step(await reach(), s))).state, MOVES[state][s]);
  }
});

function edgesOf(way: readonly Step[]): readonly string[] {
  let at: TerminalState = 'applied';
  return way.map((s) => {
    const edge = `${at} ${s}`;
    at = MOVES[at][s] as unknown as TerminalState;
    return edge;
  });
}

test('two people step at once: one wins, the other is told; so is whoever read it before', async () => {
  const { id, version } = await standing();
  const tried = await Promise.all(['activate', 'suspend'].map((s) => step(id, s, { version })));
  assert.deepEqual(tried.map((t) => t.status).sort(), [200, 409]);
  const loser = tried.find((t) => t.status === 409)!.body as Problem;
  assert.equal(loser.code, 'terminal.changed');
  assert.deepEqual(await refused(on.call('POST', `/v1/terminals/${id}/bindings`, { store: 'S2', version })), [
    409,
    'terminal.changed',
  ]);
});

test('what is over is over; its name is free', async () => {
  const { id } = await standing({ name: 'ONCE' });
  assert.deepEqual(await refused(on.call('POST', '/v1/terminals', { kind: 'cashier', name: 'ONCE' })), [
    409,
    'terminal.taken',
  ]);
  await well(step(id, 'retire'));
  assert.deepEqual(await refused(on.call('POST', `/v1/terminals/${id}/bindings`, { store: 'S2' })), [
    409,
    'terminal.ended',
  ]);
  await standing({ name: 'ONCE' });
});

test('the list is paged by key and filtered by store, state and account', async () => {
  await well(on.call('POST', '/v1/stores', { code: 'S3', name: 'x' }));
  for (let i = 0; i < 5; i += 1) await standing({ store: 'S3' });
  type List = { items: ReadonlyArray<{ id: string; store: string }>; next?: string };
  const seen: string[] = [];
  let after = '';
  for (;;) {
    const page = await well<List>(on.call('GET', `/v1/terminals?store=S3&limit=2${after}`));
    seen.push(...page.items.map((t) => t.id));
    assert.ok(page.items.every((t) => t.store === 'S3'));
    if (page.next === undefined) break;
    after = `&after=${page.next}`;
  }
  assert.equal(new Set(seen).size, 5);
  const retired = await well<List>(on.call('GET', '/v1/terminals?store=S3&state=retired'));
  assert.deepEqual(retired.items, []);
  const of = await well<List>(on.call('GET', `/v1/terminals?account_id=${on.accountId}&store=S3`));
  assert.equal(of.items.length, 5);
});

type Trace = Readonly<{
  terminal?: Readonly<{
    named: string;
    by: string;
    name?: string;
    state?: string;
    store?: string;
    finding?: string;
    finding_id?: string;
  }>;
  observations: ReadonlyArray<Readonly<{ place?: object }>>;
}>;
type Findings = Readonly<{
  items: ReadonlyArray<
    Readonly<{ id: string; kind: string; said: string; times: string; amount?: { amount: string } }>
  >;
}>;
const openFindings = () => well<Findings>(on.call('GET', '/v1/terminals/findings?open=true'));

async function paid(ref: string, deviceId: string): Promise<Trace> {
  on.sim.place(ref, 2_500, { deviceId });
  await well(
    on.call('POST', '/v1/orders', {
      order_ref: ref,
      store: 'S1',
      amount: { amount: '25.00', currency: 'CNY' },
      placed_at: on.clock.now().toString(),
    }),
  );
  await on.sim.pay(ref);
  const { id } = await verdictOf(on, ref, 'on_its_way');
  return await well<Trace>(on.call('GET', `/v1/payments/${id}/trace`));
}

test('a payment on a terminal that nobody registered: told in its trace, as one case, one event and one webhook', async () => {
  await standing({ name: 'TILL-1', terminal_no: 'DEV-1' });
  const fine = await paid('T-1', 'DEV-1');
  assert.deepEqual(fine.terminal?.finding, undefined);
  assert.deepEqual([fine.terminal?.name, fine.terminal?.state, fine.terminal?.store], ['TILL-1', 'registered', 'S1']);
  assert.ok(fine.observations.some((o) => JSON.stringify(o.place) === '{"terminal":"DEV-1"}'));
  const wrong = await paid('T-2', 'DEV-9');
  assert.equal(wrong.terminal?.finding, 'terminal_unregistered');
  await paid('T-3', 'DEV-9');
  const { items } = await openFindings();
  assert.deepEqual(
    items.map((f) => [f.kind, f.said, f.times, f.amount?.amount]),
    [['terminal_unregistered', 'DEV-9', '2', '50.00']],
  );
  assert.equal(wrong.terminal?.finding_id, items[0]!.id);
  const cases = await well<{ items: ReadonlyArray<{ reason: string; subject_id: string }> }>(
    on.call('GET', '/v1/cases'),
  );
  assert.equal(cases.items.filter((c) => c.subject_id === items[0]!.id).length, 1);
  const told = await until('the webhook of the finding', () =>
    on.merchant.heard.find((h) => h.path === '/events' && h.body.includes('terminal.finding_opened')),
  );
  assert.match(told.body.toString(), /"said":"DEV-9"/);
  // Looked into: closed with its case; what comes after is another.
  await well(on.call('POST', `/v1/terminals/findings/${items[0]!.id}/close`, { note: 'the old till' }));
  assert.deepEqual((await openFindings()).items, []);
  assert.deepEqual(await refused(on.call('POST', `/v1/terminals/findings/${items[0]!.id}/close`, { note: 'x' })), [
    404,
    'api.not_found',
  ]);
  await paid('T-4', 'DEV-9');
  assert.deepEqual(
    (await openFindings()).items.map((f) => f.times),
    ['1'],
  );
});

type Check = Readonly<{
  result: string;
  alarm: boolean;
  says: Readonly<{ en: string; zh: string }>;
  code: Readonly<{ kind: string; payee?: string }>;
  terminal?: Readonly<{ payee?: string; merchant_no?: string; store?: string }>;
  finding_id?: string;
}>;
const check = (content: string, store?: string) =>
  well<Check>(on.call('POST', '/v1/terminals/check', { content, ...(store === undefined ? {} : { store }) }));

test('the code on the counter: ours by every character, else an alarm in words, a case, and the evidence kept', async () => {
  assert.deepEqual(await refused(on.call('POST', '/v1/terminals/check', { content: EMV })), [422, 'terminal.no_codes']);
  await standing({ kind: 'code', code: EMV, payee: '最佳运输', terminal_no: null });
  const ours = await check(`${EMV}\n`, 'S1');
  assert.deepEqual([ours.result, ours.alarm, ours.code.payee], ['matches', false, '最佳运输']);
  assert.deepEqual([ours.terminal?.payee, ours.terminal?.store], ['最佳运输', 'S1']);
  // Altered on the way, and made anew with a check figure that fits: neither is ours.
  const altered = await check(EMV.replace('最佳运输', '最差运输'), 'S1');
  assert.deepEqual([altered.result, altered.code.kind], ['foreign_code', 'emv_damaged']);
  const swapped = await check('wxp://f2f0someone', 'S1');
  assert.deepEqual([swapped.result, swapped.alarm, swapped.code.kind], ['foreign_code', true, 'wechat_app']);
  assert.match(swapped.says.zh, /个人收款码/);
  assert.equal((await check(EMV, 'S2')).result, 'other_store');
  const again = await check('wxp://f2f0someone', 'S1');
  assert.equal(again.finding_id, swapped.finding_id);
  const { items } = await well<{ items: ReadonlyArray<{ content: string; result: string; by_name: string }> }>(
    on.call('GET', '/v1/terminals/checks?store=S1&limit=10'),
  );
  assert.deepEqual(
    items.map((c) => [c.content.slice(0, 9), c.result, c.by_name]),
    [
      ['wxp://f2f', 'foreign_code', 'test'],
      ['wxp://f2f', 'foreign_code', 'test'],
      ['000201010', 'foreign_code', 'test'],
      ['000201010', 'matches', 'test'],
    ],
  );
});

test('each side has its own: a live key sees none of the test side’s terminals, and may use their names', async () => {
  const { id } = await standing({ name: 'BOTH', terminal_no: 'BOTH-1' });
  const live = await callAs(on, { livemode: true });
  assert.equal((await live('GET', `/v1/terminals/${id}`)).status, 404);
  const list = await live<{ items: unknown[] }>('GET', '/v1/terminals');
  assert.deepEqual(list.body.items, []);
  assert.equal((await live('POST', '/v1/terminals', { kind: 'cashier', name: 'BOTH' })).status, 201);
});

test('the commands: add, step, list; the check of a code ends with 1 where it is an alarm', async (t) => {
  const here = place();
  t.after(() => here.remove());
  process.env.DAOZHANG_URL = on.served.url;
  process.env.DAOZHANG_API_KEY = (await keyOf(on.test)).token;
  const terminal = (...args: readonly string[]) => here.run('terminal', ...args, '--lang', 'en');
  const added = await terminal(
    ...['add', 'CLI-1', '--kind', 'code', '--registered', '--store', 'S1', '--account', on.accountId],
    ...['--code', 'https://pay.example.com/1', '--payee', 'Corner Tea'],
  );
  assert.equal(added.code, 0, added.stderr);
  const [stepped, wrong] = [
    await terminal('step', 'CLI-1', 'activate', '--note', 'open'),
    await terminal('step', 'CLI-1', 'ship'),
  ];
  assert.match(stepped.stdout, /^CLI-1 .* active {2}S1 {2}wechatpay/);
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /the terminal is active: “ship” is no step from there\n→ Possible now: suspend, lose, retire/,
  );
  const [listed, ours, foreign] = await Promise.all([
    terminal('list', '--state', 'active', '--store', 'S1'),
    terminal('check', 'https://pay.example.com/1', '--store', 'S1'),
    terminal('check', 'https://pay.example.com/2'),
  ]);
  assert.match(listed.stdout, /^CLI-1 /m);
  assert.deepEqual([ours.code, foreign.code], [0, 1]);
  assert.match(ours.stdout, /^✓ It is the code of “CLI-1”: it pays “Corner Tea”/);
  assert.match(foreign.stdout, /^✗ This is not a code of yours: it is a web address at pay\.example\.com/);
});
