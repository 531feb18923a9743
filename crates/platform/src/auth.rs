//! Who asks: bearer tokens.
//!
//! A token is 32 random bytes, shown once and kept only as its SHA-256. It belongs to one tenant
//! and one operator. There is no expiry; a token holds until it is revoked.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::problem::ApiError;
use crate::store::Access;

/// Begins every token, so that one is recognised where it must not be.
pub const TOKEN_PREFIX: &str = "wk_";

/// Makes a token from random bytes.
pub fn token(random: [u8; 32]) -> String {
    format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random))
}

/// The name under which a token is kept.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// The bearer token of a request.
pub fn bearer(parts: &axum::http::HeaderMap) -> Option<&str> {
    let value = parts.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A request whose token holds.
pub struct SignedIn(pub Access);

impl FromRequestParts<Arc<Platform>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(Code::TokenMissing)?;
        let access = platform.store.access(&token_hash(token)).await?;
        match access {
            Some(access) if access.revoked => Err(Code::TokenRevoked.into()),
            Some(access) => Ok(Self(access)),
            None => Err(Code::TokenMissing.into()),
        }
    }
}
