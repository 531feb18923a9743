//! PayPal: refunds of captures, and how a payment stands.
//!
//! Facts that this rests on: a `PayPal-Request-Id` is answered with what became of the first request, for
//! as long as PayPal keeps it (hours to weeks, by the account); afterwards the same one makes a new refund.
//! So it alone never guards money: the refund carries our own key as its `custom_id`, and the refunds of
//! the capture's order are listed before each send. PayPal lists refunds nowhere but there. A refund may
//! stay pending, and may fail after that: only one that is completed is done.

mod stand_in;
mod standing;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::{Value, json};
use watchkeeper_model::Call;
use watchkeeper_pack::value::{digits, money_text};

use super::{Connector, Look, Sent, money};

pub use stand_in::{Mode, PaypalStandIn, routes};

/// What goes with a refund as a reason, at most.
const MAX_NOTE: usize = 255;

/// Speaks to PayPal, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Paypal {
    client: Client,
    base: Url,
    token: String,
}

/// A question that PayPal answered.
enum Answer {
    /// With this.
    Body(Value),
    /// It knows nothing by that id.
    Unknown,
    /// It did not answer, or not what was asked.
    None,
}

/// A refund as it is asked for.
struct Wanted<'a> {
    capture: &'a str,
    minor: i64,
    currency: &'a str,
}

impl Paypal {
    /// At this base address (ending in `/`), with this access token. A send without an answer within
    /// `patience` is ambiguous.
    pub fn new(base: Url, token: String, patience: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            base,
            token,
        })
    }

    async fn get(&self, path: &str) -> Answer {
        let Ok(url) = self.base.join(path) else {
            return Answer::None;
        };
        let answer = self.client.get(url).bearer_auth(&self.token).send().await;
        let Ok(answer) = answer else {
            return Answer::None;
        };
        match answer.status() {
            StatusCode::OK => super::json_of(answer)
                .await
                .map_or(Answer::None, Answer::Body),
            StatusCode::NOT_FOUND => Answer::Unknown,
            _ => Answer::None,
        }
    }

    async fn capture(&self, capture: &str) -> Answer {
        self.get(&format!("v2/payments/captures/{capture}")).await
    }

    async fn order(&self, order: &str) -> Answer {
        self.get(&format!("v2/checkout/orders/{order}")).await
    }

    /// The refund that carries this key.
    async fn look_for(&self, wanted: &Wanted<'_>, key: &str) -> Look {
        let capture = match self.capture(wanted.capture).await {
            Answer::Body(capture) => capture,
            // Of a capture that PayPal does not know it has no refunds.
            Answer::Unknown => return Look::Absent,
            Answer::None => return Look::Unclear,
        };
        let Some(order) = standing::order_of(&capture) else {
            return Look::Unclear;
        };
        match self.order(order).await {
            Answer::Body(order) => standing::ours(&order, key).map_or(Look::Absent, standing::of),
            Answer::Unknown | Answer::None => Look::Unclear,
        }
    }

    async fn refund(&self, call: &Call, key: &str, request_id: &str) -> Sent {
        let Some(wanted) = wanted(call) else {
            return Sent::Refused("the call names no capture or no amount".into());
        };
        let Some(value) = decimal(wanted.minor, wanted.currency) else {
            return Sent::Refused("PayPal takes whole amounts only in this currency".into());
        };
        let capture = wanted.capture;
        let Ok(url) = self
            .base
            .join(&format!("v2/payments/captures/{capture}/refund"))
        else {
            return Sent::Refused("the provider's address is wrong".into());
        };
        let mut body = json!({
            "amount": {"value": value, "currency_code": wanted.currency},
            "custom_id": key,
        });
        let note = call.args.get("reason").and_then(Value::as_str);
        if let (Some(note), Some(body)) = (note, body.as_object_mut()) {
            let note: String = note.chars().take(MAX_NOTE).collect();
            body.insert("note_to_payer".into(), note.into());
        }
        let answer = self
            .client
            .post(url)
            .bearer_auth(&self.token)
            .header("PayPal-Request-Id", request_id)
            .header("Prefer", "return=representation")
            .json(&body)
            .send()
            .await;
        match answer {
            Ok(answer) => read_answer(answer).await,
            Err(error) if error.is_connect() => Sent::NotNow(None),
            Err(_) => Sent::Ambiguous,
        }
    }

    /// Reads, and changes nothing at PayPal: whatever goes wrong, it is asked again.
    async fn sync(&self, call: &Call) -> Sent {
        let id = |name: &str| {
            let id = call.args.get(name).and_then(Value::as_str);
            id.filter(|id| money::is_id(id))
        };
        let (order, capture) = match (id("capture"), id("order")) {
            (Some(capture), _) => match self.capture(capture).await {
                Answer::Body(capture) => {
                    let Some(order) = standing::order_of(&capture) else {
                        return Sent::Done(standing::of_payment(None, Some(&capture)));
                    };
                    (self.order(order).await, Some(capture))
                }
                Answer::Unknown => (Answer::Unknown, None),
                Answer::None => (Answer::None, None),
            },
            (None, Some(order)) => (self.order(order).await, None),
            (None, None) => return Sent::Refused("the call names no order".into()),
        };
        match order {
            Answer::Body(order) => Sent::Done(standing::of_payment(Some(&order), capture.as_ref())),
            Answer::Unknown => Sent::Refused("PayPal knows no such payment.".into()),
            Answer::None => Sent::NotNow(None),
        }
    }
}

