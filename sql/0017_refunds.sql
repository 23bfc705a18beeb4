-- Money given back at our asking, and the people who agreed to it (I8, I9).

-- A refund of ours: first stored, then called. What the channel says of it comes in by the front door and stands in the trace; the row says
-- how far our asking has come. `n` counts a payment's: whoever adds one has seen those before it.
create table book.refunds (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  payment_id uuid not null,
  account_id uuid not null,
  n int not null check (n > 0),
  -- Its number at the channel: chosen once, the same each time it is sent.
  ref text not null,
  -- The channel's own number of it, where its answer told one.
  channel_ref text,
  amount_minor bigint not null check (amount_minor > 0),
  currency char(3) not null,
  reason text not null check (reason in ('customer_request', 'duplicate', 'overpaid', 'paid_after_close', 'not_delivered', 'fraud', 'other')),
  note text,
  made_by text not null,
  made_at timestamptz not null,
  -- Of China's calendar: what an account may give back a day is counted by it.
  made_on date not null,
  policy_version int not null,
  -- waiting: others have to agree · ready: to be sent · sent: the call may have happened · asking: it is not known what came of it ·
  -- at_channel: the channel is at work · done: by the channel's word · refused: by the channel · rejected: by a person · cancelled: never sent.
  state text not null
    check (state in ('waiting', 'ready', 'sent', 'asking', 'at_channel', 'done', 'refused', 'rejected', 'cancelled')),
  -- When it was first sent, which is part of its name at some channels.
  asked_at timestamptz,
  sent int not null default 0,
  asked int not null default 0,
  -- Why it was refused or cancelled: the channel's word, or ours.
  code text,
  detail text,
  ended_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, payment_id, n),
  unique (tenant_id, account_id, ref),
  foreign key (tenant_id, payment_id) references book.payments (tenant_id, id),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);
create index refunds_newest on book.refunds (tenant_id, livemode, made_at desc, id desc);
create index refunds_day on book.refunds (tenant_id, account_id, made_on);

-- Its story. Append-only.
create table book.refund_steps (
  tenant_id uuid not null,
  refund_id uuid not null,
  n int not null check (n > 0),
  kind text not null,
  made_by text,
  note text,
  code text,
  message_id uuid,
  at timestamptz not null,
  primary key (tenant_id, refund_id, n),
  foreign key (tenant_id, refund_id) references book.refunds (tenant_id, id)
);

-- What waits for somebody else's word. It is bound to the hash of what was asked for.
create table book.approvals (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null check (kind in ('refund')),
  subject_id uuid not null,
  hash text not null,
  -- So many others have to agree.
  needs int not null check (needs between 1 and 2),
  made_by text not null,
  state text not null default 'waiting' check (state in ('waiting', 'approved', 'rejected', 'withdrawn', 'expired')),
  made_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, kind, subject_id),
  unique (tenant_id, id, made_by, hash),
  foreign key (tenant_id, subject_id) references book.refunds (tenant_id, id)
);
create index approvals_newest on book.approvals (tenant_id, livemode, made_at desc, id desc);
create index approvals_waiting on book.approvals (tenant_id, livemode, made_at desc, id desc) where state = 'waiting';

-- One a person; never the maker's; about nothing but what was asked for.
create table book.approval_votes (
  tenant_id uuid not null,
  approval_id uuid not null,
  made_by text not null,
  hash text not null,
  voter text not null,
  says text not null check (says in ('yes', 'no')),
  note text,
  at timestamptz not null,
  primary key (tenant_id, approval_id, voter),
  check (voter <> made_by),
  foreign key (tenant_id, approval_id, made_by, hash) references book.approvals (tenant_id, id, made_by, hash)
);

-- Who may check what others ask for, and do whatever an operator may.
alter table book.users drop constraint users_role_check;
alter table book.users add constraint users_role_check check (role in ('admin', 'approver', 'operator', 'viewer'));

do $$
declare name text;
begin
  foreach name in array array['refunds', 'refund_steps', 'approvals', 'approval_votes'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert on book.%I to daozhang_app', name);
  end loop;
end $$;
-- What was asked for and agreed to is never edited.
grant update (channel_ref, state, asked_at, sent, asked, code, detail, ended_at, updated_at) on book.refunds to daozhang_app;
grant update (state, decided_at) on book.approvals to daozhang_app;
