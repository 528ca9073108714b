-- +goose Up
-- The hold rules that hold a case. Rule 0 is one that is not known: the case was
-- held before this table was kept.
CREATE TABLE case_hold (
  case_no BIGINT NOT NULL,
  rule    BIGINT NOT NULL,
  PRIMARY KEY (case_no, rule)
);
CREATE INDEX case_hold_rule ON case_hold (rule, case_no);
INSERT INTO case_hold (case_no, rule) SELECT no, 0 FROM cases WHERE state = 3;

-- The rules that have turned the cases that were there and have not let them go.
CREATE TABLE hold_applied (
  rule BIGINT NOT NULL PRIMARY KEY
);

-- Why a person released held cases, by act.
CREATE TABLE hold_release (
  act    BIGINT NOT NULL PRIMARY KEY,
  reason TEXT   NOT NULL
);

-- +goose Down
DROP TABLE hold_release; DROP TABLE hold_applied; DROP TABLE case_hold;
