//! H-13 from end to end: the console's task list, saved views, integration workflows and activity feed,
//! through the app's engine and a platform in processes of their own.

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_tests::client::{Client, Launch};
use watchkeeper_tests::platform::Platform;
use watchkeeper_tests::wait_for;

struct World {
    client: Client,
    _platform: Platform,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let platform =
            Platform::start_beside(folder.path(), "admin-console", &["--still"]).unwrap();
        let mut client = Client::launch(&Launch {
            tenant: Some("Admin console".to_owned()),
            ..Launch::new(&folder.path().join("app"), &platform.ready_file())
        })
        .unwrap();
        client.filled().unwrap();
        Self {
            client,
            _platform: platform,
            _folder: folder,
        }
    }

    /// The ids in a section of a view.
    fn ids(&mut self, view: &str, section: &str) -> Vec<String> {
        let rows = self.client.rows(view).unwrap().into_iter();
        rows.filter(|row| row["section"] == section)
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Acts, and waits until the platform has it and the mirror has what became of it.
    fn act(&mut self, (kind, id): (&str, &str), action: &str, params: &Value) {
        let record = self.client.record(kind, id).unwrap();
        self.asked(&json!({
            "do": "act", "operation": fresh(), "kind": kind, "id": id, "action": action,
            "params": params, "typed": null, "seen_revision": record["revision"], "amends": null,
        }));
    }

    fn asked(&mut self, request: &Value) {
        self.client.ask(request).unwrap();
        assert_eq!(self.client.drained().unwrap()["held"], json!([]));
    }

    /// Waits until a record stands in this section.
    fn stands(&mut self, view: &str, section: &str, id: &str) {
        wait_for("the record to stand there", || {
            let rows = self.client.rows(view)?;
            let mut rows = rows.iter();
            let there = rows.any(|row| row["id"] == id && row["section"] == section);
            Ok(there.then_some(()))
        })
        .unwrap();
    }
}

fn fresh() -> String {
    Uuid::new_v7(Timestamp::now(NoContext)).to_string()
}

/// Whether an action of a record is allowed; none where it is not offered.
fn offered(record: &Value, action: &str) -> Option<Value> {
    let mut actions = record["actions"].as_array().unwrap().iter();
    let found = actions.find(|one| one["action"] == action);
    found.map(|one| one["allowed"].clone())
}

#[test]
fn h_13_a_task_of_an_integration_leaves_the_list_for_the_log() {
    let mut world = World::new();
    // Earliest due first.
    let open = world.ids("tasks", "open");
    assert_eq!(open.first().map(String::as_str), Some("tk-01"), "{open:?}");
    let done = json!({"outcome": json!("The new endpoint answers.").to_string()});
    world.act(("task", "tk-01"), "complete", &done);
    world.stands("tasks", "done", "tk-01");
    assert_eq!(world.ids("tasks", "open"), open[1..]);
    let log = world.client.rows("task_log").unwrap();
    assert_eq!(log[0]["id"], "tk-01", "newest first");
    // What belongs to no integration is done as well, and is in no log of theirs.
    world.act(("task", "tk-04"), "complete", &json!({}));
    world.stands("tasks", "done", "tk-04");
    let log = world.client.rows("task_log").unwrap();
    assert!(log.iter().all(|row| row["id"] != "tk-04"));
}

#[test]
fn h_13_a_view_is_saved_under_a_name_and_opened_again() {
    let mut world = World::new();
    let id = fresh();
    let chip = json!({"field": "area", "test": {"type": "among", "values": ["monetisation"]}});
    let wish = json!({
        "sort": "-at", "search": "", "chips": [chip], "group": null, "columns": ["what", "at"],
    });
    let text = |value: &Value| json!(value.to_string());
    world.asked(&json!({
        "do": "act", "operation": fresh(), "kind": "saved_view", "id": id, "action": "keep",
        "params": {
            "view": text(&json!("activity_feed")), "name": text(&json!("All revenue")),
            "wish": text(&json!(wish.to_string())), "shared": text(&json!(true)),
        },
        "typed": null, "seen_revision": 0, "amends": null,
    }));
    let saved = wait_for("the view to be kept", || {
        let rail = world.client.ask(&json!({"do": "navigation"}))?;
        let saved = rail["saved"].as_array().cloned().unwrap_or_default();
        let kept = saved.into_iter().find(|one| one["id"] == json!(id));
        Ok(kept.filter(|one| one["word"].is_null()))
    })
    .unwrap();
    assert_eq!(saved["name"], "All revenue");
    assert_eq!(saved["view"], "activity_feed");
    assert_eq!(
        (&saved["own"], &saved["shared"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(saved["problems"], json!([]));
    assert_eq!(saved["wish"]["chips"][0]["field"], "area");
    assert_eq!(saved["wish"]["sort"], "-at");
}

#[test]
fn h_13_what_fails_at_an_integration_is_retried_and_then_its_partner_told() {
    let mut world = World::new();
    let failed = world.ids("webhook_failures", "failed");
    let id = failed.first().unwrap().as_str();
    let before = world.client.record("webhook_delivery", id).unwrap();
    assert_eq!(offered(&before, "retry"), Some(json!(true)));
    assert_ne!(
        offered(&before, "escalate"),
        Some(json!(true)),
        "not before a retry"
    );
    world.act(("webhook_delivery", id), "retry", &json!({}));
    let state = wait_for("their side's answer", || {
        let record = world.client.record("webhook_delivery", id)?;
        let state = record["state"]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Ok(["delivered", "dead"]
            .contains(&state.as_str())
            .then_some(state))
    })
    .unwrap();
    let after = world.client.record("webhook_delivery", id).unwrap();
    let partner = offered(&after, "escalate") == Some(json!(true));
    assert_eq!(partner, state == "dead", "{state}");
}

#[test]
fn h_13_the_feed_has_the_newest_first_and_a_page_is_written_from_an_entry_once() {
    let mut world = World::new();
    let feed = world.client.rows("activity_feed").unwrap();
    let newest: Vec<&Value> = feed.iter().take(3).map(|row| &row["id"]).collect();
    assert_eq!(newest, ["ac-01", "ac-02", "ac-03"]);
    let pages = world.client.rows("pages").unwrap().len();
    let params = json!({
        "severity": json!("s1").to_string(),
        "summary": json!("Payment webhooks arrive late").to_string(),
    });
    world.act(("activity", "ac-02"), "raise_page", &params);
    wait_for("the page", || {
        let now = world.client.rows("pages")?.len();
        Ok((now == pages + 1).then_some(()))
    })
    .unwrap();
    let again = world.client.record("activity", "ac-02").unwrap();
    assert_ne!(offered(&again, "raise_page"), Some(json!(true)));
}
