//! A database key wrapped under another key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyBytes, KeyError};
use crate::store::DbKey;

/// XChaCha20-Poly1305 over a database key; both fields hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    nonce: String,
    sealed: String,
}

impl Wrapped {
    /// Wraps a key. The purpose is authenticated with it.
    pub(super) fn seal(outer: &KeyBytes, key: &DbKey, purpose: &[u8]) -> Result<Self, KeyError> {
        let mut nonce = [0u8; 24];
        getrandom::fill(&mut nonce).map_err(|_| KeyError::Failed("no randomness"))?;
        let sealed = cipher(outer)
            .encrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: key.bytes(),
                    aad: purpose,
                },
            )
            .map_err(|_| KeyError::Failed("wrapping"))?;
        Ok(Self {
            nonce: hex::encode(nonce),
            sealed: hex::encode(sealed),
        })
    }

    /// Unwraps the key; [`KeyError::Wrong`] with another outer key, another purpose, or when a bit
    /// of it was changed.
    pub(super) fn open(&self, outer: &KeyBytes, purpose: &[u8]) -> Result<DbKey, KeyError> {
        let nonce: [u8; 24] = hex::decode(&self.nonce)
            .ok()
            .and_then(|nonce| nonce.try_into().ok())
            .ok_or(KeyError::Wrong)?;
        let sealed = hex::decode(&self.sealed).map_err(|_| KeyError::Wrong)?;
        let opened = cipher(outer)
            .decrypt(
                XNonce::from_slice(&nonce),
                Payload {
                    msg: &sealed,
                    aad: purpose,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| KeyError::Wrong)?;
        let bytes: KeyBytes =
            Zeroizing::new(opened.as_slice().try_into().map_err(|_| KeyError::Wrong)?);
        Ok(DbKey::new(*bytes))
    }
}

fn cipher(outer: &KeyBytes) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(outer.as_slice()))
}
