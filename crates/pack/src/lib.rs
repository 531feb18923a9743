//! The pack: one tenant's operations as data.
//!
//! A pack is untrusted input. [`load_dir`] and [`Bundle::open`] check it as a whole and answer
//! either a [`Pack`] in which every name resolves and every expression compiles, or all problems
//! at once, each with a code, a place and a hint.
//!
//! Pure: no clock, no network; files are read only by [`load_dir`] and [`Bundle::from_dir`].

pub mod bundle;
pub mod chip;
pub mod diagnostic;
pub mod difference;
pub mod erased;
pub mod expr;
pub mod filter;
#[cfg(test)]
mod fixture;
pub mod format;
pub mod indexes;
pub mod loader;
pub mod measure;
pub mod pack;
#[cfg(feature = "publish")]
pub mod publisher;
mod readers;
pub mod saved;
pub mod schedule;
pub mod schema;
pub mod sight;
pub mod signed;
pub mod template;
pub mod value;

pub use bundle::Bundle;
pub use diagnostic::{Diagnostic, Severity};
pub use loader::{is_engine_kind, load_dir, load_files};
pub use pack::{Action, Alert, Kind, Metric, Pack, View};
#[cfg(feature = "publish")]
pub use publisher::Publisher;
pub use saved::SavedWish;
pub use sight::Sight;
pub use signed::{PublisherKey, SignatureError, Signed};
