//! The worlds of a demo: `GET` and `POST /demo/worlds`. No part of the API: only a platform that was
//! started as a demo has it, and says so in [`crate::session::Me::demo`].

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Path of it, after the platform's address.
pub const WORLDS: &str = "demo/worlds";

/// Which worlds a tenant of the demo may have, and which it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worlds {
    /// Other days than every day.
    pub scenarios: Vec<Scenario>,
    /// The one that was chosen; none is every day.
    #[serde(default)]
    pub scenario: Option<String>,
    /// The clock, UTC: that of all tenants of this demo.
    pub now: DateTime<Utc>,
    /// A choice that was interrupted and could not be made any more when the demo started again; until the
    /// next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<ChooseWorld>,
}

/// Another day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub id: String,
    /// What is different, in a line.
    pub label: String,
}

/// Which world the tenant of the token is to have. Its records are replaced by those of that world,
/// and another history begins for the whole demo: every laptop fills its mirror anew and holds what
/// waits in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChooseWorld {
    /// The scenario; none for every day.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Where the clock of all tenants is set, UTC; it goes on as it is where absent.
    #[serde(default)]
    pub now: Option<DateTime<Utc>>,
}
