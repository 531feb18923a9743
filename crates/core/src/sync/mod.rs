//! Keeping in step with the platform: the client, the pull, hints, the pack, the audit chain.

pub mod backoff;
pub mod client;
pub mod parse;
pub mod plan;
