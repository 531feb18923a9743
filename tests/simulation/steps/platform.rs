//! What happens to the platform, and what its own systems and its people do.

use chrono::TimeDelta;
use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value};
use watchkeeper_core::store::gate::Point;

use super::Step;
use super::machines::POINTS;
use crate::office::TENANT;
use crate::pack;
use crate::world::World;

impl World {
    pub(super) async fn platform_step(&mut self, step: Step) {
        match step {
            Step::CrashPlatform => {
                self.note("the platform is killed");
                self.crash_office();
            }
            Step::CrashPlatformAtWrite => {
                let nth = self.rng.random_range(1..8);
                let point = *POINTS.choose(&mut self.rng).unwrap();
                self.note(format!("the platform will die at {nth} {point:?}"));
                self.office.disk.crash_at(nth, point);
            }
            Step::StartPlatform => self.start_office().await,
            Step::FillPlatformDisk => {
                let full = (!self.office.disk.is_full())
                    .then(|| *[Point::Begin, Point::Commit].choose(&mut self.rng).unwrap());
                self.office.disk.fill(full);
                self.note(format!("the platform's disk full: {full:?}"));
            }
            Step::SetServerClock => {
                // What the provider still owes is owed by true time; see `Mood::Late`.
                if !self.office.provider.owes(self.time.now()) {
                    let hours = *[-1, 0, 0, 1].choose(&mut self.rng).unwrap();
                    self.office.clock.set_off_by(TimeDelta::hours(hours));
                    self.note(format!("the platform's clock is {hours} h off"));
                }
            }
            Step::Bring => self.something_is_brought().await,
            Step::Forget => {
                self.office.provider.forget(self.time.now());
                self.note("the provider forgets its keys");
            }
            Step::BackUp => {
                if self.office.platform().is_some() {
                    self.office.back_up();
                    self.note("backed up");
                }
            }
            Step::Restore => self.restore().await,
            other => self.office_work(other).await,
        }
        self.settle().await;
    }

    async fn office_work(&mut self, step: Step) {
        let Some(platform) = self.office.platform().cloned() else {
            return;
        };
        match step {
            Step::ChangeRights => {
                let profile = self.rng.random_range(0..self.profiles.len());
                let operator = self.profiles[profile].operator.clone();
                let all: [&[&str]; 3] = [&["operator"], &["lead", "operator"], &["guest"]];
                let roles = *all.choose(&mut self.rng).unwrap();
                let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
                let done = platform
                    .change_rights(TENANT, &operator, &roles, &[])
                    .await
                    .is_ok();
                self.note(format!("{operator} has {roles:?}: {done}"));
            }
            Step::Freeze => {
                let freeze = self.rng.random_bool(0.4);
                let controls = Map::from_iter([("freeze".to_owned(), Value::Bool(freeze))]);
                let done = platform.set_controls(TENANT, &controls).await.is_ok();
                self.note(format!("frozen {freeze}: {done}"));
            }
            Step::PublishPack => {
                let pack = pack::signed(self.pack_version + 1);
                if platform.publish(TENANT, &pack).await.is_ok() {
                    self.pack_version += 1;
                    self.note(format!("pack {}", self.pack_version));
                }
            }
            Step::Compact => {
                let done = platform.store.compact_all(3).await.is_ok();
                self.note(format!("feed compacted: {done}"));
            }
            _ => {}
        }
    }

    /// Starts the platform where it is down.
    pub async fn start_office(&mut self) {
        if !self.office.is_open() {
            self.office.open().await;
            self.note("the platform starts");
        }
    }

    async fn something_is_brought(&mut self) {
        let now = self.time.now();
        match self.rng.random_range(0..4) {
            0 => {
                self.parcels += 1;
                let n = self.parcels;
                let body = pack::parcel(&format!("N-{n}"), now, self.rng.random_range(0..80));
                self.office
                    .bring(vec![("parcel", format!("p{n}"), body)], &[])
                    .await;
                self.note(format!("p{n} arrives"));
            }
            1 => {
                let gone = format!("p{}", self.rng.random_range(1..=self.parcels));
                self.office
                    .bring(Vec::new(), std::slice::from_ref(&gone))
                    .await;
                self.note(format!("{gone} goes"));
            }
            _ => {
                let n = self.rng.random_range(1..=self.parcels);
                let body = pack::parcel(&format!("N-{n}"), now, self.rng.random_range(0..80));
                self.office
                    .bring(vec![("parcel", format!("p{n}"), body)], &[])
                    .await;
                self.note(format!("p{n} is brought anew"));
            }
        }
    }

    async fn restore(&mut self) {
        let which = self.rng.random_range(0..100);
        self.crash_office();
        if self.office.restore(which) {
            self.restored = true;
            self.counts.restores += 1;
            self.note("the platform comes back with older files");
        }
        self.start_office().await;
    }
}
