//! What may come of a request.

use std::error::Error as _;
use std::time::Duration;

use watchkeeper_wire::problem::Problem;

use crate::error::{Code, Error};

/// Why a request brought nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers: the request never left this machine.
    #[error("{0}")]
    Unreachable(String),
    /// The line broke, or the platform failed; the request may have arrived. Try again.
    #[error("{0}")]
    Transient(String),
    /// The platform did not take the request and asks for patience: not before this long (as asked,
    /// not yet clamped).
    #[error("the platform asks to wait {} s", .0.as_secs())]
    RateLimited(Duration),
    /// The platform asks for patience likewise, and may have given up on its answer alone: the
    /// request may have been carried out.
    #[error("the platform is not available and asks to wait {} s", .0.as_secs())]
    Unavailable(Duration),
    /// The platform does not know this token.
    #[error("the platform does not know this token")]
    SignedOut,
    /// The token was revoked.
    #[error("the token was revoked")]
    Revoked,
    /// The platform understood and said no.
    #[error("the platform answered {}: {}", .0.code, .0.detail.as_deref().unwrap_or(&.0.title))]
    Rejected(Problem),
    /// The cursor leads nowhere any more: start again with a snapshot (faults 27, 28).
    #[error("the cursor is gone")]
    Gone,
    /// The platform was restored from a backup since it was last asked who is signed in; nothing of
    /// the request was carried out (fault 7).
    #[error("the platform was restored from a backup")]
    Restored,
    /// Something answers, but it is no platform: a web page, a captive portal, a redirect
    /// (faults 31, 33). Nothing of the answer was used.
    #[error("{0}")]
    NotAPlatform(&'static str),
    /// The answer is larger than it may be; the connection was closed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The connection is not safe.
    #[error("{0}")]
    Tls(TlsFault),
    /// The platform does not keep to the protocol.
    #[error("{0}")]
    Protocol(String),
}

impl ClientError {
    /// Nothing else will get through either. Anything else is one request's own trouble.
    pub fn concerns_the_line(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Tls(_)
                | Self::NotAPlatform(_)
                | Self::RateLimited(_)
                | Self::Unavailable(_)
                | Self::SignedOut
                | Self::Revoked
                | Self::Restored
        )
    }
}

/// Which way a certificate does not hold. There is no way round any of them (fault 32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// Past its last day.
    #[error("the certificate has expired, or this machine's clock is ahead")]
    Expired,
    /// Before its first day.
    #[error("the certificate is not valid yet, or this machine's clock is behind")]
    NotYetValid,
    /// Made for another name.
    #[error("the certificate belongs to another host")]
    WrongHost,
    /// From an issuer that this machine does not trust.
    #[error("the certificate comes from an issuer that this machine does not trust")]
    UnknownIssuer,
    /// Anything else.
    #[error("no safe connection could be made")]
    Other,
}

impl TlsFault {
    /// Reads the words of the TLS library; it has no types that reach us.
    fn from_words(words: &str) -> Option<Self> {
        let words = words.to_ascii_lowercase();
        let has = |part: &str| words.contains(part);
        if has("notvalidyet") || has("not valid yet") {
            Some(Self::NotYetValid)
        } else if has("expired") {
            Some(Self::Expired)
        } else if has("notvalidforname") || has("not valid for name") {
            Some(Self::WrongHost)
        } else if has("unknownissuer") || has("unknown issuer") || has("unknown ca") {
            Some(Self::UnknownIssuer)
        } else if has("certificate") || has("tls") || has("handshake") {
            Some(Self::Other)
        } else {
            None
        }
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        // The address is left out: it may carry a cursor, and goes to a log.
        let error = error.without_url();
        let mut words = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            words = format!("{words}: {inner}");
            cause = inner.source();
        }
        if error.is_connect()
            && let Some(fault) = TlsFault::from_words(&words)
        {
            return Self::Tls(fault);
        }
        if error.is_connect() {
            return Self::Unreachable(words);
        }
        Self::Transient(words)
    }
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        let code = match &error {
            ClientError::Unreachable(_)
            | ClientError::Transient(_)
            | ClientError::RateLimited(_)
            | ClientError::Unavailable(_) => Code::Unreachable,
            ClientError::SignedOut => Code::TokenInvalid,
            ClientError::Revoked => Code::TokenRevoked,
            ClientError::NotAPlatform(_) => Code::NotAPlatform,
            ClientError::Tls(_) => Code::TlsInvalid,
            ClientError::Rejected(_)
            | ClientError::Gone
            | ClientError::Restored
            | ClientError::TooLarge(_)
            | ClientError::Protocol(_) => Code::ApiMismatch,
        };
        Error::with(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_faults_are_told_apart() {
        let cases = [
            (
                "invalid peer certificate: certificate expired: verified at",
                TlsFault::Expired,
            ),
            (
                "invalid peer certificate: NotValidYet",
                TlsFault::NotYetValid,
            ),
            (
                "invalid peer certificate: certificate not valid for name \"a\"",
                TlsFault::WrongHost,
            ),
            (
                "invalid peer certificate: UnknownIssuer",
                TlsFault::UnknownIssuer,
            ),
            ("received fatal alert: HandshakeFailure", TlsFault::Other),
        ];
        for (words, fault) in cases {
            assert_eq!(TlsFault::from_words(words), Some(fault), "{words}");
        }
        assert_eq!(TlsFault::from_words("connection refused"), None);
    }
}
