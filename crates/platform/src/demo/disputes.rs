//! Disputes of a demo: what our records say of them stands at the provider as well.

use serde::Deserialize;
use serde_json::Value;
use watchkeeper_pack::value;
use watchkeeper_wire::ingest::Incoming;

use crate::connectors::paypal::Dispute;

/// Records that stand for a dispute, and the fields that say so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputesOf {
    /// Their kind.
    pub kind: String,
    /// Field with the provider's id.
    pub dispute: String,
    /// Field with the provider's word for where it stands.
    pub status: String,
    /// Field with the instant by which the seller has to respond.
    pub due: String,
}

/// What is known of these records at the provider.
pub(super) fn disputes(kinds: &[DisputesOf], records: &[Incoming]) -> Vec<Dispute> {
    let of = |record: &Incoming| {
        let of = kinds.iter().find(|of| of.kind == record.kind)?;
        let text = |name: &str| record.body.get(name).and_then(Value::as_str);
        let due = text(&of.due).and_then(value::instant);
        Some(Dispute {
            id: text(&of.dispute)?.to_owned(),
            status: text(&of.status)?.to_owned(),
            due: due.map(|due| due.timestamp()),
        })
    };
    records.iter().filter_map(of).collect()
}
