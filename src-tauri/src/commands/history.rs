//! What everybody did with a record.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::history;
use watchkeeper_core::features::history::view::HistoryView;

use crate::start::Shell;

/// A record's history as far as it is here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn record_history(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
) -> Result<HistoryView, Error> {
    history::shown(&*shell.engine(&profile).await?, &kind, &id).await
}

/// Asks the platform for a record's history, the newest of it or what is older than what is here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_history(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
    older: bool,
) -> Result<HistoryView, Error> {
    history::ask(&*shell.engine(&profile).await?, &kind, &id, older).await
}
