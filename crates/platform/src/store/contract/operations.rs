//! Operations, and what they must never do.

use chrono::TimeDelta;
use watchkeeper_model::Call;
use watchkeeper_pack::format::Connector;
use watchkeeper_wire::history::HistoryEntry;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use super::*;

pub(super) fn commit(id: Uuid, expected_head: u64, writes: Vec<Write>, effects: &[u32]) -> Commit {
    let request = Operation {
        id,
        version: 1,
        kind: "k".into(),
        record: "a".into(),
        action: "act".into(),
        params: Map::new(),
        author: "kim".into(),
        device: Uuid::nil(),
        made_at: now(),
        base_revision: Some(1),
        not_after: None,
        pack: String::new(),
        lookups: Default::default(),
    };
    let verdict = Verdict {
        operation: id,
        word: VerdictWord::Accepted,
        reason: None,
        record: None,
        kind: "k".into(),
        record_id: "a".into(),
        revision: None,
        from_revision: None,
        decided_at: now(),
    };
    let call = |effect: &u32| NewCall {
        call: Call {
            effect: *effect,
            connector: Connector::Stripe,
            operation: "refund".into(),
            args: Map::new(),
            mail: None,
            after_previous: *effect > 0,
        },
        basis: Basis {
            revision: 1,
            body: Map::new(),
            computed: Map::new(),
            refs: Map::new(),
            roles: Vec::new(),
            regions: Vec::new(),
            lookups: Default::default(),
            pack: String::new(),
            otherwise: None,
            agreed: Default::default(),
            besides: Vec::new(),
        },
        not_after: None,
        sent_before: false,
    };
    Commit {
        tenant: TENANT.into(),
        expected_head,
        operation: OperationRow {
            fingerprint: "f".into(),
            request,
            verdict,
            sent_before: false,
            kept: None,
        },
        writes,
        calls: effects.iter().map(call).collect(),
        follows: None,
    }
}

/// A control's record, as a host's answer leaves it.
async fn switch<S: Store>(store: &S, id: &str, value: &str) {
    let write = Write {
        kind: watchkeeper_model::control::KIND.into(),
        ..put(id, json!({"name": id, "value": value}))
    };
    store.ingest(TENANT, now(), &[write]).await.unwrap();
}

pub async fn a_control_is_in_force_with_its_record<S: Store>(store: &S) {
    found(store, TENANT).await;
    let controls = async || store.tenant(TENANT).await.unwrap().unwrap().controls;
    switch(store, "frozen", "true").await;
    switch(store, "paused/north", "true").await;
    switch(store, "paused/south", "false").await;
    let all = json!({"frozen": true, "paused": {"north": true, "south": false}});
    assert_eq!(controls().await, object(all));
    switch(store, "frozen", "false").await;
    let gone = ["paused/north", "paused/south"].map(|id| Write {
        kind: watchkeeper_model::control::KIND.into(),
        ..gone(id)
    });
    store.ingest(TENANT, now(), &gone).await.unwrap();
    assert_eq!(controls().await, object(json!({"frozen": false})));
}

pub async fn a_decision_on_old_facts_writes_nothing<S: Store>(store: &S) {
    found(store, TENANT).await;
    store
        .ingest(TENANT, now(), &[put("a", json!({}))])
        .await
        .unwrap();
    let old = head(store).await;
    switch(store, "frozen", "true").await;
    let id = Uuid::now_v7();
    let late = commit(id, old, vec![put("a", json!({"x": 1}))], &[0]);
    assert_eq!(
        store.commit_operation(&late).await.unwrap(),
        Committed::Moved
    );
    assert_eq!(store.operation(TENANT, id).await.unwrap(), None);
    assert_eq!(
        store
            .record(TENANT, "k", "a")
            .await
            .unwrap()
            .unwrap()
            .revision,
        1
    );
    assert!(store.due_calls(now(), 9).await.unwrap().is_empty());
    let fresh = commit(id, head(store).await, vec![put("a", json!({"x": 1}))], &[0]);
    let done = store.commit_operation(&fresh).await.unwrap();
    assert!(matches!(done, Committed::Done(_)));
    assert_eq!(store.due_calls(now(), 9).await.unwrap().len(), 1);
}

