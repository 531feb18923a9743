//! L-01, L-02, L-14, L-23 to L-25, L-29, L-30, L-43 to L-45: lists that come round, and when.

use serde_json::{Map, Value, json};
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::OccasionDef;
use watchkeeper_pack::pack::Routine;

use crate::live_world::{NOW, show, with};
use crate::packs::LIVE_SHOPPING;
use crate::world::{at, map};

fn routine(id: &str) -> &'static Routine {
    &LIVE_SHOPPING.routines[id]
}

fn items(id: &str) -> Vec<&'static str> {
    let items = routine(id).items.iter();
    items.map(|item| item.def.id.as_str()).collect()
}

/// Each instant is followed by the next one.
fn runs(id: &str, instants: &[&str]) {
    let schedule = &routine(id).schedules[0].1;
    for pair in instants.windows(2) {
        let next = schedule.next_after(at(pair[0]));
        assert_eq!(next, Some(at(pair[1])), "{id} after {}", pair[0]);
    }
}

/// The words of an item.
fn says(id: &str, item: &str, word: &str) {
    let found = routine(id).items.iter().find(|i| i.def.id == item).unwrap();
    assert!(
        found.def.text.contains(word),
        "{id} {item}: {}",
        found.def.text
    );
}

/// What an item's own check says of an answer.
fn good(id: &str, item: &str, value: i64, settings: Value) -> bool {
    let found = routine(id).items.iter().find(|i| i.def.id == item).unwrap();
    let scope = Scope {
        values: map(json!({"value": value})),
        settings: LIVE_SHOPPING.settings_in_force(&map(settings)),
        controls: LIVE_SHOPPING.controls_in_force(&Map::new()),
        now: Some(at(NOW)),
        ..Scope::default()
    };
    let check = found.check.as_ref().unwrap();
    check.good.eval_bool(&scope) == Ok(true)
}

#[test]
fn data_of_l_01_the_morning_has_seven_items_at_nine() {
    let wanted = [
        "alerts", "orders", "shows", "disputes", "payouts", "stock", "fraud",
    ];
    assert_eq!(items("morning"), wanted);
    runs(
        "morning",
        &[
            "2026-03-06T14:00:00Z",
            "2026-03-07T14:00:00Z",
            "2026-03-08T13:00:00Z",
            "2026-03-09T13:00:00Z",
        ],
    );
    runs(
        "morning",
        &[
            "2026-10-31T13:00:00Z",
            "2026-11-01T14:00:00Z",
            "2026-11-02T14:00:00Z",
        ],
    );
    says("morning", "disputes", "24 hours");
}

#[test]
fn data_of_l_01_an_item_of_the_morning_is_good_when_nothing_is_left() {
    for item in ["alerts", "orders", "disputes", "payouts", "stock", "fraud"] {
        assert!(good("morning", item, 0, json!({})), "{item}");
        assert!(!good("morning", item, 1, json!({})), "{item}");
    }
}

#[test]
fn data_of_l_02_the_evening_has_six_items_at_six() {
    let wanted = [
        "gmv",
        "shows",
        "payouts",
        "tickets",
        "warehouse",
        "webhooks",
    ];
    assert_eq!(items("evening"), wanted);
    runs(
        "evening",
        &[
            "2026-03-07T23:00:00Z",
            "2026-03-08T22:00:00Z",
            "2026-03-09T22:00:00Z",
        ],
    );
    runs(
        "evening",
        &[
            "2026-10-31T22:00:00Z",
            "2026-11-01T23:00:00Z",
            "2026-11-02T23:00:00Z",
        ],
    );
    says("evening", "gmv", "GMV");
    says("evening", "gmv", "conversion");
    for item in ["shows", "payouts", "tickets", "warehouse", "webhooks"] {
        assert!(good("evening", item, 0, json!({})), "{item}");
        assert!(!good("evening", item, 1, json!({})), "{item}");
    }
}

#[test]
fn data_of_l_02_and_x_17_no_batch_is_made_in_the_evening() {
    let evening = routine("evening").items.iter();
    let item = evening.clone().find(|i| i.def.id == "payouts").unwrap();
    assert_eq!(item.def.playbook.as_deref(), Some("payout_fails"));
    assert!(
        evening
            .clone()
            .all(|i| i.def.playbook.as_deref() != Some("weekly_payout"))
    );
}

