//! Records from the platform's own systems.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use watchkeeper_wire::operation::VerdictWord;

use crate::support::{World, problem};

#[tokio::test]
async fn records_are_made_canonical_and_bad_ones_named() {
    let world = World::new().await;
    let answer = world
        .ingest(json!([
            {"kind": "business", "id": "b", "body": {
                "name": "Good Paws", "council": "c", "email": "a@b.example", "verified": true,
                "listed_at": "2026-01-01T10:00:00+10:00", "state": "active", "extra": [1]}},
            {"kind": "business", "id": "bad", "body": {
                "name": 7, "council": "c", "email": "a@b.example", "verified": true,
                "listed_at": "2026-01-01T10:00:00Z", "state": "active"}},
            {"kind": "later", "id": "x", "body": {"anything": true}},
            {"kind": "a/b", "id": "x", "body": {}},
        ]))
        .await;
    assert_eq!(answer["accepted"], 2);
    assert_eq!(answer["rejected"][0]["id"], "bad");
    assert!(
        answer["rejected"][0]["problem"]
            .as_str()
            .unwrap()
            .contains("name")
    );
    assert_eq!(answer["rejected"][1]["kind"], "a/b");
    let body = world.body("business", "b").await;
    assert_eq!(body["listed_at"], "2026-01-01T00:00:00.000Z");
    assert_eq!(body["extra"], json!([1]));
    assert_eq!(world.body("later", "x").await["anything"], true);
}

#[tokio::test]
async fn fault_22_a_record_that_no_client_would_read_is_not_taken() {
    let world = World::new().await;
    let text = "x".repeat(8 << 20);
    let answer = world
        .ingest(json!([
            {"kind": "later", "id": "large", "body": {"text": text}},
            {"kind": "later", "id": "small", "body": {}},
        ]))
        .await;
    assert_eq!(answer["accepted"], 1);
    assert_eq!(answer["rejected"][0]["id"], "large");
}

/// What was done with each line of a request of records and removals.
async fn done(world: &World, records: Value, removed: Value) -> (Value, Value) {
    let body = json!({"records": records, "removed": removed});
    let request = world.request(Method::POST, "/v1/ingest", &world.admin);
    let answer = request.json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut answer: Value = answer.json().await.unwrap();
    let lines = answer["records"].as_array().unwrap().iter();
    let lines = lines.chain(answer["removed"].as_array().unwrap());
    let left = lines.filter(|line| ["older", "rejected"].contains(&line.as_str().unwrap()));
    let all = records.as_array().unwrap().len() + removed.as_array().unwrap().len();
    assert_eq!(answer["accepted"], all - left.count());
    (answer["records"].take(), answer["removed"].take())
}

fn council(version: u64, name: &str) -> Value {
    json!({"kind": "council", "id": "c", "body": {"name": name, "slots": 5}, "version": version})
}

#[tokio::test]
async fn each_line_is_told_what_was_done_and_an_older_one_stops_no_other() {
    let world = World::new().await;
    let (records, removed) = done(
        &world,
        json!([
            council(7, "North"),
            council(6, "South"),
            {"kind": "council", "id": "bad", "body": {"name": 7}, "version": 9},
            {"kind": "later", "id": "x", "body": {"n": 1}},
            {"kind": "later", "id": "y", "body": {}, "version": u64::MAX},
        ]),
        json!([{"kind": "later", "id": "never"}, {"kind": "control", "id": "frozen"}]),
    )
    .await;
    let told = json!(["new", "older", "rejected", "new", "rejected"]);
    assert_eq!((records, removed), (told, json!(["same", "rejected"])));
    assert_eq!(world.body("council", "c").await["name"], "North");
    // Sent late, sent again, said otherwise under one version, ended before it was so; and what is newer.
    for (records, removed, told, name) in [
        (json!([council(6, "South")]), json!([]), "older", "North"),
        (json!([council(7, "North")]), json!([]), "same", "North"),
        (json!([council(7, "South")]), json!([]), "older", "North"),
        (
            json!([]),
            json!([{"kind": "council", "id": "c", "version": 6}]),
            "older",
            "North",
        ),
        (json!([council(8, "West")]), json!([]), "changed", "West"),
    ] {
        let (records, removed) = done(&world, records, removed).await;
        let line = records.get(0).or_else(|| removed.get(0));
        assert_eq!(line, Some(&json!(told)), "{records} {removed}");
        assert_eq!(world.body("council", "c").await["name"], name);
    }
    let gone = json!([{"kind": "council", "id": "c", "version": 9}]);
    assert_eq!(done(&world, json!([]), gone).await.1, json!(["removed"]));
    let late = json!([council(8, "West")]);
    assert_eq!(done(&world, late, json!([])).await.0, json!(["older"]));
    let back = json!([council(10, "East")]);
    assert_eq!(done(&world, back, json!([])).await.0, json!(["new"]));
}

