//! What may happen next, and how likely it is. Each seed has a weather of its own: some faults are
//! frequent, some never happen, so that rare ones are met alone as well as together.

mod machines;
mod network;
mod operator;
mod platform;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

pub use network::Fate;

use crate::provider::Mood;
use crate::world::World;

/// How likely things are in one run.
pub struct Weather {
    fates: Vec<(Fate, u32)>,
    moods: Vec<(Mood, u32)>,
    steps: Vec<(Step, u32)>,
    unclear: f64,
}

/// Something that may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Carry,
    Sync,
    Work,
    Act,
    SeeToOutbox,
    SwitchOperator,
    Wait,
    WaitLong,
    Stray,
    CutLine,
    CrashApp,
    CrashAppAtWrite,
    CloseApp,
    LosePower,
    SetClock,
    FillDisk,
    Revoke,
    CrashPlatform,
    CrashPlatformAtWrite,
    StartPlatform,
    FillPlatformDisk,
    SetServerClock,
    Bring,
    ChangeRights,
    Freeze,
    PublishPack,
    Compact,
    BackUp,
    Restore,
    Forget,
}

/// What always happens, and how often.
const USUAL: [(Step, u32); 9] = [
    (Step::Carry, 400),
    (Step::Sync, 60),
    (Step::Work, 30),
    (Step::Act, 110),
    (Step::SeeToOutbox, 16),
    (Step::Wait, 40),
    (Step::Bring, 10),
    (Step::StartPlatform, 30),
    (Step::WaitLong, 2),
];

/// What some runs have, and how often there.
const FAULTS: [(Step, u32); 21] = [
    (Step::SwitchOperator, 5),
    (Step::WaitLong, 6),
    (Step::Stray, 15),
    (Step::CutLine, 10),
    (Step::CrashApp, 6),
    (Step::CrashAppAtWrite, 12),
    (Step::CloseApp, 5),
    (Step::LosePower, 3),
    (Step::SetClock, 6),
    (Step::FillDisk, 6),
    (Step::Revoke, 5),
    (Step::CrashPlatform, 5),
    (Step::CrashPlatformAtWrite, 8),
    (Step::FillPlatformDisk, 4),
    (Step::SetServerClock, 3),
    (Step::ChangeRights, 3),
    (Step::Freeze, 4),
    (Step::PublishPack, 2),
    (Step::Compact, 4),
    (Step::BackUp, 3),
    (Step::Forget, 3),
];

const FATES: [(Fate, u32); 11] = [
    (Fate::Lost, 6),
    (Fate::Strays, 5),
    (Fate::AnswerLost, 6),
    (Fate::AnswerCut, 5),
    (Fate::Twice, 5),
    (Fate::Echoes, 5),
    (Fate::TooMany, 3),
    (Fate::Fails, 3),
    (Fate::FailsAfter, 4),
    (Fate::UnavailableAfter, 4),
    (Fate::Portal, 2),
];

const MOODS: [(Mood, u32); 9] = [
    (Mood::TimeoutBefore, 15),
    (Mood::TimeoutAfter, 20),
    (Mood::Late(40), 12),
    (Mood::Refuse, 10),
    (Mood::Broke, 10),
    (Mood::BrokeAfter, 10),
    (Mood::NotNow, 8),
    (Mood::Pending(20), 8),
    (Mood::Fails(15), 8),
];

impl Weather {
    /// The weather of a run.
    pub fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut some = |all: &[(Fate, u32)]| -> Vec<(Fate, u32)> {
            all.iter()
                .filter(|_| rng.random_bool(0.5))
                .copied()
                .collect()
        };
        let mut fates = some(&FATES);
        let bad: u32 = fates.iter().map(|(_, weight)| weight).sum();
        // From a line on which half is lost to one on which hardly anything is.
        let good = (bad * rng.random_range(1..12)).max(1);
        fates.push((Fate::Arrives, good));
        let mut moods: Vec<_> = MOODS.into_iter().filter(|_| rng.random_bool(0.5)).collect();
        moods.push((Mood::Well, 60));
        let mut steps: Vec<_> = USUAL.to_vec();
        steps.extend(FAULTS.into_iter().filter(|_| rng.random_bool(0.5)));
        if rng.random_bool(0.3) {
            steps.push((Step::BackUp, 5));
            steps.push((Step::Restore, 2));
        }
        Self {
            fates,
            moods,
            steps,
            unclear: [0.0, 0.05, 0.3].choose(rng).copied().unwrap_or(0.0),
        }
    }

    /// Nothing goes wrong.
    pub fn fair() -> Self {
        Self {
            fates: vec![(Fate::Arrives, 1)],
            moods: vec![(Mood::Well, 1)],
            steps: USUAL.to_vec(),
            unclear: 0.0,
        }
    }

    pub fn fate(&self, rng: &mut ChaCha8Rng) -> Fate {
        weighted(&self.fates, rng)
    }

    pub fn mood(&self, rng: &mut ChaCha8Rng) -> Mood {
        weighted(&self.moods, rng)
    }

    pub fn unclear(&self, rng: &mut ChaCha8Rng) -> bool {
        rng.random_bool(self.unclear)
    }
}

fn weighted<T: Copy>(among: &[(T, u32)], rng: &mut ChaCha8Rng) -> T {
    among
        .choose_weighted(rng, |(_, weight)| *weight)
        .map(|(one, _)| *one)
        .unwrap()
}

impl World {
    /// One thing happens.
    pub async fn step(&mut self, weather: &Weather) {
        self.counts.steps += 1;
        match weighted(&weather.steps, &mut self.rng) {
            Step::Carry => {
                if self.wire.is_empty() {
                    let laptop = self.rng.random_range(0..self.active.len());
                    self.begin_sync(self.open_on(laptop)).await;
                } else {
                    self.carry_one(weather).await;
                }
            }
            Step::Sync => {
                let laptop = self.rng.random_range(0..self.active.len());
                self.begin_sync(self.open_on(laptop)).await;
            }
            Step::Work => self.begin_work().await,
            Step::Act => self.somebody_acts().await,
            Step::SeeToOutbox => self.somebody_sees_to_the_outbox().await,
            Step::SwitchOperator => self.switch_operator().await,
            Step::Wait => self.wait(1..90),
            Step::WaitLong => self.wait(600..100_000),
            Step::Stray => self.stray_arrives().await,
            other => match machines::is_of_a_laptop(other) {
                true => self.laptop_step(other).await,
                false => self.platform_step(other).await,
            },
        }
    }
}
