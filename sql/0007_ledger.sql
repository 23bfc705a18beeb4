-- The ledger: double entry as transfers. A transfer has one amount, one currency, one account to debit and one to credit, so that an entry
-- cannot be out of balance. Nothing here is edited: what turns out to be otherwise is another entry.

-- One row a side of a tenant. Whoever posts holds it until commit: entries are numbered without gaps in the order of commit, and no entry
-- appears later with an earlier posting time.
create table book.ledgers (
  tenant_id uuid not null references book.tenants,
  livemode boolean not null,
  id uuid not null,
  last_no bigint not null default 0,
  last_posted_at timestamptz not null default '-infinity',
  -- Up to and with this business date nothing is posted any more.
  closed_through date,
  -- Transfers since the last snapshot by posting time.
  since_snapshot bigint not null default 0,
  primary key (tenant_id, livemode)
);

-- An account of the chart for one currency and, where it stands for one, one account at a channel or bank. src/ledger/chart.ts names the codes.
create table book.ledger_accounts (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  code text not null,
  currency char(3) not null,
  channel text not null default '',
  account text not null default '',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, livemode, code, currency, channel, account),
  -- What a transfer refers to: so that both its accounts are of its currency.
  unique (tenant_id, id, currency),
  foreign key (tenant_id, livemode) references book.ledgers (tenant_id, livemode)
);

create table book.ledger_entries (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  no bigint not null,
  -- What it is about: a channel's day, a batch, a break, a proposal; and which part of that.
  scope text not null,
  part text not null,
  cause text not null check (cause in ('stated', 'correction', 'withdrawn', 'manual')),
  -- The day it is posted on, and the day of the fact: they differ where that day was signed off or closed.
  business_on date not null,
  fact_on date not null,
  posted_at timestamptz not null,
  reconciliation_id uuid,
  break_hash text,
  batch_key text,
  proposal_id uuid,
  -- Where it stands in a document: {sha256, at, length}.
  evidence jsonb,
  primary key (tenant_id, id),
  unique (tenant_id, livemode, no),
  foreign key (tenant_id, livemode) references book.ledgers (tenant_id, livemode)
);
create index ledger_entries_day on book.ledger_entries (tenant_id, livemode, business_on, no);
create index ledger_entries_run on book.ledger_entries (tenant_id, reconciliation_id, no);
create index ledger_entries_break on book.ledger_entries (tenant_id, break_hash, no) where break_hash is not null;
create index ledger_entries_batch on book.ledger_entries (tenant_id, batch_key, no) where batch_key is not null;

-- posted_at, business_on and no are those of the entry: a balance is one range of one index. No foreign key to the entry: both are written
-- by one function in one transaction, and each check would cost as much as the row. Those to the accounts keep the currency one.
create table book.transfers (
  tenant_id uuid not null,
  entry_id uuid not null,
  n int not null,
  livemode boolean not null,
  no bigint not null,
  business_on date not null,
  posted_at timestamptz not null,
  fact text not null,
  debit uuid not null,
  credit uuid not null,
  amount bigint not null check (amount > 0),
  currency char(3) not null,
  primary key (tenant_id, entry_id, n),
  check (debit <> credit),
  foreign key (tenant_id, debit, currency) references book.ledger_accounts (tenant_id, id, currency),
  foreign key (tenant_id, credit, currency) references book.ledger_accounts (tenant_id, id, currency)
);
create index transfers_posted on book.transfers (tenant_id, livemode, posted_at);
create index transfers_day on book.transfers (tenant_id, livemode, business_on);
create index transfers_debit on book.transfers (tenant_id, debit, no);
create index transfers_credit on book.transfers (tenant_id, credit, no);

-- The latest word on each scope, and who has it: a run takes it from an earlier one that it took the place of, or that knew no more.
create table book.ledger_scopes (
  tenant_id uuid not null,
  livemode boolean not null,
  scope text not null,
  reconciliation_id uuid not null,
  stated_at timestamptz not null,
  lines bigint not null,
  -- Its run was superseded by one that does not know it.
  withdrawn boolean not null default false,
  primary key (tenant_id, livemode, scope),
  foreign key (tenant_id, reconciliation_id) references book.reconciliations (tenant_id, id)
);
create index ledger_scopes_run on book.ledger_scopes (tenant_id, reconciliation_id);

