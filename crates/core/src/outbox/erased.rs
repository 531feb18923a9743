//! What this laptop has asked about people who were erased.
//!
//! The platform marks their records ([`watchkeeper_pack::erased`]), and the mirror follows by itself. Titles,
//! parameters and reasons of our operations on them go as soon as those are settled: of what is settled
//! already, here, and of what is settled later, by a trigger of `state.db`, so that no way of ending an
//! operation can forget it. What is open is drawn over the record as it is now, without what was erased.
//!
//! So do those of operations on records that refer to these, which had them beside them when they were decided.
//! To which an operation's record refers is kept with it (`beside`), so that it is known where the mirror does
//! not have that record any more. Of operations that are older than this, the mirror says it.
//!
//! This is written before the page goes to the mirror: where the app ends in between, the page comes again
//! and changes nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_pack::{Kind, Pack, erased, value};

use crate::overlay::rows::{Applied, Seen};
use crate::store::StoreError;
use crate::sync::plan::{Item, Prepared};
use crate::sync::text;

/// A record of somebody who was erased, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Erased {
    kind: String,
    id: String,
    title: String,
    fields: BTreeSet<String>,
    body: Map<String, Value>,
    computed: Map<String, Value>,
}

/// Those that a page brings.
pub fn of(items: &[Item]) -> Vec<Erased> {
    let records = items.iter().filter_map(|item| match item {
        Item::Upsert { record, .. } => Some(record),
        _ => None,
    });
    records.filter_map(|record| read(record)).collect()
}

/// Few records are: the others are not read a second time.
pub fn may_be(body: &str) -> bool {
    body.contains(erased::MARK)
}

fn read(record: &Prepared) -> Option<Erased> {
    if !may_be(&record.body) {
        return None;
    }
    let body: Map<String, Value> = serde_json::from_str(&record.body).ok()?;
    let fields = erased::fields(&body).into_iter();
    let fields: BTreeSet<String> = fields.map(ToOwned::to_owned).collect();
    if fields.is_empty() {
        return None;
    }
    let text = record.text.as_ref();
    Some(Erased {
        kind: record.kind.clone(),
        id: record.id.clone(),
        // A title that names others may name them as they were.
        title: text.map_or_else(|| record.id.clone(), |text| text.title.clone()),
        fields,
        computed: serde_json::from_str(&record.computed).ok()?,
        body,
    })
}

/// Says of a row of `operation` that its record is of somebody who was erased, or refers to one that is. The
/// trigger of `state.db` asks the same.
pub(super) const ABOUT_ONE: &str = "(EXISTS (SELECT 1 FROM erased e WHERE e.lane = operation.lane)
    OR EXISTS (SELECT 1 FROM beside b JOIN erased e ON e.lane = b.lane
               WHERE b.operation = operation.id))";

/// The operation is about somebody who was erased.
pub fn is_about_one(state: &Connection, operation: Uuid) -> Result<bool, StoreError> {
    Ok(state
        .prepare_cached(&format!(
            "SELECT 1 FROM operation WHERE id = ?1 AND {ABOUT_ONE}"
        ))?
        .exists([operation.to_string()])?)
}

/// Lanes of the records that one with these fields refers to.
pub fn beside(kind: &Kind, body: &Map<String, Value>) -> Vec<String> {
    let leads = text::references(kind).filter_map(|(field, target)| {
        let id = body.get(field).and_then(Value::as_str)?;
        Some(lane(target, id))
    });
    leads.collect()
}

/// Keeps with an operation what its record refers to.
pub fn keep_beside(
    state: &Connection,
    operation: Uuid,
    beside: &[String],
) -> Result<(), StoreError> {
    let mut insert =
        state.prepare_cached("INSERT OR IGNORE INTO beside (operation, lane) VALUES (?1, ?2)")?;
    for lane in beside {
        insert.execute([&operation.to_string(), lane])?;
    }
    Ok(())
}

/// A record that refers to one that was erased, each by its lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refers {
    /// The record that refers.
    pub from: String,
    /// The one that was erased.
    pub to: String,
}