pub async fn an_operation_is_known_of_whichever_tenant_it_is<S: Store>(store: &S) {
    found(store, TENANT).await;
    found(store, "other").await;
    let id = Uuid::now_v7();
    assert!(!store.knows_operation(id).await.unwrap());
    let there = Commit {
        tenant: "other".into(),
        ..commit(
            id,
            store.tenant("other").await.unwrap().unwrap().head,
            Vec::new(),
            &[],
        )
    };
    let done = store.commit_operation(&there).await.unwrap();
    assert!(matches!(done, Committed::Done(_)));
    assert_eq!(store.operation(TENANT, id).await.unwrap(), None);
    assert!(store.knows_operation(id).await.unwrap());
    assert!(!store.knows_operation(Uuid::now_v7()).await.unwrap());
}

pub async fn an_operation_id_is_taken_once<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    let first = commit(id, head(store).await, Vec::new(), &[]);
    store.commit_operation(&first).await.unwrap();
    let mut second = commit(id, head(store).await, vec![put("b", json!({}))], &[]);
    second.operation.fingerprint = "g".into();
    let Committed::Known(known) = store.commit_operation(&second).await.unwrap() else {
        panic!("taken twice")
    };
    assert_eq!(*known, first.operation);
    assert_eq!(store.record(TENANT, "k", "b").await.unwrap(), None);
}

pub async fn a_commit_is_all_or_nothing<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    // Two calls of one effect cannot be kept: the last statement of the transaction fails.
    let broken = commit(id, head(store).await, vec![put("a", json!({}))], &[0, 0]);
    assert!(store.commit_operation(&broken).await.is_err());
    assert_eq!(store.operation(TENANT, id).await.unwrap(), None);
    assert_eq!(store.record(TENANT, "k", "a").await.unwrap(), None);
    assert_eq!(head(store).await, 0);
}
pub async fn tenants_share_nothing<S: Store>(store: &S) {
    found(store, TENANT).await;
    found(store, "other").await;
    let id = Uuid::now_v7();
    let first = commit(id, 0, vec![put("a", json!({}))], &[0]);
    store.commit_operation(&first).await.unwrap();
    assert_eq!(store.operation("other", id).await.unwrap(), None);
    assert_eq!(store.record("other", "k", "a").await.unwrap(), None);
    assert!(store.calls_of("other", id).await.unwrap().is_empty());
    assert_eq!(store.count("other", "k").await.unwrap(), 0);
    assert_eq!(store.tenant("other").await.unwrap().unwrap().head, 0);
    let all = Question {
        text: "1".into(),
        params: Vec::new(),
    };
    assert!(store.records("other", "k", &all).await.unwrap().is_empty());
    assert_eq!(store.records(TENANT, "k", &all).await.unwrap().len(), 1);
}

/// An operation that waits for an answer, and the answer that makes this of it.
async fn answered<S: Store>(store: &S) -> (Uuid, Commit) {
    found(store, TENANT).await;
    let asked = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[]);
    store.commit_operation(&asked).await.unwrap();
    let id = asked.operation.request.id;
    let answer = commit(Uuid::now_v7(), head(store).await, Vec::new(), &[0]);
    let calls = answer.calls.clone();
    let answer = Commit {
        calls: Vec::new(),
        follows: Some(Follows {
            verdict: Verdict {
                decided_at: now() + TimeDelta::hours(1),
                ..asked.operation.verdict
            },
            calls,
        }),
        ..answer
    };
    (id, answer)
}

