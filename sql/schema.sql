-- What the migrations together have made. Written by `node scripts/schema.ts`; never applied.

-- Tables

create table book.account_health (
  tenant_id uuid not null,
  account_id uuid not null,
  paced_until timestamp with time zone default '-infinity'::timestamp with time zone not null,
  failures integer default 0 not null,
  open_until timestamp with time zone,
  last_answer_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  last_failure text,
  clock_skew_ms bigint,
  keys_fetched_at timestamp with time zone,
  listed_through timestamp with time zone,
  PRIMARY KEY (tenant_id, account_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id)
);

create table book.accounts (
  tenant_id uuid not null,
  id uuid not null,
  provider text not null,
  name text not null,
  merchant_no text not null,
  sub_merchant_no text default ''::text not null,
  livemode boolean not null,
  base_url text not null,
  feed text default 'relay'::text not null,
  forward_url text,
  closing text default 'never'::text not null,
  order_mode text default 'required'::text not null,
  settings jsonb default '{}'::jsonb not null,
  state text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, provider, merchant_no, sub_merchant_no, livemode),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((closing = ANY (ARRAY['never'::text, 'auto'::text]))),
  CHECK ((feed = ANY (ARRAY['relay'::text, 'copy'::text, 'none'::text]))),
  CHECK ((order_mode = ANY (ARRAY['required'::text, 'none'::text]))),
  CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text])))
);

create table book.actions (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  payment_id uuid not null,
  state text not null,
  attempts integer default 0 not null,
  detail jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES book.payments(tenant_id, id),
  CHECK ((state = ANY (ARRAY['intended'::text, 'called'::text, 'done'::text, 'refused'::text, 'unknown'::text, 'withdrawn'::text])))
);
CREATE INDEX actions_repaired ON book.actions USING btree (tenant_id, updated_at) INCLUDE (payment_id) WHERE ((kind = 'repair'::text) AND (state = 'done'::text));
CREATE UNIQUE INDEX actions_open ON book.actions USING btree (tenant_id, payment_id, kind) WHERE (state = ANY (ARRAY['intended'::text, 'called'::text, 'unknown'::text]));

create table book.alerts (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  subject_kind text not null,
  subject_id uuid not null,
  detail jsonb default '{}'::jsonb not null,
  opened_at timestamp with time zone default now() not null,
  last_at timestamp with time zone default now() not null,
  times bigint default 1 not null,
  closed_at timestamp with time zone,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);
CREATE UNIQUE INDEX alerts_open ON book.alerts USING btree (tenant_id, kind, subject_kind, subject_id) WHERE (closed_at IS NULL);

create table book.api_keys (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  prefix text not null,
  livemode boolean not null,
  scopes text[] not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  made_by text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.approval_votes (
  tenant_id uuid not null,
  approval_id uuid not null,
  made_by text not null,
  hash text not null,
  voter text not null,
  says text not null,
  note text,
  at timestamp with time zone not null,
  PRIMARY KEY (tenant_id, approval_id, voter),
  FOREIGN KEY (tenant_id, approval_id, made_by, hash) REFERENCES book.approvals(tenant_id, id, made_by, hash),
  CHECK ((says = ANY (ARRAY['yes'::text, 'no'::text]))),
  CHECK ((voter <> made_by))
);

create table book.approvals (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null,
  subject_id uuid not null,
  hash text not null,
  needs integer not null,
  made_by text not null,
  state text default 'waiting'::text not null,
  made_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, made_by, hash),
  UNIQUE (tenant_id, kind, subject_id),
  FOREIGN KEY (tenant_id, subject_id) REFERENCES book.refunds(tenant_id, id),
  CHECK (((needs >= 1) AND (needs <= 2))),
  CHECK ((kind = 'refund'::text)),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text, 'expired'::text])))
);
CREATE INDEX approvals_newest ON book.approvals USING btree (tenant_id, livemode, made_at DESC, id DESC);
CREATE INDEX approvals_waiting ON book.approvals USING btree (tenant_id, livemode, made_at DESC, id DESC) WHERE (state = 'waiting'::text);

create table book.batches (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  channel text not null,
  account text not null,
  currency text not null,
  key text not null,
  ref text,
  kind text not null,
  state text not null,
  business_from date not null,
  business_to date not null,
  due_on date,
  credited_on date,
  lines bigint not null,
  sums jsonb not null,
  reconciliation_id uuid,
  updated_at timestamp with time zone default now() not null,
  found text,
  payout_ref text,
  account_id uuid,
  told jsonb,
  paid_out_at timestamp with time zone,
  again_in uuid,
  listed jsonb,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, livemode, key),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES book.reconciliations(tenant_id, id),
  CHECK ((found = ANY (ARRAY['not_checked'::text, 'on_its_way'::text, 'late'::text, 'credited'::text, 'short'::text, 'returned'::text]))),
  CHECK ((kind = ANY (ARRAY['stated'::text, 'payout'::text, 'implied'::text]))),
  CHECK ((state = ANY (ARRAY['not_checked'::text, 'on_its_way'::text, 'late'::text, 'credited'::text, 'short'::text, 'returned'::text])))
);
CREATE INDEX batches_again ON book.batches USING btree (tenant_id, again_in) WHERE (again_in IS NOT NULL);
CREATE INDEX batches_payout ON book.batches USING btree (tenant_id, livemode, channel, payout_ref) WHERE (payout_ref IS NOT NULL);
CREATE UNIQUE INDEX batches_told ON book.batches USING btree (tenant_id, livemode, channel, account_id, payout_ref) WHERE (told IS NOT NULL);

create table book.bill_days (
  tenant_id uuid not null,
  account_id uuid not null,
  kind text not null,
  covers_on date not null,
  state text default 'expected'::text not null,
  attempts integer default 0 not null,
  last_error text,
  document_id uuid,
  lines bigint,
  ready_at timestamp with time zone not null,
  gone_at timestamp with time zone not null,
  PRIMARY KEY (tenant_id, account_id, kind, covers_on),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  FOREIGN KEY (tenant_id, document_id) REFERENCES book.documents(tenant_id, id),
  CHECK ((state = ANY (ARRAY['expected'::text, 'fetched'::text, 'empty'::text])))
);

create table book.break_steps (
  tenant_id uuid not null,
  livemode boolean not null,
  hash text not null,
  n integer not null,
  kind text not null,
  state text not null,
  holder text,
  reason text,
  note text,
  made_by text not null,
  made_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, livemode, hash, n),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((kind = ANY (ARRAY['taken'::text, 'noted'::text, 'explained'::text, 'confirmed'::text, 'reopened'::text]))),
  CHECK ((n > 0)),
  CHECK ((state = ANY (ARRAY['open'::text, 'taken'::text, 'explained'::text, 'closed'::text])))
);

