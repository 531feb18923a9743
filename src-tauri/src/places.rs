//! Where the window should go: somebody opened a notification, or the tray.

use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use watchkeeper_core::notify::{About, Button, Signal};

use crate::window::MAIN;

/// The window should show this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type, Event)]
#[tauri_specta(event_name = "show-place")]
pub(crate) struct ShowPlace {
    /// The profile that it is in; the one that is shown where absent.
    pub(crate) profile: Option<String>,
    /// Where in it.
    pub(crate) place: Place,
}

/// A place of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Place {
    /// The first screen.
    Watch {
        /// Alert to stand at.
        alert: Option<String>,
    },
    /// What waits for somebody's agreement.
    Approvals,
    /// What waits and what was refused.
    Sync,
}

/// Brings the window forward, at a place of a profile; of the one that is shown where it is none.
pub(crate) fn show(app: &AppHandle, profile: Option<String>, place: Place) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
    if let Err(error) = (ShowPlace { profile, place }).emit(app) {
        tracing::warn!(%error, "a place did not reach the window");
    }
}

/// Follows notifications that the operator opens, until the app ends.
pub(crate) async fn follow(mut signals: Receiver<Signal>, app: AppHandle) {
    loop {
        match signals.recv().await {
            Ok(Signal::Pressed {
                profile,
                about,
                button: Button::Open,
            }) => show(&app, Some(profile), place_of(about)),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

fn place_of(about: About) -> Place {
    match about {
        About::Alert(id) => Place::Watch { alert: Some(id) },
        About::Alerts | About::Test => Place::Watch { alert: None },
        About::Approvals => Place::Approvals,
        About::Sync => Place::Sync,
    }
}
