//! What every store must keep, as tests over the trait. An implementation runs all of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_model::Call;
use watchkeeper_model::audit::{Entry, Event};
use watchkeeper_pack::format::Connector;
use watchkeeper_wire::audit::SignedHead;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

use super::*;

pub const TENANT: &str = "t";

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn put(id: &str, body: Value) -> Write {
    Write {
        kind: "k".into(),
        id: id.into(),
        put: Some(Put {
            title: id.into(),
            body: object(body),
            computed: Map::new(),
        }),
    }
}

fn gone(id: &str) -> Write {
    Write {
        put: None,
        ..put(id, json!({}))
    }
}

async fn found<S: Store>(store: &S, id: &str) {
    let tenant = Tenant {
        id: id.into(),
        name: id.into(),
        zone: "UTC".into(),
    };
    store.found_tenant(&tenant).await.unwrap();
    for operator in ["kim", "lee"] {
        let operator = Operator {
            id: operator.into(),
            name: operator.into(),
        };
        store.add_operator(id, &operator).await.unwrap();
    }
}

async fn head<S: Store>(store: &S) -> u64 {
    store.tenant(TENANT).await.unwrap().unwrap().head
}

async fn lines<S: Store>(store: &S, from: Place, limit: usize) -> (Vec<Value>, Place, bool) {
    let asked = PageAsked {
        tenant: TENANT.into(),
        operator: "kim".into(),
        regions: Vec::new(),
        from,
        limit,
        bytes: 1 << 20,
    };
    match store.page(&asked).await.unwrap() {
        PageRead::Lines {
            lines, next, more, ..
        } => {
            let lines = lines.iter().map(|line| serde_json::from_str(line).unwrap());
            (lines.collect(), next, more)
        }
        PageRead::Gone => panic!("gone"),
    }
}

pub async fn secrets_are_made_once<S: Store>(store: &S) {
    let secrets = |n| Secrets {
        epoch: [n; 32],
        cursor_key: [n + 1; 32],
        audit_seed: [n + 2; 32],
    };
    assert!(store.secrets(secrets(1)).await.unwrap() == secrets(1));
    assert!(store.secrets(secrets(9)).await.unwrap() == secrets(1));
}

pub async fn packs_only_rise<S: Store>(store: &S) {
    found(store, TENANT).await;
    let pack = |hash: &str, version| PackRef {
        hash: hash.into(),
        version,
    };
    assert!(
        store
            .publish_pack(TENANT, &pack("a", 2), b"A")
            .await
            .unwrap()
    );
    assert!(
        store
            .publish_pack(TENANT, &pack("a", 2), b"A")
            .await
            .unwrap()
    );
    assert!(
        !store
            .publish_pack(TENANT, &pack("b", 2), b"B")
            .await
            .unwrap()
    );
    assert!(
        !store
            .publish_pack(TENANT, &pack("b", 1), b"B")
            .await
            .unwrap()
    );
    assert!(
        store
            .publish_pack(TENANT, &pack("c", 3), b"C")
            .await
            .unwrap()
    );
    let active = store.tenant(TENANT).await.unwrap().unwrap().pack;
    assert_eq!(active, Some(pack("c", 3)));
    // Operations may still name the old one.
    assert_eq!(
        store.pack(TENANT, "a").await.unwrap().as_deref(),
        Some(&b"A"[..])
    );
    assert_eq!(store.pack(TENANT, "b").await.unwrap(), None);
}

pub async fn a_token_gives_what_it_was_given_until_revoked<S: Store>(store: &S) {
    found(store, TENANT).await;
    let token = NewToken {
        hash: "h".into(),
        tenant: TENANT.into(),
        operator: "kim".into(),
        roles: vec!["b".into(), "a".into()],
        regions: vec!["north".into()],
        made_at: now(),
    };
    store.issue_token(&token).await.unwrap();
    assert!(
        store.issue_token(&token).await.is_err(),
        "a hash names one token"
    );
    let access = store.access("h").await.unwrap().unwrap();
    assert_eq!(access.roles, ["a", "b"]);
    assert!(access.sees(Some("north")) && access.sees(None) && !access.sees(Some("south")));
    assert!(!access.revoked);
    let touched = store
        .change_rights(TENANT, "kim", &["c".into()], &[])
        .await
        .unwrap();
    assert_eq!(touched, ["h"]);
    let access = store.access("h").await.unwrap().unwrap();
    assert!(access.has_role("c") && !access.has_role("a") && access.sees(Some("south")));
    assert!(store.revoke_token("h", now()).await.unwrap());
    assert!(!store.revoke_token("h", now()).await.unwrap());
    assert!(store.access("h").await.unwrap().unwrap().revoked);
    assert_eq!(store.access("other").await.unwrap(), None);
}

