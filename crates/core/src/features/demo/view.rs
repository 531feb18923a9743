//! Scenario and clock of a demo.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What may be chosen, and what is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DemoWorldsView {
    /// Other days than every day.
    pub scenarios: Vec<ScenarioView>,
    /// The one that was chosen; none is every day.
    pub scenario: Option<String>,
    /// The clock of the demo, tenant's wall clock, RFC 3339 with offset.
    pub now: String,
    /// IANA zone of that, in which a time is chosen.
    pub zone: String,
    /// Operations that wait in the open profiles of this demo: they are held when another world is
    /// chosen.
    pub waits: u32,
    /// A choice that was interrupted and could not be made any more; until the next one.
    pub undone: Option<UndoneChoiceView>,
}

/// A choice that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UndoneChoiceView {
    /// The scenario; none is every day.
    pub scenario: Option<String>,
}

/// Another day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ScenarioView {
    /// Its name.
    pub id: String,
    /// What is different, in a line.
    pub label: String,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChooseWorldRequest {
    /// The scenario; none for every day.
    pub scenario: Option<String>,
    /// Where the clock is set, by the tenant's wall: `2026-04-05T02:30`. It goes on as it is where
    /// absent.
    pub at: Option<String>,
}
