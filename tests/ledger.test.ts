/** A day of documents over HTTP → postings → control accounts equal → sign-off → export, read back by a parser of our own. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../src/base/root.ts';
import { pathOf } from '../src/ledger/chart.ts';
import type { Result } from '../src/reconcile/result.ts';
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

type Page<T> = Readonly<{ items: readonly T[]; next?: string }>;
type Money = Readonly<{ amount: string; currency: string }>;
type Check = Readonly<{ equal: boolean; rows: ReadonlyArray<{ account: string; ledger: string }> }>;
type Account = Readonly<{
  id: string;
  code: string;
  number: string;
  channel?: string;
  account?: string;
  balance: Money;
}>;
type Entry = Readonly<{
  id: string;
  no: string;
  break?: string;
  batch?: string;
  transfers: ReadonlyArray<{ fact: string; debit: Account; credit: Account; amount: Money }>;
}>;
type Whole = Readonly<{
  evidence: Readonly<{
    document?: { id?: string; at: number; length: number };
    break?: { reconciliation_id: string; n: number };
    batch?: { id: string; state: string };
  }>;
}>;

const textAt = async (path: string): Promise<string> => {
  const response = await fetch(`${on.served.url}${path}`, { headers: { authorization } });
  assert.equal(response.status, 200, path);
  // Not text(): it would take the BOM away.
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
};

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && !/README|expected|\.ya?ml$/.test(name))
    .sort();

async function bring(name: string, bytes: Uint8Array): Promise<string> {
  const response = await fetch(`${on.served.url}/v1/documents?${new URLSearchParams({ name })}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body: bytes as never,
  });
  assert.equal(response.status, 201, name);
  return ((await response.json()) as { id: string }).id;
}

async function reconciled(documents: readonly string[]): Promise<string> {
  const { body } = await on.call<{ id: string }>('POST', '/v1/reconciliations', { documents });
  await until(
    `${body.id} to end`,
    async () =>
      (await on.call<{ state: string; failure?: unknown }>('GET', `/v1/reconciliations/${body.id}`)).body.state ===
      'done',
    30_000,
  );
  return body.id;
}

let documents: readonly string[];
test('a day of files is posted, and the control accounts equal their open items', async () => {
  const folder = join(ROOT, 'examples', 'day');
  const names = filesIn(folder).filter((name) => !name.startsWith('lakala'));
  const take = async (name: string): Promise<string> => await bring(name, readFileSync(join(folder, name)));
  // A run before it that knows the bank and a part of the bills, and a document that the second has not: both stand.
  const part = names.filter((name) => /^(bank|wechatpay)/.test(name));
  await reconciled(await Promise.all([...part, 'lakala/lakala_20261119.csv'].map(take)));
  documents = await Promise.all(names.map(take));
  const run = await reconciled(documents);
  const [check] = (await on.call<Page<Check>>('GET', '/v1/ledger/checks')).body.items;
  assert.ok(check?.equal, JSON.stringify(check?.rows));
  const of = (account: string): string => check!.rows.find((r) => r.account === account)!.ledger;
  // What the run itself says is the other side: lines that no ledger entry settles, batches that are not at the bank.
  const result = JSON.parse(await textAt(`/v1/reconciliations/${run}/files/result.json`)) as Result;
  const all = [...result.breaks, ...result.open, ...result.ambiguous];
  const minor = (text: string): bigint => BigInt(text.replace('.', ''));
  const sum = (them: readonly { amount: string }[]): bigint => them.reduce((total, m) => total + minor(m.amount), 0n);
  const waiting = all.filter((b) => b.finding === 'settling' || b.finding === 'not_settled');
  assert.ok(waiting.length > 0);
  assert.equal(minor(of('channel_receivable')), sum(waiting.map((b) => b.difference)));
  const open = result.batches.filter((b) => b.state !== 'credited' && b.state !== 'short');
  assert.ok(open.length > 1);
  assert.equal(minor(of('in_settlement')), sum(open.map((b) => b.net)));
  // Customer clearing is what the order book says.
  const accounts = (await on.call<Page<Account>>('GET', '/v1/ledger/accounts')).body.items;
  const orders = result.proof.find((p) => p.joint === 'orders')!;
  const clearing = accounts.filter((a) => a.code === 'customer_clearing').map((a) => a.balance);
  assert.equal(-sum(clearing), minor(orders.ours.amount));
  assert.equal(sum(accounts.map((a) => a.balance)), 0n);
  // Each bank line is money once, though both runs read it.
  const banks = accounts.filter((a) => a.code === 'bank').map((a) => a.balance);
  assert.equal(sum(banks), minor(result.proof.find((p) => p.joint === 'bank')!.theirs.amount));
});

test('the same documents again post nothing; an entry leads to its bytes, its break, its batch', async () => {
  const before = await entries('limit=1');
  await reconciled(documents);
  assert.deepEqual(await entries('limit=1'), before);
  // Of an archive's member the archive is what is kept; the others lead to the byte.
  const refunds = (await every('')).filter((e) => e.transfers.some((t) => t.fact === 'refund_cleared'));
  const wholes = await Promise.all(
    refunds.map(async (e) => (await on.call<Whole>('GET', `/v1/ledger/entries/${e.id}`)).body),
  );
  const { document } = wholes.find((w) => w.evidence.document?.id !== undefined)!.evidence;
  const raw = await fetch(`${on.served.url}/v1/documents/${document!.id}/raw`, { headers: { authorization } });
  const record = Buffer.from(await raw.arrayBuffer()).subarray(document!.at, document!.at + document!.length);
  assert.match(record.toString('utf8'), /退款|REFUND/);
  const refund = refunds[0]!;
  const broken = (await every('')).find((e) => e.break !== undefined)!;
  const its = (await on.call<Whole>('GET', `/v1/ledger/entries/${broken.id}`)).body.evidence.break!;
  const { body } = await on.call<{ hash: string }>(
    'GET',
    `/v1/reconciliations/${its.reconciliation_id}/breaks/${its.n}`,
  );
  assert.equal(body.hash, broken.break);
  const batch = (await every('')).find((e) => e.batch !== undefined)!;
  assert.ok((await on.call<Whole>('GET', `/v1/ledger/entries/${batch.id}`)).body.evidence.batch);
  // Each filter gives its own, page by page, newest first.
  assert.deepEqual([...new Set((await every(`break=${broken.break}`)).map((e) => e.break))], [broken.break]);
  const account = refund.transfers[0]!.debit;
  const own = await every(`account_id=${account.id}&limit=3`);
  assert.ok(
    own.length > 3 &&
      own.every((e) => e.transfers.some((t) => t.debit.id === account.id || t.credit.id === account.id)),
  );
  const numbers = own.map((e) => Number(e.no));
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => b - a),
  );
});

test('a break is written off by two people, over HTTP', async () => {
  const broken = (await every('')).find((e) => e.transfers[0]?.fact === 'order_differs')!;
  const { amount } = broken.transfers[0]!;
  const asked = await on.call<{ id: string; hash: string }>('POST', '/v1/ledger/proposals', {
    kind: 'write_off',
    break: broken.break,
    amount,
    reason: 'too small to ask about',
  });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  const approve = (call: Living['call'], hash: string) =>
    call('POST', `/v1/ledger/proposals/${asked.body.id}/approve`, { hash });
  assert.equal((await approve(on.call, asked.body.hash)).status, 403, 'one’s own');
  const other = await callAs(on);
  assert.equal((await approve(other, '0'.repeat(64))).status, 409, 'not what was proposed');
  assert.equal((await approve(other, asked.body.hash)).status, 200);
  assert.equal((await approve(other, asked.body.hash)).status, 409, 'once');
  const made = (await on.call<Check>('POST', '/v1/ledger/checks')).body;
  assert.ok(made.equal, JSON.stringify(made.rows));
});

test('what is tampered with is an alert and a case, and both end with it', async () => {
  const { book, tenantId } = on.test;
  const shift = (by: number) =>
    book.tenant(tenantId, (tx) =>
      tx.run(
        `update ledger_items set amount = amount + $2 where tenant_id = $1 and fact = 'adjusted' or (tenant_id = $1 and scope like 'day/%' and fact = 'sale_cleared' and batch_key is null)`,
        [tx.tenantId, by],
      ),
    );
  const alerts = async () =>
    (await on.call<Page<{ kind: string; detail: Record<string, string> }>>('GET', '/v1/alerts')).body.items.filter(
      (a) => a.kind === 'ledger_differs',
    );
  const cases = async () =>
    (await on.call<Page<{ reason: string }>>('GET', '/v1/cases')).body.items.filter(
      (c) => c.reason === 'ledger_differs',
    );
  await shift(1);
  assert.equal((await on.call<Check>('POST', '/v1/ledger/checks')).body.equal, false);
  const [alert] = await alerts();
  assert.match(alert!.detail['channel_receivable CNY']!, /^ledger \S+, open items \S+, difference -0\.0\d/);
  assert.equal((await cases()).length, 1);
  assert.equal(
    (await on.call<{ code: string }>('POST', '/v1/ledger/days/2026-11-19/sign-off', {})).body.code,
    'ledger.not_equal',
  );
  await shift(-1);
  assert.ok((await on.call<Check>('POST', '/v1/ledger/checks')).body.equal);
  assert.deepEqual([await alerts(), await cases()], [[], []]);
});

test('a day is signed off, reopened with a reason, and its month closed', async () => {
  const signed = await on.call<{ hash: string }>('POST', '/v1/ledger/days/2026-11-19/sign-off', {});
  assert.equal(signed.status, 201, JSON.stringify(signed.body));
  assert.equal((await on.call('POST', '/v1/ledger/days/2026-11-19/sign-off', {})).status, 409);
  assert.equal((await on.call('POST', '/v1/ledger/days/2026-11-19/reopen', {})).status, 400, 'a reason is asked');
  const reopened = await on.call<{ reopened: { reason: string } }>('POST', '/v1/ledger/days/2026-11-19/reopen', {
    reason: 'a late bill',
  });
  assert.equal(reopened.body.reopened.reason, 'a late bill');
  const again = await on.call<{ hash: string }>('POST', '/v1/ledger/days/2026-11-19/sign-off', {});
  assert.equal(again.body.hash, signed.body.hash, 'nothing was posted in between');
  assert.equal((await on.call('POST', '/v1/ledger/periods', { month: '2026-10' })).status, 201);
  const over = await on.call<{ code: string }>('POST', '/v1/ledger/periods', { month: '2026-10' });
  assert.equal(over.body.code, 'ledger.period_closed');
});

test('the command line reads and works on it', async () => {
  const here = place();
  Object.assign(process.env, { DAOZHANG_URL: on.served.url, DAOZHANG_API_KEY: authorization.slice('Bearer '.length) });
  try {
    const [check, trial, out, own] = await Promise.all([
      here.run('ledger', 'check'),
      here.run('ledger', 'trial', '--from', '2026-11-01', '--to', '2026-11-30', '--lang', 'zh'),
      here.run('ledger', 'export', '--kind', 'csv', '--lang', 'zh'),
      here.run('ledger', 'sign-off', '2026-11-18'),
    ]);
    assert.equal(check.code, 0, check.stdout + check.stderr);
    assert.match(check.stdout, /✓ channel_receivable +96\.02 CNY/);
    const [, debit, credit] = /([\d.]+) +([\d.]+) +CNY +合计/.exec(trial.stdout)!;
    assert.equal(debit, credit);
    assert.equal(out.stdout, await textAt('/v1/ledger/export?kind=csv&lang=zh'));
    assert.equal(own.code, 2);
    assert.match(own.stderr, /2026-11-18 is signed off: the days through 2026-11-19 are/);
  } finally {
    delete process.env.DAOZHANG_URL;
    delete process.env.DAOZHANG_API_KEY;
    here.remove();
  }
});

test('exports are the same bytes each time, and other programs find the same balances in them', async (t) => {
  const text = async (kind: string) => await textAt(`/v1/ledger/export?kind=${kind}&lang=zh`);
  for (const kind of ['beancount', 'ledger', 'voucher', 'csv']) assert.equal(await text(kind), await text(kind), kind);
  const accounts = (await on.call<Page<Account>>('GET', '/v1/ledger/accounts')).body.items;
  const ours = balancesOf(
    accounts.map((a) => [
      `${a.number} ${[a.channel, a.account].filter((x) => x !== undefined).join('/')}`,
      a.balance.amount,
    ]),
  );
  const named = new Map<string, bigint>();
  for (const a of accounts)
    named.set(
      pathOf({ ...a, channel: a.channel ?? '', account: a.account ?? '' } as never),
      BigInt(a.balance.amount.replace('.', '')),
    );
  const expected = Object.fromEntries([...named].filter(([, b]) => b !== 0n).sort());
  // A parser of our own: postings are indented, an account, two spaces, an amount.
  for (const kind of ['beancount', 'ledger'])
    assert.deepEqual(
      balancesOf(
        [
          ...(await text(kind)).matchAll(/^ {2,4}((?:Assets|Liabilities|Income|Expenses):\S+) {2}(-?[\d.]+) CNY$/gm),
        ].map((m) => [m[1]!, m[2]!]),
      ),
      expected,
      kind,
    );
  const rows = (await text('voucher'))
    .replace('\ufeff', '')
    .trim()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','));
  assert.ok(rows.length > 50);
  assert.deepEqual(
    balancesOf(
      rows.flatMap((r) => [
        [`${r[3]} ${r[5]}`, r[6] || '0.00'],
        [`${r[3]} ${r[5]}`, `-${r[7] || '0.00'}`],
      ]),
    ),
    ours,
  );
  const folder = mkdtempSync(join(tmpdir(), 'daozhang-ledger-'));
  try {
    const file = (kind: string) => join(folder, kind);
    for (const kind of ['beancount', 'ledger']) writeFileSync(file(kind), await text(kind));
    await tried(t, 'bean-check', [file('beancount')], (out) => assert.equal(out, ''));
    const plain = (out: string) =>
      balancesOf([...out.matchAll(/^\s*(-?[\d.,]+) CNY\s+(\S+)$/gm)].map((m) => [m[2]!, m[1]!.replaceAll(',', '')]));
    await tried(t, 'hledger', ['-f', file('ledger'), 'bal', '--flat', '-N'], (out) =>
      assert.deepEqual(plain(out), expected),
    );
    await tried(
      t,
      'ledger',
      ['-f', file('ledger'), 'bal', '--flat', '--no-total', '--balance-format', '%(amount) %(account)\n'],
      (out) => assert.deepEqual(plain(out), expected),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Runs a program that reads our text; says loudly where it is not installed. */
async function tried(
  t: TestContext,
  program: string,
  args: readonly string[],
  holds: (out: string) => void,
): Promise<void> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], { encoding: 'utf8' });
    holds(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    t.diagnostic(`NOT RUN: ${program} is not installed here; only our own parser read the text`);
  }
}

/** Minor units by name, what is nothing left out. */
function balancesOf(moved: ReadonlyArray<readonly [string, string] | string[]>): Record<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const [name, amount] of moved) {
    const minor = BigInt(amount!.replace('.', ''));
    sums.set(name!, (sums.get(name!) ?? 0n) + minor);
  }
  return Object.fromEntries([...sums].filter(([, b]) => b !== 0n).sort());
}

async function entries(query: string): Promise<Page<Entry>> {
  return (await on.call<Page<Entry>>('GET', `/v1/ledger/entries?${query}`)).body;
}
async function every(query: string): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page: Page<Entry> = await entries(`${query}${next && `&after=${next}`}`);
    all.push(...page.items);
    next = page.next;
  }
  return all;
}
