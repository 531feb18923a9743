//! Plans and times of a query on a laptop's mirror, for whoever looks for the reason of a figure.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};
use watchkeeper_core::store::StoreError;

use crate::laptop;
use crate::numbers::millis;

/// Explains a query and runs it three times.
pub async fn sql(folder: &Path, query: String) -> Result<Value> {
    let engine = laptop::open(folder, "").await?;
    let cache = &engine.stores().cache;
    let told = cache.read(move |cache| {
        let mut statement = cache.prepare(&format!("EXPLAIN QUERY PLAN {query}"))?;
        let plan = statement.query_map([], |row| row.get::<_, String>(3))?;
        let plan = plan.collect::<Result<Vec<_>, _>>()?;
        let mut times = Vec::new();
        let mut count = 0;
        for _ in 0..3 {
            let begun = Instant::now();
            let mut statement = cache.prepare_cached(&query)?;
            let mut rows = statement.query([])?;
            count = 0;
            while rows.next()?.is_some() {
                count += 1;
            }
            times.push(millis(begun.elapsed()));
        }
        Ok::<_, StoreError>(json!({"plan": plan, "rows": count, "ms": times}))
    });
    Ok(told.await?)
}
