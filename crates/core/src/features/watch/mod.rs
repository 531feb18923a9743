//! The first screen.

mod acknowledge;
pub mod view;

pub use acknowledge::acknowledge;

use crate::engine::Engine;
use crate::error::{Code, Error};

/// The first screen.
pub async fn watch(_engine: &Engine) -> Result<view::WatchView, Error> {
    Err(Error::new(Code::NotFound))
}

/// The operator touched the app: a session goes on, or begins.
pub async fn touch(_engine: &Engine) -> Result<(), Error> {
    Ok(())
}
