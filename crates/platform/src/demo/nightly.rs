//! The nightly job of the demo's platform: what has run out ends, and the longest waiting follow.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::problem::Code;

use super::systems::{JOB, JOB_TRIES, night, zone};
use super::world::World;
use crate::problem::ApiError;
use crate::store::{Committed, Put, Question, RecordRow, Seen, Write};
use crate::{Platform, intake};

/// How often it begins again because somebody wrote a placement meanwhile.
const MAX_TRIES: u32 = 8;

/// Ends placements that have run out and fills free slots, first come, first served by the time of
/// purchase in each council (D-27, D-44). One that a refund ended has freed its slot before.
///
/// It works once for a night, by its hour or by hand; whoever comes second finds nothing left to do.
/// Answers how many placements it changed.
pub(super) async fn run(
    platform: &Platform,
    world: &World,
    at: DateTime<Utc>,
) -> Result<usize, ApiError> {
    let tenant = world.tenant.id.as_str();
    let of_night = night(zone(world), at).to_string();
    for _ in 0..MAX_TRIES {
        let job = platform.store.record(tenant, "job", JOB).await?;
        let ran = job
            .as_ref()
            .is_some_and(|job| text(job, "ran_for") == of_night);
        let (changes, writes) = if ran {
            (0, again(platform, tenant, job).await?)
        } else {
            let (ended, promoted, mut writes) = turn(platform, world, at).await?;
            if let Some(job) = &job {
                let sets = json!({
                    "state": "ok", "last_success": instant_text(at), "seconds": 12,
                    "attempts": 1, "max_attempts": JOB_TRIES, "ended": ended, "promoted": promoted,
                    "failed_since": null, "next_try": null, "error_class": null, "error": null,
                    "last_failure": null, "ran_for": of_night,
                });
                writes.push(changed(platform, tenant, job, sets).await?);
            }
            (ended + promoted, writes)
        };
        let written = platform
            .store
            .write_unless_moved(tenant, at, &writes)
            .await?;
        if let Committed::Done(touched) = written {
            platform.hints.changed(tenant, &touched);
            return Ok(changes);
        }
    }
    Err(Code::Unavailable.into())
}

type Turned = (usize, usize, Vec<Seen>);

async fn turn(platform: &Platform, world: &World, at: DateTime<Utc>) -> Result<Turned, ApiError> {
    const STANDING: &str = "json_extract(body, '$.state') IN ('active', 'queued')";
    let question = Question {
        text: STANDING.to_owned(),
        params: Vec::new(),
    };
    let tenant = world.tenant.id.as_str();
    let standing = platform
        .store
        .records(tenant, "placement", &question)
        .await?;
    let now = instant_text(at);
    // Past its end, not at it (D-27); the pack's own counts say the same.
    let over = |row: &RecordRow| {
        text(row, "state") == "active" && text(row, "featured_until") < now.as_str()
    };
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut writes = Vec::new();
    for row in standing.iter().filter(|row| text(row, "state") == "active") {
        if over(row) {
            let sets = json!({"state": "ended", "ended_at": now});
            writes.push(changed(platform, tenant, row, sets).await?);
        } else {
            *taken.entry(text(row, "council")).or_default() += 1;
        }
    }
    let ended = writes.len();
    let mut queue: Vec<&RecordRow> = standing
        .iter()
        .filter(|row| text(row, "state") == "queued")
        .collect();
    queue.sort_by_key(|row| (text(row, "purchased_at"), &row.id));
    let until = instant_text(at + TimeDelta::days(world.term_days));
    for row in queue {
        let taken = taken.entry(text(row, "council")).or_default();
        if *taken < world.slots {
            *taken += 1;
            let sets = json!({"state": "active", "featured_from": now, "featured_until": until});
            writes.push(changed(platform, tenant, row, sets).await?);
        }
    }
    let promoted = writes.len() - ended;
    Ok((ended, promoted, writes))
}

/// The night's work is done already: the run by hand ends, and says nothing else.
async fn again(
    platform: &Platform,
    tenant: &str,
    job: Option<RecordRow>,
) -> Result<Vec<Seen>, ApiError> {
    match job.filter(|job| text(job, "state") != "ok") {
        Some(job) => {
            let ok = json!({"state": "ok", "error": null});
            Ok(vec![changed(platform, tenant, &job, ok).await?])
        }
        None => Ok(Vec::new()),
    }
}

fn text<'a>(row: &'a RecordRow, field: &str) -> &'a str {
    row.body.get(field).and_then(Value::as_str).unwrap_or("")
}

/// A record with other fields; null takes a field away.
pub(super) async fn changed(
    platform: &Platform,
    tenant: &str,
    row: &RecordRow,
    sets: Value,
) -> Result<Seen, ApiError> {
    let mut body: Map<String, Value> = row.body.clone();
    if let Value::Object(sets) = sets {
        body.extend(sets);
    }
    body.retain(|_, value| !value.is_null());
    let put: Put = intake::put(platform, tenant, &row.kind, &row.id, body).await?;
    Ok(Seen {
        write: Write {
            kind: row.kind.clone(),
            id: row.id.clone(),
            put: Some(put),
            version: None,
        },
        revision: Some(row.revision),
    })
}
