#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::{Value, json};

use super::*;
use crate::fixture::{World, at};

fn stands(world: &World, clock: &str, now: &str) -> Option<ClockStanding> {
    let kind = world.pack.kind("claim").unwrap();
    standing(
        &world.pack,
        kind,
        &kind.clocks[clock],
        &world.record,
        at(now),
    )
}

#[test]
fn amber_before_the_next_session_then_red() {
    let mut world = World::new();
    // Due on Friday, 20 November, 12:00 UTC; the session is on Thursday, 03:00 UTC.
    let clock = stands(&world, "session", "2026-11-18T00:00:00Z").unwrap();
    assert_eq!((clock.tone, clock.before_session), (Tone::Green, None));
    // After that session the next one is a week away: it will not wait so long.
    let clock = stands(&world, "session", "2026-11-19T03:00:00Z").unwrap();
    assert_eq!(clock.tone, Tone::Amber);
    assert_eq!(
        clock.before_session,
        Some(("Thursday".into(), at("2026-11-26T03:00:00Z")))
    );
    let clock = stands(&world, "session", "2026-11-20T12:00:00Z").unwrap();
    assert_eq!((clock.tone, clock.before_session), (Tone::Red, None));
    assert_eq!(
        (clock.start, clock.due),
        (at("2026-11-17T12:00:00Z"), at("2026-11-20T12:00:00Z"))
    );
    world.set("state", json!("paid"));
    let clock = stands(&world, "session", "2026-11-20T12:00:00Z").unwrap();
    assert_eq!((clock.runs, clock.tone), (false, Tone::Neutral));
}

#[test]
fn amber_some_minutes_before() {
    let world = World::new();
    let tone = |now| stands(&world, "hour", now).unwrap().tone;
    assert_eq!(tone("2026-11-20T10:59:59.999Z"), Tone::Green);
    assert_eq!(tone("2026-11-20T11:00:00Z"), Tone::Amber);
    assert_eq!(tone("2026-11-20T11:59:59.999Z"), Tone::Amber);
    assert_eq!(tone("2026-11-20T12:00:00Z"), Tone::Red);
}

#[test]
fn without_its_instants_there_is_no_clock() {
    let mut world = World::new();
    world.set("lost_at", Value::Null);
    assert_eq!(stands(&world, "session", "2026-11-18T00:00:00Z"), None);
}

#[test]
fn a_deadline_is_not_hidden_by_a_missing_state() {
    let mut world = World::new();
    world.set("state", Value::Null);
    assert!(
        stands(&world, "session", "2026-11-18T00:00:00Z")
            .unwrap()
            .runs
    );
}

/// Of each pause its words, its minutes, whether it runs and whether it counts.
fn segments(clock: &ClockStanding) -> Vec<(&str, Option<f64>, bool, bool)> {
    let all = clock.segments.iter();
    all.map(|each| {
        (
            each.label.as_str(),
            each.minutes,
            each.running(),
            each.counts,
        )
    })
    .collect()
}

#[test]
fn without_a_pause_nothing_is_moved() {
    let world = World::new();
    let clock = stands(&world, "waits", "2026-11-19T00:00:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T12:00:00Z"));
    assert_eq!((clock.paused, clock.segments), (None, Vec::new()));
}

#[test]
fn a_clock_stands_still_in_a_pause_and_breaches_at_the_moved_instant() {
    let mut world = World::new();
    // Two hours before it is due the owner is asked; they answer ten hours later.
    world.set("asked_at", json!("2026-11-20T10:00:00.000Z"));
    let clock = stands(&world, "waits", "2026-11-20T10:00:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T12:00:00Z"), "it has just begun");
    assert!(clock.paused.is_some());
    let clock = stands(&world, "waits", "2026-11-20T19:30:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T21:30:00Z"), "two hours are left");
    assert_eq!((clock.runs, clock.tone), (true, Tone::Neutral));
    let paused = clock.paused.as_ref().unwrap();
    assert_eq!(
        (paused.label.as_str(), paused.since),
        ("the owner is asked", at("2026-11-20T10:00:00Z"))
    );
    assert_eq!(
        segments(&clock),
        [("the owner is asked", Some(570.0), true, false)]
    );

    world.set("asked_at", Value::Null);
    world.set("waited", json!(600.0));
    let tone = |now| stands(&world, "waits", now).unwrap().tone;
    let clock = stands(&world, "waits", "2026-11-20T20:00:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T22:00:00Z"));
    assert_eq!((clock.paused.as_ref(), clock.tone), (None, Tone::Green));
    assert_eq!(
        segments(&clock),
        [("the owner is asked", Some(600.0), false, false)]
    );
    assert_eq!(tone("2026-11-20T20:59:59.999Z"), Tone::Green);
    assert_eq!(tone("2026-11-20T21:00:00Z"), Tone::Amber);
    assert_eq!(tone("2026-11-20T21:59:59.999Z"), Tone::Amber);
    assert_eq!(tone("2026-11-20T22:00:00Z"), Tone::Red);
}

