//! What the platform told of a record, with what this laptop knows of its own. Pure.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;
use watchkeeper_model::approval;
use watchkeeper_wire::history::HistoryEntry;
use watchkeeper_wire::operation::{Reason, VerdictWord};

use super::view::HistoryWord;
use crate::outbox::queue::{Queued, Status};

/// One operation of a history, whoever made it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) operation: Uuid,
    /// Action of the pack.
    pub(super) action: String,
    /// What that was called when it was taken here.
    pub(super) called: Option<String>,
    /// Operator who made it.
    pub(super) author: String,
    /// Their name, as the platform knows it.
    pub(super) name: Option<String>,
    /// When it was last decided, or given up.
    pub(super) at: DateTime<Utc>,
    pub(super) word: HistoryWord,
    pub(super) reason: Option<Reason>,
    /// What was said with it.
    pub(super) params: Map<String, Value>,
    pub(super) from_revision: Option<u64>,
    pub(super) revision: Option<u64>,
}

/// What the platform told and this laptop's own operations, each once and newest first. Own ones that are open
/// stand elsewhere, as cards.
pub(super) fn merged(told: Vec<HistoryEntry>, own: Vec<Queued>) -> Vec<Line> {
    let own = own.into_iter().map(|own| (own.request.id, own));
    let mut own: BTreeMap<Uuid, Queued> = own.collect();
    let mut lines = Vec::with_capacity(told.len() + own.len());
    for entry in told {
        match own.remove(&entry.operation) {
            None => lines.push(of_entry(entry)),
            Some(own) => {
                lines.extend(ended(&own).map(|word| of_both(of_entry(entry), own, word)));
            }
        }
    }
    let rest = own.into_values().rev();
    lines.extend(rest.filter_map(|own| ended(&own).map(|word| of_own(own, word))));
    // Stable: of one instant they stand as the platform told them.
    lines.sort_by_key(|line| Reverse(line.at));
    lines
}

/// How one of our own was settled; none where it is open.
fn ended(own: &Queued) -> Option<HistoryWord> {
    match own.status {
        Status::Confirmed => Some(HistoryWord::Done),
        Status::Discarded => Some(HistoryWord::GivenUp),
        _ => None,
    }
}

fn of_entry(entry: HistoryEntry) -> Line {
    let waits = entry.reason.as_ref();
    let waits = waits.is_some_and(|reason| reason.code == approval::WAITS);
    let word = match entry.word {
        VerdictWord::Confirmed => HistoryWord::Done,
        VerdictWord::Accepted if waits => HistoryWord::Agreement,
        VerdictWord::Accepted => HistoryWord::UnderWay,
        VerdictWord::Refused => HistoryWord::Refused,
        VerdictWord::Conflict => HistoryWord::Conflict,
        VerdictWord::Lapsed => HistoryWord::Lapsed,
        VerdictWord::NotTried => HistoryWord::NotTried,
        VerdictWord::Unknown => HistoryWord::Unknown,
    };
    Line {
        operation: entry.operation,
        action: entry.action,
        called: None,
        author: entry.author,
        name: Some(entry.author_name),
        at: entry.decided_at,
        word,
        reason: entry.reason,
        params: entry.params,
        from_revision: entry.from_revision,
        revision: entry.revision,
    }
}

fn of_own(own: Queued, word: HistoryWord) -> Line {
    Line {
        operation: own.request.id,
        action: own.request.action,
        called: Some(own.action),
        author: own.request.author,
        name: None,
        at: own.settled_at.unwrap_or(own.request.made_at),
        word,
        reason: own.reason,
        params: own.request.params,
        from_revision: None,
        revision: None,
    }
}

