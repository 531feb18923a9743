//! The world of a demo, as whoever looks at it chooses it. It is asked of the platform while somebody
//! waits for it, as signing in is: it is no operation on a record, and nothing else in the app waits for
//! it. Only a platform that says that it is a demo is asked.

mod choose;
#[cfg(test)]
mod tests;
pub mod view;
mod worlds;

pub use choose::choose;
pub use worlds::worlds;
