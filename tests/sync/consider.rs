//! What an action would do as it is meant, before anything is queued.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::queues::view::{ActRequest, ActionView, ConsiderRequest, RowWord};

use crate::world::{World, pack};

/// A parcel of which a part of the fee is given back: a row, an agreement and a line of what it will do
/// go by the amount that is said.
async fn world() -> World {
    let world = World::new(1).await;
    world.platform.with(|state| {
        state.roles = vec!["clerk".to_owned()];
        state.pack = Some(pack(1, |text| {
            let asks = "    params:\n      percent: {type: integer, label: Percent}\n    policy:\n      - {id: P-7, \
                        title: A part of it, when: params.percent > 0 && params.percent <= 100, \
                        otherwise: parcel.no_part, found: '{{ params.percent }} percent', \
                        refusal: A part is 1 to 100 percent., override: never}\n    approvals:\n      \
                        - {id: P-9, title: Large parts, when: params.percent > 50, \
                        found: '{{ params.percent }} percent', role: lead}\n";
            let before = "    params:\n      reason: {type: text, label: Reason}\n    policy: []\n";
            let note = "note: params.reason";
            text.replace(before, asks)
                .replace(note, "note: '\"part\"'")
                .replace("['send it back']", "['give {{ params.percent }} percent back']")
        }));
    });
    world.engine.sync_once().await.unwrap();
    world
}

async fn consider(world: &World, percent: Option<i64>, amends: Option<Uuid>) -> ActionView {
    let params = percent.map(|percent| ("percent".to_owned(), percent.to_string()));
    let request = ConsiderRequest {
        kind: "parcel".into(),
        id: "p1".into(),
        action: "return".into(),
        params: params.into_iter().collect(),
        amends: amends.map(|id| id.to_string()),
    };
    queues::consider(&world.engine, request).await.unwrap()
}

fn words(view: &ActionView) -> Vec<(&str, RowWord, &str)> {
    let rows = view.policy.iter();
    rows.map(|row| (row.id.as_str(), row.outcome, row.found.as_str()))
        .collect()
}

#[tokio::test]
async fn what_waits_for_a_parameter_says_so_and_follows_what_is_said() {
    let world = world().await;
    let open = consider(&world, None, None).await;
    assert_eq!(
        words(&open),
        [("P-7", RowWord::Open, ""), ("P-9", RowWord::Open, "")],
        "nothing is said to be undecidable that is only still to be said"
    );
    assert_eq!(open.policy[0].reads, ["percent"]);
    assert!(open.denied.is_none() && open.allowed && open.asks.is_empty());
    // The record says the same before anything is said.
    let record = world.record("p1").await;
    assert!(record.actions.contains(&open));

    let some = consider(&world, Some(20), None).await;
    assert_eq!(
        words(&some),
        [
            ("P-7", RowWord::Passed, "20 percent"),
            ("P-9", RowWord::Passed, "20 percent")
        ]
    );
    assert!(some.asks.is_empty());
    assert_eq!(some.will, ["give 20 percent back"]);

    let much = consider(&world, Some(60), None).await;
    assert_eq!(much.policy[1].outcome, RowWord::Asks);
    assert_eq!(much.asks[0].row, "P-9");

    let wrong = consider(&world, Some(0), None).await;
    let denied = wrong.denied.unwrap();
    assert_eq!(
        (denied.row.as_deref(), denied.detail.as_str()),
        (Some("P-7"), "A part is 1 to 100 percent.")
    );
    assert!(
        world.status().await.waiting.is_empty(),
        "nothing was queued"
    );
}

#[tokio::test]
async fn what_is_under_way_is_in_the_way_of_another() {
    let world = world().await;
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "parcel".into(),
        id: "p1".into(),
        action: "return".into(),
        params: BTreeMap::from([("percent".to_owned(), json!(20).to_string())]),
        typed: None,
        seen_revision: world.record("p1").await.revision,
        amends: None,
    };
    queues::act(&world.engine, request).await.unwrap();
    let again = consider(&world, Some(20), None).await;
    assert!(again.denied.is_some());
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = world().await;
    let request = |id: &str, action: &str| ConsiderRequest {
        kind: "parcel".into(),
        id: id.into(),
        action: action.into(),
        params: BTreeMap::new(),
        amends: None,
    };
    for (id, action) in [("none", "return"), ("p1", "none")] {
        let asked = queues::consider(&world.engine, request(id, action)).await;
        assert_eq!(asked.unwrap_err().code, Code::NotFound);
    }
}

#[tokio::test]
async fn a_rule_says_which_of_our_changes_it_counts_before_they_are_confirmed() {
    let world = World::new(3).await;
    world.platform.with(|state| {
        state.pack = Some(pack(1, |text| {
            let rule = "    policy:\n      - {id: P-7, title: Few wait, when: lookups.waiting_here < 10, \
                        otherwise: parcel.many, found: '{{ lookups.waiting_here }} wait', \
                        refusal: Too many wait., override: never}\n";
            let before = "    params:\n      reason: {type: text, label: Reason}\n    policy: []\n";
            let note = "note: params.reason";
            text.replace(before, rule)
                .replace(note, "note: '\"sent back\"'")
        }));
    });
    world.engine.sync_once().await.unwrap();
    let few = |view: &ActionView| {
        let row = view.policy[0].clone();
        let ours = row.ours.into_iter().map(|one| (one.label, one.count));
        (row.found, ours.collect::<Vec<_>>())
    };
    let before = consider(&world, None, None).await;
    assert_eq!(few(&before), ("3 wait".to_owned(), vec![]));
    // Without this laptop's word for it nobody else knows that two more have gone.
    world.release("p2").await.unwrap();
    world.release("p3").await.unwrap();
    let queued = consider(&world, None, None).await;
    let parcels = ("Parcels".to_owned(), 2);
    assert_eq!(few(&queued), ("1 wait".to_owned(), vec![parcels]));
    let release = world.record("p1").await;
    let release = release.actions.iter().find(|one| one.action == "release");
    let rows = &release.unwrap().policy;
    assert!(rows.iter().all(|row| row.ours.is_empty()), "{rows:?}");
    world.engine.sync_once().await.unwrap();
    let confirmed = consider(&world, None, None).await;
    assert_eq!(few(&confirmed), ("1 wait".to_owned(), vec![]));
}
