//! Controls of the platform on a laptop: shown as they are in force, never before; what one freezes is
//! refused without a line, and held where it waits.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;
use watchkeeper_core::Code;
use watchkeeper_core::features::controls::view::{ControlView, FrozenAction};
use watchkeeper_core::features::queues::view::{
    ActRequest, CellValue, ConsiderRequest, OperationView, OperationWord, Standing,
};
use watchkeeper_core::features::{controls, queues, sync};
use watchkeeper_wire::operation::{Verdict, VerdictWord};

use crate::scripted::{Reply, now};
use crate::world::{World, pack_with};

const CONTROLS: &str = "controls:\n  freeze: {row: P-9, label: Frozen, default: false, \
                        roles: [lead], banner: Nothing goes out today.}\n";

/// Releases are frozen by the control.
fn frozen(parcel: &str) -> String {
    let row = "        override: never\n    not_after";
    assert!(parcel.contains(row));
    let more = "        override: never\n      - id: P-9\n        title: Not frozen\n        \
                when: controls.freeze != true\n        otherwise: parcel.frozen\n        \
                found: 'frozen'\n        refusal: Releases are frozen.\n        \
                override: never\n    not_after";
    parcel.replace(row, more)
}

const REGIONS: &str = "  pause: {row: P-8, label: Paused, default: false, each_region: true, \
                       roles: [lead]}\nregions:\n  \
                       d1: {row: P-7, label: North, zone: Australia/Melbourne, currency: AUD, tax: none}\n  \
                       d2: {row: P-7, label: South, zone: Australia/Melbourne, currency: AUD, tax: none}\n";

/// Releases are stopped at a depot by the pause of its region as well.
fn paused(parcel: &str) -> String {
    let row = "        override: never\n    not_after";
    assert!(parcel.contains(row));
    let more = "        override: never\n      - id: P-8\n        title: Not paused\n        \
                when: controls.pause == false || !(record.depot in controls.pause) \
                || controls.pause[record.depot] != true\n        \
                otherwise: parcel.paused\n        found: 'paused'\n        \
                refusal: Releases are paused here.\n        override: never\n    not_after";
    parcel.replace(row, more)
}

fn record(state: &str, more: &Value) -> Value {
    let mut body = json!({
        "name": "freeze", "label": "Frozen", "variable": "t-1/freeze", "state": state,
    });
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    body
}

/// A laptop in step with a platform that has a control.
async fn world(parcels: u32) -> World {
    let world = World::new(parcels).await;
    world.platform.with(|state| {
        state.pack = Some(pack_with(1, CONTROLS, &[], frozen));
        state.roles = vec!["lead".into()];
        state.put("control", "freeze", record("steady", &json!({})));
    });
    world.engine.sync_once().await.unwrap();
    world
}

async fn cut(world: &World) {
    world.platform.behave(|_, _| Some(Reply::Nothing));
    assert!(world.engine.sync_once().await.is_err());
}

async fn join(world: &World) {
    world.platform.behave_well();
    world.engine.sync_once().await.unwrap();
}

fn freeze(world: &World, on: bool) {
    world.platform.with(|state| {
        state.controls.insert("freeze".into(), json!(on));
        let more = json!({
            "value": on.to_string(), "by": "op-2", "since": now(), "reason": "A suspicion.",
            "banner": "Nothing goes out today.",
        });
        state.put("control", "freeze", record("steady", &more));
    });
}

async fn control(world: &World) -> ControlView {
    let mut all = controls::controls(&world.engine).await.unwrap().controls;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn switch(world: &World, value: &str) -> OperationView {
    let params = BTreeMap::from([
        ("value".to_owned(), json!(value).to_string()),
        ("reason".to_owned(), json!("A suspicion.").to_string()),
    ]);
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "control".into(),
        id: "freeze".into(),
        action: "switch".into(),
        params,
        typed: None,
        seen_revision: control(world).await.revision.unwrap(),
        amends: None,
    };
    queues::act(&world.engine, request).await.unwrap()
}

