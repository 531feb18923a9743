//! Mail: messages as rendered, sent once per key.

mod stand_in;

use async_trait::async_trait;
use reqwest::{Client, Url};
use serde_json::json;
use watchkeeper_model::Call;

use super::line::{Found, Line};
use super::{Connector, Look, Sent};

pub use stand_in::{MailStandIn, routes};

/// Speaks to a mail service over HTTP.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To its messages.
    line: Line,
}

impl Mail {
    /// Messages are posted to this address, with this secret key.
    pub fn new(client: Client, messages: Url, secret: &str) -> Self {
        let line = Line::new(client, messages, format!("Bearer {secret}"));
        Self { line }
    }
}

#[async_trait]
impl Connector for Mail {
    async fn look(&self, call: &Call, key: &str) -> Look {
        if call.operation != "send" {
            return Look::Absent;
        }
        match self.line.find("", &[("key", key)]).await {
            Found::Body(message) => Look::Found(message),
            Found::Nothing => Look::Absent,
            Found::Silent(silence) => silence.into(),
        }
    }

    async fn send(&self, call: &Call, _key: &str, idempotency_key: &str) -> Sent {
        if call.operation != "send" {
            return super::cannot(&call.operation, "the mail service");
        }
        let Some(mail) = &call.mail else {
            return Sent::Refused("the call carries no message".into());
        };
        let sent = self.line.ask("", Some(idempotency_key), &json!(mail)).await;
        match sent {
            Ok(message) => Sent::Done(message),
            Err(Sent::Refused(_)) => Sent::Refused("the mail service refused the message".into()),
            Err(other) => other,
        }
    }
}
