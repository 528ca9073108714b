-- +goose Up
-- Who writes segments. until is when its lease ends (microseconds since 1970
-- UTC); dead is 1 once its lease has ended and its unlisted files may go. Rows
-- stay, so that no number comes twice.
CREATE TABLE eventlog_writer (
	id    BIGINT PRIMARY KEY,
	until BIGINT NOT NULL,
	dead  BIGINT NOT NULL
);
-- The live segments: one per batch and day. A file that is not here counts for
-- nothing. filters and tail say where the Bloom filters and the footer lie and
-- what their checksums are.
CREATE TABLE eventlog_segment (
	batch      BIGINT NOT NULL,
	day        TEXT   NOT NULL,
	writer     BIGINT NOT NULL,
	row_count  BIGINT NOT NULL,
	byte_count BIGINT NOT NULL,
	min_time   BIGINT NOT NULL,
	max_time   BIGINT NOT NULL,
	filters    TEXT   NOT NULL,
	tail       TEXT   NOT NULL,
	PRIMARY KEY (batch, day)
);
