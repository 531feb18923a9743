//! C. The feed, hostile or merely unlucky.

use std::collections::BTreeMap;

use serde_json::json;
use watchkeeper_core::Code;
use watchkeeper_core::features::queues;
use watchkeeper_core::features::sync::view::Link;
use watchkeeper_wire::feed::{Line, PageEnd};
use watchkeeper_wire::problem;

use crate::scripted::{Reply, Request, head, ndjson};
use crate::world::{World, parcel};

fn is_feed(request: &Request) -> bool {
    request.path == "/v1/changes"
}

fn end(cursor: &str, more: bool) -> Line {
    Line::End(PageEnd {
        cursor: cursor.into(),
        more,
        snapshot_complete: !more,
    })
}

#[tokio::test]
async fn fault_21_a_page_that_breaks_off_is_asked_for_again_smaller() {
    let world = World::new(3).await;
    let mut left = 3;
    world.platform.behave(move |request, state| {
        let breaks = is_feed(request) && left > 0;
        left -= i32::from(breaks);
        let whole = breaks.then(|| state.whole_page(request))?;
        let most = whole[..whole.len() - 20].to_vec();
        Some(Reply::Broken("application/x-ndjson", most))
    });
    for _ in 0..3 {
        world.engine.sync_once().await.unwrap_err();
    }
    world.engine.sync_once().await.unwrap();
    let limits: Vec<u32> = world.platform.with(|state| {
        let asked = state.asked("/v1/changes");
        asked
            .iter()
            .map(|r| r.query["limit"].parse().unwrap())
            .collect()
    });
    assert_eq!(limits[..4], [5_000, 5_000, 1_250, 312]);
    assert_eq!(world.cached("SELECT count(*) FROM record").await, 4);
    world.check().await;
}

