//! Embeds configuration, capabilities and icons; the user interface comes from `ui/dist`.

use std::path::Path;

fn main() {
    let ui = Path::new("../ui/dist");
    if !ui.join("index.html").exists() {
        // The folder must exist for the app to compile; `cargo xtask build` fills it first.
        let _ = std::fs::create_dir_all(ui);
        println!("cargo:warning=ui/dist has no user interface yet: run `cargo xtask build`");
    }
    tauri_build::build();
}
