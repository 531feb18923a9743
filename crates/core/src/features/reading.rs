//! One consistent look at both databases, with everything that screens need beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row as SqlRow, Transaction};
use serde_json::{Map, Value};
use watchkeeper_model::{LookupValue, Situation, Snapshot};
use watchkeeper_pack::{Kind, Pack};

use crate::clock::{Instant, Moment};
use crate::engine::{Engine, LinkState, Rights};
use crate::error::{Code, Error};
use crate::outbox::queue::{self, Queued};
use crate::overlay::{Overlay, rows};
use crate::sync::{apply, text};

/// A look at both databases. Our operations are drawn over what is asked for here; SQL of others names
/// the table that [`Reading::shown_table`] and its like answer.
pub(crate) struct Reading<'a> {
    pub(crate) state: &'a Transaction<'a>,
    pub(crate) cache: &'a Transaction<'a>,
    pub(crate) pack: Option<Arc<Pack>>,
    pub(crate) rights: Arc<Rights>,
    pub(crate) link: LinkState,
    pub(crate) now: Instant,
    /// The same moment, with the clock that nobody sets.
    pub(crate) moment: Moment,
    /// Operator who is signed in.
    pub(crate) me: String,
    overlay: Overlay<'a>,
    /// None of our operations is open.
    at_rest: bool,
    /// Instant of the mirror's data, UTC.
    pub(crate) pulled_at: Option<DateTime<Utc>>,
}

/// Over which of our operations a decision looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// All that are on their way.
    All,
    /// Those of which the platform has said that they are done.
    Told,
}

/// Looks at both databases.
pub(crate) async fn read<T, F>(engine: &Engine, look: F) -> Result<T, Error>
where
    F: FnOnce(&Reading<'_>) -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    let pack = engine.pack();
    let rights = engine.rights();
    let link = engine.link();
    let moment = engine.clock().moment();
    let now = moment.now;
    let me = engine.pinned().operator.id.clone();
    engine
        .stores()
        .read_both(move |state, cache| {
            look(&Reading {
                overlay: Overlay::over(cache, state, pack.clone()),
                at_rest: !queue::has_open(state)?,
                state,
                cache,
                pack,
                rights,
                link,
                now,
                moment,
                me,
                pulled_at: apply::position(cache)?.pulled_at,
            })
        })
        .await
}

/// A record as screens see it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) revision: u64,
    pub(crate) updated_at: DateTime<Utc>,
    pub(crate) title: String,
    pub(crate) body: Map<String, Value>,
    pub(crate) computed: Map<String, Value>,
}

impl Row {
    /// Columns that [`Row::read`] takes, in order.
    pub(crate) const COLUMNS: &'static str =
        "kind, id, revision, updated_at, title, body, computed";

    pub(crate) fn read(row: &SqlRow<'_>) -> rusqlite::Result<Self> {
        let json = |column: usize| -> rusqlite::Result<Map<String, Value>> {
            let text: String = row.get(column)?;
            serde_json::from_str(&text).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(
                    column,
                    rusqlite::types::Type::Text,
                    Box::new(error),
                )
            })
        };
        Ok(Self {
            kind: row.get(0)?,
            id: row.get(1)?,
            revision: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
            updated_at: queue::instant(row.get(3)?),
            title: row.get(4)?,
            body: json(5)?,
            computed: json(6)?,
        })
    }

    /// The record as a decision sees it.
    pub(crate) fn snapshot(&self, refs: Map<String, Value>) -> Snapshot {
        Snapshot {
            id: self.id.clone(),
            revision: self.revision,
            body: self.body.clone(),
            computed: self.computed.clone(),
            refs,
        }
    }
}

