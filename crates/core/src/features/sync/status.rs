//! The connection and what waits.

use super::view::SyncView;
use crate::engine::Engine;
use crate::error::{Code, Error};

/// The connection and what waits.
pub async fn status(_engine: &Engine) -> Result<SyncView, Error> {
    Err(Error::new(Code::Internal))
}
