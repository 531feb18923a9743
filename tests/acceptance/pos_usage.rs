//! P-13, P-14, P-31: what is used of a plan, and the inventory of the texts.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use watchkeeper_pack::expr::Scope;

use crate::packs::POS_SAAS;
use crate::pos_world::{NOON, by, mail, map, needs, organisation, seen, with};
use crate::records::Records;

const USAGE: (&str, &str) = ("usage", "u");

fn used(used: i64, limit: i64, fields: Value) -> Records {
    let records = Records::of(&POS_SAAS);
    organisation(&records, "o", json!({}));
    let plan = json!({"name": "Pro", "monthly": {"minor": 4900, "currency": "USD"},
                      "benefit_1": "Unlimited reports", "benefit_2": "Team roles", "benefit_3": "Priority support"});
    records.add("plan", "pro", plan);
    let body = json!({
        "organisation": "o", "plan": "trial", "feature": "reports", "month": "2026-11-01", "at": NOON,
        "used": used, "monthly_limit": limit, "resets_at": "2026-12-01T00:00:00.000Z", "next_plan": "pro",
    });
    records.add("usage", "u", with(body, fields));
    records
}

fn refused(records: &Records, action: &str, now: &str) -> Option<(String, Option<String>)> {
    records.refused(USAGE, (action, json!({})), &[], now)
}

#[test]
fn p_13_at_the_limit_and_not_below() {
    for (count, expected) in [(99, by("usage.not_full", "P-13")), (100, None), (101, None)] {
        let records = used(count, 100, json!({}));
        assert_eq!(refused(&records, "tell_full", NOON), expected, "{count}");
    }
    let unlimited = used(1000, 100, json!({"monthly_limit": null}));
    assert_eq!(
        refused(&unlimited, "tell_full", NOON),
        by("usage.not_full", "P-13")
    );
    for told in ["limit_told_at", "limit_asked_at"] {
        let told = used(100, 100, json!({ told: NOON }));
        assert_eq!(refused(&told, "tell_full", NOON), by("usage.told", "P-31"));
    }
}

#[test]
fn p_13_word_for_word_with_the_plan_and_three_benefits() {
    let records = used(100, 100, json!({}));
    let mail = mail(&records, USAGE, ("tell_full", json!({})), NOON);
    assert_eq!(mail.subject, "More reports with Pro");
    assert_eq!(
        mail.body.trim_end(),
        "Hello Ada,\n\nyour plan includes 100 reports a month, and you have used them all.\n\n\
         With Pro you get\n\n- Unlimited reports\n- Team roles\n- Priority support\n\nKind regards\nYour POS team"
    );
    let whole = json!({"name": "Pro", "benefit_1": "a", "benefit_2": "b", "benefit_3": "c"});
    let scope = |plan: Value| {
        let mut scope = seen(&POS_SAAS, &records, USAGE, NOON);
        scope.refs = map(json!({"organisation": {"contact": "Ada"}, "next_plan": plan}));
        scope
    };
    needs(
        &POS_SAAS,
        "feature_limit",
        "refs",
        &["organisation", "next_plan"],
        &scope(whole.clone()),
    );
    needs(
        &POS_SAAS,
        "feature_limit",
        "record",
        &["feature"],
        &scope(whole.clone()),
    );
    for hole in ["name", "benefit_1", "benefit_2", "benefit_3"] {
        let mut plan = whole.clone();
        plan.as_object_mut().unwrap().remove(hole);
        let body = &POS_SAAS.templates["feature_limit"].body;
        assert!(body.render(&scope(plan)).is_err(), "{hole}");
    }
}

#[test]
fn p_14_from_eighty_percent_of_the_month_and_below_the_limit() {
    let not_near = by("usage.not_near", "P-14");
    for (count, limit, expected) in [
        (79, 100, not_near.clone()),
        (80, 100, None),
        (81, 100, None),
        (99, 100, None),
        (100, 100, not_near.clone()),
        (3, 5, not_near.clone()),
        (4, 5, None),
        (5_593, 6_992, not_near),
        (5_594, 6_992, None),
    ] {
        let records = used(count, limit, json!({}));
        assert_eq!(
            refused(&records, "tell_near", NOON),
            expected,
            "{count} of {limit}"
        );
    }
    for told in ["warned_at", "warning_asked_at"] {
        let told = used(80, 100, json!({ told: NOON }));
        assert_eq!(refused(&told, "tell_near", NOON), by("usage.told", "P-31"));
    }
}

