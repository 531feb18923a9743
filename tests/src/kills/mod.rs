//! Real processes under SIGKILL: the app without a window and the platform, while a stream of
//! decisions goes on over a line that loses answers and breaks.
//!
//! A run has one long-lived [`world`]. A round asks for a few decisions, kills at a random instant
//! from a tenth of a millisecond to a third of a second later, starts again (or kills in that start
//! too) and reads the outbox: what the client had said was queued must stand there. Now and then
//! everything is let come to rest and held against the providers' [`ledger`]: each operation has one
//! effect, or a verdict that can be seen and none ([`book`]).

pub mod book;
pub mod chance;
pub mod ledger;
mod rounds;
pub mod world;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::book::Findings;
pub use self::rounds::run;

/// What a run is to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Seed of its plan.
    pub seed: u64,
    /// Kills of the client.
    pub client_kills: u32,
    /// Kills of the platform.
    pub platform_kills: u32,
    /// A fault that must be found.
    pub control: Option<Control>,
}

/// A negative control: a harness that does not report it would report nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// The client forgets what it has said is queued: to be reported as lost.
    Forgets,
    /// Operation ids are not honoured: to be reported as doubled.
    IgnoresIds,
}

/// What a run did and found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Kills of the client, of which …
    pub client_kills: u32,
    /// … while it was starting,
    pub while_starting: u32,
    /// … and while it was filled for the first time.
    pub while_filling: u32,
    /// Kills of the platform.
    pub platform_kills: u32,
    /// Answers lost on the line.
    pub answers_lost: u32,
    /// Decisions that the client was asked for.
    pub asked: u32,
    /// Operations queued: said so, or found in the outbox.
    pub queued: u32,
    /// How they stood when the client came back after the kill.
    pub stood: BTreeMap<String, u32>,
    /// Of these, those that ended with a verdict that is no.
    pub refused: u32,
    /// Effects at the providers: refunds and mails.
    pub effects: u32,
    /// Times that everything was at rest and was checked.
    pub checks: u32,
    /// Seconds of work, over all worlds.
    pub seconds: f64,
    /// What is wrong.
    pub findings: Findings,
}

impl Report {
    /// Kills in all.
    pub fn kills(&self) -> u32 {
        self.client_kills + self.platform_kills
    }

    /// Adds what another run did and found.
    pub fn add(&mut self, other: Self) {
        self.client_kills += other.client_kills;
        self.while_starting += other.while_starting;
        self.while_filling += other.while_filling;
        self.platform_kills += other.platform_kills;
        self.answers_lost += other.answers_lost;
        self.asked += other.asked;
        self.queued += other.queued;
        for (standing, count) in other.stood {
            *self.stood.entry(standing).or_default() += count;
        }
        self.refused += other.refused;
        self.effects += other.effects;
        self.checks += other.checks;
        self.seconds += other.seconds;
        self.findings.add(other.findings);
    }
}
