//! The real window, killed again and again right after a decision was clicked.

use std::time::Duration;

use serde_json::{Value, json};
use watchkeeper_tests::kills::chance::Chance;
use watchkeeper_tests::kills::ledger::Ledger;
use watchkeeper_tests::kills::world::Arrivals;
use watchkeeper_tests::platform::ingest;
use xtask::soak::Windows;

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

/// Asks the app itself, as its page does.
async fn invoke(window: &Window, command: &str, arguments: Value) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         window.__TAURI_INTERNALS__.invoke('{command}', {arguments})
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
        submit.click().await.unwrap();
        // Half of them right after the click, half once the window has shown what became of it.
        let seen = chance.one_in(2);
        if seen {
            let pill = "return document.querySelector('section.record .operation .pill')";
            window.until(pill, "the operation").await;
        }
        std::thread::sleep(chance.wait(Duration::from_micros(100), Duration::from_millis(300)));
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
    for target in &arrivals.targets {
        let asked = json!({"kind": "refund", "id": target.id});
        let record = invoke(&window, "queue_record", asked).await;
        let words: Vec<&str> = record["operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|operation| operation["word"].as_str().unwrap())
            .collect();
        let made = refunds
            .iter()
            .filter(|refund| refund.target == target.charge)
            .count();
        let last = clicked
            .iter()
            .filter(|click| click.charge == target.charge)
            .next_back();
        let name = format!("{}: {words:?}, {made} refunds", target.id);
        report.effects += made as u32;
        match (words.as_slice(), made) {
            ([], 0) if last.is_some_and(|click| click.seen) => report.lost.push(name),
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
