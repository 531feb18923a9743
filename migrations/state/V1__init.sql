-- state.db is sacred: what was decided on this laptop and is not (only) on the platform.
-- Instants are INTEGER milliseconds since 1970, UTC. No migration may drop an unsent operation.

CREATE TABLE setting (            -- one value each: operator, tenant, device, clock anchor, pinned keys …
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL           -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE pack (               -- the active pack and each that an open operation names
    hash    TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    active  INTEGER NOT NULL DEFAULT 0,
    bundle  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operation (          -- the outbox, and what became of it
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of enqueueing
    id          TEXT    NOT NULL UNIQUE,            -- UUIDv7, the idempotency key
    lane        TEXT    NOT NULL,                   -- strictly in order within
    author      TEXT    NOT NULL,                   -- goes out only while this operator is signed in
    request     TEXT    NOT NULL,                   -- the wire operation, canonical JSON, never changed
    fingerprint TEXT    NOT NULL,                   -- SHA-256 of request
    title       TEXT    NOT NULL,                   -- the record in a line, as seen
    action      TEXT    NOT NULL,                   -- the action as shown
    status      TEXT    NOT NULL CHECK (status IN
                 ('waiting','in_flight','accepted','unknown','held','confirmed','discarded')),
    hold        TEXT CHECK (hold IN ('refused','conflict','lapsed','rejected')),
    reason      TEXT,                               -- JSON wire Reason
    theirs      TEXT,                               -- JSON wire Record: the other side of a conflict
    attempts    INTEGER NOT NULL DEFAULT 0,         -- counted before sending
    not_before  INTEGER NOT NULL DEFAULT 0,         -- back-off
    not_after   INTEGER,
    made_at     INTEGER NOT NULL,
    settled_at  INTEGER,
    CHECK ((status = 'held') = (hold IS NOT NULL))
) STRICT;
CREATE INDEX operation_open ON operation (lane, seq) WHERE status NOT IN ('confirmed','discarded');
CREATE INDEX operation_settled ON operation (settled_at) WHERE status IN ('confirmed','discarded');

CREATE TABLE overlay (            -- our unconfirmed operations drawn over the mirror
    operation TEXT    NOT NULL REFERENCES operation (id),
    kind      TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    seen      TEXT    NOT NULL,   -- the record as seen: JSON {revision, updated_at, title, body, computed, refs}
    applied   TEXT    NOT NULL,   -- JSON {body, computed} with the plan's sets
    confirmed INTEGER,            -- revision that the platform gave; readers ignore the row when the mirror has it
    PRIMARY KEY (operation, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX overlay_record ON overlay (kind, id);

CREATE TABLE audit (              -- this device's chain
    seq   INTEGER PRIMARY KEY,    -- from 1 without gaps
    hash  TEXT NOT NULL,
    entry TEXT NOT NULL           -- canonical JSON
) STRICT;

CREATE TABLE signed_head (        -- the platform's countersignatures, newest last
    seq  INTEGER PRIMARY KEY,
    head TEXT NOT NULL            -- JSON wire SignedHead
) STRICT;
