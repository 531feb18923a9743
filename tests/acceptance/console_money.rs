//! H-05 to H-08: revenue against the ledger, failed payments, the mix of currencies, refunds.

use serde_json::{Value, json};
use watchkeeper_model::alert::State::Firing;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::format::{Severity, Tone};

use crate::packs::ADMIN_CONSOLE;
use crate::pos_world::{NOON, by, comes_round, good, items, map, needs, proposed, steps, ways};
use crate::records::Records;

fn usd(minor: i64) -> Value {
    json!({"minor": minor, "currency": "USD"})
}

fn revenue(records: &Records, id: &str, at: &str, minor: i64, currency: &str) {
    let body = json!({
        "entry_id": id, "at": at, "source": "sale", "customer": "c", "currency": currency,
        "gross": {"minor": minor, "currency": currency}, "gross_base": usd(minor),
    });
    records.add("revenue_entry", id, body);
}

fn intent(records: &Records, id: &str, at: &str, state: &str, steps: i64) {
    let body = json!({"intent_id": id, "at": at, "gross": usd(100), "gross_base": usd(100),
                      "customer": "c", "steps": steps, "state": state});
    records.add("payment_intent", id, body);
}

#[test]
fn data_of_h_05_the_previous_24_hours_stand_beside_the_ledger() {
    let records = Records::of(&ADMIN_CONSOLE);
    revenue(&records, "a", "2026-11-19T12:00:00.000Z", 1_000, "USD");
    revenue(&records, "b", "2026-11-20T11:59:59.999Z", 250, "EUR");
    revenue(&records, "before", "2026-11-19T11:59:59.999Z", 7_000, "USD");
    revenue(&records, "now", NOON, 9_000, "USD");
    let book = |id: &str, minor: i64| {
        let body = json!({"entry_id": id, "at": "2026-11-20T06:00:00.000Z", "amount": usd(minor), "amount_base": usd(minor)});
        records.add("ledger_entry", id, body);
    };
    book("a", 1_000);
    let gross = records.metric("gross_day", NOON);
    assert_eq!(gross.value, Some(1_250.0));
    assert_eq!(
        gross.parts,
        [("USD".to_owned(), 1_000.0), ("EUR".to_owned(), 250.0)]
    );
    let stated = gross.stated.unwrap();
    assert_eq!((stated.value, stated.differs), (Some(1_000.0), true));
    book("b", 250);
    let stated = records.metric("gross_day", NOON).stated.unwrap();
    assert_eq!((stated.value, stated.differs), (Some(1_250.0), false));
}

#[test]
fn data_of_h_05_each_day_the_steps_and_branches_of_the_review() {
    let routine = &ADMIN_CONSOLE.routines["daily_revenue"];
    assert_eq!(routine.def.row, "H-05");
    assert_eq!(
        items(&ADMIN_CONSOLE, "daily_revenue"),
        ["view", "ledger", "sample", "success", "leakage"]
    );
    comes_round(
        &ADMIN_CONSOLE,
        "daily_revenue",
        "2026-03-28T09:00:00Z",
        &["2026-03-29T09:00:00Z", "2026-03-30T09:00:00Z"],
    );
    comes_round(
        &ADMIN_CONSOLE,
        "daily_revenue",
        "2026-10-24T09:00:00Z",
        &["2026-10-25T09:00:00Z", "2026-10-26T09:00:00Z"],
    );
    assert_eq!(
        steps(&ADMIN_CONSOLE, "revenue_review"),
        ["load", "export", "compare", "equal", "wait", "differences"]
    );
    assert_eq!(
        ways(&ADMIN_CONSOLE, "revenue_review", "equal"),
        [
            ("equal", "end"),
            ("late", "wait"),
            ("differ", "differences")
        ]
    );
    let equal = |entries: i64| {
        let scope = Scope {
            answers: map(json!({"ledger_entries": entries})),
            ..Scope::default()
        };
        proposed(&ADMIN_CONSOLE, "revenue_review", "equal", &scope)
    };
    assert_eq!(equal(0), ["late"]);
    assert_eq!(equal(1), [""; 0]);
    let books = &ADMIN_CONSOLE.reconciliations["revenue_ledger"];
    assert_eq!((books.row.as_str(), books.days), ("H-05", 1));
    assert_eq!(
        (books.ours.kind.as_str(), books.theirs.kind.as_str()),
        ("revenue_entry", "ledger_entry")
    );
}

