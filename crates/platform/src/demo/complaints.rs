//! Complaints of those who paid for a placement.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::ingest::Incoming;

use super::generate::Generator;
use super::systems::started;
use super::world::Whose;

/// Each is of the first who stands so, had paid by then and has not complained yet.
pub(super) fn complaints(generator: &mut Generator<'_>) {
    let started = started(&generator.out.records);
    let mut heard: BTreeSet<String> = BTreeSet::new();
    for complaint in &generator.world().complaints {
        let received = instant_text(generator.ago(complaint.received));
        let stands = |record: &Incoming| match complaint.whose {
            Whose::Orphan => record.kind == "charge" && !started.contains(&record.id),
            Whose::Queued => record.kind == "placement" && text(record, "state") == "queued",
            Whose::Active => record.kind == "placement" && text(record, "state") == "active",
        };
        let paid = |record: &Incoming| {
            let at = ["purchased_at", "charged_at"].map(|field| text(record, field));
            at.iter().all(|at| *at < received.as_str())
        };
        let mut records = generator.out.records.iter();
        let whose = records.find(|&record| {
            stands(record) && paid(record) && !heard.contains(text(record, "business"))
        });
        let Some(whose) = whose else {
            continue;
        };
        let listing = text(whose, "business").to_owned();
        let listed = generator
            .businesses
            .iter()
            .find(|known| known.id == listing);
        let body = json!({
            "number": complaint.number,
            "about": complaint.about,
            "from_whom": "trainer",
            "email": listed.map(|listed| &listed.email),
            "listing": listing,
            "placement": (whose.kind == "placement").then_some(&whose.id),
            "charge": text(whose, "charge_id"),
            "text": complaint.text,
            "received_at": received,
            "state": "open",
        });
        heard.insert(listing);
        generator.record("complaint", &complaint.number.to_lowercase(), body);
    }
}

/// A field's text; empty where it has none.
fn text<'a>(record: &'a Incoming, field: &str) -> &'a str {
    let value = record.body.get(field).and_then(Value::as_str);
    value.unwrap_or("")
}
