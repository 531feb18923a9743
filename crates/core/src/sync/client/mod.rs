//! The one HTTP client. Everything that comes back is untrusted: redirects are never followed (the
//! token goes to one address only), content types are checked before anything is read, sizes are
//! limited while they stream, and silence ends in a time-out.

mod answer;
pub mod error;
pub mod events;
pub mod lines;
pub mod transport;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use url::{Host, Url};
use uuid::Uuid;
use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::demo::{self, ChooseWorld, Worlds};
use watchkeeper_wire::digest::CopyDigests;
use watchkeeper_wire::history::{MAX_ENTRIES, RecordHistory};
use watchkeeper_wire::operation::{Batch, BatchAnswer, Verdict};
use watchkeeper_wire::session::{Device, Me};
use watchkeeper_wire::{API_VERSION, MAX_RECORD_BYTES, NDJSON};
use zeroize::Zeroizing;

pub use self::error::{ClientError, TlsFault};
pub use self::events::{Event, Events};
pub use self::lines::{Limits, Lines, RawLine};
pub use self::transport::{Body, Network, Patience, Transport};
use crate::error::{Code, Error};

/// The most bytes of a JSON answer; one may carry a whole record.
const MAX_ANSWER_BYTES: u64 = 2 * MAX_RECORD_BYTES as u64;
/// The most bytes of a pack bundle.
const MAX_PACK_BYTES: u64 = 32 * 1024 * 1024;

const JSON: &str = "application/json";
const OCTETS: &str = "application/octet-stream";
const SSE: &str = "text/event-stream";

/// A platform at one address, spoken to with one token.
pub struct Client {
    transport: Arc<dyn Transport>,
    base: Url,
    token: Zeroizing<String>,
}

impl Client {
    /// A client for a platform over the network. Sends nothing yet.
    ///
    /// `base` must be https, or http to this very machine; anything else is
    /// [`Code::UrlInvalid`], so that a token never travels in clear.
    pub fn new(base: Url, token: impl Into<String>) -> Result<Self, Error> {
        let base = checked(base)?;
        let network = Arc::new(Network::new(&base)?);
        Self::over(network, base, token)
    }

    /// The same, over this transport.
    pub fn over(
        transport: Arc<dyn Transport>,
        base: Url,
        token: impl Into<String>,
    ) -> Result<Self, Error> {
        Ok(Self {
            transport,
            base: checked(base)?,
            token: Zeroizing::new(token.into()),
        })
    }

