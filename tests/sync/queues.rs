//! Screens from local data, and the one write path.

use watchkeeper_core::Code;
use watchkeeper_core::features::queues::view::{CellValue, OperationWord, Standing};
use watchkeeper_core::features::{queues, sync};

use crate::scripted::Reply;
use crate::world::{World, pack, parcel};

#[tokio::test]
async fn a_page_has_sections_counts_sums_and_typed_cells() {
    let world = World::synced(3).await;
    world.platform.with(|state| {
        let mut done = parcel("N-9", 80);
        done["state"] = "returned".into();
        state.put("parcel", "p9", done);
    });
    world.engine.sync_once().await.unwrap();
    let page = world.page().await;
    let ids: Vec<&str> = page.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["p3", "p2", "p1", "p9"]);
    let sections: Vec<(&str, u32, u32)> = page
        .sections
        .iter()
        .map(|s| (s.id.as_str(), s.count, s.first))
        .collect();
    assert_eq!(sections, [("open", 3, 0), ("done", 1, 3)]);
    let sum = &page.sums[0];
    assert_eq!(
        (sum.minor, sum.currency.as_str(), sum.digits),
        (6600.0, "AUD", 2)
    );
    let first = &page.rows[0];
    assert_eq!(first.title, "Parcel N-3 at North");
    assert_eq!(first.cells[0].beside.as_deref(), Some("North"));
    assert!(matches!(first.cells[2].value, CellValue::Clock { .. }));
    assert!(matches!(first.cells[3].value, CellValue::State { .. }));
    let rail = queues::navigation(&world.engine).await.unwrap();
    assert_eq!((rail.queues[0].open, rail.queues[0].urgent), (3, 0));
    assert!(!rail.clock_unsure);
    world.check().await;
}

#[tokio::test]
async fn offset_and_limit_count_over_all_sections() {
    let world = World::synced(3).await;
    world.release("p2").await.unwrap();
    let request = queues::view::ViewRequest {
        view: "parcels".into(),
        sort: Some("-arrived_at".into()),
        search: String::new(),
        offset: 1,
        limit: 2,
        ..Default::default()
    };
    let page = queues::page(&world.engine, request).await.unwrap();
    let rows: Vec<(&str, &str)> = page
        .rows
        .iter()
        .map(|row| (row.id.as_str(), row.section.as_str()))
        .collect();
    assert_eq!(rows, [("p3", "open"), ("p2", "on_the_way")]);
    assert_eq!(page.total, 3);
}

#[tokio::test]
async fn search_finds_words_of_fields_titles_and_records_referred_to() {
    let world = World::synced(3).await;
    assert_eq!(world.find("N-2").await.total, 1);
    assert_eq!(world.find("north").await.total, 3);
    world
        .platform
        .with(|state| state.put("depot", "d1", serde_json::json!({"name": "South"})));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.find("north").await.total, 0);
    let page = world.find("south").await;
    assert_eq!(page.rows[0].title, "Parcel N-3 at South");
}

#[tokio::test]
async fn an_act_is_queued_sent_and_confirmed_and_the_record_moves_once() {
    let world = World::synced(2).await;
    let queued = world.release("p1").await.unwrap();
    assert_eq!(
        (queued.word, queued.standing),
        (OperationWord::Queued, Standing::Waiting)
    );
    assert_eq!(
        (queued.action_id.as_str(), queued.action.as_str()),
        ("release", "Release")
    );
    let page = world.page().await;
    let row = page.rows.iter().find(|row| row.id == "p1").unwrap();
    assert_eq!(row.section, "on_the_way");
    assert_eq!(row.operation, Some(OperationWord::Queued));
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.settled[0].word, OperationWord::Confirmed);
    assert_eq!(status.chain.entries, status.chain.countersigned);
    let page = world.page().await;
    let row = page.rows.iter().find(|row| row.id == "p1").unwrap();
    assert_eq!((row.section.as_str(), row.operation), ("done", None));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.stated("SELECT count(*) FROM overlay").await, 0);
    world.check().await;
}

#[tokio::test]
async fn what_is_confirmed_is_shown_until_the_mirror_has_it_and_never_flickers_back() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    world.platform.never_answers("/v1/changes");
    world.engine.sync_once().await.unwrap_err();
    assert_eq!(world.status().await.settled.len(), 1);
    let page = world.page().await;
    assert_eq!(page.rows[0].section, "on_the_way");
    assert_eq!(page.rows[0].operation, Some(OperationWord::Confirmed));
    let state = serde_json::to_value(&page.rows[0].cells[3].value).unwrap();
    assert_eq!(state["id"], "released");
    world.platform.behave_well();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.rows[0].section, "done");
}

