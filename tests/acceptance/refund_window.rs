//! D-17, X-42, X-43, X-44: seventy-two hours.

use serde_json::{Value, json};
use watchkeeper_model::RowOutcome;
use watchkeeper_pack::format::Override;
use watchkeeper_pack::value;

use crate::dog_world::{self, business, charge, placement};
use crate::pos_world::{mail, with};
use crate::records::Records;
use crate::world::{BOUGHT, Refund, at, by, kind};

/// Weeks after [`BOUGHT`].
const LATER: &str = "2026-12-20T03:00:00.000Z";

fn window_passed() -> (String, Option<String>) {
    by("refund.window_passed", "D-17")
}

#[test]
fn d_17_below_at_and_above_seventy_two_hours() {
    for now in [
        "2026-11-17T06:41:00Z",
        "2026-11-20T06:31:00Z",
        "2026-11-20T06:40:59.999Z",
    ] {
        Refund::new(BOUGHT, now).allowed("approve");
    }
    for now in [
        "2026-11-20T06:41:00.000Z",
        "2026-11-20T06:41:00.001Z",
        "2026-12-20T00:00:00Z",
    ] {
        assert_eq!(
            Refund::new(BOUGHT, now).denied("approve"),
            window_passed(),
            "{now}"
        );
    }
}

#[test]
fn d_17_says_what_was_found_and_until_when() {
    let decision = Refund::new(BOUGHT, "2026-11-20T03:29:00Z").decide("approve");
    assert_eq!(decision.rows[0].id, "D-17");
    assert_eq!(decision.rows[0].found, "68 h 48 of 72 h");
    assert_eq!(decision.rows[0].outcome, RowOutcome::Passed);
    let late = Refund::new(BOUGHT, "2026-11-20T07:00:00Z").decide("approve");
    let text = format!("{:?}", late.outcome);
    assert!(text.contains("Friday, 20 November 2026, 17:41"), "{text}");
    assert!(text.contains("Nobody can override"), "{text}");
}

#[test]
fn d_17_no_role_overrides_it() {
    for role in [
        "operator", "manager", "admin", "owner", "product", "legal", "finance", "root",
    ] {
        let mut refund = Refund::new(BOUGHT, "2026-11-20T06:41:00Z");
        refund.roles = vec![role, "operator", "override"];
        refund.params.insert("override".into(), json!(true));
        assert_eq!(refund.denied("approve"), window_passed(), "{role}");
    }
    let rows = kind()
        .actions
        .values()
        .flat_map(|action| &action.def.policy);
    assert!(rows.into_iter().all(|row| row.override_ == Override::Never));
}

#[test]
fn d_17_without_the_purchase_nothing_is_approved() {
    let refund = Refund::new(BOUGHT, "2026-11-18T00:00:00Z");
    let mut record = refund.snapshot();
    record.body.remove("purchased_at");
    let decision = refund.seen(|situation| {
        let situation = watchkeeper_model::Situation {
            record: &record,
            ..situation.clone()
        };
        watchkeeper_model::decide(&situation, "approve")
    });
    assert_eq!(decision.rows[0].outcome, RowOutcome::Undecidable);
    assert!(format!("{:?}", decision.outcome).contains("policy.undecidable"));
}

#[test]
fn d_17_a_clock_change_inside_the_window_moves_nothing() {
    // Clocks go forward on 4 October 2026 and back on 5 April 2026: by the wall clock in Melbourne
    // the window then ends an hour later or earlier than it began.
    for bought in ["2026-10-03T02:00:00Z", "2026-04-04T01:00:00Z"] {
        let lapses = at(bought) + chrono::Duration::seconds(72 * 3_600);
        let mut refund = Refund::new(bought, bought);
        refund.now = lapses - chrono::Duration::milliseconds(1);
        assert_eq!(refund.allowed("approve").not_after, Some(lapses));
        refund.now = lapses;
        assert_eq!(refund.denied("approve"), window_passed(), "{bought}");
    }
}

#[test]
fn x_44_seventy_two_times_3600_seconds_not_three_days_of_the_calendar() {
    // Bought late on the 17th: on the 20th, the third calendar day after, it is still in time.
    Refund::new("2026-11-17T12:59:00Z", "2026-11-20T12:58:59.999Z").allowed("approve");
    // Across the spring change three calendar days are 71 hours: at the same wall-clock time the
    // window is still open, and an hour later it is not.
    let refund = Refund::new("2026-10-03T02:00:00Z", "2026-10-06T01:00:00Z");
    refund.allowed("approve");
    assert_eq!(
        Refund::new("2026-10-03T02:00:00Z", "2026-10-06T02:00:00Z").denied("approve"),
        window_passed()
    );
}

