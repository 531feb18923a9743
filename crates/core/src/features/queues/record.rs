//! One record with its facts, clocks, actions and the policy of each.

use super::view::RecordView;
use crate::engine::Engine;
use crate::error::{Code, Error};

/// One record with its facts, clocks, actions and the policy of each.
pub async fn record(_engine: &Engine, _kind: &str, _id: &str) -> Result<RecordView, Error> {
    Err(Error::new(Code::Internal))
}
