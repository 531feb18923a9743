//! P-10: fourteen days of trial, their three mails and their end.

use serde_json::json;
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::Tone;

use super::{ORG, refused, trial};
use crate::packs::POS_SAAS;
use crate::pos_billing::row;
use crate::pos_world::{by, clock, mail, needs, passes, seen, with};

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
fn p_10_and_p_12_whose_trial_ends_with_a_plan_is_neither_suspended_nor_cancelled() {
    let over = "2026-12-20T10:00:00.000Z";
    let ended = json!({"state": "suspended", "suspended_for": "trial_ended",
                       "suspended_at": "2026-11-15T10:00:00.000Z"});
    let customer = json!({"converted_at": "2026-11-14T10:00:00.000Z"});
    for (fields, latest, chosen) in [
        (json!({}), None, false),
        (json!({}), Some("trial"), false),
        (json!({"plan": "pro"}), None, true),
        (customer, Some("trial"), true),
        // The copy here is behind.
        (json!({}), Some("enterprise"), true),
    ] {
        let said = |code: &str, id: &str| match chosen {
            true => by(code, id),
            false => passes(),
        };
        let running = trial(fields.clone());
        let suspended = trial(with(ended.clone(), fields.clone()));
        for records in [&running, &suspended] {
            let changed = "2026-11-14T10:00:00.000Z";
            if let Some(plan) = latest {
                row(records, "latest", plan, "active", changed);
            }
        }
        let what = format!("{fields} {latest:?}");
        let refusal = refused(&running, "suspend_trial", over);
        assert_eq!(refusal, said("trial.plan_chosen", "P-03"), "{what}");
        let refusal = refused(&suspended, "cancel", over);
        assert_eq!(refusal, said("account.plan_chosen", "P-10"), "{what}");
    }
    // They are not among those to suspend, and nobody is called about them.
    for (plan, after, section, alerts) in [
        ("trial", "to_cancel", "over", vec![Firing]),
        ("pro", "to_reactivate", "chosen", vec![]),
    ] {
        let suspended = trial(with(ended.clone(), json!({ "plan": plan })));
        assert_eq!(suspended.in_section("lifecycle", after, over), ["o"]);
        let records = trial(json!({ "plan": plan }));
        assert_eq!(records.in_section("trials", section, over), ["o"], "{plan}");
        assert_eq!(records.states("trial_over", over), alerts, "{plan}");
    }
}
