//! A store put back to what it once was is another history (fault 7).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use watchkeeper_wire::operation::VerdictWord;

use crate::support::{World, problem};

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
    let me: Value = world
        .get("/v1/me")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
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