#[test]
fn p_14_word_for_word_and_the_count_begins_anew_next_month() {
    let records = used(80, 100, json!({}));
    let mail = mail(&records, USAGE, ("tell_near", json!({})), NOON);
    assert_eq!(mail.subject, "80 % of your reports is used");
    assert_eq!(
        mail.body.trim_end(),
        "Hello Ada,\n\nthis month you have used 80 of 100 reports, which is 80 %.\n\n\
         With Pro you can use more of it. Or stay with your plan: counting begins anew on 1 December 2026.\n\n\
         Kind regards\nYour POS team"
    );
    assert_eq!(
        refused(&records, "tell_near", "2026-12-01T00:00:00.000Z"),
        None
    );
    let lapsed = refused(&records, "tell_near", "2026-12-01T00:00:00.001Z");
    assert_eq!(lapsed, Some(("operation.lapsed".into(), None)));
    let mut scope = seen(&POS_SAAS, &records, USAGE, NOON);
    scope.refs = map(json!({"organisation": {"contact": "Ada"}, "next_plan": {"name": "Pro"}}));
    needs(
        &POS_SAAS,
        "usage_threshold",
        "record",
        &["used", "feature", "resets_at"],
        &scope,
    );
    needs(
        &POS_SAAS,
        "usage_threshold",
        "refs",
        &["organisation", "next_plan"],
        &scope,
    );
}

#[test]
fn p_13_and_p_14_what_was_not_told_in_its_month_waits_no_longer() {
    for (count, section, action) in [(100, "full", "tell_full"), (80, "near", "tell_near")] {
        let records = used(count, 100, json!({}));
        for (now, waits) in [
            (NOON, true),
            ("2026-12-01T00:00:00.000Z", true),
            ("2026-12-01T00:00:00.001Z", false),
        ] {
            let shown = records.in_section("usage_mails", section, now);
            assert_eq!(shown == ["u"], waits, "{section} {now}");
            // Exactly as long as something can be done about it.
            let told = refused(&records, action, now);
            assert_eq!(told.is_none(), waits, "{section} {now}: {told:?}");
        }
    }
}

#[test]
fn p_31_nine_distinct_texts_with_seven_buttons_and_none_is_written_with_a_hole() {
    // Ten occurrences: P-02 and P-11 quote the same one.
    let rows = [
        "P-02", "P-05", "P-08", "P-10", "P-11", "P-12", "P-13", "P-14",
    ];
    let all = POS_SAAS.templates.values();
    let quoted: Vec<_> = all.filter(|t| rows.contains(&t.def.row.as_str())).collect();
    assert_eq!(quoted.len(), 9);
    let subjects: BTreeSet<&str> = quoted.iter().map(|t| t.def.subject.as_str()).collect();
    let bodies: BTreeSet<&str> = quoted.iter().map(|t| t.def.body.as_str()).collect();
    assert_eq!((subjects.len(), bodies.len()), (9, 9));
    for template in &quoted {
        let empty = Scope::default();
        assert!(template.body.render(&empty).is_err(), "{}", template.def.id);
        assert!(template.to.is_some(), "{}", template.def.id);
    }
    let buttons = || POS_SAAS.templates.values().flat_map(|t| &t.def.buttons);
    let labels: BTreeSet<&str> = buttons().map(|b| b.label.as_str()).collect();
    let wanted = BTreeSet::from([
        "Update Payment Method",
        "Reactivate Account",
        "Export Data",
        "Upgrade Now",
        "View Plans",
        "Continue Trial",
        "Upgrade to Pro",
    ]);
    assert_eq!(labels, wanted);
    for button in buttons() {
        assert!(
            POS_SAAS.settings[&button.setting].needed,
            "{}",
            button.setting
        );
    }
}