#[test]
fn x_75_the_difference_to_the_ledger_names_its_window_and_the_zone() {
    let scope = Scope {
        params: map(
            json!({"from": "2026-11-19T12:00:00.000Z", "to": NOON, "differences": "b: 2.50 is missing"}),
        ),
        settings: map(
            json!({"ledger_zone": "America/New_York", "contact_finance": "finance@example.org"}),
        ),
        ..Scope::default()
    };
    let template = &ADMIN_CONSOLE.templates["ledger_difference"];
    assert_eq!(
        template.body.render(&scope).unwrap().trim_end(),
        "Hello,\n\nfrom 19 November 2026, 12:00 to 20 November 2026, 12:00 (UTC; the ledger's zone is America/New_York) \
         our revenue and your ledger differ:\n\nb: 2.50 is missing\n\nCould you have a look?\n\nKind regards\nOperations"
    );
    needs(
        &ADMIN_CONSOLE,
        "ledger_difference",
        "params",
        &["from", "to", "differences"],
        &scope,
    );
    needs(
        &ADMIN_CONSOLE,
        "ledger_difference",
        "settings",
        &["ledger_zone"],
        &scope,
    );
}

#[test]
fn h_06_success_has_to_remain_above_98_percent_of_thirty_days() {
    assert_eq!(
        ADMIN_CONSOLE.alerts["intent_success_low"].def.severity,
        Severity::Red
    );
    for (paid, of, tone, low, on_line) in [
        (97, 100, Tone::Red, 1, 0),
        (979, 1_000, Tone::Red, 1, 0),
        (98, 100, Tone::Amber, 0, 1),
        (49, 50, Tone::Amber, 0, 1),
        (981, 1_000, Tone::Green, 0, 0),
        (99, 100, Tone::Green, 0, 0),
    ] {
        let records = Records::of(&ADMIN_CONSOLE);
        for n in 0..of {
            let state = if n < paid { "succeeded" } else { "failed" };
            intent(
                &records,
                &format!("i{n}"),
                "2026-10-21T12:00:00.000Z",
                state,
                0,
            );
        }
        intent(&records, "open", NOON, "open", 0);
        intent(&records, "old", "2026-10-21T11:59:59.999Z", "failed", 0);
        let success = records.metric("intent_success", NOON);
        assert_eq!(success.value, Some(f64::from(paid) / f64::from(of)));
        assert_eq!(success.tone, tone, "{paid} of {of}");
        let holds = ["intent_success_low", "intent_success_on_line"]
            .map(|rule| records.states(rule, NOON).len());
        assert_eq!(holds, [low, on_line], "{paid} of {of}");
    }
    for (share, passes) in [(0.979, false), (0.98, false), (0.981, true)] {
        assert_eq!(
            good(&ADMIN_CONSOLE, "daily_revenue", "success", json!(share)),
            passes,
            "{share}"
        );
    }
}

/// The sample of 20 November: so many failed payments, so many of them with a step, so many steps in
/// all.
fn finish(
    failed: usize,
    documented: usize,
    steps: usize,
    reading: &str,
) -> Option<(String, Option<String>)> {
    let records = Records::of(&ADMIN_CONSOLE).setting("sampling_reading", json!(reading));
    let (from, to) = ("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z");
    let body = json!({"code": "s", "day": "2026-11-20", "from": from, "to": to, "state": "open"});
    records.add("intent_sample", "s", body);
    for n in 0..failed {
        let has = i64::from(n < documented);
        intent(&records, &format!("i{n}"), from, "failed", has);
    }
    intent(&records, "next day", to, "failed", 1);
    for n in 0..steps {
        let body = json!({"intent": "i0", "failed_at": from, "at": NOON, "by": "op-1", "step": "asked the bank"});
        records.add("remediation", &format!("r{n}"), body);
    }
    records.refused(("intent_sample", "s"), ("finish", json!({})), &[], NOON)
}

