//! The machine under the app: what may not be written, and what a crash leaves.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};
use watchkeeper_tests::client::Client;

use crate::world::{World, approve};

/// Takes the right to write from everything in a folder, or gives it back.
fn writable(folder: &Path, may: bool) {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let mode = match (entry.file_type().is_dir(), may) {
            (true, true) => 0o700,
            (true, false) => 0o500,
            (false, true) => 0o600,
            (false, false) => 0o400,
        };
        std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// What the app is asked and says to a folder that it cannot write.
fn shows_and_refuses(client: &mut Client, record: &Value, request: &Value, when: &str) {
    let app = client.ask(&json!({"do": "app"})).unwrap();
    assert_eq!(app["phase"], "read_only", "{when}: {app}");
    assert!(!app["current"].is_null(), "{when}: its profile is shown");
    let shown = client
        .record("refund", record["id"].as_str().unwrap())
        .unwrap();
    assert_eq!(shown["title"], record["title"], "{when}");
    assert!(!client.rows("refunds").unwrap().is_empty(), "{when}");
    let status = client.status().unwrap();
    assert_eq!(status["problem"]["code"], "read_only", "{when}: {status}");
    assert_eq!(
        status["waiting"].as_array().unwrap().len(),
        1,
        "{when}: {status}"
    );
    let refused = client.ask(request).unwrap_err().to_string();
    assert!(refused.contains("read_only"), "{when}: {refused}");
    let sought = json!({"do": "search", "query": record["title"]});
    assert!(
        !client.ask(&sought).unwrap().as_array().unwrap().is_empty(),
        "{when}"
    );
}

#[test]
fn fault_16_what_may_not_be_written_is_shown_refused_and_goes_on_when_it_may() {
    let mut world = World::new();
    let data = world.folder.path().join("app");
    let demo = world.line.demo_file(&world.platform.ready_file()).unwrap();
    let mut may = world.approvable();
    let (first, second) = (may.remove(0), may.remove(0));
    // Work that waits, and a crash: the WAL stands beside the databases.
    world.line.cut(true);
    world.client.ask(&approve(&first)).unwrap();
    world.client.kill().unwrap();
    let request = approve(&second);

    writable(&data, false);
    for start in ["the first start", "the next"] {
        let mut client = Client::start_ordinary(&data, &demo).unwrap();
        shows_and_refuses(&mut client, &first, &request, start);
        client.close().unwrap();
    }
    // Only the database, in a folder that may be written.
    writable(&data, true);
    let profile = std::fs::read_dir(data.join("profiles"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let state = profile.path().join("state.db");
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o400)).unwrap();
    let mut client = Client::start_ordinary(&data, &demo).unwrap();
    shows_and_refuses(&mut client, &first, &request, "only the database");
    client.close().unwrap();
    // May be written again: what waited goes out, once.
    writable(&data, true);
    world.line.cut(false);
    let mut client = Client::start_ordinary(&data, &demo).unwrap();
    assert_eq!(client.ask(&json!({"do": "app"})).unwrap()["phase"], "open");
    client.ask(&request).unwrap();
    client.drained().unwrap();
    assert_eq!(world.refunds_of(&first), 1);
    assert_eq!(world.refunds_of(&second), 1);
    client.close().unwrap();
    // Closed in order there is no WAL; read all the same.
    writable(&data, false);
    let mut client = Client::start_ordinary(&data, &demo).unwrap();
    assert_eq!(
        client.ask(&json!({"do": "app"})).unwrap()["phase"],
        "read_only"
    );
    assert!(!client.rows("refunds").unwrap().is_empty());
    client.close().unwrap();
    writable(&data, true);
}

#[test]
fn fault_16_permissions_that_change_while_it_runs_end_nothing() {
    let mut world = World::new();
    let data = world.folder.path().join("app");
    let demo = world.line.demo_file(&world.platform.ready_file()).unwrap();
    world.client.kill().unwrap();
    let mut client = Client::start_ordinary(&data, &demo).unwrap();
    client.filled().unwrap();
    std::mem::swap(&mut world.client, &mut client);
    let record = world.approvable().remove(0);
    writable(&data, false);
    // Files that are open stay so: it is done, or refused in so many words, and never half.
    let request = approve(&record);
    let queued = match world.client.ask(&request) {
        Ok(_) => true,
        Err(error) => {
            assert!(error.to_string().contains("read_only"), "{error}");
            false
        }
    };
    let shown = world
        .client
        .record("refund", record["id"].as_str().unwrap())
        .unwrap();
    assert_eq!(shown["operations"].as_array().unwrap().is_empty(), !queued);
    assert!(!world.client.rows("refunds").unwrap().is_empty());
    writable(&data, true);
    world.client.kill_and_restart().unwrap();
    world.client.ask(&request).unwrap();
    world.client.drained().unwrap();
    assert_eq!(world.refunds_of(&record), 1);
}

#[test]
fn fault_71_a_panic_says_where_and_nothing_of_whom_and_no_core_is_dumped() {
    const CANARY: &str = "canary-71 Jane Doe 4111 1111 1111 1111";
    let mut world = World::new();
    let answer = world
        .client
        .ask(&json!({"do": "panic", "saying": CANARY}))
        .unwrap();
    assert_eq!(answer, true, "it fell over");
    let log = std::fs::read_to_string(world.folder.path().join("app.log")).unwrap();
    let said = log
        .lines()
        .find(|line| line.contains("panic"))
        .expect("it is said");
    assert!(said.contains("headless.rs:"), "where: {said}");
    assert!(
        !log.contains("canary-71") && !log.contains("Jane Doe"),
        "{log}"
    );
    assert!(!log.contains("stack backtrace"), "{log}");
    // The app goes on.
    assert!(!world.client.rows("refunds").unwrap().is_empty());
    // Neither this process nor one that it starts may dump its memory.
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", world.client.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let numbers: Vec<&str> = core.split_whitespace().rev().skip(1).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
    // What dies by a signal that dumps leaves nothing beside it.
    let before = everything(world.folder.path());
    let id = rustix::process::Pid::from_raw(i32::try_from(world.client.id()).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::ABORT).unwrap();
    watchkeeper_tests::wait_for("the process to end", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", world.client.id()))?;
        Ok(status.contains("zombie").then_some(()))
    })
    .unwrap();
    let status = world.client.end().unwrap();
    assert!(
        !std::os::unix::process::ExitStatusExt::core_dumped(&status),
        "{status}"
    );
    assert_eq!(everything(world.folder.path()), before);
}

/// Names of everything below a folder.
fn everything(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    entries
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .collect()
}
