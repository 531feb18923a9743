//! Wise: transfers out of our balance.
//!
//! Facts that this rests on: a quote and a transfer move nothing; money moves once a transfer is paid for
//! from the balance, which one transfer is at most once. A transfer carries a `customerTransactionId` of
//! ours, and making another one under it answers with the first, for as long as Wise knows that. So each
//! round looks for the transfer of our call first, and pays for that one; what is made twice all the same
//! is not paid for. Its reference is what it is for: where the list has money on its way under the same one
//! for another call, as after our memory was restored from a backup, nothing is made. `outgoing_payment_sent` is the end of the normal way. A transfer that bounced back may
//! still go out with other details: it has come to nothing only when it is cancelled.

mod stand_in;
mod standing;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, RequestBuilder, Response, Url};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use watchkeeper_model::Call;

use super::{Connector, Look, Sent, Silence, money};

pub use super::mood::Mode;
pub use stand_in::{WiseStandIn, routes};

/// Transfers asked for at once when listing.
const PAGE: usize = 100;
/// Pages of transfers read, at most. Whoever has more is not asked to send any.
const MAX_PAGES: usize = 200;
/// What a recipient reads as the reference, at most.
const MAX_REFERENCE: usize = 100;

/// Speaks to Wise, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Wise {
    client: Client,
    base: Url,
    token: String,
    profile: String,
}

/// A transfer as it is asked for.
struct Wanted<'a> {
    recipient: &'a str,
    minor: i64,
    currency: &'a str,
    reference: &'a str,
}

/// What Wise has.
struct Listed {
    /// The transfer of a call.
    ours: Option<Value>,
    /// Id of one that moved money, or may have, under the call's reference and for another call.
    another: Option<String>,
}

/// Why a step was not taken.
enum Step {
    /// No, and why.
    No(String),
    /// Nobody knows.
    Lost,
    /// It certainly was not; come again.
    NotNow(Option<Duration>),
    /// It certainly was not, and Wise does not let the platform in; come again.
    KeptOut(Option<Duration>),
}

impl Wise {
    /// At this base address (ending in `/`), with this token, for this profile. A send without an answer
    /// in the client's time is ambiguous.
    pub fn new(client: Client, base: Url, token: String, profile: String) -> Self {
        Self {
            client,
            base,
            token,
            profile,
        }
    }

    fn url(&self, path: &str) -> Result<Url, Step> {
        let wrong = |_| Step::No("the provider's address is wrong".into());
        self.base.join(path).map_err(wrong)
    }

