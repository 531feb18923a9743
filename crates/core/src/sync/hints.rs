//! Hints: every event means "pull", and nothing more. The truth is the feed.

use futures_util::StreamExt;

use super::client::ClientError;
use crate::engine::Engine;

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
    let awoke = engine.awoke.notified();
    tokio::pin!(awoke);
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = &mut awoke => {
                return ClientError::Transient("the machine slept".into());
            }
        };
        match event {
            Some(Ok(event)) => {
                // Ids are places of the feed; another could not even be sent back.
                if event
                    .id
                    .as_ref()
                    .is_some_and(|id| id.parse::<u64>().is_ok())
                {
                    *last = event.id;
                }
                engine.wake_pull();
            }
            Some(Err(error)) => return error,
            None => break,
        }
    }
    ClientError::Transient("the stream of hints ended".into())
}
