-- The book: what was said about money, what we believe, what we do about it.
--
-- Every table's key begins with tenant_id, every query names it, and row-level security stands behind every query. The tables
-- without it (migrations, tenants, routes, due) hold no business data; ARCHITECTURE.md lists them.
-- Ids are UUIDv7 made by the program; no sequences, no triggers. Amounts are minor units of their currency.

-- ---------------------------------------------------------------- without row-level security

create table book.tenants (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);

-- Which tenant a secret belongs to, before anything else is known: the hash of an API key, a session, a link, or of the secret part
-- of a notification address.
create table book.routes (
  hash bytea primary key,
  kind text not null check (kind in ('api_key', 'session', 'link', 'notify')),
  tenant_id uuid not null references book.tenants,
  subject_id uuid not null,
  expires_at timestamptz
);
create index routes_subject on book.routes (tenant_id, subject_id);

-- What is to be done when: the sweeps' only source. The row is a wake-up; the state it wakes is read anew.
create table book.due (
  tenant_id uuid not null references book.tenants,
  kind text not null,
  id uuid not null,
  due_at timestamptz not null,
  lease_until timestamptz,
  primary key (tenant_id, kind, id)
);
create index due_next on book.due (kind, tenant_id, due_at);

-- ---------------------------------------------------------------- channel accounts

create table book.accounts (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  provider text not null,
  name text not null,
  merchant_no text not null,
  sub_merchant_no text not null default '',
  livemode boolean not null,
  base_url text not null,
  -- relay: the channel notifies us and we pass the same bytes on; copy: the merchant forwards them; none: inquiry only.
  feed text not null default 'relay' check (feed in ('relay', 'copy', 'none')),
  forward_url text,
  closing text not null default 'never' check (closing in ('never', 'auto')),
  order_mode text not null default 'required' check (order_mode in ('required', 'none')),
  settings jsonb not null default '{}',
  state text not null default 'active' check (state in ('active', 'paused')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, provider, merchant_no, sub_merchant_no, livemode)
);

create table book.credentials (
  tenant_id uuid not null,
  account_id uuid not null,
  kind text not null,
  key_id text not null,
  sealed bytea not null,
  not_after timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, account_id, kind, key_id),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);

-- How the channel behaves towards this account: pace (GCRA: the time at which the bucket is empty), breaker, clock.
create table book.account_health (
  tenant_id uuid not null,
  account_id uuid not null,
  paced_until timestamptz not null default '-infinity',
  failures int not null default 0,
  open_until timestamptz,
  last_answer_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  clock_skew_ms bigint,
  keys_fetched_at timestamptz,
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);

-- ---------------------------------------------------------------- what came in

-- Authenticated messages and answers, byte for byte. occurred_at is a function of the body, so that it may stand in the key and
-- partition the table without weakening "at most once".
create table book.messages (
  tenant_id uuid not null,
  account_id uuid not null,
  kind text not null check (kind in ('notification', 'answer')),
  key text not null,
  body_hash bytea not null,
  occurred_at timestamptz not null,
  id uuid not null,
  headers jsonb not null,
  body bytea not null,
  raw_hash bytea not null,
  received_at timestamptz not null default now(),
  folded_at timestamptz,
  fold_attempts int not null default 0,
  fold_error text,
  primary key (tenant_id, account_id, kind, key, body_hash, occurred_at)
) partition by range (occurred_at);
create index messages_id on book.messages (tenant_id, id);
create index messages_unfolded on book.messages (tenant_id, fold_attempts, received_at)
  where kind = 'notification' and folded_at is null and fold_attempts < 5;

-- Messages that failed their check: never folded, bounded, counted.
create table book.rejected_messages (
  tenant_id uuid not null,
  account_id uuid not null,
  reason text not null,
  hash bytea not null,
  detail text not null,
  first_bytes bytea not null,
  size int not null,
  times bigint not null default 1,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (tenant_id, account_id, reason, hash),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);

