//! What every store must keep, as tests over the trait. An implementation runs all of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_model::audit::{Entry, Event};
use watchkeeper_wire::audit::SignedHead;
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

use super::*;

mod alerts;
mod calls;
mod operations;
mod versions;
pub use alerts::*;
pub use calls::*;
pub use operations::*;
pub use versions::*;

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
            ..Put::default()
        }),
        version: None,
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
        sight: Default::default(),
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
        signature: format!("{hash} signed"),
    };
    let publish = async |hash: &str, version, by: &str| {
        let pack = pack(hash, version);
        let published = store.publish_pack(TENANT, &pack, hash.as_bytes(), by);
        published.await.unwrap()
    };
    assert!(publish("a", 2, "us").await);
    assert!(publish("a", 2, "us").await, "the same once more");
    assert!(!publish("b", 2, "us").await);
    assert!(!publish("b", 1, "us").await);
    assert!(!publish("b", 3, "somebody else").await);
    assert!(publish("c", 3, "us").await);
    let state = store.tenant(TENANT).await.unwrap().unwrap();
    assert_eq!(state.pack, Some(pack("c", 3)));
    assert_eq!(state.publisher.as_deref(), Some("us"));
    // Operations may still name the old one.
    assert_eq!(
        store.pack(TENANT, "a").await.unwrap().as_deref(),
        Some(&b"a"[..])
    );
    assert_eq!(store.pack(TENANT, "b").await.unwrap(), None);
}

pub async fn a_token_gives_what_it_was_given_until_revoked<S: Store>(store: &S) {
    found(store, TENANT).await;
    let kim = Operator {
        id: "kim".into(),
        name: "Kim Lund".into(),
    };
    store.add_operator(TENANT, &kim).await.unwrap();
    let called = async |tenant: &str, id: &str| store.operator_name(tenant, id).await.unwrap();
    assert_eq!(called(TENANT, "kim").await, "Kim Lund");
    assert_eq!(called(TENANT, "nobody").await, "nobody");
    assert_eq!(called("another", "kim").await, "kim");
    let all = store.operators(TENANT).await.unwrap();
    assert!(all.contains(&kim));
    assert_eq!(store.operators("another").await.unwrap(), []);
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
    let (touched, _) = store.ingest(TENANT, now(), &twice).await.unwrap();
    assert_eq!(touched.head, 2);
    let record = store.record(TENANT, "k", "a").await.unwrap().unwrap();
    assert_eq!((record.revision, &record.body["n"]), (1, &json!(2)));
    let (same, _) = store
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
                list: false,
            },
        )]
        .into(),
        regions: Vec::new(),
        now: now(),
    };
    let facts = store.facts(TENANT, &asked).await.unwrap().unwrap();
    assert_eq!(facts.tenant.head, 2);
    assert_eq!(facts.record.unwrap().body["n"], 5);
    assert_eq!(facts.refs["to"].body["n"], 7);
    assert_eq!(facts.lookups["sum"].value, 7);
    assert_eq!(store.facts("nowhere", &asked).await.unwrap(), None);
}

pub async fn facts_are_those_that_the_reader_may_see<S: Store>(store: &S) {
    found(store, TENANT).await;
    let writes = [
        put("a", json!({"far": "b", "near": "c", "region": "north"})),
        put("b", json!({"n": 1, "region": "south"})),
        put("c", json!({"n": 2})),
    ];
    store.ingest(TENANT, now(), &writes).await.unwrap();
    let ask = |answer: &str, text: &str| LookupAsked {
        kind: "k".into(),
        filter: Question {
            text: text.into(),
            params: vec![json!(0)],
        },
        answer: answer.into(),
        list: false,
    };
    let above = "json_extract(body, '$.n') > ?";
    let asked = FactsAsked {
        kind: "k".into(),
        id: "a".into(),
        refs: [("far", "k"), ("near", "k")]
            .map(|(field, kind)| (field.to_owned(), kind.to_owned()))
            .into(),
        lookups: [
            ("count".to_owned(), ask("count(*)", above)),
            (
                "first".to_owned(),
                ask("id", &format!("{above} ORDER BY id LIMIT 1")),
            ),
        ]
        .into(),
        regions: Vec::new(),
        now: now(),
    };
    let seen = async |regions: &[&str]| {
        let asked = FactsAsked {
            regions: regions.iter().map(ToString::to_string).collect(),
            ..asked.clone()
        };
        let facts = store.facts(TENANT, &asked).await.unwrap().unwrap();
        let refs: Vec<String> = facts.refs.into_keys().collect();
        let value = |name: &str| facts.lookups[name].value.clone();
        (refs.join(" "), value("count"), value("first"))
    };
    let all = ("far near".to_owned(), json!(2), json!("b"));
    let north = ("near".to_owned(), json!(1), json!("c"));
    assert_eq!(seen(&[]).await, all);
    assert_eq!(seen(&["north"]).await, north);
    assert_eq!(seen(&["east", "south"]).await, all);
}

