-- Where the last that a system brought of a record stands in that system's own order; of its end, too, so that what
-- comes late does not make it again. NULL: no system has said so yet.
ALTER TABLE record ADD COLUMN source_version INTEGER;
ALTER TABLE removed ADD COLUMN source_version INTEGER;
