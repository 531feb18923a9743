//! Checks of settings and controls.

use super::problems::{Problems, Spot};
use super::{links, names};
use crate::format::{PackFile, SettingDef};

pub(super) fn check(file: &PackFile, spot: &Spot, problems: &mut Problems) {
    names::check(&spot.at("settings"), file.settings.keys(), problems);
    names::check(&spot.at("controls"), file.controls.keys(), problems);
    for (name, def) in &file.settings {
        let spot = spot.at("settings").at(name);
        names::row(&spot.at("row"), &def.row, problems);
        setting(def, &spot, problems);
    }
    for (name, def) in &file.controls {
        let spot = spot.at("controls").at(name);
        names::row(&spot.at("row"), &def.row, problems);
        if def.each_region && file.regions.is_empty() {
            let message = "the pack has no regions";
            problems.error(&spot.at("each_region"), "pack.missing", message);
        }
        if let Some(banner) = &def.banner {
            links::prints_no_secret(banner, &spot.at("banner"), problems);
        }
    }
}

fn setting(def: &SettingDef, spot: &Spot, problems: &mut Problems) {
    let given = [
        ("default", Some(&def.default)),
        ("proposed", def.proposed.as_ref()),
    ];
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .filter(|(_, value)| !value.is_null());
    for (name, value) in given {
        if let Err(words) = def.accepts(value) {
            let code = if words.contains("type") {
                "pack.wrong_type"
            } else {
                "pack.value"
            };
            problems.error(&spot.at(name), code, words);
        }
    }
    if def.default.is_null() {
        if def.type_.is_none() && def.one_of.is_empty() {
            let message = "without a default the setting says its `type`";
            problems.error(spot, "pack.missing", message);
        }
        if !def.needed {
            let hint = "say `needed: true`: it is asked for before going live";
            let message = "nobody knows this value";
            problems.error_with(spot, "pack.missing", message, hint);
        }
    } else if def.needed {
        let message = "a setting that has a default need not be said; `proposed` proposes one";
        problems.error(&spot.at("needed"), "pack.default", message);
    }
}
