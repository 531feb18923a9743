//! What the operator does, one folder a feature, one file an operation.

pub mod queues;
pub(crate) mod reading;
pub mod search;
pub mod session;
pub mod sync;
