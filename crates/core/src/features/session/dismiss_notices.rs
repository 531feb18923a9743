//! The operator has read the notices.

use crate::app::App;
use crate::error::Error;

/// The operator has read the notices of the profile that is open, or that waits to be opened.
pub async fn dismiss_notices(app: &App) -> Result<(), Error> {
    let _turn = app.turn().await;
    app.data.writable()?;
    if let Some(id) = app.standing().profile {
        let mut file = app.data.profile(&id)?;
        file.notices.clear();
        file.write(&app.data.folder(&id))?;
        app.announce();
    }
    Ok(())
}
