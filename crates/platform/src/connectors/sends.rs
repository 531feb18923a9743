//! When calls were last sent, by a clock that nobody sets.
//!
//! What is written down beside a call is by the wall clock, and that may jump: an hour ahead, and a
//! minute of quiet is over at once (fault 39). Of what this process sent it also knows how long ago
//! that truly was. After a restart only the wall clock is left.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::store::CallId;

/// The last send of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Last {
    /// As [`crate::clock::Clock::running`] said.
    at: Duration,
    /// Of the key under which it went.
    generation: u32,
}

/// The sends of which something may still come.
#[derive(Debug, Default)]
pub struct Sends(Mutex<BTreeMap<CallId, Last>>);

impl Sends {
    /// A call goes out. What is older than `quiet` is forgotten.
    pub(super) fn begin(&self, call: &CallId, generation: u32, at: Duration, quiet: Duration) {
        let mut sends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sends.retain(|_, send| at.saturating_sub(send.at) < quiet);
        sends.insert(call.clone(), Last { at, generation });
    }

    /// How much longer the last send of a call may take effect, and the generation of its key. None
    /// where it may not any more.
    pub(super) fn rest(
        &self,
        call: &CallId,
        now: Duration,
        quiet: Duration,
    ) -> Option<(Duration, u32)> {
        let sends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let send = sends.get(call)?;
        let rest = quiet.checked_sub(now.saturating_sub(send.at))?;
        (!rest.is_zero()).then_some((rest, send.generation))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const QUIET: Duration = Duration::from_secs(60);

    fn call(effect: u32) -> CallId {
        CallId {
            tenant: "t".into(),
            operation: uuid::Uuid::nil(),
            effect,
        }
    }

    #[test]
    fn a_send_is_remembered_for_as_long_as_it_may_take_effect() {
        let (sends, at) = (Sends::default(), Duration::from_secs(100));
        sends.begin(&call(0), 3, at, QUIET);
        let rest = |after| sends.rest(&call(0), at + Duration::from_secs(after), QUIET);
        assert_eq!(rest(0), Some((QUIET, 3)));
        assert_eq!(rest(59), Some((Duration::from_secs(1), 3)));
        assert_eq!(rest(60), None);
        assert_eq!(sends.rest(&call(1), at, QUIET), None);
        sends.begin(&call(1), 0, at + QUIET, QUIET);
        assert_eq!(sends.0.lock().unwrap().len(), 1, "the first is over");
    }
}
