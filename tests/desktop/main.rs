//! The real app in a real window, on a desktop of its own, driven from outside as an operator would.
//!
//! Needs what `./test` builds first: the app with its user interface, and the platform.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod harness;

mod batch;
mod clear;
mod guard;
mod instances;
mod kills;
mod notifications;
mod planted;
mod shots;
mod spine;
mod starts;
mod tenants;
