//! Records from the platform's own systems.

use reqwest::Method;
use serde_json::json;

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
    let huge = world.request(Method::POST, "/v1/ingest", &world.admin);
    let huge = huge
        .header("Content-Type", "application/json")
        .body(vec![b' '; 33 << 20]);
    assert_eq!(problem(huge).await.1, "too_large");
}
