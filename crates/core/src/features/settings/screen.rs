//! The Settings screen.

use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use watchkeeper_model::approval::role_label;
use watchkeeper_pack::Pack;

use super::notifications::notifications;
use super::pack_changes::pack_changes;
use super::view::{SettingsView, TenantSetting};
use crate::app::{App, Live};
use crate::error::Error;
use crate::features::reading::{Reading, read};
use crate::features::session::view::ProfileView;
use crate::store::Which;
use crate::sync::enrol::machine_name;

/// The Settings screen.
///
/// # Errors
/// [`Code::SignedOut`](crate::Code::SignedOut) where the profile is not open.
pub async fn settings(app: &App, profile: &str) -> Result<SettingsView, Error> {
    let Live { profile, engine } = app.live_of(profile)?;
    let file = app.data.profile(&profile.id)?;
    let notifications = notifications(&engine).await?;
    let pack_changes = pack_changes(&engine).await?;
    let (keyring, version) = (app.standing().keyring, app.version.clone());
    read(&engine, move |reading| {
        let pack = reading.pack.as_deref();
        let rights = &reading.rights;
        Ok(SettingsView {
            profile: ProfileView {
                zone: reading.zone().name().to_owned(),
                ..file.view_open()
            },
            roles: {
                let roles = rights.actor.roles.iter();
                let label = |role: &String| match pack {
                    Some(pack) => role_label(pack, role).to_owned(),
                    None => role.clone(),
                };
                roles.map(label).collect()
            },
            regions: rights.actor.regions.iter().cloned().collect(),
            device: machine_name(),
            device_id: profile.pinned.device.to_string(),
            keyring,
            folder: profile.folder.display().to_string(),
            state_bytes: bytes(&profile.folder, Which::State),
            cache_bytes: bytes(&profile.folder, Which::Cache),
            pack: pack.map_or_else(String::new, |pack| pack.name.clone()),
            pack_version: pack.map_or(0, |pack| pack.version),
            pack_hash: pack.map_or_else(String::new, |pack| pack.hash.clone()),
            pack_warnings: pack.map_or_else(Vec::new, |pack| {
                let warnings = pack.warnings.iter();
                let warnings = warnings.map(|warning| {
                    format!("{}:{}: {}", warning.file, warning.line, warning.message)
                });
                let today = reading.now.at.with_timezone(&reading.zone()).date_naive();
                let warnings = warnings.chain(out_of_date(pack, today));
                warnings.chain(misfits(pack, &rights.settings)).collect()
            }),
            pack_changes,
            settings: tenant(reading),
            notifications,
            demo: rights.demo,
            version,
        })
    })
    .await
}

/// The document that the pack is made from had to be looked through by now (L-54, X-26).
fn out_of_date(pack: &Pack, today: NaiveDate) -> Option<String> {
    let document = pack.document.as_ref()?;
    let due = document.next_review.as_ref()?;
    let past = due.parse::<NaiveDate>().is_ok_and(|due| due < today);
    past.then(|| {
        format!(
            "pack.yaml: the document behind this pack was to be looked through by {due} ({})",
            document.row
        )
    })
}

/// What the tenant says and the pack cannot take, such as a zone that is none: a line each.
fn misfits(pack: &Pack, said: &Map<String, Value>) -> Vec<String> {
    let said = said.iter().filter_map(|(name, value)| {
        let def = pack.settings.get(name)?;
        let unfit = pack.accepts(name, value).err()?;
        Some(format!(
            "The setting “{}” ({}) is not understood: {unfit}.",
            def.label, def.row
        ))
    });
    said.collect()
}

/// Policy settings of the pack, with what the tenant said.
fn tenant(reading: &Reading<'_>) -> Vec<TenantSetting> {
    let Some(pack) = reading.pack.as_deref() else {
        return Vec::new();
    };
    let rights = &reading.rights;
    let settings = pack.settings.iter().map(|(name, def)| {
        let said = rights.settings.get(name);
        let words = |value: &Value| words_called(value, &|text| def.word(text));
        TenantSetting {
            name: name.clone(),
            row: def.row.clone(),
            label: def.label.clone(),
            purpose: def.purpose.clone(),
            value: words(said.unwrap_or(&def.default)),
            missing: def.needed && said.is_none_or(Value::is_null),
            proposed: def.proposed.as_ref().map(words),
            is_default: said.is_none(),
            one_of: def.one_of.iter().map(words).collect(),
        }
    });
    let mut settings: Vec<TenantSetting> = settings.collect();
    // What has to be said stands first.
    settings.sort_by_key(|setting| !setting.missing);
    settings
}

