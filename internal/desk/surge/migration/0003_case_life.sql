-- +goose Up
-- What the life of a case brought beside its state, one row for each case that was
-- ever reported, claimed, down or further. Times are microseconds since 1970 UTC, 0
-- for never. A sighting later than down (of a case that is claimed-down: later than
-- claimed) returns the case.
CREATE TABLE case_life (
  no           INTEGER NOT NULL PRIMARY KEY,
  since        BIGINT  NOT NULL, -- of the present state
  reported     BIGINT  NOT NULL, -- first time
  delivered    BIGINT  NOT NULL, -- first time
  bounced      BIGINT  NOT NULL, -- last time
  acknowledged BIGINT  NOT NULL, -- first time
  claimed      BIGINT  NOT NULL, -- last time
  down         BIGINT  NOT NULL, -- since when the evidence says it is down
  proved       BIGINT  NOT NULL, -- when that was known
  grade        INTEGER NOT NULL, -- 0 none, 1 silence-14, 2 silence-90, 3 owner, 4 producer, 5 seizure
  returned     BIGINT  NOT NULL, -- last time
  returns      INTEGER NOT NULL, -- how often
  seen_source  BIGINT  NOT NULL, -- the source of the sighting that returned it last
  seen_at      BIGINT  NOT NULL, -- and its time
  until        BIGINT  NOT NULL, -- accepted until
  reason       TEXT    NOT NULL  -- of its closing, dispute or suppression
);
CREATE INDEX cases_state ON cases (state, no) WHERE state NOT IN (1, 2);

-- +goose Down
DROP INDEX cases_state; DROP TABLE case_life;
