//! The first screen: what changed, what fires, the numbers, what is due; and the operator's sessions.

mod acknowledge;
mod alerts;
mod due;
mod events;
mod kept;
mod line;
mod numbers;
mod queries;
mod red;
mod screen;
pub mod sessions;
mod touch;
mod unanswered;
pub mod view;

pub use acknowledge::acknowledge;
pub(crate) use kept::Kept;
pub use red::{RedAlert, red};
pub use screen::watch;
pub use touch::touch;

/// The engine's own kind.
pub(crate) const ALERT: &str = "alert";
