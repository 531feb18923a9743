//! A profile that is open: everything that its engine needs.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use url::Url;
use uuid::Uuid;
use watchkeeper_wire::session::{Operator, Tenant};

use crate::changes::ChangeSet;
use crate::clock::Corrected;
use crate::notify::Notifier;
use crate::secrets::Secret;
use crate::store::Stores;

/// What the engine of a profile is started with.
#[derive(Clone)]
pub struct OpenProfile {
    /// Id of the profile.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its databases, open.
    pub stores: Stores,
    /// Its token.
    pub token: Secret,
    /// What was settled at sign-in.
    pub pinned: Pinned,
    /// The platform's time.
    pub clock: Arc<Corrected>,
    /// Where changes are told.
    pub changes: broadcast::Sender<ChangeSet>,
    /// Shows notifications.
    pub notifier: Arc<dyn Notifier>,
    /// Version of the app.
    pub version: String,
}

/// What sign-in settled for good, kept in `state.db` under [`Pinned::SETTING`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Address of the platform; ends in `/`.
    pub platform: Url,
    /// Who operates.
    pub operator: Operator,
    /// What is operated.
    pub tenant: Tenant,
    /// This laptop, as the platform and the audit chain know it.
    pub device: Uuid,
    /// Ed25519 key, hex, with which the platform countersigns the audit chain.
    pub audit_key: String,
    /// Public key, base64 as minisign writes it, of whoever signs the tenant's packs. Empty in a
    /// profile that was made before packs were signed: no pack is taken until somebody signs in again.
    #[serde(default)]
    pub publisher: String,
}

impl Pinned {
    /// Name in table `setting`.
    pub const SETTING: &'static str = "pinned";
}
