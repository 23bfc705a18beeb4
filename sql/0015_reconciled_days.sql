-- What a reconciliation knows of each day: lines with money by the merchant's orders, by channel account and by bank account, how many of
-- them met, and what was found. A difference stands in one row: its account's; the bank's where only a statement shows it; else the orders'.
create table book.reconciliation_days (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  business_on date not null,
  role text not null check (role in ('order', 'channel', 'bank')),
  channel text not null,
  account text not null,
  currency text not null,
  livemode boolean not null,
  lines bigint not null,
  amount_minor bigint not null,
  matched bigint not null,
  matched_minor bigint not null,
  breaks bigint not null,
  breaks_minor bigint not null,
  -- Waits for a date or a document.
  open bigint not null,
  open_minor bigint not null,
  -- Fits in more than one way.
  unclear bigint not null,
  unclear_minor bigint not null,
  primary key (tenant_id, reconciliation_id, business_on, role, channel, account, currency),
  foreign key (tenant_id, reconciliation_id) references book.reconciliations (tenant_id, id)
);
create index reconciliation_days_on on book.reconciliation_days (tenant_id, livemode, business_on);

-- Joints of which a side was not given, and the documents that would be it.
alter table book.reconciliations add column not_compared jsonb not null default '[]';

alter table book.reconciliation_days enable row level security;
alter table book.reconciliation_days force row level security;
create policy tenant on book.reconciliation_days using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
grant select, insert, update, delete on book.reconciliation_days to daozhang_app;
