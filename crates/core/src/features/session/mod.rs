//! Signing in, locking, unlocking.
//!
//! A profile is made by [`sign_in`]: ask the platform who this is, check its pack, and only then
//! write anything. It is opened by whatever opens its database key ([`crate::keys`]), and an open
//! one has an engine. What keeps a profile from opening becomes the [`view::Phase`] that the UI
//! shows; nothing hangs and nothing is lost.

mod app_view;
mod ask;
mod close;
mod create;
mod dismiss_notices;
mod enter;
mod heal;
mod open;
mod recover;
mod renew_token;
mod sign_in;
mod sign_in_demo;
mod start_over;
mod unlock;
pub mod view;

pub use app_view::app_view;
pub use close::close;
pub use dismiss_notices::dismiss_notices;
pub use open::{open, open_others};
pub use recover::recover;
pub use renew_token::renew_token;
pub use sign_in::sign_in;
pub use sign_in_demo::sign_in_demo;
pub use start_over::start_over;
pub use unlock::unlock;

#[cfg(test)]
mod tests;
