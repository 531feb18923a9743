//! The operator has read the notices.

use crate::app::App;
use crate::error::{Code, Error};

/// The operator has read the notices.
pub async fn dismiss_notices(_app: &App) -> Result<(), Error> {
    Err(Error::new(Code::Internal))
}
