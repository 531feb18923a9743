//! Stripe: refunds.
//!
//! Facts that this rests on: an idempotency key replays its first answer, failures included, and
//! may be forgotten once it is a day old, after which the same key makes a new refund. So the key
//! alone never guards money: the refund carries our own key in its metadata and the charge's
//! refunds are listed before each send. A charge is never refunded above its amount. A refund may
//! stay pending, and may fail after that: only one that succeeded is done. A refund names no
//! currency: it is in that of its charge, which is read before money is asked for in another.

mod stand_in;

use async_trait::async_trait;
use chrono::DateTime;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use watchkeeper_model::Call;

use super::{Connector, Look, Other, Sent, Silence, money};

pub use super::mood::Mode;
pub use stand_in::{StripeStandIn, routes};

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

/// Some refunds of a charge.
#[derive(Debug, Default, PartialEq)]
struct Page {
    refunds: Vec<Value>,
    has_more: bool,
}

/// What comes after a page.
#[derive(Debug, PartialEq)]
enum After<'a> {
    /// Nothing: it was the last.
    Nothing,
    /// More, behind this refund.
    From(&'a str),
    /// More, and it does not say where that begins.
    Unclear,
}

impl Page {
    fn after(&self) -> After<'_> {
        let last = self.refunds.last().and_then(|refund| refund.get("id"));
        match last.and_then(Value::as_str) {
            _ if !self.has_more => After::Nothing,
            Some(last) => After::From(last),
            None => After::Unclear,
        }
    }
}

/// What Stripe says of a charge.
#[derive(Debug, PartialEq)]
enum Charge {
    /// It is in this currency, as Stripe writes it.
    In(String),
    /// There is no such charge.
    Unknown,
    /// It did not say.
    Silent(Silence),
}

impl Stripe {
    /// At this base address (ending in `/v1/`), with this secret key. A send without an answer
    /// in the client's time is ambiguous.
    pub fn new(client: Client, base: Url, secret: String) -> Self {
        Self {
            client,
            base,
            secret,
        }
    }

    fn url(&self, path: &str, pairs: &[(&str, &str)]) -> Option<Url> {
        let mut url = self.base.join(path).ok()?;
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        Some(url)
    }

    /// Status and body of an answer.
    async fn read(&self, url: Option<Url>) -> Result<(StatusCode, Value), Silence> {
        let url = url.ok_or(Silence::Unclear)?;
        let answer = self.client.get(url).bearer_auth(&self.secret).send().await;
        let answer = answer.map_err(|_| Silence::Unclear)?;
        let status = answer.status();
        let body = super::json_of(answer).await;
        Ok((status, body.ok_or_else(|| Silence::of(status.as_u16()))?))
    }

    async fn list(&self, charge: &str, after: Option<&str>) -> Result<Page, Silence> {
        let mut pairs = vec![("charge", charge), ("limit", PAGE)];
        pairs.extend(after.map(|after| ("starting_after", after)));
        let (status, body) = self.read(self.url("refunds", &pairs)).await?;
        page(status, body).ok_or_else(|| Silence::of(status.as_u16()))
    }

    async fn charge(&self, charge: &str) -> Charge {
        match self.read(self.url(&format!("charges/{charge}"), &[])).await {
            Ok((status, body)) => of_charge(status, &body),
            Err(silence) => Charge::Silent(silence),
        }
    }
}

fn is_missing(problem: &Value) -> bool {
    problem.pointer("/error/code").and_then(Value::as_str) == Some("resource_missing")
}

/// A list of refunds; none where it is no such list.
fn page(status: StatusCode, mut body: Value) -> Option<Page> {
    if status != StatusCode::OK {
        // Of a charge that the provider does not know it has no refunds.
        return is_missing(&body).then(Page::default);
    }
    let has_more = body.get("has_more")?.as_bool()?;
    let Some(Value::Array(refunds)) = body.get_mut("data").map(Value::take) else {
        return None;
    };
    Some(Page { refunds, has_more })
}