#[test]
fn data_of_l_14_payouts_run_on_friday_at_two_in_seven_steps() {
    let found = items("payout_friday");
    // The first is X-18's; the document's own steps follow, from the dashboard to what failed.
    assert_eq!(found[0], "tiers");
    assert_eq!(
        found[1..],
        [
            "generate", "review", "banks", "process", "monitor", "failures"
        ]
    );
    runs(
        "payout_friday",
        &[
            "2026-03-06T19:00:00Z",
            "2026-03-13T18:00:00Z",
            "2026-03-20T18:00:00Z",
        ],
    );
    runs(
        "payout_friday",
        &[
            "2026-10-30T18:00:00Z",
            "2026-11-06T19:00:00Z",
            "2026-11-13T19:00:00Z",
        ],
    );
}

#[test]
fn data_of_l_14_and_x_18_the_table_of_tiers_is_looked_at_first() {
    for (tiers, confirmed, fine) in [
        (3, json!(true), true),
        (0, json!(true), false),
        (3, json!(false), false),
        (3, Value::Null, false),
    ] {
        let settings = json!({"tier_table_confirmed": confirmed});
        assert_eq!(
            good("payout_friday", "tiers", tiers, settings.clone()),
            fine,
            "{settings}"
        );
    }
}

/// The routines of a show: when it is to be done, and for which states.
fn of_show(id: &str, field: &str, minutes: i32, states: &[&str]) {
    let OccasionDef::Record(when) = &routine(id).def.when else {
        panic!("{id} does not go by shows");
    };
    assert_eq!(
        (when.kind.as_str(), when.at.as_str(), when.minutes),
        ("show", field, minutes)
    );
    for state in ["planned", "live", "ended", "failed", "cancelled"] {
        let body = with(show("s-1", json!({})), json!({"state": state}));
        let scope = Scope {
            kind: LIVE_SHOPPING.kind("show"),
            record: map(body),
            now: Some(at(NOW)),
            ..Scope::default()
        };
        let only = routine(id).only.as_ref().unwrap();
        assert_eq!(
            only.eval_bool(&scope),
            Ok(states.contains(&state)),
            "{id} {state}"
        );
    }
}

#[test]
fn data_of_l_23_seven_items_thirty_minutes_before_a_show() {
    let wanted = [
        "creator",
        "picture",
        "pinned",
        "stock",
        "chat",
        "drops",
        "reminders",
    ];
    assert_eq!(items("pre_show"), wanted);
    of_show("pre_show", "starts_at", -30, &["planned", "live"]);
    assert_eq!(
        routine("pre_show").def.due_minutes,
        30,
        "done when it begins"
    );
}

#[test]
fn data_of_l_24_five_items_during_a_show() {
    assert_eq!(
        items("during_show"),
        ["viewers", "chat", "sales", "quality", "ready"]
    );
    of_show("during_show", "starts_at", 0, &["planned", "live"]);
}

#[test]
fn data_of_l_25_six_items_after_a_show() {
    let wanted = [
        "recording",
        "report",
        "orders",
        "creator",
        "clips",
        "replay",
    ];
    assert_eq!(items("post_show"), wanted);
    of_show("post_show", "ended_at", 0, &["ended"]);
}

#[test]
fn data_of_l_29_four_items_of_stock_in_the_morning() {
    assert_eq!(
        items("inventory_morning"),
        ["low", "points", "incoming", "update"]
    );
    runs(
        "inventory_morning",
        &["2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"],
    );
    runs(
        "inventory_morning",
        &["2026-10-31T13:00:00Z", "2026-11-01T14:00:00Z"],
    );
    for item in ["low", "points", "incoming"] {
        assert!(good("inventory_morning", item, 0, json!({})), "{item}");
        assert!(!good("inventory_morning", item, 1, json!({})), "{item}");
    }
}

#[test]
fn data_of_l_30_four_items_of_stock_in_the_evening() {
    assert_eq!(
        items("inventory_evening"),
        ["reconcile", "oversold", "forecast", "plan"]
    );
    runs(
        "inventory_evening",
        &["2026-03-07T23:00:00Z", "2026-03-08T22:00:00Z"],
    );
    runs(
        "inventory_evening",
        &["2026-10-31T22:00:00Z", "2026-11-01T23:00:00Z"],
    );
    assert!(good("inventory_evening", "oversold", 0, json!({})));
    assert!(!good("inventory_evening", "oversold", 1, json!({})));
}

