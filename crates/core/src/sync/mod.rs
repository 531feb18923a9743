//! Keeping in step with the platform: the client, the pull, hints, the pack, the audit chain.

pub mod activate;
pub mod apply;
pub mod backoff;
pub mod client;
pub mod compare;
pub mod deliver;
pub mod diverged;
pub mod enrol;
pub mod hints;
pub mod histories;
pub mod missed;
pub mod page;
pub mod parse;
pub mod plan;
pub mod pull;
pub mod restored;
pub mod starts;
pub mod text;
pub mod words;
