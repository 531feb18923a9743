//! Calls to providers: waiting, counted, ended once, and what another history leaves of them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use watchkeeper_wire::operation::{Reason, Verdict, VerdictWord};

use super::operations::commit;
use super::*;

fn settle(id: &CallId, expected_head: u64, status: CallStatus, verdict: Verdict) -> Settle {
    Settle {
        call: id.clone(),
        expected_head,
        status,
        result: Some(json!({"id": "re_1"})),
        writes: vec![put("a", json!({"state": "done"}))],
        verdict: Some(verdict),
        give_up: Vec::new(),
        at: now(),
    }
}

/// What was sent since the backup, and under which key, a store that was put back does not know.
pub async fn in_another_history_a_call_that_waits_may_have_been_sent<S: Store>(store: &S) {
    found(store, TENANT).await;
    let first = commit(
        Uuid::now_v7(),
        head(store).await,
        vec![put("a", json!({}))],
        &[0],
    );
    store.commit_operation(&first).await.unwrap();
    let mut again = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[0]);
    again.calls[0].sent_before = true;
    store.commit_operation(&again).await.unwrap();
    let due = store.due_calls(now(), 9).await.unwrap();
    let sent_before: Vec<bool> = due.iter().map(CallRow::was_sent_before).collect();
    assert_eq!(sent_before, [false, true]);
    assert!(due[0].was_never_sent());
    assert!(store.begin_call(&due[0].id, now()).await.unwrap());

    store.put_epoch([9; 32]).await.unwrap();
    let due = store.due_calls(now(), 9).await.unwrap();
    assert_eq!(due.len(), 2);
    assert!(due.iter().all(CallRow::was_sent_before));
    assert!(due.iter().all(|row| row.sent_at.is_none()));
    store.count_as_sent(&due[0].id, now()).await.unwrap();
    let due = store.due_calls(now(), 9).await.unwrap();
    let counted: Vec<_> = due.iter().map(|row| row.sent_at).collect();
    assert_eq!(counted, [Some(now()), None]);
    assert!(due.iter().all(CallRow::was_sent_before));
    // Whoever read the second one before that says no more that it never was.
    let to = Postponed {
        until: now(),
        ambiguous: false,
        taken: false,
        generation: 0,
    };
    store.postpone_call(&due[1].id, &to).await.unwrap();
    let due = store.due_calls(now(), 9).await.unwrap();
    assert_eq!(due.len(), 2);
    assert!(due.iter().all(CallRow::was_sent_before));
}

pub async fn a_call_waits_is_counted_and_ends_once<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    let first = commit(id, head(store).await, vec![put("a", json!({}))], &[0]);
    store.commit_operation(&first).await.unwrap();
    let row = store.due_calls(now(), 9).await.unwrap().remove(0);
    assert_eq!((row.attempts, row.ambiguous), (0, false));
    assert!(store.begin_call(&row.id, now()).await.unwrap());
    let row = store.due_calls(now(), 9).await.unwrap().remove(0);
    // A crash from here on leaves it ambiguous.
    assert_eq!(
        (row.attempts, row.ambiguous, row.sent_at),
        (1, true, Some(now()))
    );
    let later = now() + TimeDelta::seconds(9);
    let to = Postponed {
        until: later,
        ambiguous: false,
        taken: false,
        generation: 3,
    };
    store.postpone_call(&row.id, &to).await.unwrap();
    assert!(store.due_calls(now(), 9).await.unwrap().is_empty());
    let row = store.due_calls(later, 9).await.unwrap().remove(0);
    assert_eq!((row.ambiguous, row.generation), (false, 3));
    let verdict = Verdict {
        word: VerdictWord::Confirmed,
        ..first.operation.verdict.clone()
    };
    let old = settle(&row.id, 0, CallStatus::Done, verdict.clone());
    assert_eq!(store.settle_call(&old).await.unwrap(), Committed::Moved);
    let at = head(store).await;
    let end = settle(&row.id, at, CallStatus::Done, verdict);
    assert!(matches!(
        store.settle_call(&end).await.unwrap(),
        Committed::Done(_)
    ));
    assert!(store.due_calls(later, 9).await.unwrap().is_empty());
    // Whoever read it before neither sends nor ends it once more.
    assert!(!store.begin_call(&row.id, now()).await.unwrap());
    let again = Settle {
        expected_head: head(store).await,
        writes: vec![put("a", json!({"state": "twice"}))],
        ..end
    };
    assert_eq!(store.settle_call(&again).await.unwrap(), Committed::Moved);
    let (page, ..) = lines(store, Place::Delta { at }, 9).await;
    let kinds: Vec<&str> = page
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["upsert", "verdict"]);
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    assert_eq!(known.verdict.word, VerdictWord::Confirmed);
    // Whoever comes late with a doubt changes nothing any more.
    let doubt = Verdict {
        word: VerdictWord::Unknown,
        ..known.verdict.clone()
    };
    for seen in [&first.operation.verdict, &known.verdict] {
        let said = store.say_verdict(TENANT, seen, &doubt).await.unwrap();
        assert_eq!(said, Committed::Moved);
    }
    let still = store.operation(TENANT, id).await.unwrap().unwrap();
    assert_eq!(still.verdict, known.verdict);
}

