-- What was queued with a window in which it can be taken back stays here until that has passed.
ALTER TABLE operation ADD COLUMN undo_seconds INTEGER;  -- how long it was opened for; NULL: no window
ALTER TABLE operation ADD COLUMN undo_until INTEGER;    -- its end by the platform's time, milliseconds
ALTER TABLE operation ADD COLUMN undo_boot TEXT;        -- the boot whose clock counts; NULL: it is over
ALTER TABLE operation ADD COLUMN undo_ends INTEGER;     -- its end on that clock, milliseconds

-- What the operator said of records that were drawn from many, before an action was to be taken on all.
CREATE TABLE judgement (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which it was said
    session   INTEGER NOT NULL,                   -- began_at of the session in which it was said
    kind      TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    record    TEXT    NOT NULL,
    revision  INTEGER NOT NULL,                   -- that was looked at
    is_right  INTEGER NOT NULL CHECK (is_right IN (0, 1)),
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX judgement_session ON judgement (session, kind, action, seq);
