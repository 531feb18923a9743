//! Documents of records: listed where they belong, kept here, shown, saved to a file.

mod keep;
pub(crate) mod list;
mod look;
mod queries;
mod save;
mod show;
#[cfg(test)]
mod tests;
pub mod view;

pub use keep::{drop_document, keep};
pub use save::save;
pub use show::show;
