//! Sections of a view as SQL: what belongs there, how many, how much, and which rows.
//!
//! Rows with an operation of ours on its way stand in the engine's own section [`ON_THE_WAY`], as
//! they were when the operator acted, and in no other.

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Sql;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter::{self, Filter};
use watchkeeper_pack::pack::View;
use watchkeeper_pack::{Kind, Pack, indexes, value};

use super::cells::money_view;
use super::view::MoneyView;
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row, sql};
use crate::features::search::fts_query;
use crate::store::has_index;
use crate::sync::text::{identifier, literal};

/// Id of the engine's own section.
pub(super) const ON_THE_WAY: &str = "on_the_way";
/// Id of the only section of a view that names none.
const ALL: &str = "all";

/// A section, as a question.
pub(super) struct Section {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) note: Option<String>,
    /// Action offered for all of it.
    pub(super) at_once: Option<String>,
    /// What stands here waits for the operator.
    pub(super) waits: bool,
    /// Estimated minutes for each record.
    pub(super) minutes_each: f64,
    from: &'static str,
    filter: String,
    params: Vec<Sql>,
    /// Its number among the view's own; none where it is not one of them.
    number: Option<usize>,
}

/// The mirror itself: its indexes serve whole queries.
const MIRROR: &str = "main.record";
/// A section with more rows than this is read along the index of the sort, others are sorted.
const MANY: u32 = 1_000;

/// A view, as questions.
pub(super) struct Sections<'a> {
    pub(super) view: &'a View,
    pub(super) kind: &'a Kind,
    /// In order, the engine's own after the first.
    pub(super) sections: Vec<Section>,
    whole: Condition,
    whole_from: &'static str,
    /// Records with the words that it is narrowed to.
    narrowed: Option<u32>,
}

/// How many and how much.
pub(super) struct Counted {
    pub(super) count: u32,
    pub(super) sum: Option<MoneyView>,
}

/// A condition with its parameters.
#[derive(Clone)]
struct Condition {
    text: String,
    params: Vec<Sql>,
}

impl Condition {
    fn of(filter: &Filter, kind: &Kind, scope: &Scope<'_>) -> Result<Self, Error> {
        let compiled = filter
            .sql(kind, scope)
            .map_err(|error| Error::with(Code::PackInvalid, error.to_string()))?;
        Ok(Self {
            text: format!("({})", compiled.text),
            params: compiled.params.iter().map(sql).collect(),
        })
    }

    fn and(&mut self, other: &Self) {
        self.text = format!("{} AND {}", self.text, other.text);
        self.params.extend(other.params.iter().cloned());
    }
}

