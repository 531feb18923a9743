//! The connection and what waits.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::queues::view::OperationView;
use watchkeeper_core::features::sync;
use watchkeeper_core::features::sync::view::{OpenPart, SyncView, TakenBackView};

use crate::start::Shell;

/// How things stand.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sync_status(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<SyncView, Error> {
    sync::status(&*shell.engine(&profile).await?).await
}

/// The next operations of one part that are not settled, behind the first so many of it: at most 100.
#[tauri::command]
#[specta::specta]
pub(crate) async fn more_operations(
    shell: State<'_, Shell>,
    profile: String,
    part: OpenPart,
    behind: u32,
) -> Result<Vec<OperationView>, Error> {
    sync::more(&*shell.engine(&profile).await?, part, behind).await
}

/// Asks for a pull and a push now; answers at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pull_now(shell: State<'_, Shell>, profile: String) -> Result<(), Error> {
    sync::pull_now(&*shell.engine(&profile).await?).await
}

/// Puts a held operation back in its lane.
#[tauri::command]
#[specta::specta]
pub(crate) async fn retry_operation(
    shell: State<'_, Shell>,
    profile: String,
    operation: String,
) -> Result<(), Error> {
    sync::retry(&*shell.engine(&profile).await?, &operation).await
}

/// Gives up an operation that waits or is held.
#[tauri::command]
#[specta::specta]
pub(crate) async fn discard_operation(
    shell: State<'_, Shell>,
    profile: String,
    operation: String,
) -> Result<(), Error> {
    sync::discard(&*shell.engine(&profile).await?, &operation).await
}

/// Takes back what was queued and never sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_back(
    shell: State<'_, Shell>,
    profile: String,
    operations: Vec<String>,
) -> Result<TakenBackView, Error> {
    sync::take_back(&*shell.engine(&profile).await?, &operations).await
}
