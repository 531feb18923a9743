//! P-20: how long the data of a cancelled account stays, and what cannot be done before and after.

use serde_json::json;
use watchkeeper_pack::format::{KeepDef, Tone};

use super::{ORG, records, refused};
use crate::packs::POS_SAAS;
use crate::pos_world::{NOON, by, clock, organisation, passes, with};

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