impl<'a> Sections<'a> {
    /// The questions of a view now, narrowed to what contains these words.
    pub(super) fn new(
        reading: &Reading<'_>,
        pack: &'a Pack,
        view: &str,
        search: &str,
    ) -> Result<Self, Error> {
        let view = pack.view(view).ok_or(Error::new(Code::NotFound))?;
        let kind = pack.kind(&view.kind).ok_or(Error::new(Code::NotFound))?;
        let scope = Scope {
            actor: reading.rights.actor_value(),
            settings: pack.settings_in_force(&reading.rights.settings),
            controls: pack.controls_in_force(&reading.rights.controls),
            now: Some(reading.now.at),
            ..Scope::default()
        };
        let name = literal(&kind.name);
        let mut whole = Condition {
            text: format!("kind = {name}"),
            params: Vec::new(),
        };
        whole.and(&Condition::of(&view.filter, kind, &scope)?);
        let from = reading.settled_table(&kind.name)?;
        let narrowed = match fts_query(search) {
            Some(question) => Some(narrow(reading, &question)?),
            None => None,
        };
        // What is drawn over the mirror is narrowed by its id, the mirror by its row.
        let mut elsewhere = whole.clone();
        if narrowed.is_some() {
            elsewhere.text.push_str(&format!(
                " AND id IN (SELECT r.id FROM temp.narrowed AS n
                             JOIN main.record AS r ON r.rowid = n.rowid WHERE r.kind = {name})"
            ));
            match from {
                MIRROR => whole.text.push_str(" AND rowid IN temp.narrowed"),
                _ => whole = elsewhere.clone(),
            }
        }
        let parts = view
            .sections
            .iter()
            .map(|filter| Condition::of(filter, kind, &scope))
            .collect::<Result<Vec<_>, _>>()?;
        let queue = view.def.queue.as_ref();
        let minutes_each = queue.map_or(0.0, |queue| queue.minutes_each);
        // Said only where there are some: else an index alone answers how many there are.
        let settled = match reading.on_the_way(&kind.name)? {
            Some(table) => format!(" AND id NOT IN (SELECT id FROM {table} WHERE kind = {name})"),
            None => String::new(),
        };
        let section = |id: &str, label: &str, note: Option<String>, part: Option<&Condition>| {
            let mut condition = Condition {
                text: whole.text.clone(),
                params: whole.params.clone(),
            };
            if let Some(part) = part {
                condition.and(part);
            }
            Section {
                id: id.to_owned(),
                label: label.to_owned(),
                note,
                at_once: None,
                waits: false,
                minutes_each,
                from,
                number: None,
                filter: format!("{}{settled}", condition.text),
                params: condition.params,
            }
        };
        let mut sections: Vec<Section> = view
            .def
            .sections
            .iter()
            .zip(&parts)
            .enumerate()
            .map(|(number, (def, part))| Section {
                number: Some(number),
                waits: def.waits,
                at_once: def.at_once.clone(),
                minutes_each: def.minutes_each.unwrap_or(minutes_each),
                ..section(&def.id, &def.label, def.note.clone(), Some(part))
            })
            .collect();
        if sections.is_empty() {
            sections.push(section(ALL, "", None, None));
        }
        if sections.iter().all(|section| !section.waits)
            && let Some(first) = sections.first_mut()
        {
            first.waits = true;
        }
        sections.insert(1, on_the_way(&elsewhere, &parts));
        Ok(Self {
            view,
            kind,
            sections,
            whole,
            whole_from: from,
            narrowed,
        })
    }

    /// How many records a section has, and the sum of the view's money field where it has one
    /// currency.
    pub(super) fn count(&self, reading: &Reading<'_>, section: &Section) -> Result<Counted, Error> {
        let total = self.view.def.total.as_deref();
        let minor = total.and_then(|name| filter::column(self.kind, name));
        let sums = match &minor {
            Some(minor) => {
                let currency = filter::currency(minor);
                format!("sum({minor}), min({currency}), max({currency})")
            }
            None => "NULL, NULL, NULL".to_owned(),
        };
        // Its own index has all that is counted; by the state alone each record would be read.
        let own = self.ways(section, &self.view.def.sort);
        let index = match own.and_then(|ways| ways.within) {
            Some(index) if has_index(reading.cache, &index)? => {
                format!(" INDEXED BY {}", identifier(&index))
            }
            _ => String::new(),
        };
        let text = format!(
            "SELECT count(*), {sums} FROM {}{index} WHERE {}",
            section.from, section.filter
        );
        let mut statement = reading.cache.prepare(&text)?;
        let params = rusqlite::params_from_iter(section.params.iter().cloned());
        Ok(statement.query_row(params, |row| {
            let (sum, least, most): (Option<i64>, Option<String>, Option<String>) =
                (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Counted {
                count: row.get(0)?,
                sum: match (sum, least, most) {
                    (Some(minor), Some(least), Some(most)) if least == most => {
                        Some(money_view(minor, &least))
                    }
                    _ => None,
                },
            })
        })?)
    }

    /// Rows of a section in this order.
    pub(super) fn rows(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        order: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Row>, Error> {
        let text = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {order} LIMIT ? OFFSET ?",
            Row::COLUMNS,
            section.from,
            section.filter
        );
        let more = [
            Sql::Integer(i64::from(limit)),
            Sql::Integer(i64::from(offset)),
        ];
        self.select(reading, section, &text, more)
    }

    /// Rows of a section, of which there are `count`, in the order of these fields: along an index
    /// that has them so, where there is one.
    pub(super) fn rows_along(
        &self,
        reading: &Reading<'_>,
        (section, count): (&Section, u32),
        sort: &[String],
        (offset, limit): (u32, u32),
    ) -> Result<Vec<Row>, Error> {
        let order = filter::order_by(self.kind, sort).ok_or(Error::new(Code::NotFound))?;
        let index = match self.way(section, count, sort) {
            Some(index) if has_index(reading.cache, &index)? => index,
            _ => return self.rows(reading, section, &order, offset, limit),
        };
        let text = format!(
            "SELECT {} FROM {} INDEXED BY {} WHERE {} ORDER BY {order} LIMIT ? OFFSET ?",
            Row::COLUMNS,
            section.from,
            identifier(&index),
            section.filter
        );
        let more = [
            Sql::Integer(i64::from(limit)),
            Sql::Integer(i64::from(offset)),
        ];
        self.select(reading, section, &text, more)
    }

    /// The index along which the rows of a section stand in order. SQLite knows no numbers of rows
    /// and would rather find them by their kind or state and sort them all.
    fn way(&self, section: &Section, count: u32, sort: &[String]) -> Option<String> {
        let ways = self.ways(section, sort)?;
        let along = ways.along.filter(|_| count > MANY);
        ways.within.or(along)
    }

    /// Indexes that have a section in order; none where it is not read off the mirror, or where few
    /// words leave few records.
    fn ways(&self, section: &Section, sort: &[String]) -> Option<indexes::Ways> {
        let few_words = self.narrowed.is_some_and(|records| records <= MANY);
        (section.from == MIRROR && !few_words)
            .then(|| indexes::ways(self.kind, self.view, section.number, sort))
    }

    /// Those of these records that a section has, in this order.
    pub(super) fn rows_among(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        order: &str,
        ids: &[String],
    ) -> Result<Vec<Row>, Error> {
        let text = format!(
            "SELECT {} FROM {} WHERE {} AND id IN (SELECT value FROM json_each(?)) ORDER BY {order}",
            Row::COLUMNS,
            section.from,
            section.filter
        );
        let ids = serde_json::json!(ids).to_string();
        self.select(reading, section, &text, [Sql::Text(ids)])
    }

    /// Rows of a section with an instant after `from` and not after `to`: the first of them, or the
    /// last, latest first.
    pub(super) fn rows_between(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        field: &str,
        (from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        (latest, limit): (bool, u32),
    ) -> Result<Vec<Row>, Error> {
        let sort = [if latest {
            format!("-{field}")
        } else {
            field.to_owned()
        }];
        let column = filter::column(self.kind, field).ok_or(Error::new(Code::PackInvalid))?;
        let order = filter::order_by(self.kind, &sort).ok_or(Error::new(Code::PackInvalid))?;
        let mut condition = format!("{column} IS NOT NULL");
        let mut params = Vec::new();
        for (comparison, at) in [(">", from), ("<=", to)] {
            if let Some(at) = at {
                condition.push_str(&format!(" AND {column} {comparison} ?"));
                params.push(Sql::Text(value::instant_text(at)));
            }
        }
        let index = match self.ways(section, &sort).and_then(|ways| ways.within) {
            Some(index) if has_index(reading.cache, &index)? => {
                format!(" INDEXED BY {}", identifier(&index))
            }
            _ => String::new(),
        };
        let text = format!(
            "SELECT {} FROM {}{index} WHERE {} AND {condition} ORDER BY {order} LIMIT ?",
            Row::COLUMNS,
            section.from,
            section.filter
        );
        params.push(Sql::Integer(i64::from(limit)));
        self.select(reading, section, &text, params)
    }

    /// How many records of the whole view, wherever they stand, have an instant after this one.
    pub(super) fn count_since(
        &self,
        reading: &Reading<'_>,
        field: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<u32>, Error> {
        let column = filter::column(self.kind, field);
        let Some(column) = column.filter(|_| filter::is_indexed(self.kind, field)) else {
            return Ok(None);
        };
        let text = format!(
            "SELECT count(*) FROM {} WHERE {} AND {column} > ?",
            self.whole_from, self.whole.text
        );
        let mut params = self.whole.params.clone();
        params.push(Sql::Text(value::instant_text(since)));
        let mut statement = reading.cache.prepare(&text)?;
        let params = rusqlite::params_from_iter(params);
        Ok(Some(statement.query_row(params, |row| row.get(0))?))
    }

    fn select(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        text: &str,
        more: impl IntoIterator<Item = Sql>,
    ) -> Result<Vec<Row>, Error> {
        let mut statement = reading.cache.prepare(text)?;
        let mut params = section.params.clone();
        params.extend(more);
        let rows = statement.query_map(rusqlite::params_from_iter(params), Row::read)?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        if section.id != ON_THE_WAY {
            return Ok(rows);
        }
        // They stand where they were seen, and show what the platform has said since.
        rows.into_iter()
            .map(|row| Ok(reading.shown(&row.kind, &row.id)?.unwrap_or(row)))
            .collect()
    }
}

/// Keeps the rows with these words for the length of the snapshot, and answers how many there are.
fn narrow(reading: &Reading<'_>, question: &str) -> Result<u32, Error> {
    reading.cache.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS narrowed (rowid INTEGER PRIMARY KEY) STRICT;
         DELETE FROM temp.narrowed",
    )?;
    let count = reading.cache.execute(
        "INSERT INTO temp.narrowed SELECT rowid FROM main.record_text WHERE record_text MATCH ?1",
        [question],
    )?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn on_the_way(whole: &Condition, parts: &[Condition]) -> Section {
    let mut whole = whole.clone();
    if !parts.is_empty() {
        let any: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        whole.and(&Condition {
            text: format!("({})", any.join(" OR ")),
            params: parts.iter().flat_map(|part| part.params.clone()).collect(),
        });
    }
    Section {
        id: ON_THE_WAY.to_owned(),
        label: String::new(),
        note: None,
        at_once: None,
        waits: false,
        minutes_each: 0.0,
        from: "temp.on_the_way",
        number: None,
        filter: whole.text,
        params: whole.params,
    }
}