impl Reading<'_> {
    /// The pack in force.
    pub(crate) fn pack(&self) -> Result<&Pack, Error> {
        self.pack.as_deref().ok_or(Error::new(Code::NoPack))
    }

    /// A kind of the pack in force.
    pub(crate) fn kind(&self, name: &str) -> Result<&Kind, Error> {
        self.pack()?.kind(name).ok_or(Error::new(Code::NotFound))
    }

    /// The tenant's zone.
    pub(crate) fn zone(&self) -> Tz {
        self.rights.zone_in(self.pack.as_deref())
    }

    /// The zone whose days decisions count, here and at the platform.
    pub(crate) fn decided_zone(&self) -> Tz {
        let pack = self.pack.as_deref();
        pack.map_or_else(|| self.zone(), |pack| pack.zone_in(&self.rights.settings))
    }

    /// An instant as the tenant's wall clock, RFC 3339 with offset.
    pub(crate) fn wall(&self, at: DateTime<Utc>) -> String {
        at.with_timezone(&self.zone())
            .to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// Instant of the data as the tenant's wall clock.
    pub(crate) fn as_of(&self) -> Option<String> {
        self.pulled_at.map(|at| self.wall(at))
    }

    /// Where records of this kind are read as they are shown: the mirror itself where nothing of the
    /// kind is told; then the mirror's indexes serve whole queries.
    pub(crate) fn shown_table(&self, kind: &str) -> Result<&'static str, Error> {
        self.table(
            "SELECT EXISTS (SELECT 1 FROM temp.told d WHERE d.kind = ?1)",
            kind,
        )
    }

    /// The same for a reader that leaves out what stands in the section of what is on its way.
    pub(crate) fn settled_table(&self, kind: &str) -> Result<&'static str, Error> {
        self.table(
            "SELECT EXISTS (SELECT 1 FROM temp.told d WHERE d.kind = ?1 AND NOT EXISTS
                 (SELECT 1 FROM temp.on_the_way w WHERE w.kind = d.kind AND w.id = d.id))",
            kind,
        )
    }

    /// Where records of this kind are read with all our operations over them.
    pub(crate) fn now_table(&self, kind: &str) -> Result<&'static str, Error> {
        self.overlay.kind(kind)?;
        Ok("record_now")
    }

    /// Where the records of this kind stand that are on their way; nothing where there are none.
    pub(crate) fn on_the_way(&self, kind: &str) -> Result<Option<&'static str>, Error> {
        self.overlay.kind(kind)?;
        let some: bool = self
            .cache
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM temp.on_the_way WHERE kind = ?1)")?
            .query_row([kind], |row| row.get(0))?;
        Ok(some.then_some("temp.on_the_way"))
    }

    fn table(&self, is_told: &str, kind: &str) -> Result<&'static str, Error> {
        self.overlay.kind(kind)?;
        let told: bool = self
            .cache
            .prepare_cached(is_told)?
            .query_row([kind], |row| row.get(0))?;
        Ok(if told { "record_shown" } else { "main.record" })
    }

    /// Operations of a lane that are not settled, oldest first.
    pub(crate) fn lane(&self, lane: &str) -> Result<Vec<Queued>, Error> {
        if self.at_rest {
            return Ok(Vec::new());
        }
        Ok(queue::open_of_lane(self.state, lane)?)
    }

    /// None of our operations is open: nothing of what is read here is drawn over.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.at_rest
    }

    /// Revision of a record in the mirror.
    pub(crate) fn mirrored(&self, kind: &str, id: &str) -> Result<Option<u64>, Error> {
        let revision: Option<i64> = self
            .cache
            .prepare_cached("SELECT revision FROM main.record WHERE kind = ?1 AND id = ?2")?
            .query_row([kind, id], |row| row.get(0))
            .optional()?;
        Ok(revision.and_then(|revision| u64::try_from(revision).ok()))
    }

    /// A record with all our operations over it, for decisions.
    pub(crate) fn record(&self, kind: &str, id: &str) -> Result<Option<Row>, Error> {
        self.one("record_now", kind, id)
    }

    /// A record as it is shown: with what the platform has said is done.
    pub(crate) fn shown(&self, kind: &str, id: &str) -> Result<Option<Row>, Error> {
        self.one("record_shown", kind, id)
    }

    /// A record as it is opened: as it is shown, and one that an operation of ours is about to make, as it makes
    /// it.
    pub(crate) fn opened(&self, kind: &str, id: &str) -> Result<Option<Row>, Error> {
        match self.shown(kind, id)? {
            None => self.one("temp.on_the_way", kind, id),
            shown => Ok(shown),
        }
    }

    /// The operation of ours that makes a record beside its own, as long as the mirror does not have that.
    pub(crate) fn maker(&self, kind: &str, id: &str) -> Result<Option<Queued>, Error> {
        if self.mirrored(kind, id)?.is_some() {
            return Ok(None);
        }
        let rows = rows::of_record(self.state, kind, id)?;
        match rows.iter().find(|row| row.makes()) {
            Some(row) => Ok(queue::by_id(self.state, row.operation)?),
            None => Ok(None),
        }
    }

    fn one(&self, view: &str, kind: &str, id: &str) -> Result<Option<Row>, Error> {
        self.overlay.record(kind, id)?;
        let sql = format!(
            "SELECT {} FROM {view} WHERE kind = ?1 AND id = ?2",
            Row::COLUMNS
        );
        let mut statement = self.cache.prepare_cached(&sql)?;
        Ok(statement.query_row([kind, id], Row::read).optional()?)
    }

    /// What a record is called in the mirror.
    pub(crate) fn title(&self, kind: &str, id: &str) -> Result<Option<String>, Error> {
        Ok(self
            .cache
            .prepare_cached("SELECT title FROM main.record WHERE kind = ?1 AND id = ?2")?
            .query_row([kind, id], |row| row.get(0))
            .optional()?)
    }

    /// Fields of the records that a record refers to.
    pub(crate) fn refs(&self, row: &Row) -> Result<Map<String, Value>, Error> {
        self.refs_over(Over::All, row)
    }

    /// The same over these of our operations.
    pub(crate) fn refs_over(&self, over: Over, row: &Row) -> Result<Map<String, Value>, Error> {
        let kind = self.kind(&row.kind)?;
        for (field, target) in text::references(kind) {
            if let Some(id) = row.body.get(field).and_then(Value::as_str) {
                self.overlay.record(target, id)?;
            }
        }
        let view = match over {
            Over::All => "record_now",
            Over::Told => "record_shown",
        };
        Ok(text::refs(self.cache, view, kind, &row.body)?)
    }

    /// Answers of a record's lookups, over the mirror with these of our operations over it. One that
    /// cannot be asked is left out, so that a guard which needs it cannot be decided.
    pub(crate) fn lookups(
        &self,
        over: Over,
        situation: &Situation<'_>,
    ) -> Result<BTreeMap<String, LookupValue>, Error> {
        let pack = self.pack()?;
        let scope = situation.scope(None);
        let as_of = self.pulled_at.unwrap_or_default();
        let mut answers = BTreeMap::new();
        for (name, lookup) in &situation.kind.lookups {
            let Some(asked) = pack.kind(&lookup.def.kind) else {
                continue;
            };
            let Ok((filter, aggregate)) = lookup.sql(asked, &scope) else {
                continue;
            };
            let sql = format!(
                "SELECT {aggregate} FROM {} WHERE kind = {} AND {}",
                match over {
                    Over::All => self.now_table(&asked.name)?,
                    Over::Told => self.shown_table(&asked.name)?,
                },
                text::literal(&asked.name),
                filter.text
            );
            let mut statement = self.cache.prepare_cached(&sql)?;
            let value = statement
                .query_row(params(&filter.params), |row| {
                    row.get::<_, rusqlite::types::Value>(0)
                })
                .optional()?;
            let value = lookup.read(value.map_or(Value::Null, json));
            answers.insert(name.clone(), LookupValue { value, as_of });
        }
        Ok(answers)
    }
}

