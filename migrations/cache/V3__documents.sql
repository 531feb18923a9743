-- Documents that the operator keeps here: files that records name by `sha256`. What no record of the
-- mirror names any more goes in the transaction in which it lost its record.
CREATE TABLE document (
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,   -- of the record that is the document
    sha256   TEXT    NOT NULL,
    bytes    INTEGER,            -- how many are here, all of them; NULL: none are
    problem  TEXT,               -- why not, as the last try had it; NULL: not tried yet
    asked_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_part (     -- its bytes, in order
    rowid  INTEGER PRIMARY KEY,
    kind   TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    number INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    UNIQUE (kind, id, number)
) STRICT;
