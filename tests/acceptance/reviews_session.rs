//! D-12 to D-15 from end to end: the queue of reviews is worked, through the app's engine and a
//! platform in processes of their own.

use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_tests::client::Client;
use watchkeeper_tests::line::Line;
use watchkeeper_tests::platform::Platform;
use watchkeeper_tests::wait_for;

struct World {
    client: Client,
    line: Line,
    _platform: Platform,
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
            _platform: platform,
            _folder: folder,
        }
    }

    /// Rows of the queue that wait, in its order.
    fn waiting(&mut self) -> Vec<Value> {
        let rows = self.client.rows("reviews").unwrap().into_iter();
        rows.filter(|row| row["section"] != "decided" && row["section"] != "on_the_way")
            .collect()
    }

    fn select(&mut self, ids: &[&str]) -> Value {
        self.client
            .ask(&json!({
                "do": "select", "view": "reviews", "section": null, "search": "", "chips": [], "ids": ids,
                "action": "approve", "params": {},
            }))
            .unwrap()
    }

    /// The section that goes at once, as its button asks for it.
    fn at_once(&mut self) -> Value {
        self.client
            .ask(&json!({
                "do": "select", "view": "reviews", "section": "sure", "search": "", "chips": [], "ids": [],
                "action": "approve", "params": {},
            }))
            .unwrap()
    }

    /// Reads what was drawn from them, and finds nothing.
    fn read_sample(&mut self, selection: &Value) {
        let drawn = selection["sample"]["records"].as_array().unwrap().clone();
        for one in drawn {
            self.record(&one);
            self.judge(selection, &one, true).unwrap();
        }
    }

    fn judge(&mut self, selection: &Value, one: &Value, right: bool) -> anyhow::Result<Value> {
        self.client.ask(&json!({
            "do": "judge", "kind": "review", "action": "approve",
            "records": selection["allowed"], "id": one["id"], "right": right,
        }))
    }

    /// Approves them, once what was drawn from them was read.
    fn act_many(&mut self, selection: &Value) -> Value {
        self.read_sample(selection);
        self.approve(selection).unwrap()
    }

    fn approve(&mut self, selection: &Value) -> anyhow::Result<Value> {
        self.client.ask(&json!({
            "do": "act_many", "batch": id(), "kind": "review", "action": "approve",
            "params": {}, "typed": selection["typed"], "records": selection["allowed"],
        }))
    }

    fn act(&mut self, row: &Value, action: &str, params: &Value) -> Value {
        self.client
            .ask(&json!({
                "do": "act", "operation": id(), "kind": "review", "id": row["id"],
                "action": action, "params": params, "typed": null,
                "seen_revision": row["revision"], "amends": null,
            }))
            .unwrap()
    }

    fn record(&mut self, row: &Value) -> Value {
        let id = row["id"].as_str().unwrap();
        self.client.record("review", id).unwrap()
    }

    /// Waits until the platform has everything and the mirror has it too.
    fn drained(&mut self) {
        let status = self.client.drained().unwrap();
        assert_eq!(status["held"], json!([]));
        wait_for("the mirror to follow", || {
            let rows = self.client.rows("reviews")?;
            Ok(rows
                .iter()
                .all(|row| row["section"] != "on_the_way")
                .then_some(()))
        })
        .unwrap();
    }

    fn watch(&mut self) -> Value {
        self.client.ask(&json!({"do": "watch"})).unwrap()
    }

    fn due(&mut self) -> Value {
        let watch = self.watch();
        let due = watch["due"].as_array().unwrap().iter();
        due.clone()
            .find(|due| due["view"] == "reviews")
            .cloned()
            .unwrap_or(Value::Null)
    }
}

fn id() -> String {
    Uuid::new_v7(Timestamp::now(NoContext)).to_string()
}

fn fact(record: &Value, field: &str) -> Value {
    let facts = record["facts"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["field"] == field).unwrap();
    fact["value"].clone()
}

#[test]
fn d_12_the_queue_of_reviews_is_oldest_first_with_a_target_below_ten() {
    let mut world = World::new();
    let due = world.due();
    assert_eq!(due["open"], 51, "{due}");
    assert_eq!(due["target"], 9);
    assert_eq!(due["at_once"]["section"], "sure");
    let page = world
        .client
        .ask(&json!({"do": "page", "view": "reviews"}))
        .unwrap();
    assert_eq!(page["sort"], "written_at");
    assert_eq!(page["open"], 51);
    for section in ["sure", "by_hand"] {
        let rows = world.waiting();
        let written: Vec<String> = rows
            .iter()
            .filter(|row| row["section"] == section)
            .map(|row| fact(&world.record(row), "written_at")["at"].to_string())
            .collect();
        assert!(written.len() > 1 && written.is_sorted(), "{section}");
    }
}

