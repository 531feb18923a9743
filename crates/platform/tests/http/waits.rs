//! Waiting for what a platform does by itself, in a world whose clock only the test moves.

use std::time::Duration;

use chrono::TimeDelta;
use uuid::Uuid;
use watchkeeper_wire::operation::{Verdict, VerdictWord};

use crate::support::World;

/// Waits until something holds, by a clock that stands still.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..6000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

impl World {
    /// Moves the clock on, so that whatever was put off comes round, until the operation has ended.
    pub async fn ended(&self, id: Uuid, step: TimeDelta) -> Verdict {
        for _ in 0..900 {
            let verdict = self.verdict(id).await;
            if verdict.word.is_final() {
                return verdict;
            }
            self.clock.advance(step);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never ended: {:?}", self.verdict(id).await);
    }

    /// The same; it must be confirmed.
    pub async fn until_after_waits(&self, id: Uuid) {
        let verdict = self.ended(id, TimeDelta::seconds(1)).await;
        assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    }
}
