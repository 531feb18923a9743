//! One app per data folder (fault 10).
//!
//! A running app owns a name on the session bus that is derived from its data folder. A second
//! start on the same folder finds the name taken, asks its owner to come forward and ends with 0; on
//! another folder it is another app. The bus forgets the name with the process, so nothing stale can
//! remain. Where there is no bus the core's own lock on the folder still keeps the second app out,
//! which then says so in its window.

use std::path::Path;

use sha2::{Digest, Sha256};
use tauri::plugin::TauriPlugin;
use tauri::{Manager, Wry};

use crate::window::MAIN;

/// Short name of a data folder, for what must differ between apps that run side by side.
pub(crate) fn folder_tag(data: &Path) -> String {
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    hex::encode(digest).chars().take(16).collect()
}

/// The plugin, to be registered before every other one.
pub(crate) fn plugin(data: &Path) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(format!("app.watchkeeper.desktop.d{}", folder_tag(data)))
        .callback(|app, _arguments, _folder| {
            if let Some(window) = app.get_webview_window(MAIN) {
                let _ = window.unminimize();
                let _ = window.show();
                let _ = window.set_focus();
            }
        })
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_tags_of_their_own() {
        let one = folder_tag(Path::new("/data/watchkeeper"));
        let two = folder_tag(Path::new("/data/watchkeeper2"));
        assert_ne!(one, two);
        assert_eq!(one.len(), 16);
    }
}