#[test]
fn h_06_and_x_73_at_least_five_of_a_sample_or_all_where_there_are_fewer() {
    let little = by("sample.too_little", "X-73");
    for (failed, documented, steps, expected) in [
        (8, 4, 9, little.clone()),
        (8, 5, 5, None),
        (8, 6, 6, None),
        (3, 2, 7, little.clone()),
        (3, 3, 3, None),
        (0, 0, 0, None),
    ] {
        assert_eq!(
            finish(failed, documented, steps, "intents"),
            expected,
            "{failed} {documented} {steps}"
        );
    }
    // The other reading: five steps in all.
    for (steps, expected) in [(4, little), (5, None), (6, None)] {
        assert_eq!(finish(8, 1, steps, "steps"), expected, "{steps}");
    }
    assert_eq!(
        ADMIN_CONSOLE.settings["sampling_reading"].default,
        "intents"
    );
}

#[test]
fn data_of_h_06_the_steps_and_branches_of_sampling() {
    assert_eq!(
        steps(&ADMIN_CONSOLE, "intent_sampling"),
        [
            "sample", "open", "any", "document", "pattern", "cause", "finish"
        ]
    );
    assert_eq!(
        ways(&ADMIN_CONSOLE, "intent_sampling", "any"),
        [
            ("some", "document"),
            ("none", "finish"),
            ("finished", "end")
        ]
    );
    assert_eq!(
        ways(&ADMIN_CONSOLE, "intent_sampling", "pattern"),
        [("pattern", "cause"), ("single", "finish")]
    );
    let any = |sample: Value, failed: i64| {
        let scope = Scope {
            answers: map(json!({"sample": sample, "failed": failed})),
            ..Scope::default()
        };
        proposed(&ADMIN_CONSOLE, "intent_sampling", "any", &scope)
    };
    assert_eq!(any(json!("s"), 1), ["some"]);
    assert_eq!(any(json!("s"), 0), ["none"]);
    assert_eq!(any(Value::Null, 0), ["finished"]);
}

fn currency(share: i64, before: i64) -> Records {
    let records = Records::of(&ADMIN_CONSOLE);
    let body = json!({
        "currency": "EUR", "week": "2026-11-09", "at": NOON, "gross_base": usd(1_000), "share_hundredths": share,
        "before_hundredths": before, "payout_hundredths": before, "state": "new",
    });
    records.add("currency_week", "w", body);
    records
}

#[test]
fn h_07_and_x_74_a_share_that_moved_by_more_than_five_points_is_investigated() {
    let investigate = by("currency.investigate", "H-07");
    for (share, before, moved) in [
        (3_499, 3_000, false),
        (3_500, 3_000, false),
        (3_501, 3_000, true),
        (2_501, 3_000, false),
        (2_500, 3_000, false),
        (2_499, 3_000, true),
        // Half as much again, and yet two points.
        (600, 400, false),
        (501, 0, true),
    ] {
        let records = currency(share, before);
        let states = records.states("currency_shifted", NOON);
        assert_eq!(states == [Firing], moved, "{share} after {before}");
        let refused = records.refused(("currency_week", "w"), ("confirm", json!({})), &[], NOON);
        let expected = if moved { investigate.clone() } else { None };
        assert_eq!(refused, expected, "{share} after {before}");
        let finding = json!({"finding": "a large customer"});
        let written = records.refused(("currency_week", "w"), ("investigated", finding), &[], NOON);
        assert_eq!(written, None, "{share} after {before}");
    }
    // As it was last week, and not what payouts lead to expect.
    for (payout, beside) in [(2_499, true), (2_500, false), (3_500, false), (3_501, true)] {
        let records = Records::of(&ADMIN_CONSOLE);
        let body = json!({
            "currency": "EUR", "week": "2026-11-09", "at": NOON, "gross_base": usd(1_000),
            "share_hundredths": 3_000, "before_hundredths": 3_000, "payout_hundredths": payout,
            "state": "new",
        });
        records.add("currency_week", "w", body);
        let refused = records.refused(("currency_week", "w"), ("confirm", json!({})), &[], NOON);
        let expected = if beside {
            by("currency.beside_payouts", "X-74")
        } else {
            None
        };
        assert_eq!(refused, expected, "{payout}");
        let section = if beside { "shifted" } else { "new" };
        assert_eq!(records.in_section("currency_mix", section, NOON), ["w"]);
    }
    let (_, computed) = currency(3_500, 3_000).record("currency_week", "w");
    assert_eq!(
        (&computed["points"], computed["share"].as_f64()),
        (&json!(5.0), Some(35.0))
    );
    assert_eq!(computed["payout_points"].as_f64(), Some(5.0));
    comes_round(
        &ADMIN_CONSOLE,
        "weekly_currency",
        NOON,
        &["2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"],
    );
}

