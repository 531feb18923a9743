//! I6: after a day of work no file has a word of any record, note or token in clear.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use watchkeeper_tests::{files, wait_for};

use crate::world::{World, action, approve, refuse};

/// What the operator typed: a reason, and what was looked for.
const NOTE: &str = "canary-note 7f3a91 bought twice";
const SOUGHT: &str = "canary-sought 51d2";
/// What is at hand when the app falls over.
const FALLEN: &str = "canary-panic Jane Doe owes 22 dollars";

/// Who is signed in. Profiles are told apart by it before one is unlocked, so it stands beside them in clear.
const OPERATOR: &str = "Kim Alcott";

/// Every text of a record as the screens show it, long enough to be told from chance.
fn words(record: &Value, into: &mut BTreeSet<String>) {
    let mut add = |text: &Value| {
        let text = text.as_str().filter(|text| *text != OPERATOR);
        if let Some(text) = text.filter(|text| text.len() >= 8) {
            into.insert(text.to_owned());
        }
    };
    add(&record["title"]);
    for fact in record["facts"].as_array().into_iter().flatten() {
        add(&fact["value"]["text"]);
    }
    for operation in record["operations"].as_array().into_iter().flatten() {
        add(&operation["title"]);
    }
}

#[test]
fn nothing_confidential_stands_in_clear_on_disk() {
    let mut world = World::new();
    let mut canaries: BTreeSet<String> = BTreeSet::new();
    let app = world.folder.path().join("app");
    let places = [
        app.clone(),
        app.with_extension("tmp"),
        app.with_extension("log"),
    ];
    let clean = |canaries: &BTreeSet<String>, when: &str| {
        let canaries: Vec<&str> = canaries.iter().map(String::as_str).collect();
        for place in &places {
            let found = files::in_clear(place, &canaries).unwrap();
            assert_eq!(found, Vec::<String>::new(), "{when}");
        }
    };
    canaries.extend([NOTE, SOUGHT, FALLEN].map(str::to_owned));
    canaries.insert(world.platform.ready.token.clone());

    // In the morning: everything is looked at, and looked for.
    let navigation = world.client.ask(&json!({"do": "navigation"})).unwrap();
    let mut views = BTreeSet::from(["refunds".to_owned()]);
    for queue in navigation["queues"].as_array().into_iter().flatten() {
        views.extend(queue["view"].as_str().map(str::to_owned));
    }
    let mut records = Vec::new();
    for view in &views {
        for row in world.client.rows(view).unwrap().iter().take(40) {
            let kind = row["kind"].as_str().unwrap();
            let record = world
                .client
                .record(kind, row["id"].as_str().unwrap())
                .unwrap();
            words(&record, &mut canaries);
            records.push(record);
        }
    }
    for sought in [SOUGHT, records[0]["title"].as_str().unwrap()] {
        world
            .client
            .ask(&json!({"do": "search", "query": sought}))
            .unwrap();
    }
    assert!(canaries.len() > 20, "{canaries:?}");
    clean(&canaries, "in the morning");

    // By day: approved, refused with a reason, refused by policy, and cut off.
    let approvable = world.approvable();
    world.client.ask(&approve(&approvable[0])).unwrap();
    let refusal = records
        .iter()
        .find_map(|record| refuse(record, NOTE))
        .expect("a record that may be refused");
    world.client.ask(&refusal).unwrap();
    let status = world.client.drained().unwrap();
    assert_eq!(status["settled"].as_array().unwrap().len(), 2, "{status}");
    let late = records.iter().find(|record| {
        action(record, "approve").is_some_and(|approve| approve["allowed"] == false)
    });
    let mut denied = approve(late.expect("a record that policy refuses"));
    denied["seen_revision"] = late.unwrap()["revision"].clone();
    world.client.ask(&denied).unwrap_err();
    world.line.cut(true);
    if let Some(next) = approvable.get(1) {
        world.client.ask(&approve(next)).unwrap();
    }
    wait_for("the app to notice", || {
        let status = world.client.status()?;
        Ok((status["link"] == "cut_off").then_some(()))
    })
    .unwrap();
    assert_eq!(
        world
            .client
            .ask(&json!({"do": "panic", "saying": FALLEN}))
            .unwrap(),
        true
    );
    clean(&canaries, "while it runs, with its WAL");

    // It is killed, started again, the line is back, and it is closed.
    world.client.kill_and_restart().unwrap();
    clean(&canaries, "after a kill");
    world.line.cut(false);
    world.client.pull().unwrap();
    world.client.drained().unwrap();
    for record in &records {
        let shown = world.client.record(
            record["kind"].as_str().unwrap(),
            record["id"].as_str().unwrap(),
        );
        words(&shown.unwrap_or_default(), &mut canaries);
    }
    let World {
        client,
        platform,
        folder,
        line,
    } = world;
    client.close().unwrap();
    clean(&canaries, "after it was closed");

    // The scan would find them: the ready file beside the data has the token, and the platform's own
    // files have the records.
    let beside = files::in_clear(folder.path(), &[platform.ready.token.as_str()]).unwrap();
    assert!(!beside.is_empty());
    let seen = std::fs::read_to_string(app.with_extension("log")).unwrap();
    assert!(seen.contains("panic"), "{seen}");
    drop(line);
}
