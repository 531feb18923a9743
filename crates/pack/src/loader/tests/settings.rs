//! Settings that something reads, and those that nothing does.

use super::*;

/// Problems and warnings with this setting in the small pack, and `text` in place of an alert's
/// detail.
fn with(setting: &str, text: &str) -> Vec<Diagnostic> {
    let settings = format!("settings:\n  quiet: {{row: S-2, label: Quiet, default: 5{setting}}}\n");
    let pack = fixture::PACK.replace("settings:\n", &settings);
    let alert = fixture::LATE.replace(
        "red after 30 min\ndetail: 'Ticket",
        &format!("red after 30 min\ndetail: '{text}"),
    );
    let files = fixture::files(&[("pack.yaml", &pack), ("alerts/late.yaml", &alert)]);
    match load_files(&files) {
        Ok(pack) => untold(pack.warnings),
        Err(problems) => problems,
    }
}

#[test]
fn a_setting_that_nothing_reads_is_a_warning() {
    let found = with("", "");
    assert_eq!(found.len(), 1, "{found:#?}");
    let told = (found[0].code.as_str(), found[0].severity, found[0].line);
    assert_eq!(told, ("pack.unused", Severity::Warning, 14));
    assert_eq!(with(", for_people: true", ""), []);
    assert_eq!(with("", "{{ settings.quiet }} "), []);
    let longer = with("", "settings.quieter ");
    assert_eq!(longer.len(), 1, "another name: {longer:#?}");
}

#[test]
fn what_the_pack_reads_is_not_for_people_alone() {
    let found = with(", for_people: true", "{{ settings.quiet }} ");
    assert_eq!(found[0].code, "pack.value", "{found:#?}");
    assert_eq!((found[0].file.as_str(), found[0].line), ("pack.yaml", 14));
}

#[test]
fn a_zone_is_said_by_a_setting_that_there_is() {
    let zone = "zone: Australia/Melbourne\n";
    let told = |setting: &str| {
        let to = format!("{zone}zone_setting: {setting}\n");
        let own = "settings:\n  own_zone: {row: S-9, label: Zone, default: Europe/Paris}\n";
        let pack = fixture::PACK.replace(zone, &to).replace("settings:\n", own);
        let loaded = load_files(&fixture::files(&[("pack.yaml", &pack)]));
        let found = loaded.err()?;
        Some((found[0].code.clone(), found[0].line))
    };
    assert_eq!(told("own_zone"), None);
    assert_eq!(told("own_zoen"), Some(("pack.unknown_name".to_owned(), 6)));
    // Its default is no zone.
    assert_eq!(told("mode"), Some(("pack.zone".to_owned(), 6)));
}

#[test]
fn who_says_a_setting_is_a_role_that_there_is() {
    // A pack without `people.yaml` has the roles that its actions name.
    let pack = fixture::PACK.replace("settings:\n", "settings_roles: [keeper]\nsettings:\n");
    let people = "roles:\n  lead: {row: S-1, label: Lead}\n";
    let found = load_files(&fixture::files(&[
        ("pack.yaml", &pack),
        ("people.yaml", people),
    ]));
    let found = found.unwrap_err();
    let wrong = found.iter().find(|one| one.file == "pack.yaml").unwrap();
    assert_eq!(wrong.code, "pack.unknown_name", "{found:#?}");
}

const FREEZE: &str = "label: Freeze, default: false";

#[test]
fn a_control_and_what_it_is_compared_with_are_among_its_values() {
    super::mistakes::found_where_they_stand(&[
        (
            "pack.yaml",
            FREEZE,
            "label: Freeze, one_of: [off, soft], default: hard",
            "pack.default",
            "hard",
        ),
        (
            "pack.yaml",
            FREEZE,
            "label: Freeze, type: integer, default: soft",
            "pack.wrong_type",
            "soft",
        ),
        (
            "pack.yaml",
            FREEZE,
            "label: Freeze, type: integer, one_of: [1, two], default: 1",
            "pack.wrong_type",
            "two",
        ),
        (
            "pack.yaml",
            FREEZE,
            "label: Freeze, default: null",
            "pack.missing",
            "",
        ),
        (
            RECORD,
            "when: record.visits < 10",
            "when: settings.mode == \"lax\"",
            "pack.value",
            "settings.mode",
        ),
        (
            RECORD,
            "when: record.visits < 10",
            "when: record.visits < 10 || \"lax\" == settings.mode || settings.mode != 'easier'",
            "pack.value",
            "record.visits",
        ),
    ]);
}

#[test]
fn a_control_takes_what_the_pack_allows_and_by_region_what_the_region_may_have() {
    use serde_json::json;
    let regions =
        "regions:\n  north: {row: S-20, label: North, zone: UTC, currency: EUR, tax: none}\n";
    let modes = "label: Freeze, each_region: true, one_of: [off, soft], default: off";
    let text = fixture::PACK.replace(FREEZE, modes) + regions;
    let pack = load_files(&fixture::files(&[("pack.yaml", &text)])).unwrap();
    for (name, value, fits) in [
        ("freeze", json!("soft"), true),
        ("freeze", json!({"north": "soft"}), true),
        ("freeze", json!({}), true),
        ("freeze", json!("hard"), false),
        ("freeze", json!(true), false),
        ("freeze", json!(null), false),
        ("freeze", json!(["soft"]), false),
        ("freeze", json!({"north": "hard"}), false),
        ("freeze", json!({"south": "soft"}), false),
        ("freeze", json!({"north": "x".repeat(5_000)}), false),
        ("of_a_later_pack", json!("anything"), true),
    ] {
        let said = pack.control_fits(name, &value);
        assert_eq!(said.is_ok(), fits, "{name}: {said:?}");
    }
}
