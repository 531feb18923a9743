//! Saved views on a laptop: one's own at once, with the word of its operation; those of others while they
//! share them; what of one is not possible any more is told.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_core::features::queues::view::{
    ActRequest, OperationView, OperationWord, SavedEntry, Standing, ViewRequest,
};
use watchkeeper_core::features::{queues, search, sync};
use watchkeeper_core::{Code, Error};
use watchkeeper_model::saved_view::MOST_KEPT;
use watchkeeper_wire::operation::VerdictWord;

use crate::scripted::{Reply, now};
use crate::world::{World, pack};

fn wish(states: &[&str]) -> Value {
    let chip = json!({"field": "state", "test": {"type": "among", "values": states}});
    json!({"sort": "-fee", "search": "", "chips": [chip], "group": null, "columns": ["number"]})
}

fn shared_by(owner: &str, name: &str) -> Value {
    json!({
        "owner": owner, "name": name, "view": "parcels", "wish": wish(&["waiting"]).to_string(),
        "shared": true, "kept_at": now(), "changed_at": now(), "state": "kept",
    })
}

async fn cut(world: &World) {
    world.platform.behave(|_, _| Some(Reply::Nothing));
    assert!(world.engine.sync_once().await.is_err());
}

async fn join(world: &World) {
    world.platform.behave_well();
    world.engine.sync_once().await.unwrap();
}

async fn saved(world: &World) -> Vec<SavedEntry> {
    queues::navigation(&world.engine).await.unwrap().saved
}

async fn only(world: &World) -> SavedEntry {
    let mut all = saved(world).await;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn act(
    world: &World,
    on: (&str, u64),
    action: &str,
    params: Value,
) -> Result<OperationView, Error> {
    act_for(world, on, action, params, None).await
}

/// The same, in the place of an operation that is held.
async fn act_for(
    world: &World,
    (id, revision): (&str, u64),
    action: &str,
    params: Value,
    amends: Option<String>,
) -> Result<OperationView, Error> {
    let params = params.as_object().unwrap().iter();
    let params: BTreeMap<String, String> = params
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "saved_view".into(),
        id: id.into(),
        action: action.into(),
        params,
        typed: None,
        seen_revision: revision,
        amends,
    };
    queues::act(&world.engine, request).await
}

fn kept(name: &str, states: &[&str]) -> Value {
    json!({
        "name": name, "view": "parcels", "wish": wish(states).to_string(), "shared": false,
    })
}

async fn keep(world: &World, id: &str, states: &[&str]) -> Result<OperationView, Error> {
    act(world, (id, 0), "keep", kept("Still here", states)).await
}

fn change(name: &str, shared: bool) -> Value {
    json!({"name": name, "wish": wish(&["waiting"]).to_string(), "shared": shared})
}

#[tokio::test]
async fn ones_own_is_there_at_once_and_queued_without_a_line() {
    let world = World::synced(2).await;
    cut(&world).await;
    let id = Uuid::now_v7().to_string();
    let made = keep(&world, &id, &["waiting"]).await.unwrap();
    assert_eq!(
        (made.title.as_str(), made.word),
        ("Still here", OperationWord::Queued)
    );
    let entry = only(&world).await;
    assert_eq!(
        (entry.id.as_str(), entry.view.as_str()),
        (id.as_str(), "parcels")
    );
    assert!(entry.own && !entry.shared && entry.problems.is_empty());
    assert_eq!(entry.word, Some(OperationWord::Queued));
    // It is opened as the view that it is of.
    let wish = entry.wish.unwrap();
    let request = ViewRequest {
        view: entry.view,
        sort: wish.sort,
        chips: wish.chips,
        columns: wish.columns,
        limit: 9,
        ..ViewRequest::default()
    };
    let page = queues::page(&world.engine, request).await.unwrap();
    assert_eq!(
        (page.total, page.columns.len(), page.sort.as_str()),
        (2, 1, "-fee")
    );
    // What is done to it before the platform has it goes behind that, in its lane.
    let renamed = act(&world, (&id, 0), "change", change("Waiting", true)).await;
    assert_eq!(renamed.unwrap().word, OperationWord::Queued);
    assert_eq!(only(&world).await.name, "Waiting");
    assert!(
        search::search(&world.engine, "still")
            .await
            .unwrap()
            .is_empty()
    );

    join(&world).await;
    world.engine.sync_once().await.unwrap();
    let entry = only(&world).await;
    assert_eq!(
        (entry.name.as_str(), entry.shared, entry.word),
        ("Waiting", true, None)
    );
    assert_eq!(entry.revision, 2);
    world
        .platform
        .with(|state| assert_eq!(state.effects.len(), 2));
    world.check().await;
}