create table book.breaks (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  n integer not null,
  livemode boolean not null,
  part text not null,
  hash text not null,
  class text not null,
  finding text not null,
  joint text not null,
  verdict text not null,
  release text not null,
  channel text,
  account text,
  business_on date,
  currency text not null,
  amount numeric not null,
  order_ref text,
  payment_id uuid,
  asked_at timestamp with time zone,
  body jsonb not null,
  cause text generated always as (COALESCE((body ->> 'cause'::text), 'none'::text)) stored not null,
  weight bigint generated always as ((LEAST(trunc((amount * (10000)::numeric)), ('9000000000000000000'::bigint)::numeric))::bigint) stored not null,
  aged_on date generated always as (COALESCE(business_on, '9999-12-31'::date)) stored not null,
  words text generated always as (lower(((((((COALESCE(((body -> 'says'::text) ->> 'zh'::text), ''::text) || ' '::text) || COALESCE(((body -> 'says'::text) ->> 'en'::text), ''::text)) || ' '::text) || COALESCE((jsonb_path_query_array(body, '$."ours"[*]."refs".*'::jsonpath))::text, ''::text)) || ' '::text) || COALESCE((jsonb_path_query_array(body, '$."theirs"[*]."refs".*'::jsonpath))::text, ''::text)))) stored not null,
  stands boolean default true not null,
  state text default 'open'::text not null,
  holder text,
  version integer default 0 not null,
  PRIMARY KEY (tenant_id, reconciliation_id, n),
  FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES book.reconciliations(tenant_id, id),
  CHECK ((part = ANY (ARRAY['break'::text, 'open'::text, 'ambiguous'::text]))),
  CHECK ((state = ANY (ARRAY['open'::text, 'taken'::text, 'explained'::text, 'closed'::text])))
);
CREATE INDEX breaks_age ON book.breaks USING btree (tenant_id, livemode, aged_on, reconciliation_id, n) WHERE stands;
CREATE INDEX breaks_hash ON book.breaks USING btree (tenant_id, hash);
CREATE INDEX breaks_money ON book.breaks USING btree (tenant_id, livemode, weight, reconciliation_id, n) WHERE stands;
CREATE INDEX breaks_payment ON book.breaks USING btree (tenant_id, payment_id) WHERE (payment_id IS NOT NULL);

create table book.calendars (
  tenant_id uuid not null,
  livemode boolean not null,
  name text not null,
  years jsonb not null,
  updated_by text not null,
  updated_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, livemode, name),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.cases (
  tenant_id uuid not null,
  id uuid not null,
  reason text not null,
  subject_kind text not null,
  subject_id uuid not null,
  note text,
  opened_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  closed_by text,
  closed_note text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);
CREATE INDEX cases_age ON book.cases USING btree (tenant_id, opened_at, id) WHERE (closed_at IS NULL);
CREATE INDEX cases_by_hand ON book.cases USING btree (tenant_id, subject_id) WHERE (closed_by IS NOT NULL);
CREATE INDEX cases_closed ON book.cases USING btree (tenant_id, opened_at DESC, id DESC) WHERE (closed_at IS NOT NULL);
CREATE UNIQUE INDEX cases_open ON book.cases USING btree (tenant_id, reason, subject_kind, subject_id) WHERE (closed_at IS NULL);

create table book.claim_answers (
  tenant_id uuid not null,
  claim_id uuid not null,
  look integer not null,
  livemode boolean not null,
  at timestamp with time zone not null,
  code text not null,
  release text not null,
  cause text not null,
  reason text,
  custody text not null,
  confidence text not null,
  why jsonb not null,
  found text not null,
  channel text,
  payment_id uuid,
  payment_code text,
  payment_confidence text,
  PRIMARY KEY (tenant_id, claim_id, look),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, claim_id) REFERENCES book.claims(tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES book.payments(tenant_id, id),
  CHECK ((look > 0)),
  CHECK ((release = ANY (ARRAY['yes'::text, 'no'::text, 'ask'::text])))
);

create table book.claim_images (
  tenant_id uuid not null,
  livemode boolean not null,
  sha256 bytea not null,
  type text not null,
  size bigint not null,
  hits jsonb default '[]'::jsonb not null,
  times integer default 0 not null,
  first_at timestamp with time zone default now() not null,
  last_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, livemode, sha256),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/webp'::text])))
);

create table book.claim_refs (
  tenant_id uuid not null,
  value text not null,
  claim_id uuid not null,
  origin text not null,
  hit jsonb not null,
  PRIMARY KEY (tenant_id, value, claim_id),
  FOREIGN KEY (tenant_id, claim_id) REFERENCES book.claims(tenant_id, id),
  CHECK ((origin = ANY (ARRAY['typed'::text, 'text'::text, 'barcode'::text, 'file'::text])))
);
CREATE INDEX claim_refs_of ON book.claim_refs USING btree (tenant_id, claim_id);

create table book.claim_shown (
  tenant_id uuid not null,
  claim_id uuid not null,
  livemode boolean not null,
  sha256 bytea not null,
  PRIMARY KEY (tenant_id, claim_id, sha256),
  FOREIGN KEY (tenant_id, claim_id) REFERENCES book.claims(tenant_id, id),
  FOREIGN KEY (tenant_id, livemode, sha256) REFERENCES book.claim_images(tenant_id, livemode, sha256)
);
CREATE INDEX claim_shown_in ON book.claim_shown USING btree (tenant_id, livemode, sha256);

create table book.claims (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null,
  state text default 'open'::text not null,
  order_ref text,
  amount_minor bigint,
  currency character(3),
  paid_at timestamp with time zone,
  app text,
  store text,
  terminal text,
  payer text,
  pasted text,
  document_ids uuid[] default '{}'::uuid[] not null,
  documents_read boolean default true not null,
  details jsonb default '{}'::jsonb not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  payment_id uuid,
  found text,
  chosen_payment_id uuid,
  code text,
  release text,
  cause text,
  reason text,
  custody text,
  confidence text,
  also text[] default '{}'::text[] not null,
  why jsonb default '[]'::jsonb not null,
  facts jsonb default '{}'::jsonb not null,
  candidates jsonb default '[]'::jsonb not null,
  answered_at timestamp with time zone,
  released_at timestamp with time zone,
  denied integer default 0 not null,
  denied_by uuid,
  denied_at timestamp with time zone,
  looks integer default 0 not null,
  next_look_at timestamp with time zone,
  closed_at timestamp with time zone,
  closed_by text,
  ended text,
  note text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, chosen_payment_id) REFERENCES book.payments(tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES book.payments(tenant_id, id),
  CHECK ((ended = ANY (ARRAY['goods_given'::text, 'goods_kept'::text, 'repaid'::text, 'withdrawn'::text]))),
  CHECK ((kind = ANY (ARRAY['paid_not_seen'::text, 'paid_no_goods'::text, 'refund_not_arrived'::text, 'payout_not_arrived'::text]))),
  CHECK ((release = ANY (ARRAY['yes'::text, 'no'::text, 'ask'::text]))),
  CHECK ((state = ANY (ARRAY['open'::text, 'answered'::text, 'closed'::text])))
);
CREATE INDEX claims_newest ON book.claims USING btree (tenant_id, livemode, created_at DESC, id DESC);
CREATE INDEX claims_payment ON book.claims USING btree (tenant_id, payment_id) WHERE (payment_id IS NOT NULL);
CREATE INDEX claims_todo ON book.claims USING btree (tenant_id, livemode, created_at, id) WHERE (state <> 'closed'::text);

