//! What a section has: how many, how much, and which rows, each along the index that serves it best.

use chrono::{DateTime, Utc};
use rusqlite::types::Value as Sql;
use watchkeeper_pack::{filter, indexes, value};

use super::sections::{BY_NUMBER, Counted, FEW, MANY, MIRROR, ON_THE_WAY, Section, Sections};
use crate::error::{Code, Error};
use crate::features::queues::cells::money_view;
use crate::features::reading::{Reading, Row};
use crate::store::has_index;
use crate::sync::text::identifier;

impl Sections<'_> {
    /// How many records a section has, and where they are wanted the sums of the view's money field.
    pub(crate) fn count(&self, reading: &Reading<'_>, section: &Section) -> Result<Counted, Error> {
        if let Some(known) = &section.counted {
            return Ok(known.clone());
        }
        let total = self.view.def.total.as_deref().filter(|_| self.sums);
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
        let index = self.by(reading, section, own.and_then(|ways| ways.within))?;
        let rest = format!("FROM {}{index} WHERE {}", section.from, section.filter);
        let params = || rusqlite::params_from_iter(section.params.iter().cloned());
        let mut statement = reading
            .cache
            .prepare_cached(&format!("SELECT count(*), {sums} {rest}"))?;
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
                // As for groups: the limit keeps the inner question to its index.
                let mut statement = reading.cache.prepare_cached(&format!(
                    "SELECT currency, sum(minor)
                     FROM (SELECT {currency} AS currency, {minor} AS minor {rest} LIMIT -1)
                     WHERE currency IS NOT NULL GROUP BY 1 ORDER BY 1"
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
    pub(crate) fn rows(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        order: &str,
        part: (u32, u32),
    ) -> Result<Vec<Row>, Error> {
        self.part(reading, section, ("", order), part)
    }

    /// Rows of a section, of which there are `count`, in the order of these fields: along an index
    /// that has them so, where there is one.
    pub(crate) fn rows_along(
        &self,
        reading: &Reading<'_>,
        (section, count): (&Section, u32),
        sort: &[String],
        part: (u32, u32),
    ) -> Result<Vec<Row>, Error> {
        let order = filter::order_by(self.kind, sort).ok_or(Error::new(Code::NotFound))?;
        let index = self.by(reading, section, self.way(section, count, sort))?;
        self.part(reading, section, (&index, &order), part)
    }

    /// At most so many rows of a section behind the first so many, found so and in this order.
    fn part(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        (index, order): (&str, &str),
        (offset, limit): (u32, u32),
    ) -> Result<Vec<Row>, Error> {
        let text = format!("{} LIMIT ? OFFSET ?", question(section, index, "", order));
        let more = [
            Sql::Integer(i64::from(limit)),
            Sql::Integer(i64::from(offset)),
        ];
        self.select(reading, section, &text, more)
    }

    /// Hands every row of a section on, in the order of these fields, one by one.
    pub(crate) fn each(
        &self,
        reading: &Reading<'_>,
        (section, count): (&Section, u32),
        sort: &[String],
        mut hand: impl FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let order = filter::order_by(self.kind, sort).ok_or(Error::new(Code::NotFound))?;
        let index = self.by(reading, section, self.way(section, count, sort))?;
        let text = question(section, &index, "", &order);
        let mut statement = reading.cache.prepare(&text)?;
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
        (section.from == MIRROR && !self.is_few())
            .then(|| indexes::ways(self.kind, self.view, section.number, sort))
    }

    fn is_few(&self) -> bool {
        self.narrowed.is_some_and(|records| records <= FEW)
    }

    /// How SQLite is to find the rows of a section: by this index where it is made, or by the numbers of
    /// the few records that it is narrowed to. Left alone it would take any index of the section's own
    /// tests, and read every record that these let through.
    fn by(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        index: Option<String>,
    ) -> Result<String, Error> {
        if section.from == MIRROR && self.is_few() {
            return Ok(BY_NUMBER.to_owned());
        }
        Ok(match index {
            Some(index) if has_index(reading.cache, &index)? => {
                format!(" INDEXED BY {}", identifier(&index))
            }
            _ => String::new(),
        })
    }

    /// Those of these records that a section has, in this order.
    pub(crate) fn rows_among(
        &self,
        reading: &Reading<'_>,
        section: &Section,
        order: &str,
        ids: &[String],
    ) -> Result<Vec<Row>, Error> {
        let among = " AND id IN (SELECT value FROM json_each(?))";
        let text = question(section, "", among, order);
        let ids = serde_json::json!(ids).to_string();
        self.select(reading, section, &text, [Sql::Text(ids)])
    }

    /// How many rows of a section, of which there are `count`, stand before a record in the order of these
    /// fields; none where it is not among them. Walked along the index, since nulls and turned orders
    /// make a comparison of what it is sorted by more than one question.
    pub(crate) fn before(
        &self,
        reading: &Reading<'_>,
        (section, count): (&Section, u32),
        sort: &[String],
        id: &str,
    ) -> Result<Option<u32>, Error> {
        let id = || std::iter::once(Sql::Text(id.to_owned()));
        let own = || section.params.iter().cloned();
        let (from, test) = (section.from, &section.filter);
        let among = format!("SELECT 1 FROM {from} WHERE {test} AND id = ?");
        let mut among = reading.cache.prepare_cached(&among)?;
        if !among.exists(rusqlite::params_from_iter(own().chain(id())))? {
            return Ok(None);
        }
        let order = filter::order_by(self.kind, sort).ok_or(Error::new(Code::NotFound))?;
        let index = self.by(reading, section, self.way(section, count, sort))?;
        let text = format!("SELECT id = ? FROM {from}{index} WHERE {test} ORDER BY {order}");
        let mut statement = reading.cache.prepare_cached(&text)?;
        let mut rows = statement.query(rusqlite::params_from_iter(id().chain(own())))?;
        let mut before = 0_u32;
        while let Some(row) = rows.next()? {
            if row.get::<_, bool>(0)? {
                return Ok(Some(before));
            }
            before = before.saturating_add(1);
        }
        Ok(None)
    }

    /// Rows of a section with an instant after `from` and not after `to`: the first of them, or the
    /// last, latest first.
    pub(crate) fn rows_between(
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
        let mut between = format!(" AND {column} IS NOT NULL");
        let mut params = Vec::new();
        for (comparison, at) in [(">", from), ("<=", to)] {
            if let Some(at) = at {
                between.push_str(&format!(" AND {column} {comparison} ?"));
                params.push(Sql::Text(value::instant_text(at)));
            }
        }
        let within = self.ways(section, &sort).and_then(|ways| ways.within);
        let index = self.by(reading, section, within)?;
        let text = format!("{} LIMIT ?", question(section, &index, &between, &order));
        params.push(Sql::Integer(i64::from(limit)));
        self.select(reading, section, &text, params)
    }

    /// How many records of the whole view, wherever they stand, have an instant after this one.
    pub(crate) fn count_since(
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
        let mut statement = reading.cache.prepare_cached(&text)?;
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
        let mut statement = reading.cache.prepare_cached(text)?;
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

/// Asks for the rows of a section, and of these for those of a further test, found so and in this order.
fn question(section: &Section, index: &str, test: &str, order: &str) -> String {
    format!(
        "SELECT {} FROM {}{index} WHERE {}{test} ORDER BY {order}",
        Row::COLUMNS,
        section.from,
        section.filter
    )
}
