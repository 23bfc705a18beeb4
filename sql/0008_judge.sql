-- What the complete judge needs: holds and disputes as the channel tells them, what a verdict promised and how it was found, and each
-- tenant's policy as data.

-- `held`, `released`: {ref, reason, until}.
alter table book.observations add column hold jsonb;
alter table book.observations add column dispute_ref text;
-- Where a refund goes: balance, debit_card, credit_card, bank_account.
alter table book.observations add column refund_to text;

-- How the judge came to it: the rules that were true, the headline's first.
alter table book.verdicts add column path text[] not null default '{}';
-- When the money should be seen, and whether the calendar was certain of it.
alter table book.verdicts add column promised_on date;
alter table book.verdicts add column promise_assumed boolean not null default false;

-- What the merchant has decided: when goods may go, how long to wait. A version is never edited; the newest is in force.
create table book.policies (
  tenant_id uuid not null references book.tenants,
  version int not null,
  body jsonb not null,
  made_by text not null,
  made_at timestamptz not null default now(),
  primary key (tenant_id, version)
);
alter table book.policies enable row level security;
alter table book.policies force row level security;
create policy tenant on book.policies using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
grant select, insert on book.policies to daozhang_app;
