//! Errors of the API: RFC 9457 problems with a stable code.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Body of every error answer, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:watchkeeper:problem:` and the code.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// Short, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable; see [`Code`]. A code that a client does not know is handled by the status.
    pub code: String,
    /// This occurrence, for a person. Names no secret and no personal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = ($text:literal, $status:literal, $title:literal);)*) => {
        /// The codes that a platform answers with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$name,)*];
            /// As it stands in [`Problem::code`].
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $text,)* } }
            /// Its HTTP status.
            pub fn status(self) -> u16 { match self { $(Code::$name => $status,)* } }
            /// Its title.
            pub fn title(self) -> &'static str { match self { $(Code::$name => $title,)* } }
            /// Reads a code; none for one that this version does not know.
            pub fn parse(text: &str) -> Option<Self> { match text { $($text => Some(Code::$name),)* _ => None } }
        }
    };
}

codes! {
    /// No token, or one that nobody issued.
    TokenMissing = ("token.missing", 401, "Sign in first");
    /// The token was revoked.
    TokenRevoked = ("token.revoked", 401, "This token was revoked");
    /// The roles do not reach this.
    Forbidden = ("forbidden", 403, "Your roles do not allow this");
    /// Nothing there, or nothing that this token may see.
    NotFound = ("not_found", 404, "Nothing here for you");
    /// The cursor is malformed or of another tenant.
    CursorInvalid = ("cursor.invalid", 400, "This cursor is not one of ours");
    /// The cursor is too old, ahead of the feed, or of another epoch.
    CursorGone = ("cursor.gone", 410, "Start again with a snapshot");
    /// The body is not what this endpoint takes.
    BodyInvalid = ("body.invalid", 422, "The request was not understood");
    /// An id was used again for something else (fault 44).
    KeyReused = ("operation.key_reused", 422, "This operation id was used for something else");
    /// Too large.
    TooLarge = ("too_large", 413, "Too large");
    /// The audit chain does not extend the head that the platform holds.
    ChainBroken = ("audit.chain_broken", 409, "This chain does not extend the one we hold");
    /// What a file would change is not what it was previewed to change.
    IngestMoved = ("ingest.moved", 409, "This is not what was previewed");
    /// The bytes of a blob do not have its hash.
    BlobMismatch = ("blob.mismatch", 422, "These bytes do not have this hash");
    /// A part of a blob does not begin where the last one ended; `Range` says what is held.
    BlobOffset = ("blob.offset", 409, "Go on where the last part ended");
    /// The platform was restored from a backup since the laptop last asked who is signed in (fault 7).
    HistoryChanged = ("history.changed", 409, "This platform was restored from a backup");
    /// The demo has calls of this tenant under way: its world is not replaced before they have ended.
    DemoBusy = ("demo.busy", 409, "Something is still under way in this world");
    /// Too many requests; see `Retry-After`.
    Busy = ("busy", 429, "Too many requests");
    /// Down for now; see `Retry-After`.
    Unavailable = ("unavailable", 503, "Not available just now");
    /// The tenant may keep no more documents.
    Quota = ("quota", 507, "No room for more documents");
    /// A fault of the platform.
    Internal = ("internal", 500, "Something went wrong here");
}

impl Problem {
    /// A problem with this code.
    pub fn new(code: Code, detail: Option<String>) -> Self {
        Self {
            type_uri: format!("urn:watchkeeper:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code: code.as_str().to_owned(),
            detail,
        }
    }
}
