//! Who is to be called where nobody acknowledges an alert.

use crate::diagnostic::Diagnostic;
use crate::fixture;

use super::untold;

const PEOPLE: &str = "roles:
  keeper: {row: S-1, label: Keeper}
  owner: {row: S-1, label: Owner}
contacts:
  keeper: {row: S-1, label: Keeper, role: keeper, at: '1'}
escalations:
  shop:
    row: S-1
    label: The shop
    purpose: Something is wrong in the shop.
    calls:
      - {role: keeper}
";

const PATIENCE: &str =
    "settings:\n  patience: {row: S-2, label: Patience, type: integer, unit: hours, default: 4}\n";

/// What is told of the rule `late` with this under `escalation`, and this of the settings.
fn told(escalation: &str, settings: &str, people: &str) -> Vec<Diagnostic> {
    let late = format!("{}escalation: {{{escalation}}}\n", fixture::LATE);
    let pack = fixture::PACK.replace("settings:\n", settings);
    let files = fixture::files(&[
        ("pack.yaml", &pack),
        ("people.yaml", people),
        ("alerts/late.yaml", &late),
    ]);
    match crate::load_files(&files) {
        Ok(pack) => untold(pack.warnings),
        Err(problems) => problems,
    }
}

fn codes(escalation: &str, settings: &str) -> Vec<String> {
    let found = told(escalation, settings, PEOPLE).into_iter();
    let codes = found.map(|each| {
        assert_eq!(each.file, "alerts/late.yaml", "{each:?}");
        each.code
    });
    codes.collect()
}

#[test]
fn a_path_and_after_how_long_are_said() {
    let plain = "settings:\n";
    assert_eq!(
        codes("row: S-10, path: shop, after_minutes: 0", plain),
        [""; 0]
    );
    assert_eq!(
        codes("row: S-10, path: shop, setting: patience", PATIENCE),
        [""; 0]
    );
    for (escalation, code) in [
        ("row: none, path: shop, after_minutes: 5", "pack.row"),
        (
            "row: S-10, path: shpo, after_minutes: 5",
            "pack.unknown_name",
        ),
        ("row: S-10, path: shop", "pack.missing"),
        (
            "row: S-10, path: shop, after_minutes: 5, setting: mode",
            "pack.missing",
        ),
        (
            "row: S-10, path: shop, after_minutes: 20000",
            "pack.minutes",
        ),
        ("row: S-10, path: shop, setting: moed", "pack.unknown_name"),
        ("row: S-10, path: shop, setting: mode", "pack.wrong_type"),
    ] {
        assert_eq!(codes(escalation, plain), [code], "{escalation}");
    }
}

#[test]
fn a_setting_counts_minutes_or_hours_and_has_a_default() {
    let escalation = "row: S-10, path: shop, setting: patience";
    for (from, to, code) in [
        ("unit: hours", "unit: days", "pack.wrong_type"),
        (", unit: hours", "", "pack.wrong_type"),
        ("default: 4", "needed: true", "pack.default"),
    ] {
        let settings = PATIENCE.replace(from, to);
        assert_eq!(codes(escalation, &settings), [code], "{to}");
    }
}

#[test]
fn whom_nobody_can_reach_is_told() {
    let escalation = "row: S-10, path: shop, after_minutes: 5";
    let people = PEOPLE.replace(
        "- {role: keeper}",
        "- {role: keeper}\n      - {role: owner}",
    );
    let found = told(escalation, "settings:\n", &people);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, "pack.unreachable");
    assert!(found[0].message.contains("`owner`"), "{}", found[0].message);
}
