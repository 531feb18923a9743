//! Calls to providers: the platform's own outbox and the connectors that empty it.
//!
//! A connector speaks one provider's published contract over HTTP. In the demo world and in tests
//! it speaks it to a stand-in of ours, which keeps a ledger of its own and misbehaves on demand.

mod ending;
pub mod flag;
pub mod job;
mod line;
pub mod mail;
mod money;
pub mod mood;
pub mod pagerduty;
pub mod paypal;
mod sends;
pub mod slack;
pub mod stand_in;
pub mod stripe;
pub mod webhook;
pub mod wise;
mod worker;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use watchkeeper_model::Call;
use watchkeeper_pack::format::Connector as Name;

pub use sends::Sends;
pub use worker::Worker;

/// The connectors that this platform has.
pub type Connectors = BTreeMap<Name, Arc<dyn Connector>>;

/// Speaks one provider's contract.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Has the provider done the call of this key already?
    async fn look(&self, call: &Call, key: &str) -> Look;
    /// Sends it. `idempotency_key` is `key` with its generation.
    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent;
    /// Two sends under one key are one effect. Where they are two, nothing is sent again before what was
    /// sent has had time to show.
    fn honours_keys(&self) -> bool {
        true
    }
}

/// What a provider lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// It did it, with this result.
    Found(Value),
    /// It has it, and is not done with it.
    UnderWay,
    /// It had it, and it came to nothing, for good.
    Failed(String),
    /// It did a part of it, and the rest is owed: it is sent again, however late.
    Begun,
    /// It did it, and the old state still answers: nothing counts as done.
    NotInEffect(String),
    /// It did not, so far.
    Absent,
    /// It cannot say just now.
    Unclear,
}

/// How a send ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    /// Done.
    Done(Value),
    /// Taken, and not done yet.
    UnderWay,
    /// No, for good.
    Refused(String),
    /// It answered that something broke inside it, and will answer so again for this key.
    Broke,
    /// It certainly did nothing; come again, at the earliest after so long.
    NotNow(Option<Duration>),
    /// No answer: it may have happened.
    Ambiguous,
}

/// `Retry-After` in seconds, at most a quarter of an hour.
fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers
        .get(reqwest::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds.clamp(1, 15 * 60)))
}
