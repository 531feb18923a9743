//! Gives up the key of a profile: nothing opens it any more, and signing in makes it anew.

use super::enter::blocking;
use super::view::Phase;
use crate::app::App;
use crate::error::Error;
use crate::profile::ProfileFile;
use crate::store::opening;

/// Gives up the key of a profile, because passphrase and recovery code are lost. `state.db` is moved
/// aside and kept, with the `profile.json` that belongs to it; signing in makes the profile anew.
pub async fn start_over(app: &App, profile: &str) -> Result<(), Error> {
    let _turn = app.turn().await;
    app.data.writable()?;
    let file = app.data.profile(profile)?;
    app.leave(&file.id).await;
    let folder = app.data.folder(&file.id);
    let now = app.clock.wall();
    blocking(move || {
        let moved = opening::put_aside(&folder, now)?;
        if let Some(name) = moved {
            file.keep_beside(&folder, &name)?;
        }
        ProfileFile::remove(&folder)
    })
    .await?;
    app.keyring.forget(profile).await;
    app.data.closed(profile)?;
    app.stand(Phase::SignIn, None);
    Ok(())
}
