//! What comes over the line, and what somebody types.

use std::cell::RefCell;
use std::fmt::Debug;

use bytes::Bytes;
use futures_util::StreamExt;
use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use watchkeeper_core::features::search::fts_query;
use watchkeeper_core::sync::client::error::ClientError;
use watchkeeper_core::sync::client::events::{SILENCE, events as read_events};
use watchkeeper_core::sync::client::lines::{Limits, Lines, RawLine};
use watchkeeper_core::sync::{page, parse};
use watchkeeper_wire::audit::{Delivery, SignedHead};
use watchkeeper_wire::feed::{Hint, Line, Record};
use watchkeeper_wire::ingest::{Ingest, IngestAnswer};
use watchkeeper_wire::operation::{Batch, BatchAnswer, Verdict};
use watchkeeper_wire::problem::Problem;
use watchkeeper_wire::session::{Device, Me};

use super::PACK;

/// An input up to so many bytes is also cut into single ones.
const SMALL: usize = 2_000;

/// JSON of the line: what reads is written, and reads as the same.
pub fn wire(input: &[u8]) -> Result<bool, String> {
    let mut read = lines(input)?;
    read |= same::<Line>(input)?;
    read |= same::<Problem>(input)?;
    read |= same::<Me>(input)?;
    read |= same::<Batch>(input)?;
    read |= same::<BatchAnswer>(input)?;
    read |= same::<Verdict>(input)?;
    read |= same::<Hint>(input)?;
    read |= same::<Ingest>(input)?;
    read |= same::<IngestAnswer>(input)?;
    read |= same::<Device>(input)?;
    read |= same::<Delivery>(input)?;
    read |= same::<SignedHead>(input)?;
    if let Ok(batch) = serde_json::from_slice::<Batch>(input) {
        for operation in &batch.operations {
            let text = serde_json::to_string(operation).map_err(|error| error.to_string())?;
            let again = serde_json::from_str(&text).unwrap_or_else(|_| operation.clone());
            if operation.fingerprint().ok() != again.fingerprint().ok() {
                return Err("an operation has two fingerprints".into());
            }
        }
    }
    Ok(read)
}

fn same<T: DeserializeOwned + Serialize + PartialEq + Debug>(input: &[u8]) -> Result<bool, String> {
    let Ok(read) = serde_json::from_slice::<T>(input) else {
        return Ok(false);
    };
    let text = serde_json::to_string(&read).map_err(|error| format!("{error}: {read:?}"))?;
    match serde_json::from_str::<T>(&text) {
        Ok(again) if again == read => Ok(true),
        Ok(again) => Err(format!("{read:?} reads again as {again:?}")),
        Err(error) => Err(format!("{text} does not read again: {error}")),
    }
}

/// As a page of the feed: in one piece or in many it is the same lines, and a record that is taken
/// is taken again as it was kept.
fn lines(input: &[u8]) -> Result<bool, String> {
    let whole = raw_lines(input, input.len().max(1))?;
    for size in [1, 7] {
        // Byte by byte is slow for what is large.
        if input.len() < SMALL && raw_lines(input, size)? != whole {
            return Err(format!("other lines in chunks of {size}"));
        }
    }
    let mut taken = false;
    for line in &whole {
        match parse::parse(line) {
            Ok(Line::Upsert { record, .. }) => taken |= prepared(record)?,
            Ok(_) => taken = true,
            Err(bad) if bad.key().is_empty() => return Err("set aside under no name".into()),
            Err(_) => {}
        }
    }
    Ok(taken)
}

fn raw_lines(input: &[u8], size: usize) -> Result<Vec<RawLine>, String> {
    let chunks: Vec<Result<Bytes, ClientError>> = input
        .chunks(size)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    let mut stream = Lines::new(futures_util::stream::iter(chunks), Limits::default());
    futures_util::FutureExt::now_or_never(async {
        let mut lines = Vec::new();
        while let Some(line) = stream.next().await.map_err(|error| error.to_string())? {
            lines.push(line);
        }
        Ok(lines)
    })
    .unwrap_or_else(|| Err("lines that wait for nothing".into()))
}

fn prepared(record: Record) -> Result<bool, String> {
    let pack = PACK.as_ref();
    if pack.is_none() {
        return Err("the pack does not load".into());
    }
    let updated_at = record.updated_at;
    let Ok(first) = page::prepare(pack, record) else {
        return Ok(false);
    };
    let record = Record {
        kind: first.kind.clone(),
        id: first.id.clone(),
        revision: first.revision,
        updated_at,
        body: serde_json::from_str(&first.body).map_err(|error| error.to_string())?,
    };
    match page::prepare(pack, record) {
        Ok(again) if again.body == first.body && again.computed == first.computed => Ok(true),
        Ok(again) => Err(format!(
            "kept as {:?}, read as {:?}",
            first.body, again.body
        )),
        Err(error) => Err(format!("kept as {:?}, refused: {error}", first.body)),
    }
}

/// Server-sent events: the same in one piece or in many.
pub fn events(input: &[u8]) -> Result<bool, String> {
    let whole = all_events(input, input.len().max(1))?;
    for size in [1, 5] {
        // Byte by byte is slow for what is large.
        if input.len() > SMALL {
            break;
        }
        let parts = all_events(input, size)?;
        if parts != whole {
            return Err(format!(
                "in one piece {whole:?}, in chunks of {size} {parts:?}"
            ));
        }
    }
    Ok(!whole.is_empty())
}

fn all_events(input: &[u8], size: usize) -> Result<Vec<String>, String> {
    thread_local! {
        static RUNTIME: Option<tokio::runtime::Runtime> =
            tokio::runtime::Builder::new_current_thread().enable_time().build().ok();
    }
    let chunks: Vec<Result<Bytes, ClientError>> = input
        .chunks(size)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    RUNTIME.with(|runtime| {
        let runtime = runtime.as_ref().ok_or("no runtime")?;
        Ok(runtime.block_on(async {
            let events = read_events(futures_util::stream::iter(chunks), SILENCE);
            let shown = events.map(|event| format!("{event:?}"));
            shown.collect().await
        }))
    })
}

/// What is typed into the search: never an error of the database.
pub fn search(input: &[u8]) -> Result<bool, String> {
    thread_local! {
        static INDEX: RefCell<Option<Connection>> = const { RefCell::new(None) };
    }
    let typed = String::from_utf8_lossy(input);
    let Some(question) = fts_query(&typed) else {
        return Ok(false);
    };
    INDEX.with(|index| {
        let mut index = index.borrow_mut();
        if index.is_none() {
            *index = Some(indexed().map_err(|error| error.to_string())?);
        }
        let index = index.as_ref().ok_or("no index")?;
        let found = index.query_row(
            "SELECT count(*) FROM record_text WHERE record_text MATCH ?1",
            [&question],
            |row| row.get::<_, i64>(0),
        );
        match found {
            Ok(count) => Ok(count > 0),
            Err(error) => Err(format!("{question}: {error}")),
        }
    })
}

/// The index of the mirror, with a few words in it.
fn indexed() -> rusqlite::Result<Connection> {
    let index = Connection::open_in_memory()?;
    index.execute_batch(include_str!("../../../../migrations/cache/V1__init.sql"))?;
    for words in [
        "golden paws refund RF-1042",
        "née Ünïcode 日本語",
        "ch_3P a b begin",
    ] {
        index.execute("INSERT INTO record_text (words) VALUES (?1)", [words])?;
    }
    Ok(index)
}
