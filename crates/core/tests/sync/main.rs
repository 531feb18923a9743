//! The engine against a scripted platform that misbehaves. Each fault of the catalogue is named by
//! its number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod crash;
mod feed;
mod hints;
mod line;
mod outbox;
mod queues;
mod scripted;
mod world;
