//! Records of the dog trainers pack, whole from the few fields that matter.

use serde_json::{Value, json};
use watchkeeper_pack::pack::{Assignments, Effect};

use crate::pos_world::{Refusal, with};
use crate::records::Records;
use crate::world::PACK;

/// Friday, 20 November 2026, 14:00 in Melbourne.
pub const NOW: &str = "2026-11-20T03:00:00.000Z";
pub const OPERATOR: &[&str] = &["operator"];

/// A council; its code is its id.
pub fn council(records: &Records, id: &str, name: &str, slots: i64) {
    records.add(
        "council",
        id,
        json!({"code": id, "name": name, "slots": slots}),
    );
}

/// A listing in Melbourne, active and complete.
pub fn business(records: &Records, id: &str, fields: Value) {
    let body = json!({
        "name": "Paws & Play", "council": "melbourne", "email": "kim@pawsandplay.example",
        "verified": true, "listed_at": "2026-01-01T00:00:00.000Z", "age_specialties": "Puppies",
        "behavior_issues": "Pulling", "state": "active",
    });
    records.add("business", id, with(body, fields));
}

/// A placement in Melbourne, of listing `b`; its charge is `ch_` and its id.
pub fn placement(records: &Records, id: &str, state: &str, fields: Value) {
    let body = json!({
        "business": "b", "council": "melbourne", "charge_id": format!("ch_{id}"),
        "purchased_at": "2026-11-10T00:00:00.000Z", "refund_status": "none", "state": state,
    });
    records.add("placement", id, with(body, fields));
}

/// A charge of 22 dollars of listing `b`, which succeeded; its number is its id.
pub fn charge(records: &Records, id: &str, fields: Value) {
    let body = json!({
        "charge_id": id, "business": "b", "amount": {"minor": 2200, "currency": "AUD"},
        "charged_at": "2026-11-17T06:41:00.000Z", "status": "succeeded",
    });
    records.add("charge", id, with(body, fields));
}

/// Review `rv` of listing `b`, which the check turned down.
pub fn review(records: &Records, fields: Value) {
    let body = json!({
        "business": "b", "rating": 2, "text": "Too strict.", "state": "rejected",
        "written_at": "2026-11-01T00:00:00.000Z", "rejected_by": "check",
    });
    records.add("review", "rv", with(body, fields));
}

/// A complaint of a trainer about listing `b`, with an address.
pub fn complaint(records: &Records, id: &str, fields: Value) {
    let body = json!({
        "number": "C-7", "about": "not_featured", "from_whom": "trainer", "name": "Kim",
        "email": "kim@pawsandplay.example", "listing": "b", "text": "I paid.",
        "received_at": "2026-11-19T00:00:00.000Z", "state": "open",
    });
    records.add("complaint", id, with(body, fields));
}

/// A ticket about complaint `C-7`, at Product and not answered yet.
pub fn ticket(records: &Records, id: &str, fields: Value) {
    let body = json!({
        "team": "product", "topic": "policy", "urgency": "low", "subject": "Complaint C-7",
        "text": "Please look.", "complaint_number": "C-7", "opened_by": "op-1",
        "opened_at": "2026-11-19T01:00:00.000Z", "state": "open",
    });
    records.add("ticket", id, with(body, fields));
}

/// The nightly job, which succeeded last night.
pub fn nightly_job(records: &Records, fields: Value) {
    let body = json!({
        "name": "Expiry", "schedule": "daily at 02:00", "attempts": 1, "max_attempts": 5,
        "last_success": "2026-11-19T15:00:00.000Z", "state": "ok",
    });
    records.add("job", "j", with(body, fields));
}

/// What refuses the operator this action now.
pub fn refused(records: &Records, record: (&str, &str), action: &str, params: Value) -> Refusal {
    records.refused(record, (action, params), OPERATOR, NOW)
}

/// A field that an action of the pack writes.
pub struct Written {
    /// Kind and name of the action.
    pub by: String,
    /// Kind and name of the field.
    pub field: (&'static str, &'static str),
    /// Its value.
    pub expr: &'static str,
    /// It makes a record, and changes none.
    pub creates: bool,
}

/// All that the actions of the pack write to records, at once or when a provider has answered.
pub fn written() -> Vec<Written> {
    let mut all = Vec::new();
    for kind in PACK.kinds.values() {
        for action in kind.actions.values() {
            let by = format!("{}.{}", kind.name, action.name);
            let mut add = |kind: &'static str, set: &'static Assignments, creates: bool| {
                for (field, program) in set {
                    all.push(Written {
                        by: by.clone(),
                        field: (kind, field.as_str()),
                        expr: &program.source,
                        creates,
                    });
                }
            };
            for effect in &action.effects {
                match effect {
                    Effect::Set(set) => add(&kind.name, set, false),
                    Effect::SetOn(on) => add(&on.kind, &on.set, false),
                    Effect::Erase(_) => {}
                    Effect::Create { kind, set } => add(kind, set, true),
                    Effect::Call(call) => {
                        add(&kind.name, &call.then, false);
                        add(&kind.name, &call.otherwise, false);
                        for on in &call.then_on {
                            add(&on.kind, &on.set, false);
                        }
                    }
                }
            }
        }
    }
    all
}
