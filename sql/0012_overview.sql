-- What the overview counts, found without a walk through everything: payments by their moment, when we came to know of each, what was
-- repaired without a person, and payments by the account that took them and the store that asked.

-- When the customer paid, else when the order was placed. A column, because an expression is not trusted before row-level security and no
-- range of an index is read by it. It writes the table anew.
alter table book.payments add column moment timestamptz not null
  generated always as (coalesce(captured_at, placed_at, created_at)) stored;
drop index book.payments_moment;
create index payments_moment on book.payments (tenant_id, livemode, moment, id);
drop index book.payments_amount;
create index payments_amount on book.payments
  (tenant_id, livemode, currency, (coalesce(nullif(captured_minor, 0), ordered_minor)), moment);

create index observations_captured on book.observations (tenant_id, occurred_at)
  include (payment_id, account_id, source, received_at) where kind = 'captured';
create index actions_repaired on book.actions (tenant_id, updated_at) include (payment_id) where kind = 'repair' and state = 'done';
create index payments_account on book.payments (tenant_id, account_id, created_at desc, id desc);
create index orders_store on book.orders (tenant_id, livemode, store, placed_at desc, id desc) where store is not null;
