#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use proptest::prelude::*;

use super::*;
use crate::features::search::{begun, wholly};
use crate::sync::text::add_words;

const WORDS: &[&str] = &[
    "Happy Tails Geelong ch_3PabC",
    "Über über ÜBER U\u{308}ber u",
    "Straße ß ẞ STRASSE",
    "É é E\u{301}t\u{e9} e",
    "İstanbul ıI i\u{307} ſ K Å",
    "日本語 日 本 中文abc abc中文",
    "한국어 ไทย हिन्दी عربى שָׁלוֹם",
    "42 4 2b ٣٤ Ⅻ ½ ²x ①② Ⓐbc",
    "don't o'clock O’Brien l'été",
    "😀 a😀b 👩‍👩‍👧c x\u{200d}y x\u{ad}y",
    "a\u{301}\u{327}b \u{301}a c\u{20dd}d e\u{338}f ǆ ǅ ﬁn",
    "a b c . - _ a-b a_b -a a- \0a\0b\u{feff}c",
    "\u{e000}p \u{10ffff}q \u{fffe}r \u{fffd}s 𝒜𝒷 𐐀x",
];

/// The two indexes of a mirror with these texts, numbered from one.
fn mirror<'a>(texts: impl IntoIterator<Item = &'a str>) -> Connection {
    let cache = Connection::open_in_memory().unwrap();
    for migration in [
        include_str!("../../../../../migrations/cache/V1__init.sql"),
        include_str!("../../../../../migrations/cache/V5__starts.sql"),
        "CREATE VIRTUAL TABLE word USING fts5vocab (record_text, instance);
         CREATE VIRTUAL TABLE start USING fts5vocab (record_start, instance);
         BEGIN;",
    ] {
        cache.execute_batch(migration).unwrap();
    }
    for (rowid, text) in (1..).zip(texts) {
        add_words(&cache, rowid, text).unwrap();
    }
    cache.execute_batch("COMMIT").unwrap();
    cache
}

/// Whether each record has the starts of its words and no others: this is all that there is to find.
fn wrong(cache: &Connection) -> Vec<(i64, String)> {
    let of_words =
        "SELECT doc, substr(term, 1, 1) FROM word UNION SELECT doc, substr(term, 1, 2) FROM word";
    let starts = "SELECT doc, term FROM start";
    let mut wrong = Vec::new();
    for (some, others) in [(of_words, starts), (starts, of_words)] {
        let mut statement = cache
            .prepare(&format!(
                "SELECT * FROM ({some}) EXCEPT SELECT * FROM ({others})"
            ))
            .unwrap();
        let rows = statement
            .query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })
            .unwrap();
        wrong.extend(rows.map(Result::unwrap));
    }
    wrong
}

fn rows(cache: &Connection, table: &str, question: Option<String>) -> Vec<i64> {
    let text = format!("SELECT rowid FROM {table} WHERE {table} MATCH ?1 ORDER BY rowid");
    let mut statement = cache.prepare(&text).unwrap();
    let rows = statement.query_map([question.unwrap()], |row| row.get(0));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_word_starts_with_its_first_letter_and_its_first_two() {
    let starts = |text: &str| Vec::from_iter(of(text).unwrap());
    assert_eq!(
        starts("Happy a-b ch_3P"),
        ["3", "3p", "a", "b", "c", "ch", "h", "ha"]
    );
    assert_eq!(starts("N-1"), ["1", "n"]);
    assert!(starts(" .-😀 \u{301}").is_empty());
}

#[test]
fn the_starts_are_those_of_the_words_in_the_index() {
    let cache = mirror(WORDS.iter().copied());
    let wrong = wrong(&cache);
    assert!(wrong.is_empty(), "{wrong:?}");
    let count: i64 = cache
        .query_row("SELECT count(*) FROM start", [], |row| row.get(0))
        .unwrap();
    assert!(count > 50, "{count}");
}

#[test]
fn every_character_is_to_the_starts_what_it_is_to_the_words() {
    // All of the first planes' scripts, and of the rest one in 61, which meets every block.
    let low = '\u{80}'..='\u{3100}';
    let high = ('\u{3101}'..='\u{10ffff}').step_by(61);
    let texts: Vec<String> = low
        .chain(high)
        .map(|c| format!("{c} {c}x y{c} z{c}w"))
        .collect();
    let cache = mirror(texts.iter().map(String::as_str));
    let wrong: Vec<&str> = wrong(&cache)
        .into_iter()
        .map(|(row, _)| texts[row as usize - 1].as_str())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn what_is_typed_finds_the_same_by_starts_as_by_words() {
    let cache = mirror(WORDS.iter().copied());
    let typed: BTreeSet<String> = WORDS
        .iter()
        .flat_map(|text| text.split_whitespace())
        .flat_map(|word| {
            let begins = |letters| word.chars().take(letters).collect::<String>();
            [begins(1), begins(2)]
        })
        // A question has no control characters.
        .filter(|typed| !typed.chars().any(char::is_control))
        .filter(|typed| !of(typed).unwrap().is_empty())
        .collect();
    assert!(typed.len() > 50, "{typed:?}");
    for word in &typed {
        let by_starts = rows(&cache, "record_start", wholly(&[word.as_str()]));
        let by_words = rows(&cache, "record_text", begun(&[word.as_str()]));
        assert_eq!(by_starts, by_words, "{word:?}");
        assert!(!by_starts.is_empty(), "{word:?}");
    }
}

proptest! {
    #[test]
    fn any_text_has_the_starts_of_its_words(texts in prop::collection::vec("\\PC{0,30}|[a-zÀ-ž\u{300}-\u{331} '-]{0,30}", 1..8)) {
        let cache = mirror(texts.iter().map(String::as_str));
        let wrong = wrong(&cache);
        prop_assert!(wrong.is_empty(), "{wrong:?}");
    }
}
