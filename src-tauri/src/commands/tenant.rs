//! What the tenant says.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::tenant;
use watchkeeper_core::features::tenant::view::TenantView;

use crate::start::Shell;

/// The screen of the tenant's settings. They change by the actions of their records.
#[tauri::command]
#[specta::specta]
pub(crate) async fn tenant_view(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<TenantView, Error> {
    tenant::tenant(&*shell.engine(&profile).await?).await
}
