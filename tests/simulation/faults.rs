//! Named faults, each as a scene of its own on the same stage as the seeds.

use chrono::TimeDelta;
use serde_json::json;
use watchkeeper_core::features::{queues, sync};
use watchkeeper_core::outbox::queue::{Hold, Status};

use crate::office::TENANT;
use crate::pack;
use crate::provider::Mood;
use crate::run::{here, on_threads};
use crate::steps::{Fate, Weather};
use crate::wire::Item;
use crate::world::{Who, World};

const CONFIRMED: (Status, Option<Hold>) = (Status::Confirmed, None);

/// Everybody has the mirror.
async fn begun(seed: u64) -> World {
    let mut world = World::new(seed, None).await;
    for profile in [0, 2, 3] {
        world.sync(profile, &Weather::fair()).await;
    }
    world
}

/// Both acted without a line; then their requests arrive in whatever order.
async fn meet(world: &mut World, weather: &Weather) {
    world.begin_sync(2).await;
    world.begin_sync(3).await;
    while world.is_busy(Who::Sync(2)) || world.is_busy(Who::Sync(3)) {
        world.carry_one(weather).await;
    }
}

#[test]
fn fault_40_two_laptops_approve_the_same_refunds_in_a_thousand_orders() {
    const EACH: u32 = 50;
    let worlds = on_threads(0..20, |seed| {
        here(async {
            let mut world = World::new(seed, None).await;
            let now = world.time.now();
            let more = (7..=EACH).map(|n| {
                let body = pack::parcel(&format!("N-{n}"), now, 3);
                ("parcel", format!("p{n}"), body)
            });
            world.office.bring(more.collect(), &[]).await;
            for profile in [2, 3] {
                world.sync(profile, &Weather::fair()).await;
            }
            let mut both = Vec::new();
            for n in 1..=EACH {
                let record = format!("p{n}");
                let one = world.act(2, &record, "release", None).await.unwrap();
                let other = world.act(3, &record, "release", None).await.unwrap();
                both.push((one, other));
            }
            let weather = Weather::draw(&mut world.rng);
            meet(&mut world, &weather).await;
            world.end_in_order().await;
            for (one, other) in both {
                let all = [
                    world.standing_of(2, one).await,
                    world.standing_of(3, other).await,
                ];
                let held = |hold| (Status::Held, Some(hold));
                let done = all
                    .iter()
                    .filter(|standing| **standing == CONFIRMED)
                    .count();
                assert!(done <= 1, "{all:?}");
                for loser in all.into_iter().filter(|standing| *standing != CONFIRMED) {
                    // The second sees that the record has changed, or that the provider refused.
                    assert!(
                        [held(Hold::Conflict), held(Hold::Refused)].contains(&loser),
                        "{loser:?}"
                    );
                }
            }
            let effects = world.office.provider.effects();
            assert!(effects.values().all(|times| *times == 1));
            assert!(effects.len() <= EACH as usize);
            true
        })
    });
    assert_eq!(worlds, 20);
}

#[test]
fn fault_42_approve_here_and_reject_there_arrive_reversed() {
    here(async {
        let mut world = begun(42).await;
        let approve = world.act(2, "p1", "release", None).await.unwrap();
        world.time.advance(TimeDelta::minutes(5));
        let reject = world.act(3, "p1", "return", None).await.unwrap();
        world.sync(3, &Weather::fair()).await;
        world.sync(2, &Weather::fair()).await;
        assert_eq!(world.standing_of(3, reject).await, CONFIRMED);
        let loser = world.operation(2, approve).await;
        assert_eq!(loser.hold, Some(Hold::Conflict));
        let theirs = loser.theirs.expect("the other side is beside it");
        assert_eq!(theirs.body["state"], json!("returned"));
        world.end_in_order().await;
        assert_eq!(world.office.provider.effects().len(), 0);
    });
}

#[test]
fn fault_43_a_poisoned_operation_stops_its_lane_and_no_other() {
    here(async {
        let mut world = begun(43).await;
        let poison = world.act(2, "p1", "return", None).await.unwrap();
        world.begin_sync(2).await;
        world.operations_meet(2, Some(Fate::Unprocessable)).await;
        let stopped = (Status::Held, Some(Hold::Rejected));
        assert_eq!(world.standing_of(2, poison).await, stopped);
        let same = world.act(2, "p1", "note", None).await;
        assert_eq!(same, None, "nothing is queued behind what is held");
        let other = world.act(2, "p2", "release", None).await.unwrap();
        world.sync(2, &Weather::fair()).await;
        assert_eq!(world.standing_of(2, poison).await, stopped);
        world.end_in_order().await;
        assert_eq!(world.standing_of(2, other).await, CONFIRMED);
    });
}

