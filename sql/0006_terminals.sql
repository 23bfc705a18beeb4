-- Terminals and codes as registered things: what takes the merchant's payments, where it stands, whose money it takes, and since when.
-- States and bindings are history: a payment is compared with what stood when it was paid.

-- A shop. `code` is the text by which orders name it.
create table book.stores (
  tenant_id uuid not null references book.tenants,
  livemode boolean not null,
  code text not null,
  name text not null,
  added_by text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, livemode, code)
);

create table book.terminals (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  kind text not null check (kind in ('pos', 'code', 'sound_box', 'cashier')),
  serial_no text,
  model text,
  state text not null check (state in ('applied', 'documents_checked', 'plan_recommended', 'shipped', 'registered', 'active',
    'suspended', 'lost', 'retired', 'rejected')),
  -- Counts steps and bindings: whoever changes it names the version that was read.
  version int not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index terminals_newest on book.terminals (tenant_id, livemode, created_at desc, id desc);

create table book.terminal_steps (
  tenant_id uuid not null,
  terminal_id uuid not null,
  -- The terminal's version after it.
  n int not null,
  step text not null,
  from_state text,
  to_state text not null,
  note text,
  by text not null,
  -- When it happened, and when it was written.
  at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, terminal_id, n),
  foreign key (tenant_id, terminal_id) references book.terminals (tenant_id, id)
);

-- What a terminal is bound to, from when until when.
create table book.terminal_bindings (
  tenant_id uuid not null,
  terminal_id uuid not null,
  -- The terminal's version after it.
  n int not null,
  livemode boolean not null,
  -- The merchant's own name for it, as orders write it.
  name text not null,
  store text,
  -- Null: a cashier's device that takes whatever its shop accepts.
  account_id uuid,
  provider text,
  merchant text,
  -- Under which number it trades, and under which its money is settled; they may differ.
  merchant_no text,
  settle_merchant_no text,
  -- The channel's number of the terminal, as its messages write it.
  terminal_no text,
  -- The exact content of a printed or shown code, or its hash alone.
  code text,
  code_hash bytea,
  payee text,
  note text,
  by text not null,
  since_at timestamptz not null,
  until_at timestamptz,
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, terminal_id, n),
  foreign key (tenant_id, terminal_id) references book.terminals (tenant_id, id),
  foreign key (tenant_id, livemode, store) references book.stores (tenant_id, livemode, code),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id),
  check (until_at is null or until_at >= since_at)
);
create unique index terminal_bindings_live on book.terminal_bindings (tenant_id, terminal_id) where until_at is null;
create unique index terminal_bindings_name on book.terminal_bindings (tenant_id, livemode, name) where until_at is null;
create unique index terminal_bindings_no on book.terminal_bindings (tenant_id, livemode, provider, terminal_no) nulls not distinct
  where until_at is null and terminal_no is not null;
create unique index terminal_bindings_code on book.terminal_bindings (tenant_id, livemode, code_hash) where until_at is null;
-- The past is looked up too.
create index terminal_bindings_names on book.terminal_bindings (tenant_id, livemode, name);
create index terminal_bindings_nos on book.terminal_bindings (tenant_id, livemode, terminal_no) where terminal_no is not null;
create index terminal_bindings_codes on book.terminal_bindings (tenant_id, livemode, code_hash) where code_hash is not null;
create index terminal_bindings_account on book.terminal_bindings (tenant_id, account_id);

-- What does not fit: one row a terminal while it is open, however many payments it concerns. It is the subject of the case.
create table book.terminal_findings (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  kind text not null check (kind in ('terminal_unregistered', 'terminal_retired', 'terminal_foreign',
    'foreign_code', 'retired_code', 'other_store')),
  account_id uuid,
  -- The number that was named, or the hash of the code that was scanned.
  said text not null,
  -- Where a code was scanned; '' where it was not said, and for terminals.
  store text not null default '',
  -- Of payments; '' for codes.
  currency text not null default '',
  terminal_id uuid,
  -- Payments, or scans.
  times bigint not null,
  amount_minor numeric not null default 0,
  first_at timestamptz not null,
  last_at timestamptz not null,
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  closed_by text,
  close_note text,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id),
  foreign key (tenant_id, terminal_id) references book.terminals (tenant_id, id)
);
create unique index terminal_findings_open on book.terminal_findings
  (tenant_id, livemode, kind, account_id, said, store, currency) nulls not distinct where closed_at is null;
create index terminal_findings_newest on book.terminal_findings (tenant_id, livemode, opened_at desc, id desc);

-- The payments of a finding: each counts once.
create table book.terminal_finding_payments (
  tenant_id uuid not null,
  payment_id uuid not null,
  finding_id uuid not null,
  primary key (tenant_id, payment_id),
  foreign key (tenant_id, finding_id) references book.terminal_findings (tenant_id, id)
);
create index terminal_finding_payments_of on book.terminal_finding_payments (tenant_id, finding_id, payment_id);

-- The shop's own code, scanned.
create table book.terminal_checks (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  store text,
  -- As scanned: of a code that is not ours it is the evidence.
  content text not null,
  -- What its pattern says it is.
  recognised text not null,
  result text not null check (result in ('matches', 'foreign_code', 'retired_code', 'other_store')),
  terminal_id uuid,
  finding_id uuid,
  by text not null,
  at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, terminal_id) references book.terminals (tenant_id, id),
  foreign key (tenant_id, finding_id) references book.terminal_findings (tenant_id, id)
);
create index terminal_checks_newest on book.terminal_checks (tenant_id, livemode, at desc, id desc);

-- Where a message says that it was paid: {store, terminal}, as the channel writes them.
alter table book.observations add column place jsonb;

do $$
declare name text;
begin
  foreach name in array array['stores', 'terminals', 'terminal_steps', 'terminal_bindings', 'terminal_findings',
    'terminal_finding_payments', 'terminal_checks'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert, update, delete on book.%I to daozhang_app', name);
  end loop;
end $$;

-- History is added to, not edited: a binding ends, a check and a step stand.
revoke update, delete on book.terminal_steps, book.terminal_bindings, book.terminal_checks, book.terminal_finding_payments
  from daozhang_app;
grant update (until_at) on book.terminal_bindings to daozhang_app;
revoke delete on book.terminals, book.terminal_findings from daozhang_app;
