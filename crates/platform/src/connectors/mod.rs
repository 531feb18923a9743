//! Calls to providers: the platform's own outbox and the connectors that empty it.
//!
//! A connector speaks one provider's published contract over HTTP. In the demo world and in tests
//! it speaks it to a stand-in of ours, which keeps a ledger of its own and misbehaves on demand.

mod beside;
mod doubt;
mod enclosed;
mod ending;
pub mod flag;
pub mod job;
mod kept_out;
mod line;
pub mod mail;
mod money;
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
use reqwest::Client;
use serde_json::Value;
use watchkeeper_model::Call;
use watchkeeper_pack::format::Connector as Name;

pub use beside::Other;
pub use enclosed::Room;
pub(crate) use kept_out::{CODE as KEEPS_OUT, name, tells_of};
pub use sends::Sends;
pub use stand_in::mood;
pub use worker::Worker;

/// The connectors that this platform has.
pub type Connectors = BTreeMap<Name, Arc<dyn Connector>>;

/// Speaks one provider's contract.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Has the provider done the call of this key already?
    async fn look(&self, call: &Call, key: &str) -> Look;
    /// What keeps it from being sent just now or for good, where that has to be asked first. It is asked
    /// before the attempt counts and before it is known that the process did not stand still: between
    /// that and the send there is no other question.
    async fn hindrance(&self, _call: &Call) -> Option<Sent> {
        None
    }
    /// Sends it. `idempotency_key` is `key` with its generation.
    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent;
    /// The files that have to go with it, or in words why they cannot.
    fn encloses(&self, _call: &Call) -> Result<Vec<Enclosure>, String> {
        Ok(Vec::new())
    }
    /// Sends it with the bytes of each file that [`encloses`](Self::encloses) names, in that order.
    async fn send_with(
        &self,
        call: &Call,
        key: &str,
        idempotency_key: &str,
        _files: Vec<Vec<u8>>,
    ) -> Sent {
        self.send(call, key, idempotency_key).await
    }
    /// What was done is not what was asked for, in words: another amount, say. It is done all the same.
    fn differs(&self, _call: &Call, _result: &Value) -> Option<String> {
        None
    }
    /// Two sends of it under one key are one effect. Where they are two, nothing is sent again before what
    /// was sent has had time to show.
    fn honours_keys(&self, _call: &Call) -> bool {
        true
    }
}

/// A file that goes with a call, out of the tenant's blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its name, as people know it.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size, as the call says it: no more of it is read.
    pub bytes: u64,
}

/// What a provider lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// It did it, with this result.
    Found(Value),
    /// It has it, and is not done with it.
    UnderWay,
    /// It has it, and shows only a part of it; which, in words.
    Part(String),
    /// It had it, and it came to nothing, for good.
    Failed(String),
    /// It did a part of it, and the rest is owed: it is sent again, however late.
    Begun,
    /// It did it, and the old state still answers: nothing counts as done.
    NotInEffect(String),
    /// It did not, so far.
    Absent,
    /// It did not, so far; and beside it, on the same charge, it did these for other calls of ours.
    Beside(Vec<Other>),
    /// It shows nothing of it, and where it was sent that does not prove that it was not done; why, and where
    /// to look, in words.
    Unproven(String),
    /// It cannot say just now.
    Unclear,
    /// It does not let the platform in, which has not seen anything of it.
    KeptOut,
}

impl Look {
    /// It did not, so far, and what stands beside it may be nothing.
    fn absent_beside(others: Vec<Other>) -> Self {
        match others.is_empty() {
            true => Self::Absent,
            false => Self::Beside(others),
        }
    }
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
    /// It certainly did nothing, and does not let the platform in; come again, at the earliest after so long.
    KeptOut(Option<Duration>),
    /// No answer: it may have happened.
    Ambiguous,
}

/// Why a provider does not answer what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// It cannot say just now.
    Unclear,
    /// It does not let the platform in.
    KeptOut,
}

impl Silence {
    /// By the status of an answer that is none to the question.
    fn of(status: u16) -> Self {
        match keeps_out(status) {
            true => Self::KeptOut,
            false => Self::Unclear,
        }
    }
}

impl From<Silence> for Look {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Unclear => Self::Unclear,
            Silence::KeptOut => Self::KeptOut,
        }
    }
}

/// What was only asked has done nothing.
impl From<Silence> for Sent {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Unclear => Self::NotNow(None),
            Silence::KeptOut => Self::KeptOut(None),
        }
    }
}

/// A client that waits for an answer so long, and goes nowhere else than where it was sent. One serves all
/// providers: each that is made reads the machine's certificates.
pub fn client(patience: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// What is said to an operation that a connector does not have. Nothing was sent.
fn cannot(operation: &str, provider: &str) -> Sent {
    Sent::Refused(format!("this version cannot {operation} at {provider}"))
}

/// Bytes of an answer that are read, at most.
const MOST_READ: usize = 16 << 20;

/// The JSON of an answer, which is read nowhere else. None where it is no JSON, breaks off, or does not
/// end.
async fn json_of(mut answer: reqwest::Response) -> Option<Value> {
    let mut read = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        if chunk.len() > MOST_READ - read.len() {
            return None;
        }
        read.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&read).ok()
}

