//! Where the window should go: somebody opened a notification, or the tray.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri_specta::Event;

/// The window should show this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
#[tauri_specta(event_name = "show-place")]
pub(crate) struct ShowPlace(pub(crate) Place);

/// A place of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Place {
    /// The first screen.
    Watch {
        /// Alert to stand at.
        alert: Option<String>,
    },
    /// What waits and what was refused.
    Sync,
}
