//! Flags: variables of whoever hosts what the platform runs.
//!
//! Facts that this rests on: a variable that is set reaches only what is deployed after it, so what runs
//! goes on answering with the old value until a new deployment is ready. So a flag is set, then deployed,
//! and it counts only once the value that was set is the one that runs. Setting and deploying under one
//! key is done once; a variable that is set and not deployed would come into effect with anybody's next
//! deployment, so what was begun is ended however late.

mod stand_in;

use async_trait::async_trait;
use chrono::TimeDelta;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use watchkeeper_model::Call;

use super::line::Line;
use super::{Connector, Look, Sent, Silence};

pub use super::mood::Mode;
pub use stand_in::{FlagStandIn, routes};

/// A deployment that is not ready after so long is not waited for any more.
const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// Speaks to a host, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Flag {
    line: Line,
}

/// A value as it was set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Setting {
    /// Rises with each that is set.
    place: i64,
    value: String,
}

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Progress {
    Building,
    Ready,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Deployment {
    /// The last setting that it was made with.
    has: i64,
    state: Progress,
    /// Milliseconds since 1970.
    created_at: i64,
}

/// What a host says of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Variable {
    /// The host's clock, milliseconds since 1970.
    now: i64,
    /// What was set under the key that was asked about.
    mine: Option<Setting>,
    /// What was set last.
    stored: Option<Setting>,
    /// What answers.
    running: Option<Setting>,
    /// The last ones, newest first.
    deployments: Vec<Deployment>,
}

impl Flag {
    /// At this base address (ending in `/v1/`), with this secret key. A request without an answer
    /// in the client's time is ambiguous.
    pub fn new(client: Client, base: Url, secret: &str) -> Self {
        let line = Line::new(client, base, format!("Bearer {secret}"));
        Self { line }
    }

    async fn read(&self, flag: &str, key: &str) -> Result<Variable, Silence> {
        let pairs = [("name", flag), ("key", key)];
        let variable = self.line.read("variables", &pairs).await?;
        serde_json::from_value(variable).map_err(|_| Silence::Unclear)
    }

    /// Asks for one of the two steps; what to say where it was not taken.
    async fn ask(&self, path: &str, key: &str, body: &Value) -> Result<(), Sent> {
        match self.line.ask(path, Some(key), body).await {
            Ok(_) => Ok(()),
            Err(Sent::Refused(_)) => Err(Sent::Refused("The host refused it.".into())),
            Err(other) => Err(other),
        }
    }
}

/// Name and value of a switch; a value that is no text goes as JSON.
fn arguments(call: &Call) -> Option<(&str, String)> {
    let flag = call.args.get("flag")?.as_str()?;
    let value = match call.args.get("value")? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (!flag.is_empty()).then_some((flag, value))
}

/// How a switch to this value stands. Pure.
fn standing(variable: &Variable, wanted: &str) -> Look {
    let Some(mine) = &variable.mine else {
        return Look::Absent;
    };
    let place = |setting: &Option<Setting>| setting.as_ref().map_or(0, |setting| setting.place);
    if place(&variable.running) == mine.place {
        return match mine.value == wanted {
            true => Look::Found(json!({"value": mine.value})),
            false => Look::NotInEffect(format!("The host answers with {}.", mine.value)),
        };
    }
    if place(&variable.stored) > mine.place {
        return Look::Failed("It was set to something else meanwhile.".into());
    }
    // A newer deployment has all that an older one has.
    let with_it = |deployment: &&Deployment| deployment.has >= mine.place;
    let mut deployed = variable.deployments.iter().filter(with_it).peekable();
    if deployed.peek().is_none() {
        return Look::Begun;
    }
    let Some(going) = deployed.find(|deployment| deployment.state != Progress::Failed) else {
        return Look::NotInEffect(
            "It is set, but the deployment failed: the old value goes on answering, until the next \
             deployment."
                .into(),
        );
    };
    let waited = TimeDelta::milliseconds(variable.now.saturating_sub(going.created_at));
    match waited > PATIENCE {
        true => Look::NotInEffect(format!(
            "It is set, but after {} minutes the old value still answers. It may yet come into \
             effect: look at the host.",
            PATIENCE.num_minutes()
        )),
        false => Look::UnderWay,
    }
}

#[async_trait]
impl Connector for Flag {
    async fn look(&self, call: &Call, key: &str) -> Look {
        let wanted = arguments(call).filter(|_| call.operation == "set");
        let Some((flag, value)) = wanted else {
            return Look::Absent;
        };
        match self.read(flag, key).await {
            Ok(variable) => standing(&variable, &value),
            Err(silence) => silence.into(),
        }
    }

    async fn send(&self, call: &Call, key: &str, _idempotency_key: &str) -> Sent {
        if call.operation != "set" {
            return super::cannot(&call.operation, "the host");
        }
        let Some((flag, value)) = arguments(call) else {
            return Sent::Refused("the call names no flag or no value".into());
        };
        let set = json!({"name": flag, "value": value});
        if let Err(sent) = self.ask("variables", key, &set).await {
            return sent;
        }
        match self.ask("deployments", key, &json!({})).await {
            // Nothing is done before it is read back.
            Ok(()) => Sent::UnderWay,
            Err(Sent::Refused(_)) => Sent::Refused(
                "It is set, but the host refused to deploy: it comes into effect with the next \
                 deployment."
                    .into(),
            ),
            Err(other) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(place: i64) -> Option<Setting> {
        Some(Setting {
            place,
            value: "true".into(),
        })
    }

    fn deployed(has: i64, state: Progress, minutes_ago: i64) -> Deployment {
        Deployment {
            has,
            state,
            created_at: -minutes_ago * 60_000,
        }
    }

    /// Mine is the third setting.
    fn variable(running: i64, deployments: &[Deployment]) -> Variable {
        Variable {
            now: 0,
            mine: setting(3),
            stored: setting(3),
            running: setting(running),
            deployments: deployments.to_vec(),
        }
    }

    #[test]
    fn x_52_only_what_runs_is_in_effect() {
        let look = |variable: &Variable| standing(variable, "true");
        let found = Look::Found(json!({"value": "true"}));
        let ready = deployed(3, Progress::Ready, 1);
        assert_eq!(look(&variable(3, std::slice::from_ref(&ready))), found);
        let other = Look::NotInEffect("The host answers with true.".into());
        assert_eq!(standing(&variable(3, &[ready]), "false"), other);
        let building = |minutes| [deployed(3, Progress::Building, minutes)];
        assert_eq!(look(&variable(1, &building(15))), Look::UnderWay);
        let given_up = look(&variable(1, &building(16)));
        assert!(matches!(given_up, Look::NotInEffect(_)), "{given_up:?}");
        let failed = look(&variable(1, &[deployed(4, Progress::Failed, 1)]));
        assert!(matches!(failed, Look::NotInEffect(_)), "{failed:?}");
    }

    #[test]
    fn what_was_set_and_not_deployed_is_begun_and_what_was_overtaken_has_failed() {
        let old = deployed(2, Progress::Ready, 9);
        assert_eq!(standing(&variable(2, &[old]), "true"), Look::Begun);
        let nothing = Variable {
            mine: None,
            ..variable(2, &[])
        };
        assert_eq!(standing(&nothing, "true"), Look::Absent);
        let overtaken = Variable {
            stored: setting(4),
            ..variable(1, &[])
        };
        let failed = standing(&overtaken, "true");
        assert!(matches!(failed, Look::Failed(_)), "{failed:?}");
    }
}
