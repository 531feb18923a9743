//! The desktop shell: a window, thin commands, one event. Whatever decides anything is in
//! `watchkeeper-core`.
//!
//! - [`commands`]: what the window may ask, five lines each;
//! - [`bindings`]: the same as TypeScript;
//! - [`changes`]: the one event;
//! - [`notifier`]: native notifications, and [`tray`]: the red count;
//! - [`places`]: where the window should go when one of them is opened;
//! - [`window`]: the one window and what it may not do;
//! - [`instance`]: one app per data folder;
//! - [`start`]: from arguments to a running app.

mod args;
mod bindings;
mod changes;
mod commands;
mod instance;
mod journal;
mod notifier;
mod places;
mod start;
mod tray;
#[cfg(target_os = "linux")]
mod webkit;
mod window;

pub use args::Args;
pub use start::run;
