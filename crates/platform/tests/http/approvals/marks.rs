//! What a record says of its agreement: since when it is waited for, and until when it was.

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::decide::approvals::lapse;
use watchkeeper_wire::operation::{Operation, VerdictWord};

use super::claims::{asked, code, grant, marked, said, say};
use crate::support::{TENANT, World};

/// Revision of the claim, and what it says of its agreement.
async fn says(world: &World) -> (u64, Value, Value) {
    let store = &world.platform().store;
    let row = store.record(TENANT, "claim", "c1").await.unwrap().unwrap();
    let of = |name: &str| row.body.get(name).cloned().unwrap_or_default();
    (row.revision, of("asked_at"), of("answered_at"))
}

fn now(world: &World) -> Value {
    instant_text(world.clock.now()).into()
}

#[tokio::test]
async fn x_04_what_the_record_says_of_its_agreement_is_no_change_of_it_and_is_said_once() {
    let world = marked(20_000).await;
    let operation = grant(&world);
    let asked_at = now(&world);
    for _ in 0..3 {
        let verdict = world.submit(&operation).await;
        assert_eq!(code(&verdict), "approval.waits");
        assert_eq!(verdict.revision, Some(2));
        assert_eq!(says(&world).await, (2, asked_at.clone(), Value::Null));
        world.clock.advance(TimeDelta::minutes(1));
    }
    let rows = asked(&world).await;
    assert!(rows.iter().all(|row| row.body["subject_revision"] == 2));
    assert_eq!(world.body("claim", "c1").await["state"], "open");

    // While somebody else is waited for, it is not answered.
    let first = say(&world, "fay", (&operation, 1), "approve");
    said(&world, &["finance"], &first).await;
    assert_eq!(says(&world).await, (2, asked_at.clone(), Value::Null));
    let world = world.crash().await;
    world.clock.advance(TimeDelta::hours(1));
    let answered_at = now(&world);
    let last = say(&world, "dan", (&operation, 2), "approve");
    for _ in 0..2 {
        let verdict = said(&world, &["director"], &last).await;
        assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Confirmed, ""));
        world.clock.advance(TimeDelta::minutes(1));
    }
    let done = world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(done.reason, None);
    assert_eq!(world.refunds().len(), 1);
    let claim = world.body("claim", "c1").await;
    assert_eq!(
        (&claim["state"], &claim["decided_by"]),
        (&json!("paid"), &json!("kim"))
    );
    // Asked, carried out with the answer, paid.
    assert_eq!(says(&world).await, (4, asked_at, answered_at));
}

#[tokio::test]
async fn x_04_every_end_of_the_waiting_is_an_answer_and_who_asks_again_waits_anew() {
    for end in ["reject", "withdraw", "late", "changed"] {
        let world = marked(20_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        let asked_at = now(&world);
        world.clock.advance(TimeDelta::hours(2));
        let both = ["finance", "director"];
        match end {
            "reject" => {
                let no = say(&world, "dan", (&operation, 2), "reject");
                said(&world, &both, &no).await;
            }
            "withdraw" => {
                let back = say(&world, "kim", (&operation, 1), "withdraw");
                said(&world, &["operator"], &back).await;
            }
            "late" => {
                world.clock.advance(TimeDelta::hours(23));
                lapse(world.platform(), world.clock.now()).await.unwrap();
            }
            _ => {
                // What was agreed to is not there any more, so that it is not carried out.
                let body = json!({"number": "C-1", "amount": {"minor": 30_000, "currency": "GBP"},
                                  "charge_id": "ch_1", "state": "open", "asked_at": asked_at});
                let brought = json!([{"kind": "claim", "id": "c1", "body": body}]);
                assert_eq!(world.ingest(brought).await["rejected"], json!([]));
                for (who, number) in [("fay", 1), ("dan", 2)] {
                    let yes = say(&world, who, (&operation, number), "approve");
                    said(&world, &both, &yes).await;
                }
            }
        }
        let verdict = world.verdict(operation.id).await;
        assert!(verdict.word.is_final(), "{end}");
        let (revision, since, until) = says(&world).await;
        assert_eq!((since, until), (asked_at, now(&world)), "{end}");
        assert_eq!(world.body("claim", "c1").await["state"], "open", "{end}");
        assert!(world.refunds().is_empty(), "{end}");

        world.clock.advance(TimeDelta::hours(1));
        let again = Operation {
            base_revision: Some(revision),
            ..grant(&world)
        };
        assert_eq!(code(&world.submit(&again).await), "approval.waits", "{end}");
        let anew = (revision + 1, now(&world), Value::Null);
        assert_eq!(says(&world).await, anew, "{end}");
    }
}
