-- Documents of the book, and the calendar by which channels' bills are fetched. The bytes lie in the archive under their SHA-256.

create table book.documents (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  account_id uuid not null,
  kind text not null,
  covers_on date,
  name text not null,
  sha256 bytea not null,
  size bigint not null,
  -- What the channel itself said of it, where it did.
  told_hash text,
  received_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, sha256),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);

-- One row for each day whose bill is to come: expected until it is fetched, or the channel says that the day has none.
create table book.bill_days (
  tenant_id uuid not null,
  account_id uuid not null,
  kind text not null,
  covers_on date not null,
  state text not null default 'expected' check (state in ('expected', 'fetched', 'empty')),
  attempts int not null default 0,
  last_error text,
  document_id uuid,
  lines bigint,
  ready_at timestamptz not null,
  -- After this the channel no longer gives it.
  gone_at timestamptz not null,
  primary key (tenant_id, account_id, kind, covers_on),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id),
  foreign key (tenant_id, document_id) references book.documents (tenant_id, id)
);

alter table book.payments add column cleared_document_id uuid;
alter table book.payments add column cleared_on date;

do $$
declare name text;
begin
  foreach name in array array['documents', 'bill_days'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert, update, delete on book.%I to daozhang_app', name);
  end loop;
end $$;
revoke update, delete on book.documents from daozhang_app;
