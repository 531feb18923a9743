-- What everybody did with a record, as the platform said when it was last asked. It goes with the mirror: all of it
-- with a snapshot, another pack, other roles, or where somebody was erased; that of a record with the record.
CREATE TABLE history (
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    asked_at INTEGER NOT NULL,   -- the platform's clock when its newest part was asked for
    older    INTEGER NOT NULL,   -- the platform has entries behind the last one here
    entries  INTEGER NOT NULL,   -- how many are here
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE history_entry (
    kind      TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    operation TEXT    NOT NULL,
    seq       INTEGER NOT NULL,  -- place of its last verdict
    entry     TEXT    NOT NULL,  -- JSON wire HistoryEntry
    PRIMARY KEY (kind, id, operation)
) STRICT, WITHOUT ROWID;

-- How often all of it was let go of: an answer that was asked for before is not kept after.
ALTER TABLE feed ADD COLUMN histories INTEGER NOT NULL DEFAULT 0;
