//! of many records some are looked at one by one before an action is taken on all of them.

use std::collections::BTreeMap;

use serde_json::json;
use watchkeeper_core::features::log;
use watchkeeper_core::features::log::view::{LogEntry, LogRequest, LogSample};
use watchkeeper_core::features::queues::view::{
    ActManyAnswer, JudgeRequest, SampleView, SelectRequest, SelectionView,
};
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::{Code, Error};

use crate::hands::Hands;
use crate::many::request;
use crate::world::{World, pack_with, parcel};

/// Of more parcels than two that many are looked at; a setting may say another number.
const SETTING: &str =
    "settings:\n  looked_at: {row: P-8, label: Looked at, least: 1, default: 2}\n";

async fn world(parcels: u32) -> World {
    let world = World::new(parcels).await;
    let pack = pack_with(2, SETTING, &[], |text| {
        text.replace(
            "    row: P-3\n",
            "    row: P-3\n    bulk: {row: P-8, cap: 20, sample: {row: P-9, of: {setting: looked_at}}}\n",
        )
    });
    world.platform.with(|state| state.pack = Some(pack));
    world.engine.sync_once().await.unwrap();
    world
}

async fn select(world: &World) -> SelectionView {
    let request = SelectRequest {
        view: "parcels".into(),
        section: Some("open".into()),
        search: String::new(),
        ids: Vec::new(),
        action: "return".into(),
        params: BTreeMap::new(),
        chips: Vec::new(),
    };
    queues::select(&world.engine, request).await.unwrap()
}

async fn judge(
    world: &World,
    selection: &SelectionView,
    id: &str,
    right: bool,
) -> Result<SampleView, Error> {
    let request = JudgeRequest {
        kind: "parcel".into(),
        action: "return".into(),
        records: selection.allowed.clone(),
        id: id.into(),
        right,
    };
    queues::judge(&world.engine, request).await
}

async fn act(world: &World, selection: &SelectionView) -> Result<ActManyAnswer, Error> {
    queues::act_many(&world.engine, request(selection)).await
}

fn drawn(selection: &SelectionView) -> Vec<String> {
    let sample = selection.sample.as_ref().unwrap();
    sample.records.iter().map(|one| one.id.clone()).collect()
}

/// Looks at all that was drawn; all of it is right.
async fn look(world: &World, selection: &SelectionView) {
    for id in drawn(selection) {
        judge(world, selection, &id, true).await.unwrap();
    }
}

async fn sampled(world: &World) -> Vec<LogEntry> {
    let request = LogRequest {
        search: String::new(),
        sorts: Vec::new(),
        before: None,
        limit: 100,
    };
    let page = log::page(&world.engine, request).await.unwrap();
    let entries = page.entries.into_iter();
    entries.filter(|entry| entry.event == "sampled").collect()
}

#[tokio::test]
async fn x_68_many_are_not_taken_before_those_that_were_drawn_look_right() {
    let world = world(6).await;
    let selection = select(&world).await;
    let sample = selection.sample.clone().unwrap();
    assert_eq!(
        (sample.row.as_str(), sample.among, sample.left),
        ("P-9", 6, 2)
    );
    assert_eq!(
        select(&world).await.sample,
        selection.sample,
        "nobody picks"
    );
    let ids = drawn(&selection);
    let refused = act(&world, &selection).await.unwrap_err();
    assert_eq!(refused.code, Code::NotSampled);
    assert_eq!(refused.row.as_deref(), Some("P-9"));
    let audited = "SELECT count(*) FROM audit WHERE event = 'denied'";
    assert_eq!(world.stated(audited).await, 1);
    // One that was not drawn is not what is asked about.
    let other = selection.allowed.iter().find(|one| !ids.contains(&one.id));
    let error = judge(&world, &selection, &other.unwrap().id, true).await;
    assert_eq!(error.unwrap_err().code, Code::NotFound);

    let first = judge(&world, &selection, &ids[0], true).await.unwrap();
    assert_eq!((first.left, first.records[0].right), (1, true));
    assert_eq!(
        act(&world, &selection).await.unwrap_err().code,
        Code::NotSampled
    );
    assert_eq!(sampled(&world).await.len(), 0);
    for _ in 0..2 {
        let second = judge(&world, &selection, &ids[1], true).await.unwrap();
        assert_eq!(second.left, 0);
    }
    let entries = sampled(&world).await;
    assert_eq!(entries.len(), 1, "once, however often it is said");
    let all_right = LogSample {
        looked_at: 2,
        among: 6,
        right: true,
    };
    assert_eq!(entries[0].sampled, Some(all_right));
    assert_eq!(entries[0].rows, ["P-9"]);
    assert_eq!(act(&world, &selection).await.unwrap().queued, 6);
    world.engine.sync_once().await.unwrap();
    world
        .platform
        .with(|state| assert_eq!(state.effects.len(), 6));
    world.check().await;
}

