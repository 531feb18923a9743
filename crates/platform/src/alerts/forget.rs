//! Episodes that nobody needs any more.

use chrono::{DateTime, TimeDelta, Utc};
use watchkeeper_model::alert::KIND;
use watchkeeper_pack::sight::KEEPS_OUT;
use watchkeeper_pack::{Pack, value};

use crate::problem::ApiError;
use crate::store::{Committed, Put, Question, RecordRow, Seen, Write};
use crate::{Platform, intake};

/// An alert that is over is kept so long: a year, and some time to look back on it.
const KEPT: TimeDelta = TimeDelta::days(400);
/// Most of one transaction.
const AT_ONCE: usize = 1_000;

/// Removes alerts that were over long ago, in all tenants.
pub async fn forget(platform: &Platform, now: DateTime<Utc>) -> Result<(), ApiError> {
    let question = Question {
        text: "json_extract(body, '$.resolved_at') < ?".to_owned(),
        params: vec![value::instant_text(now - KEPT).into()],
    };
    for tenant in platform.store.tenants().await? {
        let old = platform.store.records(&tenant, KIND, &question).await?;
        remove(platform, &tenant, old).await?;
    }
    Ok(())
}

/// A rule that neither the pack has any more nor the engine is watched by nobody: its open episodes are over.
pub(super) async fn rules_that_are_gone(
    platform: &Platform,
    tenant: &str,
    pack: &Pack,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let question = Question {
        text: "json_extract(body, '$.state') IS NOT 'resolved'".to_owned(),
        params: Vec::new(),
    };
    let open = platform.store.records(tenant, KIND, &question).await?;
    let gone = open.into_iter().filter(|row| {
        let rule = row.body.get("rule").and_then(|rule| rule.as_str());
        rule.is_none_or(|rule| rule != KEEPS_OUT && !pack.alerts.contains_key(rule))
    });
    let over: Vec<Seen> = gone.map(|row| over(row, now)).collect();
    for some in over.chunks(AT_ONCE) {
        let written = platform.store.write_unless_moved(tenant, now, some).await?;
        if let Committed::Done(touched) = written {
            platform.hints.changed(tenant, &touched);
        }
    }
    Ok(())
}

/// One that fired is resolved, one that did not vanishes.
fn over(row: RecordRow, now: DateTime<Utc>) -> Seen {
    let fired = row.body.contains_key("fired_at");
    let mut body = row.body;
    body.insert("state".to_owned(), "resolved".into());
    body.insert("resolved_at".to_owned(), value::instant_text(now).into());
    let title = body.get("label").and_then(|label| label.as_str());
    let title = title.unwrap_or_default().to_owned();
    let put = Put {
        title,
        body,
        computed: row.computed,
        ..Put::default()
    };
    Seen {
        write: Write {
            kind: row.kind,
            id: row.id,
            put: fired.then_some(put),
            version: None,
        },
        revision: Some(row.revision),
    }
}

async fn remove(platform: &Platform, tenant: &str, rows: Vec<RecordRow>) -> Result<(), ApiError> {
    let writes: Vec<Write> = rows
        .into_iter()
        .map(|row| Write {
            kind: row.kind,
            id: row.id,
            put: None,
            version: None,
        })
        .collect();
    for some in writes.chunks(AT_ONCE) {
        intake::write(platform, tenant, some).await?;
    }
    Ok(())
}
