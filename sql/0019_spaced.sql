-- A message that could not be folded is tried again after a while, by the database's clock: a short outage does not spend all its tries.
alter table book.unfolded add column again_at timestamptz;

-- What has expired is swept away: nothing asks for it any more.
create index routes_expired on book.routes (expires_at) where expires_at is not null;
