//! the morning round of each region, and what to do step by step.

mod playbooks;

use serde_json::json;
use watchkeeper_pack::expr::Scope;

use crate::amarise_bodies::{NOW, ROLES, by, order};
use crate::packs::AMARISE;
use crate::records::Records;
use crate::world::{at, map};

fn next(region: &str, now: &str) -> chrono::DateTime<chrono::Utc> {
    let schedules = &AMARISE.routines["morning"].schedules;
    let found = schedules
        .iter()
        .find(|(of, _)| of.as_deref() == Some(region));
    found.unwrap().1.next_after(at(now)).unwrap()
}

#[test]
fn x_09_each_region_begins_at_its_own_nine_oclock_across_both_clock_changes() {
    for (region, now, begins) in [
        // London: forward on 29 March 2026, back on 25 October.
        ("uk", "2026-03-28T00:00:00Z", "2026-03-28T09:00:00Z"),
        ("uk", "2026-03-28T09:00:00Z", "2026-03-29T08:00:00Z"),
        ("uk", "2026-10-24T00:00:00Z", "2026-10-24T08:00:00Z"),
        ("uk", "2026-10-24T08:00:00Z", "2026-10-25T09:00:00Z"),
        // Paris, on the same days.
        ("eu", "2026-03-28T00:00:00Z", "2026-03-28T08:00:00Z"),
        ("eu", "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"),
        ("eu", "2026-10-24T00:00:00Z", "2026-10-24T07:00:00Z"),
        ("eu", "2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"),
        // New York: forward on 8 March 2026, back on 1 November.
        ("us", "2026-03-07T00:00:00Z", "2026-03-07T14:00:00Z"),
        ("us", "2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"),
        ("us", "2026-10-31T00:00:00Z", "2026-10-31T13:00:00Z"),
        ("us", "2026-10-31T13:00:00Z", "2026-11-01T14:00:00Z"),
        // Dubai has no change.
        ("uae", "2026-03-28T05:00:00Z", "2026-03-29T05:00:00Z"),
        ("uae", "2026-10-31T05:00:00Z", "2026-11-01T05:00:00Z"),
    ] {
        assert_eq!(next(region, now), at(begins), "{region} after {now}");
    }
    assert_eq!(AMARISE.routines["morning"].schedules.len(), 4);
    // The hour is the office's; until a rule can read it, it is told to those who do the round.
    let hour = &AMARISE.settings["region_day_start"];
    assert_eq!((&hour.default, hour.for_people), (&json!("09:00"), true));
}

#[test]
fn x_09_and_x_13_a_region_s_nine_oclock_is_that_of_the_zone_that_the_tenant_says_for_it() {
    let morning = &AMARISE.routines["morning"];
    let settings = map(json!({"zone_us": "America/Los_Angeles"}));
    let begins = |region: &str| {
        let mut all = morning.schedules.iter();
        let found = all.find(|(of, _)| of.as_deref() == Some(region)).unwrap();
        let zone = AMARISE.routine_zone_in(morning, (Some(region), &found.1), &settings);
        found.1.next_after_in(at("2026-03-28T00:00:00Z"), zone)
    };
    assert_eq!(begins("us"), Some(at("2026-03-28T16:00:00Z")));
    assert_eq!(begins("uk"), Some(at("2026-03-28T09:00:00Z")), "as before");
}

#[test]
fn data_of_a_01_the_round_has_five_items_each_with_its_page() {
    let morning = &AMARISE.routines["morning"];
    let pages = [
        ("orders", "/admin/orders", "orders"),
        ("inventory", "/admin/inventory", "stock_levels"),
        ("approvals", "/admin/approvals", "price_changes"),
        ("incidents", "/admin/incidents", "gateways"),
        ("handover", "/admin/team/activity", "team_activity"),
    ];
    let ids: Vec<_> = morning
        .items
        .iter()
        .map(|item| item.def.id.as_str())
        .collect();
    assert_eq!(ids, pages.map(|page| page.0));
    for (item, (id, page, view)) in morning.items.iter().zip(pages) {
        assert!(item.def.detail.as_deref().unwrap().contains(page), "{id}");
        assert_eq!(item.def.view.as_deref(), Some(view), "{id}");
        assert!(!item.def.optional, "{id}");
        assert!(AMARISE.view(view).is_some(), "{id}");
    }
}

