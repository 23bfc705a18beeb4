/**
 * The demo street on a fast clock: what an owner meets is there within minutes, and an auditor who knows what really happened compares every
 * payment with what is said of it. Then the server ends and starts again, and the street goes on.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { runningClock } from '../sim/clock.ts';
import { type Running, startStreet } from '../sim/street/street.ts';
import { paceOf } from '../src/actions/pace.ts';
import { type Served, serve } from '../src/api/wire.ts';
import { openArchive } from '../src/base/archive.ts';
import { CHINA } from '../src/base/time.ts';
import { vaultOf } from '../src/base/vault.ts';
import { freshBook, temporary } from './support/database.ts';
import { callWith, keyOf, until } from './support/living.ts';

const SPEED = 15;
/** A buyer who has paid is found within a minute (F23), and an overloaded machine has its time too. */
const GRACE_SECONDS = 120;

const test_ = await freshBook();
const [masterKey, folder, archive] = [randomBytes(32), temporary(), temporary()];
const { token } = await keyOf(test_);
const clock = runningClock(SPEED);
const open_: Open[] = [];
after(async () => {
  for (const on of [...open_]) await close(on);
  clock.close();
  await test_.close();
});

type Payment = Readonly<{
  id: string;
  account_id: string;
  payment_ref: string;
  position: string;
  captured?: Readonly<{ amount: string }>;
  verdict?: Readonly<{ code: string; release: string; confidence: string }>;
}>;
type Open = Readonly<{ street: Running; served: Served; errors: unknown[]; lines: string[] }>;

async function open(): Promise<Open> {
  const errors: unknown[] = [];
  const lines: string[] = [];
  const served = await serve(
    {
      book: test_.book,
      vault: vaultOf([masterKey]),
      archive: openArchive(archive),
      allowPrivate: ['127.0.0.1/32'],
      version: 'test',
      pace: paceOf(clock.now, SPEED, () => 0.5),
      told: (error) => errors.push(error),
    },
    { host: '127.0.0.1', port: 0 },
  );
  const street = await startStreet({
    ...{ url: served.url, key: token, folder, lang: 'en' },
    clock: { ...clock, close: () => {} },
    everyMs: 15_000,
    lineMs: 200,
    print: (line) => lines.push(line),
    told: (error) => errors.push(error),
  });
  const on = { street, served, errors, lines };
  open_.push(on);
  return on;
}
const close = async (on: Open): Promise<void> => {
  const { street, served } = on;
  open_.splice(open_.indexOf(on), 1);
  await street.close();
  await served.close();
};

async function payments({ served }: Open, verdict?: string): Promise<readonly Payment[]> {
  const { call } = callWithKey(served);
  const all: Payment[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const query = new URLSearchParams({ limit: '200', ...(verdict === undefined ? {} : { verdict }) });
    if (next !== '') query.set('after', next);
    const page = (await call<{ items: Payment[]; next?: string }>('GET', `/v1/payments?${query}`)).body;
    all.push(...page.items);
    next = page.next;
  }
  return all;
}
const callWithKey = (served: Served) => ({ call: callWith(served.url, { authorization: `Bearer ${token}` }) });

const SAYS_PAID: ReadonlySet<string> = new Set([
  ...['received', 'on_its_way', 'late', 'unrecorded', 'paid_after_close', 'duplicate', 'underpaid', 'overpaid'],
  ...['payout_returned', 'short_settled', 'refunded', 'charged_back'],
]);

/** Everything that is said and is not so. */
async function audit(on: Open): Promise<readonly string[]> {
  const said = await payments(on);
  const facts = on.street.facts();
  const names = new Map([...on.street.accounts()].map(([name, id]) => [id, name]));
  const batches = on.street.batches();
  const wrong: string[] = [];
  for (const { payment_ref: ref, account_id, verdict, captured } of said) {
    const desk = names.get(account_id)!;
    const fact = [...facts.get(desk)!.values()].find((f) => f.ref === ref);
    const code = verdict?.code ?? 'nothing';
    const note = (why: string): number => wrong.push(`${ref}: ${code}, and ${why} (${JSON.stringify(fact)})`);
    if (fact === undefined) {
      if (SAYS_PAID.has(code)) note('the channel knows no such payment');
      continue;
    }
    const isPaid = fact.paidAt !== undefined;
    const ageSeconds = fact.paidAt?.until(clock.now()).total('seconds') ?? 0;
    if (SAYS_PAID.has(code) && !isPaid) note('nobody paid');
    if (code === 'unpaid' && isPaid && ageSeconds > GRACE_SECONDS) note('it is paid');
    if (captured !== undefined && Math.round(Number(captured.amount) * 100) !== fact.minor)
      note('it is another amount');
    if (code === 'refunded' && fact.givenBack !== fact.minor) note('not all was given back');
    if (code === 'reversed' && fact.state !== 'reversed') note('nobody took it back');
    if (code === 'charged_back' && !fact.disputed) note('nobody disputed it');
    const day = fact.paidAt?.toZonedDateTimeISO(CHINA).toPlainDate();
    const batch = batches.find((b) => b.desk === desk && day !== undefined && b.on.equals(day));
    const FATES: Record<string, string> = {
      received: 'credited',
      late: 'late',
      payout_returned: 'returned',
      short_settled: 'short',
    };
    if (FATES[code] !== undefined && batch?.fate !== FATES[code]) note(`its batch is ${batch?.fate}`);
  }
  return wrong;
}

