//! Errors as the shell and the UI see them: few stable codes, each of which some consumer acts on.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What went wrong, for the one table in the UI that turns a code into words and an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Nobody answers at this address, or the line is down.
    Unreachable,
    /// Something answers, but it is no platform (a web page, a captive portal).
    NotAPlatform,
    /// The address is not an http(s) URL, or is http to another machine.
    UrlInvalid,
    /// The certificate does not hold; the detail says which way.
    TlsInvalid,
    /// The platform speaks a newer or older API.
    ApiMismatch,
    /// The token is wrong.
    TokenInvalid,
    /// The token was revoked.
    TokenRevoked,
    /// The tenant has no pack yet.
    NoPack,
    /// The pack does not load; the detail has the first problem.
    PackInvalid,
    /// The pack has a format that only a later version of the app reads; nothing can be changed here
    /// until there is one.
    PackNewer,
    /// This laptop reckons the tenant's zone by other rules than the platform, whose instants count; the
    /// detail is a session that shows it.
    ZonesDiffer,
    /// The keyring is locked: unlock it and try again.
    KeyringLocked,
    /// There is no keyring: choose a passphrase.
    KeyringAbsent,
    /// The keyring answers but has no key for this profile: recovery code.
    KeyMissing,
    /// Wrong passphrase or recovery code.
    SecretWrong,
    /// Passphrase too short.
    PassphraseWeak,
    /// The disk is full; nothing was done.
    DiskFull,
    /// The data folder may not be written.
    ReadOnly,
    /// The data folder is on a network or kept in step by another program; nothing was made there.
    FolderUnfit,
    /// The database is from a newer version of the app; nothing was touched.
    NewerDatabase,
    /// Another app has this data folder open.
    InUse,
    /// The local database failed; nothing was done.
    Storage,
    /// Nobody is signed in.
    SignedOut,
    /// The profile is locked.
    Locked,
    /// No such record, view or operation here.
    NotFound,
    /// Policy refused; the detail is its sentence, `row` its id.
    PolicyDenied,
    /// The record has changed since it was shown.
    Stale,
    /// What was typed does not confirm.
    ConfirmationMissing,
    /// The operation would lapse before it can be sent.
    MayLapse,
    /// Too much waits already.
    OutboxFull,
    /// Not possible in the operation's present state.
    NotNow,
    /// The demo has something under way: its world can be chosen once that has ended.
    DemoBusy,
    /// It can no longer be taken back: it may have left, and its verdict decides.
    TooLate,
    /// Of so many records some have to be looked at one by one before; the detail says how many.
    NotSampled,
    /// A notification could not be shown; the detail says why.
    NotificationFailed,
    /// A fault of the app.
    Internal,
}

/// An error as the shell and the UI see it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, Type)]
#[error("{code:?}: {}", detail.as_deref().unwrap_or("no detail"))]
pub struct Error {
    /// What went wrong.
    pub code: Code,
    /// This occurrence, for a person. No secret, no personal value.
    pub detail: Option<String>,
    /// Policy row, where one refused.
    pub row: Option<String>,
}

impl Error {
    /// An error with nothing to add.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            row: None,
        }
    }

    /// An error with its occurrence.
    pub fn with(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: Some(detail.into()),
            row: None,
        }
    }
}
