-- Links for customers: whoever has one sees how their money stands, without a login, until it expires or is taken back. The token itself is
-- kept nowhere; its hash is in routes (kind 'status') and leads to the row here.

alter table book.routes drop constraint routes_kind_check;
alter table book.routes add constraint routes_kind_check
  check (kind in ('api_key', 'session', 'link', 'notify', 'status'));

create table book.status_links (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  -- One of the two: the payment, or the claim that somebody made for the customer.
  payment_id uuid,
  claim_id uuid,
  made_by text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text,
  opened int not null default 0,
  last_opened_at timestamptz,
  -- How often something was said or sent through it: bounded for its whole life.
  said int not null default 0,
  last_said text check (last_said in ('not_arrived', 'have_it')),
  last_said_at timestamptz,
  -- The newest claim that was made through it.
  last_claim_id uuid,
  primary key (tenant_id, id),
  check ((payment_id is null) <> (claim_id is null)),
  foreign key (tenant_id, payment_id) references book.payments (tenant_id, id),
  foreign key (tenant_id, claim_id) references book.claims (tenant_id, id),
  foreign key (tenant_id, last_claim_id) references book.claims (tenant_id, id)
);
create index status_links_payment on book.status_links (tenant_id, payment_id, id desc) where payment_id is not null;
create index status_links_claim on book.status_links (tenant_id, claim_id, id desc) where claim_id is not null;

alter table book.status_links enable row level security;
alter table book.status_links force row level security;
create policy tenant on book.status_links using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
grant select, insert, update, delete on book.status_links to daozhang_app;
