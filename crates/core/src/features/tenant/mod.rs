//! What the tenant says: its settings, what is still to be said before going live, and what waits for
//! each. A setting is a record of the engine's and changes by operation, as everything does.

mod screen;
pub mod view;

pub use screen::tenant;
