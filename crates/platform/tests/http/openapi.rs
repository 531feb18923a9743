//! The committed OpenAPI document is the one that is served.

use serde_json::Value;

use crate::support::World;

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let served = watchkeeper_platform::openapi::text();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, served).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == served,
        "docs/openapi.json is not current: run the tests with UPDATE_OPENAPI=1"
    );
    let world = World::new().await;
    let url = format!("{}/v1/openapi.json", world.server.url());
    assert_eq!(
        world
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        served
    );
}

#[tokio::test]
async fn every_path_of_it_answers() {
    let document: Value = serde_json::from_str(watchkeeper_platform::openapi::text()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let world = World::new().await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let url = format!("{}{}", world.server.url(), path.replace(['{', '}'], "0"));
            let method: reqwest::Method = method.to_uppercase().parse().unwrap();
            let answer = world.http.request(method, url).send().await.unwrap();
            let expected = if path == "/v1/openapi.json" { 200 } else { 401 };
            assert_eq!(answer.status(), expected, "{path}");
        }
    }
}