    async fn get(&self, mut url: Url, query: &[(&str, &str)]) -> Result<Value, Silence> {
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let answer = self.client.get(url).bearer_auth(&self.token).send().await;
        let answer = answer.map_err(|_| Silence::Unclear)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Silence::of(status.as_u16()));
        }
        super::json_of(answer).await.ok_or(Silence::Unclear)
    }

    async fn step(&self, request: RequestBuilder) -> Result<Value, Step> {
        match request.bearer_auth(&self.token).send().await {
            Ok(answer) => read_answer(answer).await,
            Err(error) if error.is_connect() => Err(Step::NotNow(None)),
            Err(_) => Err(Step::Lost),
        }
    }

    /// What Wise has of this call, and under the same reference for another.
    async fn find(&self, ours: &str, reference: &str) -> Result<Listed, Silence> {
        let mut found: Vec<Value> = Vec::new();
        let mut another = None;
        for page in 0..MAX_PAGES {
            let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
            let url = self.url("v1/transfers").map_err(|_| Silence::Unclear)?;
            let query = [
                ("profile", self.profile.as_str()),
                ("limit", limit.as_str()),
                ("offset", offset.as_str()),
            ];
            let Value::Array(transfers) = self.get(url, &query).await? else {
                return Err(Silence::Unclear);
            };
            let last = transfers.len() < PAGE;
            for transfer in transfers {
                let id = transfer.get("customerTransactionId");
                if id.and_then(Value::as_str) == Some(ours) {
                    found.push(transfer);
                } else if standing::is_paid_under(&transfer, reference) {
                    another = standing::id(&transfer).or(another);
                }
            }
            if last {
                let ours = standing::foremost(found);
                return Ok(Listed { ours, another });
            }
        }
        Err(Silence::Unclear)
    }

    /// Makes the transfer, which moves nothing yet; its id.
    async fn make(&self, wanted: &Wanted<'_>, ours: &str) -> Result<String, Step> {
        // As a number, which is what Wise's own ids are.
        let recipient = wanted.recipient;
        let recipient = recipient
            .parse::<u64>()
            .map_or_else(|_| Value::from(recipient), Value::from);
        let amount = money::to_wise(wanted.minor, wanted.currency);
        let amount = amount.ok_or_else(|| Step::No("Wise takes no such amount".into()))?;
        let url = self.url(&format!("v3/profiles/{}/quotes", self.profile))?;
        let body = json!({
            "sourceCurrency": wanted.currency, "targetCurrency": wanted.currency,
            "targetAmount": amount, "targetAccount": recipient, "preferredPayIn": "BALANCE",
        });
        let quote = self.step(self.client.post(url).json(&body)).await?;
        let quote = quote.get("id").and_then(Value::as_str);
        let quote = quote.ok_or(Step::NotNow(None))?.to_owned();
        let body = json!({
            "targetAccount": recipient, "quoteUuid": quote, "customerTransactionId": ours,
            "details": {"reference": wanted.reference},
        });
        let url = self.url("v1/transfers")?;
        let transfer = self.step(self.client.post(url).json(&body)).await?;
        standing::id(&transfer).ok_or(Step::NotNow(None))
    }

    /// Pays for a transfer: this moves money.
    async fn pay(&self, transfer: &str) -> Sent {
        let path = format!("v3/profiles/{}/transfers/{transfer}/payments", self.profile);
        let request = match self.url(&path) {
            Ok(url) => self.client.post(url).json(&json!({"type": "BALANCE"})),
            Err(step) => return untaken(step),
        };
        let why = match self.step(request).await {
            Ok(payment) => match standing::payment(&payment) {
                // Nothing is done before it is read back.
                Ok(()) => return Sent::UnderWay,
                Err(why) => why,
            },
            Err(Step::No(why)) => why,
            Err(Step::Lost) => return Sent::Ambiguous,
            Err(Step::NotNow(wait)) => return Sent::NotNow(wait),
            Err(Step::KeptOut(wait)) => return Sent::KeptOut(wait),
        };
        self.give_up(transfer, why).await
    }

    /// Wise does not take the payment: a transfer that is not paid for is cancelled, so that nobody pays for
    /// it later. One that was paid for meanwhile stays.
    async fn give_up(&self, transfer: &str, why: String) -> Sent {
        let Ok(url) = self.url(&format!("v1/transfers/{transfer}")) else {
            return Sent::Ambiguous;
        };
        let Ok(stands) = self.get(url, &[]).await else {
            return Sent::Ambiguous;
        };
        match standing::of(&stands) {
            Look::Absent => {}
            Look::Failed(_) => return Sent::Refused(why),
            _ => return Sent::UnderWay,
        }
        let Ok(url) = self.url(&format!("v1/transfers/{transfer}/cancel")) else {
            return Sent::Ambiguous;
        };
        match self.step(self.client.put(url)).await {
            Ok(_) => Sent::Refused(why),
            Err(_) => Sent::Ambiguous,
        }
    }
}

/// What to say where a step before the payment was not taken: nothing has moved.
fn untaken(step: Step) -> Sent {
    match step {
        Step::No(why) => Sent::Refused(why),
        Step::Lost => Sent::NotNow(None),
        Step::NotNow(wait) => Sent::NotNow(wait),
        Step::KeptOut(wait) => Sent::KeptOut(wait),
    }
}

/// Our key as Wise takes it, a UUID.
fn transaction_id(key: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(key).into();
    let bytes = digest.first_chunk::<16>().copied().unwrap_or_default();
    let id: Uuid = uuid::Builder::from_custom_bytes(bytes).into_uuid();
    id.to_string()
}

