-- +goose Up
-- Values that were erased. The value is not here: erased_form keeps keyed hashes of
-- the forms in which it may be written. done is 1 when nothing that is kept holds it.
CREATE TABLE erased (
  no     BIGINT NOT NULL PRIMARY KEY,
  kind   BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  reason TEXT   NOT NULL,
  author TEXT   NOT NULL,
  done   BIGINT NOT NULL
);
-- size is the length of the form in bytes; weak is 32 bits of keyed hashes, so that
-- most texts are passed over without the strong one.
CREATE TABLE erased_form (
  no   BIGINT NOT NULL,
  size BIGINT NOT NULL,
  weak BIGINT NOT NULL,
  hash BYTEA  NOT NULL PRIMARY KEY
);
-- The newest number, in one row, which writers lock: what was prepared before an
-- erasure cannot be committed after it.
CREATE TABLE erased_head (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  no  BIGINT NOT NULL
);
INSERT INTO erased_head (one, no) VALUES (1, 0);
