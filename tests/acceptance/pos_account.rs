//! P-10, P-12, P-20: an account from its trial to the deletion of its data, each step under a clock.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::{KeepDef, Tone};

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

#[test]
fn p_10_and_x_35_each_mail_belongs_to_its_day_of_fourteen() {
    let records = trial(json!({}));
    for (action, code, before, first, last, after) in [
        (
            "send_day7",
            "trial.not_day7",
            "08T09:59:59.999",
            "08T10:00:00.000",
            "13T09:59:59.999",
            "13T10:00:00.000",
        ),
        (
            "send_day12",
            "trial.not_day12",
            "13T09:59:59.999",
            "13T10:00:00.000",
            "14T09:59:59.999",
            "14T10:00:00.000",
        ),
        (
            "send_day13",
            "trial.not_day13",
            "14T09:59:59.999",
            "14T10:00:00.000",
            "15T09:59:59.999",
            "15T10:00:00.000",
        ),
    ] {
        let said = |day: &str| refused(&records, action, &format!("2026-11-{day}Z"));
        assert_eq!(said(before), by(code, "X-35"), "{action}");
        assert_eq!(said(first), None, "{action}");
        assert_eq!(said(last), None, "{action}");
        assert_eq!(said(after), by(code, "X-35"), "{action}");
    }
}

