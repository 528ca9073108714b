-- +goose Up
-- A hold rule keeps cases back while it is in force. A rule is never deleted
-- and never changed but for being lifted. Times are microseconds since 1970
-- UTC, 0 for none; texts are empty for none.
CREATE TABLE judge_hold (
  id          BIGINT NOT NULL PRIMARY KEY,
  value_kind  TEXT   NOT NULL,
  value       TEXT   NOT NULL,
  prefix      TEXT   NOT NULL,
  domain      TEXT   NOT NULL,
  class       TEXT   NOT NULL,
  country     TEXT   NOT NULL,
  reason      TEXT   NOT NULL,
  author      TEXT   NOT NULL,
  starts      BIGINT NOT NULL,
  ends        BIGINT NOT NULL,
  lifted      BIGINT NOT NULL,
  lifted_by   TEXT   NOT NULL,
  lift_reason TEXT   NOT NULL
);