pub async fn what_follows_an_answer_comes_with_it_once<S: Store>(store: &S) {
    let (id, answer) = answered(store).await;
    let old = Commit {
        expected_head: answer.expected_head - 1,
        ..answer.clone()
    };
    let moved = store.commit_operation(&old).await.unwrap();
    assert_eq!(moved, Committed::Moved);
    assert!(store.calls_of(TENANT, id).await.unwrap().is_empty());
    let done = store.commit_operation(&answer).await.unwrap();
    assert!(matches!(done, Committed::Done(_)));
    for _ in 0..2 {
        let again = store.commit_operation(&answer).await.unwrap();
        assert!(matches!(again, Committed::Known(_)));
    }
    let due = store.due_calls(now(), 9).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].id.operation, id);
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    assert_eq!(known.verdict.decided_at, now() + TimeDelta::hours(1));
}

pub async fn what_nobody_answered_ends_once_and_never_what_was_decided<S: Store>(store: &S) {
    let (id, answer) = answered(store).await;
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    let end = |expected_head: u64| Unanswered {
        tenant: TENANT.into(),
        expected_head,
        writes: vec![put("a", json!({"state": "lapsed"}))],
        verdict: Verdict {
            word: VerdictWord::Lapsed,
            ..known.verdict.clone()
        },
        calls: Vec::new(),
    };
    // An answer came first: what was seen is old.
    let old = end(head(store).await);
    store.commit_operation(&answer).await.unwrap();
    let late = store.end_unanswered(&old).await.unwrap();
    assert_eq!(late, Committed::Moved);
    assert_eq!(store.record(TENANT, "k", "a").await.unwrap(), None);
    let done = store.end_unanswered(&end(head(store).await)).await.unwrap();
    assert!(matches!(done, Committed::Done(_)));
    let again = store.end_unanswered(&end(head(store).await)).await.unwrap();
    assert_eq!(again, Committed::Moved);
    let word = store
        .operation(TENANT, id)
        .await
        .unwrap()
        .unwrap()
        .verdict
        .word;
    assert_eq!(word, VerdictWord::Lapsed);
}

const SAID: &str = "kim@shop.example";

fn owner(id: &str, body: Value) -> Write {
    Write {
        kind: "owner".into(),
        ..put(id, body)
    }
}

/// An owner's record, erased. Those of kind `k` may refer to it.
fn erased_owner(id: &str) -> Write {
    let mut erased = owner(id, json!({"_erased": ["email"]}));
    if let Some(put) = &mut erased.put {
        put.referring = vec![("k".into(), "owner".into())];
    }
    erased
}

/// Something is asked about a record that had this owner beside it.
async fn ask_beside<S: Store>(
    store: &S,
    (record, owner): (&str, &str),
    word: VerdictWord,
    effects: &[u32],
) -> Uuid {
    let id = Uuid::now_v7();
    let mut asked = commit(id, head(store).await, Vec::new(), effects);
    let (request, verdict) = (&mut asked.operation.request, &mut asked.operation.verdict);
    request.record = record.into();
    request.params.insert("note".into(), SAID.into());
    (verdict.record_id, verdict.word) = (record.into(), word);
    for call in &mut asked.calls {
        call.basis.body = object(json!({"owner": owner}));
        let read = json!({"email": SAID});
        call.basis.refs.insert("owner".into(), read);
    }
    store.commit_operation(&asked).await.unwrap();
    id
}

/// Does it say still what was said, itself or in a call?
async fn says<S: Store>(store: &S, id: Uuid) -> bool {
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    let calls = store.calls_of(TENANT, id).await.unwrap();
    known.request.params.contains_key("note")
        || calls.iter().any(|call| !call.basis.refs.is_empty())
}

/// The one call of an operation is done, and it with that.
async fn ends<S: Store>(store: &S, id: Uuid) {
    let call = store.calls_of(TENANT, id).await.unwrap().remove(0);
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    let end = Settle {
        call: call.id,
        expected_head: head(store).await,
        status: CallStatus::Done,
        result: None,
        writes: Vec::new(),
        verdict: Some(Verdict {
            word: VerdictWord::Confirmed,
            ..known.verdict
        }),
        give_up: Vec::new(),
        at: now(),
    };
    let done = store.settle_call(&end).await.unwrap();
    assert!(matches!(done, Committed::Done(_)));
}

