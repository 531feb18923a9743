//! Laptops and a platform in one process, under a scheduler with a seed.
//!
//! Clock, network, disks and chance are passed in; one thing happens at a time; the same seed is the
//! same run. After each the invariants I1–I8 are asked. A seed that fails prints the command that
//! runs it again; `WATCHKEEPER_TRACE=1` says all that happens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing
)]

mod checks;
mod controls;
mod crashes;
mod faults;
mod gates;
mod laptop;
mod office;
mod pack;
mod provider;
mod quiet;
mod restored;
mod run;
mod scenes;
mod seeds;
mod steps;
mod time;
mod wire;
mod world;
