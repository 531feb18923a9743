//! What somebody typed, as a question to the full-text index.

/// Longest question that is read, in bytes; the rest is left off.
const MAX_BYTES: usize = 512;

/// Most words that are asked for.
const MAX_WORDS: usize = 12;

/// The FTS5 expression for what somebody typed: every word must occur, the last ones as begun.
/// None where nothing is left to look for.
///
/// Nothing of FTS5's own language gets through: each word is a quoted string, `"` doubled, so
/// `NEAR`, `*`, `-`, `:` and brackets are text like any other (fault 64). A word that the tokenizer
/// splits, such as `ch_3P`, is a phrase.
pub fn fts_query(typed: &str) -> Option<String> {
    begun(&words(typed))
}

/// The words of what somebody typed that may occur.
pub(crate) fn words(typed: &str) -> Vec<&str> {
    let mut end = typed.len().min(MAX_BYTES);
    while !typed.is_char_boundary(end) {
        end -= 1;
    }
    typed
        .get(..end)
        .unwrap_or_default()
        .split(|c: char| c.is_whitespace() || c.is_control())
        // A word without a letter or digit has no token: it would match nothing, or everything.
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(MAX_WORDS)
        .collect()
}

/// Each of these words occurs, as it is or as begun.
pub(crate) fn begun(words: &[&str]) -> Option<String> {
    every(words, "*")
}

/// Each of these words occurs as it is.
pub(crate) fn wholly(words: &[&str]) -> Option<String> {
    every(words, "")
}

fn every(words: &[&str], mark: &str) -> Option<String> {
    let words: Vec<String> = words
        .iter()
        .map(|word| format!("\"{}\"{mark}", word.replace('"', "\"\"")))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )]

    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::*;

    fn index() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE VIRTUAL TABLE t USING fts5 (words, content = '', contentless_delete = 1,
                 tokenize = \"unicode61 remove_diacritics 2\");
             INSERT INTO t (rowid, words) VALUES (1, 'Happy Tails Geelong ch_3PabC'), (2, 'Café near Ballarat')",
        )
        .unwrap();
        db
    }

    fn found(typed: &str) -> Vec<i64> {
        let Some(query) = fts_query(typed) else {
            return Vec::new();
        };
        let db = index();
        let mut statement = db.prepare("SELECT rowid FROM t WHERE t MATCH ?1").unwrap();
        statement
            .query_map([query], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    }

    #[test]
    fn words_match_as_begun_and_all_must_occur() {
        assert_eq!(found("happy gee"), [1]);
        assert_eq!(found("cafe"), [2]);
        assert_eq!(found("ch_3pa"), [1]);
        assert!(found("happy ballarat").is_empty());
    }

    #[test]
    fn fault_64_no_text_is_a_query_language() {
        assert_eq!(found("NEAR"), [2]);
        assert_eq!(found("\"happy\" tails*"), [1]);
        assert_eq!(found("words:happy").len(), 0);
        for typed in [
            "\"", "*", "NEAR(", "a AND", "(", "\0", "-", "^", "\u{202e}", "  ",
        ] {
            found(typed);
        }
        assert_eq!(fts_query("\0\"*-"), None);
        let long = "ä".repeat(1 << 20);
        assert!(fts_query(&long).unwrap().len() < 600);
        let many = "a ".repeat(1 << 19);
        assert!(fts_query(&many).unwrap().len() < 600);
        found(&long);
        found(&many);
    }

    proptest! {
        #[test]
        fn fault_64_any_text_is_answered_without_an_error(typed in "\\PC{0,40}|[\"*():^+\\-\\x00a-z ]{0,40}") {
            found(&typed);
        }
    }
}
