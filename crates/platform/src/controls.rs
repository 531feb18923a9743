//! Controls of the platform as records: one for each that a tenant's pack declares, so that they come to
//! every laptop by the feed, and are switched by operation. What is in force follows from them, in the
//! same transaction.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_model::control::{self, BANNER, KIND, REASON, STEADY, SWITCHING, VALUE};
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::ControlDef;
use watchkeeper_pack::value::instant_text;
use watchkeeper_wire::problem::Code;

use crate::problem::ApiError;
use crate::store::{Committed, Seen, Write};
use crate::{Platform, intake};

/// How often records are made again because a control was switched under them.
const MAX_TRIES: u32 = 32;

/// Who switched a control, where it was not the platform itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// Operator id.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// Makes the records of a pack that came into force. What was switched before stays so, and what is being
/// switched meanwhile too.
pub async fn of_pack(platform: &Platform, tenant: &str, pack: &Pack) -> Result<(), ApiError> {
    for _ in 0..MAX_TRIES {
        let state = platform.store.tenant(tenant).await?;
        let known = state.map(|state| state.controls).unwrap_or_default();
        let mut writes = Vec::new();
        for (name, region, def) in control::all(pack) {
            let id = control::id(name, region);
            let row = platform.store.record(tenant, KIND, &id).await?;
            let revision = row.as_ref().map(|row| row.revision);
            // What was switched before there were records is not lost with the first of them.
            let of_old = || {
                let said = known.get(name).filter(|_| region.is_none());
                let of_region = region.and_then(|region| known.get(name)?.get(region));
                match said.or(of_region) {
                    Some(value) => {
                        Map::from_iter([(VALUE.to_owned(), Value::from(value.to_string()))])
                    }
                    None => Map::new(),
                }
            };
            let mut body = row.map_or_else(of_old, |row| row.body);
            describe(&mut body, tenant, (name, region), Some(def));
            writes.push(one(platform, tenant, &id, (revision, body)).await?);
        }
        if written(platform, tenant, &writes).await? {
            return Ok(());
        }
    }
    Err(Code::Unavailable.into())
}

/// Switches controls as the platform's own system does, which is where they are in force. One that is
/// left out stays as it is, null takes one back; of one with regions the value is by region, or for all.
/// Where the demo tells who switched them, that stands there.
pub async fn set(
    platform: &Platform,
    tenant: &str,
    controls: &Map<String, Value>,
    who: Option<&Switched>,
) -> Result<(), ApiError> {
    for _ in 0..MAX_TRIES {
        let writes = switched(platform, tenant, controls, who).await?;
        if written(platform, tenant, &writes).await? {
            return Ok(());
        }
    }
    Err(Code::Unavailable.into())
}

/// The records of these controls with their values.
async fn switched(
    platform: &Platform,
    tenant: &str,
    controls: &Map<String, Value>,
    who: Option<&Switched>,
) -> Result<Vec<Seen>, ApiError> {
    let state = platform.store.tenant(tenant).await?.ok_or(Code::NotFound)?;
    let pack = platform.packs.active(&state).await?;
    let mut writes = Vec::new();
    for (name, value) in controls {
        let def = pack.as_ref().and_then(|pack| pack.controls.get(name));
        let each = def.is_some_and(|def| def.each_region);
        let switched: Vec<(Option<&str>, &Value)> = match (value, &pack) {
            (Value::Object(regions), _) if each || def.is_none() => regions
                .iter()
                .map(|(region, value)| (Some(region.as_str()), value))
                .collect(),
            (one, Some(pack)) if each => pack
                .regions
                .keys()
                .map(|region| (Some(region.as_str()), one))
                .collect(),
            (one, _) => vec![(None, one)],
        };
        for (region, value) in switched {
            let id = control::id(name, region);
            let row = platform.store.record(tenant, KIND, &id).await?;
            let revision = row.as_ref().map(|row| row.revision);
            let mut body = row.map(|row| row.body).unwrap_or_default();
            describe(&mut body, tenant, (name, region), def);
            let text = (!value.is_null()).then(|| Value::from(value.to_string()));
            // Who switched it to what it is stays known.
            if body.get(VALUE) != text.as_ref() {
                switch(
                    &mut body,
                    text,
                    def.filter(|def| differs(def, region, value)),
                );
                let since = who.map_or_else(|| platform.clock.now(), |who| who.at);
                body.insert("since".into(), Value::from(instant_text(since)));
                if let Some(who) = who {
                    body.insert("by".into(), Value::from(who.by.as_str()));
                    body.insert(REASON.into(), Value::from(who.reason.as_str()));
                }
            }
            writes.push(one(platform, tenant, &id, (revision, body)).await?);
        }
    }
    Ok(writes)
}

/// What a record says of its control, whether or not it was ever switched.
fn describe(
    body: &mut Map<String, Value>,
    tenant: &str,
    (name, region): (&str, Option<&str>),
    def: Option<&ControlDef>,
) {
    let label = def.map_or(name, |def| def.label.as_str());
    let variable = format!("{tenant}/{}", control::id(name, region));
    for (field, value) in [
        ("name", name),
        ("label", label),
        ("variable", variable.as_str()),
    ] {
        body.insert(field.into(), Value::from(value));
    }
    if let Some(region) = region {
        body.insert("region".into(), Value::from(region));
    }
    body.entry("state").or_insert_with(|| Value::from(STEADY));
}

/// It is not as the pack has it by default.
fn differs(def: &ControlDef, region: Option<&str>, value: &Value) -> bool {
    !value.is_null() && control::in_force(def, None, region) != value
}

/// A value that is in force because the platform says so; the public reads the text of `on`, where it has
/// one. What an operator is switching meanwhile goes on, and has the last word.
fn switch(body: &mut Map<String, Value>, value: Option<Value>, on: Option<&ControlDef>) {
    for field in [VALUE, BANNER, REASON, "by"] {
        body.remove(field);
    }
    body.extend(value.map(|value| (VALUE.to_owned(), value)));
    let banner = on.and_then(|def| def.banner.as_deref());
    body.extend(banner.map(|text| (BANNER.to_owned(), Value::from(text))));
    if body.get("state").and_then(Value::as_str) != Some(SWITCHING) {
        body.insert("state".into(), Value::from(STEADY));
        body.remove("problem");
    }
}

async fn one(
    platform: &Platform,
    tenant: &str,
    id: &str,
    (revision, body): (Option<u64>, Map<String, Value>),
) -> Result<Seen, ApiError> {
    let write = Write {
        kind: KIND.to_owned(),
        id: id.to_owned(),
        put: Some(intake::put(platform, tenant, KIND, id, body).await?),
        version: None,
    };
    Ok(Seen { write, revision })
}

/// False where one of them was switched since it was read: an answer of the host that is written
/// meanwhile is not undone.
async fn written(platform: &Platform, tenant: &str, writes: &[Seen]) -> Result<bool, ApiError> {
    if writes.is_empty() {
        return Ok(true);
    }
    let now = platform.clock.now();
    let done = platform
        .store
        .write_unless_moved(tenant, now, writes)
        .await?;
    let Committed::Done(touched) = done else {
        return Ok(false);
    };
    if !touched.kinds.is_empty() {
        platform.hints.changed(tenant, &touched);
    }
    Ok(true)
}
