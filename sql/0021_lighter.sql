-- What a message writes, made less once more: keys whose second column already tells rows apart, JSON that nobody looks into kept as it came,
-- no index entry for what nearly every payment is, and statistics only of what is asked for.

-- Of keys that begin with what all rows share, every step down the index compares that first. The primary key of a partitioned table is
-- made anew with all its partitions'.
alter table book.messages drop constraint messages_pkey;
alter table book.messages add primary key (tenant_id, key, account_id, kind, body_hash, occurred_at);

-- An observation's place is beside the others of its payment, where the newest are written one after the other; by its key it was written
-- anywhere. Once it is there once: of a payment, whose number is part of what is hashed; and of those that wait for theirs.
alter table book.observations drop constraint observations_pkey;
alter table book.observations add primary key (tenant_id, id, occurred_at);
drop index book.observations_payment;
alter table book.observations add constraint observations_once unique (tenant_id, payment_id, source, key, body_hash, occurred_at);
create unique index observations_lost on book.observations (tenant_id, account_id, source, key, body_hash, occurred_at) where payment_id is null;

-- Last of the indexes of payments, as before: of those that seem equal in a new book PostgreSQL takes the newest.
drop index book.payments_verdict;
-- Nearly all are on their way: those are found among the newest.
create index payments_verdict on book.payments (tenant_id, livemode, verdict, created_at desc, id desc) where verdict <> 'on_its_way';

-- A reference by its end and by all of it, in one index: whoever looks for the whole number gives its end too.
drop index book.refs_tail;
alter table book.refs drop constraint refs_pkey;
alter table book.refs add primary key (tenant_id, tail, value, kind, payment_id);

-- What was stored together waits as one row: one entry to write and to take away again, not one for each message. One that failed stands alone.
alter table book.unfolded add column rest_ids uuid[], add column rest_at timestamptz[];

-- JSON written as told and read as a whole, as text: PostgreSQL read through each to check it, three times as long as it takes to keep it.
alter table book.messages alter column headers type text;
alter table book.events alter column body type text;
alter table book.observations
  alter column refs drop default, alter column refs type json, alter column refs set default '[]',
  alter column place type json, alter column hold type json;
alter table book.payments
  alter column trace drop default, alter column trace type text, alter column trace set default '{}';
alter table book.payments drop constraint payments_tenant_id_account_id_direction_ref_key;
alter table book.payments add constraint payments_ref unique (tenant_id, ref, account_id, direction);

-- Whose tenant it is, is asked once a statement, not for each row that is written.
do $$
declare name text;
begin
  foreach name in array array['messages', 'unfolded', 'payments', 'observations', 'refs', 'verdicts', 'events'] loop
    execute format('alter policy tenant on book.%I using (tenant_id = (select nullif(current_setting(''app.tenant'', true), '''')::uuid))', name);
  end loop;
end $$;

-- Statistics of what nothing is found by cost more than the rows: samples of texts and JSON are read, unpacked and sorted each time a table
-- has grown. Of the rest 9,000 rows tell as much as 30,000. A growing table is analysed when it is half as large again, from a thousand rows
-- on (partitions: `migrate.ts`).
do $$
declare t text; names text;
begin
  for t, names in values
    ('payments', 'product asked last_asked_at version ordered_minor refunded_minor placed_at expires_at recorded_at order_closed_at contradictions trace release updated_at cleared_document_id'),
    ('observations', 'body_hash said amount_minor payer_minor currency refund_ref hold dispute_ref refund_to expires_at refs last_seen_at times place'),
    ('messages', 'body_hash headers body raw_hash fold_error'),
    ('events', 'id payment_id order_id body at'),
    ('verdicts', 'release cause reason custody confidence amount_minor currency also evidence path promised_on promise_assumed judged_at'),
    ('refs', 'payment_id')
  loop
    execute format('alter table book.%I %s', t,
      (select string_agg(format('alter column %I set statistics %s', attname, case when attname = any (string_to_array(names, ' ')) then 0 else 30 end), ', ')
         from pg_attribute where attrelid = format('book.%I', t)::regclass and attnum > 0 and not attisdropped));
    if not exists (select from pg_partitioned_table where partrelid = format('book.%I', t)::regclass) then
      execute format('alter table book.%I set (autovacuum_analyze_threshold = 1000, autovacuum_analyze_scale_factor = 0.5,
        autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0.5)', t);
    end if;
  end loop;
end $$;
alter index book.payments_amount alter column 4 set statistics 30;