#[tokio::test]
async fn x_68_one_that_is_not_right_leaves_the_batch_and_the_rest_is_looked_at_anew() {
    let world = world(8).await;
    let before = select(&world).await;
    let ids = drawn(&before);
    judge(&world, &before, &ids[0], true).await.unwrap();
    judge(&world, &before, &ids[1], false).await.unwrap();
    let entries = sampled(&world).await;
    let wrong = LogSample {
        looked_at: 2,
        among: 8,
        right: false,
    };
    assert_eq!(entries[0].sampled, Some(wrong));
    assert_eq!(entries[0].record.as_ref().unwrap().id, ids[1]);
    assert_eq!(
        act(&world, &before).await.unwrap_err().code,
        Code::NotSampled
    );

    let after = select(&world).await;
    assert_eq!(after.allowed.len(), 7);
    assert_eq!(after.denied.len(), 1);
    assert_eq!(after.denied[0].id, ids[1]);
    assert_eq!(after.denied[0].row.as_deref(), Some("P-9"));
    let sample = after.sample.clone().unwrap();
    assert_eq!((sample.among, sample.left), (7, 2), "all of it anew");
    assert_eq!(
        act(&world, &after).await.unwrap_err().code,
        Code::NotSampled
    );
    look(&world, &after).await;
    assert_eq!(
        act(&world, &before).await.unwrap_err().code,
        Code::NotSampled
    );
    assert_eq!(act(&world, &after).await.unwrap().queued, 7);
}

#[tokio::test]
async fn x_68_few_are_taken_at_once_as_before_and_a_setting_says_how_many_that_is() {
    let world = world(2).await;
    let selection = select(&world).await;
    assert_eq!(selection.sample, None);
    assert_eq!(act(&world, &selection).await.unwrap().queued, 2);

    let world = crate::sample::world(6).await;
    world.platform.with(|state| {
        state.settings.insert("looked_at".into(), json!(5));
    });
    sync::pull_now(&world.engine).await.unwrap();
    world.engine.sync_once().await.unwrap();
    let sample = select(&world).await.sample.unwrap();
    assert_eq!((sample.left, sample.records.len()), (5, 5));
}

#[tokio::test]
async fn x_68_what_was_said_in_another_session_or_of_another_revision_counts_no_more() {
    let mut world = world(6).await;
    let hands = Hands::new();
    world.restart_with(hands.clone()).await;
    world.engine.sync_once().await.unwrap();
    let selection = select(&world).await;
    look(&world, &selection).await;
    assert_eq!(select(&world).await.sample.unwrap().left, 0);
    hands.pass(31 * 60);
    let later = select(&world).await.sample.unwrap();
    assert_eq!(later.left, 2, "another session");
    let refused = act(&world, &selection).await.unwrap_err();
    assert_eq!(refused.code, Code::NotSampled);

    // One of them changes while they are looked at.
    let ids = drawn(&selection);
    world.platform.with(|state| {
        state.put("parcel", &ids[0], parcel("N-new", 1));
    });
    world.engine.sync_once().await.unwrap();
    let error = judge(&world, &selection, &ids[0], true).await.unwrap_err();
    assert_eq!(error.code, Code::Stale);
    let now = select(&world).await;
    look(&world, &now).await;
    assert_eq!(act(&world, &now).await.unwrap().queued, 6);
}
