//! Gives up an operation that is waiting or held; one that may have been sent is not given up.

use crate::engine::Engine;
use crate::error::{Code, Error};

/// Gives up an operation that is waiting or held; one that may have been sent is not given up.
pub async fn discard(_engine: &Engine, _operation: &str) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
