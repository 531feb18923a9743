//! The platform restored from a backup (fault 7).

use watchkeeper_core::features::queues::view::Standing;
use watchkeeper_core::features::sync;

use crate::office::Office;

#[tokio::test]
async fn fault_07_after_a_restore_nothing_goes_out_before_a_person_says_so_and_money_moves_once() {
    let office = Office::new(3).await;
    let laptop = office.laptop("kim").await;
    let backup = office.back_up();
    // Confirmed after the backup: the provider has paid.
    let lost = laptop.act("c1", "grant").await.unwrap();
    laptop.drained().await;
    assert_eq!(laptop.state_of("c1").await, "paid");
    assert_eq!(office.payments().len(), 1);
    // Made while nobody answers.
    let waiting = laptop.act("c2", "grant").await.unwrap();
    let office = office.restart(Some(&backup)).await;

    laptop.turn().await;
    let status = laptop.status().await;
    let mut held: Vec<(&str, &str)> = status
        .held
        .iter()
        .map(|held| {
            (
                held.id.as_str(),
                held.reason.as_ref().unwrap().code.as_str(),
            )
        })
        .collect();
    held.sort_by_key(|(_, code)| std::cmp::Reverse(*code));
    assert_eq!(
        held,
        [
            (lost.id.as_str(), "platform.restored_confirmed"),
            (waiting.id.as_str(), "platform.restored"),
        ]
    );
    for held in &status.held {
        assert_eq!(held.standing, Standing::HeldRestored);
    }
    // The mirror is what the platform is now, nothing is shown as done, and nothing went out.
    for id in ["c1", "c2"] {
        assert_eq!(laptop.state_of(id).await, "open");
    }
    laptop.turn().await;
    laptop.turn().await;
    assert_eq!(laptop.status().await.held.len(), 2);
    assert_eq!(office.payments().len(), 1);

    // Sent again, under the same id: the provider has it already.
    for id in [&lost.id, &waiting.id] {
        sync::retry(&laptop.engine, id).await.unwrap();
    }
    laptop.drained().await;
    let status = laptop.status().await;
    assert!(status.held.is_empty(), "{:?}", status.held);
    for id in ["c1", "c2"] {
        assert_eq!(laptop.state_of(id).await, "paid");
    }
    let mut charges: Vec<String> = office
        .payments()
        .iter()
        .map(|payment| payment["charge"].as_str().unwrap().to_owned())
        .collect();
    charges.sort();
    assert_eq!(charges, ["ch_1", "ch_2"]);
    assert_eq!(status.chain.entries, status.chain.countersigned);
    laptop.check().await;
}

#[tokio::test]
async fn fault_07_kept_as_it_is_a_lost_operation_is_given_up_and_its_record_free() {
    let office = Office::new(1).await;
    let laptop = office.laptop("kim").await;
    let backup = office.back_up();
    let lost = laptop.act("c1", "reject").await.unwrap();
    laptop.drained().await;
    let _office = office.restart(Some(&backup)).await;
    laptop.turn().await;
    assert!(laptop.act("c1", "grant").await.is_err(), "it is in the way");
    sync::discard(&laptop.engine, &lost.id).await.unwrap();
    assert_eq!(laptop.state_of("c1").await, "open");
    laptop.act("c1", "reject").await.unwrap();
    laptop.drained().await;
    assert_eq!(laptop.state_of("c1").await, "rejected");
    laptop.check().await;
}

#[tokio::test]
async fn fault_07_a_laptop_that_saw_nothing_of_what_was_lost_is_told_all_the_same() {
    let office = Office::new(2).await;
    let (one, other) = (office.laptop("kim").await, office.laptop("lee").await);
    let backup = office.back_up();
    one.act("c1", "grant").await.unwrap();
    one.drained().await;
    // It has not seen the grant, and queues something of its own.
    let queued = other.act("c2", "reject").await.unwrap();
    let office = office.restart(Some(&backup)).await;
    // The restored platform goes on, past where the laptops' cursors are.
    office.claims(3..=60).await;
    other.turn().await;
    let held = other.status().await.held;
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].id, queued.id);
    one.turn().await;
    assert_eq!(one.status().await.held.len(), 1);
    assert_eq!(one.state_of("c1").await, "open");
    assert_eq!(one.state_of("c60").await, "open");
}

#[tokio::test]
async fn fault_07_a_restart_is_no_restore() {
    let office = Office::new(2).await;
    let laptop = office.laptop("kim").await;
    laptop.act("c1", "reject").await.unwrap();
    laptop.drained().await;
    laptop.act("c2", "reject").await.unwrap();
    let _office = office.restart(None).await;
    laptop.drained().await;
    let status = laptop.status().await;
    assert!(status.held.is_empty(), "{:?}", status.held);
    assert_eq!(status.settled.len(), 2);
}

/// The line breaks in the middle of finding out: the next turn finds out the rest.
#[tokio::test]
async fn fault_07_an_app_that_ends_while_it_finds_out_goes_on_with_it_and_sends_nothing_before() {
    let office = Office::new(2).await;
    let laptop = office.laptop("kim").await;
    let backup = office.back_up();
    laptop.act("c1", "reject").await.unwrap();
    laptop.drained().await;
    laptop.act("c2", "reject").await.unwrap();
    let office = office.restart(Some(&backup)).await;
    // The name of the new history is kept and no more: as a kill between the two leaves it.
    let name = office.server.platform.history.name();
    let state = &laptop.engine.stores().state;
    state
        .write(move |state| {
            let history = serde_json::json!({"name": name, "unchecked": true});
            watchkeeper_core::store::setting::put(state, "history", &history)
        })
        .await
        .unwrap();
    laptop.turn().await;
    let held = laptop.status().await.held;
    assert_eq!(held.len(), 1, "{held:?}");
    assert_eq!(
        held[0].reason.as_ref().unwrap().code,
        "platform.restored_confirmed"
    );
}
