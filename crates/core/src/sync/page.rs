//! One page of the feed: fetched whole or not at all (faults 3, 21).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::{Pack, value};
use watchkeeper_wire::feed::{Line, PageEnd, PageHead, Record};

use super::client::{Client, ClientError, RawLine};
use super::parse::{Bad, parse};
use super::plan::{Item, Prepared};
use super::text;
use crate::engine::Engine;

/// A page with both its ends.
#[derive(Debug)]
pub struct Page {
    /// Its first line.
    pub head: PageHead,
    /// What lies between.
    pub items: Vec<Item>,
    /// Its last line.
    pub end: PageEnd,
}

/// Fetches a page and prepares its records for the mirror.
pub async fn fetch(
    engine: &Engine,
    client: &Client,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page, ClientError> {
    let sent = engine.clock.boot();
    let mut stream = client.changes(cursor, limit).await?;
    let mut lines = Vec::new();
    while let Some(line) = stream.next().await? {
        if lines.is_empty()
            && let Ok(Line::Page(head)) = parse(&line)
        {
            engine.observe(head.server_time, sent);
        }
        lines.push(line);
    }
    let pack = engine.pack();
    let read = tokio::task::spawn_blocking(move || read(lines, pack)).await;
    read.map_err(|_| ClientError::Protocol("a page could not be read".into()))?
}

fn read(lines: Vec<RawLine>, pack: Option<Arc<Pack>>) -> Result<Page, ClientError> {
    let mut lines = lines.into_iter();
    let head = match lines.next().map(|line| parse(&line)) {
        Some(Ok(Line::Page(head))) => head,
        None => return Err(incomplete()),
        Some(_) => {
            let problem = "a page of the feed does not begin like one";
            return Err(ClientError::Protocol(problem.into()));
        }
    };
    let mut items = Vec::with_capacity(lines.len());
    while let Some(line) = lines.next() {
        match parse(&line) {
            Ok(Line::End(end)) if lines.len() == 0 => return Ok(Page { head, items, end }),
            Ok(Line::Page(_) | Line::End(_)) => {
                let problem = "a page of the feed has an end within";
                return Err(ClientError::Protocol(problem.into()));
            }
            Ok(Line::Upsert { seq, record }) => {
                items.push(match prepare(pack.as_deref(), record) {
                    Ok(record) => Item::Upsert {
                        seq,
                        record: Box::new(record),
                    },
                    Err(problem) => Item::Bad(Box::new(bad(&line, problem))),
                });
            }
            Ok(Line::Remove { seq, kind, id }) => items.push(Item::Remove {
                seq,
                key: (kind, id),
            }),
            Ok(Line::Verdict { seq, verdict }) => items.push(Item::Verdict {
                seq,
                verdict: Box::new(verdict),
            }),
            Err(bad) => items.push(Item::Bad(bad)),
        }
    }
    Err(incomplete())
}

fn incomplete() -> ClientError {
    ClientError::Transient("a page of the feed ended too soon".into())
}

fn bad(line: &RawLine, problem: String) -> Bad {
    match line {
        RawLine::Whole(bytes) => Bad::of(bytes, problem),
        RawLine::TooLarge { head, .. } => Bad::of(head, problem),
    }
}

/// Brings a record into the form in which the mirror keeps it. One of a kind that the pack does not
/// have stays as it came (fault 24).
pub fn prepare(pack: Option<&Pack>, record: Record) -> Result<Prepared, String> {
    let kind = pack.and_then(|pack| pack.kind(&record.kind));
    let (body, computed) = match kind {
        None => (record.body, Map::new()),
        Some(kind) => {
            let body = value::normalise(kind, record.body).map_err(|fault| fault.to_string())?;
            let computed = value::compute(kind, &body);
            (body, computed)
        }
    };
    let json = |fields: &Map<String, Value>| {
        serde_json::to_string(fields).map_err(|error| error.to_string())
    };
    Ok(Prepared {
        text: text::of_itself(kind, &record.id, &body, &computed),
        body: json(&body)?,
        computed: json(&computed)?,
        kind: record.kind,
        id: record.id,
        revision: record.revision,
        updated_at: millis(record.updated_at),
    })
}

fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const HEAD: &str =
        r#"{"type":"page","epoch":"e","snapshot":true,"server_time":"2026-11-20T03:00:00Z"}"#;
    const RECORD: &str = r#"{"type":"upsert","seq":1,"record":{"kind":"k","id":"a","revision":1,"updated_at":"2026-11-20T03:00:00Z","body":{"n":12}}}"#;
    const END: &str = r#"{"type":"end","cursor":"c","more":false,"snapshot_complete":true}"#;

    fn page(lines: &[&str]) -> Result<Page, ClientError> {
        let lines = lines.iter().map(|l| RawLine::Whole(l.as_bytes().to_vec()));
        read(lines.collect(), None)
    }

    #[test]
    fn a_page_without_its_end_is_no_page() {
        assert_eq!(page(&[HEAD, RECORD, END]).unwrap().items.len(), 1);
        assert!(matches!(
            page(&[HEAD, RECORD]),
            Err(ClientError::Transient(_))
        ));
        let half = RECORD.split_at(40).0;
        assert!(matches!(
            page(&[HEAD, RECORD, half]),
            Err(ClientError::Transient(_))
        ));
        assert!(matches!(page(&[]), Err(ClientError::Transient(_))));
        assert!(matches!(
            page(&[RECORD, END]),
            Err(ClientError::Protocol(_))
        ));
        assert!(matches!(
            page(&[HEAD, END, RECORD, END]),
            Err(ClientError::Protocol(_))
        ));
    }

    #[test]
    fn a_line_that_does_not_read_stands_between_good_ones() {
        let items = page(&[HEAD, RECORD, "{", RECORD, END]).unwrap().items;
        assert!(matches!(
            items.as_slice(),
            [Item::Upsert { .. }, Item::Bad(_), Item::Upsert { .. }]
        ));
    }
}
