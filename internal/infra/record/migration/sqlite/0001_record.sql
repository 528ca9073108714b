-- +goose Up
CREATE TABLE act (
  seq        INTEGER PRIMARY KEY,
  id         BLOB    NOT NULL,
  time       INTEGER NOT NULL,
  node       BLOB    NOT NULL,
  actor      TEXT    NOT NULL,
  org        TEXT    NOT NULL,
  verb       TEXT    NOT NULL,
  item       BLOB,
  commitment BLOB,
  body       BLOB,
  prev       BLOB    NOT NULL,
  hash       BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX act_id ON act (id);
CREATE INDEX act_item ON act (item, seq) WHERE item IS NOT NULL;

-- The end of the chain: one row.
CREATE TABLE act_head (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  seq  INTEGER NOT NULL,
  hash BLOB    NOT NULL
) STRICT;

-- What a batch's act changed. The filter stands before the list, so that
-- looking at it does not read the list.
CREATE TABLE act_changes (
  seq    INTEGER PRIMARY KEY REFERENCES act (seq),
  n      INTEGER NOT NULL,
  filter BLOB    NOT NULL,
  list   BLOB    NOT NULL
) STRICT;

CREATE TABLE duty (
  id      INTEGER PRIMARY KEY,
  item    BLOB    NOT NULL,
  profile TEXT    NOT NULL,
  version INTEGER NOT NULL,
  start   INTEGER NOT NULL,
  due     INTEGER NOT NULL,
  org     TEXT    NOT NULL,
  done    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX duty_due ON duty (due) WHERE done = 0;
CREATE INDEX duty_item ON duty (item);

CREATE TABLE duty_profile (
  name     TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  title    TEXT    NOT NULL,
  citation TEXT    NOT NULL,
  length   INTEGER NOT NULL,
  unit     TEXT    NOT NULL,
  PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;
