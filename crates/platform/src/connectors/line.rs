//! A line to a provider that speaks JSON: what its clients have in common.

use reqwest::header::AUTHORIZATION;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;

use super::{Sent, Silence};

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
    /// in the client's time is ambiguous.
    pub(super) fn new(client: Client, base: Url, authorization: String) -> Self {
        Self {
            client,
            base,
            authorization,
        }
    }

    /// Asks what stands there.
    pub(super) async fn find(&self, path: &str, pairs: &[(&str, &str)]) -> Found {
        let Ok(mut url) = self.base.join(path) else {
            return Found::Silent(Silence::Unclear);
        };
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        let request = self.client.get(url);
        let answer = request.header(AUTHORIZATION, &self.authorization).send();
        match answer.await {
            Ok(answer) => found(answer).await,
            Err(_) => Found::Silent(Silence::Unclear),
        }
    }

    /// What stands there; that nothing does is no answer either.
    pub(super) async fn read(&self, path: &str, pairs: &[(&str, &str)]) -> Result<Value, Silence> {
        match self.find(path, pairs).await {
            Found::Body(body) => Ok(body),
            Found::Nothing => Err(Silence::Unclear),
            Found::Silent(silence) => Err(silence),
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
            Ok(answer) => read_answer(answer).await,
            Err(error) if error.is_connect() => Err(Sent::NotNow(None)),
            Err(_) => Err(Sent::Ambiguous),
        }
    }
}

/// What a provider said to a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    /// This stands there.
    Body(Value),
    /// It knows nothing by that name.
    Nothing,
    /// It did not answer, or not what was asked.
    Silent(Silence),
}

async fn found(answer: Response) -> Found {
    match answer.status() {
        StatusCode::OK => super::json_of(answer)
            .await
            .map_or(Found::Silent(Silence::Unclear), Found::Body),
        StatusCode::NOT_FOUND => Found::Nothing,
        status => Found::Silent(Silence::of(status.as_u16())),
    }
}

async fn read_answer(answer: Response) -> Result<Value, Sent> {
    let wait = super::retry_after(answer.headers());
    match answer.status().as_u16() {
        200..=299 => super::json_of(answer).await.ok_or(Sent::Ambiguous),
        429 => Err(Sent::NotNow(wait)),
        status if super::keeps_out(status) => Err(Sent::KeptOut(wait)),
        // Nobody waited for it any longer, or the same is being worked on: neither is a no.
        408 | 409 | 425 => Err(Sent::Ambiguous),
        400..=499 => {
            let body = super::json_of(answer).await;
            let said = body.as_ref().and_then(|body| body.get("message"));
            let said = said.and_then(Value::as_str);
            Err(Sent::Refused(short(
                said.unwrap_or("The provider refused."),
            )))
        }
        _ => Err(Sent::Ambiguous),
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_a_no_is_a_no() {
        let answered = async |status: u16| {
            let mut answer = axum::http::Response::new("{}");
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            read_answer(answer.into()).await
        };
        assert_eq!(answered(202).await, Ok(serde_json::json!({})));
        assert_eq!(answered(429).await, Err(Sent::NotNow(None)));
        for status in [302, 408, 409, 425, 500, 502, 504] {
            assert_eq!(answered(status).await, Err(Sent::Ambiguous), "{status}");
        }
        for status in [401, 403] {
            assert_eq!(answered(status).await, Err(Sent::KeptOut(None)), "{status}");
        }
        for status in [400, 404, 422] {
            let refused = answered(status).await;
            assert!(matches!(refused, Err(Sent::Refused(_))), "{status}");
        }
    }

    #[tokio::test]
    async fn only_what_is_not_found_is_not_there() {
        let asked = async |status: u16, body: &'static str| {
            let mut answer = axum::http::Response::new(body);
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            found(answer.into()).await
        };
        assert_eq!(asked(200, "{}").await, Found::Body(serde_json::json!({})));
        assert_eq!(asked(404, "{}").await, Found::Nothing);
        for (status, body) in [(200, "<html>"), (202, "{}"), (500, "{}")] {
            let unclear = Found::Silent(Silence::Unclear);
            assert_eq!(asked(status, body).await, unclear, "{status}");
        }
        for status in [401, 403] {
            let kept_out = Found::Silent(Silence::KeptOut);
            assert_eq!(asked(status, "<html>").await, kept_out, "{status}");
        }
    }
}