pub async fn a_doubt_is_said_over_what_was_seen_alone<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    let first = commit(id, head(store).await, Vec::new(), &[0]);
    store.commit_operation(&first).await.unwrap();
    let seen = first.operation.verdict;
    let newer = Verdict {
        revision: Some(7),
        ..seen.clone()
    };
    let said = store.say_verdict(TENANT, &seen, &newer).await.unwrap();
    assert!(matches!(said, Committed::Done(_)));
    let doubt = |of: &Verdict| Verdict {
        word: VerdictWord::Unknown,
        ..of.clone()
    };
    let before = head(store).await;
    let said = store.say_verdict(TENANT, &seen, &doubt(&seen)).await;
    assert_eq!(said.unwrap(), Committed::Moved);
    assert_eq!(head(store).await, before);
    let said = store.say_verdict(TENANT, &newer, &doubt(&newer)).await;
    assert!(matches!(said.unwrap(), Committed::Done(_)));
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    assert_eq!(known.verdict, doubt(&newer));
}

pub async fn who_waits_is_found_by_what_is_said_of_it<S: Store>(store: &S) {
    found(store, TENANT).await;
    let told = async |code: &str| store.calls_told(TENANT, code).await.unwrap();
    let (id, other) = (Uuid::now_v7(), Uuid::now_v7());
    for id in [id, other] {
        let more = commit(id, head(store).await, Vec::new(), &[0]);
        store.commit_operation(&more).await.unwrap();
    }
    assert!(told("silent").await.is_empty());
    let seen = store.operation(TENANT, id).await.unwrap().unwrap().verdict;
    let said = Verdict {
        reason: Some(Reason {
            code: "silent".into(),
            row: None,
            detail: "It says nothing.".into(),
        }),
        ..seen.clone()
    };
    store.say_verdict(TENANT, &seen, &said).await.unwrap();
    let all = told("silent").await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].1, said);
    assert!(told("otherwise").await.is_empty());
    let elsewhere = store.calls_told("elsewhere", "silent").await;
    assert!(elsewhere.unwrap().is_empty());
    // What has ended waits no more, whatever is said of its operation.
    let calls = store.calls_of(TENANT, id).await.unwrap();
    let at = head(store).await;
    let end = Settle {
        verdict: None,
        ..settle(&calls[0].id, at, CallStatus::Done, said)
    };
    store.settle_call(&end).await.unwrap();
    assert!(told("silent").await.is_empty());
}

/// Whether it was carried out since the backup, a store that was put back does not know.
pub async fn in_another_history_what_is_not_at_its_end_may_have_come_to_it<S: Store>(store: &S) {
    found(store, TENANT).await;
    let open = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[]);
    store.commit_operation(&open).await.unwrap();
    let mut over = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[]);
    over.operation.verdict.word = VerdictWord::Refused;
    store.commit_operation(&over).await.unwrap();
    let sent_before = async |commit: &Commit| {
        let id = commit.operation.request.id;
        let known = store.operation(TENANT, id).await.unwrap().unwrap();
        known.sent_before
    };
    assert!(!sent_before(&open).await);
    store.put_epoch([9; 32]).await.unwrap();
    assert!(sent_before(&open).await);
    assert!(!sent_before(&over).await);
    let after = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[]);
    store.commit_operation(&after).await.unwrap();
    assert!(!sent_before(&after).await);
}

/// A tenant with two records.
async fn two_found<S: Store>(store: &S) {
    found(store, TENANT).await;
    let both = [put("a", json!({})), put("b", json!({}))];
    store.ingest(TENANT, now(), &both).await.unwrap();
}

async fn facts_of<S: Store>(store: &S, id: &str) -> Facts {
    let asked = FactsAsked {
        kind: "k".into(),
        id: id.into(),
        now: now(),
        ..FactsAsked::default()
    };
    store.facts(TENANT, &asked).await.unwrap().unwrap()
}