#[test]
fn p_10_each_mail_is_sent_once() {
    for (action, field, now) in [
        ("send_day7", "day7_sent_at", "2026-11-08T12:00:00.000Z"),
        ("send_day12", "day12_sent_at", "2026-11-13T12:00:00.000Z"),
        ("send_day13", "day13_sent_at", "2026-11-14T12:00:00.000Z"),
    ] {
        let records = trial(json!({field: "2026-11-08T11:00:00.000Z"}));
        assert_eq!(
            refused(&records, action, now),
            by("trial.mail_sent", "P-10"),
            "{action}"
        );
    }
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
fn p_10_the_three_mails_word_for_word() {
    let records = trial(json!({}));
    let day7 = mail(
        &records,
        ORG,
        ("send_day7", json!({})),
        "2026-11-08T10:00:00.000Z",
    );
    assert_eq!(day7.to, "ada@bean.example");
    assert_eq!(
        day7.body.trim_end(),
        "Hello Ada,\n\nyour free trial of 14 days is half over; it runs until 15 November 2026. So far you have\n\n\
         - added 12 products\n- completed 34 sales\n- invited 2 team members\n\n\
         Reply to this mail if something is unclear, or have a look at our guide: https://pos.example/docs\n\n\
         Kind regards\nYour POS team"
    );
    for now in ["2026-11-13T10:00:00.000Z", "2026-11-14T09:59:59.999Z"] {
        let day12 = mail(&records, ORG, ("send_day12", json!({})), now);
        assert_eq!(day12.subject, "2 days left of your trial", "{now}");
        assert_eq!(
            day12.body.trim_end(),
            "Hello Ada,\n\nyour free trial ends in 2 days, on 15 November 2026.\n\n\
             With an upgrade you keep your products and sales, the access of your team, and all reports and figures. \
             You can also take your data with you.\n\nQuestions? Just reply to this mail.\n\nKind regards\nYour POS team"
        );
    }
    let day13 = mail(
        &records,
        ORG,
        ("send_day13", json!({})),
        "2026-11-14T10:00:00.000Z",
    );
    assert_eq!(
        day13.body.trim_end(),
        "Hello Ada,\n\nthis is the last day of your free trial.\n\n\
         Upgrade now, and everything goes on as it is. Otherwise your account is suspended on 15 November 2026: \
         you can read and export your data until 15 December 2026, but not work with it.\n\n\
         Kind regards\nYour POS team"
    );
}

#[test]
fn p_10_a_mail_with_a_hole_is_not_written() {
    let records = trial(json!({}));
    let mut scope = seen(&POS_SAAS, &records, ORG, "2026-11-13T10:00:00.000Z");
    scope
        .settings
        .insert("link_docs".into(), json!("https://pos.example/docs"));
    let counts = ["contact", "products", "sales", "members"];
    needs(&POS_SAAS, "trial_day7", "record", &counts, &scope);
    needs(&POS_SAAS, "trial_day7", "settings", &["link_docs"], &scope);
    needs(
        &POS_SAAS,
        "trial_day12",
        "record",
        &["contact", "trial_days_left"],
        &scope,
    );
    needs(
        &POS_SAAS,
        "trial_day13",
        "record",
        &["contact", "trial_cancel_on"],
        &scope,
    );
}

#[test]
fn p_10_after_fourteen_days_the_account_is_suspended_and_read_only() {
    let records = trial(json!({}));
    let (before, over) = ("2026-11-15T09:59:59.999Z", "2026-11-15T10:00:00.000Z");
    assert_eq!(
        refused(&records, "suspend_trial", before),
        by("trial.still_runs", "P-10")
    );
    assert_eq!(records.states("trial_over", before), []);
    assert_eq!(records.states("trial_over", over), [Firing]);
    let decision = records.decide(ORG, ("suspend_trial", json!({})), &[], over);
    let sets = decision.plan.unwrap().sets;
    assert_eq!(sets["state"], "suspended");
    assert_eq!(sets["suspended_for"], "trial_ended");
    assert_eq!(sets["suspended_at"], over);
    let at_end = clock(&POS_SAAS, &records, ORG, "trial", over);
    assert_eq!(
        (at_end.tone, at_end.due),
        (Tone::Red, crate::world::at(over))
    );
    assert_eq!(
        clock(&POS_SAAS, &records, ORG, "trial", before).tone,
        Tone::Amber
    );
    // 30 days of it: until 15 December, 10:00.
    let suspended =
        trial(json!({"state": "suspended", "suspended_at": over, "suspended_for": "trial_ended"}));
    let (_, computed) = suspended.record("organisation", "o");
    assert_eq!(computed["read_only"], true);
    assert_eq!(
        refused(&suspended, "cancel", "2026-12-15T09:59:59.999Z"),
        by("account.suspension_runs", "X-30")
    );
    assert_eq!(
        refused(&suspended, "cancel", "2026-12-15T10:00:00.000Z"),
        None
    );
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
                          "suspended_at": "2026-11-08T10:00:00.000Z"});
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
fn p_12_who_has_paid_since_is_reactivated_and_not_cancelled() {
    let over = "2026-12-01T10:00:00.000Z";
    let suspended = || {
        unpaid(
            json!({"state": "suspended", "suspended_for": "payment_failed",
                      "suspended_at": "2026-11-01T10:00:00.000Z"}),
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
fn p_20_and_x_30_data_stays_thirty_days_after_the_cancellation_ninety_for_enterprise_longer_where_agreed()
 {
    // Cancelled on 1 September, 10:00: 30 days end on 1 October, 90 on 30 November, 120 on 30 December.
    for (fields, before, over) in [
        (
            json!({"plan": "pro"}),
            "2026-10-01T09:59:59.999Z",
            "2026-10-01T10:00:00.000Z",
        ),
        (
            json!({"plan": "trial"}),
            "2026-10-01T09:59:59.999Z",
            "2026-10-01T10:00:00.000Z",
        ),
        (
            json!({"plan": "pro", "agreed_days": 120}),
            "2026-10-01T09:59:59.999Z",
            "2026-10-01T10:00:00.000Z",
        ),
        (
            json!({"plan": "enterprise"}),
            "2026-11-30T09:59:59.999Z",
            "2026-11-30T10:00:00.000Z",
        ),
        (
            json!({"plan": "enterprise", "agreed_days": 60}),
            "2026-11-30T09:59:59.999Z",
            "2026-11-30T10:00:00.000Z",
        ),
        (
            json!({"plan": "enterprise", "agreed_days": 120}),
            "2026-12-30T09:59:59.999Z",
            "2026-12-30T10:00:00.000Z",
        ),
    ] {
        let records = records();
        let body = json!({"state": "cancelled", "cancelled_at": "2026-09-01T10:00:00.000Z"});
        organisation(&records, "o", with(body, fields.clone()));
        assert_eq!(
            refused(&records, "erase", before),
            by("account.kept", "X-30"),
            "{fields}"
        );
        assert_eq!(refused(&records, "erase", over), passes(), "{fields}");
        let clocks =
            [before, over].map(|now| clock(&POS_SAAS, &records, ORG, "deletion", now).tone);
        assert_eq!(clocks, [Tone::Amber, Tone::Red], "{fields}");
        assert_eq!(
            refused(&records, "export_data", before),
            passes(),
            "export meanwhile"
        );
    }
    let classes = &POS_SAAS.retention.classes;
    assert_eq!(classes["standard"].keep, KeepDef::Days(30));
    assert_eq!(classes["enterprise"].keep, KeepDef::Days(90));
}

#[test]
fn p_20_nobody_deletes_before_and_nothing_is_exported_after() {
    let records = records();
    let cancelled = json!({"state": "cancelled", "cancelled_at": "2026-11-19T12:00:00.000Z"});
    organisation(&records, "o", cancelled);
    for role in ["support", "all_hands", "owner", "root"] {
        let said = records.refused(ORG, ("erase", json!({})), &[role], NOON);
        assert_eq!(said, by("account.kept", "X-30"), "{role}");
    }
    organisation(
        &records,
        "gone",
        json!({"state": "deleted", "deleted_at": "2026-11-01T00:00:00.000Z"}),
    );
    let gone = records.refused(
        ("organisation", "gone"),
        ("export_data", json!({})),
        &[],
        NOON,
    );
    assert_eq!(gone, Some(("action.wrong_state".into(), None)));
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