create table book.control_checks (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  at timestamp with time zone default now() not null,
  reconciliation_id uuid,
  equal boolean not null,
  rows jsonb not null,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX control_checks_newest ON book.control_checks USING btree (tenant_id, livemode, at DESC, id DESC);

create table book.counters (
  tenant_id uuid not null,
  event_seq bigint default 0 not null,
  PRIMARY KEY (tenant_id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.credentials (
  tenant_id uuid not null,
  account_id uuid not null,
  kind text not null,
  key_id text not null,
  sealed bytea not null,
  not_after timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, account_id, kind, key_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id)
);

create table book.deliveries (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  endpoint_id uuid,
  account_id uuid,
  event_seq bigint,
  message_id uuid,
  payment_id uuid,
  state text default 'waiting'::text not null,
  attempts integer default 0 not null,
  last_status integer,
  last_error text,
  created_at timestamp with time zone default now() not null,
  ended_at timestamp with time zone,
  last_sent_at timestamp with time zone,
  last_signature text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  FOREIGN KEY (tenant_id, endpoint_id) REFERENCES book.webhook_endpoints(tenant_id, id),
  CHECK ((kind = ANY (ARRAY['event'::text, 'relay'::text]))),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'gave_up'::text])))
);
CREATE INDEX deliveries_endpoint ON book.deliveries USING btree (tenant_id, endpoint_id, id DESC);
CREATE INDEX deliveries_payment ON book.deliveries USING btree (tenant_id, payment_id);

create table book.documents (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid,
  kind text not null,
  covers_on date,
  name text not null,
  sha256 bytea not null,
  size bigint not null,
  told_hash text,
  received_at timestamp with time zone default now() not null,
  livemode boolean not null,
  origin text default 'channel'::text not null,
  added_by text,
  PRIMARY KEY (tenant_id, id),
  UNIQUE NULLS NOT DISTINCT (tenant_id, livemode, account_id, sha256),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  CHECK ((origin = ANY (ARRAY['channel'::text, 'upload'::text, 'book'::text])))
);
CREATE INDEX documents_bytes ON book.documents USING btree (tenant_id, livemode, sha256);
CREATE INDEX documents_newest ON book.documents USING btree (tenant_id, livemode, received_at DESC, id DESC);

create table book.due (
  tenant_id uuid not null,
  kind text not null,
  id uuid not null,
  due_at timestamp with time zone not null,
  lease_until timestamp with time zone,
  PRIMARY KEY (tenant_id, kind, id)
);
CREATE INDEX due_next ON book.due USING btree (kind, tenant_id, due_at);

create table book.events (
  tenant_id uuid not null,
  seq bigint not null,
  id uuid not null,
  livemode boolean not null,
  type text not null,
  payment_id uuid,
  order_id uuid,
  body text not null,
  at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, seq)
);

create table book.hour_sums (
  tenant_id uuid not null,
  livemode boolean not null,
  hour timestamp with time zone not null,
  n integer not null,
  account_id uuid not null,
  currency character(3) not null,
  verdict text not null,
  "position" text not null,
  unpaid boolean not null,
  unrecorded boolean not null,
  refunded boolean not null,
  cleared_on date,
  batch_id uuid,
  first_at timestamp with time zone not null,
  payments bigint not null,
  rest_payments bigint not null,
  whole_minor numeric not null,
  given_minor numeric not null,
  PRIMARY KEY (tenant_id, livemode, hour, n),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.idempotency_keys (
  tenant_id uuid not null,
  key text not null,
  request_hash bytea not null,
  state text not null,
  status integer,
  headers jsonb,
  body text,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, key),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((state = ANY (ARRAY['in_flight'::text, 'done'::text])))
);

create table book.ledger_accounts (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  code text not null,
  currency character(3) not null,
  channel text default ''::text not null,
  account text default ''::text not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, id, currency),
  UNIQUE (tenant_id, livemode, code, currency, channel, account),
  FOREIGN KEY (tenant_id, livemode) REFERENCES book.ledgers(tenant_id, livemode)
);

create table book.ledger_entries (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  no bigint not null,
  scope text not null,
  part text not null,
  cause text not null,
  business_on date not null,
  fact_on date not null,
  posted_at timestamp with time zone not null,
  reconciliation_id uuid,
  break_hash text,
  batch_key text,
  proposal_id uuid,
  evidence jsonb,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, livemode, no),
  FOREIGN KEY (tenant_id, livemode) REFERENCES book.ledgers(tenant_id, livemode),
  CHECK ((cause = ANY (ARRAY['stated'::text, 'correction'::text, 'withdrawn'::text, 'manual'::text])))
);
CREATE INDEX ledger_entries_batch ON book.ledger_entries USING btree (tenant_id, batch_key, no) WHERE (batch_key IS NOT NULL);
CREATE INDEX ledger_entries_break ON book.ledger_entries USING btree (tenant_id, break_hash, no) WHERE (break_hash IS NOT NULL);
CREATE INDEX ledger_entries_day ON book.ledger_entries USING btree (tenant_id, livemode, business_on, no);
CREATE INDEX ledger_entries_run ON book.ledger_entries USING btree (tenant_id, reconciliation_id, no);

create table book.ledger_items (
  tenant_id uuid not null,
  livemode boolean not null,
  scope text not null,
  item text not null,
  part text not null,
  fact text not null,
  debit uuid not null,
  credit uuid not null,
  amount bigint not null,
  currency character(3) not null,
  fact_on date not null,
  break_hash text,
  batch_key text,
  bank_line text,
  reconciliation_id uuid not null,
  PRIMARY KEY (tenant_id, livemode, scope, item)
);
CREATE INDEX ledger_items_bank_line ON book.ledger_items USING btree (tenant_id, livemode, bank_line) WHERE (bank_line IS NOT NULL);

