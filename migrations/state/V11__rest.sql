-- What one operation was decided on may be what another of ours, of another lane, will have made of it.
-- Then it waits for that one, and is decided anew where that one was given up.
CREATE TABLE rest (
    operation TEXT NOT NULL REFERENCES operation (id),  -- never sent yet
    rests_on  TEXT NOT NULL REFERENCES operation (id),  -- queued before it
    PRIMARY KEY (operation, rests_on)
) STRICT, WITHOUT ROWID;
CREATE INDEX rest_on ON rest (rests_on);
-- Whether anything is held at all is asked before it is asked what that stops.
CREATE INDEX operation_held ON operation (lane) WHERE status = 'held';

-- The revision that an operation gave a record which changed along with its own. It stays when the overlay's
-- row is done with: what is based on it may go much later.
CREATE TABLE gave_along (
    operation TEXT    NOT NULL REFERENCES operation (id),
    kind      TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    revision  INTEGER NOT NULL,
    PRIMARY KEY (operation, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX gave_along_record ON gave_along (kind, id);
