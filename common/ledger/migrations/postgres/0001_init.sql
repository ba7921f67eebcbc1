-- The first schema. Times are microseconds since 1970 in UTC. Nothing here is ever updated but head, meta,
-- terms.to_revision and, by law, changes.payload (set to NULL; its hash stays) and with it requests.response (set to one
-- byte, 0xff).
--
-- Texts of callers are BYTEA: it holds whatever they may hold (also U+0000, which TEXT refuses) and compares by bytes on
-- every database, whatever its locale. To read them: SELECT encode(name, 'escape') FROM changes.

CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- One row: where the log ends. Every commit locks it first and moves it on from the revision it was decided on, so that
-- commit order is revision order among all replicas. The move to any other than the expected revision gives NULL, which
-- is refused here.
CREATE TABLE head (
  id       INT8 NOT NULL PRIMARY KEY,
  revision INT8 NOT NULL
);

-- The log. Revisions are dense from 1. payload_bytes lets a reader of the log see how much it is about to take.
CREATE TABLE transactions (
  revision      INT8  NOT NULL PRIMARY KEY,
  recorded_us   INT8  NOT NULL,
  actor         BYTEA NOT NULL,
  verb          BYTEA NOT NULL,
  reason        BYTEA NOT NULL,
  request_id    BYTEA NOT NULL,
  trace_id      BYTEA NOT NULL,
  change_count  INT8  NOT NULL,
  payload_bytes INT8  NOT NULL,
  leaf_hash     BYTEA NOT NULL
);
CREATE INDEX transactions_by_time ON transactions (recorded_us, revision);

-- One version of one resource per row; ordinal counts the changes of a transaction from 0. `terms` is the canonical
-- encoding of hashing.h: with it a leaf hash can be computed again, and the next version knows which index entries it
-- ends.
CREATE TABLE changes (
  revision        INT8  NOT NULL,
  ordinal         INT8  NOT NULL,
  operation       INT8  NOT NULL,
  name            BYTEA NOT NULL,
  kind            BYTEA NOT NULL,
  create_revision INT8  NOT NULL,
  create_us       INT8  NOT NULL,
  recorded_us     INT8  NOT NULL,
  version         INT8  NOT NULL,
  payload_hash    BYTEA NOT NULL,
  terms           BYTEA NOT NULL,
  payload         BYTEA,
  PRIMARY KEY (revision, ordinal)
);
CREATE UNIQUE INDEX changes_by_name ON changes (name, revision);

-- Every name that ever was, written once, with the revision that did; its current version is the last one in
-- changes_by_name. A name that ends in a number stands in resources_by_number, so that the next number is found at once
-- and none is used twice.
CREATE TABLE resources (
  name     BYTEA NOT NULL PRIMARY KEY,
  kind     BYTEA NOT NULL,
  revision INT8  NOT NULL,
  prefix   BYTEA,
  number   INT8
);
CREATE INDEX resources_by_number ON resources (prefix, number) WHERE number IS NOT NULL;

-- By what a resource can be listed, and from which revision until before which: an open interval has no to_revision. The
-- primary key is the order of lists, so the same keyset query answers now and at any earlier revision.
CREATE TABLE terms (
  kind          BYTEA NOT NULL,
  term          BYTEA NOT NULL,
  value         BYTEA NOT NULL,
  sort_key      BYTEA NOT NULL,
  name          BYTEA NOT NULL,
  from_revision INT8  NOT NULL,
  to_revision   INT8,
  PRIMARY KEY (kind, term, value, sort_key, name, from_revision)
);

-- What each request id was answered. The primary key is what keeps a request from being done twice.
CREATE TABLE requests (
  request_id   BYTEA NOT NULL,
  actor        BYTEA NOT NULL,
  method       BYTEA NOT NULL,
  request_hash BYTEA NOT NULL,
  revision     INT8  NOT NULL,
  recorded_us  INT8,
  response     BYTEA NOT NULL,
  PRIMARY KEY (request_id, actor)
);

INSERT INTO head (id, revision) VALUES (1, 0);
