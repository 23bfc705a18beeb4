/** F04: killed while documents are reconciled. F13: a large one in little memory. F09: no room for one. F11: the raw inbox, folded anew after everything else is lost. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { addDocument } from '../../src/actions/documents.ts';
import { setDue } from '../../src/actions/due.ts';
import { nameDocuments } from '../../src/actions/reconcile.ts';
import { makeKey } from '../../src/api/auth.ts';
import { openArchive } from '../../src/base/archive.ts';
import { newId } from '../../src/base/ids.ts';
import { childArchive, freePort, startChild } from '../support/children.ts';
import { freshBook, type TestBook, temporary } from '../support/database.ts';
import { until } from '../support/living.ts';
import { masterKeyOf, noticeOf, paidEvent, send, serveOn, shopOn, storyOf } from '../support/notices.ts';

const masterKey = masterKeyOf();
let on: TestBook;
before(async () => {
  on = await freshBook();
});
after(() => on.close());

type Run = Readonly<{
  state: string;
  progress: object | null;
  totals: { orders: number; breaks: number } | null;
  breaks: number;
  files: number;
}>;
const runOf = (id: string): Promise<Run> =>
  on.book.tenant(on.tenantId, (tx) =>
    tx.one<Run>(
      `select state, progress, totals,
              (select count(*)::int from breaks where tenant_id = $1 and reconciliation_id = r.id) as breaks,
              (select count(*)::int from reconciliation_files where tenant_id = $1 and reconciliation_id = r.id) as files
         from reconciliations r where tenant_id = $1 and id = $2`,
      [tx.tenantId, id],
    ),
  );

/** LONG=1: what takes minutes. */
const LONG = process.env.LONG === '1';
const MEGABYTES = Number(process.env.MB ?? 2_048);

test(`F13: ${MEGABYTES} MB in 256 MB of heap: taken as it comes, and read in a process of its own`, {
  skip: LONG ? false : 'LONG=1 runs it',
  timeout: 900_000,
}, async () => {
  const port = await freePort();
  const child = await startChild(on.appUrl, port, masterKey, 'small');
  const { token } = await on.book.tenant(on.tenantId, (tx) =>
    makeKey(tx, { name: 'k', livemode: false, scopes: ['read', 'act'] }),
  );
  const authorization = `Bearer ${token}`;
  let orders = 0;
  let peak = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('order_ref,kind,status,amount,currency,created_at,channel\n');
    for (let size = 0; size < MEGABYTES * 2 ** 20; ) {
      let text = '';
      for (const end = orders + 20_000; orders < end; orders += 1)
        text += `O${orders},payment,paid,1.00,CNY,2026-11-19 10:00:00,wechatpay\n`;
      const chunk = Buffer.from(text);
      size += chunk.length;
      yield chunk;
      const status = readFileSync(`/proc/${child.process.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024);
    }
  }
  try {
    const url = `http://127.0.0.1:${port}/v1/documents`;
    const brought = await fetch(`${url}?name=large.csv`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/csv' },
      body: ReadableStream.from(bytes()),
      duplex: 'half',
    });
    assert.equal(brought.status, 201);
    assert.ok(peak > 0 && peak < 512, `${peak} MB: what was sent piled up`);
    const { id } = (await brought.json()) as { id: string };
    const page = await fetch(`${url}/${id}/lines?limit=10`, { headers: { authorization } });
    assert.equal(page.status, 200);
    const { parts, items } = (await page.json()) as { parts: Array<{ lines: number }>; items: unknown[] };
    assert.deepEqual([parts[0]!.lines, items.length], [orders, 10]);
    assert.equal(child.said(), '');
  } finally {
    await child.kill();
  }
});

test('F04: killed in the middle of a reconciliation: nothing half-done is seen, the next worker begins anew, sums are the file’s', {
  timeout: 90_000,
}, async () => {
  const archive = openArchive(childArchive());
  const side = { tenantId: on.tenantId, livemode: false };
  const orders = 120_000;
  const lines = Array.from({ length: orders }, (_, i) => `O${i},payment,paid,1.00,CNY,2026-11-19 10:00:00,wechatpay\n`);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('order_ref,kind,status,amount,currency,created_at,channel\n');
    yield Buffer.from(lines.join(''));
  }
  const document = {
    accountId: undefined,
    origin: 'upload',
    kind: 'upload',
    name: 'orders.csv',
    addedBy: 'a test',
  } as const;
  const { id: documentId } = await addDocument({ book: on.book, archive }, side, document, bytes());
  const id = newId();
  await on.book.tenant(on.tenantId, async (tx) => {
    await tx.run(
      `insert into reconciliations (tenant_id, id, livemode, zone, lang, asked_by) values ($1, $2, false, 'Asia/Shanghai', 'en', 'a test')`,
      [tx.tenantId, id],
    );
    await nameDocuments(tx, id, [{ id: documentId, name: 'orders.csv' }]);
    await setDue(tx, [{ kind: 'reconcile', id, inMs: 0 }]);
  });
  const first = await startChild(on.appUrl, 'work', masterKey);
  await until('it to be under way', async () => (await runOf(id)).progress !== null, 30_000);
  await first.kill();
  const { state, breaks, files, totals } = await runOf(id);
  assert.deepEqual({ state, breaks, files, totals }, { state: 'running', breaks: 0, files: 0, totals: null });
  // The lease ends; in the test at once.
  await on.book.shared((tx) => tx.run(`update due set lease_until = now() where kind = 'reconcile'`));
  const second = await startChild(on.appUrl, 'work', masterKey);
  await until('it to be done', async () => (await runOf(id)).state === 'done', 45_000);
  const done = await runOf(id);
  await second.kill();
  assert.equal(done.totals?.orders, orders);
  assert.equal(done.breaks, done.totals!.breaks);
  assert.ok(done.files > 3);
  assert.deepEqual(
    readdirSync(childArchive()).filter((name) => name.startsWith('draft-')),
    [],
  );
});

