//! Alerts, as the platform last told of them with our own operations over it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use watchkeeper_pack::format::Severity;
use watchkeeper_pack::value;

use super::ALERT;
use super::acknowledge::ACKNOWLEDGE;
use super::queries::Known;
use super::screen::seconds;
use super::unanswered::unanswered;
use super::view::{AcknowledgedView, AlertView, SubjectView};
use crate::error::Error;
use crate::features::queues::decide::may;
use crate::features::queues::operation::word_of;
use crate::features::queues::view::OperationWord;
use crate::features::reading::{Reading, Row, view_of};
use crate::notify::deliveries;

/// The most alerts that are listed; the digest counts them all.
const MOST: u32 = 200;

/// What fires, acknowledged ones included: red first, then the longest.
pub(super) fn firing(reading: &Reading<'_>, known: &Known<'_>) -> Result<Vec<AlertView>, Error> {
    let rows = known.firing(MOST)?;
    rows.iter().map(|row| alert(reading, row)).collect()
}

/// A field of text; empty where it is none.
pub(super) fn text(row: &Row, field: &str) -> String {
    optional(row, field).unwrap_or_default()
}

fn optional(row: &Row, field: &str) -> Option<String> {
    let value = row.body.get(field).and_then(Value::as_str);
    value.map(ToOwned::to_owned)
}

pub(super) fn instant(row: &Row, field: &str) -> Option<DateTime<Utc>> {
    row.body
        .get(field)
        .and_then(Value::as_str)
        .and_then(value::instant)
}

pub(super) fn severity(row: &Row) -> Severity {
    match row.body.get("severity").and_then(Value::as_str) {
        // Whatever a platform says: one that is not known to be yellow is red.
        Some("yellow") => Severity::Yellow,
        _ => Severity::Red,
    }
}

fn alert(reading: &Reading<'_>, row: &Row) -> Result<AlertView, Error> {
    let since = instant(row, "since").unwrap_or(row.updated_at);
    let acknowledged = match (
        row.body.get("state").and_then(Value::as_str),
        instant(row, "acknowledged_at"),
    ) {
        (Some("acknowledged"), Some(at)) => Some(AcknowledgedView {
            by: reading
                .rights
                .operator(&text(row, "acknowledged_by"))
                .to_owned(),
            at: reading.wall(at),
        }),
        _ => None,
    };
    let can_acknowledge = match reading.kind(ALERT) {
        Ok(kind) => reading.link.newer_pack().is_none() && may(reading, kind, row, ACKNOWLEDGE)?,
        Err(_) => false,
    };
    let operation = word_of(reading, row, false)?;
    // Ours counts before the platform has answered: whoever acknowledged it here is on it.
    let answered_here = operation.is_some_and(|word| word != OperationWord::Refused);
    Ok(AlertView {
        id: row.id.clone(),
        revision: row.revision,
        rule: text(row, "rule"),
        row: text(row, "row"),
        severity: severity(row),
        label: text(row, "label"),
        detail: text(row, "detail"),
        rule_text: text(row, "rule_text"),
        since: reading.wall(since),
        seconds: seconds(since, reading.now.at),
        acknowledged,
        unknown_since: instant(row, "unknown_since").map(|at| reading.wall(at)),
        subject: subject(reading, row)?,
        view: optional(row, "view"),
        operation,
        can_acknowledge,
        undelivered: deliveries::problem(reading.state, &row.id)?,
        unanswered: (!answered_here).then(|| unanswered(reading, row)).flatten(),
    })
}

/// The record that an alert is about.
fn subject(reading: &Reading<'_>, row: &Row) -> Result<Option<SubjectView>, Error> {
    let (Some(kind), Some(id)) = (optional(row, "subject_kind"), optional(row, "subject")) else {
        return Ok(None);
    };
    let pack = reading.pack.as_deref();
    Ok(Some(SubjectView {
        title: reading.title(&kind, &id)?,
        view: pack
            .and_then(|pack| view_of(pack, &kind))
            .map(ToOwned::to_owned),
        kind,
        id,
    }))
}
