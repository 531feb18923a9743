-- Chains that this laptop could not continue, because the platform holds another end of them: an older
-- copy of the profile's folder was put back. It goes on as another device; what it wrote stays.
CREATE TABLE audit_past (
    device TEXT    NOT NULL,      -- as whom it was written
    seq    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    entry  TEXT    NOT NULL,      -- canonical JSON
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;
