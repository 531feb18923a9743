//! A-10 to A-13, A-31 to A-37, A-48 to A-52: how bad, who is called, which customers, which regions.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::format::{Severity, SeverityDef};

use crate::amarise_bodies::{NOW, ROLES, customer, eur, gateway, order, refund};
use crate::packs::AMARISE;
use crate::records::Records;

fn severity(id: &str) -> &'static SeverityDef {
    let mut all = AMARISE.incidents.severities.iter();
    all.find(|severity| severity.id == id).unwrap()
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Founder and whoever is a lead.
fn founder_and_all_leads() -> Vec<String> {
    let roles = AMARISE.people.roles.keys();
    let leads = roles.filter(|role| *role == "founder" || role.ends_with("_lead"));
    sorted(leads.cloned())
}

/// Roles of a path, each with the minutes after which it is called.
fn path(id: &str) -> Vec<(&'static str, u32)> {
    let calls = AMARISE.people.escalations[id].calls.iter();
    calls
        .map(|call| (call.role.as_str(), call.after_minutes))
        .collect()
}

#[test]
fn data_of_a_10_and_x_11_critical_is_answered_at_once_by_the_founder_and_all_leads() {
    let critical = severity("critical");
    assert_eq!(critical.rank, 0);
    assert_eq!(critical.respond_minutes, Some(0));
    assert_eq!(critical.unanswered_minutes, Some(5));
    let all = founder_and_all_leads();
    assert_eq!(all.len(), 9);
    assert_eq!(sorted(critical.tell.iter().cloned()), all);
    let called = path(critical.escalation.as_deref().unwrap());
    assert!(called.iter().all(|(_, after)| *after == 0), "{called:?}");
    assert_eq!(
        sorted(called.iter().map(|(role, _)| (*role).to_owned())),
        all
    );
    let examples = critical.examples.join("; ");
    assert!(examples.contains("system is down"), "{examples}");
    assert!(examples.contains("payments fail"), "{examples}");
}

#[test]
fn data_of_a_10_a_gateway_that_is_down_is_red_and_one_that_falters_is_not() {
    for (state, red, yellow) in [("working", 0, 0), ("degraded", 0, 1), ("down", 1, 0)] {
        let records = Records::of(&AMARISE);
        records.add("gateway", "g", gateway(state));
        let down = records.states("gateway_down", NOW);
        assert_eq!(down, vec![Firing; red], "{state}");
        assert_eq!(
            records.states("gateway_degraded", NOW).len(),
            yellow,
            "{state}"
        );
    }
    assert_eq!(AMARISE.alerts["gateway_down"].def.severity, Severity::Red);
    assert_eq!(
        AMARISE.alerts["gateway_down"].def.playbook.as_deref(),
        Some("incident")
    );
}

#[test]
fn data_of_a_11_high_is_answered_in_fifteen_minutes_by_the_regional_lead() {
    let high = severity("high");
    assert_eq!((high.rank, high.respond_minutes), (1, Some(15)));
    assert_eq!(high.tell, ["regional_lead"]);
    assert_eq!(
        path(high.escalation.as_deref().unwrap()),
        [("regional_lead", 0)]
    );
    assert!(high.examples.join("; ").contains("major feature"));
}

#[test]
fn data_of_a_12_medium_is_answered_in_an_hour_by_the_team_lead() {
    let medium = severity("medium");
    assert_eq!((medium.rank, medium.respond_minutes), (2, Some(60)));
    assert_eq!(medium.tell, ["team_lead"]);
    assert_eq!(
        path(medium.escalation.as_deref().unwrap()),
        [("team_lead", 0)]
    );
    assert!(medium.examples.join("; ").contains("minor feature"));
}

#[test]
fn data_of_a_13_low_is_answered_in_four_hours_and_calls_nobody() {
    let low = severity("low");
    assert_eq!((low.rank, low.respond_minutes), (3, Some(4 * 60)));
    assert_eq!(low.tell, [""; 0]);
    assert_eq!(low.escalation, None);
    assert_eq!(AMARISE.incidents.severities.len(), 4);
}

