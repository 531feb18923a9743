//! What is under way between processes: requests of laptops to the platform, and calls of the
//! platform to the provider. Everything waits here until the scheduler decides its fate.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use tokio::sync::oneshot;
use watchkeeper_core::sync::client::{Body, ClientError, Patience, Transport};
use watchkeeper_model::Call;
use watchkeeper_platform::connectors::{Connector, Look, Sent};

use crate::time::Time;

/// An answer as a laptop gets it.
pub type Answer = Result<Response<Body>, ClientError>;

/// A request under way.
pub struct Letter {
    /// Profile that sent it.
    pub from: usize,
    pub request: Request<Bytes>,
    pub reply: oneshot::Sender<Answer>,
}

/// A call under way; of what charge it is, where it is of one.
pub enum Ask {
    Look {
        of: Option<String>,
        reply: oneshot::Sender<Look>,
    },
    Send {
        of: Option<String>,
        idempotency_key: String,
        /// Nobody waits for it after this, and it is not sent any more.
        until: DateTime<Utc>,
        reply: oneshot::Sender<Sent>,
    },
}

/// Something under way.
pub enum Item {
    Letter(Letter),
    Call { key: String, ask: Ask },
}

/// How long the platform waits for the provider.
pub const PATIENCE: TimeDelta = TimeDelta::seconds(10);

/// Everything under way, in the order in which it was sent.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<Vec<Item>>>);

impl Wire {
    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    pub fn take(&self, at: usize) -> Item {
        self.0.lock().unwrap().remove(at)
    }

    /// Something waits here for this profile, or for the platform's worker.
    pub fn holds(&self, whose: Option<usize>) -> bool {
        self.0.lock().unwrap().iter().any(|item| match item {
            Item::Letter(letter) => whose == Some(letter.from),
            Item::Call { .. } => whose.is_none(),
        })
    }

    /// Takes everything of a profile, or of the platform's worker.
    pub fn take_all(&self, whose: Option<usize>) -> Vec<Item> {
        let mut items = self.0.lock().unwrap();
        let (mine, others) = items.drain(..).partition(|item| match item {
            Item::Letter(letter) => whose == Some(letter.from),
            Item::Call { .. } => whose.is_none(),
        });
        *items = others;
        mine
    }

    fn put(&self, item: Item) {
        self.0.lock().unwrap().push(item);
    }

    /// Only what is really empty answers so at the end.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The line of one profile.
pub struct Line {
    pub wire: Wire,
    pub from: usize,
}

impl Transport for Line {
    fn send(&self, request: Request<Bytes>, _patience: Patience) -> BoxFuture<'_, Answer> {
        let (reply, answer) = oneshot::channel();
        let from = self.from;
        self.wire.put(Item::Letter(Letter {
            from,
            request,
            reply,
        }));
        async {
            let lost = || Err(ClientError::Transient("the line broke".into()));
            answer.await.unwrap_or_else(|_| lost())
        }
        .boxed()
    }
}

/// The platform's way to the provider.
pub struct ProviderLine {
    pub wire: Wire,
    pub time: Time,
    /// A worker that does not look before it sends: a negative control.
    pub blind: bool,
}

/// What its provider lists refunds of; a transfer is of nothing.
fn charge(call: &Call) -> Option<String> {
    let charge = call.args.get("charge").or_else(|| call.args.get("capture"));
    Some(format!("{:?} {}", call.connector, charge?.as_str()?))
}

#[async_trait]
impl Connector for ProviderLine {
    async fn look(&self, call: &Call, key: &str) -> Look {
        if self.blind {
            return Look::Absent;
        }
        let (reply, answer) = oneshot::channel();
        self.wire.put(Item::Call {
            key: key.to_owned(),
            ask: Ask::Look {
                of: charge(call),
                reply,
            },
        });
        answer.await.unwrap_or(Look::Unclear)
    }

    async fn send(&self, call: &Call, key: &str, idempotency_key: &str) -> Sent {
        let (reply, answer) = oneshot::channel();
        self.wire.put(Item::Call {
            key: key.to_owned(),
            ask: Ask::Send {
                of: charge(call),
                idempotency_key: idempotency_key.to_owned(),
                until: self.time.now() + PATIENCE,
                reply,
            },
        });
        answer.await.unwrap_or(Sent::Ambiguous)
    }
}
