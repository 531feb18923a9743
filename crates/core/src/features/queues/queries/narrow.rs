//! What a view is narrowed to beyond what the pack says: words, and what fields must be.
//!
//! Rows of the mirror that match are found once, each chip along the index of its field, and kept as a
//! set of their numbers; counts and pages then ask for no others. What is drawn over the mirror is asked
//! row by row.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use watchkeeper_pack::Kind;
use watchkeeper_pack::chip::{Chip, Unfit};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::Filter;

use super::row_set::RowSet;
use super::sections::{FEW, MANY};
use crate::error::{Code, Error};
use crate::features::reading::{Reading, sql};
use crate::features::search::{begun, wholly, words};
use crate::store::has_index;
use crate::sync::starts;
use crate::sync::text::{has_starts, identifier, literal};

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

/// The function by which SQL asks for the rows of the mirror that are left.
const LEFT: &str = "narrowed_to";
/// The same for the rows with the words, whatever the chips.
const WORDED: &str = "has_the_words";

/// Finds what is left; none where nothing is asked for.
pub(crate) fn narrowed(
    reading: &Reading<'_>,
    kind: &Kind,
    wish: Wish<'_>,
) -> Result<Option<Narrowed>, Error> {
    let cache = reading.cache;
    let worded = worded(cache, wish.search)?;
    let chips = wish.chips.iter();
    let chips: Vec<Condition> = chips.map(|chip| condition(reading, kind, chip)).collect();
    let mut left = worded.clone();
    for (chip, condition) in wish.chips.iter().zip(&chips) {
        left = Some(chipped(cache, kind, chip, condition)?.within(left.as_ref()));
    }
    let Some(left) = left else { return Ok(None) };
    // The groups of up to a thousand are found by the numbers of their rows.
    let listed = if wish.group.is_some() { MANY } else { FEW };
    let mut elsewhere = Condition::plain("TRUE");
    if let Some(worded) = worded {
        let found = worded.test(cache, WORDED, listed)?.of("number");
        elsewhere.and(&Condition {
            // Under other names: what is asked row by row does not know the table of its row.
            text: format!(
                "EXISTS (SELECT 1 FROM (SELECT rowid AS number, id AS named FROM main.record
                                        WHERE kind = {}) WHERE named = id AND {})",
                literal(&kind.name),
                found.text
            ),
            params: found.params,
        });
    }
    for chip in &chips {
        elsewhere.and(chip);
    }
    let records = left.len();
    Ok(Some(Narrowed {
        mirror: left.test(cache, LEFT, listed)?.of("rowid"),
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

/// The rows in which every word typed occurs, as it is or as begun; none where no word is.
fn worded(cache: &Connection, typed: &str) -> Result<Option<RowSet>, Error> {
    let typed = words(typed);
    let (short, long) = match !typed.is_empty() && has_starts(cache)? {
        true => by_length(typed)?,
        false => (Vec::new(), typed),
    };
    let mut left: Option<RowSet> = None;
    for (table, question) in [
        ("record_start", wholly(&short)),
        ("record_text", begun(&long)),
    ] {
        if let Some(question) = question {
            let text = format!("SELECT rowid FROM main.{table} WHERE {table} MATCH ?1");
            left = Some(RowSet::read(cache, &text, [question])?.within(left.as_ref()));
        }
    }
    Ok(left)
}

/// The words that are the start of others, and those that are longer.
fn by_length(words: Vec<&str>) -> Result<(Vec<&str>, Vec<&str>), Error> {
    let (mut short, mut long) = (Vec::new(), Vec::new());
    // What is no word to the index counts for nothing beside one that is.
    let mut none = Vec::new();
    for word in words {
        if starts::of(word)?.is_empty() {
            none.push(word);
        } else if word.chars().count() <= starts::LETTERS {
            short.push(word);
        } else {
            long.push(word);
        }
    }
    if short.is_empty() && long.is_empty() {
        long = none;
    }
    Ok((short, long))
}

/// The rows that a chip lets through.
fn chipped(
    cache: &Connection,
    kind: &Kind,
    chip: &Chip,
    condition: &Condition,
) -> Result<RowSet, Error> {
    let index = chip.index(kind);
    let along = match condition.text == NOTHING || !has_index(cache, &index)? {
        true => String::new(),
        false => format!(" INDEXED BY {}", identifier(&index)),
    };
    let text = format!(
        "SELECT rowid FROM main.record{along} WHERE kind = {} AND {}",
        literal(&kind.name),
        condition.text
    );
    let params = rusqlite::params_from_iter(condition.params.iter().cloned());
    RowSet::read(cache, &text, params)
}
