//! What the operator does, one folder a feature, one file an operation.

pub mod controls;
pub mod demo;
pub mod documents;
pub mod history;
pub mod log;
mod part;
pub mod queues;
pub(crate) mod reading;
pub mod reference;
pub mod search;
pub mod session;
pub mod settings;
pub mod sync;
pub mod tenant;
pub mod watch;
