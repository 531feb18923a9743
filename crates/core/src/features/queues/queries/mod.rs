//! What queues ask of the databases. All SQL of this feature stands here, most of it put together from
//! the question, and nothing else of it does.

pub(super) mod agreement;
pub(super) mod batch;
pub(super) mod groups;
pub(super) mod judgements;
pub(super) mod lookups;
pub(super) mod narrow;
pub(super) mod pick;
pub(super) mod related;
mod row_set;
mod rows;
pub(super) mod saved;
pub(super) mod sections;
