//! The end of a run: everything works again, and everybody goes on until nothing is left to do.

use chrono::TimeDelta;
use watchkeeper_core::outbox::queue::{Queued, Status};

use crate::steps::Weather;
use crate::world::{Who, World};

/// Rounds after which it is not quiet for good.
const ROUNDS: u32 = 60;

impl World {
    /// Lets everybody finish. What is still open after that is open for ever.
    pub async fn come_to_rest(&mut self) {
        self.note("everything works again");
        let fair = Weather::fair();
        for profile in &self.profiles {
            profile.disk.spare();
        }
        self.office.disk.spare();
        self.cut_off.iter_mut().for_each(|off| *off = false);
        self.start_office().await;
        while !self.wire.is_empty() {
            self.carry_one(&fair).await;
        }
        while !self.strays.is_empty() {
            self.stray_arrives().await;
        }
        for profile in 0..self.profiles.len() {
            self.renew(profile).await;
            if self.profiles[profile].engine.is_none() {
                self.profiles[profile].open().await;
            }
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            self.time.advance(TimeDelta::seconds(70));
            let before = self.standing().await;
            self.begin_work().await;
            self.finish(&fair, Who::Worker).await;
            for profile in 0..self.profiles.len() {
                self.begin_sync(profile).await;
                self.finish(&fair, Who::Sync(profile)).await;
            }
            quiet = match before == self.standing().await && self.nothing_is_due().await {
                true => quiet + 1,
                false => 0,
            };
            // Twice, so that everybody has seen what the last one did.
            if quiet == 2 {
                break;
            }
        }
    }

    /// Carries everything until one is done.
    pub async fn finish(&mut self, weather: &Weather, who: Who) {
        while self.is_busy(who) {
            assert!(!self.wire.is_empty(), "{who:?} waits for nothing");
            self.carry_one(weather).await;
        }
    }

    /// Where everything stands, to see whether anything still moves.
    async fn standing(&self) -> Vec<(u64, Vec<(i64, Status, u32)>)> {
        let head = match self.office.platform() {
            Some(platform) => {
                let tenant = platform.store.tenant(crate::office::TENANT).await.unwrap();
                tenant.map_or(0, |tenant| tenant.head)
            }
            None => 0,
        };
        let mut all = Vec::new();
        for profile in &self.profiles {
            let operations = profile.operations().await;
            let line = |one: &Queued| (one.seq, one.status, one.attempts);
            all.push((head, operations.iter().map(line).collect()));
        }
        all
    }

    /// Neither the platform nor a laptop waits for anything but a person.
    async fn nothing_is_due(&self) -> bool {
        let far = self.time.now() + TimeDelta::days(10_000);
        let calls = self.office.up().store.due_calls(far, 10).await.unwrap();
        if !calls.is_empty() {
            return false;
        }
        for profile in &self.profiles {
            let operations = profile.operations().await;
            if operations
                .iter()
                .any(|one| waits_for_nobody(one, &operations))
            {
                return false;
            }
        }
        true
    }
}

/// It is not settled, and no person is asked about it or about one before it in its lane.
pub fn waits_for_nobody(one: &Queued, all: &[Queued]) -> bool {
    match one.status {
        Status::Confirmed | Status::Discarded | Status::Held => false,
        Status::InFlight | Status::Accepted | Status::Unknown => true,
        Status::Waiting => !all.iter().any(|other| {
            other.status == Status::Held
                && other.seq < one.seq
                && other.request.lane() == one.request.lane()
        }),
    }
}