#[tokio::test]
async fn a_freeze_that_arrives_holds_what_it_stops_and_says_so() {
    let world = world(2).await;
    let frozen = FrozenAction {
        kind: "Parcel".into(),
        action: "Release".into(),
        row: "P-9".into(),
    };
    assert_eq!(control(&world).await.freezes, [frozen]);
    cut(&world).await;
    world.release("p1").await.unwrap();
    let send_back = ActRequest {
        action: "return".into(),
        params: BTreeMap::from([("reason".to_owned(), json!("broken").to_string())]),
        ..world.release_request("p2").await
    };
    queues::act(&world.engine, send_back).await.unwrap();
    let holds = control(&world).await.choices;
    let holds: Vec<(&str, u32)> = holds
        .iter()
        .map(|choice| (choice.value.json.as_str(), choice.holds))
        .collect();
    assert_eq!(holds, [("true", 1), ("false", 0)]);

    freeze(&world, true);
    join(&world).await;
    let status = world.status().await;
    assert_eq!((status.waiting.len(), status.settled.len()), (0, 1));
    let held = &status.held[0];
    assert_eq!(held.record, "p1");
    assert_eq!(
        (held.word, held.standing),
        (OperationWord::Refused, Standing::HeldFrozen)
    );
    let reason = held.reason.as_ref().unwrap();
    assert_eq!(reason.code, "parcel.frozen");
    assert_eq!(reason.row.as_deref(), Some("P-9"));
    assert_eq!(reason.detail, "Releases are frozen.");
    world
        .platform
        .with(|state| assert_eq!(state.effects.len(), 1, "it was not sent"));
    let shown = control(&world).await;
    assert_eq!((shown.on, shown.held), (true, 1));
    let page = world.page().await;
    let row = page.rows.iter().find(|row| row.id == "p1").unwrap();
    assert_eq!(row.section, "open", "nothing shows as done that stopped");

    // Offered again once it is over, and never by itself.
    let refused = sync::retry(&world.engine, &held.id).await.unwrap_err();
    assert_eq!(refused.code, Code::PolicyDenied);
    assert_eq!(refused.row.as_deref(), Some("P-9"));
    freeze(&world, false);
    join(&world).await;
    assert_eq!(world.status().await.held.len(), 1);
    sync::retry(&world.engine, &held.id).await.unwrap();
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!((status.held.len(), status.settled.len()), (0, 2));
    world.check().await;
}

#[tokio::test]
async fn what_is_held_is_said_of_the_control_and_the_region_that_hold_it() {
    let world = World::new(1).await;
    world.platform.with(|state| {
        let more = format!("{CONTROLS}{REGIONS}");
        state.pack = Some(pack_with(1, &more, &[], |parcel| paused(&frozen(parcel))));
        state.roles = vec!["lead".into()];
    });
    world.engine.sync_once().await.unwrap();
    cut(&world).await;
    world.release("p1").await.unwrap();
    let says = |value: Value| {
        world.platform.with(|state| {
            state.controls.insert("pause".into(), value);
        });
    };
    says(json!({"d1": true, "d2": true}));
    join(&world).await;
    let status = world.status().await;
    assert_eq!(status.held[0].standing, Standing::HeldFrozen);
    let reason = status.held[0].reason.as_ref().unwrap();
    assert_eq!(reason.row.as_deref(), Some("P-8"));
    assert_eq!(
        held(&world).await,
        [("freeze", 0), ("pause/d1", 1), ("pause/d2", 0)].map(|(id, held)| (id.to_owned(), held))
    );

    // What is lifted holds nothing; what it held still waits for the operator.
    says(json!({"d2": true}));
    world.engine.sync_once().await.unwrap();
    assert!(held(&world).await.iter().all(|(_, held)| *held == 0));
    assert_eq!(world.status().await.held.len(), 1);
    world.check().await;
}

/// How many operations each control holds, by its id.
async fn held(world: &World) -> Vec<(String, u32)> {
    let all = controls::controls(&world.engine).await.unwrap().controls;
    let mut held: Vec<(String, u32)> = all.into_iter().map(|one| (one.id, one.held)).collect();
    held.sort();
    held
}

#[tokio::test]
async fn what_a_freeze_holds_was_never_sent_and_is_taken_back() {
    let world = world(1).await;
    cut(&world).await;
    let made = world.release("p1").await.unwrap();
    freeze(&world, true);
    join(&world).await;
    assert_eq!(world.status().await.held[0].id, made.id);
    let ids = [made.id.clone()];
    let taken = sync::take_back(&world.engine, &ids).await.unwrap();
    assert_eq!((taken.taken, taken.late), (1, 0));
    let status = world.status().await;
    assert_eq!((status.held.len(), status.waiting.len()), (0, 0));
    let told = status.settled[0].reason.as_ref().unwrap();
    assert_eq!(told.code, "operation.taken_back");
    assert_eq!(world.stated("SELECT count(*) FROM overlay").await, 0);
    freeze(&world, false);
    join(&world).await;
    world
        .platform
        .with(|state| assert_eq!(state.effects.len(), 0));
    world.check().await;
}

#[tokio::test]
async fn what_is_frozen_is_refused_without_a_line_too() {
    let mut world = world(1).await;
    freeze(&world, true);
    world.engine.sync_once().await.unwrap();
    let shown = control(&world).await;
    assert!(shown.on);
    let since = shown.since.unwrap();
    assert_eq!(since.by.as_deref(), Some("op-2"));
    assert_eq!(since.reason.as_deref(), Some("A suspicion."));
    assert_eq!(shown.banner.as_deref(), Some("Nothing goes out today."));
    cut(&world).await;
    world.restart().await;
    let refused = world.release("p1").await.unwrap_err();
    assert_eq!(refused.code, Code::PolicyDenied);
    assert_eq!(refused.row.as_deref(), Some("P-9"));
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 0);
}

