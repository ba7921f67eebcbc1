-- The first schema. Times are microseconds since 1970 in UTC. Nothing here is ever updated but terms.to_revision and, by
-- law, changes.payload (set to NULL; its hash stays) and with it requests.response (set to one byte, 0xff).

CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The log. Revisions are dense from 1. The changes of a transaction are the rows
-- [first_change, first_change + change_count) of `changes`.
CREATE TABLE transactions (
  revision     INTEGER NOT NULL PRIMARY KEY,
  recorded_us  INTEGER NOT NULL,
  actor        TEXT    NOT NULL,
  verb         TEXT    NOT NULL,
  reason       TEXT    NOT NULL,
  request_id   TEXT    NOT NULL,
  trace_id     TEXT    NOT NULL,
  first_change INTEGER NOT NULL,
  change_count INTEGER NOT NULL,
  leaf_hash    BLOB    NOT NULL
) STRICT;
CREATE INDEX transactions_by_time ON transactions (recorded_us, revision);

-- One version of one resource per row. `terms` is the canonical encoding of hashing.h: with it a leaf hash can be computed
-- again, and the next version knows which index entries it ends.
CREATE TABLE changes (
  id              INTEGER NOT NULL PRIMARY KEY,
  revision        INTEGER NOT NULL,
  operation       INTEGER NOT NULL,
  name            TEXT    NOT NULL,
  kind            TEXT    NOT NULL,
  create_revision INTEGER NOT NULL,
  create_us       INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  payload_hash    BLOB    NOT NULL,
  terms           BLOB    NOT NULL,
  payload         BLOB
) STRICT;
CREATE UNIQUE INDEX changes_by_name ON changes (name, revision);

-- Every name that ever was, written once; its current version is the last one in changes_by_name. A name that ends in a
-- number stands in resources_by_number, so that the next number is found at once and none is used twice.
CREATE TABLE resources (
  name   TEXT NOT NULL PRIMARY KEY,
  kind   TEXT NOT NULL,
  prefix TEXT,
  number INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX resources_by_number ON resources (prefix, number) WHERE number IS NOT NULL;

-- By what a resource can be listed, and from which revision until before which: an open interval has no to_revision. The
-- primary key is the order of lists, so the same keyset query answers now and at any earlier revision.
CREATE TABLE terms (
  kind          TEXT    NOT NULL,
  term          TEXT    NOT NULL,
  value         TEXT    NOT NULL,
  sort_key      TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  from_revision INTEGER NOT NULL,
  to_revision   INTEGER,
  PRIMARY KEY (kind, term, value, sort_key, name, from_revision)
) STRICT, WITHOUT ROWID;

-- What each request id was answered. Rows are appended; only the small index is hit at random places.
CREATE TABLE requests (
  id           INTEGER NOT NULL PRIMARY KEY,
  actor        TEXT    NOT NULL,
  request_id   TEXT    NOT NULL,
  method       TEXT    NOT NULL,
  request_hash BLOB    NOT NULL,
  revision     INTEGER NOT NULL,
  recorded_us  INTEGER,
  response     BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX requests_by_key ON requests (request_id, actor);
