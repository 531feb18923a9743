//! Queues and the records in them.

pub(crate) mod act;
pub(crate) mod cells;
pub(crate) mod decide;
mod groups;
mod many;
pub mod may_lapse;
mod narrow;
mod navigation;
mod offer;
pub(crate) mod operation;
mod page;
mod record;
mod sections;
mod select;
pub mod view;
pub(crate) mod waiting;

pub use act::act;
pub use many::act_many;
pub use navigation::navigation;
pub use page::page;
pub use record::record;
pub use select::select;
