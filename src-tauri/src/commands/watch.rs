//! The first screen.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::watch;
use watchkeeper_core::features::watch::view::WatchView;

use crate::start::Shell;

/// The first screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_view(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<WatchView, Error> {
    watch::watch(&*shell.engine(&profile).await?).await
}

/// The operator touched the app. The window says so at most once a minute.
#[tauri::command]
#[specta::specta]
pub(crate) async fn touch(shell: State<'_, Shell>, profile: String) -> Result<(), Error> {
    watch::touch(&*shell.engine(&profile).await?).await
}
