//! Fault 69 through the real store: whoever holds the laptop and its key changes the audit chain.

use serde_json::json;
use watchkeeper_core::store::StoreError;
use watchkeeper_wire::problem::Code;

use crate::scripted::Reply;
use crate::world::World;

/// A chain of five entries, of which the first four are countersigned.
async fn worked() -> World {
    let world = World::synced(5).await;
    for id in ["p1", "p2"] {
        world.release(id).await.unwrap();
        world.engine.sync_once().await.unwrap();
    }
    world.engine.sync_once().await.unwrap();
    world.release("p3").await.unwrap();
    let status = world.status().await;
    assert_eq!((status.chain.entries, status.chain.countersigned), (5, 4));
    assert_eq!(world.engine.check_chain().await.unwrap().broken, None);
    world
}

async fn tamper(world: &World, sql: &'static str) {
    world
        .engine
        .stores()
        .state
        .write(move |state| Ok::<_, StoreError>(state.execute_batch(sql)?))
        .await
        .unwrap();
}

#[tokio::test]
async fn fault_69_the_first_bad_entry_is_named_whatever_was_done_and_shown() {
    for (what, first_bad, sql) in [
        (
            "edited",
            2,
            "UPDATE audit SET entry = replace(entry, 'op-1', 'op-2') WHERE seq = 2",
        ),
        (
            "edited, and its hash",
            3,
            "UPDATE audit SET hash = printf('%064d', 7) WHERE seq = 3",
        ),
        ("removed", 3, "DELETE FROM audit WHERE seq = 3"),
        (
            "removed, and the rest moved up",
            2,
            "DELETE FROM audit WHERE seq = 2;
             UPDATE audit SET seq = seq - 1 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;
             UPDATE audit SET seq = 4 WHERE seq = 5;",
        ),
        (
            "two changed places",
            2,
            "UPDATE audit SET seq = 90 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3;
             UPDATE audit SET seq = 3 WHERE seq = 90;",
        ),
        ("tail cut", 4, "DELETE FROM audit WHERE seq > 3"),
        ("all of it", 1, "DELETE FROM audit"),
        (
            "unreadable",
            1,
            "UPDATE audit SET entry = '{}' WHERE seq = 1",
        ),
    ] {
        let world = worked().await;
        tamper(&world, sql).await;
        let broken = world.engine.check_chain().await.unwrap().broken;
        assert_eq!(broken.map(|broken| broken.seq), Some(first_bad), "{what}");
        let shown = world.status().await.chain.broken_at;
        assert_eq!(shown, Some(u32::try_from(first_bad).unwrap()), "{what}");
    }
}

#[tokio::test]
async fn fault_69_a_tail_beyond_the_signed_head_may_go_unseen_and_no_more_than_that() {
    let world = worked().await;
    tamper(&world, "DELETE FROM audit WHERE seq = 5").await;
    // Agrees with itself and with every countersignature: only the platform could know, once it was
    // delivered. That is why a chain is delivered at every turn.
    assert_eq!(world.engine.check_chain().await.unwrap().broken, None);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.engine.check_chain().await.unwrap().broken, None);
}

/// The chain as it stands: place, hash and entry.
async fn entries_of(world: &World) -> Vec<(i64, String, String)> {
    let state = &world.engine.stores().state;
    state
        .read(|state| {
            let mut rows = state.prepare("SELECT seq, hash, entry FROM audit ORDER BY seq")?;
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn fault_69_a_chain_computed_anew_is_found_through_the_signed_head_and_is_no_restored_copy() {
    let world = worked().await;
    // Every hash right: entries of another chain of the same device, under the old countersignatures.
    let other = World::synced(5).await;
    let entries = entries_of(&other).await;
    assert!(entries.is_empty(), "nothing was done there");
    for id in ["p1", "p2", "p3", "p4"] {
        other.release(id).await.unwrap();
    }
    let entries = entries_of(&other).await;
    world
        .engine
        .stores()
        .state
        .write(move |state| {
            state.execute("DELETE FROM audit", [])?;
            for entry in &entries {
                state.execute(
                    "INSERT INTO audit (seq, hash, entry) VALUES (?1, ?2, ?3)",
                    entry.clone(),
                )?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let broken = world.engine.check_chain().await.unwrap().broken;
    assert!(broken.is_some_and(|broken| broken.seq <= 4));
    // The platform refuses it. It is not taken for a copy that was put back: it stays in view.
    world.platform.behave(|request, _| {
        (request.path == "/v1/audit").then(|| Reply::problem(Code::ChainBroken))
    });
    world.release("p5").await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert!(!world.engine.is_chain_forked());
    assert!(world.status().await.chain.broken_at.is_some());
}

#[tokio::test]
async fn fault_72_a_chain_that_holds_but_is_refused_is_marked_as_forked_and_work_goes_on() {
    let world = worked().await;
    world.platform.behave(|request, _| {
        (request.path == "/v1/audit").then(|| Reply::problem(Code::ChainBroken))
    });
    world.engine.sync_once().await.unwrap();
    assert!(world.engine.is_chain_forked());
    let marked = "SELECT count(*) FROM setting WHERE name = 'audit.forked'";
    assert_eq!(world.stated(marked).await, 1);
    assert_eq!(world.status().await.settled.len(), 3, "operations go on");
    let shown = serde_json::to_value(world.status().await.link).unwrap();
    assert_eq!(shown, json!("in_step"));
}
