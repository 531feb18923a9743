//! D-08 to D-10 from end to end: the platform fires, the operator acknowledges with and without a
//! line, and green is said with what was looked at.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_pack::value::instant_text;
use watchkeeper_tests::client::Client;
use watchkeeper_tests::line::Line;
use watchkeeper_tests::platform::Platform;
use watchkeeper_tests::wait_for;

struct World {
    client: Client,
    line: Line,
    platform: Platform,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let platform = Platform::start(folder.path(), &["--still"]).unwrap();
        let line = Line::to(&platform.ready.platform).unwrap();
        let demo = line.demo_file(&platform.ready_file()).unwrap();
        let mut client = Client::start(&folder.path().join("app"), &demo).unwrap();
        client.filled().unwrap();
        Self {
            client,
            line,
            platform,
            _folder: folder,
        }
    }

    fn watch(&mut self) -> Value {
        self.client.ask(&json!({"do": "watch"})).unwrap()
    }

    /// The provider's system tells how it stands, since so many minutes ago.
    fn provider(&self, state: &str, minutes: i64) {
        let now: chrono::DateTime<Utc> = SystemClock::default().wall();
        let since = instant_text(now - TimeDelta::minutes(minutes));
        let body = json!({
            "slot": "primary", "name": "A provider of this test", "state": state,
            "since": since, "checked_at": instant_text(now),
        });
        self.platform
            .ingest(&[json!({"kind": "ai_provider", "id": "of-this-test", "body": body})])
            .unwrap();
    }

    /// Waits until the provider's alert of this rule stands in this list of the client and looks so.
    fn alert(&mut self, rule: &str, looks: impl Fn(&Value) -> bool) -> Value {
        wait_for("the alert", || {
            let watch = self.client.ask(&json!({"do": "watch"}))?;
            Ok(find(&watch, rule).filter(&looks))
        })
        .unwrap()
    }
}

fn find(watch: &Value, rule: &str) -> Option<Value> {
    let alerts = watch["alerts"].as_array().unwrap().iter();
    let mut alerts =
        alerts.filter(|alert| alert["rule"] == rule && alert["subject"]["id"] == "of-this-test");
    alerts.next().cloned()
}

#[test]
fn d_08_a_red_alert_is_acknowledged_without_a_line_and_goes_out_with_it() {
    let mut world = World::new();
    world.provider("down", 33);
    let alert = world.alert("ai_down", |_| true);
    assert_eq!(
        (&alert["severity"], &alert["row"], &alert["can_acknowledge"]),
        (&json!("red"), &json!("D-08"), &json!(true))
    );
    assert!(alert["seconds"].as_u64().unwrap() >= 33 * 60);
    assert_eq!(alert["subject"]["title"], "A provider of this test");

    world.line.cut(true);
    world.client.cut_off().unwrap();
    let id = alert["id"].clone();
    let acknowledge = json!({"do": "acknowledge", "id": id});
    world.client.ask(&acknowledge).unwrap();
    world.client.ask(&acknowledge).unwrap();
    let watch = world.watch();
    assert_eq!(watch["stale"], true, "it may be over: nobody is heard");
    let queued = find(&watch, "ai_down").unwrap();
    // A try into the cut line may be one of which nobody knows whether it arrived.
    let word = queued["operation"].as_str().unwrap();
    assert!(["queued", "unknown"].contains(&word), "{word}");
    assert_eq!(queued["acknowledged"], Value::Null);
    let status = world.client.status().unwrap();
    assert_eq!(status["waiting"].as_array().unwrap().len(), 1, "once");

    world.line.cut(false);
    world.client.pull().unwrap();
    world.client.drained().unwrap();
    let seen = world.alert("ai_down", |alert| alert["operation"] == Value::Null);
    assert_eq!(seen["acknowledged"]["by"], "Kim Alcott");
    // It goes on firing until it is over, and an acknowledgement is no second one.
    assert_eq!(seen["can_acknowledge"], false);
    world.client.ask(&acknowledge).unwrap();
    assert_eq!(world.client.status().unwrap()["waiting"], json!([]));
}

#[test]
fn d_09_a_yellow_alert_is_acknowledged_with_a_line_and_is_over_by_itself() {
    let mut world = World::new();
    world.provider("down", 12);
    let alert = world.alert("ai_faltering", |_| true);
    assert_eq!(alert["severity"], "yellow");
    let request = json!({"do": "acknowledge", "id": alert["id"]});
    world.client.ask(&request).unwrap();
    let seen = world.alert("ai_faltering", |alert| alert["acknowledged"] != Value::Null);
    assert_eq!(seen["acknowledged"]["by"], "Kim Alcott");
    let record = world
        .client
        .record("alert", alert["id"].as_str().unwrap())
        .unwrap();
    assert_eq!(record["state"]["id"], "acknowledged");
    let watch = world.watch();
    let acknowledged =
        watch["events"].as_array().unwrap().iter().any(|event| {
            event["what"]["type"] == "done" && event["what"]["action"] == "Acknowledge"
        });
    assert!(acknowledged, "{}", watch["events"]);
}

#[test]
fn d_10_green_says_how_many_rules_and_queues_were_looked_at() {
    let mut world = World::new();
    let watch = world.watch();
    let digest = &watch["digest"];
    assert_eq!(digest["queues"], 4);
    assert!(digest["rules"].as_u64().unwrap() >= 10, "{digest}");
    // A provider that answers is no alert, in whichever colour.
    world.provider("up", 60);
    wait_for("the record", || {
        Ok(world.client.record("ai_provider", "of-this-test").ok())
    })
    .unwrap();
    let watch = world.watch();
    for rule in ["ai_down", "ai_faltering"] {
        assert_eq!(find(&watch, rule), None);
    }
}
