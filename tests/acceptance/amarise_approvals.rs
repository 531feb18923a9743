//! who has to agree, from where on, and what of it is urgent.

use serde_json::{Value, json};
use watchkeeper_model::RowOutcome;
use watchkeeper_model::alert::State;

use crate::amarise_bodies::{
    NOW, ROLES, by, content_change, eur, money, price_change, product, promotion,
};
use crate::packs::AMARISE;
use crate::records::Records;

type Refusal = Option<(String, Option<String>)>;

fn said(kind: &str, action: &str, body: Value) -> Refusal {
    let records = Records::of(&AMARISE);
    records.add(kind, "x", body);
    records.refused((kind, "x"), (action, json!({})), ROLES, NOW)
}

/// Rows of agreement with the role that gives it, and whether it is needed.
fn agreements(kind: &str, action: &str, body: Value) -> Vec<(String, String, bool)> {
    let records = Records::of(&AMARISE);
    records.add(kind, "x", body);
    let decision = records.decide((kind, "x"), (action, json!({})), ROLES, NOW);
    let defs = &AMARISE.kind(kind).unwrap().actions[action].def.approvals;
    let rows = &decision.rows[decision.rows.len() - defs.len()..];
    let both = defs.iter().zip(rows);
    both.map(|(def, row)| {
        assert_eq!(def.id, row.id);
        let needed = row.outcome != RowOutcome::Passed;
        (row.id.clone(), def.role.clone(), needed)
    })
    .collect()
}

fn row(id: &str, role: &str, needed: bool) -> (String, String, bool) {
    (id.to_owned(), role.to_owned(), needed)
}

#[test]
fn a_39_every_change_of_a_list_price_needs_the_finance_lead() {
    for new in [eur(1), eur(9999), eur(10_001), eur(1_000_000)] {
        let body = price_change("P-1", json!({"new_price": new}));
        assert_eq!(
            said("price_change", "apply", body),
            by("approval.needed", "A-39"),
            "{new}"
        );
    }
    let asked = agreements("price_change", "apply", price_change("P-1", json!({})));
    assert_eq!(asked[0], row("A-39", "finance_lead", true));
    for new in [eur(0), eur(-1), money(10_001, "USD")] {
        let body = price_change("P-1", json!({"new_price": new}));
        assert_eq!(
            said("price_change", "apply", body),
            by("price.no_price", "A-39"),
            "{new}"
        );
    }
}

#[test]
fn a_40_and_x_02_a_promotion_needs_the_regional_lead_strictly_above_twenty_percent() {
    for off in [0.5, 15.0, 19.99, 20.0] {
        let body = promotion("W-1", off, json!({}));
        assert_eq!(said("promotion", "start", body), None, "{off}");
    }
    for off in [20.01, 21.0, 99.0] {
        let body = promotion("W-1", off, json!({}));
        assert_eq!(
            said("promotion", "start", body),
            by("approval.needed", "A-40"),
            "{off}"
        );
    }
    let asked = agreements("promotion", "start", promotion("W-1", 25.0, json!({})));
    assert_eq!(asked, [row("A-40", "regional_lead", true)]);
    for off in [0.0, -5.0, 100.0] {
        let body = promotion("W-1", off, json!({}));
        assert_eq!(
            said("promotion", "start", body),
            by("promotion.no_discount", "A-40"),
            "{off}"
        );
    }
}

#[test]
fn x_02_what_is_both_needs_both() {
    let both = |off: Value| {
        agreements(
            "price_change",
            "apply",
            price_change("P-1", json!({"off_percent": off})),
        )
    };
    let regional = |needed: bool| row("A-40", "regional_lead", needed);
    let finance = row("A-39", "finance_lead", true);
    assert_eq!(both(Value::Null), [finance.clone(), regional(false)]);
    assert_eq!(both(json!(15.0)), [finance.clone(), regional(false)]);
    assert_eq!(both(json!(20.0)), [finance.clone(), regional(false)]);
    assert_eq!(both(json!(20.01)), [finance, regional(true)]);
}

#[test]
fn a_42_every_new_sku_needs_the_product_lead() {
    let asked = agreements("product", "launch", product("SKU-1", json!({})));
    assert_eq!(asked, [row("A-42", "product_lead", true)]);
    for price in [eur(1), eur(1_000_000)] {
        let body = product("SKU-1", json!({"planned_price": price}));
        assert_eq!(
            said("product", "launch", body),
            by("approval.needed", "A-42"),
            "{price}"
        );
    }
    // Dropping the proposal needs nobody.
    let records = Records::of(&AMARISE);
    records.add("product", "x", product("SKU-1", json!({})));
    let withdraw = ("withdraw", json!({"reason": "Not now."}));
    assert_eq!(
        records.refused(("product", "x"), withdraw, ROLES, NOW),
        None
    );
}

