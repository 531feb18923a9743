//! Who sees what: kinds and fields that a pack keeps from some roles, endpoint by endpoint.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::store::{Put, Question, Write};
use watchkeeper_wire::feed::Line;
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::support::{Page, TENANT, World, issue, noon, problem, short, signed};

const PEOPLE: &str = "roles:
  operator: {row: S-1, label: Operator}
  legal: {row: S-1, label: Legal}
  money: {row: S-1, label: Money}
";

const CASE: &str = r#"kind: case
label: {one: Case, many: Cases}
seen_by: [legal]
title: '{{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
states:
  - {id: open, label: open}
  - {id: closed, label: closed}
actions:
  close:
    label: Close
    row: S-2
    from: [open]
    roles: [legal]
    policy: []
    nature: change
    effects:
      - set: {state: '"closed"'}
    will: [close it]
"#;

/// `account` is the money's; anybody may hold a parcel.
const PARCEL: &str = r#"kind: parcel
label: {one: Parcel, many: Parcels}
title: '{{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  account: {type: id, label: Account, seen_by: [money]}
  sha256: {type: id, label: Picture, optional: true, seen_by: [money]}
states:
  - {id: here, label: here}
  - {id: held, label: held}
actions:
  hold:
    label: Hold
    row: S-3
    from: [here]
    policy: []
    nature: change
    effects:
      - set: {state: '"held"'}
    will: [hold it]
"#;

const CASE_OPEN: &str = "id: case_open
row: S-4
label: A case is open
detail: 'Case {{ record.number }}'
severity: yellow
each: {kind: case, where: {state: open}}
when: record.number != \"\"
rule: while it is open
";

const PARCEL_HERE: &str = "id: parcel_here
row: S-5
label: A parcel is here
detail: 'Parcel {{ record.number }}'
severity: yellow
each: {kind: parcel, where: {state: here}}
when: record.number != \"\"
rule: while it is here
";

/// The pack; without `guarded` everybody sees everything.
fn pack(version: u32, guarded: bool) -> Bundle {
    let head = format!(
        "format: 1\nid: small\nversion: {version}\nname: Small\nzone: UTC\ncurrency: EUR\n\
         language: en\nqueues: []\n"
    );
    let open = |text: &str| {
        let text = text.replace("seen_by: [legal]\n", "");
        text.replace(", seen_by: [money]", "")
    };
    let text = |text: &str| if guarded { text.to_owned() } else { open(text) };
    let files = [
        ("pack.yaml", head),
        ("people.yaml", PEOPLE.to_owned()),
        ("records/case.yaml", text(CASE)),
        ("records/parcel.yaml", text(PARCEL)),
        ("alerts/case_open.yaml", CASE_OPEN.to_owned()),
        ("alerts/parcel_here.yaml", PARCEL_HERE.to_owned()),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text));
    Bundle::from_files(files.into()).unwrap()
}

async fn world() -> World {
    let world = World::of_pack(pack(1, true)).await;
    let records = json!([
        {"kind": "case", "id": "c", "body": {"number": "C-1", "state": "open"}},
        {"kind": "parcel", "id": "p", "body": {
            "number": "P-1", "account": "DE-7", "of_later": 1, "state": "here"}},
    ]);
    let answer = world.ingest(records).await;
    assert_eq!(answer["rejected"], json!([]));
    world
}

async fn reader(world: &World, name: &str, roles: &[&str]) -> String {
    issue(world.platform(), TENANT, name, roles, &[]).await
}

/// Bodies by kind and id, of the two kinds.
fn held(lines: &[Line]) -> BTreeMap<String, Value> {
    let all = lines.iter().filter_map(|line| match line {
        Line::Upsert { record, .. } if record.kind != "alert" => {
            let name = format!("{}/{}", record.kind, record.id);
            Some((name, Value::Object(record.body.clone())))
        }
        _ => None,
    });
    all.collect()
}

fn parcel(account: Option<&str>) -> Value {
    let mut body = json!({"number": "P-1", "of_later": 1, "state": "here"});
    if let Some(account) = account {
        body["account"] = account.into();
    }
    body
}

