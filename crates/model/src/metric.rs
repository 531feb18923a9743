//! Metrics: over what time they are taken, and what the pieces say together.
//!
//! [`frame`] cuts the windows, [`questions`] asks for them (one query for each measure, however many
//! points there are), [`read`] puts the answers together. Nothing here touches a store.

mod windows;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_pack::expr::{EvalError, Scope};
use watchkeeper_pack::format::{Aggregate, BandDef, Tone, Unit, WindowDef};
use watchkeeper_pack::measure::{Asked, Later, Measure, Measured, Piece, Pieces, Span};
use watchkeeper_pack::pack::Metric;
use watchkeeper_pack::{Kind, Pack};

pub use windows::{Frame, frame};

/// Most parts that are listed.
const PARTS: usize = 5;
/// Half a minor unit, or next to nothing of anything else: below it two numbers are the same.
const SAME_MONEY: f64 = 0.5;
const SAME: f64 = 1e-9;

/// What is asked about a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Questions {
    /// In order: the measure, by parts, the divisor, the stated.
    pub asked: Vec<Asked>,
    parts: bool,
    per: bool,
    stated: bool,
}

/// A metric's value and what belongs to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The value; none where it cannot be worked out.
    pub value: Option<f64>,
    /// What it was divided by.
    pub of: Option<f64>,
    /// Records measured.
    pub count: u64,
    /// The unfinished window carried on to its end.
    pub projected: Option<f64>,
    /// The value divided by the days of the window so far.
    pub daily: Option<f64>,
    /// Change against the window before; 0.12 is 12 % more.
    pub change: Option<f64>,
    /// Colour.
    pub tone: Tone,
    /// Values over time, the last being now.
    pub points: Vec<Option<f64>>,
    /// The largest parts.
    pub parts: Vec<(String, f64)>,
    /// What is not listed, summed up.
    pub other: Option<f64>,
    /// The middle one of all parts.
    pub median: Option<f64>,
    /// The largest of all parts.
    pub most: Option<f64>,
    /// What the other source states; none where there is none.
    pub stated: Option<Stated>,
}

/// The same number from another source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stated {
    /// Theirs.
    pub value: Option<f64>,
    /// Both are known, and they are not the same.
    pub differs: bool,
}

/// What is to be asked. `scope` holds settings and controls.
pub fn questions(
    pack: &Pack,
    metric: &Metric,
    frame: &Frame,
    scope: &Scope<'_>,
) -> Result<Questions, EvalError> {
    let windows = frame.windows();
    let now = [frame.current];
    let mut asked = vec![ask(pack, &metric.measure, scope, &windows, None)?];
    let by = metric.def.by.as_deref();
    if let Some(by) = by {
        asked.push(ask(pack, &metric.measure, scope, &now, Some(by))?);
    }
    if let Some(per) = &metric.per {
        asked.push(ask(pack, per, scope, &windows, None)?);
    }
    if let Some(stated) = &metric.stated {
        asked.push(ask(pack, stated, scope, &now, None)?);
    }
    Ok(Questions {
        asked,
        parts: by.is_some(),
        per: metric.per.is_some(),
        stated: metric.stated.is_some(),
    })
}

fn ask(
    pack: &Pack,
    measure: &Measure,
    scope: &Scope<'_>,
    spans: &[Span],
    by: Option<&str>,
) -> Result<Asked, EvalError> {
    measure.ask(kind_of(pack, measure)?, scope, spans, by)
}

fn kind_of<'p>(pack: &'p Pack, measure: &Measure) -> Result<&'p Kind, EvalError> {
    pack.kind(&measure.def.kind).ok_or_else(|| EvalError {
        message: "there is no such kind".to_owned(),
    })
}

/// When a metric may change though no record does.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    /// The window itself turns.
    pub turns_at: Option<DateTime<Utc>>,
    /// Something enters or leaves it: each question answers one instant as text, or null.
    pub asked: Vec<(Later, Asked)>,
}

/// When a metric may change though no record does.
pub fn later(
    pack: &Pack,
    metric: &Metric,
    frame: &Frame,
    scope: &Scope<'_>,
    now: DateTime<Utc>,
) -> Result<Ahead, EvalError> {
    let length = match metric.def.window {
        WindowDef::Hours(hours) => Some(TimeDelta::hours(i64::from(hours))),
        WindowDef::Days(days) => Some(TimeDelta::days(i64::from(days))),
        WindowDef::Now | WindowDef::Week | WindowDef::Month => None,
    };
    let mut all = Vec::new();
    for measure in [Some(&metric.measure), metric.per.as_ref()]
        .into_iter()
        .flatten()
    {
        all.extend(measure.ask_later(kind_of(pack, measure)?, scope, now, length)?);
    }
    Ok(Ahead {
        turns_at: frame.end,
        asked: all,
    })
}

