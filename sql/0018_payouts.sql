-- What a channel says about its payouts: facts of batches. A batch may be known by the channel's word alone, before any document has it.

create table book.payout_facts (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  account_id uuid not null,
  livemode boolean not null,
  -- The channel's own number of the payout.
  payout_ref text not null,
  source text not null check (source in ('notification', 'inquiry')),
  key text not null,
  body_hash bytea not null,
  state text not null check (state in ('pending', 'in_transit', 'paid', 'returned', 'cancelled')),
  said text not null,
  occurred_at timestamptz not null,
  made_at timestamptz not null,
  amount_minor bigint not null,
  currency text not null,
  arrival_on date,
  -- The bank's code and words, as the channel passes them on.
  failure jsonb,
  message_id uuid,
  received_at timestamptz not null default now(),
  last_seen_at timestamptz not null,
  times int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, account_id, payout_ref, source, key, body_hash),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);
alter table book.payout_facts enable row level security;
alter table book.payout_facts force row level security;
create policy tenant on book.payout_facts using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
-- What was said is never edited.
grant select, insert on book.payout_facts to daozhang_app;
grant update (last_seen_at, times) on book.payout_facts to daozhang_app;

-- Null: only the channel told of it.
alter table book.batches alter column reconciliation_id drop not null;
-- `state` is what holds of both: what a reconciliation found last, and what the channel told.
alter table book.batches add column found text check (found in ('not_checked', 'on_its_way', 'late', 'credited', 'short', 'returned'));
-- By what number the channel tells of it.
alter table book.batches add column payout_ref text;
alter table book.batches add column account_id uuid;
-- The fold of its facts.
alter table book.batches add column told jsonb;
-- It has left for the bank, the channel says, and has not come back.
alter table book.batches add column paid_out_at timestamptz;
-- The bank sent it back, and its money is paid out again in this one: it stands as this one does.
alter table book.batches add column again_in uuid;
-- How far the payments in it were listed: {after, lines, net, whole}.
alter table book.batches add column listed jsonb;

-- The owner is held by row-level security too.
alter table book.batches no force row level security;
update book.batches set found = state,
  payout_ref = case kind when 'payout' then ref
    when 'stated' then substr(key, length(concat_ws('/', kind, channel, account, currency)) + 2) end;
alter table book.batches force row level security;

-- One row has what is told of a payout.
create unique index batches_told on book.batches (tenant_id, livemode, channel, account_id, payout_ref) where told is not null;
create index batches_again on book.batches (tenant_id, again_in) where again_in is not null;
create index batches_payout on book.batches (tenant_id, livemode, channel, payout_ref) where payout_ref is not null;
