//! D-18, X-60, X-84, D-52: what an approval does.

use serde_json::{Value, json};
use watchkeeper_model::{RowOutcome, Settled, settle};
use watchkeeper_pack::format::{Confirm, Connector, Nature};

use crate::world::{BOUGHT, PACK, Refund, at, by, kind, map};

const NOW: &str = "2026-11-20T03:00:00Z";

#[test]
fn d_18_a_refund_of_2200_cents_then_a_mail() {
    let decision = Refund::new(BOUGHT, NOW).allowed("approve");
    assert_eq!(
        (decision.nature, decision.confirm),
        (Nature::Money, Confirm::Typed)
    );
    assert_eq!(decision.typed.as_deref(), Some("22.00"));
    let plan = decision.plan.unwrap();
    assert_eq!(
        plan.sets,
        map(
            json!({"state": "approved", "decided_by": "op-1", "decided_at": "2026-11-20T03:00:00.000Z"})
        )
    );
    assert!(
        plan.sets_on.is_empty(),
        "nothing is booked before the money went back"
    );
    let [money, mail] = plan.calls.as_slice() else {
        panic!("{:?}", plan.calls)
    };
    assert_eq!(
        (money.connector, money.operation.as_str()),
        (Connector::Stripe, "refund")
    );
    assert_eq!(
        money.args,
        map(json!({"charge": "ch_7", "amount": {"minor": 2200, "currency": "AUD"}}))
    );
    assert_eq!(mail.connector, Connector::Mail);
    assert!(mail.after_previous, "no mail before the money went back");
}

#[test]
fn d_18_the_mail_says_how_much_and_how_long_it_takes() {
    let plan = Refund::new(BOUGHT, NOW).allowed("approve").plan.unwrap();
    let mail = plan.calls[1].mail.clone().unwrap();
    assert_eq!(mail.to, "kim@pawsandplay.example");
    assert_eq!(mail.subject, "Your refund of $22.00 AUD is on its way");
    assert_eq!(
        mail.body,
        "Hello,\n\n\
         we have refunded $22.00 AUD for the featured placement of Paws & Play, bought on 17 November 2026.\n\n\
         The money goes back to the card you paid with. Banks usually need 3–5 business days until \
         it shows on your statement.\n\n\
         Your listing itself stays in the directory, free of charge as before. If you would like \
         to be featured again, you are welcome at any time.\n\n\
         Refund request R-1042\n\n\
         Kind regards\nDog Trainers Directory"
    );
}

fn settled(refund: &Refund, effect: u32, result: Value, success: bool) -> Settled {
    refund.seen(|situation| {
        let action = &kind().actions["approve"];
        let mut scope = situation.scope(Some(action));
        scope.result = Some(result);
        settle(&PACK, kind(), action, effect, &scope, success)
            .unwrap()
            .unwrap()
    })
}

#[test]
fn d_18_and_x_84_the_provider_s_yes_books_charge_and_placement() {
    let mut refund = Refund::new(BOUGHT, NOW).with("state", json!("approved"));
    refund.now = at("2026-11-20T03:00:02Z");
    let settled = settled(&refund, 1, json!({"id": "re_9"}), true);
    assert_eq!(
        settled.sets,
        map(
            json!({"state": "refunded", "provider_refund": "re_9", "refunded_at": "2026-11-20T03:00:02.000Z", "provider_error": null})
        )
    );
    let on: Vec<(&str, &str)> = settled
        .sets_on
        .iter()
        .map(|s| (s.kind.as_str(), s.id.as_str()))
        .collect();
    assert_eq!(on, [("charge", "charge-7"), ("placement", "placement-7")]);
    assert_eq!(
        settled.sets_on[0].set,
        map(json!({"status": "refunded", "refund_id": "re_9"}))
    );
    assert_eq!(settled.sets_on[1].set["refund_status"], "refunded");
    assert_eq!(settled.sets_on[1].set["state"], "ended");
}

#[test]
fn d_18_the_provider_s_no_is_kept_and_books_nothing() {
    let refund = Refund::new(BOUGHT, NOW).with("state", json!("approved"));
    let settled = settled(&refund, 1, json!({"message": "charge disputed"}), false);
    assert_eq!(
        settled.sets,
        map(json!({"state": "failed", "provider_error": "charge disputed"}))
    );
    assert_eq!(settled.sets_on, []);
}

