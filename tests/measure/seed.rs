//! Fills a tenant of the platform, or changes what it has, as its own systems would.

use std::ops::Range;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use watchkeeper_wire::ingest::{Ingest, IngestAnswer};

use crate::laptop::Line;
use crate::world;

/// Records brought at once.
const AT_ONCE: u64 = 5_000;

/// Brings the orders of these numbers, in this edition.
pub async fn bring(line: &Line, numbers: Range<u64>, edit: u64) -> Result<Value> {
    let http = reqwest::Client::new();
    let (begun, mut bytes) = (Instant::now(), 0);
    let (mut next, count) = (numbers.start, numbers.end - numbers.start);
    while next < numbers.end {
        let until = numbers.end.min(next + AT_ONCE);
        let brought = Ingest {
            records: (next..until)
                .map(|number| world::order(number, edit))
                .collect(),
            removed: Vec::new(),
        };
        for record in &brought.records {
            bytes += serde_json::to_vec(&record.body)?.len();
        }
        let request = http.post(line.platform.join("v1/ingest")?);
        let request = request.bearer_auth(&line.token).json(&brought);
        let answer = request.send().await?.error_for_status()?;
        let answer: IngestAnswer = answer.json().await?;
        ensure!(answer.rejected.is_empty(), "{:?}", answer.rejected.first());
        next = until;
    }
    Ok(json!({
        "records": count,
        "bytes_each": bytes as u64 / count.max(1),
        "seconds": begun.elapsed().as_secs_f64(),
    }))
}
