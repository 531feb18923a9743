//! What reached the providers: the stand-ins of the demo platform, asked over HTTP.

use serde::Deserialize;
use serde_json::{Value, json};
use xtask::demo::Ready;

/// The providers' side of a demo platform.
pub struct Provider {
    address: String,
    admin: String,
    http: reqwest::Client,
}

/// A refund at the payment provider.
#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    /// The charge that was refunded.
    pub charge: String,
    /// Minor units.
    pub amount: i64,
    /// What the platform wrote beside it.
    pub metadata: Value,
    /// The provider's word.
    pub status: String,
}

impl Provider {
    /// The providers of this platform.
    pub fn of(ready: &Ready) -> Self {
        Self {
            address: ready.platform.trim_end_matches('/').to_owned(),
            admin: ready.admin.clone(),
            http: reqwest::Client::new(),
        }
    }

    /// Every refund there is.
    pub async fn refunds(&self) -> Vec<Refund> {
        self.get("stripe/refunds").await
    }

    /// Refunds of one charge.
    pub async fn refunds_of(&self, charge: &str) -> Vec<Refund> {
        let mut refunds = self.refunds().await;
        refunds.retain(|refund| refund.charge == charge);
        refunds
    }

    /// Every mail that was sent.
    pub async fn mails(&self) -> Vec<Value> {
        self.get("mail/sent").await
    }

    /// How the payment provider behaves for the next `times` calls.
    pub async fn misbehave(&self, mode: &str, times: u32) {
        let url = format!("{}/provider/stripe/misbehave", self.address);
        let request = self.http.post(url).bearer_auth(&self.admin);
        let answer = request
            .json(&json!({"mode": mode, "times": times}))
            .send()
            .await;
        answer.unwrap().error_for_status().unwrap();
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, what: &str) -> T {
        let url = format!("{}/provider/{what}", self.address);
        let request = self.http.get(url).bearer_auth(&self.admin);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.json().await.unwrap()
    }
}
