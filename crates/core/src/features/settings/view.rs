//! Who is signed in to what, how this laptop keeps it, and what the tenant has set.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::features::session::view::{KeyringState, ProfileView};
pub use crate::notify::{Hours, NotificationSettings};

/// The Settings screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingsView {
    /// The open profile.
    pub profile: ProfileView,
    /// Roles of the operator, as shown.
    pub roles: Vec<String>,
    /// Regions; empty means all.
    pub regions: Vec<String>,
    /// Name of this laptop.
    pub device: String,
    /// Its id.
    pub device_id: String,
    /// What keeps secrets on this machine.
    pub keyring: KeyringState,
    /// Folder of the profile.
    pub folder: String,
    /// Bytes of `state.db` and what belongs to it.
    #[specta(type = i32)]
    pub state_bytes: f64,
    /// Bytes of `cache.db` and what belongs to it.
    #[specta(type = i32)]
    pub cache_bytes: f64,
    /// Name of the pack in force.
    pub pack: String,
    /// Its version.
    pub pack_version: u32,
    /// Its hash, hex.
    pub pack_hash: String,
    /// Problems of the pack that do not stop it, and that its document is out of date.
    pub pack_warnings: Vec<String>,
    /// What the last new version of the pack changed; none while the first one is in force.
    pub pack_changes: Option<PackChangesView>,
    /// The tenant's policy settings.
    pub settings: Vec<TenantSetting>,
    /// Native notifications.
    pub notifications: NotificationsView,
    /// The platform is a demo, whose world may be chosen.
    pub demo: bool,
    /// Version of the app.
    pub version: String,
}

/// A setting of the tenant, or a switch of the platform. They change on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TenantSetting {
    /// Name.
    pub name: String,
    /// Row that it comes from.
    pub row: String,
    /// As shown.
    pub label: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// Value as text; empty where nobody has said one.
    pub value: String,
    /// The tenant has to say it before going live, and has not. What reads it is undecidable.
    pub missing: bool,
    /// What is proposed to a tenant that has to say it.
    pub proposed: Option<String>,
    /// Nobody has said anything: the pack's default.
    pub is_default: bool,
    /// Values that it may have; any where empty.
    pub one_of: Vec<String>,
}

/// What the last new version of the pack changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PackChangesView {
    /// The version before.
    pub from: u32,
    /// The version now.
    pub to: u32,
    /// Since when it is in force, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// What differs.
    pub differences: Vec<DifferenceView>,
}

/// A part of the pack that differs from the version before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DifferenceView {
    /// File of the pack.
    pub file: String,
    /// Where in it; empty where the whole file came or went.
    pub place: String,
    /// What the part around it is called.
    pub label: Option<String>,
    /// Row that it comes from.
    pub row: Option<String>,
    /// What it was; none where it is new.
    pub was: Option<String>,
    /// What it is; none where it is gone.
    pub now: Option<String>,
}

/// Native notifications: what the operator wants, and whether it works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NotificationsView {
    /// What the operator wants on this laptop.
    pub wanted: NotificationSettings,
    /// Right now nothing is shown because of the quiet hours.
    pub quiet_now: bool,
    /// Who shows them, such as `dunst 1.9`; none where nobody answers.
    pub service: Option<String>,
    /// They can carry buttons.
    pub buttons: bool,
    /// The last attempt.
    pub last: Option<DeliveryView>,
    /// Failed attempts since the last that went well.
    pub failures: u32,
}

/// An attempt to show a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DeliveryView {
    /// When, tenant's wall clock, RFC 3339 with offset.
    pub at: String,
    /// Why it was not shown; none where it was.
    pub problem: Option<String>,
}
