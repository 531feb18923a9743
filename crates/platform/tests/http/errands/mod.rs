//! Jobs, webhooks, posts and pages: each is done once and called done once the other side has said so,
//! whatever is lost, late, repeated, refused or killed.

mod despite;
mod each;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use watchkeeper_pack::Bundle;
use watchkeeper_platform::StandIns;
use watchkeeper_platform::connectors::mood::Mode;
use watchkeeper_wire::operation::{Operation, Verdict, VerdictWord};

use crate::support::{TENANT, World};
use crate::waits::until;

const HEAD: &str = "format: 1
id: errands
version: 1
name: Errands
zone: UTC
currency: EUR
language: en
queues: []
";

const PEOPLE: &str = "roles:
  operator: {row: E-1, label: Operator}
";

const ERRAND: &str = "kind: errand
label: {one: Errand, many: Errands}
title: '{{ record.number }}'
fields:
  number: {type: id, label: Number, indexed: true}
  came_of_it: {type: string, label: What came of it, optional: true}
  figure: {type: integer, label: Figure, optional: true}
states:
  - {id: open, label: open}
  - {id: asked, label: asked}
  - {id: done, label: done}
  - {id: taken, label: taken}
  - {id: failed, label: failed}
arrives_in: [open, done]
actions:
";

/// An action that calls one connector.
struct Asks {
    action: &'static str,
    row: &'static str,
    from: &'static str,
    connector: &'static str,
    operation: &'static str,
    args: &'static str,
    then: &'static str,
    otherwise: &'static str,
}

const FAILED: &str = r#"state: '"failed"', came_of_it: result.message"#;

/// What is done once for a key, and `take`, which is about what was done.
const ASKS: [Asks; 6] = [
    Asks {
        action: "run",
        row: "E-2",
        from: "open",
        connector: "job",
        operation: "run",
        args: r#"job: '"sweep"', argument: record.number"#,
        then: r#"state: '"done"', came_of_it: result.id, figure: result.attempt"#,
        otherwise: FAILED,
    },
    Asks {
        action: "retry",
        row: "E-3",
        from: "open",
        connector: "webhook",
        operation: "retry",
        args: "delivery: record.number",
        then: r#"state: '"done"', came_of_it: result.id, figure: result.status"#,
        otherwise: FAILED,
    },
    Asks {
        action: "try_out",
        row: "E-4",
        from: "open",
        connector: "webhook",
        operation: "test",
        args: "endpoint: record.number",
        then: r#"state: '"done"', came_of_it: result.id, figure: result.ms"#,
        otherwise: FAILED,
    },
    Asks {
        action: "post",
        row: "E-5",
        from: "open",
        connector: "slack",
        operation: "post",
        args: r#"channel: '"incidents"', text: '"About " + record.number'"#,
        then: r#"state: '"done"', came_of_it: result.id"#,
        otherwise: FAILED,
    },
    Asks {
        action: "page",
        row: "E-6",
        from: "open",
        connector: "pagerduty",
        operation: "trigger",
        args: r#"summary: '"About " + record.number', severity: '"error"', service: '"on-call"'"#,
        then: r#"state: '"done"', came_of_it: result.id"#,
        otherwise: FAILED,
    },
    Asks {
        action: "take",
        row: "E-7",
        from: "done",
        connector: "pagerduty",
        operation: "acknowledge",
        args: "incident: record.came_of_it",
        then: r#"state: '"taken"'"#,
        otherwise: r#"state: '"done"', figure: '1'"#,
    },
];

/// All that is done once for a key.
const ACTIONS: [&str; 5] = ["run", "retry", "try_out", "post", "page"];

impl Asks {
    /// As the pack has it.
    fn yaml(&self) -> String {
        let Self {
            action,
            row,
            from,
            connector,
            operation,
            args,
            then,
            otherwise,
        } = self;
        format!(
            r#"  {action}:
    label: Action {action}
    row: {row}
    from: [{from}]
    policy: []
    nature: change
    effects:
      - set: {{state: '"asked"'}}
      - call:
          connector: {connector}
          operation: {operation}
          args: {{{args}}}
          then: {{{then}}}
          otherwise: {{{otherwise}}}
    will: [ask for it]
"#
        )
    }
}

