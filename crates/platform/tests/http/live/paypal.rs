//! PayPal refunds once, whatever is lost, late, pending, refused, forgotten or killed.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use watchkeeper_platform::connectors::paypal::Mode;
use watchkeeper_platform::connectors::stand_in::PastRefund;
use watchkeeper_wire::operation::VerdictWord;

use super::{
    back, bought, bring, charge, code, done, ended, operation, paid, risky, shop, stand_ins, usd,
};
use crate::support::World;
use crate::waits::until;

fn declining() -> Value {
    json!({"reasoning": "A stolen card", "confirmed": true})
}

/// Declines a risky order while PayPal is in a mood; it must be paid back once.
async fn paid_back_once_despite(modes: &[(Mode, u32)]) {
    let world = shop().await;
    for (number, (mode, times)) in modes.iter().enumerate() {
        let id = risky(&world, &format!("CAP{number}")).await;
        stand_ins(&world).paypal.misbehave(*mode, *times);
        let verdict = done(&world, ("fraud_case", &id), "decline", declining()).await;
        assert_eq!(
            verdict.word,
            VerdictWord::Confirmed,
            "{mode:?}: {verdict:?}"
        );
        let refunds = back(&world);
        assert_eq!(refunds.len(), number + 1, "{mode:?}");
        let case = world.body("fraud_case", &id).await;
        assert_eq!(case["refund_reference"], refunds[number]["id"], "{mode:?}");
        assert_eq!(world.mails().len(), number + 1, "{mode:?}");
    }
}

#[tokio::test]
async fn paypal_that_does_not_answer_refunds_once() {
    use Mode::{Late, TimeoutAfter, TimeoutBefore};
    paid_back_once_despite(&[(TimeoutBefore, 2), (TimeoutAfter, 1), (Late, 1)]).await;
}

#[tokio::test]
async fn paypal_that_breaks_or_is_busy_refunds_once() {
    use Mode::{Down, Error500, Error500After, RateLimit};
    let modes = [(Error500, 2), (Error500After, 1), (RateLimit, 2), (Down, 3)];
    paid_back_once_despite(&modes).await;
}

#[tokio::test]
async fn fault_45_paypal_that_forgets_its_keys_refunds_once_all_the_same() {
    let world = shop().await;
    let id = risky(&world, "CAP1").await;
    stand_ins(&world).paypal.misbehave(Mode::TimeoutAfter, 1);
    let asked = operation(&world, ("fraud_case", &id), "decline", declining()).await;
    world.submit(&asked).await;
    until("it is refunded", async || !back(&world).is_empty()).await;
    // The platform is down for longer than PayPal remembers.
    let world = world.crash().await;
    stand_ins(&world)
        .paypal
        .misbehave(Mode::ForgetKeys, 1_000_000);
    world.clock.advance(TimeDelta::hours(25));
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(back(&world).len(), 1);
}

#[tokio::test]
async fn a_refund_that_is_pending_at_paypal_is_not_done_before_it_is_completed() {
    for (status, word) in [
        ("succeeded", VerdictWord::Confirmed),
        ("failed", VerdictWord::Refused),
    ] {
        let world = shop().await;
        let id = risky(&world, "CAP1").await;
        stand_ins(&world).paypal.misbehave(Mode::Pending, 1);
        let asked = operation(&world, ("fraud_case", &id), "decline", declining()).await;
        world.submit(&asked).await;
        until("it is refunded", async || !back(&world).is_empty()).await;
        for _ in 0..5 {
            world.clock.advance(TimeDelta::minutes(1));
            tokio::time::sleep(Duration::from_millis(100)).await;
            let verdict = world.verdict(asked.id).await;
            assert_eq!(verdict.word, VerdictWord::Accepted, "{verdict:?}");
        }
        assert!(world.mails().is_empty());
        let ledger = &stand_ins(&world).ledger;
        let changed = ledger.transact(|tx| tx.execute("UPDATE refund SET status = ?", [status]));
        assert_eq!(changed.unwrap(), 1);
        assert_eq!(ended(&world, asked.id).await.word, word);
        assert_eq!(back(&world).len(), 1);
    }
}

