//! A notification as a try.

use crate::engine::Engine;
use crate::error::Error;
use crate::notify::round;

/// Shows one, whatever the hour. How that went is kept like any other attempt.
///
/// # Errors
/// [`crate::Code::NotificationFailed`] with the reason.
pub async fn test_notification(engine: &Engine) -> Result<(), Error> {
    round::test(engine).await
}
