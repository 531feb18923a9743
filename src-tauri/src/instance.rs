//! One app per data folder (fault 10).
//!
//! A running app owns a name on the session bus that is derived from its data folder. A second
//! start on the same folder finds the name taken, asks its owner to come forward and ends with 0; on
//! another folder it is another app. The bus forgets the name with the process, so nothing stale can
//! remain; for the moment in which it has not yet heard that the process is gone, the second waits.
//! Where there is no bus the core's own lock on the folder still keeps the second app out,
//! which then says so in its window.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::time::Duration;

use sha2::{Digest, Sha256};
use tauri::plugin::TauriPlugin;
use tauri::{Manager, Wry};

use crate::window::MAIN;

/// Short name of a data folder, for what must differ between apps that run side by side.
pub(crate) fn folder_tag(data: &Path) -> String {
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    hex::encode(digest).chars().take(16).collect()
}

fn bus_id(data: &Path) -> String {
    format!("app.watchkeeper.desktop.d{}", folder_tag(data))
}

/// Asks the app that runs on this folder to come forward; false where there is none, or no bus.
///
/// It is asked before anything of a window exists here: a process that ends while the threads of a
/// window run may fall over on its way out. Waits while the name is owned by a process that does not
/// answer, one that was killed an instant ago, which the bus has yet to hear of; without this a
/// restart right after a crash would take the dead app for a running one. Gives up after a few
/// seconds.
#[cfg(target_os = "linux")]
pub(crate) fn brought_forward(data: &Path) -> bool {
    const STEP: Duration = Duration::from_millis(20);
    const STEPS: u32 = 250;
    let name = format!("{}.SingleInstance", bus_id(data));
    let Ok(bus) = zbus::blocking::Connection::session() else {
        return false;
    };
    let is_owned = || {
        let driver = Some("org.freedesktop.DBus");
        bus.call_method(
            driver,
            "/org/freedesktop/DBus",
            driver,
            "NameHasOwner",
            &name,
        )
        .and_then(|answer| answer.body().deserialize::<bool>())
        .unwrap_or(false)
    };
    // What the plugin below serves. Neither arguments nor folder matter to whom is asked.
    let path = format!("/{}", name.replace('.', "/"));
    let comes_forward = || {
        let interface = Some("org.SingleInstance.DBus");
        let nothing = (Vec::<String>::new(), "");
        bus.call_method(
            Some(name.as_str()),
            path.as_str(),
            interface,
            "ExecuteCallback",
            &nothing,
        )
        .is_ok()
    };
    for _ in 0..STEPS {
        if !is_owned() {
            return false;
        }
        if comes_forward() {
            return true;
        }
        std::thread::sleep(STEP);
    }
    false
}

/// On other systems the plugin asks.
#[cfg(not(target_os = "linux"))]
pub(crate) fn brought_forward(_data: &Path) -> bool {
    false
}

/// The plugin, to be registered before every other one. It owns the name, and decides between two
/// that start at once.
pub(crate) fn plugin(data: &Path) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(bus_id(data))
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
