-- When the operator sat at this laptop, and what the Log filters and searches by.

CREATE TABLE session (            -- from an operator's first input to 30 minutes without any
    began_at INTEGER PRIMARY KEY,
    last_at  INTEGER NOT NULL     -- the last input
) STRICT;

-- What the Log asks of an entry. An entry that is no JSON (any more) has none of it, and is still
-- shown and found broken.
ALTER TABLE audit ADD COLUMN event TEXT AS
    (CASE WHEN json_valid(entry) THEN json_extract(entry, '$.event.type') END) VIRTUAL;
ALTER TABLE audit ADD COLUMN word TEXT AS
    (CASE WHEN json_valid(entry) THEN json_extract(entry, '$.event.word') END) VIRTUAL;
ALTER TABLE audit ADD COLUMN operation TEXT AS
    (CASE WHEN json_valid(entry) THEN json_extract(entry, '$.event.operation') END) VIRTUAL;
ALTER TABLE audit ADD COLUMN words TEXT AS
    (CASE WHEN json_valid(entry) THEN
        coalesce(json_extract(entry, '$.event.action'), '') || ' ' ||
        coalesce(json_extract(entry, '$.event.kind'), '') || '/' ||
        coalesce(json_extract(entry, '$.event.record'), '') || ' ' ||
        coalesce(json_extract(entry, '$.event.code'), '') || ' ' ||
        coalesce(json_extract(entry, '$.event.row'), '') || ' ' ||
        coalesce(json_extract(entry, '$.event.rows'), '') || ' ' ||
        coalesce(json_extract(entry, '$.event.operation'), '') || ' ' ||
        coalesce(json_extract(entry, '$.event.by'), '') || ' ' ||
        coalesce(json_extract(entry, '$.actor'), '')
     END) VIRTUAL;
CREATE INDEX audit_sort ON audit (event, word);
-- Searched from end to end instead of the entries, which are several times as large.
CREATE INDEX audit_words ON audit (seq, event, word, operation, words);
CREATE INDEX operation_names ON operation (lane, action, title, id);
