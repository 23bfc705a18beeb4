-- How people said that their own tables are to be read, and how each document was read when somebody last looked at it.

-- A version is written once and never changed; the newest of a name holds. One without a document says that the name holds no more.
create table book.mappings (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  name text not null,
  version int not null check (version > 0),
  -- `orders`: the merchant's own order book · `bill`: a channel's or an acquirer's bill.
  kind text not null check (kind in ('orders', 'bill')),
  -- The file that the command line takes, as it is.
  document text,
  made_by text not null,
  made_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, livemode, name, version)
);

-- One row for each document in a file; what is here can be had again by reading the bytes again.
create table book.readings (
  tenant_id uuid not null,
  document_id uuid not null,
  part int not null,
  livemode boolean not null,
  -- The member of an archive; null where the file is the document.
  member text,
  format text,
  -- {en, zh}
  title jsonb,
  role text,
  channel text,
  account text,
  from_on date,
  to_on date,
  lines bigint not null default 0,
  rejected bigint not null default 0,
  -- Why it cannot be read: {code, says: {en, zh}, remedy: {en, zh}}.
  refused jsonb,
  read_at timestamptz not null default now(),
  primary key (tenant_id, document_id, part),
  foreign key (tenant_id, document_id) references book.documents (tenant_id, id)
);
-- Another document that says the same account and days.
create index readings_alike on book.readings (tenant_id, livemode, format, from_on, to_on) where format is not null;

do $$
declare name text;
begin
  foreach name in array array['mappings', 'readings'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert, update, delete on book.%I to daozhang_app', name);
  end loop;
end $$;
revoke update, delete on book.mappings from daozhang_app;

-- Whose bill it is can be said after it was brought; nothing else of a document ever changes.
grant update (account_id) on book.documents to daozhang_app;
create index documents_bytes on book.documents (tenant_id, livemode, sha256);
