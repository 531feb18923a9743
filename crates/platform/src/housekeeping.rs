//! What is done now and then.

use std::sync::Arc;
use std::time::Duration;

use crate::Platform;

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Compacts the change log of all tenants and forgets alerts that were over long ago, for ever.
pub async fn run(platform: Arc<Platform>, keep: u64) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = platform.store.compact_all(keep).await {
            tracing::error!(%error, "compacting the feed");
        }
        if let Err(error) = crate::alerts::forget(&platform, platform.clock.now()).await {
            tracing::error!(?error, "forgetting old alerts");
        }
    }
}
