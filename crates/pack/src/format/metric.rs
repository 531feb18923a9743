//! `metrics/<id>.yaml`: numbers with a window, an age and a threshold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::question::FilterDef;
use super::record::Tone;

/// `metrics/<id>.yaml`: a number that is computed from records, on either side. What a system only
/// samples arrives as records of a kind of its own, one a sample.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricFile {
    /// Stable id.
    pub id: String,
    /// Row that it comes from.
    pub row: String,
    /// Name as shown.
    pub label: String,
    /// What it counts in.
    pub unit: Unit,
    /// What is measured.
    pub measure: MeasureDef,
    /// What it is divided by; where that is nothing, there is no value.
    pub per: Option<MeasureDef>,
    /// Over what time.
    pub window: WindowDef,
    /// Compare with the window before, of the same length.
    #[serde(default)]
    pub compare: bool,
    /// Carry the value of an unfinished window on to its end, as `projected`.
    #[serde(default)]
    pub project: bool,
    /// Which way is good.
    #[serde(default)]
    pub better: Better,
    /// Value to be reached.
    pub target: Option<f64>,
    /// Most that may be spent, such as a budget of the month; in the metric's unit (money: minor).
    pub limit: Option<f64>,
    /// Bands, the worst first; the first that holds colours the value. None holds: neutral.
    #[serde(default)]
    pub bands: Vec<BandDef>,
    /// Field of the measured kind by which it is split, for the largest parts.
    pub by: Option<String>,
    /// The same number as another system states it. A difference is shown, never settled.
    pub stated: Option<StatedDef>,
    /// Points of the sparkline, oldest first, the last being now; 0 for none.
    #[serde(default)]
    pub points: u32,
    /// View that shows the records behind it.
    pub view: Option<String>,
    /// Template over `value`, `of` (the divisor), `count` (records measured), `projected`, `daily`
    /// (the value divided by the days of its window so far), `target`, `limit`. Money is an amount
    /// for the filter `money`, a share a whole percentage.
    pub note: Option<String>,
}

/// What is measured: one aggregate over records.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureDef {
    /// Kind.
    pub kind: String,
    /// Which of them.
    #[serde(rename = "where", default)]
    pub filter: FilterDef,
    /// The aggregate.
    pub answer: Aggregate,
    /// Field that it is taken over; absent for `count`. Of money its minor units.
    pub field: Option<String>,
    /// Instant that decides whether a record falls into the window: `from <= at < to`.
    pub at: Option<String>,
    /// Span in which a record counts, for what is true at an instant: `from <= t < until`, an absent
    /// `until` being open.
    pub during: Option<DuringDef>,
}

/// A span of a record, by two of its instants.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuringDef {
    /// Field: it begins.
    pub from: String,
    /// Fields: it ends with the first of these that is there.
    pub until: Vec<String>,
}

/// Aggregate of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Number of records.
    Count,
    /// Sum.
    Sum,
    /// Mean.
    Mean,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Of the newest record by `at`.
    Last,
}

/// What a metric counts in.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Things.
    Count,
    /// Minor units of the pack's currency.
    Money,
    /// A share; 1 is all.
    Share,
    /// Milliseconds.
    Milliseconds,
    /// Days.
    Days,
}

/// Over what time a metric is taken. Days, weeks (from Monday), months are those of the tenant's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowDef {
    /// The state now.
    Now,
    /// The last so many hours.
    Hours(u32),
    /// The last so many times 24 hours.
    Days(u32),
    /// Since the week began.
    Week,
    /// Since the month began.
    Month,
}

/// Which way is good.
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Neither.
    #[default]
    Neither,
    /// More.
    More,
    /// Less.
    Less,
}

/// A band of values.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BandDef {
    /// Row that it comes from.
    pub row: String,
    /// Colour.
    pub tone: Tone,
    /// Above this (not at it).
    pub above: Option<f64>,
    /// Below this (not at it).
    pub below: Option<f64>,
    /// From this on.
    pub from: Option<f64>,
    /// Up to and with this.
    pub to: Option<f64>,
}

/// The same number from another source.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatedDef {
    /// Who states it, such as `feed`.
    pub label: String,
    /// Theirs.
    pub measure: MeasureDef,
}
