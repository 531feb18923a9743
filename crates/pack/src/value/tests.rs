#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture;

fn ticket() -> Map<String, Value> {
    let body = json!({
        "number": "T-1", "shop": "s1", "price": {"minor": 2200, "currency": "AUD"},
        "bought_at": "2026-11-17T06:41:00.000Z", "state": "open"
    });
    body.as_object().unwrap().clone()
}

fn with(name: &str, value: Value) -> Result<Map<String, Value>, FieldFault> {
    let pack = fixture::pack();
    let mut body = ticket();
    body.insert(name.to_owned(), value);
    normalise(pack.kind("ticket").unwrap(), body.clone())
}

#[test]
fn canonical_values_pass_unchanged() {
    let pack = fixture::pack();
    assert_eq!(
        normalise(pack.kind("ticket").unwrap(), ticket()),
        Ok(ticket())
    );
}

#[test]
fn instants_become_canonical() {
    for text in [
        "2026-11-17T17:41:00+11:00",
        "2026-11-17T06:41:00Z",
        "2026-11-17T06:41:00.0004Z",
    ] {
        let body = with("bought_at", json!(text)).unwrap();
        assert_eq!(body["bought_at"], "2026-11-17T06:41:00.000Z", "{text}");
    }
    for bad in [
        json!("2026-11-17"),
        json!("yesterday"),
        json!(1_700_000_000),
        json!("2026-02-30T00:00:00Z"),
    ] {
        assert!(with("bought_at", bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn fault_23_values_of_a_wrong_type_are_refused_and_named() {
    let cases = [
        ("price", json!("12,00")),
        ("price", json!(2200)),
        ("price", json!({"minor": 22.5, "currency": "AUD"})),
        ("price", json!({"minor": 2200, "currency": "aud"})),
        (
            "price",
            json!({"minor": 2200, "currency": "AUD", "more": 1}),
        ),
        (
            "price",
            json!({"minor": 9_007_199_254_740_993_i64, "currency": "AUD"}),
        ),
        ("visits", json!(9_223_372_036_854_775_807_i64)),
        ("visits", json!(9_223_372_036_854_775_808_u64)),
        ("visits", json!(1.5)),
        ("visits", json!("1")),
        ("score", json!("NaN")),
        ("score", json!(18_446_744_073_709_551_615_u64)),
        ("paid", json!(1)),
        ("day", json!("2026-1-1")),
        ("day", json!("2026-02-29")),
        ("number", Value::Null),
        ("number", json!(["T-1"])),
        ("state", json!(1)),
        ("state", Value::Null),
        ("level", json!(3)),
    ];
    for (name, value) in cases {
        let fault = with(name, value.clone()).expect_err(&format!("{name}: {value}"));
        assert_eq!(fault.field, name);
        assert!(
            !fault.to_string().contains("12,00"),
            "the value is not told"
        );
    }
    let pack = fixture::pack();
    let mut body = ticket();
    body.remove("price");
    let fault = normalise(pack.kind("ticket").unwrap(), body.clone()).unwrap_err();
    assert_eq!(
        (fault.field.as_str(), fault.found.as_str()),
        ("price", "nothing")
    );
}

#[test]
fn whole_numbers_reach_two_to_the_53() {
    assert!(with("visits", json!(MAX_INTEGER)).is_ok());
    assert!(with("visits", json!(-MAX_INTEGER)).is_ok());
    assert!(with("visits", json!(MAX_INTEGER + 1)).is_err());
}

#[test]
fn fault_24_the_unknown_survives_unchanged() {
    let body = with("from_the_future", json!({"deep": [1, {"x": null}]})).unwrap();
    assert_eq!(body["from_the_future"], json!({"deep": [1, {"x": null}]}));
    assert_eq!(
        with("state", json!("frozen_solid")).unwrap()["state"],
        "frozen_solid"
    );
    assert_eq!(with("level", json!("extreme")).unwrap()["level"], "extreme");
}

#[test]
fn null_of_an_optional_field_is_absence() {
    assert!(!with("score", Value::Null).unwrap().contains_key("score"));
}

#[test]
fn stored_fields_are_computed_and_an_error_gives_null() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let computed = compute(kind, &ticket());
    assert_eq!(computed["ends_at"], "2026-11-20T06:41:00.000Z");
    assert!(!computed.contains_key("age"), "it changes with time");
    assert_eq!(compute(kind, &Map::new())["ends_at"], Value::Null);
    let now = instant("2026-11-18T06:41:00Z").unwrap();
    let at = (now, Tz::UTC);
    assert_eq!(compute_at(kind, &ticket(), &computed, at)["age"], 24);
}

#[test]
fn what_asks_for_the_tenant_s_day_is_stored_nowhere_and_follows_its_zone() {
    let of_now = "{type: integer, label: Age, expr: (now - record.bought_at).getHours()}";
    let of_day = "{type: timestamp, label: Age, expr: 'end_of_day(record.bought_at, 3)'}";
    assert!(fixture::TICKET.contains(of_now));
    let text = fixture::TICKET.replace(of_now, of_day);
    let files = fixture::files(&[("records/ticket.yaml", text.as_str())]);
    let pack = crate::load_files(&files).unwrap();
    let kind = pack.kind("ticket").unwrap();
    let computed = compute(kind, &ticket());
    assert!(!computed.contains_key("age"), "it changes with the zone");
    let now = instant("2026-11-18T06:41:00Z").unwrap();
    for (zone, ends) in [
        (Tz::UTC, "2026-11-20T23:59:59.999Z"),
        (Tz::Australia__Melbourne, "2026-11-20T12:59:59.999Z"),
        (Tz::Europe__Warsaw, "2026-11-20T22:59:59.999Z"),
    ] {
        let record = merged(kind, &ticket(), &computed, (now, zone));
        assert_eq!(record["age"], ends, "{zone}");
    }
}

#[test]
fn titles_fall_back_to_label_and_id() {
    let pack = fixture::pack();
    let kind = pack.kind("ticket").unwrap();
    let refs = json!({"shop": {"name": "Corner\n  shop"}});
    let refs = refs.as_object().unwrap();
    let none = Map::new();
    assert_eq!(
        title(kind, "t1", &ticket(), &none, refs),
        "T-1 of Corner shop"
    );
    assert_eq!(title(kind, "t1", &ticket(), &none, &none), "Ticket t1");
}

#[test]
fn search_words_are_the_title_and_the_searched_fields() {
    let pack = fixture::pack();
    let mut body = ticket();
    body.insert("note".into(), json!("leaky tap"));
    body.insert("mail".into(), json!("not@searched.example"));
    let words = search_words(pack.kind("ticket").unwrap(), &body, &Map::new(), "Title");
    assert_eq!(words, "Title leaky tap T-1");
}

#[test]
fn amounts_in_digits() {
    assert_eq!(money_text(2200, "AUD"), "22.00");
    assert_eq!(money_text(5, "AUD"), "0.05");
    assert_eq!(money_text(-50, "EUR"), "-0.50");
    assert_eq!(money_text(1200, "JPY"), "1200");
    assert_eq!(money_text(1, "KWD"), "0.001");
    assert_eq!(money_text(i64::MIN, "AUD"), "-92233720368547758.08");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        (any::<i64>(), "[A-Z]{3}").prop_map(|(m, c)| json!({"minor": m, "currency": c})),
        (0_i64..4_000_000_000)
            .prop_map(|s| json!(DateTime::from_timestamp(s, 0).unwrap().to_rfc3339())),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        proptest::collection::vec(inner, 0..4).prop_map(Value::from)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn normalising_twice_is_normalising_once(value in json_value(), index in 0_usize..11) {
        let types = [
            FieldType::String, FieldType::Text, FieldType::Id, FieldType::Integer,
            FieldType::Number, FieldType::Boolean, FieldType::Timestamp, FieldType::Date,
            FieldType::Money, FieldType::Ref, FieldType::Enum,
        ];
        if let Ok(once) = normalise_field("x", types[index], &value) {
            prop_assert_eq!(normalise_field("x", types[index], &once), Ok(once.clone()));
        }
    }

    #[test]
    fn text_order_of_instants_is_time_order(a in 0_i64..4_000_000_000_000, b in 0_i64..4_000_000_000_000) {
        let text = |ms| instant_text(DateTime::from_timestamp_millis(ms).unwrap());
        prop_assert_eq!(text(a).cmp(&text(b)), a.cmp(&b));
    }
}
