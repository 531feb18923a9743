//! the numbers, each from records that are counted by hand.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::{Firing, Pending};
use watchkeeper_pack::format::{Severity, Tone};

use crate::amarise_bodies::{NOW, eur, order, refund, return_case, shop_day, stock, ticket};
use crate::packs::AMARISE;
use crate::records::Records;

const MIDNIGHT: &str = "2026-11-20T00:00:00.000Z";

fn parts(reading: &watchkeeper_model::metric::Reading) -> Vec<(&str, f64)> {
    reading
        .parts
        .iter()
        .map(|(n, v)| (n.as_str(), *v))
        .collect()
}

#[test]
fn a_02_orders_of_a_day_stand_beside_their_average_of_seven() {
    let records = Records::of(&AMARISE);
    let place = |id: &str, at: &str, region: &str| {
        records.add(
            "order",
            id,
            order(id, json!({"placed_at": at, "region": region})),
        );
    };
    for n in 0..3 {
        place(&format!("eu{n}"), "2026-11-19T01:00:00.000Z", "eu");
    }
    place("us", "2026-11-20T00:00:00.000Z", "us");
    // A millisecond too old for the day, and ten more within the week.
    place("old", "2026-11-19T00:59:59.999Z", "eu");
    for n in 0..9 {
        place(&format!("week{n}"), "2026-11-15T12:00:00.000Z", "uk");
    }
    place("gone", "2026-11-13T00:59:59.999Z", "uk");
    for day in 13..20 {
        for region in ["eu", "uk"] {
            let at = format!("2026-11-{day}T22:59:59.000Z");
            records.add(
                "shop_day",
                &format!("{region}{day}"),
                shop_day(region, &at, json!({})),
            );
        }
    }
    records.add(
        "shop_day",
        "now",
        shop_day("eu", MIDNIGHT, json!({"current": true})),
    );
    let day = records.metric("orders_day", NOW);
    assert_eq!(day.value, Some(4.0));
    assert_eq!(parts(&day), [("eu", 3.0), ("us", 1.0)]);
    let average = records.metric("orders_average", NOW);
    assert_eq!(
        (average.value, average.of),
        (Some(2.0), Some(7.0)),
        "14 in 7 days"
    );
}

#[test]
fn a_02_and_x_94_an_unusual_volume_is_told_only_once_the_tenant_said_what_that_is() {
    let found = |orders: i64, said: Value| {
        let records = Records::of(&AMARISE).setting("order_deviation_percent", said);
        let day = json!({"current": true, "orders": orders, "orders_average": 100.0});
        records.add("shop_day", "d", shop_day("eu", MIDNIGHT, day));
        records.states("order_volume_off", NOW)
    };
    for orders in [0, 100, 1000] {
        assert!(!found(orders, Value::Null).contains(&Firing), "{orders}");
    }
    for (orders, fires) in [(79, 1), (80, 0), (100, 0), (120, 0), (121, 1)] {
        assert_eq!(found(orders, json!(20)).len(), fires, "{orders}");
    }
}

#[test]
fn a_03_conversion_below_at_and_above_two_and_a_half_percent() {
    assert_eq!(
        AMARISE.alerts["conversion_low"].def.severity,
        Severity::Yellow
    );
    for (eu, uk, tone, alerts) in [
        (10, 14, Tone::Amber, vec![Pending]),
        (10, 15, Tone::Amber, vec![Pending]),
        (10, 16, Tone::Green, vec![]),
        (0, 40, Tone::Green, vec![]),
    ] {
        let records = Records::of(&AMARISE);
        let day = |orders: i64| json!({"visits": 500, "orders": orders});
        records.add("shop_day", "eu", shop_day("eu", MIDNIGHT, day(eu)));
        records.add("shop_day", "uk", shop_day("uk", MIDNIGHT, day(uk)));
        let old = shop_day(
            "eu",
            "2026-11-19T00:59:59.999Z",
            json!({"visits": 9, "orders": 9}),
        );
        records.add("shop_day", "old", old);
        let conversion = records.metric("conversion", NOW);
        let orders = i32::try_from(eu + uk).unwrap();
        assert_eq!(conversion.value, Some(f64::from(orders) / 1000.0));
        assert_eq!(
            (conversion.of, conversion.tone),
            (Some(1000.0), tone),
            "{orders}"
        );
        assert_eq!(records.states("conversion_low", NOW), alerts, "{orders}");
    }
    let nothing = Records::of(&AMARISE).metric("conversion", NOW);
    assert_eq!((nothing.value, nothing.tone), (None, Tone::Neutral));
}