#[test]
fn a_pause_that_counts_is_shown_apart_and_moves_nothing() {
    let mut world = World::new();
    world.set("checked_at", json!("2026-11-20T08:00:00.000Z"));
    let clock = stands(&world, "waits", "2026-11-20T11:59:59.999Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T12:00:00Z"));
    assert_eq!((clock.paused.as_ref(), clock.tone), (None, Tone::Amber));
    let clock = stands(&world, "waits", "2026-11-20T12:00:00Z").unwrap();
    assert_eq!(clock.tone, Tone::Red);
    assert_eq!(
        segments(&clock),
        [("it is checked", Some(240.0), true, true)]
    );
}

#[test]
fn two_pauses_at_once_keep_it_for_as_long_as_the_first() {
    let mut world = World::new();
    world.set("asked_at", json!("2026-11-20T10:00:00.000Z"));
    world.set("second_at", json!("2026-11-20T09:00:00.000Z"));
    let clock = stands(&world, "waits", "2026-11-20T11:00:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T14:00:00Z"));
    assert_eq!(clock.paused.unwrap().label, "the carrier is asked");
}

#[test]
fn a_pause_moves_no_deadline_that_passed_before_it() {
    let mut world = World::new();
    world.set("asked_at", json!("2026-11-20T12:00:00.000Z"));
    for now in ["2026-11-20T12:00:00Z", "2026-12-20T12:00:00Z"] {
        let clock = stands(&world, "waits", now).unwrap();
        assert_eq!(clock.tone, Tone::Red, "{now}");
    }
}

#[test]
fn only_the_time_of_the_clock_is_paused() {
    let mut world = World::new();
    // It began before the clock did.
    world.set("asked_at", json!("2026-11-01T00:00:00.000Z"));
    let clock = stands(&world, "waits", "2026-11-17T13:00:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T13:00:00Z"));
    // A stamp in the future is no pause yet.
    world.set("asked_at", json!("2026-11-18T00:00:00.001Z"));
    let clock = stands(&world, "waits", "2026-11-18T00:00:00Z").unwrap();
    assert_eq!(clock.due, at("2026-11-20T12:00:00Z"));
    assert_eq!((clock.paused, clock.segments), (None, Vec::new()));
    // What is settled waits for nobody.
    world.set("state", json!("paid"));
    let clock = stands(&world, "waits", "2026-11-19T00:00:00Z").unwrap();
    assert_eq!((clock.runs, clock.paused), (false, None));
}

#[test]
fn a_pause_that_nobody_can_work_out_moves_nothing_and_says_so() {
    for waited in [json!("long"), json!(-1.0), json!(1e300), json!(1e9)] {
        let mut world = World::new();
        world.set("asked_at", json!("2026-11-20T10:00:00.000Z"));
        world.set("waited", waited.clone());
        let clock = stands(&world, "waits", "2026-11-20T12:00:00Z").unwrap();
        assert_eq!(clock.due, at("2026-11-20T12:00:00Z"), "{waited}");
        assert_eq!((clock.paused.as_ref(), clock.tone), (None, Tone::Red));
        assert_eq!(
            segments(&clock),
            [("the owner is asked", None, false, false)]
        );
    }
    let mut world = World::new();
    world.set("asked_at", json!("yesterday"));
    let clock = stands(&world, "waits", "2026-11-20T12:00:00Z").unwrap();
    assert_eq!(segments(&clock)[0].1, None);
}
