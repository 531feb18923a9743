//! Pages that are out when a world begins: whoever pages knows them too.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use watchkeeper_pack::value;
use watchkeeper_wire::ingest::Incoming;

use crate::connectors::pagerduty::Page;

/// Records that stand for a page, and the fields that say so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagesOf {
    /// Their kind.
    pub kind: String,
    /// Field with the key of the incident; a record without it is no page yet.
    pub incident: String,
    /// Field with what it is about.
    pub summary: String,
    /// Field with the instant at which it was sent.
    pub at: String,
    /// Field with the instant at which somebody took it.
    pub acknowledged: String,
    /// Field with the instant at which it was over.
    pub resolved: String,
}

/// What is known of these records where pages come from.
pub(super) fn pages(kinds: &[PagesOf], records: &[Incoming]) -> Vec<Page> {
    let of = |record: &Incoming| {
        let page = kinds.iter().find(|page| page.kind == record.kind)?;
        let text = |name: &str| record.body.get(name).and_then(Value::as_str);
        let at = |name: &str| text(name).and_then(value::instant).map(millis);
        Some(Page {
            key: text(&page.incident)?.to_owned(),
            summary: text(&page.summary)?.to_owned(),
            triggered_at: at(&page.at)?,
            acknowledged_at: at(&page.acknowledged),
            resolved_at: at(&page.resolved),
        })
    };
    records.iter().filter_map(of).collect()
}

fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::generate::incoming;
    use super::*;

    #[test]
    fn what_was_sent_is_known_and_what_was_not_is_not() {
        let kinds = [PagesOf {
            kind: "page".into(),
            incident: "key".into(),
            summary: "what".into(),
            at: "sent_at".into(),
            acknowledged: "taken_at".into(),
            resolved: "over_at".into(),
        }];
        let sent = json!({"key": "k", "what": "It fails", "sent_at": "1970-01-01T00:00:01.000Z",
                          "taken_at": "1970-01-01T00:00:02.000Z"});
        let draft = json!({"what": "It fails"});
        let records = [
            incoming("page", "p", sent.clone()),
            incoming("page", "q", draft),
            incoming("note", "n", sent),
        ];
        let known = Page {
            key: "k".into(),
            summary: "It fails".into(),
            triggered_at: 1_000,
            acknowledged_at: Some(2_000),
            resolved_at: None,
        };
        assert_eq!(pages(&kinds, &records), [known]);
    }
}