/// Capture and amount of a call.
fn wanted(call: &Call) -> Option<Wanted<'_>> {
    let capture = call.args.get("capture")?.as_str()?;
    let (minor, currency) = money::argument(call, "amount")?;
    money::is_id(capture).then_some(Wanted {
        capture,
        minor,
        currency,
    })
}

/// An amount as PayPal wants it. None where it does not take such a part of the currency.
fn decimal(minor: i64, currency: &str) -> Option<String> {
    // Two that have hundredths by ISO 4217, and none at PayPal.
    let whole_only = ["HUF", "TWD"].contains(&currency);
    match (whole_only, digits(currency)) {
        (true, 2) => (minor % 100 == 0).then(|| (minor / 100).to_string()),
        _ => Some(money_text(minor, currency)),
    }
}

#[async_trait]
impl Connector for Paypal {
    async fn look(&self, call: &Call, key: &str) -> Look {
        match wanted(call) {
            Some(wanted) if call.operation == "refund" => self.look_for(&wanted, key).await,
            // What only reads leaves nothing behind.
            _ => Look::Absent,
        }
    }

    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent {
        match call.operation.as_str() {
            "refund" => self.refund(call, key, idempotency_key).await,
            "sync" => self.sync(call).await,
            other => Sent::Refused(format!("this version cannot {other} at PayPal")),
        }
    }
}

async fn read_answer(answer: Response) -> Sent {
    let status = answer.status();
    let wait = super::retry_after(answer.headers());
    let body = super::json_of(answer).await;
    match (status.as_u16(), body) {
        (200 | 201, Some(refund)) => match standing::of(&refund) {
            Look::Found(refund) => Sent::Done(refund),
            Look::Failed(why) => Sent::Refused(why),
            _ => Sent::UnderWay,
        },
        (429, _) => Sent::NotNow(wait),
        // The same request is being worked on, or nobody waited for it any longer.
        (408 | 409 | 425, _) => Sent::Ambiguous,
        (400..=499, Some(body)) => match standing::issue(&body) {
            Some(("PREVIOUS_REQUEST_IN_PROGRESS", _)) => Sent::Ambiguous,
            Some((issue, text)) => Sent::Refused(format!("{text} ({issue})")),
            None => Sent::Refused("the provider refused".into()),
        },
        (400..=499, None) => Sent::Refused("the provider refused".into()),
        _ => Sent::Ambiguous,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_paypal_wants_them() {
        assert_eq!(decimal(2_299, "USD").as_deref(), Some("22.99"));
        assert_eq!(decimal(1_200, "JPY").as_deref(), Some("1200"));
        assert_eq!(decimal(1_200, "HUF").as_deref(), Some("12"));
        assert_eq!(decimal(1_250, "HUF"), None);
    }

    #[tokio::test]
    async fn a_request_that_timed_out_on_the_way_was_not_refused() {
        for status in [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY] {
            let mut answer = axum::http::Response::new("{}");
            *answer.status_mut() = status;
            assert_eq!(read_answer(answer.into()).await, Sent::Ambiguous);
        }
    }
}
