//! P-01, P-02, P-03, P-11: payments that fail, and organisations out of step with their subscription.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::{Firing, Pending};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Confirm, Severity, Tone};

use crate::packs::POS_SAAS;
use crate::pos_world::{
    NOON, backup, by, clock, mail, map, needs, organisation, payment, proposed, seen, steps, ways,
    with,
};
use crate::records::Records;
use crate::world::at;

const ORG: (&str, &str) = ("organisation", "o");

/// Payment failed on the 19th, and nobody was told.
fn failed(failure: &str, fields: Value) -> Records {
    let records = Records::of(&POS_SAAS);
    let body = json!({"state": "past_due", "subscription_status": "past_due",
                      "payment_failed_at": "2026-11-19T12:00:00.000Z"});
    organisation(&records, "o", with(body, fields));
    let state = if failure == "permanent" {
        "failed"
    } else {
        "retrying"
    };
    let fields = json!({"failure": failure, "state": state});
    payment(&records, "p", "2026-11-19T12:00:00.000Z", fields);
    records
}

fn refused(records: &Records, action: &str) -> Option<(String, Option<String>)> {
    records.refused(ORG, (action, json!({})), &[], NOON)
}

#[test]
fn data_of_p_01_the_steps_from_detection_to_the_root_cause() {
    let book = &POS_SAAS.playbooks["payment_failure"].def;
    assert_eq!(
        (book.row.as_str(), book.severity.as_deref()),
        ("P-01", Some("p1"))
    );
    assert_eq!(POS_SAAS.incidents.severities[1].label, "P1 · High");
    assert_eq!(
        steps(&POS_SAAS, "payment_failure"),
        [
            "errors",
            "method",
            "stripe",
            "which",
            "wait",
            "outcome",
            "tell",
            "help",
            "updated",
            "suspend",
            "verify",
            "reactivate",
            "document",
            "cause"
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "payment_failure", "which"),
        [
            ("temporary", "wait"),
            ("permanent", "tell"),
            ("settled", "verify")
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "payment_failure", "updated"),
        [("done", "verify"), ("silent", "suspend")]
    );
    assert_eq!(
        ways(&POS_SAAS, "payment_failure", "verify"),
        [
            ("active", "document"),
            ("suspended", "reactivate"),
            ("differs", "document")
        ]
    );
    let updated = |paid: i64, renewed: bool| {
        let scope = Scope {
            kind: POS_SAAS.kind("organisation"),
            record: map(json!({"method_renewed": renewed})),
            lookups: map(json!({"paid_since": paid})),
            ..Scope::default()
        };
        proposed(&POS_SAAS, "payment_failure", "updated", &scope)
    };
    assert_eq!(updated(0, false), [""; 0]);
    assert_eq!(updated(1, false), ["done"]);
    assert_eq!(updated(0, true), ["done"]);
    let step = |id: &str| &POS_SAAS.playbooks["payment_failure"].step(id).unwrap().def;
    assert_eq!(
        step("stripe").link.as_deref(),
        Some("https://status.stripe.com")
    );
    let actions = ["tell", "suspend", "reactivate", "document"]
        .map(|id| step(id).act.as_ref().unwrap().action.as_str());
    assert_eq!(
        actions,
        [
            "tell_payment_failed",
            "suspend_unpaid",
            "reactivate",
            "remark"
        ]
    );
}