/// First and second of a path; the second only when the first did not answer. Both are reached by
/// what the tenant has to say, and by nothing made up.
fn calls_first_and_second(id: &str, row: &str, first: &str, second: &str) {
    let escalation = &AMARISE.people.escalations[id];
    assert_eq!(escalation.row, row);
    let calls = path(id);
    let roles: Vec<_> = calls.iter().map(|(role, _)| *role).collect();
    assert_eq!(roles, [first, second], "{id}");
    assert_eq!(calls[0].1, 0, "{id}");
    assert!(calls[1].1 > 0, "{id}");
    for role in roles {
        let contacts = AMARISE.people.contacts.values();
        let of: Vec<_> = contacts
            .filter(|contact| contact.role.as_deref() == Some(role))
            .collect();
        assert!(!of.is_empty(), "{role}");
        for contact in of {
            assert_eq!(contact.at, None, "{role}");
            let setting = contact.setting.as_deref().unwrap();
            assert!(AMARISE.settings[setting].needed, "{setting}");
        }
    }
}

#[test]
fn a_48_payment_goes_to_the_finance_lead_and_then_to_the_founder() {
    calls_first_and_second("payment", "A-48", "finance_lead", "founder");
}

#[test]
fn a_49_technical_goes_to_the_tech_lead_and_then_to_the_founder() {
    calls_first_and_second("technical", "A-49", "tech_lead", "founder");
}

#[test]
fn a_50_customer_goes_to_the_cs_lead_and_then_to_the_regional_lead() {
    calls_first_and_second("customer", "A-50", "cs_lead", "regional_lead");
    let contacts = AMARISE.people.contacts.values();
    let regional = contacts.filter(|contact| contact.role.as_deref() == Some("regional_lead"));
    assert_eq!(regional.count(), 4, "one for each region");
}

#[test]
fn a_51_legal_goes_to_legal_counsel_and_then_to_the_founder() {
    calls_first_and_second("legal", "A-51", "legal_counsel", "founder");
}

#[test]
fn a_52_press_and_crisis_go_to_the_marketing_lead_and_then_to_the_founder() {
    calls_first_and_second("pr_crisis", "A-52", "marketing_lead", "founder");
}

/// The three flags of a customer (high value, frequent returns, chargeback risk) and the advice.
fn flags(fields: Value) -> ([bool; 3], String) {
    let records = Records::of(&AMARISE);
    records.add("customer", "c", customer("C-1", fields));
    let (_, computed) = records.record("customer", "c");
    let flag = |name: &str| computed[name].as_bool().unwrap();
    let all = [
        flag("high_value"),
        flag("frequent_returns"),
        flag("chargeback_risk"),
    ];
    (all, computed["advice"].as_str().unwrap().to_owned())
}

/// What is told of the customer to whoever pays a refund.
fn told_at_a_refund(fields: Value) -> String {
    let records = Records::of(&AMARISE);
    records.add("customer", "c-1", customer("C-1", fields));
    records.add("order", "o-1", order("A-1", json!({})));
    records.add("refund", "r", refund("R-1", json!({})));
    let decision = records.decide(("refund", "r"), ("pay", json!({})), ROLES, NOW);
    let mut rows = decision.rows.into_iter();
    rows.find(|row| row.id == "A-33").unwrap().found
}

#[test]
fn a_31_more_than_five_thousand_euro_in_all_is_high_value_and_gets_priority_support() {
    for (minor, high) in [
        (499_999, false),
        (500_000, false),
        (500_001, true),
        (9_000_000, true),
    ] {
        let (all, advice) = flags(json!({"lifetime": eur(minor)}));
        assert_eq!(all, [high, false, false], "{minor}");
        assert_eq!(
            advice.contains("priority support"),
            high,
            "{minor}: {advice}"
        );
    }
    assert_eq!(AMARISE.view("priority_support").unwrap().def.row, "A-31");
}

