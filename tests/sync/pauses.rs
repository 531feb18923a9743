//! Deadlines that stand still.

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_core::features::queues::view::{CellValue, ClockView};
use watchkeeper_core::features::{queues, watch};
use watchkeeper_pack::format::Tone;
use watchkeeper_pack::value::instant_text;

use crate::scripted::now;
use crate::world::{World, pack, parcel};

/// The pack, in which a parcel waits for an answer since `asked_at`.
fn pausing(counts: bool) -> (String, u32, Vec<u8>) {
    pack(2, |text| {
        let warn = "    warn: {minutes_before: 60}";
        let pause = format!(
            "    pauses: [{{row: P-9, label: the receiver is asked, since: record.asked_at, counts: {counts}}}]"
        );
        text.replace(
            "  note: {type: text",
            "  asked_at: {type: timestamp, label: Asked, optional: true}\n  note: {type: text",
        )
        .replace(warn, &format!("{pause}\n{warn}"))
    })
}

/// Two parcels that came in 71.5 hours ago; of one the receiver is asked since ten hours.
async fn world(counts: bool) -> World {
    let world = World::new(0).await;
    world.platform.with(|state| {
        state.pack = Some(pausing(counts));
        for id in ["asked", "plain"] {
            let mut body = parcel(id, 0);
            let ago = |minutes: i64| json!(instant_text(now() - TimeDelta::minutes(minutes)));
            body["arrived_at"] = ago(71 * 60 + 30);
            if id == "asked" {
                body["asked_at"] = ago(600);
            }
            state.put("parcel", id, body);
        }
    });
    world.engine.sync_once().await.unwrap();
    world
}

async fn clock(world: &World, id: &str) -> ClockView {
    let page = world.page().await;
    let row = page.rows.into_iter().find(|row| row.id == id).unwrap();
    match &row.cells[2].value {
        CellValue::Clock { clock } => (**clock).clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_stands_still_lapses_for_nobody_and_says_why() {
    let world = world(false).await;
    let asked = clock(&world, "asked").await;
    assert!((asked.seconds_left - 10.5 * 3600.0).abs() < 120.0);
    assert_eq!((asked.runs, asked.tone), (true, Tone::Neutral));
    assert_eq!(asked.paused.unwrap().label, "the receiver is asked");
    let part = &asked.segments[0];
    assert!(part.running && !part.counts);
    assert!((part.minutes.unwrap() - 600.0).abs() < 2.0);
    let plain = clock(&world, "plain").await;
    assert_eq!((plain.tone, plain.paused), (Tone::Amber, None));
    assert_eq!(plain.segments, []);

    let view = watch::watch(&world.engine).await.unwrap();
    assert_eq!((view.due[0].open, view.due[0].urgent), (2, 1));
    assert_eq!(view.digest.lapsing[0].count, 1);
    let ids: Vec<&str> = view
        .lapses
        .lapses
        .iter()
        .map(|each| each.id.as_str())
        .collect();
    assert_eq!(ids, ["plain"]);
    let record = queues::record(&world.engine, "parcel", "asked")
        .await
        .unwrap();
    assert!(record.clocks[0].paused.is_some());
}

#[tokio::test]
async fn what_counts_all_the_same_lapses_all_the_same() {
    let world = world(true).await;
    let asked = clock(&world, "asked").await;
    assert!((asked.seconds_left - 1800.0).abs() < 120.0);
    assert_eq!((asked.tone, asked.paused), (Tone::Amber, None));
    assert!(asked.segments[0].running && asked.segments[0].counts);
    let view = watch::watch(&world.engine).await.unwrap();
    assert_eq!((view.due[0].urgent, view.lapses.lapses.len()), (2, 2));
}
