//! Sections of a view as SQL: what belongs there, how many, how much, and which rows.
//!
//! Rows with an operation of ours on its way stand in the engine's own section [`ON_THE_WAY`], as
//! they were when the operator acted, and in no other.

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Sql;
use watchkeeper_pack::chip;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::filter;
use watchkeeper_pack::pack::View;
use watchkeeper_pack::{Kind, Pack, indexes, value};

use super::cells::money_view;
use super::groups;
use super::narrow::{Condition, Wish, narrowed};
use super::view::{CellValue, MoneyView};
use crate::error::{Code, Error};
use crate::features::reading::{Reading, Row};
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
    /// Value that its rows have in common, where the view is grouped.
    pub(super) group: Option<CellValue>,
    /// Action offered for all of it.
    pub(super) at_once: Option<String>,
    /// What stands here waits for the operator.
    pub(super) waits: bool,
    /// Estimated minutes for each record.
    pub(super) minutes_each: f64,
    pub(super) from: &'static str,
    pub(super) filter: String,
    pub(super) params: Vec<Sql>,
    /// Its number among the view's own; none where it is not one of them.
    pub(super) number: Option<usize>,
    /// Of a group: what was counted when the groups were found.
    pub(super) counted: Option<Counted>,
    /// Of a group: the index that has it together.
    pub(super) together: Option<String>,
}

/// The mirror itself: its indexes serve whole queries.
pub(super) const MIRROR: &str = "main.record";
/// A section with more rows than this is read along the index of the sort, others are sorted.
pub(super) const MANY: u32 = 1_000;

/// A view, as questions.
pub(super) struct Sections<'a> {
    pub(super) view: &'a View,
    pub(super) kind: &'a Kind,
    /// Field that it is grouped by.
    pub(super) group: Option<String>,
    /// In order, the engine's own after the first, or before all groups.
    pub(super) sections: Vec<Section>,
    /// Where the view is grouped: its own sections in which something waits.
    pub(super) waits_apart: Vec<Section>,
    whole: Condition,
    whole_from: &'static str,
    /// Records that it is narrowed to.
    narrowed: Option<u32>,
}

/// How many and how much.
#[derive(Clone, Default)]
pub(super) struct Counted {
    pub(super) count: u32,
    /// A sum for each currency.
    pub(super) sums: Vec<MoneyView>,
}

impl Counted {
    /// Both together; amounts of each currency by themselves.
    pub(super) fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        for sum in &other.sums {
            match self
                .sums
                .iter_mut()
                .find(|known| known.currency == sum.currency)
            {
                Some(known) => known.minor += sum.minor,
                None => self.sums.push(sum.clone()),
            }
        }
    }
}

