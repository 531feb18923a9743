//! Numbered faults with real processes: the platform, and the app without a window.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod kills;
mod laptops;
mod office;
mod restored;
mod world;
