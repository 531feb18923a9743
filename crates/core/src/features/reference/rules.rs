//! How long things are kept, what holds instead of the document, and the document itself.

use chrono::NaiveDate;
use serde_json::Value;
use watchkeeper_pack::format::{KeepDef, RetentionDef, RulingDef};

use super::screen::Sources;
use super::view::{DocumentView, RetentionView, RulingSetting, RulingView};
use crate::features::settings::words_called;

/// What a pack calls the log of what was done among its kinds.
const AUDIT: &str = "audit";

pub(super) fn retention(sources: &Sources<'_>) -> Vec<RetentionView> {
    let classes = sources.pack.retention.classes.iter();
    classes.map(|(id, def)| class(sources, id, def)).collect()
}

fn class(sources: &Sources<'_>, id: &str, def: &RetentionDef) -> RetentionView {
    let (days, years) = match def.keep {
        KeepDef::Days(days) => (Some(days), None),
        KeepDef::Years(years) => (None, Some(years)),
    };
    let kinds = def.kinds.iter().filter(|kind| *kind != AUDIT);
    let rulings = sources.pack.rulings.iter();
    let rulings = rulings.filter(|ruling| ruling.id == def.row || ruling.rows.contains(&def.row));
    RetentionView {
        id: id.to_owned(),
        label: def.label.clone(),
        row: def.row.clone(),
        days,
        years,
        from: def.from.clone(),
        only: def.only.clone(),
        kinds: kinds.map(|kind| sources.kind(kind)).collect(),
        audit: def.kinds.iter().any(|kind| kind == AUDIT),
        rulings: rulings.map(|ruling| ruling.id.clone()).collect(),
    }
}

pub(super) fn rulings(sources: &Sources<'_>) -> Vec<RulingView> {
    let rulings = sources.pack.rulings.iter();
    rulings.map(|def| ruling(sources, def)).collect()
}

fn ruling(sources: &Sources<'_>, def: &RulingDef) -> RulingView {
    let setting = def.setting.as_deref().and_then(|name| {
        let value = sources.settings.get(name).unwrap_or(&Value::Null);
        let def = sources.pack.settings.get(name)?;
        Some(RulingSetting {
            label: def.label.clone(),
            value: words_called(value, &|text| def.word(text)),
            is_default: !sources.rights.settings.contains_key(name),
        })
    });
    RulingView {
        id: def.id.clone(),
        rows: def.rows.clone(),
        severity: def.severity,
        says: def.says.clone(),
        holds: def.holds.clone(),
        settled: def.settled,
        setting,
    }
}

pub(super) fn document(sources: &Sources<'_>) -> DocumentView {
    let pack = sources.pack;
    let document = pack.document.as_ref();
    let next_review = document.and_then(|document| document.next_review.clone());
    let today = sources.now.with_timezone(&sources.zone).date_naive();
    let due = next_review
        .as_deref()
        .and_then(|day| day.parse::<NaiveDate>().ok());
    DocumentView {
        pack: pack.name.clone(),
        pack_version: pack.version,
        row: document.map(|document| document.row.clone()),
        version: document.and_then(|document| document.version.clone()),
        owner: document.and_then(|document| document.owner.clone()),
        updated: document.and_then(|document| document.updated.clone()),
        overdue: due.is_some_and(|due| due < today),
        next_review,
        names: document.map_or_else(Vec::new, |document| document.names.clone()),
    }
}
