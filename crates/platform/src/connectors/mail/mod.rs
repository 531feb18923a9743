//! Mail: messages as rendered, sent once per key.

mod stand_in;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use watchkeeper_model::Call;

use super::{Connector, Look, Sent};

pub use stand_in::{MailStandIn, routes};

/// Speaks to a mail service over HTTP.
#[derive(Debug, Clone)]
pub struct Mail {
    client: Client,
    messages: Url,
    secret: String,
}

impl Mail {
    /// Messages are posted to this address, with this secret key.
    pub fn new(messages: Url, secret: String, patience: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            messages,
            secret,
        })
    }
}

#[async_trait]
impl Connector for Mail {
    async fn look(&self, _call: &Call, key: &str) -> Look {
        let mut url = self.messages.clone();
        url.query_pairs_mut().append_pair("key", key);
        let answer = self.client.get(url).bearer_auth(&self.secret).send().await;
        match answer {
            Ok(answer) if answer.status() == StatusCode::OK => match answer.json().await {
                Ok(message) => Look::Found(message),
                Err(_) => Look::Unclear,
            },
            Ok(answer) if answer.status() == StatusCode::NOT_FOUND => Look::Absent,
            Ok(_) | Err(_) => Look::Unclear,
        }
    }

    async fn send(&self, call: &Call, _key: &str, idempotency_key: &str) -> Sent {
        let Some(mail) = &call.mail else {
            return Sent::Refused("the call carries no message".into());
        };
        let answer = self
            .client
            .post(self.messages.clone())
            .bearer_auth(&self.secret)
            .header("Idempotency-Key", idempotency_key)
            .json(mail)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let wait = super::retry_after(answer.headers());
                match answer.status().as_u16() {
                    200 => answer
                        .json::<Value>()
                        .await
                        .map_or(Sent::Ambiguous, Sent::Done),
                    429 => Sent::NotNow(wait),
                    400..=499 => Sent::Refused("the mail service refused the message".into()),
                    _ => Sent::Ambiguous,
                }
            }
            Err(error) if error.is_connect() => Sent::NotNow(None),
            Err(_) => Sent::Ambiguous,
        }
    }
}
