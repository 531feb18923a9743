//! Numbers of the first screen: the pack's metrics over mirror and overlay.

use std::collections::BTreeSet;

use watchkeeper_model::metric::{self, Frame};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{FieldType, Unit, WindowDef};
use watchkeeper_pack::measure::{Asked, Piece};
use watchkeeper_pack::pack::Metric;
use watchkeeper_pack::{Pack, value};

use super::kept::{Kept, Versions};
use super::view::{NumberView, PartView, StatedView, ThresholdView, WindowView};
use crate::error::Error;
use crate::features::reading::{Reading, params};

/// What a part is called that has no name.
const NAMELESS: &str = "–";

/// The numbers of the first screen, in the pack's order.
pub(super) fn all(
    reading: &Reading<'_>,
    pack: Option<&Pack>,
    kept: &Kept,
    versions: &Versions,
) -> Result<Vec<NumberView>, Error> {
    let Some(pack) = pack else {
        return Ok(Vec::new());
    };
    let now = reading.now.at;
    let metrics = pack.numbers.iter().filter_map(|id| pack.metrics.get(id));
    metrics
        .map(|metric| {
            let read = read_by(pack, metric, versions);
            if let Some(number) = kept.get(&metric.def.id, &pack.hash, &read, now) {
                return Ok(number);
            }
            let number = number(reading, pack, metric)?;
            kept.put(&pack.hash, read, now, &number);
            Ok(number)
        })
        .collect()
}

/// Versions of the kinds that a metric reads, that of its parts' names included.
fn read_by(pack: &Pack, metric: &Metric, versions: &Versions) -> Versions {
    let measures = [
        Some(&metric.measure),
        metric.per.as_ref(),
        metric.stated.as_ref(),
    ];
    let mut kinds: BTreeSet<&str> = measures
        .into_iter()
        .flatten()
        .map(|measure| measure.def.kind.as_str())
        .collect();
    kinds.extend(part_kind(pack, metric));
    kinds
        .into_iter()
        .map(|kind| (kind.to_owned(), versions.get(kind).copied().unwrap_or(0)))
        .collect()
}

/// Kind of the records by which a metric is split, where it is split by references.
fn part_kind<'a>(pack: &'a Pack, metric: &'a Metric) -> Option<&'a str> {
    let by = metric.def.by.as_ref()?;
    let field = pack.kind(&metric.measure.def.kind)?.fields.get(by)?;
    field
        .kind
        .as_deref()
        .filter(|_| field.type_ == FieldType::Ref)
}

fn number(reading: &Reading<'_>, pack: &Pack, metric: &Metric) -> Result<NumberView, Error> {
    let def = &metric.def;
    let frame = metric::frame(def, pack.zone_in(&reading.rights.settings), reading.now.at);
    let scope = Scope {
        actor: reading.rights.actor_value(),
        settings: pack.settings_in_force(&reading.rights.settings),
        controls: pack.controls_in_force(&reading.rights.controls),
        now: Some(reading.now.at),
        ..Scope::default()
    };
    let mut view = blank(reading, pack, metric, &frame);
    let questions = match metric::questions(pack, metric, &frame, &scope) {
        Ok(questions) => questions,
        Err(error) => {
            view.problem = Some(format!("This cannot be asked: {error}."));
            return Ok(view);
        }
    };
    let answers = questions
        .asked
        .iter()
        .map(|asked| pieces(reading, asked))
        .collect::<Result<Vec<_>, _>>()?;
    let read = metric::read(metric, &frame, &questions, answers);
    view.note = read.note(metric, &pack.currency);
    view.problem = read
        .value
        .is_none()
        .then(|| why_none(metric, read.of, read.count));
    view.value = read.value;
    view.of = read.of;
    view.count = u32::try_from(read.count).unwrap_or(u32::MAX);
    view.projected = read.projected;
    view.change = read.change;
    view.tone = read.tone;
    view.points = read.points;
    view.parts = parts(reading, pack, metric, read.parts)?;
    view.other = read.other;
    view.stated = def.stated.as_ref().zip(read.stated).map(|(def, stated)| {
        let (label, value) = (def.label.clone(), stated.value);
        StatedView {
            label,
            value,
            differs: stated.differs,
        }
    });
    Ok(view)
}

