-- Documents that people bring, the reconciliations they ask for, and what those found. The bytes of both lie in the archive.

-- The owner is held by row-level security too; only without it can it say of each document which side it is on.
alter table book.documents no force row level security;
alter table book.accounts no force row level security;
alter table book.documents add column livemode boolean;
update book.documents d set livemode = a.livemode from book.accounts a
 where a.tenant_id = d.tenant_id and a.id = d.account_id;
alter table book.documents force row level security;
alter table book.accounts force row level security;

alter table book.documents alter column livemode set not null;
alter table book.documents alter column account_id drop not null;
-- `channel`: fetched by calendar · `upload`: a person or a system brought it · `book`: the orders of some days, as the book had them.
alter table book.documents add column origin text not null default 'channel' check (origin in ('channel', 'upload', 'book'));
alter table book.documents add column added_by text;
alter table book.documents drop constraint documents_tenant_id_account_id_sha256_key;
alter table book.documents add constraint documents_once unique nulls not distinct (tenant_id, livemode, account_id, sha256);
create index documents_newest on book.documents (tenant_id, livemode, received_at desc, id desc);

create table book.reconciliations (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  zone text not null,
  -- Of the report and the tables; the result itself has both.
  lang text not null check (lang in ('zh', 'en')),
  -- Judged as of this instant; null: the end of the last day that the documents cover.
  as_of timestamptz,
  -- Orders placed or paid on these days are taken from the book; null: none are.
  orders_from date,
  orders_to date,
  asked_by text not null,
  attempts int not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  -- The step under way: {step: {en, zh}, done, total, unit, rows}.
  progress jsonb,
  -- Why it failed: {code, says: {en, zh}, remedy: {en, zh}}.
  failure jsonb,
  -- The outcome: 'clean', 'breaks' or 'incomplete', and the days it covers.
  outcome text check (outcome in ('clean', 'breaks', 'incomplete')),
  covers_from date,
  covers_to date,
  totals jsonb,
  -- A later one that had all the documents of this one: its breaks stand for this one's.
  superseded_by uuid,
  primary key (tenant_id, id)
);
create index reconciliations_newest on book.reconciliations (tenant_id, livemode, created_at desc, id desc);

create table book.reconciliation_documents (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  document_id uuid not null,
  -- Its name in the run: names are made different where two are the same.
  name text not null,
  primary key (tenant_id, reconciliation_id, document_id),
  foreign key (tenant_id, reconciliation_id) references book.reconciliations (tenant_id, id),
  foreign key (tenant_id, document_id) references book.documents (tenant_id, id)
);
create index reconciliation_documents_of on book.reconciliation_documents (tenant_id, document_id);

-- What a run wrote: report, tables, workbooks.
create table book.reconciliation_files (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  name text not null,
  sha256 bytea not null,
  size bigint not null,
  primary key (tenant_id, reconciliation_id, name),
  foreign key (tenant_id, reconciliation_id) references book.reconciliations (tenant_id, id)
);

create table book.breaks (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  -- By money, largest first; breaks before what is open, that before what is ambiguous.
  n int not null,
  livemode boolean not null,
  part text not null check (part in ('break', 'open', 'ambiguous')),
  -- The hash of its class, joint and lines: the same difference in another run has the same.
  hash text not null,
  class text not null,
  finding text not null,
  joint text not null,
  verdict text not null,
  release text not null,
  channel text,
  account text,
  business_on date,
  currency text not null,
  amount numeric not null,
  order_ref text,
  payment_id uuid,
  -- When the channel was asked about a payment that its bill does not have.
  asked_at timestamptz,
  -- The break as the result has it, with its evidence.
  body jsonb not null,
  primary key (tenant_id, reconciliation_id, n),
  foreign key (tenant_id, reconciliation_id) references book.reconciliations (tenant_id, id)
);
create index breaks_payment on book.breaks (tenant_id, payment_id) where payment_id is not null;

-- What channels settle together: a stated payout or settlement, or what the plan pays as one. What happens to it is said once, here, and
-- each of its payments reads it.
create table book.batches (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  channel text not null,
  account text not null,
  currency text not null,
  -- As reconciliations name it: the same batch in another run has the same.
  key text not null,
  -- The channel's own number, where it gives one.
  ref text,
  kind text not null check (kind in ('stated', 'payout', 'implied')),
  state text not null check (state in ('not_checked', 'on_its_way', 'late', 'credited', 'short', 'returned')),
  business_from date not null,
  business_to date not null,
  due_on date,
  credited_on date,
  lines bigint not null,
  -- As the result has them: gross, refunds, fees, net.
  sums jsonb not null,
  -- The run that said the state.
  reconciliation_id uuid not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, livemode, key),
  foreign key (tenant_id, reconciliation_id) references book.reconciliations (tenant_id, id)
);
alter table book.payments add column batch_id uuid;

do $$
declare name text;
begin
  foreach name in array array['reconciliations', 'reconciliation_documents', 'reconciliation_files', 'breaks', 'batches'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert, update, delete on book.%I to daozhang_app', name);
  end loop;
end $$;

-- The orders of some days, as the book has them, are one side of a reconciliation.
create index payments_moment on book.payments (tenant_id, livemode, (coalesce(captured_at, placed_at, created_at)), id);
create index observations_refunds on book.observations (tenant_id, occurred_at) where refund_state = 'succeeded';
