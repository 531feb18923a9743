//! Red alerts on a real notification daemon: shown once, urgent, without a word of any record,
//! acknowledged and opened by their buttons, and taken away when they are over.

use std::time::Duration;

use serde_json::{Value, json};
use watchkeeper_tests::wait_for;
use xtask::demo::Ready;
use xtask::desktop::Options;

use crate::harness::Laptop;

const DOWN: &str = "Primary AI provider is down";
const ORPHAN: &str = "A paid placement never started";

/// The platform's side of alerts, asked and told over HTTP.
struct Office {
    ready: Ready,
    http: reqwest::Client,
}

impl Office {
    fn of(ready: &Ready) -> Self {
        Self {
            ready: ready.clone(),
            http: reqwest::Client::new(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.ready.platform.trim_end_matches('/'))
    }

    /// Alerts that are not over, as the feed has them.
    async fn alerts(&self) -> Vec<Value> {
        let mut alerts = Vec::new();
        let mut cursor = None;
        loop {
            let mut request = self.http.get(self.url("v1/changes"));
            if let Some(cursor) = &cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let answer = request.bearer_auth(&self.ready.token).send().await.unwrap();
            let text = answer.error_for_status().unwrap().text().await.unwrap();
            let mut more = false;
            for line in text.lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                let record = &line["record"];
                if record["kind"] == "alert" && record["body"]["state"] != "resolved" {
                    alerts.push(record.clone());
                }
                if line["type"] == "end" {
                    more = line["more"] == true;
                    cursor = line["cursor"].as_str().map(str::to_owned);
                }
            }
            if !more {
                return alerts;
            }
        }
    }

    /// One alert by its rule's words; the first where there are several.
    async fn alert(&self, label: &str) -> Value {
        let alerts = self.alerts().await;
        let found = alerts.iter().find(|alert| alert["body"]["label"] == label);
        found
            .unwrap_or_else(|| panic!("no alert {label}: {alerts:#?}"))
            .clone()
    }

    /// A record of the feed.
    async fn record(&self, kind: &str, id: &str) -> Value {
        let answer = self
            .http
            .get(self.url("v1/changes?limit=5000"))
            .bearer_auth(&self.ready.token)
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        text.lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .find(|line| line["record"]["kind"] == kind && line["record"]["id"] == id)
            .unwrap()["record"]
            .clone()
    }

    /// One of the platform's own systems says how a record is now.
    async fn bring(&self, kind: &str, id: &str, body: &Value) {
        let record = json!({"kind": kind, "id": id, "body": body});
        let answer = self
            .http
            .post(self.url("v1/ingest"))
            .bearer_auth(&self.ready.admin)
            .json(&json!({"records": [record]}))
            .send()
            .await
            .unwrap();
        let answer: Value = answer.error_for_status().unwrap().json().await.unwrap();
        assert_eq!(answer["accepted"], 1, "{answer}");
    }
}

/// Waits for something of the office.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited 30 s for: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d_08_a_red_alert_is_told_natively_acknowledged_by_its_button_and_taken_away() {
    let mut laptop = Laptop::with(Options {
        notifications: true,
        ..Options::default()
    });
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    let office = Office::of(laptop.ready());

    // What fires when the demo begins: the provider and two orphans.
    laptop.desktop().wait_for_bubbles(3).unwrap();
    let seen = laptop.desktop().bubbles_seen().unwrap();
    assert_eq!(seen.len(), 3, "each is shown once: {seen:#?}");
    for bubble in &seen {
        assert_eq!(
            (bubble.urgency.as_str(), bubble.timeout),
            ("CRITICAL", 0),
            "{bubble:?}"
        );
        assert!([DOWN, ORPHAN].contains(&bubble.title.as_str()));
        let confidential = ["$", "22.00", "@", "ch_", "charge"];
        assert!(
            !confidential.iter().any(|word| bubble.body.contains(word)),
            "{bubble:?}"
        );
    }

    // Its button: acknowledged on the platform, and the bubble goes.
    laptop.desktop().press("Acknowledge", DOWN).unwrap();
    until("the platform to have it", async || {
        office.alert(DOWN).await["body"]["state"] == "acknowledged"
    })
    .await;
    laptop.desktop().wait_for_bubbles(2).unwrap();

    // Opening one brings the window to it.
    laptop.desktop().press("Open", ORPHAN).unwrap();
    window
        .until(
            "const row = document.activeElement?.closest('[data-alert]');
             return row && row.textContent.includes('A paid placement never started')",
            "the alert to be stood at",
        )
        .await;

    // Cut off: acknowledged all the same, and delivered when the line is back.
    laptop.cut_platform();
    window.shows("Cut off").await;
    laptop.desktop().press("Acknowledge", ORPHAN).unwrap();
    laptop.desktop().wait_for_bubbles(1).unwrap();
    laptop.start_platform();
    let office = Office::of(laptop.ready());
    until("the acknowledgement to arrive", async || {
        let alerts = office.alerts().await;
        let acknowledged = |alert: &&Value| {
            alert["body"]["label"] == ORPHAN && alert["body"]["state"] == "acknowledged"
        };
        alerts.iter().filter(acknowledged).count() == 1
    })
    .await;

    // What is over is taken away, acknowledged or not.
    let firing = office.alerts().await;
    for alert in firing
        .iter()
        .filter(|alert| alert["body"]["label"] == ORPHAN)
    {
        let id = alert["body"]["subject"].as_str().unwrap();
        let mut charge = office.record("charge", id).await["body"].clone();
        charge["status"] = json!("refunded");
        office.bring("charge", id, &charge).await;
    }
    laptop.desktop().wait_for_bubbles(0).unwrap();
    let seen = laptop.desktop().bubbles_seen().unwrap();
    assert_eq!(seen.len(), 3, "nothing was shown twice: {seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_nobody_shows_is_said_in_the_app_and_made_up_for() {
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    window.go_to("Watch").await;
    window.shows("no notification service answers").await;
    window.go_to("Settings").await;
    window.shows("no notification service answers").await;

    // A service that comes is noticed by itself.
    laptop.desktop_mut().start_notifications().unwrap();
    laptop.desktop().wait_for_bubbles(3).unwrap();

    // The app is killed; the next one takes the place of what stands, and stacks nothing on it.
    window.kill();
    let _window = laptop.open().await;
    wait_for("the bubbles to be shown again", || {
        Ok((laptop.desktop().bubbles_seen()?.len() == 6).then_some(()))
    })
    .unwrap();
    assert_eq!(laptop.desktop().bubbles_standing().unwrap(), 3);
}
