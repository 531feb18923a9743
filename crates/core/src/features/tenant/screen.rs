//! The screen of the tenant's settings.

use std::collections::BTreeSet;

use serde_json::Value;
use watchkeeper_model::setting::{self, KIND};
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::{FieldType, SettingDef};

use super::view::{Proposed, Said, SettingInput, SettingReader, SettingView, TenantView};
use crate::engine::Engine;
use crate::error::Error;
use crate::features::queues::operation;
use crate::features::reading::{Reading, read};
use crate::features::settings::words_called;
use crate::outbox::queue;

/// The screen of the tenant's settings.
///
/// # Errors
/// [`crate::Code::NoPack`] where no pack is in force.
pub async fn tenant(engine: &Engine) -> Result<TenantView, Error> {
    read(engine, |reading| {
        let pack = reading.pack()?;
        let settings = pack.settings.iter();
        let mut settings = settings
            .map(|(name, def)| one(reading, pack, name, def))
            .collect::<Result<Vec<_>, _>>()?;
        settings.sort_by_key(|setting| !setting.missing);
        let open = settings.iter().filter(|setting| setting.missing).count();
        Ok(TenantView {
            open: u32::try_from(open).unwrap_or(u32::MAX),
            settings,
            as_of: reading.as_of(),
        })
    })
    .await
}

fn one(
    reading: &Reading<'_>,
    pack: &Pack,
    name: &str,
    def: &SettingDef,
) -> Result<SettingView, Error> {
    // What counts is what the platform decides by, not what waits here.
    let said = reading.rights.settings.get(name);
    let counts = said.unwrap_or(&def.default);
    let row = reading.record(KIND, name)?;
    let operations = queue::of_lane(reading.state, &format!("{KIND}/{name}"))?;
    let newer = reading.link.newer_pack();
    let denied = setting::may(pack, def, &reading.rights.actor).err();
    let denied = denied.or_else(|| newer.and_then(|newer| newer.detail.clone()));
    Ok(SettingView {
        name: name.to_owned(),
        row: def.row.clone(),
        label: def.label.clone(),
        purpose: def.purpose.clone(),
        input: input(pack, def),
        value: (!counts.is_null()).then(|| words(def, counts)),
        json: (!counts.is_null()).then(|| counts.to_string()),
        is_default: said.is_none(),
        misfit: said
            .filter(|said| !said.is_null())
            .and_then(|said| pack.accepts(name, said).err())
            .map(|unfit| unfit.to_string()),
        missing: def.needed && said.is_none_or(Value::is_null),
        proposed: def.proposed.as_ref().map(|value| proposed(def, value)),
        readers: readers(pack, name),
        said: row.as_ref().and_then(|row| {
            let text = |field: &str| row.body.get(field).and_then(Value::as_str);
            let at = text("said_at")?.parse().ok()?;
            Some(Said {
                by: reading.rights.operator(text("said_by")?).to_owned(),
                at: reading.wall(at),
                reason: text("reason").map(ToOwned::to_owned),
            })
        }),
        revision: row.map(|row| row.revision),
        denied,
        operations: operations
            .iter()
            .filter(|operation| operation.is_open())
            .map(|operation| operation::view(reading, operation))
            .collect::<Result<_, _>>()?,
    })
}

fn words(def: &SettingDef, value: &Value) -> String {
    words_called(value, &|text| def.word(text))
}

fn proposed(def: &SettingDef, value: &Value) -> Proposed {
    Proposed {
        text: words(def, value),
        json: value.to_string(),
    }
}

/// How a setting is asked for: by its type, else by that of its default.
fn input(pack: &Pack, def: &SettingDef) -> SettingInput {
    if !def.one_of.is_empty() {
        return SettingInput::OneOf {
            values: def
                .one_of
                .iter()
                .map(|value| proposed(def, value))
                .collect(),
        };
    }
    let number = |whole| SettingInput::Number {
        whole,
        unit: def.unit.clone(),
        least: def.least,
        most: def.most,
    };
    match (def.type_, &def.default) {
        (Some(FieldType::Boolean), _) | (None, Value::Bool(_)) => SettingInput::Boolean,
        (Some(FieldType::Integer), _) => number(true),
        (Some(FieldType::Number), _) => number(false),
        (None, Value::Number(default)) => number(!default.is_f64()),
        (Some(FieldType::Money), _) => SettingInput::Money {
            currency: pack.currency.clone(),
            decimals: u32::from(watchkeeper_pack::value::digits(&pack.currency)),
        },
        _ => SettingInput::Text,
    }
}

/// The parts of the pack that read a setting, by what they are called.
fn readers(pack: &Pack, name: &str) -> Vec<SettingReader> {
    let files = pack.readers.get(name).into_iter().flatten();
    let readers: BTreeSet<SettingReader> = files.filter_map(|file| reader(pack, file)).collect();
    readers.into_iter().collect()
}

fn reader(pack: &Pack, file: &str) -> Option<SettingReader> {
    let path = file.strip_suffix(".yaml")?;
    let (part, stem) = path.split_once('/').unwrap_or((path, path));
    let label = match part {
        // Where it is declared.
        "pack" => return None,
        "records" => pack.kind(stem).map(|kind| kind.label_one.clone()),
        "alerts" => pack.alerts.get(stem).map(|alert| alert.def.label.clone()),
        "metrics" => pack
            .metrics
            .get(stem)
            .map(|metric| metric.def.label.clone()),
        "templates" => pack
            .templates
            .get(stem)
            .and_then(|text| text.def.label.clone()),
        "playbooks" => pack.playbooks.get(stem).map(|book| book.def.label.clone()),
        "routines" => pack
            .routines
            .get(stem)
            .map(|routine| routine.def.label.clone()),
        _ => None,
    };
    Some(SettingReader {
        part: part.to_owned(),
        label: label.unwrap_or_else(|| stem.replace('_', " ")),
    })
}
