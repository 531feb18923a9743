//! The Settings screen.

use std::path::Path;

use serde_json::Value;

use super::notifications::notifications;
use super::view::{SettingsView, TenantSetting};
use crate::app::{App, Live};
use crate::error::{Code, Error};
use crate::features::reading::{Reading, read};
use crate::store::Which;
use crate::sync::enrol::machine_name;

/// The Settings screen.
///
/// # Errors
/// [`Code::Locked`] or [`Code::SignedOut`] where no profile is open.
pub async fn settings(app: &App) -> Result<SettingsView, Error> {
    let engine = app.engine()?;
    let Live { profile, .. } = app.live().ok_or(Error::new(Code::SignedOut))?;
    let file = app.data.profile(&profile.id)?;
    let notifications = notifications(&engine).await?;
    let (keyring, version) = (app.standing().keyring, app.version.clone());
    read(&engine, move |reading| {
        let pack = reading.pack.as_deref();
        let rights = &reading.rights;
        let (settings, controls) = tenant(reading);
        Ok(SettingsView {
            profile: file.view(),
            roles: rights.actor.roles.iter().cloned().collect(),
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
                pack.warnings
                    .iter()
                    .map(|warning| {
                        format!("{}:{}: {}", warning.file, warning.line, warning.message)
                    })
                    .collect()
            }),
            settings,
            controls,
            notifications,
            version,
        })
    })
    .await
}

/// Policy settings and switches of the pack, with what the tenant or the platform said.
fn tenant(reading: &Reading<'_>) -> (Vec<TenantSetting>, Vec<TenantSetting>) {
    let Some(pack) = reading.pack.as_deref() else {
        return (Vec::new(), Vec::new());
    };
    let rights = &reading.rights;
    let settings = pack.settings.iter().map(|(name, def)| {
        let said = rights.settings.get(name);
        TenantSetting {
            name: name.clone(),
            row: def.row.clone(),
            label: def.label.clone(),
            value: words(said.unwrap_or(&def.default)),
            is_default: said.is_none(),
            one_of: def.one_of.iter().map(words).collect(),
        }
    });
    let controls = pack.controls.iter().map(|(name, def)| {
        let said = rights.controls.get(name);
        TenantSetting {
            name: name.clone(),
            row: def.row.clone(),
            label: def.label.clone(),
            value: words(said.unwrap_or(&def.default)),
            is_default: said.is_none(),
            one_of: Vec::new(),
        }
    });
    (settings.collect(), controls.collect())
}

/// A value as text: a string as it is, a switch in a word, anything else as JSON.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
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
