//! Decisions: how long until one is durable, and until a thousand are with the platform.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_core::features::queues::view::ActRequest;
use watchkeeper_core::features::{queues, sync};

use crate::laptop::{self, Line};
use crate::numbers::Times;
use crate::reads::request;

/// Decides on `count` records, each durable before the next, then sends them all.
pub async fn outbox(folder: &Path, line: &Line, count: usize) -> Result<Value> {
    let engine = laptop::open(folder, &line.token).await?;
    let mut waiting = Vec::new();
    while waiting.len() < count {
        let offset = u32::try_from(waiting.len())?;
        let page = queues::page(&engine, request("orders", None, "", offset)).await?;
        ensure!(!page.rows.is_empty(), "only {offset} orders wait");
        waiting.extend(page.rows.into_iter().map(|row| row.id));
    }
    waiting.truncate(count);
    let mut acts = Times::default();
    for id in waiting {
        let seen = queues::record(&engine, "order", &id).await?;
        let asked = ActRequest {
            operation: Uuid::now_v7().to_string(),
            kind: "order".to_owned(),
            id,
            action: "pack".to_owned(),
            params: BTreeMap::new(),
            typed: None,
            seen_revision: seen.revision,
            amends: None,
        };
        acts.of(queues::act(&engine, asked)).await?;
    }
    let begun = Instant::now();
    let mut turns = 0;
    loop {
        engine
            .sync_once()
            .await
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        turns += 1;
        let status = sync::status(&engine).await?;
        ensure!(
            status.held.is_empty(),
            "the platform refused: {:?}",
            status.held.first()
        );
        if status.waiting.is_empty() && status.under_way.is_empty() {
            break;
        }
        ensure!(turns < 100, "the outbox does not drain");
    }
    let seconds = begun.elapsed().as_secs_f64();
    engine.stores().close().await;
    Ok(json!({
        "act": acts.summed(),
        "drain": {"operations": count, "seconds": seconds, "turns": turns},
    }))
}

/// Opens both databases and reads, as often as asked; everything is closed in between.
pub async fn open(folder: &Path, times: u64) -> Result<Value> {
    let mut taken = Times::default();
    for _ in 0..times {
        let begun = Instant::now();
        let engine = laptop::open(folder, "").await?;
        taken.add(begun.elapsed());
        engine.stores().close().await;
    }
    Ok(taken.summed())
}