create table book.ledger_proposals (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null,
  break_hash text not null,
  side text not null,
  suspense uuid not null,
  amount bigint not null,
  currency character(3) not null,
  business_on date not null,
  reason text not null,
  hash text not null,
  state text default 'proposed'::text not null,
  proposed_by text not null,
  proposed_at timestamp with time zone default now() not null,
  decided_by text,
  decided_at timestamp with time zone,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, suspense) REFERENCES book.ledger_accounts(tenant_id, id),
  CHECK (((state <> 'posted'::text) OR (decided_by <> proposed_by))),
  CHECK ((amount > 0)),
  CHECK ((kind = ANY (ARRAY['write_off'::text, 'compensation'::text, 'fx'::text]))),
  CHECK ((side = ANY (ARRAY['loss'::text, 'gain'::text]))),
  CHECK ((state = ANY (ARRAY['proposed'::text, 'posted'::text, 'rejected'::text])))
);
CREATE INDEX ledger_proposals_break ON book.ledger_proposals USING btree (tenant_id, livemode, break_hash);
CREATE INDEX ledger_proposals_newest ON book.ledger_proposals USING btree (tenant_id, livemode, proposed_at DESC, id DESC);

create table book.ledger_scopes (
  tenant_id uuid not null,
  livemode boolean not null,
  scope text not null,
  reconciliation_id uuid not null,
  stated_at timestamp with time zone not null,
  lines bigint not null,
  withdrawn boolean default false not null,
  PRIMARY KEY (tenant_id, livemode, scope),
  FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES book.reconciliations(tenant_id, id)
);
CREATE INDEX ledger_scopes_run ON book.ledger_scopes USING btree (tenant_id, reconciliation_id);

create table book.ledger_snapshots (
  tenant_id uuid not null,
  livemode boolean not null,
  axis text not null,
  at timestamp with time zone not null,
  account_id uuid not null,
  balance bigint not null,
  PRIMARY KEY (tenant_id, livemode, axis, at, account_id),
  CHECK ((axis = ANY (ARRAY['posted'::text, 'business'::text])))
);

create table book.ledgers (
  tenant_id uuid not null,
  livemode boolean not null,
  id uuid not null,
  last_no bigint default 0 not null,
  last_posted_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  closed_through date,
  since_snapshot bigint default 0 not null,
  PRIMARY KEY (tenant_id, livemode),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.mappings (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  name text not null,
  version integer not null,
  kind text not null,
  document text,
  made_by text not null,
  made_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, livemode, name, version),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((kind = ANY (ARRAY['orders'::text, 'bill'::text]))),
  CHECK ((version > 0))
);

create table book.messages (
  tenant_id uuid not null,
  account_id uuid not null,
  kind text not null,
  key text not null,
  body_hash bytea not null,
  occurred_at timestamp with time zone not null,
  id uuid not null,
  headers text not null,
  body bytea not null,
  raw_hash bytea not null,
  received_at timestamp with time zone default now() not null,
  folded_at timestamp with time zone,
  fold_attempts integer default 0 not null,
  fold_error text,
  PRIMARY KEY (tenant_id, key, account_id, kind, body_hash, occurred_at),
  CHECK ((kind = ANY (ARRAY['notification'::text, 'answer'::text])))
) partition by RANGE (occurred_at);
CREATE INDEX messages_id ON ONLY book.messages USING btree (tenant_id, id);

create table book.migrations (
  number integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  PRIMARY KEY (number)
);

create table book.observations (
  tenant_id uuid not null,
  account_id uuid not null,
  source text not null,
  key text not null,
  body_hash bytea not null,
  occurred_at timestamp with time zone not null,
  id uuid not null,
  payment_id uuid,
  kind text not null,
  said text not null,
  amount_minor bigint,
  payer_minor bigint,
  currency character(3),
  refund_ref text,
  refund_state text,
  expires_at timestamp with time zone,
  refs json default '[]'::json not null,
  message_id uuid,
  received_at timestamp with time zone default now() not null,
  last_seen_at timestamp with time zone not null,
  times integer default 1 not null,
  place json,
  hold json,
  dispute_ref text,
  refund_to text,
  PRIMARY KEY (tenant_id, id, occurred_at),
  UNIQUE (tenant_id, payment_id, source, key, body_hash, occurred_at)
) partition by RANGE (occurred_at);
CREATE INDEX observations_captured ON ONLY book.observations USING btree (tenant_id, occurred_at) INCLUDE (payment_id, account_id, source, received_at) WHERE (kind = 'captured'::text);
CREATE INDEX observations_message ON ONLY book.observations USING btree (tenant_id, message_id) WHERE (message_id IS NOT NULL);
CREATE INDEX observations_refunds ON ONLY book.observations USING btree (tenant_id, occurred_at) WHERE (refund_state = 'succeeded'::text);
CREATE UNIQUE INDEX observations_lost ON ONLY book.observations USING btree (tenant_id, account_id, source, key, body_hash, occurred_at) WHERE (payment_id IS NULL);

create table book.orders (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  ref text not null,
  amount_minor bigint not null,
  currency character(3) not null,
  state text not null,
  store text,
  terminal text,
  description text,
  placed_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  paid_at timestamp with time zone,
  closed_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  version integer default 1 not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, livemode, ref),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((amount_minor >= 0)),
  CHECK ((state = ANY (ARRAY['open'::text, 'paid'::text, 'closed'::text, 'cancelled'::text])))
);
CREATE INDEX orders_newest ON book.orders USING btree (tenant_id, livemode, placed_at DESC, id DESC);
CREATE INDEX orders_store ON book.orders USING btree (tenant_id, livemode, store, placed_at DESC, id DESC) WHERE (store IS NOT NULL);

