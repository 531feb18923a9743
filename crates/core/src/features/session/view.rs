//! Signing in, locking and unlocking, as the UI sees them.

use serde::{Deserialize, Serialize};
use specta::Type;

/// The state of the app; decides between Sign-in, the locked screen and the shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AppView {
    /// Where we are.
    pub phase: Phase,
    /// What keeps secrets on this machine.
    pub keyring: KeyringState,
    /// Profiles on this machine.
    pub profiles: Vec<ProfileView>,
    /// The open profile, or the one that the phase is about.
    pub current: Option<String>,
    /// A demo platform that was offered to this process, if any.
    pub demo: Option<DemoView>,
    /// Things that happened to the data while opening; shown until dismissed.
    pub notices: Vec<Notice>,
    /// Version of the app.
    pub version: String,
}

/// Where we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No profile is open: Sign-in.
    SignIn,
    /// The profile's passphrase is needed.
    NeedsPassphrase,
    /// The keyring is locked.
    KeyringLocked,
    /// The keyring has no key for this profile: recovery code.
    NeedsRecovery,
    /// The databases are from a newer version of the app; nothing was touched.
    NewerDatabase,
    /// The data folder cannot be written; what is there can be read.
    ReadOnly,
    /// A profile is open.
    Open,
}

/// What keeps secrets on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyringState {
    /// There and unlocked.
    Ready,
    /// There, locked.
    Locked,
    /// Not there: a passphrase is needed.
    Absent,
}

/// A profile: platform, tenant and operator on this laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProfileView {
    /// Its id.
    pub id: String,
    /// Address of the platform.
    pub platform: String,
    /// Tenant as shown.
    pub tenant: String,
    /// Operator as shown.
    pub operator: String,
    /// IANA zone of the tenant.
    pub zone: String,
    /// Key and token are protected by a passphrase, not by the keyring.
    pub passphrase: bool,
    /// It is open: it syncs, and showing it takes no key.
    pub open: bool,
    /// Red alerts that fire in it and that nobody has acknowledged; 0 where it is not open.
    pub red: u32,
}

/// A demo platform that the app may sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DemoView {
    /// Its address.
    pub platform: String,
    /// Its tenant as shown.
    pub tenant: String,
    /// Further tenants of it, as shown.
    pub others: Vec<String>,
}

/// Something that happened to the data while opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// `cache.db` was damaged and is being filled again from the platform.
    CacheRebuilt,
    /// `state.db` was damaged and moved aside; operations that waited in it are in this file.
    StateMovedAside {
        /// File name in the profile's folder.
        file: String,
    },
    /// An older copy of the profile's folder was put back: the audit chain could not be continued, and
    /// this laptop goes on as another device.
    ChainForked,
}

/// What Sign-in sends.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct SignInRequest {
    /// Address of the platform.
    pub platform: String,
    /// Token as issued.
    pub token: String,
    /// Where there is no keyring, or the operator prefers it.
    pub passphrase: Option<String>,
}

/// What Sign-in answers.
#[derive(Clone, Serialize, Deserialize, Type)]
pub struct SignedIn {
    /// The profile, now open.
    pub profile: ProfileView,
    /// Opens the databases when keyring or passphrase is lost. Shown once, kept nowhere; absent
    /// for a profile that existed.
    pub recovery_code: Option<String>,
}