fn case() -> Value {
    json!({"number": "C-1", "state": "open"})
}

#[tokio::test]
async fn the_feed_has_for_each_reader_what_their_roles_see() {
    let world = world().await;
    let all = [
        (vec!["operator"], None, None),
        (vec!["nobody_names_it"], None, None),
        (vec!["legal"], Some(case()), None),
        (vec!["money", "operator"], None, Some("DE-7")),
        (vec!["legal", "money"], Some(case()), Some("DE-7")),
    ];
    for (number, (roles, seen, account)) in all.into_iter().enumerate() {
        let token = reader(&world, &format!("reader{number}"), &roles).await;
        let (lines, cursor) = world.pages(&token, None).await;
        let held = held(&lines);
        assert_eq!(held.get("case/c"), seen.as_ref(), "{roles:?}");
        assert_eq!(held["parcel/p"], parcel(account), "{roles:?}");
        // What changes from now on likewise.
        let (id, other) = (format!("c{number}"), format!("p{number}"));
        world
            .ingest(json!([
                {"kind": "case", "id": id, "body": case()},
                {"kind": "parcel", "id": other, "body": parcel(Some("DE-8"))},
            ]))
            .await;
        let (lines, cursor) = world.pages(&token, Some(&cursor)).await;
        let held = self::held(&lines);
        assert_eq!(held.get(&format!("case/{id}")), seen.as_ref(), "{roles:?}");
        let wanted = parcel(account.map(|_| "DE-8"));
        assert_eq!(held[&format!("parcel/{other}")], wanted, "{roles:?}");
        // What was never seen is removed without a word.
        world.remove("case", &id).await;
        let (lines, _) = world.pages(&token, Some(&cursor)).await;
        let told = short(&lines).contains(&format!("-case/{id}"));
        assert_eq!(told, seen.is_some(), "{roles:?}");
    }
}

#[tokio::test]
async fn small_pages_lose_nothing_between_what_is_not_seen() {
    let world = world().await;
    let (mut records, mut wanted) = (Vec::new(), Vec::new());
    for n in 0..7 {
        records.push(json!({"kind": "case", "id": format!("x{n}"), "body": case()}));
        records.push(json!({"kind": "parcel", "id": format!("x{n}"), "body": parcel(Some("DE"))}));
        wanted.push(format!("+parcel/x{n}"));
    }
    world.ingest(records.into()).await;
    let mut query = "?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page: Page = world.page(&world.token, &query).await;
        seen.extend(short(&page.lines));
        if !page.more {
            break;
        }
        query = format!("?limit=1&cursor={}", page.cursor);
    }
    seen.retain(|line| line.starts_with("+parcel/x"));
    seen.sort();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn other_roles_are_another_feed_for_those_whom_it_concerns() {
    let world = world().await;
    let platform = world.platform();
    let token = reader(&world, "nora", &["legal", "money"]).await;
    let (lines, cursor) = world.pages(&token, None).await;
    assert_eq!(held(&lines).len(), 2);
    // The roles are taken away.
    let roles = ["operator".to_owned()];
    platform
        .change_rights(TENANT, "nora", &roles, &[])
        .await
        .unwrap();
    let ask = world.request(Method::GET, &format!("/v1/changes?cursor={cursor}"), &token);
    assert_eq!(
        problem(ask).await,
        (StatusCode::GONE, "cursor.gone".to_owned())
    );
    let (lines, _) = world.pages(&token, None).await;
    let expected = BTreeMap::from([("parcel/p".to_owned(), parcel(None))]);
    assert_eq!(held(&lines), expected);
}

