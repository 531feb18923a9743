-- A change of a record that one operator alone sees, before it or after it.
ALTER TABLE change ADD COLUMN only_before TEXT;   -- operator; NULL: whoever sees the region
ALTER TABLE change ADD COLUMN only_after TEXT;
