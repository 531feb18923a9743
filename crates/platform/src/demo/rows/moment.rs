//! Instants and days of a row, which are told from the start of its world in the tenant's zone.

use chrono::{DateTime, Datelike, Days, Months, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use watchkeeper_pack::format::FieldType;
use watchkeeper_pack::{Pack, value};
use watchkeeper_wire::ingest::Incoming;

use super::{TenantDef, before};

/// What instants and days are told from.
pub(super) struct Moment<'a> {
    pub start: DateTime<Utc>,
    pub zone: Tz,
    pub pack: &'a Pack,
}

impl<'a> Moment<'a> {
    pub fn new(pack: &'a Pack, tenant: &TenantDef, start: DateTime<Utc>) -> Result<Self, String> {
        let zone: Tz = tenant.zone.parse().map_err(|_| "no such zone")?;
        Ok(Self { start, zone, pack })
    }

    /// The record that a row is.
    pub fn row(&self, kind: &str, row: &Map<String, Value>) -> Result<Incoming, String> {
        let mut body = row.clone();
        let id = body.remove("id");
        let id = id.and_then(|id| id.as_str().map(ToOwned::to_owned));
        let id = id.ok_or_else(|| format!("a {kind} has no id"))?;
        self.record(kind, id, body)
    }

    pub fn record(
        &self,
        kind: &str,
        id: String,
        body: Map<String, Value>,
    ) -> Result<Incoming, String> {
        let known = self
            .pack
            .kind(kind)
            .ok_or_else(|| format!("no kind {kind}"))?;
        let mut told = Map::new();
        for (name, value) in body {
            let type_ = known.fields.get(&name).map(|def| def.type_);
            let value = match type_ {
                Some(FieldType::Timestamp | FieldType::Date) => self.told(&value, type_)?,
                _ => value,
            };
            told.insert(name, value);
        }
        Ok(Incoming {
            kind: kind.to_owned(),
            id,
            body: told,
            version: None,
        })
    }

    /// An instant or a day that is told from the start.
    pub fn told(&self, value: &Value, type_: Option<FieldType>) -> Result<Value, String> {
        let Value::Object(parts) = value else {
            return Ok(value.clone());
        };
        let number = |name: &str| parts.get(name).and_then(Value::as_f64);
        if let Some(hours) = number("ago") {
            return Ok(value::instant_text(self.ago(hours)).into());
        }
        if let Some(hours) = number("in") {
            return Ok(value::instant_text(self.ago(-hours)).into());
        }
        if let Some(text) = parts.get("last").and_then(Value::as_str) {
            return Ok(value::instant_text(self.last(text)?).into());
        }
        let today = self.start.with_timezone(&self.zone).date_naive();
        #[allow(clippy::cast_possible_truncation)] // small whole numbers of a file
        let whole = |name: &str| number(name).map(|number| number as i64);
        let day = match (whole("day"), whole("week"), whole("month")) {
            (Some(days), ..) => today.checked_add_signed(TimeDelta::days(days)),
            (_, Some(weeks), _) => {
                let back = u64::from(today.weekday().num_days_from_monday());
                let monday = today.checked_sub_days(Days::new(back));
                monday.and_then(|monday| monday.checked_add_signed(TimeDelta::weeks(weeks)))
            }
            (_, _, Some(months)) => {
                let by = Months::new(u32::try_from(months.unsigned_abs()).unwrap_or(0));
                let first = today.with_day(1);
                first.and_then(|first| match months < 0 {
                    true => first.checked_sub_months(by),
                    false => first.checked_add_months(by),
                })
            }
            _ => None,
        };
        let day = day.ok_or_else(|| format!("{value} is no instant"))?;
        if type_ == Some(FieldType::Date) {
            return Ok(day.to_string().into());
        }
        // A day as an instant is its end; a week or a month its beginning.
        let at = match whole("day") {
            Some(_) => NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default(),
            None => NaiveTime::MIN,
        };
        let hours = TimeDelta::seconds((number("hours").unwrap_or(0.0) * 3600.0).round() as i64);
        Ok(value::instant_text(self.local(day.and_time(at) + hours)).into())
    }

    pub fn ago(&self, hours: f64) -> DateTime<Utc> {
        before(self.start, hours)
    }

    /// The latest `01-31T10:00:00Z` before the start.
    fn last(&self, text: &str) -> Result<DateTime<Utc>, String> {
        let year = self.start.year();
        let found = [year, year - 1, year - 2, year - 3, year - 4]
            .into_iter()
            .filter_map(|year| value::instant(&format!("{year}-{text}")))
            .find(|at| *at < self.start);
        found.ok_or_else(|| format!("{text} is no instant of a year"))
    }

    fn local(&self, at: NaiveDateTime) -> DateTime<Utc> {
        let found = at.and_local_timezone(self.zone);
        let found = found.earliest().map(|at| at.with_timezone(&Utc));
        found.unwrap_or_else(|| at.and_utc())
    }
}
