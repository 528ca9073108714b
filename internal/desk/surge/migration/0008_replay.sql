-- +goose Up
-- The feed whose observation placed the case: when what it sent is read again it
-- places the case anew. '' where that is not known, and where a person decided.
ALTER TABLE placement ADD COLUMN feed TEXT NOT NULL DEFAULT '';

-- The replay of a feed. One that is not done keeps the feed from being read.
CREATE TABLE replay (
  id    BIGINT  PRIMARY KEY,
  feed  TEXT    NOT NULL,
  asked TEXT    NOT NULL, -- zone, mapping, whether a part is enough
  state INTEGER NOT NULL, -- 0 takes away, 1 reads, 2 settles, 3 done, 4 given up
  upto  BIGINT  NOT NULL, -- taking away: counts of cases up to this number are gone
  cases BIGINT  NOT NULL, -- highest number of a case when it began
  began BIGINT  NOT NULL,
  ended BIGINT  NOT NULL
);
-- Of the cases up to number upto, those that the feed showed, and those that it may
-- place anew: packed.
CREATE TABLE replay_case (
  replay BIGINT NOT NULL,
  upto   BIGINT NOT NULL,
  data   BYTEA  NOT NULL,
  PRIMARY KEY (replay, upto)
);
-- The cases that a replay placed anew.
CREATE TABLE case_move (
  replay  BIGINT NOT NULL,
  case_no BIGINT NOT NULL,
  act     BIGINT NOT NULL,
  before  BIGINT NOT NULL, -- placements
  after   BIGINT NOT NULL,
  PRIMARY KEY (replay, case_no)
);
-- The replay that a run is of; 0: none.
ALTER TABLE run ADD COLUMN replay BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN part BIGINT NOT NULL DEFAULT 0; -- the first member that it reads again
-- The replay that took the place of what was read of the member; 0: none.
ALTER TABLE member ADD COLUMN replayed BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE member DROP COLUMN replayed; ALTER TABLE run DROP COLUMN part; ALTER TABLE run DROP COLUMN replay;
DROP TABLE case_move; DROP TABLE replay_case; DROP TABLE replay; ALTER TABLE placement DROP COLUMN feed;
