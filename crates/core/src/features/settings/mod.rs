//! Who is signed in to what, how this laptop keeps it, and what the tenant has set.

mod notifications;
mod pack_changes;
mod screen;
mod set_notifications;
mod test_notification;
pub mod view;

pub use pack_changes::pack_changes;
pub use screen::settings;
pub(in crate::features) use screen::words_called;
pub use set_notifications::set_notifications;
pub use test_notification::test_notification;