#[tokio::test]
async fn fault_23_a_record_that_does_not_read_is_set_aside_and_the_feed_goes_on() {
    let world = World::synced(1).await;
    world.platform.behave(|request, state| {
        if !is_feed(request) || request.query["cursor"].starts_with('d') && state.seq > 2 {
            return None;
        }
        let mut wrong = parcel("N-7", 1);
        let body = wrong.to_string();
        wrong["fee"] = json!("12,00");
        let line = |seq: u64, id: &str, body: &str| {
            format!(
                r#"{{"type":"upsert","seq":{seq},"record":{{"kind":"parcel","id":"{id}","revision":1,"updated_at":"2026-11-20T03:00:00Z","body":{body}}}}}"#
            )
        };
        let lines = [
            line(11, "wrong-type", &wrong.to_string()),
            line(12, "missing", r#"{"number":"x","state":"waiting"}"#),
            line(13, "nan", &body.replace("2200", "NaN")),
            line(14, "large", &body.replace("2200", "9223372036854775808")),
            line(15, "twice", r#"{"number":"a","number":"b"}"#),
            line(16, "good", &body),
            "no json at all".to_owned(),
        ];
        let text = format!(
            "{}{}\n{}",
            ndjson(&[head("e1", false)]),
            lines.join("\n"),
            ndjson(&[end("d16", false)])
        );
        state.seq = 16;
        Some(Reply::typed(200, "application/x-ndjson", text.into_bytes()))
    });
    world.engine.sync_once().await.unwrap();
    let status = world.status().await;
    assert_eq!(status.link, Link::InStep);
    let mut aside: Vec<&str> = status
        .quarantine
        .iter()
        .filter_map(|bad| bad.id.as_deref())
        .collect();
    aside.sort_unstable();
    assert_eq!(aside, ["large", "missing", "nan", "twice", "wrong-type"]);
    assert_eq!(status.quarantine.len(), 6);
    let kept = "SELECT count(*) FROM quarantine WHERE length(raw) = bytes AND bytes > 0";
    assert_eq!(world.cached(kept).await, 6);
    assert_eq!(world.record("good").await.id, "good");
    // It comes again, well: it leaves the quarantine.
    world.platform.behave_well();
    world
        .platform
        .with(|state| state.put("parcel", "missing", parcel("N-8", 1)));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.quarantine.len(), 5);
    world.check().await;
}

#[tokio::test]
async fn fault_24_an_unknown_kind_and_state_are_kept_as_they_came() {
    let world = World::synced(0).await;
    world.platform.with(|state| {
        state.put("drone", "x1", json!({"wings": [1, {"deep": null}]}));
        let mut odd = parcel("N-1", 1);
        odd["state"] = "levitating".into();
        state.put("parcel", "p1", odd);
    });
    world.engine.sync_once().await.unwrap();
    let same = r#"SELECT count(*) FROM record WHERE kind = 'drone' AND body = '{"wings":[1,{"deep":null}]}'"#;
    assert_eq!(world.cached(same).await, 1);
    let kept = "SELECT count(*) FROM record WHERE json_extract(body, '$.unknown_field.kept')";
    assert_eq!(world.cached(kept).await, 1);
    let state = world.record("p1").await.state.unwrap();
    let text = serde_json::to_value(state).unwrap();
    assert_eq!(text, json!({"type": "unknown", "text": "levitating"}));
    assert!(world.status().await.quarantine.is_empty());
    // A kind that the pack does not have is shown by its name, with its fields as they came.
    let drone = queues::record(&world.engine, "drone", "x1").await.unwrap();
    assert_eq!(
        (drone.kind_label.as_str(), drone.title.as_str()),
        ("drone", "x1")
    );
    let fact = serde_json::to_value(&drone.facts[0].value).unwrap();
    assert_eq!(
        fact,
        json!({"type": "unknown", "text": "[1,{\"deep\":null}]"})
    );
    assert!(drone.actions.is_empty());
    // A state that it does not have opens no action: none starts there.
    let odd = world.record("p1").await;
    assert!(
        odd.actions.iter().all(|action| !action.allowed),
        "{:?}",
        odd.actions
    );
}

#[tokio::test]
async fn fault_24_what_is_unknown_survives_our_own_action_unchanged() {
    let world = World::synced(1).await;
    world.release("p1").await.unwrap();
    let drawn = r#"SELECT count(*) FROM overlay
                   WHERE json_extract(applied, '$.body.unknown_field.kept') = 1"#;
    assert_eq!(world.stated(drawn).await, 1);
    world.engine.sync_once().await.unwrap();
    let kept = "SELECT count(*) FROM record
                WHERE id = 'p1' AND json_extract(body, '$.unknown_field.kept') = 1
                  AND json_extract(body, '$.state') = 'released'";
    assert_eq!(world.cached(kept).await, 1);
    world.check().await;
}

#[tokio::test]
async fn fault_25_two_contents_at_one_place_are_asked_for_again_then_filled_anew() {
    let world = World::synced(1).await;
    let mut asked = 0;
    world.platform.behave(move |request, state| {
        let contradicts = is_feed(request) && request.query.contains_key("cursor");
        asked += u32::from(contradicts);
        if !contradicts || asked > 2 {
            return None;
        }
        let (seq, mut record) = state.records[&("parcel".to_owned(), "p1".to_owned())].clone();
        let mut other = record.clone();
        record.body.insert("note".into(), "first".into());
        other.body.insert("note".into(), "second".into());
        let seq = seq + 10;
        let lines = [
            head("e1", false),
            Line::Upsert { seq, record },
            Line::Upsert { seq, record: other },
            end("d2", false),
        ];
        Some(Reply::lines(&lines))
    });
    let before = world
        .platform
        .with(|state| state.asked("/v1/changes").len());
    world.engine.sync_once().await.unwrap();
    let cursors: Vec<bool> = world.platform.with(|state| {
        let asked = state.asked("/v1/changes");
        asked[before..]
            .iter()
            .map(|r| r.query.contains_key("cursor"))
            .collect()
    });
    assert_eq!(
        cursors,
        [true, true, false],
        "asked again once, then a snapshot"
    );
    assert_eq!(world.record("p1").await.title, "Parcel N-1 at North");
    assert_eq!(
        world
            .cached("SELECT count(*) FROM record WHERE body LIKE '%second%'")
            .await,
        0
    );
    assert_eq!(world.status().await.problem, None);
    world.check().await;
}

#[tokio::test]
async fn fault_25_a_feed_that_always_contradicts_still_gets_on_and_says_so() {
    let world = World::new(1).await;
    world.platform.behave(|request, state| {
        is_feed(request).then_some(())?;
        let (seq, record) = state.records[&("depot".to_owned(), "d1".to_owned())].clone();
        let mut other = record.clone();
        other.body.insert("name".into(), "Elsewhere".into());
        let lines = [
            head("e1", true),
            Line::Upsert { seq, record },
            Line::Upsert { seq, record: other },
            end("d2", false),
        ];
        Some(Reply::lines(&lines))
    });
    world.engine.sync_once().await.unwrap();
    let first = "SELECT count(*) FROM record WHERE body LIKE '%North%'";
    assert_eq!(world.cached(first).await, 1);
    assert_eq!(
        world.status().await.problem.unwrap().code,
        Code::ApiMismatch
    );
}

#[tokio::test]
async fn fault_26_gaps_in_the_feed_are_none_of_our_business() {
    let world = World::synced(1).await;
    world.platform.with(|state| {
        state.seq += 1_000_000;
        state.put("parcel", "p2", parcel("N-2", 1));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.record("p2").await.id, "p2");
    assert_eq!(world.status().await.problem, None);
}

#[tokio::test]
async fn fault_27_a_cursor_that_is_not_theirs_starts_a_snapshot_and_keeps_the_outbox() {
    for code in [problem::Code::CursorInvalid, problem::Code::CursorGone] {
        let world = World::synced(2).await;
        world.platform.with(|state| {
            state
                .words
                .push_back(watchkeeper_wire::operation::VerdictWord::Refused)
        });
        world.release("p1").await.unwrap();
        world.platform.behave(move |request, _| {
            (is_feed(request) && request.query.contains_key("cursor")).then(|| Reply::problem(code))
        });
        world.engine.sync_once().await.unwrap();
        assert_eq!(world.status().await.held.len(), 1);
        assert_eq!(world.status().await.link, Link::InStep);
        assert_eq!(world.cached("SELECT generation FROM feed").await, 2);
        world.check().await;
    }
}

#[tokio::test]
async fn fault_28_what_a_new_snapshot_does_not_bring_goes_when_it_is_complete_and_not_before() {
    let world = World::synced(6).await;
    world.platform.with(|state| {
        state.remove("parcel", "p2");
        // Compacted: the removal is not told any more, and the epoch is another.
        state.removed.clear();
        state.epoch = "e2".into();
        state.page = 3;
    });
    let mut pages = 0;
    world.platform.behave(move |request, _| {
        let cursor = request.query.get("cursor");
        if !is_feed(request) {
            return None;
        }
        if cursor.is_some_and(|cursor| cursor.starts_with('d')) && pages == 0 {
            return Some(Reply::problem(problem::Code::CursorGone));
        }
        pages += 1;
        (pages == 2).then_some(Reply::Nothing)
    });
    world.engine.sync_once().await.unwrap_err();
    assert_eq!(
        world.page().await.total,
        6,
        "the old generation stays readable"
    );
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.total, 5);
    assert_eq!(world.find("N-2").await.total, 0);
    world.check().await;
}

#[tokio::test]
async fn fault_07_a_platform_restored_from_a_backup_is_believed_though_it_is_behind() {
    let world = World::synced(1).await;
    world.platform.with(|state| {
        state.put("parcel", "p1", parcel("N-later", 1));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.rows[0].title, "Parcel N-later at North");
    world.platform.with(|state| {
        let key = ("parcel".to_owned(), "p1".to_owned());
        state.records.remove(&key);
        state.seq = 1;
        state.put("parcel", "p1", parcel("N-1", 1));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.rows[0].title, "Parcel N-1 at North");
    world.check().await;
}

#[tokio::test]
async fn what_was_set_aside_and_is_gone_since_leaves_with_the_next_snapshot() {
    let world = World::synced(1).await;
    world.platform.with(|state| {
        state.put("parcel", "p2", json!({"number": "N-2", "state": "waiting"}));
    });
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.status().await.quarantine.len(), 1);
    world.platform.with(|state| {
        state.remove("parcel", "p2");
        // Compacted: the removal is not told any more.
        state.removed.clear();
        state.epoch = "e2".into();
    });
    world.engine.sync_once().await.unwrap();
    // Nothing that another pack could take for a record of now.
    assert!(world.status().await.quarantine.is_empty());
}

#[tokio::test]
async fn fault_29_a_feed_that_goes_round_in_a_circle_is_left_after_three() {
    let world = World::synced(1).await;
    let before = world
        .platform
        .with(|state| state.asked("/v1/changes").len());
    world.platform.behave(|request, _| {
        let cursor = is_feed(request).then(|| request.query["cursor"].clone())?;
        Some(Reply::lines(&[head("e1", false), end(&cursor, true)]))
    });
    world.engine.sync_once().await.unwrap_err();
    let asked = world
        .platform
        .with(|state| state.asked("/v1/changes").len());
    assert_eq!(asked - before, 3);
    let status = world.status().await;
    assert_eq!(
        (status.link, status.problem.unwrap().code),
        (Link::CutOff, Code::ApiMismatch)
    );
}

#[tokio::test]
async fn removals_arrive_and_what_comes_late_changes_nothing() {
    let world = World::synced(3).await;
    world.platform.with(|state| state.remove("parcel", "p3"));
    world.engine.sync_once().await.unwrap();
    assert_eq!(world.page().await.total, 2);
    let revisions: BTreeMap<String, u64> = {
        let mut revisions = BTreeMap::new();
        for id in ["p1", "p2"] {
            revisions.insert(id.to_owned(), world.record(id).await.revision);
        }
        revisions
    };
    world.platform.behave(|request, state| {
        is_feed(request).then_some(())?;
        let key = ("parcel".to_owned(), "p1".to_owned());
        let (_, mut record) = state.records[&key].clone();
        record.body.insert("note".into(), "stale".into());
        let lines = [
            head("e1", false),
            Line::Upsert { seq: 1, record },
            end("d9", false),
        ];
        Some(Reply::lines(&lines))
    });
    world.engine.sync_once().await.unwrap();
    for (id, revision) in revisions {
        assert_eq!(world.record(&id).await.revision, revision);
    }
    assert_eq!(
        world
            .cached("SELECT count(*) FROM record WHERE body LIKE '%stale%'")
            .await,
        0
    );
}
