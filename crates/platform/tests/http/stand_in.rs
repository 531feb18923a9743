//! The stand-ins keep the published rules, so that what is tested against them means something; and
//! they are steered by an admin only.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use watchkeeper_platform::connectors::mood::Mode;

use crate::support::{World, problem};

async fn refund(world: &World, key: &str, amount: &str) -> (StatusCode, Value) {
    let stand_ins = world.platform().stand_ins.as_ref().unwrap();
    let answer = world
        .http
        .post(format!("{}/provider/stripe/v1/refunds", world.server.url()))
        .bearer_auth(stand_ins.ledger.secret())
        .header("Idempotency-Key", key)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("charge=ch_1&amount={amount}"))
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn keys_are_replayed_with_the_same_parameters_only() {
    let world = World::new().await;
    world.refund(1, 5).await;
    let (_, first) = refund(&world, "k", "500").await;
    let (status, again) = refund(&world, "k", "500").await;
    assert_eq!((status.as_u16(), &again), (200, &first));
    let (status, other) = refund(&world, "k", "600").await;
    assert_eq!(status, 400);
    assert_eq!(other["error"]["code"], "idempotency_key_in_use");
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn an_answer_500_is_replayed_too() {
    let world = World::new().await;
    world.refund(1, 5).await;
    world.misbehave(Mode::Error500, 1);
    assert_eq!(refund(&world, "k", "500").await.0, 500);
    assert_eq!(refund(&world, "k", "500").await.0, 500);
    assert_eq!(refund(&world, "l", "500").await.0, 200);
}

#[tokio::test]
async fn a_forgotten_key_makes_a_second_refund() {
    let world = World::new().await;
    world.refund(1, 5).await;
    refund(&world, "k", "500").await;
    world.misbehave(Mode::ForgetKeys, 1);
    refund(&world, "k", "500").await;
    assert_eq!(world.refunds().len(), 2);
}

#[tokio::test]
async fn never_above_the_charge() {
    let world = World::new().await;
    world.refund(1, 5).await;
    let (_, over) = refund(&world, "a", "6601").await;
    assert_eq!(over["error"]["code"], "amount_too_large");
    assert_eq!(refund(&world, "b", "6600").await.0, 200);
    let (_, again) = refund(&world, "c", "1").await;
    assert_eq!(again["error"]["code"], "charge_already_refunded");
}

#[tokio::test]
async fn what_a_refund_that_came_to_nothing_was_of_is_left_again() {
    let world = World::new().await;
    world.refund(1, 5).await;
    let stand_ins = world.platform().stand_ins.as_ref().unwrap();
    let gone_back = async || {
        let url = format!("{}/provider/stripe/v1/charges/ch_1", world.server.url());
        let asked = world.http.get(url).bearer_auth(stand_ins.ledger.secret());
        let charge: Value = asked.send().await.unwrap().json().await.unwrap();
        charge["amount_refunded"].clone()
    };
    for (key, status, back) in [
        ("a", "failed", 0),
        ("b", "canceled", 0),
        ("c", "pending", 6_600),
    ] {
        assert_eq!(refund(&world, key, "6600").await.0, 200, "{key}");
        assert_eq!(gone_back().await, 6_600);
        let newest = "UPDATE refund SET status = ? WHERE place = (SELECT max(place) FROM refund)";
        let ends = stand_ins.ledger.transact(|tx| tx.execute(newest, [status]));
        assert_eq!(ends.unwrap(), 1);
        assert_eq!(gone_back().await, back, "{status}");
    }
    let (_, again) = refund(&world, "d", "1").await;
    assert_eq!(again["error"]["code"], "charge_already_refunded");
}

#[tokio::test]
async fn only_an_admin_watches_and_steers_it() {
    let world = World::new().await;
    let mood = json!({"mode": "timeout_after", "times": 1});
    for path in [
        "/provider/stripe/refunds",
        "/provider/paypal/refunds",
        "/provider/wise/transfers",
        "/provider/mail/sent",
    ] {
        assert_eq!(problem(world.get(path)).await.0, 403, "{path}");
        let admin = world.request(Method::GET, path, &world.admin).send();
        assert_eq!(
            admin.await.unwrap().json::<Value>().await.unwrap(),
            json!([])
        );
    }
    for provider in ["stripe", "paypal", "wise", "flag", "mail"] {
        let path = format!("/provider/{provider}/misbehave");
        assert_eq!(problem(world.post(&path, &mood)).await.0, 403, "{path}");
        let admin = world.request(Method::POST, &path, &world.admin).json(&mood);
        assert_eq!(admin.send().await.unwrap().status(), 204, "{path}");
    }
    let stranger = world
        .get("/provider/stripe/v1/refunds")
        .send()
        .await
        .unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn a_stand_in_is_put_only_into_a_mood_that_its_provider_has() {
    let world = World::new().await;
    for (provider, mode, status) in [
        ("stripe", "error_500", 204),
        ("stripe", "bounces", 422),
        ("wise", "bounces", 204),
        ("wise", "deploy_lost", 422),
        ("mail", "lost_answer", 204),
        ("mail", "pending", 422),
        ("slack", "pending", 422),
        ("slack", "down", 204),
        ("slack", "none", 204),
        ("slack", "in_a_bad_mood", 422),
    ] {
        let path = format!("/provider/{provider}/misbehave");
        let mood = json!({"mode": mode});
        let admin = world.request(Method::POST, &path, &world.admin).json(&mood);
        let answer = admin.send().await.unwrap();
        assert_eq!(answer.status(), status, "{provider} {mode}");
    }
}

#[tokio::test]
async fn a_request_is_read_only_so_far() {
    let world = World::new().await;
    world.refund(1, 5).await;
    let (status, _) = refund(&world, "k", &"1".repeat(1 << 20)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn a_mail_goes_out_once_whatever_becomes_of_its_answer() {
    for (mode, times) in [
        (Mode::TimeoutBefore, 2),
        (Mode::TimeoutAfter, 1),
        (Mode::LostAnswer, 1),
        (Mode::Twice, 1),
        (Mode::RateLimit, 2),
        (Mode::Down, 3),
    ] {
        let world = World::new().await;
        let id = world.refund(1, 5).await;
        let stand_ins = world.platform().stand_ins.as_ref().unwrap();
        stand_ins.mail.misbehave(mode, times);
        let operation = world.operation(&id, "approve");
        world.submit(&operation).await;
        world.until_after_waits(operation.id).await;
        assert_eq!(world.mails().len(), 1, "{mode:?}");
        assert_eq!(world.refunds().len(), 1, "{mode:?}");
    }
}
