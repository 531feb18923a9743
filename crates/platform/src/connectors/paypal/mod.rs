//! PayPal: refunds of captures, how a payment stands, and evidence for a dispute.
//!
//! Facts that this rests on: a `PayPal-Request-Id` is answered with what became of the first request, for
//! as long as PayPal keeps it (hours to weeks, by the account); afterwards the same one makes a new refund.
//! So it alone never guards money: the refund carries our own key as its `custom_id`, and the refunds of
//! the capture's order are listed before each send. PayPal lists refunds nowhere but there. A refund may
//! stay pending, and may fail after that: only one that is completed is done.
//!
//! Evidence knows no request id, and its answer says only that it was taken. So the dispute is read before
//! each send and after it, and nothing is sent again before what was sent has had time to show. That it was
//! not taken is proved only by a dispute that still takes evidence.

mod evidence;
mod form;
mod stand_in;
mod standing;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};
use watchkeeper_model::Call;

use super::line::{Found, Line};
use super::{Connector, Enclosure, Look, Sent, money};
use evidence::Evidence;

pub use super::mood::Mode;
pub use stand_in::{Dispute, PaypalStandIn, routes};

/// What goes with a refund as a reason, at most.
const MAX_NOTE: usize = 255;
/// Submits evidence.
const SUBMIT: &str = "submit_evidence";
/// A line brings so many bytes a second, at least.
const BYTES_A_SECOND: u64 = 1 << 20;
/// Nothing is waited for longer than this: by then a send has had its effect or never has.
const LONGEST: Duration = Duration::from_secs(50);

/// Speaks to PayPal, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Paypal {
    /// Answers questions.
    line: Line,
    client: Client,
    base: Url,
    token: String,
    patience: Duration,
}

/// A refund as it is asked for.
struct Wanted<'a> {
    capture: &'a str,
    minor: i64,
    currency: &'a str,
}

impl Paypal {
    /// At this base address (ending in `/`), with this access token. A send without an answer within
    /// `patience`, which is the client's too, is ambiguous.
    pub fn new(client: Client, base: Url, token: String, patience: Duration) -> Self {
        Self {
            line: Line::new(client.clone(), base.clone(), format!("Bearer {token}")),
            client,
            base,
            token,
            patience,
        }
    }

    async fn capture(&self, capture: &str) -> Found {
        let path = format!("v2/payments/captures/{capture}");
        self.line.find(&path, &[]).await
    }

    async fn order(&self, order: &str) -> Found {
        let path = format!("v2/checkout/orders/{order}");
        self.line.find(&path, &[]).await
    }

    /// The refund that carries this key.
    async fn look_for(&self, wanted: &Wanted<'_>, key: &str) -> Look {
        let capture = match self.capture(wanted.capture).await {
            Found::Body(capture) => capture,
            // Of a capture that PayPal does not know it has no refunds.
            Found::Nothing => return Look::Absent,
            Found::Silent(silence) => return silence.into(),
        };
        let Some(order) = standing::order_of(&capture) else {
            return Look::Unclear;
        };
        match self.order(order).await {
            Found::Body(order) => match standing::ours(&order, key) {
                Some(refund) => standing::of(refund),
                None if standing::lists_payments(&order) => {
                    Look::absent_beside(standing::others(&order, wanted.capture))
                }
                None => Look::Unclear,
            },
            Found::Nothing => Look::Unclear,
            Found::Silent(silence) => silence.into(),
        }
    }

