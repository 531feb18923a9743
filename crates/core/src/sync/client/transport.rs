//! How a request reaches the platform and its answer comes back: bytes and typed failures, nothing
//! of what they mean. One implementation speaks HTTP over the network; tests pass in others.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use http::{Request, Response};
use reqwest::redirect::Policy;
use url::Url;

use super::error::ClientError;
use super::is_this_machine;
use crate::error::{Code, Error};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Of silence within an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Of a whole small answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The bytes of an answer as they arrive. It ends after an error.
pub type Body = BoxStream<'static, Result<Bytes, ClientError>>;

/// How long an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// A small answer: all of it within a minute.
    Answer,
    /// A large one: as long as bytes keep coming.
    Bulk,
    /// A stream of hints: its head soon, after that its reader listens for silence.
    Stream,
}

/// Carries requests to the platform. Follows no redirect, and tells an answer of any status from a
/// request that brought none.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request with its whole body; answers as soon as status and headers are there.
    fn send(
        &self,
        request: Request<Bytes>,
        patience: Patience,
    ) -> BoxFuture<'_, Result<Response<Body>, ClientError>>;
}

/// HTTP over the network.
#[derive(Debug)]
pub struct Network {
    http: reqwest::Client,
    /// Without a read time-out: a stream of hints has its own.
    streaming: reqwest::Client,
}

impl Network {
    /// For a platform at this address. Sends nothing yet. What comes from another machine is asked for
    /// packed; nothing is gained by that for what does not leave this one.
    pub fn new(base: &Url) -> Result<Self, Error> {
        Self::made(base, !is_this_machine(base))
    }

    /// One that asks for packed answers wherever they come from; for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn packed(base: &Url) -> Result<Self, Error> {
        Self::made(base, true)
    }

    fn made(base: &Url, packed: bool) -> Result<Self, Error> {
        let build = || {
            let builder = reqwest::Client::builder()
                .redirect(Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .referer(false)
                .user_agent(concat!("watchkeeper/", env!("CARGO_PKG_VERSION")));
            let builder = builder.gzip(packed);
            if is_this_machine(base) {
                builder.no_proxy()
            } else {
                builder
            }
        };
        let failed = |error: reqwest::Error| Error::with(Code::Internal, error.to_string());
        Ok(Self {
            http: build().read_timeout(READ_TIMEOUT).build().map_err(failed)?,
            streaming: build().build().map_err(failed)?,
        })
    }

    async fn carry(
        &self,
        request: Request<Bytes>,
        patience: Patience,
    ) -> Result<Response<Body>, ClientError> {
        let mut request = reqwest::Request::try_from(request)?;
        let answer = match patience {
            Patience::Answer => {
                *request.timeout_mut() = Some(ANSWER_TIMEOUT);
                self.http.execute(request).await?
            }
            Patience::Bulk => self.http.execute(request).await?,
            Patience::Stream => tokio::time::timeout(READ_TIMEOUT, self.streaming.execute(request))
                .await
                .map_err(|_| ClientError::Transient("no answer in time".into()))??,
        };
        let mut response = Response::new(());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        let bytes = answer.bytes_stream();
        Ok(response.map(|()| bytes.map(|chunk| chunk.map_err(Into::into)).boxed()))
    }
}

impl Transport for Network {
    fn send(
        &self,
        request: Request<Bytes>,
        patience: Patience,
    ) -> BoxFuture<'_, Result<Response<Body>, ClientError>> {
        self.carry(request, patience).boxed()
    }
}