#[test]
fn d_18_what_the_provider_refused_may_be_tried_again_within_the_window() {
    let failed = Refund::new(BOUGHT, NOW).with("state", json!("failed"));
    failed.allowed("approve");
    let mut late = failed;
    late.now = at("2026-11-20T06:41:00Z");
    assert_eq!(late.denied("approve"), by("refund.window_passed", "D-17"));
    late.allowed("escalate");
}

#[test]
fn x_84_without_a_placement_only_the_charge_is_booked() {
    let mut refund = Refund::new(BOUGHT, NOW);
    refund.body.remove("placement");
    let will = refund.allowed("approve").will;
    assert!(
        !will.iter().any(|line| line.contains("placement")),
        "{will:?}"
    );
    let settled = settled(&refund, 1, json!({"id": "re_9"}), true);
    assert_eq!(settled.sets_on.len(), 1);
    let with = Refund::new(BOUGHT, NOW).allowed("approve").will;
    assert_eq!(with.len(), 4, "{with:?}");
    assert_eq!(with[0], "return $22.00 AUD to the card of charge ch_7");
}

#[test]
fn x_60_a_charge_is_refunded_once() {
    for lookup in ["refunds_of_charge", "charge_refunded"] {
        let mut refund = Refund::new(BOUGHT, NOW);
        refund.lookups.insert(lookup.into(), 1);
        assert_eq!(
            refund.denied("approve"),
            by("refund.already_refunded", "X-60"),
            "{lookup}"
        );
        refund.lookups.remove(lookup);
        assert_eq!(
            refund.denied("approve"),
            by("policy.undecidable", "X-60"),
            "{lookup}"
        );
    }
}

#[test]
fn x_60_what_was_found_is_said_of_none_of_one_and_of_many() {
    for (others, booked, found) in [
        (
            0,
            0,
            "0 other refunds of this charge; not booked as refunded",
        ),
        (1, 1, "1 other refund of this charge; booked as refunded"),
        (
            2,
            0,
            "2 other refunds of this charge; not booked as refunded",
        ),
    ] {
        let mut refund = Refund::new(BOUGHT, NOW);
        refund.lookups.insert("refunds_of_charge".into(), others);
        refund.lookups.insert("charge_refunded".into(), booked);
        let row = &refund.decide("approve").rows[1];
        assert_eq!((row.id.as_str(), row.found.as_str()), ("X-60", found));
    }
}

#[test]
fn x_60_a_request_whose_money_is_back_is_closed_and_nobody_is_written_to() {
    for state in ["requested", "failed", "escalated"] {
        for clock in ["now", "requested_at"] {
            let mut refund = Refund::new(BOUGHT, NOW).with("state", json!(state));
            refund.settings.insert("refund_clock".into(), json!(clock));
            // Another request for the charge is on its way, and may fail yet.
            refund.lookups.insert("refunds_of_charge".into(), 1);
            assert_eq!(refund.denied("settle"), by("refund.not_returned", "X-60"));
            refund.lookups.insert("charge_refunded".into(), 1);
            let approved = refund.denied("approve");
            if state == "escalated" {
                assert_eq!(approved.0, "action.wrong_state");
            } else {
                assert_eq!(approved, by("refund.already_refunded", "X-60"));
            }
            let plan = refund.allowed("settle").plan.unwrap();
            assert_eq!(plan.sets["state"], "settled", "{state}, {clock} counts");
            assert!(plan.calls.is_empty());
            // The slot or the place in the queue ends with it.
            let on = &plan.sets_on[0];
            assert_eq!(
                (on.kind.as_str(), on.id.as_str()),
                ("placement", "placement-7")
            );
            assert_eq!(on.set["state"], "ended");
            assert_eq!(on.set["refund_status"], "refunded");
        }
    }
}

#[test]
fn d_52_a_freeze_stops_refunds() {
    let mut refund = Refund::new(BOUGHT, NOW);
    refund.controls.insert("freeze_refunds".into(), json!(true));
    assert_eq!(refund.denied("approve"), by("refund.frozen", "D-52"));
    let found = &refund.decide("approve").rows[2];
    assert_eq!(
        (found.found.as_str(), found.outcome),
        ("frozen", RowOutcome::Failed)
    );
}

#[test]
fn d_18_only_a_waiting_request_can_be_approved() {
    for state in [
        "approved",
        "refunded",
        "denied",
        "escalated",
        "from_the_future",
    ] {
        let refund = Refund::new(BOUGHT, NOW).with("state", json!(state));
        assert_eq!(refund.denied("approve").0, "action.wrong_state", "{state}");
    }
}