create table book.orders (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  ref text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  currency char(3) not null,
  state text not null check (state in ('open', 'paid', 'closed', 'cancelled')),
  store text,
  terminal text,
  description text,
  placed_at timestamptz not null,
  expires_at timestamptz,
  paid_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version int not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, livemode, ref)
);
create index orders_newest on book.orders (tenant_id, livemode, placed_at desc, id desc);

-- The trace: what the fold of its observations says. Only traces/advance.ts writes the columns below `version`.
create table book.payments (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  account_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  ref text not null,
  product text,
  order_id uuid,
  created_at timestamptz not null default now(),
  -- inquiry's memory
  asked int not null default 0,
  last_asked_at timestamptz,
  version int not null default 0,
  position text not null default 'expected'
    check (position in ('expected', 'ordered', 'debited', 'captured', 'closed', 'failed', 'reversed', 'refunded')),
  currency char(3),
  ordered_minor bigint,
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  placed_at timestamptz,
  expires_at timestamptz,
  captured_at timestamptz,
  recorded_at timestamptz,
  order_closed_at timestamptz,
  contradictions jsonb not null default '[]',
  trace jsonb not null default '{}',
  verdict text,
  release text,
  terminal boolean not null default false,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, direction, ref),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id),
  foreign key (tenant_id, order_id) references book.orders (tenant_id, id)
);
create index payments_order on book.payments (tenant_id, order_id);
create index payments_newest on book.payments (tenant_id, livemode, created_at desc, id desc);
-- I11 is looked after among these (`daozhang doctor`).
create index payments_open on book.payments (tenant_id, id) where not terminal;
create index payments_verdict on book.payments (tenant_id, livemode, verdict, created_at desc, id desc);

create table book.observations (
  tenant_id uuid not null,
  account_id uuid not null,
  source text not null,
  key text not null,
  body_hash bytea not null,
  occurred_at timestamptz not null,
  id uuid not null,
  payment_id uuid,
  kind text not null,
  said text not null,
  amount_minor bigint,
  payer_minor bigint,
  currency char(3),
  refund_ref text,
  refund_state text,
  expires_at timestamptz,
  refs jsonb not null default '[]',
  message_id uuid,
  received_at timestamptz not null default now(),
  last_seen_at timestamptz not null,
  times int not null default 1,
  primary key (tenant_id, account_id, source, key, body_hash, occurred_at)
) partition by range (occurred_at);
create index observations_payment on book.observations (tenant_id, payment_id);

-- Every number a payment may be searched by. The value stands first: people type a number, not its kind.
create table book.refs (
  tenant_id uuid not null,
  value text not null,
  kind text not null,
  payment_id uuid not null,
  -- No foreign key here and in verdicts: traces/advance.ts writes them under the payment's lock, and each check would cost as much as the row.
  primary key (tenant_id, value, kind, payment_id)
);

-- Observations of a payment nobody knows yet, under the references they came with.
create table book.waiting (
  tenant_id uuid not null,
  account_id uuid not null,
  value text not null,
  kind text not null,
  observation_id uuid not null,
  occurred_at timestamptz not null,
  primary key (tenant_id, account_id, value, kind, observation_id),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);

-- Written when the outcome changes, not at each look.
create table book.verdicts (
  tenant_id uuid not null,
  payment_id uuid not null,
  version int not null,
  code text not null,
  release text not null check (release in ('yes', 'no', 'ask')),
  cause text not null,
  reason text,
  custody text,
  confidence text not null,
  amount_minor bigint,
  currency char(3),
  also text[] not null default '{}',
  evidence uuid[] not null default '{}',
  judged_at timestamptz not null,
  primary key (tenant_id, payment_id, version)
);

-- ---------------------------------------------------------------- what we do about it

