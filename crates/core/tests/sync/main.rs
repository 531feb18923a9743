//! The engine against a scripted platform that misbehaves. Each fault of the catalogue is named by
//! its number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod audit;
mod controls;
mod crash;
mod disk;
mod feed;
mod hints;
mod line;
mod log;
mod many;
mod numbers;
mod outbox;
mod packs;
mod queues;
mod scripted;
mod time;
mod watch;
mod words;
mod world;
