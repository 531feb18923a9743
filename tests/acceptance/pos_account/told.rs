//! P-11, P-12: what a customer was told, of which failure, and whether it reached them.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;

use super::{ORG, refused, trial, unpaid};
use crate::packs::POS_SAAS;
use crate::pos_world::{NOON, by, mail, passes, payment, runs, with};
use crate::records::Records;

/// Overdue for a failure that is permanent.
fn permanent(fields: Value) -> Records {
    let records = unpaid(fields);
    let failure = json!({"failure": "permanent"});
    payment(&records, "p", "2026-10-30T10:00:00.000Z", failure);
    records
}

/// Suspended on 8 November, 10:00, for a payment that was missed.
fn suspended(fields: Value) -> Records {
    let body = json!({"state": "suspended", "suspended_for": "payment_failed",
                      "suspended_at": "2026-11-08T10:00:00.000Z"});
    unpaid(with(body, fields))
}

fn paid(records: Records) -> Records {
    let fields = json!({"outcome": "succeeded", "state": "succeeded"});
    payment(&records, "paid", "2026-11-19T10:00:00.000Z", fields);
    records
}

#[test]
fn p_11_a_notice_of_an_earlier_failure_is_none_of_this_one() {
    let over = "2026-12-20T10:00:00.000Z";
    // Told on 1 November, 10:00; it failed at that instant, or again a millisecond later.
    for (failed, counts) in [
        ("2026-11-01T10:00:00.000Z", true),
        ("2026-11-01T10:00:00.001Z", false),
    ] {
        let records = permanent(json!({ "payment_failed_at": failed }));
        let suspension = match counts {
            true => passes(),
            false => by("payment.days_left", "P-11"),
        };
        assert_eq!(refused(&records, "suspend_unpaid", over), suspension);
        let telling = counts.then(|| by("payment.told", "P-02")).flatten();
        assert_eq!(refused(&records, "tell_payment_failed", over), telling);
        let stands = if counts { "to_suspend" } else { "untold" };
        assert_eq!(records.in_section("lifecycle", stands, over), ["o"]);
        let suspension = runs(&POS_SAAS, &records, ORG, "suspension", over);
        assert_eq!(suspension, counts, "{failed}");
        let fires = records.states("payment_untold", over) == [Firing];
        assert_eq!(fires, !counts, "{failed}");
    }
    let again = permanent(json!({"payment_failed_at": "2026-12-19T10:00:00.000Z"}));
    let mail = mail(&again, ORG, ("tell_payment_failed", json!({})), over);
    let days = "within 7 days, by 27 December 2026";
    assert!(mail.body.contains(days), "{}", mail.body);
    again.carry_out(ORG, ("tell_payment_failed", json!({})), &[], over);
    let (_, computed) = again.record(ORG.0, ORG.1);
    assert_eq!(computed["suspend_from"], "2026-12-27T10:00:00.000Z");
}

#[test]
fn p_11_who_has_paid_or_updated_the_method_is_not_asked_to() {
    let untold = |fields: Value| permanent(with(json!({"payment_notice_at": null}), fields));
    let answered = by("payment.answered", "P-11");
    let renewed = json!({"method_updated_at": "2026-11-19T10:00:00.000Z"});
    for (records, said) in [
        (untold(json!({})), passes()),
        (paid(untold(json!({}))), answered.clone()),
        (untold(renewed), answered),
    ] {
        let fires = records.states("payment_untold", NOON) == [Firing];
        assert_eq!(fires, said.is_none());
        assert_eq!(refused(&records, "tell_payment_failed", NOON), said);
    }
}

#[test]
fn p_12_a_suspension_of_which_nobody_knows_leads_to_no_cancellation() {
    let suspend = ("suspend_unpaid", json!({}));
    let settled = unpaid(json!({})).settled(ORG, suspend, NOON, false);
    let asked = settled.get("suspension_asked_at");
    assert_eq!(asked, Some(&Value::Null), "the mail was refused");
    assert_eq!(settled.get("suspension_told_at"), None);

    let late = "2027-01-20T10:00:00.000Z";
    let records = suspended(json!({}));
    let runs = by("account.suspension_runs", "X-30");
    assert_eq!(refused(&records, "cancel", late), runs);
    assert_eq!(records.in_section("lifecycle", "to_tell", late), ["o"]);
    // The dates of the mail, and of the account, are told from when it leaves.
    let tell = ("tell_suspended", json!({}));
    let body = mail(&records, ORG, tell.clone(), NOON).body;
    assert!(body.contains("cancelled on 20 December 2026"), "{body}");
    assert!(body.contains("at least until 19 January 2027"), "{body}");
    records.carry_out(ORG, tell, &[], NOON);
    assert_eq!(records.in_section("lifecycle", "to_tell", late), [""; 0]);
    let told = by("account.told", "P-12");
    assert_eq!(refused(&records, "tell_suspended", NOON), told);
    let before = "2026-12-20T11:59:59.999Z";
    assert_eq!(refused(&records, "cancel", before), runs);
    let over = "2026-12-20T12:00:00.000Z";
    assert_eq!(refused(&records, "cancel", over), passes());
    let under_way = suspended(json!({"suspension_asked_at": NOON}));
    for action in ["tell_suspended", "told_otherwise"] {
        assert_eq!(refused(&under_way, action, NOON), told, "{action}");
    }
}

#[test]
fn p_12_a_customer_whom_no_mail_reaches_is_told_of_the_suspension_another_way() {
    let records = suspended(json!({}));
    let silent = refused(&records, "told_otherwise", NOON);
    assert_eq!(silent, Some(("params.invalid".into(), None)));
    let how = json!({"how": "Ada, by phone."});
    records.carry_out(ORG, ("told_otherwise", how), &[], NOON);
    let over = "2026-12-20T12:00:00.000Z";
    assert_eq!(refused(&records, "cancel", over), passes());
}

#[test]
fn p_12_the_mail_of_a_suspension_is_about_a_payment_that_is_still_open() {
    let ended = json!({"state": "suspended", "suspended_for": "trial_ended",
                       "suspended_at": "2026-11-15T10:00:00.000Z"});
    let renewed = json!({"method_updated_at": "2026-11-19T10:00:00.000Z"});
    let nothing_open = by("account.nothing_open", "P-11");
    for (records, said) in [
        (suspended(json!({})), passes()),
        (paid(suspended(json!({}))), nothing_open.clone()),
        (suspended(renewed), nothing_open.clone()),
        (trial(ended), nothing_open),
    ] {
        assert_eq!(refused(&records, "tell_suspended", NOON), said);
    }
}