#[test]
fn a_32_and_x_10_more_than_thirty_percent_of_at_least_three_orders_is_frequent() {
    for (orders, returned, frequent) in [
        (10, 2, false),
        (10, 3, false),
        (10, 4, true),
        (100, 30, false),
        (100, 31, true),
        // Too few to say anything.
        (1, 1, false),
        (2, 2, false),
        (3, 1, true),
        (3, 0, false),
        (0, 0, false),
    ] {
        let (all, advice) = flags(json!({"orders": orders, "returned": returned}));
        assert_eq!(all, [false, frequent, false], "{returned} of {orders}");
        assert_eq!(
            advice.contains("review orders"),
            frequent,
            "{returned} of {orders}"
        );
        let told = told_at_a_refund(json!({"orders": orders, "returned": returned}));
        assert_eq!(
            told.contains("frequent returns, review orders (A-32)"),
            frequent,
            "{returned} of {orders}: {told}"
        );
    }
}

#[test]
fn a_33_any_earlier_dispute_is_a_risk_and_reviewed_by_hand() {
    for (disputes, risk) in [(0, false), (1, true), (7, true)] {
        let (all, advice) = flags(json!({"disputes": disputes}));
        assert_eq!(all, [false, false, risk], "{disputes}");
        assert_eq!(advice.contains("manual review"), risk, "{disputes}");
        let told = told_at_a_refund(json!({"disputes": disputes}));
        assert_eq!(
            told.contains("chargeback risk, review by hand (A-33)"),
            risk,
            "{disputes}: {told}"
        );
        // Whoever pays sees it; it decides nothing by itself.
        assert_eq!(told.contains("no chargeback risk"), !risk, "{told}");
    }
    let (all, advice) = flags(json!({"disputes": 1, "returned": 5, "lifetime": eur(600_000)}));
    assert_eq!(all, [true, true, true]);
    assert_eq!(advice, "manual review; review orders; priority support");
}

/// Currency of a region, and its rules in words.
fn region(id: &str, row: &str) -> (&'static str, String) {
    let region = &AMARISE.regions[id];
    assert_eq!(region.row, row);
    (
        region.currency.as_str(),
        format!("{}. {}", region.tax, region.notes.join(" ")),
    )
}

#[test]
fn a_34_the_eu_pays_in_euro_with_vat_in_the_price_under_a_strict_gdpr() {
    let (currency, rules) = region("eu", "A-34");
    assert_eq!(currency, "EUR");
    assert!(rules.contains("VAT is part of the price"), "{rules}");
    assert!(
        rules.contains("GDPR") && rules.contains("strict"),
        "{rules}"
    );
    assert_eq!(AMARISE.regions["eu"].disputed, None);
    let ids: Vec<_> = AMARISE.regions.keys().map(String::as_str).collect();
    assert_eq!(ids, ["eu", "uae", "uk", "us"]);
}

#[test]
fn a_35_the_uk_pays_in_pounds_with_vat_in_the_price_and_duties_since_brexit() {
    let (currency, rules) = region("uk", "A-35");
    assert_eq!(currency, "GBP");
    assert!(rules.contains("VAT is part of the price"), "{rules}");
    assert!(
        rules.contains("Duties") && rules.contains("Brexit"),
        "{rules}"
    );
}

#[test]
fn a_36_the_us_pay_in_dollars_with_tax_at_checkout_by_state() {
    let (currency, rules) = region("us", "A-36");
    assert_eq!(currency, "USD");
    assert!(rules.contains("at checkout"), "{rules}");
    assert!(rules.contains("state"), "{rules}");
    assert!(!rules.contains("VAT"), "{rules}");
}

#[test]
fn a_37_and_x_05_what_is_said_of_tax_in_the_uae_is_shown_as_disputed() {
    let (currency, rules) = region("uae", "A-37");
    assert_eq!(currency, "AED");
    assert!(rules.contains("No VAT"), "{rules}");
    assert!(rules.contains("customs declaration"), "{rules}");
    assert_eq!(AMARISE.regions["uae"].disputed.as_deref(), Some("X-05"));
    assert!(rules.contains("Finance has to confirm"), "{rules}");
    let disputed: Vec<_> = AMARISE
        .regions
        .values()
        .filter(|r| r.disputed.is_some())
        .collect();
    assert_eq!(disputed.len(), 1);
    let in_force = AMARISE.settings_in_force(&serde_json::Map::new());
    assert_eq!(in_force["uae_tax_confirmed"], json!(false));
}
