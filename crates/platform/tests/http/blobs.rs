//! Documents by hash.

use reqwest::{Method, Response};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{TENANT, World, issue, problem};

fn name(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn put(world: &World, sha256: &str, range: Option<&str>, bytes: &[u8]) -> Response {
    let mut request = world.request(Method::PUT, &format!("/v1/blobs/{sha256}"), &world.token);
    if let Some(range) = range {
        request = request.header("Content-Range", range);
    }
    request.body(bytes.to_vec()).send().await.unwrap()
}

#[tokio::test]
async fn a_blob_is_served_to_whoever_sees_a_record_that_names_it() {
    let world = World::new().await;
    let bytes = b"%PDF-1.7 proof of delivery".as_slice();
    let sha256 = name(bytes);
    let path = format!("/v1/blobs/{sha256}");
    assert_eq!(put(&world, &sha256, None, bytes).await.status(), 201);
    assert_eq!(put(&world, &sha256, None, bytes).await.status(), 201);
    assert_eq!(problem(world.get(&path)).await.0, 404);
    let file = json!({"sha256": sha256, "name": "proof.pdf"});
    let body = json!({"region": "south", "files": [file]});
    world
        .ingest(json!([{"kind": "evidence", "id": "e", "body": body}]))
        .await;
    let whole = world.get(&path).send().await.unwrap();
    assert_eq!(whole.status(), 200);
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    let north = issue(world.platform(), TENANT, "nora", &["operator"], &["north"]).await;
    assert_eq!(
        problem(world.request(Method::GET, &path, &north)).await.0,
        404
    );
    // The last record that names it goes, and so does the right to read it.
    world.remove("evidence", "e").await;
    assert_eq!(problem(world.get(&path)).await.0, 404);
}

#[tokio::test]
async fn a_record_that_is_a_file_names_it_with_its_own_hash() {
    let world = World::new().await;
    let bytes = b"Date: Fri, 20 Nov 2026 09:00:00 -0500".as_slice();
    let sha256 = name(bytes);
    let path = format!("/v1/blobs/{sha256}");
    put(&world, &sha256, None, bytes).await;
    assert_eq!(problem(world.get(&path)).await.0, 404);
    let body = json!({"sha256": sha256, "name": "mail.eml"});
    world
        .ingest(json!([{"kind": "evidence", "id": "e", "body": body}]))
        .await;
    let whole = world.get(&path).send().await.unwrap();
    assert_eq!(whole.bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn a_part_of_a_blob_is_served() {
    let world = World::new().await;
    let bytes: Vec<u8> = (0..200).collect();
    let sha256 = name(&bytes);
    put(&world, &sha256, None, &bytes).await;
    let body = json!({"file": {"sha256": sha256}});
    world
        .ingest(json!([{"kind": "evidence", "id": "e", "body": body}]))
        .await;
    let path = format!("/v1/blobs/{sha256}");
    let part = world
        .get(&path)
        .header("Range", "bytes=100-")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 100-199/200");
    assert_eq!(part.bytes().await.unwrap(), bytes[100..]);
    let outside = world
        .get(&path)
        .header("Range", "bytes=200-")
        .send()
        .await
        .unwrap();
    assert_eq!(outside.status(), 416);
    assert_eq!(outside.headers()["content-range"], "bytes */200");
}

#[tokio::test]
async fn a_blob_comes_in_parts_and_goes_on_where_it_stopped() {
    let world = World::new().await;
    let bytes: Vec<u8> = (0..250).collect();
    let sha256 = name(&bytes);
    let first = put(&world, &sha256, Some("bytes 0-99/250"), &bytes[..100]).await;
    assert_eq!(first.status(), 202);
    assert_eq!(first.headers()["range"], "bytes=0-99");
    let wrong = put(&world, &sha256, Some("bytes 150-249/250"), &bytes[150..]).await;
    assert_eq!(wrong.status(), 409);
    assert_eq!(wrong.headers()["range"], "bytes=0-99");
    let world = world.crash().await;
    let rest = put(&world, &sha256, Some("bytes 100-249/250"), &bytes[100..]).await;
    assert_eq!(rest.status(), 201);
}

#[tokio::test]
async fn bytes_that_are_not_what_they_say_never_become_a_blob() {
    let world = World::new().await;
    let sha256 = name(b"true");
    let answer = put(&world, &sha256, None, b"false").await;
    assert_eq!(answer.status(), 422);
    let body = json!({"file": {"sha256": sha256}});
    world
        .ingest(json!([{"kind": "evidence", "id": "e", "body": body}]))
        .await;
    let path = format!("/v1/blobs/{sha256}");
    assert_eq!(problem(world.get(&path)).await.0, 404);
    assert_eq!(put(&world, &sha256, None, b"true").await.status(), 201);
    assert_eq!(world.get(&path).send().await.unwrap().status(), 200);
    let odd_name = put(&world, "..%2Fplatform.db", None, b"x").await;
    assert_eq!(odd_name.status(), 404);
    let too_large = put(
        &world,
        &sha256.replace('a', "b"),
        Some("bytes 0-3/999999999999"),
        b"true",
    )
    .await;
    assert_eq!(too_large.status(), 413);
}
