//! What fires and nobody has acknowledged, as the mirror and our own operations have it.

use chrono::{DateTime, Utc};
use watchkeeper_pack::format::Severity;
use watchkeeper_pack::value;

use crate::error::Error;
use crate::features::reading::Reading;

/// An alert that fires and that nobody has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Firing {
    /// Its record.
    pub(crate) id: String,
    /// How bad.
    pub(crate) severity: Severity,
    /// What is wrong, in the pack's fixed words.
    pub(crate) label: String,
    /// Since when, UTC.
    pub(crate) since: DateTime<Utc>,
}

/// What fires now: red first, then the longest. An acknowledgement of ours counts at once.
pub(crate) fn firing(reading: &Reading<'_>) -> Result<Vec<Firing>, Error> {
    let table = reading.now_table("alert")?;
    let mut statement = reading.cache.prepare_cached(&format!(
        "SELECT id, json_extract(body, '$.severity'), json_extract(body, '$.label'),
                json_extract(body, '$.since')
         FROM {table}
         WHERE kind = 'alert' AND json_extract(body, '$.state') = 'firing'",
    ))?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, Option<String>>(1)?,
            row.get::<_, Option<String>>(2)?,
            row.get::<_, Option<String>>(3)?,
        ))
    })?;
    let mut firing = Vec::new();
    for row in rows {
        let (id, severity, label, since) = row?;
        // Whatever a platform says: one that is not known to be yellow is red.
        let severity = match severity.as_deref() {
            Some("yellow") => Severity::Yellow,
            _ => Severity::Red,
        };
        firing.push(Firing {
            id,
            severity,
            label: label.unwrap_or_default(),
            since: since
                .as_deref()
                .and_then(value::instant)
                .unwrap_or(reading.now.at),
        });
    }
    firing.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then(a.since.cmp(&b.since))
            .then_with(|| a.id.cmp(&b.id))
    });
    Ok(firing)
}