test('F09: a document for which there is no room is refused in words, and nothing of it stays', () => {
  const folder = temporary();
  const script = `
    import { openArchive } from '${join(import.meta.dirname, '..', '..', 'src', 'base', 'archive.ts')}';
    async function* bytes() { for (let i = 0; i < 64; i += 1) yield Buffer.alloc(65536, i); }
    await openArchive('${folder}').take('00000000-0000-7000-8000-000000000000', bytes()).then(
      () => console.log('kept'), (error) => console.log(error.code));`;
  // No file may grow beyond this, as on a full disk.
  const ran = spawnSync('/bin/sh', [
    '-c',
    `trap '' XFSZ; ulimit -f 1024; exec "$0" --input-type=module -e "$1"`,
    process.execPath,
    script,
  ]);
  assert.equal(ran.stdout.toString().trim(), 'archive.full', ran.stderr.toString());
  const left = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  assert.deepEqual(
    left.map((e) => e.name),
    [],
  );
});

test('F11: all that was made of the messages is lost, the messages are there: folded anew, every trace is as it was', {
  timeout: 60_000,
}, async (t) => {
  const book = await freshBook();
  const shop = await shopOn(book.book, book.tenantId, masterKey);
  const { served, errors } = await serveOn(book.book, masterKey);
  t.after(async () => {
    await served.close();
    await book.close();
  });
  const paidAt = Temporal.Instant.from('2026-11-27T01:00:00Z');
  const events = [
    ...Array.from({ length: 40 }, (_, i) => paidEvent(i)),
    ...Array.from({ length: 10 }, (_, i) =>
      storyOf(i, paidAt, [
        { fen: 300, afterMs: 60_000, status: 'SUCCESS' },
        { fen: 400, afterMs: 90_000, status: i % 2 === 0 ? 'ABNORMAL' : 'CLOSED' },
      ]),
    ).flat(),
  ];
  for (const event of events) {
    const { status } = await send(`${served.url}${shop.path}`, noticeOf(event, shop.keys));
    assert.equal(status, 204);
  }
  const unfolded = async (): Promise<number> => {
    const { n } = await book.book.tenant(book.tenantId, (tx) =>
      tx.one<{ n: number }>('select count(*)::int as n from unfolded where tenant_id = $1', [tx.tenantId]),
    );
    return n;
  };
  const state = (): Promise<readonly object[]> =>
    book.book.tenant(book.tenantId, (tx) =>
      tx.rows(
        `select ref, position, captured_minor, refunded_minor, currency, captured_at, verdict, release, terminal,
                trace::jsonb - 'evidence' as trace
           from payments where tenant_id = $1 order by ref`,
        [tx.tenantId],
      ),
    );
  await until('all to be folded', async () => (await unfolded()) === 0, 30_000);
  const before = await state();
  assert.equal(before.length, 50);
  const owner = new pg.Client({ connectionString: book.ownerUrl });
  await owner.connect();
  for (const table of ['verdicts', 'refs', 'observations', 'payments', 'events', 'deliveries', 'due']) {
    await owner.query(`alter table book.${table} no force row level security`);
    await owner.query(`delete from book.${table}`);
    await owner.query(`alter table book.${table} force row level security`);
  }
  assert.deepEqual(await state(), [], 'the loss did not happen');
  for (const table of ['messages', 'unfolded'])
    await owner.query(`alter table book.${table} no force row level security`);
  await owner.query(
    'insert into book.unfolded (tenant_id, id, occurred_at) select tenant_id, id, occurred_at from book.messages',
  );
  for (const table of ['messages', 'unfolded']) await owner.query(`alter table book.${table} force row level security`);
  await owner.end();
  await until('all to be folded again', async () => (await unfolded()) === 0, 30_000);
  const ids = (rows: readonly object[]): string =>
    // Ids are made anew; all else is what was said.
    JSON.stringify(rows, (_, v) => (typeof v === 'bigint' ? `${v}` : v)).replace(
      /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
      'an id',
    );
  assert.equal(ids(await state()), ids(before));
  assert.deepEqual(errors, []);
});
