//! Hints: every event means "pull", and nothing more. The truth is the feed.

use std::time::Duration;

use futures_util::StreamExt;

use super::client::ClientError;
use crate::engine::Engine;

/// A stream that held this long counts as a good one.
pub const GOOD: Duration = Duration::from_secs(60);

/// Listens until the stream ends, and answers why it did. `last` is where to go on.
pub async fn listen(engine: &Engine, last: &mut Option<String>) -> ClientError {
    let client = engine.client();
    let mut events = match client.events(last.as_deref()).await {
        Ok(events) => events,
        Err(error) => return error,
    };
    engine.update_link(|link| link.live = true);
    // Whatever happened while nobody listened.
    engine.wake_pull();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                if event.id.is_some() {
                    *last = event.id;
                }
                engine.wake_pull();
            }
            Err(error) => return error,
        }
    }
    ClientError::Transient("the stream of hints ended".into())
}
