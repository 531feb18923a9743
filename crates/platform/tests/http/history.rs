//! What everybody did with a record, as each of those who see it is told.

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_platform::store::{Put, Write};
use watchkeeper_wire::history::{HistoryEntry, MAX_ENTRIES, RecordHistory};
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::support::{TENANT, World, issue, noon, problem};

async fn told(world: &World, token: &str, path: &str) -> RecordHistory {
    let path = format!("/v1/records/{path}");
    let answer = world.request(Method::GET, &path, token).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

async fn refused(world: &World, token: &str, path: &str) -> (StatusCode, String) {
    let path = format!("/v1/records/{path}");
    problem(world.request(Method::GET, &path, token)).await
}

fn ids(entries: &[HistoryEntry]) -> Vec<Uuid> {
    entries.iter().map(|entry| entry.operation).collect()
}

/// Passing a refund on with a remark.
fn escalate(world: &World, author: &str, remark: &str) -> Operation {
    let mut params = Map::new();
    params.insert("remark".into(), remark.into());
    Operation {
        author: author.into(),
        params,
        ..world.operation("rf-1", "escalate")
    }
}

#[tokio::test]
async fn a_history_has_what_everybody_did_and_what_became_of_it() {
    let world = World::new().await;
    let lee = issue(world.platform(), TENANT, "lee", &["operator"], &[]).await;
    world.refund(1, 90).await;
    let refusal = world.operation("rf-1", "approve");
    let late = Operation {
        not_after: Some(noon() - TimeDelta::seconds(1)),
        ..escalate(&world, "kim", "too late")
    };
    let done = escalate(&world, "lee", "with lee's words");
    let after = escalate(&world, "kim", "on what it was");
    assert_eq!(world.submit(&refusal).await.word, VerdictWord::Refused);
    assert_eq!(world.submit(&late).await.word, VerdictWord::Lapsed);
    let by_lee = world.submit_as(&lee, std::slice::from_ref(&done)).await;
    assert_eq!(by_lee[0].word, VerdictWord::Confirmed);
    assert_eq!(world.submit(&after).await.word, VerdictWord::Conflict);

    let all = told(&world, &world.token, "refund/rf-1/history").await;
    let expected = [after.id, done.id, late.id, refusal.id];
    assert_eq!((ids(&all.entries), all.older), (expected.to_vec(), false));
    let words: Vec<VerdictWord> = all.entries.iter().map(|entry| entry.word).collect();
    assert_eq!(
        words,
        [
            VerdictWord::Conflict,
            VerdictWord::Confirmed,
            VerdictWord::Lapsed,
            VerdictWord::Refused
        ]
    );
    let [_, confirmed, _, first] = all.entries.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(
        (confirmed.author.as_str(), confirmed.author_name.as_str()),
        ("lee", "LEE")
    );
    assert_eq!(confirmed.params["remark"], "with lee's words");
    assert_eq!(
        (confirmed.from_revision, confirmed.revision),
        (Some(1), Some(2))
    );
    let reason = first.reason.as_ref().unwrap();
    assert_eq!(reason.row.as_deref(), Some("D-17"));
    assert!(!reason.detail.is_empty());
    assert_eq!(all.server_time, noon());
    // The other reads the same.
    assert_eq!(told(&world, &lee, "refund/rf-1/history").await, all);
    // Nothing yet is no failure, and what never was is none.
    let charge = told(&world, &lee, "charge/ch_1/history").await;
    assert_eq!((charge.entries.len(), charge.older), (0, false));
    let nothing = refused(&world, &lee, "refund/rf-9/history").await;
    assert_eq!(nothing, (StatusCode::NOT_FOUND, "not_found".into()));
}

#[tokio::test]
async fn a_history_is_for_those_of_its_region_also_when_its_record_is_gone() {
    let world = World::without_a_pack().await;
    let body = json!({"region": "north"});
    let odd = "a/b? c%2F";
    world
        .ingest(json!([
            {"kind": "odd", "id": "n", "body": body},
            {"kind": "odd", "id": odd, "body": body},
        ]))
        .await;
    let north = issue(world.platform(), TENANT, "noor", &["operator"], &["north"]).await;
    let south = issue(world.platform(), TENANT, "sam", &["operator"], &["south"]).await;
    for path in ["odd/n/history", "odd/a%2Fb%3F%20c%252F/history"] {
        assert!(told(&world, &north, path).await.entries.is_empty());
        assert_eq!(refused(&world, &south, path).await.0, 404);
    }
    world.remove("odd", "n").await;
    assert!(
        told(&world, &north, "odd/n/history")
            .await
            .entries
            .is_empty()
    );
    assert_eq!(refused(&world, &south, "odd/n/history").await.0, 404);
    let nobodys = refused(&world, "wk_nonsense", "odd/n/history").await;
    assert_eq!(nobodys.0, 401);
}

#[tokio::test]
async fn a_history_comes_in_pages_that_leave_nothing_out_and_repeat_nothing() {
    let world = World::new().await;
    world.refund(1, 100).await;
    let mut made = Vec::new();
    for _ in 0..=MAX_ENTRIES {
        let operation = world.operation("rf-1", "approve");
        world.submit(&operation).await;
        made.push(operation.id);
    }
    made.reverse();
    let first = told(&world, &world.token, "refund/rf-1/history").await;
    assert_eq!((first.entries.len(), first.older), (MAX_ENTRIES, true));
    let last = first.entries.last().unwrap().seq;
    let path = format!("refund/rf-1/history?before={last}");
    let second = told(&world, &world.token, &path).await;
    assert_eq!((second.entries.len(), second.older), (1, false));
    let read: Vec<Uuid> = [ids(&first.entries), ids(&second.entries)].concat();
    assert_eq!(read, made);
    let nonsense = refused(&world, &world.token, "refund/rf-1/history?before=x").await;
    assert_eq!(nonsense.1, "body.invalid");
}

#[tokio::test]
async fn a_history_of_somebody_who_was_erased_has_no_words() {
    let world = World::new().await;
    world.refund(1, 90).await;
    let said = escalate(&world, "kim", "canary");
    assert_eq!(world.submit(&said).await.word, VerdictWord::Confirmed);
    let before = told(&world, &world.token, "refund/rf-1/history").await;
    assert_eq!(before.entries[0].params["remark"], "canary");
    let mut body = world.body("refund", "rf-1").await;
    body.insert("_erased".into(), json!(["email"]));
    let erased = Write {
        kind: "refund".into(),
        id: "rf-1".into(),
        put: Some(Put {
            body,
            ..Put::default()
        }),
        version: None,
    };
    let store = &world.platform().store;
    store.ingest(TENANT, noon(), &[erased]).await.unwrap();
    let after = told(&world, &world.token, "refund/rf-1/history").await;
    assert_eq!(ids(&after.entries), ids(&before.entries));
    assert_eq!(after.entries[0].word, VerdictWord::Confirmed);
    assert!(after.entries[0].params.is_empty());
}

const PARCEL: &str = r#"kind: parcel
label: {one: Parcel, many: Parcels}
title: '{{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  note: {type: text, label: Note, optional: true, seen_by: [money]}
states:
  - {id: here, label: here}
  - {id: held, label: held}
actions:
  hold:
    label: Hold
    row: S-3
    from: [here]
    params:
      why: {type: text, label: Why}
    policy: []
    nature: change
    effects:
      - set: {state: '"held"', note: params.why}
    will: [hold it]
  pass:
    label: Pass
    row: S-4
    roles: [money]
    from: [here]
    policy:
      - id: S-5
        title: Only with a note
        when: record.note != null
        otherwise: parcel.no_note
        found: what it says
        refusal: It has no note.
        override: never
    nature: change
    effects:
      - set: {state: '"held"'}
    will: [pass it]
"#;

/// Somebody who sees no notes is not told what was said with what sets one.
#[tokio::test]
async fn a_history_says_nothing_of_what_its_reader_does_not_see() {
    let head = "format: 1\nid: small\nversion: 1\nname: Small\nzone: UTC\ncurrency: EUR\n\
                language: en\nqueues: []\n";
    let people =
        "roles:\n  operator: {row: S-1, label: Operator}\n  money: {row: S-1, label: Money}\n";
    let files = [
        ("pack.yaml", head),
        ("people.yaml", people),
        ("records/parcel.yaml", PARCEL),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let world = World::of_pack(Bundle::from_files(files.into()).unwrap()).await;
    world
        .ingest(json!([
            {"kind": "parcel", "id": "p", "body": {"number": "P-1", "state": "here"}},
        ]))
        .await;
    let money = issue(world.platform(), TENANT, "mo", &["money"], &[]).await;
    let pass = Operation {
        kind: "parcel".into(),
        author: "mo".into(),
        ..world.operation("p", "pass")
    };
    let refused = world.submit_as(&money, &[pass]).await;
    assert_eq!(refused[0].word, VerdictWord::Refused, "{refused:?}");
    let params: Value = json!({"why": "the sender asked"});
    let hold = Operation {
        kind: "parcel".into(),
        author: "mo".into(),
        params: params.as_object().unwrap().clone(),
        ..world.operation("p", "hold")
    };
    let held = world.submit_as(&money, &[hold]).await;
    assert_eq!(held[0].word, VerdictWord::Confirmed, "{held:?}");
    let why = |read: &RecordHistory| {
        let reason = read.entries[1].reason.clone().unwrap();
        (reason.code, reason.row, reason.detail.is_empty())
    };
    let all = told(&world, &money, "parcel/p/history").await;
    assert_eq!(all.entries[0].params["why"], "the sender asked");
    assert_eq!(
        why(&all),
        ("parcel.no_note".into(), Some("S-5".into()), false)
    );
    let part = told(&world, &world.token, "parcel/p/history").await;
    assert_eq!(ids(&part.entries), ids(&all.entries));
    assert!(part.entries[0].params.is_empty());
    // Nor which row said no, and so what the note is.
    assert_eq!(why(&part), ("policy.denied".into(), None, true));
}

#[tokio::test]
async fn a_saved_view_has_no_history_to_tell() {
    let world = World::new().await;
    let id = Uuid::now_v7().to_string();
    let params = json!({"name": "Mine", "view": "refunds", "shared": true, "wish": json!({
        "sort": null, "search": "", "chips": [], "group": null, "columns": []}).to_string()});
    let keep = Operation {
        kind: "saved_view".into(),
        base_revision: None,
        params: params.as_object().unwrap().clone(),
        ..world.operation(&id, "keep")
    };
    assert_eq!(world.submit(&keep).await.word, VerdictWord::Confirmed);
    let told = refused(&world, &world.token, &format!("saved_view/{id}/history")).await;
    assert_eq!(told.0, 404);
}
