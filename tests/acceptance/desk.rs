//! One operator at work from end to end: the app's engine and a platform in processes of their own, with
//! a line between them that can be cut.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::{NoContext, Timestamp, Uuid};
use watchkeeper_core::clock::{Clock, SystemClock};
use watchkeeper_pack::value::instant_text;
use watchkeeper_tests::client::{Client, Launch};
use watchkeeper_tests::line::Line;
use watchkeeper_tests::platform::{Platform, ingest};
use watchkeeper_tests::wait_for;

pub(crate) struct Desk {
    pub(crate) client: Client,
    pub(crate) platform: Platform,
    line: Line,
    /// Token of the tenant's own systems.
    systems: String,
    _folder: TempDir,
}

impl Desk {
    /// At a tenant of the demo, as shown, and its pack; at the first one where absent. Nothing arrives by
    /// itself.
    pub(crate) fn new(of: Option<(&str, &str)>, extra: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let arguments = [&["--still"], extra].concat();
        let platform = match of {
            Some((_, pack)) => Platform::start_beside(folder.path(), pack, &arguments),
            None => Platform::start(folder.path(), &arguments),
        };
        let platform = platform.unwrap();
        let tenant = of.map(|(tenant, _)| tenant);
        let line = Line::to(&platform.ready.platform).unwrap();
        let demo = line.demo_file(&platform.ready_file()).unwrap();
        let mut client = Client::launch(&Launch {
            tenant: tenant.map(str::to_owned),
            ..Launch::new(&folder.path().join("app"), &demo)
        })
        .unwrap();
        client.filled().unwrap();
        let ready = std::fs::read(platform.ready_file()).unwrap();
        let ready: Value = serde_json::from_slice(&ready).unwrap();
        let mut others = ready["others"].as_array().into_iter().flatten();
        let of_tenant = others.find(|one| Some(one["tenant"].as_str().unwrap()) == tenant);
        let systems = of_tenant.map_or(&ready["admin"], |one| &one["admin"]);
        Self {
            systems: systems.as_str().unwrap().to_owned(),
            client,
            platform,
            line,
            _folder: folder,
        }
    }

    /// The line is gone, and the app has noticed.
    pub(crate) fn cut(&mut self) {
        self.line.cut(true);
        self.client.cut_off().unwrap();
    }

    /// The line is back, and what waited has gone out.
    pub(crate) fn mend(&mut self) -> Value {
        self.line.cut(false);
        self.client.pull().unwrap();
        self.client.drained().unwrap()
    }

    /// A record from the tenant's own systems.
    pub(crate) fn bring(&self, kind: &str, id: &str, body: Value) {
        let record = json!({"kind": kind, "id": id, "body": body});
        ingest(&self.platform.ready.platform, &self.systems, &[record]).unwrap();
    }

    pub(crate) fn record(&mut self, (kind, id): (&str, &str)) -> Value {
        self.client.record(kind, id).unwrap()
    }

    /// A record once it looks so here.
    pub(crate) fn seen(
        &mut self,
        (kind, id): (&str, &str),
        looks: impl Fn(&Value) -> bool,
    ) -> Value {
        wait_for("the record to look so", || {
            let record = self.client.record(kind, id);
            Ok(record.ok().filter(&looks))
        })
        .unwrap_or_else(|error| {
            panic!("{kind}/{id}: {error:#}; {:?}", self.client.record(kind, id))
        })
    }

    /// A record once it is in this state, as the platform said.
    pub(crate) fn stands(&mut self, of: (&str, &str), state: &str) -> Value {
        let settled = |record: &Value| {
            let operations = record["operations"].as_array().unwrap();
            operations.iter().all(|one| one["word"] == "confirmed")
        };
        self.seen(of, |record| {
            record["state"]["id"] == state && settled(record)
        })
    }

    /// The first row of a view in which these words stand, once there is one.
    pub(crate) fn row(&mut self, view: &str, words: &str) -> Value {
        wait_for("the row", || {
            let mut rows = self.client.rows(view)?.into_iter();
            // Where it stands for the platform: what is only drawn stands elsewhere.
            let told = |row: &Value| row["section"] != "on_the_way";
            Ok(rows.find(|row| told(row) && row["cells"].to_string().contains(words)))
        })
        .unwrap()
    }

