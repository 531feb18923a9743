//! P-10, P-12, P-20: an account from its trial to the deletion of its data, each step under a clock.

mod ended;
mod in_trial;
mod told;

use serde_json::{Value, json};
use watchkeeper_pack::format::Tone;

use crate::packs::POS_SAAS;
use crate::pos_world::{
    NOON, by, clock, machine, mail, needs, organisation, passes, payment, seen, with,
};
use crate::records::Records;

const ORG: (&str, &str) = ("organisation", "o");
const STATES: [&str; 6] = [
    "trial",
    "active",
    "past_due",
    "suspended",
    "cancelled",
    "deleted",
];
const LIVING: [&str; 5] = ["trial", "active", "past_due", "suspended", "cancelled"];

fn records() -> Records {
    Records::of(&POS_SAAS).setting("link_docs", json!("https://pos.example/docs"))
}

/// In trial since 1 November, 10:00: day 7 is the 8th, day 12 the 13th, day 13 the 14th, the end
/// the 15th, each at 10:00.
fn trial(fields: Value) -> Records {
    let records = records();
    let body = json!({"plan": "trial", "subscription_status": "trialing", "state": "trial",
                      "trial_started_at": "2026-11-01T10:00:00.000Z"});
    organisation(&records, "o", with(body, fields));
    records
}

/// Payment failed on 30 October; told on 1 November, 10:00.
fn unpaid(fields: Value) -> Records {
    let records = records();
    let body = json!({"state": "past_due", "subscription_status": "past_due",
                      "payment_failed_at": "2026-10-30T10:00:00.000Z",
                      "payment_notice_at": "2026-11-01T10:00:00.000Z"});
    organisation(&records, "o", with(body, fields));
    records
}

fn refused(records: &Records, action: &str, now: &str) -> Option<(String, Option<String>)> {
    records.refused(ORG, (action, json!({})), &[], now)
}

/// What is asked for and has no answer yet is asked for by nobody else, and again once it came to nothing.
#[test]
fn p_10_and_p_12_and_p_20_what_is_on_its_way_is_not_begun_a_second_time() {
    let day = "2026-11-08T12:00:00.000Z";
    let over = "2026-12-15T12:00:00.000Z";
    let cancelled = json!({"state": "cancelled", "cancelled_at": "2026-11-01T10:00:00.000Z"});
    let ended = |fields: Value| {
        let records = records();
        organisation(&records, "o", with(cancelled.clone(), fields));
        records
    };
    let once = |action: &str, field: &str, now: &str, of: &dyn Fn(Value) -> Records, said| {
        let records = of(json!({}));
        let decision = records.decide(ORG, (action, json!({})), &[], now);
        assert_eq!(decision.plan.unwrap().sets[field], now, "{action}");
        assert_eq!(refused(&of(json!({ field: now })), action, now), said);
        // Done or not, the mark goes with the answer.
        for success in [true, false] {
            let settled = records.settled(ORG, (action, json!({})), now, success);
            assert_eq!(settled[field], Value::Null, "{action} {success}");
        }
    };
    let sent = by("trial.mail_sent", "P-10");
    once("send_day7", "day7_asked_at", day, &trial, sent);
    let exported = by("account.export_under_way", "P-32");
    once("export_data", "export_asked_at", over, &ended, exported);
    let deleted = by("account.under_way", "P-32");
    once("erase", "deletion_asked_at", over, &ended, deleted);
    // Neither an export with holes nor a deletion under an export.
    let deleting = ended(json!({"deletion_asked_at": over}));
    let holes = by("account.deletion_under_way", "X-30");
    assert_eq!(refused(&deleting, "export_data", over), holes);
    let exporting = ended(json!({"export_asked_at": over}));
    let waits = by("account.under_way", "P-32");
    assert_eq!(refused(&exporting, "erase", over), waits);
}