#[test]
fn l_43_and_x_13_five_jobs_on_sunday_at_two_also_when_there_is_no_two() {
    let wanted = ["optimize", "logs", "backup", "currency", "reports"];
    assert_eq!(items("weekly_maintenance"), wanted);
    for (item, job) in [
        ("optimize", "db:optimize"),
        ("logs", "logs:cleanup"),
        ("logs", "90 days"),
        ("backup", "db:backup"),
        ("currency", "currency:update"),
        ("reports", "reports:weekly"),
    ] {
        says("weekly_maintenance", item, job);
    }
    // On 8 March 2026 two o'clock is skipped: it is three by the wall then.
    runs(
        "weekly_maintenance",
        &[
            "2026-03-01T07:00:00Z",
            "2026-03-08T07:00:00Z",
            "2026-03-15T06:00:00Z",
        ],
    );
    runs(
        "weekly_maintenance",
        &[
            "2026-10-25T06:00:00Z",
            "2026-11-01T07:00:00Z",
            "2026-11-08T07:00:00Z",
        ],
    );
}

#[test]
fn x_13_and_x_93_the_jobs_move_to_the_zone_that_the_tenant_says() {
    let weekly = routine("weekly_maintenance");
    let after = |said: &str, now: &str| {
        let settings = map(json!({"tenant_zone": said}));
        let (region, schedule) = &weekly.schedules[0];
        let round = (region.as_deref(), schedule);
        let zone = LIVE_SHOPPING.routine_zone_in(weekly, round, &settings);
        schedule.next_after_in(at(now), zone)
    };
    for (said, now, runs) in [
        // On 29 March 2026 there is no two o'clock in Paris, on 25 October there are two.
        (
            "Europe/Paris",
            "2026-03-22T12:00:00Z",
            "2026-03-29T01:00:00Z",
        ),
        (
            "Europe/Paris",
            "2026-10-18T12:00:00Z",
            "2026-10-25T00:00:00Z",
        ),
        ("Asia/Dubai", "2026-03-22T12:00:00Z", "2026-03-28T22:00:00Z"),
        // What is no zone is not guessed: the pack's own.
        ("Paris", "2026-03-22T12:00:00Z", "2026-03-29T06:00:00Z"),
    ] {
        assert_eq!(after(said, now), Some(at(runs)), "{said} after {now}");
    }
}

#[test]
fn l_44_five_jobs_on_the_first_saturday() {
    let wanted = ["update", "audit", "performance", "backup", "certificates"];
    assert_eq!(items("monthly_maintenance"), wanted);
    runs(
        "monthly_maintenance",
        &[
            "2026-02-07T14:00:00Z",
            "2026-03-07T14:00:00Z",
            "2026-04-04T13:00:00Z",
        ],
    );
    runs(
        "monthly_maintenance",
        &[
            "2026-10-03T13:00:00Z",
            "2026-11-07T14:00:00Z",
            "2026-12-05T14:00:00Z",
        ],
    );
}

#[test]
fn l_44_and_x_27_the_update_wants_a_green_staging_and_a_backup_first() {
    let update = &routine("monthly_maintenance").items[0].def;
    let first = update.first.join("; ");
    assert!(first.contains("staging is green"), "{first}");
    assert!(first.contains("backup is younger than 24 hours"), "{first}");
    assert!(good("monthly_maintenance", "update", 1, json!({})));
    assert!(!good("monthly_maintenance", "update", 0, json!({})));
}

#[test]
fn l_45_seven_items_on_the_last_day_of_the_quarter() {
    let wanted = [
        "keys", "privacy", "security", "indexes", "recovery", "restore", "runbooks",
    ];
    assert_eq!(items("quarterly_maintenance"), wanted);
    runs(
        "quarterly_maintenance",
        &[
            "2025-12-31T14:00:00Z",
            "2026-03-31T13:00:00Z",
            "2026-06-30T13:00:00Z",
            "2026-09-30T13:00:00Z",
            "2026-12-31T14:00:00Z",
        ],
    );
    says(
        "quarterly_maintenance",
        "restore",
        "Restore a backup as a test",
    );
}
