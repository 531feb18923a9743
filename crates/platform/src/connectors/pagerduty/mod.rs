//! PagerDuty: pages, and the word that somebody has them.
//!
//! Facts that this rests on: an event is answered 202 once it was taken, which is not yet an incident;
//! 400 is for good, 429 and 5xx are tried again. A trigger carries our key as its `dedup_key`, so that
//! sending it again pages nobody twice while the incident is open; once that is resolved the same key
//! would open another. So the incidents of the key are looked for before each send, and nothing is
//! called paged or acknowledged before PagerDuty shows it.

mod stand_in;

use async_trait::async_trait;
use reqwest::{Client, Url};
use serde_json::{Value, json};
use watchkeeper_model::Call;

use super::line::{Line, list, short, text};
use super::{Connector, Look, Sent};

pub use stand_in::{Page, PagerdutyStandIn, routes, routing_key};

/// Who sends our events.
const SOURCE: &str = "watchkeeper";
/// Characters of a summary, at most.
const MAX_SUMMARY: usize = 1_024;

/// Speaks to PagerDuty, or to what stands in for it.
#[derive(Debug, Clone)]
pub struct Pagerduty {
    /// Takes events.
    events: Line,
    /// Shows incidents.
    incidents: Line,
    routing_key: String,
}

impl Pagerduty {
    /// Events go to this address under this routing key; incidents are read at the other with this
    /// token. Both addresses end in `/`. An event without an answer in the client's time is
    /// ambiguous.
    pub fn new(
        client: Client,
        (events, routing_key): (Url, String),
        (incidents, token): (Url, &str),
    ) -> Self {
        let authorization = format!("Token token={token}");
        Self {
            events: Line::new(client.clone(), events, authorization.clone()),
            incidents: Line::new(client, incidents, authorization),
            routing_key,
        }
    }

    fn trigger(&self, call: &Call, key: &str) -> Option<Value> {
        let argument = |name: &str| call.args.get(name).and_then(Value::as_str);
        let summary = argument("summary").filter(|summary| !summary.is_empty())?;
        let summary: String = summary.chars().take(MAX_SUMMARY).collect();
        let mut payload = json!({
            "summary": summary,
            "source": SOURCE,
            "severity": argument("severity")?,
        });
        if let (Some(payload), Some(service)) = (payload.as_object_mut(), argument("service")) {
            payload.insert("component".into(), service.into());
        }
        Some(json!({
            "routing_key": self.routing_key,
            "event_action": "trigger",
            "dedup_key": key,
            "payload": payload,
            "client": SOURCE,
        }))
    }

    fn event(&self, call: &Call, key: &str) -> Option<Value> {
        match call.operation.as_str() {
            "trigger" => self.trigger(call, key),
            "acknowledge" => Some(json!({
                "routing_key": self.routing_key,
                "event_action": "acknowledge",
                "dedup_key": incident(call)?,
            })),
            _ => None,
        }
    }
}

/// The incident that a call is about, as it was triggered.
fn incident(call: &Call) -> Option<&str> {
    let incident = call.args.get("incident")?.as_str()?;
    (!incident.is_empty()).then_some(incident)
}

/// How a trigger stands by the incidents of its key: whatever became of one, somebody was paged. Pure.
fn triggered(incidents: &[Value], key: &str) -> Look {
    let of_key = |each: &&Value| text(each, "incident_key") == Some(key);
    match incidents.iter().find(of_key) {
        Some(found) => Look::Found(json!({
            "id": key,
            "incident": text(found, "id"),
            "status": text(found, "status"),
        })),
        None => Look::Absent,
    }
}

