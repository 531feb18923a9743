//! The audit chain.

pub mod view;

use crate::engine::Engine;
use crate::error::{Code, Error};

/// A page of the log.
pub async fn page(_engine: &Engine, _request: view::LogRequest) -> Result<view::LogPage, Error> {
    Err(Error::new(Code::NotFound))
}

/// Checks the whole chain now.
pub async fn verify(engine: &Engine) -> Result<(), Error> {
    engine.check_chain().await.map(drop)
}
