-- What has expired is swept away: nothing asks for it any more.
create index routes_expired on book.routes (expires_at) where expires_at is not null;
