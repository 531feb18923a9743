//! Whether an operation that is queued now may lapse before it can be sent.

use chrono::{DateTime, TimeDelta, Utc};

/// The shortest outage that is reckoned with.
const GRACE: TimeDelta = TimeDelta::minutes(15);

/// How the line stands at the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Since when the platform has not answered, UTC; none while it does.
    pub cut_off_since: Option<DateTime<Utc>>,
    /// When the operator sits down next, UTC.
    pub next_session: Option<DateTime<Utc>>,
}

/// With a line it is sent at once and the platform decides. Without one, nobody knows when it will
/// be back; an outage is reckoned to last as long again as it has lasted, at least 15 minutes, and
/// not beyond the operator's next session (then they sit down again, presumably with a line). What
/// must be done before that is not queued.
pub fn may_lapse(not_after: Option<DateTime<Utc>>, now: DateTime<Utc>, line: Line) -> bool {
    let (Some(limit), Some(since)) = (not_after, line.cut_off_since) else {
        return false;
    };
    let soonest = now + GRACE;
    let as_long_again = now + (now - since).max(GRACE);
    let back = match line.next_session {
        Some(session) => as_long_again.min(session.max(soonest)),
        None => as_long_again,
    };
    limit <= back
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap()
    }

    fn cut_off(since: i64, session: Option<i64>) -> Line {
        Line {
            cut_off_since: Some(at(since)),
            next_session: session.map(at),
        }
    }

    #[test]
    fn with_a_line_or_without_a_limit_nothing_lapses() {
        let there = Line {
            cut_off_since: None,
            next_session: None,
        };
        assert!(!may_lapse(Some(at(0)), at(0), there));
        assert!(!may_lapse(None, at(0), cut_off(-100, None)));
    }

    #[test]
    fn x_43_a_short_outage_is_reckoned_with_a_quarter_of_an_hour() {
        let line = cut_off(0, Some(100));
        let in_minutes = |minutes| Some(at(0) + TimeDelta::minutes(minutes));
        assert!(may_lapse(in_minutes(15), at(0), line));
        assert!(!may_lapse(in_minutes(16), at(0), line));
    }

    #[test]
    fn x_43_a_long_outage_is_reckoned_to_last_as_long_again_until_the_next_session() {
        assert!(may_lapse(Some(at(9)), at(0), cut_off(-10, None)));
        assert!(!may_lapse(Some(at(11)), at(0), cut_off(-10, None)));
        assert!(!may_lapse(Some(at(9)), at(0), cut_off(-10, Some(5))));
        assert!(may_lapse(Some(at(4)), at(0), cut_off(-10, Some(5))));
    }
}
