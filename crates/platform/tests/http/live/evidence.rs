//! Evidence goes to PayPal once, whatever is lost, late, twice, refused or killed; and nothing goes where a file
//! is not what it was.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::connectors::paypal::{Dispute, Mode};
use watchkeeper_wire::operation::{Verdict, VerdictWord};

use super::{bought, bring, code, done, ended, operation, shop, stand_ins, usd};
use crate::support::{TENANT, World};
use crate::waits::until;

const ITEMS: [&str; 6] = [
    "order_confirmation",
    "delivery_confirmation",
    "product_description",
    "customer_messages",
    "refund_policy",
    "terms_of_service",
];
const WAITING: &str = "WAITING_FOR_SELLER_RESPONSE";

/// Lays bytes among the documents under the name that these others have.
fn keep(world: &World, of: &str, bytes: &[u8]) {
    let name = hex::encode(Sha256::digest(of));
    let path = world.platform().blobs.path(TENANT, &name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A complete pack, for which PayPal's case stands like this.
async fn ready(world: &World, id: &str, status: &str) {
    let order = format!("o-{id}");
    bought(world, &order, &format!("CAP-{id}")).await;
    let body = json!({
        "number": id, "order": order, "order_number": order, "email": "pat@mail.example",
        "amount": usd(10_000), "reason": "item_not_received",
        "opened_at": "2026-11-20T10:00:00.000Z", "provider_status": WAITING,
        "provider_stage": "CHARGEBACK", "can_submit": true,
        "response_due_at": "2026-11-25T15:00:00.000Z", "tracking_number": "1Z",
        "carrier": "UPS", "state": "evidence_ready",
    });
    bring(world, "dispute", id, body).await;
    for item in ITEMS {
        keep(world, item, item.as_bytes());
        let body = json!({
            "dispute_number": id, "item": item, "name": format!("{item}.pdf"),
            "media": "application/pdf", "bytes": item.len(),
            "sha256": hex::encode(Sha256::digest(item)), "verified": true,
            "added_at": "2026-11-20T11:00:00.000Z",
        });
        bring(world, "evidence_document", &format!("{id}-{item}"), body).await;
    }
    let case = Dispute {
        id: id.into(),
        status: status.into(),
        due: None,
    };
    stand_ins(world).paypal.begin_with(&[case]).unwrap();
}

/// All pieces that PayPal ever has of a case.
fn pieces(world: &World, id: &str) -> Vec<Value> {
    let later = world.clock.now() + TimeDelta::days(1);
    stand_ins(world).paypal.evidence(id, later).unwrap()
}

fn said() -> Value {
    json!({"note": "Delivered on the 19th."})
}

async fn case(world: &World, id: &str) -> Map<String, Value> {
    world.body("dispute", id).await
}

#[tokio::test]
async fn evidence_goes_to_paypal_once_whatever_is_lost_on_the_way() {
    use Mode::{Down, Late, LostAnswer, RateLimit, TimeoutAfter, TimeoutBefore, Twice};
    let world = shop().await;
    let modes = [
        (Mode::None, 1),
        (TimeoutBefore, 2),
        (TimeoutAfter, 1),
        (LostAnswer, 1),
        (Late, 1),
        (Twice, 1),
        (RateLimit, 2),
        (Down, 3),
    ];
    for (number, (mode, times)) in modes.into_iter().enumerate() {
        let id = format!("PP-D-{number}");
        ready(&world, &id, WAITING).await;
        stand_ins(&world).paypal.misbehave(mode, times);
        let verdict = done(&world, ("dispute", &id), "submit", said()).await;
        assert_eq!(
            verdict.word,
            VerdictWord::Confirmed,
            "{mode:?}: {verdict:?}"
        );
        let given = pieces(&world, &id);
        assert_eq!(given.len(), 7, "{mode:?}: {given:?}");
        let case = case(&world, &id).await;
        assert_eq!(case["state"], "submitted", "{mode:?}");
        assert_eq!(case["provider_status"], "UNDER_REVIEW", "{mode:?}");
        assert_eq!(case["can_submit"], false, "{mode:?}");
    }
}

#[tokio::test]
async fn evidence_whose_answer_was_lost_with_the_platform_is_found_and_not_sent_again() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    stand_ins(&world).paypal.misbehave(Mode::TimeoutAfter, 1);
    let asked = operation(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    world.submit(&asked).await;
    until("it is submitted", async || {
        !pieces(&world, "PP-D-1").is_empty()
    })
    .await;
    let case = case(&world, "PP-D-1").await;
    assert_eq!(case["provider_status"], WAITING, "nobody said so yet");
    let world = world.crash().await;
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
}

#[tokio::test]
async fn evidence_that_does_not_show_yet_is_not_sent_again_by_who_starts_anew() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    // It is there in half a minute; until then the case waits for evidence as before.
    stand_ins(&world).paypal.misbehave(Mode::Late, 1);
    let asked = operation(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    world.submit(&asked).await;
    until("it is submitted", async || {
        !pieces(&world, "PP-D-1").is_empty()
    })
    .await;
    let world = world.crash().await;
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
}

#[tokio::test]
async fn evidence_that_was_taken_and_does_not_show_yet_is_not_sent_again() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    stand_ins(&world).paypal.misbehave(Mode::Pending, 1);
    let verdict = done(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
}

/// Waits until every call was put off or has ended, by a clock that stands still.
async fn at_rest(world: &World) {
    until("at rest", async || {
        let due = world.platform().store.due_calls(world.clock.now(), 9).await;
        due.unwrap().is_empty()
    })
    .await;
}

/// Moves the clock on until it is said what is in doubt.
async fn doubted(world: &World, id: Uuid) -> Verdict {
    for _ in 0..900 {
        let verdict = world.verdict(id).await;
        assert!(!verdict.word.is_final(), "{verdict:?}");
        if code(&verdict) == "provider.unproven" {
            assert_eq!(verdict.word, VerdictWord::Unknown);
            return verdict;
        }
        world.clock.advance(TimeDelta::seconds(5));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody was told: {:?}", world.verdict(id).await);
}

#[tokio::test]
async fn evidence_of_which_paypal_shows_a_part_is_told_and_ends_when_all_of_it_shows() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    stand_ins(&world).paypal.misbehave(Mode::Part, 1);
    let asked = operation(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    world.submit(&asked).await;
    let why = doubted(&world, asked.id).await.reason.unwrap().detail;
    let (shown, missing) = why.split_once("Not shown: ").unwrap();
    assert!(
        shown.contains("Shown: tracking number 1Z, the note."),
        "{why}"
    );
    for item in ITEMS {
        assert!(missing.contains(&format!("{item}.pdf")), "{why}");
    }
    world.clock.advance(TimeDelta::hours(1));
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
}

#[tokio::test]
async fn evidence_that_paypal_took_and_does_not_show_is_never_sent_again_and_is_told() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    stand_ins(&world).paypal.misbehave(Mode::Unseen, 1);
    let asked = operation(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    world.submit(&asked).await;
    let why = doubted(&world, asked.id).await.reason.unwrap().detail;
    assert!(why.contains("took this, and shows nothing"), "{why}");
    // A platform that begins anew does not send it again either.
    let world = world.crash().await;
    for _ in 0..4 {
        world.clock.advance(TimeDelta::minutes(6));
        at_rest(&world).await;
        assert_eq!(pieces(&world, "PP-D-1").len(), 7);
    }
    world.clock.advance(TimeDelta::hours(1));
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
}

#[tokio::test]
async fn evidence_that_may_have_been_taken_is_neither_refused_nor_lapsed_nor_sent_again() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    stand_ins(&world).paypal.misbehave(Mode::NotesLost, 1);
    let asked = operation(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    world.submit(&asked).await;
    let why = doubted(&world, asked.id).await.reason.unwrap().detail;
    assert!(why.contains("UNDER_REVIEW"), "{why}");
    assert!(why.contains(&format!("{}:", asked.id)), "{why}");
    let (shown, missing) = why.split_once("Not shown: ").unwrap();
    for item in ITEMS {
        assert!(shown.contains(&format!("{item}.pdf")), "{why}");
    }
    assert!(missing.starts_with("the note."), "{why}");
    // Neither a file that is gone by then nor the deadline makes it undone.
    let name = hex::encode(Sha256::digest("refund_policy"));
    std::fs::remove_file(world.platform().blobs.path(TENANT, &name)).unwrap();
    at_rest(&world).await;
    world.clock.advance(TimeDelta::days(6));
    at_rest(&world).await;
    let verdict = world.verdict(asked.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Unknown, "provider.unproven")
    );
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
    assert_eq!(case(&world, "PP-D-1").await["state"], "submitted");
}

#[tokio::test]
async fn evidence_waits_while_there_is_no_room_for_its_files() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    let asked = operation(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    let others = world.platform().room.take(u64::MAX).unwrap();
    world.submit(&asked).await;
    at_rest(&world).await;
    let calls = world.platform().store.calls_of(TENANT, asked.id).await;
    assert!(calls.unwrap()[0].was_never_sent());
    assert!(pieces(&world, "PP-D-1").is_empty());
    drop(others);
    let verdict = ended(&world, asked.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(pieces(&world, "PP-D-1").len(), 7);
}

#[tokio::test]
async fn what_paypal_gets_says_what_it_is_and_names_its_files() {
    let world = shop().await;
    ready(&world, "PP-D-1", WAITING).await;
    done(&world, ("dispute", "PP-D-1"), "submit", said()).await;
    let given = pieces(&world, "PP-D-1");
    let shipped = &given[0]["evidence_info"]["tracking_info"][0];
    assert_eq!(shipped["tracking_number"], "1Z");
    let notes = given[0]["notes"].as_str().unwrap();
    assert!(notes.starts_with("Delivered on the 19th."), "{notes}");
    let policy = given
        .iter()
        .find(|one| one["evidence_type"] == "RETURN_POLICY");
    let name = policy.unwrap()["documents"][0]["name"].as_str().unwrap();
    assert!(name.contains("refund_policy"), "{name}");
}

#[tokio::test]
async fn a_case_that_takes_no_evidence_is_told_with_its_status() {
    let world = shop().await;
    for (id, status) in [("PP-D-1", "RESOLVED"), ("PP-D-2", "UNDER_REVIEW")] {
        ready(&world, id, status).await;
        let verdict = done(&world, ("dispute", id), "submit", said()).await;
        assert_eq!(verdict.word, VerdictWord::Refused, "{status}");
        assert_eq!(code(&verdict), "provider.refused", "{status}");
        let case = case(&world, id).await;
        assert_eq!(case["state"], "evidence_ready", "{status}");
        let why = case["submission_error"].as_str().unwrap();
        assert!(why.contains(status), "{why}");
        assert!(pieces(&world, id).is_empty(), "{status}");
    }
    ready(&world, "PP-D-3", WAITING).await;
    stand_ins(&world).paypal.misbehave(Mode::Refuse, 1);
    let verdict = done(&world, ("dispute", "PP-D-3"), "submit", said()).await;
    assert_eq!(code(&verdict), "provider.refused");
    assert!(pieces(&world, "PP-D-3").is_empty());
}

#[tokio::test]
async fn a_file_that_is_missing_altered_or_too_large_keeps_all_here_and_is_named() {
    let world = shop().await;
    let large = vec![b'x'; 10_000_000];
    for (number, bytes) in [None, Some(b"other".as_slice()), Some(large.as_slice())]
        .into_iter()
        .enumerate()
    {
        let id = format!("PP-D-{number}");
        ready(&world, &id, WAITING).await;
        let name = hex::encode(Sha256::digest("refund_policy"));
        let path = world.platform().blobs.path(TENANT, &name);
        match bytes {
            None => std::fs::remove_file(path).unwrap(),
            Some(bytes) => std::fs::write(path, bytes).unwrap(),
        }
        let verdict = done(&world, ("dispute", &id), "submit", said()).await;
        assert_eq!(code(&verdict), "provider.refused", "{id}");
        let case = case(&world, &id).await;
        assert_eq!(case["state"], "evidence_ready", "{id}");
        let why = case["submission_error"].as_str().unwrap();
        assert!(why.contains("refund_policy.pdf"), "{why}");
        assert!(pieces(&world, &id).is_empty(), "{id}");
    }
}