#[tokio::test]
async fn one_that_is_not_made_stays_with_the_word_that_says_so() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    let id = Uuid::now_v7().to_string();
    keep(&world, &id, &["waiting"]).await.unwrap();
    world.engine.sync_once().await.unwrap();
    let entry = only(&world).await;
    assert_eq!((entry.name.as_str(), entry.own), ("Still here", true));
    assert_eq!(entry.word, Some(OperationWord::Refused));
    // Given up, there is nothing of it left.
    let held = world.status().await.held.remove(0);
    sync::discard(&world.engine, &held.id).await.unwrap();
    assert_eq!(saved(&world).await, []);
    world.check().await;
}

#[tokio::test]
async fn one_that_was_refused_is_asked_for_once_more_in_its_place() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    let id = Uuid::now_v7().to_string();
    let first = keep(&world, &id, &["waiting"]).await.unwrap();
    assert_eq!(only(&world).await.held, None, "it is on its way");
    world.engine.sync_once().await.unwrap();
    let held = only(&world).await.held.unwrap();
    assert_eq!((&held.operation, held.makes), (&first.id, true));
    // There is nothing to be changed; only another may take its place.
    let changed = act(&world, (&id, 0), "change", change("Once more", false)).await;
    assert!(changed.is_err());
    let again = kept("Once more", &["released"]);
    let again = act_for(&world, (&id, 0), "keep", again, Some(held.operation)).await;
    assert_eq!(again.unwrap().word, OperationWord::Queued);
    let entry = only(&world).await;
    assert_eq!(
        (entry.name.as_str(), entry.word, entry.held),
        ("Once more", Some(OperationWord::Queued), None)
    );
    world.engine.sync_once().await.unwrap();
    let entry = only(&world).await;
    assert_eq!(
        (entry.name.as_str(), entry.word, entry.revision),
        ("Once more", None, 1)
    );
    world
        .platform
        .with(|state| assert_eq!(state.effects.len(), 1));
    let amended = "SELECT count(*) FROM audit WHERE event = 'amended'";
    assert_eq!(world.stated(amended).await, 1);
    world.check().await;
}

#[tokio::test]
async fn one_too_many_is_refused_before_it_is_sent_and_one_dropped_makes_room() {
    let world = World::synced(1).await;
    world.platform.with(|state| {
        for n in 1..MOST_KEPT {
            state.put(
                "saved_view",
                &format!("v{n}"),
                shared_by("op-1", &format!("View {n}")),
            );
        }
        state.put("saved_view", "theirs", shared_by("op-2", "Theirs"));
    });
    world.engine.sync_once().await.unwrap();
    cut(&world).await;
    keep(&world, &Uuid::now_v7().to_string(), &["waiting"])
        .await
        .unwrap();
    // The one that waits counts as well.
    let another = Uuid::now_v7().to_string();
    let refused = keep(&world, &another, &["waiting"]).await.unwrap_err();
    assert_eq!(refused.code, Code::PolicyDenied);
    let detail = refused.detail.unwrap();
    assert!(detail.contains(&MOST_KEPT.to_string()), "{detail}");
    act(&world, ("v1", 1), "drop", json!({})).await.unwrap();
    keep(&world, &another, &["waiting"]).await.unwrap();
    world.check().await;
}