/// What is known of a number before anything is asked.
fn blank(reading: &Reading<'_>, pack: &Pack, metric: &Metric, frame: &Frame) -> NumberView {
    let def = &metric.def;
    let money = def.unit == Unit::Money;
    NumberView {
        id: def.id.clone(),
        row: def.row.clone(),
        label: def.label.clone(),
        unit: def.unit,
        currency: money.then(|| pack.currency.clone()),
        digits: if money {
            value::digits(&pack.currency)
        } else {
            0
        },
        value: None,
        of: None,
        count: 0,
        projected: None,
        window: match def.window {
            WindowDef::Now => WindowView::Now,
            WindowDef::Hours(hours) => WindowView::Hours { hours },
            WindowDef::Days(days) => WindowView::Days { days },
            WindowDef::Week => WindowView::Week,
            WindowDef::Month => WindowView::Month,
        },
        change: None,
        better: def.better,
        target: def.target,
        limit: def.limit,
        tone: watchkeeper_pack::format::Tone::Neutral,
        thresholds: thresholds(metric),
        points: Vec::new(),
        points_from: frame.points.first().map(|span| reading.wall(span.to)),
        stated: None,
        parts: Vec::new(),
        other: None,
        note: None,
        view: def.view.clone(),
        problem: None,
    }
}

/// Why there is no value, as a sentence.
fn why_none(metric: &Metric, of: Option<f64>, count: u64) -> String {
    match (&metric.per, of) {
        (Some(_), None | Some(0.0)) => "There is nothing to divide by.",
        _ if count == 0 => "There is no record in this time.",
        _ => "No record in this time has what is measured.",
    }
    .to_owned()
}

/// Where colours begin: of each band its lower edge, else its upper; each edge once, for the worst.
fn thresholds(metric: &Metric) -> Vec<ThresholdView> {
    let mut thresholds: Vec<ThresholdView> = Vec::new();
    for band in &metric.def.bands {
        let lower = band.above.or(band.from).map(|edge| (edge, true));
        let upper = band.below.or(band.to).map(|edge| (edge, false));
        if let Some((value, above)) = lower.or(upper)
            && thresholds
                .iter()
                .all(|known| (known.value - value).abs() > f64::EPSILON)
        {
            thresholds.push(ThresholdView {
                value,
                tone: band.tone,
                above,
                row: band.row.clone(),
            });
        }
    }
    thresholds
}

/// Asks one question.
fn pieces(reading: &Reading<'_>, asked: &Asked) -> Result<Vec<Piece>, Error> {
    let table = reading.shown_table(&asked.kind)?;
    let mut statement = reading.cache.prepare(&asked.statement(table, None))?;
    let rows = statement.query_map(params(&asked.filter.params), |row| {
        Ok(Piece {
            begins: whole(row.get(0)?),
            ends: whole(row.get(1)?),
            part: name(row.get(2)?),
            count: row.get::<_, u32>(3)?.into(),
            there: row.get::<_, u32>(4)?.into(),
            value: amount(row.get(5)?),
            newest: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn whole(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// What is no number counts as none.
#[allow(clippy::cast_precision_loss)] // whole numbers of records are within ±2^53
fn amount(value: rusqlite::types::Value) -> Option<f64> {
    use rusqlite::types::Value as Sql;
    match value {
        Sql::Integer(number) => Some(number as f64),
        Sql::Real(number) => Some(number),
        Sql::Null | Sql::Text(_) | Sql::Blob(_) => None,
    }
}

fn name(part: rusqlite::types::Value) -> Option<String> {
    use rusqlite::types::Value as Sql;
    match part {
        Sql::Null | Sql::Blob(_) => None,
        Sql::Integer(number) => Some(number.to_string()),
        Sql::Real(number) => Some(number.to_string()),
        Sql::Text(text) => Some(text),
    }
}

fn parts(
    reading: &Reading<'_>,
    pack: &Pack,
    metric: &Metric,
    parts: Vec<(String, f64)>,
) -> Result<Vec<PartView>, Error> {
    let kind = part_kind(pack, metric);
    let states = pack.kind(&metric.measure.def.kind);
    let by_state = metric.def.by.as_deref() == Some("state");
    parts
        .into_iter()
        .map(|(name, value)| {
            let title = match (kind, states.filter(|_| by_state)) {
                (Some(kind), _) => reading.title(kind, &name)?,
                (None, Some(states)) => states.state(&name).map(|state| state.label.clone()),
                (None, None) => None,
            };
            let named = Some(name).filter(|name| !name.is_empty());
            Ok(PartView {
                label: title.or(named).unwrap_or_else(|| NAMELESS.to_owned()),
                value,
            })
        })
        .collect()
}
