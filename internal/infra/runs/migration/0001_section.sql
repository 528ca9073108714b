-- +goose Up
-- One row per section of a run file that counts. A file without rows is an
-- orphan. level is how often its keys were merged.
CREATE TABLE run_section (
	file     BIGINT NOT NULL,
	scope    TEXT   NOT NULL,
	level    BIGINT NOT NULL,
	keys     BIGINT NOT NULL,
	PRIMARY KEY (file, scope)
);
