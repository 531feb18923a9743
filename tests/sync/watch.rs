//! The first screen, over hand-made worlds.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use watchkeeper_core::Code;
use watchkeeper_core::changes::Tag;
use watchkeeper_core::features::queues::view::OperationWord;
use watchkeeper_core::features::watch;
use watchkeeper_core::features::watch::view::{EventWhat, WatchView};
use watchkeeper_core::store::StoreError;
use watchkeeper_pack::format::{Severity, Tone};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::operation::VerdictWord;

use crate::scripted::{Reply, now};
use crate::world::{World, pack, pack_with, parcel};

fn ago(minutes: i64) -> String {
    instant_text(now() - TimeDelta::minutes(minutes))
}

/// An alert that has held for so long.
fn alert(state: &str, severity: &str, minutes: i64) -> Value {
    json!({
        "fingerprint": format!("f-{minutes}"), "rule": format!("rule_{minutes}"), "row": "P-7",
        "severity": severity, "label": format!("Wrong for {minutes} min"), "detail": "What exactly",
        "rule_text": "red after 5 min", "subject_kind": "parcel", "subject": "p1",
        "since": ago(minutes), "fired_at": ago(minutes), "state": state,
    })
}

async fn look(world: &World) -> WatchView {
    watch::watch(&world.engine).await.unwrap()
}

/// A synced world with these alerts, by id.
async fn with_alerts(parcels: u32, alerts: &[(&str, Value)]) -> World {
    let world = World::new(parcels).await;
    world.platform.with(|state| {
        for (id, alert) in alerts {
            state.put("alert", id, alert.clone());
        }
    });
    world.engine.sync_once().await.unwrap();
    world
}

