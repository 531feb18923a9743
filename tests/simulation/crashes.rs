//! A crash at every write point, one after the other: a day of work, run again and again with the
//! end of a process at its first write, its second, and so on, until a run has no such write any
//! more. So is a disk that fills up there and has room again later.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use watchkeeper_core::store::gate::Point;

use crate::provider::Mood;
use crate::run::{here, on_threads};
use crate::steps::Weather;
use crate::wire::{Ask, Item};
use crate::world::World;

/// Whose process ends, or whose disk fills up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The app of whom it is about.
    App,
    /// The platform.
    Platform,
}

/// What happens at the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Crash(Point),
    Full(Point),
}

/// Whom it is about, and somebody else, each on a laptop of their own.
const PEOPLE: [(usize, &str); 2] = [(0, "robin"), (1, "sam")];
const APP: usize = 0;
const OTHER: usize = 1;

/// Nothing in a day has more writes than this; a loop that runs on is broken.
const MANY: u64 = 2_000;

/// Carries on whatever is under way. The provider loses its first answer of all.
async fn go_on(world: &mut World, fair: &Weather, lost: &mut bool) {
    let mut idle = 0;
    while idle < 2 {
        world.start_office().await;
        if world.wire.is_empty() {
            idle += 1;
            world.time.advance(TimeDelta::seconds(70));
            world.begin_work().await;
            world.begin_sync(APP).await;
            continue;
        }
        match world.wire.take(0) {
            Item::Letter(letter) => {
                let fate = fair.fate(&mut world.rng);
                world.carry_by(letter, Some(fate)).await;
            }
            Item::Call { key, ask } => {
                let mood = match ask {
                    Ask::Send { .. } if !*lost => {
                        *lost = true;
                        Mood::TimeoutAfter
                    }
                    _ => Mood::Well,
                };
                world.call(&key, ask, mood, false);
                world.settle().await;
            }
        }
    }
}

/// Acts, and once more where that did not work: the disk was full and is not any more, or the app had
/// ended over it.
async fn act(world: &mut World, lost: &mut bool, record: &str, action: &str) {
    if world.act(APP, record, action, None).await.is_none() {
        world.profiles[APP].disk.fill(None);
        world.office.disk.fill(None);
        go_on(world, &Weather::fair(), lost).await;
        world.act(APP, record, action, None).await;
    }
}

/// Somebody else's whole turn.
async fn somebody_else(world: &mut World) {
    world.start_office().await;
    world.sync(OTHER, &Weather::fair()).await;
}

/// A day of work: first fill, acts of every kind, verdicts, a conflict, a restart, audit delivery.
async fn day(world: &mut World) {
    let fair = Weather::fair();
    let mut lost = false;
    go_on(world, &fair, &mut lost).await;
    act(world, &mut lost, "p1", "release").await;
    act(world, &mut lost, "p2", "note").await;
    act(world, &mut lost, "p2", "return").await;
    go_on(world, &fair, &mut lost).await;
    // Somebody else is first on p3.
    somebody_else(world).await;
    act(world, &mut lost, "p3", "release").await;
    world.act(OTHER, "p3", "return", None).await;
    somebody_else(world).await;
    go_on(world, &fair, &mut lost).await;
    for held in world.held(APP).await {
        world.discard(APP, held).await;
    }
    world.profiles[APP].close().await;
    world.profiles[APP].open().await;
    act(world, &mut lost, "p4", "goodwill").await;
    act(world, &mut lost, "p5", "note").await;
    go_on(world, &fair, &mut lost).await;
}

/// One day with one fault. True where the day was long enough to meet it.
fn one_day(whose: Whose, what: What, nth: u64) -> bool {
    here(async move {
        let mut world = World::of(&PEOPLE, nth, None).await;
        let disk = match whose {
            Whose::App => world.profiles[APP].disk.clone(),
            Whose::Platform => world.office.disk.clone(),
        };
        let before = disk.writes();
        match what {
            What::Crash(point) => disk.crash_at(nth, point),
            What::Full(point) => disk.full_from(nth, point),
        }
        day(&mut world).await;
        let met = disk.writes() - before >= nth;
        world.come_to_rest().await;
        world.check_all().await;
        assert_eq!(
            world.violations,
            [],
            "{what:?} of {whose:?} at write {nth}\n{}",
            world.trace().join("\n")
        );
        if what_is_lost(&world) {
            panic!("{what:?} of {whose:?} at write {nth}: {:?}", world.intents);
        }
        met
    })
}

/// Six things were meant. One that died before it was written may have been done again by hand; none
/// may be missing.
fn what_is_lost(world: &World) -> bool {
    let mut meant: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for intent in world.intents.values().filter(|one| one.profile == APP) {
        *meant.entry((&intent.record, &intent.action)).or_default() += 1;
    }
    [
        ("p1", "release"),
        ("p2", "note"),
        ("p2", "return"),
        ("p4", "goodwill"),
        ("p5", "note"),
    ]
    .iter()
    .any(|one| !meant.contains_key(one))
}

/// For N = 1, 2, 3, … until a day has no Nth write.
fn every_write(whose: Whose, what: What) {
    let met = on_threads(1..MANY, move |nth| one_day(whose, what, nth));
    eprintln!("{what:?} of {whose:?}: {met} writes");
    // The day is as long as it is meant to be, and it came to its end.
    assert!((15..MANY - 1).contains(&met), "{met} writes");
}

#[test]
fn fault_04_the_app_ends_before_every_write() {
    every_write(Whose::App, What::Crash(Point::Begin));
}

#[test]
fn fault_04_the_app_ends_within_every_write() {
    every_write(Whose::App, What::Crash(Point::Commit));
}

#[test]
fn fault_04_the_app_ends_after_every_write() {
    every_write(Whose::App, What::Crash(Point::Committed));
}

#[test]
fn fault_06_the_platform_ends_before_every_write() {
    every_write(Whose::Platform, What::Crash(Point::Begin));
}

#[test]
fn fault_06_the_platform_ends_within_every_write() {
    every_write(Whose::Platform, What::Crash(Point::Commit));
}

#[test]
fn fault_06_the_platform_ends_after_every_write() {
    every_write(Whose::Platform, What::Crash(Point::Committed));
}

#[test]
fn fault_12_the_disk_is_full_from_every_write_on_and_has_room_again() {
    every_write(Whose::App, What::Full(Point::Begin));
}

#[test]
fn fault_13_the_disk_is_full_at_every_commit_and_has_room_again() {
    every_write(Whose::App, What::Full(Point::Commit));
}

#[test]
fn fault_12_the_platforms_disk_is_full_from_every_commit_on_and_has_room_again() {
    every_write(Whose::Platform, What::Full(Point::Commit));
}
