//! Asks for a pull and a push now; answers at once.

use crate::engine::Engine;
use crate::error::Error;
use crate::outbox::steps;

/// Asks for a pull and a push now; answers at once.
pub async fn pull_now(engine: &Engine) -> Result<(), Error> {
    engine
        .stores()
        .state
        .write(|state| steps::end_back_off(state))
        .await?;
    engine.wake();
    Ok(())
}
