//! What a verdict says of the revisions that an operation gave its record.

use serde_json::json;
use watchkeeper_platform::connectors::stripe::Mode;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::agreement::ended;
use crate::approvals::{CLAIM, code, grant, world_of};
use crate::support::{TENANT, World};

/// A pack in which a claim is paid in two parts, each of which is said on it.
fn in_two_parts() -> String {
    let second = "      - call:\n          connector: stripe\n          operation: refund\n          \
                  after_previous: true\n          \
                  args: {charge: record.charge_id, amount: record.amount}\n          \
                  then: {problem: '\"none\"'}\n    will: [";
    CLAIM.replacen("    will: [", second, 1)
}

/// The operation while the provider is down, and another number of the claim before that works again.
async fn renumbered_meanwhile(world: &World, operation: &Operation) -> Verdict {
    world.misbehave(Mode::Down, 1_000_000);
    world.submit(operation).await;
    let mut body = world.body("claim", "c1").await;
    body.insert("number".into(), json!("C-2"));
    let brought = json!([{"kind": "claim", "id": "c1", "body": body}]);
    assert_eq!(world.ingest(brought).await["rejected"], json!([]));
    world.misbehave(Mode::None, 0);
    ended(world, operation.id).await
}

async fn revision(world: &World) -> u64 {
    let store = &world.platform().store;
    let row = store.record(TENANT, "claim", "c1").await.unwrap();
    row.unwrap().revision
}

#[tokio::test]
async fn the_last_word_names_the_last_revision_and_what_all_of_them_went_on_from() {
    let world = world_of(&in_two_parts(), 4_000).await;
    let operation = grant(&world);
    let first = world.submit(&operation).await;
    assert_eq!((first.revision, first.from_revision), (Some(2), Some(1)));
    let verdict = ended(&world, operation.id).await;
    assert_eq!(verdict.word, VerdictWord::Confirmed, "{verdict:?}");
    assert_eq!(world.refunds().len(), 2);
    assert_eq!(revision(&world).await, 4);
    assert_eq!(
        (verdict.revision, verdict.from_revision),
        (Some(4), Some(1))
    );
    // Whoever goes on from it meets no conflict.
    let body = world.body("claim", "c1").await;
    assert_eq!(
        (&body["state"], &body["problem"]),
        (&json!("paid"), &json!("none"))
    );
}

#[tokio::test]
async fn what_somebody_else_changed_in_between_is_not_passed_over() {
    let world = world_of(CLAIM, 4_000).await;
    let verdict = renumbered_meanwhile(&world, &grant(&world)).await;
    assert_eq!(
        (verdict.revision, verdict.from_revision),
        (Some(4), Some(3))
    );
}

#[tokio::test]
async fn an_end_that_writes_nothing_names_nobody_elses_revision() {
    let silent = CLAIM.replacen(
        "          then: {state: '\"paid\"', paid_as: result.id}\n",
        "",
        1,
    );
    assert_ne!(silent, CLAIM);
    let silent = silent.replacen("  - {id: paid, label: paid, tone: green}\n", "", 1);
    let world = world_of(&silent, 4_000).await;
    let verdict = renumbered_meanwhile(&world, &grant(&world)).await;
    assert_eq!((verdict.word, code(&verdict)), (VerdictWord::Confirmed, ""));
    assert_eq!(revision(&world).await, 3);
    assert_eq!(
        (verdict.revision, verdict.from_revision),
        (Some(2), Some(1))
    );
}
