//! Operations, and what they must never do.

use chrono::TimeDelta;
use watchkeeper_model::Call;
use watchkeeper_pack::format::Connector;
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

/// What was asked about a record had those beside it to which it refers. It goes with them, though the record
/// itself says nothing of them and stays as it is.
pub async fn what_was_asked_with_an_erased_record_beside_it_is_cut<S: Store>(store: &S) {
    const SAID: &str = "kim@shop.example";
    found(store, TENANT).await;
    let owner = |id: &str, body: Value| Write {
        kind: "owner".into(),
        ..put(id, body)
    };
    let records = [
        owner("p", json!({"email": SAID})),
        owner("q", json!({"email": SAID})),
        put("a", json!({"owner": "p"})),
        put("b", json!({"owner": "q"})),
    ];
    store.ingest(TENANT, now(), &records).await.unwrap();
    let ask = async |record: &str, word: VerdictWord, effects: &[u32]| {
        let id = Uuid::now_v7();
        let mut asked = commit(id, head(store).await, Vec::new(), effects);
        let (request, verdict) = (&mut asked.operation.request, &mut asked.operation.verdict);
        request.record = record.into();
        request.params.insert("note".into(), SAID.into());
        (verdict.record_id, verdict.word) = (record.into(), word);
        for call in &mut asked.calls {
            let read = json!({"email": SAID});
            call.basis.refs.insert("owner".into(), read);
        }
        store.commit_operation(&asked).await.unwrap();
        id
    };
    let ended = ask("a", VerdictWord::Refused, &[]).await;
    let open = ask("a", VerdictWord::Accepted, &[0]).await;
    let other = ask("b", VerdictWord::Refused, &[]).await;
    let said = async |id: Uuid| {
        let known = store.operation(TENANT, id).await.unwrap().unwrap();
        known.request.params.contains_key("note")
    };

    let mut erased = owner("p", json!({"_erased": ["email"]}));
    if let Some(put) = &mut erased.put {
        put.referring = vec![("k".into(), "owner".into())];
    }
    store.ingest(TENANT, now(), &[erased]).await.unwrap();
    assert!(!said(ended).await);
    assert!(said(open).await, "it is needed until its end");
    assert!(said(other).await);
    let row = store.record(TENANT, "k", "a").await.unwrap().unwrap();
    assert_eq!(row.revision, 1);

    let call = store.due_calls(now(), 9).await.unwrap().remove(0);
    let known = store.operation(TENANT, open).await.unwrap().unwrap();
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
    assert!(!said(open).await);
    let calls = store.calls_of(TENANT, open).await.unwrap();
    assert!(calls[0].basis.refs.is_empty());
    assert!(said(other).await);
}
