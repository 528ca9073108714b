-- +goose Up
-- When a case was last reported, and what a hold interrupted if that was no open
-- state: the case goes back to it when it is released.
ALTER TABLE case_life ADD COLUMN sent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_life ADD COLUMN before INTEGER NOT NULL DEFAULT 0;
UPDATE case_life SET sent = reported;

-- What a person said with an act. The act holds a commitment to it alone.
CREATE TABLE case_said (
  act       BIGINT NOT NULL PRIMARY KEY,
  name      TEXT   NOT NULL, -- of who decided it
  reason    TEXT   NOT NULL,
  reference TEXT   NOT NULL
);

-- When the cases opened: those from number lowest up to the next row's. One row for
-- each batch that opened cases.
CREATE TABLE opening (
  lowest INTEGER NOT NULL PRIMARY KEY,
  at     BIGINT  NOT NULL
);
INSERT INTO opening (lowest, at) SELECT n.lowest, r.started FROM run_span n JOIN run r ON r.id = n.run;

-- The deadlines of a class, by duty (1 send, 2 acknowledge, 3 act). A version holds
-- for the clocks that begin from since until the next one's.
CREATE TABLE deadline (
  class    INTEGER NOT NULL,
  duty     INTEGER NOT NULL,
  version  INTEGER NOT NULL,
  since    BIGINT  NOT NULL,
  length   INTEGER NOT NULL,
  unit     TEXT    NOT NULL,
  citation TEXT    NOT NULL,
  PRIMARY KEY (class, duty, version)
);

-- +goose Down
DROP TABLE deadline; DROP TABLE opening; DROP TABLE case_said;
ALTER TABLE case_life DROP COLUMN before; ALTER TABLE case_life DROP COLUMN sent;