create table book.payments (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  account_id uuid not null,
  direction text not null,
  ref text not null,
  product text,
  order_id uuid,
  created_at timestamp with time zone default now() not null,
  asked integer default 0 not null,
  last_asked_at timestamp with time zone,
  version integer default 0 not null,
  "position" text default 'expected'::text not null,
  currency character(3),
  ordered_minor bigint,
  captured_minor bigint default 0 not null,
  refunded_minor bigint default 0 not null,
  placed_at timestamp with time zone,
  expires_at timestamp with time zone,
  captured_at timestamp with time zone,
  recorded_at timestamp with time zone,
  order_closed_at timestamp with time zone,
  contradictions jsonb default '[]'::jsonb not null,
  trace text default '{}'::text not null,
  verdict text,
  release text,
  terminal boolean default false not null,
  updated_at timestamp with time zone default now() not null,
  cleared_document_id uuid,
  cleared_on date,
  batch_id uuid,
  moment timestamp with time zone generated always as (COALESCE(captured_at, placed_at, created_at)) stored not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, ref, account_id, direction),
  FOREIGN KEY (tenant_id, order_id) REFERENCES book.orders(tenant_id, id),
  CHECK (("position" = ANY (ARRAY['expected'::text, 'ordered'::text, 'debited'::text, 'captured'::text, 'closed'::text, 'failed'::text, 'reversed'::text, 'refunded'::text]))),
  CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
);
CREATE INDEX payments_account ON book.payments USING btree (tenant_id, account_id, created_at DESC, id DESC);
CREATE INDEX payments_amount ON book.payments USING btree (tenant_id, livemode, currency, COALESCE(NULLIF(captured_minor, 0), ordered_minor), moment);
CREATE INDEX payments_moment ON book.payments USING btree (tenant_id, livemode, moment, id);
CREATE INDEX payments_newest ON book.payments USING btree (tenant_id, livemode, created_at DESC, id DESC);
CREATE INDEX payments_open ON book.payments USING btree (tenant_id, id) WHERE (NOT terminal);
CREATE INDEX payments_order ON book.payments USING btree (tenant_id, order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX payments_verdict ON book.payments USING btree (tenant_id, livemode, verdict, created_at DESC, id DESC) WHERE (verdict <> 'on_its_way'::text);

create table book.payout_facts (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  livemode boolean not null,
  payout_ref text not null,
  source text not null,
  key text not null,
  body_hash bytea not null,
  state text not null,
  said text not null,
  occurred_at timestamp with time zone not null,
  made_at timestamp with time zone not null,
  amount_minor bigint not null,
  currency text not null,
  arrival_on date,
  failure jsonb,
  message_id uuid,
  received_at timestamp with time zone default now() not null,
  last_seen_at timestamp with time zone not null,
  times integer default 1 not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, account_id, payout_ref, source, key, body_hash),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  CHECK ((source = ANY (ARRAY['notification'::text, 'inquiry'::text]))),
  CHECK ((state = ANY (ARRAY['pending'::text, 'in_transit'::text, 'paid'::text, 'returned'::text, 'cancelled'::text])))
);

create table book.periods (
  tenant_id uuid not null,
  livemode boolean not null,
  from_on date not null,
  to_on date not null,
  hash text not null,
  entries bigint not null,
  trial jsonb not null,
  note text,
  closed_by text not null,
  closed_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, livemode, to_on)
);

create table book.plans (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  account_id uuid not null,
  version integer not null,
  effective_from date not null,
  body jsonb not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, account_id, version),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id)
);

create table book.policies (
  tenant_id uuid not null,
  version integer not null,
  body jsonb not null,
  made_by text not null,
  made_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, version),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.readings (
  tenant_id uuid not null,
  document_id uuid not null,
  part integer not null,
  livemode boolean not null,
  member text,
  format text,
  title jsonb,
  role text,
  channel text,
  account text,
  from_on date,
  to_on date,
  lines bigint default 0 not null,
  rejected bigint default 0 not null,
  refused jsonb,
  read_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, document_id, part),
  FOREIGN KEY (tenant_id, document_id) REFERENCES book.documents(tenant_id, id)
);
CREATE INDEX readings_alike ON book.readings USING btree (tenant_id, livemode, format, from_on, to_on) WHERE (format IS NOT NULL);

create table book.reconciliation_days (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  business_on date not null,
  role text not null,
  channel text not null,
  account text not null,
  currency text not null,
  livemode boolean not null,
  lines bigint not null,
  amount_minor bigint not null,
  matched bigint not null,
  matched_minor bigint not null,
  breaks bigint not null,
  breaks_minor bigint not null,
  open bigint not null,
  open_minor bigint not null,
  unclear bigint not null,
  unclear_minor bigint not null,
  PRIMARY KEY (tenant_id, reconciliation_id, business_on, role, channel, account, currency),
  FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES book.reconciliations(tenant_id, id),
  CHECK ((role = ANY (ARRAY['order'::text, 'channel'::text, 'bank'::text])))
);
CREATE INDEX reconciliation_days_on ON book.reconciliation_days USING btree (tenant_id, livemode, business_on);

create table book.reconciliation_documents (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  document_id uuid not null,
  name text not null,
  PRIMARY KEY (tenant_id, reconciliation_id, document_id),
  FOREIGN KEY (tenant_id, document_id) REFERENCES book.documents(tenant_id, id),
  FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES book.reconciliations(tenant_id, id)
);
CREATE INDEX reconciliation_documents_of ON book.reconciliation_documents USING btree (tenant_id, document_id);

create table book.reconciliation_files (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  name text not null,
  sha256 bytea not null,
  size bigint not null,
  PRIMARY KEY (tenant_id, reconciliation_id, name),
  FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES book.reconciliations(tenant_id, id)
);

create table book.reconciliations (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  state text default 'queued'::text not null,
  zone text not null,
  lang text not null,
  as_of timestamp with time zone,
  orders_from date,
  orders_to date,
  asked_by text not null,
  attempts integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  progress jsonb,
  failure jsonb,
  outcome text,
  covers_from date,
  covers_to date,
  totals jsonb,
  superseded_by uuid,
  posted_at timestamp with time zone,
  not_compared jsonb default '[]'::jsonb not null,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((lang = ANY (ARRAY['zh'::text, 'en'::text]))),
  CHECK ((outcome = ANY (ARRAY['clean'::text, 'breaks'::text, 'incomplete'::text]))),
  CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX reconciliations_newest ON book.reconciliations USING btree (tenant_id, livemode, created_at DESC, id DESC);

create table book.refs (
  tenant_id uuid not null,
  value text not null,
  kind text not null,
  payment_id uuid not null,
  tail text generated always as (reverse("right"(value, 8))) stored not null,
  PRIMARY KEY (tenant_id, tail, value, kind, payment_id)
);

create table book.refund_steps (
  tenant_id uuid not null,
  refund_id uuid not null,
  n integer not null,
  kind text not null,
  made_by text,
  note text,
  code text,
  message_id uuid,
  at timestamp with time zone not null,
  PRIMARY KEY (tenant_id, refund_id, n),
  FOREIGN KEY (tenant_id, refund_id) REFERENCES book.refunds(tenant_id, id),
  CHECK ((n > 0))
);

create table book.refunds (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  payment_id uuid not null,
  account_id uuid not null,
  n integer not null,
  ref text not null,
  channel_ref text,
  amount_minor bigint not null,
  currency character(3) not null,
  reason text not null,
  note text,
  made_by text not null,
  made_at timestamp with time zone not null,
  made_on date not null,
  policy_version integer not null,
  state text not null,
  asked_at timestamp with time zone,
  sent integer default 0 not null,
  asked integer default 0 not null,
  code text,
  detail text,
  ended_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, account_id, ref),
  UNIQUE (tenant_id, payment_id, n),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES book.payments(tenant_id, id),
  CHECK ((amount_minor > 0)),
  CHECK ((n > 0)),
  CHECK ((reason = ANY (ARRAY['customer_request'::text, 'duplicate'::text, 'overpaid'::text, 'paid_after_close'::text, 'not_delivered'::text, 'fraud'::text, 'other'::text]))),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'ready'::text, 'sent'::text, 'asking'::text, 'at_channel'::text, 'done'::text, 'refused'::text, 'rejected'::text, 'cancelled'::text])))
);
CREATE INDEX refunds_day ON book.refunds USING btree (tenant_id, account_id, made_on);
CREATE INDEX refunds_newest ON book.refunds USING btree (tenant_id, livemode, made_at DESC, id DESC);