/// What the platform called done is done, and what reached it after it was given up here is as it says. Else what
/// was settled here came after what the platform told: it was given up, or the platform has said since that it is
/// done. What was said stays as the platform tells it.
fn of_both(told: Line, own: Queued, word: HistoryWord) -> Line {
    let called = Some(own.action);
    let is_under_way = matches!(
        told.word,
        HistoryWord::UnderWay | HistoryWord::Agreement | HistoryWord::Unknown
    );
    let came_after = word == HistoryWord::GivenUp && own.settled_at.is_some_and(|at| told.at > at);
    if told.word == HistoryWord::Done || is_under_way && came_after {
        return Line { called, ..told };
    }
    let reason = match word {
        HistoryWord::Done => own.reason,
        _ => told.reason.clone().or(own.reason),
    };
    Line {
        called,
        at: own.settled_at.unwrap_or(told.at),
        word,
        reason,
        ..told
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::json;
    use watchkeeper_wire::operation::Operation;

    use super::*;
    use crate::outbox::queue::Hold;

    fn at(minute: u32) -> DateTime<Utc> {
        format!("2026-11-20T10:{minute:02}:00Z").parse().unwrap()
    }

    fn why(code: &str) -> Option<Reason> {
        Some(Reason {
            code: code.into(),
            row: Some("P-1".into()),
            detail: "No.".into(),
        })
    }

    fn params(text: &str) -> Map<String, Value> {
        json!({"reason": text}).as_object().unwrap().clone()
    }

    /// What the platform tells of operation `n`, decided in minute `n`.
    fn told(n: u32, word: VerdictWord, reason: Option<Reason>) -> HistoryEntry {
        HistoryEntry {
            seq: u64::from(n),
            operation: Uuid::from_u128(u128::from(n)),
            action: "return".into(),
            author: "lee".into(),
            author_name: "Lee".into(),
            made_at: at(0),
            params: params("told"),
            word,
            reason,
            from_revision: Some(1),
            revision: Some(2),
            decided_at: at(n),
        }
    }

    /// Our operation `n`, settled in this minute.
    fn own(n: u32, status: Status, minute: u32) -> Queued {
        Queued {
            seq: i64::from(n),
            request: Operation {
                id: Uuid::from_u128(u128::from(n)),
                version: 1,
                kind: "parcel".into(),
                record: "p1".into(),
                action: "return".into(),
                params: params("said here"),
                author: "kim".into(),
                device: Uuid::nil(),
                made_at: at(0),
                base_revision: None,
                not_after: None,
                pack: String::new(),
                lookups: BTreeMap::new(),
            },
            title: "Parcel".into(),
            action: "Return".into(),
            status,
            hold: (status == Status::Held).then_some(Hold::Refused),
            reason: None,
            theirs: None,
            attempts: 1,
            not_before: at(0),
            settled_at: Some(at(minute)),
            sent_before: false,
            window: None,
        }
    }

    fn words(lines: &[Line]) -> Vec<(u128, HistoryWord)> {
        let word = |line: &Line| (line.operation.as_u128(), line.word);
        lines.iter().map(word).collect()
    }

    #[test]
    fn what_both_know_is_one_line_and_all_stand_newest_first() {
        let entries = vec![
            told(9, VerdictWord::Refused, why("policy.denied")),
            told(5, VerdictWord::Confirmed, None),
        ];
        let ours = vec![own(7, Status::Confirmed, 7), own(5, Status::Confirmed, 6)];
        let lines = merged(entries, ours);
        assert_eq!(
            words(&lines),
            [
                (9, HistoryWord::Refused),
                (7, HistoryWord::Done),
                (5, HistoryWord::Done)
            ]
        );
        assert_eq!(lines[0].name.as_deref(), Some("Lee"));
        assert_eq!(lines[1].params, params("said here"));
        // The platform's instant and revisions, and what it was called here.
        assert_eq!((lines[2].at, lines[2].revision), (at(5), Some(2)));
        assert_eq!(lines[2].called.as_deref(), Some("Return"));
    }

    #[test]
    fn what_is_open_here_stands_as_a_card_and_not_as_a_line() {
        let entries = vec![
            told(3, VerdictWord::Accepted, None),
            told(2, VerdictWord::Refused, why("policy.denied")),
        ];
        let ours = vec![
            own(4, Status::Waiting, 0),
            own(3, Status::Accepted, 0),
            own(2, Status::Held, 0),
        ];
        assert_eq!(words(&merged(entries, ours)), []);
    }

    #[test]
    fn what_was_given_up_here_is_given_up_with_the_reason_of_the_platform() {
        let refused = told(2, VerdictWord::Refused, why("policy.denied"));
        let lines = merged(vec![refused], vec![own(2, Status::Discarded, 8)]);
        assert_eq!(words(&lines), [(2, HistoryWord::GivenUp)]);
        assert_eq!(
            (lines[0].at, &lines[0].reason),
            (at(8), &why("policy.denied"))
        );
        // One that the platform never had is ours alone.
        let lines = merged(Vec::new(), vec![own(4, Status::Discarded, 9)]);
        assert_eq!(words(&lines), [(4, HistoryWord::GivenUp)]);
        // What the platform did all the same is done.
        let done = told(2, VerdictWord::Confirmed, None);
        let lines = merged(vec![done], vec![own(2, Status::Discarded, 8)]);
        assert_eq!(words(&lines), [(2, HistoryWord::Done)]);
    }

    #[test]
    fn what_was_given_up_here_before_it_reached_the_platform_is_as_that_says() {
        let ours = || vec![own(5, Status::Discarded, 3)];
        let lines = merged(vec![told(5, VerdictWord::Accepted, None)], ours());
        assert_eq!(words(&lines), [(5, HistoryWord::UnderWay)]);
        assert_eq!(lines[0].called.as_deref(), Some("Return"));
        let refused = told(5, VerdictWord::Refused, why("policy.denied"));
        let lines = merged(vec![refused], ours());
        assert_eq!(words(&lines), [(5, HistoryWord::GivenUp)]);
        // What was under way when it was told, and given up since.
        let ours = vec![own(5, Status::Discarded, 7)];
        let lines = merged(vec![told(5, VerdictWord::Unknown, None)], ours);
        assert_eq!(words(&lines), [(5, HistoryWord::GivenUp)]);
    }

    #[test]
    fn what_was_confirmed_since_the_platform_was_asked_is_done() {
        let waited = told(2, VerdictWord::Accepted, why(approval::WAITS));
        let lines = merged(vec![waited.clone()], Vec::new());
        assert_eq!(words(&lines), [(2, HistoryWord::Agreement)]);
        let lines = merged(vec![waited], vec![own(2, Status::Confirmed, 8)]);
        assert_eq!(words(&lines), [(2, HistoryWord::Done)]);
        assert_eq!((lines[0].at, &lines[0].reason), (at(8), &None));
    }

    #[test]
    fn each_verdict_has_its_word() {
        for (verdict, reason, word) in [
            (VerdictWord::Accepted, None, HistoryWord::UnderWay),
            (VerdictWord::Unknown, None, HistoryWord::Unknown),
            (VerdictWord::Conflict, None, HistoryWord::Conflict),
            (
                VerdictWord::Lapsed,
                why("operation.lapsed"),
                HistoryWord::Lapsed,
            ),
            (VerdictWord::NotTried, None, HistoryWord::NotTried),
        ] {
            let lines = merged(vec![told(1, verdict, reason)], Vec::new());
            assert_eq!(words(&lines), [(1, word)]);
        }
    }
}
