//! The first screen: what changed, what fires, the numbers, what is due; and the operator's sessions.

mod acknowledge;
mod sessions;
mod touch;
pub mod view;

pub use acknowledge::acknowledge;
pub use touch::touch;

use crate::engine::Engine;
use crate::error::{Code, Error};

/// The engine's own kind.
pub(crate) const ALERT: &str = "alert";

/// The first screen.
pub async fn watch(_engine: &Engine) -> Result<view::WatchView, Error> {
    Err(Error::new(Code::NotFound))
}
