//! What one token may take up, and what it is told.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Method, Response};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_platform::hints::MAX_STREAMS;
use watchkeeper_platform::random::Random;
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::support::{Counting, TENANT, World, issue, problem};

/// The next piece of a stream; none at its end.
async fn heard(stream: &mut Response) -> Option<String> {
    let next = tokio::time::timeout(Duration::from_secs(30), stream.chunk()).await;
    let bytes = next.expect("the stream neither speaks nor ends").unwrap()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn fault_46_an_operation_made_on_somebody_elses_laptop_is_refused_and_not_kept() {
    let world = World::new().await;
    let id = world.refund(1, 90).await;
    let device = Uuid::now_v7();
    let enrol = json!({"id": device, "name": "laptop"});
    world
        .request(Method::POST, "/v1/devices", &world.admin)
        .json(&enrol)
        .send()
        .await
        .unwrap();
    let operation = Operation {
        device,
        ..world.operation(&id, "escalate")
    };
    let verdict = world.submit(&operation).await;
    assert_eq!(verdict.word, VerdictWord::Refused);
    assert_eq!(verdict.reason.unwrap().code, "operation.device_mismatch");
    assert_eq!(world.body("refund", &id).await["state"], "requested");
    let read_back = world.get(&format!("/v1/operations/{}", operation.id));
    assert_eq!(problem(read_back).await.0, 404);
    // On a laptop of their own, enrolled or not yet, it is carried out.
    let own = Operation {
        device: Uuid::now_v7(),
        ..operation
    };
    assert_eq!(world.submit(&own).await.word, VerdictWord::Confirmed);
}

#[tokio::test]
async fn a_token_has_so_many_streams_and_one_more_ends_its_oldest() {
    let world = World::new().await;
    let mut streams = Vec::new();
    for _ in 0..=MAX_STREAMS {
        streams.push(world.get("/v1/events").send().await.unwrap());
    }
    // Somebody else's stream takes no place of theirs.
    let mut other = world
        .request(Method::GET, "/v1/events", &world.admin)
        .send()
        .await
        .unwrap();
    assert_eq!(heard(&mut streams.remove(0)).await, None);
    world
        .ingest(json!([{"kind": "oddity", "id": "o", "body": {}}]))
        .await;
    for stream in streams.iter_mut().chain([&mut other]) {
        assert!(heard(stream).await.unwrap().contains("oddity"));
    }
    // Places come back.
    drop(streams);
    let mut again = world.get("/v1/events").send().await.unwrap();
    world
        .ingest(json!([{"kind": "other", "id": "o", "body": {}}]))
        .await;
    assert!(heard(&mut again).await.unwrap().contains("other"));
}

#[tokio::test]
async fn fault_70_a_hint_names_only_kinds_that_its_reader_may_see() {
    let world = World::new().await;
    let north = issue(world.platform(), TENANT, "nora", &["operator"], &["north"]).await;
    let ask = |last: Option<&str>| {
        let request = world.request(Method::GET, "/v1/events", &north);
        match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        }
    };
    let mut stream = ask(None).send().await.unwrap();
    let record =
        |kind: &str, region: &str| json!([{"kind": kind, "id": "x", "body": {"region": region}}]);
    world.ingest(record("secret", "south")).await;
    // What is decided on such a record is no hint for them either.
    let id = world.refund(1, 90).await;
    world.submit(&world.operation(&id, "escalate")).await;
    world.ingest(record("known", "north")).await;
    let mut text = String::new();
    while !text.contains("known") {
        text.push_str(&heard(&mut stream).await.unwrap());
    }
    assert!(!text.contains("secret"), "{text}");
    let missed = heard(&mut ask(Some("0")).send().await.unwrap()).await;
    let missed = missed.unwrap();
    assert!(
        missed.contains("known") && !missed.contains("secret"),
        "{missed}"
    );
    // It left their region: that they may know.
    world.ingest(record("known", "south")).await;
    assert!(heard(&mut stream).await.unwrap().contains("known"));
}

#[tokio::test]
async fn a_tenant_keeps_so_many_bytes_of_documents_and_no_more() {
    let world = World::with(|options| options.blob_quota = 1_000).await;
    let put = |bytes: Vec<u8>| {
        let name = hex::encode(Sha256::digest(&bytes));
        let request = world.request(Method::PUT, &format!("/v1/blobs/{name}"), &world.token);
        request.body(bytes)
    };
    assert_eq!(put(vec![b'a'; 600]).send().await.unwrap().status(), 201);
    let (status, code) = problem(put(vec![b'b'; 600])).await;
    assert_eq!((status.as_u16(), code.as_str()), (507, "quota"));
    // Nothing of what was turned away takes room, and what is there is there again at no cost.
    assert_eq!(put(vec![b'a'; 600]).send().await.unwrap().status(), 201);
    assert_eq!(put(vec![b'c'; 400]).send().await.unwrap().status(), 201);
    assert_eq!(problem(put(vec![b'd'; 1])).await.1, "quota");
    // It is counted anew after a restart.
    let world = world.crash().await;
    let name = hex::encode(Sha256::digest(b"e"));
    let request = world.request(Method::PUT, &format!("/v1/blobs/{name}"), &world.token);
    assert_eq!(problem(request.body("e")).await.1, "quota");
}

#[tokio::test]
async fn x_43_a_call_that_was_never_sent_lapses_while_the_provider_does_not_answer_at_all() {
    let world = World::new().await;
    let id = world.refund(1, 71).await;
    world.misbehave(Mode::Down, 1_000_000);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.clock.advance(TimeDelta::hours(2));
    let ended = world.until(operation.id, VerdictWord::Lapsed).await;
    assert_eq!(ended.reason.unwrap().code, "operation.lapsed");
    assert!(world.refunds().is_empty());
}

/// Puts everything off as long as it may be.
#[derive(Default)]
struct Late(Counting);

impl Random for Late {
    fn bytes(&self) -> [u8; 32] {
        self.0.bytes()
    }

    fn unit(&self) -> f64 {
        0.99
    }
}

#[tokio::test]
async fn a_call_that_may_have_been_sent_does_not_lapse_before_the_provider_was_asked() {
    // What is put off waits for the clock.
    let world = World::with(|options| options.random = Arc::new(Late::default())).await;
    let id = world.refund(1, 71).await;
    world.misbehave(Mode::TimeoutAfter, 1);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.until(operation.id, VerdictWord::Unknown).await;
    world.misbehave(Mode::Down, 1);
    world.clock.advance(TimeDelta::hours(2));
    let store = &world.platform().store;
    let stands = || async {
        let stand_ins = world.platform().stand_ins.as_ref().unwrap();
        !stand_ins.stripe.is_down()
    };
    while !stands().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let calls = store.calls_of(TENANT, operation.id).await.unwrap();
    assert_eq!(calls[0].attempts, 1);
    // What is put off from now on waits as well.
    world.until_after_waits(operation.id).await;
    let ended = world.verdict(operation.id).await;
    assert_eq!(ended.record.unwrap().body["state"], "refunded");
    assert_eq!(world.refunds().len(), 1);
}
