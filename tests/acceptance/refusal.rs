//! D-19: what a refusal does.

use serde_json::{Value, json};
use watchkeeper_model::mails;
use watchkeeper_pack::format::{Connector, Nature};

use crate::world::{BOUGHT, Refund, map};

/// Requested on the fifth day, seen on the ninth.
fn late() -> Refund {
    let mut refund = Refund::new(BOUGHT, "2026-11-26T07:00:00Z")
        .with("requested_at", json!("2026-11-22T01:00:00.000Z"));
    refund.params = map(json!({"reason": "asked on the fifth day"}));
    refund
}

#[test]
fn d_19_the_mail_names_the_purchase_and_the_days() {
    let decision = late().allowed("refuse");
    assert_eq!(decision.nature, Nature::Submission);
    let plan = decision.plan.unwrap();
    let [call] = plan.calls.as_slice() else {
        panic!("{:?}", plan.calls)
    };
    assert_eq!(call.connector, Connector::Mail);
    let mail = call.mail.clone().unwrap();
    assert_eq!(mail.to, "kim@pawsandplay.example");
    assert_eq!(mail.subject, "About your refund request R-1042");
    assert_eq!(
        mail.body,
        "Hello,\n\n\
         thank you for writing to us about the featured placement of Paws & Play.\n\n\
         Featured placements can be refunded within 3 days of the purchase. Yours was bought on \
         17 November 2026, which is 9 days ago, so we are not able to \
         refund it. We know that this is not the answer you were hoping for.\n\n\
         If anything about the placement does not look right, just reply to this mail and we will \
         look into it.\n\n\
         Kind regards\nDog Trainers Directory"
    );
}

#[test]
fn d_19_the_reason_is_logged_and_needed() {
    let plan = late().allowed("refuse").plan.unwrap();
    assert_eq!(
        plan.sets,
        map(json!({
            "state": "denied", "decided_by": "op-1", "decided_at": "2026-11-26T07:00:00.000Z",
            "denial_reason": "asked on the fifth day"
        }))
    );
    for reason in [Value::Null, json!(" ")] {
        let mut refund = late();
        refund.params.insert("reason".into(), reason);
        assert_eq!(refund.denied("refuse").0, "params.invalid");
    }
}

#[test]
fn d_19_the_mail_can_be_read_before_a_reason_is_given() {
    let mut refund = late();
    refund.params.clear();
    let previews = refund.seen(|situation| mails(situation, "refuse"));
    assert_eq!(previews.len(), 1);
    assert!(previews[0].body.contains("9 days ago"));
}

#[test]
fn d_19_a_mail_with_a_hole_is_never_sent() {
    let refund = late();
    let mut record = refund.snapshot();
    record.refs.remove("business");
    let decision = refund.seen(|situation| {
        let situation = watchkeeper_model::Situation {
            record: &record,
            ..situation.clone()
        };
        watchkeeper_model::decide(&situation, "refuse")
    });
    assert!(decision.plan.is_none());
    let text = format!("{:?}", decision.outcome);
    assert!(
        text.contains("effect.undecidable") && text.contains("refund_denied"),
        "{text}"
    );
}