/// The view in which a record of this kind is opened: the first queue over it, else its first view.
pub(crate) fn view_of<'a>(pack: &'a Pack, kind: &str) -> Option<&'a str> {
    let views = &pack.kind(kind)?.views;
    let queue = pack.queues.iter().find_map(|queue| views.get(queue));
    queue
        .or_else(|| views.values().next())
        .map(|view| view.id.as_str())
}

/// Parameters of a compiled filter for SQLite.
pub(crate) fn params(values: &[Value]) -> rusqlite::ParamsFromIter<Vec<rusqlite::types::Value>> {
    rusqlite::params_from_iter(values.iter().map(sql).collect::<Vec<_>>())
}

/// A JSON value as SQLite compares it with what `json_extract` gives.
pub(crate) fn sql(value: &Value) -> rusqlite::types::Value {
    use rusqlite::types::Value as Sql;
    match value {
        Value::Null => Sql::Null,
        Value::Bool(on) => Sql::Integer(i64::from(*on)),
        Value::Number(number) => number
            .as_i64()
            .map(Sql::Integer)
            .or_else(|| number.as_f64().map(Sql::Real))
            .unwrap_or(Sql::Null),
        Value::String(text) => Sql::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Sql::Text(value.to_string()),
    }
}

fn json(value: rusqlite::types::Value) -> Value {
    use rusqlite::types::Value as Sql;
    match value {
        Sql::Null | Sql::Blob(_) => Value::Null,
        Sql::Integer(number) => number.into(),
        Sql::Real(number) => number.into(),
        Sql::Text(text) => text.into(),
    }
}