pub async fn a_device_belongs_to_one_operator<S: Store>(store: &S) {
    found(store, TENANT).await;
    let device = Uuid::now_v7();
    assert!(
        store
            .enrol(TENANT, "kim", device, "one", now())
            .await
            .unwrap()
    );
    assert!(
        store
            .enrol(TENANT, "kim", device, "two", now())
            .await
            .unwrap()
    );
    assert!(
        !store
            .enrol(TENANT, "lee", device, "three", now())
            .await
            .unwrap()
    );
    let owner = store.device_owner(TENANT, device).await.unwrap();
    assert_eq!(owner.as_deref(), Some("kim"));
}

pub async fn one_change_per_record_and_transaction<S: Store>(store: &S) {
    found(store, TENANT).await;
    let twice = [
        put("a", json!({"n": 1})),
        put("b", json!({})),
        put("a", json!({"n": 2})),
    ];
    let touched = store.ingest(TENANT, now(), &twice).await.unwrap();
    assert_eq!(touched.head, 2);
    let record = store.record(TENANT, "k", "a").await.unwrap().unwrap();
    assert_eq!((record.revision, &record.body["n"]), (1, &json!(2)));
    let same = store
        .ingest(TENANT, now(), &[put("b", json!({}))])
        .await
        .unwrap();
    assert_eq!(same.head, 2);
    assert!(same.kinds.is_empty());
    store
        .ingest(TENANT, now(), &[gone("a"), gone("never")])
        .await
        .unwrap();
    assert_eq!(store.record(TENANT, "k", "a").await.unwrap(), None);
    store
        .ingest(TENANT, now(), &[put("a", json!({}))])
        .await
        .unwrap();
    assert_eq!(
        store
            .record(TENANT, "k", "a")
            .await
            .unwrap()
            .unwrap()
            .revision,
        2
    );
}

/// Fault 38: whatever is written side by side, a reader that goes on from its last seq gets all.
pub async fn nothing_is_skipped_while_many_write<S: Store>(store: &S) {
    found(store, TENANT).await;
    let writer = |name: usize| async move {
        for n in 0..20 {
            let write = put(&format!("{name}-{n}"), json!({"n": n}));
            store.ingest(TENANT, now(), &[write]).await.unwrap();
        }
    };
    let reader = async {
        let (mut place, mut seen) = (Place::Delta { at: 0 }, Vec::new());
        while seen.len() < 80 {
            let (page, next, _) = lines(store, place, 7).await;
            seen.extend(page.iter().map(|line| line["seq"].as_u64().unwrap()));
            place = next;
        }
        seen
    };
    let (seen, ..) = tokio::join!(reader, writer(0), writer(1), writer(2), writer(3));
    assert_eq!(seen, (1..=80).collect::<Vec<u64>>());
}

pub async fn facts_are_of_one_moment<S: Store>(store: &S) {
    found(store, TENANT).await;
    let writes = [
        put("a", json!({"to": "b", "n": 5})),
        put("b", json!({"n": 7})),
    ];
    store.ingest(TENANT, now(), &writes).await.unwrap();
    let asked = FactsAsked {
        kind: "k".into(),
        id: "a".into(),
        refs: [("to".to_owned(), "k".to_owned())].into(),
        lookups: [(
            "sum".to_owned(),
            LookupAsked {
                kind: "k".into(),
                filter: Question {
                    text: "json_extract(body, '$.n') > ?".into(),
                    params: vec![json!(5)],
                },
                answer: "sum(json_extract(body, '$.n'))".into(),
            },
        )]
        .into(),
        now: now(),
    };
    let facts = store.facts(TENANT, &asked).await.unwrap().unwrap();
    assert_eq!(facts.tenant.head, 2);
    assert_eq!(facts.record.unwrap().body["n"], 5);
    assert_eq!(facts.refs["to"].body["n"], 7);
    assert_eq!(facts.lookups["sum"].value, 7);
    assert_eq!(store.facts("nowhere", &asked).await.unwrap(), None);
}

