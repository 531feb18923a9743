//! `GET /v1/events`: hints as server-sent events.
//!
//! A client that says where it was (`Last-Event-ID`) and is behind is told at once. A stream ends
//! when its token is revoked or gives other rights, and when the platform stops.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::{self, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use watchkeeper_wire::feed::Hint;
use watchkeeper_wire::problem::{Code, Problem};

use crate::Platform;
use crate::auth::SignedIn;
use crate::hints::Signal;
use crate::problem::ApiError;
use crate::store::Access;

/// A comment goes out this often, so that a silent stream is known to be dead (fault 35).
const HEARTBEAT: Duration = Duration::from_secs(15);

struct Listening {
    platform: Arc<Platform>,
    access: Access,
    signals: Receiver<Signal>,
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
    let missed = match last_event_id(&headers) {
        Some(seq) => missed(&platform, &access.tenant, seq).await?,
        None => None,
    };
    let stop = platform.stop.clone();
    let listening = Listening {
        platform,
        access,
        signals,
    };
    let hints = stream::iter(missed)
        .chain(stream::unfold(listening, next))
        .map(|hint| Ok(event(&hint)))
        .take_until(stop.cancelled_owned());
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

async fn missed(platform: &Platform, tenant: &str, seq: u64) -> Result<Option<Hint>, ApiError> {
    let since = platform.store.changed_since(tenant, seq).await?;
    Ok((since.head != seq).then_some(Hint {
        seq: since.head,
        kinds: since.kinds,
    }))
}

async fn next(mut listening: Listening) -> Option<(Hint, Listening)> {
    loop {
        let heard = tokio::time::timeout(HEARTBEAT, listening.signals.recv()).await;
        let Ok(heard) = heard else {
            // Nothing is told, and another process may have revoked the token all the same.
            if !still_holds(&listening).await {
                return None;
            }
            continue;
        };
        match heard {
            Ok(Signal::Changed { tenant, hint }) if tenant == listening.access.tenant => {
                // So that a token which another process revoked is told no more.
                return still_holds(&listening).await.then_some((hint, listening));
            }
            Ok(Signal::Ended { token_hash }) if token_hash == listening.access.token_hash => {
                return None;
            }
            Ok(_) => {}
            Err(RecvError::Closed) => return None,
            Err(RecvError::Lagged(_)) => {
                // Our own end may be among what was missed.
                if !still_holds(&listening).await {
                    return None;
                }
                let tenant = &listening.access.tenant;
                let hint = missed(&listening.platform, tenant, 0).await.ok()?;
                if let Some(hint) = hint {
                    return Some((hint, listening));
                }
            }
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
