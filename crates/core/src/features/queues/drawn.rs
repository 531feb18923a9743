//! What an operation draws: the records that it changes, as seen and as they will be.

use serde_json::{Map, Value};
use watchkeeper_model::Plan;
use watchkeeper_pack::{Pack, value};

use crate::error::Error;
use crate::features::reading::{Reading, Row};
use crate::overlay::{Applied, Seen};

/// A record that an operation changes.
pub(super) struct Drawn {
    /// Its kind.
    pub(super) kind: String,
    /// Its id.
    pub(super) id: String,
    /// As the operator saw it.
    pub(super) seen: Seen,
    /// As it will be.
    pub(super) applied: Applied,
}

/// The record, and those that change along with it, as seen and as they will be.
pub(super) fn overlay(
    reading: &Reading<'_>,
    pack: &Pack,
    row: &Row,
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
    Ok(drawn)
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

/// The records that change along with the first.
pub(super) fn along(overlay: &[Drawn]) -> Vec<(&str, &str)> {
    let others = overlay.iter().skip(1);
    others
        .map(|one| (one.kind.as_str(), one.id.as_str()))
        .collect()
}
