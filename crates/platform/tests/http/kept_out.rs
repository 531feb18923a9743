//! A provider that does not let the platform in is told at once, once, and as long as somebody waits for it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use watchkeeper_platform::alerts::Evaluator;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_platform::store::RecordRow;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::alerts::{alerts, field, until};
use crate::approvals::{code, grant, world};
use crate::support::World;

const RULE: &str = "provider.keeps_out";

/// Grants another claim, of the same charge as `c1`.
async fn grant_another(world: &World, id: &str) -> Operation {
    let body = json!({"number": id, "amount": {"minor": 3_000, "currency": "GBP"},
                      "charge_id": "ch_1", "state": "open"});
    let answer = world
        .ingest(json!([{"kind": "claim", "id": id, "body": body}]))
        .await;
    assert_eq!(answer["rejected"], json!([]));
    Operation {
        record: id.into(),
        ..grant(world)
    }
}

/// Waits until that is the reason that an operation says.
async fn until_said(world: &World, id: Uuid, wanted: &str) -> Verdict {
    for _ in 0..1500 {
        let verdict = world.verdict(id).await;
        if code(&verdict) == wanted {
            return verdict;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {wanted}: {:?}", world.verdict(id).await);
}

/// Waits until the alert that fires says this.
async fn until_alert_says(world: &World, words: &str) -> RecordRow {
    for _ in 0..1500 {
        let alert = until(world, RULE, "firing").await;
        if field(&alert, "detail").contains(words) {
            return alert;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never {words}: {:?}", alerts(world, RULE).await);
}

/// Another look at all rules, by somebody who knows nothing yet.
async fn look_at_everything(world: &World) {
    let mut evaluator = Evaluator::new(Arc::clone(&world.server.platform));
    evaluator.step(world.clock.now()).await.unwrap();
}

#[tokio::test]
async fn calls_that_wait_for_a_key_are_one_red_alert_until_all_went_through() {
    let world = world(4_000).await;
    world.misbehave(Mode::Revoked, 1_000_000);
    let (first, second) = (grant(&world), grant_another(&world, "c2").await);
    let since = world.clock.now();
    for operation in [&first, &second] {
        world.submit(operation).await;
        let told = until_said(&world, operation.id, "provider.keeps_out").await;
        assert_eq!(told.word, VerdictWord::Accepted, "it was never sent");
        let words = told.reason.unwrap().detail;
        assert!(words.starts_with("Stripe does not let"), "{words}");
    }
    let alert = until_alert_says(&world, "2 effects wait").await;
    assert_eq!(field(&alert, "severity"), "red");
    assert!(field(&alert, "detail").starts_with("Stripe "));
    let holds = watchkeeper_pack::value::instant(field(&alert, "since"));
    assert_eq!(holds, Some(since));

    // It is not forgotten by who starts anew, and whatever else waits, or is tried again, is told by the same.
    let world = world.crash().await;
    world.misbehave(Mode::Revoked, 1_000_000);
    look_at_everything(&world).await;
    world.clock.advance(TimeDelta::seconds(6));
    let third = grant_another(&world, "c3").await;
    world.submit(&third).await;
    until_said(&world, third.id, "provider.keeps_out").await;
    until_alert_says(&world, "3 effects wait").await;
    let all = alerts(&world, RULE).await;
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].id.as_str(), field(&all[0], "state")),
        (alert.id.as_str(), "firing")
    );
    assert_eq!(field(&all[0], "since"), field(&alert, "since"));

    world.misbehave(Mode::None, 0);
    for operation in [&first, &second, &third] {
        world.until_after_waits(operation.id).await;
    }
    let over = until(&world, RULE, "resolved").await;
    assert_eq!(over.id, alert.id);
    assert_eq!(alerts(&world, RULE).await.len(), 1);
    assert_eq!(world.refunds().len(), 3);
}

#[tokio::test]
async fn a_right_that_a_key_lacks_is_told_when_it_is_sent_and_ends_with_its_time() {
    let world = world(4_000).await;
    world.misbehave(Mode::Forbid, 1_000_000);
    let operation = grant(&world);
    world.submit(&operation).await;
    until_said(&world, operation.id, "provider.keeps_out").await;
    let alert = until_alert_says(&world, "1 effect waits").await;
    // Nothing waits for it any more.
    world.clock.advance(TimeDelta::hours(25));
    world.until(operation.id, VerdictWord::Lapsed).await;
    assert_eq!(until(&world, RULE, "resolved").await.id, alert.id);
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn a_provider_that_breaks_is_not_told_as_one_that_keeps_out() {
    let world = world(4_000).await;
    world.misbehave(Mode::Error500, 1);
    let operation = grant(&world);
    world.submit(&operation).await;
    let told = until_said(&world, operation.id, "provider.ambiguous").await;
    assert_eq!(told.word, VerdictWord::Unknown);
    look_at_everything(&world).await;
    assert!(alerts(&world, RULE).await.is_empty());
}

#[tokio::test]
async fn what_breaks_after_it_kept_out_is_in_doubt_and_no_alert_any_more() {
    let world = world(4_000).await;
    world.misbehave(Mode::Forbid, 1_000_000);
    let operation = grant(&world);
    world.submit(&operation).await;
    let alert = until_alert_says(&world, "1 effect waits").await;
    world.misbehave(Mode::Error500, 1);
    let told = until_said(&world, operation.id, "provider.ambiguous").await;
    assert_eq!(told.word, VerdictWord::Unknown);
    assert_eq!(until(&world, RULE, "resolved").await.id, alert.id);
}

#[tokio::test]
async fn what_a_provider_has_taken_is_in_doubt_while_it_keeps_out_and_is_looked_at_until_it_is_done()
 {
    let world = world(4_000).await;
    world.misbehave(Mode::Pending, 1);
    let operation = grant(&world);
    world.submit(&operation).await;
    while world.refunds().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.misbehave(Mode::Revoked, 1_000_000);
    while code(&world.verdict(operation.id).await) != "provider.keeps_out" {
        world.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = world.verdict(operation.id).await;
    assert_eq!(told.word, VerdictWord::Unknown);
    let words = told.reason.unwrap().detail;
    assert!(words.contains("Nobody knows yet"), "{words}");
    assert_eq!(world.refunds().len(), 1);
}