#[test]
fn fault_46_nothing_goes_out_under_the_next_operators_name() {
    here(async {
        let mut world = begun(46).await;
        let mine = world.act(0, "p1", "release", None).await.unwrap();
        world.switch_operator().await;
        world.sync(1, &Weather::fair()).await;
        let known = world.office.up().store.operation(TENANT, mine).await;
        assert_eq!(known.unwrap(), None, "it waits for its author");
        let theirs = world.act(1, "p2", "release", None).await.unwrap();
        world.sync(1, &Weather::fair()).await;
        world.switch_operator().await;
        assert_eq!(world.standing_of(0, mine).await.0, Status::Waiting);
        world.end_in_order().await;
        assert_eq!(world.standing_of(0, mine).await, CONFIRMED);
        assert_eq!(world.standing_of(1, theirs).await, CONFIRMED);
    });
}

#[test]
fn fault_47_a_token_that_is_revoked_in_a_drain_stops_it_and_loses_nothing() {
    here(async {
        let mut world = begun(47).await;
        // Money goes in a request of its own.
        for n in 1..=6 {
            let record = format!("p{n}");
            world.act(2, &record, "goodwill", None).await.unwrap();
        }
        world.begin_sync(2).await;
        let mut posts = 0;
        while world.is_busy(Who::Sync(2)) {
            let Some(Item::Letter(letter)) = world.next_item() else {
                panic!("it waits for nothing")
            };
            posts += u32::from(letter.request.uri().path() == "/v1/operations");
            if posts == 2 {
                let token = world.profiles[2].token.clone();
                world.office.up().revoke(&token).await.unwrap();
            }
            world.carry_by(letter, Some(Fate::Arrives)).await;
        }
        let carried = world.counts.requests;
        for _ in 0..5 {
            world.sync(2, &Weather::fair()).await;
        }
        assert_eq!(
            world.counts.requests,
            carried + 5,
            "asked who it is, and no more"
        );
        let all = world.profiles[2].operations().await;
        let of = |status| all.iter().filter(|one| one.status == status).count();
        assert_eq!(
            (of(Status::Accepted), of(Status::Waiting)),
            (1, 5),
            "{all:?}"
        );
        world.end_in_order().await;
        let all = world.profiles[2].operations().await;
        assert!(all.iter().all(|one| one.status == Status::Confirmed));
    });
}

#[test]
fn fault_48_who_may_not_any_more_is_refused_and_told() {
    here(async {
        let mut world = begun(48).await;
        let queued = world.act(2, "p1", "release", None).await.unwrap();
        let guest = ["guest".to_owned()];
        let platform = world.office.up().clone();
        platform
            .change_rights(TENANT, "robin", &guest, &[])
            .await
            .unwrap();
        world.sync(2, &Weather::fair()).await;
        let one = world.operation(2, queued).await;
        assert_eq!(one.hold, Some(Hold::Refused));
        assert!(one.reason.is_some());
        world.end_in_order().await;
        assert_eq!(world.office.provider.effects().len(), 0);
    });
}

#[test]
fn fault_51_the_platforms_time_decides_and_a_clock_set_back_opens_no_second_window() {
    here(async {
        let mut world = begun(51).await;
        // p6 arrived 48 h ago; 23 hours and a half later half an hour is left.
        world.time.advance(TimeDelta::minutes(23 * 60 + 30));
        world.profiles[2].close().await;
        world.machines[1].reboot();
        world.machines[1].set_wall_off_by(TimeDelta::hours(-1));
        world.profiles[2].open().await;
        let shown = sync::status(world.profiles[2].engine()).await.unwrap();
        assert!(shown.clock_unsure, "the hint says that it is one");
        let queued = world.act(2, "p6", "release", None).await.unwrap();
        world.time.advance(TimeDelta::minutes(45));
        // By the laptop's clock the window is open; by the platform's it closed 15 minutes ago.
        world.sync(2, &Weather::fair()).await;
        let one = world.operation(2, queued).await;
        assert_eq!((one.status, one.hold), (Status::Held, Some(Hold::Lapsed)));
        assert_eq!(world.act(2, "p6", "release", Some(queued)).await, None);
        world.end_in_order().await;
        assert_eq!(world.office.provider.effects().len(), 0);
    });
}

