//! Settings of a tenant: they come with the feed and change by operation.

use serde_json::{Map, Value, json};
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::support::{TENANT, World, issue};

/// Says a setting of the tenant, on its record as it was made.
fn say(world: &World, name: &str, value: &Value, revision: u64) -> Operation {
    let params = json!({"value": value.to_string(), "reason": "Agreed on Monday."});
    Operation {
        kind: "setting".into(),
        base_revision: Some(revision),
        params: params.as_object().unwrap().clone(),
        ..world.operation(name, "say")
    }
}

async fn in_force(world: &World) -> (u64, Map<String, Value>) {
    let me = world.me().await;
    let settings = me["settings"].as_object().unwrap().clone();
    (me["settings_version"].as_u64().unwrap(), settings)
}

async fn body(world: &World, name: &str) -> Map<String, Value> {
    let record = world.platform().store.record(TENANT, "setting", name).await;
    record.unwrap().unwrap().body
}

#[tokio::test]
async fn each_setting_of_the_pack_is_a_record_and_says_nothing_before_somebody_did() {
    let world = World::new().await;
    let said = body(&world, "contact_legal").await;
    assert_eq!(said["name"], "contact_legal");
    assert_eq!(said.get("value"), None);
    assert_eq!(in_force(&world).await.1, Map::new());
    // No system brings or removes one.
    let record = json!([{"kind": "setting", "id": "contact_legal", "body": {"value": "\"me\""}}]);
    let answer = world.ingest(record).await;
    assert_eq!(answer["accepted"], 0);
    assert_eq!(answer["rejected"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn one_that_may_says_a_setting_and_it_is_in_force_with_the_verdict() {
    let world = World::new().await;
    let (before, _) = in_force(&world).await;
    let legal = json!("legal@example.com");
    let operation = say(&world, "contact_legal", &legal, 1);
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Confirmed);
    let (after, said) = in_force(&world).await;
    assert_eq!(said["contact_legal"], legal);
    assert!(after > before);
    let record = body(&world, "contact_legal").await;
    assert_eq!(
        (&record["said_by"], &record["reason"]),
        (&json!("kim"), &json!("Agreed on Monday."))
    );
    // The same once more does nothing; another on what was seen before is a conflict.
    assert_eq!(world.submit(&operation).await.word, VerdictWord::Confirmed);
    assert_eq!(in_force(&world).await, (after, said.clone()));
    let other = say(&world, "contact_legal", &json!("other@example.com"), 1);
    assert_eq!(world.submit(&other).await.word, VerdictWord::Conflict);
    assert_eq!(in_force(&world).await, (after, said));
    // Taken back, nothing is said any more.
    let reason = json!({"reason": "They left."});
    let back = Operation {
        action: "unsay".into(),
        params: reason.as_object().unwrap().clone(),
        ..say(&world, "contact_legal", &legal, 2)
    };
    assert_eq!(world.submit(&back).await.word, VerdictWord::Confirmed);
    assert_eq!(in_force(&world).await.1, Map::new());
}

#[tokio::test]
async fn d_06_the_operator_says_no_policy_and_nobody_says_what_does_not_fit() {
    let world = World::new().await;
    let reading = json!("requested_at");
    let refused = world
        .submit(&say(&world, "refund_clock", &reading, 1))
        .await;
    assert_eq!(refused.reason.unwrap().code, "rights.missing_role");
    let product = issue(world.platform(), TENANT, "pia", &["product"], &[]).await;
    let say_as = async |value: Value| {
        let operation = Operation {
            author: "pia".into(),
            ..say(&world, "refund_clock", &value, 1)
        };
        let verdicts = world.submit_as(&product, &[operation]).await;
        verdicts.into_iter().next().unwrap()
    };
    let unfit = say_as(json!("whenever")).await;
    assert_eq!(unfit.reason.unwrap().code, "setting.unfit");
    assert_eq!(in_force(&world).await.1, Map::new());
    assert_eq!(say_as(reading.clone()).await.word, VerdictWord::Confirmed);
    assert_eq!(in_force(&world).await.1["refund_clock"], reading);
    // Decisions go by it at once: 100 hours after the purchase, one after the request.
    let id = world.refund(1, 100).await;
    let approve = world.operation(&id, "approve");
    assert_eq!(world.submit(&approve).await.word, VerdictWord::Accepted);
}

#[tokio::test]
async fn what_a_system_says_for_the_tenant_is_the_same_record() {
    let world = World::new().await;
    let said = json!({"contact_legal": "a@example.com", "price_cents": 2300});
    let said = said.as_object().unwrap();
    world.platform().say_settings(TENANT, said).await.unwrap();
    assert_eq!(in_force(&world).await.1, *said);
    assert_eq!(body(&world, "price_cents").await["value"], "2300");
    let back = json!({"price_cents": null});
    let back = back.as_object().unwrap();
    world.platform().say_settings(TENANT, back).await.unwrap();
    assert_eq!(
        in_force(&world).await.1,
        json!({"contact_legal": "a@example.com"})
            .as_object()
            .unwrap()
            .clone()
    );
}
