//! Queues and the records in them.

pub(crate) mod act;
pub(crate) mod anew;
pub(crate) mod batch;
pub(crate) mod cells;
mod chip_words;
mod consider;
mod csv;
pub(crate) mod decide;
mod export;
mod many;
pub mod may_lapse;
mod navigation;
mod offer;
pub(crate) mod operation;
mod page;
mod pick;
mod queries;
mod record;
mod related;
mod rests;
mod sample;
mod saved;
mod select;
pub mod view;
pub(crate) mod waiting;

pub use act::act;
pub use batch::leave_batch;
pub use consider::consider;
pub use export::export;
pub use many::{act_many, resume_batch};
pub use navigation::navigation;
pub use page::page;
pub use pick::pick;
pub use record::record;
pub use sample::judge;
pub use select::select;
