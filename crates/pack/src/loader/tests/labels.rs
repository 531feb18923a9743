//! What values of lists are called, in texts and of settings and controls.

use serde_json::{Value, json};

use super::*;
use crate::expr::Scope;

/// The small pack with labels of a field, a parameter, a setting and a control.
fn labelled(found: &str) -> Pack {
    let record = fixture::TICKET
        .replace(
            "one_of: [low, high]",
            "one_of: [low, high], labels: {high: very high}",
        )
        .replace("one_of: [a, b]", "one_of: [a_1, b], labels: {b: the best}")
        .replace(
            "answer: first, field: number",
            "answer: first, field: level",
        )
        .replace("label: open, tone", "label: still open, tone")
        .replace(
            "fields:\n",
            "fields:\n  region: {type: id, label: Region, optional: true}\n",
        )
        .replace(
            "lookups:\n",
            "lookups:\n  stood: {kind: ticket, where: {level: high}, answer: first, field: state, sort: [-bought_at]}\n",
        )
        .replace(
            "found: '{{ record.visits }} visits'",
            &format!("found: '{found}'"),
        );
    let pack = fixture::PACK
        .replace(
            "one_of: [strict, easy]",
            "one_of: [strict, easy], labels: {easy: with ease}",
        )
        .replace(
            "settings:\n",
            "regions:\n  far_north: {row: S-1, label: The North, zone: UTC, currency: AUD, tax: none}\nsettings:\n",
        )
        .replace(
            "controls:\n",
            "controls:\n  lane: {row: S-3, label: Lane, one_of: [left_hand, right], labels: {right: on the right}, default: right}\n",
        );
    load_files(&fixture::files(&[(RECORD, &record), ("pack.yaml", &pack)])).unwrap()
}

fn found(text: &str) -> String {
    let pack = labelled(text);
    let row = &pack.kind("ticket").unwrap().actions["close"].policy[1];
    let fields = |value: Value| value.as_object().unwrap().clone();
    let scope = Scope {
        record: fields(json!({
            "level": "high", "note": "left_hand", "state": "open", "region": "far_north"
        })),
        params: fields(json!({"grade": "a_1"})),
        settings: fields(json!({"mode": "easy"})),
        controls: fields(json!({"lane": "left_hand"})),
        lookups: fields(json!({"first": "high", "stood": "open"})),
        ..Scope::default()
    };
    row.found.render(&scope).unwrap()
}

#[test]
fn a_text_prints_what_a_value_is_called_wherever_it_comes_from() {
    for (text, words) in [
        ("{{ record.level }}", "very high"),
        ("{{ params.grade }}", "a 1"),
        ("{{ settings.mode }}", "with ease"),
        ("{{ controls.lane }}", "left hand"),
        ("{{ lookups.first }}", "very high"),
        ("{{ record.note }}", "left_hand"),
        ("{{ record.state }}", "still open"),
        ("{{ record.region }}", "The North"),
        ("{{ lookups.stood }}", "still open"),
        (
            "{% if record.state == \"open\" %}{{ record.state | upper }}{% endif %}",
            "STILL OPEN",
        ),
        (
            "{% if controls.lane == \"left_hand\" %}{{ record.level }}{% endif %}",
            "very high",
        ),
    ] {
        assert_eq!(found(text), words, "{text}");
    }
}

/// What is no state or region of the pack stays as it is, and so does a region that the field lists itself.
#[test]
fn what_the_pack_does_not_have_is_printed_as_it_came() {
    let ticket = |region: &str| {
        let record = fixture::TICKET
            .replace("fields:\n", &format!("fields:\n  region: {region}\n"))
            .replace(
                "title: '{{ record.number }} of {{ refs.shop.name }}'",
                "title: '{{ record.region }} is {{ record.state }}'",
            );
        let pack = fixture::PACK.replace(
            "settings:\n",
            "regions:\n  south: {row: S-1, label: The South, zone: UTC, currency: AUD, tax: none}\nsettings:\n",
        );
        let files = fixture::files(&[(RECORD, &record), ("pack.yaml", &pack)]);
        load_files(&files).unwrap()
    };
    let title = |pack: &Pack, body: Value| {
        let none = serde_json::Map::new();
        let kind = pack.kind("ticket").unwrap();
        crate::value::title(kind, "t1", body.as_object().unwrap(), &none, &none)
    };
    let any = ticket("{type: string, label: Region}");
    let body = |region: &str, state: &str| json!({"region": region, "state": state});
    assert_eq!(title(&any, body("south", "closed")), "The South is closed");
    assert_eq!(title(&any, body("east", "melted")), "east is melted");
    let own = "{type: enum, label: Region, one_of: [south], labels: {south: Down South}}";
    assert_eq!(
        title(&ticket(own), body("south", "open")),
        "Down South is open"
    );
}

#[test]
fn a_control_of_a_region_is_called_by_what_the_region_is_called() {
    let pack = labelled("x");
    let body =
        json!({"name": "freeze", "label": "Freeze", "region": "far_north", "state": "steady"});
    let none = serde_json::Map::new();
    let kind = pack.kind("control").unwrap();
    let title = crate::value::title(
        kind,
        "freeze/far_north",
        body.as_object().unwrap(),
        &none,
        &none,
    );
    assert_eq!(title, "Freeze, The North");
}

#[test]
fn a_listed_text_of_a_setting_or_control_has_words_and_no_other() {
    let pack = labelled("x");
    let (mode, lane) = (&pack.settings["mode"], &pack.controls["lane"]);
    assert_eq!(mode.word("easy").as_deref(), Some("with ease"));
    assert_eq!(mode.word("strict").as_deref(), Some("strict"));
    assert_eq!(mode.word("written_freely"), None);
    assert_eq!(lane.word("left_hand").as_deref(), Some("left hand"));
    assert_eq!(pack.controls["freeze"].word("x"), None);
}

#[test]
fn a_label_of_a_setting_or_control_is_of_one_of_its_values() {
    for (from, to, code) in [
        (
            "one_of: [strict, easy]",
            "one_of: [strict, easy], labels: {eassy: x}",
            "pack.unknown_name",
        ),
        (
            "one_of: [strict, easy]",
            "one_of: [strict, easy], labels: {easy: strict}",
            "pack.duplicate",
        ),
        (
            "label: Freeze",
            "label: Freeze, labels: {on: frozen}",
            "pack.unknown_name",
        ),
    ] {
        let pack = fixture::PACK.replace(from, to);
        let told = load_files(&fixture::files(&[("pack.yaml", &pack)])).unwrap_err();
        let told: Vec<_> = told
            .iter()
            .filter(|told| told.severity == Severity::Error)
            .map(|told| told.code.as_str())
            .collect();
        assert_eq!(told, [code], "{to}");
    }
}