create table book.rejected_messages (
  tenant_id uuid not null,
  account_id uuid not null,
  reason text not null,
  hash bytea not null,
  detail text not null,
  first_bytes bytea not null,
  size integer not null,
  times bigint default 1 not null,
  first_at timestamp with time zone default now() not null,
  last_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, account_id, reason, hash),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id)
);

create table book.routes (
  hash bytea not null,
  kind text not null,
  tenant_id uuid not null,
  subject_id uuid not null,
  expires_at timestamp with time zone,
  PRIMARY KEY (hash),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((kind = ANY (ARRAY['api_key'::text, 'session'::text, 'link'::text, 'notify'::text, 'status'::text])))
);
CREATE INDEX routes_expired ON book.routes USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX routes_subject ON book.routes USING btree (tenant_id, subject_id);

create table book.sessions (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  created_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES book.users(tenant_id, id)
);

create table book.shifts (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  store text default ''::text not null,
  terminal text default ''::text not null,
  opened_at timestamp with time zone not null,
  opened_by text not null,
  closed_at timestamp with time zone,
  closed_by text,
  totals jsonb,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);
CREATE INDEX shifts_newest ON book.shifts USING btree (tenant_id, livemode, opened_at DESC, id DESC);
CREATE UNIQUE INDEX shifts_open ON book.shifts USING btree (tenant_id, livemode, store, terminal) WHERE (closed_at IS NULL);

create table book.sign_offs (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  business_on date not null,
  hash text not null,
  entries bigint not null,
  note text,
  signed_by text not null,
  signed_at timestamp with time zone default now() not null,
  reopened_by text,
  reopened_at timestamp with time zone,
  reopened_why text,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX sign_offs_standing ON book.sign_offs USING btree (tenant_id, livemode, business_on) WHERE (reopened_at IS NULL);

create table book.status_links (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  payment_id uuid,
  claim_id uuid,
  made_by text not null,
  made_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_by text,
  opened integer default 0 not null,
  last_opened_at timestamp with time zone,
  said integer default 0 not null,
  last_said text,
  last_said_at timestamp with time zone,
  last_claim_id uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, claim_id) REFERENCES book.claims(tenant_id, id),
  FOREIGN KEY (tenant_id, last_claim_id) REFERENCES book.claims(tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES book.payments(tenant_id, id),
  CHECK (((payment_id IS NULL) <> (claim_id IS NULL))),
  CHECK ((last_said = ANY (ARRAY['not_arrived'::text, 'have_it'::text])))
);
CREATE INDEX status_links_claim ON book.status_links USING btree (tenant_id, claim_id, id DESC) WHERE (claim_id IS NOT NULL);
CREATE INDEX status_links_payment ON book.status_links USING btree (tenant_id, payment_id, id DESC) WHERE (payment_id IS NOT NULL);

create table book.stores (
  tenant_id uuid not null,
  livemode boolean not null,
  code text not null,
  name text not null,
  added_by text not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, livemode, code),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id)
);

create table book.tenants (
  id uuid not null,
  name text not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (id)
);

create table book.terminal_bindings (
  tenant_id uuid not null,
  terminal_id uuid not null,
  n integer not null,
  livemode boolean not null,
  name text not null,
  store text,
  account_id uuid,
  provider text,
  merchant text,
  merchant_no text,
  settle_merchant_no text,
  terminal_no text,
  code text,
  code_hash bytea,
  payee text,
  note text,
  by text not null,
  since_at timestamp with time zone not null,
  until_at timestamp with time zone,
  recorded_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, terminal_id, n),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  FOREIGN KEY (tenant_id, livemode, store) REFERENCES book.stores(tenant_id, livemode, code),
  FOREIGN KEY (tenant_id, terminal_id) REFERENCES book.terminals(tenant_id, id),
  CHECK (((until_at IS NULL) OR (until_at >= since_at)))
);
CREATE INDEX terminal_bindings_account ON book.terminal_bindings USING btree (tenant_id, account_id);
CREATE INDEX terminal_bindings_codes ON book.terminal_bindings USING btree (tenant_id, livemode, code_hash) WHERE (code_hash IS NOT NULL);
CREATE INDEX terminal_bindings_names ON book.terminal_bindings USING btree (tenant_id, livemode, name);
CREATE INDEX terminal_bindings_nos ON book.terminal_bindings USING btree (tenant_id, livemode, terminal_no) WHERE (terminal_no IS NOT NULL);
CREATE UNIQUE INDEX terminal_bindings_code ON book.terminal_bindings USING btree (tenant_id, livemode, code_hash) WHERE (until_at IS NULL);
CREATE UNIQUE INDEX terminal_bindings_live ON book.terminal_bindings USING btree (tenant_id, terminal_id) WHERE (until_at IS NULL);
CREATE UNIQUE INDEX terminal_bindings_name ON book.terminal_bindings USING btree (tenant_id, livemode, name) WHERE (until_at IS NULL);
CREATE UNIQUE INDEX terminal_bindings_no ON book.terminal_bindings USING btree (tenant_id, livemode, provider, terminal_no) NULLS NOT DISTINCT WHERE ((until_at IS NULL) AND (terminal_no IS NOT NULL));

create table book.terminal_checks (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  store text,
  content text not null,
  recognised text not null,
  result text not null,
  terminal_id uuid,
  finding_id uuid,
  by text not null,
  at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES book.terminal_findings(tenant_id, id),
  FOREIGN KEY (tenant_id, terminal_id) REFERENCES book.terminals(tenant_id, id),
  CHECK ((result = ANY (ARRAY['matches'::text, 'foreign_code'::text, 'retired_code'::text, 'other_store'::text])))
);
CREATE INDEX terminal_checks_newest ON book.terminal_checks USING btree (tenant_id, livemode, at DESC, id DESC);

