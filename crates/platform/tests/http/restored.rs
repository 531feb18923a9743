//! A store put back to what it once was is another history (fault 7).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use watchkeeper_platform::connectors::stand_in::PastRefund;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::approvals::{claim, grant};
use crate::live::{back, done, paid, risky, shop, stand_ins};
use crate::support::{TENANT, World, problem};

pub fn back_up(world: &World) -> PathBuf {
    let backup = world.data.path().join("backup");
    let database = rusqlite::Connection::open(world.data.path().join("platform.db")).unwrap();
    database
        .execute("VACUUM INTO ?1", [backup.to_str().unwrap()])
        .unwrap();
    backup
}

/// Starts again with what `change` makes of the folder.
pub async fn restarted(world: World, change: impl FnOnce(&Path)) -> World {
    let data = world.data.clone();
    world.crash_with(move || change(data.path())).await
}

pub fn restore(folder: &Path) {
    for beside in ["platform.db", "platform.db-wal", "platform.db-shm"] {
        let _ = std::fs::remove_file(folder.join(beside));
    }
    std::fs::copy(folder.join("backup"), folder.join("platform.db")).unwrap();
}

async fn history(world: &World) -> String {
    let me = world.me().await;
    me["history"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn fault_07_a_restored_store_is_another_history_that_knows_no_cursor_and_does_nothing_unasked()
 {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    let (_, early) = world.pages(&world.token, None).await;
    let before = history(&world).await;
    back_up(&world);
    let operation = world.operation(&id, "approve");
    world.submit(&operation).await;
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(world.refunds().len(), 1);

    let world = restarted(world, restore).await;
    assert_ne!(history(&world).await, before);
    // Even a cursor that saw nothing of what was lost.
    let changes = world.get(&format!("/v1/changes?cursor={early}"));
    assert_eq!(problem(changes).await.1, "cursor.gone");
    let read_back = world.get(&format!("/v1/operations/{}", operation.id));
    assert_eq!(problem(read_back).await.0, 404);
    let stale = json!({"operations": [operation], "history": before});
    let refused = problem(world.post("/v1/operations", &stale)).await;
    assert_eq!(
        (refused.0.as_u16(), refused.1.as_str()),
        (409, "history.changed")
    );
    assert_eq!(world.body("refund", &id).await["state"], "requested");

    // Asked for again, the provider is found to have paid.
    let again = json!({"operations": [operation], "history": history(&world).await});
    let answer = world.post("/v1/operations", &again).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    world.until(operation.id, VerdictWord::Confirmed).await;
    assert_eq!(world.refunds().len(), 1);
    assert_eq!(world.body("refund", &id).await["state"], "refunded");
}

#[tokio::test]
async fn fault_07_kills_and_restarts_are_the_same_history() {
    let mut world = World::new().await;
    let before = history(&world).await;
    for n in 0..3 {
        world.refund(n, 5).await;
        world = world.crash().await;
        assert_eq!(history(&world).await, before);
    }
}

#[tokio::test]
async fn fault_07_a_database_without_its_witness_or_with_a_copied_one_is_another_history() {
    let world = World::new().await;
    let first = history(&world).await;
    let gone = |folder: &Path| std::fs::remove_file(folder.join("platform.witness")).unwrap();
    let world = restarted(world, gone).await;
    let second = history(&world).await;
    assert_ne!(second, first);
    let world = restarted(world, |folder| {
        let (witness, copy) = (folder.join("platform.witness"), folder.join("copy"));
        std::fs::copy(&witness, &copy).unwrap();
        std::fs::rename(&copy, &witness).unwrap();
    })
    .await;
    assert_ne!(history(&world).await, second);
}

/// Everything was put back, the witness in place: only what a client has seen tells.
#[tokio::test]
async fn fault_07_a_cursor_of_ours_from_beyond_the_head_begins_another_history_for_everybody() {
    let world = World::new().await;
    world.refund(1, 5).await;
    let (_, early) = world.pages(&world.token, None).await;
    let before = history(&world).await;
    back_up(&world);
    let witness = std::fs::read(world.data.path().join("platform.witness")).unwrap();
    world.refund(2, 5).await;
    let (_, late) = world.pages(&world.token, None).await;
    let world = restarted(world, |folder| {
        restore(folder);
        std::fs::write(folder.join("platform.witness"), witness).unwrap();
    })
    .await;
    assert_eq!(history(&world).await, before, "nothing tells yet");
    let changes = world.get(&format!("/v1/changes?cursor={late}"));
    assert_eq!(problem(changes).await.1, "cursor.gone");
    let after = history(&world).await;
    assert_ne!(after, before);
    let changes = world.get(&format!("/v1/changes?cursor={early}"));
    assert_eq!(problem(changes).await.1, "cursor.gone");
    // It is kept.
    let world = world.crash().await;
    assert_eq!(history(&world).await, after);
}

/// A refund, and the operation by which it was paid since the platform was backed up.
async fn refunded_after_a_backup() -> (World, String, Operation) {
    let world = World::new().await;
    let id = world.refund(1, 5).await;
    back_up(&world);
    let paid = world.operation(&id, "approve");
    world.submit(&paid).await;
    world.until(paid.id, VerdictWord::Confirmed).await;
    (world, id, paid)
}

/// It was refused, and names the refund that is in its way.
fn names(verdict: &Verdict, refund: &Value) {
    assert_eq!(verdict.word, VerdictWord::Refused, "{verdict:?}");
    let why = verdict.reason.as_ref().unwrap();
    assert_eq!(why.code, "provider.refused");
    let id = refund["id"].as_str().unwrap();
    assert!(why.detail.contains(id), "{}", why.detail);
}

/// Given up on the laptop, and taken anew: another id, which neither the platform nor Stripe has seen.
#[tokio::test]
async fn fault_07_what_a_restored_platform_has_forgotten_is_not_refunded_under_another_id() {
    let (world, id, lost) = refunded_after_a_backup().await;
    let refunds = world.refunds();

    let world = restarted(world, restore).await;
    let anew = world.operation(&id, "approve");
    assert_eq!(world.submit(&anew).await.word, VerdictWord::Accepted);
    let refused = world.until(anew.id, VerdictWord::Refused).await;
    names(&refused, &refunds[0]);
    let detail = refused.reason.unwrap().detail;
    assert!(
        detail.contains("of 22.00 AUD, 2026-11-20 12:00 UTC"),
        "{detail}"
    );
    assert_eq!(world.refunds(), refunds);
    let body = world.body("refund", &id).await;
    assert_eq!(
        (&body["state"], &body["provider_error"]),
        (&json!("failed"), &json!(detail))
    );

    // Whoever still has the lost one sends it again: what was done then is what is shown.
    let again = json!({"operations": [lost], "sent_before": [lost.id]});
    let answer = world.post("/v1/operations", &again).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    world.until_after_waits(lost.id).await;
    let body = world.body("refund", &id).await;
    assert_eq!(
        (&body["state"], &body["provider_refund"]),
        (&json!("refunded"), &refunds[0]["id"])
    );
    assert_eq!(world.refunds(), refunds);
}

#[tokio::test]
async fn fault_07_paypal_refunds_nothing_beside_what_a_restored_platform_has_forgotten() {
    let world = shop().await;
    let id = risky(&world, "CAP1").await;
    back_up(&world);
    let (of, why) = (
        ("fraud_case", id.as_str()),
        json!({"reasoning": "A stolen card", "confirmed": true}),
    );
    let lost = done(&world, of, "decline", why.clone()).await;
    assert_eq!(lost.word, VerdictWord::Confirmed, "{lost:?}");
    let refunds = back(&world);
    assert_eq!(refunds.len(), 1);

    let world = restarted(world, restore).await;
    let anew = done(&world, of, "decline", why).await;
    names(&anew, &refunds[0]);
    assert_eq!(back(&world), refunds);
    assert!(
        world
            .body("fraud_case", &id)
            .await
            .get("refund_reference")
            .is_none()
    );
}

/// One that failed there has moved nothing: it keeps nobody from paying.
#[tokio::test]
async fn fault_07_a_forgotten_refund_that_came_to_nothing_is_in_nobodys_way() {
    let (world, id, _) = refunded_after_a_backup().await;
    let ledger = &stand_ins(&world).ledger;
    let failed = ledger.transact(|tx| tx.execute("UPDATE refund SET status = 'failed'", []));
    assert_eq!(failed.unwrap(), 1);

    let world = restarted(world, restore).await;
    let anew = world.operation(&id, "approve");
    world.submit(&anew).await;
    world.until_after_waits(anew.id).await;
    assert_eq!(world.refunds().len(), 2);
}

/// Parts of one charge go back one after the other, also beside what somebody refunded at the provider.
#[tokio::test]
async fn what_the_platform_knows_and_what_was_refunded_by_hand_stands_in_no_ones_way() {
    let world = crate::approvals::world(4_000).await;
    let by_hand = PastRefund {
        id: "re_by_hand".into(),
        created: paid(&world, "ch_1", 500, 0).created,
        of: paid(&world, "ch_1", 500, 0),
    };
    stand_ins(&world).ledger.refund(&[by_hand]).unwrap();
    for refunds in [2, 3] {
        claim(&world, 4_000).await;
        let row = world.platform().store.record(TENANT, "claim", "c1").await;
        let operation = Operation {
            base_revision: Some(row.unwrap().unwrap().revision),
            ..grant(&world)
        };
        world.submit(&operation).await;
        world.until_after_waits(operation.id).await;
        assert_eq!(world.refunds().len(), refunds);
    }
}
