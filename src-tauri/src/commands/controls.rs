//! Controls of the platform.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::controls;
use watchkeeper_core::features::controls::view::ControlsView;

use crate::start::Shell;

/// The controls of the platform. They are switched by the action of their records.
#[tauri::command]
#[specta::specta]
pub(crate) async fn controls_view(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<ControlsView, Error> {
    controls::controls(&*shell.engine(&profile).await?).await
}
