-- cache.db mirrors the platform and may be rebuilt at any time: nothing here is the only copy.
-- Instants are INTEGER milliseconds since 1970, UTC.

CREATE TABLE record (
    rowid      INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,  -- place in the feed; a lower one never overwrites
    generation INTEGER NOT NULL,  -- snapshot that last saw it; older ones are swept when it is complete
    updated_at INTEGER NOT NULL,
    title      TEXT    NOT NULL,
    body       TEXT    NOT NULL,  -- JSON, unknown fields included
    computed   TEXT    NOT NULL,  -- JSON, stored computed fields
    UNIQUE (kind, id)
) STRICT;
-- Partial expression indexes per indexed field are made when a pack is activated.

CREATE VIRTUAL TABLE record_text USING fts5 (  -- written by the sync writer itself, not by triggers
    words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE feed (               -- one row: where we are
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    epoch      TEXT,
    cursor     TEXT,
    generation INTEGER NOT NULL DEFAULT 0,
    filled     INTEGER NOT NULL DEFAULT 0,  -- a snapshot was completed
    head       INTEGER NOT NULL DEFAULT 0,  -- highest seq applied
    pulled_at  INTEGER,                     -- server time of the last completed pull
    pack       TEXT                         -- pack under which computed fields and indexes were made
) STRICT;
INSERT INTO feed (one) VALUES (1);

CREATE TABLE quarantine (         -- records that could not be read, raw
    key     TEXT    NOT NULL PRIMARY KEY,   -- kind/id where known, else the hash of the bytes
    kind    TEXT,
    id      TEXT,
    seq     INTEGER,
    problem TEXT    NOT NULL,
    raw     BLOB    NOT NULL,               -- at most 64 KiB kept
    bytes   INTEGER NOT NULL,
    since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
