//! Who is signed in to what, how this laptop keeps it, and what the tenant has set.

mod notifications;
mod screen;
pub mod view;

pub use notifications::{set_notifications, test_notification};
pub use screen::settings;
