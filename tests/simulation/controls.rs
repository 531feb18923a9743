//! Negative controls: each breaks one rule on purpose, and the checks must say which. A harness that
//! stays green here would prove nothing.

use chrono::TimeDelta;

use crate::provider::Mood;
use crate::run::here;
use crate::steps::Weather;
use crate::wire::{Ask, Item};
use crate::world::{Sabotage, Violation, Who, World};

fn rules(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(|one| one.rule).collect()
}

#[test]
fn a_laptop_that_forgets_before_it_sends_is_noticed() {
    here(async {
        let fair = Weather::fair();
        let mut world = World::new(1, Some(Sabotage::ForgetAtClaim)).await;
        world.sync(2, &fair).await;
        let queued = world.act(2, "p1", "release", None).await;
        assert!(queued.is_some());
        world.sync(2, &fair).await;
        world.come_to_rest().await;
        world.check_all().await;
        assert!(
            rules(&world.violations).contains(&"I1"),
            "{:?}",
            world.violations
        );
    });
}

#[test]
fn a_platform_that_ignores_ids_is_noticed() {
    for action in ["goodwill", "note"] {
        here(async {
            let fair = Weather::fair();
            let mut world = World::new(2, Some(Sabotage::IgnoreIds)).await;
            world.sync(2, &fair).await;
            world.act(2, "p1", action, None).await.unwrap();
            // It arrives, and its answer does not.
            world.begin_sync(2).await;
            world.lose_answer_of_post(2).await;
            world.come_to_rest().await;
            world.check_all().await;
            assert!(
                rules(&world.violations).contains(&"I2"),
                "{:?}",
                world.violations
            );
        });
    }
}

/// The provider took a refund, lost its answer, and forgets the key after a day.
async fn a_day_after_a_lost_answer(sabotage: Option<Sabotage>) -> World {
    let fair = Weather::fair();
    let mut world = World::new(3, sabotage).await;
    world.sync(2, &fair).await;
    world.act(2, "p1", "goodwill", None).await.unwrap();
    world.sync(2, &fair).await;
    world.begin_work().await;
    while let Some(Item::Call { key, ask }) = world.next_item() {
        let mood = match ask {
            Ask::Look { .. } => Mood::Well,
            Ask::Send { .. } => Mood::TimeoutAfter,
        };
        world.call(&key, ask, mood, false);
        world.settle().await;
    }
    assert!(!world.is_busy(Who::Worker));
    // Nobody is at work for a day and an hour.
    world.time.advance(TimeDelta::hours(25));
    world.come_to_rest().await;
    world.check_all().await;
    world
}

#[test]
fn a_worker_that_does_not_look_is_noticed() {
    here(async {
        let world = a_day_after_a_lost_answer(Some(Sabotage::Blind)).await;
        assert!(
            rules(&world.violations).contains(&"I2"),
            "{:?}",
            world.violations
        );
    });
}

#[test]
fn fault_45_a_key_that_the_provider_forgot_moves_no_money_twice() {
    here(async {
        let world = a_day_after_a_lost_answer(None).await;
        assert_eq!(world.violations, []);
        assert_eq!(world.office.provider.effects().values().sum::<u32>(), 1);
    });
}

#[test]
fn a_cursor_that_is_kept_without_its_page_is_noticed() {
    here(async {
        let fair = Weather::fair();
        let mut world = World::new(4, Some(Sabotage::CursorAlone)).await;
        world.sync(2, &fair).await;
        world.act(2, "p1", "return", None).await.unwrap();
        world.sync(2, &fair).await;
        world.come_to_rest().await;
        world.check_all().await;
        assert!(
            rules(&world.violations).contains(&"I4"),
            "{:?}",
            world.violations
        );
    });
}

/// The same scenes without sabotage break nothing.
#[test]
fn the_controls_are_green_without_their_sabotage() {
    here(async {
        let fair = Weather::fair();
        let mut world = World::new(5, None).await;
        world.sync(2, &fair).await;
        for (record, action) in [("p1", "release"), ("p2", "note"), ("p3", "return")] {
            world.act(2, record, action, None).await.unwrap();
        }
        world.begin_sync(2).await;
        world.lose_answer_of_post(2).await;
        world.come_to_rest().await;
        world.check_all().await;
        assert_eq!(world.violations, []);
    });
}
