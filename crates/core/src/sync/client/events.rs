//! Hints of `GET /v1/events`: server-sent events that say "pull sooner", never more.

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
    let mut size = Size::default();
    let bytes = tokio_stream::StreamExt::timeout(body, silence)
        .map(move |chunk| match chunk {
            Err(_) => Err(ClientError::Transient("the stream fell silent".into())),
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok(chunk)) if size.takes(&chunk) => Ok(chunk),
            Ok(Ok(_)) => Err(ClientError::TooLarge(MAX_EVENT_BYTES as u64)),
        })
        .boxed();
    SseByteStream::new(bytes)
        .map(move |event| {
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

/// How much of an event is not ended yet. Comments count as lines only: they may add up for days.
#[derive(Debug, Default)]
struct Size {
    /// Bytes of the event so far.
    event: usize,
    /// Bytes of the line so far.
    line: usize,
    comment: bool,
    /// The last byte was a carriage return: a line feed behind it ends nothing more.
    returned: bool,
}

impl Size {
    /// False where a line or an event has become too large.
    fn takes(&mut self, chunk: &[u8]) -> bool {
        for byte in chunk {
            let returned = std::mem::replace(&mut self.returned, *byte == b'\r');
            match byte {
                b'\n' if returned => {}
                b'\n' | b'\r' => {
                    if self.line == 0 {
                        self.event = 0;
                    }
                    self.line = 0;
                }
                byte => {
                    if self.line == 0 {
                        self.comment = *byte == b':';
                    }
                    self.line += 1;
                    self.event += usize::from(!self.comment);
                }
            }
            if self.line.max(self.event) > MAX_EVENT_BYTES {
                return false;
            }
        }
        true
    }
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

    /// Ids and places of the hints that a text gives, cut into pieces of this many bytes; and how it
    /// ended.
    async fn parsed(
        text: &[u8],
        piece: usize,
    ) -> (Vec<(Option<String>, u64)>, Option<ClientError>) {
        let chunks: Vec<Chunk> = text
            .chunks(piece)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let mut stream = events(futures_util::stream::iter(chunks), SILENCE);
        let mut read = Vec::new();
        while let Some(event) = stream.next().await {
            match event {
                Ok(event) => read.push((event.id, event.hint.map_or(0, |hint| hint.seq))),
                Err(error) => return (read, Some(error)),
            }
        }
        (read, None)
    }

    #[tokio::test]
    async fn fault_35_line_ends_of_every_kind_and_a_byte_order_mark_read_as_the_standard_says() {
        let text = "\u{feff}id: 1\ndata: {\"seq\":1,\"kinds\":[]}\n\n\
                    id: 2\r\ndata: {\"seq\":2,\r\ndata: \"kinds\":[]}\r\n\r\n\
                    id: 3\rdata:{\"seq\":3,\"kinds\":[]}\r\r\
                    : comment\rid: 4\r\ndata: {\"seq\":4,\"kinds\":[]}\n\r\n\
                    id: 5\ndata: {\"seq\":5";
        let id = |n: u64| (Some(n.to_string()), n);
        for piece in [1, 2, 3, 7, 4096] {
            let (read, ended) = parsed(text.as_bytes(), piece).await;
            assert_eq!(read, [id(1), id(2), id(3), id(4)], "in pieces of {piece}");
            assert_eq!(ended, None, "half an event at the end is none");
        }
    }

    #[tokio::test]
    async fn fault_35_an_id_with_a_nul_is_no_id_and_a_hint_that_does_not_read_is_one_all_the_same()
    {
        let text = b"id: 1\0\ndata: {\"seq\":1,\"kinds\":[]}\n\ndata: nonsense\n\n";
        let (read, ended) = parsed(text, 16).await;
        assert_eq!(read, [(None, 1), (None, 0)]);
        assert_eq!(ended, None);
    }

    #[tokio::test]
    async fn fault_35_no_line_and_no_event_grows_without_end_however_it_is_cut() {
        let line = [b"data: ".as_slice(), &vec![b':'; 2 * MAX_EVENT_BYTES]].concat();
        let comment = vec![b':'; 2 * MAX_EVENT_BYTES];
        let many = b"data: x\r\n".repeat(MAX_EVENT_BYTES / 4);
        for endless in [line, comment, many] {
            // Pieces that begin with a colon look like comments.
            for piece in [4096, 5000] {
                let (read, ended) = parsed(&endless, piece).await;
                assert!(read.is_empty());
                assert_eq!(ended, Some(ClientError::TooLarge(MAX_EVENT_BYTES as u64)));
            }
        }
        // Comments and events that end may go on for ever.
        let beats = b": here\n\ndata: {}\n\n".repeat(MAX_EVENT_BYTES / 8);
        assert_eq!(parsed(&beats, 8192).await.1, None);
    }

    #[tokio::test]
    async fn fault_35_a_silent_stream_ends_and_a_comment_keeps_it() {
        assert_eq!(SILENCE, Duration::from_secs(40));
        let silence = Duration::from_secs(2);
        let beats = futures_util::stream::unfold(0, |n| async move {
            match n {
                // Longer than the silence, all together.
                0..25 => tokio::time::sleep(Duration::from_millis(100)).await,
                25 => return Some((Ok(Bytes::from_static(b"data: {}\n\n")), n + 1)),
                _ => std::future::pending().await,
            }
            Some((
                Ok::<_, ClientError>(Bytes::from_static(b": here\n\n")),
                n + 1,
            ))
        });
        let mut read = events(beats, silence);
        assert!(matches!(read.next().await, Some(Ok(_))));
        assert!(matches!(
            read.next().await,
            Some(Err(ClientError::Transient(_)))
        ));
    }
}