/// A call that is only looked for is told with the facts of its record, until it ends.
pub async fn what_is_only_looked_for_is_told_with_the_record<S: Store>(store: &S) {
    two_found(store).await;
    let looked_for = async |id: &str| facts_of(store, id).await.looked_for;
    let nothing = BTreeSet::new();
    let sent = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[0]);
    store.commit_operation(&sent).await.unwrap();
    assert_eq!(looked_for("a").await, nothing, "it is to be sent");
    let mut looked = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[0]);
    let why = watchkeeper_wire::operation::Reason {
        code: "approval.rejected".into(),
        row: None,
        detail: String::new(),
    };
    looked.calls[0].basis.otherwise = Some((VerdictWord::Refused, why));
    looked.calls[0].sent_before = true;
    store.commit_operation(&looked).await.unwrap();
    let own = BTreeSet::from([looked.operation.request.id]);
    assert_eq!(looked_for("a").await, own);
    assert_eq!(looked_for("b").await, nothing);
    let id = looked.operation.request.id;
    let call = store.calls_of(TENANT, id).await.unwrap().remove(0);
    let verdict = Verdict {
        word: VerdictWord::Refused,
        ..looked.operation.verdict
    };
    let end = settle(&call.id, head(store).await, CallStatus::GivenUp, verdict);
    store.settle_call(&end).await.unwrap();
    assert_eq!(looked_for("a").await, nothing);
}

/// Whose call for a record has no end yet is told with its facts; what only follows it is not meant.
pub async fn whose_call_waits_is_told_with_the_record<S: Store>(store: &S) {
    two_found(store).await;
    let calling = async |id: &str| {
        let calling = facts_of(store, id).await.calling;
        calling.into_iter().collect::<Vec<_>>()
    };
    let first = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[0, 1]);
    store.commit_operation(&first).await.unwrap();
    let kim = ("act".to_owned(), "kim".to_owned());
    assert_eq!(calling("a").await, [kim]);
    assert!(calling("b").await.is_empty());
    let id = first.operation.request.id;
    let call = store.calls_of(TENANT, id).await.unwrap().remove(0);
    let end = Settle {
        verdict: None,
        ..settle(
            &call.id,
            head(store).await,
            CallStatus::Done,
            first.operation.verdict,
        )
    };
    store.settle_call(&end).await.unwrap();
    let left = calling("a").await;
    assert!(left.is_empty(), "what is left only follows it: {left:?}");
}

pub async fn what_waits_for_other_calls_is_not_due_and_takes_no_place<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    let first = commit(id, head(store).await, Vec::new(), &[0, 1]);
    store.commit_operation(&first).await.unwrap();
    let later = now() + TimeDelta::seconds(9);
    let calls = store.due_calls(now(), 9).await.unwrap();
    assert_eq!(calls.iter().map(|c| c.id.effect).collect::<Vec<_>>(), [0]);
    let to = Postponed {
        until: later,
        ambiguous: false,
        taken: false,
        generation: 0,
    };
    store.postpone_call(&calls[0].id, &to).await.unwrap();
    let due = store.due_calls(later, 1).await.unwrap();
    assert_eq!(due[0].id, calls[0].id);
    let verdict = first.operation.verdict;
    let end = settle(&calls[0].id, head(store).await, CallStatus::Done, verdict);
    store.settle_call(&end).await.unwrap();
    let due = store.due_calls(now(), 9).await.unwrap();
    assert_eq!(due.iter().map(|c| c.id.effect).collect::<Vec<_>>(), [1]);
}

pub async fn what_follows_a_failed_call_is_given_up<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    let first = commit(id, head(store).await, Vec::new(), &[0, 1]);
    store.commit_operation(&first).await.unwrap();
    let calls = store.calls_of(TENANT, id).await.unwrap();
    let verdict = Verdict {
        word: VerdictWord::Refused,
        ..first.operation.verdict
    };
    let end = Settle {
        give_up: vec![1],
        ..settle(
            &calls[0].id,
            head(store).await,
            CallStatus::Refused,
            verdict,
        )
    };
    store.settle_call(&end).await.unwrap();
    let calls = store.calls_of(TENANT, id).await.unwrap();
    let status: Vec<CallStatus> = calls.iter().map(|call| call.status).collect();
    assert_eq!(status, [CallStatus::Refused, CallStatus::GivenUp]);
    assert!(store.due_calls(now(), 9).await.unwrap().is_empty());
}
