//! The world of a demo.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::demo;
use watchkeeper_core::features::demo::view::{ChooseWorldRequest, DemoWorldsView};

use crate::start::Shell;

/// Which worlds the demo has. Asks the platform.
#[tauri::command]
#[specta::specta]
pub(crate) async fn demo_worlds(
    shell: State<'_, Shell>,
    profile: String,
) -> Result<DemoWorldsView, Error> {
    let app = shell.app().await?;
    demo::worlds(&*app.engine_of(&profile)?, &app.engines()).await
}

/// Has the demo replace the world of this profile's tenant. Asks the platform.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_world(
    shell: State<'_, Shell>,
    profile: String,
    request: ChooseWorldRequest,
) -> Result<DemoWorldsView, Error> {
    let app = shell.app().await?;
    demo::choose(&*app.engine_of(&profile)?, &app.engines(), request).await
}
