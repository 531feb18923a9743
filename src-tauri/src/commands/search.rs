//! Search over records.

use tauri::State;
use watchkeeper_core::Error;
use watchkeeper_core::features::search;
use watchkeeper_core::features::search::view::SearchHit;

use crate::start::Shell;

/// Records whose words match, best first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search(
    shell: State<'_, Shell>,
    profile: String,
    query: String,
) -> Result<Vec<SearchHit>, Error> {
    search::search(&*shell.engine(&profile).await?, &query).await
}
