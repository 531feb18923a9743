//! fault_70: one tenant's token reaches nothing of another, endpoint by endpoint.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use watchkeeper_pack::Bundle;
use watchkeeper_wire::operation::VerdictWord;

use crate::support::{World, issue, pack_folder, problem, tenant};

#[tokio::test]
async fn fault_70_every_endpoint_with_ids_of_another_tenant_finds_nothing() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let operation = world.operation(&id, "escalate");
    world.submit(&operation).await;
    let device = Uuid::now_v7();
    let enrol = json!({"id": device, "name": "laptop"});
    world.post("/v1/devices", &enrol).send().await.unwrap();
    let sha256 = hex::encode(Sha256::digest(b"evidence"));
    let blob = format!("/v1/blobs/{sha256}");
    world
        .request(Method::PUT, &blob, &world.token)
        .body("evidence")
        .send()
        .await
        .unwrap();
    let body = json!({"file": {"sha256": sha256}});
    world
        .ingest(json!([{"kind": "evidence", "id": "e", "body": body}]))
        .await;
    assert_eq!(world.get(&blob).send().await.unwrap().status(), 200);

    let platform = world.platform();
    platform.found(&tenant("there"), None).await.unwrap();
    // The same operator id and every role: it is the tenant alone that differs.
    let roles = ["operator", "admin", "system"];
    let there = issue(platform, "there", "kim", &roles, &[]).await;
    let get = |path: &str| world.request(Method::GET, path, &there);

    let me: Value = get("/v1/me").send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&me["tenant"]["id"], &me["pack"]),
        (&json!("there"), &Value::Null)
    );
    let hash = Bundle::from_dir(&pack_folder()).unwrap().hash().to_owned();
    assert_eq!(problem(get(&format!("/v1/packs/{hash}"))).await.0, 404);
    assert_eq!(
        problem(get(&format!("/v1/operations/{}", operation.id)))
            .await
            .0,
        404
    );
    assert_eq!(problem(get(&blob)).await.0, 404);
    let (lines, _) = world.pages(&there, None).await;
    assert!(lines.is_empty(), "{lines:?}");
    let delivery = json!({"device": device, "entries": []});
    let audit = world
        .request(Method::POST, "/v1/audit", &there)
        .json(&delivery);
    assert_eq!(problem(audit).await.0, 404);
    // Acting on a record of the other tenant: there is none.
    let act = world.operation(&id, "escalate");
    let verdict = world.submit_as(&there, &[act]).await.remove(0);
    assert_eq!(verdict.word, VerdictWord::Conflict);
    assert_eq!(verdict.record, None);
    // Writing the same ids there changes nothing here.
    let mine = world.body("refund", &id).await;
    let overwrite = json!({
        "records": [{"kind": "refund", "id": id, "body": {"state": "x"}}],
        "removed": [{"kind": "charge", "id": "ch_1"}],
    });
    let ingest = world
        .request(Method::POST, "/v1/ingest", &there)
        .json(&overwrite);
    assert_eq!(ingest.send().await.unwrap().status(), 200);
    assert_eq!(world.body("refund", &id).await, mine);
    world.body("charge", "ch_1").await;
    // A device of the same id is another device there.
    let enrol = world
        .request(Method::POST, "/v1/devices", &there)
        .json(&enrol);
    assert_eq!(enrol.send().await.unwrap().status(), 204);
    // The same bytes are kept apart, so that a name tells nothing.
    let put = world.request(Method::PUT, &blob, &there).body("else");
    assert_eq!(problem(put).await.1, "blob.mismatch");
    // A stream hears nothing of the other tenant.
    let mut stream = get("/v1/events").send().await.unwrap();
    world
        .ingest(json!([{"kind": "oddity", "id": "o", "body": {}}]))
        .await;
    world
        .request(Method::POST, "/v1/ingest", &there)
        .json(&json!({"records": [{"kind": "own", "id": "o", "body": {}}]}))
        .send()
        .await
        .unwrap();
    let mut heard = String::new();
    while !heard.contains("\n\n") {
        heard.push_str(&String::from_utf8_lossy(
            &stream.chunk().await.unwrap().unwrap(),
        ));
    }
    assert!(
        heard.contains("own") && !heard.contains("oddity"),
        "{heard}"
    );
}
