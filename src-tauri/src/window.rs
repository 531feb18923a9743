//! The one window, and what it may not do: load anything but the app, open another window, keep
//! anything outside the data folder.

use std::path::{Path, PathBuf};

use tauri::plugin::TauriPlugin;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::window::Color;
use tauri::{App, Theme, Url, WebviewUrl, WebviewWindowBuilder, Wry};
use tauri_plugin_window_state::StateFlags;

/// Label of the one window.
pub(crate) const MAIN: &str = "main";

/// Size and place of the window are kept between starts, per data folder.
pub(crate) fn state_plugin(tag: &str) -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_filename(format!("window-{tag}.json"))
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

/// Opens the window. It appears with the page, over the page's own background, so that nothing
/// flashes.
pub(crate) fn open(app: &mut App, data: &Path) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default());
    #[cfg(target_os = "linux")]
    let window = cut_off(window)?;
    let window = window
        .title("Watchkeeper")
        .inner_size(1280.0, 800.0)
        .min_inner_size(1024.0, 680.0)
        .visible(false)
        .devtools(cfg!(debug_assertions))
        .data_directory(webview_folder(data))
        .on_navigation(|url| {
            let ours = is_ours(url);
            if !ours {
                tracing::warn!(scheme = url.scheme(), "a navigation was denied");
            }
            ours
        })
        .on_new_window(|url, _features| {
            tracing::warn!(scheme = url.scheme(), "a new window was denied");
            NewWindowResponse::Deny
        })
        .on_download(|_webview, _event| false)
        .on_page_load(|window, load| {
            if matches!(load.event(), PageLoadEvent::Finished) {
                let _ = window.show();
            }
        })
        .build()?;
    window.set_background_color(Some(background(window.theme()?)))?;
    #[cfg(target_os = "linux")]
    crate::webkit::settle(&window)?;
    Ok(())
}

/// Leaves the webview no way to the network: its proxy is a port where nobody answers. What the page
/// loads goes by schemes of the app. Policy and the handlers here deny whatever asks for more, but
/// WebKit opens a connection, and asks for the name of its host, as soon as a link is clicked and before
/// anybody is asked whether it may be followed (fault 67).
#[cfg(target_os = "linux")]
fn cut_off<'a>(
    window: WebviewWindowBuilder<'a, Wry, App>,
) -> tauri::Result<WebviewWindowBuilder<'a, Wry, App>> {
    // The development server is on the network.
    if tauri::is_dev() {
        return Ok(window);
    }
    let nowhere = "http://127.0.0.1:9".parse();
    Ok(window.proxy_url(nowhere.map_err(tauri::Error::InvalidUrl)?))
}

/// Where the webview keeps what it must: in the data folder, so that apps on different folders share
/// nothing. Where that cannot or must not be used, which the window is about to say, in the user's cache.
fn webview_folder(data: &Path) -> PathBuf {
    let folder = data.join("webview");
    let fit = watchkeeper_core::profile::place::check(data).is_ok();
    match fit.then(|| std::fs::create_dir_all(&folder)) {
        Some(Ok(())) => folder,
        _ => dirs::cache_dir()
            .unwrap_or_else(std::env::temp_dir)
            .join("watchkeeper"),
    }
}

/// True for the app's own pages. Windows serves them from a host name of its own.
fn is_ours(url: &Url) -> bool {
    let host = url.host_str();
    match url.scheme() {
        "tauri" => host == Some("localhost"),
        "http" | "https" => {
            (cfg!(windows) && host == Some("tauri.localhost"))
                || (tauri::is_dev() && host == Some("127.0.0.1") && url.port() == Some(1420))
        }
        _ => false,
    }
}

/// The page's background in a theme.
fn background(theme: Theme) -> Color {
    match theme {
        Theme::Dark => Color(0x10, 0x12, 0x14, 0xff),
        _ => Color(0xf6, 0xf6, 0xf3, 0xff),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_the_apps_own_pages_are_ours() {
        assert!(is_ours(&"tauri://localhost/".parse().unwrap()));
        assert!(is_ours(
            &"tauri://localhost/queues/pending".parse().unwrap()
        ));
        for other in [
            "https://example.org/",
            "http://localhost/",
            "http://127.0.0.1:8080/",
            "https://127.0.0.1:1421/",
            "http://tauri.localhost.example.org/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "blob:tauri://localhost/1",
            "javascript:alert(1)",
            "about:blank",
            "ipc://localhost/app_view",
        ] {
            assert!(!is_ours(&other.parse().unwrap()), "{other}");
        }
    }
}
