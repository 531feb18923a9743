//! Rows: situations of a `demo.yaml` that are records as they stand, with instants told from the
//! start of the world. Most worlds are made of nothing else; a generated one has them on top.

mod moment;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};
use watchkeeper_pack::{Pack, value};
use watchkeeper_wire::ingest::Incoming;

use super::disputes::DisputesOf;
use super::documents::{Documents, Row, Stored};
use super::draw::Draw;
use super::jobs::JobOf;
use super::operations::{OperationOf, SwitchedOf};
use super::pages::PagesOf;
use crate::connectors::stand_in::{Charge, PastRefund};

use super::world::{OperatorDef, TenantDef, World, WorldError};
use moment::Moment;

/// Most records of one kind that are drawn.
const MOST: usize = 20_000;

/// Situations: kind → records.
pub type Records = BTreeMap<String, Vec<Map<String, Value>>>;
/// Records, and the files that they speak of.
pub type Filled = (Vec<Incoming>, Vec<Stored>);

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsWorld {
    /// The tenant.
    pub tenant: TenantDef,
    /// Who sits in front of the app.
    pub operator: OperatorDef,
    /// Who watches and steers the stand-ins.
    pub admin: OperatorDef,
    /// Who else works there.
    #[serde(default)]
    pub others: Vec<OperatorDef>,
    /// How controls stand.
    #[serde(default)]
    pub controls: Map<String, Value>,
    /// Who switched them, where it was not the platform.
    #[serde(default)]
    pub switched: Vec<SwitchedOf>,
    /// What these people did and asked for before the world begins.
    #[serde(default)]
    pub operations: Vec<OperationOf>,
    /// What the tenant has said.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Records behind the situations, drawn by lot.
    #[serde(default)]
    pub drawn: Vec<Drawn>,
    /// Records of a payment each, which the provider has in its own book.
    #[serde(default)]
    pub charges: Vec<ChargesOf>,
    /// Records of a dispute each, which the provider knows too.
    #[serde(default)]
    pub disputes: Vec<DisputesOf>,
    /// Records of a page each, which whoever pages knows too.
    #[serde(default)]
    pub pages: Vec<PagesOf>,
    /// What the platform's own jobs do once somebody runs them.
    #[serde(default)]
    pub jobs: Vec<JobOf>,
    /// Other days, of which one may be chosen at the start: their records come on top.
    #[serde(default)]
    pub scenarios: Vec<Scenario>,
    /// Files that records speak of.
    #[serde(default)]
    pub documents: Documents,
    /// The situations.
    pub records: Records,
}

/// Records that stand for a payment at the provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargesOf {
    /// Their kind.
    pub kind: String,
    /// Field with the charge's id.
    pub charge: String,
    /// Field with its amount.
    pub amount: String,
    /// Field with its instant.
    pub at: String,
    /// Field with what went back of it, which follows the provider's book.
    #[serde(default)]
    pub refunded: Option<String>,
    /// Field with the instant of that.
    #[serde(default)]
    pub refunded_at: Option<String>,
    /// They only follow the book: it is not made from them.
    #[serde(default)]
    pub told_only: bool,
}

/// Another day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name.
    pub id: String,
    /// What is different, in a line.
    pub label: String,
    /// Controls that stand otherwise.
    #[serde(default)]
    pub controls: Map<String, Value>,
    /// Its records, laid over those of every day.
    #[serde(default)]
    pub records: Records,
}

/// Records drawn by lot.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// Kind.
    pub kind: String,
    /// Beginning of their ids.
    pub prefix: String,
    /// How many, at instants drawn.
    pub count: Option<usize>,
    /// One every so many hours.
    pub every: Option<f64>,
    /// Field with the instant.
    pub at: String,
    /// Between so many hours before the start.
    pub ago: (f64, f64),
    /// Further instants: field → hours after the first.
    #[serde(default)]
    pub also: BTreeMap<String, f64>,
    /// Fields that have the id as well.
    #[serde(default)]
    pub id_field: Vec<String>,
    /// Fields; `{one_of: […]}` and `{between: [a, b]}` are drawn.
    pub set: Map<String, Value>,
}

