-- What was shown natively, and what could not be: one row for each bubble that stands or failed.
-- Instants are INTEGER milliseconds since 1970, UTC.
CREATE TABLE delivery (
    about    TEXT    NOT NULL PRIMARY KEY,  -- alert:<id>, alerts, sync
    bubble   TEXT,                          -- its name to the system, while it stands
    at       INTEGER NOT NULL,              -- the last attempt
    problem  TEXT                           -- why that failed; NULL where it was shown
) STRICT, WITHOUT ROWID;