/// Puts the answers together, in the order of [`Questions::asked`].
pub fn read(
    metric: &Metric,
    frame: &Frame,
    questions: &Questions,
    answers: Vec<Vec<Piece>>,
) -> Reading {
    let mut answers = questions.asked.iter().zip(answers);
    let mut next = |measure: &Measure| {
        let (asked, pieces) = answers.next()?;
        Some(measure.pieces(asked, pieces))
    };
    let Some(measured) = next(&metric.measure) else {
        return Reading::default();
    };
    let parts = questions.parts.then(|| next(&metric.measure)).flatten();
    let per = metric.per.as_ref().filter(|_| questions.per);
    let per = per.and_then(&mut next);
    let stated = metric.stated.as_ref().filter(|_| questions.stated);
    let stated = stated.and_then(&mut next);
    let divided = |span: &Span| divide(&measured, per.as_ref(), span);
    let (value, of, count) = divided(&frame.current);
    let before = frame.before.and_then(|span| divided(&span).0);
    let adds_up =
        per.is_none() && matches!(metric.def.measure.answer, Aggregate::Sum | Aggregate::Count);
    let projected = value.filter(|_| metric.def.project).and_then(|value| {
        if adds_up {
            frame.projected(value)
        } else {
            Some(value)
        }
    });
    let change = value
        .zip(before.filter(|before| metric.def.compare && *before != 0.0))
        .map(|(value, before)| (value - before) / before.abs());
    let parts = parts.map_or_else(Parts::default, |parts| listed(&parts, frame));
    Reading {
        value,
        of,
        count,
        projected,
        daily: value.filter(|_| adds_up).and_then(|v| frame.daily(v)),
        change: change.filter(|change| change.is_finite()),
        tone: value.map_or(Tone::Neutral, |value| tone(&metric.def.bands, value)),
        points: frame.points.iter().map(|span| divided(span).0).collect(),
        parts: parts.listed,
        other: parts.other,
        median: parts.median,
        most: parts.most,
        stated: stated.map(|stated| state(metric, value, stated.of(&frame.current))),
    }
}

fn divide(measured: &Pieces, per: Option<&Pieces>, span: &Span) -> (Option<f64>, Option<f64>, u64) {
    let Measured { value, count } = measured.of(span);
    let Some(per) = per else {
        return (value, None, count);
    };
    let of = per.of(span).value;
    let divided = match (value, of) {
        (Some(value), Some(of)) if of != 0.0 => Some(value / of),
        _ => None,
    };
    (divided.filter(|d| d.is_finite()), of, count)
}

/// What the parts of a metric say together.
#[derive(Default)]
struct Parts {
    listed: Vec<(String, f64)>,
    other: Option<f64>,
    median: Option<f64>,
    most: Option<f64>,
}

fn listed(parts: &Pieces, frame: &Frame) -> Parts {
    let all = parts.parts(&frame.current).into_iter();
    let mut listed: Vec<(String, f64)> = all
        .filter_map(|(name, m)| Some((name.unwrap_or_default(), m.value?)))
        .collect();
    let values: Vec<f64> = listed.iter().map(|(_, value)| *value).collect();
    let rest = values.get(PARTS..).filter(|rest| !rest.is_empty());
    let other = rest.map(|rest| rest.iter().sum());
    listed.truncate(PARTS);
    Parts {
        listed,
        other,
        most: values.iter().copied().reduce(f64::max),
        median: median(values),
    }
}

/// The middle one of these; of an even number the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some((values.get(low)? + values.get(high)?) / 2.0)
}

fn state(metric: &Metric, ours: Option<f64>, theirs: Measured) -> Stated {
    let same = if metric.def.unit == Unit::Money {
        SAME_MONEY
    } else {
        SAME
    };
    let differs = ours
        .zip(theirs.value)
        .is_some_and(|(ours, theirs)| (ours - theirs).abs() > same);
    Stated {
        value: theirs.value,
        differs,
    }
}

/// The colour of a value: that of the first band that holds.
pub fn tone(bands: &[BandDef], value: f64) -> Tone {
    let holds = |band: &&BandDef| {
        band.above.is_none_or(|edge| value > edge)
            && band.from.is_none_or(|edge| value >= edge)
            && band.below.is_none_or(|edge| value < edge)
            && band.to.is_none_or(|edge| value <= edge)
    };
    bands.iter().find(holds).map_or(Tone::Neutral, |b| b.tone)
}

impl Reading {
    /// What a rule over the metric sees: `value`, `of`, `count`; in texts a whole number stands
    /// without a point.
    pub fn for_rule(&self) -> Map<String, Value> {
        let number = |n: Option<f64>| n.map_or(Value::Null, plain);
        let values = [
            ("value".to_owned(), number(self.value)),
            ("of".to_owned(), number(self.of)),
            ("count".to_owned(), Value::from(self.count)),
        ];
        values.into_iter().collect()
    }

    /// What the metric's remark sees.
    pub fn for_note(&self, metric: &Metric, currency: &str) -> Map<String, Value> {
        let unit = metric.def.unit;
        let worded = |n: Option<f64>| n.map_or(Value::Null, |n| worded(n, unit, currency));
        let mut values = self.for_rule();
        for (name, value) in [
            ("value", worded(self.value)),
            ("projected", worded(self.projected)),
            ("daily", worded(self.daily)),
            ("median", worded(self.median)),
            ("most", worded(self.most)),
            ("target", worded(metric.def.target)),
            ("limit", worded(metric.def.limit)),
        ] {
            values.insert(name.to_owned(), value);
        }
        values
    }

    /// The metric's remark; none where it has none, or where something that it speaks of is not
    /// known.
    pub fn note(&self, metric: &Metric, currency: &str) -> Option<String> {
        let scope = Scope {
            values: self.for_note(metric, currency),
            ..Scope::default()
        };
        let text = metric.note.as_ref()?.render(&scope).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// A number as texts show it.
fn worded(number: f64, unit: Unit, currency: &str) -> Value {
    #[allow(clippy::cast_possible_truncation)]
    match unit {
        Unit::Money => json!({"minor": number.round() as i64, "currency": currency}),
        Unit::Share => plain((number * 100.0).round()),
        Unit::Count | Unit::Milliseconds | Unit::Days => plain((number * 10.0).round() / 10.0),
    }
}

fn plain(number: f64) -> Value {
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    if number.fract() == 0.0 && number.abs() < 2_f64.powi(53) {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}
