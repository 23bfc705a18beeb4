/** What reconciliations found, day by day, in short, and line by line: every figure is held against the run's own result and documents. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { z } from 'zod';
import type * as shape from '../../src/api/contract/reconciled.ts';
import { ROOT } from '../../src/base/root.ts';
import type { Result } from '../../src/reconcile/result.ts';
import { callAs, keyOf, type Living, living, until } from '../support/living.ts';

type Days = z.output<typeof shape.reconciledDays>;
type Lines = z.output<typeof shape.runLines>;
type Whole = z.output<typeof shape.runLineWhole>;

const DAY = join(ROOT, 'examples', 'day');
const NAMES = [
  'orders/orders-2026-11-19.csv',
  'wechatpay/1900000102All2026-11-19.csv',
  'unionpay/898330158120317_20261119.zip',
  'bank/121908876610901_20261120.csv',
];

let on: Living;
let authorization: string;
let run: string;
let result: Result;
before(async () => {
  on = await living({ speed: 1, webhook: false, feed: 'none' });
  authorization = `Bearer ${(await keyOf(on.test)).token}`;
  const documents: string[] = [];
  for (const name of NAMES) {
    const response = await fetch(`${on.served.url}/v1/documents?name=${name.split('/')[1]}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/octet-stream' },
      body: readFileSync(join(DAY, name)),
    });
    documents.push(((await response.json()) as { id: string }).id);
  }
  run = (await on.call<{ id: string }>('POST', '/v1/reconciliations', { documents })).body.id;
  await until('the run to be done', async () => {
    const { body } = await on.call<{ state: string }>('GET', `/v1/reconciliations/${run}`);
    return body.state === 'done';
  });
  const response = await fetch(`${on.served.url}/v1/reconciliations/${run}/files/result.json`, {
    headers: { authorization },
  });
  result = (await response.json()) as Result;
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

const days = async (from = '2026-11-10', to = '2026-11-25'): Promise<Days> => {
  const { status, body } = await on.call<Days>('GET', `/v1/reconciliations/days?from=${from}&to=${to}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const linesOf = async (query: Record<string, string>, id = run): Promise<Lines> => {
  const { status, body } = await on.call<Lines>('GET', `/v1/reconciliations/${id}/lines?${new URLSearchParams(query)}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const fen = (amount: string): bigint => BigInt(amount.replace('.', ''));
const sum = (all: readonly bigint[]): bigint => all.reduce((a, b) => a + b, 0n);

test('each break stands in one cell, and each line with money of the proof', async () => {
  const { rows, runs, needs } = await days();
  const cells = rows.flatMap((r) => r.days).filter((d) => d.run_id === run);
  const count = (of: 'breaks' | 'open' | 'unclear'): number => cells.reduce((n, c) => n + c[of].count, 0);
  assert.deepEqual(
    [count('breaks'), count('open'), count('unclear')],
    [result.totals.breaks, result.totals.open, result.totals.ambiguous],
  );
  assert.equal(
    sum(cells.flatMap((c) => c.breaks.amounts.map((a) => fen(a.amount)))),
    sum(result.breaks.map((b) => fen(b.amount.amount))),
  );
  const proof = result.proof.find((p) => p.joint === 'orders')!;
  const all = (role: string) => rows.filter((r) => r.role === role).flatMap((r) => r.days);
  const total = (side: Record<string, number>): number => Object.values(side).reduce((a, b) => a + b, 0);
  assert.equal(
    all('channel').reduce((n, c) => n + c.all.count, 0),
    total(proof.counts.theirs),
  );
  assert.equal(
    all('order').reduce((n, c) => n + c.all.count, 0),
    total(proof.counts.ours) - (proof.counts.ours.not_paid ?? 0),
  );
  assert.equal(sum(all('order').flatMap((c) => c.all.amounts.map((a) => fen(a.amount)))), fen(proof.ours.amount));
  assert.deepEqual([runs.map((r) => r.id), needs.breaks.count], [[run], result.totals.breaks]);
});

test('what people explain is taken off its cell, and off its class', async () => {
  const whole = async () => {
    const { rows, needs } = await days();
    const cell = (row: Days['rows'][number], on?: string) => row.days.find((d) => d.on === on)!;
    const sums = rows.flatMap((r) => r.days.map((d) => [d.breaks, d.unclear, d.explained].map((t) => t.count)));
    const total = (i: number): number => sums.reduce((n, s) => n + s[i]!, 0);
    return { rows, needs, cell, totals: [total(0), total(1), total(2)] as const };
  };
  const before = await whole();
  const summaryOf = async () =>
    (await on.call<z.output<typeof shape.runSummary>>('GET', `/v1/reconciliations/${run}/summary`)).body;
  const row = before.rows.find((r) => r.account === '1900000102' && r.role === 'channel')!;
  const cell = before.cell(row, '2026-11-19');
  const own = [...result.breaks, ...result.ambiguous].filter(
    (b) => b.channel === 'wechatpay' && b.account === '1900000102' && (b.businessOn ?? result.to) === '2026-11-19',
  );
  assert.equal(own.length, cell.breaks.count + cell.unclear.count);
  assert.ok(own.length > 1 && result.breaks.length > own.length);
  // One of the orders and of the bank too, where there are any: each is found in its own row.
  const others = ['orders', 'bank', 'batches'].flatMap((joint) =>
    result.breaks.filter((b) => b.joint === joint && !own.includes(b)).slice(0, 1),
  );
  for (const [i, it] of [...own, ...others].entries()) {
    const { status, body } = await on.call('POST', `/v1/breaks/${it.id}/steps`, {
      kind: 'explained',
      after: 0,
      reason: 'till_mistake',
    });
    assert.equal(status, 201, JSON.stringify(body));
    const { totals, needs } = await whole();
    assert.equal(totals[2], i + 1);
    assert.equal(totals[0] + totals[1] + totals[2], before.totals[0] + before.totals[1]);
    assert.equal(needs.breaks.count, totals[0]);
    assert.equal(sum((await summaryOf()).classes.map((c) => BigInt(c.explained))), BigInt(i + 1));
  }
  const { rows, cell: at } = await whole();
  const left = at(rows.find((r) => r.account_id === row.account_id && r.account === row.account)!, '2026-11-19');
  assert.deepEqual([left.breaks, left.unclear.count, left.explained.count], [{ count: 0, amounts: [] }, 0, own.length]);
  assert.equal(sum(left.explained.amounts.map((a) => fen(a.amount))), sum(own.map((b) => fen(b.amount.amount))));
  assert.equal(left.state, 'explained');
});

test('a day without a run says where its bill is; one of which nothing is known, that nobody reconciled it', async () => {
  const { accountId, test: book } = on;
  const day = (n: number): string =>
    on.clock.now().toZonedDateTimeISO('Asia/Shanghai').toPlainDate().add({ days: n }).toString();
  const bill = (n: number, state: string, ready: string, gone: string) => [day(n), state, ready, gone];
  const hours = (n: number): string => on.clock.now().add({ hours: n }).toString();
  await book.book.tenant(book.tenantId, async (tx) => {
    await tx.run(`update accounts set created_at = $3 where tenant_id = $1 and id = $2`, [
      tx.tenantId,
      accountId,
      hours(-24 * 9),
    ]);
    await tx.run('delete from bill_days where tenant_id = $1 and account_id = $2', [tx.tenantId, accountId]);
    for (const row of [
      bill(-1, 'expected', hours(-1), hours(900)),
      bill(-2, 'expected', hours(-20), hours(900)),
      bill(-3, 'empty', hours(-44), hours(900)),
      bill(-4, 'fetched', hours(-70), hours(900)),
      bill(-5, 'expected', hours(-900), hours(-1)),
    ])
      await tx.run(
        `insert into bill_days (tenant_id, account_id, kind, covers_on, state, ready_at, gone_at) values ($1, $2, 'trade', $3, $4, $5, $6)`,
        [tx.tenantId, accountId, ...row],
      );
  });
  const found = await days(day(-12), day(0));
  const row = found.rows.find((r) => r.account_id === accountId)!;
  const states = new Map(row.days.map((d) => [d.on, [d.state, d.bills[0]?.state]]));
  assert.deepEqual(
    [-1, -2, -3, -4, -5, -6].map((n) => states.get(day(n))),
    [
      ['bill_expected', 'expected'],
      ['bill_late', 'late'],
      ['no_business', 'empty'],
      ['never', 'fetched'],
      ['bill_late', 'gone'],
      ['never', undefined],
    ],
  );
  assert.equal(states.has(day(-11)), false, 'before the account was known nothing is said');
  assert.equal(states.has(day(0)), false, 'today is not over');
  assert.equal(found.needs.bills_late, 2);
  // Too many days, and none.
  for (const query of ['from=2026-01-01&to=2026-12-31', 'from=2026-11-02&to=2026-11-01'])
    assert.equal((await on.call('GET', `/v1/reconciliations/days?${query}`)).status, 400);
});

test('the summary is the result without its lists', async () => {
  const { body } = await on.call<z.output<typeof shape.runSummary>>('GET', `/v1/reconciliations/${run}/summary`);
  assert.deepEqual(body.proof, result.proof);
  assert.deepEqual(body.totals, result.totals);
  assert.deepEqual(new Set(body.batches.map((b) => b.id)), new Set(result.batches.map((b) => b.id)));
  const work = body.classes.filter((c) => c.part === 'break');
  assert.equal(
    work.reduce((n, c) => n + c.count, 0),
    result.breaks.length,
  );
  assert.equal('breaks' in body, false);
});

test('a cell opens to its lines: they add up to it, page by page, each once, and each says where it ended up', async () => {
  const { rows } = await days();
  const row = rows.find((r) => r.account === '1900000102')!;
  const cell = row.days.find((d) => d.on === '2026-11-19')!;
  const query = { role: 'channel', channel: 'wechatpay', account: '1900000102', on: '2026-11-19' };
  const seen: Lines['items'] = [];
  let first: Lines | undefined;
  for (let after: string | undefined; ; ) {
    const page = await linesOf({ ...query, limit: '160', ...(after !== undefined && { after }) });
    first ??= page;
    seen.push(...page.items);
    after = page.next;
    if (after === undefined) break;
  }
  assert.equal(seen.length, cell.all.count);
  assert.equal(new Set(seen.map((l) => l.id)).size, seen.length);
  assert.equal(sum(seen.map((l) => fen(l.evidence.money.amount))), fen(cell.all.amounts[0]!.amount));
  const places = Object.entries(Object.groupBy(seen, (l) => l.place)).map(([place, some]) => [place, some!.length]);
  assert.deepEqual(
    Object.fromEntries(first!.totals.map((t) => [t.place, t.count])),
    Object.fromEntries(places),
    'the totals are those of the lines',
  );
  assert.equal(first!.totals.find((t) => t.place === 'matched')?.count, cell.matched.count);
  assert.ok(
    seen.every((l) => (l.place === 'matched') === (l.pass !== undefined)),
    'what met says by which rule',
  );
  const found = await linesOf({ ...query, place: 'found' });
  assert.equal(found.items.length, found.found);
  assert.ok(found.found > 0 && found.items.every((l) => l.break !== undefined));
  for (const line of found.items) {
    const all = [...result.breaks, ...result.open, ...result.ambiguous];
    assert.equal(all[line.break!.n - 1]!.id, line.break!.hash);
  }
});

test('a line opens to the bytes of its document, and to its other half', async () => {
  const query = { role: 'channel', channel: 'wechatpay', account: '1900000102', on: '2026-11-19' };
  const [line] = (await linesOf({ ...query, place: 'matched', limit: '1' })).items;
  const { body } = await on.call<Whole>('GET', `/v1/reconciliations/${run}/lines/${line!.id}`);
  const bytes = readFileSync(join(DAY, NAMES[1]!));
  const { at, length, raw } = body.evidence;
  assert.equal(raw, bytes.subarray(at, at + length).toString('utf8'));
  assert.equal(body.document_id !== undefined, true);
  assert.deepEqual(
    body.with.map((w) => [w.evidence.role, w.evidence.money.amount, w.pass]),
    [['order', body.evidence.money.amount, body.pass]],
  );
  const { body: order } = await on.call<Whole>('GET', `/v1/reconciliations/${run}/lines/${body.with[0]!.id}`);
  assert.deepEqual(
    order.with.map((w) => w.id),
    [line!.id],
  );

  // What lay in an archive is found there; a card's number stays masked.
  const packed = await linesOf({ role: 'channel', channel: 'unionpay', on: '2026-11-19', limit: '1' });
  const whole = await on.call<Whole>('GET', `/v1/reconciliations/${run}/lines/${packed.items[0]!.id}`);
  assert.match(whole.body.evidence.file, / › /);
  assert.match(whole.body.evidence.raw!, /\*{19}/);

  const bank = await linesOf({ role: 'bank', account: '121908876610901', on: '2026-11-20' });
  assert.ok(bank.totals.some((t) => t.place === 'not_from_a_channel'));
  const absent = `${'0'.repeat(64)}.1.1`;
  assert.equal((await on.call('GET', `/v1/reconciliations/${run}/lines/${absent}`)).status, 404);
  const live = await callAs(on, { livemode: true });
  assert.equal((await live('GET', `/v1/reconciliations/${run}/lines/${line!.id}`)).status, 404);
});