    async fn refund(&self, call: &Call, key: &str, request_id: &str) -> Sent {
        let Some(wanted) = wanted(call) else {
            return Sent::Refused("the call names no capture or no amount".into());
        };
        let Some(value) = money::to_paypal(wanted.minor, wanted.currency) else {
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

    async fn dispute(&self, dispute: &str) -> Found {
        let path = format!("v1/customer/disputes/{dispute}");
        self.line.find(&path, &[]).await
    }

    /// What the dispute shows of this evidence.
    async fn look_at(&self, evidence: &Evidence<'_>, key: &str) -> Look {
        match self.dispute(evidence.dispute).await {
            Found::Body(dispute) => evidence.shown(&dispute, key),
            // To a dispute that PayPal does not know nothing was submitted.
            Found::Nothing => Look::Absent,
            Found::Silent(silence) => silence.into(),
        }
    }

    /// Submits evidence, and reads it back: that it was taken is not yet that it is there.
    async fn submit(&self, call: &Call, key: &str, files: &[Vec<u8>]) -> Sent {
        let evidence = match Evidence::of(call) {
            Ok(evidence) => evidence,
            Err(why) => return Sent::Refused(why),
        };
        let Some((kind, body)) = evidence.form(key, files) else {
            return Sent::Refused("the files of the evidence are not here".into());
        };
        let dispute = evidence.dispute;
        let path = format!("v1/customer/disputes/{dispute}/provide-evidence");
        let Ok(url) = self.base.join(&path) else {
            return Sent::Refused("the provider's address is wrong".into());
        };
        let longer = Duration::from_secs(body.len() as u64 / BYTES_A_SECOND);
        let answer = self
            .client
            .post(url)
            .bearer_auth(&self.token)
            .header(CONTENT_TYPE, kind)
            .timeout((self.patience + longer).min(LONGEST.max(self.patience)))
            .body(body)
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status().is_success() => {
                match self.look_at(&evidence, key).await {
                    Look::Found(result) => Sent::Done(result),
                    _ => Sent::UnderWay,
                }
            }
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
                Found::Body(capture) => {
                    let Some(order) = standing::order_of(&capture) else {
                        return Sent::Done(standing::of_payment(None, Some(&capture)));
                    };
                    (self.order(order).await, Some(capture))
                }
                Found::Nothing => (Found::Nothing, None),
                Found::Silent(silence) => (Found::Silent(silence), None),
            },
            (None, Some(order)) => (self.order(order).await, None),
            (None, None) => return Sent::Refused("the call names no order".into()),
        };
        match order {
            Found::Body(order) => Sent::Done(standing::of_payment(Some(&order), capture.as_ref())),
            Found::Nothing => Sent::Refused("PayPal knows no such payment.".into()),
            Found::Silent(silence) => silence.into(),
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

#[async_trait]
impl Connector for Paypal {
    async fn look(&self, call: &Call, key: &str) -> Look {
        match wanted(call) {
            Some(wanted) if call.operation == "refund" => self.look_for(&wanted, key).await,
            _ => match Evidence::of(call) {
                Ok(evidence) if call.operation == SUBMIT => self.look_at(&evidence, key).await,
                // What only reads leaves nothing behind.
                _ => Look::Absent,
            },
        }
    }

    /// A dispute takes evidence only while it waits for it.
    async fn hindrance(&self, call: &Call) -> Option<Sent> {
        if call.operation != SUBMIT {
            return None;
        }
        // What cannot be sent at all is told when its files are asked for.
        let evidence = Evidence::of(call).ok()?;
        match self.dispute(evidence.dispute).await {
            Found::Body(dispute) => evidence::closed(&dispute).map(Sent::Refused),
            Found::Nothing => Some(Sent::Refused("PayPal knows no such case.".into())),
            Found::Silent(silence) => Some(silence.into()),
        }
    }

    fn encloses(&self, call: &Call) -> Result<Vec<Enclosure>, String> {
        match call.operation == SUBMIT {
            true => Evidence::of(call).map(|evidence| evidence.enclosures()),
            false => Ok(Vec::new()),
        }
    }

    /// Evidence has none.
    fn honours_keys(&self, call: &Call) -> bool {
        call.operation != SUBMIT
    }

    fn differs(&self, call: &Call, result: &Value) -> Option<String> {
        if call.operation != "refund" {
            return None;
        }
        money::differs(call, standing::amount(result)?)
    }

    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent {
        match call.operation.as_str() {
            "refund" => self.refund(call, key, idempotency_key).await,
            "sync" => self.sync(call).await,
            SUBMIT => self.submit(call, key, &[]).await,
            other => super::cannot(other, "PayPal"),
        }
    }

    async fn send_with(
        &self,
        call: &Call,
        key: &str,
        idempotency_key: &str,
        files: Vec<Vec<u8>>,
    ) -> Sent {
        match call.operation == SUBMIT {
            true => self.submit(call, key, &files).await,
            false => self.send(call, key, idempotency_key).await,
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
        (status, _) if super::keeps_out(status) => Sent::KeptOut(wait),
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
    use reqwest::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_request_that_timed_out_on_the_way_was_not_refused() {
        for status in [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY] {
            let mut answer = axum::http::Response::new("{}");
            *answer.status_mut() = status;
            assert_eq!(read_answer(answer.into()).await, Sent::Ambiguous);
        }
    }

    #[tokio::test]
    async fn a_token_that_has_run_out_refuses_nothing_for_good() {
        for (status, body) in [
            (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_token"}"#),
            (StatusCode::FORBIDDEN, r#"{"name":"NOT_AUTHORIZED"}"#),
            (StatusCode::FORBIDDEN, "<html>"),
        ] {
            let mut answer = axum::http::Response::new(body);
            *answer.status_mut() = status;
            assert_eq!(read_answer(answer.into()).await, Sent::KeptOut(None));
        }
    }
}
