//! The only way in which the UI learns of a change: tags of what to read again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;

/// What a query reads and a change touches. The UI refetches the queries of the tags it is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(tag = "tag", content = "of", rename_all = "snake_case")]
pub enum Tag {
    /// The state of the app: signed in, locked, profiles.
    App,
    /// Navigation and its counts.
    Navigation,
    /// Records of a kind: views over it, and details.
    Kind(String),
    /// Outbox, cursor, connection: what Sync and the rail's foot show.
    Sync,
    /// The audit chain.
    Audit,
    /// Pack, settings, controls.
    Pack,
    /// Notifications: what is wanted, what was shown.
    Notifications,
}

/// Who changed it, so that a window can tell its own echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The operator, in this app.
    Operator,
    /// A pull or a verdict.
    Sync,
    /// Time passed: something turned late or lapsed.
    Clock,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangeSet {
    /// The profile whose data changed; none where it is the app itself.
    pub profile: Option<String>,
    /// What to read again.
    pub tags: BTreeSet<Tag>,
    /// Who changed it.
    pub source: Source,
}
