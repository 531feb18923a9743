//! Several platforms on one laptop, each with a pack of its own.

use xtask::root::target;

use crate::harness::{Laptop, Window};

/// A record of a list that is read.
const ROW: &str = "[role=grid] .grid-data:not([aria-busy])";

/// Whose operation the rail names.
async fn shown(window: &Window) -> String {
    let whose = "return document.querySelector('button.tenant strong').innerText";
    let whose = window.run(whose).await;
    whose.as_str().unwrap().to_owned()
}

/// The rows that a list shows.
async fn rows(window: &Window) -> Vec<String> {
    window.find(ROW).await;
    let rows = "return [...document.querySelectorAll('[role=grid] .grid-data')]
         .map((row) => row.innerText)";
    serde_json::from_value(window.run(rows).await).unwrap()
}

/// The rooms of the queues.
async fn queues(window: &Window) -> Vec<String> {
    let first = "const lists = document.querySelectorAll('nav h2 + ul');
         const labels = lists[0]?.querySelectorAll('.rail-label') ?? [];
         return [...labels].map((label) => label.innerText)";
    serde_json::from_value(window.run(first).await).unwrap()
}

/// Holds Control and presses a digit, where the focus is.
async fn control_and(window: &Window, digit: usize) {
    let script = format!(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
            {{key: '{digit}', code: 'Digit{digit}', ctrlKey: true, bubbles: true, cancelable: true}}))"
    );
    window.run(&script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_platform_is_worked_by_its_own_pack_and_one_key_goes_from_one_to_another() {
    let mut laptop = Laptop::new();
    laptop.start_platform_of_all();
    let window = laptop.open().await;
    window.fill_screen().await;
    let folder = target().join("shots");
    std::fs::create_dir_all(&folder).unwrap();
    let picture = |name: &str| {
        let file = folder.join(format!("{name}.png"));
        laptop.desktop().still_picture(&file).unwrap();
    };
    window.button("Open the demo").await;
    picture("tenants");
    let others = laptop.ready().others.clone();
    assert_eq!(others.len(), 5, "{others:?}");
    let mut seen: Vec<String> = Vec::new();
    for (place, other) in others.iter().enumerate() {
        if place > 0 {
            window.sign_in_to_another().await;
        }
        window.sign_in_by(&other.tenant).await;
        window.find(".number").await;
        picture(&format!("tenant-{place}-watch"));
        let rooms = queues(&window).await;
        assert!(!rooms.is_empty(), "{} has no queues", other.tenant);
        window.go_to(&rooms[0]).await;
        let rows = rows(&window).await;
        picture(&format!("tenant-{place}-queue"));
        for row in &rows {
            assert!(!seen.contains(row), "{row} is of another platform");
        }
        seen.extend(rows);
        assert_eq!(shown(&window).await, other.tenant);
        window.go_to("Reference").await;
        window.find("#screen h2").await;
        picture(&format!("tenant-{place}-reference"));
        window.go_to("Tenant").await;
        window.shows("Said and defaults").await;
        picture(&format!("tenant-{place}-tenant"));
    }
    // All of them are open and work; a key shows one of them, with the screen that it was left at.
    let mut names: Vec<&str> = others.iter().map(|other| other.tenant.as_str()).collect();
    names.sort_by_key(|name| name.to_lowercase());
    for (at, name) in names.iter().enumerate() {
        control_and(&window, at + 1).await;
        let is = format!(
            "return document.querySelector('button.tenant strong')?.innerText === '{name}'"
        );
        window.until(&is, name).await;
        window.shows("Said and defaults").await;
        window.go_to("Settings").await;
        window.shows("This laptop").await;
        if *name == "Live Shopping Network" {
            // Its document is of 2024.
            window.shows("was to be looked through by 2025-01-29").await;
        }
    }
    window.find("button.tenant").await.click().await.unwrap();
    window.find(".profiles li").await;
    picture("profiles");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_is_said_in_the_window_and_in_force_with_the_platform_s_word() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.fill_screen().await;
    window.sign_in_to_watch().await;
    window.go_to("Tenant").await;
    window.shows("not said yet").await;
    // Policy is not the operator's to say (D-06).
    window
        .button("What the 72 hours are measured to")
        .await
        .click()
        .await
        .unwrap();
    window.shows("This needs the role Product Team").await;
    window
        .button("Legal, where they are reached")
        .await
        .click()
        .await
        .unwrap();
    let value = window.find("#screen form input").await;
    value.send_keys("legal@example.com").await.unwrap();
    let reason = window.find("#screen form textarea").await;
    reason.send_keys("Agreed on Monday.").await.unwrap();
    window
        .find("#screen form button[type=submit]")
        .await
        .click()
        .await
        .unwrap();
    window.shows("Said by").await;
    window.shows("legal@example.com").await;
}
