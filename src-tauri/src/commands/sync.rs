//! The connection and what waits.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::sync;
use watchkeeper_core::features::sync::view::SyncView;

use crate::start::Shell;

/// How things stand.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_status(shell: State<'_, Shell>) -> Result<SyncView, Error> {
    sync::status(&*shell.engine().await?).await
}

/// Asks for a pull and a push now; answers at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pull_now(shell: State<'_, Shell>) -> Result<(), Error> {
    sync::pull_now(&*shell.engine().await?).await
}

/// Puts a held operation back in its lane.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_operation(
    shell: State<'_, Shell>,
    operation: String,
) -> Result<(), Error> {
    sync::retry(&*shell.engine().await?, &operation).await
}

/// Gives up an operation that waits or is held.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discard_operation(
    shell: State<'_, Shell>,
    operation: String,
) -> Result<(), Error> {
    sync::discard(&*shell.engine().await?, &operation).await
}
