//! Records from the platform's own systems.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
