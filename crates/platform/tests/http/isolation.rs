//! fault_70: one tenant's token reaches nothing of another, endpoint by endpoint; and nobody's reaches
//! what lies in a region that is not theirs.

use std::collections::BTreeSet;

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
    assert_eq!(me["operators"], json!([{"id": "kim", "name": "KIM"}]));
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

/// What a stranger gets out of an endpoint with ids that exist for somebody else.
enum Probe {
    /// 404 for each of these requests.
    NotFound(Vec<reqwest::RequestBuilder>),
    /// Another test of this file looks at it, or it has no ids.
    Elsewhere,
}

/// Every endpoint that the document has must stand here: a new one cannot be forgotten.
#[tokio::test]
async fn fault_70_every_endpoint_of_the_document_answers_404_to_a_stranger() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let mut body = world.body("refund", &id).await;
    body.insert("region".into(), json!("south"));
    let sha256 = hex::encode(Sha256::digest(b"evidence"));
    world
        .request(Method::PUT, &format!("/v1/blobs/{sha256}"), &world.token)
        .body("evidence")
        .send()
        .await
        .unwrap();
    let evidence = json!({"file": {"sha256": sha256}, "region": "south"});
    world
        .ingest(json!([
            {"kind": "refund", "id": id, "body": body},
            {"kind": "evidence", "id": "e", "body": evidence},
        ]))
        .await;
    let operation = watchkeeper_wire::operation::Operation {
        base_revision: Some(2),
        ..world.operation(&id, "escalate")
    };
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Confirmed);
    let device = Uuid::now_v7();
    let enrol = json!({"id": device, "name": "laptop"});
    world.post("/v1/devices", &enrol).send().await.unwrap();
    let platform = world.platform();
    platform.found(&tenant("there"), None).await.unwrap();
    let hash = Bundle::from_dir(&pack_folder()).unwrap().hash().to_owned();
    let strangers = [
        // Of another tenant, with every role and the same name.
        (
            true,
            issue(
                platform,
                "there",
                "kim",
                &["admin", "system", "operator"],
                &[],
            )
            .await,
        ),
        // Of another region.
        (
            false,
            issue(
                platform,
                crate::support::TENANT,
                "nora",
                &["operator"],
                &["north"],
            )
            .await,
        ),
    ];
    for (other_tenant, stranger) in &strangers {
        let ask = |method, path: &str| world.request(method, path, stranger);
        let document: Value = serde_json::from_str(watchkeeper_platform::openapi::text()).unwrap();
        let mut met = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let endpoint = format!("{} {path}", method.to_uppercase());
                let probe = match endpoint.as_str() {
                    "GET /v1/operations/{id}" => {
                        let path = format!("/v1/operations/{}", operation.id);
                        Probe::NotFound(vec![ask(Method::GET, &path)])
                    }
                    "GET /v1/records/{kind}/{id}/history" => {
                        let path = format!("/v1/records/refund/{id}/history");
                        Probe::NotFound(vec![ask(Method::GET, &path)])
                    }
                    "GET /v1/blobs/{sha256}" => {
                        let path = format!("/v1/blobs/{sha256}");
                        let part = ask(Method::GET, &path).header("range", "bytes=0-1");
                        Probe::NotFound(vec![ask(Method::GET, &path), part])
                    }
                    // A pack is the whole tenant's.
                    "GET /v1/packs/{hash}" if !other_tenant => Probe::Elsewhere,
                    "GET /v1/packs/{hash}" => {
                        Probe::NotFound(vec![ask(Method::GET, &format!("/v1/packs/{hash}"))])
                    }
                    "POST /v1/audit" => {
                        let delivery = json!({"device": device, "entries": []});
                        Probe::NotFound(vec![ask(Method::POST, "/v1/audit").json(&delivery)])
                    }
                    "GET /v1/me"
                    | "GET /v1/openapi.json"
                    | "GET /v1/changes"
                    | "GET /v1/events"
                    | "POST /v1/operations"
                    | "POST /v1/devices"
                    | "POST /v1/ingest"
                    | "POST /v1/ingest/csv"
                    | "GET /v1/digest"
                    | "PUT /v1/blobs/{sha256}" => Probe::Elsewhere,
                    new => panic!("{new} has no probe: say what a stranger gets out of it"),
                };
                if let Probe::NotFound(requests) = probe {
                    for request in requests {
                        assert_eq!(problem(request).await.0, 404, "{endpoint}");
                    }
                }
                met.insert(endpoint);
            }
        }
        assert!(met.len() >= 12, "{met:?}");
    }
}

#[tokio::test]
async fn fault_70_nothing_of_another_region_is_read_decided_or_written() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let mut body = world.body("refund", &id).await;
    body.insert("region".into(), json!("south"));
    world
        .ingest(json!([{"kind": "refund", "id": id, "body": body}]))
        .await;
    let platform = world.platform();
    let here = crate::support::TENANT;
    let north = issue(platform, here, "nora", &["operator", "system"], &["north"]).await;
    // The feed.
    let (lines, _) = world.pages(&north, None).await;
    let lines = crate::support::short(&lines);
    assert!(!lines.contains(&format!("+refund/{id}")), "{lines:?}");
    // Operations.
    let act = watchkeeper_wire::operation::Operation {
        author: "nora".into(),
        base_revision: Some(2),
        ..world.operation(&id, "escalate")
    };
    let verdict = world.submit_as(&north, &[act]).await.remove(0);
    assert_eq!(verdict.reason.unwrap().code, "record.gone");
    assert_eq!(verdict.record, None);
    // A system of the north neither writes over it, nor removes it, nor puts anything there.
    let brought = json!({
        "records": [
            {"kind": "refund", "id": id, "body": {"state": "x"}},
            {"kind": "oddity", "id": "new", "body": {"region": "south"}},
            {"kind": "oddity", "id": "own", "body": {"region": "north"}},
        ],
        "removed": [{"kind": "refund", "id": id}],
    });
    let answer = world
        .request(Method::POST, "/v1/ingest", &north)
        .json(&brought)
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    // What it does not see is gone already.
    assert_eq!(answer["accepted"], 2);
    assert_eq!(answer["rejected"].as_array().unwrap().len(), 2);
    assert_eq!(answer["records"], json!(["rejected", "rejected", "new"]));
    assert_eq!(answer["removed"], json!(["same"]));
    assert_eq!(world.body("refund", &id).await, body);
    let store = &platform.store;
    assert!(store.record(here, "oddity", "own").await.unwrap().is_some());
    assert_eq!(store.record(here, "oddity", "new").await.unwrap(), None);
    // The devices of others are theirs.
    let device = Uuid::now_v7();
    let enrol = json!({"id": device, "name": "laptop"});
    world.post("/v1/devices", &enrol).send().await.unwrap();
    let theft = world
        .request(Method::POST, "/v1/devices", &north)
        .json(&enrol);
    assert_eq!(problem(theft).await.0, 403);
}
