//! the four levels of stock, below, at and above each of their lines.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::{Severity, Tone};

use crate::amarise_bodies::{NOW, ROLES, by, product, stock};
use crate::packs::AMARISE;
use crate::records::Records;

fn level(units: i64) -> (String, String) {
    let records = Records::of(&AMARISE);
    records.add("stock", "s", stock("SKU-1", units, json!({})));
    let (_, computed) = records.record("stock", "s");
    let text = |name: &str| computed[name].as_str().unwrap().to_owned();
    (text("level"), text("todo"))
}

fn fires(units: i64) -> (usize, usize) {
    let records = Records::of(&AMARISE);
    records.add("stock", "s", stock("SKU-1", units, json!({})));
    let count = |rule: &str| {
        let states = records.states(rule, NOW);
        assert!(
            states.iter().all(|state| *state == Firing),
            "{rule} {units}"
        );
        states.len()
    };
    (count("stock_critical"), count("stock_low"))
}

#[test]
fn a_23_fewer_than_five_units_are_critical_and_reordered_at_once() {
    assert_eq!(AMARISE.alerts["stock_critical"].def.severity, Severity::Red);
    for units in [0, 1, 4] {
        assert_eq!(level(units).0, "critical", "{units}");
        assert_eq!(fires(units), (1, 0), "{units}");
    }
    assert!(level(4).1.contains("reorder at once"));
    assert_eq!(fires(5).0, 0);
    for (units, value, tone) in [(4, 1.0, Tone::Red), (5, 0.0, Tone::Green)] {
        let records = Records::of(&AMARISE);
        records.add("stock", "s", stock("SKU-1", units, json!({})));
        let critical = records.metric("critical_stock", NOW);
        assert_eq!(
            (critical.value, critical.tone),
            (Some(value), tone),
            "{units}"
        );
    }
}

#[test]
fn a_24_five_to_ten_units_are_low_and_a_reorder_is_planned() {
    assert_eq!(AMARISE.alerts["stock_low"].def.severity, Severity::Yellow);
    for units in [5, 9, 10] {
        assert_eq!(level(units).0, "low", "{units}");
        assert_eq!(fires(units), (0, 1), "{units}");
    }
    assert!(level(10).1.contains("plan a reorder"));
    assert_eq!((fires(4).1, fires(11).1), (0, 0));
}

#[test]
fn a_25_eleven_to_fifty_units_are_normal_and_watched() {
    for units in [11, 12, 49, 50] {
        assert_eq!(
            level(units),
            ("normal".to_owned(), "watch".to_owned()),
            "{units}"
        );
        assert_eq!(fires(units), (0, 0), "{units}");
    }
    assert_ne!(level(10).0, "normal");
    assert_ne!(level(51).0, "normal");
}

#[test]
fn a_26_more_than_fifty_units_are_high_and_demand_is_reviewed() {
    for units in [51, 1000] {
        assert_eq!(
            level(units),
            ("high".to_owned(), "review demand".to_owned()),
            "{units}"
        );
        assert_eq!(fires(units), (0, 0), "{units}");
    }
    assert_ne!(level(50).0, "high");
}

#[test]
fn what_is_on_its_way_or_not_sold_needs_no_reorder() {
    for (to, state, fires) in [
        ("eu", "ordered", 0),
        ("eu", "arrived", 1),
        ("uk", "ordered", 1),
    ] {
        let records = Records::of(&AMARISE);
        records.add("stock", "s", stock("SKU-1", 3, json!({})));
        let coming = json!({
            "sku": "SKU-1", "sort": "restock", "to_region": to, "units": 20,
            "urgency": "immediate", "asked_by": "op-1", "asked_at": "2026-11-20T00:00:00.000Z", "state": state,
        });
        records.add("stock_move", "m", coming);
        assert_eq!(
            records.states("stock_critical", NOW).len(),
            fires,
            "{to} {state}"
        );
    }
    let records = Records::of(&AMARISE);
    records.add("stock", "s", stock("SKU-1", 3, json!({"sold": false})));
    assert_eq!(records.states("stock_critical", NOW), []);
}

/// The inventory system says with its next count what is sold; until then the product itself does.
#[test]
fn a_27_what_has_left_the_catalogue_is_not_ordered_and_alerts_nobody_before_the_next_count() {
    let out = by("stock.nothing_to_order", "A-27");
    for (state, ends) in [
        ("active", false),
        ("archived", true),
        ("discontinued", true),
        ("withdrawn", true),
    ] {
        let said = |rule: &str, units: i64| {
            let records = Records::of(&AMARISE).setting("reorder_point", json!(20));
            records.add("product", "p-1", product("SKU-1", json!({"state": state})));
            // Another one is nothing to it.
            let other = product("SKU-2", json!({"state": "discontinued"}));
            records.add("product", "p-2", other);
            records.add("stock", "s", stock("SKU-1", units, json!({})));
            let fires = records.states(rule, NOW).len();
            let order = ("restock", json!({"units": 1, "urgency": "immediate"}));
            let order = records.refused(("stock", "s"), order, ROLES, NOW);
            (fires, order)
        };
        let expected = match ends {
            true => (0, out.clone()),
            false => (1, None),
        };
        assert_eq!(said("stock_critical", 3), expected, "{state}");
        assert_eq!(said("stock_low", 8), expected, "{state}");
        assert_eq!(said("reorder_point_reached", 15), expected, "{state}");
    }
}

#[test]
fn a_23_and_a_27_units_that_will_not_come_keep_no_alert_down() {
    let records = Records::of(&AMARISE);
    records.add("stock", "s", stock("SKU-1", 3, json!({})));
    let order = json!({"units": 20, "urgency": "immediate"});
    records.carry_out(("stock", "s"), ("restock", order), ROLES, NOW);
    assert_eq!(records.states("stock_critical", NOW), []);
    let coming = ("stock_move", "restock-0");
    let silent = records.refused(coming, ("not_come", json!({})), ROLES, NOW);
    assert_eq!(silent, Some(("params.invalid".to_owned(), None)));
    let reason = || json!({"reason": "The maker has none."});
    records.carry_out(coming, ("not_come", reason()), ROLES, NOW);
    assert_eq!(records.states("stock_critical", NOW), [Firing]);
    let (body, _) = records.record(coming.0, coming.1);
    let said = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    assert_eq!(said("state"), "cancelled");
    assert_eq!(said("end_reason"), "The maker has none.");
    assert_eq!(said("arrived_at"), Value::Null);
    let again = records.refused(coming, ("not_come", reason()), ROLES, NOW);
    assert_eq!(again, Some(("action.wrong_state".to_owned(), None)));
}