create table book.actions (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  payment_id uuid not null,
  -- called: the call may have happened and its answer is not known yet.
  state text not null check (state in ('intended', 'called', 'done', 'refused', 'unknown', 'withdrawn')),
  attempts int not null default 0,
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, payment_id) references book.payments (tenant_id, id)
);
create unique index actions_open on book.actions (tenant_id, payment_id, kind) where state in ('intended', 'called', 'unknown');

create table book.counters (
  tenant_id uuid primary key references book.tenants,
  event_seq bigint not null default 0
);

-- The feed. seq is taken in the transaction that writes the event: the order of seq is the order of commit.
create table book.events (
  tenant_id uuid not null references book.tenants,
  seq bigint not null,
  id uuid not null,
  livemode boolean not null,
  type text not null,
  payment_id uuid,
  order_id uuid,
  body jsonb not null,
  at timestamptz not null default now(),
  primary key (tenant_id, seq)
);

create table book.webhook_endpoints (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  url text not null,
  types text[] not null,
  sealed_secret bytea not null,
  sealed_previous bytea,
  previous_until timestamptz,
  state text not null default 'enabled' check (state in ('enabled', 'disabled')),
  disabled_why text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

-- An event to an endpoint, or a channel's notification passed on byte for byte.
create table book.deliveries (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('event', 'relay')),
  endpoint_id uuid,
  account_id uuid,
  event_seq bigint,
  message_id uuid,
  payment_id uuid,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'gave_up')),
  attempts int not null default 0,
  last_status int,
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, endpoint_id) references book.webhook_endpoints (tenant_id, id),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);
create index deliveries_endpoint on book.deliveries (tenant_id, endpoint_id, id desc);
create index deliveries_payment on book.deliveries (tenant_id, payment_id);

create table book.cases (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  reason text not null,
  subject_kind text not null,
  subject_id uuid not null,
  note text,
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (tenant_id, id)
);
create unique index cases_open on book.cases (tenant_id, reason, subject_kind, subject_id) where closed_at is null;

create table book.alerts (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  kind text not null,
  subject_kind text not null,
  subject_id uuid not null,
  detail jsonb not null default '{}',
  opened_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  times bigint not null default 1,
  closed_at timestamptz,
  primary key (tenant_id, id)
);
create unique index alerts_open on book.alerts (tenant_id, kind, subject_kind, subject_id) where closed_at is null;

-- ---------------------------------------------------------------- who may

create table book.users (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  name text not null,
  role text not null check (role in ('admin', 'operator', 'viewer')),
  state text not null default 'active' check (state in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table book.sessions (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references book.users (tenant_id, id)
);

create table book.api_keys (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  name text not null,
  -- The first characters, so that people know which key it is; the key itself is not stored.
  prefix text not null,
  livemode boolean not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

create table book.idempotency_keys (
  tenant_id uuid not null references book.tenants,
  key text not null,
  request_hash bytea not null,
  state text not null check (state in ('in_flight', 'done')),
  status int,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);

-- ---------------------------------------------------------------- tenancy

do $$
declare name text;
begin
  for name in
    select c.relname from pg_class c
     where c.relnamespace = 'book'::regnamespace and c.relkind in ('r', 'p')
       and c.relname not in ('migrations', 'tenants', 'routes', 'due')
  loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
  end loop;
end $$;

grant usage on schema book to daozhang_app;
grant select, insert, update, delete on all tables in schema book to daozhang_app;
revoke insert, update, delete on book.migrations from daozhang_app;

-- What was said, and what was concluded from it, is never edited or taken away.
revoke update, delete on book.messages, book.observations, book.verdicts, book.events from daozhang_app;
grant update (folded_at, fold_attempts, fold_error) on book.messages to daozhang_app;
grant update (payment_id, last_seen_at, times) on book.observations to daozhang_app;

-- Months have partitions of their own; what is older or newer than those made so far goes to the rest.
create table book.messages_rest partition of book.messages default;
create table book.observations_rest partition of book.observations default;
