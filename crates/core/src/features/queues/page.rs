//! A page of a view.

use super::view::{ViewPage, ViewRequest};
use crate::engine::Engine;
use crate::error::{Code, Error};

/// A page of a view.
pub async fn page(_engine: &Engine, _request: ViewRequest) -> Result<ViewPage, Error> {
    Err(Error::new(Code::Internal))
}
