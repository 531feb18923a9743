//! What goes wrong in the window, for the journal.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::journal::line;

/// A fault of the window. It carries no message, because that may quote data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub(crate) struct UiError {
    /// Name of the error's class, such as `TypeError`.
    pub(crate) name: String,
    /// Where: component or file and line.
    pub(crate) place: String,
}

/// Writes a fault of the window to the journal.
#[tauri::command]
#[specta::specta]
pub(crate) fn report_ui_error(error: UiError) {
    tracing::error!(
        name = line(&error.name),
        place = line(&error.place),
        "fault in the window"
    );
}
