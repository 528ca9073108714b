-- +goose Up
-- The newest time at which a source's producer said of a case that it is offline or
-- delisted.
CREATE TABLE case_status (
  case_no BIGINT NOT NULL,
  source  BIGINT NOT NULL,
  off     BIGINT NOT NULL, -- microseconds since 1970 UTC
  PRIMARY KEY (case_no, source)
);

-- +goose Down
DROP TABLE case_status;
