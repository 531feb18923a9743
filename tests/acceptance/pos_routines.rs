//! P-28, P-29, P-30: what is looked at each day, week and month. The document names neither hour nor
//! zone: 09:00 in UTC, so that no clock change moves it.

use serde_json::json;

use crate::packs::POS_SAAS;
use crate::pos_world::{comes_round, good, items};
use crate::world::at;

fn row(routine: &str) -> &'static str {
    POS_SAAS.routines[routine].def.row.as_str()
}

#[test]
fn data_of_p_28_four_items_each_day() {
    assert_eq!(row("daily"), "P-28");
    assert_eq!(
        items(&POS_SAAS, "daily"),
        ["errors", "payments", "webhooks", "tickets"]
    );
    assert_eq!(
        POS_SAAS.routines["daily"].items[0].def.metric.as_deref(),
        Some("error_rate")
    );
    for item in ["payments", "webhooks", "tickets"] {
        assert!(good(&POS_SAAS, "daily", item, json!(0)), "{item}");
        assert!(!good(&POS_SAAS, "daily", item, json!(1)), "{item}");
    }
    // Over the last Sundays of March and October, and the American ones.
    for days in [
        ["03-28", "03-29", "03-30"],
        ["10-24", "10-25", "10-26"],
        ["03-07", "03-08", "03-09"],
        ["10-31", "11-01", "11-02"],
    ] {
        let instants = days.map(|day| format!("2026-{day}T09:00:00Z"));
        let [first, second, third] = instants.each_ref().map(String::as_str);
        comes_round(&POS_SAAS, "daily", first, &[second, third]);
    }
    comes_round(
        &POS_SAAS,
        "daily",
        "2026-11-20T08:59:59.999Z",
        &["2026-11-20T09:00:00Z"],
    );
}

#[test]
fn data_of_p_29_four_items_each_monday() {
    assert_eq!(row("weekly"), "P-29");
    assert_eq!(
        items(&POS_SAAS, "weekly"),
        ["revenue", "features", "feedback", "performance"]
    );
    assert!(good(&POS_SAAS, "weekly", "feedback", json!(0)));
    assert!(!good(&POS_SAAS, "weekly", "feedback", json!(1)));
    comes_round(
        &POS_SAAS,
        "weekly",
        "2026-11-20T12:00:00Z",
        &["2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"],
    );
    comes_round(
        &POS_SAAS,
        "weekly",
        "2026-03-23T09:00:00Z",
        &["2026-03-30T09:00:00Z", "2026-04-06T09:00:00Z"],
    );
    comes_round(
        &POS_SAAS,
        "weekly",
        "2026-10-19T09:00:00Z",
        &["2026-10-26T09:00:00Z", "2026-11-02T09:00:00Z"],
    );
    let report = &POS_SAAS.reports["week_numbers"];
    let first = &report.def.parts[0].metrics;
    assert_eq!(first, &["mrr", "churn"]);
    assert_eq!(
        report.schedule.next_after(at("2026-11-20T12:00:00Z")),
        Some(at("2026-11-23T09:00:00Z"))
    );
}

#[test]
fn data_of_p_30_four_items_each_first_of_the_month() {
    assert_eq!(row("monthly"), "P-30");
    assert_eq!(
        items(&POS_SAAS, "monthly"),
        ["report", "health", "security", "backups"]
    );
    assert!(good(&POS_SAAS, "monthly", "backups", json!(1)));
    assert!(!good(&POS_SAAS, "monthly", "backups", json!(0)));
    comes_round(
        &POS_SAAS,
        "monthly",
        "2026-03-01T09:00:00Z",
        &["2026-04-01T09:00:00Z", "2026-05-01T09:00:00Z"],
    );
    comes_round(
        &POS_SAAS,
        "monthly",
        "2026-10-01T09:00:00Z",
        &["2026-11-01T09:00:00Z", "2026-12-01T09:00:00Z"],
    );
    let report = &POS_SAAS.reports["business_month"];
    let metrics: Vec<&str> = report
        .def
        .parts
        .iter()
        .flat_map(|part| &part.metrics)
        .map(String::as_str)
        .collect();
    for id in [
        "mrr",
        "churn",
        "arpu",
        "customers_by_plan",
        "trial_conversion",
    ] {
        assert!(metrics.contains(&id), "{id}");
    }
    assert_eq!(
        report.schedule.next_after(at("2026-11-20T12:00:00Z")),
        Some(at("2026-12-01T09:00:00Z"))
    );
}