/// Recipient, amount and reference of a transfer.
fn wanted(call: &Call) -> Option<Wanted<'_>> {
    let text = |name: &str| call.args.get(name).and_then(Value::as_str);
    let recipient = text("recipient").filter(|id| money::is_id(id))?;
    let (minor, currency) = money::argument(call, "amount")?;
    // Two that are cut could look the same.
    let reference = text("reference").unwrap_or_default();
    (reference.chars().count() <= MAX_REFERENCE).then_some(Wanted {
        recipient,
        minor,
        currency,
        reference,
    })
}

#[async_trait]
impl Connector for Wise {
    async fn look(&self, call: &Call, key: &str) -> Look {
        let Some(wanted) = wanted(call).filter(|_| call.operation == "transfer") else {
            return Look::Absent;
        };
        match self.find(&transaction_id(key), wanted.reference).await {
            Err(silence) => silence.into(),
            Ok(Listed { ours: None, .. }) => Look::Absent,
            Ok(Listed {
                ours: Some(transfer),
                ..
            }) => standing::of(&transfer),
        }
    }

    fn differs(&self, call: &Call, transfer: &Value) -> Option<String> {
        money::differs(call, standing::amount(transfer)?)
    }

    async fn send(&self, call: &Call, key: &str, _idempotency_key: &str) -> Sent {
        if call.operation != "transfer" {
            return super::cannot(&call.operation, "Wise");
        }
        let Some(wanted) = wanted(call) else {
            let why = "the call names no recipient or no amount, or its reference is too long";
            return Sent::Refused(why.into());
        };
        let ours = transaction_id(key);
        let listed = match self.find(&ours, wanted.reference).await {
            Ok(listed) => listed,
            Err(silence) => return silence.into(),
        };
        let transfer = match (listed.ours, listed.another) {
            // Under our own id something may have been paid for already; that is looked at first.
            (None, Some(another)) => {
                let reference = wanted.reference;
                let why = format!("Wise has paid, or pays, under {reference} already: {another}");
                return Sent::Refused(why);
            }
            (None, None) => match self.make(&wanted, &ours).await {
                Ok(transfer) => transfer,
                Err(step) => return untaken(step),
            },
            (Some(transfer), another) => match (standing::of(&transfer), standing::id(&transfer)) {
                // Made by us and not paid for, while another has been.
                (Look::Absent, Some(id)) if another.is_some() => {
                    let why = "Wise has paid, or pays, for another under this reference";
                    return self.give_up(&id, why.into()).await;
                }
                (Look::Absent, Some(id)) => id,
                (Look::Found(transfer), _) => return Sent::Done(transfer),
                (Look::Failed(why), _) => return Sent::Refused(why),
                _ => return Sent::UnderWay,
            },
        };
        self.pay(&transfer).await
    }
}

async fn read_answer(answer: Response) -> Result<Value, Step> {
    let status = answer.status();
    let wait = super::retry_after(answer.headers());
    let body = super::json_of(answer).await;
    match (status.as_u16(), body) {
        (200..=299, Some(body)) => Ok(body),
        (429, _) => Err(Step::NotNow(wait)),
        (status, _) if super::keeps_out(status) => Err(Step::KeptOut(wait)),
        // The same transfer is being worked on, or nobody waited for it any longer.
        (408 | 409 | 425, _) => Err(Step::Lost),
        (400..=499, body) => {
            let why = body.as_ref().and_then(standing::problem);
            Err(Step::No(why.unwrap_or("the provider refused").to_owned()))
        }
        _ => Err(Step::Lost),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    #[test]
    fn a_key_is_always_the_same_uuid_and_no_others() {
        let of =
            |effect: u32| transaction_id(&format!("019a9f0e-0000-7000-8000-000000000001:{effect}"));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert!(Uuid::parse_str(&of(1)).is_ok());
    }

    #[tokio::test]
    async fn a_token_that_has_run_out_refuses_nothing_for_good() {
        for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
            let mut answer = axum::http::Response::new("{}");
            *answer.status_mut() = status;
            let step = read_answer(answer.into()).await;
            assert!(matches!(step, Err(Step::KeptOut(None))), "{status}");
        }
    }
}
