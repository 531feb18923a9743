//! The audit chain.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::log;
use watchkeeper_core::features::log::view::{LogPage, LogRequest};

use crate::start::Shell;

/// A page of the log.
#[tauri::command]
#[specta::specta]
pub(crate) async fn log_page(
    shell: State<'_, Shell>,
    profile: String,
    request: LogRequest,
) -> Result<LogPage, Error> {
    log::page(&*shell.engine(&profile).await?, request).await
}

/// Checks the whole chain now.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify_chain(shell: State<'_, Shell>, profile: String) -> Result<(), Error> {
    log::verify(&*shell.engine(&profile).await?).await
}