/// A session that began and was last touched so many minutes ago.
async fn sat(world: &World, began: i64, last: i64) {
    let at = |minutes: i64| (now() - TimeDelta::minutes(minutes)).timestamp_millis();
    let (began, last) = (at(began), at(last));
    let state = &world.engine.stores().state;
    state
        .write(move |state| {
            state.execute("INSERT INTO session VALUES (?1, ?2)", [began, last])?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
}

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

#[tokio::test]
async fn before_the_first_sync_nothing_is_claimed() {
    let world = World::new(1).await;
    let view = look(&world).await;
    assert!(view.stale && !view.digest.quiet);
    assert_eq!(
        (view.as_of, view.age_seconds, view.digest.since),
        (None, None, None)
    );
    assert_eq!((view.digest.queues, view.digest.rules), (0, 0));
    assert!(view.due.is_empty() && view.alerts.is_empty() && view.budget.is_none());
}

#[tokio::test]
async fn a_pack_without_rules_numbers_and_budget_is_quiet_when_nothing_waits() {
    let world = World::synced(0).await;
    let view = look(&world).await;
    assert!(view.digest.quiet && !view.stale);
    assert_eq!(
        (view.digest.queues, view.digest.rules, view.digest.unknown),
        (1, 0, 0)
    );
    assert!(view.numbers.is_empty() && view.due.is_empty() && view.events.is_empty());
    assert_eq!(view.budget, None);
    assert!(view.age_seconds.unwrap() < 60);
    let next = view.digest.next_session.unwrap();
    assert_eq!(next.label, "Morning");
    assert!(instant(&next.at) > now() + TimeDelta::days(3));
}

#[tokio::test]
async fn what_waits_has_minutes_and_its_first_deadline() {
    let world = World::synced(3).await;
    let view = look(&world).await;
    assert!(!view.digest.quiet);
    let due = &view.due[0];
    assert_eq!(
        (due.view.as_str(), due.open, due.target, due.urgent),
        ("parcels", 3, 0, 0)
    );
    assert!((due.minutes - 6.0).abs() < 1e-9);
    let first = due.first.as_ref().unwrap();
    assert_eq!((first.tone, first.label.as_str()), (Tone::Green, "due"));
    // The oldest of three came in three hours ago, so it is due in 69.
    assert!((first.seconds_left - 69.0 * 3600.0).abs() < 120.0);
    let lapsing = &view.digest.lapsing[0];
    assert_eq!(
        (lapsing.count, lapsing.first.as_str()),
        (3, first.due.as_str())
    );
    let ids: Vec<&str> = view
        .lapses
        .lapses
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(ids, ["p3", "p2", "p1"]);
    assert_eq!(view.lapses.more, 0);
    assert!(instant(&view.lapses.to) - instant(&view.lapses.from) >= TimeDelta::days(4));
}

#[tokio::test]
async fn a_deadline_turns_amber_counts_as_urgent_and_one_that_passed_no_longer_lapses() {
    let world = World::new(0).await;
    world.platform.with(|state| {
        for (id, hours) in [("amber", 71), ("late", 80)] {
            let mut body = parcel(id, hours);
            if id == "amber" {
                body["arrived_at"] = ago(72 * 60 - 30).into();
            }
            state.put("parcel", id, body);
        }
    });
    world.engine.sync_once().await.unwrap();
    let view = look(&world).await;
    let due = &view.due[0];
    assert_eq!((due.open, due.urgent), (2, 2));
    assert_eq!(due.first.as_ref().unwrap().tone, Tone::Amber);
    assert_eq!(view.digest.lapsing[0].count, 1);
    assert_eq!(view.lapses.lapses.len(), 1);
    let rail = watchkeeper_core::features::queues::navigation(&world.engine).await;
    assert_eq!(rail.unwrap().queues[0].urgent, 2);
}

#[tokio::test]
async fn more_deadlines_than_are_listed_are_counted() {
    let world = World::synced(25).await;
    let lapses = look(&world).await.lapses;
    assert_eq!((lapses.lapses.len(), lapses.more), (20, 5));
}

#[tokio::test]
async fn what_came_in_counts_from_the_last_input_of_the_session_before() {
    let world = World::new(3).await;
    let arrives = pack(2, |text| {
        text.replace("minutes_each: 2}", "minutes_each: 2, arrived: arrived_at}")
    });
    world.platform.with(|state| state.pack = Some(arrives));
    world.engine.sync_once().await.unwrap();
    assert_eq!(look(&world).await.digest.arrived, []);
    // Parcels came in 1, 2 and 3 hours ago.
    sat(&world, 400, 150).await;
    let digest = look(&world).await.digest;
    assert_eq!((digest.arrived[0].count, digest.arrived[0].open), (2, 3));
    assert!(digest.since_seconds.unwrap().abs_diff(150 * 60) < 60);
    // The operator sits down: what was new stays new until they have gone.
    watch::touch(&world.engine).await.unwrap();
    assert_eq!(look(&world).await.digest.arrived[0].count, 2);
    assert_eq!(look(&world).await.digest.since, digest.since);
}

#[tokio::test]
async fn a_touch_begins_a_session_once_and_tells_of_it() {
    let mut world = World::synced(0).await;
    let mut changes = world.start().await;
    watch::touch(&world.engine).await.unwrap();
    watch::touch(&world.engine).await.unwrap();
    assert_eq!(world.stated("SELECT count(*) FROM session").await, 1);
    loop {
        let change = changes.recv().await.unwrap();
        if change.tags.contains(&Tag::Navigation) {
            break;
        }
    }
    world.engine.stop().await;
}

#[tokio::test]
async fn alerts_stand_red_first_then_the_longest_and_are_counted() {
    let mut over = alert("resolved", "red", 90);
    over["resolved_at"] = ago(60).into();
    let mut unknown = alert("firing", "yellow", 20);
    unknown["unknown_since"] = ago(5).into();
    let mut waits = alert("pending", "red", 2);
    waits.as_object_mut().unwrap().remove("fired_at");
    let mut seen = alert("acknowledged", "red", 50);
    seen["acknowledged_at"] = ago(40).into();
    seen["acknowledged_by"] = "op-2".into();
    let mut nobody_knows = waits.clone();
    nobody_knows["rule"] = "another".into();
    nobody_knows["unknown_since"] = ago(1).into();
    let alerts = [
        ("nobody_knows", nobody_knows),
        ("short", alert("firing", "red", 10)),
        ("yellow", unknown),
        ("long", alert("firing", "red", 30)),
        ("seen", seen),
        ("over", over),
        ("waits", waits),
    ];
    let world = with_alerts(1, &alerts).await;
    sat(&world, 200, 100).await;
    let view = look(&world).await;
    let ids: Vec<&str> = view.alerts.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["seen", "long", "short", "yellow"]);
    let digest = &view.digest;
    assert_eq!((digest.red, digest.acknowledged, digest.yellow), (2, 1, 1));
    assert_eq!(
        (digest.came_and_went, digest.unknown, view.pending),
        (1, 2, 1)
    );
    assert!(!digest.quiet);
    let seen = &view.alerts[0];
    assert_eq!(seen.acknowledged.as_ref().unwrap().by, "op-2");
    assert!(!seen.can_acknowledge);
    let long = &view.alerts[1];
    assert_eq!((long.severity, long.can_acknowledge), (Severity::Red, true));
    assert!(long.seconds.abs_diff(30 * 60) < 60);
    assert_eq!(
        (long.row.as_str(), long.rule_text.as_str()),
        ("P-7", "red after 5 min")
    );
    let subject = long.subject.as_ref().unwrap();
    assert_eq!(
        (subject.title.as_deref(), subject.view.as_deref()),
        (Some("Parcel N-1 at North"), Some("parcels"))
    );
    assert!(view.alerts[3].unknown_since.is_some());
}

#[tokio::test]
async fn a_subject_that_is_gone_has_no_title() {
    let world = with_alerts(0, &[("a", alert("firing", "red", 1))]).await;
    let view = look(&world).await;
    assert_eq!(view.alerts[0].subject.as_ref().unwrap().title, None);
}

#[tokio::test]
async fn an_alert_is_acknowledged_offline_and_goes_out_with_the_line() {
    let world = with_alerts(1, &[("a-1", alert("firing", "red", 40))]).await;
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.engine.sync_once().await.unwrap_err();
    watch::acknowledge(&world.engine, "a-1").await.unwrap();
    let view = look(&world).await;
    assert!(view.stale, "cut off: it may be over");
    let first = &view.alerts[0];
    assert_eq!(first.operation, Some(OperationWord::Queued));
    assert!(first.acknowledged.is_none(), "nobody has said so yet");
    assert!(!first.can_acknowledge);
    assert_eq!((view.digest.red, view.digest.acknowledged), (1, 0));
    // Meanwhile the record went on: an acknowledgement does not conflict with that.
    world.platform.with(|state| {
        state.put("alert", "a-1", alert("firing", "red", 45));
    });
    world.platform.behave_well();
    world.engine.sync_once().await.unwrap();
    let view = look(&world).await;
    assert_eq!((view.digest.red, view.digest.acknowledged), (0, 1));
    assert_eq!(view.alerts[0].operation, None);
    world.check().await;
}

#[tokio::test]
async fn acknowledging_again_is_nothing_more_and_an_unknown_alert_is_said_so() {
    let world = with_alerts(1, &[("a-1", alert("firing", "red", 40))]).await;
    let (one, other) = tokio::join!(
        watch::acknowledge(&world.engine, "a-1"),
        watch::acknowledge(&world.engine, "a-1"),
    );
    one.unwrap();
    other.unwrap();
    watch::acknowledge(&world.engine, "a-1").await.unwrap();
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 1);
    world.engine.sync_once().await.unwrap();
    watch::acknowledge(&world.engine, "a-1").await.unwrap();
    assert_eq!(world.stated("SELECT count(*) FROM operation").await, 1);
    let error = watch::acknowledge(&world.engine, "nobody")
        .await
        .unwrap_err();
    assert_eq!(error.code, Code::NotFound);
}

