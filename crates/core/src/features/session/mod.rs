//! Signing in, locking, unlocking.

mod app_view;
mod close;
mod dismiss_notices;
mod open;
mod recover;
mod renew_token;
mod sign_in;
mod sign_in_demo;
mod unlock;
pub mod view;

pub use app_view::app_view;
pub use close::close;
pub use dismiss_notices::dismiss_notices;
pub use open::open;
pub use recover::recover;
pub use renew_token::renew_token;
pub use sign_in::sign_in;
pub use sign_in_demo::sign_in_demo;
pub use unlock::unlock;
