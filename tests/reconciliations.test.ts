/** Documents are brought to the server, reconciled with the book's own orders, and what was found leads to its payment and back to the byte. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { camt053 } from '../sim/documents/camt053.ts';
import type { Trade } from '../sim/documents/domain.ts';
import { wechatTradeBill } from '../sim/documents/wechat-trade-bill.ts';
import { ROOT } from '../src/base/root.ts';
import { CHINA } from '../src/base/time.ts';
import { defaultPlan } from '../src/plans/plan.ts';
import { promise } from '../src/plans/promise.ts';
import { keyOf, type Living, living, nextMorning, paymentOf, until } from './support/living.ts';

let on: Living;
let authorization: string;
before(async () => {
  on = await living({ speed: 1, from: nextMorning(), webhook: false, feed: 'none' });
  authorization = `Bearer ${(await keyOf(on.test)).token}`;
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

type Document = Readonly<{ id: string; sha256: string; size: string; origin: string; name: string }>;
type Reconciliation = Readonly<{
  id: string;
  state: string;
  outcome?: string;
  totals?: Readonly<Record<string, number>>;
  superseded_by?: string;
  failure?: Readonly<{ code: string; remedy: { en: string; zh: string } }>;
  documents: ReadonlyArray<{ id: string; name: string; origin: string }>;
  files: ReadonlyArray<{ name: string; sha256: string }>;
}>;
type BreakLine = Readonly<{
  reconciliation_id: string;
  n: number;
  finding: string;
  class: string;
  order_ref?: string;
  payment_id?: string;
  says: { en: string; zh: string };
}>;
type Page<T> = Readonly<{ items: readonly T[]; next?: string }>;

async function bring(name: string, bytes: Uint8Array, accountId?: string): Promise<Document> {
  const query = new URLSearchParams({ name, ...(accountId === undefined ? {} : { account_id: accountId }) });
  const response = await fetch(`${on.served.url}/v1/documents?${query}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  assert.equal(response.status, 201, name);
  return (await response.json()) as Document;
}

const bytesAt = async (path: string): Promise<Buffer> => {
  const response = await fetch(`${on.served.url}${path}`, { headers: { authorization } });
  assert.equal(response.status, 200, path);
  const bytes = Buffer.from(await response.arrayBuffer());
  const hash = createHash('sha256').update(bytes).digest('hex');
  assert.equal(response.headers.get('x-daozhang-sha256'), hash, 'the bytes are those that were kept');
  return bytes;
};

const ask = async (body: Record<string, unknown>): Promise<Reconciliation> => {
  const made = await on.call<Reconciliation>('POST', '/v1/reconciliations', body);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
};
const ended = (id: string): Promise<Reconciliation> =>
  until(
    `${id} to end`,
    async () => {
      const { body } = await on.call<Reconciliation & { ended_at?: string }>('GET', `/v1/reconciliations/${id}`);
      return body.ended_at === undefined ? undefined : body;
    },
    60_000,
  );

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && !/README|expected|\.ya?ml$/.test(name))
    .sort();

test('a day of files over HTTP is what the command says of it, and its report can be fetched', async () => {
  const folder = join(ROOT, 'examples', 'day');
  const names = filesIn(folder).filter((name) => !name.startsWith('lakala'));
  const documents = await Promise.all(names.map((name) => bring(name, readFileSync(join(folder, name)))));
  const made = await ask({ documents: documents.map((d) => d.id) });

  const steps: string[] = [];
  const events = await fetch(`${on.served.url}/v1/reconciliations/${made.id}/progress`, { headers: { authorization } });
  let text = '';
  for await (const part of events.body!.pipeThrough(new TextDecoderStream())) text += part;
  for (const [, event, data] of text.matchAll(/^event: (.*)\ndata: (.*)$/gm)) {
    const step = JSON.parse(data!).progress?.step;
    steps.push(step === undefined ? event! : step.en);
  }
  assert.equal(steps.at(-1), 'done', 'the stream ends with the run');

  const done = await ended(made.id);
  assert.equal(done.state, 'done');
  const result = JSON.parse((await bytesAt(`/v1/reconciliations/${made.id}/files/result.json`)).toString());
  assert.deepEqual([done.outcome, done.totals?.breaks], [result.state, result.breaks.length]);
  assert.ok(result.breaks.length > 5);
  assert.ok(result.proof.every((p: { residual: { amount: string } }) => Number(p.residual.amount) === 0));
  assert.match((await bytesAt(`/v1/reconciliations/${made.id}/files/report.html`)).toString(), /^<!doctype html>/i);

  // Every break, page by page, once; each opens down to its bytes.
  const lines: BreakLine[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page: Page<BreakLine> = (
      await on.call<Page<BreakLine>>(
        'GET',
        `/v1/breaks?reconciliation_id=${made.id}&limit=7${next && `&after=${next}`}`,
      )
    ).body;
    lines.push(...page.items);
    next = page.next;
  }
  const all = [...result.breaks, ...result.open, ...result.ambiguous];
  assert.deepEqual(
    lines.toSorted((a, b) => a.n - b.n).map((l) => [l.n, l.finding, l.says]),
    all.map((b: { finding: string; says: unknown }, i: number) => [i + 1, b.finding, b.says]),
  );
  const n = all.findIndex((b) => [...b.ours, ...b.theirs].some((e: Evidence) => e.raw !== undefined)) + 1;
  const { body } = (
    await on.call<{ body: { theirs: Evidence[]; ours: Evidence[] } }>(
      'GET',
      `/v1/reconciliations/${made.id}/breaks/${n}`,
    )
  ).body;
  const evidence = [...body.ours, ...body.theirs].find((e) => e.raw !== undefined)!;
  const stored = documents.find((d) => d.sha256 === evidence.sha256);
  // A member of an archive has a hash of its own: there the archive is what is kept.
  assert.ok(stored !== undefined || evidence.file.includes(' › '), evidence.file);
  if (stored !== undefined) {
    const kept = await bytesAt(`/v1/documents/${stored.id}/raw`);
    const record = kept.subarray(evidence.at, evidence.at + evidence.length);
    assert.ok(record.toString('utf8').includes(Object.values(evidence.refs)[0]!), 'the byte range leads to the record');
  }
});
type Evidence = Readonly<{
  sha256: string;
  file: string;
  raw?: string;
  at: number;
  length: number;
  refs: Record<string, string>;
}>;

const day = (): Temporal.PlainDate => on.clock.now().toZonedDateTimeISO(CHINA).toPlainDate();
const trade = (orderRef: string, amount: bigint): Trade => ({
  kind: 'payment',
  at: on.clock.now().toZonedDateTimeISO(CHINA).toPlainDateTime().round('second'),
  account: on.sim.mchid,
  amount,
  fee: 0n,
  feePpm: 6000,
  tradeNo: `42000000${createHash('sha256').update(orderRef).digest('hex').replace(/\D/g, '').slice(0, 20).padEnd(20, '0')}`,
  orderRef,
});

test('the book’s orders are one side: what agrees is silent, what ours alone says is asked about, what theirs alone says is learnt', async () => {
  for (const [ref, amount] of [
    ['AGREED', '10.00'],
    ['OURS', '20.00'],
  ] as const) {
    on.sim.place(ref, Number(amount) * 100);
    const placed = await on.call<{ id: string }>('POST', '/v1/orders', {
      order_ref: ref,
      amount: { amount, currency: 'CNY' },
      placed_at: on.clock.now().toString(),
      store: 'Shop “1”, north',
    });
    await on.sim.pay(ref);
    await until(`${ref} to be captured`, async () => (await paymentOf(on, ref))?.position === 'captured');
    assert.equal((await on.call('PATCH', `/v1/orders/${placed.body.id}`, { state: 'paid' })).status, 200);
  }
  const questions = (): number => on.sim.fired.get('GET /v3/pay/transactions/out-trade-no') ?? 0;
  const asked = questions();
  const bill = wechatTradeBill({ merchant: on.sim.mchid, trades: [trade('AGREED', 1_000n), trade('THEIRS', 3_000n)] });
  const document = await bring('trade bill.csv', bill, on.accountId);
  const today = day().toString();
  const made = await ask({ documents: [document.id], orders: { from: today, to: today } });
  const done = await ended(made.id);
  assert.equal(done.state, 'done', JSON.stringify(done.failure));
  assert.equal(done.totals?.matched, 1);
  assert.deepEqual(done.documents.map((d) => d.origin).sort(), ['book', 'upload']);

  const { items } = (await on.call<Page<BreakLine>>('GET', `/v1/breaks?reconciliation_id=${made.id}`)).body;
  const of = (ref: string): BreakLine | undefined => items.find((b) => b.order_ref === ref);
  assert.equal(of('AGREED'), undefined);
  assert.equal(of('OURS')?.class, 'ours_only');
  assert.equal(of('THEIRS')?.class, 'theirs_only');
  // The break stands in the payment's story, the payment in the break.
  const ours = await paymentOf(on, 'OURS');
  assert.equal(of('OURS')?.payment_id, ours?.id);
  const story = await on.call<{ breaks: BreakLine[] }>('GET', `/v1/payments/${ours!.id}/trace`);
  assert.deepEqual(
    story.body.breaks.map((b) => [b.reconciliation_id, b.n]),
    [[made.id, of('OURS')!.n]],
  );
  await until('the channel to be asked about OURS', () => questions() > asked);
  // Nobody had told the book of it: the bill did.
  const theirs = await paymentOf(on, 'THEIRS');
  assert.equal(theirs?.position, 'captured');
  assert.equal(of('THEIRS')?.payment_id, theirs?.id);
  // The book's side is kept as it was written, quotes and commas included.
  const book = done.documents.find((d) => d.origin === 'book')!;
  assert.match((await bytesAt(`/v1/documents/${book.id}/raw`)).toString(), /"Shop “1”, north"/);

  // The batch they were settled in: on its way, then credited, and a run without the statement takes nothing back.
  type Batch = Readonly<{ state: string; credited_on?: string; net: { amount: string } }>;
  const batchOf = async (ref: string): Promise<Batch | undefined> => {
    const payment = await paymentOf(on, ref);
    return (await on.call<{ batch?: Batch }>('GET', `/v1/payments/${payment!.id}/trace`)).body.batch;
  };
  for (const ref of ['AGREED', 'THEIRS'])
    assert.deepEqual([(await batchOf(ref))?.state, (await batchOf(ref))?.net.amount], ['on_its_way', '40.00'], ref);
  assert.equal(await batchOf('OURS'), undefined);
  const paid = promise(day(), undefined, defaultPlan('wechatpay'))!.dueOn;
  const statement = camt053({
    bank: 'BANK',
    account: '310000000000000001',
    owner: 'the shop',
    currency: 'CNY',
    from: paid,
    to: paid,
    opening: 0n,
    entries: [{ on: paid, amount: 4_000n, party: '财付通支付科技有限公司', text: `微信支付结算 ${day()}`, ref: 'B1' }],
  });
  const bank = await bring('statement.xml', statement);
  await ended((await ask({ documents: [document.id, bank.id] })).id);
  await ended((await ask({ documents: [document.id] })).id);
  for (const ref of ['AGREED', 'THEIRS'])
    assert.deepEqual([(await batchOf(ref))?.state, (await batchOf(ref))?.credited_on], ['credited', paid.toString()]);
  // What its batch became is what is said of each payment, without a row for each (I6: by the bank's line).
  const arrived = await paymentOf(on, 'AGREED');
  assert.deepEqual(
    [arrived?.verdict?.code, arrived?.verdict?.release, arrived?.verdict?.confidence],
    ['received', 'yes', 'proven'],
  );
  const listed = async (code: string): Promise<readonly string[]> =>
    (
      await on.call<{ items: Array<{ payment_ref: string }> }>('GET', `/v1/payments?verdict=${code}&limit=50`)
    ).body.items
      .map((p) => p.payment_ref)
      .sort();
  assert.deepEqual([await listed('received'), await listed('on_its_way')], [['AGREED'], ['OURS']]);
  const { stations } = (
    await on.call<{ stations: Array<{ station: string; state: string; on?: string }> }>(
      'GET',
      `/v1/payments/${arrived!.id}/trace`,
    )
  ).body;
  assert.deepEqual(stations.at(-1), { ...stations.at(-1), station: 'credited', state: 'reached', on: paid.toString() });
  const told = await on.call<{ items: Array<{ type: string; body: { batch?: { state: string } } }> }>(
    'GET',
    '/v1/events?limit=100',
  );
  assert.deepEqual(
    told.body.items
      .filter((e) => e.type.startsWith('batch.'))
      .slice(-2)
      .map((e) => e.type),
    ['batch.on_its_way', 'batch.received'],
  );

  // Once more with a document more: the first run's breaks are no more listed, the second's are.
  const again = await ask({
    documents: [
      document.id,
      (await bring('empty.csv', Buffer.from('order_ref,kind,status,amount,currency,created_at,channel\n'))).id,
    ],
    orders: { from: today, to: today },
  });
  await ended(again.id);
  assert.equal((await ended(made.id)).superseded_by, again.id);
  // What the book learnt from the bill is no order of ours: the bill does not agree with itself.
  const second = (await on.call<Page<BreakLine>>('GET', `/v1/breaks?reconciliation_id=${again.id}`)).body.items;
  assert.equal(second.find((b) => b.order_ref === 'THEIRS')?.class, 'theirs_only');
  const standing = (await on.call<Page<BreakLine>>('GET', '/v1/breaks?class=ours_only')).body.items;
  assert.ok(standing.every((b) => b.reconciliation_id !== made.id));
});

test('what is no document fails the run in words, a run can be ended, and the same bytes are one document', async () => {
  const bytes = Buffer.from('no document at all');
  const [a, b] = [await bring('a.txt', bytes), await bring('b.txt', bytes)];
  assert.equal(a.id, b.id);
  const run = await ended((await ask({ documents: [a.id] })).id);
  // A document that cannot be read is told in the result, as on the terminal.
  assert.deepEqual([run.state, run.outcome, run.totals?.refused], ['done', 'incomplete', 1]);

  // Many lines, so that there is time to end it.
  const lines = Array.from({ length: 400_000 }, (_, i) => `O${i},payment,paid,1.00,CNY,2026-11-19 10:00:00,wechatpay`);
  const many = await bring(
    'many.csv',
    Buffer.from(['order_ref,kind,status,amount,currency,created_at,channel', ...lines].join('\n')),
  );
  const long = await ask({ documents: [many.id] });
  await until('it to run', async () => {
    const { body } = await on.call<Reconciliation>('GET', `/v1/reconciliations/${long.id}`);
    return body.state === 'running';
  });
  const stopped = await on.call<Reconciliation>('POST', `/v1/reconciliations/${long.id}/cancel`);
  assert.equal(stopped.body.state, 'cancelled');
  await until('its wake-up to be gone', async () => {
    const left = await on.test.book.shared((tx) =>
      tx.rows(`select from due where tenant_id = $1 and kind = 'reconcile'`, [on.test.tenantId]),
    );
    return left.length === 0;
  });
  assert.deepEqual((await ended(long.id)).files, []);
});

test('what is read in a document is shown line by line, each with its bytes; what is none says why', async () => {
  const bill = wechatTradeBill({ merchant: on.sim.mchid, trades: ['L1', 'L2', 'L3'].map((ref) => trade(ref, 500n)) });
  const { id } = await bring('三笔.csv', bill);
  type Lines = Readonly<{
    parts: ReadonlyArray<{ format: string; lines: number }>;
    items: ReadonlyArray<{ id: string; evidence: Evidence }>;
    next?: string;
  }>;
  const first = (await on.call<Lines>('GET', `/v1/documents/${id}/lines?limit=2`)).body;
  assert.deepEqual(
    first.parts.map((p) => [p.format, p.lines]),
    [['wechatpay-trade', 3]],
  );
  const rest = (await on.call<Lines>('GET', `/v1/documents/${id}/lines?limit=2&after=${first.next}`)).body;
  const lines = [...first.items, ...rest.items].map((i) => i.evidence);
  assert.deepEqual(
    lines.map((l) => [l.refs.order, l.file]),
    ['L1', 'L2', 'L3'].map((ref) => [ref, '三笔.csv']),
  );
  for (const l of lines)
    assert.equal(
      Buffer.from(bill.subarray(l.at, l.at + l.length))
        .toString()
        .trim(),
      l.raw,
    );
  const none = await bring('none.txt', Buffer.from('nothing that is known'));
  const refused = await on.call<{ code: string; detail: string }>('GET', `/v1/documents/${none.id}/lines`);
  assert.equal(refused.status, 422);
  assert.match(refused.body.detail, /none\.txt/);
});

test('names cannot leave their folder, and nothing empty or too strange is taken', async () => {
  const named = await Promise.all(
    ['../../etc/passwd', '..\\..\\x.csv', '.hidden', 'CON.csv', 'a/b/orders.csv', 'orders.csv'].map((name) =>
      bring(
        name,
        Buffer.from(
          `order_ref,kind,status,amount,currency,created_at,channel\n${name.length}${name.at(-5)},payment,paid,1.00,CNY,2026-11-19 10:00:00,wechatpay\n`,
        ),
      ),
    ),
  );
  const done = await ended((await ask({ documents: named.map((d) => d.id) })).id);
  assert.equal(done.state, 'done', JSON.stringify(done.failure));
  assert.equal(done.documents.length, named.length);
  assert.ok(
    done.documents.every((d) => !/[\\/]|^\./.test(d.name)),
    JSON.stringify(done.documents),
  );
  const post = (query: string, body: string): Promise<Response> =>
    fetch(`${on.served.url}/v1/documents${query}`, { method: 'POST', headers: { authorization }, body });
  for (const [query, body, status] of [
    ['?name=a.csv', '', 400],
    ['', 'x', 400],
    [`?name=${encodeURIComponent('a\u0000b')}`, 'x', 400],
    ['?name=a.csv&account_id=00000000-0000-7000-8000-000000000000', 'x', 404],
  ] as const) {
    const response = await post(query, body);
    assert.equal(response.status, status, query);
    await response.body?.cancel();
  }
  const strange = await on.call('POST', '/v1/reconciliations', { documents: ['00000000-0000-7000-8000-000000000000'] });
  assert.equal(strange.status, 404);
});
