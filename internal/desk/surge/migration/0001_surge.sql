-- +goose Up
-- A run is one call of ingest over some paths; an unfinished one is resumed, if
-- it is on the same ground: what it locates and judges by.
CREATE TABLE run (
  id          BIGINT  PRIMARY KEY,
  fingerprint BYTEA   NOT NULL,
  surge       BIGINT  NOT NULL,
  ground      TEXT    NOT NULL,
  started     BIGINT  NOT NULL,
  finished    BIGINT  NOT NULL
);
-- The numbers of the cases that a run opened. One process opens cases at a time,
-- so a run has one span, and one more each time it was resumed.
CREATE TABLE run_span (
  run     BIGINT NOT NULL,
  lowest  BIGINT NOT NULL,
  highest BIGINT NOT NULL,
  PRIMARY KEY (run, lowest)
);
CREATE INDEX run_open ON run (fingerprint) WHERE finished = 0;

CREATE TABLE surge (
  id           BIGINT PRIMARY KEY,
  name         TEXT   NOT NULL UNIQUE,
  opened       BIGINT NOT NULL,
  denominators TEXT   NOT NULL
);

-- A member is one input file (or one file in an archive) within a run.
CREATE TABLE member (
  id           BIGINT  PRIMARY KEY,
  run          BIGINT  NOT NULL,
  raw          BYTEA   NOT NULL,
  idx          BIGINT  NOT NULL,
  name         TEXT    NOT NULL,
  format       TEXT    NOT NULL,
  feed         TEXT    NOT NULL,
  options      TEXT    NOT NULL,
  identity     BYTEA,
  state        INTEGER NOT NULL,
  rows_done    BIGINT  NOT NULL,
  accepted     BIGINT  NOT NULL,
  observations BIGINT  NOT NULL,
  rejected     TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  note         TEXT    NOT NULL,
  drift        TEXT    NOT NULL
);
CREATE UNIQUE INDEX member_of_run ON member (run, raw, idx, name);
CREATE INDEX member_identity ON member (identity);

CREATE TABLE batch (
  id        BIGINT PRIMARY KEY,
  run       BIGINT NOT NULL,
  act       BIGINT NOT NULL,
  committed BIGINT NOT NULL,
  account   TEXT   NOT NULL
);
CREATE INDEX batch_run ON batch (run);

CREATE TABLE reject (
  id       BIGINT  PRIMARY KEY,
  member   BIGINT  NOT NULL,
  batch    BIGINT  NOT NULL,
  line     BIGINT  NOT NULL,
  ordinal  BIGINT  NOT NULL,
  reason   TEXT    NOT NULL,
  field    TEXT    NOT NULL,
  text     BYTEA,
  resolved BIGINT  NOT NULL
);
CREATE INDEX reject_open ON reject (member, ordinal) WHERE resolved = 0;

-- A source is a feed under one label for one audience set.
CREATE TABLE source (
  id       BIGINT PRIMARY KEY,
  feed     TEXT   NOT NULL,
  label    TEXT   NOT NULL,
  audience BIGINT NOT NULL,
  UNIQUE (feed, label, audience)
);

-- Where a case lies and who must act. Many cases share a few thousand.
CREATE TABLE placement (
  id      BIGINT PRIMARY KEY,
  country TEXT   NOT NULL,
  owner   TEXT   NOT NULL,
  basis   TEXT   NOT NULL,
  asn     BIGINT NOT NULL,
  network TEXT   NOT NULL
);

-- What a case is and in which state. What was seen of it, per source, stands in
-- the packed blocks of counts. The number counts up as cases open, so new rows go
-- to the end of the table; the way from id to number is a sorted run beside the
-- database. kind 0 is a network.
CREATE TABLE cases (
  no        INTEGER NOT NULL PRIMARY KEY,
  id        BYTEA   NOT NULL,
  class     INTEGER NOT NULL,
  family    TEXT    NOT NULL,
  kind      INTEGER NOT NULL,
  value     TEXT    NOT NULL,
  port      INTEGER NOT NULL,
  transport TEXT    NOT NULL,
  placement BIGINT  NOT NULL,
  state     INTEGER NOT NULL
);
CREATE INDEX cases_held ON cases (no) WHERE state = 3;

-- Cases of a surge that no run of its own opened.
CREATE TABLE more_surge (
  surge   BIGINT NOT NULL,
  case_no BIGINT NOT NULL,
  PRIMARY KEY (surge, case_no)
);

CREATE TABLE rollup (
  run     BIGINT NOT NULL,
  day     BIGINT NOT NULL,
  feed    TEXT   NOT NULL,
  class   TEXT   NOT NULL,
  outcome TEXT   NOT NULL,
  count   BIGINT NOT NULL,
  PRIMARY KEY (run, day, feed, class, outcome)
);

-- Where we and the feed both name a country: how often, and how often not the same.
CREATE TABLE claim (
  run       BIGINT NOT NULL,
  feed      TEXT   NOT NULL,
  compared  BIGINT NOT NULL,
  disagreed BIGINT NOT NULL,
  PRIMARY KEY (run, feed)
);

-- The owners and countries that the cases of a run have.
CREATE TABLE party (
  run  BIGINT NOT NULL,
  kind TEXT   NOT NULL,
  name TEXT   NOT NULL,
  PRIMARY KEY (run, kind, name)
);

-- +goose Down
DROP TABLE party; DROP TABLE claim; DROP TABLE rollup; DROP TABLE more_surge; DROP TABLE cases;
 DROP TABLE placement; DROP TABLE source; DROP TABLE reject; DROP TABLE batch; DROP TABLE member; DROP TABLE surge; DROP TABLE run_span; DROP TABLE run;
