//! Wise pays out once, whatever is lost, late, bounced back, forgotten or killed.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use watchkeeper_platform::connectors::wise::Mode;
use watchkeeper_wire::operation::VerdictWord;

use super::{done, ended, operation, payout, sent, shop, stand_ins, transfers};
use crate::support::World;
use crate::waits::until;

/// Pays out while Wise is in a mood; the money must go once.
async fn paid_out_once_despite(mode: Mode, times: u32) {
    let world = shop().await;
    payout(&world, json!({})).await;
    stand_ins(&world).wise.misbehave(mode, times);
    let verdict = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(
        verdict.word,
        VerdictWord::Confirmed,
        "{mode:?}: {verdict:?}"
    );
    assert_eq!(world.body("payout", "p-1").await["state"], "paid");
    // Whatever else was paid for would have gone by then.
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!((sent(&world), transfers(&world).len()), (1, 1), "{mode:?}");
}

#[tokio::test]
async fn wise_that_does_not_answer_pays_once() {
    use Mode::{Late, MadeTimeout, TimeoutAfter, TimeoutBefore};
    for (mode, times) in [
        (MadeTimeout, 2),
        (TimeoutBefore, 2),
        (TimeoutAfter, 1),
        (Late, 1),
    ] {
        paid_out_once_despite(mode, times).await;
    }
}

#[tokio::test]
async fn wise_that_breaks_or_is_busy_pays_once() {
    use Mode::{Down, Error500After, RateLimit};
    for (mode, times) in [(Error500After, 1), (RateLimit, 2), (Down, 3)] {
        paid_out_once_despite(mode, times).await;
    }
}

#[tokio::test]
async fn fault_45_wise_that_forgets_whom_it_paid_pays_once_all_the_same() {
    let world = shop().await;
    payout(&world, json!({})).await;
    stand_ins(&world).wise.misbehave(Mode::TimeoutAfter, 1);
    let asked = operation(&world, ("payout", "p-1"), "send", json!({})).await;
    world.submit(&asked).await;
    let waits = |transfer: &Value| transfer["status"] == "incoming_payment_waiting";
    until("it is paid for", async || {
        !transfers(&world).iter().all(waits)
    })
    .await;
    let world = world.crash().await;
    stand_ins(&world)
        .wise
        .misbehave(Mode::ForgetKeys, 1_000_000);
    world.clock.advance(TimeDelta::hours(25));
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!((sent(&world), transfers(&world).len()), (1, 1));
}

/// As after a restore from a backup: what we remember is from before it went out.
#[tokio::test]
async fn what_went_out_under_its_reference_does_not_go_out_under_another_id() {
    let world = shop().await;
    payout(&world, json!({})).await;
    let verdict = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    payout(&world, json!({})).await;
    assert_eq!(world.body("payout", "p-1").await["state"], "ready");
    let verdict = done(&world, ("payout", "p-1"), "send", json!({})).await;
    assert_eq!(verdict.word, VerdictWord::Refused, "{verdict:?}");
    let reason = verdict.reason.unwrap();
    assert_eq!(reason.code, "provider.refused");
    assert!(reason.detail.contains("already"), "{}", reason.detail);
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!((sent(&world), transfers(&world).len()), (1, 1));
    assert_eq!(world.body("payout", "p-1").await["state"], "failed");
}

#[tokio::test]
async fn what_bounced_back_is_paid_or_failed_only_once_wise_says_which() {
    for (end, word, state) in [
        (Value::Null, VerdictWord::Confirmed, "paid"),
        (json!("cancelled"), VerdictWord::Refused, "failed"),
    ] {
        let world = shop().await;
        payout(&world, json!({})).await;
        stand_ins(&world).wise.misbehave(Mode::Bounces, 1);
        let asked = operation(&world, ("payout", "p-1"), "send", json!({})).await;
        world.submit(&asked).await;
        until("it is made", async || !transfers(&world).is_empty()).await;
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            world.clock.advance(TimeDelta::minutes(1));
            let verdict = world.verdict(asked.id).await;
            assert_eq!(verdict.word, VerdictWord::Accepted, "{verdict:?}");
        }
        assert_eq!(world.body("payout", "p-1").await["state"], "sent");
        let end = end.as_str();
        let ledger = &stand_ins(&world).ledger;
        let changed = ledger.transact(|tx| tx.execute("UPDATE transfer SET ended = ?", [end]));
        assert_eq!(changed.unwrap(), 1);
        assert_eq!(ended(&world, asked.id).await.word, word);
        assert_eq!(world.body("payout", "p-1").await["state"], state);
        assert_eq!(transfers(&world).len(), 1);
    }
}

/// Makes a transfer at the stand-in itself.
async fn transfer(world: &World, ours: &str) -> Value {
    let secret = stand_ins(world).ledger.secret().to_owned();
    let post = async |path: &str, body: Value| -> Value {
        let request = world.request(Method::POST, path, &secret).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    };
    let wanted = json!({"targetAmount": 5.5, "targetCurrency": "USD"});
    let quote = post("/provider/wise/v3/profiles/1/quotes", wanted).await;
    let wanted = json!({
        "targetAccount": 7100, "quoteUuid": quote["id"], "customerTransactionId": ours,
        "details": {"reference": "r"},
    });
    post("/provider/wise/v1/transfers", wanted).await
}

#[tokio::test]
async fn the_stand_in_makes_one_transfer_of_an_id_until_it_has_forgotten_it() {
    let world = World::without_a_pack().await;
    let first = transfer(&world, "a").await;
    assert_eq!(first["status"], "incoming_payment_waiting");
    assert_eq!(transfer(&world, "a").await, first);
    assert_ne!(transfer(&world, "b").await["id"], first["id"]);
    world.clock.advance(TimeDelta::hours(25));
    assert_ne!(transfer(&world, "a").await["id"], first["id"]);
    assert_eq!(transfers(&world).len(), 3);
    assert_eq!(sent(&world), 0, "nobody paid for them");
}
