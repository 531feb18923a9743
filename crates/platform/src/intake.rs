//! Records from the platform's own systems: checked by the pack, then written.
//!
//! A record of a kind that the pack does not know is kept as it came: the pack may follow later. What a
//! system brings it brings whole; where its line is the newest by its own order it is written over what an
//! operation has set in between, and where it is older nothing is.

mod cell;
mod csv;
pub mod sheet;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use watchkeeper_pack::{Kind, Pack, is_engine_kind, value};
use watchkeeper_wire::MAX_RECORD_BYTES;
use watchkeeper_wire::ingest::{Incoming, Ingest, IngestAnswer, MAX_VERSION, Outcome, Rejected};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::decide::refs_of;
use crate::problem::ApiError;
use crate::store::{Put, Touched, Write};

/// The most bytes of a record's fields; its line in the feed has a little more.
const MAX_RECORD: usize = MAX_RECORD_BYTES - 4 * MAX_NAME;
/// The longest id or kind, in bytes.
const MAX_NAME: usize = 200;

/// Takes what a system brought, record by record, in one transaction.
pub async fn take(
    platform: &Platform,
    tenant: &str,
    brought: &Ingest,
) -> Result<IngestAnswer, ApiError> {
    let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    let (mut writes, mut rejected) = (Vec::new(), Vec::new());
    let (mut records, mut removed) = (Vec::new(), Vec::new());
    let beside = Beside::of(brought.records.iter());
    for incoming in &brought.records {
        let read = check(pack.as_deref(), incoming);
        records.push(read.is_err().then_some(Outcome::Rejected));
        match read {
            Ok((body, kind)) => {
                let put = match kind {
                    Some(kind) => {
                        whole(platform, tenant, kind, &incoming.id, body, &beside).await?
                    }
                    None => Put {
                        title: incoming.id.clone(),
                        body,
                        ..Put::default()
                    },
                };
                writes.push(Write {
                    kind: incoming.kind.clone(),
                    id: incoming.id.clone(),
                    put: Some(put),
                    version: incoming.version,
                });
            }
            Err(problem) => rejected.push(Rejected {
                kind: incoming.kind.clone(),
                id: incoming.id.clone(),
                problem,
            }),
        }
    }
    for gone in &brought.removed {
        let fits = named(&gone.kind, &gone.id, gone.version);
        removed.push(fits.is_err().then_some(Outcome::Rejected));
        let (kind, id) = (gone.kind.clone(), gone.id.clone());
        match fits {
            Ok(()) => writes.push(Write {
                kind,
                id,
                put: None,
                version: gone.version,
            }),
            Err(problem) => rejected.push(Rejected { kind, id, problem }),
        }
    }
    let (touched, outcomes) = write(platform, tenant, &writes).await?;
    let mut outcomes = outcomes.into_iter();
    let records = in_place(records, &mut outcomes);
    let removed = in_place(removed, &mut outcomes);
    Ok(IngestAnswer::of(records, removed, rejected, touched.head))
}

/// What became of each line: as is known of it already, else the next of these.
pub fn in_place(
    known: Vec<Option<Outcome>>,
    others: &mut impl Iterator<Item = Outcome>,
) -> Vec<Outcome> {
    let lines = known.into_iter();
    lines
        .filter_map(|known| known.or_else(|| others.next()))
        .collect()
}

/// Writes checked records and tells the streams. Answers what became of each.
pub async fn write(
    platform: &Platform,
    tenant: &str,
    writes: &[Write],
) -> Result<(Touched, Vec<Outcome>), ApiError> {
    let now = platform.clock.now();
    let (touched, outcomes) = platform.store.ingest(tenant, now, writes).await?;
    if !touched.kinds.is_empty() {
        platform.hints.changed(tenant, &touched);
    }
    Ok((touched, outcomes))
}

/// A record's whole contents from its fields: what is computed from them, and its title.
pub async fn put(
    platform: &Platform,
    tenant: &str,
    kind: &str,
    id: &str,
    body: Map<String, Value>,
) -> Result<Put, ApiError> {
    let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    match pack.as_ref().and_then(|pack| pack.kind(kind)) {
        Some(kind) => whole(platform, tenant, kind, id, body, &Beside::default()).await,
        None => Ok(Put {
            title: id.to_owned(),
            body,
            ..Put::default()
        }),
    }
}

