-- What people do: cases closed with a word, and a claim's answers as they followed each other.

-- A case that nobody closed went away by itself: its reason did.
alter table book.cases
  add column closed_by text,
  add column closed_note text;
create index cases_age on book.cases (tenant_id, opened_at, id) where closed_at is null;
create index cases_closed on book.cases (tenant_id, opened_at desc, id desc) where closed_at is not null;
create index cases_by_hand on book.cases (tenant_id, subject_id) where closed_by is not null;
create index claims_todo on book.claims (tenant_id, livemode, created_at, id) where state <> 'closed';

-- Append-only: one row whenever a claim's answer changed, with what it rested on then.
create table book.claim_answers (
  tenant_id uuid not null references book.tenants,
  claim_id uuid not null,
  -- The look that came to it, from 1.
  look int not null check (look > 0),
  livemode boolean not null,
  at timestamptz not null,
  code text not null,
  release text not null check (release in ('yes', 'no', 'ask')),
  cause text not null,
  reason text,
  custody text not null,
  confidence text not null,
  why jsonb not null,
  found text not null,
  -- What the channel said when it was asked about it.
  channel text,
  payment_id uuid,
  -- The payment's own verdict at that moment.
  payment_code text,
  payment_confidence text,
  primary key (tenant_id, claim_id, look),
  foreign key (tenant_id, claim_id) references book.claims (tenant_id, id),
  foreign key (tenant_id, payment_id) references book.payments (tenant_id, id)
);
-- Of those answered before, the last answer is all that was kept.
alter table book.claims no force row level security;
insert into book.claim_answers (tenant_id, claim_id, look, livemode, at, code, release, cause, reason, custody, confidence, why, found, channel, payment_id)
select tenant_id, id, greatest(looks, 1), livemode, answered_at, code, release, cause, reason, custody, confidence, why, coalesce(found, 'none'),
       facts ->> 'channel', payment_id
  from book.claims where code is not null and answered_at is not null;
alter table book.claims force row level security;

alter table book.claim_answers enable row level security;
alter table book.claim_answers force row level security;
create policy tenant on book.claim_answers using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
grant select, insert on book.claim_answers to daozhang_app;
