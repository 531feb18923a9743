//! P-20: how long the data of a cancelled account stays, and what cannot be done before and after.

use serde_json::json;
use watchkeeper_model::alert::State::Pending;
use watchkeeper_pack::format::{KeepDef, Tone};

use super::{ORG, records, refused};
use crate::packs::POS_SAAS;
use crate::pos_billing::row;
use crate::pos_world::{NOON, backup, by, clock, organisation, passes, with};

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
fn x_30_nothing_is_deleted_by_a_plan_that_the_latest_subscription_row_does_not_have() {
    // Cancelled on 1 October: 30 days are over at noon of 20 November, 90 are not.
    let cancelled = |plan: &str, fields| {
        let records = records();
        let body = json!({"state": "cancelled", "subscription_status": "cancelled", "plan": plan,
                          "cancelled_at": "2026-10-01T10:00:00.000Z"});
        organisation(&records, "o", with(body, fields));
        records
    };
    let differs = by("account.plan_differs", "P-03");
    for (latest, said, alerts) in [
        (None, passes(), vec![]),
        (Some("pro"), passes(), vec![]),
        // It may be a moment behind, so the alert waits.
        (Some("enterprise"), differs, vec![Pending]),
    ] {
        let records = cancelled("pro", json!({}));
        if let Some(plan) = latest {
            row(
                &records,
                "latest",
                plan,
                "cancelled",
                "2026-10-01T10:00:00.000Z",
            );
        }
        assert_eq!(refused(&records, "erase", NOON), said, "{latest:?}");
        assert_eq!(records.states("sync_differs", NOON), alerts, "{latest:?}");
    }
    // Once they agree the longer time counts, and the shorter one does not come back.
    let agreed = json!({"agreed_days": 120});
    for (here, there, fields, kept) in [
        ("pro", "enterprise", json!({}), "2026-12-30T10:00:00.000Z"),
        ("enterprise", "pro", json!({}), "2026-12-30T10:00:00.000Z"),
        ("enterprise", "pro", agreed, "2027-01-29T10:00:00.000Z"),
    ] {
        let records = cancelled(here, with(fields, json!({"difference_seen": "latest"})));
        row(
            &records,
            "latest",
            there,
            "cancelled",
            "2026-10-01T10:00:00.000Z",
        );
        backup(&records, "b", "2026-11-20T11:00:00.000Z", "verified");
        records.carry_out(ORG, ("synchronise", json!({})), &[], NOON);
        let (body, computed) = records.record(ORG.0, ORG.1);
        assert_eq!(
            (&body["plan"], &computed["delete_from"]),
            (&json!(there), &json!(kept))
        );
        assert_eq!(refused(&records, "erase", NOON), by("account.kept", "X-30"));
        assert_eq!(refused(&records, "erase", kept), passes());
    }
}

#[test]
fn x_30_what_holds_at_the_cancellation_is_kept_whatever_the_plan_becomes() {
    let over = "2026-12-08T10:00:00.000Z";
    for (plan, kept) in [
        ("pro", "2027-01-07T10:00:00.000Z"),
        ("enterprise", "2027-03-08T10:00:00.000Z"),
    ] {
        let records = records();
        let told = "2026-11-08T10:00:00.000Z";
        let body = json!({"state": "suspended", "suspended_for": "payment_failed", "plan": plan,
                          "suspended_at": told, "suspension_told_at": told});
        organisation(&records, "o", body);
        let plan = records.decide(ORG, ("cancel", json!({})), &[], over).plan;
        let mut sets = plan.unwrap().sets;
        assert_eq!(sets["keep_until"], kept);
        // Billing brings another plan afterwards.
        sets.insert("plan".into(), json!("pro"));
        let records = super::records();
        organisation(&records, "o", sets.into());
        let (_, computed) = records.record(ORG.0, ORG.1);
        assert_eq!(computed["delete_from"], kept);
    }
}
