//! Views: saved questions and how they are shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::question::FilterDef;

/// A saved question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDef {
    /// Name as shown.
    pub label: String,
    /// Row that it comes from.
    pub row: String,
    /// All that the view shows.
    #[serde(rename = "where", default)]
    pub filter: FilterDef,
    /// Parts of it, in order. None means one part with everything.
    #[serde(default)]
    pub sections: Vec<SectionDef>,
    /// Sort fields; `-` before a name turns it round.
    pub sort: Vec<String>,
    /// The sort in words, such as `oldest purchase first`.
    pub sort_label: String,
    /// Columns: fields, computed fields, clocks (`clock.lapse`), or `state`.
    pub columns: Vec<ColumnDef>,
    /// Given for a queue: a view that should become empty.
    pub queue: Option<QueueDef>,
    /// Money field summed in the head.
    pub total: Option<String>,
}

/// A part of a view.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDef {
    /// Stable id.
    pub id: String,
    /// Name as shown.
    pub label: String,
    /// Remark behind the name.
    pub note: Option<String>,
    /// What stands here waits for the operator: it counts in the navigation and in the head. Where
    /// no section says so, the first does.
    #[serde(default)]
    pub waits: bool,
    /// What belongs there.
    #[serde(rename = "where")]
    pub filter: FilterDef,
    /// Action that is offered for the whole section at once; it must be one with `bulk`.
    pub at_once: Option<String>,
    /// Estimated minutes for each here, where it differs from the queue's.
    pub minutes_each: Option<f64>,
}

/// A column: `business`, or `{field: business, with: council}` for a second, quieter value.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ColumnDef {
    /// A value.
    Plain(String),
    /// A value and a quieter one beside it.
    With {
        /// The value.
        field: String,
        /// The quieter one.
        with: String,
    },
}

/// What makes a view a queue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueDef {
    /// How many may remain.
    pub target: u32,
    /// Estimated minutes for each.
    pub minutes_each: f64,
    /// Field: the instant at which a record came in, for "what is new".
    pub arrived: Option<String>,
    /// Row that plans this work.
    pub row: Option<String>,
    /// Minutes of it that do not depend on how many wait (looking, verifying).
    #[serde(default)]
    pub minutes_fixed: f64,
}
