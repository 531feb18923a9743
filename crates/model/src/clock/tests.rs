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
