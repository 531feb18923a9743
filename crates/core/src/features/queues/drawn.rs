//! What an operation draws: the records that it changes, as seen and as they will be, and those that it makes.

use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::Plan;
use watchkeeper_model::plan::Create;
use watchkeeper_pack::{Pack, value};

use crate::error::Error;
use crate::features::reading::{Reading, Row};
use crate::overlay::{Applied, Seen};

/// A record that an operation changes or makes.
pub(super) struct Drawn {
    /// Its kind.
    pub(super) kind: String,
    /// Its id.
    pub(super) id: String,
    /// As the operator saw it; of one that is made there was nothing to be seen.
    pub(super) seen: Seen,
    /// As it will be.
    pub(super) applied: Applied,
}

/// The record, those that change along with it and those that the operation makes, as seen and as they will
/// be.
pub(super) fn overlay(
    reading: &Reading<'_>,
    pack: &Pack,
    (operation, row): (Uuid, &Row),
    plan: &Plan,
) -> Result<Vec<Drawn>, Error> {
    let mut drawn = vec![draw(reading, pack, row, &plan.sets)?];
    for other in &plan.sets_on {
        let is_main = other.kind == row.kind && other.id == row.id;
        if is_main || other.set.is_empty() {
            continue;
        }
        if let Some(row) = reading.record(&other.kind, &other.id)? {
            drawn.push(draw(reading, pack, &row, &other.set)?);
        }
    }
    for (place, create) in plan.creates.iter().enumerate() {
        let id = create.id(operation, place);
        drawn.extend(make(reading, pack, id, create)?);
    }
    Ok(drawn)
}

/// A record that comes to be, under the id that the platform gives it; none where the operator will not see it.
fn make(
    reading: &Reading<'_>,
    pack: &Pack,
    id: String,
    create: &Create,
) -> Result<Option<Drawn>, Error> {
    let Some(kind) = pack.kind(&create.kind) else {
        return Ok(None);
    };
    let mut body = create.body.clone();
    let regions = &reading.rights.actor.regions;
    let region = body.get("region").and_then(Value::as_str);
    if !regions.is_empty() && region.is_some_and(|region| !regions.contains(region)) {
        return Ok(None);
    }
    pack.sight.strip(&create.kind, &mut body);
    let mut row = Row {
        kind: create.kind.clone(),
        id,
        revision: 0,
        updated_at: reading.now.at,
        title: String::new(),
        computed: value::compute(kind, &body),
        body,
    };
    let refs = reading.refs(&row)?;
    row.title = value::title(kind, &row.id, &row.body, &row.computed, &refs);
    Ok(Some(Drawn {
        seen: Seen {
            revision: row.revision,
            updated_at: row.updated_at,
            title: row.title,
            body: Map::new(),
            computed: Map::new(),
            refs,
        },
        applied: Applied {
            body: row.body,
            computed: row.computed,
        },
        kind: row.kind,
        id: row.id,
    }))
}

fn draw(
    reading: &Reading<'_>,
    pack: &Pack,
    row: &Row,
    sets: &Map<String, Value>,
) -> Result<Drawn, Error> {
    let refs = match pack.kind(&row.kind) {
        Some(_) => reading.refs(row)?,
        None => Map::new(),
    };
    let seen = Seen {
        revision: row.revision,
        updated_at: row.updated_at,
        title: row.title.clone(),
        body: row.body.clone(),
        computed: row.computed.clone(),
        refs,
    };
    let mut body = row.body.clone();
    for (name, value) in sets {
        if value.is_null() {
            body.remove(name);
        } else {
            body.insert(name.clone(), value.clone());
        }
    }
    let computed = pack
        .kind(&row.kind)
        .map_or_else(Map::new, |kind| value::compute(kind, &body));
    let applied = Applied { body, computed };
    Ok(Drawn {
        kind: row.kind.clone(),
        id: row.id.clone(),
        seen,
        applied,
    })
}

/// The records that change along with the first, or are made.
pub(super) fn along(overlay: &[Drawn]) -> Vec<(&str, &str)> {
    let others = overlay.iter().skip(1);
    others
        .map(|one| (one.kind.as_str(), one.id.as_str()))
        .collect()
}
