//! Webhooks: events that are delivered again, and endpoints that are tried out.
//!
//! Facts that this rests on: whoever sends events keeps each delivery under an id, and a retry brings the
//! same one, so that its receiver knows it again. That a retry was taken says nothing of the receiver:
//! only its own 2xx is a delivery, and what answers otherwise, or not in time, has not got it. An attempt
//! is known by our key and made once for it.

mod stand_in;

use async_trait::async_trait;
use reqwest::{Client, Url};
use serde_json::{Value, json};
use watchkeeper_model::Call;

use super::line::{Line, list, short, text};
use super::{Connector, Look, Sent};

pub use stand_in::{WebhookStandIn, routes};

/// Speaks to whoever sends events, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Webhook {
    line: Line,
}

impl Webhook {
    /// At this base address (ending in `/v1/`), with this secret key. A request without an answer
    /// in the client's time is ambiguous.
    pub fn new(client: Client, base: Url, secret: &str) -> Self {
        let line = Line::new(client, base, format!("Bearer {secret}"));
        Self { line }
    }
}

/// Where an attempt is asked for, and of what.
fn arguments(call: &Call) -> Option<(&'static str, Value)> {
    let named = |name: &str| {
        let named = call.args.get(name)?.as_str()?;
        (!named.is_empty()).then(|| named.to_owned())
    };
    match call.operation.as_str() {
        "retry" => Some(("retries", json!({"delivery": named("delivery")?}))),
        "test" => Some(("tests", json!({"endpoint": named("endpoint")?}))),
        _ => None,
    }
}

/// How an attempt stands. What we do not know the word for is not done. Pure.
fn standing(attempt: &Value) -> Look {
    let number = |name: &str| attempt.get(name).and_then(Value::as_i64).unwrap_or(0);
    match text(attempt, "state") {
        Some("delivered") => Look::Found(json!({
            "id": text(attempt, "id"),
            "status": number("status"),
            "ms": number("ms"),
        })),
        Some("failed") => {
            let problem = text(attempt, "problem");
            Look::Failed(short(problem.unwrap_or("The receiver did not take it.")))
        }
        _ => Look::UnderWay,
    }
}

#[async_trait]
impl Connector for Webhook {
    async fn look(&self, call: &Call, key: &str) -> Look {
        if arguments(call).is_none() {
            return Look::Absent;
        }
        let answer = match self.line.read("attempts", &[("id", key)]).await {
            Ok(answer) => answer,
            Err(silence) => return silence.into(),
        };
        let Some(attempts) = list(&answer, "attempts") else {
            return Look::Unclear;
        };
        let mine = attempts.iter().find(|each| text(each, "id") == Some(key));
        mine.map_or(Look::Absent, standing)
    }

    async fn send(&self, call: &Call, key: &str, _idempotency_key: &str) -> Sent {
        if !["retry", "test"].contains(&call.operation.as_str()) {
            return super::cannot(&call.operation, "the sender of events");
        }
        let Some((path, wanted)) = arguments(call) else {
            return Sent::Refused("the call names no delivery or no endpoint".into());
        };
        match self.line.ask(path, Some(key), &wanted).await {
            Ok(_) => Sent::UnderWay,
            Err(sent) => sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_receiver_took_is_delivered() {
        let attempt = |state: &str| json!({"id": "k", "state": state, "status": 200});
        let delivered = Look::Found(json!({"id": "k", "status": 200, "ms": 0}));
        assert_eq!(standing(&attempt("delivered")), delivered);
        for state in ["queued", "sending", "of a later version"] {
            assert_eq!(standing(&attempt(state)), Look::UnderWay, "{state}");
        }
        let failed = json!({"state": "failed", "problem": "The receiver answered 410."});
        let why = Look::Failed("The receiver answered 410.".into());
        assert_eq!(standing(&failed), why);
    }
}