/** Whoever paid is known to the book, except who paid without an order while the street went away, and its message with it. */
async function unheard(on: Open, wasAway: (at: Temporal.Instant | undefined) => boolean): Promise<readonly string[]> {
  const known = new Map((await payments(on)).map((p) => [p.payment_ref, p]));
  return [...on.street.facts()]
    .flatMap(([desk, facts]) => [...facts.values()].filter((f) => desk !== 'sticker' || !wasAway(f.paidAt)))
    .filter(
      (f) =>
        f.state === 'paid' && ['pending', 'unpaid', 'unknown', undefined].includes(known.get(f.ref)?.verdict?.code),
    )
    .map((f) => `${f.ref}: ${known.get(f.ref)?.verdict?.code}`);
}

/** Of the days before: which payments the channel said it does not know. */
async function notThere(): Promise<readonly string[]> {
  const rows = await test_.book.tenant(test_.tenantId, (tx) =>
    tx.rows<{ ref: string }>(
      `select distinct p.ref from observations o join payments p on p.tenant_id = $1 and p.id = o.payment_id
        where o.tenant_id = $1 and o.kind = 'not_found' and p.ref ~ '-[0-9]{4}-[A-Z][0-9]{2}$'`,
      [test_.tenantId],
    ),
  );
  return rows.map((r) => r.ref).sort();
}

test('the street shows what an owner meets, says nothing that is not so, and goes on after a restart', {
  timeout: 300_000,
}, async () => {
  const startedAt = performance.now();
  const first = await open();
  await until('the first payment to be seen', async () => (await payments(first, 'on_its_way')).length > 0, 20_000);
  const firstMs = performance.now() - startedAt;
  assert.ok(firstMs < 20_000, `the first payment was seen after ${Math.round(firstMs)} ms`);

  await first.street.opened;
  const reconciliation = await first.street.history;
  await until(
    'the days before to be reconciled',
    async () => {
      const { call } = callWithKey(first.served);
      const { body } = await call<{ state: string }>('GET', `/v1/reconciliations/${reconciliation}`);
      assert.notEqual(body.state, 'failed', JSON.stringify(body));
      return body.state === 'done';
    },
    120_000,
  );
  // What happened before today had happened when it was asked about: the channel knows each of its payments.
  assert.deepEqual(await notThere(), []);
  // Each written scene came to what it shows.
  await until(
    'each scene to end as it should',
    async () => {
      const known = new Map((await payments(first)).map((p) => [p.payment_ref, p.verdict?.code]));
      const open = [...first.street.expected()].filter(([ref, code]) => known.get(ref) !== code);
      if (open.length > 0) seen = JSON.stringify(open.map(([ref, code]) => [ref, code, known.get(ref)]));
      return open.length === 0;
    },
    60_000,
  ).catch((error) => assert.fail(`${error.message}: ${seen}`));
  assert.deepEqual(await audit(first), []);
  const codes = new Set((await payments(first)).map((p) => p.verdict?.code));
  for (const code of [
    'on_its_way',
    'unpaid',
    'underpaid',
    'overpaid',
    'duplicate',
    'paid_after_close',
    'reversed',
    'refunded',
    'charged_back',
  ])
    assert.ok(codes.has(code), `no payment is ${code}`);
  const fates = new Set(first.street.batches().map((b) => b.fate));
  for (const [fate, code] of [
    ['credited', 'received'],
    ['late', 'late'],
    ['returned', 'payout_returned'],
    ['short', 'short_settled'],
  ] as const)
    if (fates.has(fate)) assert.ok(codes.has(code), `no payment is ${code}: ${[...codes]}`);
  assert.match(first.lines.join('\n'), /✓ \S+ {2}found and recorded \d+ s after the customer paid/);

  const before = (await payments(first)).length;
  const leaving = clock.now().subtract({ minutes: 1 });
  await close(first);
  assert.deepEqual(first.errors, []);

  const second = await open();
  const back = clock.now();
  const wasAway = (at: Temporal.Instant | undefined): boolean =>
    at !== undefined && Temporal.Instant.compare(leaving, at) < 0 && Temporal.Instant.compare(at, back) < 0;
  await until('the street to go on', async () => (await payments(second)).length > before + 2, 20_000);
  const answer = await fetch(`${second.street.door}/buy?shop=tea&lost`, { method: 'POST' });
  const { paid } = (await answer.json()) as { paid: string };
  await until(
    'the lost notification of the door to be found',
    async () => (await payments(second, 'on_its_way')).some((p) => p.payment_ref === paid),
    20_000,
  );
  assert.deepEqual(await audit(second), []);
  await until('whoever paid to be known', async () => (await unheard(second, wasAway)).length === 0, 15_000).catch(
    async (error) => assert.fail(`${error.message}: ${await unheard(second, wasAway)}`),
  );
  await close(second);
  assert.deepEqual(second.errors, []);
});
let seen = '';