#[tokio::test]
async fn a_switch_that_waits_is_not_in_effect_and_lapses_soon() {
    let world = world(1).await;
    cut(&world).await;
    let queued = switch(&world, "true").await;
    assert_eq!(queued.word, OperationWord::Queued);
    assert!(queued.not_after.is_some());
    let to = queued.to.unwrap();
    assert_eq!((to.text.as_str(), to.json.as_str()), ("yes", "true"));
    let shown = control(&world).await;
    assert!(!shown.on, "not in effect");
    assert_eq!(shown.value.json, "false");
    let own = shown.own.unwrap();
    assert_eq!(
        (own.value.json.as_str(), own.reason.as_str()),
        ("true", "A suspicion.")
    );
    // It stops nothing.
    world.release("p1").await.unwrap();

    world.platform.with(|state| state.ahead = 11);
    join(&world).await;
    let own = control(&world).await.own.unwrap();
    assert_eq!(own.operation.standing, Standing::HeldLapsed);
    assert!(!control(&world).await.on);
    let id: Uuid = queued.id.parse().unwrap();
    world
        .platform
        .with(|state| assert!(!state.operations.contains_key(&id), "never sent"));
    world.check().await;
}

#[tokio::test]
async fn x_52_a_switch_that_was_sent_is_not_in_effect_before_the_platform_read_it_back() {
    let world = world(1).await;
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Accepted));
    let queued = switch(&world, "true").await;
    let id: Uuid = queued.id.parse().unwrap();
    world.engine.sync_once().await.unwrap();
    let shown = control(&world).await;
    assert!(!shown.on, "not in effect");
    assert_eq!(shown.own.unwrap().operation.word, OperationWord::Sent);
    world.release("p1").await.unwrap();

    // Somebody else sees that it was asked for.
    let more = json!({"asked": "true", "asked_by": "op-1", "asked_at": now()});
    world.platform.with(|state| {
        state.put("control", "freeze", record("switching", &more));
    });
    world.engine.sync_once().await.unwrap();
    let asked = control(&world).await.asked.unwrap();
    assert_eq!(
        (asked.value.json.as_str(), asked.by.as_str()),
        ("true", "Robin")
    );

    freeze(&world, true);
    world.platform.with(|state| {
        let verdict = state.operations.get_mut(&id).unwrap();
        *verdict = Verdict {
            word: VerdictWord::Confirmed,
            ..verdict.clone()
        };
    });
    world.engine.sync_once().await.unwrap();
    let shown = control(&world).await;
    assert!(shown.on);
    assert_eq!((shown.own, shown.asked), (None, None));
    world.check().await;
}

#[tokio::test]
async fn a_switch_is_said_in_the_words_of_its_screen() {
    let world = World::new(1).await;
    world.platform.with(|state| {
        let more = format!("{CONTROLS}{REGIONS}");
        state.pack = Some(pack_with(1, &more, &[], |text| paused(&frozen(text))));
        state.roles = vec!["lead".into()];
        let body = json!({
            "name": "pause", "label": "Paused", "region": "d1", "variable": "t-1/pause-d1",
            "state": "steady",
        });
        state.put("control", "pause/d1", body);
    });
    world.engine.sync_once().await.unwrap();
    let params = |value: &str| {
        BTreeMap::from([
            ("value".to_owned(), json!(value).to_string()),
            ("reason".to_owned(), json!("A suspicion.").to_string()),
        ])
    };
    for (value, words) in [("true", "to on at"), ("false", "to off at")] {
        let request = ConsiderRequest {
            kind: "control".into(),
            id: "pause/d1".into(),
            action: "switch".into(),
            params: params(value),
            amends: None,
        };
        let meant = queues::consider(&world.engine, request).await.unwrap();
        let will = meant.will.first().unwrap();
        assert!(will.contains("of North") && will.contains(words), "{will}");
    }
    let record = queues::record(&world.engine, "control", "pause/d1").await;
    let record = record.unwrap();
    assert_eq!(record.title, "Paused, North");
    let region = record.facts.iter().find(|fact| fact.field == "region");
    let north = CellValue::Text {
        text: "North".into(),
    };
    assert_eq!(region.unwrap().value, north);
    let request = ActRequest {
        operation: Uuid::now_v7().to_string(),
        kind: "control".into(),
        id: "pause/d1".into(),
        action: "switch".into(),
        params: params("true"),
        typed: None,
        seen_revision: record.revision,
        amends: None,
    };
    let made = queues::act(&world.engine, request).await.unwrap();
    assert_eq!(made.title, "Paused, North");
}
