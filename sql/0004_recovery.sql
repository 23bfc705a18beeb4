-- Up to when the channel's own list of notifications was taken in (src/actions/recover.ts).
alter table book.account_health add column listed_through timestamptz;
