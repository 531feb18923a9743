//! Records of a kind to choose from, where a field refers to them.

use super::view::OptionView;
use crate::engine::Engine;
use crate::error::Error;
use crate::features::search::fts_query;

/// The most that are answered.
const MOST: u32 = 20;

/// Records of a kind in which these words occur, by id and title; the first ones where no word is
/// given. At most 20.
///
/// # Errors
/// The local database failed.
pub async fn pick(engine: &Engine, kind: &str, query: &str) -> Result<Vec<OptionView>, Error> {
    let (kind, question) = (kind.to_owned(), fts_query(query));
    engine
        .stores()
        .cache
        .read(move |cache| {
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
            let rows = statement.query_map(rusqlite::params![kind, MOST, asked], |row| {
                Ok(OptionView {
                    value: row.get(0)?,
                    label: row.get(1)?,
                })
            })?;
            Ok::<_, Error>(rows.collect::<Result<_, _>>()?)
        })
        .await
}