#[test]
fn data_of_p_01_temporary_waits_for_the_retry_and_permanent_goes_to_the_customer() {
    let which = |failure: Value, disturbed: i64, state: &str| {
        let scope = Scope {
            kind: POS_SAAS.kind("organisation"),
            record: map(json!({"state": state})),
            answers: map(json!({"failure": failure, "stripe_disturbed": disturbed})),
            ..Scope::default()
        };
        proposed(&POS_SAAS, "payment_failure", "which", &scope)
    };
    assert_eq!(which(json!("temporary"), 0, "past_due"), ["temporary"]);
    assert_eq!(which(json!("permanent"), 0, "past_due"), ["permanent"]);
    assert_eq!(
        which(Value::Null, 1, "past_due"),
        ["temporary"],
        "Stripe itself is disturbed"
    );
    assert_eq!(which(Value::Null, 0, "active"), ["settled"]);

    let temporary = failed("temporary", json!({}));
    let retries = by("payment.retries", "P-01");
    assert_eq!(refused(&temporary, "tell_payment_failed"), retries);
    assert_eq!(temporary.states("payment_untold", NOON), []);
    let permanent = failed("permanent", json!({}));
    assert_eq!(refused(&permanent, "tell_payment_failed"), None);
    assert_eq!(permanent.states("payment_untold", NOON), [Firing]);
    let told = failed(
        "permanent",
        json!({"payment_notice_at": "2026-11-19T13:00:00.000Z"}),
    );
    assert_eq!(told.states("payment_untold", NOON), []);
}

#[test]
fn data_of_p_01_a_webhook_of_stripe_that_failed_is_seen() {
    let records = Records::of(&POS_SAAS);
    for (id, state) in [("a", "failed"), ("b", "processed"), ("c", "received")] {
        let body = json!({"event": id, "what": "invoice.payment_failed", "at": NOON, "attempts": 2, "state": state});
        records.add("webhook_delivery", id, body);
    }
    let found = records.rule("webhook_failed", NOON);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0.as_str(), found[0].1), ("a", Firing));
    // What is not sent any more is done by hand, and is red no longer.
    let by_hand = |id: &str, params: Value| {
        records.refused(("webhook_delivery", id), ("settle", params), &[], NOON)
    };
    let cause = || json!({"cause": "The plan was set by hand."});
    assert_eq!(
        by_hand("a", json!({})),
        Some(("params.invalid".into(), None))
    );
    for id in ["b", "c"] {
        let said = by_hand(id, cause());
        assert_eq!(said, Some(("action.wrong_state".into(), None)), "{id}");
    }
    records.carry_out(("webhook_delivery", "a"), ("settle", cause()), &[], NOON);
    assert_eq!(records.states("webhook_failed", NOON), []);
    let waits = records.in_section("webhook_problems", "failed", NOON);
    assert_eq!(waits, [""; 0]);
}

#[test]
fn p_02_word_for_word_with_seven_days() {
    let records = failed("permanent", json!({}));
    let mail = mail(&records, ORG, ("tell_payment_failed", json!({})), NOON);
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("ada@bean.example", "Please update your payment method")
    );
    assert_eq!(
        mail.body.trim_end(),
        "Hello Ada,\n\nthe payment for your Pro subscription did not go through, and it will not be tried again by itself.\n\n\
         Please update your payment method within 7 days, by 27 November 2026. After that we would have to suspend your account.\n\n\
         If anything gets in the way, reply to this mail and we will help.\n\nKind regards\nYour POS team"
    );
    let button = &POS_SAAS.templates["update_payment_method"].def.buttons;
    assert_eq!(
        (button.len(), button[0].label.as_str()),
        (1, "Update Payment Method")
    );
    let scope = seen(&POS_SAAS, &records, ORG, NOON);
    let names = ["contact", "pay_days", "pay_by"];
    needs(&POS_SAAS, "update_payment_method", "record", &names, &scope);
}

