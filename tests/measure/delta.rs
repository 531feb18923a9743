//! A few records change on the platform; the laptop asks for them.

use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::laptop::{self, Line};
use crate::numbers::{Times, cost};
use crate::{seed, world};

/// Changes `count` records spread over the mirror, `rounds` times, and pulls after each. The time
/// is that of the whole turn: who am I, feed, commit, audit.
pub async fn delta(
    folder: &Path,
    line: &Line,
    system: &Line,
    (count, rounds): (u64, u64),
) -> Result<Value> {
    let engine = laptop::open(folder, &line.token).await?;
    let failed = |error| anyhow::anyhow!("{error:?}");
    engine.sync_once().await.map_err(failed)?;
    let cached = u64::try_from(laptop::records(&engine).await?)?;
    ensure!(count <= cached, "more to change than there is");
    let edition = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs();
    let (mut times, mut cpu) = (Times::default(), 0.0);
    for round in 0..rounds {
        let begin = world::Draw(edition ^ round).below(cached - count + 1);
        seed::bring(system, begin..begin + count, edition + round).await?;
        let pull = async { engine.sync_once().await.map_err(failed) };
        let ((), seconds, used) = cost(times.of(pull)).await.map(|(_, s, c)| ((), s, c))?;
        cpu += used;
        tracing::info!(seconds, "a delta");
    }
    // Nothing changed: what a turn costs beside the records.
    let mut idle = Times::default();
    for _ in 0..rounds {
        idle.of(engine.sync_once()).await.map_err(failed)?;
    }
    engine.stores().close().await;
    Ok(json!({
        "cached": cached,
        "changed": count,
        "turn": times.summed(),
        "cpu_seconds": cpu / rounds as f64,
        "idle": idle.summed(),
    }))
}