-- What is posted of each item of a scope: what the next run says otherwise is posted as the difference.
create table book.ledger_items (
  tenant_id uuid not null,
  livemode boolean not null,
  scope text not null,
  item text not null,
  part text not null,
  fact text not null,
  debit uuid not null,
  credit uuid not null,
  -- Signed: below zero the accounts change sides.
  amount bigint not null,
  currency char(3) not null,
  fact_on date not null,
  break_hash text,
  batch_key text,
  -- The line of a bank statement it rests on: it counts once.
  bank_line text,
  -- The last run that said it.
  reconciliation_id uuid not null,
  primary key (tenant_id, livemode, scope, item)
);
create index ledger_items_bank_line on book.ledger_items (tenant_id, livemode, bank_line) where bank_line is not null;

-- Balances up to and with an instant of posting, or a business date that is closed: neither can change any more.
create table book.ledger_snapshots (
  tenant_id uuid not null,
  livemode boolean not null,
  axis text not null check (axis in ('posted', 'business')),
  at timestamptz not null,
  account_id uuid not null,
  balance bigint not null,
  primary key (tenant_id, livemode, axis, at, account_id)
);

-- A day signed off; reopening it ends the row and leaves it.
create table book.sign_offs (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  business_on date not null,
  hash text not null,
  entries bigint not null,
  note text,
  signed_by text not null,
  signed_at timestamptz not null default now(),
  reopened_by text,
  reopened_at timestamptz,
  reopened_why text,
  primary key (tenant_id, id)
);
create unique index sign_offs_standing on book.sign_offs (tenant_id, livemode, business_on) where reopened_at is null;

create table book.periods (
  tenant_id uuid not null,
  livemode boolean not null,
  from_on date not null,
  to_on date not null,
  hash text not null,
  entries bigint not null,
  -- The trial balance at its end, as it was closed.
  trial jsonb not null,
  note text,
  closed_by text not null,
  closed_at timestamptz not null default now(),
  primary key (tenant_id, livemode, to_on)
);

create table book.control_checks (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  at timestamptz not null default now(),
  reconciliation_id uuid,
  equal boolean not null,
  -- Per control account and currency: {account, currency, ledger, open, difference, parts}.
  rows jsonb not null,
  primary key (tenant_id, id)
);
create index control_checks_newest on book.control_checks (tenant_id, livemode, at desc, id desc);

-- Entries that people ask for: one proposes, another posts what has this hash.
create table book.ledger_proposals (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null check (kind in ('write_off', 'compensation', 'fx')),
  break_hash text not null,
  -- loss: out of a suspense that is owed to us · gain: out of one that we owe.
  side text not null check (side in ('loss', 'gain')),
  suspense uuid not null,
  amount bigint not null check (amount > 0),
  currency char(3) not null,
  business_on date not null,
  reason text not null,
  hash text not null,
  state text not null default 'proposed' check (state in ('proposed', 'posted', 'rejected')),
  proposed_by text not null,
  proposed_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, suspense) references book.ledger_accounts (tenant_id, id),
  check (state <> 'posted' or decided_by <> proposed_by)
);
create index ledger_proposals_newest on book.ledger_proposals (tenant_id, livemode, proposed_at desc, id desc);
create index ledger_proposals_break on book.ledger_proposals (tenant_id, livemode, break_hash);

-- Runs whose facts are in the ledger; those before it are not held against it.
alter table book.reconciliations add column posted_at timestamptz;
create index breaks_hash on book.breaks (tenant_id, hash);

do $$
declare name text;
begin
  foreach name in array array['ledgers', 'ledger_accounts', 'ledger_entries', 'transfers', 'ledger_scopes', 'ledger_items', 'ledger_snapshots',
                              'sign_offs', 'periods', 'control_checks', 'ledger_proposals'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert, update, delete on book.%I to daozhang_app', name);
  end loop;
end $$;
-- What was posted, counted, signed or closed is never edited or taken away.
revoke update, delete on book.ledger_accounts, book.ledger_entries, book.transfers, book.ledger_snapshots, book.periods, book.control_checks,
  book.sign_offs, book.ledger_proposals from daozhang_app;
grant update (reopened_by, reopened_at, reopened_why) on book.sign_offs to daozhang_app;
grant update (state, decided_by, decided_at) on book.ledger_proposals to daozhang_app;