#[test]
fn fault_52_ten_years_ahead_nothing_lapses_and_nobody_is_signed_out() {
    here(async {
        let mut world = begun(52).await;
        let queued = world.act(2, "p1", "release", None).await.unwrap();
        world.profiles[2].close().await;
        world.machines[1].reboot();
        world.machines[1].set_wall_off_by(TimeDelta::days(3650));
        world.profiles[2].open().await;
        world.begin_sync(2).await;
        // Without a line nothing is decided by that clock.
        world.cut_off[1] = true;
        while world.is_busy(Who::Sync(2)) {
            world.carry_one(&Weather::fair()).await;
        }
        assert_eq!(world.standing_of(2, queued).await.0, Status::Waiting);
        world.cut_off[1] = false;
        world.sync(2, &Weather::fair()).await;
        world.end_in_order().await;
        assert_eq!(world.standing_of(2, queued).await, CONFIRMED);
    });
}

#[test]
fn fault_39_the_platforms_clock_jumps_and_the_order_stays() {
    here(async {
        let mut world = begun(39).await;
        for (n, hours) in [(1, 1), (2, -1), (3, 0), (4, 1), (5, -1)] {
            world.office.clock.set_off_by(TimeDelta::hours(hours));
            let record = format!("p{n}");
            world.act(2, &record, "return", None).await.unwrap();
            world.sync(2, &Weather::fair()).await;
            world.sync(3, &Weather::fair()).await;
            world.check_reads(3).await;
            let seen = queues::record(world.profiles[3].engine(), "parcel", &record).await;
            assert_eq!(seen.unwrap().revision, 2, "what came last is there");
        }
        world.end_in_order().await;
    });
}

#[test]
fn fault_39_a_call_that_was_put_off_by_a_clock_far_ahead_goes_on_once_that_is_set_right() {
    here(async {
        let mut world = begun(391).await;
        world.office.clock.set_off_by(TimeDelta::days(300));
        let queued = world.act(2, "p1", "goodwill", None).await.unwrap();
        world.sync(2, &Weather::fair()).await;
        world.begin_work().await;
        while let Some(Item::Call { key, ask }) = world.next_item() {
            world.call(&key, ask, Mood::NotNow, false);
            world.settle().await;
        }
        world.office.clock.set_off_by(TimeDelta::zero());
        world.end_in_order().await;
        assert_eq!(world.standing_of(2, queued).await, CONFIRMED);
        assert_eq!(world.office.provider.effects().len(), 1);
    });
}

/// What went out a minute ago by every clock but the platform's own may still come to pass.
#[test]
fn fault_39_a_clock_that_jumps_ahead_gives_up_no_call_that_may_be_coming() {
    here(async {
        let mut world = begun(392).await;
        let queued = world.act(2, "p6", "release", None).await.unwrap();
        world.sync(2, &Weather::fair()).await;
        world.work_in(Mood::Late(30)).await;
        // Its window is over by this clock.
        world.office.clock.set_off_by(TimeDelta::hours(48));
        world.work_in(Mood::Well).await;
        assert_eq!(world.office.provider.effects().len(), 1, "nothing is sent");
        world.end_in_order().await;
        assert_eq!(world.standing_of(2, queued).await, CONFIRMED);
    });
}

/// A failure that is replayed needs a fresh key, under which the provider would do it twice.
#[test]
fn fault_39_a_clock_that_jumps_ahead_brings_no_fresh_key_forward() {
    here(async {
        let mut world = begun(393).await;
        let queued = world.act(2, "p1", "goodwill", None).await.unwrap();
        world.sync(2, &Weather::fair()).await;
        world.work_in(Mood::Broke).await;
        world.office.clock.set_off_by(TimeDelta::hours(1));
        world.work_in(Mood::Well).await;
        assert_eq!(world.office.provider.effects().len(), 0, "nothing is sent");
        world.time.advance(TimeDelta::seconds(61));
        world.work_in(Mood::Well).await;
        assert_eq!(world.office.provider.effects().len(), 1);
        world.end_in_order().await;
        assert_eq!(world.standing_of(2, queued).await, CONFIRMED);
    });
}

