//! Profiles of this laptop: platform, tenant and operator, each with its own folder, databases,
//! key and token.
//!
//! ```text
//! <data>/                     mode 700, one app at a time
//!   lock                      held while an app runs; the system lets go of it when that dies
//!   app.json                  which profile was open last
//!   profiles/<id>/
//!     profile.json            mode 600: who and where, the wrapped database key, notices
//!     state.db  cache.db      encrypted
//!     state.damaged-<UTC>.db  what was moved aside; never deleted by the app
//!     blobs/
//! ```
//!
//! `profile.json` is written last when a profile is made: a folder without it is one of which the
//! making was cut short.

mod data;
mod file;
pub mod open;
pub mod place;

pub use data::DataFolder;
pub use file::{ProfileFile, profile_id};
pub use open::{OpenProfile, Pinned};

#[cfg(test)]
mod tests;
