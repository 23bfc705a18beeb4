/** The schema as it stands: sql/schema.sql is current, and every table keeps what tenancy rests on (I12, distributable). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { freshBook, type TestBook } from '../../tests/support/database.ts';
import { schemaText } from './schema.ts';

/** Without row-level security, because what they hold names no business (ARCHITECTURE.md). */
const SHARED = ['tenants', 'routes', 'due', 'migrations'];

let on: TestBook;
before(async () => {
  on = await freshBook();
});
after(() => on.close());

test('sql/schema.sql is what the migrations make; else run: node scripts/schema.ts', async () => {
  const file = readFileSync(join(import.meta.dirname, '..', '..', 'sql', 'schema.sql'), 'utf8');
  assert.equal(file.replaceAll('\r\n', '\n'), await schemaText(on.ownerUrl));
});

/** The policy asks for the tenant each time or, where many rows are written, once a statement. One line a fault; `$1` is the list of shared tables. */
const FAULTS = `
  with tables as (
    select c.oid, c.relname as name, c.relispartition, c.relrowsecurity and c.relforcerowsecurity as guarded
      from pg_class c where c.relnamespace = 'book'::regnamespace and c.relkind in ('r', 'p')),
  tenants_own as (select * from tables where not relispartition and not name = any ($1)),
  columns as (
    select a.attrelid, a.attnum from pg_attribute a where a.attname = 'tenant_id')
  select name || ': row-level security is not enabled and forced' as fault from tenants_own where not guarded
  union all
  select name || ': its policies are not the one of tenancy' from tenants_own t
   where coalesce((select array_agg(concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)))
                     from pg_policy p where p.polrelid = t.oid), '{}')
         not in (array['* t {0} (tenant_id = (NULLIF(current_setting(''app.tenant''::text, true), ''''::text))::uuid)'],
                 array['* t {0} (tenant_id = ( SELECT (NULLIF(current_setting(''app.tenant''::text, true), ''''::text))::uuid AS "nullif"))'])
  union all
  select name || ': its primary key does not begin with tenant_id' from tenants_own t
   where not exists (select from pg_index i join columns on attrelid = i.indrelid and attnum = i.indkey[0]
                      where i.indrelid = t.oid and i.indisprimary)
  union all
  select i.indexrelid::regclass || ': unique without tenant_id' from pg_index i join tenants_own t on t.oid = i.indrelid
   where i.indisunique and not exists (select from columns where attrelid = i.indrelid and attnum = any (i.indkey))
  union all
  select t.name || '.' || k.conname || ': a foreign key without tenant_id' from pg_constraint k join tenants_own t on t.oid = k.conrelid
   where k.contype = 'f' and k.confrelid <> 'book.tenants'::regclass
     and not exists (select from unnest(k.conkey, k.confkey) as pair (here, there)
                       join columns mine on mine.attrelid = k.conrelid and mine.attnum = here
                       join columns theirs on theirs.attrelid = k.confrelid and theirs.attnum = there)
  union all
  select name || ': a partition that can be reached past its table' from tables t
   where relispartition and exists (
     select from pg_class c, aclexplode(c.relacl) x where c.oid = t.oid and x.grantee <> c.relowner)
  union all
  select relname || ': a sequence, a view or a foreign table' from pg_class
   where relnamespace = 'book'::regnamespace and relkind in ('S', 'v', 'm', 'f')
  union all
  select tgrelid::regclass || '.' || tgname || ': a trigger' from pg_trigger
    join tables t on t.oid = tgrelid where not tgisinternal
  union all
  select 'daozhang_app owns ' || relname from pg_class where relowner = 'daozhang_app'::regrole
  union all
  select 'daozhang_app owns the schema ' || nspname from pg_namespace where nspowner = 'daozhang_app'::regrole
  union all
  select 'daozhang_app owns the function ' || proname from pg_proc where proowner = 'daozhang_app'::regrole
  union all
  select 'daozhang_app may make tables in ' || nspname from pg_namespace
   where nspname in ('book', 'public') and has_schema_privilege('daozhang_app', oid, 'create')
  union all
  select 'daozhang_app is ' || rolname || ' too' from pg_roles
   where rolname <> 'daozhang_app' and pg_has_role('daozhang_app', oid, 'member')
  order by 1`;

async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: on.ownerUrl });
  await client.connect();
  return await work(client).finally(() => client.end());
}
const faults = async (client: pg.Client): Promise<string[]> =>
  (await client.query<{ fault: string }>(FAULTS, [SHARED])).rows.map((r) => r.fault);

test('I12: every table is guarded by its tenant, and nothing leads past it', async () => {
  assert.deepEqual(await asOwner(faults), []);
});

test('and this test can fail', async () => {
  const found = await asOwner(async (client) => {
    await client.query(`begin;
      create table book.bad (id bigserial primary key, tenant_id uuid, payment uuid unique);
      create table book.worse (tenant_id uuid, id uuid, bad_id bigint references book.bad, primary key (tenant_id, id));
      create policy open on book.worse using (true);
      grant select on book.messages_rest to daozhang_app;
      alter table book.refs no force row level security`);
    return await faults(client);
  });
  assert.deepEqual(found, [
    'bad: its policies are not the one of tenancy',
    'bad: its primary key does not begin with tenant_id',
    'bad: row-level security is not enabled and forced',
    'bad_id_seq: a sequence, a view or a foreign table',
    'book.bad_payment_key: unique without tenant_id',
    'book.bad_pkey: unique without tenant_id',
    'messages_rest: a partition that can be reached past its table',
    'refs: row-level security is not enabled and forced',
    'worse.worse_bad_id_fkey: a foreign key without tenant_id',
    'worse: its policies are not the one of tenancy',
    'worse: row-level security is not enabled and forced',
  ]);
});
