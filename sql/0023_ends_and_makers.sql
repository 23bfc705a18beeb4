-- Claims close by themselves when what they were about is settled: those that were answered before are looked at once more.
alter table book.claims no force row level security;
insert into book.due (tenant_id, kind, id, due_at)
select tenant_id, 'claim', id, now() from book.claims where state = 'answered' on conflict do nothing;
alter table book.claims force row level security;

-- Where two people have to agree, a key and whoever made it are one.
alter table book.api_keys add column made_by text;
