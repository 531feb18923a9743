//! What the pack in force says and an operator looks up.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::reference;
use watchkeeper_core::features::reference::view::ReferenceView;

use crate::start::Shell;

/// The Reference screen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reference_view(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<ReferenceView, Error> {
    reference::reference(&*shell.engine(&profile).await?).await
}
