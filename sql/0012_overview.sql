-- What the overview counts, found without a walk through everything: when we came to know of each payment, what was repaired without a
-- person, and payments by the account that took them and the store that asked.

create index observations_captured on book.observations (tenant_id, occurred_at)
  include (payment_id, account_id, source, received_at) where kind = 'captured';
create index actions_repaired on book.actions (tenant_id, updated_at) include (payment_id) where kind = 'repair' and state = 'done';
create index payments_account on book.payments (tenant_id, account_id, created_at desc, id desc);
create index orders_store on book.orders (tenant_id, livemode, store, placed_at desc, id desc) where store is not null;
