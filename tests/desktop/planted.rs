//! Fault 67: a script that got into the main window, by whatever way, and what it reaches.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::harness::{Laptop, Window};

/// What a script of the page answers by its last argument.
async fn outcome(window: &Window, script: &str) -> String {
    let answer = window.run_async(script).await;
    answer.as_str().unwrap_or_default().to_owned()
}

/// Calls a command as a script in the page would, whatever the page itself would send.
async fn invoke(window: &Window, command: &str, arguments: Value) -> String {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const {{invoke}} = window.__TAURI_INTERNALS__;
         invoke('app_view')
             .then(({{current}}) => invoke({}, {{profile: current, ...{arguments}}}))
             .then(answer => done('allowed: ' + JSON.stringify(answer)),
                   error => done('denied: ' + (error && error.code ? error.code : error)));",
        json!(command)
    );
    outcome(window, &script).await
}

/// A server on this machine that counts who connects, whether they say something or not.
fn trap() -> (u16, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let caught = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&caught);
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            count.fetch_add(1, Ordering::Relaxed);
            drop(stream);
        }
    });
    (port, caught)
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_67_a_planted_script_calls_nothing_beyond_the_capability_and_reads_no_file() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    for (command, arguments) in [
        ("plugin:fs|read_text_file", json!({"path": "/etc/passwd"})),
        ("plugin:shell|open", json!({"path": "file:///etc/passwd"})),
        (
            "plugin:shell|execute",
            json!({"program": "sh", "args": ["-c", "id"]}),
        ),
        ("plugin:opener|open_path", json!({"path": "/etc/passwd"})),
        (
            "plugin:http|fetch",
            json!({"clientConfig": {"url": "http://127.0.0.1:9/"}}),
        ),
        ("plugin:updater|check", json!({})),
        ("plugin:process|exit", json!({"code": 0})),
        ("plugin:dialog|open", json!({})),
        ("plugin:app|version", json!({})),
        (
            "plugin:window|create",
            json!({"options": {"label": "other"}}),
        ),
        (
            "plugin:webview|create_webview_window",
            json!({"options": {"label": "other"}}),
        ),
        (
            "plugin:event|emit",
            json!({"event": "change-set", "payload": {}}),
        ),
        ("plugin:resources|close", json!({"rid": 1})),
        ("plugin:path|resolve_directory", json!({"directory": 1})),
        ("read_file", json!({"path": "/etc/passwd"})),
    ] {
        let found = invoke(&window, command, arguments).await;
        assert!(found.starts_with("denied: "), "{command}: {found}");
    }
    assert_eq!(window.count().await, 1);
    // Files, by every way that a page has to read one. The mark of that file is its first line.
    for url in [
        "file:///etc/passwd",
        "tauri://localhost/../../../../../../etc/passwd",
        "tauri://localhost/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "tauri://localhost//etc/passwd",
        "asset://localhost/etc/passwd",
        "asset://localhost/%2Fetc%2Fpasswd",
        "/etc/passwd",
        "ipc://localhost/../etc/passwd",
    ] {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const asked = new XMLHttpRequest();
             const byFetch = fetch({url}).then(answer => answer.text()).catch(() => '');
             const byRequest = new Promise(give => {{
                 asked.onloadend = () => give(asked.responseText);
                 try {{ asked.open('GET', {url}); asked.send(); }} catch {{ give(''); }}
             }});
             Promise.all([byFetch, byRequest]).then(texts => done('read: ' + texts.join('')));",
            url = json!(url)
        );
        let found = outcome(&window, &script).await;
        assert!(found.starts_with("read: "), "{url}: {found}");
        assert!(!found.contains("root:"), "{url}: {found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_67_a_planted_script_reaches_no_network() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    let home = window.run("return location.href").await;
    let attempts = [
        "fetch(url, {mode: 'no-cors'}).catch(() => 0)",
        "const r = new XMLHttpRequest(); r.open('GET', url); r.send()",
        "new WebSocket(url.replace('http', 'ws'))",
        "new EventSource(url)",
        "navigator.sendBeacon(url, 'x')",
        "new Image().src = url",
        "const i = document.createElement('iframe'); i.src = url; document.body.append(i)",
        "const o = document.createElement('object'); o.data = url; document.body.append(o)",
        "const v = document.createElement('video'); v.src = url; document.body.append(v)",
        "const s = document.createElement('script'); s.src = url; document.head.append(s)",
        "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = url; document.head.append(l)",
        "const l = document.createElement('link'); l.rel = 'preload'; l.as = 'fetch'; l.href = url; document.head.append(l)",
        "const l = document.createElement('link'); l.rel = 'prefetch'; l.href = url; document.head.append(l)",
        "const d = document.createElement('div'); d.style.backgroundImage = `url(${url})`; document.body.append(d)",
        "new FontFace('x', `url(${url})`).load().catch(() => 0)",
        "const f = document.createElement('form'); f.action = url; f.method = 'post'; document.body.append(f); f.submit()",
        "const a = document.createElement('a'); a.href = url; a.ping = url; document.body.append(a); a.click()",
        "window.open(url)",
        "location.href = url",
        "new Worker(URL.createObjectURL(new Blob([`fetch('${url}')`])))",
        "import(url).catch(() => 0)",
    ];
    // Each has a trap of its own: so that the one that gets out is named.
    let traps: Vec<(u16, Arc<AtomicU32>)> = attempts.iter().map(|_| trap()).collect();
    for (attempt, (port, _)) in attempts.iter().zip(&traps) {
        let url = format!("http://127.0.0.1:{port}/?taken=");
        let script = format!(
            "const url = {}; try {{ {attempt}; }} catch {{ /* refused at once */ }} return true",
            json!(url)
        );
        assert_eq!(window.run(&script).await, true, "{attempt}");
    }
    // Whatever of it was let out would have been sent before this comes back.
    let after = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('new_operation_id').then(() => setTimeout(() => done('here'), 3000));";
    assert_eq!(outcome(&window, after).await, "here");
    assert_eq!(window.run("return location.href").await, home);
    let reached: Vec<&str> = attempts
        .iter()
        .zip(&traps)
        .filter(|(_, (_, caught))| caught.load(Ordering::Relaxed) > 0)
        .map(|(attempt, _)| *attempt)
        .collect();
    assert_eq!(reached, Vec::<&str>::new());
    // A trap would have caught it.
    let (port, caught) = &traps[0];
    std::net::TcpStream::connect(("127.0.0.1", *port)).unwrap();
    while caught.load(Ordering::Relaxed) == 0 {
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_67_planted_text_stays_text_and_money_wants_its_confirmation_from_the_core() {
    const PLANTED: &str =
        r#"<img src=x onerror="window.planted=1"><script>window.planted=1</script>"#;
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    // Planted by way of a record: it goes to the platform and comes back as its text.
    let list = window.read_list().await;
    let late = list.iter().find(|each| each.may("Refuse")).unwrap();
    let open = list.iter().find(|each| each.may("Approve")).unwrap();
    window.pick(late).await;
    window.act("Refuse", Some(PLANTED)).await;
    window.operation_is("confirmed").await;
    window.shows("<img src=x onerror=").await;
    assert_eq!(
        window.run("return typeof window.planted").await,
        "undefined"
    );
    assert_eq!(
        window
            .run("return document.querySelectorAll('img[src=x]').length")
            .await,
        0
    );

    // A script that sends money without what the operator types: refused by the core, not the page.
    let asked = json!({"request": {"view": "refunds", "sort": null, "search": "", "chips": [], "group": null,
        "closed": [], "columns": [], "offset": 0, "limit": 100}});
    let page = invoke(&window, "queue_page", asked).await;
    let page: Value = serde_json::from_str(page.strip_prefix("allowed: ").unwrap()).unwrap();
    let row = page["rows"].as_array().unwrap().iter();
    let row = row
        .clone()
        .find(|row| row.to_string().contains(&open.title))
        .unwrap_or_else(|| panic!("{page}"));
    let arguments = json!({"kind": row["kind"], "id": row["id"]});
    let record = invoke(&window, "queue_record", arguments).await;
    let record: Value = serde_json::from_str(record.strip_prefix("allowed: ").unwrap()).unwrap();
    for typed in [
        Value::Null,
        json!(""),
        json!("yes"),
        json!("0"),
        json!(PLANTED),
    ] {
        let id = invoke(&window, "new_operation_id", json!({})).await;
        let id = id
            .trim_start_matches("allowed: ")
            .trim_matches('"')
            .to_owned();
        let request = json!({"request": {
            "operation": id, "kind": record["kind"], "id": record["id"], "action": "approve",
            "params": {}, "typed": typed, "seen_revision": record["revision"], "amends": null,
        }});
        let found = invoke(&window, "act", request).await;
        assert_eq!(found, "denied: confirmation_missing", "{typed}");
    }
    let charge = open.fact("Charge at the provider");
    assert!(laptop.provider().refunds_of(charge).await.is_empty());
    window.go_to("Sync").await;
    window.shows("Settled · 1").await;
}