#[tokio::test]
async fn a_refusal_by_policy_names_its_row_and_is_audited() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.put("parcel", "old", parcel("N-old", 100)));
    world.engine.sync_once().await.unwrap();
    let record = world.record("old").await;
    let action = record
        .actions
        .iter()
        .find(|a| a.action == "release")
        .unwrap();
    assert!(!action.allowed);
    let entries = world.status().await.chain.entries;
    let error = world.release("old").await.unwrap_err();
    assert_eq!(
        (error.code, error.row.as_deref()),
        (Code::PolicyDenied, Some("P-1"))
    );
    assert_eq!(world.status().await.chain.entries, entries + 1);
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 0);
}

#[tokio::test]
async fn what_was_seen_and_typed_is_checked_here() {
    let world = World::synced(1).await;
    let mut request = world.release_request("p1").await;
    request.typed = Some("23.00".into());
    let error = queues::act(&world.engine, request.clone())
        .await
        .unwrap_err();
    assert_eq!(error.code, Code::ConfirmationMissing);
    request.typed = Some("22.00".into());
    request.seen_revision += 1;
    let error = queues::act(&world.engine, request).await.unwrap_err();
    assert_eq!(error.code, Code::Stale);
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 0);
}

#[tokio::test]
async fn behind_our_own_operation_another_action_may_wait_but_not_the_same_twice() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    let action = |name: &str, view: &queues::view::RecordView| {
        view.actions
            .iter()
            .find(|a| a.action == name)
            .unwrap()
            .clone()
    };
    let view = world.record("p1").await;
    let state = serde_json::to_value(&view.state).unwrap();
    assert_eq!(
        state["id"], "waiting",
        "nothing shows as done before the platform said so"
    );
    assert!(!action("release", &view).allowed);
    assert!(action("return", &view).allowed);
    let error = world.release("p1").await.unwrap_err();
    // The overlay shows it released, so policy refuses before anything else does.
    assert_eq!(error.code, Code::PolicyDenied);
    let mut request = world.release_request("p1").await;
    request.action = "return".into();
    request.typed = None;
    request
        .params
        .insert("reason".into(), "\"wrong depot\"".into());
    queues::act(&world.engine, request).await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.settled.len(), 2);
}

#[tokio::test]
async fn x_43_what_may_lapse_before_the_line_is_back_is_not_queued() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.put("parcel", "late", parcel("N-late", 71)));
    world.engine.sync_once().await.unwrap();
    let soon = {
        let mut body = parcel("N-soon", 71);
        let arrived = crate::scripted::now() - chrono::TimeDelta::minutes(72 * 60 - 5);
        body["arrived_at"] = serde_json::json!(arrived);
        body
    };
    world
        .platform
        .with(|state| state.put("parcel", "soon", soon));
    world.engine.sync_once().await.unwrap();
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.engine.sync_once().await.unwrap_err();
    let flagged = |view: &queues::view::RecordView| {
        view.actions
            .iter()
            .find(|a| a.action == "release")
            .unwrap()
            .may_lapse
    };
    assert!(flagged(&world.record("soon").await));
    assert!(!flagged(&world.record("late").await));
    assert_eq!(
        world.release("soon").await.unwrap_err().code,
        Code::MayLapse
    );
    assert_eq!(
        world.release("late").await.unwrap().word,
        OperationWord::Queued
    );
}

#[tokio::test]
async fn an_empty_cache_shows_the_record_as_seen() {
    let world = World::synced(1).await;
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.release("p1").await.unwrap();
    let cache = &world.engine.stores().cache;
    cache
        .write(|cache| {
            cache.execute_batch(
                "DELETE FROM record; DELETE FROM record_text; DELETE FROM record_start;
                 UPDATE feed SET cursor = NULL, filled = 0, pack = NULL;",
            )?;
            Ok::<_, watchkeeper_core::store::StoreError>(())
        })
        .await
        .unwrap();
    let view = world.record("p1").await;
    assert!(view.as_seen);
    assert_eq!(view.title, "Parcel N-1 at North");
    let page = world.page().await;
    assert_eq!(page.rows[0].section, "on_the_way");
}

#[tokio::test]
async fn a_new_pack_makes_everything_anew_and_a_bad_one_changes_nothing() {
    let world = World::synced(2).await;
    let bad = pack(2, |text| {
        text.replace("record.arrived_at +", "record.nonsense +")
    });
    world.platform.with(|state| state.pack = Some(bad));
    world.engine.sync_once().await.unwrap();
    assert_eq!(
        world.status().await.problem.unwrap().code,
        Code::PackInvalid
    );
    assert_eq!(world.page().await.rows[0].title, "Parcel N-2 at North");
    let good = pack(3, |text| {
        text.replace("'Parcel {{", "'Box {{").replace("72h", "1h")
    });
    world.platform.with(|state| state.pack = Some(good));
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!((status.problem, status.pack.as_str()), (None, "Depot 3"));
    assert_eq!(world.page().await.rows[0].title, "Box N-2 at North");
    assert_eq!(world.find("box").await.total, 2);
    let rail = queues::navigation(&world.engine).await.unwrap();
    assert_eq!(rail.queues[0].urgent, 2);
    let older = pack(2, ToOwned::to_owned);
    world.platform.with(|state| state.pack = Some(older));
    world.engine.sync_once().await.unwrap();
    assert_eq!(
        world.status().await.problem.unwrap().code,
        Code::PackInvalid
    );
    assert_eq!(world.status().await.pack, "Depot 3");
    world.check().await;
}

