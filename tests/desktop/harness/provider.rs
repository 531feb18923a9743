//! What reached the providers: the stand-ins of the demo platform, asked over HTTP.

use serde::Deserialize;
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
    /// The provider's word.
    pub status: String,
}

/// A mail as it was sent.
#[derive(Debug, Clone, Deserialize)]
struct Mail {
    template: String,
    to: String,
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

    /// Refunds of one charge.
    pub async fn refunds_of(&self, charge: &str) -> Vec<Refund> {
        let mut refunds: Vec<Refund> = self.get("stripe/refunds").await;
        refunds.retain(|refund| refund.charge == charge);
        refunds
    }

    /// Templates of the mails that were sent to an address, oldest first.
    pub async fn mails_to(&self, address: &str) -> Vec<String> {
        let mails: Vec<Mail> = self.get("mail/sent").await;
        let theirs = mails.into_iter().filter(|mail| mail.to == address);
        theirs.map(|mail| mail.template).collect()
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, what: &str) -> T {
        let url = format!("{}/provider/{what}", self.address);
        let request = self.http.get(url).bearer_auth(&self.admin);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.json().await.unwrap()
    }
}
