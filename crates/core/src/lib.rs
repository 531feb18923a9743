//! The engine of Watchkeeper, without a window.
//!
//! Every screen is answered from local data and every change takes one way:
//! [`features`] → policy → one `state.db` transaction (audit, outbox, overlay) → lane → platform.

pub mod app;
pub mod audit;
pub mod changes;
pub mod clock;
pub mod crash;
pub mod documents;
pub mod engine;
pub mod error;
pub mod features;
pub mod keys;
pub mod notify;
pub mod outbox;
pub mod overlay;
pub mod profile;
pub mod secrets;
pub mod store;
pub mod sync;

pub use app::{App, Config, Demo};
pub use engine::Engine;
pub use error::{Code, Error};
