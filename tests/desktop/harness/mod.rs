//! A laptop for a test: desktop, app, and the platform that it works with.

mod books;
mod laptop;
mod operator;
mod processes;
mod provider;
mod webdriver;
mod window;

pub use books::Books;
pub use laptop::Laptop;
pub use operator::Shown;
pub use processes::{children_of, gone, kill};
pub use provider::Provider;
pub use window::Window;

use std::time::Duration;

/// How long anything on the screen may take. Nothing is asserted about time: this only ends a test
/// that would wait for ever.
pub const PATIENCE: Duration = Duration::from_secs(60);