#[tokio::test]
async fn what_an_operator_did_in_between_stands_against_all_but_a_newer_line() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let body = world.body("refund", &id).await;
    let line =
        |version: u64| json!([{"kind": "refund", "id": id, "body": body, "version": version}]);
    assert_eq!(done(&world, line(5), json!([])).await.0, json!(["same"]));
    let verdict = world.submit(&world.operation(&id, "escalate")).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    for late in [4, 5] {
        assert_eq!(
            done(&world, line(late), json!([])).await.0,
            json!(["older"])
        );
        assert_eq!(world.body("refund", &id).await["state"], "escalated");
    }
    // Its own system has the last word.
    assert_eq!(done(&world, line(6), json!([])).await.0, json!(["changed"]));
    assert_eq!(world.body("refund", &id).await, body);
}

#[tokio::test]
async fn a_record_is_not_called_by_what_a_late_line_says_beside_it() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let mut business = world.body("business", "b").await;
    let mut named = |version: u64, name: &str| {
        business.insert("name".into(), json!(name));
        json!({"kind": "business", "id": "b", "body": business, "version": version})
    };
    let (now, before) = (named(7, "Now"), named(6, "Before"));
    let told = done(&world, json!([now]), json!([])).await.0;
    assert_eq!(told, json!(["changed"]));
    let mut refund = world.body("refund", &id).await;
    refund.insert("number".into(), json!("RF-9"));
    let refund = json!({"kind": "refund", "id": id, "body": refund, "version": 1});
    let told = done(&world, json!([before, refund]), json!([])).await.0;
    assert_eq!(told, json!(["older", "changed"]));
    let database = rusqlite::Connection::open(world.data.path().join("platform.db")).unwrap();
    let of = "SELECT title FROM record WHERE kind = 'refund' AND id = ?";
    let title = database.query_row(of, [&id], |row| row.get::<_, String>(0));
    assert_eq!(title.unwrap(), "Refund RF-9 · Now");
}

#[tokio::test]
async fn no_system_brings_or_removes_what_is_of_a_kind_of_the_engine() {
    let world = World::new().await;
    for kind in [
        "alert",
        "approval",
        "control",
        "delivery",
        "device",
        "follow_up",
        "handover",
        "incident",
        "note",
        "record",
        "run",
        "saved_view",
        "session",
        "setting",
    ] {
        let line = json!([{"kind": kind, "id": "x", "body": {}}]);
        let (records, removed) = done(&world, line, json!([{"kind": kind, "id": "x"}])).await;
        let refused = json!(["rejected"]);
        assert_eq!((&records, &removed), (&refused, &refused), "{kind}");
    }
}

#[tokio::test]
async fn only_systems_may_and_not_everything_at_once() {
    let world = World::new().await;
    let one = json!({"records": [{"kind": "later", "id": "x", "body": {}}]});
    assert_eq!(problem(world.post("/v1/ingest", &one)).await.1, "forbidden");
    let names: Vec<_> = (0..10_001)
        .map(|n| json!({"kind": "k", "id": format!("{n}")}))
        .collect();
    let many = world.request(Method::POST, "/v1/ingest", &world.admin);
    let many = many.json(&json!({"removed": names}));
    assert_eq!(problem(many).await.1, "too_large");
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_unread() {
    let world = World::new().await;
    let mut raw = tokio::net::TcpStream::connect(world.server.addr)
        .await
        .unwrap();
    let head = format!(
        "POST /v1/ingest HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        world.admin,
        33 << 20,
    );
    raw.write_all(head.as_bytes()).await.unwrap();
    let mut heard = String::new();
    while !heard.contains('}') {
        let mut bytes = [0; 4096];
        let read = raw.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{heard}");
        heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    assert!(heard.starts_with("HTTP/1.1 413"), "{heard}");
    assert!(heard.contains(r#""code":"too_large""#), "{heard}");
}
