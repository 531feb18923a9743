//! What a restored platform decides otherwise than the lost history had (fault 7).

use chrono::TimeDelta;
use uuid::Uuid;
use watchkeeper_core::features::queues::view::{OperationView, Standing};
use watchkeeper_core::features::sync;
use watchkeeper_core::outbox::queue::{Hold, Status};
use watchkeeper_core::store::StoreError;

use crate::provider::Mood;
use crate::run::here;
use crate::steps::Weather;
use crate::world::World;

const CONFIRMED: (Status, Option<Hold>) = (Status::Confirmed, None);
const REFUSED: (Status, Option<Hold>) = (Status::Held, Some(Hold::Refused));
const HERE: usize = 2;
const OTHER: usize = 3;

impl World {
    /// The platform is another one: of the copy with this number.
    async fn restore_copy(&mut self, which: usize) {
        self.crash_office();
        assert!(self.office.restore(which));
        self.restored = true;
        self.start_office().await;
    }

    /// The platform goes on with its calls: a minute after it was restored, when no send of before
    /// can come through any more.
    async fn work_after_a_minute(&mut self) {
        self.work_in(Mood::Well).await;
        assert!(self.office.provider.effects().is_empty(), "nothing is sent");
        self.time.advance(TimeDelta::seconds(61));
        self.work_in(Mood::Well).await;
    }

    /// What Sync shows among the settled.
    async fn shown_as_settled(&self, id: Uuid) -> OperationView {
        let view = sync::status(self.profiles[HERE].engine()).await.unwrap();
        let found = view
            .settled
            .into_iter()
            .find(|one| one.id == id.to_string());
        found.expect("Sync shows it")
    }