fn commit(id: Uuid, expected_head: u64, writes: Vec<Write>, effects: &[u32]) -> Commit {
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
        },
        not_after: None,
    };
    Commit {
        tenant: TENANT.into(),
        expected_head,
        operation: OperationRow {
            fingerprint: "f".into(),
            request,
            verdict,
        },
        writes,
        calls: effects.iter().map(call).collect(),
    }
}

pub async fn a_decision_on_old_facts_writes_nothing<S: Store>(store: &S) {
    found(store, TENANT).await;
    store
        .ingest(TENANT, now(), &[put("a", json!({}))])
        .await
        .unwrap();
    let old = head(store).await;
    store
        .set_controls(TENANT, &object(json!({"frozen": true})))
        .await
        .unwrap();
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

pub async fn a_call_waits_is_counted_and_ends_once<S: Store>(store: &S) {
    found(store, TENANT).await;
    let id = Uuid::now_v7();
    let first = commit(id, head(store).await, vec![put("a", json!({}))], &[0]);
    store.commit_operation(&first).await.unwrap();
    let row = store.due_calls(now(), 9).await.unwrap().remove(0);
    assert_eq!((row.attempts, row.ambiguous), (0, false));
    store.begin_call(&row.id, now()).await.unwrap();
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
        generation: 3,
    };
    store.postpone_call(&row.id, &to).await.unwrap();
    assert!(store.due_calls(now(), 9).await.unwrap().is_empty());
    let row = store.due_calls(later, 9).await.unwrap().remove(0);
    assert_eq!((row.ambiguous, row.generation), (false, 3));
    let verdict = Verdict {
        word: VerdictWord::Confirmed,
        ..first.operation.verdict
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
    let (page, ..) = lines(store, Place::Delta { at }, 9).await;
    let kinds: Vec<&str> = page
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["upsert", "verdict"]);
    let known = store.operation(TENANT, id).await.unwrap().unwrap();
    assert_eq!(known.verdict.word, VerdictWord::Confirmed);
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

pub async fn a_chain_grows_only_at_its_head<S: Store>(store: &S) {
    found(store, TENANT).await;
    let device = Uuid::now_v7();
    store
        .enrol(TENANT, "kim", device, "laptop", now())
        .await
        .unwrap();
    let entry = Entry::append(None, now(), "kim", device, Event::SignedIn, None).unwrap();
    let signed = SignedHead {
        device,
        seq: 1,
        hash: entry.hash.clone(),
        signed_at: now(),
        signature: String::new(),
    };
    let one = std::slice::from_ref(&entry);
    assert!(
        store
            .extend_audit(TENANT, device, 0, one, &signed)
            .await
            .unwrap()
    );
    assert!(
        !store
            .extend_audit(TENANT, device, 0, one, &signed)
            .await
            .unwrap()
    );
    assert_eq!(
        store.signed_head(TENANT, device).await.unwrap(),
        Some(signed)
    );
    let hash = store.audit_hash(TENANT, device, 1).await.unwrap();
    assert_eq!(hash, Some(entry.hash));
    assert_eq!(store.signed_head("other", device).await.unwrap(), None);
}

pub async fn old_and_future_places_are_gone<S: Store>(store: &S) {
    found(store, TENANT).await;
    for n in 0..5 {
        store
            .ingest(TENANT, now(), &[put("a", json!({"n": n}))])
            .await
            .unwrap();
    }
    store.compact_all(2).await.unwrap();
    let page = |from| PageAsked {
        tenant: TENANT.into(),
        operator: "kim".into(),
        regions: Vec::new(),
        from,
        limit: 9,
        bytes: 1 << 20,
    };
    for place in [
        Place::Delta { at: 2 },
        Place::CatchUp { at: 0 },
        Place::Snapshot { head: 2, at: 1 },
        Place::Delta { at: 6 },
    ] {
        assert_eq!(
            store.page(&page(place)).await.unwrap(),
            PageRead::Gone,
            "{place:?}"
        );
    }
    let (lines, ..) = lines(store, Place::Delta { at: 3 }, 9).await;
    assert_eq!(lines.len(), 1);
}