impl RowsWorld {
    /// Reads `demo.yaml` in a pack's folder.
    ///
    /// # Errors
    /// Where it is not there or not of this form.
    pub fn read(folder: &Path) -> Result<Self, WorldError> {
        super::world::read_yaml(folder)
    }

    /// The records of this world, as they stand at its start.
    ///
    /// # Errors
    /// Says in words what no record can be made of.
    pub fn records(
        &self,
        pack: &Pack,
        begun: (u64, DateTime<Utc>),
        scenario: Option<&str>,
    ) -> Result<Vec<Incoming>, String> {
        self.filled(pack, begun, scenario)
            .map(|(records, _)| records)
    }

    /// Records that are told from this moment.
    pub(super) fn told(
        &self,
        pack: &Pack,
        records: &Records,
        now: DateTime<Utc>,
    ) -> Result<Vec<Incoming>, String> {
        let moment = Moment::new(pack, &self.tenant, now)?;
        let mut told = Vec::new();
        for (kind, rows) in records {
            for row in rows {
                told.push(moment.row(kind, row)?);
            }
        }
        Ok(told)
    }

    /// The records, and the files that they speak of.
    ///
    /// # Errors
    /// Says in words what no record or no file can be made of.
    pub fn filled(
        &self,
        pack: &Pack,
        (seed, start): (u64, DateTime<Utc>),
        scenario: Option<&str>,
    ) -> Result<Filled, String> {
        let moment = Moment::new(pack, &self.tenant, start)?;
        let mut all = Vec::new();
        for (kind, rows) in &self.records {
            for row in rows {
                all.push(moment.row(kind, row)?);
            }
        }
        for (drawn, stream) in self.drawn.iter().zip(1_000..) {
            drawn.records(&moment, &mut Draw::new(seed, stream), &mut all)?;
        }
        if let Some(day) = of(&self.scenarios, scenario) {
            lay_over(&mut all, &day.records, &moment)?;
        }
        let rows = all.iter_mut().map(|record| Row {
            kind: &record.kind,
            id: &record.id,
            body: &mut record.body,
        });
        let files = self.documents.fill(rows.collect(), moment.zone)?;
        Ok((all, files))
    }
}

impl World {
    /// Lays this world's rows, and those of another day, over what was generated.
    ///
    /// # Errors
    /// Says in words what no record can be made of.
    pub fn situations(
        &self,
        pack: &Pack,
        start: DateTime<Utc>,
        scenario: Option<&str>,
        generated: &mut Vec<Incoming>,
    ) -> Result<(), String> {
        let moment = Moment::new(pack, &self.tenant, start)?;
        lay_over(generated, &self.records, &moment)?;
        match of(&self.scenarios, scenario) {
            Some(day) => lay_over(generated, &day.records, &moment),
            None => Ok(()),
        }
    }
}

/// The day of this name.
fn of<'a>(scenarios: &'a [Scenario], name: Option<&str>) -> Option<&'a Scenario> {
    let name = name?;
    scenarios.iter().find(|scenario| scenario.id == name)
}

/// How controls stand on a day.
pub(super) fn controls(
    usual: &Map<String, Value>,
    scenarios: &[Scenario],
    day: Option<&str>,
) -> Map<String, Value> {
    let mut controls = usual.clone();
    let day = of(scenarios, day).into_iter();
    controls.extend(day.flat_map(|day| day.controls.clone()));
    controls
}

/// Lays rows over records: one whose record is there changes its fields, and takes away those that
/// are null; any other is a record of its own.
fn lay_over(all: &mut Vec<Incoming>, rows: &Records, moment: &Moment<'_>) -> Result<(), String> {
    let name = |record: &Incoming| (record.kind.clone(), record.id.clone());
    let mut places: BTreeMap<(String, String), usize> = all.iter().map(name).zip(0..).collect();
    for (kind, rows) in rows {
        for row in rows {
            let record = moment.row(kind, row)?;
            let place = places.get(&name(&record)).copied();
            match place.and_then(|place| all.get_mut(place)) {
                Some(there) => {
                    there.body.extend(record.body);
                    there.body.retain(|_, value| !value.is_null());
                }
                None => {
                    places.insert(name(&record), all.len());
                    all.push(record);
                }
            }
        }
    }
    Ok(())
}

