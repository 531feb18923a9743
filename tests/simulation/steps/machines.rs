//! What happens to laptops: killed, closed, without power, their clocks set, their disks full.

use std::ops::Range;

use chrono::TimeDelta;
use rand::Rng;
use rand::seq::IndexedRandom;
use watchkeeper_core::secrets::Secret;
use watchkeeper_core::store::gate::Point;

use super::Step;
use crate::world::{Who, World};

pub const POINTS: [Point; 3] = [Point::Begin, Point::Commit, Point::Committed];

pub fn is_of_a_laptop(step: Step) -> bool {
    matches!(
        step,
        Step::CutLine
            | Step::CrashApp
            | Step::CrashAppAtWrite
            | Step::CloseApp
            | Step::LosePower
            | Step::SetClock
            | Step::FillDisk
            | Step::Revoke
    )
}

impl World {
    /// Time passes, in seconds.
    pub fn wait(&mut self, seconds: Range<i64>) {
        let seconds = self.rng.random_range(seconds);
        self.time.advance(TimeDelta::seconds(seconds));
    }

    pub(super) async fn laptop_step(&mut self, step: Step) {
        let laptop = self.rng.random_range(0..self.active.len());
        let profile = self.open_on(laptop);
        match step {
            Step::CutLine => {
                self.cut_off[laptop] = !self.cut_off[laptop];
                self.note(format!("laptop {laptop} cut off: {}", self.cut_off[laptop]));
            }
            Step::CrashApp => {
                self.note(format!("profile {profile} is killed"));
                self.crash_profile(profile).await;
            }
            Step::CrashAppAtWrite => {
                let nth = self.rng.random_range(1..12);
                let point = *POINTS.choose(&mut self.rng).unwrap();
                self.note(format!("profile {profile} will die at {nth} {point:?}"));
                self.profiles[profile].disk.crash_at(nth, point);
            }
            Step::CloseApp => {
                self.note(format!("profile {profile} closes and opens"));
                self.abandon(Who::Sync(profile));
                self.profiles[profile].close().await;
                self.profiles[profile].open().await;
            }
            Step::LosePower => {
                self.note(format!("laptop {laptop} loses its power"));
                self.abandon(Who::Sync(profile));
                self.counts.client_crashes += 1;
                self.profiles[profile].lose_power();
                self.profiles[profile].open().await;
            }
            Step::SetClock => {
                let hours = *[-1, 1, -1, 1, 0, 24 * 3650].choose(&mut self.rng).unwrap();
                self.machines[laptop].set_wall_off_by(TimeDelta::hours(hours));
                self.note(format!("laptop {laptop} is {hours} h off"));
            }
            Step::FillDisk => {
                let disk = self.profiles[profile].disk.clone();
                let full = (!disk.is_full())
                    .then(|| *[Point::Begin, Point::Commit].choose(&mut self.rng).unwrap());
                disk.fill(full);
                self.note(format!("disk of profile {profile} full: {full:?}"));
            }
            Step::Revoke => self.revoke_or_renew(profile).await,
            _ => {}
        }
    }

    /// Revokes the token of a profile, or gives it another.
    async fn revoke_or_renew(&mut self, profile: usize) {
        if self.rng.random_bool(0.5) {
            let token = self.profiles[profile].token.clone();
            if let Some(platform) = self.office.platform() {
                let revoked = platform.revoke(&token).await.is_ok();
                self.note(format!("token of {profile} revoked: {revoked}"));
            }
        } else {
            self.renew(profile).await;
        }
        self.settle().await;
    }

    /// The operator signs in again, with another token.
    pub async fn renew(&mut self, profile: usize) {
        let operator = self.profiles[profile].operator.clone();
        let Some(token) = self.office.issue(&operator, &["operator"]).await else {
            return;
        };
        self.tokens.insert(token.clone(), operator);
        if let Some(engine) = &self.profiles[profile].engine {
            engine.renew(&Secret::new(token.as_str())).unwrap();
        }
        self.profiles[profile].token = token;
        self.note(format!("profile {profile} has another token"));
    }
}
