-- +goose Up
-- The newest time at which a source's producer said of a case that it is offline or
-- delisted.
CREATE TABLE case_status (
  case_no BIGINT NOT NULL,
  source  BIGINT NOT NULL,
  off     BIGINT NOT NULL, -- microseconds since 1970 UTC
  PRIMARY KEY (case_no, source)
);

-- When all cases were weighed last: what silence proves is known up to then.
CREATE TABLE swept (
  at BIGINT NOT NULL -- microseconds since 1970 UTC
);

-- +goose Down
DROP TABLE swept; DROP TABLE case_status;