#[test]
fn a_04_abandonment_below_at_and_above_seventy_percent() {
    assert_eq!(
        AMARISE.alerts["abandonment_high"].def.severity,
        Severity::Yellow
    );
    for (abandoned, tone, alerts) in [
        (69, Tone::Green, vec![]),
        (70, Tone::Amber, vec![Pending]),
        (71, Tone::Amber, vec![Pending]),
    ] {
        let records = Records::of(&AMARISE);
        let day = json!({"carts": 100, "abandoned": abandoned});
        records.add("shop_day", "eu", shop_day("eu", MIDNIGHT, day));
        let share = records.metric("abandonment", NOW);
        assert_eq!(share.value, Some(f64::from(abandoned) / 100.0));
        assert_eq!(share.tone, tone, "{abandoned}");
        assert_eq!(
            records.states("abandonment_high", NOW),
            alerts,
            "{abandoned}"
        );
    }
}

#[test]
fn a_05_and_x_01_low_stock_is_critical_and_low_together() {
    for (units, counts) in [
        (0, true),
        (4, true),
        (5, true),
        (9, true),
        (10, true),
        (11, false),
        (51, false),
    ] {
        let records = Records::of(&AMARISE);
        records.add("stock", "s", stock("SKU-1", units, json!({"region": "uk"})));
        records.add("stock", "ended", stock("SKU-2", 0, json!({"sold": false})));
        records.add("stock", "plenty", stock("SKU-3", 100, json!({})));
        let low = records.metric("low_stock", NOW);
        let (value, tone) = if counts {
            (1.0, Tone::Amber)
        } else {
            (0.0, Tone::Green)
        };
        assert_eq!((low.value, low.tone), (Some(value), tone), "{units}");
        assert_eq!(parts(&low).contains(&("uk", 1.0)), counts, "{units}");
    }
}

fn part(report: &str, id: &str) -> (Vec<String>, Option<String>) {
    let found = AMARISE.reports[report]
        .def
        .parts
        .iter()
        .find(|part| part.id == id);
    let found = found.unwrap();
    (found.metrics.clone(), found.view.clone())
}

fn value(records: &Records, report: &str, id: &str) -> Vec<Option<f64>> {
    let metrics = part(report, id).0;
    metrics
        .iter()
        .map(|metric| records.metric(metric, NOW).value)
        .collect()
}

#[test]
fn a_45_the_daily_report_has_four_parts_with_the_right_figures() {
    let ids: Vec<_> = AMARISE.reports["daily"]
        .def
        .parts
        .iter()
        .map(|part| part.id.as_str())
        .collect();
    assert_eq!(ids, ["orders", "revenue", "inventory", "tickets"]);
    let records = Records::of(&AMARISE);
    for (id, region) in [("a", "eu"), ("b", "eu"), ("c", "uae")] {
        records.add("order", id, order(id, json!({"region": region})));
    }
    for (region, revenue) in [("eu", 90_000), ("us", 30_000)] {
        let day = json!({"revenue": eur(revenue), "revenue_target": eur(80_000)});
        records.add("shop_day", region, shop_day(region, MIDNIGHT, day));
    }
    for (id, units) in [("a", 2), ("b", 7), ("c", 8), ("d", 40)] {
        records.add("stock", id, stock(id, units, json!({})));
    }
    records.add("ticket", "a", ticket("a", json!({})));
    records.add("ticket", "b", ticket("b", json!({"state": "closed"})));
    let old = "2026-11-01T00:00:00.000Z";
    records.add(
        "ticket",
        "c",
        ticket("c", json!({"state": "escalated", "opened_at": old})),
    );

    assert_eq!(
        parts(&records.metric("orders_day", NOW)),
        [("eu", 2.0), ("uae", 1.0)]
    );
    assert_eq!(value(&records, "daily", "orders")[0], Some(3.0));
    // 1200.00 euro of 1600.00.
    assert_eq!(
        value(&records, "daily", "revenue"),
        [Some(120_000.0), Some(0.75)]
    );
    assert_eq!(
        value(&records, "daily", "inventory"),
        [Some(1.0), Some(3.0)]
    );
    assert_eq!(value(&records, "daily", "tickets"), [Some(2.0), Some(2.0)]);
    assert_eq!(
        part("daily", "orders").1.as_deref(),
        Some("orders_by_region")
    );
}

/// A region without a target would make the others look better than they are.
#[test]
fn a_45_and_x_94_revenue_without_a_target_is_not_compared_with_one() {
    let records = Records::of(&AMARISE);
    let told = json!({"revenue": eur(90_000), "revenue_target": eur(100_000)});
    records.add("shop_day", "eu", shop_day("eu", MIDNIGHT, told));
    records.add(
        "shop_day",
        "uk",
        shop_day("uk", MIDNIGHT, json!({"revenue": eur(50_000)})),
    );
    assert_eq!(records.metric("revenue_day", NOW).value, Some(140_000.0));
    assert_eq!(records.metric("revenue_of_target", NOW).value, Some(0.9));
    let none = Records::of(&AMARISE);
    none.add(
        "shop_day",
        "uk",
        shop_day("uk", MIDNIGHT, json!({"revenue": eur(50_000)})),
    );
    assert_eq!(none.metric("revenue_of_target", NOW).value, None);
}

