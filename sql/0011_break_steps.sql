-- What people do about differences, and the order in which they work through them.

-- From the body and the columns beside it, so that a filter reads a column. `weight` is the money in ten-thousandths of its currency: whole
-- numbers can be compared inside an index behind row-level security, numeric cannot, nor can what COALESCE gives. `words` is what a search
-- looks through. `stands`: its run is done, no later one took that run's place, and none that ended later has the same difference.
alter table book.breaks
  add column cause text not null generated always as (coalesce(body ->> 'cause', 'none')) stored,
  add column weight bigint not null generated always as (least(trunc(amount * 10000), 9000000000000000000)::bigint) stored,
  add column aged_on date not null generated always as (coalesce(business_on, date '9999-12-31')) stored,
  add column words text not null generated always as (lower(
    coalesce(body -> 'says' ->> 'zh', '') || ' ' || coalesce(body -> 'says' ->> 'en', '')
    || ' ' || coalesce(jsonb_path_query_array(body, 'lax $.ours[*].refs.*')::text, '')
    || ' ' || coalesce(jsonb_path_query_array(body, 'lax $.theirs[*].refs.*')::text, ''))) stored,
  add column stands boolean not null default true,
  -- What people have come to, as the last step about it says (below); written with the step, and where another run finds it again.
  add column state text not null default 'open' check (state in ('open', 'taken', 'explained', 'closed')),
  add column holder text,
  add column version int not null default 0;
alter table book.breaks no force row level security;
alter table book.reconciliations no force row level security;
update book.breaks b set stands = false
 where exists (select from book.reconciliations r
                where r.tenant_id = b.tenant_id and r.id = b.reconciliation_id and r.superseded_by is not null)
    or exists (select from book.breaks l join book.reconciliations r on r.tenant_id = l.tenant_id and r.id = l.reconciliation_id
                where l.tenant_id = b.tenant_id and l.livemode = b.livemode and l.hash = b.hash
                  and l.reconciliation_id > b.reconciliation_id and r.superseded_by is null);
alter table book.breaks force row level security;
alter table book.reconciliations force row level security;
create index breaks_money on book.breaks (tenant_id, livemode, weight, reconciliation_id, n) where stands;
create index breaks_age on book.breaks (tenant_id, livemode, aged_on, reconciliation_id, n) where stands;

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
