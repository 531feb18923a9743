//! Secrets, tenants and who may see what.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use watchkeeper_wire::session::{Operator, PackRef, Tenant};

/// Secrets of a store, 32 bytes each; made once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// Names this store: another one has another feed.
    pub epoch: [u8; 32],
    /// Authenticates cursors.
    pub cursor_key: [u8; 32],
    /// Seed of the key that countersigns audit heads.
    pub audit_seed: [u8; 32],
}

/// A tenant as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantState {
    /// Id, name, zone.
    pub tenant: Tenant,
    /// The active pack.
    pub pack: Option<PackRef>,
    /// Who signs its packs: minisign public key, base64. Absent before the first.
    pub publisher: Option<String>,
    /// Its settings.
    pub settings: Map<String, Value>,
    /// Rises with every change of the settings.
    pub settings_version: u64,
    /// Its controls.
    pub controls: Map<String, Value>,
    /// Last seq given out.
    pub head: u64,
    /// Changes up to here are gone.
    pub floor: u64,
}

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// SHA-256 of the token, hex.
    pub hash: String,
    /// Tenant that it belongs to.
    pub tenant: String,
    /// Operator whose it is.
    pub operator: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Regions; empty means all.
    pub regions: Vec<String>,
    /// Now, UTC.
    pub made_at: DateTime<Utc>,
}

/// What a token gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// Tenant that it belongs to.
    pub tenant: String,
    /// Whose it is.
    pub operator: Operator,
    /// Roles, sorted.
    pub roles: Vec<String>,
    /// Regions, sorted; empty means all.
    pub regions: Vec<String>,
    /// It was revoked.
    pub revoked: bool,
}

impl Access {
    /// True with this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// True when a record of this region may be seen.
    pub fn sees(&self, region: Option<&str>) -> bool {
        sees(&self.regions, region)
    }
}

/// True when a reader with these regions may see a record of this one.
pub fn sees(regions: &[String], region: Option<&str>) -> bool {
    regions.is_empty() || region.is_none_or(|region| regions.iter().any(|r| r == region))
}