/// What the filters of a view see.
pub(super) fn scope(reading: &Reading<'_>, pack: &Pack) -> Scope<'static> {
    Scope {
        actor: reading.rights.actor_value(),
        settings: pack.settings_in_force(&reading.rights.settings),
        controls: pack.controls_in_force(&reading.rights.controls),
        now: Some(reading.now.at),
        ..Scope::default()
    }
}

impl<'a> Sections<'a> {
    /// The questions of a view now, narrowed and grouped as the operator wishes.
    pub(super) fn new(
        reading: &Reading<'_>,
        pack: &'a Pack,
        view: &str,
        wish: Wish<'_>,
    ) -> Result<Self, Error> {
        let view = pack.view(view).ok_or(Error::new(Code::NotFound))?;
        let kind = pack.kind(&view.kind).ok_or(Error::new(Code::NotFound))?;
        let scope = scope(reading, pack);
        let name = literal(&kind.name);
        let mut whole = Condition::plain(format!("kind = {name}"));
        whole.and(&Condition::of(&view.filter, kind, &scope)?);
        let from = reading.settled_table(&kind.name)?;
        let narrowed = narrowed(reading, kind, wish)?;
        let mut elsewhere = whole.clone();
        if let Some(narrowed) = &narrowed {
            elsewhere.and(&narrowed.elsewhere);
            match from {
                MIRROR => whole.and(&narrowed.mirror),
                _ => whole = elsewhere.clone(),
            }
        }
        let narrowed = narrowed.map(|narrowed| narrowed.records);
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
            let mut condition = whole.clone();
            if let Some(part) = part {
                condition.and(part);
            }
            Section {
                id: id.to_owned(),
                label: label.to_owned(),
                note,
                group: None,
                at_once: None,
                waits: false,
                minutes_each,
                from,
                number: None,
                filter: format!("{}{settled}", condition.text),
                params: condition.params,
                counted: None,
                together: None,
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
        let any = Condition::any(&parts);
        let mut waits_apart = Vec::new();
        // A field that the pack does not have any more groups nothing.
        let group = wish
            .group
            .filter(|field| chip::groups(kind).contains(field));
        if let Some(field) = group {
            waits_apart = sections;
            waits_apart.retain(|section| section.waits);
            let all = section(ALL, "", None, any.as_ref());
            let few = narrowed.is_some_and(|records| records <= MANY);
            sections = groups::of(
                reading,
                kind,
                field,
                &all,
                (view.def.total.as_deref(), wish.sums, few),
            )?;
        }
        // Behind what waits first; before all groups.
        let place = usize::from(group.is_none());
        sections.insert(place, on_the_way(&elsewhere, any.as_ref()));
        Ok(Self {
            view,
            kind,
            group: group.map(ToOwned::to_owned),
            sections,
            waits_apart,
            whole,
            whole_from: from,
            narrowed,
        })
    }

    /// How many records a section has, and the sums of the view's money field.
    pub(super) fn count(&self, reading: &Reading<'_>, section: &Section) -> Result<Counted, Error> {
        if let Some(known) = &section.counted {
            return Ok(known.clone());
        }
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
        let rest = format!("FROM {}{index} WHERE {}", section.from, section.filter);
        let params = || rusqlite::params_from_iter(section.params.iter().cloned());
        let mut statement = reading
            .cache
            .prepare(&format!("SELECT count(*), {sums} {rest}"))?;
        let (count, sum, least, most): (u32, Option<i64>, Option<String>, Option<String>) =
            statement.query_row(params(), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        let sums = match (minor, sum, least, most) {
            (_, Some(sum), Some(least), Some(most)) if least == most => {
                vec![money_view(sum, &least)]
            }
            // Amounts of several currencies are never added up.
            (Some(minor), _, Some(_), Some(_)) => {
                let currency = filter::currency(&minor);
                let mut statement = reading.cache.prepare(&format!(
                    "SELECT {currency}, sum({minor}) {rest} AND {currency} IS NOT NULL
                     GROUP BY 1 ORDER BY 1"
                ))?;
                let rows = statement.query_map(params(), |row| {
                    let (currency, minor): (String, i64) = (row.get(0)?, row.get(1)?);
                    Ok(money_view(minor, &currency))
                })?;
                rows.collect::<Result<_, _>>()?
            }
            _ => Vec::new(),
        };
        Ok(Counted { count, sums })
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

    /// Hands every row of a section on, in the order of these fields, one by one.
    pub(super) fn each(
        &self,
        reading: &Reading<'_>,
        (section, count): (&Section, u32),
        sort: &[String],
        mut hand: impl FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let order = filter::order_by(self.kind, sort).ok_or(Error::new(Code::NotFound))?;
        let along = match self.way(section, count, sort) {
            Some(index) if has_index(reading.cache, &index)? => {
                format!(" INDEXED BY {}", identifier(&index))
            }
            _ => String::new(),
        };
        let mut statement = reading.cache.prepare(&format!(
            "SELECT {} FROM {}{along} WHERE {} ORDER BY {order}",
            Row::COLUMNS,
            section.from,
            section.filter
        ))?;
        let params = rusqlite::params_from_iter(section.params.iter().cloned());
        let rows = statement.query_map(params, Row::read)?;
        for row in rows {
            let row = row?;
            match section.id.as_str() {
                ON_THE_WAY => hand(&reading.shown(&row.kind, &row.id)?.unwrap_or(row))?,
                _ => hand(&row)?,
            }
        }
        Ok(())
    }

    /// The index along which the rows of a section stand in order. SQLite knows no numbers of rows
    /// and would rather find them by their kind or state and sort them all.
    fn way(&self, section: &Section, count: u32, sort: &[String]) -> Option<String> {
        if count <= MANY && section.group.is_some() {
            return section.together.clone();
        }
        let ways = self.ways(section, sort)?;
        let along = ways.along.filter(|_| count > MANY);
        ways.within.or(along)
    }

    /// Indexes that have a section in order; none where it is not read off the mirror, or where what is
    /// asked for leaves few records.
    fn ways(&self, section: &Section, sort: &[String]) -> Option<indexes::Ways> {
        let few = self.narrowed.is_some_and(|records| records <= MANY);
        (section.from == MIRROR && !few)
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

fn on_the_way(whole: &Condition, any: Option<&Condition>) -> Section {
    let mut whole = whole.clone();
    if let Some(any) = any {
        whole.and(any);
    }
    Section {
        id: ON_THE_WAY.to_owned(),
        label: String::new(),
        note: None,
        group: None,
        at_once: None,
        waits: false,
        minutes_each: 0.0,
        from: "temp.on_the_way",
        number: None,
        filter: whole.text,
        params: whole.params,
        counted: None,
        together: None,
    }
}