/// A world with one errand `e`.
struct Errand(World);

impl Errand {
    async fn new() -> Self {
        let kind: String = ASKS.iter().map(Asks::yaml).collect();
        let files = BTreeMap::from([
            ("pack.yaml".to_owned(), HEAD.to_owned()),
            ("people.yaml".to_owned(), PEOPLE.to_owned()),
            ("records/errand.yaml".to_owned(), format!("{ERRAND}{kind}")),
        ]);
        let world = World::of_pack(Bundle::from_files(files).unwrap()).await;
        let open = json!({"number": "n-1", "state": "open"});
        let brought = json!([{"kind": "errand", "id": "e", "body": open}]);
        let answer = world.ingest(brought).await;
        assert_eq!(answer["rejected"], json!([]));
        Self(world)
    }

    /// The other side is in a mood from the start.
    async fn with(action: &str, mode: Mode, times: u32) -> Self {
        let errand = Self::new().await;
        errand.misbehave(action, mode, times);
        errand
    }

    /// Killed where it stands, and started again.
    async fn crash(self) -> Self {
        Self(self.0.crash().await)
    }

    fn stand_ins(&self) -> &StandIns {
        self.0.platform().stand_ins.as_ref().unwrap()
    }

    fn misbehave(&self, action: &str, mode: Mode, times: u32) {
        let all = self.stand_ins();
        match action {
            "run" => all.job.misbehave(mode, times),
            "post" => all.slack.misbehave(mode, times),
            "page" | "take" => all.pagerduty.misbehave(mode, times),
            _ => all.webhook.misbehave(mode, times),
        }
    }

    /// What the other side did.
    fn effects(&self, action: &str) -> Vec<Value> {
        let all = self.stand_ins();
        match action {
            "run" => all.job.runs(),
            "post" => all.slack.messages(),
            "page" | "take" => all.pagerduty.incidents(),
            _ => all.webhook.attempts(),
        }
        .unwrap()
    }

    /// Asks for it, on the errand as it is now; the platform takes it.
    async fn asks(&self, action: &str) -> Operation {
        let row = self.0.platform().store.record(TENANT, "errand", "e").await;
        let operation = Operation {
            kind: "errand".into(),
            base_revision: Some(row.unwrap().unwrap().revision),
            ..self.0.operation("e", action)
        };
        let taken = self.0.submit(&operation).await;
        assert_eq!(taken.word, VerdictWord::Accepted, "{action}: {taken:?}");
        operation
    }

    /// The other side has it.
    async fn arrives(&self, action: &str) {
        until("the other side has it", async || {
            !self.effects(action).is_empty()
        })
        .await;
    }

    async fn ended(&self, operation: &Operation) -> Verdict {
        self.0.ended(operation.id, TimeDelta::seconds(2)).await
    }

    async fn is_confirmed(&self, operation: &Operation) {
        let ended = self.ended(operation).await;
        let action = &operation.action;
        assert_eq!(ended.word, VerdictWord::Confirmed, "{action}: {ended:?}");
    }

    /// It ends with the other side's no: what the reason says.
    async fn is_refused(&self, operation: &Operation) -> String {
        let ended = self.ended(operation).await;
        let action = &operation.action;
        assert_eq!(ended.word, VerdictWord::Refused, "{action}: {ended:?}");
        let reason = ended.reason.unwrap();
        assert_eq!(reason.code, "provider.refused", "{action}");
        reason.detail
    }

    /// It has not ended by now.
    async fn is_still(&self, operation: &Operation, word: VerdictWord) {
        a_while().await;
        let verdict = self.0.verdict(operation.id).await;
        assert_eq!(verdict.word, word, "{verdict:?}");
        assert_eq!(self.body().await["state"], "asked");
    }

    async fn body(&self) -> Map<String, Value> {
        self.0.body("errand", "e").await
    }
}

/// The clock stands still for longer than a look at the outbox takes.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(900)).await;
}
