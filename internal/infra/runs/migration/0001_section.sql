-- +goose Up
-- One row per section of a run file that counts. A file without rows is an
-- orphan. seq is the number of the newest file whose keys it holds, level how
-- often they were merged.
CREATE TABLE run_section (
	file     BIGINT NOT NULL,
	scope    TEXT   NOT NULL,
	seq      BIGINT NOT NULL,
	level    BIGINT NOT NULL,
	keys     BIGINT NOT NULL,
	PRIMARY KEY (file, scope)
);
