//! What was agreed to is what is sent, and what is looked for after a restore.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::connectors::stand_in::Charge;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_wire::operation::{Operation, VerdictWord};

use crate::agreement::{ended, let_end};
use crate::approvals::{CLAIM, PACK, bundle, claim, code, grant, said, say, world, world_of};
use crate::restored::{back_up, restarted, restore};
use crate::support::{TENANT, World, signed};

/// The claim is about another charge by now.
async fn of_another_charge(world: &World) {
    let other = Charge {
        id: "ch_2".into(),
        amount: 900_000,
        currency: "gbp".into(),
        created: world.clock.now().timestamp(),
    };
    let stand_ins = world.platform().stand_ins.as_ref().unwrap();
    stand_ins.ledger.charge(&[other]).unwrap();
    let body = json!({"number": "C-1", "amount": {"minor": 6_000, "currency": "GBP"},
                      "charge_id": "ch_2", "state": "open"});
    let answer = world
        .ingest(json!([{"kind": "claim", "id": "c1", "body": body}]))
        .await;
    assert_eq!(answer["rejected"], json!([]));
}

#[tokio::test]
async fn what_was_agreed_to_is_what_is_sent_whatever_the_record_says_by_then() {
    let any = CLAIM.replacen(
        "    from: [open]\n",
        "    from: [open]\n    any_revision: true\n",
        1,
    );
    let world = world_of(&any, 6_000).await;
    let operation = Operation {
        base_revision: None,
        ..grant(&world)
    };
    world.submit(&operation).await;
    of_another_charge(&world).await;
    let world = world.crash().await;
    let_end(&world, &operation, "approve").await;
    let verdict = ended(&world, operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    let refunds = world.refunds();
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["charge"], "ch_1");
    // Nothing is kept any longer than it waits.
    let store = &world.platform().store;
    let known = store.operation(TENANT, operation.id).await.unwrap();
    assert_eq!(known.unwrap().kept, None);
}

#[tokio::test]
async fn a_pack_that_would_call_otherwise_by_then_is_not_what_was_agreed_to() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    // The call has another place in the action, and with it another key at the provider.
    let other = CLAIM.replacen(
        "      - set: {state: '\"granted\"', decided_by: actor.id}\n",
        "      - set: {state: '\"granted\"'}\n      - set: {decided_by: actor.id}\n",
        1,
    );
    assert_ne!(other, CLAIM);
    let newer = bundle(&PACK.replacen("version: 1", "version: 2", 1), &other);
    let published = world.platform().publish(TENANT, &signed(newer)).await;
    published.unwrap();
    let_end(&world, &operation, "approve").await;
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Refused, "approval.changed")
    );
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn fault_07_after_a_restore_that_is_looked_for_which_was_agreed_to() {
    for end in ["reject", "withdraw", "late", "approve"] {
        let world = world(6_000).await;
        let operation = grant(&world);
        world.submit(&operation).await;
        back_up(&world);
        let yes = say(&world, "fay", (&operation, 1), "approve");
        said(&world, &["finance"], &yes).await;
        world.until(operation.id, VerdictWord::Confirmed).await;

        let world = restarted(world, restore).await;
        // The system that brings it had mended it before and does so again.
        of_another_charge(&world).await;
        let_end(&world, &operation, end).await;
        let verdict = ended(&world, operation.id).await;
        assert_eq!(verdict.word, VerdictWord::Confirmed, "{end}: {verdict:?}");
        assert_eq!(world.refunds().len(), 1, "{end}");
    }
}

/// A pack in which a claim may also be settled, which pays for it just so.
fn two_ways() -> String {
    let settle = "actions:\n  settle:\n    label: Settle\n    row: L-4\n    from: [open]\n    policy: []\n    \
                  approvals:\n      - {id: L-5, title: All, when: 'true', found: all, role: director}\n    \
                  not_after: now + duration(\"24h\")\n    nature: money\n    effects:\n      \
                  - set: {state: '\"granted\"'}\n      \
                  - call: {connector: stripe, operation: refund, \
                  args: {charge: record.charge_id, amount: record.amount}, \
                  then: {state: '\"paid\"'}, otherwise: {state: '\"failed\"'}}\n    \
                  will: [settle it]\n";
    CLAIM.replacen("actions:\n", settle, 1)
}

