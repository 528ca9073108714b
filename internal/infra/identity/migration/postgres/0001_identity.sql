-- +goose Up

-- Whose database this is: one row.
CREATE TABLE node (
  one    BIGINT PRIMARY KEY CHECK (one = 1),
  id     BYTEA NOT NULL,
  public BYTEA NOT NULL
);

CREATE TABLE organisation (
  id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name     TEXT COLLATE "C" NOT NULL,
  kind     TEXT COLLATE "C" NOT NULL,
  country  TEXT COLLATE "C" NOT NULL,
  contacts TEXT COLLATE "C" NOT NULL,
  verified BIGINT NOT NULL
);

-- What an organisation answers for. kind: domain, prefix, asn or country.
CREATE TABLE constituency (
  kind TEXT COLLATE "C" NOT NULL,
  what TEXT COLLATE "C" NOT NULL,
  org  TEXT COLLATE "C" NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (kind, what, org)
);
CREATE INDEX constituency_org ON constituency (org);
CREATE UNIQUE INDEX constituency_once ON constituency (kind, what) WHERE kind <> 'country';
