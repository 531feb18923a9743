//! What somebody has to agree to: asked once, carried out once, and said when it is not.

mod claims;
mod marks;

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::decide::approvals::{end_all, lapse};
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::support::{TENANT, signed};

pub use claims::{
    CLAIM, PACK, asked, bundle, claim, code, grant, said, say, states, world, world_of,
};

#[tokio::test]
async fn it_waits_is_asked_once_and_is_paid_once_whoever_agrees_how_often() {
    let world = world(6_000).await;
    let operation = grant(&world);
    for _ in 0..3 {
        let verdict = world.submit(&operation).await;
        assert_eq!(verdict.word, VerdictWord::Accepted);
        assert_eq!(code(&verdict), "approval.waits");
    }
    let rows = asked(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].id, format!("{}-1", operation.id));
    assert_eq!(rows[0].body["what"], "pay £60.00");
    assert_eq!(rows[0].body["row"], "L-2");
    assert_eq!(world.body("claim", "c1").await["state"], "open");
    // Somebody else does not ask for the same meanwhile.
    let other = Operation {
        author: "lee".into(),
        ..grant(&world)
    };
    let told = said(&world, &["operator"], &other).await;
    assert_eq!(code(&told), "approval.asked");
    let detail = told.reason.unwrap().detail;
    assert!(
        detail.starts_with("KIM has asked for this already"),
        "{detail}"
    );

    let first = say(&world, "fay", (&operation, 1), "approve");
    for _ in 0..2 {
        let verdict = said(&world, &["finance"], &first).await;
        assert_eq!(verdict.word, VerdictWord::Confirmed);
    }
    let second = say(&world, "ann", (&operation, 1), "approve");
    let verdict = said(&world, &["finance"], &second).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "somebody was faster");
    let done = world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(done.reason, None);
    assert_eq!(world.refunds().len(), 1);
    let claim = world.body("claim", "c1").await;
    assert_eq!(
        (&claim["state"], &claim["decided_by"]),
        (&json!("paid"), &json!("kim"))
    );
    let kept = world.body("approval", &first.record).await;
    assert_eq!(
        (&kept["answered_by"], &kept["comment"]),
        (&json!("fay"), &json!("Seen."))
    );
}

#[tokio::test]
async fn a_platform_that_is_killed_after_the_answer_pays_once() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    let world = world.crash().await;
    let answer = say(&world, "fay", (&operation, 1), "approve");
    assert_eq!(
        said(&world, &["finance"], &answer).await.word,
        VerdictWord::Confirmed
    );
    // The kill may have met the send itself: then nobody sends again before a minute has passed.
    let world = world.crash().await;
    world.until_after_waits(operation.id).await;
    assert_eq!(
        said(&world, &["finance"], &answer).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn two_rows_are_two_people_and_neither_is_who_asked() {
    let world = world(20_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    assert_eq!(asked(&world).await.len(), 2);
    let own = say(&world, "kim", (&operation, 1), "approve");
    let verdict = said(&world, &["operator", "finance"], &own).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Refused, "approval.own")
    );
    let first = say(&world, "fay", (&operation, 1), "approve");
    let both = ["finance", "director"];
    assert_eq!(
        said(&world, &both, &first).await.word,
        VerdictWord::Confirmed
    );
    assert_eq!(code(&world.verdict(operation.id).await), "approval.waits");
    let twice = say(&world, "fay", (&operation, 2), "approve");
    assert_eq!(code(&said(&world, &both, &twice).await), "approval.twice");
    assert!(world.refunds().is_empty());
    let last = say(&world, "dan", (&operation, 2), "approve");
    assert_eq!(
        said(&world, &["director"], &last).await.word,
        VerdictWord::Confirmed
    );
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn what_was_agreed_to_is_what_was_there_when_it_was_asked() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    claim(&world, 7_000).await;
    let answer = say(&world, "fay", (&operation, 1), "approve");
    let told = said(&world, &["finance"], &answer).await;
    assert_eq!(
        (told.word, code(&told)),
        (VerdictWord::Confirmed, "record.changed")
    );
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Conflict, "record.changed")
    );
    assert_eq!(states(&world).await, ["failed"]);
    assert!(world.refunds().is_empty());
    assert_eq!(world.body("claim", "c1").await["state"], "open");
}

