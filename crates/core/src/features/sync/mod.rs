//! The connection and what waits.

mod cards;
mod discard;
mod offer;
mod pull_now;
mod queries;
mod retry;
mod status;
mod take_back;
pub mod view;

pub use cards::more;
pub use discard::discard;
pub use pull_now::pull_now;
pub use retry::retry;
pub use status::status;
pub use take_back::take_back;
