//! How the words of a record begin, by one and by two letters.
//!
//! What is a word, and what a letter of it is folded to, the tokenizer of the search index says. Beyond
//! ASCII its tables are no others' tables: it is asked about each such character once, and answers for all
//! of its words, since it looks at one character at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension};

use crate::store::StoreError;

/// Letters by which a word is found here; more are asked of the words themselves.
pub const LETTERS: usize = 2;

/// What a character is to the tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter or digit of a word.
    Letter,
    /// It belongs to the word that it stands in, and is left off.
    Mark,
    /// It stands between words.
    Gap,
}

/// The beginnings of the words of a text, each once; none where it has no word.
///
/// # Errors
/// The tokenizer could not be asked.
pub fn of(text: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut starts = BTreeSet::new();
    // What is there of a word, and how many letters of it.
    let (mut start, mut letters) = (String::new(), 0);
    for c in text.chars() {
        match class(c)? {
            Class::Letter if letters < LETTERS => {
                start.push(c.to_ascii_lowercase());
                letters += 1;
                starts.insert(start.clone());
            }
            Class::Letter | Class::Mark => {}
            Class::Gap => {
                start.clear();
                letters = 0;
            }
        }
    }
    Ok(starts)
}

fn class(c: char) -> Result<Class, StoreError> {
    if c.is_ascii_alphanumeric() {
        Ok(Class::Letter)
    } else if c.is_ascii() {
        Ok(Class::Gap)
    } else {
        asked(c)
    }
}

/// A tokenizer beside all databases, and what it has said.
struct Tokenizer {
    index: Connection,
    known: HashMap<char, Class>,
}

static TOKENIZER: Mutex<Option<Tokenizer>> = Mutex::new(None);

fn asked(c: char) -> Result<Class, StoreError> {
    let mut tokenizer = TOKENIZER.lock().unwrap_or_else(PoisonError::into_inner);
    let tokenizer = match &mut *tokenizer {
        Some(open) => open,
        none => none.insert(Tokenizer::open()?),
    };
    if let Some(known) = tokenizer.known.get(&c) {
        return Ok(*known);
    }
    let class = tokenizer.class(c)?;
    tokenizer.known.insert(c, class);
    Ok(class)
}

impl Tokenizer {
    fn open() -> Result<Self, StoreError> {
        let index = Connection::open_in_memory()?;
        index.execute_batch(
            "CREATE VIRTUAL TABLE said USING fts5 (words, tokenize = \"unicode61 remove_diacritics 2\");
             CREATE VIRTUAL TABLE term USING fts5vocab (said, row);",
        )?;
        Ok(Self {
            index,
            known: HashMap::new(),
        })
    }

    /// Between two letters it divides them, vanishes, or stands there.
    fn class(&self, c: char) -> Result<Class, StoreError> {
        self.index
            .prepare_cached("INSERT OR REPLACE INTO said (rowid, words) VALUES (1, ?1)")?
            .execute([format!("a{c}b")])?;
        // Of two words this is the first.
        let term: Option<String> = self
            .index
            .prepare_cached("SELECT term FROM term ORDER BY term LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(match term.as_deref() {
            Some("ab") => Class::Mark,
            Some("a") | None => Class::Gap,
            Some(_) => Class::Letter,
        })
    }
}

#[cfg(test)]
mod tests;