#[test]
fn a_43_homepage_and_cms_need_the_content_lead() {
    for place in ["homepage", "cms"] {
        let body = content_change("C-1", json!({"place": place}));
        let asked = agreements("content_change", "publish", body.clone());
        assert_eq!(asked, [row("A-43", "content_lead", true)], "{place}");
        let said = said("content_change", "publish", body);
        assert_eq!(said, by("approval.needed", "A-43"), "{place}");
    }
    let records = Records::of(&AMARISE);
    records.add("content_change", "x", content_change("C-1", json!({})));
    let cancel = ("cancel", json!({"reason": "Not now."}));
    assert_eq!(
        records.refused(("content_change", "x"), cancel, ROLES, NOW),
        None
    );
}

#[test]
fn a_freeze_stops_what_it_is_for_and_nothing_else() {
    let refused = |control: &str, kind: &str, action: &str, body: Value| {
        let records = Records::of(&AMARISE).control(control, json!(true));
        records.add(kind, "x", body);
        records.refused((kind, "x"), (action, json!({})), ROLES, NOW)
    };
    let order = || crate::amarise_bodies::order("A-1", json!({"state": "pending"}));
    let checkout = refused("freeze_checkout", "order", "confirm", order());
    assert_eq!(checkout, by("order.checkout_frozen", "A-16"));
    assert_eq!(refused("freeze_prices", "order", "confirm", order()), None);
    let prices = refused(
        "freeze_prices",
        "price_change",
        "apply",
        price_change("P", json!({})),
    );
    assert_eq!(prices, by("price.frozen", "A-18"));
    let started = refused(
        "freeze_prices",
        "promotion",
        "start",
        promotion("W", 5.0, json!({})),
    );
    assert_eq!(started, by("price.frozen", "A-18"));
    let started = refused(
        "freeze_cms",
        "promotion",
        "start",
        promotion("W", 5.0, json!({})),
    );
    assert_eq!(started, None);
    let cms = refused(
        "freeze_cms",
        "content_change",
        "publish",
        content_change("C", json!({})),
    );
    assert_eq!(cms, by("content.frozen", "A-19"));
}

/// The rule of a kind, and what is needed at which instant.
fn urgent(rule: &str, kind: &str, body: Value) -> Vec<State> {
    let records = Records::of(&AMARISE).setting("shift_hours", json!(8));
    records.add(kind, "x", body);
    records.states(rule, NOW)
}

#[test]
fn x_91_what_is_due_before_the_incoming_shift_ends_is_urgent() {
    // A shift of eight hours that begins at two in the morning, Paris.
    for (due, fires) in [
        ("2026-11-20T08:59:59.999Z", true),
        ("2026-11-20T09:00:00.000Z", false),
        ("2026-11-20T09:00:00.001Z", false),
        // Late already.
        ("2026-11-19T09:00:00.000Z", true),
    ] {
        let needed = || json!({ "needed_by": due });
        for (rule, kind, body) in [
            (
                "urgent_price_change",
                "price_change",
                price_change("P", needed()),
            ),
            (
                "urgent_content_change",
                "content_change",
                content_change("C", needed()),
            ),
            ("urgent_product", "product", product("S", needed())),
            (
                "urgent_promotion",
                "promotion",
                promotion("M", 21.0, json!({ "starts_at": due })),
            ),
        ] {
            let found = urgent(rule, kind, body);
            assert_eq!(!found.is_empty(), fires, "{rule} {due}");
        }
    }
    // Without a day there is no hurry.
    let undated = urgent(
        "urgent_price_change",
        "price_change",
        price_change("P", json!({})),
    );
    assert_eq!(undated, []);
}

#[test]
fn x_91_what_an_incident_waits_for_is_urgent_and_what_is_answered_is_not() {
    for (state, for_incident, fires) in [
        ("requested", true, 1),
        ("requested", false, 0),
        ("applied", true, 0),
        ("cancelled", true, 0),
    ] {
        let body = price_change("P", json!({"for_incident": for_incident, "state": state}));
        let found = urgent("urgent_price_change", "price_change", body);
        assert_eq!(found, vec![State::Firing; fires], "{state} {for_incident}");
    }
}

#[test]
fn x_91_how_long_a_shift_is_the_tenant_says() {
    let due = json!({"needed_by": "2026-11-20T06:00:00.000Z"});
    for (hours, fires) in [(4, 0), (5, 0), (6, 1)] {
        let records = Records::of(&AMARISE).setting("shift_hours", json!(hours));
        records.add("price_change", "x", price_change("P", due.clone()));
        let found = records.states("urgent_price_change", NOW);
        assert_eq!(found.len(), fires, "{hours}");
    }
    // Until then nobody pretends to know.
    let unsaid = |fields: Value| {
        let records = Records::of(&AMARISE);
        records.add("price_change", "x", price_change("P", fields));
        records.states("urgent_price_change", NOW)
    };
    assert!(AMARISE.settings["shift_hours"].needed);
    assert_ne!(unsaid(due), [State::Firing]);
}
