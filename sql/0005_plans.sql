-- What was agreed with each channel account, version after version, and the calendars that are not built in.

-- A version holds from a business date on. None is ever edited: another one of the same date stands in for it.
create table book.plans (
  tenant_id uuid not null references book.tenants,
  id uuid not null,
  livemode boolean not null,
  account_id uuid not null,
  -- Counted for each account from 1.
  version int not null,
  effective_from date not null,
  -- As plans.yaml has it, every value text; without channel, account and from.
  body jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, account_id, version),
  foreign key (tenant_id, account_id) references book.accounts (tenant_id, id)
);

-- Holidays and make-up days of a calendar's years, as its file has them; another file takes its place.
create table book.calendars (
  tenant_id uuid not null references book.tenants,
  livemode boolean not null,
  name text not null,
  years jsonb not null,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, livemode, name)
);

do $$
declare name text;
begin
  foreach name in array array['plans', 'calendars'] loop
    execute format('alter table book.%I enable row level security', name);
    execute format('alter table book.%I force row level security', name);
    execute format(
      'create policy tenant on book.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', name);
  end loop;
end $$;
grant select, insert on book.plans to daozhang_app;
grant select, insert, update on book.calendars to daozhang_app;
