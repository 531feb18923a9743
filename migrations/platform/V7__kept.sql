-- What it will call where it waits for agreement, as it was worked out when it was asked for: JSON of the calls
-- and of what these rest on. NULL once it waits no more.
ALTER TABLE operation ADD COLUMN kept TEXT;
