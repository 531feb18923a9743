//! What scripted scenes are made of.

use http::Method;

use uuid::Uuid;
use watchkeeper_core::features::sync;
use watchkeeper_core::outbox::queue::{Hold, Queued, Status};

use crate::laptop::while_alive;
use crate::provider::Mood;
use crate::steps::{Fate, Weather};
use crate::wire::{Item, Letter};
use crate::world::{Who, World};

impl World {
    /// One whole turn with the platform.
    pub async fn sync(&mut self, profile: usize, weather: &Weather) {
        self.begin_sync(profile).await;
        self.finish(weather, Who::Sync(profile)).await;
    }

    /// The worker's look at its outbox, whole.
    pub async fn work(&mut self, weather: &Weather) {
        self.begin_work().await;
        self.finish(weather, Who::Worker).await;
    }

    /// One look of the worker at its outbox; the provider is in this mood.
    pub async fn work_in(&mut self, mood: Mood) {
        self.begin_work().await;
        while let Some(Item::Call { key, ask }) = self.next_item() {
            self.call(&key, ask, mood, false);
            self.settle().await;
        }
    }

    /// What has waited longest on the wire.
    pub fn next_item(&mut self) -> Option<Item> {
        (!self.wire.is_empty()).then(|| self.wire.take(0))
    }

    /// Carries a request by this fate, and lets everybody go on.
    pub async fn carry_by(&mut self, letter: Letter, fate: Option<Fate>) {
        self.carry(letter, fate).await;
        self.settle().await;
    }

    /// Everything of a turn that has begun arrives, but the operations meet this fate.
    pub async fn operations_meet(&mut self, profile: usize, fate: Option<Fate>) {
        while self.is_busy(Who::Sync(profile)) {
            match self.next_item() {
                Some(Item::Letter(letter)) => {
                    let path = letter.request.uri().path() == "/v1/operations";
                    let is_one = path && letter.request.method() == Method::POST;
                    let fate = if is_one { fate } else { Some(Fate::Arrives) };
                    self.carry_by(letter, fate).await;
                }
                _ => panic!("{profile} waits for nothing"),
            }
        }
    }

    /// The operations of a turn that has begun arrive, and their answers do not.
    pub async fn lose_answer_of_post(&mut self, profile: usize) {
        self.operations_meet(profile, Some(Fate::AnswerLost)).await;
    }

    /// What is held for the operator of a profile.
    pub async fn held(&self, profile: usize) -> Vec<Uuid> {
        let all = self.profiles[profile].operations().await;
        let held = all.iter().filter(|one| one.status == Status::Held);
        held.map(|one| one.request.id).collect()
    }

    /// How an operation stands on its laptop.
    pub async fn standing_of(&self, profile: usize, id: Uuid) -> (Status, Option<Hold>) {
        let one = self.operation(profile, id).await;
        (one.status, one.hold)
    }

    /// An operation as its laptop has it.
    pub async fn operation(&self, profile: usize, id: Uuid) -> Queued {
        let all = self.profiles[profile].operations().await;
        let one = all.into_iter().find(|one| one.request.id == id);
        one.expect("the laptop has it")
    }

    /// The operator gives it up, if that works.
    pub async fn discard(&mut self, profile: usize, id: Uuid) {
        let engine = self.profiles[profile].engine().clone();
        let disk = self.profiles[profile].disk.clone();
        let text = id.to_string();
        if while_alive(&disk, sync::discard(&engine, &text))
            .await
            .is_none()
        {
            self.crash_profile(profile).await;
        }
    }
}