/// A value as text: a string as `called` says, else as it is, a switch in a word, parts by their names,
/// anything else as JSON.
pub(in crate::features) fn words_called(
    value: &Value,
    called: &dyn Fn(&str) -> Option<String>,
) -> String {
    match value {
        Value::String(text) => called(text).unwrap_or_else(|| text.clone()),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => String::new(),
        // One value for each region, or the like.
        Value::Object(parts) => {
            let parts = parts.iter();
            let parts: Vec<String> = parts
                .map(|(name, part)| format!("{name}: {}", words_called(part, called)))
                .collect();
            parts.join(", ")
        }
        other => other.to_string(),
    }
}

/// Bytes of a database and of what SQLite keeps beside it.
#[allow(clippy::cast_precision_loss)] // exact to 2^53 bytes
fn bytes(folder: &Path, which: Which) -> f64 {
    ["", "-wal", "-shm"]
        .iter()
        .filter_map(|end| {
            folder
                .join(format!("{}{end}", which.file()))
                .metadata()
                .ok()
        })
        .map(|file| file.len() as f64)
        .sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pack(document: &str) -> Pack {
        let text = format!(
            "format: 1\nid: small\nversion: 1\nname: Small\nzone: UTC\ncurrency: EUR\n\
             language: en\nqueues: []\ndocument: {document}\n"
        );
        let files = [("pack.yaml".to_owned(), text.into_bytes())];
        watchkeeper_pack::load_files(&files.into()).unwrap()
    }

    #[test]
    fn a_switch_of_each_region_is_told_in_words() {
        let paused = serde_json::json!({"uae": true, "uk": false});
        let words = |value: &Value| words_called(value, &|_| None);
        assert_eq!(words(&paused), "uae: yes, uk: no");
        assert_eq!(words(&Value::Null), "", "nobody has said it");
        assert_eq!(words(&serde_json::json!([5, "a"])), "[5,\"a\"]");
        let modes = serde_json::json!({"uk": "by_hand", "us": "other"});
        let called = |text: &str| (text == "by_hand").then(|| "by hand".to_owned());
        assert_eq!(words_called(&modes, &called), "uk: by hand, us: other");
    }

    #[test]
    fn what_the_tenant_says_and_the_pack_cannot_take_is_said() {
        let text = "format: 1\nid: small\nversion: 1\nname: Small\nzone: UTC\ncurrency: EUR\n\
             language: en\nqueues: []\nzone_setting: place\nsettings:\n  \
             place: {row: S-1, label: Zone, type: string, needed: true}\n";
        let files = [("pack.yaml".to_owned(), text.as_bytes().to_vec())];
        let pack = watchkeeper_pack::load_files(&files.into()).unwrap();
        let said = |zone: &str| {
            let said = Map::from_iter([("place".to_owned(), Value::from(zone))]);
            misfits(&pack, &said)
        };
        assert_eq!(said("Europe/Paris"), Vec::<String>::new());
        let told = said("Paris").join("");
        assert!(told.contains("Zone") && told.contains("S-1"), "{told}");
        assert_eq!(misfits(&pack, &Map::new()), Vec::<String>::new());
    }

    #[test]
    fn l_54_and_x_26_a_document_past_its_review_is_said() {
        let pack = self::pack("{row: S-7, next_review: 2025-01-29}");
        let on = |day: &str| out_of_date(&pack, day.parse().unwrap());
        assert_eq!(on("2025-01-28"), None);
        assert_eq!(on("2025-01-29"), None, "the day itself");
        let said = on("2025-01-30").unwrap();
        assert!(
            said.contains("2025-01-29") && said.contains("S-7"),
            "{said}"
        );
        // A document that names no day is never late.
        let pack = self::pack("{row: S-7}");
        assert_eq!(out_of_date(&pack, NaiveDate::MAX), None);
    }
}