/// What went back of these records before: one refund of each at the provider.
pub(super) fn refunds(kinds: &[ChargesOf], records: &[Incoming]) -> Vec<PastRefund> {
    let of = |record: &Incoming| {
        let book = kinds.iter().find(|c| c.kind == record.kind)?;
        let refunded = record.body.get(book.refunded.as_ref()?)?;
        let amount = refunded.get("minor")?.as_i64().filter(|back| *back > 0)?;
        let of = charges(kinds, std::slice::from_ref(record)).pop()?;
        Some(PastRefund {
            id: format!("R-{}", of.id),
            created: of.created,
            of: Charge { amount, ..of },
        })
    };
    records.iter().filter_map(of).collect()
}

/// What the provider has of these records.
pub(super) fn charges(kinds: &[ChargesOf], records: &[Incoming]) -> Vec<Charge> {
    let of = |record: &Incoming| {
        let mut books = kinds.iter().filter(|c| !c.told_only);
        let charges = books.find(|c| c.kind == record.kind)?;
        let text = |name: &str| record.body.get(name).and_then(Value::as_str);
        let amount = record.body.get(&charges.amount)?;
        Some(Charge {
            id: text(&charges.charge)?.to_owned(),
            amount: amount.get("minor")?.as_i64()?,
            currency: amount.get("currency")?.as_str()?.to_lowercase(),
            created: value::instant(text(&charges.at)?)?.timestamp(),
        })
    };
    records.iter().filter_map(of).collect()
}

impl Drawn {
    fn records(
        &self,
        moment: &Moment<'_>,
        draw: &mut Draw,
        all: &mut Vec<Incoming>,
    ) -> Result<(), String> {
        let (late, early) = self.ago;
        let mut hours = Vec::new();
        match (self.count, self.every) {
            (Some(count), None) => {
                hours.extend((0..count.min(MOST)).map(|_| draw.between(late, early)));
            }
            (None, Some(every)) if every > 0.0 => {
                let mut at = late;
                while at <= early && hours.len() < MOST {
                    hours.push(at);
                    at += every;
                }
            }
            _ => return Err(format!("{}: `count` or `every`", self.prefix)),
        }
        for (number, ago) in hours.into_iter().enumerate() {
            let id = format!("{}-{}", self.prefix, number + 1);
            let mut body = Map::new();
            for (name, value) in &self.set {
                body.insert(name.clone(), drawn(value, draw));
            }
            for name in &self.id_field {
                body.insert(name.clone(), id.as_str().into());
            }
            let at = |after: f64| Value::from(value::instant_text(moment.ago(ago - after)));
            body.insert(self.at.clone(), at(0.0));
            for (name, after) in &self.also {
                body.insert(name.clone(), at(*after));
            }
            all.push(moment.record(&self.kind, id, body)?);
        }
        Ok(())
    }
}

/// A value, with what it leaves open drawn.
fn drawn(value: &Value, draw: &mut Draw) -> Value {
    let Value::Object(parts) = value else {
        return value.clone();
    };
    if let Some(Value::Array(of)) = parts.get("one_of") {
        return of.get(draw.index(of.len())).cloned().unwrap_or_default();
    }
    if let Some([from, to]) = parts
        .get("between")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        let whole = from.is_i64() && to.is_i64();
        let number = draw.between(from.as_f64().unwrap_or(0.0), to.as_f64().unwrap_or(0.0));
        #[allow(clippy::cast_possible_truncation)] // a whole number between two others
        return if whole {
            Value::from(number.round() as i64)
        } else {
            Value::from(number)
        };
    }
    let parts = parts.iter();
    Value::Object(
        parts
            .map(|(name, part)| (name.clone(), drawn(part, draw)))
            .collect(),
    )
}

/// So many hours before an instant, to the millisecond.
pub(super) fn before(start: DateTime<Utc>, hours: f64) -> DateTime<Utc> {
    #[allow(clippy::cast_possible_truncation)] // milliseconds of some years
    let millis = (hours * 3_600_000.0).round() as i64;
    start - TimeDelta::milliseconds(millis)
}

#[cfg(test)]
mod tests;