/// Two ways to pay one claim, both asked for before a backup.
async fn both_asked() -> (World, Operation, Operation) {
    let world = world_of(&two_ways(), 6_000).await;
    let granted = grant(&world);
    let settled = Operation {
        action: "settle".into(),
        ..grant(&world)
    };
    for asked in [&granted, &settled] {
        assert_eq!(code(&world.submit(asked).await), "approval.waits");
    }
    back_up(&world);
    (world, granted, settled)
}

async fn dan_agrees(world: &World, settled: &Operation) {
    let yes = say(world, "dan", (settled, 1), "approve");
    said(world, &["director"], &yes).await;
}

#[tokio::test]
async fn fault_07_of_two_that_wait_on_one_record_the_first_that_is_agreed_to_is_paid_where_none_was()
 {
    let (world, granted, settled) = both_asked().await;
    // What is lost; without it nothing would be.
    claim(&world, 6_001).await;
    let world = restarted(world, restore).await;
    let_end(&world, &granted, "approve").await;
    let verdict = ended(&world, granted.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    dan_agrees(&world, &settled).await;
    let verdict = ended(&world, settled.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Conflict, "record.changed")
    );
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_07_of_two_that_wait_on_one_record_none_is_paid_beside_the_other_that_was() {
    let (world, granted, settled) = both_asked().await;
    dan_agrees(&world, &settled).await;
    world.until(settled.id, VerdictWord::Confirmed).await;

    let world = restarted(world, restore).await;
    let_end(&world, &granted, "approve").await;
    let verdict = ended(&world, granted.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Refused, "provider.done_otherwise")
    );
    // Which one was done, and how the record comes to say so.
    let detail = verdict.reason.unwrap().detail;
    assert!(detail.contains("“Settle”, asked for by KIM,"), "{detail}");
    assert!(detail.contains("answer it or take it back"), "{detail}");
    assert_eq!(world.body("claim", "c1").await["state"], "granted");
    assert_eq!(world.refunds().len(), 1);
    let_end(&world, &settled, "withdraw").await;
    let verdict = ended(&world, settled.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("claim", "c1").await["state"], "paid");
}

#[tokio::test]
async fn fault_07_what_is_agreed_to_waits_for_what_is_being_looked_for() {
    for paid in [false, true] {
        let (world, granted, settled) = both_asked().await;
        match paid {
            true => {
                let_end(&world, &granted, "approve").await;
                world.until(granted.id, VerdictWord::Confirmed).await;
            }
            false => claim(&world, 6_001).await,
        }
        let world = restarted(world, restore).await;
        world.misbehave(Mode::Down, 1_000_000);
        let_end(&world, &granted, "withdraw").await;
        assert_eq!(world.verdict(granted.id).await.word, VerdictWord::Unknown);
        dan_agrees(&world, &settled).await;
        let verdict = world.verdict(settled.id).await;
        assert!(!verdict.word.is_final(), "{verdict:?}");
        world.misbehave(Mode::None, 0);
        let first = ended(&world, granted.id).await;
        let second = ended(&world, settled.id).await;
        let told = match paid {
            true => (VerdictWord::Confirmed, "provider.done_otherwise"),
            false => (VerdictWord::Refused, ""),
        };
        assert_eq!((first.word, code(&second)), told, "{second:?}");
        assert_eq!(world.refunds().len(), 1, "{paid}");
        assert_eq!(world.body("claim", "c1").await["state"], "paid", "{paid}");
    }
}

#[tokio::test]
async fn fault_07_a_provider_that_does_not_let_itself_be_read_is_said_and_ends_with_its_answer() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    back_up(&world);
    let_end(&world, &operation, "approve").await;
    world.until(operation.id, VerdictWord::Confirmed).await;

    let world = restarted(world, restore).await;
    world.misbehave(Mode::Down, 1_000_000);
    let_end(&world, &operation, "withdraw").await;
    let verdict = world.verdict(operation.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Unknown, "provider.ambiguous")
    );
    world.clock.advance(TimeDelta::minutes(10));
    let mut verdict = world.verdict(operation.id).await;
    for _ in 0..300 {
        if code(&verdict) == "provider.unreadable" {
            break;
        }
        world.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
        verdict = world.verdict(operation.id).await;
    }
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Unknown, "provider.unreadable")
    );
    world.misbehave(Mode::None, 0);
    let verdict = ended(&world, operation.id).await;
    assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Confirmed, ""));
    assert_eq!(world.refunds().len(), 1);
}