#[tokio::test]
async fn a_pack_that_hides_something_starts_a_snapshot_for_those_who_do_not_see_it() {
    let world = World::of_pack(pack(1, false)).await;
    world
        .ingest(json!([{"kind": "case", "id": "c", "body": case()}]))
        .await;
    let both = reader(&world, "both", &["legal", "money"]).await;
    let (lines, theirs) = world.pages(&world.token, None).await;
    assert_eq!(held(&lines).len(), 1, "nobody hides anything yet");
    let (_, of_both) = world.pages(&both, None).await;
    let newer = signed(pack(2, true));
    world.platform().publish(TENANT, &newer).await.unwrap();
    let path = |cursor: &str| format!("/v1/changes?cursor={cursor}");
    let gone = world.get(&path(&theirs));
    assert_eq!(problem(gone).await.0, StatusCode::GONE);
    assert!(held(&world.pages(&world.token, None).await.0).is_empty());
    // Whoever sees all goes on where they were.
    let goes_on = world.request(Method::GET, &path(&of_both), &both);
    assert_eq!(goes_on.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_operation_on_what_is_not_seen_finds_nothing_and_no_verdict_carries_it() {
    let world = world().await;
    let of = |kind: &str, id: &str, action: &str, author: &str| Operation {
        kind: kind.into(),
        author: author.into(),
        ..world.operation(id, action)
    };
    // A record that is there and one that never was are the same.
    let mut told = Vec::new();
    for id in ["c", "never"] {
        let verdict = world.submit(&of("case", id, "close", "kim")).await;
        assert_eq!(
            (verdict.word, &verdict.record),
            (VerdictWord::Conflict, &None)
        );
        let reason = verdict.reason.unwrap();
        told.push((reason.code, reason.detail));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].0, "record.gone");
    assert_eq!(world.body("case", "c").await["state"], "open");
    // Whoever sees it may.
    let legal = reader(&world, "lea", &["legal"]).await;
    let close = of("case", "c", "close", "lea");
    let verdict = world.submit_as(&legal, &[close]).await.remove(0);
    assert_eq!(verdict.word, VerdictWord::Confirmed);
    // A verdict carries what its reader sees of the record, when it is given and when it is read back.
    let stale = Operation {
        base_revision: Some(9),
        ..of("parcel", "p", "hold", "kim")
    };
    let verdict = world.submit(&stale).await;
    assert_eq!(verdict.word, VerdictWord::Conflict);
    let seen = Value::Object(verdict.record.unwrap().body);
    assert_eq!(seen, parcel(None));
    let again = world.verdict(stale.id).await.record.unwrap();
    assert!(!again.body.contains_key("account"));
    let verdict = world.submit(&of("parcel", "p", "hold", "kim")).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed);
    assert!(!verdict.record.unwrap().body.contains_key("account"));
    assert_eq!(
        world.body("parcel", "p").await["account"],
        "DE-7",
        "it is kept"
    );
}

#[tokio::test]
async fn a_document_is_served_to_whoever_sees_the_record_and_the_field_that_name_it() {
    let world = world().await;
    let (letter, picture) = (b"a letter".as_slice(), b"a picture".as_slice());
    let name = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    for bytes in [letter, picture] {
        let put = world.request(
            Method::PUT,
            &format!("/v1/blobs/{}", name(bytes)),
            &world.token,
        );
        let put = put.body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(put.status(), 201);
    }
    let body = |base: Value, name: &str, value: Value| {
        let mut body = base;
        body[name] = value;
        body
    };
    let file = json!({"sha256": name(letter)});
    world
        .ingest(json!([
            {"kind": "case", "id": "c", "body": body(case(), "file", file.clone())},
            {"kind": "parcel", "id": "p",
             "body": body(parcel(Some("DE")), "sha256", name(picture).into())},
        ]))
        .await;
    let legal = reader(&world, "lea", &["legal"]).await;
    let money = reader(&world, "max", &["money"]).await;
    let status = async |token: &str, bytes: &[u8]| {
        let path = format!("/v1/blobs/{}", name(bytes));
        let asked = world.request(Method::GET, &path, token).send().await;
        asked.unwrap().status().as_u16()
    };
    assert_eq!(status(&world.token, letter).await, 404);
    assert_eq!(status(&world.token, picture).await, 404);
    assert_eq!(status(&legal, letter).await, 200);
    assert_eq!(status(&legal, picture).await, 404);
    assert_eq!(status(&money, letter).await, 404);
    assert_eq!(status(&money, picture).await, 200);
    // A field that everybody sees names it too.
    let both = body(parcel(Some("DE")), "file", file);
    world
        .ingest(json!([{"kind": "parcel", "id": "p", "body": both}]))
        .await;
    assert_eq!(status(&world.token, letter).await, 200);
}

