//! Agreement under restores, races and the end of its time.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use watchkeeper_pack::value::instant_text;
use watchkeeper_platform::clock::Clock as _;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_platform::decide::approvals::lapse;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::approvals::{
    CLAIM, PACK, asked, bundle, claim, code, grant, said, say, states, world, world_of,
};
use crate::restored::{back_up, restarted, restore};
use crate::support::{TENANT, World, signed, tenant};

/// Lets time pass until the operation has its last verdict.
pub async fn ended(world: &World, id: Uuid) -> Verdict {
    for _ in 0..600 {
        let verdict = world.verdict(id).await;
        if verdict.word.is_final() {
            return verdict;
        }
        world.clock.advance(TimeDelta::seconds(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never ended: {:?}", world.verdict(id).await);
}

/// How somebody lets an operation end that waits for agreement.
pub async fn let_end(world: &World, operation: &Operation, end: &str) {
    match end {
        "reject" | "approve" => {
            let answer = say(world, "fay", (operation, 1), end);
            let verdict = said(world, &["finance"], &answer).await;
            assert_eq!(verdict.word, VerdictWord::Confirmed, "{end}");
        }
        "withdraw" => {
            let answer = say(world, "kim", (operation, 1), end);
            let verdict = said(world, &["operator"], &answer).await;
            assert_eq!(verdict.word, VerdictWord::Confirmed, "{end}");
        }
        _ => {
            world.clock.advance(TimeDelta::hours(25));
            lapse(world.platform(), world.clock.now()).await.unwrap();
        }
    }
}

/// What became, before a restore, of an operation that waits for agreement since before the backup.
enum Lost {
    /// Somebody agreed, and it was paid.
    Paid,
    /// Nothing of it; something else was changed.
    Else,
}

/// A platform that was restored, and an operation that waits for agreement there since before that.
async fn restored(lost: Lost) -> (World, Operation) {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    back_up(&world);
    match lost {
        Lost::Paid => {
            let yes = say(&world, "fay", (&operation, 1), "approve");
            said(&world, &["finance"], &yes).await;
            world.until(operation.id, VerdictWord::Confirmed).await;
            assert_eq!(world.refunds().len(), 1);
        }
        // Without it nothing would be lost.
        Lost::Else => claim(&world, 6_000 + 2).await,
    }
    (restarted(world, restore).await, operation)
}

const ENDS: [(&str, &str, &str); 4] = [
    ("reject", "rejected", "approval.rejected"),
    ("withdraw", "withdrawn", "approval.withdrawn"),
    ("late", "lapsed", "approval.lapsed"),
    // What was agreed to is not there any more.
    ("approve", "failed", "record.changed"),
];

#[tokio::test]
async fn fault_07_what_was_agreed_to_and_paid_before_a_restore_is_found_however_its_approval_ends()
{
    for (end, state, _) in ENDS {
        let (world, operation) = restored(Lost::Paid).await;
        assert_eq!(states(&world).await, ["waiting"]);
        if end == "approve" {
            claim(&world, 6_000 + 1).await;
        }
        let_end(&world, &operation, end).await;
        assert_eq!(states(&world).await, [state], "{end}");
        let verdict = ended(&world, operation.id).await;
        assert_eq!(verdict.word, VerdictWord::Confirmed, "{end}: {verdict:?}");
        assert_eq!(world.refunds().len(), 1, "{end}");
        assert_eq!(world.body("claim", "c1").await["state"], "paid", "{end}");
    }
}

#[tokio::test]
async fn fault_07_what_was_not_paid_before_a_restore_ends_as_it_was_answered_and_is_never_sent() {
    for (end, state, told) in ENDS {
        let (world, operation) = restored(Lost::Else).await;
        if end == "approve" {
            claim(&world, 6_000 + 1).await;
        }
        let_end(&world, &operation, end).await;
        let verdict = ended(&world, operation.id).await;
        assert_ne!(verdict.word, VerdictWord::Confirmed, "{end}");
        assert_eq!(code(&verdict), told, "{end}");
        assert_eq!(states(&world).await, [state], "{end}");
        assert!(world.refunds().is_empty(), "{end}");
        assert_eq!(world.body("claim", "c1").await["state"], "open", "{end}");
        // And it may be asked for anew.
        let revision = 1 + u64::from(end == "approve");
        let again = Operation {
            base_revision: Some(revision),
            ..grant(&world)
        };
        assert_eq!(code(&world.submit(&again).await), "approval.waits", "{end}");
    }
}

#[tokio::test]
async fn fault_07_nobody_pays_again_while_a_provider_is_asked_what_it_has_paid() {
    let (world, operation) = restored(Lost::Paid).await;
    world.misbehave(Mode::Down, 1_000_000);
    let_end(&world, &operation, "withdraw").await;
    assert_eq!(world.verdict(operation.id).await.word, VerdictWord::Unknown);
    let again = world.submit(&grant(&world)).await;
    assert_eq!(
        (again.word, code(&again)),
        (VerdictWord::Refused, "provider.asking")
    );
    world.misbehave(Mode::None, 0);
    let verdict = ended(&world, operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed);
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_07_what_waits_since_before_a_restore_is_ended_before_anybody_pays_otherwise() {
    let (world, operation) = restored(Lost::Paid).await;
    // By now nobody has to agree to it, and the provider has room for a second one.
    claim(&world, 4_000).await;
    let otherwise = Operation {
        base_revision: Some(2),
        ..grant(&world)
    };
    let refused = world.submit(&otherwise).await;
    assert_eq!(
        (refused.word, code(&refused)),
        (VerdictWord::Refused, "provider.asking")
    );
    let_end(&world, &operation, "withdraw").await;
    let verdict = ended(&world, operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn what_waits_for_agreement_keeps_nobody_from_paying_where_nothing_was_restored() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    claim(&world, 4_000).await;
    let otherwise = Operation {
        base_revision: Some(2),
        ..grant(&world)
    };
    world.submit(&otherwise).await;
    let verdict = ended(&world, otherwise.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn fault_07_what_was_agreed_to_after_a_restore_is_looked_for_before_it_is_paid() {
    let (world, operation) = restored(Lost::Else).await;
    let_end(&world, &operation, "approve").await;
    let store = &world.platform().store;
    let calls = store.calls_of(TENANT, operation.id).await.unwrap();
    // Under which key it may have gone before nobody knows: it rests before it is sent.
    assert!(calls[0].ambiguous && calls[0].attempts == 0, "{calls:?}");
    let verdict = ended(&world, operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed);
    assert_eq!(world.refunds().len(), 1);
}

#[tokio::test]
async fn who_has_to_agree_is_asked_again_before_the_call() {
    for (was, is) in [
        ("role: finance", "role: director"),
        (", fallback: {role: owner, after_minutes: 60}", ""),
    ] {
        let world = world(6_000).await;
        world.misbehave(Mode::Down, 1_000_000);
        let operation = grant(&world);
        world.submit(&operation).await;
        let_end(&world, &operation, "approve").await;
        let newer = bundle(
            &PACK.replacen("version: 1", "version: 2", 1),
            &CLAIM.replacen(was, is, 1),
        );
        let published = world.platform().publish(TENANT, &signed(newer)).await;
        published.unwrap();
        world.misbehave(Mode::None, 0);
        let verdict = ended(&world, operation.id).await;
        assert_eq!(
            (verdict.word, code(&verdict)),
            (VerdictWord::Refused, "approval.needed"),
            "{was}"
        );
        assert!(world.refunds().is_empty(), "{was}");
    }
}

#[tokio::test]
async fn what_is_carried_out_is_what_was_read_whatever_revision_it_is() {
    let any = CLAIM.replacen(
        "    from: [open]\n",
        "    from: [open]\n    any_revision: true\n",
        1,
    );
    for (then, word, told, paid) in [
        (7_000, VerdictWord::Refused, "approval.changed", 0),
        (6_000, VerdictWord::Confirmed, "", 1),
    ] {
        let world = world_of(&any, 6_000).await;
        let operation = Operation {
            base_revision: None,
            ..grant(&world)
        };
        world.submit(&operation).await;
        assert_eq!(asked(&world).await[0].body.get("subject_revision"), None);
        claim(&world, 6_001).await;
        claim(&world, then).await;
        let_end(&world, &operation, "approve").await;
        let verdict = ended(&world, operation.id).await;
        assert_eq!((verdict.word, code(&verdict)), (word, told));
        assert_eq!(world.refunds().len(), paid);
    }
}

/// A pack in which both ways to grant a claim say on it since when agreement is waited for.
fn two_ways() -> String {
    let fields = "  asked_at: {type: timestamp, label: Asked, optional: true}\n  \
                  answered_at: {type: timestamp, label: Answered, optional: true}\n  \
                  waived_at: {type: timestamp, label: Waived, optional: true}\nstates:\n";
    let marks = ", asked: {asked_at: now, answered_at: 'null'}, answered: {answered_at: now}}";
    let waive = "actions:\n  waive:\n    label: Waive\n    row: L-4\n    from: [open]\n    policy: []\n    \
                 approvals:\n      - {id: L-5, title: All, when: 'true', found: all, role: director, \
                 asked: {waived_at: now}, answered: {waived_at: 'null'}}\n    \
                 not_after: now + duration(\"24h\")\n    nature: change\n    effects:\n      - set: {state: '\"granted\"'}\n    \
                 will: [drop the claim]\n";
    CLAIM
        .replacen("states:\n", fields, 1)
        .replacen("actions:\n", waive, 1)
        .replacen(
            "after_minutes: 60}}",
            &format!("after_minutes: 60}}{marks}"),
            1,
        )
}

fn waive(world: &World, revision: u64) -> Operation {
    Operation {
        action: "waive".into(),
        base_revision: Some(revision),
        ..grant(world)
    }
}

#[tokio::test]
async fn x_04_what_a_record_says_of_one_asking_voids_no_other() {
    let world = world_of(&two_ways(), 6_000).await;
    let first = grant(&world);
    assert_eq!(code(&world.submit(&first).await), "approval.waits");
    let second = waive(&world, 2);
    assert_eq!(code(&world.submit(&second).await), "approval.waits");
    // The other one is withdrawn, which the record says as well.
    let back = say(&world, "kim", (&second, 1), "withdraw");
    assert_eq!(
        said(&world, &["operator"], &back).await.word,
        VerdictWord::Confirmed
    );
    let third = waive(&world, 4);
    assert_eq!(code(&world.submit(&third).await), "approval.waits");
    let_end(&world, &first, "approve").await;
    let verdict = ended(&world, first.id).await;
    assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Confirmed, ""));
    assert_eq!(world.refunds().len(), 1);
    // What was carried out is a change of it.
    let late = say(&world, "dan", (&third, 1), "approve");
    let late = said(&world, &["director"], &late).await;
    assert!(!code(&late).is_empty());
    let verdict = world.verdict(third.id).await;
    assert!(verdict.word.is_final() && verdict.word != VerdictWord::Confirmed);
}

#[tokio::test]
async fn x_04_a_change_that_matters_voids_whatever_waits() {
    let world = world_of(&two_ways(), 6_000).await;
    let first = grant(&world);
    world.submit(&first).await;
    claim(&world, 7_000).await;
    // What is said on the record as it is by now does not make the first one true again.
    let second = waive(&world, 3);
    assert_eq!(code(&world.submit(&second).await), "approval.waits");
    let_end(&world, &first, "approve").await;
    let verdict = world.verdict(first.id).await;
    assert_eq!(
        (verdict.word, code(&verdict)),
        (VerdictWord::Conflict, "record.changed")
    );
    assert!(world.refunds().is_empty());
}

#[tokio::test]
async fn an_approval_waits_as_long_as_the_pack_says() {
    let hours = CLAIM.replacen("role: finance,", "role: finance, waits_minutes: 90,", 1);
    let world = world_of(&hours, 6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    let until = world.clock.now() + TimeDelta::minutes(90);
    assert_eq!(
        asked(&world).await[0].body["lapses_at"],
        instant_text(until)
    );
    world.clock.advance(TimeDelta::minutes(90));
    lapse(world.platform(), world.clock.now()).await.unwrap();
    assert_eq!(states(&world).await, ["waiting"]);
    world.clock.advance(TimeDelta::milliseconds(1));
    lapse(world.platform(), world.clock.now()).await.unwrap();
    assert_eq!(states(&world).await, ["lapsed"]);
    let verdict = world.verdict(operation.id).await;
    assert_eq!(code(&verdict), "approval.lapsed");
}

#[tokio::test]
async fn what_cannot_be_ended_in_one_tenant_keeps_no_other_waiting() {
    let world = world(6_000).await;
    let operation = grant(&world);
    world.submit(&operation).await;
    // Comes before ours, and has an approval that cannot be read.
    let first = tenant("early");
    assert!(first.id.as_str() < TENANT);
    world.platform().found(&first, None).await.unwrap();
    let database = rusqlite::Connection::open(world.data.path().join("platform.db")).unwrap();
    database
        .execute(
            "INSERT INTO record (tenant, kind, id, revision, seq, updated_at, title, body, computed)
             VALUES ('early', 'approval', 'x-1', 1, 1, 0, '', ?1, 'damaged')",
            [json!({"state": "waiting", "lapses_at": "2001-01-01T00:00:00.000Z"}).to_string()],
        )
        .unwrap();
    world.clock.advance(TimeDelta::hours(25));
    let told = lapse(world.platform(), world.clock.now()).await;
    assert!(told.is_err());
    assert_eq!(states(&world).await, ["lapsed"]);
    let verdict = world.verdict(operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Lapsed);
}
