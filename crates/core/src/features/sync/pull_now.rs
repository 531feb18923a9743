//! Asks for a pull and a push now; answers at once.

use crate::engine::Engine;
use crate::error::{Code, Error};

/// Asks for a pull and a push now; answers at once.
pub async fn pull_now(_engine: &Engine) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
