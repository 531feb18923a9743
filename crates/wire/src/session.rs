//! Who is signed in: `GET /v1/me`, `POST /v1/devices`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer of `GET /v1/me`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Version of the API, [`crate::API_VERSION`]. Its presence is how an app knows a platform.
    pub api: u32,
    /// Whose token this is.
    pub operator: Operator,
    /// The tenant that the token belongs to; a token reaches exactly one.
    pub tenant: Tenant,
    /// All who operate the tenant or once did, by id: what records call by their ids. Whoever is signed in may
    /// know their names.
    #[serde(default)]
    pub operators: Vec<Operator>,
    /// Roles of the operator in this tenant.
    pub roles: Vec<String>,
    /// Regions that the operator may see; empty means all.
    pub regions: Vec<String>,
    /// The platform's clock when it answered, UTC.
    pub server_time: DateTime<Utc>,
    /// The tenant's active pack; absent where nobody has published one yet.
    pub pack: Option<PackRef>,
    /// Public key, base64 as minisign writes it, of whoever signs this tenant's packs; pinned at
    /// sign-in. Absent where nobody has published one yet.
    #[serde(default)]
    pub publisher: Option<String>,
    /// Rises with every change of [`Me::settings`].
    pub settings_version: u64,
    /// The tenant's policy settings, by the names that the pack declares.
    #[schema(value_type = Object)]
    pub settings: Map<String, Value>,
    /// Switches of the platform (freezes, pauses, incident mode), by name.
    #[schema(value_type = Object)]
    pub controls: Map<String, Value>,
    /// When the operator sits down next, by the names that the pack gives its sessions: instants of the
    /// coming weeks, UTC, ascending. The platform's own word, because the rules of a zone may be others
    /// on a laptop (fault 54).
    #[serde(default)]
    pub sessions: BTreeMap<String, Vec<DateTime<Utc>>>,
    /// Names this history of the platform: another one after it was restored from a backup, or where
    /// what it keeps was replaced. Operations name it too, so that none is carried out on a history
    /// that its laptop does not know (fault 7). Absent on a platform that cannot tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<String>,
    /// This platform is a demo: which world it has may be chosen ([`crate::demo`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// Ed25519 public key, hex, with which the platform countersigns audit heads; pinned at sign-in.
    pub audit_key: String,
}

/// A person who operates a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Operator {
    /// Stable id.
    pub id: String,
    /// Name as shown.
    pub name: String,
}

/// One operation on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tenant {
    /// Stable id.
    pub id: String,
    /// Name as shown.
    pub name: String,
    /// IANA zone in which its day begins.
    pub zone: String,
}

/// A pack bundle, named by what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackRef {
    /// SHA-256 of the bundle's bytes, lower-case hex; the name under `/v1/packs/`.
    pub hash: String,
    /// The pack's own version; only rises.
    pub version: u32,
    /// The publisher's signature of the bundle's bytes, as minisign writes it.
    #[serde(default)]
    pub signature: String,
}

/// Body of `POST /v1/devices`: enrols a laptop. Enrolling the same id again changes its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Made by the app, once per profile.
    pub id: Uuid,
    /// Name that the operator recognises.
    pub name: String,
}
