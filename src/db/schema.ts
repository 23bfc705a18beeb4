/**
 * The schema `book` as text, from PostgreSQL's own catalogues: what the migrations together have made, to be read and compared.
 * Stable: by name, without what differs between databases (owners, object numbers, the partitions that time makes).
 */
import pg from 'pg';

/** One result column `text`, in the order in which it is to be read. */
const PARTS: ReadonlyArray<readonly [title: string, sql: string]> = [
  [
    'Tables',
    `select format(E'create table book.%I (\\n%s\\n)%s;', c.relname,
        (select string_agg(line, E',\\n' order by part, at, line) from (
           select 1 as part, a.attnum::int as at, format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                  || case when a.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
                          when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end
                  || case when a.attidentity <> '' then ' identity' else '' end
                  || case when a.attnotnull then ' not null' else '' end as line
             from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           union all
           select case k.contype when 'p' then 2 when 'u' then 3 when 'f' then 4 else 5 end, 0,
                  '  ' || pg_get_constraintdef(k.oid)
             from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')) as lines),
        case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end)
      || coalesce((select string_agg(E'\\n' || pg_get_indexdef(i.indexrelid) || ';', '' order by pg_get_indexdef(i.indexrelid))
            from pg_index i where i.indrelid = c.oid
             and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))), '') as text
       from pg_class c where c.relnamespace = 'book'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      order by c.relname`,
  ],
  [
    'Views and sequences',
    `select case c.relkind when 'S' then format('create sequence book.%I;', c.relname)
                           else format(E'create view book.%I as\\n%s', c.relname, pg_get_viewdef(c.oid)) end as text
       from pg_class c where c.relnamespace = 'book'::regnamespace and c.relkind in ('v', 'm', 'S') order by c.relname`,
  ],
  [
    'Types',
    `select case t.typtype when 'e' then format('create type book.%I as enum (%s);', t.typname,
                     (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
                           else format('create domain book.%I as %s;', t.typname, format_type(t.typbasetype, t.typtypmod)) end as text
       from pg_type t where t.typnamespace = 'book'::regnamespace and t.typtype in ('e', 'd') order by t.typname`,
  ],
  [
    'Functions',
    `select rtrim(pg_get_functiondef(p.oid)) || ';' as text from pg_proc p
      where p.pronamespace = 'book'::regnamespace and p.prokind in ('f', 'p') order by p.proname, p.oid`,
  ],
  [
    'Triggers',
    `select pg_get_triggerdef(t.oid) || ';' as text from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = 'book'::regnamespace and not t.tgisinternal and not c.relispartition order by 1`,
  ],
  [
    'Row-level security',
    `select format('%-20s %s%s', c.relname,
        case when c.relrowsecurity then 'enabled' else 'none' end || case when c.relforcerowsecurity then ', forced' else '' end,
        coalesce((select string_agg(format(', policy %I for %s%s%s', p.polname,
             case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
             ' using ' || pg_get_expr(p.polqual, p.polrelid), ' with check ' || pg_get_expr(p.polwithcheck, p.polrelid)), '' order by p.polname)
           from pg_policy p where p.polrelid = c.oid), '')) as text
       from pg_class c where c.relnamespace = 'book'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      order by c.relname`,
  ],
  [
    'Rights of those who do not own it',
    `with rights as (
       select 'schema' as kind, nspname::text as name, nspowner as owner, nspacl as acl from pg_namespace where nspname = 'book'
       union all
       select 'table', relname::text, relowner, relacl from pg_class
        where relnamespace = 'book'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') and not relispartition
       union all
       select 'column', format('%s.%s', c.relname, a.attname), c.relowner, a.attacl
         from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'book'::regnamespace and a.attacl is not null and not c.relispartition
       union all
       select 'function', proname::text, proowner, proacl from pg_proc where pronamespace = 'book'::regnamespace)
     select format('%-8s %-20s %s: %s', kind, name, coalesce(r.rolname, 'public'), string_agg(lower(x.privilege_type), ', ' order by x.privilege_type)) as text
       from rights, aclexplode(acl) x left join pg_roles r on r.oid = x.grantee
      where x.grantee <> owner group by kind, name, r.rolname order by kind, name, r.rolname`,
  ],
];

export async function schemaText(ownerUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // Names outside the path are printed with their schema.
    await client.query(`set search_path = ''`);
    const parts: string[] = [];
    for (const [title, sql] of PARTS) {
      const { rows } = await client.query<{ text: string }>(sql);
      const lists = title.startsWith('R');
      const lines = rows.map((r) => (lists ? `-- ${r.text}` : r.text));
      if (lines.length > 0) parts.push(`-- ${title}\n\n${lines.join(lists ? '\n' : '\n\n')}`);
    }
    return `-- What the migrations together have made. Written by \`node scripts/schema.ts\`; never applied.\n\n${parts.join('\n\n')}\n`;
  } finally {
    await client.end();
  }
}
