//! Documents of records.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::documents;
use watchkeeper_core::features::documents::view::{DocumentContent, SavedDocument};

use super::queues::downloads;
use crate::start::Shell;

/// Asks for a document to be kept on this laptop; answers at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn keep_document(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
) -> Result<(), Error> {
    documents::keep(&*shell.engine(&profile).await?, &kind, &id).await
}

/// Lets go of a document that is kept, or is to be.
#[tauri::command]
#[specta::specta]
pub(crate) async fn drop_document(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
) -> Result<(), Error> {
    documents::drop_document(&*shell.engine(&profile).await?, &kind, &id).await
}

/// A document that is kept here, to be shown.
#[tauri::command]
#[specta::specta]
pub(crate) async fn show_document(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
) -> Result<DocumentContent, Error> {
    documents::show(&*shell.engine(&profile).await?, &kind, &id).await
}

/// Writes a document that is kept here to a file in the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_document(
    shell: State<'_, Shell>,
    profile: String,
    kind: String,
    id: String,
) -> Result<SavedDocument, Error> {
    let engine = shell.engine(&profile).await?;
    documents::save(&engine, &kind, &id, downloads()?).await
}
