-- What people do about differences, and the order in which they work through them.

-- From the body and the columns beside it, so that a filter reads a column. `weight` is the money in ten-thousandths of its currency: whole
-- numbers can be compared inside an index behind row-level security, numeric cannot. `words` is what a search looks through.
alter table book.breaks
  add column cause text not null generated always as (coalesce(body ->> 'cause', 'none')) stored,
  add column weight bigint not null generated always as (least(trunc(amount * 10000), 9000000000000000000)::bigint) stored,
  add column words text not null generated always as (lower(
    coalesce(body -> 'says' ->> 'zh', '') || ' ' || coalesce(body -> 'says' ->> 'en', '')
    || ' ' || coalesce(jsonb_path_query_array(body, 'lax $.ours[*].refs.*')::text, '')
    || ' ' || coalesce(jsonb_path_query_array(body, 'lax $.theirs[*].refs.*')::text, ''))) stored;
create index breaks_money on book.breaks (tenant_id, livemode, weight, reconciliation_id, n);
create index breaks_age on book.breaks (tenant_id, livemode, (coalesce(business_on, date '9999-12-31')), reconciliation_id, n);
drop index book.breaks_hash;
create index breaks_hash on book.breaks (tenant_id, hash, reconciliation_id);

-- Append-only. A difference is known by its hash: what was done about it holds in the next run too. A step follows the one that its writer
-- saw, or is refused; the last one says how it stands.
create table book.break_steps (
  tenant_id uuid not null references book.tenants,
  livemode boolean not null,
  hash text not null,
  n int not null check (n > 0),
  kind text not null check (kind in ('taken', 'noted', 'explained', 'confirmed', 'reopened')),
  -- What it came to: nobody's · somebody's · explained, and another person is to confirm it · closed.
  state text not null check (state in ('open', 'taken', 'explained', 'closed')),
  holder text,
  reason text,
  note text,
  made_by text not null,
  made_at timestamptz not null default now(),
  primary key (tenant_id, livemode, hash, n)
);

alter table book.break_steps enable row level security;
alter table book.break_steps force row level security;
create policy tenant on book.break_steps using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
grant select, insert on book.break_steps to daozhang_app;