#[test]
fn d_13_at_or_above_0_90_and_clean_goes_at_once_and_nothing_else_does() {
    let mut world = World::new();
    let selection = world.at_once();
    let allowed = selection["allowed"].as_array().unwrap().clone();
    assert!(allowed.len() > 30, "{selection}");
    assert_eq!(
        (&selection["denied"], &selection["beyond"]),
        (&json!([]), &json!(0))
    );
    let mut least: f64 = 1.0;
    for row in &allowed {
        let record = world.record(row);
        assert_eq!(fact(&record, "verdict")["text"], "clean");
        let confidence = fact(&record, "confidence")["number"].as_f64().unwrap();
        assert!(confidence >= 0.90, "{record}");
        least = least.min(confidence);
    }
    assert!((least - 0.90).abs() < 1e-9, "the line itself belongs to it");

    // Spam at 0.93, and a clean one at 0.8999, whoever selects them.
    let waiting = world.waiting();
    let others: Vec<&str> = waiting
        .iter()
        .filter(|row| row["section"] == "by_hand")
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    let by_hand = world.select(&others);
    assert_eq!(by_hand["allowed"], json!([]));
    let denied = by_hand["denied"].as_array().unwrap().clone();
    assert_eq!(denied.len(), others.len());
    assert!(denied.iter().all(|one| one["row"] == "X-68"), "{denied:?}");
    let records: Vec<Value> = denied.iter().map(|one| world.record(one)).collect();
    let has = |verdict: &str, confidence: f64| {
        records.iter().any(|record| {
            fact(record, "verdict")["text"] == verdict
                && (fact(record, "confidence")["number"].as_f64())
                    .is_some_and(|found| (found - confidence).abs() < 1e-9)
        })
    };
    assert!(has("spam", 0.93) && has("clean", 0.8999));

    let answer = world.act_many(&selection);
    assert_eq!(answer["queued"], allowed.len());
    assert_eq!(answer["failed"], json!([]));
    world.drained();
    for row in &allowed {
        assert_eq!(world.record(row)["state"]["id"], "published");
    }
    assert_eq!(world.at_once()["allowed"], json!([]));
}

#[test]
fn d_13_many_at_once_are_queued_without_a_line_and_go_out_with_it() {
    let mut world = World::new();
    world.line.cut(true);
    let selection = world.at_once();
    let count = selection["allowed"].as_array().unwrap().len();
    assert_eq!(world.act_many(&selection)["queued"], count);
    let status = world.client.status().unwrap();
    assert_eq!(status["waiting"].as_array().unwrap().len(), count);
    world.client.kill_and_restart().unwrap();
    world.line.cut(false);
    world.client.pull().unwrap();
    world.drained();
    let entries = world
        .client
        .ask(&json!({"do": "log", "search": "", "sorts": ["confirmed"], "before": null, "limit": 100}))
        .unwrap();
    assert_eq!(entries["total"], count);
}

#[test]
fn x_68_nothing_goes_at_once_before_five_were_read_and_one_that_is_wrong_begins_it_anew() {
    let mut world = World::new();
    let before = world.at_once();
    let many = before["allowed"].as_array().unwrap().len();
    let drawn = before["sample"]["records"].as_array().unwrap().clone();
    assert_eq!((drawn.len(), &before["sample"]["left"]), (5, &json!(5)));
    let refused = world.approve(&before).unwrap_err().to_string();
    assert!(refused.contains("not_sampled"), "{refused}");
    for one in &drawn[..4] {
        world.judge(&before, one, true).unwrap();
    }
    world.judge(&before, &drawn[4], false).unwrap();
    let refused = world.approve(&before).unwrap_err().to_string();
    assert!(refused.contains("not_sampled"), "{refused}");

    let after = world.at_once();
    assert_eq!(after["allowed"].as_array().unwrap().len(), many - 1);
    assert_eq!(after["denied"][0]["id"], drawn[4]["id"]);
    assert_eq!(after["sample"]["left"], 5, "the rest is read anew");
    assert_eq!(world.act_many(&after)["queued"], many - 1);
    let log = world
        .client
        .ask(
            &json!({"do": "log", "search": "X-68", "sorts": ["other"], "before": null, "limit": 9}),
        )
        .unwrap();
    let sampled: Vec<&Value> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["sampled"])
        .collect();
    assert_eq!(
        sampled,
        [
            &json!({"looked_at": 5, "among": many - 1, "right": true}),
            &json!({"looked_at": 5, "among": many, "right": false}),
        ]
    );
    // The one that is left is decided by itself.
    world.drained();
    let rows = world.waiting();
    assert!(rows.iter().any(|row| row["id"] == drawn[4]["id"]));
}

