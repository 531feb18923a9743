//! Records of a kind to choose from.

use rusqlite::{Connection, params};

use crate::features::queues::view::OptionView;
use crate::store::StoreError;

/// The most that are answered.
const MOST: u32 = 20;

/// Records of a kind in which the words of this question occur, by id and title; the first ones where
/// there is none.
pub(crate) fn found(
    cache: &Connection,
    kind: &str,
    question: Option<String>,
) -> Result<Vec<OptionView>, StoreError> {
    // The words come first: there are more records of a kind than records with a word.
    let (sql, asked) = match question {
        Some(question) => (
            "SELECT r.id, r.title FROM main.record_text
             CROSS JOIN main.record AS r ON r.rowid = record_text.rowid
             WHERE record_text MATCH ?3 AND r.kind = ?1 LIMIT ?2",
            question,
        ),
        None => (
            "SELECT id, title FROM main.record
             WHERE kind = ?1 AND ?3 = '' ORDER BY id LIMIT ?2",
            String::new(),
        ),
    };
    let mut statement = cache.prepare_cached(sql)?;
    let rows = statement.query_map(params![kind, MOST, asked], |row| {
        Ok(OptionView {
            value: row.get(0)?,
            label: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
