-- +goose Up
-- Raw input that is to be deleted (done 0), or was deleted since it held a value
-- that was erased (why 2) and must not be kept again. why 1 is retention; such a row
-- goes when the file has gone.
CREATE TABLE raw_gone (
  raw  BYTEA  NOT NULL PRIMARY KEY,
  why  BIGINT NOT NULL,
  at   BIGINT NOT NULL,
  done BIGINT NOT NULL
);

-- What a retention under way has deleted so far, by rule. Its act takes these
-- figures, so that a run that was broken off is in the act of the next.
CREATE TABLE retained (
  what  TEXT   NOT NULL, -- log, raw, rejected
  rule  BIGINT NOT NULL,
  rows  BIGINT NOT NULL,
  files BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  PRIMARY KEY (what, rule)
);

-- +goose Down
DROP TABLE retained; DROP TABLE raw_gone;
