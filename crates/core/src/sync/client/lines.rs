//! Lines of a streamed answer, one at a time and at bounded memory.
//!
//! A line longer than [`MAX_RECORD_BYTES`] is skipped while it streams: its beginning is kept for
//! the quarantine, the rest is only hashed and counted (fault 22). What is kept of one page is
//! bounded by [`MAX_PAGE_BYTES`], what flows through by [`MAX_FLOW_BYTES`]; beyond either the
//! connection is closed (fault 34).

use bytes::{Buf, Bytes};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use watchkeeper_wire::{MAX_PAGE_BYTES, MAX_RECORD_BYTES};

use super::error::ClientError;

/// How much of a line that cannot be used is kept, in bytes.
pub const KEPT_BYTES: usize = 64 * 1024;

/// The most bytes, decompressed, that one page may make us read, skipped lines included.
pub const MAX_FLOW_BYTES: u64 = 1024 * 1024 * 1024;

/// A line as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawLine {
    /// All of it, without its end.
    Whole(Vec<u8>),
    /// It was too long.
    TooLarge {
        /// Its first [`KEPT_BYTES`].
        head: Vec<u8>,
        /// How long it was.
        bytes: u64,
        /// SHA-256 of all of it, hex.
        hash: String,
    },
}

/// The line that is being read.
#[derive(Default)]
struct Unfinished {
    bytes: Vec<u8>,
    /// Hash and length, once it is too long to be kept.
    skipped: Option<(Sha256, u64)>,
}

/// The limits in force; tests use small ones.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one line.
    pub line: usize,
    /// Of what is kept of all lines.
    pub kept: u64,
    /// Of what flows through.
    pub flow: u64,
    /// How many lines there may be.
    pub lines: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: MAX_RECORD_BYTES,
            kept: MAX_PAGE_BYTES as u64,
            flow: MAX_FLOW_BYTES,
            lines: u64::MAX,
        }
    }
}

/// Lines of a stream of bytes. Empty lines are left out.
pub struct Lines {
    stream: BoxStream<'static, Result<Bytes, ClientError>>,
    limits: Limits,
    chunk: Bytes,
    line: Unfinished,
    kept: u64,
    flown: u64,
    read: u64,
    ended: bool,
}

impl Lines {
    /// Lines of this stream.
    pub fn new<E>(
        stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
        limits: Limits,
    ) -> Self
    where
        E: Into<ClientError>,
    {
        Self {
            stream: stream.map(|chunk| chunk.map_err(Into::into)).boxed(),
            limits,
            chunk: Bytes::new(),
            line: Unfinished::default(),
            kept: 0,
            flown: 0,
            read: 0,
            ended: false,
        }
    }

    /// The next line; none at the end of the stream. A last line without its end counts as a line.
    pub async fn next(&mut self) -> Result<Option<RawLine>, ClientError> {
        loop {
            // `contains` is the fast search; most chunks of a long line have no end in them.
            let end = (self.chunk.contains(&b'\n'))
                .then(|| self.chunk.iter().position(|byte| *byte == b'\n'))
                .flatten();
            if let Some(at) = end {
                let part = self.chunk.split_to(at);
                self.chunk.advance(1);
                self.take(&part)?;
                if let Some(line) = self.finish() {
                    self.read += 1;
                    if self.read > self.limits.lines {
                        let problem = "a page has more lines than it may";
                        return Err(ClientError::Protocol(problem.into()));
                    }
                    return Ok(Some(line));
                }
                continue;
            }
            let part = std::mem::take(&mut self.chunk);
            self.take(&part)?;
            if self.ended {
                return Ok(self.finish());
            }
            match self.stream.next().await {
                None => self.ended = true,
                Some(chunk) => {
                    let chunk = chunk?;
                    self.flown += chunk.len() as u64;
                    if self.flown > self.limits.flow {
                        return Err(ClientError::TooLarge(self.limits.flow));
                    }
                    self.chunk = chunk;
                }
            }
        }
    }

    fn take(&mut self, part: &[u8]) -> Result<(), ClientError> {
        let line = &mut self.line;
        if let Some((hash, bytes)) = &mut line.skipped {
            hash.update(part);
            *bytes += part.len() as u64;
            return Ok(());
        }
        line.bytes.extend_from_slice(part);
        if line.bytes.len() > self.limits.line {
            let mut hash = Sha256::new();
            hash.update(&line.bytes);
            line.skipped = Some((hash, line.bytes.len() as u64));
            line.bytes.truncate(KEPT_BYTES.min(self.limits.line));
            line.bytes.shrink_to_fit();
        }
        if self.kept + self.line.bytes.len() as u64 > self.limits.kept {
            return Err(ClientError::TooLarge(self.limits.kept));
        }
        Ok(())
    }

    fn finish(&mut self) -> Option<RawLine> {
        let Unfinished { mut bytes, skipped } = std::mem::take(&mut self.line);
        self.kept += bytes.len() as u64;
        match skipped {
            Some((hash, length)) => Some(RawLine::TooLarge {
                head: bytes,
                bytes: length,
                hash: hex::encode(hash.finalize()),
            }),
            None => {
                if bytes.last() == Some(&b'\r') {
                    bytes.pop();
                }
                (!bytes.is_empty()).then_some(RawLine::Whole(bytes))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SMALL: Limits = Limits {
        line: 8,
        kept: 40,
        flow: 200,
        lines: 10,
    };

    fn lines(chunks: &[&'static [u8]], limits: Limits) -> Lines {
        let chunks: Vec<Result<Bytes, ClientError>> =
            chunks.iter().map(|c| Ok(Bytes::from_static(c))).collect();
        Lines::new(futures_util::stream::iter(chunks), limits)
    }

    async fn all(mut lines: Lines) -> Result<Vec<RawLine>, ClientError> {
        let mut read = Vec::new();
        while let Some(line) = lines.next().await? {
            read.push(line);
        }
        Ok(read)
    }

    fn whole(text: &str) -> RawLine {
        RawLine::Whole(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn lines_are_joined_over_chunks_and_a_last_one_needs_no_end() {
        let read = all(lines(&[b"ab", b"c\r\n\nde\nf", b"g"], SMALL)).await;
        assert_eq!(read.unwrap(), vec![whole("abc"), whole("de"), whole("fg")]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_skipped_and_counted() {
        let read = all(lines(&[b"0123456", b"789abcdef", b"ghi\nok\n"], SMALL))
            .await
            .unwrap();
        let hash = hex::encode(Sha256::digest(b"0123456789abcdefghi"));
        assert_eq!(
            read,
            vec![
                RawLine::TooLarge {
                    head: b"01234567".to_vec(),
                    bytes: 19,
                    hash
                },
                whole("ok")
            ]
        );
    }

    #[tokio::test]
    async fn what_is_kept_and_what_flows_are_bounded() {
        let many: Vec<&'static [u8]> = vec![b"1234567\n"; 10];
        assert_eq!(
            all(lines(&many, SMALL)).await,
            Err(ClientError::TooLarge(40))
        );
        let short: Vec<&'static [u8]> = vec![b"1\n"; 11];
        assert!(matches!(
            all(lines(&short, SMALL)).await,
            Err(ClientError::Protocol(_))
        ));
        let long: Vec<&'static [u8]> = vec![b"0123456789"; 30];
        assert_eq!(
            all(lines(&long, SMALL)).await,
            Err(ClientError::TooLarge(200))
        );
    }
}
