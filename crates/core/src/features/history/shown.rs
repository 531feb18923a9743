//! A record's history, from local data.

use serde_json::Value;
use watchkeeper_pack::Action;

use super::merge::{Line, merged};
use super::queries;
use super::view::{HistoryLineView, HistoryView};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::features::queues::cells::said_value;
use crate::features::queues::operation::denial;
use crate::features::queues::view::{CellValue, FactView};
use crate::features::reading::{Reading, read};
use crate::outbox::queue;

/// What is kept of a record's history, with this laptop's own settled operations on it.
///
/// # Errors
/// [`Code::NotFound`] of a kind that the operator does not see; the local database failed.
pub async fn shown(engine: &Engine, kind: &str, id: &str) -> Result<HistoryView, Error> {
    let (kind, id) = (kind.to_owned(), id.to_owned());
    read(engine, move |reading| {
        let pack = reading.pack.as_deref();
        if pack.is_some_and(|pack| !pack.sight.sees_kind(&kind)) {
            return Err(Error::new(Code::NotFound));
        }
        let kept = queries::kept(reading.cache, &kind, &id)?;
        let own = queue::of_lane(reading.state, &format!("{kind}/{id}"))?;
        let as_of = kept.as_ref().map(|kept| reading.wall(kept.asked_at));
        let older = kept.as_ref().is_some_and(|kept| kept.older);
        let entries = kept.map(|kept| kept.entries).unwrap_or_default();
        let lines = merged(entries, own).into_iter();
        let lines = lines.map(|line| line_view(reading, &kind, line));
        Ok(HistoryView {
            lines: lines.collect(),
            kind,
            id,
            as_of,
            older,
        })
    })
    .await
}

fn line_view(reading: &Reading<'_>, kind: &str, line: Line) -> HistoryLineView {
    let known = reading.pack.as_deref().and_then(|pack| pack.kind(kind));
    let action = known.and_then(|kind| kind.actions.get(&line.action));
    let ours = line.author == reading.me;
    HistoryLineView {
        said: said(reading, kind, action, &line),
        operation: line.operation.to_string(),
        action: action
            .map(|action| action.def.label.clone())
            .or(line.called)
            .unwrap_or(line.action),
        // What they are called now, before what they were called then.
        by: match reading.rights.operators.get(&line.author) {
            Some(name) => name.clone(),
            None => line.name.unwrap_or(line.author),
        },
        ours,
        at: reading.wall(line.at),
        word: line.word,
        reason: line.reason.as_ref().map(denial),
        from_revision: line.from_revision,
        revision: line.revision,
    }
}

/// What was said, as far as the operator sees what it was said of: first what the action asks for now.
fn said(reading: &Reading<'_>, kind: &str, action: Option<&Action>, line: &Line) -> Vec<FactView> {
    let pack = reading.pack.as_deref();
    if pack.is_some_and(|pack| !pack.sight.tells(kind, &line.action)) {
        return Vec::new();
    }
    let asked = action.map(Action::params_in_order).unwrap_or_default();
    let known = asked.iter().filter_map(|(name, def)| {
        let value = line.params.get(*name)?;
        Some(FactView {
            field: (*name).clone(),
            label: def.label.clone(),
            value: said_value(reading, def, value),
        })
    });
    let is_asked = |name: &String| asked.iter().any(|(asked, _)| *asked == name);
    let others = line.params.iter().filter(|(name, _)| !is_asked(name));
    let others = others.map(|(name, value)| FactView {
        field: name.clone(),
        label: name.clone(),
        value: match value {
            Value::Null => CellValue::Empty,
            Value::String(text) => CellValue::Unknown { text: text.clone() },
            other => CellValue::Unknown {
                text: other.to_string(),
            },
        },
    });
    let all = known.chain(others);
    all.filter(|fact| !is_empty(&fact.value)).collect()
}

fn is_empty(value: &CellValue) -> bool {
    match value {
        CellValue::Empty => true,
        CellValue::Text { text } | CellValue::Unknown { text } => text.trim().is_empty(),
        _ => false,
    }
}