#[test]
fn p_11_is_the_same_text_once_and_its_seven_days_end_to_the_millisecond() {
    let records = failed("permanent", json!({}));
    let mail = mail(&records, ORG, ("tell_payment_failed", json!({})), NOON);
    assert_eq!(mail.template, "update_payment_method");
    let texts = POS_SAAS.templates.values();
    let failed_payment = texts.filter(|t| ["P-02", "P-11"].contains(&t.def.row.as_str()));
    assert_eq!(failed_payment.count(), 1);

    let asked = failed("permanent", json!({"notice_asked_at": NOON}));
    assert_eq!(
        refused(&asked, "tell_payment_failed"),
        by("payment.told", "P-02")
    );
    let told = failed("permanent", json!({"payment_notice_at": NOON}));
    assert_eq!(
        refused(&told, "tell_payment_failed"),
        by("payment.told", "P-02")
    );
    let standing = |now: &str| clock(&POS_SAAS, &told, ORG, "suspension", now);
    assert_eq!(standing(NOON).start, at(NOON));
    assert_eq!(standing(NOON).due, at("2026-11-27T12:00:00.000Z"));
    let tones = [
        "2026-11-26T11:59:59.999Z",
        "2026-11-26T12:00:00.000Z",
        "2026-11-27T11:59:59.999Z",
        "2026-11-27T12:00:00.000Z",
    ]
    .map(|now| standing(now).tone);
    assert_eq!(tones, [Tone::Green, Tone::Amber, Tone::Amber, Tone::Red]);
    let paid = failed(
        "permanent",
        json!({"payment_notice_at": NOON, "state": "active"}),
    );
    let stopped = clock(
        &POS_SAAS,
        &paid,
        ORG,
        "suspension",
        "2026-12-01T12:00:00.000Z",
    );
    assert_eq!((stopped.runs, stopped.tone), (false, Tone::Neutral));
}

pub(crate) fn row(records: &Records, id: &str, plan: &str, status: &str, changed: &str) {
    let body = json!({
        "row_id": id, "organisation": "o", "plan": plan, "status": status,
        "monthly": {"minor": 4900, "currency": "USD"}, "started_at": "2026-01-05T09:00:00.000Z",
        "ended_at": if id == "old" { json!(changed) } else { Value::Null }, "changed_at": changed,
    });
    records.add("subscription", id, body);
}

/// Pro and active here; Enterprise and overdue in the latest row.
fn out_of_step(fields: Value) -> Records {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", fields);
    row(
        &records,
        "latest",
        "enterprise",
        "past_due",
        "2026-11-20T08:00:00.000Z",
    );
    row(&records, "old", "pro", "active", "2026-11-19T08:00:00.000Z");
    records
}

#[test]
fn data_of_p_03_the_steps_and_branches_of_a_failed_synchronisation() {
    let book = &POS_SAAS.playbooks["sync_failure"].def;
    assert_eq!(
        (book.row.as_str(), book.severity.as_deref()),
        ("P-03", Some("p2"))
    );
    assert_eq!(POS_SAAS.incidents.severities[2].label, "P2 · Medium");
    assert_eq!(
        steps(&POS_SAAS, "sync_failure"),
        [
            "events",
            "trigger",
            "status",
            "how",
            "enable",
            "end_row",
            "difference",
            "sync",
            "verify",
            "document"
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "sync_failure", "how"),
        [
            ("trigger", "enable"),
            ("doubled", "end_row"),
            ("differs", "difference"),
            ("well", "verify")
        ]
    );
    assert_eq!(
        ways(&POS_SAAS, "sync_failure", "verify"),
        [("agrees", "document"), ("differs", "difference")]
    );
    let how = |off: i64, running: i64, latest: &str| {
        let scope = Scope {
            kind: POS_SAAS.kind("organisation"),
            record: map(json!({"plan": "pro", "subscription_status": "active"})),
            lookups: map(json!({"latest_plan": latest, "latest_status": "active"})),
            answers: map(json!({"failed_events": 0, "triggers_off": off, "running_rows": running})),
            ..Scope::default()
        };
        proposed(&POS_SAAS, "sync_failure", "how", &scope)
    };
    assert_eq!(how(1, 1, "pro"), ["trigger"]);
    assert_eq!(how(0, 2, "pro"), ["doubled"]);
    assert_eq!(how(0, 1, "enterprise"), ["differs"]);
    assert_eq!(how(0, 1, "pro"), [""; 0]);
}

