-- +goose Up
-- A snapshot of a feed. What it lists is a set of keys beside the database while it
-- is the newest of its feed.
CREATE TABLE snapshot (
  feed    TEXT    NOT NULL,
  as_of   BIGINT  NOT NULL, -- microseconds since 1970 UTC
  run     BIGINT  NOT NULL, -- that read it first
  state   INTEGER NOT NULL, -- 0 being read, 1 whole, 2 broken off, 3 older than the newest
  base    BIGINT  NOT NULL, -- as_of of the one it was compared with; 0: none
  entries BIGINT  NOT NULL,
  newly   BIGINT  NOT NULL,
  still   BIGINT  NOT NULL,
  gone    BIGINT  NOT NULL, -- no longer listed
  upto    BYTEA,            -- what is no longer listed is logged up to this key
  PRIMARY KEY (feed, as_of)
);

-- +goose Down
DROP TABLE snapshot;