#[test]
fn a_46_the_weekly_report_has_four_parts_with_the_right_figures() {
    let ids: Vec<_> = AMARISE.reports["weekly"]
        .def
        .parts
        .iter()
        .map(|part| part.id.as_str())
        .collect();
    assert_eq!(ids, ["funnel", "products", "returns", "team"]);
    let records = Records::of(&AMARISE);
    let day =
        json!({"visits": 1000, "orders": 30, "carts": 200, "abandoned": 120, "checkouts": 80});
    records.add("shop_day", "now", shop_day("eu", MIDNIGHT, day));
    let earlier = json!({"carts": 300, "checkouts": 70});
    records.add(
        "shop_day",
        "then",
        shop_day("eu", "2026-11-15T00:00:00.000Z", earlier),
    );
    for n in 0..20 {
        let id = format!("o{n}");
        let at = json!({"placed_at": "2026-11-16T12:00:00.000Z"});
        records.add("order", &id, order(&id, at));
    }
    for n in 0..3 {
        let id = format!("r{n}");
        records.add("return_case", &id, return_case(&id, json!({})));
        let paid = json!({"state": "refunded", "refunded_at": "2026-11-18T00:00:00.000Z"});
        records.add("refund", &id, refund(&id, paid));
    }
    let old = json!({"state": "refunded", "refunded_at": "2026-11-13T00:59:59.999Z"});
    records.add("refund", "old", refund("old", old));
    for (id, area) in [("a", "refunds"), ("b", "refunds"), ("c", "prices")] {
        let body =
            json!({"who": "op-1", "what": "Looked", "area": area, "region": "eu", "at": MIDNIGHT});
        records.add("activity", id, body);
    }
    let funnel = value(&records, "weekly", "funnel");
    assert_eq!(funnel, [Some(0.03), Some(0.6), Some(150.0 / 500.0)]);
    assert_eq!(
        value(&records, "weekly", "returns"),
        [Some(3.0 / 20.0), Some(3.0)]
    );
    assert_eq!(value(&records, "weekly", "team"), [Some(3.0)]);
    assert_eq!(
        parts(&records.metric("team_actions", NOW)),
        [("refunds", 2.0), ("prices", 1.0)]
    );
    let week = json!({
        "product": "p-1", "sku": "SKU-1", "week_begins": "2026-11-09T00:00:00.000Z", "units": 40,
        "revenue": eur(400_000), "returned": 5,
    });
    records.add("product_week", "w", week);
    assert_eq!(
        records.record("product_week", "w").1["return_rate"],
        json!(0.125)
    );
    assert_eq!(
        part("weekly", "products").1.as_deref(),
        Some("product_performance")
    );
}

#[test]
fn figures_of_the_monthly_report_are_sums_of_the_month_in_paris() {
    let ids: Vec<_> = AMARISE.reports["monthly"]
        .def
        .parts
        .iter()
        .map(|part| part.id.as_str())
        .collect();
    assert_eq!(ids, ["finance", "tax", "cohorts", "turnover"]);
    let records = Records::of(&AMARISE);
    for (id, at, revenue) in [
        ("first", "2026-10-31T23:00:00.000Z", 100),
        ("before", "2026-10-31T22:59:59.999Z", 7000),
        ("now", MIDNIGHT, 20),
    ] {
        records.add(
            "shop_day",
            id,
            shop_day("eu", at, json!({"revenue": eur(revenue)})),
        );
    }
    assert_eq!(value(&records, "monthly", "finance"), [Some(120.0)]);
    for (region, sold, average, latest) in [
        ("eu", 300, 900, true),
        ("us", 100, 700, true),
        ("uk", 9, 1, false),
    ] {
        let month = json!({
            "region": region, "month": "2026-10-01", "latest": latest, "units_sold": sold,
            "units_average": average,
        });
        records.add("stock_month", region, month);
    }
    assert_eq!(value(&records, "monthly", "turnover"), [Some(0.25)]);
    assert_eq!(
        records.record("stock_month", "uk").1["turnover"],
        json!(9.0)
    );
    let cohort = json!({
        "month": "2026-01-01", "region": "eu", "customers": 80, "came_back": 20,
        "revenue": eur(1_000_000),
    });
    records.add("cohort", "c", cohort);
    assert_eq!(
        records.record("cohort", "c").1["came_back_share"],
        json!(0.25)
    );
    assert_eq!(part("monthly", "tax").1.as_deref(), Some("tax_by_country"));
}
