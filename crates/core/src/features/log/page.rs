//! A page of the log.
//!
//! Which entries match is answered from two indexes that are a fraction of the chain: one by sort,
//! and one with the words of each entry, which is looked through from end to end for a search.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::entry;
use super::sorts::{Group, counts, wanted};
use super::view::{LogPage, LogRequest};
use crate::audit;
use crate::engine::{ChainCheck, Engine};
use crate::error::Error;
use crate::features::reading::{Reading, read};
use crate::features::sync::view::ChainView;
use crate::sync::enrol::machine_name;

/// The most entries of one page.
const MOST: u32 = 500;
/// The most words of a search that are looked for.
const MOST_WORDS: usize = 8;

/// A page of the log, newest first.
pub async fn page(engine: &Engine, request: LogRequest) -> Result<LogPage, Error> {
    let check = engine.chain_check();
    read(engine, move |reading| answer(reading, &check, &request)).await
}

fn answer(
    reading: &Reading<'_>,
    check: &ChainCheck,
    request: &LogRequest,
) -> Result<LogPage, Error> {
    let search = Search::new(&request.search);
    let groups = groups(reading.state, &search)?;
    let wanted = wanted(&groups, &request.sorts);
    let limit = usize::try_from(request.limit.clamp(1, MOST)).unwrap_or(1);
    let all = wanted.len() == groups.len();
    let before = request.before.map_or(i64::MAX, i64::from);
    let mut found = if search.is_empty() && all {
        newest(reading.state, before, limit + 1)?
    } else if search.is_empty() {
        newest_of(reading.state, &wanted, before, limit + 1)?
    } else {
        matching(reading.state, &search, &wanted, before, limit + 1)?
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let countersigned = audit::last_signed(reading.state)?.map_or(0, |head| head.seq);
    let entries = found
        .iter()
        .map(|seq| entry::shown(reading, *seq, countersigned))
        .collect::<Result<_, Error>>()?;
    let total = wanted
        .iter()
        .fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
    Ok(LogPage {
        entries,
        more,
        total,
        chain: ChainView {
            entries: audit::length(reading.state)?,
            countersigned: small(countersigned),
            broken_at: check.broken.as_ref().map(|broken| small(broken.seq)),
        },
        checked_at: check.at.map(|at| reading.wall(at)),
        broken: check.broken.as_ref().map(sentence),
        sorts: counts(&groups),
        device: machine_name(),
        head: head(reading.state)?,
    })
}

/// What is wrong, as a sentence.
fn sentence(broken: &watchkeeper_model::audit::Break) -> String {
    let text = broken.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn head(state: &Connection) -> Result<String, Error> {
    Ok(state
        .prepare_cached("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or_default())
}

/// Words that must all occur, as patterns for `LIKE`.
struct Search {
    patterns: Vec<String>,
}

impl Search {
    fn new(typed: &str) -> Self {
        let patterns = typed
            .split_whitespace()
            .take(MOST_WORDS)
            .map(|word| {
                let word: String = word.chars().take(100).collect();
                let plain = word
                    .replace('\\', "\\\\")
                    .replace('%', "\\%")
                    .replace('_', "\\_");
                format!("%{plain}%")
            })
            .collect();
        Self { patterns }
    }

    fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The condition over `audit`, with its parameters. An entry that only names an operation has
    /// the words of that operation's record and action too.
    fn condition(&self) -> (String, Vec<Sql>) {
        let each = "(words LIKE ? ESCAPE '\\' OR operation IN (SELECT id FROM operation
                     WHERE lane LIKE ? ESCAPE '\\' OR action LIKE ? ESCAPE '\\'
                        OR title LIKE ? ESCAPE '\\'))";
        let text = vec![each; self.patterns.len()].join(" AND ");
        let params = self
            .patterns
            .iter()
            .flat_map(|pattern| vec![Sql::Text(pattern.clone()); 4])
            .collect();
        (text, params)
    }
}

/// How many entries match by type and word.
fn groups(state: &Connection, search: &Search) -> Result<Vec<(Group, u32)>, Error> {
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

fn newest(state: &Connection, before: i64, most: usize) -> Result<Vec<i64>, Error> {
    let sql = "SELECT seq FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?";
    seqs(state, sql, vec![Sql::Integer(before), bound(most)])
}

/// The newest of these groups: each is a range of the index, already in order.
fn newest_of(
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

fn matching(
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
