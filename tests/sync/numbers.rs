//! Numbers of the first screen, over hand-made worlds.

use serde_json::{Value, json};
use watchkeeper_core::features::watch;
use watchkeeper_core::features::watch::view::{NumberView, WindowView};
use watchkeeper_pack::format::{Tone, Unit};

use crate::world::{World, pack_with, parcel};

const NUMBERS: &str = "
numbers: [fees, waiting, share, wrong]
settings:
  begin: {row: P-9, label: Begin, default: never}
";

const FEES: &str = "
id: fees
row: P-10
label: Fees
unit: money
measure: {kind: parcel, answer: sum, field: fee, at: arrived_at}
window: {days: 1}
compare: true
better: more
bands:
  - {row: P-10, tone: red, below: 3000}
  - {row: P-10, tone: amber, below: 5000}
  - {row: P-10, tone: green, from: 5000}
points: 3
by: depot
stated: {label: the till, measure: {kind: till, answer: last, field: total, at: at}}
view: parcels
note: '{{ count }} parcels'
";

const WAITING: &str = "
id: waiting
row: P-11
label: Waiting
unit: count
measure: {kind: parcel, where: {state: waiting}, answer: count}
window: now
";

const SHARE: &str = "
id: share
row: P-12
label: Share per till
unit: share
measure: {kind: parcel, answer: count}
per: {kind: till, answer: count}
window: now
";

const WRONG: &str = "
id: wrong
row: P-13
label: Since the beginning
unit: count
measure: {kind: parcel, where: {arrived_at: {gt: {expr: settings.begin}}}, answer: count}
window: now
";

const TILL: &str = "
kind: till
label: {one: Till, many: Tills}
title: Till
fields:
  total: {type: money, label: Total, indexed: true}
  at: {type: timestamp, label: At, indexed: true}
";

async fn world(parcels: u32) -> World {
    let world = World::new(parcels).await;
    let files = [
        ("metrics/fees.yaml", FEES),
        ("metrics/waiting.yaml", WAITING),
        ("metrics/share.yaml", SHARE),
        ("metrics/wrong.yaml", WRONG),
        ("records/till.yaml", TILL),
    ];
    let pack = pack_with(2, NUMBERS, &files, |text| {
        text.replace("label: Depot}", "label: Depot, indexed: true}")
    });
    world.platform.with(|state| state.pack = Some(pack));
    world.engine.sync_once().await.unwrap();
    let problem = world.status().await.problem;
    assert_eq!(problem, None);
    world
}

async fn number(world: &World, id: &str) -> NumberView {
    let view = watch::watch(&world.engine).await.unwrap();
    view.numbers.into_iter().find(|one| one.id == id).unwrap()
}

async fn put(world: &World, kind: &str, id: &str, body: Value) {
    world.platform.with(|state| {
        state.put(kind, id, body);
    });
    world.engine.sync_once().await.unwrap();
}

fn till(hours: i64, minor: i64) -> Value {
    let at = crate::scripted::now() - chrono::TimeDelta::hours(hours);
    json!({"total": {"minor": minor, "currency": "AUD"}, "at": at})
}

#[tokio::test]
async fn a_number_has_its_window_colour_points_parts_and_what_another_source_says() {
    // Two of today, one of the day before.
    let world = world(2).await;
    put(&world, "parcel", "old", parcel("N-old", 30)).await;
    put(&world, "till", "t1", till(5, 4300)).await;
    put(&world, "till", "t2", till(1, 4400)).await;
    let view = watch::watch(&world.engine).await.unwrap();
    let ids: Vec<&str> = view.numbers.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(
        ids,
        ["fees", "waiting", "share", "wrong"],
        "the pack's order"
    );
    let fees = number(&world, "fees").await;
    assert_eq!(
        (fees.unit, fees.currency.as_deref(), fees.digits),
        (Unit::Money, Some("AUD"), 2)
    );
    assert_eq!(
        (fees.value, fees.count, fees.tone),
        (Some(4400.0), 2, Tone::Amber)
    );
    assert_eq!(fees.window, WindowView::Days { days: 1 });
    assert_eq!(fees.change, Some(1.0), "twice as much as the day before");
    assert_eq!(fees.points, [Some(0.0), Some(2200.0), Some(4400.0)]);
    assert!(fees.points_from.is_some());
    assert_eq!(
        (fees.parts[0].label.as_str(), fees.parts[0].value),
        ("North", 4400.0)
    );
    assert_eq!(fees.other, None);
    let stated = fees.stated.unwrap();
    assert_eq!(
        (stated.value, stated.differs),
        (Some(4400.0), false),
        "the newest"
    );
    assert_eq!(fees.note.as_deref(), Some("2 parcels"));
    assert_eq!(
        (fees.view.as_deref(), fees.problem),
        (Some("parcels"), None)
    );
    let edges: Vec<(f64, Tone, bool)> = fees
        .thresholds
        .iter()
        .map(|one| (one.value, one.tone, one.above))
        .collect();
    assert_eq!(
        edges,
        [(3000.0, Tone::Red, false), (5000.0, Tone::Amber, false)]
    );
    put(&world, "till", "t3", till(0, 4401)).await;
    assert!(number(&world, "fees").await.stated.unwrap().differs);
}

#[tokio::test]
async fn a_number_that_cannot_be_worked_out_says_why() {
    let world = world(1).await;
    let share = number(&world, "share").await;
    assert_eq!((share.value, share.tone), (None, Tone::Neutral));
    assert_eq!(
        share.problem.as_deref(),
        Some("There is nothing to divide by.")
    );
    let wrong = number(&world, "wrong").await;
    assert_eq!(wrong.value, None);
    assert!(wrong.problem.unwrap().starts_with("This cannot be asked: "));
    let none = number(&world, "fees").await;
    assert_eq!(none.stated.unwrap().value, None, "nobody stated anything");
    put(&world, "till", "t1", till(5, 4300)).await;
    assert_eq!(number(&world, "share").await.value, Some(1.0));
}

#[tokio::test]
async fn numbers_follow_records_and_what_the_platform_said_of_our_operations() {
    let world = world(2).await;
    assert_eq!(number(&world, "waiting").await.value, Some(2.0));
    put(&world, "parcel", "p3", parcel("N-3", 3)).await;
    assert_eq!(number(&world, "waiting").await.value, Some(3.0));
    world.release("p1").await.unwrap();
    assert_eq!(
        number(&world, "waiting").await.value,
        Some(3.0),
        "nothing counts as done before the platform said so"
    );
    world.platform.behave(|request, _| {
        (request.path == "/v1/changes").then_some(crate::scripted::Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap_err();
    assert_eq!(number(&world, "waiting").await.value, Some(2.0));
    world.platform.behave_well();
    world.engine.sync_once().await.unwrap();
    assert_eq!(number(&world, "waiting").await.value, Some(2.0));
}