pub async fn a_region_that_is_no_text_is_nobodys<S: Store>(store: &S) {
    found(store, TENANT).await;
    let writes = [
        put("a", json!({"region": ["north"]})),
        put("b", json!({"region": 7})),
        put("c", json!({"region": null})),
    ];
    store.ingest(TENANT, now(), &writes).await.unwrap();
    for (id, seen) in [("a", false), ("b", false), ("c", true)] {
        let row = store.record(TENANT, "k", id).await.unwrap().unwrap();
        let regions = ["north".to_owned()];
        assert_eq!(sees(&regions, row.region.as_deref()), seen, "{id}");
    }
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

pub async fn what_is_one_operators_alone_reaches_no_other<S: Store>(store: &S) {
    found(store, TENANT).await;
    let saved = |shared: bool| Write {
        kind: "saved_view".into(),
        ..put(
            "v",
            json!({"owner": "lee", "shared": shared, "state": "kept"}),
        )
    };
    let page = async |operator: &str, at: u64| {
        let asked = PageAsked {
            tenant: TENANT.into(),
            operator: operator.into(),
            regions: Vec::new(),
            sight: std::sync::Arc::new(watchkeeper_pack::Sight::default().for_reader(operator)),
            from: Place::Delta { at },
            limit: 9,
            bytes: 1 << 20,
        };
        let PageRead::Lines { lines, .. } = store.page(&asked).await.unwrap() else {
            panic!("gone")
        };
        let types = lines.iter().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["type"].as_str().unwrap().to_owned()
        });
        types.collect::<Vec<_>>()
    };
    let hinted = async |operator: &str, at: u64| {
        let touched = store.changed_since(TENANT, at, operator, &[]).await;
        !touched.unwrap().kinds.is_empty()
    };
    let mut places = Vec::new();
    for shared in [false, true, false] {
        places.push(head(store).await);
        store.ingest(TENANT, now(), &[saved(shared)]).await.unwrap();
    }
    // The owner has the state of now; who saw it while it was shared is told that it is gone.
    for place in places {
        assert_eq!(page("lee", place).await, ["upsert"]);
        assert_eq!(page("kim", place).await, ["remove"]);
        assert!(hinted("lee", place).await && hinted("kim", place).await);
    }
    let alone = head(store).await;
    let more = Write {
        kind: "saved_view".into(),
        ..put(
            "v",
            json!({"owner": "lee", "shared": false, "state": "gone"}),
        )
    };
    store.ingest(TENANT, now(), &[more]).await.unwrap();
    assert_eq!(page("lee", alone).await, ["upsert"]);
    assert_eq!(page("kim", alone).await, [""; 0]);
    assert!(hinted("lee", alone).await && !hinted("kim", alone).await);
    // Nor does what a copy amounts to tell of it.
    let copy = async |operator: &str, at: u64| {
        let asked = CopyAsked {
            tenant: TENANT.into(),
            operator: operator.into(),
            regions: Vec::new(),
            sight: std::sync::Arc::new(watchkeeper_pack::Sight::default().for_reader(operator)),
            at,
        };
        let copy = store.copy_digests(&asked).await.unwrap().unwrap();
        let has = |kind: &str| copy.kinds.contains_key(kind);
        (has("saved_view"), copy.moved.contains("saved_view"))
    };
    assert_eq!(copy("lee", alone).await, (false, true));
    assert_eq!(copy("kim", alone).await, (false, false));
    assert_eq!(copy("lee", alone + 1).await, (true, false));
    assert_eq!(copy("kim", alone + 1).await, (false, false));
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
        sight: Default::default(),
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