    /// Words and codes of the audit entries that an answer of the platform made.
    async fn answers(&self, id: Uuid) -> Vec<(String, Option<String>)> {
        let state = &self.profiles[HERE].engine().stores().state;
        let read = move |state: &rusqlite::Transaction<'_>| {
            let mut statement = state.prepare(
                "SELECT word, json_extract(entry, '$.event.code') FROM audit
                 WHERE operation = ?1 AND event = 'answered' ORDER BY seq",
            )?;
            let rows =
                statement.query_map([id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
        };
        state.read(read).await.unwrap()
    }

    fn is_paid_once(&self) {
        let effects = self.office.provider.effects();
        assert_eq!(effects.values().copied().collect::<Vec<u32>>(), [1]);
    }

    async fn is_paid_and_told(&mut self, id: Uuid) {
        assert_eq!(self.standing_of(HERE, id).await, CONFIRMED);
        let shown = self.shown_as_settled(id).await;
        assert_eq!(shown.standing, Standing::Confirmed);
        assert_eq!(shown.reason.expect("a notice").code, "platform.overruled");
        let last = self.answers(id).await.pop().unwrap();
        let told = Some("platform.overruled".to_owned());
        assert_eq!(last, ("confirmed".to_owned(), told));
        self.is_paid_once();
        self.end_in_order().await;
    }
}

/// A payment that the platform had accepted when the copy was made, and that the provider refused
/// afterwards. The provider would take it now.
async fn refused_after_the_copy(seed: u64) -> (World, Uuid) {
    let mut world = World::new(seed, None).await;
    world.sync(HERE, &Weather::fair()).await;
    let id = world.act(HERE, "p1", "goodwill", None).await.unwrap();
    world.sync(HERE, &Weather::fair()).await;
    world.office.back_up();
    world.work_in(Mood::Refuse).await;
    world.sync(HERE, &Weather::fair()).await;
    assert_eq!(world.standing_of(HERE, id).await, REFUSED);
    world.time.advance(TimeDelta::minutes(10));
    world.office.provider.forget(world.time.now());
    (world, id)
}

#[test]
fn fault_07_a_no_that_the_restored_platform_turned_into_a_yes_is_read_back() {
    here(async {
        let (mut world, id) = refused_after_the_copy(71).await;
        world.restore_copy(0).await;
        world.work_after_a_minute().await;
        world.sync(HERE, &Weather::fair()).await;
        world.is_paid_and_told(id).await;
    });
}

#[test]
fn fault_07_a_no_that_is_open_again_is_under_way_and_its_end_is_told() {
    here(async {
        let (mut world, id) = refused_after_the_copy(72).await;
        world.restore_copy(0).await;
        world.sync(HERE, &Weather::fair()).await;
        let under_way = world.operation(HERE, id).await;
        assert_eq!(under_way.status, Status::Accepted);
        assert_eq!(under_way.reason.unwrap().code, "platform.overruled");
        world.work_after_a_minute().await;
        world.sync(HERE, &Weather::fair()).await;
        world.is_paid_and_told(id).await;
    });
}

#[test]
fn fault_07_what_was_given_up_and_happens_on_the_restored_platform_is_shown_as_done() {
    here(async {
        let (mut world, id) = refused_after_the_copy(73).await;
        world.discard(HERE, id).await;
        world.restore_copy(0).await;
        world.work_after_a_minute().await;
        world.sync(HERE, &Weather::fair()).await;
        world.is_paid_and_told(id).await;
    });
}

/// The first copy does not have it, the second has it as done.
#[test]
fn fault_07_after_a_second_restore_what_was_held_or_given_up_after_the_first_is_read_back() {
    for gives_up in [false, true] {
        here(async {
            let mut world = World::new(74, None).await;
            world.sync(HERE, &Weather::fair()).await;
            world.office.back_up();
            let id = world.act(HERE, "p1", "goodwill", None).await.unwrap();
            world.sync(HERE, &Weather::fair()).await;
            world.work_in(Mood::Well).await;
            world.sync(HERE, &Weather::fair()).await;
            assert_eq!(world.standing_of(HERE, id).await, CONFIRMED);
            world.office.back_up();
            world.restore_copy(0).await;
            world.sync(HERE, &Weather::fair()).await;
            let lost = (Status::Held, Some(Hold::Restored));
            assert_eq!(world.standing_of(HERE, id).await, lost);
            if gives_up {
                world.discard(HERE, id).await;
            }
            world.restore_copy(1).await;
            world.sync(HERE, &Weather::fair()).await;
            world.is_paid_and_told(id).await;
        });
    }
}

/// What the restored platform knows as we do, or not at all, stays as it stands.
#[test]
fn fault_07_a_no_that_stands_and_what_never_left_are_left_alone() {
    here(async {
        let mut world = World::new(75, None).await;
        world.sync(HERE, &Weather::fair()).await;
        let refused = world.act(HERE, "p1", "goodwill", None).await.unwrap();
        let never = world.act(HERE, "p2", "goodwill", None).await.unwrap();
        world.discard(HERE, never).await;
        world.sync(HERE, &Weather::fair()).await;
        world.work_in(Mood::Refuse).await;
        world.sync(HERE, &Weather::fair()).await;
        world.office.back_up();
        let lost = world.act(HERE, "p3", "goodwill", None).await.unwrap();
        world.sync(HERE, &Weather::fair()).await;
        world.work_in(Mood::Refuse).await;
        world.sync(HERE, &Weather::fair()).await;
        world.discard(HERE, lost).await;
        let before = world.answers(refused).await;
        world.restore_copy(0).await;
        world.end_in_order().await;
        assert_eq!(world.standing_of(HERE, refused).await, REFUSED);
        assert_eq!(world.answers(refused).await, before, "and nothing is said");
        let given_up = (Status::Discarded, None);
        assert_eq!(world.standing_of(HERE, never).await, given_up);
        assert_eq!(world.standing_of(HERE, lost).await, given_up);
    });
}

/// A payment that the restored platform has lost. Meanwhile somebody else has sent its parcel back, so
/// that policy says no to it now; its author says: send it again.
async fn lost_and_moved_on(seed: u64, mood: Mood) -> (World, Uuid) {
    let mut world = World::new(seed, None).await;
    for profile in [HERE, OTHER] {
        world.sync(profile, &Weather::fair()).await;
    }
    world.office.back_up();
    let id = world.act(HERE, "p1", "release", None).await.unwrap();
    world.sync(HERE, &Weather::fair()).await;
    world.work_in(mood).await;
    world.sync(HERE, &Weather::fair()).await;
    world.restore_copy(0).await;
    world.sync(HERE, &Weather::fair()).await;
    let lost = (Status::Held, Some(Hold::Restored));
    assert_eq!(world.standing_of(HERE, id).await, lost);
    world.sync(OTHER, &Weather::fair()).await;
    let back = world.act(OTHER, "p1", "return", None).await.unwrap();
    world.sync(OTHER, &Weather::fair()).await;
    assert_eq!(world.standing_of(OTHER, back).await, CONFIRMED);
    let engine = world.profiles[HERE].engine();
    sync::retry(engine, &id.to_string()).await.unwrap();
    world.sync(HERE, &Weather::fair()).await;
    let finding_out = (Status::Unknown, None);
    assert_eq!(world.standing_of(HERE, id).await, finding_out);
    (world, id)
}

/// Seed 257 found it: the platform said conflict, and the provider had paid.
#[test]
fn fault_07_what_was_paid_before_a_restore_is_done_though_policy_would_refuse_it_now() {
    here(async {
        let (mut world, id) = lost_and_moved_on(76, Mood::Well).await;
        world.end_in_order().await;
        assert_eq!(world.standing_of(HERE, id).await, CONFIRMED);
        world.is_paid_once();
    });
}

/// The provider is asked, has not done it, and is not called: the no stands, and the record as it is.
#[test]
fn fault_07_what_was_not_paid_before_a_restore_is_refused_once_the_provider_was_asked() {
    here(async {
        let (mut world, id) = lost_and_moved_on(78, Mood::TimeoutBefore).await;
        world.work_in(Mood::Well).await;
        world.sync(HERE, &Weather::fair()).await;
        assert_eq!(
            world.operation(HERE, id).await.status,
            Status::Unknown,
            "a send of before the restore may still come through"
        );
        world.end_in_order().await;
        let conflict = (Status::Held, Some(Hold::Conflict));
        assert_eq!(world.standing_of(HERE, id).await, conflict);
        assert_eq!(world.office.provider.effects().len(), 0);
        let parcel = world
            .office
            .up()
            .store
            .record(crate::office::TENANT, "parcel", "p1")
            .await;
        let body = parcel.unwrap().unwrap().body;
        assert_eq!(body["state"], "returned");
    });
}

/// Its time is over, by the laptop's clock too: that does not make it undone.
#[test]
fn fault_07_what_was_paid_before_a_restore_is_done_though_its_time_is_over() {
    here(async {
        let mut world = World::new(79, None).await;
        world.sync(HERE, &Weather::fair()).await;
        world.office.back_up();
        let id = world.act(HERE, "p1", "release", None).await.unwrap();
        world.sync(HERE, &Weather::fair()).await;
        world.work_in(Mood::Well).await;
        world.sync(HERE, &Weather::fair()).await;
        world.restore_copy(0).await;
        world.sync(HERE, &Weather::fair()).await;
        world.time.advance(TimeDelta::days(4));
        let engine = world.profiles[HERE].engine();
        sync::retry(engine, &id.to_string()).await.unwrap();
        world.end_in_order().await;
        assert_eq!(world.standing_of(HERE, id).await, CONFIRMED);
        world.is_paid_once();
    });
}

/// Given up, and wanted anew: the provider would take the other id for another wish.
#[test]
fn fault_07_what_was_paid_before_a_restore_and_given_up_is_not_paid_again_under_another_id() {
    for action in ["release", "goodwill"] {
        here(async {
            let mut world = World::new(80, None).await;
            world.sync(HERE, &Weather::fair()).await;
            world.office.back_up();
            let id = world.act(HERE, "p1", action, None).await.unwrap();
            world.sync(HERE, &Weather::fair()).await;
            world.work_in(Mood::Well).await;
            world.sync(HERE, &Weather::fair()).await;
            assert_eq!(world.standing_of(HERE, id).await, CONFIRMED);
            world.restore_copy(0).await;
            world.sync(HERE, &Weather::fair()).await;
            world.discard(HERE, id).await;
            world.sync(HERE, &Weather::fair()).await;
            let anew = world.act(HERE, "p1", action, None).await.unwrap();
            world.end_in_order().await;
            assert_eq!(world.standing_of(HERE, anew).await, REFUSED);
            world.is_paid_once();
        });
    }
}
