-- The provider answered that it took the call, which goes under no key there: sent again it would be another one,
-- however long it does not show.
ALTER TABLE call ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