/// Lanes of operations with which nothing of that was kept.
pub fn without_beside(state: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT DISTINCT lane FROM operation
         WHERE NOT EXISTS (SELECT 1 FROM beside WHERE beside.operation = operation.id)",
    )?;
    let lanes = statement.query_map([], |row| row.get(0))?;
    Ok(lanes.collect::<rusqlite::Result<_>>()?)
}

/// Those of the mirror among these, by whichever field. From our operations on, which are few: any number of
/// records may refer to somebody.
pub fn referring(
    cache: &Connection,
    pack: Option<&Pack>,
    erased: &[Erased],
    lanes: &[String],
) -> Result<Vec<Refers>, StoreError> {
    let gone: BTreeSet<String> = erased.iter().map(|one| lane(&one.kind, &one.id)).collect();
    let mut body = cache.prepare_cached("SELECT body FROM record WHERE kind = ?1 AND id = ?2")?;
    let mut all = Vec::new();
    for from in lanes {
        let Some((name, id)) = from.split_once('/') else {
            continue;
        };
        let known = pack.and_then(|pack| pack.kind(name));
        let Some(kind) = known.filter(|kind| text::references(kind).next().is_some()) else {
            continue;
        };
        let found: Option<String> = body.query_row([name, id], |row| row.get(0)).optional()?;
        let Some(found) = found else { continue };
        let leads = beside(kind, &serde_json::from_str(&found)?).into_iter();
        let to = leads.filter(|to| gone.contains(to));
        all.extend(to.map(|to| Refers {
            from: from.clone(),
            to,
        }));
    }
    Ok(all)
}

fn lane(kind: &str, id: &str) -> String {
    format!("{kind}/{id}")
}

/// Lets go of what our operations say of these, which records of the mirror refer to so.
pub fn follow(
    state: &Connection,
    pack: Option<&Pack>,
    erased: &[Erased],
    referring: &[Refers],
) -> Result<(), StoreError> {
    for Refers { from, to } in referring {
        state
            .prepare_cached(
                "INSERT OR IGNORE INTO beside (operation, lane)
                 SELECT id, ?2 FROM operation WHERE lane = ?1",
            )?
            .execute([from, to])?;
    }
    for one in erased {
        let lane = lane(&one.kind, &one.id);
        state
            .prepare_cached(
                "INSERT INTO erased (lane, title) VALUES (?1, ?2)
                 ON CONFLICT (lane) DO UPDATE SET title = excluded.title",
            )?
            .execute([&lane, &one.title])?;
        state
            .prepare_cached(
                "UPDATE operation SET title = ?2,
                     theirs = CASE WHEN theirs IS NULL THEN NULL
                                   ELSE json_set(theirs, '$.body', json(?3)) END
                 WHERE lane = ?1",
            )?
            .execute(params![lane, one.title, serde_json::to_string(&one.body)?])?;
        // The trigger does it.
        state
            .prepare_cached(
                "UPDATE operation SET status = status
                 WHERE status IN ('confirmed', 'discarded')
                   AND (lane = ?1 OR id IN (SELECT operation FROM beside WHERE lane = ?1))",
            )?
            .execute([&lane])?;
        redraw(state, pack, one)?;
    }
    forget_refs(state, pack, erased)
}

/// What is drawn over the record has nothing of what was erased.
fn redraw(state: &Connection, pack: Option<&Pack>, one: &Erased) -> Result<(), StoreError> {
    let mut statement = state.prepare_cached(
        "SELECT operation, seen, applied FROM overlay WHERE kind = ?1 AND id = ?2",
    )?;
    let mut rows = statement.query([&one.kind, &one.id])?;
    let mut drawn: Vec<(String, String, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        drawn.push((row.get(0)?, row.get(1)?, row.get(2)?));
    }
    let kind = pack.and_then(|pack| pack.kind(&one.kind));
    for (operation, seen, applied) in drawn {
        let mut seen: Seen = serde_json::from_str(&seen)?;
        let mut applied: Applied = serde_json::from_str(&applied)?;
        one.take_from(&mut seen.body);
        one.take_from(&mut applied.body);
        seen.title.clone_from(&one.title);
        seen.computed = one.computed_of(kind, &seen.body);
        applied.computed = one.computed_of(kind, &applied.body);
        state
            .prepare_cached(
                "UPDATE overlay SET seen = ?4, applied = ?5
                 WHERE operation = ?1 AND kind = ?2 AND id = ?3",
            )?
            .execute(params![
                operation,
                one.kind,
                one.id,
                serde_json::to_string(&seen)?,
                serde_json::to_string(&applied)?,
            ])?;
    }
    Ok(())
}

