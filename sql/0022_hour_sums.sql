-- What the overview adds up, kept for each hour of payments, so that it need not read each payment of the days asked for.

-- Payments of one hour (by `moment`) that are alike in all that is told of them there. Made anew when the hour was touched; true while it was not.
create table book.hour_sums (
  tenant_id uuid not null references book.tenants,
  livemode boolean not null,
  hour timestamptz not null,
  n int not null,
  account_id uuid not null,
  currency char(3) not null,
  verdict text not null,
  position text not null,
  unpaid boolean not null,
  unrecorded boolean not null,
  refunded boolean not null,
  cleared_on date,
  batch_id uuid,
  first_at timestamptz not null,
  payments bigint not null,
  -- Of which something is left, or of which nothing ever was.
  rest_payments bigint not null,
  whole_minor numeric not null,
  given_minor numeric not null,
  primary key (tenant_id, livemode, hour, n)
);

-- A payment of the hour was written, by the transaction that wrote this row: its sums do not hold until they are made anew. A row for each
-- transaction and hour, so that none waits for another; who makes the sums takes away those that it saw.
create table book.touched_hours (
  tenant_id uuid not null,
  livemode boolean not null,
  hour timestamptz not null,
  id uuid not null,
  primary key (tenant_id, livemode, hour, id)
);

-- Of a book that has payments no hour was summed yet.
alter table book.payments no force row level security;
insert into book.touched_hours (tenant_id, livemode, hour, id)
select distinct on (tenant_id, livemode, date_trunc('hour', moment, 'UTC')) tenant_id, livemode, date_trunc('hour', moment, 'UTC'), id
  from book.payments;
alter table book.payments force row level security;

alter table book.hour_sums enable row level security;
alter table book.hour_sums force row level security;
create policy tenant on book.hour_sums using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
alter table book.touched_hours enable row level security;
alter table book.touched_hours force row level security;
create policy tenant on book.touched_hours using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
grant select, insert, delete on book.hour_sums, book.touched_hours to daozhang_app;
