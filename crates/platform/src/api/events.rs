//! `GET /v1/events`: hints as server-sent events.
//!
//! A client that says where it was (`Last-Event-ID`) and is behind is told at once. A hint names the
//! kinds of which this reader may see a change, since the last one; what nobody here may see is no
//! hint. However much happens before a client takes the next one, it is one (fault 36). A stream ends
//! when its token is revoked or gives other rights, when the token has opened too many since, and
//! when the platform stops.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use watchkeeper_wire::feed::Hint;
use watchkeeper_wire::problem::{Code, Problem};

use crate::Platform;
use crate::auth::SignedIn;
use crate::hints::{Signal, StreamPlace};
use crate::problem::ApiError;
use crate::store::Access;

/// A comment goes out this often, so that a silent stream is known to be dead (fault 35).
const HEARTBEAT: Duration = Duration::from_secs(15);

struct Listening {
    platform: Arc<Platform>,
    access: Access,
    signals: Receiver<Signal>,
    /// Head of the feed as last told.
    told: u64,
    _place: StreamPlace,
}

/// A stream of hints.
#[utoipa::path(get, path = "/v1/events", tag = "feed", params(
    ("Last-Event-ID" = Option<u64>, Header, description = "Head of the feed as last told"),
), responses(
    (status = 200, content_type = "text/event-stream", body = Hint),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub async fn events(
    State(platform): State<Arc<Platform>>,
    SignedIn(access): SignedIn,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let signals = platform.hints.listen();
    // Between the check of the token and this listening it may have been revoked.
    match platform.store.access(&access.token_hash).await? {
        Some(now) if now == access => {}
        _ => return Err(Code::TokenRevoked.into()),
    }
    let state = platform.store.tenant(&access.tenant).await?;
    let head = state.ok_or(Code::NotFound)?.head;
    let place = platform.hints.open(&access.token_hash);
    let (stop, end) = (platform.stop.clone(), place.end.clone());
    let mut listening = Listening {
        platform,
        access,
        signals,
        told: head,
        _place: place,
    };
    let missed = match last_event_id(&headers) {
        Some(seq) if seq != head => {
            // One from beyond the head is from another history.
            listening.told = seq.min(head);
            let kinds = visible(&mut listening).await?;
            Some(Hint { seq: head, kinds })
        }
        _ => None,
    };
    let hints = stream::iter(missed)
        .chain(stream::unfold(listening, next))
        .map(|hint| Ok(event(&hint)))
        .take_until(async move {
            tokio::select! { () = stop.cancelled() => {}, () = end.cancelled() => {} }
        });
    Ok(Sse::new(hints).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("here")))
}

fn last_event_id(headers: &HeaderMap) -> Option<u64> {
    headers
        .get("last-event-id")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Kinds of which the reader may see a change since they were last told.
async fn visible(listening: &mut Listening) -> Result<BTreeSet<String>, ApiError> {
    let Access {
        tenant,
        operator,
        regions,
        ..
    } = &listening.access;
    let store = &listening.platform.store;
    let since = store
        .changed_since(tenant, listening.told, &operator.id, regions)
        .await?;
    let sight = listening.platform.packs.sight(&listening.access).await?;
    listening.told = since.head;
    let mut kinds = since.kinds;
    kinds.retain(|kind| sight.sees_kind(kind));
    Ok(kinds)
}

async fn next(mut listening: Listening) -> Option<(Hint, Listening)> {
    loop {
        let heard = tokio::time::timeout(HEARTBEAT, listening.signals.recv()).await;
        let (mut mine, mut everybody) = (false, false);
        let mut heard = match heard {
            Ok(heard) => Some(heard),
            // Nothing is told, and another process may have revoked the token all the same.
            Err(_) if !still_holds(&listening).await => return None,
            Err(_) => continue,
        };
        // Whatever else was said meanwhile is heard at once.
        while let Some(signal) = heard {
            match signal {
                Ok(Signal::Changed { tenant, kinds }) if tenant == listening.access.tenant => {
                    mine = true;
                    everybody |= kinds.is_empty();
                }
                Ok(Signal::Ended { token_hash }) if token_hash == listening.access.token_hash => {
                    return None;
                }
                Ok(_) => {}
                Err(RecvError::Closed) => return None,
                // Anything may be among what was missed.
                Err(RecvError::Lagged(_)) => (mine, everybody) = (true, true),
            }
            heard = match listening.signals.try_recv() {
                Ok(signal) => Some(Ok(signal)),
                Err(TryRecvError::Lagged(missed)) => Some(Err(RecvError::Lagged(missed))),
                Err(TryRecvError::Empty | TryRecvError::Closed) => None,
            };
        }
        if !mine {
            continue;
        }
        // So that a token which another process revoked is told no more.
        if !still_holds(&listening).await {
            return None;
        }
        let kinds = visible(&mut listening).await.ok()?;
        if everybody || !kinds.is_empty() {
            let seq = listening.told;
            return Some((Hint { seq, kinds }, listening));
        }
    }
}

/// The token gives what it gave when the stream began.
async fn still_holds(listening: &Listening) -> bool {
    let store = &listening.platform.store;
    let access = store.access(&listening.access.token_hash).await;
    matches!(access, Ok(Some(access)) if access == listening.access)
}

fn event(hint: &Hint) -> Event {
    let data = serde_json::to_string(hint).unwrap_or_default();
    Event::default()
        .event("hint")
        .id(hint.seq.to_string())
        .data(data)
}
