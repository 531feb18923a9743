//! The state of the app.

use super::view::AppView;
use crate::app::App;
use crate::error::{Code, Error};

/// The state of the app.
pub async fn app_view(_app: &App) -> Result<AppView, Error> {
    Err(Error::new(Code::Internal))
}
