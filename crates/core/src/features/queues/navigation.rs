//! The rail: queues with their counts.

use super::view::NavigationView;
use crate::engine::Engine;
use crate::error::{Code, Error};

/// The rail: queues with their counts.
pub async fn navigation(_engine: &Engine) -> Result<NavigationView, Error> {
    Err(Error::new(Code::Internal))
}
