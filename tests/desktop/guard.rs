//! What the page may not do, tried from inside it.

use serde_json::json;

use crate::harness::{Laptop, Window};

/// Runs a script that answers by its last argument, and says what came of it.
async fn outcome(window: &Window, script: &str) -> String {
    let answer = window.run_async(script).await;
    answer.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_reaches_nothing_outside_the_app() {
    let laptop = Laptop::new();
    let window = laptop.open().await;
    window.loaded().await;
    let home = window.run("return location.href").await;

    // Leaving the app, in this window or a new one.
    for url in [
        "https://example.org/",
        "http://127.0.0.1:9/",
        "data:text/html,away",
        "file:///etc/hostname",
    ] {
        window.run(&format!("location.href = {}", json!(url))).await;
        window.run(&format!("window.open({})", json!(url))).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(window.run("return location.href").await, home);
    assert_eq!(window.count().await, 1);

    // Scripts that are not the app's, and requests to elsewhere.
    let script = |make: &str| {
        format!(
            "const done = arguments[arguments.length - 1];
             window.strayed = false;
             document.addEventListener('securitypolicyviolation', e => done('denied: ' + e.effectiveDirective), {{once: true}});
             setTimeout(() => done(window.strayed ? 'ran' : 'nothing'), 5000);
             {make}"
        )
    };
    let element = |set: &str| {
        format!("const s = document.createElement('script'); {set}; document.body.append(s);")
    };
    for make in [
        element("s.textContent = 'window.strayed = true'"),
        element("s.src = 'data:text/javascript,window.strayed = true'"),
        element("s.src = URL.createObjectURL(new Blob(['window.strayed = true']))"),
        element("s.src = 'https://example.org/x.js'"),
    ] {
        let found = outcome(&window, &script(&make)).await;
        assert!(found.starts_with("denied: script-src"), "{make}: {found}");
    }
    let found = outcome(
        &window,
        &script("fetch('https://example.org/').catch(() => 0);"),
    )
    .await;
    assert_eq!(found, "denied: connect-src");
    let frame = "const f = document.createElement('iframe'); f.src = 'https://example.org/'; document.body.append(f);";
    assert_eq!(outcome(&window, &script(frame)).await, "denied: frame-src");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_reaches_no_plugin_and_no_unlisted_command() {
    let laptop = Laptop::new();
    let window = laptop.open().await;
    window.loaded().await;
    assert_eq!(
        window.run("return typeof window.__TAURI__").await,
        "undefined"
    );
    for command in [
        "plugin:notification|notify",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:event|emit",
        "plugin:path|resolve_directory",
        "plugin:window-state|save_window_state",
        "no_such_command",
    ] {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             window.__TAURI_INTERNALS__.invoke({}, {{}}).then(() => done('allowed'), e => done('denied: ' + e));",
            json!(command)
        );
        let found = outcome(&window, &script).await;
        assert!(
            found.starts_with("denied: ") && found.contains("not "),
            "{command}: {found}"
        );
    }
    // The way that is open, for comparison.
    let script = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('new_operation_id').then(id => done(id), e => done('denied: ' + e));";
    assert_eq!(outcome(&window, script).await.len(), 36);
}
