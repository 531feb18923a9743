//! A line to a provider that speaks JSON: what its clients have in common.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;

use super::Sent;

/// Characters of what a provider said that are kept.
const MOST_SAID: usize = 300;

/// One address, one way to sign in.
#[derive(Debug, Clone)]
pub(super) struct Line {
    client: Client,
    base: Url,
    authorization: String,
}

impl Line {
    /// To this base address (ending in `/`), with this `Authorization`. A request without an answer
    /// within `patience` is ambiguous.
    pub(super) fn new(
        base: Url,
        authorization: String,
        patience: Duration,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            base,
            authorization,
        })
    }

    /// What stands there; none where that cannot be said just now.
    pub(super) async fn read(&self, path: &str, pairs: &[(&str, &str)]) -> Option<Value> {
        let mut url = self.base.join(path).ok()?;
        url.query_pairs_mut().extend_pairs(pairs);
        let request = self.client.get(url);
        let answer = request.header(AUTHORIZATION, &self.authorization).send();
        let answer = answer.await.ok()?;
        match answer.status() {
            StatusCode::OK => answer.json().await.ok(),
            _ => None,
        }
    }

    /// Asks for something: what was answered where it was taken, else how the send ended.
    pub(super) async fn ask(
        &self,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Result<Value, Sent> {
        let Ok(url) = self.base.join(path) else {
            return Err(Sent::Refused("the provider's address is wrong".into()));
        };
        let mut request = self
            .client
            .post(url)
            .header(AUTHORIZATION, &self.authorization)
            .json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        match request.send().await {
            Ok(answer) => {
                let wait = super::retry_after(answer.headers());
                match answer.status().as_u16() {
                    200..=299 => answer.json().await.map_err(|_| Sent::Ambiguous),
                    429 => Err(Sent::NotNow(wait)),
                    400..=499 => {
                        let body: Option<Value> = answer.json().await.ok();
                        let said = body.as_ref().and_then(|body| body.get("message"));
                        let said = said.and_then(Value::as_str);
                        Err(Sent::Refused(short(
                            said.unwrap_or("The provider refused."),
                        )))
                    }
                    _ => Err(Sent::Ambiguous),
                }
            }
            Err(error) if error.is_connect() => Err(Sent::NotNow(None)),
            Err(_) => Err(Sent::Ambiguous),
        }
    }
}

/// No more of it than can be shown.
pub(super) fn short(said: &str) -> String {
    said.chars().take(MOST_SAID).collect()
}

/// A list in an answer; none where it is no list.
pub(super) fn list<'a>(answer: &'a Value, name: &str) -> Option<&'a [Value]> {
    answer.get(name)?.as_array().map(Vec::as_slice)
}

/// A text in an answer.
pub(super) fn text<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    answer.get(name)?.as_str()
}