fn check<'p>(
    pack: Option<&'p Pack>,
    incoming: &Incoming,
) -> Result<(Map<String, Value>, Option<&'p Kind>), String> {
    bounded(incoming)?;
    let Some(kind) = pack.and_then(|pack| pack.kind(&incoming.kind)) else {
        return Ok((incoming.body.clone(), None));
    };
    Ok((canonical(kind, incoming)?, Some(kind)))
}

/// A record's name is one that everybody can read, of a kind that a system may bring, and its place one that
/// can be kept.
fn named(kind: &str, id: &str, version: Option<u64>) -> Result<(), String> {
    for name in [kind, id] {
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err("kind and id have 1 to 200 bytes and no control characters".into());
        }
    }
    if is_engine_kind(kind) {
        return Err("this kind is the platform's own: no system brings or removes it".into());
    }
    if kind.contains('/') {
        return Err("a kind has no slash".into());
    }
    if version > Some(MAX_VERSION) {
        return Err(format!("a version is at most {MAX_VERSION}"));
    }
    Ok(())
}

/// A record's name and size are ones that everybody can read.
fn bounded(incoming: &Incoming) -> Result<(), String> {
    named(&incoming.kind, &incoming.id, incoming.version)?;
    // No client would read it (fault 22).
    let bytes = serde_json::to_vec(&incoming.body).map_or(usize::MAX, |text| text.len());
    if bytes > MAX_RECORD {
        return Err(format!("{bytes} bytes; a record has at most {MAX_RECORD}"));
    }
    Ok(())
}

/// A record's fields in the form in which they are kept.
fn canonical(kind: &Kind, incoming: &Incoming) -> Result<Map<String, Value>, String> {
    value::normalise(kind, incoming.body.clone()).map_err(|fault| fault.to_string())
}

/// What is brought together with a record, by kind and id.
#[derive(Default)]
struct Beside<'a>(BTreeMap<(&'a str, &'a str), &'a Incoming>);

impl<'a> Beside<'a> {
    /// Of several lines about one record, the last that is not older than those before it.
    fn of(lines: impl Iterator<Item = &'a Incoming>) -> Self {
        let mut latest: BTreeMap<(&str, &str), &Incoming> = BTreeMap::new();
        for line in lines {
            let known = latest
                .entry((line.kind.as_str(), line.id.as_str()))
                .or_insert(line);
            if line.version.is_none() || line.version > known.version {
                *known = line;
            }
        }
        Self(latest)
    }

    /// The fields of a record as they will be: a line that comes late says nothing of it.
    async fn fields(
        &self,
        platform: &Platform,
        tenant: &str,
        (kind, id): (&str, &str),
    ) -> Result<Option<Map<String, Value>>, ApiError> {
        let store = &platform.store;
        if let Some(line) = self.0.get(&(kind, id)) {
            let is_taken = match line.version {
                None => true,
                version => version > store.source_version(tenant, kind, id).await?,
            };
            if is_taken {
                return Ok(Some(line.body.clone()));
            }
        }
        let row = store.record(tenant, kind, id).await?;
        Ok(row.map(|row| row.body))
    }
}

async fn whole(
    platform: &Platform,
    tenant: &str,
    kind: &Kind,
    id: &str,
    body: Map<String, Value>,
    beside: &Beside<'_>,
) -> Result<Put, ApiError> {
    let computed = value::compute(kind, &body);
    let mut refs = Map::new();
    for (field, of) in refs_of(kind) {
        let Some(target) = body.get(&field).and_then(Value::as_str) else {
            continue;
        };
        let found = beside
            .fields(platform, tenant, (of.as_str(), target))
            .await?;
        if let Some(body) = found {
            refs.insert(field, Value::Object(body));
        }
    }
    Ok(Put {
        title: value::title(kind, id, &body, &computed, &refs),
        body,
        computed,
        ..Put::default()
    })
}