#[tokio::test]
async fn a_no_and_a_withdrawal_end_it_for_all_that_were_asked() {
    for (who, roles, action, told, state) in [
        (
            "dan",
            ["director"],
            "reject",
            "approval.rejected",
            "rejected",
        ),
        (
            "kim",
            ["operator"],
            "withdraw",
            "approval.withdrawn",
            "withdrawn",
        ),
    ] {
        let world = world(20_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        let end = say(&world, who, (&operation, 2), action);
        assert_eq!(
            said(&world, &roles, &end).await.word,
            VerdictWord::Confirmed
        );
        let verdict = world.verdict(operation.id).await;
        assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Refused, told));
        let detail = verdict.reason.unwrap().detail;
        assert!(detail.starts_with(&who.to_uppercase()), "{detail}");
        assert_eq!(states(&world).await, [state, state]);
        // Whoever agrees now is told that there is nothing to agree to.
        let late = say(&world, "fay", (&operation, 1), "approve");
        let late = said(&world, &["finance"], &late).await;
        assert_eq!(
            (late.word, code(&late)),
            (VerdictWord::Refused, "action.wrong_state")
        );
        assert!(world.refunds().is_empty());
        // And it may be asked for anew.
        assert_eq!(code(&world.submit(&grant(&world)).await), "approval.waits");
    }
}

#[tokio::test]
async fn nobody_answers_after_the_end_and_then_it_lapses() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    world.clock.advance(TimeDelta::hours(24));
    lapse(world.platform(), world.clock.now()).await.unwrap();
    assert_eq!(
        states(&world).await,
        ["waiting"],
        "in time at the instant itself"
    );
    world.clock.advance(TimeDelta::milliseconds(1));
    let answer = say(&world, "fay", (&operation, 1), "approve");
    let late = said(&world, &["finance"], &answer).await;
    // Late, or what it was for has lapsed meanwhile.
    assert!(["operation.lapsed", "action.wrong_state"].contains(&code(&late)));
    for _ in 0..2 {
        lapse(world.platform(), world.clock.now()).await.unwrap();
    }
    assert_eq!(states(&world).await, ["lapsed"]);
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Lapsed, "approval.lapsed")
    );
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn a_pack_that_wants_somebody_else_by_now_is_not_content_with_who_agreed() {
    // Whoever it is, and whoever may answer instead.
    for (was, is) in [
        ("role: finance", "role: director"),
        (", fallback: {role: owner, after_minutes: 60}", ""),
    ] {
        let world = world(6_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        let newer = bundle(
            &PACK.replacen("version: 1", "version: 2", 1),
            &CLAIM.replacen(was, is, 1),
        );
        let published = world.platform().publish(TENANT, &signed(newer)).await;
        published.unwrap();
        let answer = say(&world, "fay", (&operation, 1), "approve");
        let told = said(&world, &["finance"], &answer).await;
        assert_eq!(
            (told.word, code(&told)),
            (VerdictWord::Confirmed, "approval.needed"),
            "{was}"
        );
        let verdict = world.verdict(operation.id).await;
        assert_eq!(
            (verdict.word, code(&verdict)),
            (VerdictWord::Refused, "approval.needed"),
            "{was}"
        );
        assert_eq!(states(&world).await, ["failed"]);
        assert!(world.refunds().is_empty());
        assert_eq!(world.body("claim", "c1").await["state"], "open");
        // And it may be asked for anew.
        assert_eq!(code(&world.submit(&grant(&world)).await), "approval.waits");
    }
}

#[tokio::test]
async fn what_waits_ends_before_the_records_are_replaced() {
    let world = world(20_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    let first = say(&world, "fay", (&operation, 1), "approve");
    said(&world, &["finance"], &first).await;
    for _ in 0..2 {
        end_all(world.platform(), TENANT, world.clock.now())
            .await
            .unwrap();
    }
    assert_eq!(states(&world).await, ["failed", "failed"]);
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Refused, "approval.over")
    );
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn no_system_brings_an_approval_and_none_is_needed_below_the_line() {
    let world = world(5_000).await;
    let forged = json!([{"kind": "approval", "id": "x-1", "body": {"state": "approved"}}]);
    let answer = world.ingest(forged).await;
    assert_eq!(
        (
            &answer["accepted"],
            answer["rejected"].as_array().unwrap().len()
        ),
        (&json!(0), 1)
    );
    let operation = grant(&world);
    assert_eq!(code(&world.submit(&operation).await), "");
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert!(asked(&world).await.is_empty());
    assert_eq!(world.refunds().len(), 1);
}
