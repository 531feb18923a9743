//! An operator's profile beside a platform that the test itself serves.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use tokio::sync::broadcast;
use uuid::Uuid;
use watchkeeper_core::clock::{Corrected, SystemClock};
use watchkeeper_core::notify::Nowhere;
use watchkeeper_core::profile::open::{OpenProfile, Pinned};
use watchkeeper_core::secrets::Secret;
use watchkeeper_core::store::{DbKey, Stores};
use watchkeeper_platform::{Grant, Server};
use watchkeeper_wire::session::{Operator, Tenant};

use crate::publisher;

/// An operator whose name is their id in capitals.
pub fn operator(id: &str) -> Operator {
    Operator {
        id: id.to_owned(),
        name: id.to_uppercase(),
    }
}

/// A token of an operator with these roles.
///
/// # Errors
/// Where the platform issues none.
pub async fn token(server: &Server, tenant: &str, id: &str, roles: &[&str]) -> Result<String> {
    let Operator { id, name } = operator(id);
    let grant = Grant {
        operator: id,
        name,
        roles: roles.iter().map(ToString::to_string).collect(),
        regions: Vec::new(),
    };
    let issued = server.platform.issue(tenant, &grant).await;
    issued.map_err(|error| anyhow!("no token: {error:?}"))
}

/// What an engine is opened with on this folder: signed in as an operator with these roles, with the
/// clocks of this machine, and with nowhere to show a notification.
///
/// # Errors
/// Where the platform issues no token, or the databases do not open.
pub async fn profile(
    server: &Server,
    tenant: Tenant,
    (id, roles): (&str, &[&str]),
    (folder, device): (&Path, Uuid),
) -> Result<OpenProfile> {
    let token = token(server, &tenant.id, id, roles).await?;
    Ok(OpenProfile {
        id: "profile".to_owned(),
        folder: folder.to_owned(),
        stores: Stores::open(folder, &DbKey::new([3; 32]))?,
        token: Secret::new(token),
        pinned: Pinned {
            platform: server.url().parse()?,
            operator: operator(id),
            tenant,
            device,
            audit_key: server.platform.audit_key_hex(),
            publisher: publisher().public().to_owned(),
        },
        clock: Arc::new(Corrected::new(Arc::new(SystemClock::default()), None)),
        notifier: Arc::new(Nowhere),
        changes: broadcast::channel(64).0,
        version: "0".to_owned(),
    })
}