#[tokio::test]
async fn cut_off_is_stale_at_once_and_never_quiet() {
    let world = World::synced(0).await;
    assert!(!look(&world).await.stale);
    world.platform.behave(|_, _| Some(Reply::Nothing));
    world.engine.sync_once().await.unwrap_err();
    let view = look(&world).await;
    assert!(view.stale && !view.digest.quiet);
}

#[tokio::test]
async fn an_old_pull_is_stale_though_nothing_failed() {
    let world = World::synced(0).await;
    let cache = &world.engine.stores().cache;
    cache
        .write(|cache| {
            cache.execute("UPDATE feed SET pulled_at = pulled_at - 61000", [])?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let view = look(&world).await;
    assert!(view.stale);
    assert!(view.age_seconds.unwrap() >= 61);
}

#[tokio::test]
async fn what_is_held_needs_the_operator() {
    let world = World::synced(1).await;
    world
        .platform
        .with(|state| state.words.push_back(VerdictWord::Refused));
    world.release("p1").await.unwrap();
    world.engine.sync_once().await.unwrap();
    assert_eq!(look(&world).await.digest.held, 1);
}

#[tokio::test]
async fn settled_operations_are_one_event_for_each_run_of_an_action_and_ending() {
    let world = World::synced(4).await;
    for (n, word) in [
        (1, VerdictWord::Confirmed),
        (2, VerdictWord::Confirmed),
        (3, VerdictWord::Refused),
        (4, VerdictWord::Confirmed),
    ] {
        world.platform.with(|state| state.words.push_back(word));
        world.release(&format!("p{n}")).await.unwrap();
        world.engine.sync_once().await.unwrap();
    }
    let done: Vec<(u32, Option<String>, OperationWord)> = look(&world)
        .await
        .events
        .into_iter()
        .map(|event| match event.what {
            EventWhat::Done {
                action,
                count,
                title,
                word,
            } => {
                assert_eq!(action, "Release");
                (count, title, word)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let title = |n: u32| Some(format!("Parcel N-{n} at North"));
    assert_eq!(
        done,
        [
            (1, title(4), OperationWord::Confirmed),
            (1, title(3), OperationWord::Refused),
            (2, None, OperationWord::Confirmed)
        ]
    );
}

#[tokio::test]
async fn alerts_that_fired_and_ended_are_events_and_those_of_the_future_are_not() {
    let mut over = alert("resolved", "yellow", 30);
    over["resolved_at"] = ago(10).into();
    // It ended before it fired.
    let mut never = alert("resolved", "red", 5);
    never["resolved_at"] = ago(4).into();
    never.as_object_mut().unwrap().remove("fired_at");
    let alerts = [
        ("over", over),
        ("never", never),
        ("fires", alert("firing", "red", 20)),
        ("future", alert("firing", "red", -60)),
    ];
    let world = with_alerts(0, &alerts).await;
    let view = look(&world).await;
    let events: Vec<(&str, bool)> = view
        .events
        .iter()
        .map(|event| match &event.what {
            EventWhat::Fired { id, .. } => (id.as_str(), true),
            EventWhat::Resolved { id, .. } => (id.as_str(), false),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(events, [("over", false), ("fires", true), ("over", true)]);
    let future = view.alerts.iter().find(|one| one.id == "future").unwrap();
    assert_eq!(future.seconds, 0);
}

#[tokio::test]
async fn the_weeks_budget_has_what_is_used_and_what_is_planned() {
    let world = World::new(3).await;
    let budget = "budget: {row: P-0, minutes_a_week: 240}\n";
    let budgeted = pack_with(2, budget, &[], ToOwned::to_owned);
    world.platform.with(|state| state.pack = Some(budgeted));
    world.engine.sync_once().await.unwrap();
    let budget = look(&world).await.budget.unwrap();
    assert_eq!((budget.minutes, budget.used, budget.planned), (240, 0, 6));
    watch::touch(&world.engine).await.unwrap();
    let state = &world.engine.stores().state;
    state
        .write(|state| {
            // Only a Monday's first minutes could make this another number.
            state.execute("UPDATE session SET last_at = began_at + 61000", [])?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(look(&world).await.budget.unwrap().used, 2);
}