/// Whoever asked was not let in: a token has run out, say. Nothing was looked at, so this is no answer to what was
/// asked for. It is said by [`kept_out`].
fn keeps_out(status: u16) -> bool {
    matches!(status, 401 | 403)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::DateTime;
    use reqwest::Url;
    use serde_json::json;
    use watchkeeper_model::plan::Mail;

    use super::*;
    use crate::clock::ManualClock;

    /// An address where nobody listens.
    pub(super) fn nowhere() -> Url {
        Url::parse("http://127.0.0.1:1/v1/").unwrap()
    }

    pub(super) fn call(operation: &str, args: Value) -> Call {
        Call {
            effect: 0,
            connector: Name::Stripe,
            operation: operation.into(),
            args: args.as_object().cloned().unwrap_or_default(),
            mail: None,
            after_previous: false,
        }
    }

    fn answer(body: Vec<u8>) -> reqwest::Response {
        axum::http::Response::new(body).into()
    }

    #[tokio::test]
    async fn an_answer_is_read_as_far_as_it_may_be_long() {
        let mut body = b"[1]".to_vec();
        body.resize(MOST_READ, b' ');
        let most = json_of(answer(body.clone())).await;
        assert_eq!(most, Some(json!([1])));
        body.push(b' ');
        assert_eq!(json_of(answer(body)).await, None);
        assert_eq!(json_of(answer(b"<html>".to_vec())).await, None);
    }

    fn all() -> Connectors {
        let (at, patience) = (nowhere, Duration::from_secs(1));
        let one = client(patience).unwrap();
        let (client, secret) = (|| one.clone(), || "secret".to_owned());
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let (events, incidents) = ((at(), secret()), (at(), "secret"));
        let pagerduty = pagerduty::Pagerduty::new(client(), events, incidents);
        let paypal = paypal::Paypal::new(client(), at(), secret(), patience);
        let wise = wise::Wise::new(client(), at(), secret(), "1".into());
        let slack = slack::Slack::new(client(), at(), "secret", clock);
        let all: [(Name, Arc<dyn Connector>); 9] = [
            (
                Name::Stripe,
                Arc::new(stripe::Stripe::new(client(), at(), secret())),
            ),
            (Name::Paypal, Arc::new(paypal)),
            (Name::Wise, Arc::new(wise)),
            (
                Name::Mail,
                Arc::new(mail::Mail::new(client(), at(), "secret")),
            ),
            (Name::Slack, Arc::new(slack)),
            (Name::Pagerduty, Arc::new(pagerduty)),
            (Name::Job, Arc::new(job::Job::new(client(), at(), "secret"))),
            (
                Name::Flag,
                Arc::new(flag::Flag::new(client(), at(), "secret")),
            ),
            (
                Name::Webhook,
                Arc::new(webhook::Webhook::new(client(), at(), "secret")),
            ),
        ];
        all.into()
    }

    /// With all arguments that any of them needs.
    fn asked(operation: &str) -> Call {
        let text = [
            "charge",
            "capture",
            "order",
            "recipient",
            "reference",
            "channel",
            "text",
            "summary",
            "severity",
            "incident",
            "job",
            "flag",
            "value",
            "delivery",
            "endpoint",
            "dispute",
            "tracking_number",
        ];
        let mut call = call(operation, json!({}));
        let args = text.map(|name| (name.to_owned(), json!("x")));
        call.args.extend(args);
        let amount = json!({"minor": 100, "currency": "USD"});
        call.args.insert("amount".into(), amount);
        call.args.insert("evidence".into(), json!([]));
        call.mail = Some(Mail {
            template: "t".into(),
            to: "pat@mail.example".into(),
            subject: "s".into(),
            body: "b".into(),
        });
        call
    }

    #[tokio::test]
    async fn an_operation_that_a_connector_does_not_have_is_refused_for_certain() {
        for (name, connector) in all() {
            for operation in ["", "unheard_of", "payout", "accept_claim"] {
                let call = asked(operation);
                assert_eq!(connector.look(&call, "k").await, Look::Absent, "{name:?}");
                let sent = connector.send(&call, "k", "k").await;
                assert!(matches!(sent, Sent::Refused(_)), "{name:?}: {sent:?}");
            }
            // What it has it asks for: nobody is there.
            for offer in name.offers().iter().filter(|offer| offer.built) {
                let sent = connector.send(&asked(offer.operation), "k", "k").await;
                assert_eq!(sent, Sent::NotNow(None), "{name:?} {}", offer.operation);
            }
        }
    }
}
