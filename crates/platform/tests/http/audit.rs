//! Audit chains: delivered, checked, countersigned.

use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::json;
use uuid::Uuid;
use watchkeeper_model::audit::{Entry, Event};
use watchkeeper_wire::audit::SignedHead;

use crate::support::{World, problem};

fn chain(device: Uuid, after: Option<&Entry>, count: u64) -> Vec<Entry> {
    chain_of("kim", device, after, count)
}

fn chain_of(actor: &str, device: Uuid, after: Option<&Entry>, count: u64) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..count {
        let prev = entries.last().or(after).cloned();
        let event = Event::Retried {
            operation: Uuid::now_v7(),
        };
        let at = crate::support::noon();
        let entry = Entry::append(prev.as_ref(), at, actor, device, event, None).unwrap();
        entries.push(entry);
    }
    entries
}

async fn enrolled(world: &World) -> Uuid {
    let id = Uuid::now_v7();
    let device = json!({"id": id, "name": "laptop"});
    let answer = world.post("/v1/devices", &device).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    id
}

async fn deliver(world: &World, device: Uuid, entries: &[Entry]) -> SignedHead {
    let delivery = json!({"device": device, "entries": entries});
    let answer = world.post("/v1/audit", &delivery).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_chain_is_extended_and_its_head_countersigned() {
    let world = World::new().await;
    let device = enrolled(&world).await;
    let first = chain(device, None, 3);
    let head = deliver(&world, device, &first).await;
    assert_eq!((head.seq, &head.hash), (3, &first[2].hash));
    // The same again, with more behind it.
    let more = chain(device, first.last(), 2);
    let all: Vec<Entry> = first.iter().chain(&more).cloned().collect();
    let head = deliver(&world, device, &all[1..]).await;
    assert_eq!(head.seq, 5);
    assert_eq!(deliver(&world, device, &all).await, head);
    // The signature is over the other fields in canonical form, by the key of /v1/me.
    let me = world.me().await;
    let key = hex::decode(me["audit_key"].as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
    let mut fields = serde_json::to_value(&head).unwrap();
    fields.as_object_mut().unwrap().remove("signature");
    let bytes = serde_json_canonicalizer::to_vec(&fields).unwrap();
    let signature: [u8; 64] = hex::decode(&head.signature).unwrap().try_into().unwrap();
    key.verify_strict(&bytes, &Signature::from_bytes(&signature))
        .unwrap();
    // The key is the store's, so it survives a restart.
    let world = world.crash().await;
    let again = world.me().await;
    assert_eq!(again["audit_key"], me["audit_key"]);
}

#[tokio::test]
async fn fault_69_a_chain_that_does_not_extend_ours_is_refused() {
    let world = World::new().await;
    let device = enrolled(&world).await;
    let first = chain(device, None, 3);
    deliver(&world, device, &first).await;
    let refused = async |entries: &[Entry]| {
        let delivery = json!({"device": device, "entries": entries});
        problem(world.post("/v1/audit", &delivery)).await
    };
    let broken = (409.try_into().unwrap(), "audit.chain_broken".to_owned());
    // Written anew, with a gap, edited, of another device.
    assert_eq!(refused(&chain(device, None, 4)).await, broken);
    let more = chain(device, first.last(), 2);
    assert_eq!(refused(&more[1..]).await, broken);
    let mut edited = more.clone();
    edited[0].actor = "lee".into();
    assert_eq!(refused(&edited).await, broken);
    assert_eq!(refused(&chain(Uuid::now_v7(), None, 1)).await, broken);
    // In somebody else's name, though every hash holds.
    assert_eq!(
        refused(&chain_of("lee", device, first.last(), 1)).await,
        broken
    );
    // Nothing of it was kept.
    assert_eq!(deliver(&world, device, &more).await.seq, 5);
}

#[tokio::test]
async fn a_device_that_is_not_the_askers_has_no_chain_here() {
    let world = World::new().await;
    let unknown = Uuid::now_v7();
    let delivery = json!({"device": unknown, "entries": chain(unknown, None, 1)});
    assert_eq!(problem(world.post("/v1/audit", &delivery)).await.0, 404);
    let device = enrolled(&world).await;
    let delivery = json!({"device": device, "entries": chain(device, None, 1)});
    let other = world.request(reqwest::Method::POST, "/v1/audit", &world.admin);
    assert_eq!(problem(other.json(&delivery)).await.0, 404);
}
