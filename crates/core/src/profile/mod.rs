//! Profiles of this laptop: platform, tenant and operator, each with its own folder, databases,
//! key and token.

pub mod open;

pub use open::{OpenProfile, Pinned};
