//! Hints of `GET /v1/events`: server-sent events that say "pull sooner", never more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use sse_stream::{Sse, SseByteStream};
use watchkeeper_wire::feed::Hint;

use super::error::ClientError;

/// A stream on which nothing at all came for this long is dead (the platform sends a comment every
/// 15 s).
pub const SILENCE: Duration = Duration::from_secs(40);

/// The most bytes between two events; a larger one ends the stream (fault 35).
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where to go on after a break.
    pub id: Option<String>,
    /// What changed, where it reads; a hint that does not read still means that something did.
    pub hint: Option<Hint>,
}

/// Events of a stream. It ends after an error.
pub type Events = BoxStream<'static, Result<Event, ClientError>>;

/// Reads events; silence and oversize are errors.
pub fn events<E>(
    body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    silence: Duration,
) -> Events
where
    E: Into<ClientError>,
{
    let since_event = Arc::new(AtomicUsize::new(0));
    let counted = since_event.clone();
    let bytes = tokio_stream::StreamExt::timeout(body, silence)
        .map(move |chunk| match chunk {
            Err(_) => Err(ClientError::Transient("the stream fell silent".into())),
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok(chunk)) => {
                let total = counted.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
                // Comments alone may add up over days without an event; what matters is one burst.
                if chunk.first() == Some(&b':') {
                    counted.store(0, Ordering::Relaxed);
                }
                if total > MAX_EVENT_BYTES {
                    Err(ClientError::TooLarge(MAX_EVENT_BYTES as u64))
                } else {
                    Ok(chunk)
                }
            }
        })
        .boxed();
    SseByteStream::new(bytes)
        .map(move |event| {
            since_event.store(0, Ordering::Relaxed);
            event.map(read).map_err(|error| match error {
                sse_stream::Error::Body(inner) => match inner.downcast::<ClientError>() {
                    Ok(ours) => *ours,
                    Err(other) => ClientError::Transient(other.to_string()),
                },
                other => ClientError::Protocol(other.to_string()),
            })
        })
        .boxed()
}

fn read(event: Sse) -> Event {
    let hint = event
        .data
        .as_deref()
        .and_then(|data| serde_json::from_str(data).ok());
    Event { id: event.id, hint }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    type Chunk = Result<Bytes, ClientError>;

    #[tokio::test]
    async fn hints_are_read_and_half_an_event_is_not() {
        let chunks: Vec<Chunk> = vec![
            Ok(Bytes::from_static(b": beat\n\nid: 7\nevent: hint\nda")),
            Ok(Bytes::from_static(
                b"ta: {\"seq\":7,\"kinds\":[\"parcel\"]}\n\nid: 8\nda",
            )),
        ];
        let read: Vec<_> = events(futures_util::stream::iter(chunks), SILENCE)
            .collect()
            .await;
        assert_eq!(read.len(), 1);
        let event = read.into_iter().next().unwrap().unwrap();
        assert_eq!(event.id.as_deref(), Some("7"));
        assert_eq!(event.hint.unwrap().seq, 7);
    }

    #[tokio::test]
    async fn silence_ends_the_stream() {
        let mut read = events(
            futures_util::stream::pending::<Chunk>(),
            Duration::from_millis(5),
        );
        assert!(matches!(
            read.next().await,
            Some(Err(ClientError::Transient(_)))
        ));
        assert!(read.next().await.is_none());
    }

    #[tokio::test]
    async fn an_endless_event_ends_the_stream() {
        let chunks: Vec<Chunk> = (0..40)
            .map(|_| Ok(Bytes::from(vec![b'x'; 64 * 1024])))
            .collect();
        let read: Vec<_> = events(futures_util::stream::iter(chunks), SILENCE)
            .collect()
            .await;
        assert!(matches!(read.as_slice(), [Err(ClientError::TooLarge(_))]));
    }
}
