-- By which fields the records of one kind refer to those of another of which some were erased: what was asked about
-- such a record had the erased one beside it, and says as little once it is at its end.
CREATE TABLE erased_along (
    tenant TEXT NOT NULL REFERENCES tenant (id),
    kind   TEXT NOT NULL,   -- of those that refer
    field  TEXT NOT NULL,   -- of theirs
    target TEXT NOT NULL,   -- kind of the erased
    PRIMARY KEY (tenant, kind, field, target)
) STRICT, WITHOUT ROWID;
-- The record was of somebody who was erased before it went: what was asked about it may end later.
ALTER TABLE removed ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
