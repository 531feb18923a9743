-- It may have been carried out in an earlier history, from before the store was put back to what it once was.
ALTER TABLE operation ADD COLUMN sent_before INTEGER NOT NULL DEFAULT 0;
