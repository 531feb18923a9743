//! Saved views in the rail: one's own, and those that others share.

use serde_json::{Map, Value};
use watchkeeper_model::saved_view::{KEEP, KEPT, KIND, NAME, OWNER, SHARED, VIEW, WISH};
use watchkeeper_pack::{Pack, SavedWish};

use super::operation::word_of;
use super::queries;
use super::view::{HeldSaved, SavedEntry};
use crate::error::Error;
use crate::features::reading::{Reading, Row};
use crate::outbox::queue::{Hold, Status};

/// The saved views that are there, with all our operations over them: one's own first, then by name.
pub(super) fn saved(reading: &Reading<'_>, pack: &Pack) -> Result<Vec<SavedEntry>, Error> {
    let rows = queries::saved::rows(reading)?;
    let mut all = Vec::new();
    for row in &rows {
        all.extend(entry(reading, pack, row)?);
    }
    all.sort_by_cached_key(|one: &SavedEntry| (!one.own, one.name.to_lowercase(), one.id.clone()));
    Ok(all)
}

fn entry(reading: &Reading<'_>, pack: &Pack, row: &Row) -> Result<Option<SavedEntry>, Error> {
    let word = word_of(reading, row, false)?;
    // One that was never made, because that was refused, is still what was asked for.
    let asked = match row.body.is_empty() {
        true => asked(reading, &row.id)?,
        false => None,
    };
    let said = asked.as_ref().unwrap_or(&row.body);
    let own = asked.is_some() || text(said, OWNER) == Some(reading.me.as_str());
    let dropped = asked.is_none() && text(said, "state") != Some(KEPT);
    let (Some(name), Some(view)) = (text(said, NAME), text(said, VIEW)) else {
        return Ok(None);
    };
    let known = pack.view(view);
    // What is dropped stays until the platform has said so; what others save of a view that is not
    // here is nothing to this operator.
    if dropped && word.is_none() || !own && known.is_none() {
        return Ok(None);
    }
    let read = SavedWish::read(text(said, WISH).unwrap_or_default());
    let mut problems = Vec::new();
    match (known.and_then(|view| pack.kind(&view.kind)), &read) {
        (None, _) => problems.push("The pack has no such view any more.".to_owned()),
        (_, Err(unreadable)) => problems.push(unreadable.to_string()),
        (Some(kind), Ok(wish)) => {
            let misfits = wish.misfits(kind, reading.now.at, reading.zone());
            problems.extend(misfits.iter().map(ToString::to_string));
        }
    }
    Ok(Some(SavedEntry {
        id: row.id.clone(),
        view: view.to_owned(),
        name: name.to_owned(),
        owner: text(said, OWNER).unwrap_or(&reading.me).to_owned(),
        own,
        shared: said.get(SHARED).and_then(Value::as_bool) == Some(true),
        wish: read.ok().filter(|_| known.is_some()),
        problems,
        word,
        held: held(reading, &row.id)?,
        dropped,
        revision: row.revision,
    }))
}

/// Our operation on it that is held and may be amended. What a restored platform may have done is only
/// sent again or given up.
fn held(reading: &Reading<'_>, id: &str) -> Result<Option<HeldSaved>, Error> {
    let lane = reading.lane(&format!("{KIND}/{id}"))?;
    let held = lane
        .iter()
        .find(|one| one.status == Status::Held && one.hold != Some(Hold::Restored));
    Ok(held.map(|one| HeldSaved {
        operation: one.request.id.to_string(),
        makes: one.request.action == KEEP,
    }))
}

/// What was asked for where it is not made.
fn asked(reading: &Reading<'_>, id: &str) -> Result<Option<Map<String, Value>>, Error> {
    let lane = reading.lane(&format!("{KIND}/{id}"))?;
    let keep = lane.into_iter().find(|one| one.request.action == KEEP);
    Ok(keep.map(|one| one.request.params))
}

fn text<'a>(body: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}