/// What an answer about a charge says.
fn of_charge(status: StatusCode, body: &Value) -> Charge {
    let currency = body.get("currency").and_then(Value::as_str);
    match (status, currency) {
        (StatusCode::OK, Some(currency)) => Charge::In(currency.to_owned()),
        (StatusCode::OK, None) => Charge::Silent(Silence::Unclear),
        _ if is_missing(body) => Charge::Unknown,
        _ => Charge::Silent(Silence::of(status.as_u16())),
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

/// Our key on a refund.
fn key_of(refund: &Value) -> Option<&str> {
    refund.get("metadata")?.get(METADATA_KEY)?.as_str()
}

/// How the refund under our key stands; one that failed only where no other did not.
fn of_ours(refunds: &[Value], key: &str) -> Option<Look> {
    let ours = refunds.iter().filter(|refund| key_of(refund) == Some(key));
    let mut stand = ours.map(|refund| standing(refund.clone()));
    let newest = stand.next()?;
    match newest {
        Look::Failed(_) => {
            let went = stand.find(|look| !matches!(look, Look::Failed(_)));
            Some(went.unwrap_or(newest))
        }
        newest => Some(newest),
    }
}

/// A refund of ours, unless it came to nothing.
fn other(refund: &Value) -> Option<Other> {
    let key = key_of(refund)?;
    if matches!(standing(refund.clone()), Look::Failed(_)) {
        return None;
    }
    let text = |name: &str| refund.get(name).and_then(Value::as_str);
    let number = |name: &str| refund.get(name).and_then(Value::as_i64);
    let currency = text("currency").unwrap_or_default().to_uppercase();
    let minor = number("amount").and_then(|amount| money::of_stripe(amount, &currency));
    let amount = minor.map(|minor| (minor, currency.as_str()));
    let at = number("created").and_then(|at| DateTime::from_timestamp(at, 0));
    Some(Other::refund(key, text("id"), amount, at))
}

/// The charge that a refund is of.
fn charge(call: &Call) -> Option<&str> {
    let charge = call.args.get("charge").and_then(Value::as_str);
    charge.filter(|id| money::is_id(id) && call.operation == "refund")
}

#[async_trait]
impl Connector for Stripe {
    async fn look(&self, call: &Call, key: &str) -> Look {
        let Some(charge) = charge(call) else {
            return Look::Absent;
        };
        let (mut after, mut others): (Option<String>, Vec<Other>) = (None, Vec::new());
        let mut failed = None;
        for _ in 0..MAX_PAGES {
            let page = match self.list(charge, after.as_deref()).await {
                Ok(page) => page,
                Err(silence) => return silence.into(),
            };
            match of_ours(&page.refunds, key) {
                // It says nothing of another one under this key, which may have gone through.
                Some(Look::Failed(why)) => failed = failed.or(Some(why)),
                Some(found) => return found,
                None => {}
            }
            others.extend(page.refunds.iter().filter_map(other));
            match page.after() {
                After::Nothing => {
                    return failed.map_or_else(|| Look::absent_beside(others), Look::Failed);
                }
                After::From(last) => after = Some(last.to_owned()),
                After::Unclear => return Look::Unclear,
            }
        }
        Look::Unclear
    }

    /// Its currency: a refund is in that of its charge. What cannot be sent at all is told when it is.
    async fn hindrance(&self, call: &Call) -> Option<Sent> {
        let (charge, (_, currency)) = charge(call).zip(money::argument(call, "amount"))?;
        match self.charge(charge).await {
            Charge::In(paid) if paid.eq_ignore_ascii_case(currency) => None,
            Charge::In(paid) => {
                let paid = super::line::short(&paid.to_uppercase());
                Some(Sent::Refused(format!(
                    "The charge is in {paid}: nothing goes back in {currency}."
                )))
            }
            Charge::Unknown => Some(Sent::Refused("No such charge".into())),
            Charge::Silent(silence) => Some(silence.into()),
        }
    }

    fn differs(&self, call: &Call, refund: &Value) -> Option<String> {
        let amount = refund.get("amount").and_then(Value::as_i64)?;
        let currency = refund.get("currency").and_then(Value::as_str)?;
        let minor = money::of_stripe(amount, &currency.to_uppercase());
        money::differs(call, (minor.unwrap_or(amount), currency))
    }

    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent {
        if call.operation != "refund" {
            return super::cannot(&call.operation, "Stripe");
        }
        let wanted = charge(call).zip(money::argument(call, "amount"));
        let Some((charge, (minor, currency))) = wanted else {
            return Sent::Refused("the call names no charge or no amount".into());
        };
        let Some(amount) = money::to_stripe(minor, currency) else {
            return Sent::Refused(format!("Stripe takes no such part of {currency}."));
        };
        let amount = amount.to_string();
        let form = self.url(
            "refunds",
            &[
                ("charge", charge),
                ("amount", &amount),
                ("reason", "requested_by_customer"),
                (&format!("metadata[{METADATA_KEY}]"), key),
            ],
        );
        let (Some(form), Some(url)) = (form, self.url("refunds", &[])) else {
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

async fn read_answer(answer: Response) -> Sent {
    let status = answer.status();
    let wait = super::retry_after(answer.headers());
    let body = super::json_of(answer).await;
    match status.as_u16() {
        200 => match body.map(standing) {
            Some(Look::Found(refund)) => Sent::Done(refund),
            Some(Look::Failed(why)) => Sent::Refused(why),
            Some(_) => Sent::UnderWay,
            None => Sent::Ambiguous,
        },
        429 => Sent::NotNow(wait),
        status if super::keeps_out(status) => Sent::KeptOut(wait),
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::super::tests::{call, nowhere};
    use super::*;

    #[test]
    fn a_list_is_read_as_a_list_or_not_at_all() {
        let list = json!({"object": "list", "has_more": true, "data": [{"id": "re_1"}]});
        let read = page(StatusCode::OK, list);
        let refunds = vec![json!({"id": "re_1"})];
        let has_more = true;
        assert_eq!(read, Some(Page { refunds, has_more }));
        for bad in [json!({}), json!({"data": []}), json!({"has_more": false})] {
            assert_eq!(page(StatusCode::OK, bad.clone()), None, "{bad}");
        }
        let missing = json!({"error": {"code": "resource_missing"}});
        assert_eq!(page(StatusCode::NOT_FOUND, missing), Some(Page::default()));
        let broke = json!({"error": {"code": "api_error"}});
        assert_eq!(page(StatusCode::INTERNAL_SERVER_ERROR, broke), None);
    }

    #[test]
    fn refunds_behind_a_page_that_does_not_say_where_they_begin_are_not_absent() {
        let page = |refunds: Vec<Value>, has_more| Page { refunds, has_more };
        let one = vec![json!({"id": "re_1"})];
        assert_eq!(page(one.clone(), true).after(), After::From("re_1"));
        assert_eq!(page(one, false).after(), After::Nothing);
        assert_eq!(page(vec![], false).after(), After::Nothing);
        for odd in [vec![], vec![json!({})], vec![json!({"id": 7})]] {
            assert_eq!(page(odd.clone(), true).after(), After::Unclear, "{odd:?}");
        }
    }

    #[test]
    fn a_refund_that_failed_hides_none_that_went_through_under_the_same_key() {
        let refund = |key: &str, status: &str| {
            let metadata = json!({METADATA_KEY: key});
            json!({"id": status, "status": status, "metadata": metadata})
        };
        let failed = Some(Look::Failed("the refund failed: no reason given".into()));
        let went = refund("k", "succeeded");
        for (refunds, look) in [
            (vec![], None),
            (vec![refund("l", "succeeded")], None),
            (
                vec![refund("k", "failed"), refund("l", "succeeded")],
                failed,
            ),
            (
                vec![refund("k", "failed"), went.clone()],
                Some(Look::Found(went.clone())),
            ),
            (
                vec![refund("k", "pending"), refund("k", "failed")],
                Some(Look::UnderWay),
            ),
        ] {
            assert_eq!(of_ours(&refunds, "k"), look, "{refunds:?}");
        }
    }

    #[tokio::test]
    async fn a_charge_that_cannot_be_read_keeps_its_refund_from_being_sent() {
        let stripe = Stripe::new(Client::new(), nowhere(), "sk".into());
        let amount = json!({"minor": 5, "currency": "AUD"});
        let unread = call("refund", json!({"charge": "ch_1", "amount": amount}));
        assert_eq!(stripe.hindrance(&unread).await, Some(Sent::NotNow(None)));
        // What is refused for certain is refused by the send itself.
        let nothing = call("refund", json!({"charge": "ch_1"}));
        assert_eq!(stripe.hindrance(&nothing).await, None);
    }

    #[test]
    fn only_what_stripe_says_of_a_charge_is_known_of_it() {
        let paid = of_charge(StatusCode::OK, &json!({"id": "ch_1", "currency": "isk"}));
        assert_eq!(paid, Charge::In("isk".into()));
        let missing = json!({"error": {"code": "resource_missing"}});
        assert_eq!(of_charge(StatusCode::NOT_FOUND, &missing), Charge::Unknown);
        for (status, body) in [
            (StatusCode::OK, json!({"id": "ch_1"})),
            (StatusCode::NOT_FOUND, json!({})),
            (StatusCode::BAD_GATEWAY, json!({"currency": "isk"})),
        ] {
            let silent = Charge::Silent(Silence::Unclear);
            assert_eq!(of_charge(status, &body), silent, "{body}");
        }
    }

    #[test]
    fn a_refund_of_another_amount_is_told_and_one_that_says_none_is_not() {
        let stripe = Stripe::new(Client::new(), nowhere(), "sk".into());
        let amount = json!({"minor": 5, "currency": "ISK"});
        let asked = call("refund", json!({"charge": "ch_1", "amount": amount}));
        let differs = |refund: Value| stripe.differs(&asked, &refund).is_some();
        assert!(!differs(json!({"id": "re_1"})));
        assert!(!differs(json!({"amount": 500, "currency": "isk"})));
        assert!(differs(json!({"amount": 5_000, "currency": "isk"})));
        assert!(differs(json!({"amount": 500, "currency": "usd"})));
    }

    #[tokio::test]
    async fn a_key_that_is_not_let_in_refuses_nothing_for_good() {
        for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN] {
            let mut answer = axum::http::Response::new("{}");
            *answer.status_mut() = status;
            assert_eq!(read_answer(answer.into()).await, Sent::KeptOut(None));
        }
    }

    #[tokio::test]
    async fn what_stripe_does_not_take_is_refused_before_anything_is_sent() {
        let stripe = Stripe::new(Client::new(), nowhere(), "sk".into());
        let amount = |minor: i64, currency: &str| json!({"minor": minor, "currency": currency});
        for (charge, amount, refused) in [
            ("ch_1", amount(5, "AUD"), false),
            ("ch_1", amount(5_124, "KWD"), true),
            ("ch_1", amount(-5, "AUD"), true),
            ("ch_1", json!(5), true),
            ("../x", amount(5, "AUD"), true),
        ] {
            let args = json!({"charge": charge, "amount": amount});
            let sent = stripe.send(&call("refund", args), "k", "k").await;
            // Whoever asks there has no answer, which is no refusal.
            let certain = matches!(sent, Sent::Refused(_));
            assert_eq!(certain, refused, "{charge} {amount}: {sent:?}");
            assert!(certain || sent == Sent::NotNow(None), "{sent:?}");
        }
    }
}
