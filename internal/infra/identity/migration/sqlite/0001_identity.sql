-- +goose Up

-- Whose database this is: one row.
CREATE TABLE node (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  id     BLOB NOT NULL,
  public BLOB NOT NULL
) STRICT;

CREATE TABLE organisation (
  id       TEXT    NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL,
  kind     TEXT    NOT NULL,
  country  TEXT    NOT NULL,
  contacts TEXT    NOT NULL,
  verified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an organisation answers for. kind: domain, prefix, asn or country.
CREATE TABLE constituency (
  kind TEXT NOT NULL,
  what TEXT NOT NULL,
  org  TEXT NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (kind, what, org)
) STRICT, WITHOUT ROWID;
CREATE INDEX constituency_org ON constituency (org);
CREATE UNIQUE INDEX constituency_once ON constituency (kind, what) WHERE kind <> 'country';
