//! An episode as a record holds it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_pack::format::{AlertFile, Severity};
use watchkeeper_pack::value::{instant, instant_text};

use super::{Episode, State};

/// What an episode is about, in fields and words.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// See [`super::fingerprint`].
    pub fingerprint: String,
    /// Kind and id of the record.
    pub subject: Option<(String, String)>,
    /// Region of the record, so that who may see the one may see the other.
    pub region: Option<String>,
    /// What exactly.
    pub detail: String,
    /// Value of the metric.
    pub value: Option<f64>,
}

/// The episode in a record's fields; none where they are not those of an alert.
pub fn episode(body: &Map<String, Value>) -> Option<Episode> {
    let at = |name: &str| -> Option<DateTime<Utc>> { instant(body.get(name)?.as_str()?) };
    let state = match body.get("state")?.as_str()? {
        "pending" => State::Pending,
        "firing" => State::Firing,
        "acknowledged" => State::Acknowledged,
        "resolved" => State::Resolved,
        _ => return None,
    };
    Some(Episode {
        state,
        since: at("since")?,
        fired_at: at("fired_at"),
        quiet_since: at("quiet_since"),
        unknown_since: at("unknown_since"),
        resolved_at: at("resolved_at"),
    })
}

/// The record's fields with this episode in them; what an operator has set stays.
pub fn write(
    before: Option<&Map<String, Value>>,
    episode: &Episode,
    about: &About,
    rule: &AlertFile,
) -> Map<String, Value> {
    let mut body = before.cloned().unwrap_or_default();
    let severity = match rule.severity {
        Severity::Yellow => "yellow",
        Severity::Red => "red",
    };
    let state = match episode.state {
        State::Pending => "pending",
        State::Firing => "firing",
        State::Acknowledged => "acknowledged",
        State::Resolved => "resolved",
    };
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let at = |at: Option<DateTime<Utc>>| at.map_or(Value::Null, |at| instant_text(at).into());
    let (kind, id) = match &about.subject {
        Some((kind, id)) => (Some(kind.as_str()), Some(id.as_str())),
        None => (None, None),
    };
    for (name, value) in [
        ("fingerprint", about.fingerprint.as_str().into()),
        ("rule", rule.id.as_str().into()),
        ("row", rule.row.as_str().into()),
        ("severity", severity.into()),
        ("label", rule.label.as_str().into()),
        ("detail", about.detail.as_str().into()),
        ("rule_text", rule.rule.as_str().into()),
        ("subject_kind", text(kind)),
        ("subject", text(id)),
        ("region", text(about.region.as_deref())),
        ("view", text(rule.view.as_deref())),
        ("playbook", text(rule.playbook.as_deref())),
        ("state", state.into()),
        ("since", at(Some(episode.since))),
        ("fired_at", at(episode.fired_at)),
        ("quiet_since", at(episode.quiet_since)),
        ("unknown_since", at(episode.unknown_since)),
        ("resolved_at", at(episode.resolved_at)),
        ("value", about.value.map_or(Value::Null, Value::from)),
    ] {
        if value.is_null() {
            body.remove(name);
        } else {
            body.insert(name.to_owned(), value);
        }
    }
    body
}