#[test]
fn data_of_a_01_a_check_is_good_at_nothing_and_not_at_one() {
    let morning = &AMARISE.routines["morning"];
    let good = |id: &str, value: f64, incident: bool| {
        let item = morning.items.iter().find(|item| item.def.id == id).unwrap();
        let mut scope = Scope {
            controls: AMARISE.controls_in_force(&serde_json::Map::new()),
            now: Some(at(NOW)),
            ..Scope::default()
        };
        scope
            .controls
            .insert("incident_mode".to_owned(), json!(incident));
        scope.values.insert("value".to_owned(), json!(value));
        item.check.as_ref().unwrap().good.eval_bool(&scope).unwrap()
    };
    for id in ["orders", "inventory", "approvals", "incidents"] {
        assert!(good(id, 0.0, false), "{id}");
        assert!(!good(id, 1.0, false), "{id}");
    }
    assert!(!good("incidents", 0.0, true), "incident mode is on");
}

#[test]
fn x_95_who_has_an_order_under_way_is_told_of_a_pause_with_the_reason() {
    let records = Records::of(&AMARISE).control("sales_paused", json!({"eu": true}));
    records.add("order", "o", order("A-1", json!({})));
    let asked = ("tell_of_pause", json!({"reason": "a strike at the border"}));
    let plan = records
        .decide(("order", "o"), asked, ROLES, NOW)
        .plan
        .unwrap();
    let mail = plan.calls[0].mail.clone().unwrap();
    assert_eq!(mail.to, "kim@shop.example");
    assert!(mail.subject.contains("A-1"), "{}", mail.subject);
    assert!(
        mail.body.contains("a strike at the border"),
        "{}",
        mail.body
    );
    let silent = records.refused(("order", "o"), ("tell_of_pause", json!({})), ROLES, NOW);
    assert_eq!(silent, Some(("params.invalid".to_owned(), None)));
}

#[test]
fn data_of_a_55_a_pause_is_told_only_in_the_country_that_is_paused() {
    let asked = || ("tell_of_pause", json!({"reason": "a strike at the border"}));
    for (paused, region, told) in [
        (json!({"eu": true}), "eu", true),
        (json!({"eu": true}), "uk", false),
        (json!({"eu": false}), "eu", false),
        (json!({"eu": true, "uae": true}), "uae", true),
        (json!(true), "us", true),
        (json!(false), "eu", false),
        (json!({}), "eu", false),
    ] {
        let records = Records::of(&AMARISE).control("sales_paused", paused.clone());
        records.add("order", "o", order("A-1", json!({"region": region})));
        let said = records.refused(("order", "o"), asked(), ROLES, NOW);
        let wanted = if told {
            None
        } else {
            by("order.not_paused", "A-55")
        };
        assert_eq!(said, wanted, "{paused} {region}");
    }
}

#[test]
fn data_of_a_38_nobody_is_told_of_one_pause_twice_in_a_day() {
    for (told, said) in [
        ("2026-11-19T01:00:00.000Z", None),
        (
            "2026-11-19T01:00:00.001Z",
            by("order.told_of_pause", "A-38"),
        ),
        (NOW, by("order.told_of_pause", "A-38")),
    ] {
        let records = Records::of(&AMARISE).control("sales_paused", json!({"eu": true}));
        let body = order("A-1", json!({"told_of_pause_at": told}));
        records.add("order", "o", body);
        let asked = ("tell_of_pause", json!({"reason": "a strike at the border"}));
        let found = records.refused(("order", "o"), asked, ROLES, NOW);
        assert_eq!(found, said, "{told}");
    }
}

#[test]
fn x_93_reports_are_made_at_nine_in_paris_each_day_each_monday_and_each_first() {
    for (report, now, made) in [
        ("daily", "2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z"),
        ("daily", "2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"),
        ("daily", "2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"),
        ("weekly", "2026-11-20T08:00:00Z", "2026-11-23T08:00:00Z"),
        ("weekly", "2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z"),
        ("monthly", "2026-11-01T08:00:00Z", "2026-12-01T08:00:00Z"),
        ("monthly", "2026-10-01T07:00:00Z", "2026-11-01T08:00:00Z"),
    ] {
        let next = AMARISE.reports[report].schedule.next_after(at(now));
        assert_eq!(next, Some(at(made)), "{report} after {now}");
    }
}
