//! Settings of a tenant as records: one for each that its pack declares, so that they come to every
//! laptop by the feed, and change by operation. What is in force follows from them, in the same
//! transaction.

use serde_json::{Map, Value};
use watchkeeper_model::setting::{KIND, VALUE};
use watchkeeper_pack::Pack;

use crate::problem::ApiError;
use crate::store::Write;
use crate::{Platform, intake};

/// Makes the records of a pack that came into force. What was said before stays.
pub async fn of_pack(platform: &Platform, tenant: &str, pack: &Pack) -> Result<(), ApiError> {
    let state = platform.store.tenant(tenant).await?;
    let said = state.map(|state| state.settings).unwrap_or_default();
    let mut writes = Vec::new();
    for (name, def) in &pack.settings {
        let known = platform.store.record(tenant, KIND, name).await?;
        // What was said before there were records is not lost with the first of them.
        let of_old = || match said.get(name) {
            Some(value) => Map::from_iter([(VALUE.to_owned(), Value::from(value.to_string()))]),
            None => Map::new(),
        };
        let mut body = known.map_or_else(of_old, |row| row.body);
        body.insert("name".into(), Value::from(name.as_str()));
        body.insert("label".into(), Value::from(def.label.as_str()));
        writes.push(one(platform, tenant, name, body).await?);
    }
    write(platform, tenant, &writes).await
}

/// Says settings for the tenant, as its own system does. One that is left out stays as it is.
pub async fn say(
    platform: &Platform,
    tenant: &str,
    said: &Map<String, Value>,
) -> Result<(), ApiError> {
    let mut writes = Vec::new();
    for (name, value) in said {
        let known = platform.store.record(tenant, KIND, name).await?;
        let mut body = known.map(|row| row.body).unwrap_or_default();
        body.entry("name")
            .or_insert_with(|| Value::from(name.as_str()));
        body.entry("label")
            .or_insert_with(|| Value::from(name.as_str()));
        if value.is_null() {
            body.remove(VALUE);
        } else {
            body.insert(VALUE.into(), Value::from(value.to_string()));
        }
        writes.push(one(platform, tenant, name, body).await?);
    }
    write(platform, tenant, &writes).await
}

async fn one(
    platform: &Platform,
    tenant: &str,
    name: &str,
    body: Map<String, Value>,
) -> Result<Write, ApiError> {
    Ok(Write {
        kind: KIND.to_owned(),
        id: name.to_owned(),
        put: Some(intake::put(platform, tenant, KIND, name, body).await?),
        version: None,
    })
}

async fn write(platform: &Platform, tenant: &str, writes: &[Write]) -> Result<(), ApiError> {
    if !writes.is_empty() {
        intake::write(platform, tenant, writes).await?;
    }
    Ok(())
}
