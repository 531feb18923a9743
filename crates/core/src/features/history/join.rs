//! How a page of a history goes with what is kept of it. Pure.

use watchkeeper_wire::history::RecordHistory;

/// What is kept of a history: all of it between two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) lowest: u64,
    pub(super) highest: u64,
    /// The platform has entries behind the lowest.
    pub(super) older: bool,
}

/// What becomes of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Joined {
    /// What has an earlier place than this stays.
    pub(super) stays_below: u64,
    /// The platform has entries behind the last one that is here then.
    pub(super) older: bool,
}

/// Takes in the newest page. An operation moves up with each of its verdicts, so what is kept behind the page is
/// where it was; where the page does not reach down to it, nobody knows what stands in between.
pub(super) fn newest(kept: Option<Span>, page: &RecordHistory) -> Joined {
    let nothing_stays = Joined {
        stays_below: 0,
        older: page.older,
    };
    let lowest = page.entries.last().map(|entry| entry.seq);
    match (kept, lowest) {
        (Some(kept), Some(lowest)) if page.older && lowest <= kept.highest => Joined {
            stays_below: lowest,
            older: lowest <= kept.lowest || kept.older,
        },
        _ => nothing_stays,
    }
}

/// Takes in the page behind all that is kept.
pub(super) fn behind(page: &RecordHistory) -> Joined {
    Joined {
        stays_below: u64::MAX,
        older: page.older,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::{DateTime, Utc};
    use serde_json::Map;
    use uuid::Uuid;
    use watchkeeper_wire::history::HistoryEntry;
    use watchkeeper_wire::operation::VerdictWord;

    use super::*;

    fn page(places: &[u64], older: bool) -> RecordHistory {
        let entry = |seq: &u64| HistoryEntry {
            seq: *seq,
            operation: Uuid::from_u128(u128::from(*seq)),
            action: "act".into(),
            author: "kim".into(),
            author_name: "Kim".into(),
            made_at: DateTime::<Utc>::UNIX_EPOCH,
            params: Map::new(),
            word: VerdictWord::Confirmed,
            reason: None,
            from_revision: None,
            revision: None,
            decided_at: DateTime::<Utc>::UNIX_EPOCH,
        };
        RecordHistory {
            entries: places.iter().map(entry).collect(),
            older,
            server_time: DateTime::<Utc>::UNIX_EPOCH,
        }
    }

    fn span(lowest: u64, highest: u64, older: bool) -> Option<Span> {
        Some(Span {
            lowest,
            highest,
            older,
        })
    }

    fn joined(stays_below: u64, older: bool) -> Joined {
        Joined { stays_below, older }
    }

    #[test]
    fn what_is_kept_behind_a_page_stays_where_the_page_reaches_it() {
        let of = |kept| newest(kept, &page(&[90, 80, 70], true));
        assert_eq!(of(span(10, 75, false)), joined(70, false));
        assert_eq!(of(span(10, 70, true)), joined(70, true));
        // The page reaches further down than what is kept.
        assert_eq!(of(span(75, 80, false)), joined(70, true));
    }

    #[test]
    fn what_is_kept_goes_where_something_may_stand_in_between() {
        let of = |kept| newest(kept, &page(&[90, 80, 70], true));
        assert_eq!(of(span(10, 69, false)), joined(0, true));
        assert_eq!(of(None), joined(0, true));
    }

    #[test]
    fn a_page_that_is_all_there_is_leaves_nothing_else() {
        let all = page(&[90, 80], false);
        assert_eq!(newest(span(10, 85, true), &all), joined(0, false));
        let nothing = page(&[], false);
        assert_eq!(newest(span(10, 85, true), &nothing), joined(0, false));
    }

    #[test]
    fn all_stays_before_a_page_behind_it() {
        assert_eq!(behind(&page(&[5], true)), joined(u64::MAX, true));
        assert_eq!(behind(&page(&[], false)), joined(u64::MAX, false));
    }
}
