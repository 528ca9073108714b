-- +goose Up
-- A segment may be a rewritten one: it holds rows of the batches from batch to
-- last_batch, and part is the number of the rewrite within its writer, 0 for what
-- a batch logged itself.
ALTER TABLE eventlog_segment ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE eventlog_segment ADD COLUMN last_batch BIGINT NOT NULL DEFAULT 0;
UPDATE eventlog_segment SET last_batch = batch;
-- Files that counted until died and stay until keep_until for readers that hold
-- an older list.
CREATE TABLE eventlog_dead (
	batch      BIGINT NOT NULL,
	day        TEXT   NOT NULL,
	writer     BIGINT NOT NULL,
	part       BIGINT NOT NULL,
	died       BIGINT NOT NULL,
	keep_until BIGINT NOT NULL,
	PRIMARY KEY (batch, day, writer, part)
);
