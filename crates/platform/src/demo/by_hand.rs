//! Jobs of the demo's platform that somebody runs by hand. Each does once what its hour, or the webhook
//! that was lost, would have done.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_pack::value::{instant, instant_text};
use watchkeeper_wire::ingest::Ingest;

use super::generate::incoming;
use super::nightly;
use super::systems::JOB;
use super::world::World;
use crate::problem::ApiError;
use crate::store::{Question, RecordRow};
use crate::{Platform, intake};

/// Gives a charge the placement that it paid for.
const FULFIL: &str = "fulfil-charge";

/// Does the work of a job that this world knows, and answers how many records it changed; of any other
/// none.
pub(super) async fn run(
    platform: &Platform,
    world: &World,
    job: &str,
    argument: Option<&str>,
    at: DateTime<Utc>,
) -> Result<usize, ApiError> {
    match (job, argument) {
        (JOB, _) => nightly::run(platform, world, at).await,
        (FULFIL, Some(charge)) => fulfil(platform, world, charge, at).await,
        _ => Ok(0),
    }
}

/// A charge that succeeded and has no placement gets one, as its webhook would have made it: from now on
/// where a slot of its council is free, else in the queue by the time of the purchase.
async fn fulfil(
    platform: &Platform,
    world: &World,
    charge: &str,
    now: DateTime<Utc>,
) -> Result<usize, ApiError> {
    const OF_CHARGE: &str = "json_extract(body, '$.charge_id') = ?";
    const TAKEN: &str = "json_extract(body, '$.council') = ? \
                         AND json_extract(body, '$.state') IN ('active', 'queued')";
    let tenant = world.tenant.id.as_str();
    let Some(paid) = platform.store.record(tenant, "charge", charge).await? else {
        return Ok(0);
    };
    if text(&paid.body, "status") != "succeeded"
        || !placements(platform, tenant, (OF_CHARGE, charge))
            .await?
            .is_empty()
    {
        return Ok(0);
    }
    let business = text(&paid.body, "business");
    let listed = platform.store.record(tenant, "business", business).await?;
    let Some(listed) = listed else {
        return Ok(0);
    };
    let council = text(&listed.body, "council");
    let taken = placements(platform, tenant, (TAKEN, council)).await?;
    let bought = text(&paid.body, "charged_at");
    let from = (taken.len() < world.slots).then_some(now);
    let until = from.map(|from| from + TimeDelta::days(world.term_days));
    let body = json!({
        "business": business,
        "council": council,
        "charge_id": charge,
        "purchased_at": instant(bought).map_or_else(|| bought.to_owned(), instant_text),
        "featured_from": from.map(instant_text),
        "featured_until": until.map(instant_text),
        "refund_status": "none",
        "state": if from.is_some() { "active" } else { "queued" },
    });
    let brought = Ingest {
        records: vec![incoming("placement", &format!("p-{charge}"), body)],
        removed: Vec::new(),
    };
    intake::take(platform, tenant, &brought).await?;
    Ok(1)
}

async fn placements(
    platform: &Platform,
    tenant: &str,
    (text, value): (&str, &str),
) -> Result<Vec<RecordRow>, ApiError> {
    let question = Question {
        text: text.to_owned(),
        params: vec![value.into()],
    };
    Ok(platform
        .store
        .records(tenant, "placement", &question)
        .await?)
}

fn text<'a>(body: &'a Map<String, Value>, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or("")
}