#[test]
fn data_of_p_03_a_difference_a_disabled_trigger_and_a_failed_event_are_seen() {
    for rule in ["sync_differs", "sync_trigger_off", "sync_event_failed"] {
        assert_eq!(
            POS_SAAS.alerts[rule].def.severity,
            Severity::Yellow,
            "{rule}"
        );
    }
    // The trigger may be a moment behind: it waits five minutes.
    assert_eq!(
        out_of_step(json!({})).states("sync_differs", NOON),
        [Pending]
    );
    let agrees = json!({"plan": "enterprise", "subscription_status": "past_due"});
    assert_eq!(out_of_step(agrees).states("sync_differs", NOON), []);
    let records = Records::of(&POS_SAAS);
    let trigger = |state: &str| json!({"name": "sync", "checked_at": NOON, "state": state});
    records.add("sync_trigger", "t", trigger("enabled"));
    assert_eq!(records.states("sync_trigger_off", NOON), []);
    records.add("sync_trigger", "u", trigger("disabled"));
    assert_eq!(records.states("sync_trigger_off", NOON), [Firing]);
    let event = |state: &str| json!({"event": state, "organisation": "o", "what": "plan changed", "at": NOON, "state": state});
    for state in ["waiting", "applied", "settled"] {
        records.add("subscription_event", state, event(state));
    }
    assert_eq!(records.states("sync_event_failed", NOON), []);
    records.add("subscription_event", "failed", event("failed"));
    assert_eq!(records.states("sync_event_failed", NOON), [Firing]);
}

#[test]
fn x_31_one_organisation_is_synchronised_with_its_latest_row_only() {
    let records = out_of_step(json!({}));
    assert_eq!(
        refused(&records, "synchronise"),
        by("sync.not_looked", "X-31")
    );
    let look = records.decide(ORG, ("look_at_difference", json!({})), &[], NOON);
    let sets = look.plan.unwrap().sets;
    assert_eq!(
        (sets.len(), &sets["difference_seen"]),
        (1, &json!("latest"))
    );

    let other = out_of_step(json!({"difference_seen": "old"}));
    assert_eq!(
        refused(&other, "synchronise"),
        by("sync.not_looked", "X-31")
    );
    let looked = || out_of_step(json!({"difference_seen": "latest"}));
    assert_eq!(
        refused(&looked(), "synchronise"),
        by("sync.no_backup", "P-04")
    );
    // A checked backup of the last 24 hours: at 24 it counts, a moment later it does not.
    for (taken, state, fresh) in [
        ("2026-11-19T12:00:00.000Z", "verified", true),
        ("2026-11-19T11:59:59.999Z", "verified", false),
        ("2026-11-20T11:00:00.000Z", "taken", false),
        ("2026-11-20T11:00:00.000Z", "damaged", false),
    ] {
        let records = looked();
        backup(&records, "b", taken, state);
        let expected = if fresh {
            None
        } else {
            by("sync.no_backup", "P-04")
        };
        assert_eq!(
            refused(&records, "synchronise"),
            expected,
            "{taken} {state}"
        );
    }
    let records = looked();
    backup(&records, "b", "2026-11-20T11:00:00.000Z", "verified");
    let plan = records
        .decide(ORG, ("synchronise", json!({})), &[], NOON)
        .plan
        .unwrap();
    assert_eq!(plan.sets["plan"], "enterprise");
    assert_eq!(plan.sets["subscription_status"], "past_due");
    assert!(plan.sets_on.is_empty() && plan.creates.is_empty() && plan.calls.is_empty());
    let synchronise = &POS_SAAS.kinds["organisation"].actions["synchronise"].def;
    assert!(synchronise.bulk.is_none(), "one at a time");
    assert_eq!(synchronise.confirm, Confirm::Typed);

    let agrees = out_of_step(
        json!({"plan": "enterprise", "subscription_status": "past_due",
                                    "difference_seen": "latest"}),
    );
    backup(&agrees, "b", "2026-11-20T11:00:00.000Z", "verified");
    assert_eq!(
        refused(&agrees, "synchronise"),
        by("sync.no_difference", "P-03")
    );
}
