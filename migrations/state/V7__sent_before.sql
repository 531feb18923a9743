-- The operation may have been sent to the platform before that was restored from a backup. The platform
-- is told so, and asks the providers for it before it says no.
ALTER TABLE operation ADD COLUMN sent_before INTEGER NOT NULL DEFAULT 0;