/// How an acknowledgement stands by the incidents of the key that it is about: by the one that is open, of
/// which there is one at most, whatever became of earlier ones. PagerDuty ignores one of an incident that
/// is resolved or that it does not know. Pure.
fn acknowledged(incidents: &[Value], about: &str) -> Look {
    let of_key = |each: &&Value| text(each, "incident_key") == Some(about);
    let is_open = |each: &&Value| of_key(each) && text(each, "status") != Some("resolved");
    let open = incidents.iter().find(is_open);
    let Some(found) = open.or_else(|| incidents.iter().find(of_key)) else {
        return Look::Failed("PagerDuty knows no incident of this page.".into());
    };
    match text(found, "status") {
        Some("acknowledged") => Look::Found(json!({
            "id": about,
            "incident": text(found, "id"),
            "status": "acknowledged",
        })),
        Some("triggered") => Look::Absent,
        Some("resolved") => Look::Failed("The incident is resolved already.".into()),
        other => Look::Failed(format!(
            "PagerDuty calls the incident {}.",
            short(other.unwrap_or("nothing"))
        )),
    }
}

#[async_trait]
impl Connector for Pagerduty {
    async fn look(&self, call: &Call, key: &str) -> Look {
        let about = match call.operation.as_str() {
            "trigger" => Some(key),
            "acknowledge" => incident(call),
            _ => None,
        };
        let Some(about) = about else {
            return Look::Absent;
        };
        // Otherwise those of the last month are listed, and what is older would be paged again.
        let pairs = [("incident_key", about), ("date_range", "all")];
        let answer = match self.incidents.read("incidents", &pairs).await {
            Ok(answer) => answer,
            Err(silence) => return silence.into(),
        };
        let Some(incidents) = list(&answer, "incidents") else {
            return Look::Unclear;
        };
        match call.operation.as_str() {
            "acknowledge" => acknowledged(incidents, about),
            _ => triggered(incidents, key),
        }
    }

    async fn send(&self, call: &Call, key: &str, _idempotency_key: &str) -> Sent {
        if !["trigger", "acknowledge"].contains(&call.operation.as_str()) {
            return super::cannot(&call.operation, "PagerDuty");
        }
        let Some(event) = self.event(call, key) else {
            return Sent::Refused("the call names no summary, severity or incident".into());
        };
        if let Err(sent) = self.events.ask("v2/enqueue", None, &event).await {
            return sent;
        }
        // It was taken; whether it counts is what is shown now.
        match self.look(call, key).await {
            Look::Found(result) => Sent::Done(result),
            _ => Sent::UnderWay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incidents(status: &str) -> Vec<Value> {
        vec![
            json!({"id": "P0", "incident_key": "other", "status": "acknowledged"}),
            json!({"id": "P1", "incident_key": "k", "status": status}),
        ]
    }

    #[test]
    fn x_78_only_what_pagerduty_shows_is_acknowledged() {
        let found = json!({"id": "k", "incident": "P1", "status": "acknowledged"});
        let look = |status: &str| acknowledged(&incidents(status), "k");
        assert_eq!(look("acknowledged"), Look::Found(found));
        assert_eq!(look("triggered"), Look::Absent);
        for status in ["resolved", "of a later version"] {
            assert!(matches!(look(status), Look::Failed(_)), "{status}");
        }
        let unknown = acknowledged(&incidents("triggered"), "not there");
        assert!(matches!(unknown, Look::Failed(_)), "{unknown:?}");
    }

    #[test]
    fn an_open_incident_counts_whatever_became_of_earlier_ones_of_its_key() {
        let of = |statuses: [&str; 2]| {
            let each = |status| json!({"id": "P", "incident_key": "k", "status": status});
            acknowledged(&statuses.map(each), "k")
        };
        for order in [["resolved", "triggered"], ["triggered", "resolved"]] {
            assert_eq!(of(order), Look::Absent, "{order:?}");
        }
        let found = of(["resolved", "acknowledged"]);
        assert!(matches!(found, Look::Found(_)), "{found:?}");
        let over = of(["resolved", "resolved"]);
        assert!(matches!(over, Look::Failed(_)), "{over:?}");
    }

    #[test]
    fn a_page_is_triggered_whatever_became_of_it() {
        for status in ["triggered", "acknowledged", "resolved"] {
            let found = json!({"id": "k", "incident": "P1", "status": status});
            assert_eq!(triggered(&incidents(status), "k"), Look::Found(found));
        }
        assert_eq!(
            triggered(&incidents("triggered"), "not there"),
            Look::Absent
        );
    }
}