#[test]
fn fault_07_a_platform_restored_from_a_backup_moves_no_money_twice() {
    here(async {
        let mut world = begun(7).await;
        let before = world.act(2, "p1", "release", None).await.unwrap();
        world.sync(2, &Weather::fair()).await;
        world.work(&Weather::fair()).await;
        world.sync(2, &Weather::fair()).await;
        assert_eq!(world.standing_of(2, before).await, CONFIRMED);
        world.office.back_up();
        let after = world.act(2, "p2", "goodwill", None).await.unwrap();
        world.sync(2, &Weather::fair()).await;
        world.work(&Weather::fair()).await;
        world.sync(2, &Weather::fair()).await;
        assert_eq!(world.standing_of(2, after).await, CONFIRMED);
        let waiting = world.act(2, "p3", "goodwill", None).await.unwrap();
        world.crash_office();
        assert!(world.office.restore(0));
        world.restored = true;
        world.end_in_order().await;
        let held = (Status::Held, Some(Hold::Restored));
        assert_eq!(world.standing_of(2, before).await, CONFIRMED);
        assert_eq!(world.standing_of(2, after).await, held, "a person decides");
        assert_eq!(
            world.standing_of(2, waiting).await,
            held,
            "a person decides"
        );
        // They do: it goes out under its old id, and the provider lists that.
        for id in [after, waiting] {
            sync::retry(world.profiles[2].engine(), &id.to_string())
                .await
                .unwrap();
        }
        world.end_in_order().await;
        assert_eq!(world.standing_of(2, after).await, CONFIRMED);
        assert_eq!(world.standing_of(2, waiting).await, CONFIRMED);
        let effects = world.office.provider.effects();
        assert_eq!(effects.values().copied().collect::<Vec<u32>>(), [1, 1, 1]);
    });
}

/// What a backup lacks may be audit entries alone: a laptop has nothing forked then, and delivers
/// them again.
#[test]
fn fault_07_a_platform_that_lost_only_audit_entries_is_another_history_too() {
    here(async {
        let mut world = begun(77).await;
        world.act(2, "p1", "note", None).await.unwrap();
        world.begin_sync(2).await;
        // All but the delivery of the chain arrives.
        while let Some(Item::Letter(letter)) = world.next_item() {
            let audit = letter.request.uri().path() == "/v1/audit";
            let fate = if audit { Fate::Lost } else { Fate::Arrives };
            world.carry_by(letter, Some(fate)).await;
        }
        world.office.back_up();
        world.sync(2, &Weather::fair()).await;
        world.crash_office();
        assert!(world.office.restore(0));
        world.restored = true;
        world.end_in_order().await;
        assert!(!world.profiles[2].engine().is_chain_forked());
    });
}

/// A laptop's own old backup: what it had queued then goes out again under the same ids.
#[test]
fn fault_72_a_week_old_backup_of_a_laptop_does_nothing_twice() {
    here(async {
        let mut world = begun(72).await;
        for record in ["p1", "p2"] {
            world.act(2, record, "goodwill", None).await.unwrap();
        }
        let noted = world.act(2, "p3", "note", None).await.unwrap();
        world.profiles[2].close().await;
        let copy = tempfile::TempDir::new().unwrap();
        for file in ["state.db", "cache.db"] {
            let from = world.profiles[2].folder().join(file);
            std::fs::copy(from, copy.path().join(file)).unwrap();
        }
        world.profiles[2].open().await;
        world.sync(2, &Weather::fair()).await;
        world.work(&Weather::fair()).await;
        world.sync(2, &Weather::fair()).await;
        assert_eq!(world.standing_of(2, noted).await, CONFIRMED);
        world.time.advance(TimeDelta::days(7));
        world.office.provider.forget(world.time.now());
        world.profiles[2].close().await;
        for file in ["state.db", "cache.db"] {
            let to = world.profiles[2].folder().join(file);
            std::fs::copy(copy.path().join(file), to).unwrap();
        }
        world.profiles[2].seen = Default::default();
        world.profiles[2].open().await;
        world.come_to_rest().await;
        world.check_all().await;
        // The platform holds the numbers of its chain otherwise: at its next start this laptop goes on
        // as another device. Nothing else is amiss.
        assert!(world.profiles[2].engine().is_chain_forked());
        assert!(
            world.violations.iter().all(|one| one.rule == "I7"),
            "{:?}",
            world.violations
        );
        let all = world.profiles[2].operations().await;
        assert!(
            all.iter().all(|one| one.status == Status::Confirmed),
            "{all:?}"
        );
        let effects = world.office.provider.effects();
        assert_eq!(effects.values().copied().collect::<Vec<u32>>(), [1, 1]);
    });
}
