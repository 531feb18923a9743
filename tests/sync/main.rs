//! The engine against a scripted platform that misbehaves. Each fault of the catalogue is named by
//! its number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod amend;
mod approvals;
mod audit;
mod beside;
mod consider;
mod controls;
mod copies;
mod crash;
mod demo;
mod disk;
mod documents;
mod feed;
mod hands;
mod hints;
mod history;
mod left;
mod line;
mod log;
mod made;
mod many;
mod numbers;
mod order;
mod outbox;
mod packs;
mod pauses;
mod queues;
mod rests;
mod sample;
mod saved;
mod scripted;
mod see;
mod time;
mod unanswered;
mod undo;
mod values;
mod views;
mod watch;
mod words;
mod world;
