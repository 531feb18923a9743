//! Jobs: work that the platform's own runner does by itself, asked for by hand.
//!
//! Facts that this rests on: a run has an id, and that is our key, so that asking again asks for the
//! same run. It is queued, runs, and tries up to five times. Only a run that succeeded is done; that it
//! was taken says nothing.

mod stand_in;

use async_trait::async_trait;
use reqwest::{Client, Url};
use serde_json::{Value, json};
use watchkeeper_model::Call;

use super::line::{Line, list, short, text};
use super::{Connector, Look, Sent};

pub use stand_in::{JobStandIn, Trouble, routes};

/// Speaks to a runner of jobs, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Job {
    line: Line,
}

impl Job {
    /// At this base address (ending in `/v1/`), with this secret key. A request without an answer
    /// in the client's time is ambiguous.
    pub fn new(client: Client, base: Url, secret: &str) -> Self {
        let line = Line::new(client, base, format!("Bearer {secret}"));
        Self { line }
    }
}

/// Job and argument of a call; an argument that is no text goes as JSON.
fn arguments(call: &Call) -> Option<Value> {
    let job = call.args.get("job")?.as_str()?;
    let argument = match call.args.get("argument") {
        None | Some(Value::Null) => Value::Null,
        Some(Value::String(text)) => text.as_str().into(),
        Some(other) => other.to_string().into(),
    };
    (!job.is_empty()).then(|| json!({"job": job, "argument": argument}))
}

/// How a run stands. What we do not know the word for is not done. Pure.
fn standing(run: &Value) -> Look {
    let number = |name: &str| run.get(name).and_then(Value::as_i64).unwrap_or(0);
    match text(run, "state") {
        Some("succeeded") => Look::Found(json!({
            "id": text(run, "id"),
            "attempt": number("attempt"),
            "seconds": number("seconds"),
            "rows": number("rows"),
        })),
        Some("failed") => {
            let why = run.pointer("/reason/message").and_then(Value::as_str);
            Look::Failed(format!(
                "{} (attempt {} of {})",
                short(why.unwrap_or("The run failed.")),
                number("attempt"),
                number("of")
            ))
        }
        _ => Look::UnderWay,
    }
}

#[async_trait]
impl Connector for Job {
    async fn look(&self, call: &Call, key: &str) -> Look {
        if call.operation != "run" {
            return Look::Absent;
        }
        let answer = match self.line.read("runs", &[("id", key)]).await {
            Ok(answer) => answer,
            Err(silence) => return silence.into(),
        };
        let Some(runs) = list(&answer, "runs") else {
            return Look::Unclear;
        };
        let mine = runs.iter().find(|run| text(run, "id") == Some(key));
        mine.map_or(Look::Absent, standing)
    }

    async fn send(&self, call: &Call, key: &str, _idempotency_key: &str) -> Sent {
        if call.operation != "run" {
            return super::cannot(&call.operation, "the runner of jobs");
        }
        let Some(wanted) = arguments(call) else {
            return Sent::Refused("the call names no job".into());
        };
        match self.line.ask("runs", Some(key), &wanted).await {
            Ok(_) => Sent::UnderWay,
            Err(sent) => sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(state: &str) -> Value {
        json!({"id": "k", "state": state, "attempt": 5, "of": 5, "rows": 3,
               "reason": {"code": "lock_timeout", "message": "A lock was held."}})
    }

    #[test]
    fn only_a_run_that_succeeded_is_done() {
        let done = json!({"id": "k", "attempt": 5, "seconds": 0, "rows": 3});
        assert_eq!(standing(&run("succeeded")), Look::Found(done));
        for state in ["queued", "running", "of a later version"] {
            assert_eq!(standing(&run(state)), Look::UnderWay, "{state}");
        }
        assert_eq!(standing(&Value::Null), Look::UnderWay);
        let failed = Look::Failed("A lock was held. (attempt 5 of 5)".into());
        assert_eq!(standing(&run("failed")), failed);
    }
}
