-- An action on more records than one transaction takes is queued part by part. It stands here until all of
-- it is, so that after an app that ended in between the rest is not forgotten.
CREATE TABLE batch (
    id      TEXT    NOT NULL PRIMARY KEY,  -- UUIDv7; the ids of its operations follow from it
    author  TEXT    NOT NULL,              -- it goes on only while this operator is signed in
    action  TEXT    NOT NULL,              -- the action as shown
    request TEXT    NOT NULL,              -- JSON: action, parameters, records with the revisions that were seen
    count   INTEGER NOT NULL,              -- its records
    done    INTEGER NOT NULL DEFAULT 0,    -- those of them that are decided, in their order
    failed  TEXT    NOT NULL DEFAULT '[]', -- JSON: those of these on which nothing was queued, and why
    made_at INTEGER NOT NULL
) STRICT;