#[tokio::test]
async fn fault_62_a_pack_of_another_version_than_it_is_named_changes_nothing() {
    let world = World::synced(1).await;
    let newer = pack(3, ToOwned::to_owned);
    world.platform.with(|state| state.pack = Some(newer));
    world.engine.sync_once().await.unwrap();
    let (hash, _, bytes) = pack(2, ToOwned::to_owned);
    let same = pack(3, |text| text.replace("'Parcel {{", "'Box {{"));
    for other in [(hash, 4, bytes), same] {
        world.platform.with(|state| state.pack = Some(other));
        world.engine.sync_once().await.unwrap();
        let status = world.status().await;
        assert_eq!(status.problem.unwrap().code, Code::PackInvalid);
        assert_eq!(status.pack, "Depot 3");
        assert_eq!(world.page().await.rows[0].title, "Parcel N-1 at North");
    }
}

#[tokio::test]
async fn what_the_platform_confirmed_is_what_the_operator_acts_on_next() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    world.platform.never_answers("/v1/changes");
    world.engine.sync_once().await.unwrap_err();
    let mut request = world.release_request("p1").await;
    request.action = "return".into();
    request.typed = None;
    request
        .params
        .insert("reason".into(), "\"wrong depot\"".into());
    queues::act(&world.engine, request).await.unwrap();
    world.engine.sync_once().await.unwrap_err();
    let status = world.status().await;
    assert!(status.held.is_empty(), "{:?}", status.held);
    assert_eq!(status.settled.len(), 2);
}

#[tokio::test]
async fn a_tenant_without_a_pack_is_said_so_and_opens_empty() {
    let world = World::new(1).await;
    world.platform.with(|state| state.pack = None);
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.problem.unwrap().code, Code::NoPack);
    let rail = queues::navigation(&world.engine).await.unwrap();
    assert!(rail.queues.is_empty());
    world
        .platform
        .with(|state| state.pack = Some(pack(1, ToOwned::to_owned)));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.rows[0].title, "Parcel N-1 at North");
    world.check().await;
}

#[tokio::test]
async fn only_what_was_never_sent_or_is_held_is_given_up() {
    let world = World::synced(2).await;
    let queued = world.release("p1").await.unwrap();
    sync::discard(&world.engine, &queued.id).await.unwrap();
    let page = world.page().await;
    assert!(page.rows.iter().all(|row| row.section == "open"));
    let lost = world.release("p2").await.unwrap();
    world.platform.behave(|request, state| {
        let body = (request.path == "/v1/operations").then_some(&request.body)?;
        let batch: watchkeeper_wire::operation::Batch = serde_json::from_slice(body).unwrap();
        state.decide(&batch.operations[0]);
        Some(Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap();
    let error = sync::discard(&world.engine, &lost.id).await.unwrap_err();
    assert_eq!(error.code, Code::NotNow);
    world.check().await;
}

#[tokio::test]
async fn views_that_are_no_queue_are_named_in_order() {
    let world = World::new(1).await;
    let more = pack(1, |text| {
        text.replace(
            "views:\n",
            "views:
  waiting: {label: Waiting, row: P-4, sort: [arrived_at], sort_label: oldest first, columns: [number]}
  all: {label: All of them, row: P-4, sort: [arrived_at], sort_label: oldest first, columns: [number]}
",
        )
    });
    world.platform.with(|state| state.pack = Some(more));
    world.engine.sync_once().await.unwrap();
    let rail = queues::navigation(&world.engine).await.unwrap();
    let queues: Vec<&str> = rail.queues.iter().map(|each| each.view.as_str()).collect();
    assert_eq!(queues, ["parcels"]);
    let views: Vec<(&str, &str)> = rail
        .views
        .iter()
        .map(|each| (each.view.as_str(), each.label.as_str()))
        .collect();
    let expected = [
        ("alerts", "Alerts"),
        ("all", "All of them"),
        ("waiting", "Waiting"),
    ];
    assert_eq!(views, expected);
}

#[tokio::test]
async fn a_clock_says_before_which_session_it_is_due() {
    let world = World::new(1).await;
    let bound = pack(1, |text| {
        text.replace("warn: {minutes_before: 60}", "warn: before_next_session")
    });
    world.platform.with(|state| state.pack = Some(bound));
    world.engine.sync_once().await.unwrap();
    let page = world.page().await;
    let CellValue::Clock { clock } = &page.rows[0].cells[2].value else {
        panic!("a clock");
    };
    let session = clock.before_session.as_ref().unwrap();
    assert_eq!(session.label, "Morning");
    let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap();
    assert!(instant(&session.at) > instant(&clock.due));
    assert!(session.at.contains("T09:00:00+1"), "{}", session.at);
}
