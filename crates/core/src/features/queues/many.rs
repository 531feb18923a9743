//! One action on many records: an operation each.

use super::view::{ActManyAnswer, ActManyRequest, SelectRequest, SelectionView};
use crate::engine::Engine;
use crate::error::{Code, Error};

/// What an action on many records would do: nothing is done yet.
pub async fn select(_engine: &Engine, _request: SelectRequest) -> Result<SelectionView, Error> {
    Err(Error::new(Code::NotFound))
}

/// Decides each by policy and queues what is allowed.
pub async fn act_many(_engine: &Engine, _request: ActManyRequest) -> Result<ActManyAnswer, Error> {
    Err(Error::new(Code::NotFound))
}
