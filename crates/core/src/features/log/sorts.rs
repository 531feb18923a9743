//! Sorts of entries: what the filter offers, from an entry's type and the platform's word.

use std::collections::BTreeMap;

use super::view::{LogSort, SortCount};

/// Type and word of an entry, as its columns have them; none where it is no JSON or has none.
pub(super) type Group = (Option<String>, Option<String>);

/// The sort of an entry.
pub(super) fn sort_of(event: Option<&str>, word: Option<&str>) -> LogSort {
    match (event, word) {
        (Some("signed_in"), _) => LogSort::SignedIn,
        (Some("queued"), _) => LogSort::Queued,
        (Some("denied"), _) => LogSort::Denied,
        (Some("answered"), Some("accepted" | "confirmed")) => LogSort::Confirmed,
        (Some("answered"), Some("refused" | "conflict" | "lapsed" | "rejected")) => {
            LogSort::Refused
        }
        (Some("retried" | "amended" | "discarded" | "taken_back" | "left"), _) => LogSort::Changed,
        _ => LogSort::Other,
    }
}

/// The groups of these sorts; all where none is named.
pub(super) fn wanted<'a>(groups: &'a [(Group, u32)], sorts: &[LogSort]) -> Vec<&'a (Group, u32)> {
    groups
        .iter()
        .filter(|((event, word), _)| {
            sorts.is_empty() || sorts.contains(&sort_of(event.as_deref(), word.as_deref()))
        })
        .collect()
}

/// Sorts with their numbers, in the filter's order.
pub(super) fn counts(groups: &[(Group, u32)]) -> Vec<SortCount> {
    let mut counts: BTreeMap<LogSort, u32> = BTreeMap::new();
    for ((event, word), count) in groups {
        let all = counts
            .entry(sort_of(event.as_deref(), word.as_deref()))
            .or_default();
        *all = all.saturating_add(*count);
    }
    counts
        .into_iter()
        .map(|(sort, count)| SortCount { sort, count })
        .collect()
}
