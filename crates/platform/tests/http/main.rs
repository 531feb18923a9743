//! The platform over HTTP: a real listener, a real client, the real pack.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod agreed;
mod agreement;
mod alerts;
mod amounts;
mod approvals;
mod audit;
mod blobs;
mod bounds;
mod controls;
mod csv;
mod demo;
mod digest;
mod errands;
mod feed;
mod hindered;
mod history;
mod ingest;
mod isolation;
mod kept_out;
mod live;
mod openapi;
mod operations;
mod providers;
mod restored;
mod revisions;
mod saved_views;
mod see;
mod session;
mod settings;
mod stand_in;
mod support;
mod twice;
mod waits;
mod worlds;
