//! Checks of settings and controls.

use std::collections::BTreeSet;

use serde_json::Value;

use super::problems::{Problems, Spot};
use super::scopes::World;
use super::{links, names, people, record};
use crate::format::{
    ControlDef, FieldType, MAX_SETTING, PackFile, SampleSize, SettingDef, Unfit, is_of,
};
use crate::pack::zone_of;

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
        control(def, &spot, problems);
        if def.each_region && file.regions.is_empty() {
            let message = "the pack has no regions";
            problems.error(&spot.at("each_region"), "pack.missing", message);
        }
        if let Some(banner) = &def.banner {
            links::prints_no_secret(banner, &spot.at("banner"), problems);
        }
    }
}

/// Who may say settings and switch controls.
pub(super) fn roles(world: &World<'_>, problems: &mut Problems) {
    let file = Spot::file("pack.yaml");
    let all = file.at("settings_roles");
    links::roles(world, &world.pack.settings_roles, &all, problems);
    for (name, def) in &world.pack.settings {
        let spot = file.at("settings").at(name).at("roles");
        links::roles(world, &def.roles, &spot, problems);
    }
    for (name, def) in &world.pack.controls {
        let spot = file.at("controls").at(name).at("roles");
        links::roles(world, &def.roles, &spot, problems);
    }
}

/// A setting that nothing goes by: the tenant would say it in vain. A ruling only names it.
pub(super) fn unused(world: &World<'_>, problems: &mut Problems) {
    // What reads it may stand in a file that does not parse.
    if !world.unparsed.is_empty() {
        return;
    }
    let people = world.parts.people.iter();
    let contacts = people.flat_map(|people| people.contacts.values());
    let buttons = world.templates.values().flat_map(|text| &text.buttons);
    let zones = world
        .pack
        .regions
        .values()
        .map(|region| &region.zone_setting);
    let actions = world.records.values().flat_map(|def| def.actions.values());
    let samples = actions.filter_map(|action| match &action.bulk.as_ref()?.sample.as_ref()?.of {
        SampleSize::Said(said) => Some(&said.setting),
        SampleSize::Number(_) => None,
    });
    let named: BTreeSet<&String> = contacts
        .filter_map(|contact| contact.setting.as_ref())
        .chain(samples)
        .chain(buttons.map(|button| &button.setting))
        .chain(zones.chain([&world.pack.zone_setting]).flatten())
        .collect();
    for (name, def) in &world.pack.settings {
        let spot = Spot::file("pack.yaml").at("settings").at(name);
        let read = named.contains(name) || problems.mentions(name);
        if !read && !def.for_people {
            let message = format!("nothing reads the setting `{name}`");
            problems.warning(&spot.key(), "pack.unused", message);
        }
        if read && def.for_people {
            let message = "the pack reads this setting: it is not for people alone";
            problems.error(&spot.at("for_people"), "pack.value", message);
        }
    }
}

/// A setting by which the tenant says a zone: there is one, and what the pack says of it are zones.
pub(super) fn zone(world: &World<'_>, name: &str, spot: &Spot, problems: &mut Problems) {
    people::setting_of(world, name, spot, problems);
    let Some(def) = world.pack.settings.get(name) else {
        return;
    };
    let values = def.one_of.iter().chain(&def.proposed).chain([&def.default]);
    let mut said = values.filter(|value| !value.is_null());
    if said.any(|value| zone_of(value).is_none()) {
        let message = format!("`{name}` says a zone: {}", Unfit::Zone);
        problems.error(spot, "pack.zone", message);
    }
}

/// A setting or control compared with a text that it never is.
pub(super) fn compared(world: &World<'_>, problems: &mut Problems) {
    for (spot, read) in problems.compared() {
        let values = match read.root {
            "settings" => world.pack.settings.get(&read.name).map(|def| &def.one_of),
            _ => world.pack.controls.get(&read.name).map(|def| &def.one_of),
        };
        let with = Value::from(read.with.as_str());
        let never = |values: &&Vec<Value>| !values.is_empty() && !values.contains(&with);
        if let Some(values) = values.filter(never) {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            let message = format!(
                "`{}.{}` is never `{}`: it is one of {}",
                read.root,
                read.name,
                read.with,
                values.join(", ")
            );
            problems.error(&spot, "pack.value", message);
        }
    }
}

fn setting(def: &SettingDef, spot: &Spot, problems: &mut Problems) {
    allowed(&def.one_of, def.type_, spot, problems);
    record::labels(&texts(&def.one_of), &def.labels, spot, problems);
    let given = [
        ("default", Some(&def.default)),
        ("proposed", def.proposed.as_ref()),
    ];
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .filter(|(_, value)| !value.is_null());
    for (name, value) in given {
        fits(def.accepts(value), &spot.at(name), problems);
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

fn control(def: &ControlDef, spot: &Spot, problems: &mut Problems) {
    allowed(&def.one_of, def.type_, spot, problems);
    record::labels(&texts(&def.one_of), &def.labels, spot, problems);
    fits(def.accepts(&def.default), &spot.at("default"), problems);
    if def.default.is_null() && def.type_.is_none() && def.one_of.is_empty() {
        let message = "without a default the control says its `type`";
        problems.error(spot, "pack.missing", message);
    }
}

/// Those that are texts: only these are called otherwise than they are.
fn texts(values: &[Value]) -> Vec<String> {
    let texts = values.iter().filter_map(Value::as_str);
    texts.map(ToOwned::to_owned).collect()
}

/// What is given from the start is among what may be said.
fn fits(accepted: Result<(), Unfit>, spot: &Spot, problems: &mut Problems) {
    let Err(unfit) = accepted else { return };
    let code = match unfit {
        // An empty default says that there is nothing to be said.
        Unfit::Empty => return,
        Unfit::TooLarge => "pack.too_large",
        Unfit::NotAllowed => "pack.default",
        Unfit::Type => "pack.wrong_type",
        Unfit::Bounds => "pack.value",
        Unfit::Zone => "pack.zone",
    };
    problems.error(spot, code, unfit.to_string());
}

/// The allowed values of a setting or control.
fn allowed(values: &[Value], type_: Option<FieldType>, spot: &Spot, problems: &mut Problems) {
    for (index, value) in values.iter().enumerate() {
        let spot = spot.at("one_of").at(index);
        let unfit = match type_ {
            _ if crate::value::weight(value) > MAX_SETTING => Unfit::TooLarge,
            Some(type_) if !is_of(type_, value) => Unfit::Type,
            _ => continue,
        };
        fits(Err(unfit), &spot, problems);
    }
    let words = values.iter().enumerate();
    let words =
        words.filter_map(|(index, value)| Some((value.as_str()?, spot.at("one_of").at(index))));
    names::distinct(words.collect(), problems);
}
