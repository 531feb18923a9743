//! What the log asks of the audit chain and the outbox.
//!
//! Which entries match is answered from two indexes that are a fraction of the chain: one by sort,
//! and one with the words of each entry, which is looked through from end to end for a search.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::sorts::Group;
use crate::error::Error;

/// The most words of a search that are looked for.
const MOST_WORDS: usize = 8;

/// Hash and text of the entry with this number.
pub(super) fn entry(state: &Connection, seq: i64) -> Result<(String, String), Error> {
    Ok(state
        .prepare_cached("SELECT hash, entry FROM audit WHERE seq = ?1")?
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Lane, title and action of an operation that the outbox still knows.
pub(super) fn operation(
    state: &Connection,
    id: &str,
) -> Result<Option<(String, String, String)>, Error> {
    Ok(state
        .prepare_cached("SELECT lane, title, action FROM operation WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

/// Hash of the last entry; empty before the first.
pub(super) fn head(state: &Connection) -> Result<String, Error> {
    Ok(state
        .prepare_cached("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or_default())
}

/// Words that must all occur.
pub(super) struct Search {
    words: Vec<Word>,
}

/// A word that must occur, as patterns for `LIKE`.
struct Word {
    anywhere: String,
    /// Whose entry it is, where the word is of what they are called: the chain has their id alone.
    by: Option<String>,
}

impl Search {
    /// What was typed, in the chain of the operator with this id and name: nobody else writes in it.
    pub fn new(typed: &str, (id, name): (&str, &str)) -> Self {
        let name = name.to_lowercase();
        let words = typed.split_whitespace().take(MOST_WORDS).map(|word| {
            let word: String = word.chars().take(100).collect();
            let is_named = name.contains(&word.to_lowercase());
            Word {
                anywhere: format!("%{}%", plain(&word)),
                // The actor is the last of an entry's words.
                by: is_named.then(|| format!("% {}", plain(id))),
            }
        });
        Self {
            words: words.collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The condition over `audit`, with its parameters. An entry that only names an operation has
    /// the words of that operation's record and action too.
    fn condition(&self) -> (String, Vec<Sql>) {
        const ANYWHERE: &str = "words LIKE ? ESCAPE '\\' OR operation IN (SELECT id FROM operation
                     WHERE lane LIKE ? ESCAPE '\\' OR action LIKE ? ESCAPE '\\'
                        OR title LIKE ? ESCAPE '\\')";
        const BY: &str = " OR words LIKE ? ESCAPE '\\'";
        let (mut each, mut params) = (Vec::new(), Vec::new());
        for Word { anywhere, by } in &self.words {
            let or_by = if by.is_some() { BY } else { "" };
            each.push(format!("({ANYWHERE}{or_by})"));
            params.extend(vec![Sql::Text(anywhere.clone()); 4]);
            params.extend(by.clone().map(Sql::Text));
        }
        (each.join(" AND "), params)
    }
}

/// As it is, nothing of it a wildcard.
fn plain(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// How many entries match by type and word.
pub(super) fn groups(state: &Connection, search: &Search) -> Result<Vec<(Group, u32)>, Error> {
    let (sql, params) = if search.is_empty() {
        let sql = "SELECT event, word, count(*) FROM audit INDEXED BY audit_sort
                   GROUP BY event, word";
        (sql.to_owned(), Vec::new())
    } else {
        let (condition, params) = search.condition();
        let sql = format!(
            "SELECT event, word, count(*) FROM audit INDEXED BY audit_words
             WHERE {condition} GROUP BY event, word"
        );
        (sql, params)
    };
    let mut statement = state.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(params), |row| {
        Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn seqs(state: &Connection, sql: &str, params: Vec<Sql>) -> Result<Vec<i64>, Error> {
    let mut statement = state.prepare_cached(sql)?;
    let rows = statement.query_map(params_from_iter(params), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn bound(number: usize) -> Sql {
    Sql::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The newest before one.
pub(super) fn newest(state: &Connection, before: i64, most: usize) -> Result<Vec<i64>, Error> {
    let sql = "SELECT seq FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?";
    seqs(state, sql, vec![Sql::Integer(before), bound(most)])
}

/// The newest of these groups: each is a range of the index, already in order.
pub(super) fn newest_of(
    state: &Connection,
    groups: &[&(Group, u32)],
    before: i64,
    most: usize,
) -> Result<Vec<i64>, Error> {
    let sql = "SELECT seq FROM audit INDEXED BY audit_sort
               WHERE event IS ? AND word IS ? AND seq < ? ORDER BY seq DESC LIMIT ?";
    let mut all = Vec::new();
    for ((event, word), _) in groups {
        let params = vec![
            optional(event),
            optional(word),
            Sql::Integer(before),
            bound(most),
        ];
        all.extend(seqs(state, sql, params)?);
    }
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.truncate(most);
    Ok(all)
}

/// The newest of these groups with these words.
pub(super) fn matching(
    state: &Connection,
    search: &Search,
    groups: &[&(Group, u32)],
    before: i64,
    most: usize,
) -> Result<Vec<i64>, Error> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let (condition, mut params) = search.condition();
    let any = vec!["(event IS ? AND word IS ?)"; groups.len()].join(" OR ");
    for ((event, word), _) in groups {
        params.extend([optional(event), optional(word)]);
    }
    params.extend([Sql::Integer(before), bound(most)]);
    let sql = format!(
        "SELECT seq FROM audit INDEXED BY audit_words
         WHERE {condition} AND ({any}) AND seq < ? ORDER BY seq DESC LIMIT ?"
    );
    seqs(state, &sql, params)
}

fn optional(text: &Option<String>) -> Sql {
    text.clone().map_or(Sql::Null, Sql::Text)
}