create table book.terminal_finding_payments (
  tenant_id uuid not null,
  payment_id uuid not null,
  finding_id uuid not null,
  PRIMARY KEY (tenant_id, payment_id),
  FOREIGN KEY (tenant_id, finding_id) REFERENCES book.terminal_findings(tenant_id, id)
);
CREATE INDEX terminal_finding_payments_of ON book.terminal_finding_payments USING btree (tenant_id, finding_id, payment_id);

create table book.terminal_findings (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null,
  account_id uuid,
  said text not null,
  store text default ''::text not null,
  currency text default ''::text not null,
  terminal_id uuid,
  times bigint not null,
  amount_minor numeric default 0 not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  opened_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  closed_by text,
  close_note text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id),
  FOREIGN KEY (tenant_id, terminal_id) REFERENCES book.terminals(tenant_id, id),
  CHECK ((kind = ANY (ARRAY['terminal_unregistered'::text, 'terminal_retired'::text, 'terminal_foreign'::text, 'foreign_code'::text, 'retired_code'::text, 'other_store'::text])))
);
CREATE INDEX terminal_findings_newest ON book.terminal_findings USING btree (tenant_id, livemode, opened_at DESC, id DESC);
CREATE UNIQUE INDEX terminal_findings_open ON book.terminal_findings USING btree (tenant_id, livemode, kind, account_id, said, store, currency) NULLS NOT DISTINCT WHERE (closed_at IS NULL);

create table book.terminal_steps (
  tenant_id uuid not null,
  terminal_id uuid not null,
  n integer not null,
  step text not null,
  from_state text,
  to_state text not null,
  note text,
  by text not null,
  at timestamp with time zone not null,
  recorded_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, terminal_id, n),
  FOREIGN KEY (tenant_id, terminal_id) REFERENCES book.terminals(tenant_id, id)
);

create table book.terminals (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  kind text not null,
  serial_no text,
  model text,
  state text not null,
  version integer default 1 not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((kind = ANY (ARRAY['pos'::text, 'code'::text, 'sound_box'::text, 'cashier'::text]))),
  CHECK ((state = ANY (ARRAY['applied'::text, 'documents_checked'::text, 'plan_recommended'::text, 'shipped'::text, 'registered'::text, 'active'::text, 'suspended'::text, 'lost'::text, 'retired'::text, 'rejected'::text])))
);
CREATE INDEX terminals_newest ON book.terminals USING btree (tenant_id, livemode, created_at DESC, id DESC);

create table book.touched_hours (
  tenant_id uuid not null,
  livemode boolean not null,
  hour timestamp with time zone not null,
  id uuid not null,
  PRIMARY KEY (tenant_id, livemode, hour, id)
);

create table book.transfers (
  tenant_id uuid not null,
  entry_id uuid not null,
  n integer not null,
  livemode boolean not null,
  no bigint not null,
  business_on date not null,
  posted_at timestamp with time zone not null,
  fact text not null,
  debit uuid not null,
  credit uuid not null,
  amount bigint not null,
  currency character(3) not null,
  PRIMARY KEY (tenant_id, entry_id, n),
  FOREIGN KEY (tenant_id, credit, currency) REFERENCES book.ledger_accounts(tenant_id, id, currency),
  FOREIGN KEY (tenant_id, debit, currency) REFERENCES book.ledger_accounts(tenant_id, id, currency),
  CHECK ((amount > 0)),
  CHECK ((debit <> credit))
);
CREATE INDEX transfers_credit ON book.transfers USING btree (tenant_id, credit, no);
CREATE INDEX transfers_day ON book.transfers USING btree (tenant_id, livemode, business_on);
CREATE INDEX transfers_debit ON book.transfers USING btree (tenant_id, debit, no);
CREATE INDEX transfers_posted ON book.transfers USING btree (tenant_id, livemode, posted_at);

create table book.unfolded (
  tenant_id uuid not null,
  attempts integer default 0 not null,
  id uuid not null,
  occurred_at timestamp with time zone not null,
  received_at timestamp with time zone default now() not null,
  again_at timestamp with time zone,
  rest_ids uuid[],
  rest_at timestamp with time zone[],
  PRIMARY KEY (tenant_id, attempts, id)
);

create table book.users (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  role text not null,
  state text default 'active'::text not null,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((role = ANY (ARRAY['admin'::text, 'approver'::text, 'operator'::text, 'viewer'::text]))),
  CHECK ((state = ANY (ARRAY['active'::text, 'disabled'::text])))
);

create table book.verdicts (
  tenant_id uuid not null,
  payment_id uuid not null,
  version integer not null,
  code text not null,
  release text not null,
  cause text not null,
  reason text,
  custody text,
  confidence text not null,
  amount_minor bigint,
  currency character(3),
  also text[] default '{}'::text[] not null,
  evidence uuid[] default '{}'::uuid[] not null,
  judged_at timestamp with time zone not null,
  path text[] default '{}'::text[] not null,
  promised_on date,
  promise_assumed boolean default false not null,
  PRIMARY KEY (tenant_id, payment_id, version),
  CHECK ((release = ANY (ARRAY['yes'::text, 'no'::text, 'ask'::text])))
);

create table book.waiting (
  tenant_id uuid not null,
  account_id uuid not null,
  value text not null,
  kind text not null,
  observation_id uuid not null,
  occurred_at timestamp with time zone not null,
  PRIMARY KEY (tenant_id, account_id, value, kind, observation_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES book.accounts(tenant_id, id)
);

create table book.webhook_endpoints (
  tenant_id uuid not null,
  id uuid not null,
  livemode boolean not null,
  url text not null,
  types text[] not null,
  sealed_secret bytea not null,
  sealed_previous bytea,
  previous_until timestamp with time zone,
  state text default 'enabled'::text not null,
  disabled_why text,
  created_at timestamp with time zone default now() not null,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id) REFERENCES book.tenants(id),
  CHECK ((state = ANY (ARRAY['enabled'::text, 'disabled'::text])))
);

-- Row-level security

