//! Queues and the records in them.

pub(crate) mod act;
pub(crate) mod cells;
pub(crate) mod decide;
mod many;
pub mod may_lapse;
mod navigation;
pub(crate) mod operation;
mod page;
mod record;
mod sample;
mod sections;
mod select;
pub mod view;
pub(crate) mod waiting;

pub use act::act;
pub use many::act_many;
pub use navigation::navigation;
pub use page::page;
pub use record::record;
pub use sample::judge;
pub use select::select;