#[test]
fn x_68_all_of_them_are_taken_back_or_published_and_the_operator_is_told_which() {
    let mut world = World::new();
    let selection = world.at_once();
    let many = world.act_many(&selection)["queued"].as_u64().unwrap();
    let status = world.client.status().unwrap();
    let ids: Vec<Value> = selection["allowed"].as_array().unwrap().clone();
    // On a machine that is very slow it is too late by now.
    let operations = status["undo"]["operations"].as_array().cloned();
    let answer = world
        .client
        .ask(&json!({"do": "take_back", "operations": operations.unwrap_or_default()}));
    let late = match answer {
        Ok(answer) => {
            let taken = answer["taken"].as_u64().unwrap();
            assert!(taken > 0);
            many - taken
        }
        Err(error) => {
            assert!(error.to_string().contains("too_late"), "{error}");
            many
        }
    };
    world.drained();
    let published = ids
        .iter()
        .filter(|one| world.record(one)["state"]["id"] == "published")
        .count();
    assert_eq!(u64::try_from(published).unwrap(), late);
    let left = world.at_once()["allowed"].as_array().unwrap().len();
    assert_eq!(u64::try_from(left).unwrap(), many - late);
}

#[test]
fn d_14_a_rejection_has_a_reason_and_perhaps_a_note_and_writes_to_nobody() {
    let mut world = World::new();
    let rows = world.waiting();
    let by_hand: Vec<&Value> = rows
        .iter()
        .filter(|row| row["section"] == "by_hand")
        .collect();
    let record = world.record(by_hand[0]);
    let actions = record["actions"].as_array().unwrap();
    let reject = actions
        .iter()
        .find(|one| one["action"] == "reject")
        .unwrap();
    assert_eq!(
        reject["params"][0]["one_of"],
        json!(
            ["Spam", "Profanity", "Off-topic", "Other"]
                .map(|one| json!({"value": one, "label": one}))
        )
    );
    assert_eq!(reject["params"][1]["optional"], true);
    assert_eq!(reject["mails"], json!([]));
    let request = json!({
        "do": "act", "operation": id(), "kind": "review", "id": record["id"], "action": "reject",
        "params": {}, "typed": null, "seen_revision": record["revision"], "amends": null,
    });
    let refused = world.client.ask(&request).unwrap_err().to_string();
    assert!(refused.contains("policy_denied"), "{refused}");

    let params = json!({"reason": "\"Off-topic\"", "note": "\"about the car park\""});
    world.act(by_hand[0], "reject", &params);
    world.act(by_hand[1], "reject", &json!({"reason": "\"Spam\""}));
    world.act(by_hand[2], "approve", &json!({}));
    world.drained();
    let rejected = world.record(by_hand[0]);
    assert_eq!(rejected["state"]["id"], "rejected");
    assert_eq!(fact(&rejected, "rejected_for")["text"], "Off-topic");
    assert_eq!(fact(&rejected, "remark")["text"], "about the car park");
    assert_eq!(fact(&world.record(by_hand[1]), "remark")["type"], "empty");
    assert_eq!(world.record(by_hand[2])["state"]["id"], "published");
    assert_eq!(world._platform.mails().unwrap(), Vec::<Value>::new());
}

#[test]
fn d_15_few_remain_and_the_last_events_say_how_many_were_approved_and_rejected() {
    let mut world = World::new();
    let selection = world.at_once();
    let mut approved = selection["allowed"].as_array().unwrap().len();
    world.act_many(&selection);
    world.drained();
    let by_hand = world.waiting();
    let is_spam =
        |world: &mut World, row: &Value| fact(&world.record(row), "verdict")["text"] == "spam";
    let (spam, good): (Vec<&Value>, Vec<&Value>) =
        by_hand.iter().partition(|row| is_spam(&mut world, row));
    for row in &good {
        world.act(row, "approve", &json!({}));
        approved += 1;
    }
    world.drained();
    world.act(spam[0], "reject", &json!({"reason": "\"Spam\""}));
    world.drained();

    let due = world.due();
    let left = spam.len() - 1;
    assert!(left < 10);
    assert_eq!(
        due["open"].as_u64().unwrap_or(0),
        u64::try_from(left).unwrap()
    );
    let watch = world.watch();
    let done: Vec<(String, u64)> = watch["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["what"])
        .filter(|what| what["type"] == "done" && what["word"] == "confirmed")
        .map(|what| {
            (
                what["action"].as_str().unwrap().to_owned(),
                what["count"].as_u64().unwrap(),
            )
        })
        .collect();
    let approved = u64::try_from(approved).unwrap();
    assert_eq!(
        done,
        [("Reject".to_owned(), 1), ("Approve".to_owned(), approved)]
    );
    // The chain can prove each of them.
    let log = world
        .client
        .ask(&json!({"do": "log", "search": "approve", "sorts": ["confirmed"], "before": null, "limit": 1}))
        .unwrap();
    assert_eq!(log["total"], approved);
    assert_eq!(log["chain"]["broken_at"], Value::Null);
}
