//! What is told of a batch while it is queued.

use std::time::Duration;

use crate::changes::Source;
use crate::engine::Engine;

/// At least so long between two tellings: at each, whatever is shown is read again, over all that waits by
/// then.
const APART: Duration = Duration::from_millis(250);

/// Tells of what was queued: the first part at once, then now and then, and at the end whatever was not told
/// yet, however the batch ends. It is sent from then on; sending it while it is queued would slow both down.
pub(super) struct Telling<'a> {
    pub(super) engine: &'a Engine,
    kind: &'a str,
    action: &'a str,
    /// When it was told of last, on the clock that nobody sets.
    told: Option<Duration>,
    /// Something was written that nobody was told of.
    untold: bool,
    /// Something was written at all.
    wrote: bool,
}

impl<'a> Telling<'a> {
    /// Nothing is written yet.
    pub(super) fn of(engine: &'a Engine, kind: &'a str, action: &'a str) -> Self {
        Self {
            engine,
            kind,
            action,
            told: None,
            untold: false,
            wrote: false,
        }
    }

    /// A part of it was written.
    pub(super) fn wrote(&mut self) {
        let now = self.engine.clock().boot();
        (self.wrote, self.untold) = (true, true);
        if is_due(self.told, now) {
            self.told = Some(now);
            self.tell();
        }
    }

    fn tell(&mut self) {
        self.untold = false;
        let tags = self.engine.drawn_by(self.kind, self.action);
        self.engine.changed(tags, Source::Operator);
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if self.untold {
            self.tell();
        }
        if self.wrote {
            self.engine.wake_push();
        }
    }
}

/// Pure: it is to be told of now, where it was last told of then.
fn is_due(told: Option<Duration>, now: Duration) -> bool {
    told.is_none_or(|told| now.saturating_sub(told) >= APART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_at_once_and_then_one_now_and_then() {
        let at = |millis| Duration::from_millis(millis);
        assert!(is_due(None, at(7)));
        assert!(!is_due(Some(at(7)), at(7)));
        assert!(!is_due(Some(at(7)), at(256)));
        assert!(is_due(Some(at(7)), at(257)));
    }
}