#[test]
fn x_42_measured_when_decided_unless_the_tenant_says_otherwise() {
    let late = Refund::new(BOUGHT, "2026-11-25T00:00:00Z");
    assert_eq!(late.denied("approve"), window_passed());
    let mut of_request = late.clone();
    of_request
        .settings
        .insert("refund_clock".into(), json!("requested_at"));
    let decision = of_request.allowed("approve");
    assert_eq!(decision.rows[0].found, "requested after 1 h 00 of 72 h");
    assert_eq!(
        decision.not_after, None,
        "a request in time does not lapse with us then"
    );
    let too_late = of_request.with("requested_at", json!("2026-11-20T06:41:00.000Z"));
    assert_eq!(too_late.denied("approve"), window_passed());
}

#[test]
fn x_42_requested_in_time_and_lapsed_with_us_goes_to_product() {
    let lapsed = Refund::new(BOUGHT, "2026-11-26T03:00:00Z");
    let mut refused = lapsed.clone();
    refused.params.insert("reason".into(), json!("too late"));
    assert_eq!(
        refused.denied("refuse"),
        by("refund.requested_in_time", "X-42")
    );
    let plan = lapsed.allowed("escalate").plan.unwrap();
    assert_eq!(plan.sets["state"], "escalated");
    let note = plan.sets["escalation_note"].as_str().unwrap();
    assert!(
        note.starts_with("Refund R-1042: requested 1 h after the purchase"),
        "{note}"
    );
    assert!(note.contains("212 h after it"), "{note}");
    assert!(plan.calls.is_empty(), "no money, no mail");
    // Product has a ticket with the same words.
    let [ticket] = plan.creates.as_slice() else {
        panic!("{:?}", plan.creates);
    };
    assert_eq!(ticket.kind, "ticket");
    for (field, value) in [
        ("state", "open"),
        ("team", "product"),
        ("topic", "policy"),
        ("refund_number", "R-1042"),
        ("text", note),
    ] {
        assert_eq!(ticket.body[field], value, "{field}");
    }

    let mut remarked = lapsed;
    remarked
        .params
        .insert("remark".into(), json!("She called twice."));
    let note = remarked.allowed("escalate").plan.unwrap().sets["escalation_note"].clone();
    assert!(
        note.as_str()
            .unwrap()
            .ends_with(" Remark: She called twice."),
        "{note}"
    );
}

#[test]
fn x_42_what_the_provider_refused_goes_to_product_with_what_it_said() {
    let failed = Refund::new(BOUGHT, "2026-11-26T03:00:00Z")
        .with("state", json!("failed"))
        .with("provider_error", json!("charge disputed"));
    let note = |refund: &Refund| {
        let plan = refund.allowed("escalate").plan.unwrap();
        plan.sets["escalation_note"].as_str().unwrap().to_owned()
    };
    let lapsed = note(&failed);
    let said = "The provider refused it (charge disputed). The rule as written gives";
    assert!(lapsed.contains(said), "{lapsed}");
    assert!(!lapsed.contains("delay was ours"), "{lapsed}");
    // Where the request counts the rule is no hindrance, and the money still does not move.
    let mut of_request = failed;
    of_request
        .settings
        .insert("refund_clock".into(), json!("requested_at"));
    let note = note(&of_request);
    let said = "The provider refused it (charge disputed). Please decide how the money goes back.";
    assert!(note.ends_with(said), "{note}");
}

/// A request that lapsed with us, as it stands at Product, whose ticket says this.
fn at_product(ticket: Value, booked: &str) -> Records {
    let records = Records::new();
    business(&records, "biz-7", json!({}));
    charge(
        &records,
        "charge-7",
        json!({"charge_id": "ch_7", "status": booked}),
    );
    let fields = json!({"business": "biz-7", "charge_id": "ch_7"});
    placement(&records, "placement-7", "active", fields);
    let lapsed = Refund::new(BOUGHT, LATER).with("state", json!("escalated"));
    records.add("refund", "r", Value::Object(lapsed.body));
    let of_it = json!({"complaint_number": null, "refund_number": "R-1042"});
    dog_world::ticket(&records, "tk", with(of_it, ticket));
    records
}

