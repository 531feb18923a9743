//! What a view is narrowed to beyond what the pack says: words, and what fields must be.
//!
//! Rows of the mirror that match are found once, each chip along the index of its field, and kept for
//! the length of the snapshot; counts and pages then look no further than their numbers. What is drawn
//! over the mirror is asked row by row.

use rusqlite::types::Value as Sql;
use watchkeeper_pack::Kind;
use watchkeeper_pack::chip::{Chip, Unfit};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::Filter;

use crate::error::{Code, Error};
use crate::features::reading::{Reading, sql};
use crate::features::search::fts_query;
use crate::store::has_index;
use crate::sync::text::{identifier, literal};

/// What a chip lets through that is not possible.
const NOTHING: &str = "FALSE";

/// What an operator asks of a view beside its own question.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wish<'a> {
    /// Words that must occur.
    pub(crate) search: &'a str,
    /// What fields must be, all of them.
    pub(crate) chips: &'a [Chip],
    /// Field by whose values the rows are grouped.
    pub(crate) group: Option<&'a str>,
    /// Sums are wanted; they are shown once, however many pages are read.
    pub(crate) sums: bool,
}

/// A condition with its parameters.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) text: String,
    pub(crate) params: Vec<Sql>,
}

impl Condition {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            params: Vec::new(),
        }
    }

    pub(crate) fn of(filter: &Filter, kind: &Kind, scope: &Scope<'_>) -> Result<Self, Error> {
        let compiled = filter
            .sql(kind, scope)
            .map_err(|error| Error::with(Code::PackInvalid, error.to_string()))?;
        Ok(Self {
            text: format!("({})", compiled.text),
            params: compiled.params.iter().map(sql).collect(),
        })
    }

    pub(crate) fn and(&mut self, other: &Self) {
        self.text = format!("{} AND {}", self.text, other.text);
        self.params.extend(other.params.iter().cloned());
    }

    /// Any of these; none where there are none.
    pub(crate) fn any(parts: &[Self]) -> Option<Self> {
        let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        (!texts.is_empty()).then(|| Self {
            text: format!("({})", texts.join(" OR ")),
            params: parts.iter().flat_map(|part| part.params.clone()).collect(),
        })
    }
}

/// The same narrowing, for rows of the mirror and for what is drawn over it.
pub(crate) struct Narrowed {
    pub(crate) mirror: Condition,
    pub(crate) elsewhere: Condition,
    /// Records of the mirror that are left.
    pub(crate) records: u32,
}

/// Finds what is left; none where nothing is asked for.
pub(crate) fn narrowed(
    reading: &Reading<'_>,
    kind: &Kind,
    wish: Wish<'_>,
) -> Result<Option<Narrowed>, Error> {
    let words = fts_query(wish.search);
    if words.is_none() && wish.chips.is_empty() {
        return Ok(None);
    }
    let name = literal(&kind.name);
    let mut elsewhere = Condition::plain("TRUE");
    let mut records = 0;
    let mut table = "temp.worded";
    if let Some(question) = &words {
        records = worded(reading, question)?;
        elsewhere.and(&Condition::plain(format!(
            "id IN (SELECT r.id FROM temp.worded AS n
                    JOIN main.record AS r ON r.rowid = n.rowid WHERE r.kind = {name})"
        )));
    }
    if !wish.chips.is_empty() {
        let chips = wish.chips.iter();
        let chips: Vec<Condition> = chips.map(|chip| condition(reading, kind, chip)).collect();
        records = chipped(
            reading,
            kind,
            (wish.chips, chips.as_slice()),
            words.is_some(),
        )?;
        table = "temp.chipped";
        for chip in &chips {
            elsewhere.and(chip);
        }
    }
    Ok(Some(Narrowed {
        mirror: Condition::plain(format!("rowid IN {table}")),
        elsewhere,
        records,
    }))
}

/// Why a chip is not possible under the pack in force.
pub(crate) fn unfit(reading: &Reading<'_>, kind: &Kind, chip: &Chip) -> Option<Unfit> {
    chip.sql(kind, reading.now.at, reading.zone()).err()
}

/// One that is not possible lets nothing through: more than was asked for is never shown, nor taken
/// for an action on many.
fn condition(reading: &Reading<'_>, kind: &Kind, chip: &Chip) -> Condition {
    match chip.sql(kind, reading.now.at, reading.zone()) {
        Ok(compiled) => Condition {
            text: format!("({})", compiled.text),
            params: compiled.params.iter().map(sql).collect(),
        },
        Err(_) => Condition::plain(NOTHING),
    }
}

/// Keeps the rows with these words, and answers how many there are.
fn worded(reading: &Reading<'_>, question: &str) -> Result<u32, Error> {
    let cache = reading.cache;
    cache
        .prepare_cached("DELETE FROM temp.worded")?
        .execute([])?;
    let count = cache
        .prepare_cached(
            "INSERT INTO temp.worded SELECT rowid FROM main.record_text WHERE record_text MATCH ?1",
        )?
        .execute([question])?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Keeps the rows that every chip lets through, of those with the words, and answers how many.
fn chipped(
    reading: &Reading<'_>,
    kind: &Kind,
    (chips, conditions): (&[Chip], &[Condition]),
    words: bool,
) -> Result<u32, Error> {
    let cache = reading.cache;
    cache
        .prepare_cached("DELETE FROM temp.chipped")?
        .execute([])?;
    for (place, (chip, condition)) in chips.iter().zip(conditions).enumerate() {
        let index = chip.index(kind);
        let along = match condition.text == NOTHING || !has_index(cache, &index)? {
            true => String::new(),
            false => format!(" INDEXED BY {}", identifier(&index)),
        };
        let found = format!(
            "SELECT rowid FROM main.record{along} WHERE kind = {} AND {}",
            literal(&kind.name),
            condition.text
        );
        let text = match place {
            0 => format!("INSERT INTO temp.chipped {found}"),
            _ => format!("DELETE FROM temp.chipped WHERE rowid NOT IN ({found})"),
        };
        let params = rusqlite::params_from_iter(condition.params.iter().cloned());
        cache.prepare_cached(&text)?.execute(params)?;
    }
    if words {
        cache.execute_batch("DELETE FROM temp.chipped WHERE rowid NOT IN temp.worded")?;
    }
    let count: i64 = cache.query_row("SELECT count(*) FROM temp.chipped", [], |row| row.get(0))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
