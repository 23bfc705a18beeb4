-- What customers say and show, what was answered, and the shifts of counters. A claim never moves money's state (I6).

create table book.claims (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  kind text not null check (kind in ('paid_not_seen', 'paid_no_goods', 'refund_not_arrived', 'payout_not_arrived')),
  -- open: not decided yet, it is looked at again · answered · closed: by a person, with how it ended.
  state text not null default 'open' check (state in ('open', 'answered', 'closed')),
  -- As it was said.
  order_ref text,
  amount_minor bigint,
  currency char(3),
  paid_at timestamptz,
  app text,
  store text,
  terminal text,
  payer text,
  pasted text,
  -- The buyer's own export, to be read; its rows become references.
  document_ids uuid[] not null default '{}',
  documents_read boolean not null default true,
  -- What the text and the pictures say besides references: {amounts, times, payee, personal}.
  details jsonb not null default '{}',
  created_by text not null,
  created_at timestamptz not null default now(),
  -- The answer, as it stands now.
  payment_id uuid,
  found text,
  chosen_payment_id uuid,
  code text,
  release text check (release in ('yes', 'no', 'ask')),
  cause text,
  reason text,
  custody text,
  confidence text,
  also text[] not null default '{}',
  why jsonb not null default '[]',
  facts jsonb not null default '{}',
  candidates jsonb not null default '[]',
  answered_at timestamptz,
  -- When it was first answered "yes": another claim on the same payment is told of it.
  released_at timestamptz,
  -- How often the channel said that it knows no such number, and when last.
  denied int not null default 0,
  denied_by uuid,
  denied_at timestamptz,
  looks int not null default 0,
  next_look_at timestamptz,
  closed_at timestamptz,
  closed_by text,
  ended text check (ended in ('goods_given', 'goods_kept', 'repaid', 'withdrawn')),
  note text,
  primary key (tenant_id, id),
  foreign key (tenant_id, payment_id) references book.payments (tenant_id, id),
  foreign key (tenant_id, chosen_payment_id) references book.payments (tenant_id, id)
);
create index claims_newest on book.claims (tenant_id, livemode, created_at desc, id desc);
create index claims_payment on book.claims (tenant_id, payment_id) where payment_id is not null;

create table book.claim_refs (
  tenant_id uuid not null,
  value text not null,
  claim_id uuid not null,
  origin text not null check (origin in ('typed', 'text', 'barcode', 'file')),
  -- {guesses, shape, why, on, impossible}
  hit jsonb not null,
  primary key (tenant_id, value, claim_id),
  foreign key (tenant_id, claim_id) references book.claims (tenant_id, id)
);
create index claim_refs_of on book.claim_refs (tenant_id, claim_id);

-- Pictures, once for the same bytes; the bytes lie in the archive.
create table book.claim_images (
  tenant_id uuid not null references book.tenants,
  livemode boolean not null,
  sha256 bytea not null,
  type text not null check (type in ('image/png', 'image/jpeg', 'image/webp')),
  size bigint not null,
  -- What its barcodes say.
  hits jsonb not null default '[]',
  -- In how many claims it came.
  times int not null default 0,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (tenant_id, livemode, sha256)
);

create table book.claim_shown (
  tenant_id uuid not null,
  claim_id uuid not null,
  livemode boolean not null,
  sha256 bytea not null,
  primary key (tenant_id, claim_id, sha256),
  foreign key (tenant_id, claim_id) references book.claims (tenant_id, id),
  foreign key (tenant_id, livemode, sha256) references book.claim_images (tenant_id, livemode, sha256)
);
create index claim_shown_in on book.claim_shown (tenant_id, livemode, sha256);

create table book.shifts (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  store text not null default '',
  terminal text not null default '',
  opened_at timestamptz not null,
  opened_by text not null,
  closed_at timestamptz,
  closed_by text,
  -- What it came to, as it stood when it was closed.
  totals jsonb,
  primary key (tenant_id, id)
);
create unique index shifts_open on book.shifts (tenant_id, livemode, store, terminal) where closed_at is null;
create index shifts_newest on book.shifts (tenant_id, livemode, opened_at desc, id desc);

-- A number by its end (people read out the last digits): equal ends lie together. A column, because behind row-level security an index over
-- an expression is passed over: its functions are not marked as telling nothing.
alter table book.refs add column tail text collate "C" generated always as (reverse(right(value, 8))) stored;
create index refs_tail on book.refs (tenant_id, tail);
-- An amount at a time.
create index payments_amount on book.payments
  (tenant_id, livemode, currency, (coalesce(nullif(captured_minor, 0), ordered_minor)), (coalesce(captured_at, placed_at, created_at)));

do $$
declare name text;
begin
  foreach name in array array['claims', 'claim_refs', 'claim_images', 'claim_shown', 'shifts'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
    execute format('grant select, insert, update, delete on book.%I to daozhang_app', name);
  end loop;
end $$;
