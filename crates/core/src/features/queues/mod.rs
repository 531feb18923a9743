//! Queues and the records in them.

mod act;
mod navigation;
mod page;
mod record;
pub mod view;

pub use act::act;
pub use navigation::navigation;
pub use page::page;
pub use record::record;