#[test]
fn p_10_and_p_12_every_action_starts_from_its_states_and_from_no_other() {
    let body = json!({
        "code": "o", "name": "Bean & Leaf", "contact": "Ada", "email": "ada@bean.example",
        "plan": "pro", "subscription_status": "active", "joined_at": "2026-01-05T09:00:00.000Z",
        "products": 12, "sales": 34, "members": 2, "trial_started_at": "2026-11-01T10:00:00.000Z",
    });
    machine(
        &POS_SAAS,
        "organisation",
        &body,
        &STATES,
        &[
            ("send_day7", &["trial"]),
            ("send_day12", &["trial"]),
            ("send_day13", &["trial"]),
            ("suspend_trial", &["trial"]),
            ("tell_payment_failed", &["past_due"]),
            ("suspend_unpaid", &["past_due"]),
            ("tell_suspended", &["suspended"]),
            ("told_otherwise", &["suspended"]),
            ("reactivate", &["suspended"]),
            ("cancel", &["suspended"]),
            ("erase", &["cancelled"]),
            ("export_data", &LIVING),
            ("look_at_difference", &LIVING),
            ("synchronise", &LIVING),
            ("remark", &LIVING),
        ],
    );
}

#[test]
fn p_12_suspended_not_before_seven_days_from_our_mail_and_not_when_paid() {
    let records = unpaid(json!({}));
    let over = "2026-11-08T10:00:00.000Z";
    assert_eq!(
        refused(&records, "suspend_unpaid", "2026-11-08T09:59:59.999Z"),
        by("payment.days_left", "P-11")
    );
    let decision = records.decide(ORG, ("suspend_unpaid", json!({})), &[], over);
    let sets = decision.plan.unwrap().sets;
    assert_eq!(
        (&sets["state"], &sets["suspended_for"]),
        (&json!("suspended"), &json!("payment_failed"))
    );
    payment(
        &records,
        "p",
        "2026-11-02T10:00:00.000Z",
        json!({"outcome": "succeeded", "state": "succeeded"}),
    );
    assert_eq!(
        refused(&records, "suspend_unpaid", over),
        by("payment.paid", "P-01")
    );
}

#[test]
fn p_12_the_mail_names_thirty_days_and_then_thirty_more() {
    let records = unpaid(json!({}));
    let mail = mail(
        &records,
        ORG,
        ("suspend_unpaid", json!({})),
        "2026-11-08T10:00:00.000Z",
    );
    assert_eq!(
        mail.body.trim_end(),
        "Hello Ada,\n\nbecause the last payment is still open, your account is suspended. \
         You can read and export everything as before; nothing is lost.\n\n\
         To come back, update your payment method and reactivate the account.\n\n\
         Without that the account will be cancelled on 8 December 2026. From then on we keep your data for 30 more days, \
         at least until 7 January 2027, before it is deleted.\n\nKind regards\nYour POS team"
    );
    let scope = seen(&POS_SAAS, &records, ORG, NOON);
    let names = ["contact", "cancelled_on", "keep_days", "data_safe_until"];
    needs(&POS_SAAS, "account_suspended", "record", &names, &scope);
    let buttons = &POS_SAAS.templates["account_suspended"].def.buttons;
    let labels: Vec<&str> = buttons.iter().map(|button| button.label.as_str()).collect();
    assert_eq!(
        labels,
        ["Update Payment Method", "Reactivate Account", "Export Data"]
    );
}

