//! Queues and the records in them.

pub(crate) mod act;
mod cells;
mod decide;
mod many;
pub mod may_lapse;
mod navigation;
pub(crate) mod operation;
mod page;
mod record;
mod sections;
pub mod view;

pub use act::act;
pub use many::{act_many, select};
pub use navigation::navigation;
pub use page::page;
pub use record::record;
