//! What alerts and metrics need of a store.

use watchkeeper_pack::measure::{Asked, Measured, Piece, Span};

use super::*;

fn alert(id: &str, fingerprint: &str, rule: &str, state: &str) -> Write {
    let body = json!({"fingerprint": fingerprint, "rule": rule, "state": state, "since": "x"});
    Write {
        kind: "alert".into(),
        ..put(id, body)
    }
}

fn seen(write: Write, revision: Option<u64>) -> Seen {
    Seen { write, revision }
}

pub async fn tenants_are_listed<S: Store>(store: &S) {
    for id in ["b", "a"] {
        found(store, id).await;
    }
    assert_eq!(store.tenants().await.unwrap(), ["a", "b"]);
}

pub async fn an_episode_is_written_only_as_it_was_seen<S: Store>(store: &S) {
    found(store, TENANT).await;
    let first = [seen(alert("f-1", "f", "r", "firing"), None)];
    let write = |writes: Vec<Seen>| async move {
        store
            .write_unless_moved(TENANT, now(), &writes)
            .await
            .unwrap()
    };
    assert!(
        matches!(write(first.to_vec()).await, Committed::Done(touched) if touched.kinds.contains("alert"))
    );
    let before = head(store).await;
    // Another evaluator that had seen none, and one that had seen an older one.
    assert_eq!(write(first.to_vec()).await, Committed::Moved);
    let both = vec![
        seen(alert("f-1", "f", "r", "resolved"), Some(2)),
        seen(alert("g-1", "g", "r", "firing"), None),
    ];
    assert_eq!(write(both).await, Committed::Moved, "nothing of it");
    assert_eq!(head(store).await, before);
    assert!(matches!(
        write(vec![seen(alert("f-1", "f", "r", "resolved"), Some(1))]).await,
        Committed::Done(_)
    ));
    let row = store.record(TENANT, "alert", "f-1").await.unwrap().unwrap();
    assert_eq!(
        (row.revision, row.body["state"].as_str()),
        (2, Some("resolved"))
    );
}

pub async fn episodes_are_those_of_the_rule<S: Store>(store: &S) {
    found(store, TENANT).await;
    let all = [
        alert("f-1", "f", "r", "resolved"),
        alert("f-12", "f", "r", "firing"),
        alert("g-2", "g", "r", "resolved"),
        alert("h-1", "h", "r", "pending"),
        alert("x-1", "x", "other", "firing"),
    ];
    store.ingest(TENANT, now(), &all).await.unwrap();
    let ids = |episodes: &Episodes| {
        let mut ids: Vec<_> = episodes.open.iter().map(|row| row.id.clone()).collect();
        ids.sort();
        ids
    };
    let every = store.episodes(TENANT, "r", None).await.unwrap();
    assert_eq!(ids(&every), ["f-12", "h-1"]);
    let last: Vec<_> = every.last.iter().map(|(f, n)| (f.as_str(), *n)).collect();
    assert_eq!(last, [("f", 12), ("g", 2), ("h", 1)]);
    let some = store
        .episodes(TENANT, "r", Some(&["g".into(), "f".into()]))
        .await
        .unwrap();
    assert_eq!((ids(&some), some.last.len()), (vec!["f-12".to_owned()], 2));
    assert!(
        store
            .episodes(TENANT, "none", None)
            .await
            .unwrap()
            .open
            .is_empty()
    );
}

pub async fn changes_are_named_until_they_are_forgotten<S: Store>(store: &S) {
    found(store, TENANT).await;
    store
        .ingest(TENANT, now(), &[put("a", json!({})), put("b", json!({}))])
        .await
        .unwrap();
    let at = head(store).await;
    store
        .ingest(TENANT, now(), &[gone("a"), put("c", json!({}))])
        .await
        .unwrap();
    let changed = store.changed_records(TENANT, at).await.unwrap().unwrap();
    let ids: Vec<_> = changed["k"].iter().map(String::as_str).collect();
    assert_eq!(ids, ["a", "c"]);
    let newest = head(store).await;
    assert!(
        store
            .changed_records(TENANT, newest)
            .await
            .unwrap()
            .unwrap()
            .is_empty()
    );
    store.compact_all(1).await.unwrap();
    assert_eq!(store.changed_records(TENANT, at - 1).await.unwrap(), None);
}

pub async fn lookups_and_measures_reach_no_other_tenant<S: Store>(store: &S) {
    found(store, TENANT).await;
    found(store, "other").await;
    store
        .ingest("other", now(), &[put("z", json!({"n": 9}))])
        .await
        .unwrap();
    store
        .ingest(
            TENANT,
            now(),
            &[put("a", json!({"n": 1})), put("b", json!({"n": 3}))],
        )
        .await
        .unwrap();
    let lookup = |n: i64| LookupAsked {
        kind: "k".into(),
        filter: Question {
            text: "json_extract(body, '$.n') >= ?".into(),
            params: vec![n.into()],
        },
        answer: "count(*)".into(),
        list: false,
    };
    let answers = store
        .look_up(TENANT, &[lookup(1), lookup(2), lookup(9)])
        .await
        .unwrap();
    assert_eq!(answers, [json!(2), json!(1), json!(0)]);
    let expressions = [(
        "k".to_owned(),
        "n".to_owned(),
        "json_extract(body, '$.n')".to_owned(),
    )];
    for _ in 0..2 {
        store.index(&expressions).await.unwrap();
    }
    let pieces = store.measure(TENANT, &[sum_of_n()]).await.unwrap();
    let expected = Piece {
        ends: 2,
        count: 2,
        there: 2,
        value: Some(4.0),
        ..Piece::default()
    };
    assert_eq!(pieces, [[expected]]);
}

/// `sum(n)` of everything, as the pack compiles it.
fn sum_of_n() -> Asked {
    let text = |name: &str| match name {
        "pack.yaml" => {
            "format: 1\nid: p\nversion: 1\nname: P\nzone: UTC\ncurrency: AUD\nlanguage: en\nqueues: []\n"
        }
        "records/k.yaml" => {
            "kind: k\nlabel: {one: K, many: Ks}\ntitle: K\nfields:\n  n: {type: integer, label: N, indexed: true}\n"
        }
        _ => {
            "id: m\nrow: S-1\nlabel: M\nunit: count\nmeasure: {kind: k, answer: sum, field: n}\nwindow: now\n"
        }
    };
    let names = ["pack.yaml", "records/k.yaml", "metrics/m.yaml"];
    let files = names.map(|name| (name.to_owned(), text(name).as_bytes().to_vec()));
    let pack = watchkeeper_pack::load_files(&files.into_iter().collect()).unwrap();
    let span = Span {
        from: None,
        to: now(),
    };
    let scope = watchkeeper_pack::expr::Scope::default();
    let measure = &pack.metrics["m"].measure;
    let asked = measure
        .ask(pack.kind("k").unwrap(), &scope, &[span], None)
        .unwrap();
    let nothing = measure.pieces(&asked, Vec::new());
    assert_eq!(
        nothing.of(&span),
        Measured {
            value: Some(0.0),
            count: 0
        }
    );
    asked
}