impl Erased {
    /// Nothing was seen of a record that is made, and nothing is drawn of one that waits for agreement: there is
    /// nothing to take, and what is put in its place would draw it.
    fn take_from(&self, body: &mut Map<String, Value>) {
        if body.is_empty() {
            return;
        }
        for name in &self.fields {
            match self.body.get(name) {
                Some(now) => body.insert(name.clone(), now.clone()),
                None => body.remove(name),
            };
        }
    }

    fn computed_of(&self, kind: Option<&Kind>, body: &Map<String, Value>) -> Map<String, Value> {
        kind.map_or_else(|| self.computed.clone(), |kind| value::compute(kind, body))
    }
}

/// What is drawn over other records may have seen these beside them.
fn forget_refs(
    state: &Connection,
    pack: Option<&Pack>,
    erased: &[Erased],
) -> Result<(), StoreError> {
    let Some(pack) = pack else {
        return Ok(());
    };
    let now: BTreeMap<(&str, &str), &Erased> = erased
        .iter()
        .map(|one| ((one.kind.as_str(), one.id.as_str()), one))
        .collect();
    let mut statement =
        state.prepare_cached("SELECT operation, kind, id, seen, applied FROM overlay")?;
    let mut rows = statement.query([])?;
    let mut changed: Vec<(String, String, String, Seen)> = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(1)?;
        let Some(known) = pack.kind(&kind) else {
            continue;
        };
        let mut seen: Seen = serde_json::from_str(&row.get::<_, String>(3)?)?;
        // Of a record that is made nothing was seen: what it is called comes from what it will be.
        let applied: Applied;
        let (body, computed) = match seen.body.is_empty() {
            true => {
                applied = serde_json::from_str(&row.get::<_, String>(4)?)?;
                (&applied.body, &applied.computed)
            }
            false => (&seen.body, &seen.computed),
        };
        let mut touched = false;
        for (field, target) in text::references(known) {
            let id = body.get(field).and_then(Value::as_str);
            let Some(one) = id.and_then(|id| now.get(&(target, id))) else {
                continue;
            };
            let mut fields = one.body.clone();
            fields.extend(one.computed.clone());
            seen.refs.insert(field.to_owned(), Value::Object(fields));
            touched = true;
        }
        if touched {
            let id: String = row.get(2)?;
            seen.title = value::title(known, &id, body, computed, &seen.refs);
            changed.push((row.get(0)?, kind, id, seen));
        }
    }
    for (operation, kind, id, seen) in changed {
        state
            .prepare_cached(
                "UPDATE overlay SET seen = ?4 WHERE operation = ?1 AND kind = ?2 AND id = ?3",
            )?
            .execute(params![operation, kind, id, serde_json::to_string(&seen)?])?;
        state
            .prepare_cached("UPDATE operation SET title = ?3 WHERE id = ?1 AND lane = ?2")?
            .execute([operation, lane(&kind, &id), seen.title])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_record_that_is_made_nothing_comes_to_be_seen() {
        let object = |value: Value| value.as_object().unwrap().clone();
        let one = Erased {
            kind: "entry".into(),
            id: "e1".into(),
            title: "erased".into(),
            fields: ["text".to_owned(), "by".to_owned()].into(),
            body: object(json!({"text": "erased", "about": "p1"})),
            computed: Map::new(),
        };
        let mut seen = Map::new();
        one.take_from(&mut seen);
        assert!(seen.is_empty());
        let mut seen = object(json!({"text": "she said", "by": "Ada", "about": "p1"}));
        one.take_from(&mut seen);
        assert_eq!(seen, one.body);
    }
}
