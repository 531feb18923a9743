//! Stripe: refunds.
//!
//! Facts that this rests on: an idempotency key replays its first answer, failures included, and
//! may be forgotten once it is a day old, after which the same key makes a new refund. So the key
//! alone never guards money: the refund carries our own key in its metadata and the charge's
//! refunds are listed before each send. A charge is never refunded above its amount. A refund may
//! stay pending, and may fail after that: only one that succeeded is done.

mod stand_in;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Map, Value};
use watchkeeper_model::Call;

use super::{Connector, Look, Sent};

pub use stand_in::{Mode, StripeStandIn, routes};

/// Metadata field that carries our key.
pub const METADATA_KEY: &str = "watchkeeper_call";
/// Refunds asked for at once when listing.
const PAGE: &str = "100";
/// Pages of refunds read of one charge, at most.
const MAX_PAGES: usize = 20;

/// Speaks to Stripe, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Stripe {
    client: Client,
    base: Url,
    secret: String,
}

#[derive(Debug, Default, Deserialize)]
struct RefundList {
    data: Vec<Map<String, Value>>,
    has_more: bool,
}

impl Stripe {
    /// At this base address (ending in `/v1/`), with this secret key. A send without an answer
    /// within `patience` is ambiguous.
    pub fn new(base: Url, secret: String, patience: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            base,
            secret,
        })
    }

    fn url(&self, pairs: &[(&str, &str)]) -> Option<Url> {
        let mut url = self.base.join("refunds").ok()?;
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        Some(url)
    }

    async fn list(&self, charge: &str, after: Option<&str>) -> Option<RefundList> {
        let mut pairs = vec![("charge", charge), ("limit", PAGE)];
        pairs.extend(after.map(|after| ("starting_after", after)));
        let answer = self
            .client
            .get(self.url(&pairs)?)
            .bearer_auth(&self.secret)
            .send()
            .await
            .ok()?;
        if answer.status() == StatusCode::OK {
            return answer.json().await.ok();
        }
        // Of a charge that the provider does not know it has no refunds.
        let problem: Value = answer.json().await.ok()?;
        let code = problem.pointer("/error/code").and_then(Value::as_str);
        (code == Some("resource_missing")).then(RefundList::default)
    }
}

/// How a refund stands. What we do not know the word for is not done.
fn standing(refund: Value) -> Look {
    let text = |name: &str| refund.get(name).and_then(Value::as_str);
    match text("status") {
        Some("succeeded") => Look::Found(refund),
        Some("failed" | "canceled") => {
            let why = text("failure_reason").unwrap_or("no reason given");
            Look::Failed(format!("the refund failed: {why}"))
        }
        _ => Look::UnderWay,
    }
}

/// Charge and minor units of a refund; money is `{minor, currency}` or minor units alone.
fn arguments(call: &Call) -> Option<(&str, i64)> {
    let charge = call.args.get("charge")?.as_str()?;
    let amount = call.args.get("amount")?;
    let minor = amount.get("minor").unwrap_or(amount).as_i64()?;
    (minor > 0).then_some((charge, minor))
}

#[async_trait]
impl Connector for Stripe {
    async fn look(&self, call: &Call, key: &str) -> Look {
        let Some((charge, _)) = arguments(call) else {
            return Look::Absent;
        };
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let Some(list) = self.list(charge, after.as_deref()).await else {
                return Look::Unclear;
            };
            let ours = list.data.iter().find(|refund| {
                let metadata = refund.get("metadata");
                metadata
                    .and_then(|m| m.get(METADATA_KEY))
                    .and_then(Value::as_str)
                    == Some(key)
            });
            if let Some(refund) = ours {
                return standing(Value::Object(refund.clone()));
            }
            let last = list.data.last().and_then(|refund| refund.get("id"));
            match last.and_then(Value::as_str) {
                Some(last) if list.has_more => after = Some(last.to_owned()),
                _ => return Look::Absent,
            }
        }
        Look::Unclear
    }

    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent {
        let Some((charge, minor)) = arguments(call) else {
            return Sent::Refused("the call names no charge or no amount".into());
        };
        let minor = minor.to_string();
        let form = self.url(&[
            ("charge", charge),
            ("amount", &minor),
            ("reason", "requested_by_customer"),
            (&format!("metadata[{METADATA_KEY}]"), key),
        ]);
        let (Some(form), Some(url)) = (form, self.url(&[])) else {
            return Sent::Refused("the provider's address is wrong".into());
        };
        let answer = self
            .client
            .post(url)
            .bearer_auth(&self.secret)
            .header("Idempotency-Key", idempotency_key)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned())
            .send()
            .await;
        match answer {
            Ok(answer) => read_answer(answer).await,
            Err(error) if error.is_connect() => Sent::NotNow(None),
            Err(_) => Sent::Ambiguous,
        }
    }
}

async fn read_answer(answer: reqwest::Response) -> Sent {
    let status = answer.status();
    let wait = super::retry_after(answer.headers());
    let body: Option<Value> = answer.json().await.ok();
    match status.as_u16() {
        200 => match body.map(standing) {
            Some(Look::Found(refund)) => Sent::Done(refund),
            Some(Look::Failed(why)) => Sent::Refused(why),
            Some(_) => Sent::UnderWay,
            None => Sent::Ambiguous,
        },
        429 => Sent::NotNow(wait),
        // The same key is being worked on, or nobody waited for it any longer.
        408 | 409 | 425 => Sent::Ambiguous,
        500 => Sent::Broke,
        400..=499 => {
            let error = body.as_ref().and_then(|body| body.get("error"));
            let message = error.and_then(|e| e.get("message")).and_then(Value::as_str);
            Sent::Refused(message.unwrap_or("the provider refused").to_owned())
        }
        _ => Sent::Ambiguous,
    }
}
