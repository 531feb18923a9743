-- The platform's own store. Everything is keyed by tenant; no query spans two.
-- Instants are INTEGER milliseconds since 1970, UTC.

CREATE TABLE secret (             -- of this store: epoch, cursor key, audit seed
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL           -- hex
) STRICT, WITHOUT ROWID;

CREATE TABLE tenant (
    id               TEXT    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    zone             TEXT    NOT NULL,           -- IANA
    pack_hash        TEXT,                       -- the active pack
    pack_version     INTEGER,
    settings         TEXT    NOT NULL,           -- JSON, by the names that the pack declares
    settings_version INTEGER NOT NULL DEFAULT 1,
    controls         TEXT    NOT NULL,           -- JSON
    head             INTEGER NOT NULL DEFAULT 0, -- last seq given out; taken in the transaction that uses it
    floor            INTEGER NOT NULL DEFAULT 0  -- changes up to here were compacted away
) STRICT, WITHOUT ROWID;

CREATE TABLE pack (
    tenant  TEXT    NOT NULL REFERENCES tenant (id),
    hash    TEXT    NOT NULL,     -- SHA-256 of the bundle, hex
    version INTEGER NOT NULL,
    bundle  BLOB    NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE operator (
    tenant TEXT NOT NULL REFERENCES tenant (id),
    id     TEXT NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    hash       TEXT    NOT NULL PRIMARY KEY,  -- SHA-256 of the token, hex; the token itself is nowhere
    tenant     TEXT    NOT NULL,
    operator   TEXT    NOT NULL,
    roles      TEXT    NOT NULL,              -- JSON array, sorted
    regions    TEXT    NOT NULL,              -- JSON array, sorted; empty means all
    made_at    INTEGER NOT NULL,
    revoked_at INTEGER,
    FOREIGN KEY (tenant, operator) REFERENCES operator (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
    tenant      TEXT    NOT NULL,
    id          TEXT    NOT NULL,             -- made by the app
    operator    TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    enrolled_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, operator) REFERENCES operator (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (             -- the same column names as on the laptop, so that one compiled filter runs on both
    tenant     TEXT    NOT NULL REFERENCES tenant (id),
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    seq        INTEGER NOT NULL,  -- its last change
    updated_at INTEGER NOT NULL,
    region     TEXT,              -- field `region` of the body; none means that everybody sees it
    title      TEXT    NOT NULL,
    body       TEXT    NOT NULL,  -- JSON
    computed   TEXT    NOT NULL,  -- JSON
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX record_seq ON record (tenant, seq);

CREATE TABLE removed (            -- tombstones: a record that comes back continues its revisions
    tenant   TEXT    NOT NULL REFERENCES tenant (id),
    kind     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    region   TEXT,
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (             -- the feed: what changed, never how; the reader gets the state of now
    tenant        TEXT    NOT NULL REFERENCES tenant (id),
    seq           INTEGER NOT NULL,
    what          TEXT    NOT NULL CHECK (what IN ('record', 'removed', 'verdict')),
    kind          TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    operation     TEXT,             -- of a verdict
    existed       INTEGER NOT NULL, -- the record was there before
    region_before TEXT,
    region_after  TEXT,
    PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE operation (          -- ids are honoured for ever
    tenant      TEXT    NOT NULL REFERENCES tenant (id),
    id          TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL, -- SHA-256 of the canonical request
    author      TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    record      TEXT    NOT NULL,
    request     TEXT    NOT NULL, -- JSON wire Operation
    verdict     TEXT    NOT NULL, -- JSON wire Verdict, the current one, without the record
    seq         INTEGER NOT NULL, -- place of its last verdict in the feed
    made_at     INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE call (               -- the platform's own outbox
    tenant      TEXT    NOT NULL,
    operation   TEXT    NOT NULL,
    effect      INTEGER NOT NULL, -- with the operation's id the provider's key
    call        TEXT    NOT NULL, -- JSON model Call
    basis       TEXT    NOT NULL, -- JSON: record, parameters, actor and lookups of the decision
    status      TEXT    NOT NULL CHECK (status IN ('waiting', 'done', 'refused', 'given_up')),
    ambiguous   INTEGER NOT NULL DEFAULT 0,  -- a send ended without an answer
    attempts    INTEGER NOT NULL DEFAULT 0,  -- counted before sending
    generation  INTEGER NOT NULL DEFAULT 0,  -- of the key: rises when the provider replays a failure that had no effect
    sent_at     INTEGER,                     -- last send
    not_before  INTEGER NOT NULL DEFAULT 0,  -- back-off
    not_after   INTEGER,
    result      TEXT,                        -- JSON: what the provider answered
    PRIMARY KEY (tenant, operation, effect),
    FOREIGN KEY (tenant, operation) REFERENCES operation (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_waiting ON call (not_before) WHERE status = 'waiting';

CREATE TABLE audit (              -- the devices' chains as delivered
    tenant TEXT    NOT NULL,
    device TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    hash   TEXT    NOT NULL,
    entry  TEXT    NOT NULL,      -- JSON
    PRIMARY KEY (tenant, device, seq),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE signed_head (        -- the newest countersignature of each chain
    tenant TEXT NOT NULL,
    device TEXT NOT NULL,
    head   TEXT NOT NULL,         -- JSON wire SignedHead
    PRIMARY KEY (tenant, device),
    FOREIGN KEY (tenant, device) REFERENCES device (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE blob_name (          -- which records name which blob
    tenant TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    kind   TEXT NOT NULL,
    id     TEXT NOT NULL,
    PRIMARY KEY (tenant, sha256, kind, id),
    FOREIGN KEY (tenant, kind, id) REFERENCES record (tenant, kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_name_record ON blob_name (tenant, kind, id);
