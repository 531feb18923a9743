//! Rows of the source documents, each shown by tests that carry its number (`d_17_…`), through the
//! real pack and the real engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod alerts;
mod alerts_session;
mod approval;
mod numbers;
mod packs;
mod records;
mod refund_list;
mod refund_session;
mod refund_window;
mod refusal;
mod reviews;
mod reviews_session;
mod world;