#[test]
fn p_12_and_x_30_a_suspended_account_is_reactivated_or_after_thirty_days_cancelled() {
    let suspended = |fields: Value| {
        let body = json!({"state": "suspended", "suspended_for": "payment_failed",
                          "suspended_at": "2026-11-08T10:00:00.000Z",
                          "suspension_told_at": "2026-11-08T10:00:00.000Z"});
        unpaid(with(body, fields))
    };
    let records = suspended(json!({}));
    assert_eq!(
        refused(&records, "reactivate", NOON),
        by("account.nothing_paid", "P-12")
    );
    let before = suspended(json!({"method_updated_at": "2026-10-30T10:00:00.000Z"}));
    assert_eq!(
        refused(&before, "reactivate", NOON),
        by("account.nothing_paid", "P-12")
    );
    let updated = suspended(json!({"method_updated_at": "2026-11-19T10:00:00.000Z"}));
    let sets = updated
        .decide(ORG, ("reactivate", json!({})), &[], NOON)
        .plan
        .unwrap()
        .sets;
    assert_eq!(sets["state"], "active");
    assert_eq!(
        sets["suspended_at"],
        Value::Null,
        "the clock towards cancellation stops"
    );
    let paid = suspended(json!({}));
    payment(
        &paid,
        "p",
        "2026-11-19T10:00:00.000Z",
        json!({"outcome": "succeeded", "state": "succeeded"}),
    );
    assert_eq!(refused(&paid, "reactivate", NOON), None);

    let (before, over) = ("2026-12-08T09:59:59.999Z", "2026-12-08T10:00:00.000Z");
    assert_eq!(
        refused(&records, "cancel", before),
        by("account.suspension_runs", "X-30")
    );
    let sets = records
        .decide(ORG, ("cancel", json!({})), &[], over)
        .plan
        .unwrap()
        .sets;
    assert_eq!(
        (&sets["state"], &sets["cancelled_at"]),
        (&json!("cancelled"), &json!(over))
    );
    let clocks =
        [before, over].map(|now| clock(&POS_SAAS, &records, ORG, "cancellation", now).tone);
    assert_eq!(clocks, [Tone::Amber, Tone::Red]);
    assert_eq!(
        refused(&records, "erase", over),
        Some(("action.wrong_state".into(), None))
    );
}

#[test]
fn p_10_and_p_12_what_reactivation_needs_is_said_as_it_is_asked() {
    let at = "2026-11-16T10:00:00.000Z";
    let suspended = |why: &str, fields: Value| {
        let body = json!({"state": "suspended", "suspended_for": why,
                          "suspended_at": "2026-11-15T10:00:00.000Z"});
        let fields = with(body, fields);
        match why {
            "trial_ended" => trial(fields),
            _ => unpaid(fields),
        }
    };
    let paid = |records: Records, times: u32| {
        for n in 0..times {
            let fields = json!({"outcome": "succeeded", "state": "succeeded"});
            payment(
                &records,
                &format!("p{n}"),
                "2026-11-15T11:00:00.000Z",
                fields,
            );
        }
        records
    };
    let ended = |plan: &str| suspended("trial_ended", json!({ "plan": plan }));
    let missed = || suspended("payment_failed", json!({}));
    let no_plan = by("account.no_plan", "P-10");
    let nothing_paid = by("account.nothing_paid", "P-12");
    for (records, said, found) in [
        (ended("trial"), no_plan, "none was missed: the trial ended"),
        (ended("pro"), passes(), "none was missed: the trial ended"),
        (
            missed(),
            nothing_paid,
            "0 payments since; method not updated",
        ),
        (
            paid(missed(), 1),
            passes(),
            "1 payment since; method not updated",
        ),
        (
            paid(missed(), 2),
            passes(),
            "2 payments since; method not updated",
        ),
    ] {
        let decision = records.decide(ORG, ("reactivate", json!({})), &[], at);
        let row = decision.rows.iter().find(|row| row.id == "P-12").unwrap();
        assert_eq!(row.found, found);
        assert_eq!(refused(&records, "reactivate", at), said, "{found}");
    }
    // What ends it looks at the same payments.
    for (records, found) in [
        (ended("trial"), "none was missed"),
        (paid(missed(), 1), "1 payment since the failure"),
    ] {
        let decision = records.decide(ORG, ("cancel", json!({})), &[], at);
        let row = decision.rows.iter().find(|row| row.id == "P-12").unwrap();
        assert_eq!(row.found, found);
    }
}

