//! Closes the profile that is shown: keys leave memory, work in progress stays on disk.

use super::view::Phase;
use crate::app::App;
use crate::error::Error;

/// Closes the profile that is shown: keys leave memory, work in progress stays on disk. Fine where none is
/// open; then it leads back to Sign-in from whatever kept a profile from opening.
pub async fn close(app: &App) -> Result<(), Error> {
    let _turn = app.turn().await;
    app.data.writable()?;
    if let Some(profile) = app.standing().profile {
        app.leave(&profile).await;
        app.data.closed(&profile)?;
    }
    app.stand(Phase::SignIn, None);
    Ok(())
}
