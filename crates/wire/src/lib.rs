//! What app and platform say to each other: every type of the HTTP API, once.
//!
//! Both sides read leniently (unknown fields are ignored, unknown enum values have a home) and
//! write strictly. Instants are RFC 3339 in UTC; money is minor units with a currency.

pub mod audit;
pub mod demo;
pub mod digest;
pub mod feed;
pub mod history;
pub mod ingest;
pub mod operation;
pub mod problem;
pub mod session;

/// Version of the API that this crate speaks, sent in [`session::Me::api`].
pub const API_VERSION: u32 = 1;

/// The most bytes one record line of the feed may have before it is refused unread (fault 22).
pub const MAX_RECORD_BYTES: usize = 8 * 1024 * 1024;

/// The most bytes one page of the feed may have, decompressed (fault 34). A client that meets more
/// closes the connection and asks for fewer lines.
pub const MAX_PAGE_BYTES: usize = 64 * 1024 * 1024;

/// Media type of the feed.
pub const NDJSON: &str = "application/x-ndjson";

/// Media type of errors (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";
