//! Puts a held operation back in its lane.

use crate::engine::Engine;
use crate::error::{Code, Error};

/// Puts a held operation back in its lane.
pub async fn retry(_engine: &Engine, _operation: &str) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