#[test]
fn p_12_who_has_paid_since_is_reactivated_and_not_cancelled() {
    let over = "2026-12-01T10:00:00.000Z";
    let suspended = || {
        unpaid(
            json!({"state": "suspended", "suspended_for": "payment_failed",
                      "suspended_at": "2026-11-01T10:00:00.000Z",
                      "suspension_told_at": "2026-11-01T10:00:00.000Z"}),
        )
    };
    assert_eq!(refused(&suspended(), "cancel", over), passes());
    let paid = suspended();
    let fields = json!({"outcome": "succeeded", "state": "succeeded"});
    payment(&paid, "pay-1", "2026-11-30T10:00:00.000Z", fields);
    assert_eq!(
        refused(&paid, "cancel", over),
        by("account.paid_since", "P-12")
    );
    assert_eq!(refused(&paid, "reactivate", over), passes());
}

#[test]
fn p_02_and_p_12_who_has_updated_the_method_as_our_mail_asks_is_neither_suspended_nor_cancelled() {
    let failed = "2026-10-30T10:00:00.000Z";
    let told = "2026-11-08T10:00:00.000Z";
    let over = "2026-12-20T10:00:00.000Z";
    let suspended = |fields: Value| {
        let body = json!({"state": "suspended", "suspended_for": "payment_failed",
                          "suspended_at": told, "suspension_told_at": told});
        unpaid(with(body, fields))
    };
    // At the failure itself the method is the one that failed; a millisecond later it is a new one.
    for (updated, renewed) in [(failed, false), ("2026-10-30T10:00:00.001Z", true)] {
        let fields = json!({ "method_updated_at": updated });
        let said = |code: &str| renewed.then(|| by(code, "P-02")).flatten();
        let overdue = unpaid(fields.clone());
        let refusal = refused(&overdue, "suspend_unpaid", over);
        assert_eq!(refusal, said("payment.method_renewed"), "{updated}");
        let shown = |section: &str| overdue.in_section("lifecycle", section, over).len();
        assert_eq!(
            (shown("to_suspend"), shown("renewed")),
            (usize::from(!renewed), usize::from(renewed))
        );
        let ended = suspended(fields);
        let refusal = refused(&ended, "cancel", over);
        assert_eq!(refusal, said("account.method_renewed"), "{updated}");
        let shown = |section: &str| ended.in_section("lifecycle", section, over).len();
        assert_eq!(
            (shown("to_cancel"), shown("to_reactivate")),
            (usize::from(!renewed), usize::from(renewed))
        );
        assert_eq!(refused(&ended, "reactivate", over).is_none(), renewed);
    }
    // A failure after it is one of the new method.
    let again = json!({"payment_failed_at": "2026-11-10T10:00:00.000Z",
                       "payment_notice_at": "2026-11-10T11:00:00.000Z",
                       "method_updated_at": "2026-11-09T10:00:00.000Z"});
    assert_eq!(refused(&unpaid(again), "suspend_unpaid", over), passes());
}

#[test]
fn x_37_both_suspensions_are_one_state_that_is_read_and_exported_and_says_its_reason() {
    let trial_over = (
        trial(json!({})),
        "suspend_trial",
        "2026-11-15T10:00:00.000Z",
    );
    let days_over = (
        unpaid(json!({})),
        "suspend_unpaid",
        "2026-11-08T10:00:00.000Z",
    );
    for ((before, action, now), reason) in
        [(trial_over, "trial_ended"), (days_over, "payment_failed")]
    {
        let plan = before.decide(ORG, (action, json!({})), &[], now).plan;
        let sets = plan.unwrap().sets;
        assert_eq!(sets["state"], "suspended", "{reason}");
        assert_eq!(sets["suspended_for"], reason);
        let records = records();
        organisation(&records, "o", Value::Object(sets));
        assert_eq!(records.record("organisation", "o").1["read_only"], true);
        assert_eq!(refused(&records, "export_data", NOON), passes(), "{reason}");
    }
    for state in ["trial", "active", "past_due", "cancelled"] {
        let records = records();
        organisation(&records, "o", json!({ "state": state }));
        let (_, computed) = records.record("organisation", "o");
        assert_eq!(computed["read_only"], false, "{state}");
    }
}
