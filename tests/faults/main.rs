//! Numbered faults with real processes: the platform, and the app without a window.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod clear;
mod kills;
mod laptops;
mod machine;
mod office;
mod older_copy;
mod restored;
mod table;
mod time;
mod world;