/// What was asked about a record had those beside it to which it refers. It goes with them, though the record
/// itself says nothing of them and stays as it is.
pub async fn what_was_asked_with_an_erased_record_beside_it_is_cut<S: Store>(store: &S) {
    found(store, TENANT).await;
    let records = [
        owner("p", json!({"email": SAID})),
        owner("q", json!({"email": SAID})),
        put("a", json!({"owner": "p"})),
        put("b", json!({"owner": "q"})),
    ];
    store.ingest(TENANT, now(), &records).await.unwrap();
    let ended = ask_beside(store, ("a", "p"), VerdictWord::Refused, &[]).await;
    let open = ask_beside(store, ("a", "p"), VerdictWord::Accepted, &[0]).await;
    let other = ask_beside(store, ("b", "q"), VerdictWord::Refused, &[]).await;

    let erased = [erased_owner("p")];
    store.ingest(TENANT, now(), &erased).await.unwrap();
    assert!(!says(store, ended).await);
    assert!(says(store, open).await, "it is needed until its end");
    let row = store.record(TENANT, "k", "a").await.unwrap().unwrap();
    assert_eq!(row.revision, 1);

    ends(store, open).await;
    assert!(!says(store, open).await);
    assert!(says(store, other).await);
}

/// A record may go, or refer to another, before the one is erased that its operations had beside them, and
/// either may go before these are at their end.
pub async fn what_was_asked_is_cut_where_the_records_are_gone<S: Store>(store: &S) {
    found(store, TENANT).await;
    let mut records = ["gone", "moved", "open"]
        .map(|id| put(id, json!({"owner": "p"})))
        .to_vec();
    records.extend([owner("p", json!({"email": SAID})), put("self", json!({}))]);
    store.ingest(TENANT, now(), &records).await.unwrap();
    let mut asked = Vec::new();
    for record in ["gone", "moved", "open"] {
        let of = (record, "p");
        asked.push(ask_beside(store, of, VerdictWord::Accepted, &[0]).await);
    }
    let own = ask_beside(store, ("self", "q"), VerdictWord::Accepted, &[0]).await;
    let other = ask_beside(store, ("moved", "q"), VerdictWord::Accepted, &[0]).await;
    let [of_gone, of_moved, of_open] = asked[..] else {
        panic!("three were asked");
    };
    for id in [of_gone, of_moved, other] {
        ends(store, id).await;
    }
    let later = [gone("gone"), put("moved", json!({"owner": "q"}))];
    store.ingest(TENANT, now(), &later).await.unwrap();

    let erased = [
        erased_owner("p"),
        put("self", json!({"_erased": ["email"]})),
    ];
    store.ingest(TENANT, now(), &erased).await.unwrap();
    assert!(!says(store, of_gone).await);
    assert!(!says(store, of_moved).await);
    assert!(says(store, of_open).await && says(store, own).await);
    let owner_gone = Write {
        kind: "owner".into(),
        ..gone("p")
    };
    let all = [gone("open"), gone("self"), owner_gone];
    store.ingest(TENANT, now(), &all).await.unwrap();
    for id in [of_open, own] {
        ends(store, id).await;
        assert!(!says(store, id).await);
    }
    assert!(says(store, other).await, "it had another beside it");
}

/// What a reader is told of record `a`, from behind a place on.
async fn history<S: Store>(
    store: &S,
    regions: &[&str],
    before: Option<u64>,
) -> Option<HistoryRead> {
    let asked = HistoryAsked {
        tenant: TENANT.into(),
        kind: "k".into(),
        record: "a".into(),
        refs: [("who".to_owned(), "k".to_owned())].into(),
        regions: regions.iter().map(ToString::to_string).collect(),
        sight: Default::default(),
        before,
        limit: 2,
    };
    store.record_history(&asked).await.unwrap()
}

