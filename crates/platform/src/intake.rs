//! Records from the platform's own systems: checked by the pack, then written.
//!
//! A record of a kind that the pack does not know is kept as it came: the pack may follow later.

mod cell;
mod csv;
pub mod sheet;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use watchkeeper_pack::{Kind, Pack, value};
use watchkeeper_wire::MAX_RECORD_BYTES;
use watchkeeper_wire::ingest::{Incoming, Ingest, IngestAnswer, Rejected};
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
    let beside: BTreeMap<(&str, &str), &Map<String, Value>> = brought
        .records
        .iter()
        .map(|record| ((record.kind.as_str(), record.id.as_str()), &record.body))
        .collect();
    for incoming in &brought.records {
        match check(pack.as_deref(), incoming) {
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
                });
            }
            Err(problem) => rejected.push(Rejected {
                kind: incoming.kind.clone(),
                id: incoming.id.clone(),
                problem,
            }),
        }
    }
    let (own, removed): (Vec<_>, Vec<_>) = brought
        .removed
        .iter()
        .partition(|name| is_engines(&name.kind));
    rejected.extend(own.into_iter().map(|name| Rejected {
        kind: name.kind.clone(),
        id: name.id.clone(),
        problem: "this kind is the platform's own: no system removes it".into(),
    }));
    let accepted = (writes.len() + removed.len()) as u64;
    writes.extend(removed.into_iter().map(|name| Write {
        kind: name.kind.clone(),
        id: name.id.clone(),
        put: None,
    }));
    let touched = write(platform, tenant, &writes).await?;
    Ok(IngestAnswer {
        accepted,
        rejected,
        head: touched.head,
    })
}

/// Writes checked records and tells the streams.
pub async fn write(
    platform: &Platform,
    tenant: &str,
    writes: &[Write],
) -> Result<Touched, ApiError> {
    let now = platform.clock.now();
    let touched = platform.store.ingest(tenant, now, writes).await?;
    if !touched.kinds.is_empty() {
        platform.hints.changed(tenant, &touched);
    }
    Ok(touched)
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
        Some(kind) => whole(platform, tenant, kind, id, body, &BTreeMap::new()).await,
        None => Ok(Put {
            title: id.to_owned(),
            body,
            ..Put::default()
        }),
    }
}

/// Is this a kind that the engine keeps itself?
fn is_engines(kind: &str) -> bool {
    [
        watchkeeper_model::alert::KIND,
        watchkeeper_model::approval::KIND,
        watchkeeper_model::control::KIND,
        watchkeeper_model::saved_view::KIND,
        watchkeeper_model::setting::KIND,
    ]
    .contains(&kind)
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

/// A record's name and size are ones that everybody can read.
fn bounded(incoming: &Incoming) -> Result<(), String> {
    for name in [&incoming.kind, &incoming.id] {
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err("kind and id have 1 to 200 bytes and no control characters".into());
        }
    }
    if is_engines(&incoming.kind) {
        return Err("this kind is the platform's own: no system brings it".into());
    }
    if incoming.kind.contains('/') {
        return Err("a kind has no slash".into());
    }
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

async fn whole(
    platform: &Platform,
    tenant: &str,
    kind: &Kind,
    id: &str,
    body: Map<String, Value>,
    beside: &BTreeMap<(&str, &str), &Map<String, Value>>,
) -> Result<Put, ApiError> {
    let computed = value::compute(kind, &body);
    let mut refs = Map::new();
    for (field, of) in refs_of(kind) {
        let Some(target) = body.get(&field).and_then(Value::as_str) else {
            continue;
        };
        let found = match beside.get(&(of.as_str(), target)) {
            Some(body) => Some((*body).clone()),
            None => {
                let row = platform.store.record(tenant, &of, target).await?;
                row.map(|row| row.body)
            }
        };
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