    /// The same platform over the same transport, with another token.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            transport: Arc::clone(&self.transport),
            base: self.base.clone(),
            token: Zeroizing::new(token.into()),
        }
    }

    /// The address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Who is signed in. Also tells a platform from anything else.
    pub async fn me(&self) -> Result<Me, ClientError> {
        let answer = self.get("v1/me").await?;
        let body = answer::bytes(answer, MAX_ANSWER_BYTES).await?;
        // A platform is known by the version that it speaks, before anything else is read.
        let api = serde_json::from_slice::<serde_json::Value>(&body)
            .ok()
            .and_then(|me| me.get("api")?.as_u64());
        match api {
            None => Err(ClientError::NotAPlatform(
                "something answers there, but it is no platform",
            )),
            Some(api) if api == u64::from(API_VERSION) => serde_json::from_slice(&body)
                .map_err(|error| ClientError::Protocol(format!("who-am-I does not read: {error}"))),
            Some(api) => Err(ClientError::Protocol(format!(
                "the platform speaks version {api} of the API, this app speaks {API_VERSION}"
            ))),
        }
    }

    /// The bytes of a pack bundle; they are what the hash says, or an error.
    pub async fn pack(&self, hash: &str) -> Result<Bytes, ClientError> {
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ClientError::Protocol("a pack has no proper hash".into()));
        }
        let request = self.request(Method::GET, &format!("v1/packs/{hash}"), &[])?;
        let response = self.send(request, Bytes::new(), Patience::Bulk).await?;
        // Whatever a bundle's media type is: its hash proves it. A refusal is still a problem.
        let response = if response.status().is_success() {
            response
        } else {
            answer::check(response, JSON).await?
        };
        let bundle = answer::bytes(response, MAX_PACK_BYTES).await?;
        if hex::encode(Sha256::digest(&bundle)) == hash.to_ascii_lowercase() {
            Ok(bundle)
        } else {
            Err(ClientError::Protocol(
                "the pack is not the one that its name says".into(),
            ))
        }
    }

    /// The bytes of a document, at most so many; whether they are what the hash says is still to be
    /// found out.
    pub async fn blob(&self, sha256: &str, most: u64) -> Result<Bytes, ClientError> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ClientError::Protocol(
                "a document has no proper hash".into(),
            ));
        }
        let request = self
            .request(Method::GET, &format!("v1/blobs/{sha256}"), &[])?
            .header(ACCEPT, OCTETS);
        let response = self.send(request, Bytes::new(), Patience::Bulk).await?;
        // A page of somebody else on the line is no document, however it is called.
        let response = answer::check(response, OCTETS).await?;
        answer::bytes(response, most).await
    }

    /// A page of the feed, line by line: from the beginning without a cursor, at most `limit`
    /// records.
    pub async fn changes(&self, cursor: Option<&str>, limit: u32) -> Result<Lines, ClientError> {
        let limits = Limits {
            // Beside what is asked for, its two ends.
            lines: u64::from(limit) + 2,
            ..Limits::default()
        };
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let request = self
            .request(Method::GET, "v1/changes", &query)?
            .header(ACCEPT, NDJSON);
        let response = self.send(request, Bytes::new(), Patience::Bulk).await?;
        let response = answer::check(response, NDJSON).await?;
        Ok(Lines::new(response.into_body(), limits))
    }

    /// What a copy that has read up to this cursor should amount to.
    pub async fn digest(&self, cursor: &str) -> Result<CopyDigests, ClientError> {
        let request = self
            .request(Method::GET, "v1/digest", &[("cursor", cursor)])?
            .header(ACCEPT, JSON);
        // The platform reads all that the copy has before it says a word.
        let response = self.send(request, Bytes::new(), Patience::Bulk).await?;
        let response = answer::check(response, JSON).await?;
        answer::json(response, MAX_ANSWER_BYTES).await
    }

    /// Hints, from after `last` on.
    pub async fn events(&self, last: Option<&str>) -> Result<Events, ClientError> {
        let mut request = self
            .request(Method::GET, "v1/events", &[])?
            .header(ACCEPT, SSE);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.send(request, Bytes::new(), Patience::Stream).await?;
        let response = answer::check(response, SSE).await?;
        Ok(events::events(response.into_body(), events::SILENCE))
    }

    /// Sends operations; a verdict each, in the order asked.
    pub async fn operations(&self, batch: &Batch) -> Result<BatchAnswer, ClientError> {
        let answer: BatchAnswer = self.post("v1/operations", batch).await?;
        if answer.verdicts.len() == batch.operations.len()
            && (answer.verdicts.iter().zip(&batch.operations))
                .all(|(verdict, operation)| verdict.operation == operation.id)
        {
            Ok(answer)
        } else {
            Err(ClientError::Protocol(
                "the verdicts are not those of the operations sent".into(),
            ))
        }
    }

    /// What became of an operation; none where the platform never received it.
    pub async fn operation(&self, id: Uuid) -> Result<Option<Verdict>, ClientError> {
        match self.get(&format!("v1/operations/{id}")).await {
            Ok(response) => {
                let verdict: Verdict = answer::json(response, MAX_ANSWER_BYTES).await?;
                if verdict.operation == id {
                    Ok(Some(verdict))
                } else {
                    Err(ClientError::Protocol(
                        "the verdict is of another operation".into(),
                    ))
                }
            }
            Err(ClientError::Rejected(problem)) if problem.status == 404 => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What everybody did with a record, newest first: the first page, or the one behind this place. None
    /// where the platform has no such record for us.
    pub async fn history(
        &self,
        (kind, id): (&str, &str),
        before: Option<u64>,
    ) -> Result<Option<RecordHistory>, ClientError> {
        let mut url = self.base.join("v1/records").map_err(unsendable)?;
        url.path_segments_mut()
            .map_err(|()| unsendable("the address has no path"))?
            .extend([kind, id, "history"]);
        let before_text = before.map(|before| before.to_string());
        let query = before_text.as_deref().map(|before| ("before", before));
        let query: Vec<(&str, &str)> = query.into_iter().collect();
        let request = self
            .request_to(Method::GET, url, &query)?
            .header(ACCEPT, JSON);
        let response = self.send(request, Bytes::new(), Patience::Answer).await?;
        let history: RecordHistory = match answer::check(response, JSON).await {
            Ok(response) => answer::json(response, MAX_ANSWER_BYTES).await?,
            Err(ClientError::Rejected(problem)) if problem.status == 404 => return Ok(None),
            Err(error) => return Err(error),
        };
        let places = history.entries.iter().map(|entry| entry.seq);
        let places: Vec<u64> = before.into_iter().chain(places).collect();
        if history.entries.len() <= MAX_ENTRIES
            && places.is_sorted_by(|newer, older| newer > older)
            && !(history.older && history.entries.is_empty())
        {
            Ok(Some(history))
        } else {
            Err(ClientError::Protocol(
                "the history is not the page that was asked for".into(),
            ))
        }
    }

    /// Enrols this laptop, or renames it.
    pub async fn device(&self, device: &Device) -> Result<(), ClientError> {
        let request = self.request(Method::POST, "v1/devices", &[])?;
        let (request, body) = with_json(request, device)?;
        let response = self.send(request, body, Patience::Answer).await?;
        if response.status().is_success() {
            return Ok(());
        }
        answer::check(response, JSON).await.map(drop)
    }

    /// Delivers audit entries; the platform countersigns its head.
    pub async fn audit(&self, delivery: &Delivery) -> Result<SignedHead, ClientError> {
        self.post("v1/audit", delivery).await
    }

    /// Which worlds a demo has; no platform but a demo knows of them.
    pub async fn worlds(&self) -> Result<Worlds, ClientError> {
        let response = self.get(demo::WORLDS).await?;
        answer::json(response, MAX_ANSWER_BYTES).await
    }

    /// Has a demo replace the world of this tenant, and answers once it did.
    pub async fn choose_world(&self, wanted: &ChooseWorld) -> Result<Worlds, ClientError> {
        self.post(demo::WORLDS, wanted).await
    }

    async fn get(&self, path: &str) -> Result<Response<Body>, ClientError> {
        let request = self.request(Method::GET, path, &[])?.header(ACCEPT, JSON);
        let response = self.send(request, Bytes::new(), Patience::Answer).await?;
        answer::check(response, JSON).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(Method::POST, path, &[])?.header(ACCEPT, JSON);
        let (request, body) = with_json(request, body)?;
        let response = self.send(request, body, Patience::Answer).await?;
        let response = answer::check(response, JSON).await?;
        answer::json(response, MAX_ANSWER_BYTES).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<request::Builder, ClientError> {
        let url = self.base.join(path).map_err(unsendable)?;
        self.request_to(method, url, query)
    }

    fn request_to(
        &self,
        method: Method,
        mut url: Url,
        query: &[(&str, &str)],
    ) -> Result<request::Builder, ClientError> {
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let bearer = Zeroizing::new(format!("Bearer {}", self.token.as_str()));
        let mut bearer = HeaderValue::from_str(&bearer).map_err(unsendable)?;
        // Kept out of whatever prints a request.
        bearer.set_sensitive(true);
        Ok(Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(AUTHORIZATION, bearer))
    }

    async fn send(
        &self,
        request: request::Builder,
        body: Bytes,
        patience: Patience,
    ) -> Result<Response<Body>, ClientError> {
        let request = request.body(body).map_err(unsendable)?;
        self.transport.send(request, patience).await
    }
}

/// A request that cannot be put together.
fn unsendable(error: impl std::fmt::Display) -> ClientError {
    ClientError::Protocol(error.to_string())
}

fn with_json(
    request: request::Builder,
    body: &impl Serialize,
) -> Result<(request::Builder, Bytes), ClientError> {
    let body = serde_json::to_vec(body).map_err(unsendable)?;
    Ok((request.header(CONTENT_TYPE, JSON), body.into()))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// The address with a path that others may be joined to, without query or fragment.
///
/// # Errors
/// [`Code::UrlInvalid`] where a token would travel in clear, or for whatever is no such address.
pub(crate) fn checked(mut base: Url) -> Result<Url, Error> {
    let refuse = |why: &str| Err(Error::with(Code::UrlInvalid, why));
    match base.scheme() {
        "https" => {}
        "http" if is_this_machine(&base) => {}
        "http" => return refuse("http is for this very machine only; use https"),
        _ => return refuse("an address begins with https://"),
    }
    if base.host().is_none() {
        return refuse("the address names no host");
    }
    if !base.username().is_empty() || base.password().is_some() {
        return refuse("the address must not carry a name or password");
    }
    base.set_query(None);
    base.set_fragment(None);
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    Ok(base)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn code(address: &str) -> Result<String, Code> {
        checked(address.parse().unwrap())
            .map(|url| url.to_string())
            .map_err(|error| error.code)
    }

    #[test]
    fn a_token_never_travels_in_clear() {
        assert_eq!(
            code("https://a.example/x"),
            Ok("https://a.example/x/".into())
        );
        assert_eq!(
            code("http://127.0.0.1:4000"),
            Ok("http://127.0.0.1:4000/".into())
        );
        assert_eq!(code("http://[::1]:4000"), Ok("http://[::1]:4000/".into()));
        for bad in [
            "http://a.example",
            "http://127.0.0.1.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://name:word@a.example",
        ] {
            assert_eq!(code(bad), Err(Code::UrlInvalid), "{bad}");
        }
    }
}
