//! Alerts: the platform's evaluation, which is authoritative.
//!
//! The evaluator is woken by changes and by the next instant at which a rule may change by itself; it
//! looks only at what a change touches. What it finds becomes of each episode is the model's pure
//! fold ([`watchkeeper_model::alert`]); the episodes are records of the engine's kind `alert` and
//! reach the laptops through the feed like all others.
//!
//! Whether two evaluators look at the same moment, or somebody acknowledges while one looks, does
//! not matter: an episode is written only if it still has the revision that was seen, and its id
//! follows from what it is about and its number. What was read before something else changed is
//! looked at again, as the change itself comes after the seq that the look began with.

mod forget;
mod kept_out;
mod look;
mod metric;
mod settle;
mod watched;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::broadcast::error::RecvError;

use crate::Platform;
use crate::hints::Signal;
use crate::problem::ApiError;
use watched::Watched;

pub use forget::forget;
pub use metric::reading;

/// Longest sleep, so that a clock that is moved is noticed.
const NAP: Duration = Duration::from_secs(1);
/// Changes that another process made are noticed within this time (D-48: red within 30 s).
const LOOK_ROUND: Duration = Duration::from_secs(20);

/// Looks at rules.
pub struct Evaluator {
    platform: Arc<Platform>,
    tenants: BTreeMap<String, Watched>,
}

impl Evaluator {
    /// Knows nothing yet: its first step looks at everything.
    pub fn new(platform: Arc<Platform>) -> Self {
        Self {
            platform,
            tenants: BTreeMap::new(),
        }
    }

    /// Runs for ever.
    pub async fn run(mut self) {
        let mut heard = self.platform.hints.listen();
        loop {
            let now = self.platform.clock.now();
            if let Err(error) = self.step(now).await {
                tracing::error!(?error, "looking at alert rules");
                tokio::time::sleep(NAP).await;
            }
            let mut round = std::pin::pin!(tokio::time::sleep(LOOK_ROUND));
            loop {
                let now = self.platform.clock.now();
                let wait = self.next().and_then(|next| (next - now).to_std().ok());
                if self.next().is_some() && wait.is_none_or(|wait| wait.is_zero()) {
                    break;
                }
                tokio::select! {
                    () = tokio::time::sleep(wait.map_or(NAP, |wait| wait.min(NAP))) => {}
                    () = &mut round => break,
                    signal = heard.recv() => match signal {
                        Ok(Signal::Ended { .. }) => {}
                        Ok(Signal::Changed { .. }) | Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return,
                    },
                }
            }
            // What was said meanwhile is looked at by the same step.
            while heard.try_recv().is_ok() {}
        }
    }

    /// Looks at all that may have changed by now. Answers when something may change by itself next.
    /// What cannot be looked at is kept for the next step.
    pub async fn step(&mut self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ApiError> {
        let tenants = self.platform.store.tenants().await?;
        self.tenants.retain(|tenant, _| tenants.contains(tenant));
        let mut failed = None;
        for tenant in tenants {
            let watched = self.tenants.entry(tenant.clone()).or_default();
            if let Err(error) = watched.step(&self.platform, &tenant, now).await {
                failed = Some(error);
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(self.next()),
        }
    }

    fn next(&self) -> Option<DateTime<Utc>> {
        self.tenants.values().filter_map(Watched::next).min()
    }
}