#[tokio::test]
async fn an_alert_is_for_those_who_see_what_its_rule_reads() {
    let world = world().await;
    let question = Question {
        text: "json_extract(body, '$.state') = ?".into(),
        params: vec!["firing".into()],
    };
    let mut alerts = Vec::new();
    for _ in 0..1500 {
        let store = &world.platform().store;
        alerts = store.records(TENANT, "alert", &question).await.unwrap();
        if alerts.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let of = |rule: &str| {
        let found = alerts.iter().find(|row| row.body["rule"] == rule);
        found.unwrap().id.clone()
    };
    let (case, parcel) = (of("case_open"), of("parcel_here"));
    let legal = reader(&world, "lea", &["legal"]).await;
    for (token, sees_case) in [(&world.token, false), (&legal, true)] {
        let seen = short(&world.pages(token, None).await.0);
        assert!(seen.contains(&format!("+alert/{parcel}")), "{seen:?}");
        assert_eq!(seen.contains(&format!("+alert/{case}")), sees_case);
    }
    // Nobody acknowledges what they do not see.
    let acknowledge = |author: &str| Operation {
        kind: "alert".into(),
        author: author.into(),
        base_revision: None,
        ..world.operation(&case, "acknowledge")
    };
    let verdict = world.submit(&acknowledge("kim")).await;
    assert_eq!(verdict.reason.unwrap().code, "record.gone");
    let theirs = acknowledge("lea");
    let verdict = world.submit_as(&legal, &[theirs]).await.remove(0);
    assert_eq!(verdict.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn a_hint_names_no_kind_that_its_reader_does_not_see() {
    let world = world().await;
    let mut stream = world.get("/v1/events").send().await.unwrap();
    world
        .ingest(json!([
            {"kind": "case", "id": "c2", "body": case()},
            {"kind": "parcel", "id": "p2", "body": parcel(Some("DE"))},
        ]))
        .await;
    let mut heard = String::new();
    while !heard.contains("parcel") {
        heard.push_str(&String::from_utf8_lossy(
            &stream.chunk().await.unwrap().unwrap(),
        ));
    }
    assert!(!heard.contains("\"case\""), "{heard}");
}

#[tokio::test]
async fn that_an_alert_is_gone_is_told_to_those_alone_who_saw_it() {
    let world = world().await;
    // Those that are over are left alone by whoever watches the rules.
    let alert = |rule: &str, note: &str| Write {
        kind: "alert".into(),
        id: format!("told-{rule}"),
        put: Some(Put {
            title: rule.to_owned(),
            body: json!({"rule": rule, "state": "resolved", "fingerprint": rule, "note": note})
                .as_object()
                .unwrap()
                .clone(),
            ..Put::default()
        }),
        version: None,
    };
    let store = &world.platform().store;
    let write = async |writes: &[Write]| {
        store.ingest(TENANT, noon(), writes).await.unwrap();
    };
    write(&[alert("case_open", ""), alert("parcel_here", "")]).await;
    let legal = reader(&world, "lea", &["legal"]).await;
    let (_, of_kim) = world.pages(&world.token, None).await;
    let (_, of_lea) = world.pages(&legal, None).await;
    // One that changed before it was removed, too.
    write(&[alert("case_open", "looked at")]).await;
    let gone = ["case_open", "parcel_here"].map(|rule| Write {
        put: None,
        ..alert(rule, "")
    });
    write(&gone).await;
    for (token, cursor, sees_case) in [(&world.token, of_kim, false), (&legal, of_lea, true)] {
        let told = short(&world.pages(token, Some(&cursor)).await.0);
        assert!(
            told.contains(&"-alert/told-parcel_here".to_owned()),
            "{told:?}"
        );
        let told_of_case = told.contains(&"-alert/told-case_open".to_owned());
        assert_eq!(told_of_case, sees_case, "{told:?}");
    }
}
