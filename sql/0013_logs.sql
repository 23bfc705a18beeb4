-- What people look up about messages and deliveries: which payments a message was about, and how the last try of a delivery was signed.

create index observations_message on book.observations (tenant_id, message_id) where message_id is not null;

-- Signed anew at each try, with the time of that try; without them what was sent could only be guessed once the secret has changed.
alter table book.deliveries add column last_sent_at timestamptz;
alter table book.deliveries add column last_signature text;