    /// Acts on a record as it is shown here. The error is the engine's own, in JSON.
    pub(crate) fn act(
        &mut self,
        of: (&str, &str),
        action: &str,
        params: Value,
    ) -> Result<Value, String> {
        let record = self.record(of);
        let offered = offered(&record, action);
        let params: Map<String, Value> = params
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.to_string().into()))
            .collect();
        let request = json!({
            "do": "act", "operation": fresh(), "kind": of.0, "id": of.1, "action": action,
            "params": params, "typed": offered["typed"], "seen_revision": record["revision"],
            "amends": null,
        });
        self.client.ask(&request).map_err(|error| error.to_string())
    }

    /// Acts, and waits until nothing is on its way or held any more.
    pub(crate) fn done(&mut self, of: (&str, &str), action: &str, params: Value) {
        self.act(of, action, params).unwrap();
        assert_eq!(
            self.client.drained().unwrap()["held"],
            json!([]),
            "{action}"
        );
    }

    /// Alerts of a rule that fire here: severity and what they are about, by id.
    pub(crate) fn fires(&mut self, rule: &str) -> Vec<(String, String)> {
        let watch = self.client.ask(&json!({"do": "watch"})).unwrap();
        let alerts = watch["alerts"].as_array().unwrap().iter();
        let of_rule = alerts.filter(|alert| alert["rule"] == rule);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut found: Vec<_> = of_rule
            .map(|alert| (text(&alert["severity"]), text(&alert["subject"]["id"])))
            .collect();
        found.sort();
        found
    }

    /// Waits until exactly these fire.
    pub(crate) fn firing(&mut self, rule: &str, expected: &[(&str, &str)]) {
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(severity, id)| ((*severity).to_owned(), (*id).to_owned()))
            .collect();
        wait_for(rule, || Ok((self.fires(rule) == expected).then_some(())))
            .unwrap_or_else(|error| panic!("{error:#}; {:?}", self.fires(rule)));
    }

    /// What became of an action on a record by the log, oldest first, each word once in a row.
    pub(crate) fn logged(&mut self, (kind, id): (&str, &str), action: &str) -> Vec<String> {
        let asked = json!({"do": "log", "search": "", "sorts": [], "before": null, "limit": 200});
        let log = self.client.ask(&asked).unwrap();
        let entries = log["entries"].as_array().unwrap().iter().rev();
        let its = entries.filter(|entry| {
            entry["record"]["kind"] == kind
                && entry["record"]["id"] == id
                && entry["action"] == action
        });
        let mut words: Vec<String> = its
            .map(|entry| entry["sort"].as_str().unwrap().to_owned())
            .collect();
        words.dedup();
        words
    }
}

/// An id for something new.
pub(crate) fn fresh() -> String {
    Uuid::new_v7(Timestamp::now(NoContext)).to_string()
}

/// The machine's time, which the demo's is.
pub(crate) fn now() -> DateTime<Utc> {
    SystemClock::default().wall()
}

/// So many minutes ago; ahead where below zero.
pub(crate) fn ago(minutes: i64) -> String {
    instant_text(now() - TimeDelta::minutes(minutes))
}

/// An action of a record as it is offered.
pub(crate) fn offered(record: &Value, action: &str) -> Value {
    let mut actions = record["actions"].as_array().into_iter().flatten();
    let found = actions.find(|offered| offered["action"] == action);
    found.cloned().unwrap_or_default()
}

/// A fact of a record.
pub(crate) fn fact(record: &Value, field: &str) -> Value {
    let mut facts = record["facts"].as_array().into_iter().flatten();
    let found = facts.find(|fact| fact["field"] == field);
    found.map(|fact| fact["value"].clone()).unwrap_or_default()
}

/// Code and row by which an action is denied; none where it is allowed.
pub(crate) fn denied(record: &Value, action: &str) -> Option<(String, String)> {
    let offered = offered(record, action);
    if offered["allowed"] == true {
        return None;
    }
    let why = &offered["denied"];
    let text = |name: &str| why[name].as_str().unwrap_or_default().to_owned();
    Some((text("code"), text("row")))
}