#[test]
fn x_42_and_d_20_what_is_with_product_stays_in_sight_until_they_have_answered() {
    let no = json!({"answer": "The placement ran for eight days."});
    let said = |records: &Records, action: &str| {
        records.refused(("refund", "r"), (action, no.clone()), &["operator"], LATER)
    };
    let open = at_product(json!({}), "succeeded");
    let shown = |records: &Records, section| records.in_section("refunds", section, LATER);
    assert_eq!(
        shown(&open, "product"),
        ["r"],
        "weeks after it was passed on"
    );
    assert_eq!(shown(&open, "decided"), Vec::<String>::new());
    assert_eq!(
        said(&open, "decline"),
        Some(by("refund.product_silent", "X-42"))
    );
    assert_eq!(
        said(&open, "settle"),
        Some(by("refund.not_returned", "X-60"))
    );
    // Its ticket is not taken back meanwhile: that would be a no of ours.
    let why = json!({"why": "Asked by mistake."});
    let withdrawn = open.refused(("ticket", "tk"), ("withdraw", why), &["operator"], LATER);
    assert_eq!(withdrawn, Some(by("ticket.refund_waits", "X-42")));

    let answered = json!({"state": "answered", "answer": "No.", "answered_at": BOUGHT});
    let refused = at_product(answered.clone(), "succeeded");
    let mail = mail(&refused, ("refund", "r"), ("decline", no.clone()), LATER);
    assert_eq!(mail.to, "kim@pawsandplay.example");
    assert!(mail.body.contains("ran for eight days."), "{}", mail.body);
    refused.carry_out(
        ("refund", "r"),
        ("decline", no.clone()),
        &["operator"],
        LATER,
    );
    assert_eq!(refused.record("refund", "r").0["state"], "denied");
    assert_eq!(shown(&refused, "decided"), ["r"]);

    // They said yes, and the money went back.
    let paid = at_product(answered, "refunded");
    assert_eq!(
        said(&paid, "decline"),
        Some(by("refund.already_refunded", "X-60"))
    );
    paid.carry_out(("refund", "r"), ("settle", json!({})), &["operator"], LATER);
    assert_eq!(paid.record("refund", "r").0["state"], "settled");
    let (slot, _) = paid.record("placement", "placement-7");
    assert_eq!(
        [&slot["state"], &slot["refund_status"], &slot["ended_at"]],
        ["ended", "refunded", LATER]
    );
}

/// What can be done about a request, asked for and seen so many hours after the purchase.
fn ways(state: &str, clock: &str, (requested, seen): (i64, i64)) -> Vec<&'static str> {
    let hours = |n| value::instant_text(at(BOUGHT) + chrono::Duration::hours(n));
    let mut refund = Refund::new(BOUGHT, &hours(seen))
        .with("state", json!(state))
        .with("requested_at", json!(hours(requested)));
    refund.settings.insert("refund_clock".into(), json!(clock));
    let mut ways = vec!["approve", "refuse", "escalate"];
    ways.retain(|action| {
        let mut refund = refund.clone();
        if *action == "refuse" {
            refund.params.insert("reason".into(), json!("too late"));
        }
        refund.decide(action).plan.is_some()
    });
    ways
}

#[test]
fn x_42_whatever_waits_has_a_way_out() {
    for state in ["requested", "failed"] {
        for clock in ["now", "requested_at"] {
            for requested in [1, 71, 72, 100] {
                for seen in [1, 71, 72, 200].into_iter().filter(|at| *at >= requested) {
                    let expected: &[&str] = match (requested < 72, clock, state) {
                        (false, ..) => &["refuse"],
                        (true, "now", _) if seen < 72 => &["approve"],
                        (true, "now", _) => &["escalate"],
                        (true, _, "requested") => &["approve"],
                        // What the provider refuses for good is not tried for ever.
                        (true, ..) => &["approve", "escalate"],
                    };
                    assert_eq!(
                        ways(state, clock, (requested, seen)),
                        expected,
                        "{state}, {clock} counts, requested after {requested} h, seen after {seen} h"
                    );
                }
            }
        }
    }
}

#[test]
fn x_43_an_approval_carries_the_end_of_the_window_as_its_not_after() {
    let refund = Refund::new(BOUGHT, "2026-11-20T06:30:00Z");
    let decision = refund.allowed("approve");
    assert_eq!(decision.not_after, Some(at("2026-11-20T06:41:00Z")));
    // The platform decides again when the line is back: the same intent is then refused.
    let mut later = refund;
    later.now = at("2026-11-20T06:41:00.001Z");
    assert_eq!(later.denied("approve"), window_passed());
    assert_eq!(
        later.decide("approve").not_after,
        Some(at("2026-11-20T06:41:00Z"))
    );
}