#[tokio::test]
async fn what_is_changed_before_it_is_made_goes_by_what_making_it_gave() {
    for refused in [false, true] {
        let world = World::synced(1).await;
        let id = Uuid::now_v7().to_string();
        keep(&world, &id, &["waiting"]).await.unwrap();
        act(&world, (&id, 0), "change", change("Waiting", true))
            .await
            .unwrap();
        if refused {
            let words = |state: &mut crate::scripted::State| {
                state.words.push_back(VerdictWord::Refused);
            };
            world.platform.with(words);
        }
        world.engine.sync_once().await.unwrap();
        if refused {
            // Without it there is nothing to change, and that is said.
            let held = world.status().await.held.remove(0);
            sync::discard(&world.engine, &held.id).await.unwrap();
            world.engine.sync_once().await.unwrap();
            let status = world.status().await;
            assert_eq!(status.held[0].action_id, "change");
            assert_eq!(status.held[0].standing, Standing::HeldConflict);
        } else {
            assert_eq!(only(&world).await.revision, 2);
        }
        world.check().await;
    }
}

#[tokio::test]
async fn those_of_others_are_there_while_they_share_them_and_theirs_to_change() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.put("saved_view", "theirs", shared_by("op-2", "Ours")));
    world.engine.sync_once().await.unwrap();
    let entry = only(&world).await;
    assert_eq!(
        (entry.owner.as_str(), entry.own, entry.shared),
        ("op-2", false, true)
    );
    for (action, params) in [("change", change("Mine", true)), ("drop", json!({}))] {
        let refused = act(&world, ("theirs", 1), action, params)
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::PolicyDenied, "{action}");
    }
    // One's own come first.
    keep(&world, &Uuid::now_v7().to_string(), &["waiting"])
        .await
        .unwrap();
    let names: Vec<String> = saved(&world)
        .await
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["Still here", "Ours"]);
    // Private again.
    world
        .platform
        .with(|state| state.remove("saved_view", "theirs"));
    world.engine.sync_once().await.unwrap();
    assert_eq!(only(&world).await.name, "Still here");
}

#[tokio::test]
async fn what_is_dropped_goes_once_the_platform_says_so() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.put("saved_view", "mine", shared_by("op-1", "Mine")));
    world.engine.sync_once().await.unwrap();
    cut(&world).await;
    act(&world, ("mine", 1), "drop", json!({})).await.unwrap();
    let entry = only(&world).await;
    assert!(entry.dropped);
    assert_eq!(entry.word, Some(OperationWord::Queued));
    join(&world).await;
    world.engine.sync_once().await.unwrap();
    assert_eq!(saved(&world).await, []);
}

#[tokio::test]
async fn what_the_view_cannot_show_is_not_kept_and_told_where_a_pack_has_taken_it() {
    let world = World::synced(1).await;
    let id = Uuid::now_v7().to_string();
    let gone = json!({"sort": "note", "search": "", "chips": [], "group": null, "columns": []});
    let params = json!({
        "name": "Odd", "view": "parcels", "wish": gone.to_string(), "shared": false,
    });
    let refused = act(&world, (&id, 0), "keep", params).await.unwrap_err();
    assert_eq!(refused.code, Code::PolicyDenied);
    assert_eq!(saved(&world).await, []);

    keep(&world, &id, &["waiting"]).await.unwrap();
    world.engine.sync_once().await.unwrap();
    // The fee has no index any more.
    world.platform.with(|state| {
        let without = |parcel: &str| {
            let fee = "fee: {type: money, label: Fee, indexed: true}";
            assert!(parcel.contains(fee));
            parcel.replace(fee, "fee: {type: money, label: Fee}")
        };
        state.pack = Some(pack(2, without));
    });
    world.engine.sync_once().await.unwrap();
    world.engine.sync_once().await.unwrap();
    let entry = only(&world).await;
    assert_eq!(
        entry.problems,
        ["Sort by `fee`: the view cannot be sorted by it."]
    );
    assert!(entry.wish.is_some(), "the rest is shown");
    // It can be renamed all the same.
    let renamed = act(&world, (&id, entry.revision), "change", {
        let mut all = change("Fees", false);
        all["wish"] = json!(wish(&["waiting"]).to_string());
        all
    });
    assert_eq!(renamed.await.unwrap().word, OperationWord::Queued);
}
