//! A Tauri window with one static page: what the app is compared with.

use tauri::WebviewUrl;
use tauri::webview::WebviewWindowBuilder;

fn main() -> anyhow::Result<()> {
    tauri::Builder::default()
        .setup(|app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Bare window")
                .inner_size(1280.0, 800.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}
