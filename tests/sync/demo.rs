//! Scenario and clock of a demo, chosen on the laptop.

use std::sync::Arc;

use serde_json::json;
use watchkeeper_core::Code;
use watchkeeper_core::features::demo;
use watchkeeper_core::features::demo::view::ChooseWorldRequest;
use watchkeeper_wire::demo::{ChooseWorld, Scenario, Worlds};
use watchkeeper_wire::problem;

use crate::scripted::{Reply, Request, State, now};
use crate::world::{World, parcel};

fn worlds(chosen: Option<&str>) -> Worlds {
    Worlds {
        scenarios: vec![Scenario {
            id: "full".into(),
            label: "Every shelf is full".into(),
        }],
        scenario: chosen.map(ToOwned::to_owned),
        now: now(),
        undone: None,
    }
}

/// Answers as a demo does; a choice is another history with other records.
fn behaves(request: &Request, state: &mut State) -> Option<Reply> {
    if request.path != "/demo/worlds" {
        return None;
    }
    if request.method == "GET" {
        return Some(Reply::json(&worlds(None)));
    }
    let wanted: ChooseWorld = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(wanted.now, None);
    state.history = Some("two".into());
    state.epoch = "e-two".into();
    for id in ["p1", "p2"] {
        state.remove("parcel", id);
    }
    state.put("parcel", "p9", parcel("N-9", 3));
    Some(Reply::json(&worlds(wanted.scenario.as_deref())))
}

async fn in_a_demo() -> World {
    let world = World::new(2).await;
    world.platform.with(|state| {
        state.demo = true;
        state.history = Some("one".into());
    });
    world.platform.behave(behaves);
    world.engine.sync_once().await.unwrap();
    world
}

fn full() -> ChooseWorldRequest {
    ChooseWorldRequest {
        scenario: Some("full".into()),
        at: None,
    }
}

#[tokio::test]
async fn a_world_that_is_chosen_fills_the_laptop_anew_and_what_waits_is_held_and_told() {
    let world = in_a_demo().await;
    let open = [Arc::clone(&world.engine)];
    let shown = demo::worlds(&world.engine, &open).await.unwrap();
    assert_eq!((shown.scenario.as_deref(), shown.waits), (None, 0));
    assert_eq!(shown.scenarios[0].label, "Every shelf is full");
    assert_eq!(shown.zone, "Australia/Melbourne");
    assert!(shown.now.contains("+1"), "the tenant's wall: {}", shown.now);
    world.release("p1").await.unwrap();
    let shown = demo::worlds(&world.engine, &open).await.unwrap();
    assert_eq!(shown.waits, 1);

    let chosen = demo::choose(&world.engine, &open, full()).await.unwrap();
    assert_eq!(chosen.scenario.as_deref(), Some("full"));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.find("N-9").await.total, 1);
    assert_eq!(world.cached("SELECT count(*) FROM record").await, 2);
    let status = world.status().await;
    assert_eq!((status.held.len(), status.waiting.len()), (1, 0));
    let reason = status.held[0].reason.as_ref().unwrap();
    assert_eq!(reason.code, "platform.restored");
    assert!(reason.detail.contains("demo"), "{}", reason.detail);
    // Nothing of it goes out by itself.
    world.engine.sync_once().await.unwrap();
    let effects = world.platform.with(|state| state.effects.len());
    assert_eq!(effects, 0);
    world.check().await;
}

#[tokio::test]
async fn a_platform_that_is_no_demo_is_not_asked_for_worlds() {
    let world = World::synced(1).await;
    let open = [Arc::clone(&world.engine)];
    let asked = demo::worlds(&world.engine, &open).await.unwrap_err();
    let chosen = demo::choose(&world.engine, &open, full())
        .await
        .unwrap_err();
    assert_eq!((asked.code, chosen.code), (Code::NotFound, Code::NotFound));
    let requests = world.platform.with(|state| state.asked("/demo"));
    assert_eq!(requests.len(), 0);
}

#[tokio::test]
async fn a_no_of_the_demo_is_told_and_nothing_is_replaced() {
    let world = in_a_demo().await;
    let open = [Arc::clone(&world.engine)];
    for (answer, code) in [
        (problem::Code::DemoBusy, Code::DemoBusy),
        (problem::Code::BodyInvalid, Code::NotFound),
        (problem::Code::Internal, Code::Unreachable),
    ] {
        let says = move |request: &Request, _: &mut State| {
            (request.path == "/demo/worlds").then(|| Reply::problem(answer))
        };
        world.platform.behave(says);
        let refused = demo::choose(&world.engine, &open, full()).await;
        assert_eq!(refused.unwrap_err().code, code);
    }
    world.platform.behave(behaves);
    let at = Some("soon".to_owned());
    let request = ChooseWorldRequest { at, ..full() };
    let refused = demo::choose(&world.engine, &open, request).await;
    assert_eq!(refused.unwrap_err().code, Code::NotNow);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.total, 2);
    let history = world.platform.with(|state| json!(state.history));
    assert_eq!(history, json!("one"));
}