-- account_health       enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- accounts             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- actions              enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- alerts               enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- api_keys             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- approval_votes       enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- approvals            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- batches              enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- bill_days            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- break_steps          enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- breaks               enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- calendars            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- cases                enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- claim_answers        enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- claim_images         enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- claim_refs           enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- claim_shown          enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- claims               enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- control_checks       enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- counters             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- credentials          enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- deliveries           enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- documents            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- due                  none
-- events               enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- hour_sums            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- idempotency_keys     enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledger_accounts      enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledger_entries       enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledger_items         enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledger_proposals     enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledger_scopes        enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledger_snapshots     enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- ledgers              enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- mappings             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- messages             enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- migrations           none
-- observations         enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- orders               enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- payments             enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- payout_facts         enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- periods              enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- plans                enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- policies             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- readings             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- reconciliation_days  enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- reconciliation_documents enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- reconciliation_files enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- reconciliations      enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- refs                 enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- refund_steps         enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- refunds              enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- rejected_messages    enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- routes               none
-- sessions             enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- shifts               enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- sign_offs            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- status_links         enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- stores               enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- tenants              none
-- terminal_bindings    enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- terminal_checks      enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- terminal_finding_payments enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- terminal_findings    enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- terminal_steps       enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- terminals            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- touched_hours        enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- transfers            enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- unfolded             enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- users                enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- verdicts             enabled, forced, policy tenant for all using (tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid AS "nullif"))
-- waiting              enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)
-- webhook_endpoints    enabled, forced, policy tenant for all using (tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)

-- Rights of those who do not own it

-- column   approvals.decided_at daozhang_app: update
-- column   approvals.state      daozhang_app: update
-- column   documents.account_id daozhang_app: update
-- column   ledger_proposals.decided_at daozhang_app: update
-- column   ledger_proposals.decided_by daozhang_app: update
-- column   ledger_proposals.state daozhang_app: update
-- column   messages.fold_attempts daozhang_app: update
-- column   messages.fold_error  daozhang_app: update
-- column   messages.folded_at   daozhang_app: update
-- column   observations.last_seen_at daozhang_app: update
-- column   observations.payment_id daozhang_app: update
-- column   observations.times   daozhang_app: update
-- column   payout_facts.last_seen_at daozhang_app: update
-- column   payout_facts.times   daozhang_app: update
-- column   refunds.asked        daozhang_app: update
-- column   refunds.asked_at     daozhang_app: update
-- column   refunds.channel_ref  daozhang_app: update
-- column   refunds.code         daozhang_app: update
-- column   refunds.detail       daozhang_app: update
-- column   refunds.ended_at     daozhang_app: update
-- column   refunds.sent         daozhang_app: update
-- column   refunds.state        daozhang_app: update
-- column   refunds.updated_at   daozhang_app: update
-- column   sign_offs.reopened_at daozhang_app: update
-- column   sign_offs.reopened_by daozhang_app: update
-- column   sign_offs.reopened_why daozhang_app: update
-- column   terminal_bindings.until_at daozhang_app: update
-- schema   book                 daozhang_app: usage
-- table    account_health       daozhang_app: delete, insert, select, update
-- table    accounts             daozhang_app: delete, insert, select, update
-- table    actions              daozhang_app: delete, insert, select, update
-- table    alerts               daozhang_app: delete, insert, select, update
-- table    api_keys             daozhang_app: delete, insert, select, update
-- table    approval_votes       daozhang_app: insert, select
-- table    approvals            daozhang_app: insert, select
-- table    batches              daozhang_app: delete, insert, select, update
-- table    bill_days            daozhang_app: delete, insert, select, update
-- table    break_steps          daozhang_app: insert, select
-- table    breaks               daozhang_app: delete, insert, select, update
-- table    calendars            daozhang_app: insert, select, update
-- table    cases                daozhang_app: delete, insert, select, update
-- table    claim_answers        daozhang_app: insert, select
-- table    claim_images         daozhang_app: delete, insert, select, update
-- table    claim_refs           daozhang_app: delete, insert, select, update
-- table    claim_shown          daozhang_app: delete, insert, select, update
-- table    claims               daozhang_app: delete, insert, select, update
-- table    control_checks       daozhang_app: insert, select
-- table    counters             daozhang_app: delete, insert, select, update
-- table    credentials          daozhang_app: delete, insert, select, update
-- table    deliveries           daozhang_app: delete, insert, select, update
-- table    documents            daozhang_app: insert, select
-- table    due                  daozhang_app: delete, insert, select, update
-- table    events               daozhang_app: insert, select
-- table    hour_sums            daozhang_app: delete, insert, select
-- table    idempotency_keys     daozhang_app: delete, insert, select, update
-- table    ledger_accounts      daozhang_app: insert, select
-- table    ledger_entries       daozhang_app: insert, select
-- table    ledger_items         daozhang_app: delete, insert, select, update
-- table    ledger_proposals     daozhang_app: insert, select
-- table    ledger_scopes        daozhang_app: delete, insert, select, update
-- table    ledger_snapshots     daozhang_app: insert, select
-- table    ledgers              daozhang_app: delete, insert, select, update
-- table    mappings             daozhang_app: insert, select
-- table    messages             daozhang_app: insert, select
-- table    migrations           daozhang_app: select
-- table    observations         daozhang_app: insert, select
-- table    orders               daozhang_app: delete, insert, select, update
-- table    payments             daozhang_app: delete, insert, select, update
-- table    payout_facts         daozhang_app: insert, select
-- table    periods              daozhang_app: insert, select
-- table    plans                daozhang_app: insert, select
-- table    policies             daozhang_app: insert, select
-- table    readings             daozhang_app: delete, insert, select, update
-- table    reconciliation_days  daozhang_app: delete, insert, select, update
-- table    reconciliation_documents daozhang_app: delete, insert, select, update
-- table    reconciliation_files daozhang_app: delete, insert, select, update
-- table    reconciliations      daozhang_app: delete, insert, select, update
-- table    refs                 daozhang_app: delete, insert, select, update
-- table    refund_steps         daozhang_app: insert, select
-- table    refunds              daozhang_app: insert, select
-- table    rejected_messages    daozhang_app: delete, insert, select, update
-- table    routes               daozhang_app: delete, insert, select, update
-- table    sessions             daozhang_app: delete, insert, select, update
-- table    shifts               daozhang_app: delete, insert, select, update
-- table    sign_offs            daozhang_app: insert, select
-- table    status_links         daozhang_app: delete, insert, select, update
-- table    stores               daozhang_app: delete, insert, select, update
-- table    tenants              daozhang_app: delete, insert, select, update
-- table    terminal_bindings    daozhang_app: insert, select
-- table    terminal_checks      daozhang_app: insert, select
-- table    terminal_finding_payments daozhang_app: insert, select
-- table    terminal_findings    daozhang_app: insert, select, update
-- table    terminal_steps       daozhang_app: insert, select
-- table    terminals            daozhang_app: insert, select, update
-- table    touched_hours        daozhang_app: delete, insert, select
-- table    transfers            daozhang_app: insert, select
-- table    unfolded             daozhang_app: delete, insert, select, update
-- table    users                daozhang_app: delete, insert, select, update
-- table    verdicts             daozhang_app: insert, select
-- table    waiting              daozhang_app: delete, insert, select, update
-- table    webhook_endpoints    daozhang_app: delete, insert, select, update