#[tokio::test]
async fn what_paypal_refuses_for_good_is_refused_and_says_why() {
    let world = shop().await;
    for (number, (amount, days_ago, refunded, why)) in [
        (10_000, 2, true, "CAPTURE_FULLY_REFUNDED"),
        (9_999, 2, false, "REFUND_AMOUNT_EXCEEDED"),
        (10_000, 181, false, "REFUND_TIME_LIMIT_EXCEEDED"),
        (0, 2, false, "INVALID_RESOURCE_ID"),
    ]
    .into_iter()
    .enumerate()
    {
        let capture = format!("CAP{number}");
        let id = risky(&world, &capture).await;
        let ledger = &stand_ins(&world).ledger;
        let before = paid(&world, &capture, amount, days_ago);
        ledger.forget(std::slice::from_ref(&before)).unwrap();
        if amount > 0 {
            ledger.charge(std::slice::from_ref(&before)).unwrap();
        }
        if refunded {
            let refund = PastRefund {
                id: "R-BEFORE".into(),
                created: before.created,
                of: before,
            };
            ledger.refund(&[refund]).unwrap();
        }
        let verdict = done(&world, ("fraud_case", &id), "decline", declining()).await;
        assert_eq!(verdict.word, VerdictWord::Refused, "{why}");
        assert_eq!(code(&verdict), "provider.refused");
        let case = world.body("fraud_case", &id).await;
        assert!(
            case["refund_error"].as_str().unwrap().contains(why),
            "{why}"
        );
        assert_eq!(case.get("refund_reference"), None);
    }
    assert!(world.mails().is_empty());
}

#[tokio::test]
async fn the_status_at_paypal_is_booked_and_what_it_does_not_know_is_said() {
    let world = shop().await;
    bought(&world, "o-1", "CAP1").await;
    let synced = done(&world, ("order", "o-1"), "sync_payment", json!({})).await;
    assert_eq!((synced.word, synced.reason), (VerdictWord::Confirmed, None));
    let order = world.body("order", "o-1").await;
    assert_eq!(order["paypal_status"], "COMPLETED");
    assert_eq!(order["state"], "paid", "its webhook never came");
    assert_eq!(order["refunded"], usd(0));
    let unknown = json!({
        "number": "o-2", "email": "pat@mail.example", "total": usd(100), "refunded": usd(0),
        "placed_at": "2026-11-18T15:00:00.000Z", "state": "placed",
    });
    bring(&world, "order", "o-2", unknown).await;
    let refused = done(&world, ("order", "o-2"), "sync_payment", json!({})).await;
    assert_eq!(code(&refused), "provider.refused");
    let order = world.body("order", "o-2").await;
    assert_eq!(order["state"], "placed");
    assert!(
        order["sync_error"]
            .as_str()
            .unwrap()
            .contains("no such payment")
    );
}

/// Asks the stand-in itself for money back.
async fn refund(world: &World, request_id: &str, value: &str) -> (StatusCode, Value) {
    let path = "/provider/paypal/v2/payments/captures/CAP1/refund";
    let secret = stand_ins(world).ledger.secret().to_owned();
    let amount = json!({"amount": {"value": value, "currency_code": "USD"}});
    let answer = world
        .request(Method::POST, path, &secret)
        .header("PayPal-Request-Id", request_id)
        .json(&amount)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_stand_in_replays_a_request_id_and_forgets_it_after_a_day() {
    let world = World::without_a_pack().await;
    charge(&world, "CAP1", 30_000, 2);
    let (status, first) = refund(&world, "k", "5.00").await;
    assert_eq!(status, StatusCode::CREATED);
    world.clock.advance(TimeDelta::hours(24));
    assert_eq!(refund(&world, "k", "5.00").await.1, first);
    world.clock.advance(TimeDelta::seconds(1));
    assert_ne!(refund(&world, "k", "5.00").await.1["id"], first["id"]);
    assert_eq!(back(&world).len(), 2);
    let (status, over) = refund(&world, "l", "290.01").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(over["details"][0]["issue"], "REFUND_AMOUNT_EXCEEDED");
    let stranger = world
        .get("/provider/paypal/v2/payments/captures/CAP1")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}
