//! The real window, killed again and again right after a decision was clicked.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use watchkeeper_tests::kills::chance::Chance;
use watchkeeper_tests::kills::ledger::{Effect, Ledger};
use watchkeeper_tests::kills::world::Arrivals;
use watchkeeper_tests::platform::ingest;

use crate::harness::{Laptop, PATIENCE, Window};

/// Kills in an ordinary test run.
const KILLS: usize = 25;
/// Refund requests that wait in the list beside those that are killed over.
const SPARE: usize = 5;

/// A decision that was clicked in a window which was killed then.
struct Clicked {
    charge: String,
    /// The window had shown it as one of the operator's operations.
    seen: bool,
}

/// What it came to.
#[derive(Debug, Default, Serialize)]
struct Windows {
    kills: u32,
    /// Decisions that were queued when the window died, or before.
    queued: u32,
    /// Refunds at the provider.
    effects: u32,
    /// Decisions that the window had shown and that came to nothing.
    lost: Vec<String>,
    /// Refunds beyond the one that was decided on.
    doubled: Vec<String>,
}

/// Asks the app itself, as its page does.
async fn invoke(window: &Window, command: &str, arguments: Value) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const {{invoke}} = window.__TAURI_INTERNALS__;
         invoke('app_view')
             .then(({{current}}) => invoke('{command}', {{profile: current, ...{arguments}}}))
             .then(answer => done({{answer}}), error => done({{error}}));"
    );
    let answer = window.run_async(&script).await;
    assert!(answer["error"].is_null(), "{command}: {answer}");
    answer["answer"].clone()
}

fn number(name: &str, or: usize) -> usize {
    std::env::var(name).map_or(or, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_04_window_killed_again_and_again() {
    let kills = number("WATCHKEEPER_WINDOW_KILLS", KILLS);
    let mut chance = Chance::new(number("WATCHKEEPER_SEED", 1) as u64);
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let ledger = Ledger::of(&laptop.platform_data());
    let arrivals = Arrivals::new(1..=kills + SPARE, |_| false);
    ledger.charge(&arrivals.charges).unwrap();
    let ready = laptop.platform();
    ingest(&ready.platform, &ready.admin, &arrivals.records).unwrap();

    let mut window = laptop.open().await;
    window.sign_in_to_demo().await;
    let mut clicked: Vec<Clicked> = Vec::new();
    for _ in 0..kills {
        let record = window.pick_one_that_may("Approve").await;
        let submit = window.ready_to("Approve", None).await;
        // Half of them around the click itself, which the page makes a moment after it was told to;
        // half once the window has shown what became of it.
        let seen = chance.one_in(2);
        if seen {
            submit.click().await.unwrap();
            let pill = "return document.querySelector(
                'section.record :is(.operation .pill, .history-word)')";
            window.until(pill, "the operation").await;
        } else {
            let click =
                "const submit = document.querySelector('[role=dialog] button[type=submit]');
                 setTimeout(() => submit.click(), 20);";
            window.run(click).await;
        }
        let (soon, late) = (Duration::from_millis(1), Duration::from_millis(300));
        std::thread::sleep(chance.wait(soon, late));
        window.kill();
        clicked.push(Clicked {
            charge: record.fact("Charge at the provider").to_owned(),
            seen,
        });
        window = laptop.open().await;
        window.go_to("Refunds").await;
    }

    // At rest: what the app says and what the provider has done are the same.
    let begun = std::time::Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "{}", window.text().await);
        invoke(&window, "pull_now", json!({})).await;
        let status = invoke(&window, "sync_status", json!({})).await;
        let none = |name: &str| status[name].as_array().unwrap().is_empty();
        if none("waiting") && none("under_way") {
            assert!(none("held"), "{status}");
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let refunds = ledger.effects().unwrap().refunds;
    let mut report = Windows {
        kills: kills as u32,
        ..Windows::default()
    };
    let all = json!({"request": {
        "view": "refunds", "sort": null, "search": "", "chips": [], "group": null,
        "closed": [], "columns": [], "offset": 0, "limit": 500,
    }});
    let page = invoke(&window, "queue_page", all).await;
    for row in page["rows"].as_array().unwrap() {
        let asked = json!({"kind": "refund", "id": row["id"]});
        let record = invoke(&window, "queue_record", asked).await;
        let words: Vec<&str> = record["operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|operation| operation["word"].as_str().unwrap())
            .collect();
        let facts = record["facts"].as_array().unwrap();
        let charge = facts.iter().find(|fact| fact["field"] == "charge_id");
        let charge = charge.unwrap()["value"]["text"].as_str().unwrap();
        let ours = |refund: &&Effect| refund.target == charge && !refund.operation.is_empty();
        let made = refunds.iter().filter(ours).count();
        let seen = clicked
            .iter()
            .any(|click| click.charge == charge && click.seen);
        let name = format!("{}: {words:?}, {made} refunds", row["id"]);
        report.effects += made as u32;
        match (words.as_slice(), made) {
            ([], 0) if seen => report.lost.push(name),
            ([], 0) => {}
            (["confirmed"], 1) => report.queued += 1,
            (_, 0) => report.lost.push(name),
            _ => report.doubled.push(name),
        }
    }
    if let Ok(file) = std::env::var("WATCHKEEPER_WINDOW_REPORT") {
        std::fs::write(file, serde_json::to_vec_pretty(&report).unwrap()).unwrap();
    }
    assert!(
        report.lost.is_empty() && report.doubled.is_empty(),
        "{report:#?}"
    );
    let seen = clicked.iter().filter(|click| click.seen).count();
    assert!(report.queued as usize >= seen, "{report:#?}");
}
