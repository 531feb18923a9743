-- What was queued behind another operation of its record is based on what that one leaves behind, which
-- nobody knows before: its base revision is settled when it goes out for the first time, in the
-- transaction in which that is counted. `request` and `fingerprint` change then, once, and never after.
ALTER TABLE operation ADD COLUMN seen_revision INTEGER;  -- that was seen; NULL: what it is based on is settled
ALTER TABLE operation ADD COLUMN gave_first INTEGER;     -- first revision that the platform said it gave its record
ALTER TABLE operation ADD COLUMN gave_last INTEGER;      -- and the last
