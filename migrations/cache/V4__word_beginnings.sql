-- The first one and two letters of words have lists of their own: what begins with a letter is read off
-- one list instead of being merged out of those of thousands of words. The index keeps no text, so it
-- is made again with all that is made under a pack.
DROP TABLE record_text;
CREATE VIRTUAL TABLE record_text USING fts5 (  -- written by the sync writer itself, not by triggers
    words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2",
    prefix = '1 2'
);
UPDATE feed SET pack = NULL;
