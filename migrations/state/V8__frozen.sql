-- Another reason to hold an operation: a control of the platform stops what it would do, and it was not
-- sent. SQLite cannot change a CHECK, so the table is made anew, and its child with it: the child is
-- dropped first, so that no reference is ever broken. No row is left behind.

CREATE TABLE operation_2 (        -- the outbox, and what became of it
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
    hold        TEXT CHECK (hold IN
                 ('refused','conflict','lapsed','rejected','restored','frozen')),
    reason      TEXT,                               -- JSON wire Reason
    theirs      TEXT,                               -- JSON wire Record: the other side of a conflict
    attempts    INTEGER NOT NULL DEFAULT 0,         -- counted before sending
    not_before  INTEGER NOT NULL DEFAULT 0,         -- back-off
    not_after   INTEGER,
    made_at     INTEGER NOT NULL,
    settled_at  INTEGER,
    sent_before INTEGER NOT NULL DEFAULT 0,         -- it may have been sent before a restore
    CHECK ((status = 'held') = (hold IS NOT NULL))
) STRICT;

INSERT INTO operation_2 (seq, id, lane, author, request, fingerprint, title, action, status, hold,
                         reason, theirs, attempts, not_before, not_after, made_at, settled_at,
                         sent_before)
SELECT seq, id, lane, author, request, fingerprint, title, action, status, hold,
       reason, theirs, attempts, not_before, not_after, made_at, settled_at, sent_before
FROM operation ORDER BY seq;

CREATE TABLE overlay_2 (          -- our unconfirmed operations drawn over the mirror
    operation TEXT    NOT NULL REFERENCES operation_2 (id),
    kind      TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    seen      TEXT    NOT NULL,   -- the record as seen: JSON {revision, updated_at, title, body, computed, refs}
    applied   TEXT    NOT NULL,   -- JSON {body, computed} with the plan's sets
    confirmed INTEGER,            -- revision that the platform gave; readers ignore the row when the mirror has it
    PRIMARY KEY (operation, kind, id)
) STRICT, WITHOUT ROWID;

INSERT INTO overlay_2 (operation, kind, id, seen, applied, confirmed)
SELECT operation, kind, id, seen, applied, confirmed FROM overlay;

DROP TABLE overlay;
DROP TABLE operation;
ALTER TABLE operation_2 RENAME TO operation;
ALTER TABLE overlay_2 RENAME TO overlay;

CREATE INDEX operation_open ON operation (lane, seq) WHERE status NOT IN ('confirmed','discarded');
CREATE INDEX operation_settled ON operation (settled_at) WHERE status IN ('confirmed','discarded');
CREATE INDEX operation_names ON operation (lane, action, title, id);
CREATE INDEX overlay_record ON overlay (kind, id);
