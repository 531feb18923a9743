//! What goes into a store and comes out of it.

mod access;
mod calls;
mod feed;
mod latest;
mod operations;
mod records;

pub use access::*;
pub use calls::*;
pub use feed::*;
pub use latest::*;
pub use operations::*;
pub use records::*;
