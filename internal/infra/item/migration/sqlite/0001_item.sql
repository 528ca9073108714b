-- +goose Up

-- Who is addressed, each set once.
CREATE TABLE audience_set (
  id   INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE item (
  id       BLOB    NOT NULL PRIMARY KEY,
  kind     TEXT    NOT NULL,
  owner    TEXT    NOT NULL,
  tlp      INTEGER NOT NULL,
  pap      INTEGER NOT NULL,
  codes    TEXT    NOT NULL,
  audience INTEGER NOT NULL REFERENCES audience_set (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_audience ON item (audience, kind, id);
CREATE INDEX item_owner ON item (owner, kind, id);

-- Each time an item was addressed to a set, in the order of seq.
CREATE TABLE item_release (
  seq      INTEGER PRIMARY KEY,
  item     BLOB    NOT NULL REFERENCES item (id),
  audience INTEGER NOT NULL REFERENCES audience_set (id),
  time     INTEGER NOT NULL,
  act      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX item_release_once ON item_release (item, audience);
CREATE INDEX item_release_audience ON item_release (audience, item);

CREATE TABLE item_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL
) STRICT;
