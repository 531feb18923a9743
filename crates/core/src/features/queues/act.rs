//! Decides by policy and queues an operation: audit, outbox and overlay in one transaction.

use super::view::{ActRequest, OperationView};
use crate::engine::Engine;
use crate::error::{Code, Error};

/// Decides by policy and queues an operation: audit, outbox and overlay in one transaction.
pub async fn act(_engine: &Engine, _request: ActRequest) -> Result<OperationView, Error> {
    Err(Error::new(Code::Internal))
}
