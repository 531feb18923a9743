-- What decides whether a reader saw the record before the change, for kinds of which not all are seen by
-- whoever sees the kind: JSON of these fields. NULL: whoever sees the kind, the region and `only_before`.
ALTER TABLE change ADD COLUMN known_before TEXT;