/// An operation on record `a` with something said, at its end.
async fn told<S: Store>(store: &S, author: &str, word: VerdictWord) -> Uuid {
    let id = Uuid::now_v7();
    let mut told = commit(id, head(store).await, Vec::new(), &[]);
    let (request, verdict) = (&mut told.operation.request, &mut told.operation.verdict);
    request.author = author.into();
    request.params = object(json!({"note": "said"}));
    verdict.word = word;
    let done = store.commit_operation(&told).await.unwrap();
    assert!(matches!(done, Committed::Done(_)));
    id
}

pub async fn a_history_is_everybodys_and_comes_newest_first_page_by_page<S: Store>(store: &S) {
    found(store, TENANT).await;
    assert_eq!(history(store, &[], None).await, None, "never there");
    let end = Write {
        version: Some(3),
        ..gone("a")
    };
    store.ingest(TENANT, now(), &[end]).await.unwrap();
    assert_eq!(history(store, &[], None).await, None, "but for its end");
    let body = put("a", json!({"region": "north"}));
    store.ingest(TENANT, now(), &[body]).await.unwrap();
    assert_eq!(
        history(store, &[], None).await,
        Some(HistoryRead::default())
    );
    let first = told(store, "kim", VerdictWord::Accepted).await;
    let second = told(store, "lee", VerdictWord::Refused).await;
    let third = told(store, "nobody", VerdictWord::Confirmed).await;
    let ids = |read: &HistoryRead| -> Vec<Uuid> {
        read.entries.iter().map(|entry| entry.operation).collect()
    };
    let page = history(store, &["north"], None).await.unwrap();
    assert_eq!((ids(&page), page.older), (vec![third, second], true));
    assert_eq!(page.entries[0].author_name, "nobody", "whom nobody named");
    assert_eq!(page.entries[1].author_name, "lee");
    assert_eq!(page.entries[1].params["note"], "said");
    let rest = history(store, &["north"], Some(page.entries[1].seq)).await;
    let rest = rest.unwrap();
    assert_eq!((ids(&rest), rest.older), (vec![first], false));
    // Its next verdict brings an operation to the top.
    let seen = store.operation(TENANT, first).await.unwrap().unwrap();
    let done = Verdict {
        word: VerdictWord::Confirmed,
        ..seen.verdict.clone()
    };
    store
        .say_verdict(TENANT, &seen.verdict, &done)
        .await
        .unwrap();
    let page = history(store, &["north"], None).await.unwrap();
    assert_eq!((ids(&page), page.older), (vec![first, third], true));
    // Who does not see the record is told nothing, neither while it is there nor after.
    assert_eq!(history(store, &["south"], None).await, None);
    store.ingest(TENANT, now(), &[gone("a")]).await.unwrap();
    assert_eq!(history(store, &["south"], None).await, None);
    let page = history(store, &["north"], None).await.unwrap();
    assert_eq!(ids(&page), [first, third]);
    assert!(page.entries.iter().all(|entry| entry.params.is_empty()));
}

pub async fn a_history_has_no_words_where_somebody_was_erased<S: Store>(store: &S) {
    found(store, TENANT).await;
    let records = [put("a", json!({"who": "person"})), put("person", json!({}))];
    store.ingest(TENANT, now(), &records).await.unwrap();
    told(store, "kim", VerdictWord::Refused).await;
    told(store, "lee", VerdictWord::Accepted).await;
    let said = async || {
        let page = history(store, &[], None).await.unwrap();
        assert_eq!(page.entries.len(), 2);
        let of = |entry: &HistoryEntry| !entry.params.is_empty();
        page.entries.iter().filter(|entry| of(entry)).count()
    };
    assert_eq!(said().await, 2);
    // The record that it refers to, and then the record itself.
    let erased = json!({"_erased": ["name"]});
    let of_another = [put("person", erased.clone())];
    store.ingest(TENANT, now(), &of_another).await.unwrap();
    assert_eq!(
        said().await,
        0,
        "what is not at its end tells nothing either"
    );
    store
        .ingest(TENANT, now(), &[put("a", erased)])
        .await
        .unwrap();
    assert_eq!(said().await, 0);
}