/// Given back of 1000.00 of revenue in 30 days.
fn refunds(minor: i64) -> Records {
    let records = Records::of(&ADMIN_CONSOLE);
    revenue(&records, "a", "2026-10-21T12:00:00.000Z", 60_000, "USD");
    revenue(&records, "b", "2026-11-20T11:00:00.000Z", 40_000, "USD");
    revenue(&records, "old", "2026-10-21T11:59:59.999Z", 90_000, "USD");
    let refund = |id: &str, at: &str, minor: i64| {
        let body = json!({"refund_id": id, "entry_id": "a", "at": at, "amount": usd(minor), "amount_base": usd(minor)});
        records.add("refund", id, body);
    };
    refund("r", "2026-11-10T00:00:00.000Z", minor);
    refund("old", "2026-10-21T11:59:59.999Z", 50_000);
    records
}

#[test]
fn h_08_and_x_76_refunds_above_eight_percent_of_thirty_days_revenue_are_reviewed_with_finance() {
    assert_eq!(
        ADMIN_CONSOLE.alerts["refund_leakage_high"]
            .def
            .playbook
            .as_deref(),
        Some("refund_leakage")
    );
    for (minor, tone, high) in [
        (7_999, Tone::Green, 0),
        (8_000, Tone::Green, 0),
        (8_001, Tone::Red, 1),
    ] {
        let records = refunds(minor);
        let leakage = records.metric("refund_leakage", NOON);
        assert_eq!(
            (leakage.value, leakage.of),
            (Some(minor as f64 / 100_000.0), Some(100_000.0))
        );
        assert_eq!(leakage.tone, tone, "{minor}");
        assert_eq!(
            records.states("refund_leakage_high", NOON).len(),
            high,
            "{minor}"
        );
    }
    for (share, passes) in [(0.079, true), (0.08, true), (0.081, false)] {
        assert_eq!(
            good(&ADMIN_CONSOLE, "daily_revenue", "leakage", json!(share)),
            passes,
            "{share}"
        );
    }
    assert_eq!(
        steps(&ADMIN_CONSOLE, "refund_leakage"),
        ["refunds", "why", "review", "invite"]
    );
    let scope = Scope {
        params: map(json!({"share": "9 %", "reasons": "late parcels", "at": NOON})),
        ..Scope::default()
    };
    let body = &ADMIN_CONSOLE.templates["review_invitation"].body;
    assert_eq!(
        body.render(&scope).unwrap().trim_end(),
        "Hello,\n\nrefunds have come to 9 % of recognised revenue, which is above the line at which we go through them together.\n\n\
         The reasons that come up most: late parcels\n\nI suggest 20 November 2026, 12:00 (UTC).\n\nKind regards\nOperations"
    );
    needs(
        &ADMIN_CONSOLE,
        "review_invitation",
        "params",
        &["share", "reasons", "at"],
        &scope,
    );
}
