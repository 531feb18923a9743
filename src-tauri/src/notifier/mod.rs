//! Native notifications, behind the core's one small trait.
//!
//! On Linux we speak to `org.freedesktop.Notifications` ourselves, for every bubble: urgency, no
//! expiry, replacing, buttons, and an error when it was not shown. The notification plugin has none
//! of these there (it answers that all went well even where nobody listens). On other systems the
//! plugin shows what it can.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(not(target_os = "linux"))]
mod plugin;

use std::sync::Arc;

use tauri::AppHandle;
use tokio::sync::broadcast;
use watchkeeper_core::notify::{Button, Notifier, Signal};

/// Signals that a slow listener may fall behind before it misses some.
const SIGNALS: usize = 64;

/// What shows notifications on this system.
#[cfg(target_os = "linux")]
pub(crate) fn of(_app: &AppHandle) -> Arc<dyn Notifier> {
    Arc::new(bus::Bus::new(channel()))
}

/// What shows notifications on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn of(app: &AppHandle) -> Arc<dyn Notifier> {
    Arc::new(plugin::Plugin::new(app.clone(), channel()))
}

fn channel() -> broadcast::Sender<Signal> {
    broadcast::channel(SIGNALS).0
}

/// Word on a button. The window's words are the page's; these few are said without it.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn word(button: Button) -> &'static str {
    match button {
        Button::Open => "Open",
        Button::Acknowledge => "Acknowledge",
    }
}
