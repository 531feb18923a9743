-- How the words of a record begin, by one and by two letters: a letter typed into a filter is asked of
-- these, since in `record_text` the lists of thousands of words would be put together for it. FTS5's own
-- `prefix` is not used: after a kill it was out of step with the words.
CREATE VIRTUAL TABLE record_start USING fts5 (  -- written with record_text, by the sync writer
    starts, content = '', contentless_delete = 1, detail = none, tokenize = "unicode61 remove_diacritics 2"
);
-- What is made under a pack is made again: until it is, no record has its starts.
UPDATE feed SET pack = NULL;
