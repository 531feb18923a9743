//! What WebKit needs on Linux: a way to paint that fits the machine, and a page that comes back where
//! the process that shows it dies.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// A page that dies again within this time is not brought back: it would only flicker.
const REST: Duration = Duration::from_secs(10);

/// Sets both up for a window that was just built.
pub(crate) fn settle(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|webview| {
        let view = webview.inner();
        if !has_graphics_card(Path::new("/dev/dri"))
            && let Some(settings) = view.settings()
        {
            // Without a card WebKit would let the processor pretend to be one: slower, and the threads of
            // that pretence take the page with them when they fall over.
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
        let brought_back: Cell<Option<Instant>> = Cell::new(None);
        view.connect_web_process_terminated(move |view, reason| {
            let now = Instant::now();
            let again = brought_back.replace(Some(now));
            if again.is_some_and(|last| now.duration_since(last) < REST) {
                tracing::error!(?reason, "the page died again");
                return;
            }
            // What waits and what was decided is in the core, which goes on; only the screen begins anew.
            tracing::warn!(?reason, "the page died and is loaded again");
            view.reload();
        });
    })
}

/// Whether there is something that paints better than the processor.
fn has_graphics_card(devices: &Path) -> bool {
    let names = std::fs::read_dir(devices).into_iter().flatten().flatten();
    names
        .map(|entry| entry.file_name())
        .any(|name| name.to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_card_is_one_that_renders() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_graphics_card(&folder.path().join("none")));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_graphics_card(folder.path()), "it only has an outlet");
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_graphics_card(folder.path()));
    }
}
