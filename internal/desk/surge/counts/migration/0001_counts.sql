-- +goose Up
-- Counts of the cases from number lowest to the next block's, packed in order of
-- case and source.
CREATE TABLE counts (
  lowest INTEGER NOT NULL PRIMARY KEY,
  data   BYTEA   NOT NULL
);

-- What a batch adds to cases that were there, one packed list a batch, until it is
-- folded into the blocks.
CREATE TABLE sighting (
  batch   BIGINT PRIMARY KEY,
  entries BIGINT NOT NULL,
  data    BYTEA  NOT NULL
);

-- A fold under way: lists up to batch are applied to cases up to number upto.
CREATE TABLE fold (
  batch BIGINT NOT NULL,
  upto  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE fold; DROP TABLE sighting; DROP TABLE counts;
